//! What identifies a rule set: a hash of its meaning and of the words that its explanations use.
//!
//! The canonical form (version 1) is the checked model of each span of validity, written field by
//! field, each text with its length before it: declarations in written order, numbers in their
//! shortest form, table cells, the digests of code lists, labels, reasons and bases. Comments,
//! layout, the language of keywords and examples are not part of it.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::ast::{DrawAmount, DrawDecl, DrawStratum};
use crate::model::*;
use crate::number::show;

/// A SHA-256 over the canonical form; shown in hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// The digest of a rule set.
pub(crate) fn digest(models: &[Model]) -> Digest {
    let mut form = Form(Sha256::new());
    form.text("yufang-rules/1");
    form.count(models.len());
    for model in models {
        form.model(model);
    }
    Digest(form.0.finalize().into())
}

/// Writes the canonical form into a hash.
struct Form(Sha256);

impl Form {
    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_be_bytes());
    }

    fn maybe(&mut self, text: Option<&str>) {
        self.count(usize::from(text.is_some()));
        self.text(text.unwrap_or_default());
    }

    /// Something without places in it, by its name and numbers.
    fn plain(&mut self, value: &impl fmt::Debug) {
        self.text(&format!("{value:?}"));
    }

    fn model(&mut self, model: &Model) {
        self.text(&model.name);
        self.text(&model.version);
        self.plain(&(model.from, model.to));
        self.notes(&model.notes);
        for scale in &model.scales {
            self.text(&scale.name);
            for tier in &scale.tiers {
                self.text(&tier.name);
                self.text(&tier.label);
                self.maybe(tier.color.as_deref());
            }
        }
        for list in &model.codes {
            self.text(list.name());
            for code in list.codes() {
                self.text(&code.code);
                self.text(&code.name);
                self.plain(&code.parent);
            }
        }
        self.plain(&model.options);
        self.text(&model.subject.name);
        model.subject.fields.iter().for_each(|field| self.field(field));
        for list in &model.subject.lists {
            self.text(&list.name);
            self.maybe(list.label.as_deref());
            self.plain(&(list.at_most, list.optional));
            self.notes(&list.notes);
            list.fields.iter().for_each(|field| self.field(field));
        }
        model.tables.iter().for_each(|table| self.table(table));
        model.sheets.iter().for_each(|sheet| self.sheet(sheet));
        for def in &model.definitions {
            self.text(&def.name);
            self.maybe(def.label.as_deref());
            self.plain(&(def.output, def.space, def.expr));
            self.notes(&def.notes);
        }
        self.count(model.exprs.len());
        model.exprs.iter().for_each(|expr| self.expr(expr));
        self.grade(&model.grade);
        for rule in &model.rules {
            self.text(&rule.name);
            self.plain(&(rule.when, rule.effect));
            self.notes(&rule.notes);
        }
        for requirement in &model.requirements {
            self.plain(&(requirement.over, requirement.condition));
            self.notes(&requirement.notes);
        }
        for alert in &model.alerts {
            self.text(&alert.name);
            self.plain(&(alert.when, alert.level, &alert.message));
            self.notes(&alert.notes);
        }
        model.draws.iter().for_each(|draw| self.draw(draw));
    }

    fn notes(&mut self, notes: &Notes) {
        self.maybe(notes.because.as_deref());
        self.plain(&notes.basis);
        self.plain(&notes.notes);
    }

    fn field(&mut self, field: &Field) {
        self.text(&field.name);
        self.maybe(field.label.as_deref());
        match &field.ty {
            FieldType::Number { lo, hi, decimals, listed, unit } => {
                self.text(&show(lo));
                self.text(&show(hi));
                self.plain(decimals);
                for (value, label) in listed.iter().flatten() {
                    self.text(&show(value));
                    self.text(label);
                }
                self.maybe(unit.as_deref());
            }
            other => self.plain(other),
        }
        self.plain(&(field.key, field.optional, field.worse));
        self.count(field.default.iter().count());
        field.default.iter().for_each(|value| self.constant(value));
        self.maybe(field.changeable.as_ref().map(show).as_deref());
        self.notes(&field.notes);
    }

    fn constant(&mut self, value: &Constant) {
        match value {
            Constant::Number(number) => self.text(&show(number)),
            other => self.plain(other),
        }
    }

    fn table(&mut self, table: &Table) {
        self.text(&table.name);
        self.plain(&(table.matrix, &table.result, table.pick));
        for param in &table.params {
            self.text(&param.name);
            self.plain(&(&param.ty, param.axis));
        }
        for row in &table.rows {
            row.cells.iter().for_each(|key| self.key(key));
            self.constant(&row.value);
            self.notes(&row.notes);
        }
        self.notes(&table.notes);
    }

    fn key(&mut self, key: &Key) {
        match key {
            Key::Numbers(values) => values.iter().for_each(|value| self.text(&show(value))),
            Key::Range(range) => self.range(range),
            other => self.plain(other),
        }
    }

    fn range(&mut self, range: &Range) {
        for end in [&range.lo, &range.hi] {
            self.maybe(end.as_ref().map(|(value, closed)| format!("{} {closed}", show(value))).as_deref());
        }
    }

    fn sheet(&mut self, sheet: &Sheet) {
        self.text(&show(&sheet.start));
        for item in &sheet.items {
            self.text(&item.label);
            self.maybe(item.cap.as_ref().map(show).as_deref());
            self.maybe(item.cap_deduct.as_ref().map(show).as_deref());
            self.plain(&item.heaviest);
            for line in &item.lines {
                self.plain(&(line.count, line.deduct));
                self.text(&show(&line.points));
                self.notes(&line.notes);
            }
            self.notes(&item.notes);
        }
    }

    /// An expression by its kind and operands; places are no part of it, numbers are as shown.
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Constant(value) => self.constant(value),
            other => self.plain(other),
        }
        self.plain(&expr.ty);
    }

    fn grade(&mut self, grade: &Grade) {
        self.plain(&(grade.scale, grade.when, grade.otherwise));
        match &grade.by {
            GradeBy::Tier(tier) => self.plain(tier),
            GradeBy::Bands { value, bands } => {
                self.plain(value);
                for band in bands {
                    self.plain(&band.tier);
                    self.range(&band.range);
                    self.notes(&band.notes);
                }
            }
        }
        self.notes(&grade.notes);
    }

    /// A draw block is not checked yet: its words stand for themselves.
    fn draw(&mut self, draw: &DrawDecl) {
        self.text(&draw.name.text);
        self.count(draw.rates.len());
        for rate in &draw.rates {
            match &rate.stratum {
                DrawStratum::Value(value) => self.text(&format!("{:?}", plain_literal(value))),
                DrawStratum::Invalid(_) => self.text("invalid"),
                DrawStratum::Otherwise(_) => self.text("otherwise"),
            }
            match rate.amount {
                DrawAmount::Rate(over, under) => self.plain(&(over, under)),
                DrawAmount::Count(count) => self.plain(&count),
            }
            self.plain(&(rate.min, rate.max, rate.rounding, rate.reserves));
        }
        self.plain(&draw.reserves.map(|(count, _)| count));
        self.plain(&draw.team.map(|(count, _)| count));
        for (stratum, skill) in &draw.needs {
            self.text(&stratum.text);
            self.text(&skill.text);
        }
    }
}

/// A literal without its place.
fn plain_literal(value: &crate::ast::Expr) -> String {
    match &value.kind {
        crate::ast::ExprKind::Name(name) => name.text.clone(),
        crate::ast::ExprKind::Number { value, .. } => show(value),
        crate::ast::ExprKind::Text(text) => text.clone(),
        crate::ast::ExprKind::Flag(flag) => flag.to_string(),
        crate::ast::ExprKind::Date(date) => date.to_string(),
        _ => String::new(),
    }
}
