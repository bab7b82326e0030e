//! One expression on sets of values.

use super::lookup::lookup;
use super::{Abstract, Element, Evaluator, Known, Possible};
use crate::ast::{AggregateKind, Builtin, CompareOp};
use crate::codes::CodeId;
use crate::date::{Date, TimeUnit};
use crate::facts::Fact;
use crate::model::{Constant, ExprId, ExprKind, Field, FieldType, ListId, Model, SheetId, Ty};
use crate::number::{Number, power_of_ten, round, whole};
use crate::plan::Bounds;
use crate::verdict::{RowError, TierSet};

/// Values that are kept one by one, where nothing is known of a row.
pub(super) const FEW: usize = 1024;

impl Evaluator<'_> {
    /// Whether small sets of numbers are kept: only where the rule set itself is looked at. On a row
    /// with gaps the language says intervals.
    fn few(&self) -> bool {
        self.facts.is_none()
    }

    pub(super) fn compute(&mut self, id: ExprId) -> Abstract {
        let model = self.model;
        let expr = model.expr(id);
        match &expr.kind {
            ExprKind::Constant(value) => self.constant(value),
            ExprKind::AsOf => match self.facts.and_then(|facts| facts.as_of) {
                Some(day) => Abstract::known(Possible::Date(day, day)),
                None => Abstract::known(Possible::Date(Date::MIN, Date::MAX)),
            },
            ExprKind::Field(field) => {
                let fact = self.facts.map(|facts| &facts.fields[field.index()]);
                fact_value(model, &model.subject.fields[field.index()], fact)
            }
            ExprKind::ElementField(list, field) => self.element_field(*list, *field as usize),
            ExprKind::Definition(def) => self.value(model.definitions[def.index()].expr),
            ExprKind::Sheet(sheet) => self.sheet(*sheet),
            ExprKind::FinalTier => {
                let all = Abstract::known(Possible::Nothing).tiers(model.scale().tiers.len());
                Abstract::known(Possible::Tiers(self.tier.unwrap_or(all)))
            }
            ExprKind::Negate(x) => self.map(*x, Bounds::negate, |value| -value),
            ExprKind::Add(x, y) => self.numbers(*x, *y, Bounds::add, |a, b| a + b),
            ExprKind::Subtract(x, y) => self.numbers(*x, *y, |a, b| a.add(&b.negate()), |a, b| a - b),
            ExprKind::Multiply(x, y) => self.numbers(*x, *y, Bounds::multiply, |a, b| a * b),
            ExprKind::Divide(x, y) => self.divide(*x, *y),
            ExprKind::MoveDate(x, count, unit) => self.move_date(*x, *count, *unit),
            ExprKind::DaysBetween(x, y) => self.days_between(*x, *y),
            ExprKind::Builtin(function, xs) => self.builtin(*function, xs),
            ExprKind::Compare(op, x, y) => self.compare(*op, *x, *y),
            ExprKind::Not(x) => {
                let own = self.value(*x);
                let (yes, no) = own.flags();
                Abstract::flag(no, yes).strict(&[&own])
            }
            ExprKind::All(xs) => self.all(xs),
            ExprKind::Any(xs) => self.any(xs),
            ExprKind::Under(x, codes) => self.under(*x, codes),
            ExprKind::OneOf(x, values) => self.one_of(*x, values),
            ExprKind::If(c, x, y) => self.choice(*c, *x, *y),
            ExprKind::OrElse(x, y) => self.or_else(*x, *y),
            ExprKind::Has(x) => {
                let own = self.value(*x);
                Abstract::flag(own.gap != Known::Yes, own.gap != Known::No)
            }
            ExprKind::Recent(count, unit, x) => self.recent(*count, *unit, *x),
            ExprKind::Lookup(table, keys) => {
                let keys: Vec<Abstract> = keys.iter().map(|key| self.value(*key)).collect();
                lookup(model, *table, &keys, self.few())
            }
            ExprKind::Aggregate { kind, list, value, filter } => {
                self.aggregate(*kind, *list, *value, *filter)
            }
        }
    }

    fn constant(&self, value: &Constant) -> Abstract {
        Abstract::known(match value {
            Constant::Number(number) => {
                Possible::Number(Bounds::point(number.clone()), self.few().then(|| vec![number.clone()]))
            }
            Constant::Missing => {
                return Abstract { hole: true, ..Abstract::known(Possible::Nothing).with_gap(Known::Yes) };
            }
            other => possible(other),
        })
    }

    fn element_field(&self, list: ListId, field: usize) -> Abstract {
        let fact = match (self.element, self.facts) {
            (Element::Of(own, at), Some(facts)) if own == list => {
                facts.lists[list.index()].as_ref().map(|elements| &elements[at][field])
            }
            _ => None,
        };
        let source = &self.model.subject.lists[list.index()].fields[field];
        fact_value(self.model, source, fact)
    }

    fn map(
        &mut self,
        x: ExprId,
        bounds: impl Fn(&Bounds) -> Bounds,
        each: impl Fn(&Number) -> Number,
    ) -> Abstract {
        let own = self.value(x);
        if own.possible == Possible::Nothing {
            return own;
        }
        let values = own.number_values().map(|values| {
            let mut values: Vec<Number> = values.iter().map(each).collect();
            values.sort();
            values.dedup();
            values
        });
        let bounds = values.as_ref().map_or_else(|| bounds(&own.number_bounds()), Bounds::around);
        Abstract::known(Possible::Number(bounds, values)).strict(&[&own])
    }

    fn numbers(
        &mut self,
        x: ExprId,
        y: ExprId,
        bounds: impl Fn(&Bounds, &Bounds) -> Bounds,
        each: impl Fn(&Number, &Number) -> Number,
    ) -> Abstract {
        let (a, b) = (self.value(x), self.value(y));
        combine(&a, &b, bounds, each)
    }

    fn divide(&mut self, x: ExprId, y: ExprId) -> Abstract {
        let (a, b) = (self.value(x), self.value(y));
        let what = || RowError::NoValue { what: "/".to_owned() };
        let zero = b.may_be_zero();
        let only_zero = b.constant() == Some(Constant::Number(whole(0)));
        if only_zero {
            return Abstract::known(Possible::Nothing).failing(Known::Yes, what()).strict(&[&a, &b]);
        }
        let inverse = inverse(&b, zero);
        let result = combine(&a, &inverse, Bounds::multiply, |a, b| a * b);
        if zero { result.failing(Known::Maybe, what()) } else { result }
    }

    fn move_date(&mut self, x: ExprId, count: i32, unit: TimeUnit) -> Abstract {
        let own = self.value(x);
        match own.possible {
            Possible::Date(lo, hi) => {
                Abstract::known(Possible::Date(lo.plus(count, unit), hi.plus(count, unit))).strict(&[&own])
            }
            _ => own,
        }
    }

    fn days_between(&mut self, x: ExprId, y: ExprId) -> Abstract {
        let (a, b) = (self.value(x), self.value(y));
        let (Possible::Date(lo, hi), Possible::Date(l, h)) = (&a.possible, &b.possible) else {
            return Abstract::bounds(Bounds::default()).strict(&[&a, &b]);
        };
        let days = |one: &Date, other: &Date| whole(i64::from(one.days()) - i64::from(other.days()));
        Abstract::bounds(Bounds::new(days(lo, h), days(hi, l))).strict(&[&a, &b])
    }

    fn builtin(&mut self, function: Builtin, xs: &[ExprId]) -> Abstract {
        match (function, xs) {
            (Builtin::Round, [x, places]) => {
                let places =
                    self.value(*places).number().and_then(|own| crate::check::small(&own)).unwrap_or(0);
                self.monotone(*x, |value| round(value, places))
            }
            (Builtin::Round, [x]) => self.monotone(*x, |value| round(value, 0)),
            (Builtin::Floor, [x]) => self.monotone(*x, Number::floor),
            (Builtin::Ceil, [x]) => self.monotone(*x, Number::ceil),
            (Builtin::Abs, [x]) => self.map(*x, Bounds::abs, num_traits::Signed::abs),
            (Builtin::Clamp, [x, lo, hi]) => {
                let (x, lo, hi) = (self.value(*x), self.value(*lo), self.value(*hi));
                let raised = combine(&x, &lo, Bounds::max, |a, b| a.max(b).clone());
                combine(&raised, &hi, Bounds::min, |a, b| a.min(b).clone())
            }
            (Builtin::Max, xs) => self.extreme(xs, Bounds::max, |a, b| a.max(b).clone()),
            (_, xs) => self.extreme(xs, Bounds::min, |a, b| a.min(b).clone()),
        }
    }

    fn monotone(&mut self, x: ExprId, each: impl Fn(&Number) -> Number) -> Abstract {
        let ends =
            |bounds: &Bounds| Bounds { lo: bounds.lo.as_ref().map(&each), hi: bounds.hi.as_ref().map(&each) };
        self.map(x, ends, &each)
    }

    fn extreme(
        &mut self,
        xs: &[ExprId],
        bounds: impl Fn(&Bounds, &Bounds) -> Bounds,
        each: impl Fn(&Number, &Number) -> Number,
    ) -> Abstract {
        let values: Vec<Abstract> = xs.iter().map(|x| self.value(*x)).collect();
        let joined = values.iter().cloned().reduce(|a, b| combine(&a, &b, &bounds, &each));
        joined.unwrap_or_else(|| Abstract::bounds(Bounds::default()))
    }

    fn compare(&mut self, op: CompareOp, x: ExprId, y: ExprId) -> Abstract {
        let (a, b) = (self.value(x), self.value(y));
        let (less, equal, greater) = relations(&a, &b);
        let (yes, no) = match op {
            CompareOp::Equal => (equal, less || greater),
            CompareOp::NotEqual => (less || greater, equal),
            CompareOp::Less => (less, equal || greater),
            CompareOp::LessOrEqual => (less || equal, greater),
            CompareOp::Greater => (greater, less || equal),
            CompareOp::GreaterOrEqual => (greater || equal, less),
        };
        Abstract::flag(yes, no).strict(&[&a, &b])
    }

    /// Kleene's 且. It is no gap where one operand is known to fail without one.
    pub(super) fn all(&mut self, xs: &[ExprId]) -> Abstract {
        let values: Vec<Abstract> = xs.iter().map(|x| self.value(*x)).collect();
        conjunction(&values)
    }

    fn any(&mut self, xs: &[ExprId]) -> Abstract {
        let denied: Vec<Abstract> = xs.iter().map(|x| deny(self.value(*x))).collect();
        deny(conjunction(&denied))
    }

    fn under(&mut self, x: ExprId, codes: &[CodeId]) -> Abstract {
        let own = self.value(x);
        let (Possible::Codes(possible), Ty::Code(list)) = (&own.possible, &self.model.expr(x).ty) else {
            return Abstract::flag(true, true).strict(&[&own]);
        };
        let list = &self.model.codes[list.index()];
        let is_under = |code: &CodeId| codes.iter().any(|above| list.is_under(*code, *above));
        let yes = possible.iter().any(is_under);
        let no = !possible.iter().all(is_under);
        Abstract::flag(yes, no).strict(&[&own])
    }

    fn one_of(&mut self, x: ExprId, values: &[Constant]) -> Abstract {
        let own = self.value(x);
        let among = |value: Constant| values.contains(&value);
        let (yes, no) = match (&own.possible, own.constant()) {
            (_, Some(value)) => (among(value.clone()), !among(value)),
            (Possible::Options(options), _) => {
                let is = |at: &u32| among(Constant::Option(*at));
                (options.iter().any(is), !options.iter().all(is))
            }
            (Possible::Tiers(tiers), _) => {
                let is = |tier: u8| among(Constant::Tier(tier));
                (tiers.iter().any(is), !tiers.iter().all(is))
            }
            _ => (true, true),
        };
        Abstract::flag(yes, no).strict(&[&own])
    }

    fn choice(&mut self, c: ExprId, x: ExprId, y: ExprId) -> Abstract {
        let condition = self.value(c);
        let chosen = match condition.flags() {
            (true, false) if condition.possible != Possible::Nothing => self.value(x),
            (false, true) => self.value(y),
            _ => {
                let (x, y) = (self.value(x), self.value(y));
                x.either(&y)
            }
        };
        chosen.strict(&[&condition])
    }

    fn or_else(&mut self, x: ExprId, y: ExprId) -> Abstract {
        let own = self.value(x);
        match own.gap {
            Known::No => own,
            Known::Yes => self.value(y),
            Known::Maybe => {
                let other = self.value(y);
                let kept = Abstract { gap: Known::No, error: Known::No, reason: None, hole: false, ..own };
                kept.either(&other)
            }
        }
    }

    fn recent(&mut self, count: u32, unit: TimeUnit, x: ExprId) -> Abstract {
        let own = self.value(x);
        let window = crate::plan::window(self.facts.and_then(|facts| facts.as_of), count, unit);
        let (Possible::Date(first, last), Some((lo, hi))) = (&own.possible, window) else {
            return Abstract::flag(true, true).strict(&[&own]);
        };
        let yes = *first <= hi && *last > lo;
        let no = *first <= lo || *last > hi;
        Abstract::flag(yes, no).strict(&[&own])
    }

    fn sheet(&mut self, sheet: SheetId) -> Abstract {
        let model = self.model;
        let source = &model.sheets[sheet.index()];
        let mut total = self.constant(&Constant::Number(source.start.clone()));
        for item in &source.items {
            let mut sides = [Vec::new(), Vec::new()];
            for line in &item.lines {
                let count = self.value(line.count);
                let points = self.constant(&Constant::Number(line.points.clone()));
                let product = combine(&numeric(count), &points, Bounds::multiply, |a, b| a * b);
                sides[usize::from(line.deduct)].push(product);
            }
            let [additions, deductions] = &sides;
            if let Some(added) = self.side(additions, item.heaviest, item.cap.as_ref()) {
                total = combine(&total, &added, Bounds::add, |a, b| a + b);
            }
            if let Some(deducted) = self.side(deductions, item.heaviest, item.cap_deduct.as_ref()) {
                total = combine(&total, &deducted, |a, b| a.add(&b.negate()), |a, b| a - b);
            }
        }
        total
    }

    fn side(&self, lines: &[Abstract], heaviest: bool, cap: Option<&Number>) -> Option<Abstract> {
        let zero = self.constant(&Constant::Number(whole(0)));
        let sum = if heaviest {
            lines.first()?;
            lines.iter().fold(zero, |best, line| combine(&best, line, Bounds::max, |a, b| a.max(b).clone()))
        } else {
            let mut lines = lines.iter().cloned();
            let first = lines.next()?;
            lines.fold(first, |sum, line| combine(&sum, &line, Bounds::add, |a, b| a + b))
        };
        Some(match cap {
            Some(cap) => {
                let cap = self.constant(&Constant::Number(cap.clone()));
                combine(&sum, &cap, Bounds::min, |a, b| a.min(b).clone())
            }
            None => sum,
        })
    }

    fn aggregate(
        &mut self,
        kind: AggregateKind,
        list: ListId,
        value: Option<ExprId>,
        filter: Option<ExprId>,
    ) -> Abstract {
        let supplied = self.facts.and_then(|facts| facts.lists[list.index()].as_ref().map(Vec::len));
        let outer = self.element;
        let result = match supplied {
            Some(count) => {
                let elements: Vec<(Abstract, Abstract)> = (0..count)
                    .map(|at| {
                        self.element = Element::Of(list, at);
                        self.filtered(value, filter)
                    })
                    .collect();
                fold(kind, &elements)
            }
            None => {
                self.element = Element::Any(list);
                let (taken, value) = self.filtered(value, filter);
                let source = &self.model.subject.lists[list.index()];
                let gap = if self.facts.is_some() { Known::Yes } else { Known::Maybe };
                let gap = if self.facts.is_none() && !source.optional { Known::No } else { gap };
                any_list(kind, source.at_most, &taken, &value).with_gap(gap)
            }
        };
        self.element = outer;
        result
    }

    /// Whether the element at hand is taken in, and its value.
    fn filtered(&mut self, value: Option<ExprId>, filter: Option<ExprId>) -> (Abstract, Abstract) {
        let taken = filter.map_or_else(|| Abstract::flag(true, false), |filter| self.value(filter));
        let value = value.map_or_else(|| Abstract::flag(true, false), |value| self.value(value));
        (taken, value)
    }
}

