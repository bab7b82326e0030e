//! Single values as data hold them, before any rule is held against them.

use num_bigint::BigInt;

use super::{Column, Data};
use crate::date::Date;
use crate::number::{Number, parse_decimal, power_of_ten};
use crate::text::fold;
use crate::verdict::Unfit;

/// A value as the data have it, before it is held against its field.
pub(crate) enum Raw<'a> {
    Missing,
    Flag(bool),
    /// mantissa / 10^places.
    Small(i128, u32),
    Number(Number),
    Text(&'a str),
    Date(i32),
    NotUtf8,
    Infinite,
    List,
}

/// The value at a position; dictionaries are seen through.
pub(crate) fn raw<'a>(column: &Column<'a>, at: usize) -> Raw<'a> {
    if !column.is_valid(at) {
        return Raw::Missing;
    }
    match &column.data {
        Data::Null(_) => Raw::Missing,
        Data::Bool(bits) => Raw::Flag(bits.get(at)),
        Data::I8(values) => Raw::Small(values[at].into(), 0),
        Data::I16(values) => Raw::Small(values[at].into(), 0),
        Data::I32(values) => Raw::Small(values[at].into(), 0),
        Data::I64(values) => Raw::Small(values[at].into(), 0),
        Data::U8(values) => Raw::Small(values[at].into(), 0),
        Data::U16(values) => Raw::Small(values[at].into(), 0),
        Data::U32(values) => Raw::Small(values[at].into(), 0),
        Data::U64(values) => Raw::Small(values[at].into(), 0),
        Data::F32(values) => shortest(&values[at].to_string()),
        Data::F64(values) => float(values[at]),
        Data::Decimal128 { values, scale } if *scale >= 0 => {
            Raw::Small(values[at], u32::from(scale.unsigned_abs()))
        }
        Data::Decimal128 { values, scale } => {
            let unit = power_of_ten(u32::from(scale.unsigned_abs()));
            Raw::Number(Number::from_integer(BigInt::from(values[at]) * unit))
        }
        Data::Date32(values) => Raw::Date(values[at]),
        Data::Utf8 { offsets, bytes } => text(bytes.get(offsets[at] as usize..offsets[at + 1] as usize)),
        Data::LargeUtf8 { offsets, bytes } => text(bytes.get(offsets[at] as usize..offsets[at + 1] as usize)),
        Data::Utf8View { views, buffers } => view(views, buffers, at),
        Data::Dictionary { keys, values } => match key(keys, at) {
            Some(key) if key < values.len() => raw(values, key),
            _ => Raw::Missing,
        },
        Data::List { .. } => Raw::List,
    }
}

/// A dictionary key.
pub(crate) fn key(keys: &Column<'_>, at: usize) -> Option<usize> {
    match raw(keys, at) {
        Raw::Small(key, 0) => usize::try_from(key).ok(),
        _ => None,
    }
}

fn text(bytes: Option<&[u8]>) -> Raw<'_> {
    bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).map_or(Raw::NotUtf8, Raw::Text)
}

