//! Rows with gaps: every combination of what the missing values may be, run as rows of their own.

use crate::codes::CodeId;
use crate::column::block::{Block, Known, ListSlot, Slot};
use crate::kernel::Lane;
use crate::model::{ListId, Model};
use crate::plan::{Choices, MOST_COMBINATIONS, Plan, Read};

/// Something that is missing in a row and may show in its tier.
#[derive(Debug)]
pub(crate) struct Gap<'a> {
    pub(crate) place: Place,
    /// 无则 and 有 see it as a gap; not so what is merely untold.
    assumed: bool,
    /// What it may be, in the field's form; `None` where that cannot be listed.
    values: Option<Choices<'a>>,
}

/// Where a gap stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Field(usize),
    /// A field of an element, by its position in the block.
    Element(ListId, usize, usize),
    /// A list that was not supplied.
    List(usize),
}

/// The gaps of a row that may show in its tier.
pub(crate) fn gaps<'a>(model: &Model, plan: &'a Plan, block: &Block, row: usize) -> Vec<Gap<'a>> {
    let mut gaps = Vec::new();
    for (at, slot) in block.fields.iter().enumerate() {
        gaps.extend(gap(model, slot, row, &plan.reads.fields[at], Place::Field(at)));
    }
    for (at, slot) in block.lists.iter().enumerate() {
        if !slot.supplied[row] {
            if plan.reads.exposed_lists[at] {
                gaps.push(Gap { place: Place::List(at), assumed: true, values: None });
            }
            continue;
        }
        let list = ListId(at as u32);
        for element in slot.elements().of(row) {
            for (own, read) in plan.reads.lists[at].iter().enumerate() {
                let place = Place::Element(list, own, element);
                gaps.extend(gap(model, &slot.fields[own], element, read, place));
            }
        }
    }
    gaps
}

fn gap<'a>(model: &Model, slot: &Slot, at: usize, read: &'a Read, place: Place) -> Option<Gap<'a>> {
    let known = slot.known(at);
    let coarse = match &slot.lane {
        Lane::Index(codes) if known == Known::Coarse => Some(CodeId(codes[at])),
        _ => None,
    };
    let assumed = known != Known::Untold;
    read.shows(known).then(|| Gap { place, assumed, values: read.domain.values(model, coarse) })
}

/// Whether each row has a gap that may show in its tier.
pub(crate) fn open_rows(plan: &Plan, block: &Block) -> Vec<bool> {
    let mut open = vec![false; block.rows];
    for (slot, read) in block.fields.iter().zip(&plan.reads.fields) {
        for (open, known) in open.iter_mut().zip(slot.known.iter().flatten()) {
            *open |= read.shows(*known);
        }
    }
    for ((list, reads), exposed) in block.lists.iter().zip(&plan.reads.lists).zip(&plan.reads.exposed_lists) {
        if *exposed {
            open.iter_mut().zip(&list.supplied).for_each(|(open, supplied)| *open |= !supplied);
        }
        for (slot, read) in list.fields.iter().zip(reads) {
            let Some(known) = &slot.known else { continue };
            for (row, open) in open.iter_mut().enumerate() {
                *open |= known[list.elements().of(row)].iter().any(|known| read.shows(*known));
            }
        }
    }
    open
}

/// How many combinations of the gaps are tried; `None` where they cannot be listed or are too many.
pub(crate) fn combinations(gaps: &[Gap<'_>]) -> Option<usize> {
    let mut product = 1usize;
    // A list that was not supplied is in the way only where a run comes to need it.
    for gap in gaps.iter().filter(|gap| !matches!(gap.place, Place::List(_))) {
        product = product.checked_mul(gap.values.as_ref()?.count)?;
    }
    (product <= MOST_COMBINATIONS).then(|| gaps.iter().map(Gap::count).product())
}

/// After how many combinations each gap's value changes; the last gap's changes fastest.
fn strides(gaps: &[Gap<'_>]) -> Vec<usize> {
    let mut strides = vec![1; gaps.len()];
    for at in (1..gaps.len()).rev() {
        strides[at - 1] = strides[at] * gaps[at].count();
    }
    strides
}

impl Gap<'_> {
    /// How many values are tried; a list that was not supplied stays so.
    fn count(&self) -> usize {
        self.values.as_ref().map_or(1, |values| values.tried.len())
    }
}

/// Gaps in which two possible combinations differ alone, and in their tiers. `tiers` has the tier of
/// each combination, of the possible ones.
pub(crate) fn deciding(gaps: &[Gap<'_>], tiers: &[Option<u8>]) -> Vec<Place> {
    let decides = |count: usize, stride: usize| {
        let firsts = (0..tiers.len()).filter(|at| (at / stride).is_multiple_of(count));
        firsts.into_iter().any(|first| {
            let mut own = (0..count).filter_map(|digit| tiers[first + digit * stride]);
            own.next().is_some_and(|one| own.any(|other| other != one))
        })
    };
    let each = gaps.iter().zip(strides(gaps));
    each.filter(|(gap, stride)| decides(gap.count(), *stride)).map(|(gap, _)| gap.place).collect()
}

/// The combinations of some rows, as a block: those of the first row first.
pub(crate) fn expand(block: &Block, rows: &[(usize, &[Gap<'_>], usize)]) -> Block {
    let positions: Vec<usize> =
        rows.iter().flat_map(|(row, _, count)| std::iter::repeat_n(*row, *count)).collect();
    let mut trial = Block {
        rows: positions.len(),
        fields: block.fields.iter().map(|slot| repeat(slot, &positions)).collect(),
        lists: block.lists.iter().map(|list| repeat_list(list, &positions)).collect(),
        texts: block.texts.clone(),
        errors: Vec::new(),
    };
    let mut at = 0;
    for (row, gaps, count) in rows {
        let strides = strides(gaps);
        for combination in 0..*count {
            for (gap, stride) in gaps.iter().zip(&strides) {
                fill(&mut trial, block, *row, at, gap, combination / stride % gap.count());
            }
            at += 1;
        }
    }
    trial
}

fn fill(trial: &mut Block, block: &Block, row: usize, at: usize, gap: &Gap<'_>, digit: usize) {
    let (slot, at) = match gap.place {
        Place::Field(field) => (&mut trial.fields[field], at),
        Place::Element(list, field, element) => {
            let first = block.lists[list.index()].offsets[row] as usize;
            let list = &mut trial.lists[list.index()];
            (&mut list.fields[field], list.offsets[at] as usize + element - first)
        }
        Place::List(_) => return,
    };
    if let Some(values) = &gap.values {
        slot.lane.copy(at, &values.tried, digit);
    }
    if let Some(known) = &mut slot.known {
        known[at] = if gap.assumed { Known::Assumed } else { Known::Value };
    }
}

fn repeat(slot: &Slot, positions: &[usize]) -> Slot {
    let known = slot.known.as_ref().map(|known| positions.iter().map(|at| known[*at]).collect());
    Slot { lane: slot.lane.gather(positions.iter().copied()), known }
}

fn repeat_list(list: &ListSlot, positions: &[usize]) -> ListSlot {
    let elements: Vec<usize> = positions.iter().flat_map(|row| list.elements().of(*row)).collect();
    let mut offsets = vec![0u32];
    for row in positions {
        offsets.push(offsets[offsets.len() - 1] + list.elements().of(*row).len() as u32);
    }
    ListSlot {
        offsets,
        supplied: positions.iter().map(|row| list.supplied[*row]).collect(),
        fields: list.fields.iter().map(|slot| repeat(slot, &elements)).collect(),
    }
}
