//! Column operations: slices in, slices out. Each handles a block at once and marks the values that
//! depend on a gap or that are not there.

#![allow(clippy::clone_on_copy, reason = "the same code serves integers and rationals")]

pub(crate) mod arithmetic;
pub(crate) mod compare;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod logic;

use crate::number::Number;

/// Values of one form. A constant has length 1 and stands for any length.
#[derive(Debug, Clone)]
pub(crate) enum Lane {
    Flag(Vec<u8>),
    Scaled(Vec<i64>),
    Wide(Vec<i128>),
    Exact(Vec<Number>),
    Index(Vec<u32>),
    Text(Vec<u32>),
    Date(Vec<i32>),
    Tier(Vec<u8>),
}

/// Applies `$body` to the vector inside any lane.
macro_rules! each_lane {
    ($lane:expr, $values:ident => $body:expr) => {
        match $lane {
            Lane::Flag($values) => $body,
            Lane::Scaled($values) => $body,
            Lane::Wide($values) => $body,
            Lane::Exact($values) => $body,
            Lane::Index($values) => $body,
            Lane::Text($values) => $body,
            Lane::Date($values) => $body,
            Lane::Tier($values) => $body,
        }
    };
}

/// Makes a lane of the same form from the vector inside a lane.
macro_rules! map_lane {
    ($lane:expr, $values:ident => $body:expr) => {
        match $lane {
            Lane::Flag($values) => Lane::Flag($body),
            Lane::Scaled($values) => Lane::Scaled($body),
            Lane::Wide($values) => Lane::Wide($body),
            Lane::Exact($values) => Lane::Exact($body),
            Lane::Index($values) => Lane::Index($body),
            Lane::Text($values) => Lane::Text($body),
            Lane::Date($values) => Lane::Date($body),
            Lane::Tier($values) => Lane::Tier($body),
        }
    };
}

/// Makes a lane of the same form from the vectors inside two lanes of one form.
macro_rules! zip_lanes {
    ($one:expr, $other:expr, $a:ident, $b:ident => $body:expr) => {
        match ($one, $other) {
            (Lane::Flag($a), Lane::Flag($b)) => Lane::Flag($body),
            (Lane::Scaled($a), Lane::Scaled($b)) => Lane::Scaled($body),
            (Lane::Wide($a), Lane::Wide($b)) => Lane::Wide($body),
            (Lane::Exact($a), Lane::Exact($b)) => Lane::Exact($body),
            (Lane::Index($a), Lane::Index($b)) => Lane::Index($body),
            (Lane::Text($a), Lane::Text($b)) => Lane::Text($body),
            (Lane::Date($a), Lane::Date($b)) => Lane::Date($body),
            (Lane::Tier($a), Lane::Tier($b)) => Lane::Tier($body),
            (one, _) => one.clone(),
        }
    };
}

pub(crate) use zip_lanes;

impl Lane {
    pub(crate) fn len(&self) -> usize {
        each_lane!(self, values => values.len())
    }

    /// The values at `positions`, in that order.
    pub(crate) fn gather(&self, positions: impl Iterator<Item = usize>) -> Lane {
        map_lane!(self, values => positions.map(|at| values[at].clone()).collect())
    }

    /// Writes value `from` of a lane of the same form.
    pub(crate) fn copy(&mut self, at: usize, other: &Lane, from: usize) {
        match (self, other) {
            (Lane::Flag(own), Lane::Flag(other)) | (Lane::Tier(own), Lane::Tier(other)) => {
                own[at] = other[from]
            }
            (Lane::Scaled(own), Lane::Scaled(other)) => own[at] = other[from],
            (Lane::Wide(own), Lane::Wide(other)) => own[at] = other[from],
            (Lane::Exact(own), Lane::Exact(other)) => own[at].clone_from(&other[from]),
            (Lane::Index(own), Lane::Index(other)) | (Lane::Text(own), Lane::Text(other)) => {
                own[at] = other[from]
            }
            (Lane::Date(own), Lane::Date(other)) => own[at] = other[from],
            // INVARIANT: both lanes were made for one node or field.
            _ => {}
        }
    }

    /// Adds the values of a lane of the same form.
    pub(crate) fn append(&mut self, other: Lane) {
        match (self, other) {
            (Lane::Flag(own), Lane::Flag(other)) | (Lane::Tier(own), Lane::Tier(other)) => own.extend(other),
            (Lane::Scaled(own), Lane::Scaled(other)) => own.extend(other),
            (Lane::Wide(own), Lane::Wide(other)) => own.extend(other),
            (Lane::Exact(own), Lane::Exact(other)) => own.extend(other),
            (Lane::Index(own), Lane::Index(other)) | (Lane::Text(own), Lane::Text(other)) => {
                own.extend(other)
            }
            (Lane::Date(own), Lane::Date(other)) => own.extend(other),
            // INVARIANT: both lanes were made for one node or field.
            _ => {}
        }
    }

    /// Gives texts other numbers.
    pub(crate) fn renumber(&mut self, mut number: impl FnMut(u32) -> u32) {
        if let Lane::Text(own) = self {
            own.iter_mut().for_each(|text| *text = number(*text));
        }
    }

