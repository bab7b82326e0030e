//! What can go wrong between files and columns.

use arrow_schema::{ArrowError, DataType};
use parquet::errors::ParquetError;
use yufang::diagnostic::Message;
use yufang_rows::ReadError;

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A column that rules read, of a type that can hold no values of theirs.
    #[error("{file}: column {column:?} has the type {data_type}, which cannot be read; {hint}")]
    Unsupported {
        /// The input's name.
        file: String,
        /// The column; a list's field is named `list.field`.
        column: String,
        /// Its type.
        data_type: Box<DataType>,
        /// What to do.
        hint: Hint,
    },
    /// Two columns of one name.
    #[error("{file}: two columns are named {column:?}")]
    DuplicateColumn {
        /// The input's name.
        file: String,
        /// The name.
        column: String,
    },
    /// A file of elements for a list that the rule set does not have.
    #[error("the rule set has no list {list:?}")]
    NoSuchList {
        /// The list.
        list: String,
    },
    /// A file of elements, where owners have no key to be found by.
    #[error("the list {list:?} cannot be a file of its own: the rule set has no key")]
    NoKey {
        /// The list.
        list: String,
    },
    /// A file that is not of its format, or broken.
    #[error("{file}: {source}")]
    Arrow {
        /// The input's name.
        file: String,
        /// What Arrow says.
        source: ArrowError,
    },
    /// A file that is not of its format, or broken.
    #[error("{file}: {source}")]
    Parquet {
        /// The input's name.
        file: String,
        /// What Parquet says.
        source: ParquetError,
    },
    /// The bytes do not come.
    #[error("{file}: {source}")]
    Io {
        /// The input's name.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// CSV, NDJSON or records.
    #[error(transparent)]
    Rows(#[from] ReadError),
}

/// How to mend a column of a type that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Hint {
    /// Any type but those that hold one value.
    #[error("one value a row belongs here: text, a number, a flag or a date")]
    Scalar,
    /// Any type but a list of structs.
    #[error("a list of structs belongs here")]
    List,
    /// A timestamp in a zone whose days are not known here.
    #[error("turn it into a date in its own time zone first")]
    Zone,
}

impl InputError {
    /// What is wrong, in both languages.
    pub fn message(&self) -> Message {
        let zh = match self {
            InputError::Unsupported { file, column, data_type, hint } => {
                let hint = match hint {
                    Hint::Scalar => "这里每行应是一个值：文本、数、是否或日期",
                    Hint::List => "这里应是结构体的列表",
                    Hint::Zone => "请先在其时区内转成日期",
                };
                format!("{file}：列“{column}”的类型 {data_type} 无法读取；{hint}")
            }
            InputError::DuplicateColumn { file, column } => format!("{file}：有两列同名“{column}”"),
            InputError::NoSuchList { list } => format!("规则集没有列表“{list}”"),
            InputError::NoKey { list } => format!("列表“{list}”不能单独成文件：规则集没有主键"),
            InputError::Rows(error) => return error.message(),
            other => other.to_string(),
        };
        Message::new(zh, self.to_string())
    }
}

/// Why an output cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A file that is there already.
    #[error("{file}: exists already")]
    Exists {
        /// The file.
        file: String,
    },
    /// A folder, a device or a pipe.
    #[error("{file}: is not a regular file")]
    NotAFile {
        /// The file.
        file: String,
    },
    /// Nothing can be written.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Arrow cannot be written.
    #[error("{file}: {source}")]
    Arrow {
        /// The file.
        file: String,
        /// What Arrow says.
        source: ArrowError,
    },
    /// Parquet cannot be written.
    #[error("{file}: {source}")]
    Parquet {
        /// The file.
        file: String,
        /// What Parquet says.
        source: ParquetError,
    },
}

impl OutputError {
    /// What is wrong, in both languages.
    pub fn message(&self) -> Message {
        let zh = match self {
            OutputError::Exists { file } => format!("{file}：已经存在"),
            OutputError::NotAFile { file } => format!("{file}：不是普通文件"),
            other => other.to_string(),
        };
        Message::new(zh, self.to_string())
    }
}
