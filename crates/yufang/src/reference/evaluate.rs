//! Expressions, one concrete run: a function of the tree and of the row.

use super::outcome::{Cause, Outcome, kleene, not, strict};
use super::reads::Place;
use super::{Hypotheses, functions, lookup};
use crate::facts::{Fact, Facts};
use crate::model::{Constant, DefId, ExprId, ExprKind, FieldId, ListId, Model, Space};
use crate::number::{MAX_BITS, bits};
use crate::verdict::RowError;

/// The element at hand: its list and its position.
pub(super) type Element = Option<(ListId, usize)>;

/// One row under one supposition about its gaps.
#[derive(Clone, Copy)]
pub(super) struct Interpreter<'a> {
    pub(super) model: &'a Model,
    pub(super) facts: &'a Facts,
    hypotheses: &'a Hypotheses,
    /// The definition or clause that errors name.
    what: &'a str,
    /// The tier after all effects, for alerts.
    final_tier: Option<u8>,
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(model: &'a Model, facts: &'a Facts, hypotheses: &'a Hypotheses, what: &'a str) -> Self {
        Interpreter { model, facts, hypotheses, what, final_tier: None }
    }

    /// The same row, seen by an alert.
    pub(super) fn after(self, tier: u8) -> Self {
        Interpreter { final_tier: Some(tier), ..self }
    }

    /// The same row, where errors name something else.
    pub(super) fn naming(self, what: &'a str) -> Self {
        Interpreter { what, ..self }
    }

    /// An expression's outcome.
    pub(super) fn value(&self, id: ExprId, at: Element) -> Outcome {
        let sub = |id: &ExprId| self.value(*id, at);
        match &self.model.expr(id).kind {
            ExprKind::Constant(Constant::Missing) => Outcome::Absent(Cause::Hole),
            ExprKind::Constant(value) => Outcome::Known(value.clone()),
            ExprKind::AsOf => self.as_of(),
            ExprKind::Field(field) => self.field(*field),
            ExprKind::ElementField(list, field) => self.element_field(*list, *field, at),
            ExprKind::Definition(definition) => self.definition(*definition, at),
            ExprKind::Sheet(sheet) => self.sheet(*sheet),
            ExprKind::FinalTier => self.tier_after_effects(),
            ExprKind::All(operands) => kleene(&operands.iter().map(sub).collect::<Vec<_>>(), false),
            ExprKind::Any(operands) => kleene(&operands.iter().map(sub).collect::<Vec<_>>(), true),
            ExprKind::Not(operand) => not(sub(operand)),
            ExprKind::If(condition, then, otherwise) => self.conditional(*condition, *then, *otherwise, at),
            ExprKind::OrElse(x, y) => match sub(x) {
                Outcome::Absent(cause) if cause.is_too_big() || cause == Cause::Untold => {
                    Outcome::Absent(cause)
                }
                Outcome::Known(value) => Outcome::Known(value),
                Outcome::Assumed(_) | Outcome::Absent(_) => sub(y),
            },
            ExprKind::Has(x) => match sub(x) {
                Outcome::Absent(cause) if cause.is_too_big() => Outcome::Absent(cause),
                Outcome::Known(_) | Outcome::Absent(Cause::Untold) => Outcome::flag(true),
                Outcome::Assumed(_) | Outcome::Absent(_) => Outcome::flag(false),
            },
            ExprKind::Lookup(table, keys) => {
                let keys: Vec<Outcome> = keys.iter().map(sub).collect();
                self.strictly(&keys, |keys| lookup::row_value(self.model, *table, keys))
            }
            ExprKind::Aggregate { kind, list, value, filter } => {
                self.aggregate(*kind, *list, *value, *filter)
            }
            kind => {
                let operands: Vec<Outcome> = functions::operands(kind).iter().map(sub).collect();
                self.strictly(&operands, |values| {
                    functions::apply(self.model, kind, values, self.facts.as_of, self.what)
                })
            }
        }
    }

    /// Applies a function that needs every operand.
    pub(super) fn strictly(
        &self,
        operands: &[Outcome],
        apply: impl Fn(&[Constant]) -> Result<Constant, RowError>,
    ) -> Outcome {
        let (values, assumed) = match strict(operands) {
            Ok(values) => values,
            Err(cause) => return Outcome::Absent(cause),
        };
        match apply(&values) {
            Ok(Constant::Missing) => Outcome::Absent(Cause::Hole),
            Ok(value) => self.bounded(value).assumed_if(assumed),
            Err(error) => Outcome::Absent(Cause::Error(error)),
        }
    }

    /// A result of more bits than the language allows is an error.
    fn bounded(&self, value: Constant) -> Outcome {
        match &value {
            Constant::Number(number) if bits(number) > MAX_BITS => {
                let error = RowError::TooBig { what: self.what.to_owned() };
                Outcome::Absent(Cause::Error(error))
            }
            _ => Outcome::Known(value),
        }
    }

    /// Error: something has no value.
    pub(super) fn no_value(&self) -> Outcome {
        Outcome::Absent(Cause::Error(RowError::NoValue { what: self.what.to_owned() }))
    }

    fn as_of(&self) -> Outcome {
        match self.facts.as_of {
            Some(day) => Outcome::Known(Constant::Date(day)),
            None => Outcome::Absent(Cause::Missing),
        }
    }

    fn tier_after_effects(&self) -> Outcome {
        match self.final_tier {
            // What came out is no gap in the data: 无则 does not act on it.
            Some(tier) => Outcome::Known(Constant::Tier(tier)),
            None => Outcome::Absent(Cause::Missing),
        }
    }

    fn field(&self, field: FieldId) -> Outcome {
        self.fact(&self.facts.fields[field.index()], Place::Field(field))
    }

    fn element_field(&self, list: ListId, field: u32, at: Element) -> Outcome {
        // INVARIANT: check lets an element's field stand only inside an aggregate over its list.
        let (_, element) = at.expect("an element at hand");
        let elements = self.facts.lists[list.index()].as_ref().expect("a supplied list");
        self.fact(&elements[element][field as usize], Place::Element(list, element, field))
    }

    fn fact(&self, fact: &Fact, place: Place) -> Outcome {
        match (fact, self.hypotheses.get(&place)) {
            (Fact::Known(value) | Fact::Default(value), _) => Outcome::Known(value.clone()),
            (Fact::Missing | Fact::Coarse(_), Some(value)) => Outcome::Assumed(value.clone()),
            (Fact::Missing | Fact::Coarse(_), None) => Outcome::Absent(Cause::Missing),
            (Fact::Untold, Some(value)) => Outcome::Known(value.clone()),
            (Fact::Untold, None) => Outcome::Absent(Cause::Untold),
        }
    }

    fn definition(&self, definition: DefId, at: Element) -> Outcome {
        let own = &self.model.definitions[definition.index()];
        let at = if own.space == Space::Row { None } else { at };
        self.naming(&own.name).value(own.expr, at)
    }

    fn conditional(&self, condition: ExprId, then: ExprId, otherwise: ExprId, at: Element) -> Outcome {
        let condition = self.value(condition, at);
        let assumed = matches!(condition, Outcome::Assumed(_));
        match condition {
            Outcome::Absent(cause) => Outcome::Absent(cause),
            chosen if chosen.is_true() => self.value(then, at).assumed_if(assumed),
            _ => self.value(otherwise, at).assumed_if(assumed),
        }
    }
}
