//! One concrete run: from the base tier through the effects to the tier, outputs and alerts.

use super::Hypotheses;
use super::evaluate::Interpreter;
use super::outcome::{Cause, Outcome};
use crate::facts::Facts;
use crate::model::{Constant, Effect, ExprId, GradeBy, Model};
use crate::number::Number;
use crate::verdict::RowError;

/// How a run came out.
pub(super) enum Run {
    /// With a tier.
    Graded(Graded),
    /// The tier needs a value that nothing supposes: a hole, or a list that was not supplied.
    Open,
    /// With an error.
    Invalid(RowError),
}

/// What a run gives.
pub(super) struct Graded {
    pub(super) tier: u8,
    pub(super) score: Option<Number>,
    pub(super) outputs: Vec<Option<Constant>>,
    pub(super) fired: Vec<bool>,
    /// One an alert: whether its condition holds, if that is known.
    pub(super) alerts: Vec<Option<bool>>,
}

/// Why there is no tier.
enum Stop {
    Open,
    Error(RowError),
}

/// What a run's clauses need: a value, and not an absent one.
fn needed(outcome: Outcome) -> Result<Constant, Stop> {
    match outcome {
        Outcome::Known(value) | Outcome::Assumed(value) => Ok(value),
        Outcome::Absent(Cause::Error(error)) => Err(Stop::Error(error)),
        Outcome::Absent(_) => Err(Stop::Open),
    }
}

/// What outputs and alerts give: an absent value that is no error stays empty.
fn wanted(outcome: Outcome) -> Result<Option<Constant>, RowError> {
    match outcome {
        Outcome::Known(value) | Outcome::Assumed(value) => Ok(Some(value)),
        Outcome::Absent(Cause::Error(error)) => Err(error),
        Outcome::Absent(_) => Ok(None),
    }
}

/// Runs the rules with the gaps filled by `hypotheses`.
pub(super) fn run(model: &Model, facts: &Facts, hypotheses: &Hypotheses) -> Run {
    let row = Interpreter::new(model, facts, hypotheses, &model.scale().name);
    let graded = match tier(row) {
        Ok(graded) => graded,
        Err(Stop::Open) => return Run::Open,
        Err(Stop::Error(error)) => return Run::Invalid(error),
    };
    match rest(row, graded) {
        Ok(graded) => Run::Graded(graded),
        Err(error) => Run::Invalid(error),
    }
}

/// The tier, the score and the rules that fire. An error anywhere goes before a hole anywhere.
fn tier(row: Interpreter<'_>) -> Result<Graded, Stop> {
    let model = row.model;
    let base = base(row);
    let mut acting = Vec::new();
    let mut fired = Vec::new();
    let mut open = matches!(base, Err(Stop::Open));
    let base = match base {
        Err(Stop::Error(error)) => return Err(Stop::Error(error)),
        Err(Stop::Open) => None,
        Ok(base) => Some(base),
    };
    for rule in &model.rules {
        let row = row.naming(&rule.name);
        let condition = rule.when.map_or(Outcome::flag(true), |when| row.value(when, None));
        let acts = match needed(condition) {
            Err(Stop::Error(error)) => return Err(Stop::Error(error)),
            Err(Stop::Open) => {
                open = true;
                continue;
            }
            Ok(condition) => condition == Constant::Flag(true),
        };
        fired.push(acts);
        if acts {
            match effect(row, rule.effect) {
                Err(Stop::Error(error)) => return Err(Stop::Error(error)),
                Err(Stop::Open) => open = true,
                Ok(effect) => acting.push(effect),
            }
        }
    }
    let Some((base, score)) = base.filter(|_| !open) else { return Err(Stop::Open) };
    let tier = apply(model, base, &acting);
    Ok(Graded { tier, score, outputs: Vec::new(), fired, alerts: Vec::new() })
}

/// The base tier, and the score where the grade is by one.
fn base(row: Interpreter<'_>) -> Result<(u8, Option<Number>), Stop> {
    let grade = &row.model.grade;
    let applies = match grade.when {
        None => true,
        Some(when) => needed(row.value(when, None))? == Constant::Flag(true),
    };
    match &grade.by {
        GradeBy::Tier(_) if !applies => Ok((grade.otherwise.unwrap_or(0), None)),
        GradeBy::Tier(tier) => Ok((tier_of(row, *tier)?, None)),
        GradeBy::Bands { value, .. } if !applies => {
            // Where no band is asked for, the score is shown if there is one, but need not be.
            let score = row.value(*value, None);
            Ok((grade.otherwise.unwrap_or(0), score.value().map(super::functions::number)))
        }
        GradeBy::Bands { value, bands } => {
            let score = super::functions::number(&needed(row.value(*value, None))?);
            let band = bands.iter().find(|band| band.range.contains(&score));
            let what = row.model.scale().name.clone();
            let band = band.ok_or(Stop::Error(RowError::NoValue { what }))?;
            Ok((band.tier, Some(score)))
        }
    }
}

fn tier_of(row: Interpreter<'_>, expr: ExprId) -> Result<u8, Stop> {
    match needed(row.value(expr, None))? {
        Constant::Tier(tier) => Ok(tier),
        other => unreachable!("{other:?} where check saw a tier"),
    }
}

/// An effect of a rule that acts.
enum Acting {
    Step(i32),
    AtMost(u8),
    AtLeast(u8),
    Is(u8),
}

fn effect(row: Interpreter<'_>, effect: Effect) -> Result<Acting, Stop> {
    Ok(match effect {
        Effect::Step(steps) => Acting::Step(steps),
        Effect::AtMost(tier) => Acting::AtMost(tier_of(row, tier)?),
        Effect::AtLeast(tier) => Acting::AtLeast(tier_of(row, tier)?),
        Effect::Is(tier) => Acting::Is(tier_of(row, tier)?),
    })
}

/// The fixed order of effects: steps, the lowest cap, the highest floor, the highest verdict.
fn apply(model: &Model, base: u8, acting: &[Acting]) -> u8 {
    let highest = model.scale().tiers.len() as i32 - 1;
    let steps: i32 = acting.iter().map(|own| if let Acting::Step(steps) = own { *steps } else { 0 }).sum();
    let mut tier = (i32::from(base) + steps).clamp(0, highest) as u8;
    for own in acting {
        if let Acting::AtMost(cap) = own {
            tier = tier.min(*cap);
        }
    }
    for own in acting {
        if let Acting::AtLeast(floor) = own {
            tier = tier.max(*floor);
        }
    }
    let verdicts =
        acting.iter().filter_map(|own| if let Acting::Is(tier) = own { Some(*tier) } else { None });
    verdicts.max().unwrap_or(tier)
}

/// Outputs and alerts.
fn rest(row: Interpreter<'_>, graded: Graded) -> Result<Graded, RowError> {
    let mut outputs = Vec::new();
    for (_, output) in row.model.outputs() {
        outputs.push(wanted(row.naming(&output.name).value(output.expr, None))?);
    }
    let mut alerts = Vec::new();
    for alert in &row.model.alerts {
        let condition = wanted(row.naming(&alert.name).after(graded.tier).value(alert.when, None))?;
        alerts.push(condition.map(|condition| condition == Constant::Flag(true)));
    }
    Ok(Graded { outputs, alerts, ..graded })
}
