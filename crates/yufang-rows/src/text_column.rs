//! A column of text that is built cell by cell.

use yufang::column::{Bits, Column, Data};

/// Which cells are there: bits, the least significant first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Validity {
    bits: Vec<u8>,
    len: usize,
    nulls: usize,
}

impl Validity {
    pub(crate) fn push(&mut self, valid: bool) {
        if self.len.is_multiple_of(8) {
            self.bits.push(0);
        }
        self.bits[self.len / 8] |= u8::from(valid) << (self.len % 8);
        self.len += 1;
        self.nulls += usize::from(!valid);
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, at: usize) -> bool {
        self.bits[at / 8] >> (at % 8) & 1 == 1
    }

    pub(crate) fn bits(&self) -> Option<Bits<'_>> {
        if self.nulls == 0 { None } else { Bits::new(&self.bits, 0, self.len) }
    }
}

/// Texts and nulls, owned. Offsets are wide, so that no cell is too big.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextColumn {
    offsets: Vec<i64>,
    bytes: Vec<u8>,
    validity: Validity,
}

impl Default for TextColumn {
    fn default() -> Self {
        TextColumn { offsets: vec![0], bytes: Vec::new(), validity: Validity::default() }
    }
}

impl TextColumn {
    /// Adds a cell.
    pub fn push(&mut self, cell: Option<&str>) {
        self.bytes.extend_from_slice(cell.unwrap_or_default().as_bytes());
        self.offsets.push(self.bytes.len() as i64);
        self.validity.push(cell.is_some());
    }

    /// Adds nulls up to `rows` cells.
    pub(crate) fn pad(&mut self, rows: usize) {
        while self.len() < rows {
            self.push(None);
        }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.validity.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A cell.
    pub fn get(&self, row: usize) -> Option<&str> {
        let cell = &self.bytes[self.offsets[row] as usize..self.offsets[row + 1] as usize];
        // Only texts are ever pushed.
        self.validity.get(row).then(|| std::str::from_utf8(cell).unwrap_or_default())
    }

    /// The column, borrowed.
    pub fn column(&self) -> Column<'_> {
        let data = Data::LargeUtf8 { offsets: &self.offsets, bytes: &self.bytes };
        Column::nullable(data, self.validity.bits())
    }
}

impl<'a> FromIterator<Option<&'a str>> for TextColumn {
    fn from_iter<T: IntoIterator<Item = Option<&'a str>>>(cells: T) -> Self {
        let mut column = TextColumn::default();
        cells.into_iter().for_each(|cell| column.push(cell));
        column
    }
}
