//! Interval evaluation: which tiers remain possible where gaps cannot be tried one by one.
use crate::facts::Facts;
use crate::model::{Constant, Model};
use crate::number::Number;
use crate::verdict::{RowError, TierSet};

/// What is certain of a row with gaps.
#[derive(Debug, Clone, Default)]
pub struct Bounded {
    /// Tiers that are possible.
    pub possible: TierSet,
    /// The score, where it is certain.
    pub score: Option<Number>,
    /// Outputs, where they are certain.
    pub outputs: Vec<Option<Constant>>,
    /// Rules that certainly fire.
    pub fired: Vec<usize>,
    /// Alerts that certainly fire.
    pub alerts: Vec<usize>,
    /// Alerts that may fire.
    pub maybe_alerts: Vec<usize>,
}

/// Evaluates.
pub fn evaluate(_model: &Model, _facts: &Facts) -> Result<Bounded, RowError> {
    Ok(Bounded::default())
}
