//! Bundle → RuleSet → Rules: compiled once, used by any number of threads.

use std::sync::Arc;

use crate::analyse::analyse;
use crate::bundle::Bundle;
use crate::check::check;
use crate::column::Columns;
use crate::column::bind::{BindError, Binding, bind};
use crate::column::read::Reader;
use crate::date::Date;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::digest::{Digest, digest};
use crate::facts::Facts;
use crate::grade::{grade, grade_facts};
use crate::model::Model;
use crate::parse::{decode, parse};
use crate::plan::{OutputType, Plan, plan};
use crate::source::{FileId, Source};
use crate::verdict::Verdicts;

/// A checked rule set, in all its spans of validity. Cheap to clone; `Send + Sync`.
#[derive(Debug, Clone)]
pub struct RuleSet {
    inner: Arc<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    sources: Vec<Source>,
    models: Vec<Model>,
    diagnostics: Vec<Diagnostic>,
    digest: Digest,
}

/// A rule set at one as-of date, ready to grade. Cheap to clone; `Send + Sync`.
#[derive(Debug, Clone)]
pub struct Rules {
    set: RuleSet,
    inner: Arc<Planned>,
}

#[derive(Debug)]
struct Planned {
    span: usize,
    plan: Plan,
    as_of: Option<Date>,
}

/// Why a text is no rule set.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", .diagnostics.iter().map(|own| own.one_line(.sources, crate::diagnostic::Language::En)).collect::<Vec<_>>().join("\n"))]
pub struct CompileError {
    /// Everything that was found, errors among it.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub sources: Vec<Source>,
}

/// Why a rule set cannot be used on a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AsOfError {
    /// The rules use the as-of date, or change over time, and none was given.
    #[error("this rule set needs an as-of date")]
    Needed,
    /// No span of validity holds the date.
    #[error("{0} lies outside the validity of this rule set")]
    Outside(Date),
}

/// Compiles a bundle.
///
/// # Errors
/// Every fault of the rule text and of its tables.
pub fn compile(bundle: &Bundle) -> Result<RuleSet, CompileError> {
    let source = match decode(bundle.name(), bundle.text(), FileId(0)) {
        Ok(source) => source,
        Err(fault) => {
            let sources = vec![Source::new(bundle.name(), &String::from_utf8_lossy(bundle.text()))];
            return Err(CompileError { diagnostics: vec![*fault], sources });
        }
    };
    let (ast, mut diagnostics) = parse(&source, FileId(0));
    let mut sources = vec![source];
    // What could not be read is missing from the tree: its absence would be reported as well.
    if has_errors(&diagnostics) {
        return Err(CompileError { diagnostics, sources });
    }
    let mut checked = check(bundle, &ast, &mut sources);
    diagnostics.append(&mut checked.diagnostics);
    for model in &checked.models {
        for finding in analyse(model) {
            if !diagnostics.contains(&finding) {
                diagnostics.push(finding);
            }
        }
    }
    if has_errors(&diagnostics) || checked.models.is_empty() {
        return Err(CompileError { diagnostics, sources });
    }
    let digest = digest(&checked.models);
    let inner = Compiled { sources, models: checked.models, diagnostics, digest };
    Ok(RuleSet { inner: Arc::new(inner) })
}

impl RuleSet {
    /// Warnings and notes.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.inner.diagnostics
    }

    /// The rule text, and the tables and code lists that it names.
    pub fn sources(&self) -> &[Source] {
        &self.inner.sources
    }

    /// One model for each span of validity, in order of time.
    pub fn models(&self) -> &[Model] {
        &self.inner.models
    }

    /// What identifies the rule set: see [`crate::digest`].
    pub fn digest(&self) -> &Digest {
        &self.inner.digest
    }

    /// Whether it needs an as-of date to run.
    pub fn needs_as_of(&self) -> bool {
        self.inner.models.len() > 1 || self.inner.models.iter().any(|model| model.uses_as_of)
    }

    /// The rules as they stand on a date.
    ///
    /// # Errors
    /// Where a date is needed and not given, or lies outside of every span of validity.
    pub fn at(&self, as_of: Option<Date>) -> Result<Rules, AsOfError> {
        let holds = |model: &Model, day: Date| {
            model.from.is_none_or(|from| day >= from) && model.to.is_none_or(|to| day <= to)
        };
        let span = match as_of {
            None if self.needs_as_of() => return Err(AsOfError::Needed),
            None => 0,
            Some(day) => {
                let found = self.inner.models.iter().position(|model| holds(model, day));
                found.ok_or(AsOfError::Outside(day))?
            }
        };
        let plan = plan(&self.inner.models[span], as_of);
        Ok(Rules { set: self.clone(), inner: Arc::new(Planned { span, plan, as_of }) })
    }
}

impl Rules {
    /// The rule set that they are of.
    pub fn rule_set(&self) -> &RuleSet {
        &self.set
    }

    /// The model in force.
    pub fn model(&self) -> &Model {
        &self.set.inner.models[self.inner.span]
    }

    /// What is run.
    pub fn plan(&self) -> &Plan {
        &self.inner.plan
    }

    /// The as-of date.
    pub fn as_of(&self) -> Option<Date> {
        self.inner.as_of
    }

    /// The static type of the score, if the grade is by one, and of each output.
    pub fn output_types(&self) -> (Option<&OutputType>, impl Iterator<Item = &OutputType>) {
        let plan = &self.inner.plan;
        (plan.score.as_ref().map(|(_, ty)| ty), plan.outputs.iter().map(|(_, ty)| ty))
    }

    /// Finds the columns of the fields, once for any number of batches of one shape.
    ///
    /// # Errors
    /// Where a required field has no column, or a column looks misspelt.
    pub fn bind<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<Binding, BindError> {
        bind(self.model(), names)
    }

    /// Grades a batch of rows.
    ///
    /// # Errors
    /// As [`Rules::bind`]. A row that does not fit is no error: its verdict says so.
    pub fn grade(&self, columns: &Columns<'_>) -> Result<Verdicts, BindError> {
        let binding = self.bind(columns.columns.iter().map(|(name, _)| name.as_ref()))?;
        self.grade_bound(&binding, columns)
    }

    /// Grades a batch whose columns stand as they were bound.
    ///
    /// # Errors
    /// Where a list's elements lack a required column.
    pub fn grade_bound(&self, binding: &Binding, columns: &Columns<'_>) -> Result<Verdicts, BindError> {
        grade(self.model(), &self.inner.plan, self.inner.as_of, binding, columns)
    }

    /// What is known of one row of columns that stand as they were bound. A value that does not fit
    /// its field counts as missing: whether it fits, the row's verdict says.
    ///
    /// # Errors
    /// Where a list's elements lack a required column.
    pub fn facts(&self, binding: &Binding, columns: &Columns<'_>, row: usize) -> Result<Facts, BindError> {
        let block = Reader::new(self.model(), self.plan(), binding, columns, true)?.block(row..row + 1);
        Ok(block.facts(self.model(), self.plan(), 0, self.as_of()))
    }

    /// Grades one row of typed facts.
    pub fn grade_facts(&self, facts: &Facts) -> Verdicts {
        grade_facts(self.model(), &self.inner.plan, facts)
    }
}
