//! Numbers. Scaled operands share a denominator, unless said otherwise; the plan has proven that no
//! result leaves its machine form.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};

use super::{Lane, Mark, State, Vector, strict, zip};
use crate::number::{MAX_BITS, Number, bits, power_of_ten, round};
use crate::plan::{Form, over};

/// Applies one operator to whatever number form two vectors share.
macro_rules! numbers {
    ($a:expr, $b:expr, |$x:ident, $y:ident| $body:expr) => {
        match (&$a.lane, &$b.lane) {
            (Lane::Scaled(a), Lane::Scaled(b)) => Lane::Scaled(zip(a, b, |$x, $y| $body)),
            (Lane::Wide(a), Lane::Wide(b)) => Lane::Wide(zip(a, b, |$x, $y| $body)),
            (Lane::Exact(a), Lane::Exact(b)) => Lane::Exact(zip(a, b, |$x, $y| $body)),
            // INVARIANT: the plan brings operands to one form.
            (a, _) => a.clone(),
        }
    };
}

/// Applies one operator to a vector's numbers, whatever their form.
macro_rules! number {
    ($a:expr, |$x:ident| $body:expr) => {
        match &$a.lane {
            Lane::Scaled(a) => Lane::Scaled(a.iter().map(|$x| $body).collect()),
            Lane::Wide(a) => Lane::Wide(a.iter().map(|$x| $body).collect()),
            Lane::Exact(a) => Lane::Exact(a.iter().map(|$x| $body).collect()),
            // INVARIANT: check types operands of numbers as numbers.
            other => other.clone(),
        }
    };
}

pub(crate) fn add(a: &Vector, b: &Vector, node: usize) -> Vector {
    bounded(numbers!(a, b, |x, y| x + y), strict(&[a, b]), node)
}

pub(crate) fn subtract(a: &Vector, b: &Vector, node: usize) -> Vector {
    bounded(numbers!(a, b, |x, y| x - y), strict(&[a, b]), node)
}

/// Denominators multiply: the operands' may differ.
pub(crate) fn multiply(a: &Vector, b: &Vector, node: usize) -> Vector {
    bounded(numbers!(a, b, |x, y| x * y), strict(&[a, b]), node)
}

pub(crate) fn least(a: &Vector, b: &Vector) -> Vector {
    Vector { lane: numbers!(a, b, |x, y| x.min(y).clone()), marks: strict(&[a, b]) }
}

pub(crate) fn greatest(a: &Vector, b: &Vector) -> Vector {
    Vector { lane: numbers!(a, b, |x, y| x.max(y).clone()), marks: strict(&[a, b]) }
}

pub(crate) fn negate(a: &Vector) -> Vector {
    Vector { lane: number!(a, |x| -x), marks: a.marks.clone() }
}

pub(crate) fn abs(a: &Vector) -> Vector {
    Vector { lane: number!(a, |x| x.abs()), marks: a.marks.clone() }
}

/// Exact forms only; a division by zero is a gap.
pub(crate) fn divide(a: &Vector, b: &Vector, node: usize) -> Vector {
    let (Lane::Exact(dividends), Lane::Exact(divisors)) = (&a.lane, &b.lane) else {
        // INVARIANT: the plan divides rationals only.
        return a.clone();
    };
    let quotient = |x: &Number, y: &Number| if y.is_zero() { Number::zero() } else { x / y };
    let lane = Lane::Exact(zip(dividends, divisors, quotient));
    let len = lane.len();
    let mut marks = strict(&[a, b]);
    for at in 0..len {
        if super::pick(divisors, at).is_zero() && !b.mark(at).absent() {
            let own = marks.get_or_insert_with(|| vec![Mark::KNOWN; len]);
            own[at] = own[at].and(Mark::new(State::DivisionByZero, node, at));
        }
    }
    bounded(lane, marks, node)
}

/// 1/x of numbers with few possible values.
pub(crate) fn reciprocal(a: &Vector, entries: &[(i64, Option<i64>)], node: usize) -> Vector {
    let Lane::Scaled(values) = &a.lane else {
        // INVARIANT: the plan looks up reciprocals of scaled numbers only.
        return a.clone();
    };
    let mut marks = a.marks.clone();
    let mut results = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let found =
            entries.binary_search_by_key(value, |(key, _)| *key).ok().and_then(|found| entries[found].1);
        if found.is_none() && !a.mark(at).absent() {
            let own = marks.get_or_insert_with(|| vec![Mark::KNOWN; values.len()]);
            own[at] = Mark::new(State::DivisionByZero, node, at);
        }
        results.push(found.unwrap_or(0));
    }
    Vector { lane: Lane::Scaled(results), marks }
}

