//! The input of a rule set as an Arrow schema.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema};
use yufang::model::{self, FieldType, Model};
use yufang::number::{Number, power_of_ten, whole};

/// An Arrow schema whose columns hold every valid input of a rule set. Other types that can hold
/// the values do as well.
pub fn input_schema(model: &Model) -> Schema {
    let fields = model.subject.fields.iter().map(field);
    let lists = model.subject.lists.iter().map(|list| {
        let elements: Fields = list.fields.iter().map(field).collect();
        let element = Field::new_list_field(DataType::Struct(elements), false);
        Field::new(&list.name, DataType::List(Arc::new(element)), list.optional)
    });
    Schema::new(fields.chain(lists).collect::<Vec<_>>())
}

fn field(field: &model::Field) -> Field {
    let data_type = match &field.ty {
        FieldType::Text | FieldType::Option(_) | FieldType::Code { .. } => DataType::Utf8,
        FieldType::Flag => DataType::Boolean,
        FieldType::Date { .. } => DataType::Date32,
        FieldType::Number { lo, hi, decimals, .. } => number(lo, hi, *decimals),
    };
    Field::new(&field.name, data_type, field.optional || field.default.is_some())
}

fn number(lo: &Number, hi: &Number, decimals: u32) -> DataType {
    let fits = |limit: &Number, bound: i64| *limit >= whole(-bound - 1) && *limit <= whole(bound);
    let both = |bound: i64| fits(lo, bound) && fits(hi, bound);
    let unit = Number::from_integer(power_of_ten(decimals));
    let most = Number::from_integer(power_of_ten(38));
    let within = |limit: &Number| {
        let scaled = limit * &unit;
        scaled < most && scaled > -&most
    };
    match i8::try_from(decimals) {
        Ok(0) if both(i32::MAX.into()) => DataType::Int32,
        Ok(0) if both(i64::MAX) => DataType::Int64,
        Ok(scale) if scale <= 38 && within(lo) && within(hi) => DataType::Decimal128(38, scale),
        _ => DataType::Utf8,
    }
}
