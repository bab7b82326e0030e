//! The columns that grading gives, fixed by the rule set and never by the data.

use std::borrow::Cow;

use yufang::Rules;
use yufang::column::{Column, Columns};
use yufang::date::Date;
use yufang::diagnostic::Language;
use yufang::model::{DefId, Definition, ExprKind, GradeBy, Model, Ty};
use yufang::number;
use yufang::plan::OutputType;
use yufang::text::fold;
use yufang::verdict::{BitRows, OutputColumn, RowError, Status, Values, Verdicts};

use crate::exact::push_quotient;
use crate::shape::names;

/// What stands between several names.
const JOINT: &str = "|";

/// The column of the number that the grade is by.
const SCORE: &str = "score";

/// The names and types of the columns of a grading, and how verdicts become their cells.
///
/// In this order: the key, `status`, `tier`, `possible`, `score`, the outputs, `fired`, `alerts`,
/// `missing`, `error`.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The key's name, then its label.
    key: Vec<String>,
    tiers: Vec<String>,
    score: OutputType,
    outputs: Vec<Output>,
    rules: Vec<String>,
    alerts: Vec<String>,
    /// Fields, then lists.
    inputs: Vec<String>,
}

/// An output column.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its static type.
    pub ty: OutputType,
    /// Its position among the outputs of the verdicts.
    pub at: usize,
    /// The names that its values stand for, where they are positions.
    names: Vec<String>,
}

/// A cell of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// No certain value.
    Null,
    /// 是 / 否.
    Flag(bool),
    /// A name, a date, or an exact number: a decimal where it ends, else `p/q`.
    Text(Cow<'a, str>),
}

impl Contract {
    /// The columns for rules.
    pub fn of(rules: &Rules) -> Contract {
        let (score, outputs) = rules.output_types();
        Contract::new(rules.model(), score, outputs)
    }

    /// The columns for a model, with the static types of its score (where it is graded by a number)
    /// and of its outputs, in their order.
    pub fn new<'a>(
        model: &Model,
        score: Option<&OutputType>,
        outputs: impl IntoIterator<Item = &'a OutputType>,
    ) -> Contract {
        let subject = &model.subject;
        let key = model.key().map(|id| &subject.fields[id.index()]);
        let fields = subject.fields.iter().map(|field| &field.name);
        let inputs = fields.chain(subject.lists.iter().map(|list| &list.name));
        // An output named `score` that the grade is by is that column already.
        let graded_by = graded_by(model);
        let typed = model.outputs().zip(outputs).enumerate();
        let typed = typed.filter(|(_, ((id, own), _))| own.name != SCORE || Some(*id) != graded_by);
        let typed = typed.map(|(at, ((_, definition), ty))| Output {
            name: definition.name.clone(),
            ty: ty.clone(),
            at,
            names: value_names(model, definition),
        });
        Contract {
            key: key.map_or_else(Vec::new, |field| {
                let mut all = vec![field.name.clone()];
                all.extend(names(&field.name, field.label.as_deref()));
                all
            }),
            tiers: model.scale().tiers.iter().map(|tier| tier.name.clone()).collect(),
            score: score.cloned().unwrap_or(OutputType::Exact),
            outputs: typed.collect(),
            rules: model.rules.iter().map(|rule| rule.name.clone()).collect(),
            alerts: model.alerts.iter().map(|alert| alert.name.clone()).collect(),
            inputs: inputs.cloned().collect(),
        }
    }

    /// The key's name, where the subject has a key.
    pub fn key(&self) -> Option<&str> {
        self.key.first().map(String::as_str)
    }

    /// The static type of the score.
    pub fn score(&self) -> &OutputType {
        &self.score
    }

    /// The outputs, in their order.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// The names of the tiers, low to high.
    pub fn tiers(&self) -> &[String] {
        &self.tiers
    }

    /// The names of all columns, in their order.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = self.key().into_iter().collect();
        columns.extend(["status", "tier", "possible", SCORE]);
        columns.extend(self.outputs.iter().map(|output| output.name.as_str()));
        columns.extend(["fired", "alerts", "missing", "error"]);
        columns
    }

    /// The key's column among an input's, found by its name or label.
    pub fn key_of<'c, 'a>(&self, columns: &'c Columns<'a>) -> Option<&'c Column<'a>> {
        let is_key = |name: &str| self.key.iter().any(|key| *key == fold(name));
        columns.columns.iter().find(|(name, _)| is_key(name)).map(|(_, column)| column)
    }

    /// `graded`, `undetermined` or `invalid`.
    pub fn status(status: Status) -> &'static str {
        match status {
            Status::Graded => "graded",
            Status::Undetermined => "undetermined",
            Status::Invalid => "invalid",
        }
    }

    /// The tier of a graded row.
    pub fn tier(&self, verdicts: &Verdicts, row: usize) -> Option<&str> {
        verdicts.tier(row).map(|tier| self.tiers[usize::from(tier)].as_str())
    }

    /// The possible tiers, low to high.
    pub fn possible(&self, verdicts: &Verdicts, row: usize, out: &mut String) {
        let tiers = verdicts.possible[row].iter().map(usize::from);
        join(out, tiers.filter_map(|tier| self.tiers.get(tier)).map(|name| (name.as_str(), "")));
    }

    /// The rules that certainly hold, in text order.
    pub fn fired(&self, verdicts: &Verdicts, row: usize, out: &mut String) {
        join_bits(out, &verdicts.fired, &self.rules, row);
    }

    /// The alerts in text order; one that is not certain carries `?`.
    pub fn alerts(&self, verdicts: &Verdicts, row: usize, out: &mut String) {
        let certain = |at: &usize| verdicts.alerts.get(row, *at);
        let maybe = |at: &usize| verdicts.maybe_alerts.get(row, *at);
        let held = (0..self.alerts.len()).filter(|at| certain(at) || maybe(at));
        join(out, held.map(|at| (self.alerts[at].as_str(), if certain(&at) { "" } else { "?" })));
    }

    /// The fields and lists whose gap decides the tier.
    pub fn missing(&self, verdicts: &Verdicts, row: usize, out: &mut String) {
        join_bits(out, &verdicts.missing, &self.inputs, row);
    }

    /// What is wrong with an invalid row.
    pub fn error(verdicts: &Verdicts, row: usize, language: Language) -> Option<String> {
        verdicts.error(row).map(|error| row_error_text(error, language))
    }

    /// The score, where it is certain.
    pub fn score_cell<'a>(&self, verdicts: &'a Verdicts, row: usize) -> Cell<'a> {
        verdicts.score.as_ref().map_or(Cell::Null, |score| cell(score, &[], row))
    }

    /// The value of the output at a position among [`Contract::outputs`].
    pub fn output_cell<'a>(&'a self, verdicts: &'a Verdicts, output: usize, row: usize) -> Cell<'a> {
        let output = &self.outputs[output];
        cell(&verdicts.outputs[output.at], &output.names, row)
    }
}

