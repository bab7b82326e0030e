//! Which column is which field, found once for a table of rows.

use crate::column::raw::show;
use crate::column::{Columns, Data};
use crate::diagnostic::{Diagnostic, Message, Severity, has_errors};
use crate::model::{Field, Model};
use crate::text::fold;

/// Where each field of a model stands among a table's columns.
#[derive(Debug, Clone)]
pub struct Binding {
    pub(crate) fields: Vec<Option<usize>>,
    pub(crate) lists: Vec<Option<usize>>,
    /// What is worth saying about the columns; no error among it.
    pub findings: Vec<Diagnostic>,
}

impl Binding {
    /// The rows whose key is `key`, compared as texts compare.
    pub fn rows_of_key(&self, model: &Model, columns: &Columns<'_>, key: &str) -> Vec<usize> {
        let column = model.key().and_then(|own| self.fields[own.index()]).map(|at| &columns.columns[at].1);
        let Some(column) = column else { return Vec::new() };
        let wanted = fold(key);
        (0..columns.rows).filter(|row| fold(&show(column, *row)) == wanted).collect()
    }
}

/// Why columns do not fit a rule set.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", .findings.iter().map(|finding| finding.message.en.as_str()).collect::<Vec<_>>().join("; "))]
pub struct BindError {
    /// Everything that was found; at least one error.
    pub findings: Vec<Diagnostic>,
}

/// Finds the column of each field and list: by its name, or by its label.
///
/// # Errors
/// - `E0701`: no column for a required field or list;
/// - `E0702`: a field's name and its label are both columns, or one name stands twice;
/// - `E0703`: an unknown column whose name resembles a field that has no column.
pub fn bind<'a>(model: &Model, names: impl IntoIterator<Item = &'a str>) -> Result<Binding, BindError> {
    let names: Vec<&str> = names.into_iter().collect();
    let folded: Vec<String> = names.iter().map(|name| fold(name).into_owned()).collect();
    let mut binder =
        Binder { names: &names, folded: &folded, taken: vec![false; names.len()], findings: Vec::new() };
    let subject = &model.subject;
    let fields: Vec<_> =
        subject.fields.iter().map(|field| binder.find(&field.name, field.label.as_deref())).collect();
    let lists: Vec<_> =
        subject.lists.iter().map(|list| binder.find(&list.name, list.label.as_deref())).collect();
    let absent_fields = subject.fields.iter().zip(&fields).filter(|(_, column)| column.is_none());
    let absent_lists = subject.lists.iter().zip(&lists).filter(|(_, column)| column.is_none());
    let absent: Vec<(&str, Option<&str>)> = absent_fields
        .clone()
        .map(|(field, _)| (field.name.as_str(), field.label.as_deref()))
        .chain(absent_lists.clone().map(|(list, _)| (list.name.as_str(), list.label.as_deref())))
        .collect();
    binder.unknown(&absent);
    binder.findings.extend(absent_fields.map(|(field, _)| absent_field(field)));
    binder.findings.extend(absent_lists.map(|(list, _)| absent_column(&list.name, list.optional, false)));
    let findings = binder.findings;
    if has_errors(&findings) {
        return Err(BindError { findings });
    }
    Ok(Binding { fields, lists, findings })
}

/// Finds the columns of a list's elements. What is absent is missing in every element.
///
/// # Errors
/// As [`bind`].
pub(crate) fn bind_elements(
    fields: &[Field],
    columns: &Columns<'_>,
) -> Result<Vec<Option<usize>>, BindError> {
    let names: Vec<&str> = columns.columns.iter().map(|(name, _)| name.as_ref()).collect();
    let folded: Vec<String> = names.iter().map(|name| fold(name).into_owned()).collect();
    let mut binder =
        Binder { names: &names, folded: &folded, taken: vec![false; names.len()], findings: Vec::new() };
    let found: Vec<_> = fields.iter().map(|field| binder.find(&field.name, field.label.as_deref())).collect();
    let absent: Vec<&Field> =
        fields.iter().zip(&found).filter(|(_, column)| column.is_none()).map(|(field, _)| field).collect();
    let names: Vec<_> = absent.iter().map(|field| (field.name.as_str(), field.label.as_deref())).collect();
    binder.unknown(&names);
    let has_rows = columns.rows > 0;
    binder.findings.extend(absent.into_iter().filter(|_| has_rows).map(absent_field));
    if has_errors(&binder.findings) {
        return Err(BindError { findings: binder.findings });
    }
    Ok(found)
}

