//! Verdicts under construction.

use std::ops::Range;

use crate::interval::Bounded;
use crate::kernel::{Lane, Vector, pick};
use crate::model::{Constant, Model, Ty};
use crate::plan::{Form, NodeId, Plan};
use crate::run::Run;
use crate::trial::{Gap, Place, deciding};
use crate::verdict::{BitRows, OutputColumn, RowError, Status, TierSet, Values, Verdicts};

/// Verdicts under construction: outputs still in their lanes.
pub(super) struct Builder {
    verdicts: Verdicts,
    /// The score, if there is one, then the outputs.
    lanes: Vec<(Option<Lane>, Vec<bool>)>,
    texts: Vec<String>,
}

impl Builder {
    pub(super) fn new(model: &Model, plan: &Plan, rows: usize) -> Builder {
        let output =
            |definition| OutputColumn { definition, values: Values::Flags(Vec::new()), certain: Vec::new() };
        let score = plan.score.as_ref().map(|_| output(crate::model::DefId(u32::MAX)));
        let verdicts = Verdicts {
            status: vec![Status::Invalid; rows],
            possible: vec![TierSet::default(); rows],
            score,
            outputs: model.outputs().map(|(id, _)| output(id)).collect(),
            fired: BitRows::new(rows, model.rules.len()),
            alerts: BitRows::new(rows, model.alerts.len()),
            maybe_alerts: BitRows::new(rows, model.alerts.len()),
            missing: BitRows::new(rows, model.subject.fields.len() + model.subject.lists.len()),
            errors: Vec::new(),
        };
        let columns = usize::from(plan.score.is_some()) + plan.outputs.len();
        Builder { verdicts, lanes: vec![(None, vec![false; rows]); columns], texts: Vec::new() }
    }

    pub(super) fn invalid(&mut self, row: usize, error: RowError) {
        self.verdicts.status[row] = Status::Invalid;
        self.verdicts.possible[row] = TierSet::default();
        self.verdicts.errors.push((row, error));
        self.lanes.iter_mut().for_each(|(_, certain)| certain[row] = false);
    }

    pub(super) fn sort_errors(&mut self) {
        self.verdicts.errors.sort_by_key(|(row, _)| *row);
    }

    fn settle(&mut self, row: usize, possible: TierSet) {
        let single = possible.single().is_some();
        self.verdicts.status[row] = if single { Status::Graded } else { Status::Undetermined };
        self.verdicts.possible[row] = possible;
    }

    /// Takes over rows without gaps and faults.
    pub(super) fn graded(&mut self, plan: &Plan, result: &Run<'_>, rows: &[usize]) {
        for row in rows {
            let tier = result.settled.tiers[*row].unwrap_or(plan.top);
            self.settle(*row, TierSet::one(tier));
        }
        for (at, (when, _)) in plan.rules.iter().enumerate() {
            let fires = when.map(|when| Condition::new(result, when));
            let fires = |row: &&usize| fires.as_ref().is_none_or(|when| when.holds(**row));
            rows.iter().filter(fires).for_each(|row| self.verdicts.fired.set(*row, at));
        }
        for (at, when) in plan.alerts.iter().enumerate() {
            let when = Condition::new(result, *when);
            for row in rows.iter().filter(|row| when.holds(**row)) {
                self.verdicts.alerts.set(*row, at);
            }
            for row in rows.iter().filter(|row| when.may_hold(**row)) {
                self.verdicts.maybe_alerts.set(*row, at);
            }
        }
        for ((_, certain), node) in self.lanes.iter_mut().zip(columns(plan)) {
            let vector = result.vector(node);
            rows.iter().for_each(|row| certain[*row] = !vector.mark(*row).absent());
        }
    }

    /// Takes over the output lanes of a block.
    pub(super) fn lanes(&mut self, plan: &Plan, result: &Run<'_>) {
        let rows = result.block.rows;
        for ((lane, _), node) in self.lanes.iter_mut().zip(columns(plan)) {
            let own = &result.vector(node).lane;
            *lane =
                Some(if own.len() == rows { own.clone() } else { own.gather(std::iter::repeat_n(0, rows)) });
        }
        if self.lanes.iter().any(|(lane, _)| matches!(lane, Some(Lane::Text(_)))) {
            let texts = 0..result.block.texts.len(plan) as u32;
            self.texts = texts.map(|text| result.block.texts.get(plan, text).to_owned()).collect();
        }
    }

