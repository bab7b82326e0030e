//! The examples of the packs, whose answers were worked out from the law by hand, hold under the
//! reference interpreter; and production says of each just what the reference says.

use yufang::examples::facts;
use yufang::model::{Constant, DefId, Example, ExpectedOutcome, ExprKind, GradeBy, Model};
use yufang::reference::{ReferenceVerdict, grade, value};
use yufang::verdict::{Status, TierSet};
use yufang_packs::packs;
use yufang_tests::compare::{differs, produced};

/// Packs whose examples must be there: else the test could be green for want of any.
const NEEDED: [&str; 3] = ["lec", "gb18218-2018", "hazchem-2018-19"];

#[test]
fn examples_of_the_packs_hold_under_the_reference() {
    let mut seen = Vec::new();
    for pack in packs() {
        let set = yufang::compile(&pack.bundle()).unwrap_or_else(|error| panic!("{}: {error}", pack.name()));
        for model in set.models() {
            for example in &model.examples {
                seen.push(pack.name());
                let name = format!("{}: {}", pack.name(), example.name);
                let facts = facts(model, example);
                let reference = grade(model, &facts);
                check(model, example, &facts, &reference, &name);
                let rules = set.at(example.as_of).unwrap_or_else(|error| panic!("{name}: {error}"));
                let production = produced(model, &rules.grade_facts(&facts), 0);
                if let Some(what) = differs(&production, &reference) {
                    panic!("{name}: {what}");
                }
            }
        }
    }
    for name in NEEDED {
        assert!(seen.contains(&name), "no examples of {name}");
    }
}

fn check(
    model: &Model,
    example: &Example,
    facts: &yufang::facts::Facts,
    verdict: &ReferenceVerdict,
    name: &str,
) {
    let holds = match &example.expect.outcome {
        None => true,
        Some(ExpectedOutcome::Tier(tier)) => {
            verdict.status == Status::Graded && verdict.possible == TierSet::one(*tier)
        }
        Some(ExpectedOutcome::Possible(set)) => verdict.possible == TierSet(*set),
        Some(ExpectedOutcome::Undetermined) => verdict.status == Status::Undetermined,
        Some(ExpectedOutcome::Invalid) => verdict.status == Status::Invalid,
    };
    assert!(holds, "{name}: {verdict:?}");
    for (definition, expected, _) in &example.expect.values {
        let output = model.outputs().position(|(own, _)| own == *definition);
        let output = output.and_then(|at| verdict.outputs[at].clone());
        let score = verdict.score.clone().filter(|_| is_score(model, *definition)).map(Constant::Number);
        let found = output.or(score).or_else(|| value(model, facts, *definition));
        assert_eq!(found.unwrap_or(Constant::Missing), *expected, "{name}: {definition:?}");
    }
    for (rule, _) in &example.expect.fired {
        assert!(verdict.fired.contains(&(*rule as usize)), "{name}: rule {rule} of {:?}", verdict.fired);
    }
}

fn is_score(model: &Model, definition: DefId) -> bool {
    match &model.grade.by {
        GradeBy::Bands { value, .. } => {
            matches!(model.expr(*value).kind, ExprKind::Definition(own) if own == definition)
        }
        GradeBy::Tier(_) => false,
    }
}
