//! Arrow arrays as the core's columns, borrowed: no value is copied.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;
use yufang::column::{Bits, Column, Data};

/// Lends an array that [`crate::convert::scalar`] gave; of any other, nothing but nulls.
pub(crate) fn column(array: &ArrayRef) -> Column<'_> {
    lend(array.as_ref())
}

fn lend(array: &dyn Array) -> Column<'_> {
    Column::nullable(data(array), validity(array.nulls()))
}

/// The bits of what is there. A buffer covers its own bits, so that `None` only means no nulls.
pub(crate) fn validity(nulls: Option<&NullBuffer>) -> Option<Bits<'_>> {
    nulls.and_then(|nulls| bits(nulls.inner()))
}

fn bits(buffer: &BooleanBuffer) -> Option<Bits<'_>> {
    Bits::new(buffer.values(), buffer.offset(), buffer.len())
}

fn data(array: &dyn Array) -> Data<'_> {
    match array.data_type() {
        DataType::Boolean => bits(array.as_boolean().values()).map_or(Data::Null(array.len()), Data::Bool),
        DataType::Int8 => Data::I8(values::<Int8Type>(array)),
        DataType::Int16 => Data::I16(values::<Int16Type>(array)),
        DataType::Int32 => Data::I32(values::<Int32Type>(array)),
        DataType::Int64 => Data::I64(values::<Int64Type>(array)),
        DataType::UInt8 => Data::U8(values::<UInt8Type>(array)),
        DataType::UInt16 => Data::U16(values::<UInt16Type>(array)),
        DataType::UInt32 => Data::U32(values::<UInt32Type>(array)),
        DataType::UInt64 => Data::U64(values::<UInt64Type>(array)),
        DataType::Float32 => Data::F32(values::<Float32Type>(array)),
        DataType::Float64 => Data::F64(values::<Float64Type>(array)),
        DataType::Decimal128(_, scale) => {
            Data::Decimal128 { values: values::<Decimal128Type>(array), scale: *scale }
        }
        DataType::Date32 => Data::Date32(values::<Date32Type>(array)),
        DataType::Utf8 => {
            let text = array.as_string::<i32>();
            Data::Utf8 { offsets: text.value_offsets(), bytes: text.value_data() }
        }
        DataType::LargeUtf8 => {
            let text = array.as_string::<i64>();
            Data::LargeUtf8 { offsets: text.value_offsets(), bytes: text.value_data() }
        }
        DataType::Utf8View => {
            let text = array.as_string_view();
            let buffers = text.data_buffers().iter().map(|buffer| buffer.as_slice());
            Data::Utf8View { views: text.views(), buffers: buffers.collect() }
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let (keys, values) = (lend(dictionary.keys()), lend(dictionary.values().as_ref()));
            Data::Dictionary { keys: Box::new(keys), values: Box::new(values) }
        }
        _ => Data::Null(array.len()),
    }
}

fn values<T: ArrowPrimitiveType>(array: &dyn Array) -> &[T::Native] {
    array.as_primitive::<T>().values()
}
