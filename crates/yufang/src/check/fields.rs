//! Scales, code lists, the subject and its fields.

use std::sync::Arc;

use num_traits::ToPrimitive;

use super::{Checker, Entity, error, notes};
use crate::ast::{self, Item, TypeDecl};
use crate::codes::CodeList;
use crate::date::Date;
use crate::model::*;
use crate::number::{Number, decimals};
use crate::source::Span;
use crate::text::fold;

/// Decimals of a 数 that does not say.
const USUAL_DECIMALS: u32 = 6;

/// Most decimals that a field may have.
const MOST_DECIMALS: u32 = 30;

/// Elements of a list that does not say.
const USUAL_ELEMENTS: u32 = 10_000;

impl<'a> Checker<'a, '_> {
    pub(super) fn declare_scales(&mut self) {
        let ast = self.ast;
        for item in &ast.items {
            let Item::Scale(decl) = item else { continue };
            if !(2..=64).contains(&decl.tiers.len()) {
                self.faults.push(error::tier_count(decl.name.span));
            }
            for (at, tier) in decl.tiers.iter().enumerate() {
                if decl.tiers[..at].iter().any(|earlier| earlier.name.text == tier.name.text) {
                    self.faults.push(error::repeated_value(tier.name.span));
                }
            }
            let tier = |tier: &ast::TierDecl| Tier {
                name: tier.name.text.clone(),
                label: tier.label.as_ref().map(|label| label.text.clone()).unwrap_or_default(),
                color: tier.color.clone(),
            };
            let id = ScaleId(self.scales.len() as u32);
            let tiers = decl.tiers.iter().map(tier).collect();
            self.declare(&decl.name, Entity::Scale(id));
            self.scales.push(Scale { name: decl.name.text.clone(), tiers, span: decl.name.span });
        }
    }

    pub(super) fn declare_codes(&mut self) {
        let ast = self.ast;
        for item in &ast.items {
            match item {
                Item::Use(names) => names.iter().for_each(|name| self.use_codes(name)),
                Item::Codes(decl) => {
                    let list = self.files.code_list(decl, &mut self.faults);
                    self.add_codes(&decl.name, list);
                }
                _ => {}
            }
        }
    }

    fn use_codes(&mut self, name: &ast::Name) {
        match self.files.shipped(&name.text) {
            Some(Ok(list)) => self.add_codes(name, Some(list)),
            Some(Err(fault)) => self.faults.push(error::code_list(name.span, fault)),
            None => {
                let fault = error::unknown_codes(name.span, &name.text);
                let known: Vec<String> = self.files.shipped_names();
                self.faults.push(error::suggest(fault, &name.text, known.iter().map(String::as_str)));
            }
        }
    }

    fn add_codes(&mut self, name: &ast::Name, list: Option<Arc<CodeList>>) {
        if self.code_names.contains_key(&name.text) {
            return self.faults.push(error::duplicate(name.span, &name.text));
        }
        // A list that could not be read stands empty, so that its fields are not reported as well.
        let empty = || CodeList::new(&name.text, &[]).ok().map(Arc::new);
        if let Some(list) = list.or_else(empty) {
            self.code_names.insert(name.text.clone(), CodeListId(self.codes.len() as u32));
            self.codes.push(list);
        }
    }

    pub(super) fn declare_subject(&mut self) {
        let ast = self.ast;
        let subjects: Vec<&ast::SubjectDecl> = ast
            .items
            .iter()
            .filter_map(|item| if let Item::Subject(decl) = item { Some(decl) } else { None })
            .collect();
        if subjects.len() != 1 {
            let span = subjects.get(1).map_or(ast.header.name.span, |second| second.name.span);
            self.faults.push(error::subject_count(span, subjects.len()));
        }
        let Some(decl) = subjects.first() else { return };
        self.subject.name.clone_from(&decl.name.text);
        for field in &decl.fields {
            match &field.ty {
                TypeDecl::List { at_most, fields } => self.declare_list(field, *at_most, fields),
                _ => {
                    if let Some(own) = self.field(field) {
                        let id = FieldId(self.subject.fields.len() as u32);
                        self.subject.fields.push(own);
                        self.declare(&field.name, Entity::Field(id));
                    }
                }
            }
        }
        if self.subject.fields.iter().filter(|field| field.key).count() > 1 {
            self.faults.push(error::bad_key(decl.name.span));
        }
    }

    fn declare_list(
        &mut self,
        decl: &'a ast::FieldDecl,
        at_most: Option<(u32, Span)>,
        fields: &'a [ast::FieldDecl],
    ) {
        let id = ListId(self.subject.lists.len() as u32);
        let mut own: Vec<Field> = Vec::new();
        for field in fields {
            if own.iter().any(|earlier| earlier.name == field.name.text) {
                self.faults.push(error::duplicate(field.name.span, &field.name.text));
            }
            if let Some(typed) = self.field(field) {
                let entry = self.element_names.entry(field.name.text.clone()).or_default();
                entry.push((id, own.len() as u32));
                own.push(typed);
            }
        }
        self.subject.lists.push(List {
            name: decl.name.text.clone(),
            label: decl.label.as_ref().map(|label| label.text.clone()),
            at_most: at_most.map_or(USUAL_ELEMENTS, |(count, _)| count.min(100_000)),
            optional: decl.optional,
            fields: own,
            notes: notes(&decl.meta),
            span: decl.name.span,
        });
        self.declare(&decl.name, Entity::List(id));
    }

    fn field(&mut self, decl: &'a ast::FieldDecl) -> Option<Field> {
        let ty = self.field_type(decl)?;
        if decl.key && !matches!(ty, FieldType::Text) {
            self.faults.push(error::bad_key(decl.name.span));
        }
        if decl.key && (decl.optional || decl.default.is_some()) {
            self.faults.push(error::contradictory(decl.name.span, "主键 ?"));
        }
        if decl.optional && decl.default.is_some() {
            self.faults.push(error::contradictory(decl.name.span, "缺省 ?"));
        }
        let default = decl.default.as_ref().and_then(|value| {
            let constant = self.literal(value, &ty.ty());
            let fits = constant.as_ref().is_some_and(|own| fits(&ty, own));
            if constant.is_some() && !fits {
                self.faults.push(error::unfit_default(value.span));
            }
            constant.filter(|_| fits)
        });
        Some(Field {
            name: decl.name.text.clone(),
            label: decl.label.as_ref().map(|label| label.text.clone()),
            ty,
            key: decl.key,
            optional: decl.optional,
            default,
            worse: decl.worse,
            changeable: decl.changeable.as_ref().map(|own| own.cost.clone()),
            notes: notes(&decl.meta),
            span: decl.name.span,
        })
    }

    fn field_type(&mut self, decl: &ast::FieldDecl) -> Option<FieldType> {
        let unit = |name: &Option<ast::Name>| name.as_ref().map(|name| Arc::from(name.text.as_str()));
        Some(match &decl.ty {
            TypeDecl::Text => FieldType::Text,
            TypeDecl::Flag => FieldType::Flag,
            TypeDecl::Int { range, unit: own } => {
                let (lo, hi) = self.range(decl, range.as_ref())?;
                FieldType::Number { lo, hi, decimals: 0, listed: None, unit: unit(own) }
            }
            TypeDecl::Number { range, unit: own, decimals } => {
                let (lo, hi) = self.range(decl, range.as_ref())?;
                if let Some((_, span)) = decimals.filter(|(count, _)| *count > MOST_DECIMALS) {
                    self.faults.push(error::too_many_decimals(span, MOST_DECIMALS));
                    return None;
                }
                let decimals = decimals.map_or(USUAL_DECIMALS, |(count, _)| count);
                FieldType::Number { lo, hi, decimals, listed: None, unit: unit(own) }
            }
            TypeDecl::Listed { values, unit: own, whole } => {
                let mut listed: Vec<(Number, String)> = Vec::new();
                for (value, label, span) in values {
                    if listed.iter().any(|(earlier, _)| earlier == value) {
                        self.faults.push(error::repeated_value(*span));
                    } else if *whole && !value.is_integer() {
                        self.faults.push(error::unfit_value(*span));
                    }
                    let label = label.as_ref().map(|label| label.text.clone()).unwrap_or_default();
                    listed.push((value.clone(), label));
                }
                listed.sort_by(|one, other| one.0.cmp(&other.0));
                let most = listed.iter().filter_map(|(value, _)| decimals(value)).max().unwrap_or(0);
                let (lo, hi) = (listed.first()?.0.clone(), listed.last()?.0.clone());
                FieldType::Number { lo, hi, decimals: most, listed: Some(listed), unit: unit(own) }
            }
            TypeDecl::Option(choices) => {
                let mut options: Vec<(String, String)> = Vec::new();
                for (name, label) in choices {
                    if options.iter().any(|(earlier, _)| *earlier == name.text) {
                        self.faults.push(error::repeated_value(name.span));
                    }
                    let label = label.as_ref().map(|label| label.text.clone()).unwrap_or_default();
                    options.push((name.text.clone(), label));
                }
                self.options.push(OptionSet { options });
                FieldType::Option(OptionSetId(self.options.len() as u32 - 1))
            }
            TypeDecl::Code { list, level } => self.code_type(list, *level)?,
            TypeDecl::Date { range } => {
                let (lo, hi) = range.map_or((Date::MIN, Date::MAX), |(lo, hi, _)| (lo, hi));
                if let Some((_, _, span)) = range.filter(|(lo, hi, _)| lo > hi) {
                    self.faults.push(error::empty_range(span));
                }
                FieldType::Date { lo, hi }
            }
            TypeDecl::List { .. } => {
                self.faults.push(error::contradictory(decl.name.span, "列表 { 列表 }"));
                return None;
            }
        })
    }

    fn range(&mut self, decl: &ast::FieldDecl, range: Option<&ast::RangeDecl>) -> Option<(Number, Number)> {
        let Some(range) = range else {
            self.faults.push(error::no_range(decl.span));
            return None;
        };
        if range.lo > range.hi {
            self.faults.push(error::empty_range(range.span));
            return None;
        }
        Some((range.lo.clone(), range.hi.clone()))
    }

    fn code_type(&mut self, list: &ast::Name, level: Option<(u32, Span)>) -> Option<FieldType> {
        let Some(id) = self.code_names.get(&list.text).copied() else {
            let fault = error::unknown_codes(list.span, &list.text);
            let fault = error::suggest(fault, &list.text, self.code_names.keys().map(String::as_str));
            self.faults.push(fault);
            return None;
        };
        let most = self.codes[id.index()].depth();
        let level = match level {
            Some((own, span)) if own == 0 || own > most => {
                self.faults.push(error::no_such_level(span, own, most));
                return None;
            }
            Some((own, _)) => own,
            None => most,
        };
        Some(FieldType::Code { list: id, level })
    }
}

/// Whether a field may hold a value.
pub(super) fn fits(ty: &FieldType, value: &Constant) -> bool {
    match (ty, value) {
        (FieldType::Number { lo, hi, decimals: most, listed, .. }, Constant::Number(number)) => {
            match listed {
                Some(listed) => listed.iter().any(|(own, _)| own == number),
                None => number >= lo && number <= hi && decimals(number).is_some_and(|own| own <= *most),
            }
        }
        (FieldType::Date { lo, hi }, Constant::Date(date)) => date >= lo && date <= hi,
        (FieldType::Text, Constant::Text(text)) => !fold(text).is_empty(),
        (FieldType::Flag, Constant::Flag(_)) => true,
        (FieldType::Option(_), Constant::Option(_)) => true,
        (FieldType::Code { .. }, Constant::Code(_)) => true,
        _ => false,
    }
}

/// A written whole number, as far as 32 bits hold it.
pub(crate) fn small(value: &Number) -> Option<i32> {
    value.is_integer().then(|| value.to_integer().to_i32()).flatten()
}
