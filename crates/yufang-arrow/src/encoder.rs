//! Verdicts → record batches with the contract's columns.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Int32Array, RecordBatch,
    StringArray, new_null_array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use num_traits::ToPrimitive;
use rustc_hash::FxHashMap;
use yufang::diagnostic::Language;
use yufang::number::{Number, power_of_ten};
use yufang::plan::OutputType;
use yufang::verdict::{OutputColumn, Status, Values, Verdicts};
use yufang_rows::{Cell, Contract};

/// The most digits of a decimal128.
const PRECISION: u8 = 38;

/// The dictionary of the column `status`.
const STATUSES: [Status; 3] = [Status::Graded, Status::Undetermined, Status::Invalid];

/// Turns verdicts into record batches. Dictionaries only grow from batch to batch, which is what
/// the Arrow file format can hold.
#[derive(Debug)]
pub struct Encoder {
    contract: Contract,
    schema: SchemaRef,
    language: Language,
    status: Names,
    tier: Names,
    possible: Names,
    fired: Names,
    alerts: Names,
    missing: Names,
}

/// The schema of a grading's output, whose key has the type `key`.
pub fn output_schema(contract: &Contract, key: &DataType) -> Schema {
    let names = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let mut fields: Vec<Field> = Vec::new();
    fields.extend(contract.key().map(|name| Field::new(name, key.clone(), true)));
    fields.push(Field::new("status", names(), false));
    fields.push(Field::new("tier", names(), true));
    fields.push(Field::new("possible", names(), true));
    fields.push(Field::new("score", data_type(contract.score()), true));
    let outputs = contract.outputs().iter();
    fields.extend(outputs.map(|output| Field::new(&output.name, data_type(&output.ty), true)));
    fields.extend(["fired", "alerts", "missing"].map(|name| Field::new(name, names(), true)));
    fields.push(Field::new("error", DataType::Utf8, true));
    Schema::new(fields)
}

fn data_type(ty: &OutputType) -> DataType {
    match ty {
        OutputType::Decimal { scale } => match i8::try_from(*scale) {
            Ok(scale) if scale <= PRECISION as i8 => DataType::Decimal128(PRECISION, scale),
            _ => DataType::Utf8,
        },
        OutputType::Flag => DataType::Boolean,
        OutputType::Date => DataType::Date32,
        OutputType::Exact | OutputType::Text => DataType::Utf8,
    }
}

impl Encoder {
    /// An encoder for outputs whose key has the type `key`.
    pub fn new(contract: Contract, key: &DataType, language: Language) -> Encoder {
        let schema = Arc::new(output_schema(&contract, key));
        let statuses = STATUSES.map(Contract::status);
        let tiers = || contract.tiers().iter().map(String::as_str);
        Encoder {
            status: Names::of(statuses),
            tier: Names::of(tiers()),
            possible: Names::of(tiers()),
            fired: Names::default(),
            alerts: Names::default(),
            missing: Names::default(),
            schema,
            contract,
            language,
        }
    }

