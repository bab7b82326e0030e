//! One rule set and some rows, graded by production and by the reference, and what differs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use yufang::Rules;
use yufang::date::Date;
use yufang::facts::{Fact, Facts};
use yufang::model::{Constant, Model};
use yufang::reference::{Hypotheses, ReferenceVerdict, gaps, grade, may_fill, tier_under};
use yufang::verdict::{RowError, Status, TierSet, Verdicts};

use crate::generate::cells::{self, Faults, RowText};
use crate::generate::columns::Batch;
use crate::generate::facts::facts;
use crate::generate::{AS_OF, Random, RuleSetText};

/// Why a rule set and its rows are not alike on both sides.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The generated text is refused: a fault of the generator, or of parser or checker.
    Unusable(String),
    /// Something panics.
    Panics(String),
    /// Production and reference differ on a row.
    Differs {
        /// The row.
        row: RowText,
        /// What differs, on both sides.
        what: String,
    },
}

/// How many rows came out how; a run that grades nothing proves nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Rows compared.
    pub rows: usize,
    /// With one tier.
    pub graded: usize,
    /// With several.
    pub undetermined: usize,
    /// With an error.
    pub invalid: usize,
    /// Bounded by intervals.
    pub bounded: usize,
    /// Bounded, where production and reference find different tiers possible.
    pub looser: usize,
}

impl Tally {
    /// Adds another run's rows.
    pub fn add(&mut self, other: Tally) {
        self.rows += other.rows;
        self.graded += other.graded;
        self.undetermined += other.undetermined;
        self.invalid += other.invalid;
        self.bounded += other.bounded;
        self.looser += other.looser;
    }
}

/// Random rows for a rule set.
pub fn rows(set: &RuleSetText, count: usize) -> Vec<RowText> {
    let mut random = Random::new(set.seed ^ 0x5EED);
    let faults = Faults { missing: 20, unfit: 2 };
    (0..count).map(|_| cells::row(&set.schema, &mut random, faults)).collect()
}

/// Grades rows both ways.
///
/// # Errors
/// The first thing that is not alike.
pub fn compare(set: &RuleSetText, rows: &[RowText]) -> Result<Tally, Failure> {
    let outcome = catch_unwind(AssertUnwindSafe(|| compare_rows(set, rows)));
    outcome.unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().cloned();
        Err(Failure::Panics(message.unwrap_or_default()))
    })
}

fn compare_rows(set: &RuleSetText, rows: &[RowText]) -> Result<Tally, Failure> {
    let unusable = |error: &dyn std::fmt::Display| Failure::Unusable(error.to_string());
    let compiled = yufang::compile(&set.bundle()).map_err(|error| unusable(&error))?;
    let rules = compiled.at(Date::parse(AS_OF)).map_err(|error| unusable(&error))?;
    let mut random = Random::new(set.seed ^ 0xC015);
    let batch = Batch::new(&set.schema, rows, &mut random);
    let verdicts = rules.grade(&batch.columns()).map_err(|error| unusable(&error))?;
    let mut tally = Tally::default();
    for (at, row) in rows.iter().enumerate() {
        let compared = one(&rules, row, &verdicts, at, &mut random, &mut tally);
        compared.map_err(|what| Failure::Differs { row: row.clone(), what })?;
    }
    Ok(tally)
}

fn one(
    rules: &Rules,
    row: &RowText,
    verdicts: &Verdicts,
    at: usize,
    random: &mut Random,
    tally: &mut Tally,
) -> Result<(), String> {
    let model = rules.model();
    tally.rows += 1;
    let facts = match facts(model, row, rules.as_of()) {
        Ok(facts) => facts,
        Err(error) => {
            tally.invalid += 1;
            return same("error", &verdicts.error(at).map(kind), &Some(kind(&error)));
        }
    };
    let reference = grade(model, &facts);
    match reference.status {
        Status::Graded => tally.graded += 1,
        Status::Undetermined => tally.undetermined += 1,
        Status::Invalid => tally.invalid += 1,
    }
    let production = produced(model, verdicts, at);
    if random.chance(5) {
        untold(rules, &facts, random)?;
    }
    if reference.bounded {
        tally.bounded += 1;
        sound(model, &facts, &production, random)?;
        tally.looser += usize::from(production.possible != reference.possible);
        return Ok(());
    }
    differs(&production, &reference).map_or(Ok(()), Err)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, production: &T, reference: &T) -> Result<(), String> {
    if production == reference {
        return Ok(());
    }
    Err(format!("{what}: production {production:?}, reference {reference:?}"))
}

