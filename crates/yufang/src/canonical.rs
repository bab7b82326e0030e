//! A checked rule set written in one way: what its digest is taken of.
//!
//! Version 1. Every part is `(head part …)`: heads are the words below, texts are netstrings
//! (`3:abc`, the length in bytes of UTF-8), numbers are in their shortest exact form, dates are ISO,
//! tiers, options, codes, fields, definitions and tables go by name. Declarations stand in written
//! order, expressions where they are used. Comments, layout, keyword language, examples and places
//! in the text are not part of it.

use std::fmt::Write;

use crate::ast::{AggregateKind, Builtin, CompareOp, DrawAmount, DrawDecl, DrawStratum, Pick, Worse};
use crate::date::TimeUnit;
use crate::model::*;
use crate::number::{Number, show};

/// The canonical form of a rule set's models, one for each span of validity.
pub(crate) fn canonical(models: &[Model]) -> String {
    let mut text = String::from("(yufang-rules/1");
    for model in models {
        Form { model, out: &mut text }.model();
    }
    text.push(')');
    text
}

struct Form<'a> {
    model: &'a Model,
    out: &'a mut String,
}

impl Form<'_> {
    fn part(&mut self, head: &str, inside: impl FnOnce(&mut Self)) {
        self.out.push('(');
        self.out.push_str(head);
        inside(self);
        self.out.push(')');
    }

    fn text(&mut self, text: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.out, " {}:{text}", text.len());
    }

    fn word(&mut self, word: impl std::fmt::Display) {
        let _ = write!(self.out, " {word}");
    }

    fn number(&mut self, number: &Number) {
        self.word(show(number));
    }

    fn maybe(&mut self, head: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.part(head, |form| form.text(text));
        }
    }

    fn flag(&mut self, head: &str, set: bool) {
        if set {
            self.part(head, |_| {});
        }
    }

    fn model(&mut self) {
        let model = self.model;
        self.part("rules", |form| {
            form.text(&model.name);
            form.text(&model.version);
            form.maybe("from", model.from.map(|date| date.to_string()).as_deref());
            form.maybe("to", model.to.map(|date| date.to_string()).as_deref());
            form.notes(&model.notes);
            model.scales.iter().for_each(|scale| form.scale(scale));
            model.codes.iter().for_each(|list| form.codes(list));
            form.subject(&model.subject);
            model.tables.iter().for_each(|table| form.table(table));
            model.definitions.iter().for_each(|definition| form.definition(definition));
            form.grade(&model.grade);
            model.rules.iter().for_each(|rule| form.rule(rule));
            model.requirements.iter().for_each(|requirement| form.requirement(requirement));
            model.alerts.iter().for_each(|alert| form.alert(alert));
            model.draws.iter().for_each(|draw| form.draw(draw));
        });
    }

    fn notes(&mut self, notes: &Notes) {
        self.maybe("because", notes.because.as_deref());
        for (document, article) in &notes.basis {
            self.part("basis", |form| {
                form.text(document);
                form.maybe("article", article.as_deref());
            });
        }
        notes.notes.iter().for_each(|note| self.maybe("note", Some(note)));
    }

    fn scale(&mut self, scale: &Scale) {
        self.part("scale", |form| {
            form.text(&scale.name);
            for tier in &scale.tiers {
                form.part("tier", |form| {
                    form.text(&tier.name);
                    form.text(&tier.label);
                    form.maybe("color", tier.color.as_deref());
                });
            }
        });
    }

    fn codes(&mut self, list: &crate::codes::CodeList) {
        self.part("codes", |form| {
            form.text(list.name());
            for code in list.codes() {
                form.part("code", |form| {
                    form.text(&code.code);
                    form.text(&code.name);
                    form.maybe("parent", code.parent.map(|parent| list.get(parent).code.as_str()));
                });
            }
        });
    }

    fn subject(&mut self, subject: &Subject) {
        self.part("subject", |form| {
            form.text(&subject.name);
            subject.fields.iter().for_each(|field| form.field(field));
            for list in &subject.lists {
                form.part("list", |form| {
                    form.text(&list.name);
                    form.maybe("label", list.label.as_deref());
                    form.word(list.at_most);
                    form.flag("optional", list.optional);
                    form.notes(&list.notes);
                    list.fields.iter().for_each(|field| form.field(field));
                });
            }
        });
    }

    fn field(&mut self, field: &Field) {
        self.part("field", |form| {
            form.text(&field.name);
            form.maybe("label", field.label.as_deref());
            form.field_type(&field.ty);
            form.flag("key", field.key);
            form.flag("optional", field.optional);
            if let Some(default) = &field.default {
                form.part("default", |form| form.constant(default, &field.ty.ty()));
            }
            match field.worse {
                Some(Worse::High) => form.flag("worse-when-higher", true),
                Some(Worse::Low) => form.flag("worse-when-lower", true),
                None => {}
            }
            if let Some(cost) = &field.changeable {
                form.part("changeable", |form| form.number(cost));
            }
            form.notes(&field.notes);
        });
    }

    fn field_type(&mut self, ty: &FieldType) {
        match ty {
            FieldType::Text => self.flag("text", true),
            FieldType::Flag => self.flag("flag", true),
            FieldType::Number { lo, hi, decimals, listed, unit } => self.part("number", |form| {
                form.number(lo);
                form.number(hi);
                form.word(decimals);
                for (value, label) in listed.iter().flatten() {
                    form.part("value", |form| {
                        form.number(value);
                        form.text(label);
                    });
                }
                form.maybe("unit", unit.as_deref());
            }),
            FieldType::Option(set) => self.part("options", |form| {
                for (name, label) in &form.model.options[set.index()].options {
                    form.text(name);
                    form.text(label);
                }
            }),
            FieldType::Code { list, level } => self.part("code", |form| {
                form.text(form.model.codes[list.index()].name());
                form.word(level);
            }),
            FieldType::Date { lo, hi } => self.part("date", |form| {
                form.word(lo);
                form.word(hi);
            }),
        }
    }

    fn constant(&mut self, value: &Constant, ty: &Ty) {
        match value {
            Constant::Number(number) => self.number(number),
            Constant::Flag(flag) => self.word(flag),
            Constant::Date(date) => self.word(date),
            Constant::Missing => self.word("missing"),
            Constant::Text(_) | Constant::Code(_) | Constant::Option(_) | Constant::Tier(_) => {
                let name = self.model.show(value, Some(ty));
                self.text(&name);
            }
        }
    }

    fn table(&mut self, table: &Table) {
        self.part(if table.matrix { "matrix" } else { "table" }, |form| {
            form.text(&table.name);
            form.word(match table.pick {
                Pick::Unique => "unique",
                Pick::MostSpecific => "most-specific",
                Pick::Highest => "highest",
                Pick::Lowest => "lowest",
            });
            table.params.iter().for_each(|param| form.maybe("param", Some(&param.name)));
            for row in &table.rows {
                form.part("row", |form| {
                    let cells = row.cells.iter().zip(&table.params);
                    cells.for_each(|(key, param)| form.key(key, &param.ty));
                    form.constant(&row.value, &table.result);
                    form.notes(&row.notes);
                });
            }
            form.notes(&table.notes);
        });
    }

    fn key(&mut self, key: &Key, ty: &Ty) {
        let values: Vec<Constant> = match key {
            Key::Otherwise => return self.flag("otherwise", true),
            Key::Range(range) => return self.range(range),
            Key::Numbers(values) => values.iter().cloned().map(Constant::Number).collect(),
            Key::Texts(values) => values.iter().cloned().map(Constant::Text).collect(),
            Key::Codes(values) => values.iter().copied().map(Constant::Code).collect(),
            Key::Options(values) => values.iter().copied().map(Constant::Option).collect(),
            Key::Tiers(values) => values.iter().copied().map(Constant::Tier).collect(),
            Key::Flags(values) => values.iter().copied().map(Constant::Flag).collect(),
            Key::Dates(values) => values.iter().copied().map(Constant::Date).collect(),
        };
        self.part("of", |form| values.iter().for_each(|value| form.constant(value, ty)));
    }

    fn range(&mut self, range: &Range) {
        self.part("range", |form| {
            for (head, open, end) in [("from", "above", &range.lo), ("to", "below", &range.hi)] {
                if let Some((value, closed)) = end {
                    form.part(if *closed { head } else { open }, |form| form.number(value));
                }
            }
        });
    }

    fn definition(&mut self, definition: &Definition) {
        self.part(if definition.output { "output" } else { "define" }, |form| {
            form.text(&definition.name);
            form.maybe("label", definition.label.as_deref());
            form.expr(definition.expr);
            form.notes(&definition.notes);
        });
    }

    fn sheet(&mut self, sheet: &Sheet) {
        self.part("sheet", |form| {
            form.number(&sheet.start);
            for item in &sheet.items {
                form.part("item", |form| form.item(item));
            }
        });
    }

    fn item(&mut self, item: &SheetItem) {
        self.text(&item.label);
        for (head, cap) in [("at-most", &item.cap), ("deduct-at-most", &item.cap_deduct)] {
            if let Some(cap) = cap {
                self.part(head, |form| form.number(cap));
            }
        }
        self.flag("heaviest", item.heaviest);
        for line in &item.lines {
            self.part(if line.deduct { "deduct" } else { "add" }, |form| {
                form.number(&line.points);
                form.expr(line.count);
                form.notes(&line.notes);
            });
        }
        self.notes(&item.notes);
    }

    fn grade(&mut self, grade: &Grade) {
        self.part("grade", |form| {
            let scale = Ty::Tier(grade.scale);
            form.text(&form.model.scales[grade.scale.index()].name);
            match &grade.by {
                GradeBy::Tier(tier) => form.expr(*tier),
                GradeBy::Bands { value, bands } => {
                    form.expr(*value);
                    for band in bands {
                        form.part("band", |form| {
                            form.constant(&Constant::Tier(band.tier), &scale);
                            form.range(&band.range);
                            form.notes(&band.notes);
                        });
                    }
                }
            }
            form.when(grade.when);
            if let Some(tier) = grade.otherwise {
                form.part("otherwise", |form| form.constant(&Constant::Tier(tier), &scale));
            }
            form.notes(&grade.notes);
        });
    }

    fn when(&mut self, when: Option<ExprId>) {
        if let Some(when) = when {
            self.part("when", |form| form.expr(when));
        }
    }

    fn rule(&mut self, rule: &Rule) {
        self.part("rule", |form| {
            form.text(&rule.name);
            form.when(rule.when);
            match rule.effect {
                Effect::AtLeast(tier) => form.part("at-least", |form| form.expr(tier)),
                Effect::AtMost(tier) => form.part("at-most", |form| form.expr(tier)),
                Effect::Is(tier) => form.part("is", |form| form.expr(tier)),
                Effect::Step(count) => form.part("step", |form| form.word(count)),
            }
            form.notes(&rule.notes);
        });
    }

    fn requirement(&mut self, requirement: &Requirement) {
        self.part("require", |form| {
            if let Some(list) = requirement.over {
                form.text(&form.model.subject.lists[list.index()].name);
            }
            form.expr(requirement.condition);
            form.notes(&requirement.notes);
        });
    }

    fn alert(&mut self, alert: &Alert) {
        self.part("alert", |form| {
            form.text(&alert.name);
            form.when(Some(alert.when));
            if let Some(level) = alert.level {
                let scale = Ty::Tier(form.model.grade.scale);
                form.part("level", |form| form.constant(&Constant::Tier(level), &scale));
            }
            for part in &alert.message {
                match part {
                    MessagePart::Text(text) => form.maybe("text", Some(text)),
                    MessagePart::Value(value) => form.part("value", |form| form.expr(*value)),
                }
            }
            form.notes(&alert.notes);
        });
    }

    fn several(&mut self, head: &str, operands: &[ExprId]) {
        self.part(head, |form| operands.iter().for_each(|operand| form.expr(*operand)));
    }

    fn expr(&mut self, id: ExprId) {
        let model = self.model;
        let expr = model.expr(id);
        match &expr.kind {
            ExprKind::Constant(value) => self.constant(value, &expr.ty),
            ExprKind::AsOf => self.word("as-of"),
            ExprKind::FinalTier => self.word("final-tier"),
            ExprKind::Field(field) => self.maybe("get", Some(&model.subject.fields[field.index()].name)),
            ExprKind::ElementField(list, field) => self.part("get", |form| {
                let list = &model.subject.lists[list.index()];
                form.text(&list.name);
                form.text(&list.fields[*field as usize].name);
            }),
            ExprKind::Definition(def) => self.maybe("value", Some(&model.definitions[def.index()].name)),
            ExprKind::Sheet(sheet) => self.sheet(&model.sheets[sheet.index()]),
            ExprKind::Negate(x) => self.several("-", &[*x]),
            ExprKind::Add(x, y) => self.several("+", &[*x, *y]),
            ExprKind::Subtract(x, y) => self.several("-", &[*x, *y]),
            ExprKind::Multiply(x, y) => self.several("*", &[*x, *y]),
            ExprKind::Divide(x, y) => self.several("/", &[*x, *y]),
            ExprKind::DaysBetween(x, y) => self.several("days", &[*x, *y]),
            ExprKind::Builtin(builtin, xs) => self.several(builtin_head(*builtin), xs),
            ExprKind::Compare(op, x, y) => self.several(compare_head(*op), &[*x, *y]),
            ExprKind::Not(x) => self.several("not", &[*x]),
            ExprKind::All(xs) => self.several("all", xs),
            ExprKind::Any(xs) => self.several("any", xs),
            ExprKind::If(x, y, z) => self.several("if", &[*x, *y, *z]),
            ExprKind::OrElse(x, y) => self.several("or-else", &[*x, *y]),
            ExprKind::Has(x) => self.several("has", &[*x]),
            ExprKind::MoveDate(x, count, unit) => self.dated("move", *x, i64::from(*count), *unit),
            ExprKind::Recent(count, unit, x) => self.dated("within", *x, i64::from(*count), *unit),
            ExprKind::Under(x, codes) => {
                let codes: Vec<Constant> = codes.iter().copied().map(Constant::Code).collect();
                self.among("under", *x, &codes);
            }
            ExprKind::OneOf(x, values) => self.among("one-of", *x, values),
            ExprKind::Lookup(table, keys) => self.part("look-up", |form| {
                form.text(&model.tables[table.index()].name);
                keys.iter().for_each(|key| form.expr(*key));
            }),
            ExprKind::Aggregate { kind, list, value, filter } => self.part(aggregate_head(*kind), |form| {
                form.text(&model.subject.lists[list.index()].name);
                value.iter().for_each(|value| form.expr(*value));
                form.when(*filter);
            }),
        }
    }

    fn dated(&mut self, head: &str, date: ExprId, count: i64, unit: TimeUnit) {
        self.part(head, |form| {
            form.expr(date);
            form.word(count);
            form.word(match unit {
                TimeUnit::Day => "days",
                TimeUnit::Month => "months",
                TimeUnit::Year => "years",
            });
        });
    }

    fn among(&mut self, head: &str, x: ExprId, values: &[Constant]) {
        let ty = &self.model.expr(x).ty;
        self.part(head, |form| {
            form.expr(x);
            values.iter().for_each(|value| form.constant(value, ty));
        });
    }

    /// A draw block is not checked yet: its words stand for themselves.
    fn draw(&mut self, draw: &DrawDecl) {
        self.part("draw", |form| {
            form.text(&draw.name.text);
            for rate in &draw.rates {
                form.part("stratum", |form| {
                    match &rate.stratum {
                        DrawStratum::Value(value) => form.text(&plain_literal(value)),
                        DrawStratum::Invalid(_) => form.word("invalid"),
                        DrawStratum::Otherwise(_) => form.word("otherwise"),
                    }
                    match &rate.amount {
                        DrawAmount::Rate(over, under) => form.word(format_args!("{over}/{under}")),
                        DrawAmount::Count(count) => form.word(count),
                    }
                });
            }
        });
    }
}

fn builtin_head(builtin: Builtin) -> &'static str {
    match builtin {
        Builtin::Min => "min",
        Builtin::Max => "max",
        Builtin::Abs => "abs",
        Builtin::Round => "round",
        Builtin::Floor => "floor",
        Builtin::Ceil => "ceil",
        Builtin::Clamp => "clamp",
    }
}

fn compare_head(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "=",
        CompareOp::NotEqual => "!=",
        CompareOp::Less => "<",
        CompareOp::LessOrEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterOrEqual => ">=",
    }
}

fn aggregate_head(kind: AggregateKind) -> &'static str {
    match kind {
        AggregateKind::Sum => "sum",
        AggregateKind::Count => "count",
        AggregateKind::Min => "least",
        AggregateKind::Max => "greatest",
        AggregateKind::Any => "any-of",
        AggregateKind::All => "all-of",
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
