//! Columns → lanes: every value checked against its field, none rounded.

use std::borrow::Cow;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::block::{Known, Slot, lane_of};
use super::{Column, Data};
use crate::codes::CodeList;
use crate::date::Date;
use crate::kernel::Lane;
use crate::model::{Field, FieldType, Model};
use crate::number::{Number, decimals, parse_decimal, power_of_ten};
use crate::plan::{Form, field_form, over};
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

/// The checks of one field, ready to be held against many values.
pub(crate) struct Decoder<'m> {
    model: &'m Model,
    field: &'m Field,
    form: Form,
    number: Option<NumberRule>,
    /// Whether any rule reads the field: otherwise its values are only checked.
    used: bool,
}

/// A number field's range and values in units of 10^-decimals, where 128 bits hold them.
struct NumberRule {
    decimals: u32,
    lo: Option<i128>,
    hi: Option<i128>,
    /// Scale from units of 10^-decimals to the lane's denominator.
    factor: i128,
}

impl<'m> Decoder<'m> {
    pub(crate) fn new(model: &'m Model, field: &'m Field, used: bool) -> Self {
        let (form, _) = field_form(field);
        let number = match &field.ty {
            FieldType::Number { lo, hi, decimals, listed: None, .. } => {
                let unit = power_of_ten(*decimals);
                let scaled = |end: Number| over(&end, &unit).to_i128();
                let ends = (
                    Number::from_integer((lo * &Number::from_integer(unit.clone())).ceil().to_integer()),
                    hi.clone(),
                );
                let lo = ends.0.to_integer().to_i128();
                let hi = scaled(ends.1);
                let factor = form.denominator().and_then(|own| (own / &unit).to_i128());
                factor.map(|factor| NumberRule { decimals: *decimals, lo, hi, factor })
            }
            _ => None,
        };
        Decoder { model, field, form, number, used }
    }

    /// Decodes the values at `range`; `fail` is told of each that does not fit, `text` numbers texts.
    pub(crate) fn decode(
        &self,
        column: Option<&Column<'_>>,
        range: std::ops::Range<usize>,
        mut text: impl FnMut(&str) -> u32,
        mut fail: impl FnMut(usize, Fault),
    ) -> Slot {
        let len = range.len();
        let default = self.field.default.clone();
        let filler = lane_of(self.field, std::slice::from_ref(&default), &mut text);
        let mut lane = filler.gather(std::iter::repeat_n(0, len));
        let mut known: Option<Vec<Known>> = None;
        let mut note =
            |at: usize, what: Known| known.get_or_insert_with(|| vec![Known::Value; len])[at] = what;
        for (at, source) in range.enumerate() {
            let raw = column.map_or(Raw::Missing, |column| raw(column, source));
            match self.value(raw, at, &mut lane, &mut text) {
                Ok(Known::Value) => {}
                Ok(Known::Missing) if default.is_some() => note(at, Known::Default),
                Ok(Known::Missing) if !self.field.optional => {
                    note(at, Known::Missing);
                    fail(at, Fault::Missing);
                }
                Ok(other) => note(at, other),
                Err(reason) => {
                    note(at, Known::Missing);
                    fail(at, Fault::Unfit(reason));
                }
            }
        }
        Slot { lane, known }
    }

    /// Holds one value against the field and writes it.
    fn value(
        &self,
        raw: Raw<'_>,
        at: usize,
        lane: &mut Lane,
        text: &mut impl FnMut(&str) -> u32,
    ) -> Result<Known, Unfit> {
        match raw {
            Raw::Missing => return Ok(Known::Missing),
            Raw::NotUtf8 => return Err(Unfit::NotUtf8),
            Raw::Text(own) if own.trim().is_empty() => return Ok(Known::Missing),
            _ => {}
        }
        match (&self.field.ty, lane) {
            (FieldType::Flag, Lane::Flag(values)) => values[at] = u8::from(flag(&raw)?),
            (FieldType::Number { .. }, lane) => return self.number(raw, at, lane),
            (FieldType::Date { lo, hi }, Lane::Date(values)) => values[at] = date(&raw, *lo, *hi)?.days(),
            (FieldType::Text, Lane::Text(values)) => {
                let own = name(&raw).ok_or(Unfit::NotText)?;
                if self.used {
                    values[at] = text(&own);
                }
            }
            (FieldType::Option(set), Lane::Index(values)) => {
                let own = name(&raw).ok_or(Unfit::UnknownOption)?;
                let options = &self.model.options[set.index()].options;
                let found = options.iter().position(|(name, _)| *name == own);
                values[at] = found.ok_or(Unfit::UnknownOption)? as u32;
            }
            (FieldType::Code { list, level }, Lane::Index(values)) => {
                return code(&raw, &self.model.codes[list.index()], *level, &mut values[at]);
            }
            // INVARIANT: `lane_of` makes lanes of the field's form.
            _ => return Err(Unfit::NotText),
        }
        Ok(Known::Value)
    }

