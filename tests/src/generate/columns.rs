//! Cells as columns: text most often, and any other layout that can hold them all.

use std::collections::BTreeSet;

use yufang::column::{Bits, Column, Columns, Data, Offsets};
use yufang::date::Date;

use super::cells::{Cell, RowText};
use super::{Kind, Random, Schema};

/// Buffers that columns borrow.
pub struct Batch {
    rows: usize,
    columns: Vec<(String, Buffer, Vec<u8>)>,
}

enum Buffer {
    Text(Vec<i32>, Vec<u8>),
    Whole(Vec<i64>),
    Decimal(Vec<i128>, u32),
    Floats(Vec<f64>),
    /// Keys, and the distinct texts.
    Names(Vec<i32>, Box<Buffer>),
    Days(Vec<i32>),
    Flags(Vec<u8>),
    List(Vec<i32>, Box<Batch>),
}

/// The most decimal places of decimal buffers.
const MOST_PLACES: usize = 7;

impl Batch {
    /// The columns of rows.
    pub fn new(schema: &Schema, rows: &[RowText], random: &mut Random) -> Self {
        let mut batch = Batch { rows: rows.len(), columns: Vec::new() };
        for (at, field) in schema.fields.iter().enumerate() {
            let cells: Vec<&Cell> = rows.iter().map(|row| &row.fields[at]).collect();
            batch.push(&field.name, &field.kind, &cells, random);
        }
        for (at, list) in schema.lists.iter().enumerate() {
            let mut offsets = vec![0];
            let mut elements: Vec<&Vec<Cell>> = Vec::new();
            for row in rows {
                elements.extend(row.lists[at].iter().flatten());
                offsets.push(elements.len() as i32);
            }
            let mut inner = Batch { rows: elements.len(), columns: Vec::new() };
            for (own, field) in list.fields.iter().enumerate() {
                let cells: Vec<&Cell> = elements.iter().map(|element| &element[own]).collect();
                inner.push(&field.name, &field.kind, &cells, random);
            }
            let validity = bits(rows.iter().map(|row| row.lists[at].is_some()));
            batch.columns.push((list.name.clone(), Buffer::List(offsets, Box::new(inner)), validity));
        }
        batch
    }

    fn push(&mut self, name: &str, kind: &Kind, cells: &[&Cell], random: &mut Random) {
        let buffer = match random.chance(60) {
            true => native(kind, cells, random).unwrap_or_else(|| names(cells)),
            false => text(cells.iter().map(|cell| cell.as_deref().unwrap_or_default())),
        };
        let validity = bits(cells.iter().map(|cell| cell.is_some()));
        self.columns.push((name.to_owned(), buffer, validity));
    }

    /// The columns.
    pub fn columns(&self) -> Columns<'_> {
        let mut columns = Columns::new(self.rows);
        for (name, buffer, validity) in &self.columns {
            let data = buffer.data(self.rows);
            columns = columns.with(name.clone(), Column::nullable(data, Some(whole(validity, self.rows))));
        }
        columns
    }
}

impl Buffer {
    fn data(&self, rows: usize) -> Data<'_> {
        match self {
            Buffer::Text(offsets, bytes) => Data::Utf8 { offsets, bytes },
            Buffer::Whole(values) => Data::I64(values),
            Buffer::Decimal(values, places) => Data::Decimal128 { values, scale: *places as i8 },
            Buffer::Floats(values) => Data::F64(values),
            Buffer::Names(keys, distinct) => Data::Dictionary {
                keys: Box::new(Column::new(Data::I32(keys))),
                values: Box::new(Column::new(distinct.data(0))),
            },
            Buffer::Days(values) => Data::Date32(values),
            Buffer::Flags(bytes) => Data::Bool(whole(bytes, rows)),
            Buffer::List(offsets, elements) => {
                Data::List { offsets: Offsets::Narrow(offsets), elements: Box::new(elements.columns()) }
            }
        }
    }
}

fn whole(bytes: &[u8], rows: usize) -> Bits<'_> {
    Bits::new(bytes, 0, rows).expect("a bit a row")
}

fn bits(flags: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (at, flag) in flags.enumerate() {
        if at % 8 == 0 {
            bytes.push(0);
        }
        if let Some(last) = bytes.last_mut() {
            *last |= u8::from(flag) << (at % 8);
        }
    }
    bytes
}

fn text<'a>(texts: impl Iterator<Item = &'a str>) -> Buffer {
    let (mut offsets, mut bytes) = (vec![0], Vec::new());
    for text in texts {
        bytes.extend_from_slice(text.as_bytes());
        offsets.push(bytes.len() as i32);
    }
    Buffer::Text(offsets, bytes)
}

/// The cells as a dictionary; an absent one has the first key, whatever that is.
fn names(cells: &[&Cell]) -> Buffer {
    let distinct: BTreeSet<&str> = cells.iter().filter_map(|cell| cell.as_deref()).collect();
    let distinct: Vec<&str> = distinct.into_iter().collect();
    let key = |cell: &&Cell| cell.as_deref().and_then(|own| distinct.binary_search(&own).ok()).unwrap_or(0);
    let keys = cells.iter().map(|cell| key(cell) as i32).collect();
    Buffer::Names(keys, Box::new(text(distinct.iter().copied())))
}

/// The cells in a layout of their own, if all of them can be read so.
fn native(kind: &Kind, cells: &[&Cell], random: &mut Random) -> Option<Buffer> {
    fn all<T: Default>(cells: &[&Cell], read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        cells.iter().map(|cell| cell.as_deref().map_or_else(|| Some(T::default()), &read)).collect()
    }
    match kind {
        Kind::Number(_, _, 0) => all(cells, |text| text.parse().ok()).map(Buffer::Whole),
        Kind::Number(..) if random.chance(30) => all(cells, float).map(Buffer::Floats),
        Kind::Number(..) | Kind::Listed(_) => {
            let fraction = |cell: &&Cell| cell.as_deref()?.split_once('.').map(|(_, digits)| digits.len());
            let needed = cells.iter().filter_map(fraction).max().unwrap_or(0);
            let places = if random.chance(50) { needed } else { MOST_PLACES };
            Some(Buffer::Decimal(all(cells, |text| decimal(text, places))?, places as u32))
        }
        Kind::Date => all(cells, |text| Some(Date::parse(text)?.days())).map(Buffer::Days),
        Kind::Flag => {
            let flags = all(cells, |text| match text {
                "是" | "true" | "1" => Some(true),
                "否" | "false" | "0" => Some(false),
                _ => None,
            })?;
            Some(Buffer::Flags(bits(flags.into_iter())))
        }
        Kind::Text | Kind::Option(_) | Kind::Code(_) => None,
    }
}

fn decimal(text: &str, places: usize) -> Option<i128> {
    let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > places || digits.starts_with("-0") {
        return None;
    }
    let fraction: i128 = format!("0{fraction:0<places$}").parse().ok()?;
    let digits: i128 = digits.parse().ok()?;
    let sign = if digits < 0 { -1 } else { 1 };
    Some(digits * 10i128.pow(places as u32) + sign * fraction)
}

/// The float that stands for a decimal, if it is one of the decimals that a float can stand for.
fn float(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    (value.to_string() == text).then_some(value)
}
