//! NDJSON → batches: one object a line.

use std::io::{BufRead, BufReader, Read};

use crate::batch::Batch;
use crate::builder::{BatchSize, Builder};
use crate::encoding::{Decoded, Encoding};
use crate::json::Object;
use crate::problem::{Fault, ReadError};
use crate::shape::Shape;

/// Reads NDJSON, batch by batch. Numbers keep the digits they are written with, keys become
/// columns as they are met, empty lines are passed over.
pub struct NdjsonReader<R> {
    name: String,
    reader: BufReader<Decoded<R>>,
    bytes: Vec<u8>,
    builder: Builder,
    line: u64,
    ended: bool,
}

impl<R: Read> NdjsonReader<R> {
    /// Reads from `input`, whose name in messages is `name`.
    pub fn new(name: impl Into<String>, input: R, shape: Shape, encoding: Encoding, size: BatchSize) -> Self {
        NdjsonReader {
            name: name.into(),
            reader: BufReader::with_capacity(1 << 16, Decoded::new(input, encoding)),
            bytes: Vec::new(),
            builder: Builder::new(shape, size),
            line: 0,
            ended: false,
        }
    }

    fn next_line(&mut self) -> Result<bool, ReadError> {
        self.bytes.clear();
        self.line += 1;
        let read = self.reader.read_until(b'\n', &mut self.bytes);
        let count = read.map_err(|source| ReadError::Io { file: self.name.clone(), source })?;
        Ok(count > 0)
    }

    fn row(&mut self) {
        let bytes = self.bytes.trim_ascii();
        if bytes.is_empty() {
            return;
        }
        let filled = match std::str::from_utf8(bytes) {
            Ok(text) => Object::read(text).and_then(|object| object.fill(&mut self.builder)),
            Err(_) => Err(Fault::NotText { column: String::new() }),
        };
        self.builder.end_row(self.line, filled.err());
    }

    fn batch(&mut self) -> Result<Option<Batch>, ReadError> {
        while !self.ended && !self.builder.is_full() {
            match self.next_line()? {
                true => self.row(),
                false => self.ended = true,
            }
        }
        Ok((!self.builder.is_empty()).then(|| self.builder.take()))
    }
}

impl<R: Read> Iterator for NdjsonReader<R> {
    type Item = Result<Batch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batch();
        self.ended |= batch.is_err();
        batch.transpose()
    }
}
