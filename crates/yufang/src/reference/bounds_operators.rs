//! Bounds of operators, functions and tables.

use num_traits::{Signed, Zero};

use super::bounds::{Bounder, Bounds, Gap, Range, exactly, hull};
use super::{functions, lookup};
use crate::ast::{Builtin, CompareOp};
use crate::codes::CodeId;
use crate::date::{Date, TimeUnit};
use crate::model::{self, Constant, ExprKind, Key, Param, TableId, Ty};
use crate::number::{Number, whole};
use crate::verdict::RowError;

type Ends = (Option<Number>, Option<Number>);

impl Bounder<'_> {
    /// A strict operator on ranges.
    pub(super) fn operator(&self, kind: &ExprKind, ranges: &[&Range]) -> Bounds {
        let points: Option<Vec<Constant>> = super::functions::operands(kind)
            .iter()
            .zip(ranges)
            .map(|(operand, range)| point(range, &self.model.expr(*operand).ty))
            .collect();
        if let Some(values) = points {
            return match functions::apply(self.model, kind, &values, self.facts.as_of, self.what) {
                Ok(value) => Bounds::new(exactly(&value), Gap::No),
                Err(error) => Bounds::error(error),
            };
        }
        let ends = |at: usize| ends(ranges[at]);
        let number = |(lo, hi): Ends| Bounds::new(Range::Between(lo, hi), Gap::No);
        match kind {
            ExprKind::Negate(_) => number(negate(ends(0))),
            ExprKind::Add(..) => number(add(ends(0), ends(1))),
            ExprKind::Subtract(..) | ExprKind::DaysBetween(..) => number(add(ends(0), negate(ends(1)))),
            ExprKind::Multiply(..) => number(multiply(ends(0), ends(1))),
            ExprKind::Divide(..) => self.divide(ends(0), ends(1)),
            ExprKind::MoveDate(_, count, unit) => number(moved(ends(0), *count, *unit)),
            ExprKind::Builtin(function, _) => {
                let all: Vec<Ends> = ranges.iter().map(|range| self::ends(range)).collect();
                number(builtin(*function, &all))
            }
            ExprKind::Compare(op, ..) => compare(*op, ranges[0], ranges[1]),
            ExprKind::Recent(count, unit, _) => {
                let today = self.facts.as_of.unwrap_or(Date::MIN);
                let day = |date: Date| whole(i64::from(date.days()));
                let after = today.plus(-(*count as i32), *unit);
                within(ends(0), (day(after) + whole(1), day(today)))
            }
            ExprKind::Under(key, above) => {
                let Ty::Code(list) = &self.model.expr(*key).ty else { unreachable!("check types 属于") };
                let list = &self.model.codes[list.index()];
                each(ranges[0], |code| above.iter().any(|own| list.is_under(CodeId(code), *own)))
            }
            ExprKind::OneOf(_, wanted) => match ranges[0] {
                Range::Of(_) => {
                    each(ranges[0], |own| wanted.iter().any(|wanted| position(wanted) == Some(own)))
                }
                _ => Bounds::flag(true, true, Gap::No),
            },
            other => unreachable!("{other:?} is no strict operator"),
        }
    }

    /// Division: by what surely is not zero by the corners; else by the parts beside zero.
    fn divide(&self, x: Ends, y: Ends) -> Bounds {
        let zero = whole(0);
        let holds_zero =
            y.0.as_ref().is_none_or(|lo| *lo <= zero) && y.1.as_ref().is_none_or(|hi| *hi >= zero);
        let error = RowError::NoValue { what: self.what.to_owned() };
        if !holds_zero {
            let reciprocal = |end: Option<Number>| Some(end.map_or_else(|| whole(0), |end| end.recip()));
            let (lo, hi) = multiply(x, (reciprocal(y.1), reciprocal(y.0)));
            return Bounds::new(Range::Between(lo, hi), Gap::No);
        }
        if y == (Some(zero.clone()), Some(zero.clone())) {
            return Bounds::error(error);
        }
        // Beside zero a quotient may be as great as one likes; its sign is still known where the
        // divisor lies on one side.
        let at_least = |end: &Option<Number>| end.as_ref().is_some_and(|end| *end >= zero);
        let at_most = |end: &Option<Number>| end.as_ref().is_some_and(|end| *end <= zero);
        let (lo, hi) = if at_least(&y.0) {
            (at_least(&x.0).then(|| zero.clone()), at_most(&x.1).then(|| zero.clone()))
        } else if at_most(&y.1) {
            (at_most(&x.1).then(|| zero.clone()), at_least(&x.0).then(|| zero.clone()))
        } else {
            (None, None)
        };
        Bounds::new(Range::Between(lo, hi), Gap::No).may_err(Some(&error))
    }

    /// The values of all rows that the keys may reach.
    pub(super) fn lookup(&self, table: TableId, keys: &[Bounds]) -> Bounds {
        self.strict(keys, |ranges| {
            let own = &self.model.tables[table.index()];
            let points = ranges.iter().zip(&own.params).map(|(range, param)| point(range, &param.ty));
            if let Some(keys) = points.collect::<Option<Vec<Constant>>>() {
                return match lookup::row_value(self.model, table, &keys) {
                    Ok(Constant::Missing) => Bounds::new(self.gap_of(&own.result), Gap::Yes),
                    Ok(value) => Bounds::new(exactly(&value), Gap::No),
                    Err(error) => Bounds::error(error),
                };
            }
            let error = RowError::NoRow { table: own.name.clone(), key: String::new() };
            let reached = own.rows.iter().filter(|row| {
                let cells = row.cells.iter().zip(ranges).zip(&own.params);
                cells.into_iter().all(|((cell, range), param)| self.may_match(param, cell, range))
            });
            let values = reached.map(|row| match &row.value {
                Constant::Missing => Bounds::new(self.gap_of(&own.result), Gap::Yes),
                value => Bounds::new(exactly(value), Gap::No),
            });
            let surely = own.rows.iter().any(|row| row.cells.iter().all(|cell| *cell == Key::Otherwise));
            match values.reduce(Bounds::or) {
                Some(all) if surely => all,
                Some(all) => all.may_err(Some(&error)),
                None => Bounds::error(error),
            }
        })
    }

    fn gap_of(&self, result: &Ty) -> Range {
        match result {
            Ty::Tier(scale) => Range::Of((0..self.model.scales[scale.index()].tiers.len() as u32).collect()),
            _ => Range::Between(None, None),
        }
    }

    fn may_match(&self, param: &Param, cell: &Key, range: &Range) -> bool {
        match (cell, range) {
            (Key::Otherwise, _) | (_, Range::Text(None)) => true,
            (cell, Range::Of(set)) => {
                set.iter().any(|at| lookup::cell_matches(self.model, param, cell, &constant(*at, &param.ty)))
            }
            (Key::Range(own), Range::Between(lo, hi)) => overlaps(own, lo, hi),
            (Key::Numbers(wanted), Range::Between(lo, hi)) => wanted.iter().any(|own| holds(lo, hi, own)),
            (Key::Dates(wanted), Range::Between(lo, hi)) => {
                wanted.iter().any(|own| holds(lo, hi, &whole(i64::from(own.days()))))
            }
            (Key::Texts(wanted), Range::Text(Some(text))) => wanted.contains(text),
            _ => false,
        }
    }
}

