//! What can be wrong with an input: with all of it, or with one row.

use yufang::diagnostic::Message;
use yufang::verdict::RowError;

/// Why an input cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bytes do not come.
    #[error("{file}: {source}")]
    Io {
        /// The input's name.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// An empty CSV file.
    #[error("{file}: no header line")]
    NoHeader {
        /// The input's name.
        file: String,
    },
    /// A header that is neither UTF-8 nor GB18030.
    #[error("{file}:1: column {column} of the header is not text in the file's encoding")]
    HeaderNotText {
        /// The input's name.
        file: String,
        /// Which, from 1.
        column: usize,
    },
    /// `id,name,id`.
    #[error("{file}:1: columns {first} and {second} of the header are both named {name:?}")]
    DuplicateColumn {
        /// The input's name.
        file: String,
        /// The name.
        name: String,
        /// Which, from 1.
        first: usize,
        /// Which, from 1.
        second: usize,
    },
    /// Records that are no JSON.
    #[error("{file}: not valid JSON: {detail}")]
    Json {
        /// The input's name.
        file: String,
        /// What the parser says.
        detail: String,
    },
    /// A file of a list's elements without the column that names their owner.
    #[error("{file}: no column {key:?}, which names the owner of an element of {list:?}")]
    NoOwner {
        /// The input's name.
        file: String,
        /// The list.
        list: String,
        /// The subject's key.
        key: String,
    },
    /// Elements that cannot be read: their owners would look less risky than they are.
    #[error("{file}: {count} elements of {list:?} cannot be read, the first: {first}")]
    Elements {
        /// The input's name.
        file: String,
        /// The list.
        list: String,
        /// How many.
        count: usize,
        /// The first.
        first: RowProblem,
    },
    /// A list that comes both within the rows and as a file of its own.
    #[error("the list {list:?} is already among the columns of the input")]
    ListTwice {
        /// The list.
        list: String,
    },
}

impl ReadError {
    /// What is wrong, in both languages.
    pub fn message(&self) -> Message {
        let zh = match self {
            ReadError::Io { file, source } => format!("{file}：{source}"),
            ReadError::NoHeader { file } => format!("{file}：没有表头"),
            ReadError::HeaderNotText { file, column } => {
                format!("{file}:1：表头第 {column} 列不是该文件编码的文字")
            }
            ReadError::DuplicateColumn { file, name, first, second } => {
                format!("{file}:1：表头第 {first} 列与第 {second} 列同名“{name}”")
            }
            ReadError::Json { file, detail } => format!("{file}：不是有效的 JSON：{detail}"),
            ReadError::NoOwner { file, list, key } => {
                format!("{file}：没有列“{key}”，不知道“{list}”各项属于谁")
            }
            ReadError::Elements { file, list, count, first } => {
                format!("{file}：“{list}”有 {count} 项无法读取，第一项：{}", first.message().zh)
            }
            ReadError::ListTwice { list } => format!("列表“{list}”在输入中已有一列"),
        };
        Message::new(zh, self.to_string())
    }
}

/// A row that cannot be read whole. It comes out as invalid; the others go on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct RowProblem {
    /// Line of the file, or number of the record, from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Fault {
    /// `1,2,3` under a header of two columns.
    #[error("{found} cells under a header of {expected}")]
    Ragged {
        /// Columns of the header.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// A quote that opens a cell and nothing closes it, so that all that follows is lost in it.
    #[error("a quoted cell is not closed before the end of the file; {lines} lines are lost in it")]
    Unclosed {
        /// Lines swallowed, the first included.
        lines: u64,
    },
    /// Bytes that the file's encoding does not know.
    #[error("{column}: not text in the file's encoding")]
    NotText {
        /// The column; empty where it cannot be told.
        column: String,
    },
    /// `{"id": 1,,}`.
    #[error("not valid JSON: {detail}")]
    Json {
        /// What the parser says.
        detail: String,
    },
    /// `[1, 2]` where a row should stand.
    #[error("not a JSON object")]
    NotAnObject,
    /// `{"id": 1, "id": 2}`.
    #[error("the key {key:?} stands twice")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// An object or an array where one value belongs.
    #[error("{column}: one value belongs here, not {value}")]
    Nested {
        /// The column.
        column: String,
        /// As given, shortened.
        value: String,
    },
    /// Anything but an array of objects where a list belongs.
    #[error("{column}: a list of objects belongs here, not {value}")]
    NotAList {
        /// The column.
        column: String,
        /// As given, shortened.
        value: String,
    },
}

impl RowProblem {
    /// What is wrong, in both languages.
    pub fn message(&self) -> Message {
        let zh = match &self.fault {
            Fault::Ragged { expected, found } => format!("有 {found} 格，表头有 {expected} 列"),
            Fault::Unclosed { lines } => format!("引号到文件末尾仍未闭合，{lines} 行被吞没"),
            Fault::NotText { column } => format!("{column}：不是该文件编码的文字"),
            Fault::Json { detail } => format!("不是有效的 JSON：{detail}"),
            Fault::NotAnObject => "不是 JSON 对象".to_owned(),
            Fault::DuplicateKey { key } => format!("键“{key}”出现两次"),
            Fault::Nested { column, value } => format!("{column}：这里应是一个值，不是 {value}"),
            Fault::NotAList { column, value } => format!("{column}：这里应是对象的列表，不是 {value}"),
        };
        Message::new(format!("第 {} 行：{zh}", self.line), self.to_string())
    }
}

impl From<&RowProblem> for RowError {
    fn from(problem: &RowProblem) -> Self {
        RowError::Unreadable { reason: problem.message() }
    }
}

/// A value for a message: its beginning.
pub(crate) fn shortened(value: &str) -> String {
    const SHOWN: usize = 60;
    match value.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}
