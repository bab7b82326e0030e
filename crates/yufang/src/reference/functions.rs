//! Operators and functions that need all their operands.

use std::cmp::Ordering;

use num_traits::{Signed, ToPrimitive, Zero};

use crate::ast::{Builtin, CompareOp};
use crate::date::Date;
use crate::model::{Constant, ExprId, ExprKind, Model, Ty};
use crate::number::{Number, round, whole};
use crate::verdict::RowError;

/// The operands of a strict expression.
pub(super) fn operands(kind: &ExprKind) -> Vec<ExprId> {
    match kind {
        ExprKind::Negate(x)
        | ExprKind::MoveDate(x, ..)
        | ExprKind::Under(x, _)
        | ExprKind::OneOf(x, _)
        | ExprKind::Recent(_, _, x) => vec![*x],
        ExprKind::Add(x, y)
        | ExprKind::Subtract(x, y)
        | ExprKind::Multiply(x, y)
        | ExprKind::Divide(x, y)
        | ExprKind::DaysBetween(x, y)
        | ExprKind::Compare(_, x, y) => vec![*x, *y],
        ExprKind::Builtin(_, operands) => operands.clone(),
        _ => Vec::new(),
    }
}

/// Applies a strict expression to the values of its operands.
pub(super) fn apply(
    model: &Model,
    kind: &ExprKind,
    values: &[Constant],
    as_of: Option<Date>,
    what: &str,
) -> Result<Constant, RowError> {
    let number = |at: usize| number(&values[at]);
    let date = |at: usize| date(&values[at]);
    Ok(match kind {
        ExprKind::Negate(_) => Constant::Number(-number(0)),
        ExprKind::Add(..) => Constant::Number(number(0) + number(1)),
        ExprKind::Subtract(..) => Constant::Number(number(0) - number(1)),
        ExprKind::Multiply(..) => Constant::Number(number(0) * number(1)),
        ExprKind::Divide(..) if number(1).is_zero() => {
            return Err(RowError::NoValue { what: what.to_owned() });
        }
        ExprKind::Divide(..) => Constant::Number(number(0) / number(1)),
        ExprKind::MoveDate(_, count, unit) => Constant::Date(date(0).plus(*count, *unit)),
        ExprKind::DaysBetween(..) => {
            Constant::Number(whole(i64::from(date(0).days()) - i64::from(date(1).days())))
        }
        ExprKind::Builtin(function, _) => {
            let numbers: Vec<Number> = values.iter().map(self::number).collect();
            Constant::Number(builtin(*function, &numbers))
        }
        ExprKind::Compare(op, ..) => Constant::Flag(compare(*op, &values[0], &values[1])),
        ExprKind::Recent(count, unit, _) => {
            // INVARIANT: a rule set that uses the as-of date does not run without one.
            let today = as_of.expect("an as-of date");
            let after = today.plus(-(*count as i32), *unit);
            Constant::Flag(after < date(0) && date(0) <= today)
        }
        ExprKind::Under(key, above) => {
            let (Constant::Code(code), Ty::Code(list)) = (&values[0], &model.expr(*key).ty) else {
                unreachable!("check types 属于");
            };
            Constant::Flag(above.iter().any(|above| model.codes[list.index()].is_under(*code, *above)))
        }
        ExprKind::OneOf(_, wanted) => Constant::Flag(wanted.contains(&values[0])),
        other => unreachable!("{other:?} is no strict operator"),
    })
}

fn builtin(function: Builtin, numbers: &[Number]) -> Number {
    let x = &numbers[0];
    match function {
        Builtin::Round => {
            let places = numbers.get(1).and_then(|places| places.to_integer().to_i32());
            round(x, places.unwrap_or(0))
        }
        Builtin::Floor => x.floor(),
        Builtin::Ceil => x.ceil(),
        Builtin::Abs => x.abs(),
        Builtin::Clamp => x.clone().max(numbers[1].clone()).min(numbers[2].clone()),
        Builtin::Min => numbers.iter().min().expect("two operands").clone(),
        Builtin::Max => numbers.iter().max().expect("two operands").clone(),
    }
}

/// Whether a comparison of two values of one type holds.
pub(super) fn compare(op: CompareOp, one: &Constant, other: &Constant) -> bool {
    match op {
        CompareOp::Equal => one == other,
        CompareOp::NotEqual => one != other,
        CompareOp::Less => order(one, other) == Ordering::Less,
        CompareOp::LessOrEqual => order(one, other) != Ordering::Greater,
        CompareOp::Greater => order(one, other) == Ordering::Greater,
        CompareOp::GreaterOrEqual => order(one, other) != Ordering::Less,
    }
}

/// The order of two numbers, dates or tiers.
pub(super) fn order(one: &Constant, other: &Constant) -> Ordering {
    match (one, other) {
        (Constant::Number(one), Constant::Number(other)) => one.cmp(other),
        (Constant::Date(one), Constant::Date(other)) => one.cmp(other),
        (Constant::Tier(one), Constant::Tier(other)) => one.cmp(other),
        _ => unreachable!("check compares only what has an order"),
    }
}

/// A number; check has seen to the type.
pub(super) fn number(value: &Constant) -> Number {
    match value {
        Constant::Number(number) => number.clone(),
        other => unreachable!("{other:?} where check saw a number"),
    }
}

fn date(value: &Constant) -> Date {
    match value {
        Constant::Date(date) => *date,
        other => unreachable!("{other:?} where check saw a date"),
    }
}
