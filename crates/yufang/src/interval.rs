//! Interval evaluation: what remains possible where gaps cannot be tried one by one, and, with
//! nothing known at all, what a rule set can give.
//!
//! Every operator is evaluated as written, on sets that hold at least every value that its operand
//! can have. The result is sound: no tier that is possible is ever left out.

mod domain;
mod lookup;
mod operators;

use rustc_hash::FxHashMap;

use crate::facts::Facts;
use crate::model::{Constant, Effect, ExprId, GradeBy, ListId, Model};
use crate::number::Number;
use crate::verdict::{RowError, TierSet};

pub(crate) use domain::{Abstract, Known, Possible};

/// What is certain of a row with gaps.
#[derive(Debug, Clone, Default)]
pub struct Bounded {
    /// Tiers that are possible.
    pub possible: TierSet,
    /// The score, where it is certain.
    pub score: Option<Number>,
    /// Outputs, where they are certain.
    pub outputs: Vec<Option<Constant>>,
    /// Rules that certainly fire.
    pub fired: Vec<usize>,
    /// Alerts that certainly fire.
    pub alerts: Vec<usize>,
    /// Alerts that may fire.
    pub maybe_alerts: Vec<usize>,
}

/// Evaluates one row.
///
/// # Errors
/// Where the row certainly errs: a table without a row for any key that is possible.
pub fn evaluate(model: &Model, facts: &Facts) -> Result<Bounded, RowError> {
    let mut space = Evaluator::new(model, Some(facts));
    space.definitions();
    let base = space.base()?;
    let (possible, fired) = space.effects(base)?;
    let score = match &model.grade.by {
        GradeBy::Bands { value, .. } => space.value(*value).number(),
        GradeBy::Tier(_) => None,
    };
    let outputs = model.outputs().map(|(_, def)| space.value(def.expr).constant()).collect();
    space.tier = Some(possible);
    let mut bounded = Bounded { possible, score, outputs, fired, ..Bounded::default() };
    for (at, alert) in model.alerts.iter().enumerate() {
        let (may, must) = space.condition(alert.when)?;
        if must {
            bounded.alerts.push(at);
        }
        if may {
            bounded.maybe_alerts.push(at);
        }
    }
    Ok(bounded)
}

/// Evaluates expressions on one row, or, without facts, on every row there can be.
pub(crate) struct Evaluator<'a> {
    pub(crate) model: &'a Model,
    facts: Option<&'a Facts>,
    known: FxHashMap<(ExprId, Element), Abstract>,
    element: Element,
    tier: Option<TierSet>,
}