/// Arrow's text views: the lowest 32 bits are the length; up to 12 bytes stand in the view itself,
/// longer texts in a buffer.
fn view<'a>(views: &'a [u128], buffers: &[&'a [u8]], at: usize) -> Raw<'a> {
    let view = views[at];
    let len = view as u32 as usize;
    if len > 12 {
        let (buffer, offset) = ((view >> 64) as u32 as usize, (view >> 96) as u32 as usize);
        return text(buffers.get(buffer).and_then(|buffer| buffer.get(offset..offset + len)));
    }
    // Inline bytes stand in memory order after the length, which is what little-endian Arrow holds.
    let inline = bytes_of(&views[at]);
    text(inline.get(4..4 + len))
}

/// The bytes of a view in memory, without copying them.
fn bytes_of(view: &u128) -> &[u8] {
    bytemuck::bytes_of(view)
}

/// A float by its shortest decimal form; NaN is missing.
fn float<'a>(value: f64) -> Raw<'a> {
    if value.is_nan() {
        return Raw::Missing;
    }
    for (places, unit) in [(0u32, 1.0f64), (1, 10.0), (2, 100.0), (3, 1000.0), (6, 1_000_000.0)] {
        let mantissa = (value * unit).round();
        // Up to 15 digits a decimal and its nearest float name each other: the shortest form is this one.
        if mantissa.abs() < 1e15 && mantissa / unit == value {
            return Raw::Small(mantissa as i128, places);
        }
    }
    shortest(&value.to_string())
}

/// The decimal that is printed for a float; infinities are no numbers.
fn shortest<'a>(printed: &str) -> Raw<'a> {
    match printed {
        "NaN" => Raw::Missing,
        printed => parse_decimal(printed).map_or(Raw::Infinite, Raw::Number),
    }
}

/// `mantissa / 10^places` in units of 10^-decimals.
pub(crate) fn rescale(mantissa: i128, places: u32, decimals: u32) -> Result<i128, Unfit> {
    let (mut mantissa, mut places) = (mantissa, places);
    while places > decimals {
        if mantissa % 10 != 0 {
            return Err(Unfit::TooManyDecimals);
        }
        mantissa /= 10;
        places -= 1;
    }
    let unit = 10i128.checked_pow(decimals - places).ok_or(Unfit::OutOfRange)?;
    mantissa.checked_mul(unit).ok_or(Unfit::OutOfRange)
}

/// Reads a decimal: quickly where it is short and plain.
pub(crate) fn decimal(text: &str) -> Result<Raw<'static>, Unfit> {
    let own = fold(text);
    let plain =
        own.len() <= 30 && own.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    let quick = plain.then(|| quick(own.as_bytes())).flatten();
    match quick {
        Some((mantissa, places)) => Ok(Raw::Small(mantissa, places)),
        None => parse_decimal(&own).map(Raw::Number).ok_or(Unfit::NotANumber),
    }
}

fn quick(text: &[u8]) -> Option<(i128, u32)> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    let point = digits.iter().position(|byte| *byte == b'.');
    let places = point.map_or(0, |at| digits.len() - at - 1);
    let shape = match point {
        Some(at) => at > 0 && places > 0,
        None => !digits.is_empty(),
    };
    let mut mantissa = 0i128;
    for byte in digits.iter().filter(|byte| **byte != b'.') {
        if !byte.is_ascii_digit() {
            return None;
        }
        mantissa = mantissa * 10 + i128::from(byte - b'0');
    }
    let one_point = digits.iter().filter(|byte| **byte == b'.').count() <= 1;
    (shape && one_point).then_some((if negative { -mantissa } else { mantissa }, places as u32))
}

/// A value as the data have it, for messages.
pub(crate) fn show(column: &Column<'_>, at: usize) -> String {
    match raw(column, at) {
        Raw::Missing => String::new(),
        Raw::Flag(flag) => flag.to_string(),
        Raw::Small(mantissa, places) => {
            crate::number::show(&Number::new(mantissa.into(), power_of_ten(places)))
        }
        Raw::Number(number) => crate::number::show(&number),
        Raw::Text(text) => text.to_owned(),
        Raw::Date(days) => Date::from_days(days).map_or_else(|| days.to_string(), |date| date.to_string()),
        Raw::NotUtf8 => "?".to_owned(),
        Raw::Infinite => "inf".to_owned(),
        Raw::List => "[…]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_taken_by_their_shortest_form() {
        let cases =
            [(0.1, "0.1"), (59.9, "59.9"), (3.0, "3"), (1e-7, "0.0000001"), (28.12272694, "28.12272694")];
        for (value, text) in cases {
            let number = match float(value) {
                Raw::Small(mantissa, places) => Number::new(mantissa.into(), power_of_ten(places)),
                Raw::Number(number) => number,
                _ => panic!("{value} is a number"),
            };
            assert_eq!(crate::number::show(&number), text);
        }
    }

    #[test]
    fn single_floats_have_their_own_short_form() {
        let column = [16_777_216.0f32, 0.1, 123_456_792.0];
        let column = Column::new(Data::F32(&column));
        let texts: Vec<String> = (0..3).map(|at| show(&column, at)).collect();
        assert_eq!(texts, ["16777216", "0.1", "123456790"]);
    }

    #[test]
    fn quick_decimals_are_decimals() {
        for text in ["0", "-1.50", "12.", ".5", "1.2.3", "-", "99999999999999999999", "+5", "1e3"] {
            let quick = quick(text.as_bytes()).map(|(m, p)| Number::new(m.into(), power_of_ten(p)));
            if let Some(quick) = quick {
                assert_eq!(Some(quick), parse_decimal(text), "{text}");
            }
        }
        assert_eq!(quick(b"12."), None);
    }
}
