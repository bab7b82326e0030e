//! What yufang has to say about a rule set or its input, as data. Nothing prints here.

use crate::source::{Source, Span};

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Severity {
    /// Worth knowing; nothing need change.
    Note,
    /// Probably not what was meant.
    Warning,
    /// The rule set cannot be used.
    Error,
}

/// One message in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Message {
    /// The message `zh` / `en`.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Message { zh: zh.into(), en: en.into() }
    }

    /// The text in `language`.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// The languages in which yufang speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

/// A span with what is to be said at it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// The underlined text.
    pub span: Span,
    /// What stands under the line; empty for a bare underline.
    pub message: Message,
}

/// One finding: a stable code, a message, the places it is about.
///
/// The first label is the primary place; a second one shows the other side of a clash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Stable, such as `E0203`; never used again for another meaning.
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: Message,
    /// Where: the primary place first. Empty where no text is to blame (an absent column).
    pub labels: Vec<Label>,
    /// How to mend it.
    pub help: Option<Message>,
    /// A row that shows the fault, as `field value` pairs.
    pub example: Vec<(String, String)>,
}

impl Diagnostic {
    /// A diagnostic without a place.
    pub fn new(code: &'static str, severity: Severity, message: Message) -> Self {
        Diagnostic { code, severity, message, labels: Vec::new(), help: None, example: Vec::new() }
    }

    /// An error at `span`.
    pub fn error(code: &'static str, span: Span, message: Message) -> Self {
        Diagnostic::new(code, Severity::Error, message).at(span)
    }

    /// A warning at `span`.
    pub fn warning(code: &'static str, span: Span, message: Message) -> Self {
        Diagnostic::new(code, Severity::Warning, message).at(span)
    }

    /// A note at `span`.
    pub fn note(code: &'static str, span: Span, message: Message) -> Self {
        Diagnostic::new(code, Severity::Note, message).at(span)
    }

    /// Adds a bare underline.
    pub fn at(self, span: Span) -> Self {
        self.label(span, Message::default())
    }

    /// Adds an underline with a text.
    pub fn label(mut self, span: Span, message: Message) -> Self {
        self.labels.push(Label { span, message });
        self
    }

    /// Adds the cure.
    pub fn help(mut self, message: Message) -> Self {
        self.help = Some(message);
        self
    }

    /// Adds a row that shows the fault.
    pub fn example(mut self, row: Vec<(String, String)>) -> Self {
        self.example = row;
        self
    }

    /// `FILE:LINE:COLUMN: severity[CODE]: message`, one line, for logs.
    pub fn one_line(&self, sources: &[Source], language: Language) -> String {
        let place = self.labels.first().and_then(|label| {
            let source = sources.get(usize::from(label.span.file.0))?;
            let at = source.position(label.span.start);
            Some(format!("{}:{}:{}: ", source.name(), at.line, at.column))
        });
        let severity = match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let message = self.message.get(language);
        format!("{}{severity}[{}]: {message}", place.unwrap_or_default(), self.code)
    }
}

/// Whether any of them is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}
