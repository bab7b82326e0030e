//! Verdicts → NDJSON: one object a line.

use serde_json::to_string;
use yufang::column::Column;
use yufang::diagnostic::Language;
use yufang::verdict::Verdicts;

use crate::contract::{Cell, Contract};

/// The lines of a batch. Exact numbers are strings; what is empty is null.
pub fn ndjson_rows(
    contract: &Contract,
    verdicts: &Verdicts,
    keys: Option<&Column<'_>>,
    language: Language,
) -> Vec<u8> {
    let names: Vec<String> = contract.columns().iter().map(|name| quoted(name)).collect();
    let mut out = String::with_capacity(verdicts.rows() * 128);
    for row in 0..verdicts.rows() {
        let mut object = Object { out: &mut out, names: names.iter(), first: true };
        if contract.key().is_some() {
            object.text(keys.map(|keys| keys.show(row)).as_deref());
        }
        object.text(Some(Contract::status(verdicts.status[row])));
        object.text(contract.tier(verdicts, row));
        object.joined(|out| contract.possible(verdicts, row, out));
        object.value(&contract.score_cell(verdicts, row));
        for output in 0..contract.outputs().len() {
            object.value(&contract.output_cell(verdicts, output, row));
        }
        object.joined(|out| contract.fired(verdicts, row, out));
        object.joined(|out| contract.alerts(verdicts, row, out));
        object.joined(|out| contract.missing(verdicts, row, out));
        object.text(Contract::error(verdicts, row, language).as_deref());
        out.push_str("}\n");
    }
    out.into_bytes()
}

struct Object<'a> {
    out: &'a mut String,
    names: std::slice::Iter<'a, String>,
    first: bool,
}

impl Object<'_> {
    fn raw(&mut self, value: &str) {
        self.out.push(if self.first { '{' } else { ',' });
        self.first = false;
        self.out.push_str(self.names.next().map_or("\"\"", String::as_str));
        self.out.push(':');
        self.out.push_str(value);
    }

    fn text(&mut self, text: Option<&str>) {
        match text.filter(|text| !text.is_empty()) {
            Some(text) => self.raw(&quoted(text)),
            None => self.raw("null"),
        }
    }

    fn joined(&mut self, fill: impl FnOnce(&mut String)) {
        let mut names = String::new();
        fill(&mut names);
        self.text(Some(&names));
    }

    fn value(&mut self, cell: &Cell<'_>) {
        match cell {
            Cell::Null => self.raw("null"),
            Cell::Flag(flag) => self.raw(if *flag { "true" } else { "false" }),
            Cell::Text(text) => self.text(Some(text)),
        }
    }
}

/// A JSON string. Serialising a text does not fail.
fn quoted(text: &str) -> String {
    to_string(text).unwrap_or_default()
}
