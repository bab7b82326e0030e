//! Records in memory → a batch.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::batch::Batch;
use crate::builder::{BatchSize, Builder};
use crate::json::{self, Object};
use crate::problem::ReadError;
use crate::shape::Shape;

/// A batch of records, each of which must serialise as a map or a struct. A float is taken by its
/// shortest decimal form.
///
/// # Errors
/// Where a record does not serialise as JSON.
pub fn from_records<T: Serialize>(records: &[T], shape: &Shape) -> Result<Batch, ReadError> {
    let texts = records.iter().map(serde_json::value::to_raw_value).collect::<Result<Vec<_>, _>>();
    let texts = texts.map_err(|error| not_json(&error))?;
    Ok(batch(texts.iter().map(AsRef::as_ref), shape))
}

/// A batch of the objects of an array, or of the one object.
///
/// # Errors
/// None that JSON values can have; it fails as [`from_records`] does.
pub fn from_json(value: &serde_json::Value, shape: &Shape) -> Result<Batch, ReadError> {
    match value {
        serde_json::Value::Array(records) => from_records(records, shape),
        record => from_records(std::slice::from_ref(record), shape),
    }
}

/// A batch of the objects of a JSON array, or of the one object, as text: numbers keep their digits.
///
/// # Errors
/// Where the text is no JSON. What is no object is a row that cannot be read.
pub fn from_json_text(text: &str, shape: &Shape) -> Result<Batch, ReadError> {
    let text = text.trim_start_matches('\u{FEFF}').trim();
    if text.starts_with('[') {
        let records: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        return Ok(batch(records.into_iter(), shape));
    }
    let record: &RawValue = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    Ok(batch([record].into_iter(), shape))
}

fn not_json(error: &serde_json::Error) -> ReadError {
    ReadError::Json { file: "JSON".to_owned(), detail: json::detail(error) }
}

fn batch<'a>(records: impl Iterator<Item = &'a RawValue>, shape: &Shape) -> Batch {
    let mut builder = Builder::new(shape.clone(), BatchSize::default());
    for (record, number) in records.zip(1..) {
        let filled = Object::read(record.get()).and_then(|object| object.fill(&mut builder));
        builder.end_row(number, filled.err());
    }
    builder.take()
}
