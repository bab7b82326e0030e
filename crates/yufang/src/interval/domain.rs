//! Sets of values that an expression can have.

use crate::codes::CodeId;
use crate::date::Date;
use crate::model::{Constant, Range};
use crate::number::Number;
use crate::plan::Bounds;
use crate::verdict::{RowError, TierSet};

/// Whether something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    No,
    Maybe,
    Yes,
}

impl Known {
    /// So only if both are; not so only if neither is.
    pub(crate) fn join(self, other: Known) -> Known {
        if self == other { self } else { Known::Maybe }
    }

    /// So as soon as one is.
    pub(crate) fn or(self, other: Known) -> Known {
        match (self, other) {
            (Known::Yes, _) | (_, Known::Yes) => Known::Yes,
            (Known::No, Known::No) => Known::No,
            _ => Known::Maybe,
        }
    }
}

/// The values themselves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Possible {
    /// Within bounds; where few, each of them, ascending.
    Number(Bounds, Option<Vec<Number>>),
    Flag {
        yes: bool,
        no: bool,
    },
    Tiers(TierSet),
    /// Positions in a code list or a set of options, ascending.
    Codes(Vec<CodeId>),
    Options(Vec<u32>),
    Date(Date, Date),
    /// One text, or any.
    Text(Option<String>),
    /// None: the expression certainly has no value.
    Nothing,
}

/// What an expression can be.
#[derive(Debug, Clone)]
pub(crate) struct Abstract {
    pub(crate) possible: Possible,
    /// Whether 有 says no and 无则 acts: a gap, or no value.
    pub(crate) gap: Known,
    /// Whether there is no value at all, for no gap's fault: no row, a division by zero.
    pub(crate) error: Known,
    /// The error, where there may be one.
    pub(crate) reason: Option<RowError>,
    /// Whether it may be a gap on purpose, which could be anything: `possible` says what it is if not.
    pub(crate) hole: bool,
}

impl Abstract {
    pub(crate) fn known(possible: Possible) -> Abstract {
        Abstract { possible, gap: Known::No, error: Known::No, reason: None, hole: false }
    }

    pub(crate) fn with_gap(mut self, gap: Known) -> Abstract {
        self.gap = gap;
        self
    }

    pub(crate) fn flag(yes: bool, no: bool) -> Abstract {
        Abstract::known(Possible::Flag { yes, no })
    }

    pub(crate) fn bounds(bounds: Bounds) -> Abstract {
        Abstract::known(Possible::Number(bounds, None))
    }

    /// The gap and the errors of an operation that needs all its operands.
    pub(crate) fn strict(mut self, operands: &[&Abstract]) -> Abstract {
        for operand in operands {
            self.gap = self.gap.or(operand.gap);
            self.error = self.error.or(operand.error);
            self.hole |= operand.hole;
            if self.reason.is_none() {
                self.reason.clone_from(&operand.reason);
            }
        }
        self
    }

    pub(crate) fn failing(mut self, error: Known, reason: RowError) -> Abstract {
        self.error = self.error.or(error);
        self.gap = self.gap.or(error);
        self.reason.get_or_insert(reason);
        self
    }

    pub(crate) fn certain_error(&self) -> Result<(), RowError> {
        match (self.error, &self.reason) {
            (Known::Yes, Some(reason)) => Err(reason.clone()),
            _ => Ok(()),
        }
    }

    /// (may be true, may be false).
    pub(crate) fn flags(&self) -> (bool, bool) {
        match self.possible {
            Possible::Flag { yes, no } => (yes, no),
            _ => (true, true),
        }
    }

    /// Whether the value may be a gap on purpose: then it could be anything.
    pub(crate) fn may_be_absent(&self) -> bool {
        self.hole || self.possible == Possible::Nothing
    }

    pub(crate) fn tiers(&self, count: usize) -> TierSet {
        match self.possible {
            Possible::Tiers(tiers) if !self.hole => tiers,
            _ => TierSet(if count >= 64 { u64::MAX } else { (1 << count) - 1 }),
        }
    }

    pub(crate) fn number_bounds(&self) -> Bounds {
        match &self.possible {
            Possible::Number(bounds, _) => bounds.clone(),
            Possible::Flag { yes, no } => {
                let ends = [(*no, 0), (*yes, 1)];
                let values: Vec<Number> = ends
                    .iter()
                    .filter(|(own, _)| *own)
                    .map(|(_, value)| crate::number::whole(*value))
                    .collect();
                Bounds::around(&values)
            }
            _ => Bounds::default(),
        }
    }