/// What a fact, or its absence, leaves possible.
fn fact_value(model: &Model, field: &Field, fact: Option<&Fact>) -> Abstract {
    match fact {
        Some(Fact::Known(value) | Fact::Default(value)) => Abstract::known(possible(value)),
        Some(Fact::Coarse(code)) => domain(model, field, Some(*code), false).with_gap(Known::Yes),
        Some(Fact::Missing) => domain(model, field, None, false).with_gap(Known::Yes),
        Some(Fact::Untold) => domain(model, field, None, false),
        None => {
            let coarse = matches!(field.ty, FieldType::Code { .. });
            let gap = if field.optional || coarse { Known::Maybe } else { Known::No };
            domain(model, field, None, true).with_gap(gap)
        }
    }
}

fn possible(value: &Constant) -> Possible {
    match value {
        Constant::Number(number) => Possible::Number(Bounds::point(number.clone()), None),
        Constant::Flag(flag) => Possible::Flag { yes: *flag, no: !flag },
        Constant::Text(text) => Possible::Text(Some(text.clone())),
        Constant::Date(date) => Possible::Date(*date, *date),
        Constant::Code(code) => Possible::Codes(vec![*code]),
        Constant::Option(option) => Possible::Options(vec![*option]),
        Constant::Tier(tier) => Possible::Tiers(TierSet::one(*tier)),
        Constant::Missing => Possible::Nothing,
    }
}

