//! Reading an explanation off what a run left behind.

use super::*;
use crate::codes::CodeId;
use crate::column::block::Block;
use crate::facts::Fact;
use crate::interval::Evaluator;
use crate::kernel::pick;
use crate::model::{
    Constant, Effect, ExprId, ExprKind, Field, FieldType, MessagePart, Model, Notes, SheetItem, Space, Ty,
};
use crate::number::{Number, show, whole};
use crate::plan::{NO_ROW, Op};
use crate::run::{Run, run};
use crate::source::Span;
use crate::verdict::{RowError, Verdicts};

/// `error` is what the row's values were refused for, where they were.
pub(super) fn explain(rules: &Rules, facts: &Facts, error: Option<&RowError>) -> Explanation {
    let model = rules.model();
    let mut verdicts = rules.grade_facts(facts);
    if let Some(error) = error {
        verdicts.invalidate(0, error.clone());
    }
    let block = Block::from_facts(model, rules.plan(), std::slice::from_ref(facts));
    let tracer = Tracer { rules, model, facts, verdicts: &verdicts, run: &run(rules.plan(), &block) };
    let invalid = verdicts.status[0] == Status::Invalid;
    let set = rules.rule_set();
    let header = RuleSetName {
        name: model.name.clone(),
        version: model.version.clone(),
        digest: set.digest().to_string(),
        basis: basis(&model.notes),
    };
    let missing_names = model.subject.fields.iter().map(|field| &field.name);
    let missing_names: Vec<&String> =
        missing_names.chain(model.subject.lists.iter().map(|list| &list.name)).collect();
    Explanation {
        schema_version: EXPLANATION_VERSION,
        rule_set: header,
        as_of: rules.as_of().map(|day| day.to_string()),
        key: tracer.key(),
        status: verdicts.status[0],
        tier: verdicts.tier(0).map(|tier| tracer.tier(tier)),
        possible: verdicts.possible[0].iter().map(|tier| tracer.tier(tier)).collect(),
        score: verdicts.score.as_ref().and_then(|score| score.get(0)).map(|value| model.show(&value, None)),
        inputs: tracer.inputs(),
        values: if invalid { Vec::new() } else { tracer.values() },
        items: if invalid { Vec::new() } else { tracer.items() },
        lookups: if invalid { Vec::new() } else { tracer.lookups() },
        band: tracer.band().filter(|_| !invalid),
        base: tracer.base().filter(|_| !invalid),
        rules: tracer.rules(),
        alerts: tracer.alerts(),
        missing: verdicts.missing.iter(0).map(|at| missing_names[at].clone()).collect(),
        error: verdicts.error(0).map(|error| error.message()),
    }
}

struct Tracer<'a> {
    rules: &'a Rules,
    model: &'a Model,
    facts: &'a Facts,
    verdicts: &'a Verdicts,
    run: &'a Run<'a>,
}

fn basis(notes: &Notes) -> Vec<String> {
    let one = |(title, locator): &(String, Option<String>)| match locator {
        Some(locator) => format!("{title} {locator}"),
        None => title.clone(),
    };
    notes.basis.iter().map(one).collect()
}