/// Whether a range of a table or band and the numbers from `lo` to `hi` have one in common.
pub(super) fn overlaps(range: &model::Range, lo: &Option<Number>, hi: &Option<Number>) -> bool {
    let starts = range.lo.as_ref().zip(hi.as_ref());
    let ends = range.hi.as_ref().zip(lo.as_ref());
    starts.is_none_or(|((start, closed), hi)| start < hi || (*closed && start == hi))
        && ends.is_none_or(|((end, closed), lo)| end > lo || (*closed && end == lo))
}

fn holds(lo: &Option<Number>, hi: &Option<Number>, value: &Number) -> bool {
    lo.as_ref().is_none_or(|lo| lo <= value) && hi.as_ref().is_none_or(|hi| value <= hi)
}

/// The one value of a range that holds no other.
pub(super) fn point(range: &Range, ty: &Ty) -> Option<Constant> {
    match range {
        Range::Between(Some(lo), Some(hi)) if lo == hi => match ty {
            Ty::Date => {
                let days = num_traits::ToPrimitive::to_i32(&lo.to_integer())?;
                Date::from_days(days).map(Constant::Date)
            }
            _ => Some(Constant::Number(lo.clone())),
        },
        Range::Of(set) if set.len() == 1 => set.first().map(|at| constant(*at, ty)),
        Range::Text(Some(text)) => Some(Constant::Text(text.clone())),
        _ => None,
    }
}

