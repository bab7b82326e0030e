//! From rows to the elements of their lists and back.

use std::ops::Range;

use num_traits::Zero;

use super::{Lane, Mark, State, Vector, logic, pick};
use crate::ast::AggregateKind;
use crate::number::{MAX_BITS, Number, bits};

/// The elements of a block's rows: those of row `r` are `offsets[r]..offsets[r + 1]`.
pub(crate) struct Elements<'a> {
    pub(crate) offsets: &'a [u32],
    /// Whether each row was supplied with the list.
    pub(crate) supplied: &'a [bool],
}

impl Elements<'_> {
    pub(crate) fn rows(&self) -> usize {
        self.supplied.len()
    }

    pub(crate) fn of(&self, row: usize) -> std::ops::Range<usize> {
        self.offsets[row] as usize..self.offsets[row + 1] as usize
    }

    fn owners(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.rows()).flat_map(|row| self.of(row).map(move |_| row))
    }
}

/// Each element's owner's value.
pub(crate) fn owner(a: &Vector, elements: &Elements<'_>) -> Vector {
    if a.lane.len() == 1 && elements.rows() != 1 {
        return a.clone();
    }
    let lane = a.lane.gather(elements.owners());
    let marks = a.marks.as_ref().map(|marks| elements.owners().map(|row| *pick(marks, row)).collect());
    Vector { lane, marks }
}

/// Something of each row's elements.
pub(crate) fn aggregate(
    kind: AggregateKind,
    value: Option<&Vector>,
    filter: Option<&Vector>,
    elements: &Elements<'_>,
    node: usize,
) -> Vector {
    let fold = Fold { kind, value, filter, node };
    let mut results = fold.empty(elements.rows());
    let mut marks = vec![Mark::KNOWN; elements.rows()];
    for (row, mark) in marks.iter_mut().enumerate() {
        *mark = if elements.supplied[row] {
            fold.row(elements.of(row), row, &mut results)
        } else {
            Mark::new(State::Missing, node, row)
        };
    }
    let plain = marks.iter().all(|mark| *mark == Mark::KNOWN);
    Vector { lane: results, marks: (!plain).then_some(marks) }
}

struct Fold<'a> {
    kind: AggregateKind,
    value: Option<&'a Vector>,
    filter: Option<&'a Vector>,
    node: usize,
}