/// Every value of a field; with `few`, small sets of numbers one by one.
fn domain(model: &Model, field: &Field, coarse: Option<CodeId>, few: bool) -> Abstract {
    Abstract::known(match &field.ty {
        FieldType::Text => Possible::Text(None),
        FieldType::Flag => Possible::Flag { yes: true, no: true },
        FieldType::Option(set) => {
            Possible::Options((0..model.options[set.index()].options.len() as u32).collect())
        }
        FieldType::Code { list, level } => {
            Possible::Codes(model.codes[list.index()].beneath(coarse, *level).collect())
        }
        FieldType::Date { lo, hi } => Possible::Date(*lo, *hi),
        FieldType::Number { lo, hi, decimals, listed, .. } => {
            let values = match listed {
                Some(listed) => Some(listed.iter().map(|(value, _)| value.clone()).collect()),
                None => every(lo, hi, *decimals),
            };
            Possible::Number(Bounds::new(lo.clone(), hi.clone()), values.filter(|_| few))
        }
    })
}

/// All values of a narrow range.
fn every(lo: &Number, hi: &Number, decimals: u32) -> Option<Vec<Number>> {
    let unit = Number::from_integer(power_of_ten(decimals));
    let (first, last) = ((lo * &unit).ceil(), (hi * &unit).floor());
    if &last - &first >= whole(FEW as i64) {
        return None;
    }
    let mut values = Vec::new();
    let mut value = first;
    while value <= last {
        values.push(&value / &unit);
        value += whole(1);
    }
    Some(values)
}

