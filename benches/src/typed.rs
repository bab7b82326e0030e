//! Rows in the columns' own types, as Arrow and Parquet bring them, instead of text.

use rustc_hash::FxHashMap;
use yufang::Rules;
use yufang::codes::CodeId;
use yufang::column::{Bits, Column, Columns, Data, Offsets};
use yufang::facts::{Fact, Facts};
use yufang::model::{Constant, Field, FieldType, Model};
use yufang::number::{Number, power_of_ten};

/// Columns that own their values: codes and options as dictionaries, numbers as whole numbers and
/// decimals, lists nested.
pub struct Typed {
    rows: usize,
    fields: Fields,
    lists: Vec<(String, Vec<i32>, Fields)>,
}

type Fields = Vec<(String, Own)>;

struct Own {
    validity: Vec<u8>,
    rows: usize,
    values: Kind,
}

enum Kind {
    Flags(Vec<u8>),
    Whole(Vec<i64>),
    Decimals(Vec<i128>, i8),
    Days(Vec<i32>),
    Texts(Vec<i32>, Vec<u8>),
    Names(Vec<u32>, Vec<i32>, Vec<u8>),
}

impl Typed {
    /// Types the rows; what does not fit its field counts as missing.
    ///
    /// # Panics
    /// Where the columns are not those of the rules.
    pub fn new(rules: &Rules, columns: &Columns<'_>) -> Typed {
        let names = columns.columns.iter().map(|(name, _)| name.as_ref());
        let binding = rules.bind(names).expect("columns that fit");
        let facts = |row| rules.facts(&binding, columns, row).expect("columns that fit");
        let rows: Vec<Facts> = (0..columns.rows).map(facts).collect();
        let model = rules.model();
        let own = |field: &Field, facts: Vec<&Fact>| (field.name.clone(), own(model, field, &facts));
        let fields = model.subject.fields.iter().enumerate();
        let fields = fields.map(|(at, field)| own(field, rows.iter().map(|row| &row.fields[at]).collect()));
        let fields = fields.collect();
        let lists = model.subject.lists.iter().enumerate().map(|(at, list)| {
            let mut offsets = vec![0];
            let mut elements = Vec::new();
            for row in &rows {
                elements.extend(row.lists[at].iter().flatten());
                offsets.push(elements.len() as i32);
            }
            let fields = list.fields.iter().enumerate();
            let fields =
                fields.map(|(nth, field)| own(field, elements.iter().map(|own| &own[nth]).collect()));
            (list.name.clone(), offsets, fields.collect())
        });
        let lists = lists.collect();
        Typed { rows: rows.len(), fields, lists }
    }

    /// The columns, borrowed.
    pub fn columns(&self) -> Columns<'_> {
        let mut columns = Columns::new(self.rows);
        for (name, own) in &self.fields {
            columns = columns.with(name.as_str(), own.column());
        }
        for (name, offsets, fields) in &self.lists {
            let mut elements = Columns::new(*offsets.last().unwrap_or(&0) as usize);
            for (name, own) in fields {
                elements = elements.with(name.as_str(), own.column());
            }
            let data = Data::List { offsets: Offsets::Narrow(offsets), elements: Box::new(elements) };
            columns = columns.with(name.as_str(), Column::new(data));
        }
        columns
    }
}

impl Own {
    fn column(&self) -> Column<'_> {
        let texts = |offsets, bytes| Data::Utf8 { offsets, bytes };
        let data = match &self.values {
            Kind::Flags(bits) => Data::Bool(Bits::new(bits, 0, self.rows).expect("a bit a row")),
            Kind::Whole(values) => Data::I64(values),
            Kind::Decimals(values, scale) => Data::Decimal128 { values, scale: *scale },
            Kind::Days(days) => Data::Date32(days),
            Kind::Texts(offsets, bytes) => texts(offsets, bytes),
            Kind::Names(keys, offsets, bytes) => Data::Dictionary {
                keys: Box::new(Column::new(Data::U32(keys))),
                values: Box::new(Column::new(texts(offsets, bytes))),
            },
        };
        Column::nullable(data, Bits::new(&self.validity, 0, self.rows))
    }
}

fn own(model: &Model, field: &Field, facts: &[&Fact]) -> Own {
    let value = |fact: &&Fact| match fact {
        Fact::Coarse(code) => Some(Constant::Code(*code)),
        fact => fact.value().cloned(),
    };
    let values: Vec<Option<Constant>> = facts.iter().map(value).collect();
    let bits = |set: &dyn Fn(&Option<Constant>) -> bool| {
        let bytes = values.chunks(8).map(|eight| {
            eight.iter().enumerate().fold(0u8, |byte, (at, value)| byte | u8::from(set(value)) << at)
        });
        bytes.collect::<Vec<u8>>()
    };
    let validity = bits(&|value| value.is_some());
    let kind = match &field.ty {
        FieldType::Flag => Kind::Flags(bits(&|value| *value == Some(Constant::Flag(true)))),
        FieldType::Number { decimals, .. } => {
            let scaled: Vec<i128> = values.iter().map(|value| scaled(value, *decimals)).collect();
            match decimals {
                0 => Kind::Whole(scaled.into_iter().map(|value| value as i64).collect()),
                decimals => Kind::Decimals(scaled, *decimals as i8),
            }
        }
        FieldType::Date { .. } => Kind::Days(values.iter().map(day).collect()),
        FieldType::Text => {
            let (offsets, bytes) = texts(values.iter().map(|value| match value {
                Some(Constant::Text(text)) => text.as_str(),
                _ => "",
            }));
            Kind::Texts(offsets, bytes)
        }
        FieldType::Option(_) | FieldType::Code { .. } => names(model, field, &values),
    };
    Own { validity, rows: values.len(), values: kind }
}

fn scaled(value: &Option<Constant>, decimals: u32) -> i128 {
    let Some(Constant::Number(number)) = value else { return 0 };
    let scaled = number * Number::from_integer(power_of_ten(decimals));
    scaled.to_integer().try_into().expect("a number of 128 bits")
}

fn day(value: &Option<Constant>) -> i32 {
    if let Some(Constant::Date(date)) = value { date.days() } else { 0 }
}

fn names(model: &Model, field: &Field, values: &[Option<Constant>]) -> Kind {
    let name = |value: &Option<Constant>| match (value, &field.ty) {
        (Some(Constant::Code(CodeId(at))), FieldType::Code { list, .. }) => {
            model.codes[list.index()].get(CodeId(*at)).code.clone()
        }
        (Some(Constant::Option(at)), FieldType::Option(set)) => {
            model.options[set.index()].options[*at as usize].0.clone()
        }
        _ => String::new(),
    };
    let (mut known, mut distinct) = (FxHashMap::default(), Vec::new());
    let mut key = |name: String| {
        *known.entry(name.clone()).or_insert_with(|| {
            distinct.push(name);
            distinct.len() as u32 - 1
        })
    };
    let keys = values.iter().map(|value| key(name(value))).collect();
    let (offsets, bytes) = texts(distinct.iter().map(String::as_str));
    Kind::Names(keys, offsets, bytes)
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> (Vec<i32>, Vec<u8>) {
    let (mut offsets, mut bytes) = (vec![0], Vec::new());
    for text in texts {
        bytes.extend_from_slice(text.as_bytes());
        offsets.push(bytes.len() as i32);
    }
    (offsets, bytes)
}
