//! Exact numbers: rationals, read from and written as decimals.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, Zero};

/// An exact rational number.
pub type Number = BigRational;

/// A result of more bits than this (numerator plus denominator) is an error, never a rounding.
pub const MAX_BITS: u64 = 4096;

/// Longest decimal text that is read; more digits than any declared range needs.
const MAX_DECIMAL_LENGTH: usize = 1000;

/// A whole number.
pub fn whole(value: i64) -> Number {
    Number::from_integer(BigInt::from(value))
}

/// `mantissa / 10^decimals`.
pub fn scaled(mantissa: i128, decimals: u32) -> Number {
    Number::new(BigInt::from(mantissa), power_of_ten(decimals))
}

/// `10^exponent`.
pub fn power_of_ten(exponent: u32) -> BigInt {
    Pow::pow(BigInt::from(10), exponent)
}

/// Bits of numerator and denominator together.
pub fn bits(value: &Number) -> u64 {
    value.numer().bits() + value.denom().bits()
}

/// Reads a plain decimal: optional sign, digits, optional point and digits, optional exponent
/// (`1e-7`). No thousands separators, no infinities. `None` where the text is anything else.
pub fn parse_decimal(text: &str) -> Option<Number> {
    if text.len() > MAX_DECIMAL_LENGTH {
        return None;
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.as_bytes().first()? {
        b'-' => (true, &mantissa[1..]),
        b'+' => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let dangling_point = digits.contains('.') && fraction.is_empty();
    if integer.is_empty() || dangling_point || !all_digits(integer) || !all_digits(fraction) {
        return None;
    }
    if exponent.unsigned_abs() as usize > MAX_DECIMAL_LENGTH {
        return None;
    }
    let value: BigInt = format!("{integer}{fraction}").parse().ok()?;
    let places = fraction.len() as i32 - exponent;
    let magnitude = if places >= 0 {
        Number::new(value, power_of_ten(places as u32))
    } else {
        Number::from_integer(value * power_of_ten(places.unsigned_abs()))
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// How many decimal places `value` needs; `None` where it does not end (such as 1/3).
pub fn decimals(value: &Number) -> Option<u32> {
    let (twos, rest) = strip(value.denom().clone(), 2);
    let (fives, rest) = strip(rest, 5);
    rest.is_one().then_some(twos.max(fives))
}

fn strip(mut value: BigInt, prime: u32) -> (u32, BigInt) {
    let mut count = 0;
    loop {
        let (quotient, remainder) = value.div_rem(&BigInt::from(prime));
        if !remainder.is_zero() {
            return (count, value);
        }
        value = quotient;
        count += 1;
    }
}

/// The shortest decimal where the value ends, else `p/q` in lowest terms.
pub fn show(value: &Number) -> String {
    let Some(places) = decimals(value) else {
        return format!("{}/{}", value.numer(), value.denom());
    };
    let mantissa = (value * Number::from_integer(power_of_ten(places))).to_integer();
    let digits = mantissa.abs().to_string();
    let sign = if mantissa.is_negative() { "-" } else { "" };
    if places == 0 {
        return format!("{sign}{digits}");
    }
    let places = places as usize;
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (integer, fraction) = padded.split_at(padded.len() - places);
    format!("{sign}{integer}.{fraction}")
}

/// Rounds half away from zero (四舍五入) to `places` decimals; negative `places` round to tens.
pub fn round(value: &Number, places: i32) -> Number {
    let unit = Number::from_integer(power_of_ten(places.unsigned_abs()));
    let unit = if places >= 0 { unit } else { unit.recip() };
    let half = Number::new(BigInt::one(), BigInt::from(2));
    let steps = ((value * &unit).abs() + half).floor();
    let rounded = steps / unit;
    if value.is_negative() { -rounded } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_plain_decimals() {
        for text in ["", ".", "1.", ".5", "1,000", "inf", "NaN", "1e", "--1", "0x10", "１"] {
            assert_eq!(parse_decimal(text), None, "{text:?}");
        }
        assert_eq!(parse_decimal("-28.120"), Some(scaled(-2812, 2)));
        assert_eq!(parse_decimal("1.5e3"), Some(whole(1500)));
        assert_eq!(parse_decimal("1e-2"), Some(scaled(1, 2)));
    }

    #[test]
    fn shows_the_shortest_exact_form() {
        let cases = [("59.90", "59.9"), ("-0.05", "-0.05"), ("100", "100"), ("0", "0")];
        for (text, shown) in cases {
            assert_eq!(parse_decimal(text).map(|number| show(&number)).as_deref(), Some(shown));
        }
        assert_eq!(show(&(whole(1) / whole(3))), "1/3");
    }

    #[test]
    fn rounds_half_away_from_zero() {
        for (text, places, rounded) in
            [("2.5", 0, "3"), ("-2.5", 0, "-3"), ("0.125", 2, "0.13"), ("155", -1, "160")]
        {
            let number = parse_decimal(text).expect("a decimal");
            assert_eq!(show(&round(&number, places)), rounded, "{text}");
        }
    }
}
