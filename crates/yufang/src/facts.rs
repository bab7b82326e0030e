//! What is known of one row, typed: for examples, interval evaluation and the reference interpreter.

use crate::codes::CodeId;
use crate::date::Date;
use crate::model::Constant;

/// What is known of one field. A known value has passed the field's checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A value from the data.
    Known(Constant),
    /// No value, but the field has a default: as good as known.
    Default(Constant),
    /// No value: a gap. It may be any valid value; `有` says no.
    Missing,
    /// Only a coarser code: a gap among the codes beneath it; `有` says no.
    Coarse(CodeId),
    /// There is a valid value, but it is not told (examples name few fields): `有` says yes, and
    /// 无则 does not act.
    Untold,
}

impl Fact {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&Constant> {
        match self {
            Fact::Known(value) | Fact::Default(value) => Some(value),
            Fact::Missing | Fact::Coarse(_) | Fact::Untold => None,
        }
    }

    /// Whether 无则 and 有 see a gap.
    pub fn is_gap(&self) -> bool {
        matches!(self, Fact::Missing | Fact::Coarse(_))
    }
}

/// What is known of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// One a row field, in the model's order.
    pub fields: Vec<Fact>,
    /// One a list: its elements, each one fact a field; `None` where no list was supplied.
    pub lists: Vec<Option<Vec<Vec<Fact>>>>,
    /// The as-of date, where one was given.
    pub as_of: Option<Date>,
}
