//! The formats of input and output files.

use std::path::Path;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `.csv`.
    Csv,
    /// `.ndjson`, `.jsonl`.
    Ndjson,
    /// `.parquet`.
    Parquet,
    /// `.arrow`: the Arrow file format; its stream format is read too.
    Arrow,
}

impl Format {
    /// By a file's extension, whatever its case.
    pub fn of_path(path: &Path) -> Option<Format> {
        path.extension().and_then(|extension| extension.to_str()).and_then(Format::named)
    }

    /// By its name, as given on a command line: `csv`, `ndjson`, `jsonl`, `parquet`, `arrow`.
    pub fn named(name: &str) -> Option<Format> {
        match name.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "ndjson" | "jsonl" => Some(Format::Ndjson),
            "parquet" => Some(Format::Parquet),
            "arrow" => Some(Format::Arrow),
            _ => None,
        }
    }
}
