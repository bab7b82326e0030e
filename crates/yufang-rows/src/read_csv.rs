//! CSV → batches.

use std::io::{Chain, Read};

use csv::ByteRecord;

use crate::batch::Batch;
use crate::builder::{BatchSize, Builder};
use crate::encoding::{Decoded, Encoding};
use crate::json;
use crate::problem::{Fault, ReadError};
use crate::shape::Shape;

/// Stands behind the input. Where it comes out as a row of its own, the last quote was closed;
/// where it comes out within a cell, all rows since that cell's opening quote are lost in it.
const END: &str = "\n\u{0}yufang end of input\u{0}\n";

/// How a CSV file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvOptions {
    /// Its encoding.
    pub encoding: Encoding,
    /// What separates cells.
    pub delimiter: u8,
    /// How big batches are.
    pub size: BatchSize,
}

impl Default for CsvOptions {
    fn default() -> Self {
        CsvOptions { encoding: Encoding::default(), delimiter: b',', size: BatchSize::default() }
    }
}

/// Reads CSV with a header line, batch by batch. The first batch comes even where there are no
/// rows, so that the columns can be held against a rule set. A column without a name is passed over.
pub struct CsvReader<R> {
    name: String,
    reader: csv::Reader<Chain<Decoded<R>, &'static [u8]>>,
    record: ByteRecord,
    /// The place in the batch of each column of the file.
    places: Vec<Option<usize>>,
    builder: Builder,
    given: bool,
    ended: bool,
}

impl<R: Read> CsvReader<R> {
    /// Reads the header. `name` is the input's name in messages.
    ///
    /// # Errors
    /// Where there is no header, its bytes are no text, or a name stands twice.
    pub fn new(
        name: impl Into<String>,
        input: R,
        shape: Shape,
        options: CsvOptions,
    ) -> Result<Self, ReadError> {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .buffer_capacity(1 << 16)
            .flexible(true)
            .delimiter(options.delimiter)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(Decoded::new(input, options.encoding).chain(END.as_bytes()));
        let mut own = CsvReader {
            name: name.into(),
            reader,
            record: ByteRecord::new(),
            places: Vec::new(),
            builder: Builder::new(shape, options.size),
            given: false,
            ended: false,
        };
        own.header()?;
        Ok(own)
    }

    fn header(&mut self) -> Result<(), ReadError> {
        if !self.next_record()? {
            return Err(ReadError::NoHeader { file: self.name.clone() });
        }
        let mut names: Vec<String> = Vec::new();
        for at in 0..self.record.len() {
            let text = std::str::from_utf8(cell(&self.record, at));
            let text =
                text.map_err(|_| ReadError::HeaderNotText { file: self.name.clone(), column: at + 1 })?;
            let text = text.trim();
            if let Some(first) = names.iter().position(|name| !text.is_empty() && name == text) {
                let (file, name) = (self.name.clone(), text.to_owned());
                return Err(ReadError::DuplicateColumn { file, name, first: first + 1, second: at + 1 });
            }
            names.push(text.to_owned());
        }
        let builder = &mut self.builder;
        self.places = names.iter().map(|name| (!name.is_empty()).then(|| builder.place(name))).collect();
        Ok(())
    }

    /// Reads the next record; whether there is one.
    fn next_record(&mut self) -> Result<bool, ReadError> {
        loop {
            let read = self.reader.read_byte_record(&mut self.record);
            let more =
                read.map_err(|error| ReadError::Io { file: self.name.clone(), source: error.into() })?;
            if !more || self.record.as_slice() == END.trim_matches('\n').as_bytes() {
                return Ok(false);
            }
            if self.record.as_slice() != b"\r" {
                return Ok(true);
            }
        }
    }

    fn row(&mut self) {
        let lines_within = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        let after = self.reader.position().line();
        let last = self.record.iter().next_back().unwrap_or_default();
        if let Some(lost) = last.strip_suffix(END.as_bytes()) {
            let lines = lost.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count() as u64;
            return self.builder.end_row(after - lines_within, Some(Fault::Unclosed { lines }));
        }
        let line = after - lines_within - 1;
        let (expected, found) = (self.places.len(), self.record.len());
        if found != expected {
            // Which cell is which cannot be told, so none is taken.
            return self.builder.end_row(line, Some(Fault::Ragged { expected, found }));
        }
        let fault = self.cells();
        self.builder.end_row(line, fault);
    }

    /// Sets the cells of a row; gives the first fault. The other cells stay, so that the key shows.
    fn cells(&mut self) -> Option<Fault> {
        let mut fault = None;
        for at in 0..self.places.len() {
            let Some(place) = self.places[at] else { continue };
            fault = fault.or(set(&mut self.builder, place, cell(&self.record, at)).err());
        }
        fault
    }

    fn batch(&mut self) -> Result<Option<Batch>, ReadError> {
        while !self.ended && !self.builder.is_full() {
            match self.next_record()? {
                true => self.row(),
                false => self.ended = true,
            }
        }
        let any = !self.builder.is_empty() || !self.given;
        self.given = true;
        Ok(any.then(|| self.builder.take()))
    }
}

impl<R: Read> Iterator for CsvReader<R> {
    type Item = Result<Batch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batch();
        self.ended |= batch.is_err();
        batch.transpose()
    }
}

/// A cell. Records end at a line feed, so that lines can be counted; a carriage return before it is
/// left at the end of the last cell.
fn cell(record: &ByteRecord, at: usize) -> &[u8] {
    let cell = record.get(at).unwrap_or_default();
    let last = at + 1 == record.len();
    cell.strip_suffix(b"\r").filter(|_| last).unwrap_or(cell)
}

/// Sets one cell; an empty one is no value, and for a list it is no list.
fn set(builder: &mut Builder, place: usize, cell: &[u8]) -> Result<(), Fault> {
    let text =
        std::str::from_utf8(cell).map_err(|_| Fault::NotText { column: builder.name(place).to_owned() })?;
    let empty = text.trim().is_empty();
    if !builder.is_list(place) {
        builder.text(place, (!empty).then_some(text));
    } else if !empty {
        let elements = json::list(text.trim(), builder.name(place))?;
        builder.list(place, &elements)?;
    }
    Ok(())
}
