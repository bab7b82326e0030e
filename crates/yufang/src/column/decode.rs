//! Columns → lanes: every value checked against its field, none rounded.

use std::borrow::Cow;
use std::ops::Range;

use num_bigint::BigInt;

use super::block::{Known, Slot};
use super::quick::{Dictionary, Quick};
use super::raw::{Raw, decimal, raw, rescale};
use super::{Column, Data};
use crate::codes::CodeList;
use crate::date::Date;
use crate::kernel::Lane;
use crate::model::{Constant, Field, FieldType, Model};
use crate::number::{Number, decimals, power_of_ten};
use crate::plan::{FieldPlan, Form};
use crate::text::fold;
use crate::verdict::Unfit;

/// The checks of one field, ready to be held against the values of a column.
pub(crate) struct Decoder<'a> {
    model: &'a Model,
    pub(super) field: &'a Field,
    pub(super) plan: &'a FieldPlan,
    pub(super) column: Option<&'a Column<'a>>,
    pub(super) dictionary: Option<Dictionary>,
    /// Whether the field's texts are kept.
    pub(super) kept: bool,
}

impl<'a> Decoder<'a> {
    /// A field without `column` has missing values only. With `whole`, texts that no rule reads are
    /// kept too; `rows` is how many values will be read.
    pub(crate) fn new(
        model: &'a Model,
        field: &'a Field,
        plan: &'a FieldPlan,
        column: Option<&'a Column<'a>>,
        rows: usize,
        whole: bool,
    ) -> Self {
        let kept = plan.used || whole;
        let mut decoder = Decoder { model, field, plan, column, dictionary: None, kept };
        decoder.dictionary = decoder.distinct(rows);
        decoder
    }

    pub(crate) fn field(&self) -> &'a Field {
        self.field
    }

    pub(crate) fn column(&self) -> Option<&'a Column<'a>> {
        self.column
    }

    /// The values of a dictionary, where there are fewer of them than rows.
    fn distinct(&self, rows: usize) -> Option<Dictionary> {
        let Data::Dictionary { values, .. } = &self.column?.data else { return None };
        if values.len() > rows || (self.kept && self.plan.form == Form::Text) {
            return None;
        }
        let mut lane = self.filler(values.len() + 1, &mut |_| 0);
        let plain = |at| self.value(raw(values, at), at, &mut lane, &mut |_| 0) == Ok(Known::Value);
        let plain = (0..values.len()).map(plain).collect();
        Some(Dictionary { lane, plain })
    }

    fn filler(&self, len: usize, text: &mut impl FnMut(&str) -> u32) -> Lane {
        match &self.field.default {
            Some(Constant::Text(default)) => Lane::Text(vec![text(default); len]),
            _ => self.plan.filler.gather(std::iter::repeat_n(0, len)),
        }
    }

    /// Decodes the values at `range`; `fail` is told of each that does not fit, `text` numbers texts.
    pub(crate) fn decode(
        &self,
        range: Range<usize>,
        mut text: impl FnMut(&str) -> u32,
        mut fail: impl FnMut(usize, Fault),
    ) -> Slot {
        let len = range.len();
        let each = || Quick { lane: self.filler(len, &mut text), rest: (0..len).collect() };
        let Quick { mut lane, rest } = self.quick(range.clone()).unwrap_or_else(each);
        let mut known: Option<Vec<Known>> = None;
        let mut note =
            |at: usize, what: Known| known.get_or_insert_with(|| vec![Known::Value; len])[at] = what;
        for at in rest {
            let raw = self.column.map_or(Raw::Missing, |column| raw(column, range.start + at));
            match self.value(raw, at, &mut lane, &mut text) {
                Ok(Known::Value) => {}
                Ok(Known::Missing) if self.field.default.is_some() => note(at, Known::Default),
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
            Raw::Text(own) if is_blank(own) => return Ok(Known::Missing),
            _ => {}
        }
        match (&self.field.ty, lane) {
            (FieldType::Flag, Lane::Flag(values)) => values[at] = u8::from(flag(&raw)?),
            (FieldType::Number { .. }, lane) => return self.number(raw, at, lane),
            (FieldType::Date { lo, hi }, Lane::Date(values)) => values[at] = date(&raw, *lo, *hi)?.days(),
            (FieldType::Text, Lane::Text(values)) => {
                let own = name(&raw).ok_or(Unfit::NotText)?;
                if self.kept {
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
        if let (Raw::Small(mantissa, places), Some(range)) = (&raw, &self.plan.range) {
            let scaled = rescale(*mantissa, *places, range.decimals).map_err(|unfit| self.too_fine(unfit))?;
            if !range.holds(scaled) {
                return Err(Unfit::OutOfRange);
            }
            let own = scaled * range.factor;
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
        let single = crate::kernel::arithmetic::constants([number].into_iter(), &self.plan.form);
        lane.copy(at, &single, 0);
        Ok(Known::Value)
    }
}

/// Why a value is no value of its field.
pub(crate) enum Fault {
    Missing,
    Unfit(Unfit),
}

fn is_blank(text: &str) -> bool {
    !text.bytes().next().is_some_and(|byte| byte.is_ascii_graphic()) && text.trim().is_empty()
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
    let code = match raw {
        Raw::Text(own) => list.find(own),
        other => name(other).and_then(|own| list.find(&own)),
    };
    let code = code.ok_or(Unfit::UnknownCode)?;
    *slot = code.0;
    Ok(if list.is_coarse(code, level) { Known::Coarse } else { Known::Value })
}