/// Marks rationals above the limit of bits, and drops their digits.
fn bounded(lane: Lane, marks: Option<Vec<Mark>>, node: usize) -> Vector {
    let Lane::Exact(mut values) = lane else { return Vector { lane, marks } };
    let mut marks = marks;
    let len = values.len();
    for (at, value) in values.iter_mut().enumerate() {
        if bits(value) > MAX_BITS {
            *value = Number::zero();
            let own = marks.get_or_insert_with(|| vec![Mark::KNOWN; len]);
            own[at] = own[at].and(Mark::new(State::TooBig, node, at));
        }
    }
    Vector { lane: Lane::Exact(values), marks }
}

/// Half away from zero. `own` is the operand's denominator.
pub(crate) fn round_to(a: &Vector, own: Option<&BigInt>, places: i32) -> Vector {
    let unit = power_of_ten(places.unsigned_abs());
    let lane = match (&a.lane, own) {
        (Lane::Scaled(values), Some(own)) => {
            let (unit, own) = (unit.to_i64().unwrap_or(1), own.to_i64().unwrap_or(1));
            Lane::Scaled(values.iter().map(|value| round_scaled(*value, unit, own, places)).collect())
        }
        (Lane::Wide(values), Some(own)) => {
            let (unit, own) = (unit.to_i128().unwrap_or(1), own.to_i128().unwrap_or(1));
            Lane::Wide(values.iter().map(|value| round_scaled(*value, unit, own, places)).collect())
        }
        (Lane::Exact(values), _) => Lane::Exact(values.iter().map(|value| round(value, places)).collect()),
        (other, _) => other.clone(),
    };
    Vector { lane, marks: a.marks.clone() }
}

/// value/own in units of 10^-places, for places below zero in whole numbers again.
fn round_scaled<T>(value: T, unit: T, own: T, places: i32) -> T
where
    T: Integer + Signed + Copy,
{
    let (dividend, divisor) = if places >= 0 { (value * unit, own) } else { (value, own * unit) };
    let two = T::one() + T::one();
    let steps = (dividend.abs() * two + divisor) / (divisor * two);
    let steps = if places >= 0 { steps } else { steps * unit };
    if value.is_negative() { -steps } else { steps }
}

pub(crate) fn floor(a: &Vector, own: Option<&BigInt>) -> Vector {
    to_whole(
        a,
        own,
        |value, own| Integer::div_floor(&value, &own),
        |value, own| Integer::div_floor(&value, &own),
        Number::floor,
    )
}

pub(crate) fn ceil(a: &Vector, own: Option<&BigInt>) -> Vector {
    to_whole(
        a,
        own,
        |value, own| Integer::div_ceil(&value, &own),
        |value, own| Integer::div_ceil(&value, &own),
        Number::ceil,
    )
}

fn to_whole(
    a: &Vector,
    own: Option<&BigInt>,
    scaled: impl Fn(i64, i64) -> i64,
    wide: impl Fn(i128, i128) -> i128,
    exact: impl Fn(&Number) -> Number,
) -> Vector {
    let lane = match (&a.lane, own) {
        (Lane::Scaled(values), Some(own)) => {
            let own = own.to_i64().unwrap_or(1);
            Lane::Scaled(values.iter().map(|value| scaled(*value, own)).collect())
        }
        (Lane::Wide(values), Some(own)) => {
            let own = own.to_i128().unwrap_or(1);
            Lane::Wide(values.iter().map(|value| wide(*value, own)).collect())
        }
        (Lane::Exact(values), _) => Lane::Exact(values.iter().map(exact).collect()),
        (other, _) => other.clone(),
    };
    Vector { lane, marks: a.marks.clone() }
}

