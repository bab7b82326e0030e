//! Whole columns at once, where the column's type is the field's own. What is not plain (a null, a
//! value out of range) is left for the decoder to look at singly.

use std::ops::Range;

use super::decode::Decoder;
use super::raw::key;
use super::{Bits, Column, Data};
use crate::kernel::Lane;
use crate::model::FieldType;
use crate::plan::{Form, NumberRange};

/// Values in the field's form; those at `rest` hold the filler.
pub(crate) struct Quick {
    pub(crate) lane: Lane,
    pub(crate) rest: Vec<usize>,
}

/// The distinct values of a dictionary, decoded once.
pub(crate) struct Dictionary {
    pub(crate) lane: Lane,
    /// Whether each is a plain value.
    pub(crate) plain: Vec<bool>,
}

impl Decoder<'_> {
    /// Decodes a range of the column; `None` where each value has to be looked at.
    pub(super) fn quick(&self, range: Range<usize>) -> Option<Quick> {
        let column = self.column?;
        let rows = Rows { range, validity: column.validity, filler: &self.plan.filler };
        if let (Data::Dictionary { keys, .. }, Some(dictionary)) = (&column.data, &self.dictionary) {
            return Some(rows.gather(keys, dictionary));
        }
        match (&self.field.ty, &self.plan.form, &column.data) {
            (FieldType::Number { .. }, Form::Scaled(_), data) => {
                rows.numbers(self.plan.range.as_ref()?, data)
            }
            (FieldType::Flag, _, Data::Bool(bits)) => {
                Some(rows.each(Lane::Flag, |at| Some(u8::from(bits.get(at)))))
            }
            (FieldType::Date { lo, hi }, _, Data::Date32(days)) => {
                let (lo, hi) = (lo.days(), hi.days());
                Some(rows.each(Lane::Date, |at| Some(days[at]).filter(|day| (lo..=hi).contains(day))))
            }
            (FieldType::Text, _, Data::Utf8 { offsets, bytes }) if !self.kept => {
                rows.texts(bytes, |at| offsets[at] as usize)
            }
            (FieldType::Text, _, Data::LargeUtf8 { offsets, bytes }) if !self.kept => {
                rows.texts(bytes, |at| offsets[at] as usize)
            }
            _ => None,
        }
    }
}

struct Rows<'a> {
    range: Range<usize>,
    validity: Option<Bits<'a>>,
    filler: &'a Lane,
}

/// The one value of a filler.
trait Filler: Copy {
    fn of(lane: &Lane) -> Self;
}

macro_rules! filler {
    ($form:ident, $ty:ty) => {
        impl Filler for $ty {
            fn of(lane: &Lane) -> Self {
                // INVARIANT: the filler has the field's form.
                if let Lane::$form(values) = lane { values[0] } else { <$ty>::default() }
            }
        }
    };
}
filler!(Flag, u8);
filler!(Scaled, i64);
filler!(Date, i32);

