//! Files of all formats → batches, one after another, in bounded memory.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::ChunkReader;
use yufang::model::Model;
use yufang_rows::{BatchSize, CsvOptions, CsvReader, Encoding, ListFile, NdjsonReader, Shape};

use crate::error::InputError;
use crate::format::Format;
use crate::input::Input;
use crate::table::Table;

/// Rows of Parquet read at a time.
const ROWS: usize = 65_536;

/// How the Arrow file format begins; its stream format begins otherwise.
const FILE_MAGIC: &[u8] = b"ARROW1";

/// Batches of an input.
pub type Batches = Box<dyn Iterator<Item = Result<Input, InputError>> + Send>;

/// How an input is read.
#[derive(Debug, Clone, Default)]
pub struct SourceOptions {
    /// Which columns rules read; the others are not even decoded.
    pub shape: Shape,
    /// The encoding of CSV and NDJSON.
    pub encoding: Encoding,
    /// How big batches of CSV and NDJSON are.
    pub size: BatchSize,
}

/// Opens a file.
///
/// # Errors
/// Where it cannot be opened, or is not of its format.
pub fn open(path: &Path, format: Format, options: SourceOptions) -> Result<Batches, InputError> {
    let name = path.display().to_string();
    let io = |source| InputError::Io { file: name.clone(), source };
    let mut file = File::open(path).map_err(io)?;
    match format {
        Format::Parquet => parquet(name, file, options.shape),
        Format::Arrow
            if file_magic(&mut file).and_then(|is_file| file.rewind().map(|()| is_file)).map_err(io)? =>
        {
            arrow_file(name, BufReader::new(file), options.shape)
        }
        _ => read(name, BufReader::with_capacity(1 << 16, file), format, options),
    }
}

/// Reads a stream, whose name in messages is `name`. Parquet and the Arrow file format, which are
/// read from their ends, are taken into memory.
///
/// # Errors
/// Where it is not of its format.
pub fn read(
    name: impl Into<String>,
    mut input: impl Read + Send + 'static,
    format: Format,
    options: SourceOptions,
) -> Result<Batches, InputError> {
    let name = name.into();
    let SourceOptions { shape, encoding, size } = options;
    match format {
        Format::Csv => {
            let options = CsvOptions { encoding, size, ..CsvOptions::default() };
            let batches = CsvReader::new(name, input, shape, options)?;
            Ok(Box::new(batches.map(|batch| Ok(Input::Rows(batch?)))))
        }
        Format::Ndjson => {
            let batches = NdjsonReader::new(name, input, shape, encoding, size);
            Ok(Box::new(batches.map(|batch| Ok(Input::Rows(batch?)))))
        }
        Format::Parquet => parquet(name.clone(), bytes::Bytes::from(all(&name, &mut input)?), shape),
        Format::Arrow => arrow(name, input, shape),
    }
}

fn all(name: &str, input: &mut impl Read) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(|source| InputError::Io { file: name.to_owned(), source })?;
    Ok(bytes)
}

/// Reads a list from a file of its own, whole: `list` is the name or label of a list of the model.
///
/// # Errors
/// Where the model has no such list or no key, or the file cannot be read whole.
pub fn open_list(
    path: &Path,
    format: Format,
    model: &Model,
    list: &str,
    encoding: Encoding,
) -> Result<ListFile, InputError> {
    let unknown = || InputError::NoSuchList { list: list.to_owned() };
    let at = Shape::of(model).list(list).ok_or_else(unknown)?;
    let key = model.key().ok_or_else(|| InputError::NoKey { list: list.to_owned() })?;
    let key = &model.subject.fields[key.index()];
    let mut file = ListFile::new(&model.subject.lists[at].name, path.display().to_string(), key);
    let options = SourceOptions { shape: Shape::of_list(model, at), encoding, ..SourceOptions::default() };
    for batch in open(path, format, options)? {
        match batch? {
            Input::Rows(batch) => file.add_batch(&batch)?,
            Input::Table(table) => file.add(&table.columns())?,
        }
    }
    file.complete()?;
    Ok(file)
}

/// Whether what begins here is the Arrow file format.
fn file_magic(input: &mut impl Read) -> std::io::Result<bool> {
    let mut start = Vec::new();
    input.take(FILE_MAGIC.len() as u64).read_to_end(&mut start)?;
    Ok(start == FILE_MAGIC)
}

/// The columns of a file that rules read.
fn wanted(schema: &Schema, shape: &Shape) -> Vec<usize> {
    let names = schema.fields().iter().map(|field| field.name()).enumerate();
    names.filter(|(_, name)| shape.is_field(name) || shape.list(name).is_some()).map(|(at, _)| at).collect()
}

fn parquet(name: String, file: impl ChunkReader + 'static, shape: Shape) -> Result<Batches, InputError> {
    let broken = |source| InputError::Parquet { file: name.clone(), source };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(broken)?;
    let whole = builder.schema().clone();
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted(&whole, &shape));
    let batches = builder.with_projection(mask).with_batch_size(ROWS).build().map_err(broken)?;
    Ok(tables(name, whole.as_ref().clone(), shape, batches))
}

fn arrow(name: String, mut input: impl Read + Send + 'static, shape: Shape) -> Result<Batches, InputError> {
    let mut start = Vec::new();
    let begun = input.by_ref().take(FILE_MAGIC.len() as u64).read_to_end(&mut start);
    begun.map_err(|source| InputError::Io { file: name.clone(), source })?;
    let is_file = start == FILE_MAGIC;
    let mut input = Cursor::new(start).chain(input);
    if is_file {
        let bytes = all(&name, &mut input)?;
        return arrow_file(name, Cursor::new(bytes), shape);
    }
    let broken = |source| InputError::Arrow { file: name.clone(), source };
    // The projection needs the schema, which the stream begins with: what is not wanted is decoded
    // all the same, but not converted.
    let batches = StreamReader::try_new(input, None).map_err(broken)?;
    let whole = batches.schema().as_ref().clone();
    Ok(tables(name, whole, shape, batches))
}

fn arrow_file(
    name: String,
    mut file: impl Read + Seek + Send + 'static,
    shape: Shape,
) -> Result<Batches, InputError> {
    let broken = |source| InputError::Arrow { file: name.clone(), source };
    let whole = FileReader::try_new(&mut file, None).map_err(broken)?.schema().as_ref().clone();
    let wanted = wanted(&whole, &shape);
    let batches = FileReader::try_new(file, Some(wanted)).map_err(broken)?;
    Ok(tables(name, whole, shape, batches))
}

/// Batches as tables. An input without rows still has one, so that its columns can be held against
/// a rule set.
fn tables(
    name: String,
    whole: Schema,
    shape: Shape,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>> + Send + 'static,
) -> Batches {
    let mut batches = batches.peekable();
    let none = batches.peek().is_none().then(|| RecordBatch::new_empty(whole.clone().into()));
    let all = none.map(Ok).into_iter().chain(batches);
    Box::new(all.map(move |batch| {
        let batch = batch.map_err(|source| InputError::Arrow { file: name.clone(), source })?;
        Ok(Input::Table(Table::of(&name, &batch, &whole, &shape)?))
    }))
}