impl Tracer<'_> {
    fn tier(&self, tier: u8) -> TierName {
        let own = &self.model.scale().tiers[usize::from(tier)];
        TierName { name: own.name.clone(), label: own.label.clone(), color: own.color.clone() }
    }

    fn ground(&self, notes: &Notes, span: Span) -> Ground {
        let source = self.rules.rule_set().sources().get(usize::from(span.file.0));
        Ground {
            because: notes.because.clone(),
            basis: basis(notes),
            notes: notes.notes.clone(),
            file: source.map(|source| source.name().to_owned()).unwrap_or_default(),
            line: source.map_or(0, |source| source.position(span.start).line),
        }
    }

    fn written(&self, span: Span) -> String {
        let source = self.rules.rule_set().sources().get(usize::from(span.file.0));
        let text = source.map(|source| source.slice(span)).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn key(&self) -> Option<String> {
        let key = self.model.key()?;
        match self.facts.fields[key.index()].value()? {
            Constant::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn inputs(&self) -> Vec<Input> {
        let fields = self.model.subject.fields.iter().zip(&self.facts.fields);
        let mut inputs: Vec<Input> =
            fields.map(|(field, fact)| self.input(field, fact, field.name.clone())).collect();
        for (list, elements) in self.model.subject.lists.iter().zip(&self.facts.lists) {
            let Some(elements) = elements else {
                let (name, label) = (list.name.clone(), list.label.clone());
                inputs.push(Input { name, label, value: None, origin: Origin::Missing });
                continue;
            };
            for (at, element) in elements.iter().enumerate() {
                for (field, fact) in list.fields.iter().zip(element) {
                    inputs.push(self.input(field, fact, format!("{}[{}].{}", list.name, at + 1, field.name)));
                }
            }
        }
        inputs
    }

    fn input(&self, field: &Field, fact: &Fact, name: String) -> Input {
        let ty = field.ty.ty();
        let (value, origin) = match fact {
            Fact::Known(value) => (Some(self.shown_input(field, value)), Origin::Given),
            Fact::Default(value) => (Some(self.model.show(value, Some(&ty))), Origin::Default),
            Fact::Coarse(code) => (Some(self.code(&field.ty, *code)), Origin::Coarse),
            Fact::Missing | Fact::Untold => (None, Origin::Missing),
        };
        Input { name, label: field.label.clone(), value, origin }
    }

    /// A value with what it is called: a code's name, an option's or listed number's label.
    fn shown_input(&self, field: &Field, value: &Constant) -> String {
        let plain = self.model.show(value, Some(&field.ty.ty()));
        let called = match (&field.ty, value) {
            (FieldType::Code { .. }, Constant::Code(code)) => return self.code(&field.ty, *code),
            (FieldType::Option(set), Constant::Option(at)) => {
                &self.model.options[set.index()].options[*at as usize].1
            }
            (FieldType::Number { listed: Some(listed), .. }, Constant::Number(number)) => {
                match listed.iter().find(|(own, _)| own == number) {
                    Some((_, label)) => label,
                    None => return plain,
                }
            }
            (FieldType::Number { unit: Some(unit), .. }, _) => return format!("{plain} {unit}"),
            _ => return plain,
        };
        if called.is_empty() { plain } else { format!("{plain} {called}") }
    }

    fn code(&self, ty: &FieldType, code: CodeId) -> String {
        let FieldType::Code { list, .. } = ty else { return code.0.to_string() };
        let own = self.model.codes[list.index()].get(code);
        if own.name.is_empty() { own.code.clone() } else { format!("{} {}", own.code, own.name) }
    }

    /// A value of the row, where it is certain: as it was run, or for all that gaps leave possible.
    fn certain(&self, expr: ExprId) -> Option<Constant> {
        let node = self.run.plan.of_expr.get(&expr);
        let ran = node.and_then(|node| self.run.value(*node, 0, Some(&self.model.expr(expr).ty)));
        ran.or_else(|| Evaluator::new(self.model, Some(self.facts)).value(expr).constant())
    }

    fn number(&self, expr: ExprId) -> Option<Number> {
        match self.certain(expr)? {
            Constant::Number(number) => Some(number),
            Constant::Flag(flag) => Some(whole(i64::from(flag))),
            _ => None,
        }
    }

    fn values(&self) -> Vec<NamedValue> {
        let rows = self.model.definitions.iter().filter(|def| def.space == Space::Row);
        let used = rows.filter(|def| self.run.plan.of_expr.contains_key(&def.expr));
        let named = used.map(|def| NamedValue {
            name: def.name.clone(),
            label: def.label.clone(),
            value: self.certain(def.expr).map(|value| self.model.show(&value, Some(&def.ty))),
            ground: self.ground(&def.notes, def.span),
        });
        named.collect()
    }

    fn items(&self) -> Vec<ItemTrace> {
        let mut items = Vec::new();
        for def in &self.model.definitions {
            if let ExprKind::Sheet(sheet) = self.model.expr(def.expr).kind {
                let sheet = &self.model.sheets[sheet.index()];
                items.extend(sheet.items.iter().filter_map(|item| self.item(&def.name, item)));
            }
        }
        items
    }

    fn item(&self, sheet: &str, item: &SheetItem) -> Option<ItemTrace> {
        let zero = whole(0);
        let mut sides = [zero.clone(), zero.clone()];
        let mut lines = Vec::new();
        for line in &item.lines {
            let count = self.number(line.count)?;
            let points = &count * &line.points;
            let side = &mut sides[usize::from(line.deduct)];
            *side = if item.heaviest { side.clone().max(points.clone()) } else { &*side + &points };
            if points != zero {
                let signed = if line.deduct { -points } else { points };
                let trace =
                    LineTrace { text: self.written(line.span), count: show(&count), points: show(&signed) };
                lines.push(trace);
            }
        }
        let bound = |sum: &Number, cap: &Option<Number>| match cap {
            Some(cap) if sum > cap => (cap.clone(), true),
            _ => (sum.clone(), false),
        };
        let (added, bound_added) = bound(&sides[0], &item.cap);
        let (deducted, bound_deducted) = bound(&sides[1], &item.cap_deduct);
        (!lines.is_empty()).then(|| ItemTrace {
            sheet: sheet.to_owned(),
            label: item.label.clone(),
            added: show(&added),
            deducted: show(&deducted),
            capped: bound_added || bound_deducted,
            lines,
            ground: self.ground(&item.notes, item.span),
        })
    }

    fn lookups(&self) -> Vec<LookupTrace> {
        let mut traces = Vec::new();
        for (at, node) in self.run.plan.nodes.iter().enumerate() {
            let Op::Row(table, keys) = &node.op else { continue };
            let vector = &self.run.vectors[at];
            let table = &self.model.tables[self.run.plan.tables[*table].table];
            for position in 0..vector.lane.len() {
                if vector.mark(position).absent() && !vector.mark(position).fault() {
                    continue;
                }
                let row = *pick(vector.lane.positions(), position);
                let row = table.rows.get(row as usize).filter(|_| row != NO_ROW);
                let shown = keys.iter().zip(&table.params).map(|(key, param)| {
                    let value = self.run.value(*key, position, Some(&param.ty));
                    let value = value
                        .map_or_else(|| "缺".to_owned(), |value| self.model.show(&value, Some(&param.ty)));
                    (param.name.clone(), value)
                });
                let place = row.map_or(table.span, |row| row.span);
                let notes = row.map_or(&table.notes, |row| {
                    if row.notes == Notes::default() { &table.notes } else { &row.notes }
                });
                traces.push(LookupTrace {
                    table: table.name.clone(),
                    matrix: table.matrix,
                    keys: shown.collect(),
                    value: row.map(|row| self.model.show(&row.value, Some(&table.result))),
                    element: matches!(node.space, Space::Element(_)).then_some(position + 1),
                    ground: self.ground(notes, place),
                });
            }
        }
        traces
    }

    fn band(&self) -> Option<BandTrace> {
        let at = *self.run.settled.bands.first()?;
        let crate::model::GradeBy::Bands { bands, .. } = &self.model.grade.by else { return None };
        let band = bands.get(at as usize)?;
        let notes = if band.notes == Notes::default() { &self.model.grade.notes } else { &band.notes };
        Some(BandTrace {
            tier: self.tier(band.tier).name,
            text: self.written(band.span),
            ground: self.ground(notes, band.span),
        })
    }

    fn base(&self) -> Option<String> {
        let open = self.run.settled.obstacles[0].is_some();
        (!open).then(|| self.tier(self.run.settled.bases[0]).name)
    }

    fn rules(&self) -> Vec<RuleTrace> {
        let fired: Vec<usize> = self.verdicts.fired.iter(0).collect();
        let trace = |at: &usize| {
            let rule = &self.model.rules[*at];
            RuleTrace {
                name: rule.name.clone(),
                effect: self.effect(&rule.effect),
                decisive: self.decisive(&fired, *at),
                ground: self.ground(&rule.notes, rule.span),
            }
        };
        fired.iter().map(trace).collect()
    }

    fn effect(&self, effect: &Effect) -> String {
        let tier = |expr: &ExprId| {
            let scale = Ty::Tier(self.model.grade.scale);
            self.certain(*expr).map_or_else(|| "?".to_owned(), |tier| self.model.show(&tier, Some(&scale)))
        };
        match effect {
            Effect::AtLeast(expr) => format!("at_least {}", tier(expr)),
            Effect::AtMost(expr) => format!("at_most {}", tier(expr)),
            Effect::Is(expr) => format!("is {}", tier(expr)),
            Effect::Step(count) if *count < 0 => format!("lower {}", -count),
            Effect::Step(count) => format!("raise {count}"),
        }
    }

    /// Whether the tier differs without the rule.
    fn decisive(&self, fired: &[usize], rule: usize) -> bool {
        let Some(base) = self.base().filter(|_| self.verdicts.tier(0).is_some()) else { return false };
        let tiers = &self.model.scale().tiers;
        let base = tiers.iter().position(|tier| tier.name == base).unwrap_or(0);
        let others: Vec<usize> = fired.iter().copied().filter(|own| *own != rule).collect();
        self.settled(base, fired) != self.settled(base, &others)
    }

    /// The tier that a base becomes by some rules: the order of effects, once more and plainly.
    fn settled(&self, base: usize, rules: &[usize]) -> Option<i64> {
        let mut steps = 0;
        let (mut cap, mut floor, mut verdict) = (i64::MAX, i64::MIN, None::<i64>);
        for rule in rules {
            let tier = |expr: ExprId| match self.certain(expr)? {
                Constant::Tier(tier) => Some(i64::from(tier)),
                _ => None,
            };
            match self.model.rules[*rule].effect {
                Effect::Step(count) => steps += i64::from(count),
                Effect::AtMost(expr) => cap = cap.min(tier(expr)?),
                Effect::AtLeast(expr) => floor = floor.max(tier(expr)?),
                Effect::Is(expr) => verdict = verdict.max(Some(tier(expr)?)),
            }
        }
        let top = self.model.scale().tiers.len() as i64 - 1;
        let stepped = (base as i64 + steps).clamp(0, top);
        Some(verdict.unwrap_or(stepped.min(cap).max(floor)))
    }

    fn alerts(&self) -> Vec<AlertTrace> {
        let trace = |at: usize| {
            let alert = &self.model.alerts[at];
            let part = |part: &MessagePart| match part {
                MessagePart::Text(text) => text.clone(),
                MessagePart::Value(expr) => {
                    let ty = &self.model.expr(*expr).ty;
                    self.certain(*expr)
                        .map_or_else(|| "?".to_owned(), |value| self.model.show(&value, Some(ty)))
                }
            };
            AlertTrace {
                name: alert.name.clone(),
                level: alert.level.map(|tier| self.tier(tier).name),
                message: alert.message.iter().map(part).collect(),
                certain: self.verdicts.alerts.get(0, at),
            }
        };
        self.verdicts.maybe_alerts.iter(0).map(trace).collect()
    }
}