    /// Joins the combinations of a row, which stand at `range`; those at `valid` are possible.
    pub(super) fn tried(
        &mut self,
        model: &Model,
        result: &Run<'_>,
        row: usize,
        gaps: &[Gap<'_>],
        range: Range<usize>,
        valid: &[usize],
    ) {
        let plan = result.plan;
        let tier = |at: usize| result.settled.tiers[at].unwrap_or(plan.top);
        let possible = valid.iter().fold(TierSet::default(), |all, at| all.union(TierSet::one(tier(*at))));
        self.settle(row, possible);
        for (at, (when, _)) in plan.rules.iter().enumerate() {
            let when = when.map(|when| Condition::new(result, when));
            if when.is_none_or(|when| valid.iter().all(|own| when.holds(*own))) {
                self.verdicts.fired.set(row, at);
            }
        }
        for (at, when) in plan.alerts.iter().enumerate() {
            let when = Condition::new(result, *when);
            if valid.iter().all(|own| when.holds(*own)) {
                self.verdicts.alerts.set(row, at);
            }
            if valid.iter().any(|own| when.may_hold(*own)) {
                self.verdicts.maybe_alerts.set(row, at);
            }
        }
        for ((lane, certain), node) in self.lanes.iter_mut().zip(columns(plan)) {
            let vector = result.vector(node);
            let first = valid[0];
            let agree = |at: &usize| !vector.mark(*at).absent() && vector.lane.same(first, &vector.lane, *at);
            certain[row] = valid.iter().all(agree);
            if let (true, Some(lane)) = (certain[row], lane) {
                let from = if vector.lane.len() == 1 { 0 } else { first };
                lane.copy(row, &vector.lane, from);
            }
        }
        if possible.single().is_none() {
            let mut tiers = vec![None; range.len()];
            valid.iter().for_each(|at| tiers[at - range.start] = Some(tier(*at)));
            deciding(gaps, &tiers).into_iter().for_each(|place| self.missing(model, row, place));
        }
    }

    fn missing(&mut self, model: &Model, row: usize, place: Place) {
        let at = match place {
            Place::Field(field) => field,
            Place::Element(list, ..) => model.subject.fields.len() + list.index(),
            Place::List(list) => model.subject.fields.len() + list,
        };
        self.verdicts.missing.set(row, at);
    }

    pub(super) fn bounded(
        &mut self,
        model: &Model,
        plan: &Plan,
        row: usize,
        gaps: &[Gap<'_>],
        bounded: &Bounded,
    ) {
        self.settle(row, bounded.possible);
        bounded.fired.iter().for_each(|at| self.verdicts.fired.set(row, *at));
        bounded.alerts.iter().for_each(|at| self.verdicts.alerts.set(row, *at));
        bounded.maybe_alerts.iter().for_each(|at| self.verdicts.maybe_alerts.set(row, *at));
        let score = plan.score.iter().map(|_| bounded.score.clone().map(Constant::Number));
        let values = score.chain(bounded.outputs.iter().cloned());
        for ((lane, certain), (node, value)) in self.lanes.iter_mut().zip(columns(plan).zip(values)) {
            certain[row] = value.is_some();
            if let (Some(lane), Some(value)) = (lane, value) {
                write(lane, row, &value, &plan.node(node).form, &mut self.texts);
            }
        }
        if bounded.possible.single().is_none() {
            gaps.iter().for_each(|gap| self.missing(model, row, gap.place));
        }
    }

    pub(super) fn append(&mut self, mut other: Builder) {
        let offset = self.verdicts.rows();
        let own = &mut self.verdicts;
        own.status.append(&mut other.verdicts.status);
        own.possible.append(&mut other.verdicts.possible);
        own.fired.append(&other.verdicts.fired);
        own.alerts.append(&other.verdicts.alerts);
        own.maybe_alerts.append(&other.verdicts.maybe_alerts);
        own.missing.append(&other.verdicts.missing);
        own.errors.extend(other.verdicts.errors.into_iter().map(|(row, error)| (row + offset, error)));
        let texts = std::mem::take(&mut other.texts);
        for ((lane, certain), (part, part_certain)) in self.lanes.iter_mut().zip(other.lanes) {
            certain.extend(part_certain);
            let Some(mut part) = part else { continue };
            part.renumber(|number| own_number(&mut self.texts, &texts, number));
            match lane {
                None => *lane = Some(part),
                Some(lane) => lane.append(part),
            }
        }
    }

    pub(super) fn finish(self, model: &Model, plan: &Plan) -> Verdicts {
        let Builder { mut verdicts, lanes, texts } = self;
        let score = plan.score.iter().map(|_| &Ty::Flag);
        let types: Vec<&Ty> = score.chain(model.outputs().map(|(_, def)| &def.ty)).collect();
        let mut lanes =
            lanes.into_iter().zip(columns(plan)).zip(types).map(|(((lane, certain), node), ty)| {
                (values(lane, &plan.node(node).form, ty, &texts), certain)
            });
        let columns = verdicts.score.iter_mut().chain(&mut verdicts.outputs);
        for (column, (values, certain)) in columns.zip(&mut lanes) {
            column.values = values;
            column.certain = certain;
        }
        verdicts
    }
}

fn own_number(own: &mut Vec<String>, texts: &[String], number: u32) -> u32 {
    let text = texts.get(number as usize).map_or("", String::as_str);
    own.push(text.to_owned());
    own.len() as u32 - 1
}

/// The score's node, if there is one, then the outputs'.
fn columns(plan: &Plan) -> impl Iterator<Item = NodeId> + '_ {
    plan.score.iter().chain(&plan.outputs).map(|(node, _)| *node)
}

/// The condition of a rule or an alert.
struct Condition<'r> {
    flags: &'r [u8],
    vector: &'r Vector,
}

