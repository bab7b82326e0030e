//! Arrow and Parquet ↔ the columns and verdicts of yufang, and the streaming of files of all formats.
//!
//! A record batch is lent to the core as it is: a [`Table`] holds its arrays and converts only the
//! types that the core does not know. [`open`] and [`read`] give the batches of an input whatever its
//! format, [`pipeline`] takes them through several graders, a [`Sink`] writes what comes out, and an
//! [`OutputFile`] appears whole or not at all.

mod convert;
mod encoder;
mod error;
mod format;
mod input;
mod input_schema;
mod lend;
mod output_file;
mod pipeline;
mod sink;
mod source;
mod table;

pub use encoder::{Encoder, output_schema};
pub use error::{Hint, InputError, OutputError};
pub use format::Format;
pub use input::Input;
pub use input_schema::input_schema;
pub use output_file::OutputFile;
pub use pipeline::pipeline;
pub use sink::{Graded, Layout, Sink};
pub use source::{Batches, SourceOptions, open, open_list, read};
pub use table::Table;
