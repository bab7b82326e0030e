//! Cells as columns: text most often, and any other layout that can hold them all.

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
    Decimal(Vec<i128>),
    Days(Vec<i32>),
    Flags(Vec<u8>),
    List(Vec<i32>, Box<Batch>),
}

/// Decimal places of decimal buffers.
const SCALE: u32 = 7;

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
        let native = if random.chance(50) { native(kind, cells) } else { None };
        let buffer = native.unwrap_or_else(|| text(cells));
        let validity = bits(cells.iter().map(|cell| cell.is_some()));
        self.columns.push((name.to_owned(), buffer, validity));
    }

    /// The columns.
    pub fn columns(&self) -> Columns<'_> {
        let mut columns = Columns::new(self.rows);
        for (name, buffer, validity) in &self.columns {
            let data = match buffer {
                Buffer::Text(offsets, bytes) => Data::Utf8 { offsets, bytes },
                Buffer::Whole(values) => Data::I64(values),
                Buffer::Decimal(values) => Data::Decimal128 { values, scale: SCALE as i8 },
                Buffer::Days(values) => Data::Date32(values),
                Buffer::Flags(bytes) => Data::Bool(whole(bytes, self.rows)),
                Buffer::List(offsets, elements) => {
                    Data::List { offsets: Offsets::Narrow(offsets), elements: Box::new(elements.columns()) }
                }
            };
            columns = columns.with(name.clone(), Column::nullable(data, Some(whole(validity, self.rows))));
        }
        columns
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

fn text(cells: &[&Cell]) -> Buffer {
    let (mut offsets, mut bytes) = (vec![0], Vec::new());
    for cell in cells {
        bytes.extend_from_slice(cell.as_deref().unwrap_or_default().as_bytes());
        offsets.push(bytes.len() as i32);
    }
    Buffer::Text(offsets, bytes)
}

/// The cells in a layout of their own, if all of them can be read so.
fn native(kind: &Kind, cells: &[&Cell]) -> Option<Buffer> {
    fn all<T: Default>(cells: &[&Cell], read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        cells.iter().map(|cell| cell.as_deref().map_or_else(|| Some(T::default()), &read)).collect()
    }
    match kind {
        Kind::Number(_, _, 0) => all(cells, |text| text.parse().ok()).map(Buffer::Whole),
        Kind::Number(..) | Kind::Listed(_) => all(cells, decimal).map(Buffer::Decimal),
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

fn decimal(text: &str) -> Option<i128> {
    let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > SCALE as usize || digits.starts_with("-0") {
        return None;
    }
    let fraction: i128 = format!("{fraction:0<width$}", width = SCALE as usize).parse().ok()?;
    let digits: i128 = digits.parse().ok()?;
    let sign = if digits < 0 { -1 } else { 1 };
    Some(digits * 10i128.pow(SCALE) + sign * fraction)
}