impl<'r> Condition<'r> {
    fn new(result: &'r Run<'_>, when: NodeId) -> Self {
        let vector = result.vector(when);
        Condition { flags: vector.lane.flags(), vector }
    }

    fn holds(&self, row: usize) -> bool {
        *pick(self.flags, row) == 1 && !self.vector.mark(row).absent()
    }

    fn may_hold(&self, row: usize) -> bool {
        *pick(self.flags, row) == 1 || self.vector.mark(row).absent()
    }
}

fn write(lane: &mut Lane, row: usize, value: &Constant, form: &Form, texts: &mut Vec<String>) {
    let single = match value {
        Constant::Number(number) => crate::kernel::arithmetic::constants([number.clone()].into_iter(), form),
        Constant::Flag(flag) => Lane::Flag(vec![u8::from(*flag)]),
        Constant::Date(date) => Lane::Date(vec![date.days()]),
        Constant::Code(code) => Lane::Index(vec![code.0]),
        Constant::Option(at) => Lane::Index(vec![*at]),
        Constant::Tier(tier) => Lane::Tier(vec![*tier]),
        Constant::Text(text) => {
            texts.push(text.clone());
            Lane::Text(vec![texts.len() as u32 - 1])
        }
        Constant::Missing => return,
    };
    lane.copy(row, &single, 0);
}

fn values(lane: Option<Lane>, form: &Form, ty: &Ty, texts: &[String]) -> Values {
    use num_traits::ToPrimitive;
    let denominator = form.denominator();
    match lane {
        None => Values::Flags(Vec::new()),
        Some(Lane::Flag(flags)) => Values::Flags(flags.into_iter().map(|flag| flag == 1).collect()),
        Some(Lane::Scaled(values)) => {
            Values::Scaled { values, denominator: denominator.and_then(|own| own.to_u64()).unwrap_or(1) }
        }
        Some(Lane::Wide(values)) => {
            Values::Wide { values, denominator: denominator.and_then(|own| own.to_u128()).unwrap_or(1) }
        }
        Some(Lane::Exact(values)) => Values::Exact(values),
        Some(Lane::Index(positions)) if matches!(ty, Ty::Code(_)) => Values::Codes(positions),
        Some(Lane::Index(positions)) => Values::Options(positions),
        Some(Lane::Date(days)) => Values::Dates(days),
        Some(Lane::Tier(tiers)) => Values::Tiers(tiers),
        Some(Lane::Text(own)) => Values::Texts(
            own.into_iter().map(|at| texts.get(at as usize).cloned().unwrap_or_default()).collect(),
        ),
    }
}
