//! A batch of rows, owned, that lends itself as columns.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use yufang::column::{Column, Columns, Data, Offsets};
use yufang::verdict::Verdicts;

use crate::problem::RowProblem;
use crate::text_column::{TextColumn, Validity};

/// Rows of an input in its order. Rows that could not be read are among them: their cells are
/// null as far as they could not be read, and [`Batch::settle`] makes them invalid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    pub(crate) lines: Vec<u64>,
    pub(crate) names: Vec<Arc<str>>,
    pub(crate) cells: Vec<Cells>,
    pub(crate) unreadable: Vec<(usize, RowProblem)>,
}

/// The cells of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cells {
    Text(TextColumn),
    List(ListColumn),
}

impl Batch {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The line of a row in its file, or the number of its record, from 1.
    pub fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// The rows that could not be read whole, ascending.
    pub fn unreadable(&self) -> &[(usize, RowProblem)] {
        &self.unreadable
    }

    /// The rows as columns, borrowed.
    pub fn columns(&self) -> Columns<'_> {
        let mut columns = Columns::new(self.rows());
        for (name, cells) in self.names.iter().zip(&self.cells) {
            let column = match cells {
                Cells::Text(texts) => texts.column(),
                Cells::List(list) => list.column(),
            };
            columns = columns.with(&**name, column);
        }
        columns
    }

    /// Makes the rows invalid that could not be read whole, with what is wrong with them.
    pub fn settle(&self, verdicts: &mut Verdicts) {
        for (row, problem) in &self.unreadable {
            verdicts.invalidate(*row, problem.into());
        }
    }
}

/// A list for each row, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListColumn {
    offsets: Vec<i64>,
    validity: Validity,
    elements: Fields,
}

/// Columns of text that are found by name and grow together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Fields {
    rows: usize,
    names: Vec<Arc<str>>,
    columns: Vec<TextColumn>,
    index: FxHashMap<Arc<str>, usize>,
}

impl Fields {
    fn column(&mut self, name: &str) -> &mut TextColumn {
        let at = self.index.get(name).copied().unwrap_or_else(|| {
            let (at, name) = (self.names.len(), Arc::<str>::from(name));
            self.names.push(Arc::clone(&name));
            self.columns.push(TextColumn::default());
            self.index.insert(name, at);
            at
        });
        let rows = self.rows;
        let column = &mut self.columns[at];
        column.pad(rows);
        column
    }

    fn end_row(&mut self) {
        self.rows += 1;
    }
}

impl Default for ListColumn {
    fn default() -> Self {
        ListColumn { offsets: vec![0], validity: Validity::default(), elements: Fields::default() }
    }
}

impl ListColumn {
    /// A list without rows whose elements have these columns.
    pub fn with_fields<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut list = ListColumn::default();
        for name in names {
            list.elements.column(name);
        }
        list
    }

    /// Sets a cell of the element that [`ListColumn::end_element`] ends.
    pub fn set(&mut self, field: &str, cell: Option<&str>) {
        self.elements.column(field).push(cell);
    }

    /// Ends an element of the row that [`ListColumn::end_row`] ends.
    pub fn end_element(&mut self) {
        self.elements.end_row();
    }

    /// Ends a row: with its elements, or without a list, which is not the same as an empty one.
    pub fn end_row(&mut self, supplied: bool) {
        self.offsets.push(self.elements.rows as i64);
        self.validity.push(supplied);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.validity.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Brings all columns of the elements to one length.
    pub(crate) fn finish(&mut self, rows: usize) {
        while self.len() < rows {
            self.end_row(false);
        }
        let elements = self.elements.rows;
        self.elements.columns.iter_mut().for_each(|column| column.pad(elements));
    }

    /// A list without rows whose elements have the same columns.
    pub(crate) fn empty_like(&self) -> Self {
        ListColumn::with_fields(self.elements.names.iter().map(AsRef::as_ref))
    }

    /// The column, borrowed.
    pub fn column(&self) -> Column<'_> {
        let mut elements = Columns::new(self.elements.rows);
        for (name, column) in self.elements.names.iter().zip(&self.elements.columns) {
            elements = elements.with(&**name, column.column());
        }
        let data = Data::List { offsets: Offsets::Wide(&self.offsets), elements: Box::new(elements) };
        Column::nullable(data, self.validity.bits())
    }
}
