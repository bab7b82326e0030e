//! What makes a row invalid before it is graded: required fields without value, and requirements.

use super::Hypotheses;
use super::evaluate::{Element, Interpreter};
use crate::facts::{Fact, Facts};
use crate::model::{Field, Model, Requirement};
use crate::verdict::{FieldPath, RowError};

/// The name under which a requirement's errors are reported.
const REQUIREMENT: &str = "要求";

/// The first missing required field, or requirement that fails under the hypotheses.
pub(super) fn first_error(model: &Model, facts: &Facts, hypotheses: &Hypotheses) -> Option<RowError> {
    missing_field(model, facts).or_else(|| failed_requirement(model, facts, hypotheses))
}

fn missing_field(model: &Model, facts: &Facts) -> Option<RowError> {
    let lacks = |field: &Field, fact: &Fact| !field.optional && *fact == Fact::Missing;
    let missing =
        |name: &str, element| Some(RowError::Missing { field: FieldPath { name: name.to_owned(), element } });
    for (field, fact) in model.subject.fields.iter().zip(&facts.fields) {
        if lacks(field, fact) {
            return missing(&field.name, None);
        }
    }
    for (list, elements) in model.subject.lists.iter().zip(&facts.lists) {
        let Some(elements) = elements else {
            if list.optional {
                continue;
            }
            return missing(&list.name, None);
        };
        // Fields in declaration order, of each the first element.
        for (own, field) in list.fields.iter().enumerate() {
            if let Some(at) = elements.iter().position(|element| lacks(field, &element[own])) {
                return missing(&list.name, Some((at, field.name.clone())));
            }
        }
    }
    None
}

fn failed_requirement(model: &Model, facts: &Facts, hypotheses: &Hypotheses) -> Option<RowError> {
    let interpreter = Interpreter::new(model, facts, hypotheses, REQUIREMENT);
    for (number, requirement) in model.requirements.iter().enumerate() {
        let places: Vec<Element> = match requirement.over {
            None => vec![None],
            Some(list) => {
                let count = facts.lists[list.index()].as_ref().map_or(0, Vec::len);
                (0..count).map(|at| Some((list, at))).collect()
            }
        };
        for at in places {
            let outcome = interpreter.value(requirement.condition, at);
            if outcome.is_false() {
                return Some(failure(number, requirement, at));
            }
            if let Some(error) = outcome.error() {
                return Some(error.clone());
            }
        }
    }
    None
}

fn failure(number: usize, requirement: &Requirement, at: Element) -> RowError {
    RowError::Requirement {
        requirement: number as u32,
        element: at.map(|(_, element)| element),
        reason: requirement.notes.because.clone().unwrap_or_default(),
    }
}
