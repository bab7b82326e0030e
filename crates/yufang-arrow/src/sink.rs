//! Verdicts → files of all formats, batch by batch.

use std::io::Write;

use arrow_array::{Array, ArrayRef};
use arrow_ipc::writer::{DictionaryHandling, FileWriter, IpcWriteOptions};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use yufang::diagnostic::Language;
use yufang::verdict::Verdicts;
use yufang_rows::{Contract, csv_head, csv_rows, ndjson_rows};

use crate::encoder::Encoder;
use crate::error::OutputError;
use crate::format::Format;
use crate::input::Input;

/// How verdicts are written.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The columns.
    pub contract: Contract,
    /// The format.
    pub format: Format,
    /// The language of errors.
    pub language: Language,
    /// Whether CSV begins with a byte order mark.
    pub mark: bool,
}

/// A batch of verdicts on its way to the writer: as text already, where text is written.
#[derive(Debug)]
pub enum Graded {
    /// Lines.
    Text(Vec<u8>),
    /// Verdicts with the key's array.
    Verdicts(Box<Verdicts>, Option<ArrayRef>),
}

impl Layout {
    /// Makes verdicts ready to be written. Rows that could not be read whole become invalid here.
    /// This is the part that may be done for several batches side by side.
    pub fn prepare(&self, input: &Input, mut verdicts: Verdicts) -> Graded {
        input.settle(&mut verdicts);
        let columns = input.columns();
        let key = self.contract.key_of(&columns);
        match self.format {
            Format::Csv => Graded::Text(csv_rows(&self.contract, &verdicts, key, self.language)),
            Format::Ndjson => Graded::Text(ndjson_rows(&self.contract, &verdicts, key, self.language)),
            Format::Parquet | Format::Arrow => {
                Graded::Verdicts(Box::new(verdicts), input.key(&self.contract))
            }
        }
    }
}

/// Writes batches in the order in which they are given.
pub struct Sink<W: Write + Send> {
    file: String,
    layout: Layout,
    state: State<W>,
}

enum State<W: Write + Send> {
    Text(W),
    /// The key's type is known with the first batch.
    Waiting(W),
    Parquet(Encoder, ArrowWriter<W>),
    Arrow(Encoder, FileWriter<W>),
    /// Only while one state becomes another, and after an error.
    Broken,
}

impl<W: Write + Send> Sink<W> {
    /// Begins an output. `file` is its name in messages.
    ///
    /// # Errors
    /// Where nothing can be written.
    pub fn new(file: impl Into<String>, mut output: W, layout: Layout) -> Result<Self, OutputError> {
        let file = file.into();
        let state = match layout.format {
            Format::Csv => {
                let head = csv_head(&layout.contract, layout.mark);
                output.write_all(&head).map_err(|source| OutputError::Io { file: file.clone(), source })?;
                State::Text(output)
            }
            Format::Ndjson => State::Text(output),
            Format::Parquet | Format::Arrow => State::Waiting(output),
        };
        Ok(Sink { file, layout, state })
    }

    /// Writes a batch.
    ///
    /// # Errors
    /// Where it cannot be written; nothing can be written after that.
    pub fn write(&mut self, graded: Graded) -> Result<(), OutputError> {
        match graded {
            Graded::Text(lines) => match &mut self.state {
                State::Text(output) => output
                    .write_all(&lines)
                    .map_err(|source| OutputError::Io { file: self.file.clone(), source }),
                _ => Err(self.misused()),
            },
            Graded::Verdicts(verdicts, key) => {
                let key_type = key.as_ref().map_or(DataType::Utf8, |key| key.data_type().clone());
                self.begin(&key_type)?;
                self.rows(&verdicts, key)
            }
        }
    }

    fn rows(&mut self, verdicts: &Verdicts, key: Option<ArrayRef>) -> Result<(), OutputError> {
        let file = &self.file;
        let arrow = |source: ArrowError| OutputError::Arrow { file: file.clone(), source };
        let parquet = |source: ParquetError| OutputError::Parquet { file: file.clone(), source };
        match &mut self.state {
            State::Parquet(encoder, writer) => {
                let batch = encoder.encode(verdicts, key).map_err(arrow)?;
                writer.write(&batch).map_err(parquet)
            }
            State::Arrow(encoder, writer) => {
                let batch = encoder.encode(verdicts, key).map_err(arrow)?;
                writer.write(&batch).map_err(arrow)
            }
            _ => Err(self.misused()),
        }
    }

    fn begin(&mut self, key: &DataType) -> Result<(), OutputError> {
        if !matches!(self.state, State::Waiting(_)) {
            return Ok(());
        }
        let State::Waiting(output) = std::mem::replace(&mut self.state, State::Broken) else {
            return Err(self.misused());
        };
        let encoder = Encoder::new(self.layout.contract.clone(), key, self.layout.language);
        let schema = encoder.schema().clone();
        self.state = match self.layout.format {
            Format::Parquet => {
                let writer = parquet_writer(output, schema)
                    .map_err(|source| OutputError::Parquet { file: self.file.clone(), source })?;
                State::Parquet(encoder, writer)
            }
            _ => {
                let writer = arrow_writer(output, &schema)
                    .map_err(|source| OutputError::Arrow { file: self.file.clone(), source })?;
                State::Arrow(encoder, writer)
            }
        };
        Ok(())
    }

    /// Ends the output and gives back what was written to, such as an [`crate::OutputFile`] to commit.
    ///
    /// # Errors
    /// Where the end cannot be written, or something before it could not.
    pub fn finish(mut self) -> Result<W, OutputError> {
        self.begin(&DataType::Utf8)?;
        let file = self.file.clone();
        match std::mem::replace(&mut self.state, State::Broken) {
            State::Text(mut output) => {
                output.flush().map_err(|source| OutputError::Io { file, source })?;
                Ok(output)
            }
            State::Parquet(_, writer) => {
                writer.into_inner().map_err(|source| OutputError::Parquet { file, source })
            }
            State::Arrow(_, writer) => {
                writer.into_inner().map_err(|source| OutputError::Arrow { file, source })
            }
            State::Waiting(_) | State::Broken => Err(self.misused()),
        }
    }

    fn misused(&self) -> OutputError {
        let source = std::io::Error::other("a batch of another format, or a batch after an error");
        OutputError::Io { file: self.file.clone(), source }
    }
}

fn parquet_writer<W: Write + Send>(output: W, schema: SchemaRef) -> Result<ArrowWriter<W>, ParquetError> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    ArrowWriter::try_new(output, schema, Some(properties))
}

fn arrow_writer<W: Write>(output: W, schema: &SchemaRef) -> Result<FileWriter<W>, ArrowError> {
    let options = IpcWriteOptions::default().with_dictionary_handling(DictionaryHandling::Delta);
    FileWriter::try_new_with_options(output, schema, options)
}
