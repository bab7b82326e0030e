//! Types that the core's columns lack → types that they have. What they have is passed on as it is.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal256Type, Float16Type,
    Float32Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, Decimal128Array, StringArray};
use arrow_schema::{DataType, TimeUnit};

use crate::error::Hint;

const SECONDS_A_DAY: i64 = 86_400;

/// Brings a column of one value a row into a type that columns lend; most are passed on as they are.
pub(crate) fn scalar(array: &ArrayRef) -> Result<ArrayRef, Hint> {
    use DataType as T;
    let places = |scale: &i8, wide: Decimal128Array| -> Result<ArrayRef, Hint> {
        let wide = wide.with_precision_and_scale(38, *scale).map_err(|_| Hint::Scalar)?;
        Ok(Arc::new(wide))
    };
    Ok(match array.data_type() {
        T::Null | T::Boolean | T::Float32 | T::Float64 | T::Decimal128(..) | T::Date32 => Arc::clone(array),
        T::Utf8 | T::LargeUtf8 | T::Utf8View => Arc::clone(array),
        integer if integer.is_integer() => Arc::clone(array),
        T::Float16 => {
            Arc::new(array.as_primitive::<Float16Type>().unary::<_, Float32Type>(|value| value.to_f32()))
        }
        T::Decimal32(_, scale) => places(scale, array.as_primitive::<Decimal32Type>().unary(i128::from))?,
        T::Decimal64(_, scale) => places(scale, array.as_primitive::<Decimal64Type>().unary(i128::from))?,
        T::Decimal256(..) => {
            let wide = array.as_primitive::<Decimal256Type>();
            let text = |row| wide.is_valid(row).then(|| wide.value_as_string(row));
            Arc::new((0..wide.len()).map(text).collect::<StringArray>())
        }
        T::Date64 => days::<Date64Type>(array, 1_000, 0),
        T::Timestamp(unit, zone) => timestamp(array, *unit, zone.as_deref())?,
        T::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            dictionary.with_values(scalar(dictionary.values())?)
        }
        _ => return Err(Hint::Scalar),
    })
}

fn timestamp(array: &ArrayRef, unit: TimeUnit, zone: Option<&str>) -> Result<ArrayRef, Hint> {
    let shift = zone.map_or(Some(0), offset).ok_or(Hint::Zone)?;
    Ok(match unit {
        TimeUnit::Second => days::<TimestampSecondType>(array, 1, shift),
        TimeUnit::Millisecond => days::<TimestampMillisecondType>(array, 1_000, shift),
        TimeUnit::Microsecond => days::<TimestampMicrosecondType>(array, 1_000_000, shift),
        TimeUnit::Nanosecond => days::<TimestampNanosecondType>(array, 1_000_000_000, shift),
    })
}

/// The day on which a moment falls, `shift` seconds east of Greenwich.
fn days<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, per_second: i64, shift: i64) -> ArrayRef {
    let day = |moment: i64| {
        let seconds = moment.div_euclid(per_second).saturating_add(shift);
        let day = seconds.div_euclid(SECONDS_A_DAY);
        // A day beyond 32 bits is beyond the calendar too, and must not come back as one within.
        i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX })
    };
    Arc::new(array.as_primitive::<T>().unary::<_, Date32Type>(day))
}

/// Seconds east of Greenwich of a zone that is always the same: a named zone's days depend on its
/// history, and a midnight taken in the wrong zone is the day before.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "UTC" | "Z" | "Etc/UTC" | "GMT") {
        return Some(0);
    }
    let (sign, rest) = match zone.as_bytes().first()? {
        b'+' => (1, &zone[1..]),
        b'-' => (-1, &zone[1..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None => (rest.get(..2)?, rest.get(2..)?),
    };
    let minutes: i64 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{Date64Array, TimestampMillisecondArray};

    #[test]
    fn moments_become_the_day_of_their_own_zone() {
        // 2024-03-31T16:00Z is midnight of the first of April in Beijing.
        let moment = 1_711_900_800_000;
        let day = |zone: Option<&str>| {
            let array = TimestampMillisecondArray::from(vec![Some(moment), None]);
            let array: ArrayRef = match zone {
                Some(zone) => Arc::new(array.with_timezone(zone)),
                None => Arc::new(array),
            };
            scalar(&array).map(|days| {
                assert!(days.is_null(1));
                days.as_primitive::<Date32Type>().value(0)
            })
        };
        assert_eq!((day(None), day(Some("UTC"))), (Ok(19_813), Ok(19_813)));
        assert_eq!((day(Some("+08:00")), day(Some("+0800"))), (Ok(19_814), Ok(19_814)));
        assert_eq!(day(Some("Asia/Shanghai")), Err(Hint::Zone));
        let early: ArrayRef = Arc::new(Date64Array::from(vec![-1, i64::MAX]));
        let early = scalar(&early).expect("dates");
        assert_eq!(early.as_primitive::<Date32Type>().value(0), -1);
    }
}
