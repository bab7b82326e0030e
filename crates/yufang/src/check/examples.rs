//! 例: values that fit their fields, and expectations that name what there is.

use super::fields::fits;
use super::{Checker, Entity, error};
use crate::ast::{self, ExampleValue, Item, Outcome};
use crate::model::*;

impl<'a> Checker<'a, '_> {
    pub(super) fn examples(&mut self, rules: &[String]) -> Vec<Example> {
        let ast = self.ast;
        let versions = self.period.from.is_some() && self.has_versions();
        let mut examples = Vec::new();
        for item in &ast.items {
            let Item::Example(decl) = item else { continue };
            let needs_day = self.uses_as_of || versions;
            match decl.as_of {
                None if needs_day => {
                    self.faults.push(error::no_as_of(decl.name.span));
                    continue;
                }
                Some((day, span)) if !self.period.contains(day) => {
                    if !self.within_header(day) {
                        self.faults.push(error::as_of_outside(span));
                    }
                    continue;
                }
                _ => {}
            }
            examples.extend(self.example(decl, rules));
        }
        examples
    }

    /// Whether anything changes over time, so that a day is needed to know which rules hold.
    fn has_versions(&self) -> bool {
        self.ast.items.iter().any(|item| match item {
            Item::Table(decl) => decl.validity.is_some(),
            Item::Matrix(decl) => decl.validity.is_some(),
            Item::Grade(decl) => decl.validity.is_some(),
            Item::Rule(decl) => decl.validity.is_some(),
            Item::Require(decl) => decl.validity.is_some(),
            Item::Alert(decl) => decl.validity.is_some(),
            _ => false,
        })
    }

    fn within_header(&self, day: crate::date::Date) -> bool {
        self.ast.header.validity.is_none_or(|own| day >= own.from && own.to.is_none_or(|to| day <= to))
    }

    fn example(&mut self, decl: &'a ast::ExampleDecl, rules: &[String]) -> Option<Example> {
        let before = self.faults.len();
        let mut fields: Vec<(FieldId, Constant)> = Vec::new();
        let mut lists: Vec<(ListId, Vec<ElementValues>)> = Vec::new();
        for field in &decl.fields {
            let name = &field.name;
            match (self.names.get(name.text.as_str()).copied(), &field.value) {
                (Some(Entity::Field(id)), ExampleValue::Value(value)) => {
                    if fields.iter().any(|(own, _)| *own == id) {
                        self.faults.push(error::field_twice(name.span, &name.text));
                    }
                    let ty = self.subject.fields[id.index()].ty.clone();
                    fields.extend(self.example_value(&ty, value).map(|value| (id, value)));
                }
                (Some(Entity::List(id)), ExampleValue::List(elements, _)) => {
                    let elements = elements.iter().map(|element| self.element_values(id, element)).collect();
                    lists.push((id, elements));
                }
                _ => {
                    let fault = error::unknown_field(name.span, &name.text);
                    let known = self.subject.fields.iter().map(|field| field.name.as_str());
                    let known = known.chain(self.subject.lists.iter().map(|list| list.name.as_str()));
                    self.faults.push(error::suggest(fault, &name.text, known));
                }
            }
        }
        let expect = self.expect(&decl.expect, rules);
        let as_of = decl.as_of.map(|(day, _)| day);
        let name = decl.name.text.clone();
        (self.faults.len() == before).then_some(Example {
            name,
            as_of,
            fields,
            lists,
            expect,
            span: decl.name.span,
        })
    }

    fn example_value(&mut self, ty: &FieldType, value: &ast::Expr) -> Option<Constant> {
        let constant = self.literal(value, &ty.ty())?;
        if constant != Constant::Missing && !fits(ty, &constant) {
            self.faults.push(error::unfit_value(value.span));
            return None;
        }
        Some(constant)
    }

    fn element_values(&mut self, list: ListId, element: &'a [ast::ExampleField]) -> ElementValues {
        let mut values = Vec::new();
        for field in element {
            let fields = &self.subject.lists[list.index()].fields;
            let found = fields.iter().position(|own| own.name == field.name.text);
            match (found, &field.value) {
                (Some(at), ExampleValue::Value(value)) => {
                    let ty = fields[at].ty.clone();
                    values.extend(self.example_value(&ty, value).map(|value| (at as u32, value)));
                }
                _ => self.faults.push(error::unknown_field(field.name.span, &field.name.text)),
            }
        }
        values
    }

    fn expect(&mut self, decl: &'a ast::Expectation, rules: &[String]) -> Expect {
        let mut expect = Expect::default();
        let Some(scale) = self.graded else { return expect };
        let tier = |checker: &mut Self, name: &ast::Name| match checker.tier_literal(scale, name) {
            Some(Constant::Tier(tier)) => Some(tier),
            _ => None,
        };
        expect.outcome = match &decl.outcome {
            None => None,
            Some(Outcome::Undetermined) => Some(ExpectedOutcome::Undetermined),
            Some(Outcome::Invalid) => Some(ExpectedOutcome::Invalid),
            Some(Outcome::Tier(name)) => tier(self, name).map(ExpectedOutcome::Tier),
            Some(Outcome::Possible(names)) => {
                let tiers = names.iter().filter_map(|name| tier(self, name));
                Some(ExpectedOutcome::Possible(tiers.fold(0, |all, tier| all | 1 << tier)))
            }
        };
        for (name, value) in &decl.values {
            let Some(Entity::Definition(def)) = self.names.get(name.text.as_str()).copied() else {
                let fault = error::unknown_name(name.span, &name.text);
                self.faults.push(error::suggest(fault, &name.text, self.known_names()));
                continue;
            };
            let Some(ty) = self.definitions[def.index()].as_ref().map(|def| def.ty.clone()) else { continue };
            expect.values.extend(self.literal(value, &ty).map(|own| (def, own, value.span)));
        }
        for name in &decl.fired {
            match rules.iter().position(|rule| *rule == name.text) {
                Some(at) => expect.fired.push((at as u32, name.span)),
                None => {
                    let fault = error::unknown_rule(name.span, &name.text);
                    self.faults.push(error::suggest(fault, &name.text, rules.iter().map(String::as_str)));
                }
            }
        }
        expect
    }
}