/// Flags as 0 and 1.
fn numeric(value: Abstract) -> Abstract {
    match value.possible {
        Possible::Flag { yes, no } => {
            let values: Vec<Number> =
                [(no, 0), (yes, 1)].iter().filter(|(own, _)| *own).map(|(_, value)| whole(*value)).collect();
            Abstract { possible: Possible::Number(Bounds::around(&values), Some(values)), ..value }
        }
        _ => value,
    }
}

/// An operation on two numbers: on each pair where they are few, on their bounds otherwise.
fn combine(
    a: &Abstract,
    b: &Abstract,
    bounds: impl Fn(&Bounds, &Bounds) -> Bounds,
    each: impl Fn(&Number, &Number) -> Number,
) -> Abstract {
    if a.possible == Possible::Nothing || b.possible == Possible::Nothing {
        return Abstract::known(Possible::Nothing).strict(&[a, b]);
    }
    let few = a.number_values().zip(b.number_values()).filter(|(a, b)| a.len() * b.len() <= FEW);
    let values = few.map(|(few, more)| {
        let mut values: Vec<Number> = few.iter().flat_map(|x| more.iter().map(|y| each(x, y))).collect();
        values.sort();
        values.dedup();
        values
    });
    let own = values.as_ref().map_or_else(|| bounds(&a.number_bounds(), &b.number_bounds()), Bounds::around);
    Abstract::known(Possible::Number(own, values)).strict(&[a, b])
}