/// A value of a type by its position.
fn constant(at: u32, ty: &Ty) -> Constant {
    match ty {
        Ty::Flag => Constant::Flag(at == 1),
        Ty::Code(_) => Constant::Code(CodeId(at)),
        Ty::Tier(_) => Constant::Tier(at as u8),
        _ => Constant::Option(at),
    }
}

fn position(value: &Constant) -> Option<u32> {
    match exactly(value) {
        Range::Of(set) => set.first().copied(),
        _ => None,
    }
}

pub(super) fn ends(range: &Range) -> Ends {
    match range {
        Range::Between(lo, hi) => (lo.clone(), hi.clone()),
        other => unreachable!("{other:?} where check saw a number"),
    }
}

pub(super) fn add(x: Ends, y: Ends) -> Ends {
    (x.0.zip(y.0).map(|(x, y)| x + y), x.1.zip(y.1).map(|(x, y)| x + y))
}

pub(super) fn negate(x: Ends) -> Ends {
    (x.1.map(|hi| -hi), x.0.map(|lo| -lo))
}

/// The least and greatest of the four corners; an open end times zero is zero.
pub(super) fn multiply(x: Ends, y: Ends) -> Ends {
    /// A number, or infinity with its sign.
    fn corner(x: &Option<Number>, x_sign: i32, y: &Option<Number>, y_sign: i32) -> Result<Number, i32> {
        let sign = |end: &Option<Number>, open: i32| match end {
            Some(end) if end.is_zero() => 0,
            Some(end) if end.is_negative() => -1,
            Some(_) => 1,
            None => open,
        };
        match (x, y) {
            (Some(x), Some(y)) => Ok(x * y),
            _ => match sign(x, x_sign) * sign(y, y_sign) {
                0 => Ok(whole(0)),
                infinite => Err(infinite),
            },
        }
    }
    let corners = [
        corner(&x.0, -1, &y.0, -1),
        corner(&x.0, -1, &y.1, 1),
        corner(&x.1, 1, &y.0, -1),
        corner(&x.1, 1, &y.1, 1),
    ];
    let finite = || corners.iter().filter_map(|corner| corner.as_ref().ok());
    let lo = if corners.contains(&Err(-1)) { None } else { finite().min().cloned() };
    let hi = if corners.contains(&Err(1)) { None } else { finite().max().cloned() };
    (lo, hi)
}

fn moved(x: Ends, count: i32, unit: TimeUnit) -> Ends {
    let end = |end: Option<Number>| {
        let days = num_traits::ToPrimitive::to_i32(&end?.to_integer())?;
        Some(whole(i64::from(Date::from_days(days)?.plus(count, unit).days())))
    };
    (end(x.0), end(x.1))
}

