//! Fields made ready once: how their values are held, and what whole columns are held against.

use num_traits::ToPrimitive;

use crate::column::block::lane_of;
use crate::kernel::Lane;
use crate::model::{Field, FieldType};
use crate::number::{Number, power_of_ten};
use crate::plan::{Form, field_form};

/// A field of the row or of a list's elements.
#[derive(Debug, Clone)]
pub(crate) struct FieldPlan {
    pub(crate) form: Form,
    /// One value: the default, or zero. That of a text stands for nothing: blocks number texts.
    pub(crate) filler: Lane,
    /// Where the field is a number with a range.
    pub(crate) range: Option<NumberRange>,
    /// Whether any rule reads the field: otherwise its values are only checked.
    pub(crate) used: bool,
}

/// A range in units of 10^-decimals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberRange {
    pub(crate) decimals: u32,
    /// The ends; `None` beyond 128 bits, where no value of 128 bits lies outside.
    pub(crate) lo: Option<i128>,
    pub(crate) hi: Option<i128>,
    /// From units of 10^-decimals to the lane's denominator.
    pub(crate) factor: i128,
}

impl FieldPlan {
    pub(crate) fn new(field: &Field, used: bool) -> FieldPlan {
        let (form, _) = field_form(field);
        let filler = lane_of(field, std::slice::from_ref(&field.default), |_| 0);
        let range = NumberRange::of(field, &form);
        FieldPlan { form, filler, range, used }
    }
}

impl NumberRange {
    fn of(field: &Field, form: &Form) -> Option<NumberRange> {
        let FieldType::Number { lo, hi, decimals, listed: None, .. } = &field.ty else { return None };
        let unit = power_of_ten(*decimals);
        let factor = (form.denominator()? / &unit).to_i128()?;
        let unit = Number::from_integer(unit);
        let lo = (lo * &unit).ceil().to_integer().to_i128();
        let hi = (hi * &unit).floor().to_integer().to_i128();
        Some(NumberRange { decimals: *decimals, lo, hi, factor })
    }

    pub(crate) fn holds(&self, scaled: i128) -> bool {
        self.lo.is_none_or(|lo| scaled >= lo) && self.hi.is_none_or(|hi| scaled <= hi)
    }

    /// The least and the greatest value of 64 bits in units of 10^-places that lie in the range, and
    /// what such values are multiplied by to be in the lane's units; `None` where 64 bits do not do.
    pub(crate) fn narrow(&self, places: u32) -> Option<(i64, i64, i64)> {
        let step = 10i128.checked_pow(self.decimals.checked_sub(places)?)?;
        let end = |end: i128| i64::try_from(end).ok();
        let lo = end(num_integer::Integer::div_ceil(&self.lo?, &step))?;
        let hi = end(num_integer::Integer::div_floor(&self.hi?, &step))?;
        Some((lo, hi, i64::try_from(self.factor.checked_mul(step)?).ok()?))
    }
}
