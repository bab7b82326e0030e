//! Verdicts → CSV, in UTF-8 with a header line.

use csv::Writer;
use yufang::column::Column;
use yufang::diagnostic::Language;
use yufang::verdict::Verdicts;

use crate::contract::{Cell, Contract};

/// What tells spreadsheets that a CSV file is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The header line, after a byte order mark where one is asked for.
pub fn csv_head(contract: &Contract, mark: bool) -> Vec<u8> {
    csv_line(contract.columns(), mark)
}

/// One line of CSV.
pub(crate) fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>, mark: bool) -> Vec<u8> {
    let start = if mark { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
    let mut lines = Lines(Writer::from_writer(start));
    cells.into_iter().for_each(|cell| lines.cell(cell));
    lines.end();
    lines.finish()
}

/// The lines of a batch. Cells are kept as they are, also where a spreadsheet would take one for a
/// formula: what comes out is what went in.
pub fn csv_rows(
    contract: &Contract,
    verdicts: &Verdicts,
    keys: Option<&Column<'_>>,
    language: Language,
) -> Vec<u8> {
    let mut lines = Lines(Writer::from_writer(Vec::with_capacity(verdicts.rows() * 64)));
    let mut joined = String::new();
    for row in 0..verdicts.rows() {
        if contract.key().is_some() {
            lines.cell(&keys.map_or_else(String::new, |keys| keys.show(row)));
        }
        lines.cell(Contract::status(verdicts.status[row]));
        lines.cell(contract.tier(verdicts, row).unwrap_or_default());
        lines.joined(&mut joined, |out| contract.possible(verdicts, row, out));
        lines.value(&contract.score_cell(verdicts, row));
        for output in 0..contract.outputs().len() {
            lines.value(&contract.output_cell(verdicts, output, row));
        }
        lines.joined(&mut joined, |out| contract.fired(verdicts, row, out));
        lines.joined(&mut joined, |out| contract.alerts(verdicts, row, out));
        lines.joined(&mut joined, |out| contract.missing(verdicts, row, out));
        lines.cell(&Contract::error(verdicts, row, language).unwrap_or_default());
        lines.end();
    }
    lines.finish()
}

/// Lines in memory, whose writing cannot fail.
struct Lines(Writer<Vec<u8>>);

impl Lines {
    fn cell(&mut self, cell: &str) {
        let _ = self.0.write_field(cell);
    }

    fn joined(&mut self, buffer: &mut String, fill: impl FnOnce(&mut String)) {
        buffer.clear();
        fill(buffer);
        self.cell(buffer);
    }

    fn value(&mut self, cell: &Cell<'_>) {
        match cell {
            Cell::Null => self.cell(""),
            Cell::Flag(flag) => self.cell(if *flag { "true" } else { "false" }),
            Cell::Text(text) => self.cell(text),
        }
    }

    fn end(&mut self) {
        let _ = self.0.write_record(None::<&[u8]>);
    }

    fn finish(self) -> Vec<u8> {
        self.0.into_inner().unwrap_or_default()
    }
}
