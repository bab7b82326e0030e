//! A record batch, made ready to be lent as columns.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Schema};
use yufang::column::{Column, Columns, Data, Offsets};
use yufang_rows::{ListColumn, ListFile, Shape};

use crate::error::{Hint, InputError};
use crate::{convert, lend};

/// The rows of a record batch. Columns that no rule reads are there by name only, so that a
/// misspelt one is still found.
#[derive(Debug, Clone)]
pub struct Table {
    rows: usize,
    columns: Vec<(String, Stored)>,
    joined: Vec<(String, ListColumn)>,
}

#[derive(Debug, Clone)]
enum Stored {
    Unread,
    /// The array as it came, and as it is lent.
    Scalar {
        given: ArrayRef,
        lent: ArrayRef,
    },
    List(ListArray),
}

#[derive(Debug, Clone)]
struct ListArray {
    offsets: StoredOffsets,
    nulls: Option<NullBuffer>,
    elements: usize,
    fields: Vec<(String, Option<ArrayRef>)>,
}

#[derive(Debug, Clone)]
enum StoredOffsets {
    Narrow(OffsetBuffer<i32>),
    Wide(OffsetBuffer<i64>),
}

impl Table {
    /// Makes a batch ready. `file` is the input's name in messages.
    ///
    /// # Errors
    /// Where a column that `shape` names is of a type that cannot hold its values.
    pub fn new(file: &str, batch: &RecordBatch, shape: &Shape) -> Result<Table, InputError> {
        Table::of(file, batch, batch.schema_ref(), shape)
    }

    /// As [`Table::new`], for a batch that holds only some of the columns of `whole`.
    pub(crate) fn of(
        file: &str,
        batch: &RecordBatch,
        whole: &Schema,
        shape: &Shape,
    ) -> Result<Table, InputError> {
        let mut columns: Vec<(String, Stored)> = Vec::with_capacity(whole.fields().len());
        for field in whole.fields() {
            let name = field.name();
            if columns.iter().any(|(own, _)| own == name) {
                return Err(InputError::DuplicateColumn { file: file.to_owned(), column: name.clone() });
            }
            let stored = match batch.column_by_name(name) {
                Some(array) => stored(file, name, array, shape)?,
                None => Stored::Unread,
            };
            columns.push((name.clone(), stored));
        }
        Ok(Table { rows: batch.num_rows(), columns, joined: Vec::new() })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows as columns, borrowed.
    pub fn columns(&self) -> Columns<'_> {
        let mut columns = Columns::new(self.rows);
        for (name, stored) in &self.columns {
            let column = match stored {
                Stored::Unread => Column::new(Data::Null(self.rows)),
                Stored::Scalar { lent, .. } => lend::column(lent),
                Stored::List(list) => list.column(),
            };
            columns = columns.with(name.as_str(), column);
        }
        for (name, list) in &self.joined {
            columns = columns.with(name.as_str(), list.column());
        }
        columns
    }

    /// Adds a list that comes as a file of its own.
    ///
    /// # Errors
    /// Where the table already has a column of the list's name.
    pub fn attach(&mut self, file: &mut ListFile) -> Result<(), InputError> {
        let list = file.join(&self.columns())?;
        self.joined.push((file.list().to_owned(), list));
        Ok(())
    }

    /// The array of a column, as it came.
    pub fn array(&self, name: &str) -> Option<&ArrayRef> {
        self.columns.iter().find(|(own, _)| own == name).and_then(|(_, stored)| match stored {
            Stored::Scalar { given, .. } => Some(given),
            Stored::Unread | Stored::List(_) => None,
        })
    }
}

impl ListArray {
    fn column(&self) -> Column<'_> {
        let mut elements = Columns::new(self.elements);
        for (name, field) in &self.fields {
            let nothing = || Column::new(Data::Null(self.elements));
            elements = elements.with(name.as_str(), field.as_ref().map_or_else(nothing, lend::column));
        }
        let offsets = match &self.offsets {
            StoredOffsets::Narrow(offsets) => Offsets::Narrow(offsets),
            StoredOffsets::Wide(offsets) => Offsets::Wide(offsets),
        };
        let data = Data::List { offsets, elements: Box::new(elements) };
        Column::nullable(data, lend::validity(self.nulls.as_ref()))
    }
}

fn stored(file: &str, name: &str, array: &ArrayRef, shape: &Shape) -> Result<Stored, InputError> {
    if let Some(list) = shape.list(name) {
        return Ok(Stored::List(list_array(file, name, array, shape, list)?));
    }
    if !shape.is_field(name) {
        return Ok(Stored::Unread);
    }
    let lent = convert::scalar(array).map_err(|hint| unsupported(file, name, array, hint))?;
    Ok(Stored::Scalar { given: array.clone(), lent })
}

fn list_array(
    file: &str,
    name: &str,
    array: &ArrayRef,
    shape: &Shape,
    list: usize,
) -> Result<ListArray, InputError> {
    let (offsets, values) = match array.data_type() {
        DataType::List(_) => {
            let own = array.as_list::<i32>();
            (StoredOffsets::Narrow(own.offsets().clone()), own.values())
        }
        DataType::LargeList(_) => {
            let own = array.as_list::<i64>();
            (StoredOffsets::Wide(own.offsets().clone()), own.values())
        }
        DataType::FixedSizeList(_, size) => {
            let own = array.as_fixed_size_list();
            let lengths = std::iter::repeat_n(usize::try_from(*size).unwrap_or(0), own.len());
            (StoredOffsets::Narrow(OffsetBuffer::from_lengths(lengths)), own.values())
        }
        DataType::Null => return Ok(no_lists(array.len())),
        _ => return Err(unsupported(file, name, array, Hint::List)),
    };
    let structs = values.as_struct_opt().ok_or_else(|| unsupported(file, name, array, Hint::List))?;
    let fields = fields(file, name, structs, shape, list)?;
    Ok(ListArray { offsets, nulls: array.nulls().cloned(), elements: structs.len(), fields })
}

fn no_lists(rows: usize) -> ListArray {
    let offsets = StoredOffsets::Narrow(OffsetBuffer::new_zeroed(rows));
    ListArray { offsets, nulls: Some(NullBuffer::new_null(rows)), elements: 0, fields: Vec::new() }
}

fn fields(
    file: &str,
    list_name: &str,
    structs: &StructArray,
    shape: &Shape,
    list: usize,
) -> Result<Vec<(String, Option<ArrayRef>)>, InputError> {
    // A null element is an element without values: its nulls are handed down to its fields.
    let (fields, arrays) = structs.flatten();
    let one = |(field, array): (&arrow_schema::FieldRef, &ArrayRef)| {
        let name = field.name().clone();
        if !shape.is_element_field(list, &name) {
            return Ok((name, None));
        }
        let lent = convert::scalar(array)
            .map_err(|hint| unsupported(file, &format!("{list_name}.{name}"), array, hint))?;
        Ok((name, Some(lent)))
    };
    fields.iter().zip(&arrays).map(one).collect()
}

fn unsupported(file: &str, column: &str, array: &ArrayRef, hint: Hint) -> InputError {
    let data_type = Box::new(array.data_type().clone());
    InputError::Unsupported { file: file.to_owned(), column: column.to_owned(), data_type, hint }
}
