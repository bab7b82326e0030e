//! Exact quotients as text, without big numbers where none are needed.

use std::fmt::Write;

use num_bigint::BigInt;
use yufang::number::{self, Number};

/// Appends `numerator / denominator`: the shortest decimal where it ends, else `p/q`.
///
/// # Panics
/// Where the denominator is 0.
pub(crate) fn push_quotient(out: &mut String, numerator: i128, denominator: u128) {
    match places(denominator) {
        Some(places) => push_decimal(out, numerator, places),
        None => out.push_str(&number::show(&Number::new(BigInt::from(numerator), BigInt::from(denominator)))),
    }
}

/// How many zeros follow the 1 in a power of ten.
fn places(mut denominator: u128) -> Option<usize> {
    let mut places = 0;
    while denominator.is_multiple_of(10) && denominator > 0 {
        denominator /= 10;
        places += 1;
    }
    (denominator == 1).then_some(places)
}

fn push_decimal(out: &mut String, numerator: i128, places: usize) {
    if numerator < 0 {
        out.push('-');
    }
    let start = out.len();
    // Writing to a string does not fail.
    let _ = write!(out, "{:0>width$}", numerator.unsigned_abs(), width = places + 1);
    if places > 0 {
        let point = out.len() - places;
        out.insert(point, '.');
        let kept = out[start..].trim_end_matches('0').trim_end_matches('.').len();
        out.truncate(start + kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn agrees_with_big_numbers(numerator: i128, zeros in 0u32..39, other in 1u128..1000) {
            for denominator in [10u128.pow(zeros), other] {
                let mut text = String::new();
                push_quotient(&mut text, numerator, denominator);
                let exact = Number::new(BigInt::from(numerator), BigInt::from(denominator));
                proptest::prop_assert_eq!(text, number::show(&exact));
            }
        }
    }

    #[test]
    fn zero_has_no_sign() {
        let mut text = String::new();
        push_quotient(&mut text, 0, 1000);
        assert_eq!(text, "0");
    }
}