/// The first thing in which two verdicts differ.
pub fn differs(production: &ReferenceVerdict, reference: &ReferenceVerdict) -> Option<String> {
    let compare = || {
        same("status", &production.status, &reference.status)?;
        same("possible", &production.possible, &reference.possible)?;
        same("score", &production.score, &reference.score)?;
        same("outputs", &production.outputs, &reference.outputs)?;
        same("fired", &production.fired, &reference.fired)?;
        same("alerts", &production.alerts, &reference.alerts)?;
        same("maybe_alerts", &production.maybe_alerts, &reference.maybe_alerts)?;
        same("missing", &production.missing, &reference.missing)?;
        same("error", &production.error.as_ref().map(kind), &reference.error.as_ref().map(kind))
    };
    compare().err()
}

/// What production says of a row, in the reference's form.
pub fn produced(model: &Model, verdicts: &Verdicts, at: usize) -> ReferenceVerdict {
    let score = verdicts.score.as_ref().and_then(|score| score.get(at));
    let subject = &model.subject;
    let fields = subject.fields.iter().map(|field| &field.name);
    let names: Vec<&String> = fields.chain(subject.lists.iter().map(|list| &list.name)).collect();
    ReferenceVerdict {
        status: verdicts.status[at],
        possible: verdicts.possible[at],
        score: score.and_then(|score| if let Constant::Number(score) = score { Some(score) } else { None }),
        outputs: verdicts.outputs.iter().map(|output| output.get(at)).collect(),
        fired: verdicts.fired.iter(at).collect(),
        alerts: verdicts.alerts.iter(at).collect(),
        maybe_alerts: verdicts.maybe_alerts.iter(at).collect(),
        missing: verdicts.missing.iter(at).map(|own| names[own].clone()).collect(),
        error: verdicts.error(at).cloned(),
        bounded: false,
    }
}

/// The row with some values untold, as examples leave them: the two sides must agree on that too.
fn untold(rules: &Rules, facts: &Facts, random: &mut Random) -> Result<(), String> {
    let mut facts = facts.clone();
    let elements = facts.lists.iter_mut().flatten().flatten().flatten();
    for fact in facts.fields.iter_mut().chain(elements) {
        if matches!(fact, Fact::Known(_)) && random.chance(10) {
            *fact = Fact::Untold;
        }
    }
    let reference = grade(rules.model(), &facts);
    let production = produced(rules.model(), &rules.grade_facts(&facts), 0);
    if reference.bounded {
        return sound(rules.model(), &facts, &production, random);
    }
    differs(&production, &reference).map_or(Ok(()), |what| Err(format!("{what}, of {facts:?}")))
}

/// An error without its words: they are not held to anything.
fn kind(error: &RowError) -> String {
    match error {
        RowError::Missing { field } => format!("missing {field}"),
        RowError::Unfit { field, .. } => format!("unfit {field}"),
        RowError::TooMany { list, .. } => format!("too many {list}"),
        RowError::Requirement { requirement, element, .. } => {
            format!("requirement {requirement} {element:?}")
        }
        RowError::NoRow { table, .. } => format!("no row {table}"),
        RowError::NoValue { .. } => "no value".to_owned(),
        RowError::TooBig { .. } => "too big".to_owned(),
        RowError::Unreadable { .. } => "unreadable".to_owned(),
    }
}

/// Fills the gaps at random some times: what comes out must have been possible.
fn sound(
    model: &Model,
    facts: &Facts,
    production: &ReferenceVerdict,
    random: &mut Random,
) -> Result<(), String> {
    let (places, lists) = gaps(model, facts);
    if !lists.is_empty() {
        return Ok(());
    }
    for _ in 0..30 {
        let mut filled = Hypotheses::new();
        for place in &places {
            let found = (0..200).map(|_| candidate(random)).find(|own| may_fill(model, facts, *place, own));
            filled.extend(found.map(|own| (*place, own)));
        }
        if let Ok(Some(tier)) = tier_under(model, facts, &filled)
            && !production.possible.contains(tier)
        {
            let one = TierSet::one(tier);
            return Err(format!(
                "possible: production {:?}, but {filled:?} gives {one:?}",
                production.possible
            ));
        }
    }
    Ok(())
}

/// Any constant that may or may not fit a gap.
fn candidate(random: &mut Random) -> Constant {
    use yufang::codes::CodeId;
    use yufang::number::{parse_decimal, scaled};
    match random.below(7) {
        0 => Constant::Flag(random.chance(50)),
        1 => Constant::Option(random.below(4) as u32),
        2 => Constant::Code(CodeId(random.below(11) as u32)),
        3 => Constant::Text((*random.pick(&["氯", "氨", "水", "别的"])).to_owned()),
        4 => Constant::Date(Date::from_days(random.between(18_262, 20_818) as i32).unwrap_or(Date::MIN)),
        5 => Constant::Number(scaled(
            i128::from(random.between(-1_000_000, 1_000_000)),
            random.below(7) as u32,
        )),
        _ => {
            let text = *random
                .pick(&["0", "1", "2", "3", "5", "10", "0.5", "2.5", "0.1", "20", "-1", "100", "100000"]);
            Constant::Number(parse_decimal(text).unwrap_or_default())
        }
    }
}
