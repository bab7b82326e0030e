//! The examples of a rule set, run as its tests.

use crate::codes::CodeId;
use crate::compile::{AsOfError, RuleSet, Rules};
use crate::facts::{Fact, Facts};
use crate::interval::Evaluator;
use crate::model::{Constant, DefId, Example, ExpectedOutcome, ExprKind, Field, FieldType, GradeBy, Model};
use crate::run::value_of;
use crate::source::Span;
use crate::verdict::{Status, TierSet, Verdicts};

/// How an example came out.
#[derive(Debug, Clone)]
pub struct ExampleResult {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// What differs from what it expects; empty where it holds.
    pub differences: Vec<Difference>,
}

/// Something that an example expected otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The status, a value's name, or a rule's.
    pub what: String,
    /// What was expected.
    pub expected: String,
    /// What came out.
    pub found: String,
    /// Where it was expected.
    pub span: Span,
}

impl RuleSet {
    /// Runs all examples.
    pub fn test(&self) -> Vec<ExampleResult> {
        let mut results: Vec<ExampleResult> = Vec::new();
        for model in self.models() {
            for example in &model.examples {
                // An example without a date stands in every span of validity.
                if results.iter().all(|result| result.span != example.span) {
                    results.push(self.test_one(model, example));
                }
            }
        }
        results.sort_by_key(|result| result.span);
        results
    }

    fn test_one(&self, model: &Model, example: &Example) -> ExampleResult {
        let differences = match self.at(example.as_of) {
            Ok(rules) => differences(&rules, model, example),
            Err(error) => vec![unusable(example, &error)],
        };
        ExampleResult { name: example.name.clone(), span: example.span, differences }
    }
}

fn unusable(example: &Example, error: &AsOfError) -> Difference {
    Difference {
        what: example.name.clone(),
        expected: String::new(),
        found: error.to_string(),
        span: example.span,
    }
}

/// What is known of an example's row: fields that it does not name take their default; others are
/// missing where they may be, and untold where they may not.
pub fn facts(model: &Model, example: &Example) -> Facts {
    let fields = model.subject.fields.iter().enumerate().map(|(at, field)| {
        let named = example.fields.iter().find(|(id, _)| id.index() == at).map(|(_, value)| value);
        fact(model, field, named)
    });
    let lists = model.subject.lists.iter().enumerate().map(|(at, list)| {
        let named = example.lists.iter().find(|(id, _)| id.index() == at);
        let element = |values: &Vec<(u32, Constant)>| {
            let field = |(own, field): (usize, &Field)| {
                let named = values.iter().find(|(id, _)| *id as usize == own).map(|(_, value)| value);
                fact(model, field, named)
            };
            list.fields.iter().enumerate().map(field).collect()
        };
        Some(named.map_or_else(Vec::new, |(_, elements)| elements.iter().map(element).collect()))
    });
    Facts { fields: fields.collect(), lists: lists.collect(), as_of: example.as_of }
}

fn fact(model: &Model, field: &Field, named: Option<&Constant>) -> Fact {
    match (named, &field.default) {
        (Some(Constant::Missing), None) => Fact::Missing,
        (Some(Constant::Missing) | None, Some(default)) => Fact::Default(default.clone()),
        (Some(Constant::Code(code)), _) if is_coarse(model, field, *code) => Fact::Coarse(*code),
        (Some(value), _) => Fact::Known(value.clone()),
        (None, None) if field.optional => Fact::Missing,
        (None, None) => Fact::Untold,
    }
}

fn is_coarse(model: &Model, field: &Field, code: CodeId) -> bool {
    match &field.ty {
        FieldType::Code { list, level } => model.codes[list.index()].is_coarse(code, *level),
        _ => false,
    }
}

fn differences(rules: &Rules, model: &Model, example: &Example) -> Vec<Difference> {
    let facts = facts(model, example);
    let verdicts = rules.grade_facts(&facts);
    let mut differences: Vec<Difference> = outcome(model, example, &verdicts).into_iter().collect();
    for (def, expected, span) in &example.expect.values {
        differences.extend(value(rules, model, &facts, &verdicts, *def, expected, *span));
    }
    for (rule, span) in &example.expect.fired {
        if !verdicts.fired.get(0, *rule as usize) {
            let fired: Vec<&str> = verdicts.fired.iter(0).map(|at| model.rules[at].name.as_str()).collect();
            differences.push(Difference {
                what: "因为 / because".to_owned(),
                expected: model.rules[*rule as usize].name.clone(),
                found: fired.join(", "),
                span: *span,
            });
        }
    }
    differences
}

fn outcome(model: &Model, example: &Example, verdicts: &Verdicts) -> Option<Difference> {
    let expected = example.expect.outcome.as_ref()?;
    let (status, possible) = (verdicts.status[0], verdicts.possible[0]);
    let holds = match expected {
        ExpectedOutcome::Tier(tier) => status == Status::Graded && possible == TierSet::one(*tier),
        ExpectedOutcome::Possible(set) => status != Status::Invalid && possible == TierSet(*set),
        ExpectedOutcome::Undetermined => status == Status::Undetermined,
        ExpectedOutcome::Invalid => status == Status::Invalid,
    };
    let names = |set: TierSet| {
        let names: Vec<&str> =
            set.iter().map(|tier| model.scale().tiers[usize::from(tier)].name.as_str()).collect();
        names.join("|")
    };
    let wanted = match expected {
        ExpectedOutcome::Tier(tier) => names(TierSet::one(*tier)),
        ExpectedOutcome::Possible(set) => names(TierSet(*set)),
        ExpectedOutcome::Undetermined => "未定 / undetermined".to_owned(),
        ExpectedOutcome::Invalid => "无效 / invalid".to_owned(),
    };
    let found = match verdicts.error(0) {
        Some(error) => format!("无效 / invalid: {error}"),
        None => names(possible),
    };
    (!holds).then(|| Difference {
        what: model.scale().name.clone(),
        expected: wanted,
        found,
        span: example.span,
    })
}

/// Whether the grade is by this very definition.
fn is_score(model: &Model, def: DefId) -> bool {
    match &model.grade.by {
        GradeBy::Bands { value, .. } => {
            matches!(model.expr(*value).kind, ExprKind::Definition(own) if own == def)
        }
        GradeBy::Tier(_) => false,
    }
}

fn value(
    rules: &Rules,
    model: &Model,
    facts: &Facts,
    verdicts: &Verdicts,
    def: DefId,
    expected: &Constant,
    span: Span,
) -> Option<Difference> {
    let definition = &model.definitions[def.index()];
    let output = verdicts.outputs.iter().find(|output| output.definition == def);
    let score = verdicts.score.as_ref().filter(|_| is_score(model, def));
    let found = match output.or(score) {
        Some(output) => output.get(0),
        None => value_of(model, rules.plan(), facts, definition.expr)
            .or_else(|| Evaluator::new(model, Some(facts)).value(definition.expr).constant()),
    };
    let same = found.as_ref() == Some(expected) || (found.is_none() && *expected == Constant::Missing);
    let shown = |value: &Constant| model.show(value, Some(&definition.ty));
    (!same).then(|| Difference {
        what: definition.name.clone(),
        expected: shown(expected),
        found: found.as_ref().map_or_else(|| "缺 / missing".to_owned(), shown),
        span,
    })
}