fn builtin(function: Builtin, all: &[Ends]) -> Ends {
    let x = all[0].clone();
    let each = |f: &dyn Fn(Number) -> Number| (x.0.clone().map(f), x.1.clone().map(f));
    match function {
        Builtin::Round => {
            let places = all.get(1).and_then(|(lo, _)| lo.as_ref()?.to_integer().try_into().ok());
            each(&|end| crate::number::round(&end, places.unwrap_or(0)))
        }
        Builtin::Floor => each(&|end| end.floor()),
        Builtin::Ceil => each(&|end| end.ceil()),
        Builtin::Abs => {
            let negative = negate(x.clone());
            if x.0.as_ref().is_some_and(|lo| !lo.is_negative()) {
                x
            } else if x.1.as_ref().is_some_and(|hi| !hi.is_positive()) {
                negative
            } else {
                (Some(whole(0)), x.1.zip(negative.1).map(|(one, other)| one.max(other)))
            }
        }
        Builtin::Clamp => least(&[greatest(&[x, all[1].clone()]), all[2].clone()]),
        Builtin::Min => least(all),
        Builtin::Max => greatest(all),
    }
}

/// Bounds of the least of several.
pub(super) fn least(all: &[Ends]) -> Ends {
    let lo: Option<Vec<Number>> = all.iter().map(|own| own.0.clone()).collect();
    (lo.and_then(|ends| ends.into_iter().min()), all.iter().filter_map(|own| own.1.clone()).min())
}

/// Bounds of the greatest of several.
pub(super) fn greatest(all: &[Ends]) -> Ends {
    let hi: Option<Vec<Number>> = all.iter().map(|own| own.1.clone()).collect();
    (all.iter().filter_map(|own| own.0.clone()).max(), hi.and_then(|ends| ends.into_iter().max()))
}

fn within((lo, hi): Ends, (first, last): (Number, Number)) -> Bounds {
    let yes = lo.as_ref().is_none_or(|lo| *lo <= last) && hi.as_ref().is_none_or(|hi| *hi >= first);
    let always = lo.is_some_and(|lo| lo >= first) && hi.is_some_and(|hi| hi <= last);
    Bounds::flag(!always, yes && first <= last, Gap::No)
}

fn each(range: &Range, holds: impl Fn(u32) -> bool) -> Bounds {
    let Range::Of(set) = range else { unreachable!("a set of values") };
    Bounds::flag(set.iter().any(|own| !holds(*own)), set.iter().any(|own| holds(*own)), Gap::No)
}

fn compare(op: CompareOp, x: &Range, y: &Range) -> Bounds {
    match (x, y) {
        (Range::Text(_), _) | (_, Range::Text(_)) => Bounds::flag(true, true, Gap::No),
        (Range::Of(xs), Range::Of(ys)) => {
            let number = |at: &u32| Constant::Number(whole(i64::from(*at)));
            let pairs = || xs.iter().flat_map(|x| ys.iter().map(move |y| (number(x), number(y))));
            let holds = |(x, y): (Constant, Constant)| functions::compare(op, &x, &y);
            Bounds::flag(!pairs().all(holds), pairs().any(holds), Gap::No)
        }
        _ => {
            let (x, y) = (ends(x), ends(y));
            let less = |one: &Option<Number>, other: &Option<Number>| {
                one.as_ref().zip(other.as_ref()).is_some_and(|(x, y)| x < y)
            };
            let less_or_equal = |one: &Option<Number>, other: &Option<Number>| {
                one.as_ref().zip(other.as_ref()).is_some_and(|(x, y)| x <= y)
            };
            let apart = less(&x.1, &y.0) || less(&y.1, &x.0);
            // Points are compared as values: here at least one side is not certain.
            let (never, always) = match op {
                CompareOp::Equal => (apart, false),
                CompareOp::NotEqual => (false, apart),
                CompareOp::Less => (less_or_equal(&y.1, &x.0), less(&x.1, &y.0)),
                CompareOp::LessOrEqual => (less(&y.1, &x.0), less_or_equal(&x.1, &y.0)),
                CompareOp::Greater => (less_or_equal(&x.1, &y.0), less(&y.1, &x.0)),
                CompareOp::GreaterOrEqual => (less(&x.1, &y.0), less_or_equal(&y.1, &x.0)),
            };
            Bounds::flag(!always, !never, Gap::No)
        }
    }
}

/// The hull of several ranges.
pub(super) fn hull_of(ranges: impl Iterator<Item = Range>) -> Option<Range> {
    ranges.reduce(hull)
}
