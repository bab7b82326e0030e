//! The reference interpreter: one row at a time, a tree walk over the [`Model`] with big rationals.
//!
//! It is a test oracle and slow on purpose: every line should be plainly what the language says. It
//! shares nothing with the plan, the kernels or the interval evaluation that production runs, so
//! that a mistake there is not repeated here. Behind the feature `reference`, off by default.

mod aggregate;
mod bounds;
mod bounds_effects;
mod bounds_lists;
mod bounds_operators;
mod combinations;
mod domain;
mod evaluate;
mod functions;
mod lookup;
mod outcome;
mod reads;
mod run;
mod validate;

use std::collections::BTreeMap;

use crate::facts::Facts;
use crate::model::{Constant, DefId, FieldId, ListId, Model, Space};
use crate::number::Number;
use crate::verdict::{RowError, Status, TierSet};

use evaluate::Interpreter;
use outcome::Outcome;

pub use reads::{Place, gaps};

/// What grading one row gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceVerdict {
    /// How the row came out.
    pub status: Status,
    /// The tiers that are possible; of an invalid row none.
    pub possible: TierSet,
    /// The number that the grade is by, where it is certain.
    pub score: Option<Number>,
    /// Every 输出 in written order, where it is certain.
    pub outputs: Vec<Option<Constant>>,
    /// Rules whose condition certainly holds.
    pub fired: Vec<usize>,
    /// Alerts whose condition certainly holds.
    pub alerts: Vec<usize>,
    /// Alerts whose condition may hold; those that certainly do are among them.
    pub maybe_alerts: Vec<usize>,
    /// Fields and lists whose gap decides the tier, in the model's order, lists last.
    pub missing: Vec<String>,
    /// Why the row is invalid.
    pub error: Option<RowError>,
    /// Whether the gaps were bounded by intervals rather than tried one by one: then the possible
    /// tiers are sound, but need not be exact.
    pub bounded: bool,
}

impl ReferenceVerdict {
    fn invalid(model: &Model, error: RowError) -> Self {
        ReferenceVerdict {
            status: Status::Invalid,
            possible: TierSet::default(),
            score: None,
            outputs: vec![None; model.outputs().count()],
            fired: Vec::new(),
            alerts: Vec::new(),
            maybe_alerts: Vec::new(),
            missing: Vec::new(),
            error: Some(error),
            bounded: false,
        }
    }
}

/// Values that a row's gaps are supposed to have.
pub type Hypotheses = BTreeMap<Place, Constant>;

/// Grades one row.
pub fn grade(model: &Model, facts: &Facts) -> ReferenceVerdict {
    if let Some(error) = validate::first_error(model, facts, &Hypotheses::new()) {
        return ReferenceVerdict::invalid(model, error);
    }
    match combinations::grade(model, facts) {
        Some(verdict) => verdict,
        None => bounds_effects::grade(model, facts),
    }
}

/// The tier if the row's gaps had these values, or why there is none: a hole or a list that was not
/// supplied gives `Ok(None)`.
///
/// # Errors
/// What makes the row invalid.
pub fn tier_under(model: &Model, facts: &Facts, hypotheses: &Hypotheses) -> Result<Option<u8>, RowError> {
    if let Some(error) = validate::first_error(model, facts, hypotheses) {
        return Err(error);
    }
    match run::run(model, facts, hypotheses) {
        run::Run::Graded(outcome) => Ok(Some(outcome.tier)),
        run::Run::Open => Ok(None),
        run::Run::Invalid(error) => Err(error),
    }
}

/// Whether a value could fill a gap.
pub fn may_fill(model: &Model, facts: &Facts, place: Place, value: &Constant) -> bool {
    domain::may_fill(model, facts, place, value)
}

/// The value of a row's definition: `None` where it has none, or depends on a gap.
pub fn value(model: &Model, facts: &Facts, definition: DefId) -> Option<Constant> {
    let own = &model.definitions[definition.index()];
    let hypotheses = Hypotheses::new();
    let interpreter = Interpreter::new(model, facts, &hypotheses, &own.name);
    match (own.space, interpreter.value(own.expr, None)) {
        (Space::Row, Outcome::Known(value)) => Some(value),
        _ => None,
    }
}

/// The names of gaps, each once: fields in the model's order, then lists.
fn names(model: &Model, fields: &[FieldId], lists: &[ListId]) -> Vec<String> {
    let fields_named = model.subject.fields.iter().enumerate();
    let fields_named = fields_named.filter(|(at, _)| fields.contains(&FieldId(*at as u32)));
    let lists_named = model.subject.lists.iter().enumerate();
    let lists_named = lists_named.filter(|(at, _)| lists.contains(&ListId(*at as u32)));
    let names = fields_named.map(|(_, field)| field.name.clone());
    names.chain(lists_named.map(|(_, list)| list.name.clone())).collect()
}
