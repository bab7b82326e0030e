//! What is compiled: the main rule text and the files it names. The core opens no file; whoever
//! calls it brings the bytes.

use std::collections::BTreeMap;

/// A rule file with its tables and code lists, all in memory.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    name: String,
    text: Vec<u8>,
    files: BTreeMap<String, Vec<u8>>,
    shipped: BTreeMap<String, Vec<u8>>,
}

impl Bundle {
    /// A bundle with the main text, whose name is only shown in diagnostics.
    pub fn new(name: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Bundle { name: name.into(), text: text.into(), ..Bundle::default() }
    }

    /// Adds a file that the rule text may name after 来自 / `from`: a CSV table in UTF-8.
    #[must_use]
    pub fn with_file(mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.into(), bytes.into());
        self
    }

    /// Adds a code list that the rule text may name after 使用 / `use`: CSV with the columns
    /// `code`, `name`, `parent`. Several names may be given the same bytes.
    #[must_use]
    pub fn with_code_list(mut self, name: impl Into<String>, csv: impl Into<Vec<u8>>) -> Self {
        self.shipped.insert(name.into(), csv.into());
        self
    }

    /// The main file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The main text, as bytes: whether they are UTF-8 is for the parser to say.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// A named file.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// The names of all files, in order.
    pub fn file_names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// A code list of the library.
    pub fn code_list(&self, name: &str) -> Option<&[u8]> {
        self.shipped.get(name).map(Vec::as_slice)
    }

    /// The names of all code lists of the library, in order.
    pub fn code_list_names(&self) -> impl Iterator<Item = &str> {
        self.shipped.keys().map(String::as_str)
    }
}