/// 1/x for x but zero.
fn inverse(b: &Abstract, zero: bool) -> Abstract {
    use num_traits::{Signed, Zero};
    let bounds = b.number_bounds();
    let values = b.number_values().map(|values| {
        let mut values: Vec<Number> =
            values.iter().filter(|value| !value.is_zero()).map(|value| value.recip()).collect();
        values.sort();
        values
    });
    let end = |end: &Option<Number>| match end {
        Some(end) if !end.is_zero() => Some(end.recip()),
        Some(_) => None,
        None => Some(whole(0)),
    };
    let own = match (&values, zero) {
        (Some(values), _) => Bounds::around(values),
        (None, false) => Bounds { lo: end(&bounds.hi), hi: end(&bounds.lo) },
        (None, true) => {
            let positive = bounds.lo.as_ref().is_some_and(|lo| !lo.is_negative());
            let negative = bounds.hi.as_ref().is_some_and(|hi| !hi.is_positive());
            match (positive, negative) {
                (true, _) => Bounds { lo: end(&bounds.hi), hi: None },
                (_, true) => Bounds { lo: None, hi: end(&bounds.lo) },
                _ => Bounds::default(),
            }
        }
    };
    Abstract::known(Possible::Number(own, values)).strict(&[b])
}

/// Whether the first can be less than, equal to, greater than the second.
fn relations(a: &Abstract, b: &Abstract) -> (bool, bool, bool) {
    if let (Some(one), Some(other)) = (a.constant(), b.constant()) {
        let order = order(&one, &other);
        return (order.is_lt(), order.is_eq(), order.is_gt());
    }
    match (&a.possible, &b.possible) {
        (Possible::Number(..) | Possible::Flag { .. }, Possible::Number(..) | Possible::Flag { .. })
            if matches!(a.possible, Possible::Number(..)) =>
        {
            let (x, y) = (a.number_bounds(), b.number_bounds());
            let below = |lo: &Option<Number>, hi: &Option<Number>| match (lo, hi) {
                (Some(lo), Some(hi)) => lo < hi,
                _ => true,
            };
            let apart = |lo: &Option<Number>, hi: &Option<Number>| matches!((lo, hi), (Some(lo), Some(hi)) if lo > hi);
            let equal = match (a.number_values(), b.number_values()) {
                (Some(few), Some(more)) => few.iter().any(|value| more.contains(value)),
                _ => !apart(&x.lo, &y.hi) && !apart(&y.lo, &x.hi),
            };
            (below(&x.lo, &y.hi), equal, below(&y.lo, &x.hi))
        }
        (Possible::Date(lo, hi), Possible::Date(l, h)) => (lo < h, lo <= h && l <= hi, l < hi),
        (Possible::Tiers(x), Possible::Tiers(y)) => {
            let pairs = || x.iter().flat_map(|x| y.iter().map(move |y| x.cmp(&y)));
            (pairs().any(|own| own.is_lt()), pairs().any(|own| own.is_eq()), pairs().any(|own| own.is_gt()))
        }
        (Possible::Codes(x), Possible::Codes(y)) => (true, x.iter().any(|own| y.contains(own)), true),
        (Possible::Options(x), Possible::Options(y)) => (true, x.iter().any(|own| y.contains(own)), true),
        _ => (true, true, true),
    }
}