    /// Whether two values of lanes of one form are equal.
    pub(crate) fn same(&self, at: usize, other: &Lane, from: usize) -> bool {
        match (self, other) {
            (Lane::Flag(own), Lane::Flag(other)) | (Lane::Tier(own), Lane::Tier(other)) => {
                pick(own, at) == pick(other, from)
            }
            (Lane::Scaled(own), Lane::Scaled(other)) => pick(own, at) == pick(other, from),
            (Lane::Wide(own), Lane::Wide(other)) => pick(own, at) == pick(other, from),
            (Lane::Exact(own), Lane::Exact(other)) => pick(own, at) == pick(other, from),
            (Lane::Index(own), Lane::Index(other)) | (Lane::Text(own), Lane::Text(other)) => {
                pick(own, at) == pick(other, from)
            }
            (Lane::Date(own), Lane::Date(other)) => pick(own, at) == pick(other, from),
            _ => false,
        }
    }

    pub(crate) fn flags(&self) -> &[u8] {
        match self {
            Lane::Flag(flags) => flags,
            // INVARIANT: check types conditions as flags.
            _ => &[],
        }
    }

    pub(crate) fn tiers(&self) -> &[u8] {
        match self {
            Lane::Tier(tiers) => tiers,
            // INVARIANT: check types tiers as tiers.
            _ => &[],
        }
    }

    pub(crate) fn positions(&self) -> &[u32] {
        match self {
            Lane::Index(positions) | Lane::Text(positions) => positions,
            // INVARIANT: the plan uses positions only of such lanes.
            _ => &[],
        }
    }
}

/// Whether a value is there, and what became of it if not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum State {
    /// Does not depend on a gap.
    Known,
    /// Depends on a gap that was filled for trial.
    Assumed,
    /// A value that an example does not tell: no gap for 无则 and 有.
    Untold,
    /// A gap on purpose.
    Hole,
    /// A field or list without value.
    Missing,
    /// A table had no row.
    NoRow,
    /// Divided by zero.
    DivisionByZero,
    /// Least or greatest of none.
    Empty,
    /// More bits than allowed.
    TooBig,
}

/// A state, and for what is not there, at which node and position that came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) state: State,
    pub(crate) node: u32,
    pub(crate) at: u32,
}

impl Mark {
    pub(crate) const KNOWN: Mark = Mark { state: State::Known, node: 0, at: 0 };
    pub(crate) const ASSUMED: Mark = Mark { state: State::Assumed, node: 0, at: 0 };

    pub(crate) fn new(state: State, node: usize, at: usize) -> Mark {
        Mark { state, node: node as u32, at: at as u32 }
    }

    /// There is no value.
    pub(crate) fn absent(self) -> bool {
        self.state >= State::Untold
    }

    /// There is no value, and none of the data's gaps is to blame.
    pub(crate) fn fault(self) -> bool {
        self.state >= State::NoRow
    }

    /// The mark of an operation on two values: faults before gaps, gaps before what is untold, the
    /// first before the second.
    pub(crate) fn and(self, other: Mark) -> Mark {
        match (self, other) {
            (one, _) if one.fault() => one,
            (_, two) if two.fault() => two,
            (one, two) if one.absent() && two.absent() && one.state == State::Untold => two,
            (one, _) if one.absent() => one,
            (_, two) if two.absent() => two,
            (one, two) => {
                if one.state == State::Assumed {
                    one
                } else {
                    two
                }
            }
        }
    }
}

/// What a node gives: values, and marks where any value is not plainly known.
#[derive(Debug, Clone)]
pub(crate) struct Vector {
    pub(crate) lane: Lane,
    pub(crate) marks: Option<Vec<Mark>>,
}

impl Vector {
    pub(crate) fn known(lane: Lane) -> Vector {
        Vector { lane, marks: None }
    }

    /// The mark at a position; a constant's stands for all.
    pub(crate) fn mark(&self, at: usize) -> Mark {
        let Some(marks) = &self.marks else { return Mark::KNOWN };
        if marks.len() == 1 { marks[0] } else { marks[at] }
    }
}

/// The value of a position in a slice that may be a constant.
pub(crate) fn pick<T>(values: &[T], at: usize) -> &T {
    if values.len() == 1 { &values[0] } else { &values[at] }
}

/// Applies a function to pairs, either of which may be a constant.
pub(crate) fn zip<A, B, R>(a: &[A], b: &[B], f: impl Fn(&A, &B) -> R) -> Vec<R> {
    match (a, b) {
        ([x], many) => many.iter().map(|y| f(x, y)).collect(),
        (many, [y]) => many.iter().map(|x| f(x, y)).collect(),
        (a, b) => a.iter().zip(b).map(|(x, y)| f(x, y)).collect(),
    }
}

/// How many positions operands have together: a constant goes with any number, also with none.
pub(crate) fn joint_len(vectors: &[&Vector]) -> usize {
    let lengths = vectors.iter().map(|vector| vector.lane.len());
    lengths.fold(1, |all, own| if all == 1 { own } else { all })
}

/// The marks of a strict operation.
pub(crate) fn strict(vectors: &[&Vector]) -> Option<Vec<Mark>> {
    let mut all: Option<Vec<Mark>> = None;
    for marks in vectors.iter().filter_map(|vector| vector.marks.as_ref()) {
        all = Some(match all {
            None => marks.clone(),
            Some(own) => zip(&own, marks, |a, b| a.and(*b)),
        });
    }
    // A constant operand may have been the only one with marks.
    let len = joint_len(vectors);
    all.map(|marks| if marks.len() == 1 { vec![marks[0]; len] } else { marks })
}