    /// The schema of all batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// A batch of verdicts, with the key's array passed through.
    ///
    /// # Errors
    /// Where the key's type is another than the schema's.
    pub fn encode(&mut self, verdicts: &Verdicts, key: Option<ArrayRef>) -> Result<RecordBatch, ArrowError> {
        let contract = &self.contract;
        let rows = verdicts.rows();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        if contract.key().is_some() {
            let none = || new_null_array(self.schema.field(0).data_type(), rows);
            columns.push(key.unwrap_or_else(none));
        }
        columns.push(self.status.coded((0..rows).map(|row| Some(position(verdicts.status[row]))).collect())?);
        // The dictionaries of tiers begin with the scale's, so that a single tier is its own key.
        columns.push(self.tier.coded((0..rows).map(|row| verdicts.tier(row).map(i32::from)).collect())?);
        let single = |row: usize| verdicts.possible[row].single().map(i32::from);
        columns.push(self.possible.column(rows, single, |row, out| contract.possible(verdicts, row, out))?);
        let score = |row| contract.score_cell(verdicts, row);
        columns.push(values(contract.score(), verdicts.score.as_ref(), rows, score)?);
        for (at, output) in contract.outputs().iter().enumerate() {
            let cell = |row| contract.output_cell(verdicts, at, row);
            columns.push(values(&output.ty, verdicts.outputs.get(output.at), rows, cell)?);
        }
        columns.push(self.fired.column(rows, |_| None, |row, out| contract.fired(verdicts, row, out))?);
        columns.push(self.alerts.column(rows, |_| None, |row, out| contract.alerts(verdicts, row, out))?);
        columns.push(self.missing.column(rows, |_| None, |row, out| contract.missing(verdicts, row, out))?);
        let error = |row| Contract::error(verdicts, row, self.language);
        columns.push(Arc::new((0..rows).map(error).collect::<StringArray>()));
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

/// The key of a status in [`STATUSES`].
fn position(status: Status) -> i32 {
    match status {
        Status::Graded => 0,
        Status::Undetermined => 1,
        Status::Invalid => 2,
    }
}

fn values<'a>(
    ty: &OutputType,
    column: Option<&OutputColumn>,
    rows: usize,
    cell: impl Fn(usize) -> Cell<'a>,
) -> Result<ArrayRef, ArrowError> {
    let data_type = data_type(ty);
    let Some(column) = column else { return Ok(new_null_array(&data_type, rows)) };
    let certain = |row: &usize| column.certain[*row];
    Ok(match (&data_type, &column.values) {
        (DataType::Decimal128(_, scale), own) => {
            let whole = |row| certain(&row).then(|| decimal(own, row, *scale as u32)).transpose();
            let whole = (0..rows).map(whole).collect::<Result<Decimal128Array, ArrowError>>()?;
            Arc::new(whole.with_precision_and_scale(PRECISION, *scale)?)
        }
        (DataType::Boolean, Values::Flags(own)) => {
            Arc::new((0..rows).map(|row| certain(&row).then(|| own[row])).collect::<BooleanArray>())
        }
        (DataType::Date32, Values::Dates(own)) => {
            Arc::new((0..rows).map(|row| certain(&row).then(|| own[row])).collect::<Date32Array>())
        }
        (DataType::Utf8, _) => {
            let text = |row| match cell(row) {
                Cell::Text(text) => Some(text.into_owned()),
                Cell::Flag(flag) => Some(flag.to_string()),
                Cell::Null => None,
            };
            Arc::new((0..rows).map(text).collect::<StringArray>())
        }
        (expected, _) => {
            return Err(ArrowError::ComputeError(format!(
                "values of an output do not have its type {expected}"
            )));
        }
    })
}

/// A value in units of 10^-scale, exactly.
fn decimal(values: &Values, row: usize, scale: u32) -> Result<i128, ArrowError> {
    let quick = |numerator: i128, denominator: u128| {
        let denominator = i128::try_from(denominator).ok()?;
        let scaled = numerator.checked_mul(10i128.checked_pow(scale)?)?;
        (scaled % denominator == 0).then(|| scaled / denominator)
    };
    let slow = |value: Number| {
        let scaled = value * Number::from_integer(power_of_ten(scale));
        if scaled.is_integer() { scaled.to_integer().to_i128() } else { None }
    };
    let found = match values {
        Values::Scaled { values, denominator } => quick(values[row].into(), (*denominator).into())
            .or_else(|| slow(Number::new(values[row].into(), (*denominator).into()))),
        Values::Wide { values, denominator } => quick(values[row], *denominator)
            .or_else(|| slow(Number::new(values[row].into(), (*denominator).into()))),
        Values::Exact(values) => slow(values[row].clone()),
        _ => None,
    };
    found.ok_or_else(|| ArrowError::ComputeError(format!("an output does not end after {scale} places")))
}

/// The distinct texts of a dictionary column, over all batches.
#[derive(Debug, Default)]
struct Names {
    index: FxHashMap<String, i32>,
    values: Vec<String>,
    /// The dictionary, kept while nothing is added to it.
    array: Option<Arc<StringArray>>,
}

impl Names {
    fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Names {
        let mut own = Names::default();
        names.into_iter().for_each(|name| {
            own.number(name);
        });
        own
    }

    fn number(&mut self, name: &str) -> i32 {
        if let Some(number) = self.index.get(name) {
            return *number;
        }
        let number = self.values.len() as i32;
        self.index.insert(name.to_owned(), number);
        self.values.push(name.to_owned());
        self.array = None;
        number
    }

    /// A column of what `fill` writes for each row, where `known` does not know its number; nothing
    /// is a null.
    fn column(
        &mut self,
        rows: usize,
        known: impl Fn(usize) -> Option<i32>,
        fill: impl Fn(usize, &mut String),
    ) -> Result<ArrayRef, ArrowError> {
        let mut text = String::new();
        let key = |row| {
            known(row).or_else(|| {
                text.clear();
                fill(row, &mut text);
                (!text.is_empty()).then(|| self.number(&text))
            })
        };
        let keys = (0..rows).map(key).collect();
        self.coded(keys)
    }

    /// A column of numbers of names.
    fn coded(&mut self, keys: Int32Array) -> Result<ArrayRef, ArrowError> {
        let values = &self.values;
        let array = self.array.get_or_insert_with(|| Arc::new(StringArray::from_iter_values(values)));
        let values: ArrayRef = Arc::<StringArray>::clone(array);
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?))
    }
}
