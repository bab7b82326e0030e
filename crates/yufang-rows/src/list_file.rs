//! Lists that come as a file of their own, joined to their owners by key.

use rustc_hash::FxHashMap;
use yufang::column::{Column, Columns, Data};
use yufang::diagnostic::{Diagnostic, Message, Severity};
use yufang::model::Field;
use yufang::text::fold;

use crate::batch::{Batch, Cells, ListColumn};
use crate::problem::{ReadError, RowProblem};
use crate::shape::names;
use crate::text_column::TextColumn;

/// Most orphans that a finding names.
const NAMED: usize = 5;

/// All elements of one list, by their owners' keys. It is read whole; then batches are attached.
#[derive(Debug, Clone)]
pub struct ListFile {
    list: String,
    file: String,
    /// The key's name and label.
    keys: Vec<String>,
    fields: Vec<(String, TextColumn)>,
    elements: usize,
    owners: FxHashMap<String, Owner>,
    unreadable: Vec<RowProblem>,
}

#[derive(Debug, Clone, Default)]
struct Owner {
    elements: Vec<usize>,
    met: bool,
}

impl ListFile {
    /// Elements of `list` from `file`, whose owner stands in the column of the subject's key.
    pub fn new(list: impl Into<String>, file: impl Into<String>, key: &Field) -> Self {
        ListFile {
            list: list.into(),
            file: file.into(),
            keys: names(&key.name, key.label.as_deref()),
            fields: Vec::new(),
            elements: 0,
            owners: FxHashMap::default(),
            unreadable: Vec::new(),
        }
    }

    /// The list's name.
    pub fn list(&self) -> &str {
        &self.list
    }

    /// Adds a batch of elements.
    ///
    /// # Errors
    /// Where no column names the owner.
    pub fn add(&mut self, elements: &Columns<'_>) -> Result<(), ReadError> {
        let Some(owner) = self.key_column(elements) else {
            let (file, list) = (self.file.clone(), self.list.clone());
            return Err(ReadError::NoOwner { file, list, key: self.keys[0].clone() });
        };
        for (at, (name, column)) in elements.columns.iter().enumerate() {
            if at != owner {
                self.fill(name, column, elements.rows);
            }
        }
        let keys = &elements.columns[owner].1;
        for row in 0..elements.rows {
            let shown = keys.show(row);
            let key = fold(&shown).into_owned();
            self.owners.entry(key).or_default().elements.push(self.elements + row);
        }
        self.elements += elements.rows;
        Ok(())
    }

    /// Adds a batch of elements from a text file.
    ///
    /// # Errors
    /// As [`ListFile::add`].
    pub fn add_batch(&mut self, batch: &Batch) -> Result<(), ReadError> {
        self.unreadable.extend(batch.unreadable().iter().map(|(_, problem)| problem.clone()));
        self.add(&batch.columns())
    }

    /// Says that all elements are there.
    ///
    /// # Errors
    /// Where elements could not be read: whose they are is not known, and leaving them out would
    /// lower their owners' risk without a word.
    pub fn complete(&self) -> Result<(), ReadError> {
        match self.unreadable.first() {
            None => Ok(()),
            Some(first) => Err(ReadError::Elements {
                file: self.file.clone(),
                list: self.list.clone(),
                count: self.unreadable.len(),
                first: first.clone(),
            }),
        }
    }

    fn fill(&mut self, name: &str, column: &Column<'_>, rows: usize) {
        let at = self.fields.iter().position(|(own, _)| own == name).unwrap_or_else(|| {
            self.fields.push((name.to_owned(), TextColumn::default()));
            self.fields.len() - 1
        });
        let cells = &mut self.fields[at].1;
        cells.pad(self.elements);
        for row in 0..rows {
            let shown = column.show(row);
            cells.push((!shown.is_empty()).then_some(shown.as_str()));
        }
    }

    /// The lists of rows with these keys. A key without elements has an empty list; a row without
    /// key has none.
    fn gather(&mut self, keys: &Column<'_>) -> ListColumn {
        let mut lists = ListColumn::with_fields(self.fields.iter().map(|(name, _)| name.as_str()));
        for row in 0..keys.len() {
            let shown = keys.show(row);
            let key = fold(&shown);
            if let Some(owner) = self.owners.get_mut(key.as_ref()).filter(|_| !key.is_empty()) {
                owner.met = true;
                for element in &owner.elements {
                    for (name, cells) in &self.fields {
                        lists.set(name, (*element < cells.len()).then(|| cells.get(*element)).flatten());
                    }
                    lists.end_element();
                }
            }
            lists.end_row(!key.is_empty());
        }
        lists
    }

    fn key_column(&self, columns: &Columns<'_>) -> Option<usize> {
        columns.columns.iter().position(|(name, _)| self.keys.iter().any(|key| *key == fold(name)))
    }

    /// The lists of the rows of a table, whose key is among its columns.
    ///
    /// # Errors
    /// Where the table already has a column of the list's name.
    pub fn join(&mut self, columns: &Columns<'_>) -> Result<ListColumn, ReadError> {
        let list = fold(&self.list).into_owned();
        if columns.columns.iter().any(|(name, _)| fold(name) == list) {
            return Err(ReadError::ListTwice { list: self.list.clone() });
        }
        let none = Column::new(Data::Null(columns.rows));
        let keys = self.key_column(columns).map_or(&none, |at| &columns.columns[at].1);
        Ok(self.gather(keys))
    }

    /// Adds the list as a column of a batch.
    ///
    /// # Errors
    /// Where the batch already has a column of the list's name.
    pub fn attach(&mut self, batch: &mut Batch) -> Result<(), ReadError> {
        let lists = self.join(&batch.columns())?;
        batch.names.push(self.list.as_str().into());
        batch.cells.push(Cells::List(lists));
        Ok(())
    }

    /// What is to be said when all batches are attached: elements whose owner was never met.
    pub fn orphans(&self) -> Option<Diagnostic> {
        let mut keys: Vec<&str> =
            self.owners.iter().filter(|(_, owner)| !owner.met).map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        let elements: usize = keys.iter().map(|key| self.owners[*key].elements.len()).sum();
        let named = keys.iter().take(NAMED).map(|key| format!("{key:?}")).collect::<Vec<_>>().join(", ");
        let more = if keys.len() > NAMED { ", …" } else { "" };
        (!keys.is_empty()).then(|| {
            Diagnostic::new(
                "W0710",
                Severity::Warning,
                Message::new(
                    format!(
                        "{}：“{}”有 {elements} 项属于输入中没有的 {} 个主键：{named}{more}",
                        self.file, self.list, keys.len()
                    ),
                    format!(
                        "{}: {elements} elements of {:?} belong to {} keys that the input does not have: {named}{more}",
                        self.file, self.list, keys.len()
                    ),
                ),
            )
        })
    }
}
