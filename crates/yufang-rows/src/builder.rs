//! Batches, cell by cell.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::batch::{Batch, Cells, ListColumn};
use crate::json::Object;
use crate::problem::{Fault, RowProblem};
use crate::shape::Shape;
use crate::text_column::TextColumn;

/// Where a batch ends: at the first of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSize {
    /// Rows.
    pub rows: usize,
    /// Bytes of text.
    pub bytes: usize,
}

impl Default for BatchSize {
    fn default() -> Self {
        BatchSize { rows: 8192, bytes: 64 << 20 }
    }
}

/// Builds batch after batch. A column that was met once is a column of every later batch, at the
/// same place: what is bound to the first batch fits the later ones.
pub(crate) struct Builder {
    pub(crate) shape: Shape,
    size: BatchSize,
    index: FxHashMap<Arc<str>, usize>,
    bytes: usize,
    batch: Batch,
}

impl Builder {
    pub(crate) fn new(shape: Shape, size: BatchSize) -> Self {
        Builder { shape, size, index: FxHashMap::default(), bytes: 0, batch: Batch::default() }
    }

    /// The place of a column, made where there is none.
    pub(crate) fn place(&mut self, name: &str) -> usize {
        if let Some(at) = self.index.get(name) {
            return *at;
        }
        let (at, name) = (self.batch.names.len(), Arc::<str>::from(name));
        let list = self.shape.list(&name).is_some();
        self.batch.cells.push(match list {
            true => Cells::List(ListColumn::default()),
            false => Cells::Text(TextColumn::default()),
        });
        self.batch.names.push(Arc::clone(&name));
        self.index.insert(name, at);
        at
    }

    pub(crate) fn name(&self, place: usize) -> &str {
        &self.batch.names[place]
    }

    pub(crate) fn is_list(&self, place: usize) -> bool {
        matches!(self.batch.cells[place], Cells::List(_))
    }

    /// Sets a text cell of the row that `end_row` ends. Cells that are not set are null.
    pub(crate) fn text(&mut self, place: usize, cell: Option<&str>) {
        let row = self.batch.lines.len();
        if let Cells::Text(column) = &mut self.batch.cells[place] {
            column.pad(row);
            column.push(cell);
            self.bytes += cell.map_or(0, str::len);
        }
    }

    /// Sets a list of the row that `end_row` ends: `elements`, none of which names a key twice.
    pub(crate) fn list(&mut self, place: usize, elements: &[Object<'_>]) -> Result<(), Fault> {
        let row = self.batch.lines.len();
        let name = Arc::clone(&self.batch.names[place]);
        let shape = self.shape.list(&name);
        let mut rows = Vec::with_capacity(elements.len());
        for element in elements {
            rows.push(
                element
                    .scalars(|field| shape.is_some_and(|at| self.shape.is_element_field(at, field)), &name)?,
            );
        }
        if let Cells::List(list) = &mut self.batch.cells[place] {
            list.finish(row);
            for cells in rows {
                for (field, cell) in cells {
                    self.bytes += cell.as_ref().map_or(0, |cell| cell.len());
                    list.set(field, cell.as_deref());
                }
                list.end_element();
            }
            list.end_row(true);
        }
        Ok(())
    }

    /// Ends a row, with the first problem that reading it met.
    pub(crate) fn end_row(&mut self, line: u64, fault: Option<Fault>) {
        if let Some(fault) = fault {
            self.batch.unreadable.push((self.batch.lines.len(), RowProblem { line, fault }));
        }
        self.batch.lines.push(line);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.batch.lines.len() >= self.size.rows || self.bytes >= self.size.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.batch.lines.is_empty()
    }

    /// The batch, finished; the next one has the same columns.
    pub(crate) fn take(&mut self) -> Batch {
        let rows = self.batch.lines.len();
        let next = |cells: &Cells| match cells {
            Cells::Text(_) => Cells::Text(TextColumn::default()),
            Cells::List(list) => Cells::List(list.empty_like()),
        };
        let empty = Batch {
            names: self.batch.names.clone(),
            cells: self.batch.cells.iter().map(next).collect(),
            ..Batch::default()
        };
        for cells in &mut self.batch.cells {
            match cells {
                Cells::Text(column) => column.pad(rows),
                Cells::List(list) => list.finish(rows),
            }
        }
        self.bytes = 0;
        std::mem::replace(&mut self.batch, empty)
    }
}
