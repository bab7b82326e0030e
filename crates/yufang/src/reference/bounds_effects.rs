//! Grading by bounds: each effect that may act both acts and does not, stage by stage.

use std::collections::BTreeSet;

use super::bounds::{Bounder, Bounds};
use super::bounds_operators::{ends, overlaps, point};
use super::reads::{Place, gaps};
use super::{ReferenceVerdict, names};
use crate::facts::Facts;
use crate::model::{Constant, Effect, FieldId, GradeBy, Model, Ty};
use crate::number::Number;
use crate::verdict::{RowError, Status, TierSet};

/// A rule that may act: what it does, and whether it certainly does.
struct Acting {
    effect: Stage,
    certain: bool,
}

enum Stage {
    Step(i32),
    AtMost(TierSet),
    AtLeast(TierSet),
    Is(TierSet),
}

/// Grades a row whose gaps cannot be tried one by one.
pub(super) fn grade(model: &Model, facts: &Facts) -> ReferenceVerdict {
    let what = &model.scale().name;
    let row = Bounder { model, facts, what, final_tiers: TierSet::default(), unknown: None };
    evaluate(row)
        .unwrap_or_else(|error| ReferenceVerdict { bounded: true, ..ReferenceVerdict::invalid(model, error) })
}

fn evaluate(row: Bounder<'_>) -> Result<ReferenceVerdict, RowError> {
    let model = row.model;
    let (base, score) = base(row)?;
    let mut fired = Vec::new();
    let mut acting = Vec::new();
    for (number, rule) in model.rules.iter().enumerate() {
        let row = row.naming(&rule.name);
        let condition = rule.when.map(|when| row.bounds(when, None));
        if let Some(error) = condition.as_ref().and_then(Bounds::certain_error) {
            return Err(error.clone());
        }
        let certain = condition.as_ref().is_none_or(|own| own.is(true));
        if certain {
            fired.push(number);
        }
        if condition.is_none_or(|own| own.can_be(true)) {
            acting.extend(effect(row, rule.effect, certain)?);
        }
    }
    let possible = after(model, base, &acting);
    let outputs = outputs(row)?;
    let (alerts, maybe_alerts) = alerts(Bounder { final_tiers: possible, ..row })?;
    let graded = possible.single().is_some();
    let missing = if graded { Vec::new() } else { read_gaps(row) };
    let status = if graded { Status::Graded } else { Status::Undetermined };
    Ok(ReferenceVerdict {
        status,
        possible,
        score,
        outputs,
        fired,
        alerts,
        maybe_alerts,
        missing,
        error: None,
        bounded: true,
    })
}

/// The tiers before any effect, and the score where it is certain.
fn base(row: Bounder<'_>) -> Result<(TierSet, Option<Number>), RowError> {
    let grade = &row.model.grade;
    let condition = grade.when.map(|when| row.bounds(when, None));
    if let Some(error) = condition.as_ref().and_then(Bounds::certain_error) {
        return Err(error.clone());
    }
    let may = condition.as_ref().is_none_or(|own| own.can_be(true));
    let may_not = condition.as_ref().is_some_and(|own| own.can_be(false));
    let otherwise = if may_not { TierSet::one(grade.otherwise.unwrap_or(0)) } else { TierSet::default() };
    let (GradeBy::Bands { value, .. } | GradeBy::Tier(value)) = &grade.by;
    let value = row.bounds(*value, None);
    if let Some(error) = value.certain_error() {
        // Where the condition fails, the value is not needed.
        return if may_not { Ok((otherwise, None)) } else { Err(error.clone()) };
    }
    let score = match (&grade.by, value.range.as_ref().and_then(|own| point(own, &Ty::Number { unit: None })))
    {
        (GradeBy::Bands { .. }, Some(Constant::Number(score))) => Some(score),
        _ => None,
    };
    if !may {
        return Ok((otherwise, score));
    }
    let tiers = match &grade.by {
        GradeBy::Tier(_) => value.tiers(),
        GradeBy::Bands { bands, .. } => {
            let (lo, hi) = value.range.as_ref().map(ends).unwrap_or_default();
            let reached = bands.iter().filter(|band| overlaps(&band.range, &lo, &hi));
            reached.fold(TierSet::default(), |all, band| all.union(TierSet::one(band.tier)))
        }
    };
    Ok((tiers.union(otherwise), score))
}