/// What is wrong with a row, in one language.
pub fn row_error_text(error: &RowError, language: Language) -> String {
    let message = error.message();
    match language {
        Language::Zh => message.zh,
        Language::En => message.en,
    }
}

/// The definition that the grade is by, where it is one and a number.
fn graded_by(model: &Model) -> Option<DefId> {
    match &model.grade.by {
        GradeBy::Bands { value, .. } => match model.expr(*value).kind {
            ExprKind::Definition(id) => Some(id),
            _ => None,
        },
        GradeBy::Tier(_) => None,
    }
}

fn value_names(model: &Model, definition: &Definition) -> Vec<String> {
    match &definition.ty {
        Ty::Tier(scale) => model.scales[scale.index()].tiers.iter().map(|tier| tier.name.clone()).collect(),
        Ty::Option(set) => model.options[set.index()].options.iter().map(|(name, _)| name.clone()).collect(),
        Ty::Code(list) => model.codes[list.index()].codes().iter().map(|code| code.code.clone()).collect(),
        Ty::Flag | Ty::Number { .. } | Ty::Text | Ty::Date => Vec::new(),
    }
}

fn cell<'a>(column: &'a OutputColumn, names: &'a [String], row: usize) -> Cell<'a> {
    if !column.certain[row] {
        return Cell::Null;
    }
    let name = |at: usize| names.get(at).map_or(Cell::Null, |name| Cell::Text(name.as_str().into()));
    let quotient = |numerator: i128, denominator: u128| {
        let mut text = String::new();
        push_quotient(&mut text, numerator, denominator);
        Cell::Text(text.into())
    };
    match &column.values {
        Values::Scaled { values, denominator } => quotient(values[row].into(), (*denominator).into()),
        Values::Wide { values, denominator } => quotient(values[row], *denominator),
        Values::Exact(values) => Cell::Text(number::show(&values[row]).into()),
        Values::Flags(values) => Cell::Flag(values[row]),
        Values::Tiers(values) => name(values[row].into()),
        Values::Codes(values) | Values::Options(values) => name(values[row] as usize),
        Values::Dates(values) => {
            Date::from_days(values[row]).map_or(Cell::Null, |date| Cell::Text(date.to_string().into()))
        }
        Values::Texts(values) => Cell::Text(values[row].as_str().into()),
    }
}

fn join_bits(out: &mut String, bits: &BitRows, names: &[String], row: usize) {
    join(out, bits.iter(row).filter_map(|at| names.get(at)).map(|name| (name.as_str(), "")));
}

fn join<'a>(out: &mut String, names: impl Iterator<Item = (&'a str, &'a str)>) {
    let start = out.len();
    for (name, mark) in names {
        if out.len() > start {
            out.push_str(JOINT);
        }
        out.push_str(name);
        out.push_str(mark);
    }
}
