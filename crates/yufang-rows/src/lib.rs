//! CSV, NDJSON and records ↔ the columns and verdicts of yufang, without Arrow.
//!
//! Readers take bytes from anywhere and give batches; a [`Batch`] lends itself as
//! [`yufang::column::Columns`]. All cells are text, numbers too: exactly the digits of the input,
//! for the rule set to judge. A row that cannot be read does not stop the others: it stays in its
//! place, and [`Batch::settle`] makes it invalid with what is wrong and on which line.

mod batch;
mod builder;
mod contract;
mod encoding;
mod exact;
mod json;
mod json_schema;
mod list_file;
mod problem;
mod read_csv;
mod read_ndjson;
mod records;
mod shape;
mod text_column;
mod write_csv;
mod write_ndjson;

pub use batch::{Batch, ListColumn};
pub use builder::BatchSize;
pub use contract::{Cell, Contract, Output, row_error_text};
pub use encoding::Encoding;
pub use json_schema::{csv_template, json_schema};
pub use list_file::ListFile;
pub use problem::{Fault, ReadError, RowProblem};
pub use read_csv::{CsvOptions, CsvReader};
pub use read_ndjson::NdjsonReader;
pub use records::{from_json, from_json_text, from_records};
pub use shape::Shape;
pub use text_column::TextColumn;
pub use write_csv::{csv_head, csv_rows};
pub use write_ndjson::ndjson_rows;
