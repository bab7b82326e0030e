//! Grading by trying every combination of values that the gaps may have.

use super::domain::{MOST, values};
use super::reads::{Place, gaps};
use super::run::{Graded, Run, run};
use super::{Hypotheses, ReferenceVerdict, names, validate};
use crate::facts::Facts;
use crate::model::{Constant, FieldId, ListId, Model};
use crate::verdict::{Status, TierSet};

/// The gaps that matter, each with its values.
type Variables = Vec<(Place, Vec<Constant>)>;

/// Grades a row; `None` where its gaps cannot be tried one by one.
pub(super) fn grade(model: &Model, facts: &Facts) -> Option<ReferenceVerdict> {
    let variables = variables(model, facts)?;
    let mut valid: Vec<(Vec<usize>, Graded)> = Vec::new();
    let mut first_error = None;
    let mut choice = Some(vec![0; variables.len()]);
    while let Some(own) = choice {
        let hypotheses = hypotheses(&variables, &own);
        if let Some(error) = validate::first_error(model, facts, &hypotheses) {
            first_error.get_or_insert(error);
        } else {
            match run(model, facts, &hypotheses) {
                Run::Graded(graded) => valid.push((own.clone(), graded)),
                Run::Open => return None,
                Run::Invalid(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        choice = next(own, &variables);
    }
    match first_error {
        Some(error) if valid.is_empty() => Some(ReferenceVerdict::invalid(model, error)),
        _ => Some(verdict(model, &variables, &valid)),
    }
}

fn variables(model: &Model, facts: &Facts) -> Option<Variables> {
    let (places, _) = gaps(model, facts);
    let mut variables = Vec::new();
    let mut product = 1usize;
    for place in places {
        let values = values(model, facts, place)?;
        product = product.saturating_mul(values.len());
        variables.push((place, values));
    }
    // No code beneath a coarse one: nothing to try, nothing to exclude either.
    (1..=MOST).contains(&product).then_some(variables)
}

fn hypotheses(variables: &Variables, choice: &[usize]) -> Hypotheses {
    variables.iter().zip(choice).map(|((place, values), at)| (*place, values[*at].clone())).collect()
}

/// The next choice; the last variable varies fastest.
fn next(mut choice: Vec<usize>, variables: &Variables) -> Option<Vec<usize>> {
    for at in (0..choice.len()).rev() {
        choice[at] += 1;
        if choice[at] < variables[at].1.len() {
            return Some(choice);
        }
        choice[at] = 0;
    }
    None
}

/// The one value that all give, if they do.
fn common<T: PartialEq + Clone>(mut each: impl Iterator<Item = Option<T>>) -> Option<T> {
    let first = each.next()??;
    each.all(|own| own.as_ref() == Some(&first)).then_some(first)
}

fn verdict(model: &Model, variables: &Variables, valid: &[(Vec<usize>, Graded)]) -> ReferenceVerdict {
    let runs = || valid.iter().map(|(_, graded)| graded);
    let possible = runs().fold(TierSet::default(), |all, own| all.union(TierSet::one(own.tier)));
    let undetermined = possible.single().is_none();
    let (fields, lists) = if undetermined { deciding(variables, valid) } else { (Vec::new(), Vec::new()) };
    let alerts: Vec<usize> =
        (0..model.alerts.len()).filter(|at| runs().all(|own| own.alerts[*at] == Some(true))).collect();
    let maybe = (0..model.alerts.len()).filter(|at| runs().any(|own| own.alerts[*at] != Some(false)));
    ReferenceVerdict {
        status: if undetermined { Status::Undetermined } else { Status::Graded },
        possible,
        score: common(runs().map(|own| own.score.clone())),
        outputs: (0..model.outputs().count())
            .map(|at| common(runs().map(|own| own.outputs[at].clone())))
            .collect(),
        fired: (0..model.rules.len()).filter(|at| runs().all(|own| own.fired[*at])).collect(),
        maybe_alerts: maybe.collect(),
        alerts,
        missing: names(model, &fields, &lists),
        error: None,
        bounded: false,
    }
}

/// The gaps on which alone the tier can turn: two combinations differ in nothing else.
fn deciding(variables: &Variables, valid: &[(Vec<usize>, Graded)]) -> (Vec<FieldId>, Vec<ListId>) {
    let (mut fields, mut lists) = (Vec::new(), Vec::new());
    for (at, (place, _)) in variables.iter().enumerate() {
        let mut tiers: std::collections::BTreeMap<Vec<usize>, TierSet> = std::collections::BTreeMap::new();
        for (choice, graded) in valid {
            let mut others = choice.clone();
            others.remove(at);
            let own = tiers.entry(others).or_default();
            *own = own.union(TierSet::one(graded.tier));
        }
        if tiers.values().any(|own| own.single().is_none()) {
            match place {
                Place::Field(field) => fields.push(*field),
                Place::Element(list, ..) => lists.push(*list),
            }
        }
    }
    (fields, lists)
}