    pub(crate) fn number_values(&self) -> Option<&[Number]> {
        match &self.possible {
            Possible::Number(_, values) => values.as_deref(),
            _ => None,
        }
    }

    /// Whether zero is among the numbers.
    pub(crate) fn may_be_zero(&self) -> bool {
        let zero = crate::number::whole(0);
        match self.number_values() {
            Some(values) => values.contains(&zero),
            None => self.possible != Possible::Nothing && self.number_bounds().has_zero(),
        }
    }

    /// Whether any of the numbers lies within a range.
    pub(crate) fn meets(&self, range: &Range) -> bool {
        if self.may_be_absent() {
            return true;
        }
        if let Some(values) = self.number_values() {
            return values.iter().any(|value| range.contains(value));
        }
        let bounds = self.number_bounds();
        let below = |lo: &Option<Number>, hi: &Option<(Number, bool)>| match (lo, hi) {
            (Some(lo), Some((hi, closed))) => lo < hi || (*closed && lo == hi),
            _ => true,
        };
        let above = |hi: &Option<Number>, lo: &Option<(Number, bool)>| match (hi, lo) {
            (Some(hi), Some((lo, closed))) => hi > lo || (*closed && hi == lo),
            _ => true,
        };
        below(&bounds.lo, &range.hi) && above(&bounds.hi, &range.lo)
    }

    /// The number, where there can be no other.
    pub(crate) fn number(&self) -> Option<Number> {
        match self.constant()? {
            Constant::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The value, where there can be no other.
    pub(crate) fn constant(&self) -> Option<Constant> {
        if self.error != Known::No || self.hole {
            return None;
        }
        match &self.possible {
            Possible::Number(bounds, _) => {
                let lo = bounds.lo.clone()?;
                (bounds.hi.as_ref() == Some(&lo)).then_some(Constant::Number(lo))
            }
            Possible::Flag { yes, no } => (yes != no).then_some(Constant::Flag(*yes)),
            Possible::Tiers(tiers) => tiers.single().map(Constant::Tier),
            Possible::Codes(codes) => match codes[..] {
                [code] => Some(Constant::Code(code)),
                _ => None,
            },
            Possible::Options(options) => match options[..] {
                [option] => Some(Constant::Option(option)),
                _ => None,
            },
            Possible::Date(lo, hi) => (lo == hi).then_some(Constant::Date(*lo)),
            Possible::Text(text) => text.clone().map(Constant::Text),
            Possible::Nothing => None,
        }
    }

    /// Either of two.
    pub(crate) fn either(&self, other: &Abstract) -> Abstract {
        let possible = match (&self.possible, &other.possible) {
            (Possible::Nothing, own) | (own, Possible::Nothing) => own.clone(),
            (Possible::Number(a, few), Possible::Number(b, more)) => {
                let values = few.as_ref().zip(more.as_ref()).map(|(few, more)| merged(few, more));
                Possible::Number(a.hull(b), values)
            }
            (Possible::Flag { yes, no }, Possible::Flag { yes: y, no: n }) => {
                Possible::Flag { yes: *yes || *y, no: *no || *n }
            }
            (Possible::Tiers(a), Possible::Tiers(b)) => Possible::Tiers(a.union(*b)),
            (Possible::Codes(a), Possible::Codes(b)) => Possible::Codes(merged(a, b)),
            (Possible::Options(a), Possible::Options(b)) => Possible::Options(merged(a, b)),
            (Possible::Date(lo, hi), Possible::Date(l, h)) => Possible::Date(*lo.min(l), *hi.max(h)),
            (Possible::Text(a), Possible::Text(b)) if a == b => Possible::Text(a.clone()),
            (Possible::Text(_), _) => Possible::Text(None),
            // INVARIANT: both branches have one type.
            (own, _) => own.clone(),
        };
        Abstract {
            possible,
            gap: self.gap.join(other.gap),
            error: self.error.join(other.error),
            reason: self.reason.clone().or_else(|| other.reason.clone()),
            hole: self.hole || other.hole,
        }
    }
}

fn merged<T: Ord + Clone>(a: &[T], b: &[T]) -> Vec<T> {
    let mut all: Vec<T> = a.iter().chain(b).cloned().collect();
    all.sort();
    all.dedup();
    all
}