/// The order of two constants of one type; unordered types only tell equality.
fn order(one: &Constant, other: &Constant) -> std::cmp::Ordering {
    match (one, other) {
        (Constant::Number(a), Constant::Number(b)) => a.cmp(b),
        (Constant::Date(a), Constant::Date(b)) => a.cmp(b),
        (Constant::Tier(a), Constant::Tier(b)) => a.cmp(b),
        (a, b) if a == b => std::cmp::Ordering::Equal,
        _ => std::cmp::Ordering::Less,
    }
}

fn deny(value: Abstract) -> Abstract {
    let (yes, no) = value.flags();
    Abstract { possible: Possible::Flag { yes: no, no: yes }, ..value }
}

fn conjunction(values: &[Abstract]) -> Abstract {
    let fails = |value: &Abstract| {
        let (yes, no) = value.flags();
        no && !yes
    };
    let operands: Vec<&Abstract> = values.iter().collect();
    let yes = values.iter().all(|value| value.flags().0);
    let no = values.iter().any(|value| value.flags().1);
    let result = Abstract::flag(yes, no).strict(&operands);
    if values.iter().any(|value| fails(value) && value.gap == Known::No && value.error == Known::No) {
        return Abstract::flag(false, true);
    }
    // A failing operand that depends on a gap hides the others' errors, not its own gap.
    if values.iter().any(|value| fails(value) && value.error == Known::No) {
        return Abstract { error: Known::No, reason: None, gap: Known::Yes, ..result };
    }
    let may_hide = values.iter().any(|value| value.flags().1 && value.error != Known::Yes);
    let gap = if may_hide && result.gap == Known::Yes && !values.iter().all(|value| value.gap == Known::Yes) {
        if values.iter().any(|value| value.gap != Known::Yes && value.flags().1) {
            Known::Maybe
        } else {
            Known::Yes
        }
    } else {
        result.gap
    };
    let error = if may_hide && result.error == Known::Yes { Known::Maybe } else { result.error };
    Abstract { gap, error, ..result }
}