/// The element at hand: none, one of the row's, or any that a list could hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Element {
    None,
    Of(ListId, usize),
    Any(ListId),
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(model: &'a Model, facts: Option<&'a Facts>) -> Self {
        Evaluator { model, facts, known: FxHashMap::default(), element: Element::None, tier: None }
    }

    /// Evaluates definitions in the order of their use, so that a long chain of them does not nest.
    pub(crate) fn definitions(&mut self) {
        for def in &self.model.order {
            let definition = &self.model.definitions[def.index()];
            if definition.space == crate::model::Space::Row {
                self.value(definition.expr);
            } else if let crate::model::Space::Element(list) = definition.space {
                self.element = Element::Any(list);
                self.value(definition.expr);
                self.element = Element::None;
            }
        }
    }

    /// What an expression can be.
    pub(crate) fn value(&mut self, id: ExprId) -> Abstract {
        let row = self.model.expr(id).space == crate::model::Space::Row;
        let element = if row { Element::None } else { self.element };
        if let Some(known) = self.known.get(&(id, element)) {
            return known.clone();
        }
        let outer = std::mem::replace(&mut self.element, element);
        let value = self.compute(id);
        self.element = outer;
        self.known.insert((id, element), value.clone());
        value
    }

    /// Whether a condition may hold, and whether it must.
    fn condition(&mut self, id: ExprId) -> Result<(bool, bool), RowError> {
        let value = self.value(id);
        value.certain_error()?;
        let (yes, no) = value.flags();
        let open = value.may_be_absent();
        Ok((yes || open, yes && !no && !open))
    }

    /// The tiers that the base can have.
    fn base(&mut self) -> Result<TierSet, RowError> {
        let grade = &self.model.grade;
        let (may, must) = match grade.when {
            Some(when) => self.condition(when)?,
            None => (true, true),
        };
        let mut base = TierSet::default();
        if !must {
            base = base.union(TierSet::one(grade.otherwise.unwrap_or(0)));
        }
        if may {
            match self.graded() {
                Ok(tiers) => base = base.union(tiers),
                Err(error) if must => return Err(error),
                // Only rows in which `when` holds err: they are left out.
                Err(_) => {}
            }
        }
        Ok(base)
    }

    fn graded(&mut self) -> Result<TierSet, RowError> {
        match &self.model.grade.by {
            GradeBy::Tier(tier) => {
                let value = self.value(*tier);
                value.certain_error()?;
                Ok(value.tiers(self.model.scale().tiers.len()))
            }
            GradeBy::Bands { value, bands } => {
                let score = self.value(*value);
                score.certain_error()?;
                let reached = bands.iter().filter(|band| score.meets(&band.range));
                Ok(reached.fold(TierSet::default(), |all, band| all.union(TierSet::one(band.tier))))
            }
        }
    }

    /// What the rules can make of base tiers, stage by stage, and which certainly fire.
    fn effects(&mut self, base: TierSet) -> Result<(TierSet, Vec<usize>), RowError> {
        let top = self.model.scale().tiers.len() as i32 - 1;
        let mut fired = Vec::new();
        let mut steps: Vec<i32> = vec![0];
        let (mut caps, mut floors, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
        for (at, rule) in self.model.rules.iter().enumerate() {
            let (may, must) = match rule.when {
                Some(when) => self.condition(when)?,
                None => (true, true),
            };
            if must {
                fired.push(at);
            }
            if !may {
                continue;
            }
            let tiers = match rule.effect {
                Effect::AtMost(tier) | Effect::AtLeast(tier) | Effect::Is(tier) => self.tiers_of(tier),
                Effect::Step(_) => Ok(TierSet::default()),
            };
            let tiers = match tiers {
                Ok(tiers) => tiers,
                Err(error) if must => return Err(error),
                // Where the rule acts the row errs: what remains is that it does not act.
                Err(_) => continue,
            };
            match rule.effect {
                Effect::Step(count) => {
                    let stepped = steps.iter().map(|sum| sum + count);
                    let mut sums: Vec<i32> = if must { Vec::new() } else { steps.clone() };
                    sums.extend(stepped);
                    sums.sort_unstable();
                    sums.dedup();
                    steps = sums;
                }
                Effect::AtMost(_) => caps.push((tiers, must)),
                Effect::AtLeast(_) => floors.push((tiers, must)),
                Effect::Is(_) => verdicts.push((tiers, must)),
            }
        }
        let mut tiers = TierSet::default();
        for tier in base.iter() {
            for sum in &steps {
                tiers = tiers.union(TierSet::one((i32::from(tier) + sum).clamp(0, top) as u8));
            }
        }
        tiers = apply(tiers, &caps, u8::min);
        tiers = apply(tiers, &floors, u8::max);
        Ok((judge(tiers, &verdicts), fired))
    }

    fn tiers_of(&mut self, id: ExprId) -> Result<TierSet, RowError> {
        let value = self.value(id);
        value.certain_error()?;
        Ok(value.tiers(self.model.scale().tiers.len()))
    }
}

/// Each clause that must act joins every tier with one of its own; one that may act leaves the
/// tiers as they are besides.
fn apply(tiers: TierSet, clauses: &[(TierSet, bool)], join: impl Fn(u8, u8) -> u8) -> TierSet {
    clauses.iter().fold(tiers, |tiers, (own, must)| {
        let mut joined = if *must { TierSet::default() } else { tiers };
        for tier in tiers.iter() {
            for other in own.iter() {
                joined = joined.union(TierSet::one(join(tier, other)));
            }
        }
        joined
    })
}

/// The highest verdict wins over every other tier.
fn judge(tiers: TierSet, verdicts: &[(TierSet, bool)]) -> TierSet {
    // `None` while no verdict has acted.
    let mut reached: Vec<Option<u8>> = vec![None];
    for (own, must) in verdicts {
        let mut next: Vec<Option<u8>> = if *must { Vec::new() } else { reached.clone() };
        for verdict in &reached {
            next.extend(own.iter().map(|tier| Some(verdict.map_or(tier, |before| before.max(tier)))));
        }
        next.sort_unstable();
        next.dedup();
        reached = next;
    }
    reached.iter().fold(TierSet::default(), |all, verdict| match verdict {
        Some(tier) => all.union(TierSet::one(*tier)),
        None => all.union(tiers),
    })
}