/// The same numbers in another form; a flag counts 0 or 1.
pub(crate) fn convert(a: &Vector, from: &Form, to: &Form) -> Vector {
    let factor = match (from.denominator(), to.denominator()) {
        (Some(from), Some(to)) => to / from,
        (None, Some(to)) => to.clone(),
        _ => BigInt::from(1),
    };
    let lane = match (&a.lane, to) {
        (Lane::Flag(flags), Form::Scaled(_)) => {
            let one = factor.to_i64().unwrap_or(1);
            Lane::Scaled(flags.iter().map(|flag| i64::from(*flag) * one).collect())
        }
        (Lane::Flag(flags), Form::Wide(_)) => {
            let one = factor.to_i128().unwrap_or(1);
            Lane::Wide(flags.iter().map(|flag| i128::from(*flag) * one).collect())
        }
        (Lane::Flag(flags), _) => {
            Lane::Exact(flags.iter().map(|flag| Number::from_integer((*flag).into())).collect())
        }
        (Lane::Scaled(values), Form::Scaled(_)) => {
            let factor = factor.to_i64().unwrap_or(1);
            Lane::Scaled(values.iter().map(|value| value * factor).collect())
        }
        (Lane::Scaled(values), Form::Wide(_)) => {
            let factor = factor.to_i128().unwrap_or(1);
            Lane::Wide(values.iter().map(|value| i128::from(*value) * factor).collect())
        }
        (Lane::Wide(values), Form::Wide(_)) => {
            let factor = factor.to_i128().unwrap_or(1);
            Lane::Wide(values.iter().map(|value| value * factor).collect())
        }
        // INVARIANT: the plan narrows only where bounds prove that the values fit.
        (Lane::Wide(values), Form::Scaled(_)) => {
            let factor = factor.to_i128().unwrap_or(1);
            Lane::Scaled(values.iter().map(|value| (value * factor) as i64).collect())
        }
        (lane, _) => Lane::Exact((0..lane.len()).map(|at| number_at(lane, from, at)).collect()),
    };
    Vector { lane, marks: a.marks.clone() }
}

/// One number of a lane, as a rational.
pub(crate) fn number_at(lane: &Lane, form: &Form, at: usize) -> Number {
    let denominator = || form.denominator().cloned().unwrap_or_else(|| BigInt::from(1));
    match lane {
        Lane::Scaled(values) => Number::new(BigInt::from(*super::pick(values, at)), denominator()),
        Lane::Wide(values) => Number::new(BigInt::from(*super::pick(values, at)), denominator()),
        Lane::Exact(values) => super::pick(values, at).clone(),
        Lane::Flag(values) => Number::from_integer(BigInt::from(*super::pick(values, at))),
        // INVARIANT: only numbers and flags are asked for as numbers.
        _ => Number::zero(),
    }
}

/// Numbers in a form that holds them.
pub(crate) fn constants(values: impl Iterator<Item = Number>, form: &Form) -> Lane {
    match form {
        Form::Scaled(denominator) => {
            Lane::Scaled(values.map(|value| over(&value, denominator).to_i64().unwrap_or(0)).collect())
        }
        Form::Wide(denominator) => {
            Lane::Wide(values.map(|value| over(&value, denominator).to_i128().unwrap_or(0)).collect())
        }
        _ => Lane::Exact(values.collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{parse_decimal, show};

    #[test]
    fn scaled_rounding_agrees_with_rationals() {
        for (value, own, places) in
            [(25i64, 10, 0), (-25, 10, 0), (12345, 1000, 2), (155, 1, -1), (-149, 1, -2)]
        {
            let exact = round(&Number::new(value.into(), own.into()), places);
            let unit = 10i64.pow(places.unsigned_abs());
            let result = round_scaled(value, unit, own, places);
            let denominator = if places >= 0 { unit } else { 1 };
            assert_eq!(Number::new(result.into(), denominator.into()), exact, "{value}/{own}");
        }
    }

    #[test]
    fn what_is_too_big_is_marked() {
        let huge = parse_decimal("1e900").expect("a decimal");
        let vector = Vector::known(Lane::Exact(vec![huge.clone(), Number::from_integer(2.into())]));
        let square = multiply(&vector, &vector, 7);
        let cube = multiply(&square, &vector, 8);
        assert_eq!(cube.mark(0).state, State::TooBig);
        assert_eq!(show(&number_at(&cube.lane, &Form::Exact, 1)), "8");
    }
}