/// Something of elements that are there: each with whether it is taken in, and its value.
fn fold(kind: AggregateKind, elements: &[(Abstract, Abstract)]) -> Abstract {
    match kind {
        AggregateKind::Any => {
            let each: Vec<Abstract> = elements
                .iter()
                .map(|(taken, value)| deny(conjunction(&[taken.clone(), value.clone()])))
                .collect();
            deny(conjunction(&each))
        }
        AggregateKind::All => {
            let each: Vec<Abstract> = elements
                .iter()
                .map(|(taken, value)| deny(conjunction(&[taken.clone(), deny(value.clone())])))
                .collect();
            conjunction(&each)
        }
        AggregateKind::Count => {
            let mut total = Abstract::bounds(Bounds::point(whole(0)));
            for (taken, _) in elements {
                total = combine(&total, &numeric(taken.clone()), Bounds::add, |a, b| a + b);
            }
            total
        }
        AggregateKind::Sum => {
            let mut total = Abstract::bounds(Bounds::point(whole(0)));
            for (taken, value) in elements {
                total = combine(&total, &taken_value(taken, value), Bounds::add, |a, b| a + b);
            }
            total
        }
        AggregateKind::Min | AggregateKind::Max => extreme_of(kind, elements),
    }
}

/// An element's value where it is taken in, 0 where not.
fn taken_value(taken: &Abstract, value: &Abstract) -> Abstract {
    match taken.flags() {
        (false, _) => Abstract::bounds(Bounds::point(whole(0))).strict(&[taken]),
        (true, false) => value.clone().strict(&[taken]),
        (true, true) => value.either(&Abstract::bounds(Bounds::point(whole(0)))).strict(&[taken]),
    }
}