/// What a rule that may act does; nothing where it could only err.
fn effect(row: Bounder<'_>, effect: Effect, certain: bool) -> Result<Option<Acting>, RowError> {
    let tiers = |expr| {
        let tiers = row.bounds(expr, None);
        match tiers.certain_error() {
            Some(error) if certain => Err(error.clone()),
            Some(_) => Ok(None),
            None => Ok(Some(tiers.tiers())),
        }
    };
    let stage = match effect {
        Effect::Step(steps) => Some(Stage::Step(steps)),
        Effect::AtMost(expr) => tiers(expr)?.map(Stage::AtMost),
        Effect::AtLeast(expr) => tiers(expr)?.map(Stage::AtLeast),
        Effect::Is(expr) => tiers(expr)?.map(Stage::Is),
    };
    Ok(stage.map(|effect| Acting { effect, certain }))
}

/// The tiers after all effects, on sets.
fn after(model: &Model, base: TierSet, acting: &[Acting]) -> TierSet {
    let highest = model.scale().tiers.len() as i32 - 1;
    let mut sums = BTreeSet::from([0]);
    for own in acting {
        if let Stage::Step(steps) = own.effect {
            let moved = sums.iter().map(|sum| sum + steps);
            sums = if own.certain { moved.collect() } else { moved.chain(sums.iter().copied()).collect() };
        }
    }
    let stepped = base
        .iter()
        .flat_map(|tier| sums.iter().map(move |sum| (i32::from(tier) + sum).clamp(0, highest) as u8));
    let stepped: BTreeSet<u8> = stepped.collect();
    let caps = reach(acting, |own| if let Stage::AtMost(tiers) = own { Some(*tiers) } else { None }, u8::min);
    let capped = join(&stepped, &caps, u8::min);
    let floors =
        reach(acting, |own| if let Stage::AtLeast(tiers) = own { Some(*tiers) } else { None }, u8::max);
    let floored = join(&capped, &floors, u8::max);
    let verdicts = reach(acting, |own| if let Stage::Is(tiers) = own { Some(*tiers) } else { None }, u8::max);
    let tiers = join(&floored, &verdicts, |_, verdict| verdict);
    tiers.into_iter().fold(TierSet::default(), |all, tier| all.union(TierSet::one(tier)))
}

/// What the acting effects of one stage may come to together: `None` where none acts.
fn reach(
    acting: &[Acting],
    pick: impl Fn(&Stage) -> Option<TierSet>,
    stronger: fn(u8, u8) -> u8,
) -> BTreeSet<Option<u8>> {
    let mut reached = BTreeSet::from([None]);
    for own in acting {
        let Some(tiers) = pick(&own.effect) else { continue };
        let with = |before: &Option<u8>| {
            let before = *before;
            tiers.iter().map(move |tier| Some(before.map_or(tier, |before| stronger(before, tier))))
        };
        let mut next: BTreeSet<Option<u8>> = reached.iter().flat_map(with).collect();
        if !own.certain {
            next.extend(&reached);
        }
        reached = next;
    }
    reached
}

fn join(tiers: &BTreeSet<u8>, reached: &BTreeSet<Option<u8>>, combine: fn(u8, u8) -> u8) -> BTreeSet<u8> {
    let each = |tier: &u8| {
        let tier = *tier;
        reached.iter().map(move |own| own.map_or(tier, |own| combine(tier, own)))
    };
    tiers.iter().flat_map(each).collect()
}

fn outputs(row: Bounder<'_>) -> Result<Vec<Option<Constant>>, RowError> {
    let mut values = Vec::new();
    for (_, output) in row.model.outputs() {
        let bounds = row.naming(&output.name).bounds(output.expr, None);
        if let Some(error) = bounds.certain_error() {
            return Err(error.clone());
        }
        values.push(bounds.range.as_ref().and_then(|own| point(own, &output.ty)));
    }
    Ok(values)
}

fn alerts(row: Bounder<'_>) -> Result<(Vec<usize>, Vec<usize>), RowError> {
    let (mut certain, mut maybe) = (Vec::new(), Vec::new());
    for (number, alert) in row.model.alerts.iter().enumerate() {
        let condition = row.naming(&alert.name).bounds(alert.when, None);
        if let Some(error) = condition.certain_error() {
            return Err(error.clone());
        }
        if condition.is(true) {
            certain.push(number);
        }
        if condition.can_be(true) {
            maybe.push(number);
        }
    }
    Ok((certain, maybe))
}

/// All gaps that the tier reads.
fn read_gaps(row: Bounder<'_>) -> Vec<String> {
    let (places, mut lists) = gaps(row.model, row.facts);
    let mut fields: Vec<FieldId> = Vec::new();
    for place in places {
        match place {
            Place::Field(field) => fields.push(field),
            Place::Element(list, ..) => lists.push(list),
        }
    }
    names(row.model, &fields, &lists)
}