    fn number(&self, raw: Raw<'_>, at: usize, lane: &mut Lane) -> Result<Known, Unfit> {
        let raw = match raw {
            Raw::Text(own) => decimal(own)?,
            Raw::Small(..) | Raw::Number(_) => raw,
            _ => return Err(Unfit::NotANumber),
        };
        if let (Raw::Small(mantissa, places), Some(rule)) = (&raw, &self.number) {
            let scaled = rescale(*mantissa, *places, rule.decimals).map_err(|unfit| self.too_fine(unfit))?;
            if rule.lo.is_some_and(|lo| scaled < lo) || rule.hi.is_some_and(|hi| scaled > hi) {
                return Err(Unfit::OutOfRange);
            }
            let own = scaled * rule.factor;
            match lane {
                Lane::Scaled(values) => values[at] = own as i64,
                Lane::Wide(values) => values[at] = own,
                _ => return self.exact(&raw, at, lane),
            }
            return Ok(Known::Value);
        }
        self.exact(&raw, at, lane)
    }

    fn too_fine(&self, unfit: Unfit) -> Unfit {
        let whole = matches!(&self.field.ty, FieldType::Number { decimals: 0, listed: None, .. });
        if whole && unfit == Unfit::TooManyDecimals { Unfit::NotWhole } else { unfit }
    }

    /// The slow road: listed values, and numbers beyond 128 bits.
    fn exact(&self, raw: &Raw<'_>, at: usize, lane: &mut Lane) -> Result<Known, Unfit> {
        let number = match raw {
            Raw::Small(mantissa, places) => Number::new(BigInt::from(*mantissa), power_of_ten(*places)),
            Raw::Number(number) => number.clone(),
            _ => return Err(Unfit::NotANumber),
        };
        let FieldType::Number { lo, hi, decimals: most, listed, .. } = &self.field.ty else {
            return Err(Unfit::NotANumber);
        };
        if let Some(listed) = listed {
            listed.iter().find(|(value, _)| *value == number).ok_or(Unfit::NotListed)?;
        } else if decimals(&number).is_none_or(|own| own > *most) {
            return Err(self.too_fine(Unfit::TooManyDecimals));
        } else if number < *lo || number > *hi {
            return Err(Unfit::OutOfRange);
        }
        let single = crate::kernel::arithmetic::constants([number].into_iter(), &self.form);
        lane.copy(at, &single, 0);
        Ok(Known::Value)
    }
}

/// Why a value is no value of its field.
pub(crate) enum Fault {
    Missing,
    Unfit(Unfit),
}

/// `mantissa / 10^places` in units of 10^-decimals.
fn rescale(mantissa: i128, places: u32, decimals: u32) -> Result<i128, Unfit> {
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
fn decimal(text: &str) -> Result<Raw<'static>, Unfit> {
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

fn flag(raw: &Raw<'_>) -> Result<bool, Unfit> {
    match raw {
        Raw::Flag(flag) => Ok(*flag),
        Raw::Small(mantissa, places) => match rescale(*mantissa, *places, 0) {
            Ok(0) => Ok(false),
            Ok(1) => Ok(true),
            _ => Err(Unfit::NotAFlag),
        },
        Raw::Text(own) => match fold(own).to_ascii_lowercase().as_str() {
            "是" | "true" | "1" => Ok(true),
            "否" | "false" | "0" => Ok(false),
            _ => Err(Unfit::NotAFlag),
        },
        _ => Err(Unfit::NotAFlag),
    }
}

fn date(raw: &Raw<'_>, lo: Date, hi: Date) -> Result<Date, Unfit> {
    let date = match raw {
        Raw::Date(days) => Date::from_days(*days),
        Raw::Text(own) => Date::parse(&fold(own)),
        _ => None,
    };
    let date = date.ok_or(Unfit::NotADate)?;
    if date < lo || date > hi { Err(Unfit::OutOfRange) } else { Ok(date) }
}

/// A text, option or code: folded text, or a whole number as it is written.
fn name<'a>(raw: &Raw<'a>) -> Option<Cow<'a, str>> {
    match raw {
        Raw::Text(own) => Some(fold(own)),
        Raw::Small(mantissa, places) => {
            rescale(*mantissa, *places, 0).ok().map(|whole| whole.to_string().into())
        }
        Raw::Number(number) => number.is_integer().then(|| number.to_integer().to_string().into()),
        _ => None,
    }
}

fn code(raw: &Raw<'_>, list: &CodeList, level: u32, slot: &mut u32) -> Result<Known, Unfit> {
    let own = name(raw).ok_or(Unfit::UnknownCode)?;
    let code = list.find(&own).ok_or(Unfit::UnknownCode)?;
    *slot = code.0;
    Ok(if list.is_coarse(code, level) { Known::Coarse } else { Known::Value })
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
    use crate::kernel::arithmetic::number_at;

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
        assert_eq!(
            number_at(&Lane::Scaled(vec![15]), &Form::Scaled(10.into()), 0),
            parse_decimal("1.5").expect("a decimal")
        );
    }
}