fn extreme_of(kind: AggregateKind, elements: &[(Abstract, Abstract)]) -> Abstract {
    let what = || RowError::NoValue { what: "最小/最大".to_owned() };
    let certain: Vec<&Abstract> =
        elements.iter().filter(|(taken, _)| taken.flags() == (true, false)).map(|(_, value)| value).collect();
    let possible: Vec<&(Abstract, Abstract)> = elements.iter().filter(|(taken, _)| taken.flags().0).collect();
    let gaps: Vec<&Abstract> = elements.iter().map(|(taken, _)| taken).collect();
    let Some(all) = possible.iter().map(|(_, value)| value.clone()).reduce(|a, b| a.either(&b)) else {
        return Abstract::known(Possible::Nothing).failing(Known::Yes, what()).strict(&gaps);
    };
    let strict: Vec<&Abstract> = possible.iter().map(|(_, value)| value).chain(gaps).collect();
    // Elements that are certainly there bound the result from one side.
    let bounded = match (&all.possible, certain.is_empty()) {
        (Possible::Number(hull, _), false) => {
            let max = kind == AggregateKind::Max;
            let sure = certain.iter().map(|value| value.number_bounds());
            let sure = sure.reduce(|a, b| if max { a.max(&b) } else { a.min(&b) }).unwrap_or_default();
            let bounds = if max {
                Bounds { lo: sure.lo, hi: hull.hi.clone() }
            } else {
                Bounds { lo: hull.lo.clone(), hi: sure.hi }
            };
            Abstract::bounds(bounds)
        }
        _ => Abstract::known(all.possible.clone()),
    };
    let result = bounded.strict(&strict);
    if certain.is_empty() { result.failing(Known::Maybe, what()) } else { result }
}

/// Something of a list of which nothing is known but its elements' type.
fn any_list(kind: AggregateKind, at_most: u32, taken: &Abstract, value: &Abstract) -> Abstract {
    let none_taken = !taken.flags().0;
    match kind {
        AggregateKind::Any => Abstract::flag(taken.flags().0 && value.flags().0, true),
        AggregateKind::All => Abstract::flag(true, taken.flags().0 && value.flags().1),
        AggregateKind::Count => {
            let most = if none_taken { 0 } else { at_most };
            Abstract::bounds(Bounds::new(whole(0), whole(i64::from(most))))
        }
        AggregateKind::Sum => {
            let own = numeric(value.clone()).number_bounds();
            let own = if none_taken { Bounds::point(whole(0)) } else { own.times(at_most) };
            let sum = Abstract::bounds(own);
            Abstract {
                error: if value.error == Known::No { Known::No } else { Known::Maybe },
                reason: value.reason.clone(),
                ..sum
            }
        }
        AggregateKind::Min | AggregateKind::Max => {
            let what = RowError::NoValue { what: "最小/最大".to_owned() };
            Abstract::known(value.possible.clone()).failing(Known::Maybe, what)
        }
    }
}
