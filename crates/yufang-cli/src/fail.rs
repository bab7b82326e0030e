//! What keeps a command from its work: exit code 2.

use yufang::diagnostic::Message;
use yufang::{AsOfError, CompileError};
use yufang_arrow::{InputError, OutputError};

/// Usage, input or output, or a rule file with errors.
#[derive(Debug)]
pub(crate) enum Failure {
    /// In both languages.
    Message(Message),
    /// A rule file with errors.
    Rules(Box<CompileError>),
    /// Columns that do not fit.
    Columns(yufang::column::bind::BindError),
    /// Standard output was closed.
    Pipe,
}

impl Failure {
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Failure {
        Failure::Message(Message::new(zh, en))
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &str, error: &std::io::Error) -> Failure {
        Failure::new(format!("{path}：{error}"), format!("{path}: {error}"))
    }
}

impl From<CompileError> for Failure {
    fn from(error: CompileError) -> Failure {
        Failure::Rules(Box::new(error))
    }
}

impl From<AsOfError> for Failure {
    fn from(error: AsOfError) -> Failure {
        let zh = match error {
            AsOfError::Needed => "这套规则要用评估日：请加 --as-of 年-月-日".to_owned(),
            AsOfError::Outside(day) => format!("{day} 不在这套规则的有效期内"),
        };
        let en = match error {
            AsOfError::Needed => "this rule set needs an as-of date: give --as-of YYYY-MM-DD".to_owned(),
            AsOfError::Outside(_) => error.to_string(),
        };
        Failure::new(zh, en)
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Failure {
        Failure::Message(error.message())
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Failure {
        Failure::Message(error.message())
    }
}

impl From<yufang::column::bind::BindError> for Failure {
    fn from(error: yufang::column::bind::BindError) -> Failure {
        Failure::Columns(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::Pipe,
            _ => Failure::new(error.to_string(), error.to_string()),
        }
    }
}
