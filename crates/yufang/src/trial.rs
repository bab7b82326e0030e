//! Rows with gaps: every combination of what the missing values may be, run as rows of their own.

use crate::codes::CodeId;
use crate::column::block::{Block, Known, ListSlot, Slot, lane_of};
use crate::kernel::Lane;
use crate::model::{Constant, Field, ListId, Model};
use crate::plan::{MOST_COMBINATIONS, Plan, Read};

/// Something that is missing in a row and may show in its tier.
#[derive(Debug)]
pub(crate) struct Gap {
    pub(crate) place: Place,
    /// 无则 and 有 see it as a gap; not so what is merely untold.
    assumed: bool,
    /// What it may be, in the field's form; `None` where that cannot be listed.
    values: Option<Lane>,
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
pub(crate) fn gaps(model: &Model, plan: &Plan, block: &Block, row: usize) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (at, slot) in block.fields.iter().enumerate() {
        let field = &model.subject.fields[at];
        gaps.extend(gap(model, field, slot, row, &plan.reads.fields[at], Place::Field(at)));
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
            for (own, field) in model.subject.lists[at].fields.iter().enumerate() {
                let place = Place::Element(list, own, element);
                gaps.extend(gap(model, field, &slot.fields[own], element, &plan.reads.lists[at][own], place));
            }
        }
    }
    gaps
}

fn gap(model: &Model, field: &Field, slot: &Slot, at: usize, read: &Read, place: Place) -> Option<Gap> {
    let known = slot.known(at);
    let assumed = match known {
        Known::Missing | Known::Coarse if read.exposed => true,
        Known::Untold if read.anywhere => false,
        _ => return None,
    };
    let coarse = match &slot.lane {
        Lane::Index(codes) if known == Known::Coarse => Some(CodeId(codes[at])),
        _ => None,
    };
    let values = read.domain.values(model, coarse).map(|values| {
        let values: Vec<Option<Constant>> = values.into_iter().map(Some).collect();
        lane_of(field, &values, |_| 0)
    });
    Some(Gap { place, assumed, values })
}

/// How many combinations the gaps have; `None` where they cannot be listed or are too many.
pub(crate) fn combinations(gaps: &[Gap]) -> Option<usize> {
    let mut product = 1usize;
    // A list that was not supplied is in the way only where a run comes to need it.
    for gap in gaps.iter().filter(|gap| !matches!(gap.place, Place::List(_))) {
        product = product.checked_mul(gap.values.as_ref()?.len())?;
    }
    (product <= MOST_COMBINATIONS).then_some(product)
}

/// Which value each gap has in a combination; the last gap changes fastest.
pub(crate) fn digits(gaps: &[Gap], combination: usize) -> Vec<usize> {
    let mut rest = combination;
    let mut digits = vec![0; gaps.len()];
    for (digit, gap) in digits.iter_mut().zip(gaps).rev() {
        let len = gap.values.as_ref().map_or(1, Lane::len);
        *digit = rest % len;
        rest /= len;
    }
    digits
}

/// The combinations of some rows, as a block: those of the first row first.
pub(crate) fn expand(block: &Block, rows: &[(usize, &[Gap], usize)]) -> Block {
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
        for combination in 0..*count {
            for (gap, digit) in gaps.iter().zip(digits(gaps, combination)) {
                fill(&mut trial, block, *row, at, gap, digit);
            }
            at += 1;
        }
    }
    trial
}

fn fill(trial: &mut Block, block: &Block, row: usize, at: usize, gap: &Gap, digit: usize) {
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
        slot.lane.copy(at, values, digit);
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
