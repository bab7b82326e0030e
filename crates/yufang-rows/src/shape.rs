//! Which columns a rule set reads, and which of them hold lists.

use rustc_hash::FxHashSet;
use yufang::model::{Field, Model};
use yufang::text::fold;

/// The names of a rule set's fields and lists, as a reader needs them: a JSON array is a list only
/// where the rule set has one, and what no rule reads need not be read from a file of columns.
///
/// The default knows no names: every column of a text file is text, and none of an Arrow file is read.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    fields: FxHashSet<String>,
    lists: Vec<ListShape>,
}

#[derive(Debug, Clone)]
struct ListShape {
    names: Vec<String>,
    fields: FxHashSet<String>,
}

impl Shape {
    /// The names of a model.
    pub fn of(model: &Model) -> Shape {
        let subject = &model.subject;
        let lists = subject.lists.iter().map(|list| ListShape {
            names: names(&list.name, list.label.as_deref()),
            fields: all_names(&list.fields),
        });
        Shape { fields: all_names(&subject.fields), lists: lists.collect() }
    }

    /// The names of the elements of a model's list, where they come as a file of their own: their
    /// fields, and the key of their owner.
    ///
    /// # Panics
    /// Where the model has no list at that position.
    pub fn of_list(model: &Model, list: usize) -> Shape {
        let mut fields = all_names(&model.subject.lists[list].fields);
        let key = model.key().map(|id| &model.subject.fields[id.index()]);
        fields.extend(key.into_iter().flat_map(|key| names(&key.name, key.label.as_deref())));
        Shape { fields, lists: Vec::new() }
    }

    /// The position of the list that a column holds, by its name or label.
    pub fn list(&self, column: &str) -> Option<usize> {
        let column = fold(column);
        self.lists.iter().position(|list| list.names.iter().any(|name| *name == column))
    }

    /// Whether a column is a field that holds one value a row.
    pub fn is_field(&self, column: &str) -> bool {
        self.fields.contains(fold(column).as_ref())
    }

    /// Whether a column is a field of the elements of a list.
    pub fn is_element_field(&self, list: usize, column: &str) -> bool {
        self.lists[list].fields.contains(fold(column).as_ref())
    }
}

fn all_names(fields: &[Field]) -> FxHashSet<String> {
    fields.iter().flat_map(|field| names(&field.name, field.label.as_deref())).collect()
}

/// The names by which a column is found: the name and, where there is one, the label.
pub(crate) fn names(name: &str, label: Option<&str>) -> Vec<String> {
    let label = label.filter(|label| !label.is_empty());
    [Some(name), label].into_iter().flatten().map(|name| fold(name).into_owned()).collect()
}
