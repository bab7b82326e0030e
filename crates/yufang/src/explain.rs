//! Why a row came out as it did: every value, table row, band, item, rule, default and gap that took
//! part, with its law and its line.
//!
//! The same plan is run as for grading; the explanation reads what it left behind.

mod text;
mod trace;

use crate::column::Columns;
use crate::column::bind::{BindError, Binding};
use crate::column::read::Reader;
use crate::compile::Rules;
use crate::diagnostic::Message;
use crate::facts::Facts;
use crate::verdict::Status;

/// The version of the serialised form: raised when a field changes its meaning or goes.
pub const EXPLANATION_VERSION: u32 = 1;

/// Why a row came out as it did. Numbers are exact decimals or fractions as text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// [`EXPLANATION_VERSION`].
    pub schema_version: u32,
    /// The rule set: name, version and digest.
    pub rule_set: RuleSetName,
    /// The as-of date, where one was given.
    pub as_of: Option<String>,
    /// The row's key.
    pub key: Option<String>,
    /// How the row came out.
    pub status: Status,
    /// The tier, where it is certain.
    pub tier: Option<TierName>,
    /// Tiers that are possible, low to high.
    pub possible: Vec<TierName>,
    /// The number that the grade is by, where it is certain.
    pub score: Option<String>,
    /// What was given, filled by a default, or missing.
    pub inputs: Vec<Input>,
    /// Named values in written order.
    pub values: Vec<NamedValue>,
    /// Items of score sheets.
    pub items: Vec<ItemTrace>,
    /// Rows of tables and cells of matrices.
    pub lookups: Vec<LookupTrace>,
    /// The band of the score.
    pub band: Option<BandTrace>,
    /// The tier before any rule acts, where it is certain.
    pub base: Option<String>,
    /// Rules that certainly act, in text order.
    pub rules: Vec<RuleTrace>,
    /// Alerts.
    pub alerts: Vec<AlertTrace>,
    /// Fields and lists whose gap decides.
    pub missing: Vec<String>,
    /// Why the row is invalid.
    pub error: Option<Message>,
}

/// What identifies a rule set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleSetName {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its digest, in hex.
    pub digest: String,
    /// Law that it rests on.
    pub basis: Vec<String>,
}

/// A tier with its label.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TierName {
    /// Name.
    pub name: String,
    /// Label; may be empty.
    pub label: String,
    /// `#RRGGBB`.
    pub color: Option<String>,
}

/// One field of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Input {
    /// The field; an element's as `list[2].field`.
    pub name: String,
    /// Its label.
    pub label: Option<String>,
    /// Its value; absent where missing.
    pub value: Option<String>,
    /// Where the value comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Origin {
    /// From the data.
    Given,
    /// The field's default.
    Default,
    /// Nowhere.
    Missing,
    /// A code that is not fine enough: the value is known in part.
    Coarse,
}

/// Law, reason and place of something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ground {
    /// 因为.
    pub because: Option<String>,
    /// 依据, each as `《title》 locator`.
    pub basis: Vec<String>,
    /// 注.
    pub notes: Vec<String>,
    /// The file.
    pub file: String,
    /// Its line.
    pub line: u32,
}

/// A definition's value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NamedValue {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: Option<String>,
    /// Its value; absent where it is not certain or there is none.
    pub value: Option<String>,
    /// Law and place.
    pub ground: Ground,
}

/// An item of a score sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ItemTrace {
    /// The sheet.
    pub sheet: String,
    /// Label.
    pub label: String,
    /// What it adds, after its cap.
    pub added: String,
    /// What it deducts, after its cap.
    pub deducted: String,
    /// Whether a cap bound it.
    pub capped: bool,
    /// Lines that count.
    pub lines: Vec<LineTrace>,
    /// Law and place.
    pub ground: Ground,
}

/// A line of an item that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineTrace {
    /// As written.
    pub text: String,
    /// What was counted.
    pub count: String,
    /// Count × points; below zero for a deduction.
    pub points: String,
}

/// A row of a table, or a cell of a matrix, that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LookupTrace {
    /// The table.
    pub table: String,
    /// Whether it is a matrix.
    pub matrix: bool,
    /// Keys with their values.
    pub keys: Vec<(String, String)>,
    /// What the row gives; absent where there is no row.
    pub value: Option<String>,
    /// The element (from 1) for which it was used.
    pub element: Option<usize>,
    /// The row's law and place.
    pub ground: Ground,
}

/// The band of the score.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BandTrace {
    /// Its tier.
    pub tier: String,
    /// As written.
    pub text: String,
    /// Law and place.
    pub ground: Ground,
}

/// A rule that acts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleTrace {
    /// Its name.
    pub name: String,
    /// What it does: `at_least 橙`, `raise 1`.
    pub effect: String,
    /// Whether the tier would be another without it; a beaten effect changes nothing.
    pub decisive: bool,
    /// Law, reason and place.
    pub ground: Ground,
}

/// An alert that fires or may fire.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertTrace {
    /// Its name.
    pub name: String,
    /// Its level.
    pub level: Option<String>,
    /// Its text, with values.
    pub message: String,
    /// Whether it certainly fires.
    pub certain: bool,
}

impl Rules {
    /// Explains one row of typed facts.
    pub fn explain_facts(&self, facts: &Facts) -> Explanation {
        trace::explain(self, facts, None)
    }

    /// Explains one row of columns that stand as they were bound.
    ///
    /// # Errors
    /// Where a list's elements lack a required column.
    pub fn explain(
        &self,
        binding: &Binding,
        columns: &Columns<'_>,
        row: usize,
    ) -> Result<Explanation, BindError> {
        let reader = Reader::new(self.model(), self.plan(), binding, columns, true)?;
        let block = reader.block(row..row + 1);
        let facts = block.facts(self.model(), self.plan(), 0, self.as_of());
        Ok(trace::explain(self, &facts, block.errors.first().map(|(_, error)| error)))
    }
}