impl Rows<'_> {
    /// Takes `value` at each valid position; `None` leaves it to be looked at.
    fn each<T: Filler>(&self, form: fn(Vec<T>) -> Lane, value: impl Fn(usize) -> Option<T>) -> Quick {
        let mut rest = Vec::new();
        let filler = T::of(self.filler);
        let mut lane = Vec::with_capacity(self.range.len());
        for (at, source) in self.range.clone().enumerate() {
            let valid = self.validity.is_none_or(|bits| bits.get(source));
            lane.push(valid.then(|| value(source)).flatten().unwrap_or_else(|| {
                rest.push(at);
                filler
            }));
        }
        Quick { lane: form(lane), rest }
    }

    fn numbers(&self, range: &NumberRange, data: &Data<'_>) -> Option<Quick> {
        macro_rules! whole {
            ($values:expr) => {{
                let (lo, hi, factor) = range.narrow(0)?;
                let own = |at: usize| {
                    let value = i64::from($values[at]);
                    (lo <= value && value <= hi).then(|| value * factor)
                };
                Some(self.each(Lane::Scaled, own))
            }};
        }
        match data {
            Data::I8(values) => whole!(values),
            Data::I16(values) => whole!(values),
            Data::I32(values) => whole!(values),
            Data::I64(values) => whole!(values),
            Data::U8(values) => whole!(values),
            Data::U16(values) => whole!(values),
            Data::U32(values) => whole!(values),
            Data::F64(values) => self.floats(range, values),
            Data::Decimal128 { values, scale } => {
                let (lo, hi, factor) = range.narrow(u32::try_from(*scale).ok()?)?;
                let own = |at: usize| {
                    let value = i64::try_from(values[at]).ok()?;
                    (lo <= value && value <= hi).then(|| value * factor)
                };
                Some(self.each(Lane::Scaled, own))
            }
            _ => None,
        }
    }

    /// Floats that are whole in units of 10^-decimals.
    fn floats(&self, range: &NumberRange, values: &[f64]) -> Option<Quick> {
        let (lo, hi, factor) = range.narrow(range.decimals)?;
        // Powers of ten are exact up to 10^22.
        let unit = (range.decimals <= 15).then(|| 10f64.powi(range.decimals as i32))?;
        let own = |at: usize| {
            let mantissa = (values[at] * unit).round();
            // A decimal of up to 15 digits and its nearest float name each other.
            let exact = mantissa.abs() < 1e15 && mantissa / unit == values[at];
            let value = mantissa as i64;
            (exact && lo <= value && value <= hi).then(|| value * factor)
        };
        Some(self.each(Lane::Scaled, own))
    }

    /// Texts that no rule reads: it matters only whether they are there.
    fn texts(&self, bytes: &[u8], offset: impl Fn(usize) -> usize) -> Option<Quick> {
        let (start, end) = (offset(self.range.start), offset(self.range.end));
        let whole = std::str::from_utf8(bytes.get(start..end)?).ok()?;
        let plain = |at: usize| {
            let text = whole.get(offset(at) - start..offset(at + 1) - start)?;
            text.bytes().next().filter(u8::is_ascii_graphic)
        };
        let valid = |at: usize| self.validity.is_none_or(|bits| bits.get(at));
        let rest = self.range.clone().filter(|at| !valid(*at) || plain(*at).is_none());
        let rest = rest.map(|at| at - self.range.start).collect();
        Some(Quick { lane: Lane::Text(vec![0; self.range.len()]), rest })
    }

    fn gather(&self, keys: &Column<'_>, dictionary: &Dictionary) -> Quick {
        macro_rules! positions {
            ($keys:expr) => {
                self.positions(dictionary, |at| usize::try_from($keys[at]).ok())
            };
        }
        let (found, rest) = match (&keys.data, keys.validity) {
            (Data::I8(own), None) => positions!(own),
            (Data::I32(own), None) => positions!(own),
            (Data::U8(own), None) => positions!(own),
            (Data::U32(own), None) => positions!(own),
            _ => self.positions(dictionary, |at| key(keys, at)),
        };
        Quick { lane: dictionary.lane.gather(found.into_iter()), rest }
    }

    /// Where each value stands in a dictionary, and which are not plain: these stand at the filler,
    /// after the others.
    fn positions(
        &self,
        dictionary: &Dictionary,
        key: impl Fn(usize) -> Option<usize>,
    ) -> (Vec<usize>, Vec<usize>) {
        let mut rest = Vec::new();
        let filler = dictionary.plain.len();
        let mut found = Vec::with_capacity(self.range.len());
        for (at, source) in self.range.clone().enumerate() {
            let valid = self.validity.is_none_or(|bits| bits.get(source));
            let own = if valid { key(source) } else { None };
            let plain = own.filter(|key| dictionary.plain.get(*key) == Some(&true));
            found.push(plain.unwrap_or_else(|| {
                rest.push(at);
                filler
            }));
        }
        (found, rest)
    }
}
