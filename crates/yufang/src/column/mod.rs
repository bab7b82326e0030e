//! Input as columns, borrowed in Arrow's memory layouts, so that Arrow, Python and the browser hand
//! over what they have without copying.
//!
//! Any layout that can hold a field's values will do: numbers may come as integers, floats,
//! decimals or text, codes and options as text or as dictionaries. What a value must be is for the
//! rule set to say, when a batch is bound to it.

pub mod bind;
pub(crate) mod block;
pub(crate) mod decode;
mod quick;
pub(crate) mod raw;
pub(crate) mod read;

use std::borrow::Cow;

/// A bitmap with the least significant bit first, from bit `offset` of `bytes` on.
#[derive(Debug, Clone, Copy)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    offset: usize,
    len: usize,
}

impl<'a> Bits<'a> {
    /// `len` bits from bit `offset` on; `None` where `bytes` is too short.
    pub fn new(bytes: &'a [u8], offset: usize, len: usize) -> Option<Self> {
        let needed = offset.checked_add(len)?.div_ceil(8);
        (bytes.len() >= needed).then_some(Bits { bytes, offset, len })
    }

    /// Number of bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bit `at`.
    ///
    /// # Panics
    /// Where `at` is not below [`Bits::len`].
    pub fn get(&self, at: usize) -> bool {
        assert!(at < self.len, "bit {at} of {}", self.len);
        let bit = self.offset + at;
        self.bytes[bit / 8] >> (bit % 8) & 1 == 1
    }
}

/// A column: values and which of them are there.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// The values.
    pub data: Data<'a>,
    /// Set bits are values, clear ones are nulls; all are there where `None`.
    pub validity: Option<Bits<'a>>,
}

/// Values in one of Arrow's layouts.
#[derive(Debug, Clone)]
pub enum Data<'a> {
    /// A column of nothing but nulls, of this length.
    Null(usize),
    /// Booleans.
    Bool(Bits<'a>),
    /// Integers.
    I8(&'a [i8]),
    /// Integers.
    I16(&'a [i16]),
    /// Integers.
    I32(&'a [i32]),
    /// Integers.
    I64(&'a [i64]),
    /// Integers.
    U8(&'a [u8]),
    /// Integers.
    U16(&'a [u16]),
    /// Integers.
    U32(&'a [u32]),
    /// Integers.
    U64(&'a [u64]),
    /// Floats, taken by their shortest decimal form; NaN is a null.
    F32(&'a [f32]),
    /// Floats, taken by their shortest decimal form; NaN is a null.
    F64(&'a [f64]),
    /// Decimals: value / 10^scale.
    Decimal128 {
        /// Unscaled values.
        values: &'a [i128],
        /// Decimal places; may be negative.
        scale: i8,
    },
    /// Days since 1970-01-01.
    Date32(&'a [i32]),
    /// Text: value `i` is `bytes[offsets[i]..offsets[i + 1]]`.
    Utf8 {
        /// One more than there are values.
        offsets: &'a [i32],
        /// UTF-8.
        bytes: &'a [u8],
    },
    /// Text with wide offsets.
    LargeUtf8 {
        /// One more than there are values.
        offsets: &'a [i64],
        /// UTF-8.
        bytes: &'a [u8],
    },
    /// Text as Arrow's views: length in the lowest 32 bits, then 12 bytes inline, or a prefix, a
    /// buffer and an offset.
    Utf8View {
        /// One a value.
        views: &'a [u128],
        /// The buffers of long texts.
        buffers: Vec<&'a [u8]>,
    },
    /// Keys into distinct values.
    Dictionary {
        /// An integer column.
        keys: Box<Column<'a>>,
        /// What the keys stand for.
        values: Box<Column<'a>>,
    },
    /// Elements of row `i` are rows `offsets[i]..offsets[i + 1]` of the children.
    List {
        /// One more than there are rows.
        offsets: Offsets<'a>,
        /// The elements' fields.
        elements: Box<Columns<'a>>,
    },
}

/// Offsets of a list, narrow or wide.
#[derive(Debug, Clone, Copy)]
pub enum Offsets<'a> {
    /// 32 bits.
    Narrow(&'a [i32]),
    /// 64 bits.
    Wide(&'a [i64]),
}

impl Offsets<'_> {
    /// Offset `at`.
    pub fn get(&self, at: usize) -> usize {
        match self {
            Offsets::Narrow(offsets) => offsets[at] as usize,
            Offsets::Wide(offsets) => offsets[at] as usize,
        }
    }

    /// Number of lists.
    pub fn rows(&self) -> usize {
        let offsets = match self {
            Offsets::Narrow(offsets) => offsets.len(),
            Offsets::Wide(offsets) => offsets.len(),
        };
        offsets.saturating_sub(1)
    }
}

/// Named columns of one length: a batch of rows.
#[derive(Debug, Clone, Default)]
pub struct Columns<'a> {
    /// Number of rows, also where there are no columns.
    pub rows: usize,
    /// Columns in their order.
    pub columns: Vec<(Cow<'a, str>, Column<'a>)>,
}

impl<'a> Columns<'a> {
    /// An empty batch of `rows` rows.
    pub fn new(rows: usize) -> Self {
        Columns { rows, columns: Vec::new() }
    }

    /// Adds a column.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'a, str>>, column: Column<'a>) -> Self {
        self.columns.push((name.into(), column));
        self
    }

    /// The column with exactly this name.
    pub fn get(&self, name: &str) -> Option<&Column<'a>> {
        self.columns.iter().find(|(own, _)| own == name).map(|(_, column)| column)
    }
}

impl<'a> Column<'a> {
    /// A column without nulls.
    pub fn new(data: Data<'a>) -> Self {
        Column { data, validity: None }
    }

    /// A column with nulls where `validity` is clear.
    pub fn nullable(data: Data<'a>, validity: Option<Bits<'a>>) -> Self {
        Column { data, validity }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Null(len) => *len,
            Data::Bool(bits) => bits.len(),
            Data::I8(values) => values.len(),
            Data::I16(values) => values.len(),
            Data::I32(values) | Data::Date32(values) => values.len(),
            Data::I64(values) => values.len(),
            Data::U8(values) => values.len(),
            Data::U16(values) => values.len(),
            Data::U32(values) => values.len(),
            Data::U64(values) => values.len(),
            Data::F32(values) => values.len(),
            Data::F64(values) => values.len(),
            Data::Decimal128 { values, .. } => values.len(),
            Data::Utf8 { offsets, .. } => offsets.len().saturating_sub(1),
            Data::LargeUtf8 { offsets, .. } => offsets.len().saturating_sub(1),
            Data::Utf8View { views, .. } => views.len(),
            Data::Dictionary { keys, .. } => keys.len(),
            Data::List { offsets, .. } => offsets.rows(),
        }
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Value `at` as the data have it, for keys and messages; empty for a null.
    pub fn show(&self, at: usize) -> String {
        raw::show(self, at)
    }

    /// Whether value `at` is there; a dictionary's null value counts as absent when it is read.
    pub fn is_valid(&self, at: usize) -> bool {
        !matches!(self.data, Data::Null(_)) && self.validity.is_none_or(|bits| bits.get(at))
    }
}
