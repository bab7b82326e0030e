//! Operations on numbers, each in the narrowest form that holds its operands and its result.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::build::Builder;
use super::{Bounds, Form, Node, NodeId, Op};
use crate::ast::Builtin;
use crate::model::{Constant, ExprId, Space};
use crate::number::{Number, power_of_ten, whole};
use crate::plan::over;

/// Possible values up to which a reciprocal is looked up rather than divided.
const MOST_RECIPROCALS: usize = 1024;

impl Builder<'_> {
    pub(super) fn number(&mut self, value: &Number) -> NodeId {
        let bounds = Bounds::point(value.clone());
        let form = bounds.form(value.denom().clone());
        self.push(Op::Constant(Constant::Number(value.clone())), form, Space::Row, bounds)
    }

    /// A flag as 0 or 1; a number as it is.
    pub(super) fn count(&mut self, id: NodeId) -> NodeId {
        match self.node(id).form {
            Form::Flag => self.cast(id, &Form::Scaled(BigInt::one())),
            _ => id,
        }
    }

    pub(super) fn cast(&mut self, id: NodeId, form: &Form) -> NodeId {
        let Node { form: own, space, bounds, op, .. } = self.node(id).clone();
        if own == *form {
            return id;
        }
        let bounds = if own == Form::Flag { Bounds::new(whole(0), whole(1)) } else { bounds };
        match op {
            // A condition that always or never holds counts 1 or 0, as any other does.
            Op::Constant(Constant::Flag(flag)) => {
                let count = Constant::Number(whole(i64::from(flag)));
                self.push(Op::Constant(count), form.clone(), space, bounds)
            }
            Op::Constant(value) => self.push(Op::Constant(value), form.clone(), space, bounds),
            _ => self.push(Op::Convert(id), form.clone(), space, bounds),
        }
    }

    /// The form that holds all of `ids` over one denominator, and `extra` beside them.
    pub(super) fn common(&self, ids: &[NodeId], extra: Option<&Bounds>) -> Form {
        let mut denominator = BigInt::one();
        let mut bounds: Option<Bounds> = extra.cloned();
        for id in ids {
            let node = self.node(*id);
            let Some(own) = node.form.denominator() else { return Form::Exact };
            denominator = denominator.lcm(own);
            bounds = Some(bounds.map_or_else(|| node.bounds.clone(), |all| all.hull(&node.bounds)));
        }
        bounds.unwrap_or_default().form(denominator)
    }

    fn same_form(&mut self, a: NodeId, b: NodeId, extra: Option<&Bounds>) -> (NodeId, NodeId, Form) {
        let form = self.common(&[a, b], extra);
        (self.cast(a, &form), self.cast(b, &form), form)
    }

    pub(super) fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let bounds = self.node(a).bounds.add(&self.node(b).bounds);
        let (a, b, form) = self.same_form(a, b, Some(&bounds));
        self.push(Op::Add(a, b), form, self.space(&[a, b]), bounds)
    }

    pub(super) fn subtract(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let bounds = self.node(a).bounds.add(&self.node(b).bounds.negate());
        let (a, b, form) = self.same_form(a, b, Some(&bounds));
        self.push(Op::Subtract(a, b), form, self.space(&[a, b]), bounds)
    }

    pub(super) fn multiply(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let bounds = self.node(a).bounds.multiply(&self.node(b).bounds);
        let forms = (self.node(a).form.denominator(), self.node(b).form.denominator());
        let (Some(of_a), Some(of_b)) = (forms.0.cloned(), forms.1.cloned()) else {
            let (a, b) = (self.cast(a, &Form::Exact), self.cast(b, &Form::Exact));
            return self.push(Op::Multiply(a, b), Form::Exact, self.space(&[a, b]), bounds);
        };
        let result = bounds.form(&of_a * &of_b);
        let widest = [&result, &self.node(a).form, &self.node(b).form].into_iter().map(width).max();
        let (a, b, form) = match widest {
            Some(0) => (a, b, result),
            Some(1) => {
                let (a, b) =
                    (self.cast(a, &Form::Wide(of_a.clone())), self.cast(b, &Form::Wide(of_b.clone())));
                (a, b, Form::Wide(of_a * of_b))
            }
            _ => (self.cast(a, &Form::Exact), self.cast(b, &Form::Exact), Form::Exact),
        };
        self.push(Op::Multiply(a, b), form, self.space(&[a, b]), bounds)
    }

    /// A quotient: a product with a reciprocal where the divisor has few values.
    pub(super) fn divide(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let Op::Constant(Constant::Number(divisor)) = &self.node(b).op
            && !divisor.is_zero()
        {
            let reciprocal = self.number(&divisor.recip());
            return self.multiply(a, reciprocal);
        }
        if let Some(reciprocal) = self.reciprocal(b) {
            return self.multiply(a, reciprocal);
        }
        let (a, b) = (self.cast(a, &Form::Exact), self.cast(b, &Form::Exact));
        self.push(Op::Divide(a, b), Form::Exact, self.space(&[a, b]), Bounds::default())
    }

    fn reciprocal(&mut self, divisor: NodeId) -> Option<NodeId> {
        let mut values = self.possible(divisor, MOST_RECIPROCALS)?;
        values.sort();
        let Form::Scaled(scale) = self.node(divisor).form.clone() else { return None };
        let nonzero = || values.iter().filter(|value| !value.is_zero()).map(|value| value.recip());
        let denominator = nonzero().fold(BigInt::one(), |all, value| all.lcm(value.denom()));
        let bounds = Bounds::around(&nonzero().collect::<Vec<_>>());
        let form @ Form::Scaled(_) = bounds.form(denominator.clone()) else { return None };
        let entry = |value: &Number| {
            let key = over(value, &scale).to_i64()?;
            let result = (!value.is_zero()).then(|| over(&value.recip(), &denominator).to_i64());
            Some((key, result.flatten()))
        };
        let entries = values.iter().map(entry).collect::<Option<Vec<_>>>()?;
        let space = self.node(divisor).space;
        Some(self.push(Op::Reciprocal(divisor, entries), form, space, bounds))
    }

    /// The few values that a node can have, without repeats; `None` where they are many or unknown.
    fn possible(&self, id: NodeId, most: usize) -> Option<Vec<Number>> {
        let mut values = match &self.node(id).op {
            Op::Constant(Constant::Number(value)) => vec![value.clone()],
            Op::Convert(x) => self.possible(*x, most)?,
            Op::RowValue(table, _) => {
                let rows = &self.model.tables[self.tables[*table].table].rows;
                let number = |row: &crate::model::Row| match &row.value {
                    Constant::Number(value) => Some(value.clone()),
                    _ => None,
                };
                rows.iter().filter_map(number).collect()
            }
            Op::OrElse(x, y) | Op::If(_, x, y) => {
                let mut values = self.possible(*x, most)?;
                values.extend(self.possible(*y, most)?);
                values
            }
            _ => return None,
        };
        values.sort();
        values.dedup();
        (values.len() <= most).then_some(values)
    }

    pub(super) fn negate(&mut self, x: NodeId) -> NodeId {
        let Node { form, space, bounds, .. } = self.node(x).clone();
        self.push(Op::Negate(x), form, space, bounds.negate())
    }

    pub(super) fn extreme(&mut self, xs: &[NodeId], greatest: bool) -> NodeId {
        let mut xs = xs.iter().copied();
        // INVARIANT: check refuses 最小 and 最大 without operands.
        let first = xs.next().unwrap_or(NodeId(0));
        xs.fold(first, |best, x| {
            let (a, b) = (&self.node(best).bounds, &self.node(x).bounds);
            let bounds = if greatest { a.max(b) } else { a.min(b) };
            let (a, b, form) = self.same_form(best, x, None);
            let op = if greatest { Op::Max(a, b) } else { Op::Min(a, b) };
            self.push(op, form, self.space(&[a, b]), bounds)
        })
    }

    pub(super) fn builtin(&mut self, function: Builtin, xs: &[NodeId]) -> NodeId {
        match (function, xs) {
            (Builtin::Round, [x, places]) => {
                let places = match &self.node(*places).op {
                    Op::Constant(Constant::Number(places)) => places.to_integer().to_i32().unwrap_or(0),
                    _ => 0,
                };
                self.round(*x, places)
            }
            (Builtin::Round, [x]) => self.round(*x, 0),
            (Builtin::Floor, [x]) => self.whole_part(*x, Op::Floor),
            (Builtin::Ceil, [x]) => self.whole_part(*x, Op::Ceil),
            (Builtin::Abs, [x]) => {
                let Node { form, space, bounds, .. } = self.node(*x).clone();
                self.push(Op::Abs(*x), form, space, bounds.abs())
            }
            (Builtin::Clamp, [x, lo, hi]) => {
                let raised = self.extreme(&[*x, *lo], true);
                self.extreme(&[raised, *hi], false)
            }
            (Builtin::Max, xs) => self.extreme(xs, true),
            (_, xs) => self.extreme(xs, false),
        }
    }

    fn round(&mut self, x: NodeId, places: i32) -> NodeId {
        let Node { form, bounds, .. } = self.node(x).clone();
        let unit = power_of_ten(places.unsigned_abs());
        let step = if places >= 0 { Number::new(BigInt::one(), unit.clone()) } else { unit.clone().into() };
        let result = bounds.widen(&step);
        let denominator = if places >= 0 { unit.clone() } else { BigInt::one() };
        // The kernel multiplies by 10^places and doubles before it divides.
        let work = form.denominator().map(|own| result.form(own * &unit * 4));
        let form = match (work, form.denominator()) {
            (Some(Form::Scaled(_)), Some(own)) => Form::Scaled(own.clone()),
            (Some(Form::Wide(_)), Some(own)) => Form::Wide(own.clone()),
            _ => Form::Exact,
        };
        let x = self.cast(x, &form);
        let form = match form {
            Form::Scaled(_) => Form::Scaled(denominator),
            Form::Wide(_) => Form::Wide(denominator),
            other => other,
        };
        let space = self.node(x).space;
        self.push(Op::Round(x, places), form, space, result)
    }

    fn whole_part(&mut self, x: NodeId, op: impl Fn(NodeId) -> Op) -> NodeId {
        let Node { form, space, bounds, .. } = self.node(x).clone();
        let form = match form {
            Form::Scaled(_) => Form::Scaled(BigInt::one()),
            Form::Wide(_) => Form::Wide(BigInt::one()),
            other => other,
        };
        self.push(op(x), form, space, bounds.widen(&whole(1)))
    }

    /// A score sheet: start + Σ items, each the capped additions less the capped deductions.
    pub(super) fn sheet(&mut self, sheet: usize) -> NodeId {
        let source = &self.model.sheets[sheet];
        let mut total = self.number(&source.start);
        for item in &source.items {
            let mut sides = [Vec::new(), Vec::new()];
            for line in &item.lines {
                let points = self.line(line.count, &line.points);
                sides[usize::from(line.deduct)].push(points);
            }
            let [additions, deductions] = sides;
            if let Some(added) = self.side(&additions, item.heaviest, item.cap.as_ref()) {
                total = self.add(total, added);
            }
            if let Some(deducted) = self.side(&deductions, item.heaviest, item.cap_deduct.as_ref()) {
                total = self.subtract(total, deducted);
            }
        }
        total
    }

    fn line(&mut self, count: ExprId, points: &Number) -> NodeId {
        let count = self.expr(count);
        let count = self.count(count);
        let points = self.number(points);
        self.multiply(count, points)
    }

    fn side(&mut self, lines: &[NodeId], heaviest: bool, cap: Option<&Number>) -> Option<NodeId> {
        let (first, rest) = lines.split_first()?;
        let mut sum = *first;
        if heaviest {
            let zero = self.number(&whole(0));
            let all: Vec<NodeId> = [&[zero], lines].concat();
            sum = self.extreme(&all, true);
        } else {
            for line in rest {
                sum = self.add(sum, *line);
            }
        }
        Some(match cap {
            Some(cap) => {
                let cap = self.number(cap);
                self.extreme(&[sum, cap], false)
            }
            None => sum,
        })
    }
}

/// 0 for 64 bits, 1 for 128, 2 for rationals.
fn width(form: &Form) -> u8 {
    match form {
        Form::Scaled(_) => 0,
        Form::Wide(_) => 1,
        _ => 2,
    }
}

/// The places after which numbers over `denominator` end, where they end.
pub(super) fn places(denominator: &BigInt) -> Option<u32> {
    crate::number::decimals(&Number::new(BigInt::one(), denominator.clone()))
}

/// Whether all numbers within `bounds` with `places` have at most 38 digits.
pub(super) fn fits_decimal(bounds: &Bounds, places: u32) -> bool {
    let limit = Number::from_integer(power_of_ten(38));
    let unit = Number::from_integer(power_of_ten(places));
    let within = |end: &Option<Number>| end.as_ref().is_some_and(|end| (end * &unit).abs() < limit);
    places <= 38 && within(&bounds.lo) && within(&bounds.hi)
}
