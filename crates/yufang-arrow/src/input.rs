//! A batch of input, whatever it came from.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::DataType;
use arrow_select::take::take;
use yufang::column::Columns;
use yufang::verdict::Verdicts;
use yufang_rows::{Batch, Contract, ListFile};

use crate::error::InputError;
use crate::table::Table;

/// A batch of rows of CSV, NDJSON or records, or of Arrow or Parquet.
#[derive(Debug, Clone)]
pub enum Input {
    /// Rows of text.
    Rows(Batch),
    /// Rows of typed columns.
    Table(Table),
}

impl Input {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Input::Rows(batch) => batch.rows(),
            Input::Table(table) => table.rows(),
        }
    }

    /// The rows as columns, borrowed.
    pub fn columns(&self) -> Columns<'_> {
        match self {
            Input::Rows(batch) => batch.columns(),
            Input::Table(table) => table.columns(),
        }
    }

    /// Adds a list that comes as a file of its own. This is for whoever reads, not for those who
    /// grade side by side: the file notes which keys are met.
    ///
    /// # Errors
    /// Where there already is a column of the list's name.
    pub fn attach(&mut self, list: &mut ListFile) -> Result<(), InputError> {
        match self {
            Input::Rows(batch) => Ok(list.attach(batch)?),
            Input::Table(table) => table.attach(list),
        }
    }

    /// Makes the rows invalid that could not be read whole.
    pub fn settle(&self, verdicts: &mut Verdicts) {
        if let Input::Rows(batch) = self {
            batch.settle(verdicts);
        }
    }

    /// The key's column as an array: as it came, where it came as one.
    pub fn key(&self, contract: &Contract) -> Option<ArrayRef> {
        let columns = self.columns();
        let key = contract.key_of(&columns)?;
        let given = match self {
            Input::Table(table) => {
                let name = columns.columns.iter().find(|(_, column)| std::ptr::eq(column, key));
                name.and_then(|(name, _)| table.array(name)).cloned()
            }
            Input::Rows(_) => None,
        };
        let shown = || (0..key.len()).map(|row| key.is_valid(row).then(|| key.show(row)));
        Some(match given {
            Some(array) => plain(&array),
            None => Arc::new(shown().collect::<StringArray>()),
        })
    }
}

/// A dictionary's values row by row: the dictionaries of two batches may differ, which the Arrow
/// file format cannot hold.
fn plain(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            take(dictionary.values(), dictionary.keys(), None).unwrap_or_else(|_| Arc::clone(array))
        }
        _ => Arc::clone(array),
    }
}