/// The columns of a list's elements, where a column holds lists.
pub(crate) fn elements<'c, 'a>(data: &'c Data<'a>) -> Option<&'c Columns<'a>> {
    match data {
        Data::List { elements, .. } => Some(elements),
        _ => None,
    }
}

struct Binder<'a> {
    names: &'a [&'a str],
    folded: &'a [String],
    taken: Vec<bool>,
    findings: Vec<Diagnostic>,
}

impl Binder<'_> {
    fn find(&mut self, name: &str, label: Option<&str>) -> Option<usize> {
        let label = label.map(fold);
        let fits = |own: &String| own == name || label.as_deref() == Some(own.as_str());
        let found: Vec<usize> = (0..self.folded.len()).filter(|at| fits(&self.folded[*at])).collect();
        found.iter().for_each(|at| self.taken[*at] = true);
        if let [first, second, ..] = found[..] {
            let (one, two) = (self.names[first], self.names[second]);
            self.findings.push(Diagnostic::new(
                "E0702",
                Severity::Error,
                Message::new(
                    format!("列“{one}”与列“{two}”都是字段“{name}”"),
                    format!("columns {one:?} and {two:?} are both the field {name:?}"),
                ),
            ));
        }
        found.first().copied()
    }

    /// A misspelt column of a hazard would lower the risk without a word: refuse it.
    fn unknown(&mut self, absent: &[(&str, Option<&str>)]) {
        for (at, own) in self.folded.iter().enumerate().filter(|(at, _)| !self.taken[*at]) {
            let resembles = |name: &str| resembles(own, name);
            let like = absent.iter().find(|(name, label)| resembles(name) || label.is_some_and(resembles));
            if let Some((field, _)) = like {
                let name = self.names[at];
                self.findings.push(Diagnostic::new(
                    "E0703",
                    Severity::Error,
                    Message::new(
                        format!("未知的列“{name}”与没有列的字段“{field}”相似，是不是写错了？"),
                        format!("unknown column {name:?} resembles the field {field:?}, which has no column: misspelt?"),
                    ),
                ));
            }
        }
    }
}

fn absent_field(field: &Field) -> Diagnostic {
    absent_column(&field.name, field.optional, field.default.is_some())
}

fn absent_column(name: &str, optional: bool, default: bool) -> Diagnostic {
    match (default, optional) {
        (true, _) => Diagnostic::new(
            "N0705",
            Severity::Note,
            Message::new(
                format!("没有列“{name}”：每行取缺省值"),
                format!("no column {name:?}: every row takes the default"),
            ),
        ),
        (_, true) => Diagnostic::new(
            "W0704",
            Severity::Warning,
            Message::new(
                format!("没有列“{name}”：每行都缺此项"),
                format!("no column {name:?}: it is missing in every row"),
            ),
        ),
        (false, false) => Diagnostic::new(
            "E0701",
            Severity::Error,
            Message::new(
                format!("没有必填的列“{name}”"),
                format!("no column for the required field {name:?}"),
            ),
        ),
    }
}

/// Whether two different names are so near that one is probably the other misspelt.
fn resembles(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-', ' ', '.'], "");
    let (a, b) = (plain(a), plain(b));
    if a == b {
        return true;
    }
    let longest = a.chars().count().max(b.chars().count());
    let distance = strsim::damerau_levenshtein(&a, &b);
    match longest {
        // Two Chinese characters are a word; two Latin letters are no more than a symbol.
        2 => !a.is_ascii() && !b.is_ascii() && distance <= 1,
        0..=1 => false,
        3..=5 => distance <= 1,
        6..=11 => distance <= 2,
        _ => distance <= 3,
    }
}

#[cfg(test)]
mod tests {
    use super::resembles;

    #[test]
    fn near_names_resemble_and_far_ones_do_not() {
        assert!(resembles("Blacklisted", "black_listed"));
        assert!(resembles("explosive_kinds", "explosives_kinds"));
        assert!(resembles("危化品数", "危化品量"));
        assert!(!resembles("address", "industry"));
        assert!(!resembles("S", "R"));
        assert!(!resembles("名", "品"));
        assert!(resembles("停厂", "停产"));
        assert!(!resembles("q1", "q2"));
    }
}