impl Fold<'_> {
    fn empty(&self, rows: usize) -> Lane {
        match (self.kind, self.value) {
            (AggregateKind::Any | AggregateKind::All, _) => Lane::Flag(vec![0; rows]),
            (AggregateKind::Count, _) | (_, None) => Lane::Scaled(vec![0; rows]),
            (_, Some(value)) => match &value.lane {
                Lane::Flag(_) => Lane::Flag(vec![0; rows]),
                Lane::Scaled(_) => Lane::Scaled(vec![0; rows]),
                Lane::Wide(_) => Lane::Wide(vec![0; rows]),
                Lane::Exact(_) => Lane::Exact(vec![Number::zero(); rows]),
                Lane::Index(_) => Lane::Index(vec![0; rows]),
                Lane::Text(_) => Lane::Text(vec![0; rows]),
                Lane::Date(_) => Lane::Date(vec![0; rows]),
                Lane::Tier(_) => Lane::Tier(vec![0; rows]),
            },
        }
    }

    /// Writes the result of one row and says what it depends on.
    fn row(&self, range: Range<usize>, row: usize, results: &mut Lane) -> Mark {
        match self.kind {
            AggregateKind::Any | AggregateKind::All => {
                let (flag, mark) = self.condition(range);
                set(results, row, flag);
                mark
            }
            AggregateKind::Count => {
                if let Lane::Scaled(results) = results {
                    results[row] = self.taken(range.clone()).count() as i64;
                }
                self.filter_mark(range)
            }
            AggregateKind::Sum => {
                let mark = self.value_marks(range.clone(), self.filter_mark(range.clone()));
                self.sum(range, row, results).map_or(mark, |fault| mark.and(fault))
            }
            AggregateKind::Min | AggregateKind::Max => {
                let mark = self.value_marks(range.clone(), self.filter_mark(range.clone()));
                if self.taken(range.clone()).next().is_none() && !mark.absent() {
                    return Mark::new(State::Empty, self.node, row);
                }
                self.extreme(range, row, results);
                mark
            }
        }
    }

    /// What it depends on which elements are taken.
    fn filter_mark(&self, range: Range<usize>) -> Mark {
        match self.filter.filter(|filter| filter.marks.is_some()) {
            Some(filter) => range.fold(Mark::KNOWN, |all, at| all.and(filter.mark(at))),
            None => Mark::KNOWN,
        }
    }

    /// A mark and those of the values that are taken.
    fn value_marks(&self, range: Range<usize>, mark: Mark) -> Mark {
        match self.value.filter(|value| value.marks.is_some()) {
            Some(value) => self.taken(range).fold(mark, |all, at| all.and(value.mark(at))),
            None => mark,
        }
    }

    /// The elements that the filter lets in.
    fn taken(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let lets_in =
            |filter: &Vector, at: usize| *pick(filter.lane.flags(), at) == 1 && !filter.mark(at).absent();
        range.filter(move |at| self.filter.is_none_or(|filter| lets_in(filter, *at)))
    }

    /// 任一: or of (filter 且 value); 全部: and of (非 filter 或 value).
    fn condition(&self, range: Range<usize>) -> (u8, Mark) {
        let any = self.kind == AggregateKind::Any;
        let element = |at: usize| {
            let value =
                self.value.map_or((1, Mark::KNOWN), |value| (*pick(value.lane.flags(), at), value.mark(at)));
            let Some(filter) = self.filter else { return value };
            let own = (*pick(filter.lane.flags(), at), filter.mark(at));
            if any {
                logic::kleene([own, value].into_iter(), 0)
            } else {
                logic::kleene([(1 - own.0, own.1), value].into_iter(), 1)
            }
        };
        logic::kleene(range.map(element), u8::from(any))
    }

    fn sum(&self, range: Range<usize>, row: usize, results: &mut Lane) -> Option<Mark> {
        match (&self.value?.lane, results) {
            (Lane::Scaled(values), Lane::Scaled(results)) => {
                results[row] = self.taken(range).map(|at| *pick(values, at)).sum();
            }
            (Lane::Wide(values), Lane::Wide(results)) => {
                results[row] = self.taken(range).map(|at| *pick(values, at)).sum();
            }
            (Lane::Exact(values), Lane::Exact(results)) => {
                let mut sum = Number::zero();
                for at in self.taken(range) {
                    sum += pick(values, at);
                    if bits(&sum) > MAX_BITS {
                        return Some(Mark::new(State::TooBig, self.node, row));
                    }
                }
                results[row] = sum;
            }
            // INVARIANT: the plan sums numbers, and results have their form.
            _ => {}
        }
        None
    }

    fn extreme(&self, range: Range<usize>, row: usize, results: &mut Lane) {
        let Some(value) = self.value else { return };
        let greatest = self.kind == AggregateKind::Max;
        macro_rules! best {
            ($values:expr, $results:expr) => {{
                let each = self.taken(range).map(|at| pick($values, at));
                if let Some(best) = if greatest { each.max() } else { each.min() } {
                    $results[row] = best.clone();
                }
            }};
        }
        match (&value.lane, results) {
            (Lane::Scaled(values), Lane::Scaled(results)) => best!(values, results),
            (Lane::Wide(values), Lane::Wide(results)) => best!(values, results),
            (Lane::Exact(values), Lane::Exact(results)) => best!(values, results),
            (Lane::Date(values), Lane::Date(results)) => best!(values, results),
            (Lane::Tier(values), Lane::Tier(results)) => best!(values, results),
            // INVARIANT: check lets only ordered values have a least and a greatest.
            _ => {}
        }
    }
}

fn set(results: &mut Lane, row: usize, flag: u8) {
    if let Lane::Flag(results) = results {
        results[row] = flag;
    }
}
