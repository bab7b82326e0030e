//! Columns → Verdicts, block by block.

use crate::column::bind::{BindError, Binding, bind_elements, elements};
use crate::column::block::{Block, ListSlot, Slot, Texts};
use crate::column::decode::{Decoder, Fault, show};
use crate::column::{Column, Columns, Data};
use crate::date::Date;
use crate::facts::Facts;
use crate::interval::{self, Bounded};
use crate::kernel::Lane;
use crate::model::{Constant, Field, FieldId, List, Model, Space, Ty};
use crate::plan::{Form, NodeId, Op, Plan};
use crate::run::{Run, run};
use crate::trial::{Gap, Place, combinations, digits, expand, gaps};
use crate::verdict::{BitRows, FieldPath, OutputColumn, RowError, Status, TierSet, Values, Verdicts};

/// Rows that are run together: their values stay in the processor's caches.
const BLOCK: usize = 1024;

/// Combinations that are run together.
const TRIALS: usize = 8192;

/// Grades all rows of `columns`.
///
/// # Errors
/// Where a list's elements lack a required column.
pub(crate) fn grade(
    model: &Model,
    plan: &Plan,
    as_of: Option<Date>,
    binding: &Binding,
    columns: &Columns<'_>,
) -> Result<Verdicts, BindError> {
    let reader = Reader::new(model, plan, binding, columns, false)?;
    let mut verdicts = Builder::new(model, plan, 0);
    for start in (0..columns.rows).step_by(BLOCK) {
        let block = reader.block(start..(start + BLOCK).min(columns.rows));
        verdicts.append(grade_block(model, plan, as_of, &block));
    }
    Ok(verdicts.finish(model, plan))
}

/// Grades one row of typed facts.
pub(crate) fn grade_facts(model: &Model, plan: &Plan, facts: &Facts) -> Verdicts {
    let block = Block::from_facts(model, plan, std::slice::from_ref(facts));
    grade_block(model, plan, facts.as_of, &block).finish(model, plan)
}

/// Reads blocks of typed rows from columns.
pub(crate) struct Reader<'a> {
    plan: &'a Plan,
    fields: Vec<(Decoder<'a>, Option<&'a Column<'a>>, &'a Field)>,
    lists: Vec<ListReader<'a>>,
}

struct ListReader<'a> {
    list: &'a List,
    column: Option<&'a Column<'a>>,
    fields: Vec<(Decoder<'a>, Option<&'a Column<'a>>, &'a Field)>,
}

impl<'a> Reader<'a> {
    /// With `whole`, texts that no rule reads are kept too.
    pub(crate) fn new(
        model: &'a Model,
        plan: &'a Plan,
        binding: &Binding,
        columns: &'a Columns<'a>,
        whole: bool,
    ) -> Result<Self, BindError> {
        let column = |at: &Option<usize>| at.map(|at| &columns.columns[at].1);
        let used_field =
            |at: usize| whole || plan.nodes.iter().any(|node| node.op == Op::Field(FieldId(at as u32)));
        let fields = model.subject.fields.iter().zip(&binding.fields).enumerate();
        let fields = fields
            .map(|(at, (field, own))| (Decoder::new(model, field, used_field(at)), column(own), field))
            .collect();
        let mut lists = Vec::new();
        for (list, own) in model.subject.lists.iter().zip(&binding.lists) {
            let own = column(own);
            let children = own.and_then(|own| elements(&own.data));
            let found = match children {
                Some(children) => bind_elements(&list.fields, children)?,
                None => vec![None; list.fields.len()],
            };
            let child = |at: &Option<usize>| Some(&children?.columns[(*at)?].1);
            let fields = list.fields.iter().zip(&found);
            let fields =
                fields.map(|(field, at)| (Decoder::new(model, field, true), child(at), field)).collect();
            lists.push(ListReader { list, column: own, fields });
        }
        Ok(Reader { plan, fields, lists })
    }

    pub(crate) fn block(&self, range: std::ops::Range<usize>) -> Block {
        let rows = range.len();
        let mut texts = Texts::default();
        let mut errors: Vec<Option<RowError>> = vec![None; rows];
        let mut fields = Vec::with_capacity(self.fields.len());
        for (decoder, column, field) in &self.fields {
            let text = |text: &str| texts.number(self.plan, text);
            let fail = |at: usize, fault: Fault| {
                let path = FieldPath { name: field.name.clone(), element: None };
                errors[at].get_or_insert_with(|| row_error(path, *column, range.start + at, fault));
            };
            fields.push(decoder.decode(*column, range.clone(), text, fail));
        }
        let lists = self
            .lists
            .iter()
            .map(|list| list.slot(self.plan, range.clone(), &mut texts, &mut errors))
            .collect();
        let errors = errors.into_iter().enumerate().filter_map(|(row, error)| Some((row, error?))).collect();
        Block { rows, fields, lists, texts, errors }
    }
}

impl ListReader<'_> {
    fn slot(
        &self,
        plan: &Plan,
        range: std::ops::Range<usize>,
        texts: &mut Texts,
        errors: &mut [Option<RowError>],
    ) -> ListSlot {
        let (mut positions, mut owners) = (Vec::new(), Vec::new());
        let (mut offsets, mut supplied) = (vec![0u32], Vec::new());
        for (row, source) in range.enumerate() {
            let own = self.elements_of(source, row, errors);
            supplied.push(own.is_some());
            for (nth, position) in own.into_iter().flatten().enumerate() {
                positions.push(position);
                owners.push((row, nth));
            }
            offsets.push(positions.len() as u32);
        }
        let mut fields = Vec::new();
        for (decoder, column, field) in &self.fields {
            let text = |text: &str| texts.number(plan, text);
            let fail = |at: usize, fault: Fault| {
                let (row, nth) = owners[at];
                let path =
                    FieldPath { name: self.list.name.clone(), element: Some((nth, field.name.clone())) };
                errors[row].get_or_insert_with(|| row_error(path, *column, positions[at], fault));
            };
            fields.push(decode_at(decoder, *column, &positions, text, fail));
        }
        ListSlot { offsets, supplied, fields }
    }

    /// Positions of a row's elements among all elements; `None` where no list was supplied.
    fn elements_of(
        &self,
        source: usize,
        row: usize,
        errors: &mut [Option<RowError>],
    ) -> Option<std::ops::Range<usize>> {
        let path = || FieldPath { name: self.list.name.clone(), element: None };
        let column = self.column.filter(|column| column.is_valid(source));
        match column.map(|column| &column.data) {
            Some(Data::List { offsets, .. }) => {
                let range = offsets.get(source)..offsets.get(source + 1);
                if range.len() > self.list.at_most as usize {
                    errors[row].get_or_insert_with(|| RowError::TooMany {
                        list: self.list.name.clone(),
                        count: range.len(),
                        at_most: self.list.at_most,
                    });
                    return Some(range.start..range.start);
                }
                Some(range)
            }
            Some(Data::Null(_)) | None => {
                if !self.list.optional {
                    errors[row].get_or_insert_with(|| RowError::Missing { field: path() });
                }
                None
            }
            Some(_) => {
                let column = self.column;
                errors[row].get_or_insert_with(|| {
                    row_error(path(), column, source, Fault::Unfit(crate::verdict::Unfit::NotAList))
                });
                None
            }
        }
    }
}

/// Decodes the values at `positions`, run by run of neighbours.
fn decode_at(
    decoder: &Decoder<'_>,
    column: Option<&Column<'_>>,
    positions: &[usize],
    mut text: impl FnMut(&str) -> u32,
    mut fail: impl FnMut(usize, Fault),
) -> Slot {
    let mut whole: Option<Slot> = None;
    let mut done = 0;
    for neighbours in positions.chunk_by(|a, b| a + 1 == *b) {
        let range = neighbours[0]..neighbours[0] + neighbours.len();
        let part = decoder.decode(column, range, &mut text, |at, fault| fail(done + at, fault));
        done += neighbours.len();
        whole = Some(match whole {
            None => part,
            Some(own) => own.join(part),
        });
    }
    whole.unwrap_or_else(|| decoder.decode(column, 0..0, text, fail))
}

fn row_error(field: FieldPath, column: Option<&Column<'_>>, at: usize, fault: Fault) -> RowError {
    match fault {
        Fault::Missing => RowError::Missing { field },
        Fault::Unfit(reason) => {
            let value = column.map_or_else(String::new, |column| show(column, at));
            RowError::Unfit { field, value, reason }
        }
    }
}

/// Verdicts under construction: outputs still in their lanes.
struct Builder {
    verdicts: Verdicts,
    /// The score, if there is one, then the outputs.
    lanes: Vec<(Option<Lane>, Vec<bool>)>,
    texts: Vec<String>,
}

fn grade_block(model: &Model, plan: &Plan, as_of: Option<Date>, block: &Block) -> Builder {
    let result = run(plan, block);
    let mut builder = Builder::new(model, plan, block.rows);
    let mut waiting: Vec<(usize, Vec<Gap>)> = Vec::new();
    let mut errors = block.errors.iter().peekable();
    let needs_care = block.needs_care() || result.vectors.iter().any(|vector| vector.marks.is_some());
    for row in 0..block.rows {
        if let Some((_, error)) = errors.next_if(|(own, _)| *own == row) {
            builder.invalid(row, error.clone());
            continue;
        }
        if let Some(error) = requirement(model, &result, row) {
            builder.invalid(row, error);
            continue;
        }
        let open = if needs_care { gaps(model, plan, block, row) } else { Vec::new() };
        let hole = result.settled.obstacles[row].is_some_and(|mark| !mark.fault());
        if !open.is_empty() || hole {
            waiting.push((row, open));
            continue;
        }
        match fault(&result, row) {
            Some(mark) => builder.invalid(row, result.row_error(model, mark)),
            None => builder.graded(plan, &result, row),
        }
    }
    builder.lanes(plan, &result);
    try_all(model, plan, as_of, block, waiting, &mut builder);
    builder.verdicts.errors.sort_by_key(|(row, _)| *row);
    builder
}

/// The requirement that a row certainly fails, or an error in one.
fn requirement(model: &Model, result: &Run<'_>, row: usize) -> Option<RowError> {
    for (at, requirement) in model.requirements.iter().enumerate() {
        let vector = result.vector(result.plan.requirements[at]);
        let own_row = result.plan.node(result.plan.requirements[at]).space == Space::Row;
        let whole = || std::iter::once((row, None));
        let fails = |(position, element): (usize, Option<usize>)| {
            let mark = vector.mark(position);
            if mark.fault() {
                return Some(result.row_error(model, mark));
            }
            let holds = mark.absent() || *crate::kernel::pick(vector.lane.flags(), position) == 1;
            (!holds).then(|| RowError::Requirement {
                requirement: at as u32,
                element,
                reason: requirement.notes.because.clone().unwrap_or_default(),
            })
        };
        let error = match requirement.over {
            None => whole().find_map(fails),
            Some(list) => {
                let elements = result.block.lists[list.index()].elements().of(row);
                // A condition that reads no element has its value once a row, also through a definition.
                let place = |(nth, position)| (if own_row { row } else { position }, Some(nth));
                elements.enumerate().map(place).find_map(fails)
            }
        };
        if error.is_some() {
            return error;
        }
    }
    None
}

/// The first fault of a row: of its tier, then of its outputs, then of its alerts.
fn fault(result: &Run<'_>, row: usize) -> Option<crate::kernel::Mark> {
    let obstacle = result.settled.obstacles[row];
    let others = result.plan.outputs.iter().map(|(node, _)| *node).chain(result.plan.alerts.iter().copied());
    let others = others.map(|node| result.vector(node).mark(row));
    obstacle.into_iter().chain(others).find(|mark| mark.fault())
}

/// Runs the combinations of rows with gaps, many rows at once.
fn try_all(
    model: &Model,
    plan: &Plan,
    as_of: Option<Date>,
    block: &Block,
    waiting: Vec<(usize, Vec<Gap>)>,
    builder: &mut Builder,
) {
    let mut batch: Vec<(usize, &[Gap], usize)> = Vec::new();
    let mut size = 0;
    for (row, gaps) in &waiting {
        match combinations(gaps) {
            Some(count) => {
                batch.push((*row, gaps, count));
                size += count;
            }
            None => by_intervals(model, plan, as_of, block, *row, gaps, builder),
        }
        if size >= TRIALS {
            try_batch(model, plan, as_of, block, &std::mem::take(&mut batch), builder);
            size = 0;
        }
    }
    try_batch(model, plan, as_of, block, &batch, builder);
}

fn try_batch(
    model: &Model,
    plan: &Plan,
    as_of: Option<Date>,
    block: &Block,
    batch: &[(usize, &[Gap], usize)],
    builder: &mut Builder,
) {
    if batch.is_empty() {
        return;
    }
    let trial = expand(block, batch);
    let result = run(plan, &trial);
    let mut start = 0;
    for (row, gaps, count) in batch {
        let range = start..start + count;
        start += count;
        // A combination that a requirement excludes needs no tier.
        let open = range.clone().any(|at| {
            result.settled.obstacles[at].is_some_and(|mark| !mark.fault())
                && requirement(model, &result, at).is_none()
        });
        if open {
            by_intervals(model, plan, as_of, block, *row, gaps, builder);
            continue;
        }
        let invalid = |at: usize| {
            requirement(model, &result, at)
                .or_else(|| fault(&result, at).map(|mark| result.row_error(model, mark)))
        };
        let errors: Vec<Option<RowError>> = range.clone().map(invalid).collect();
        let valid: Vec<usize> = range.clone().filter(|at| errors[at - range.start].is_none()).collect();
        match errors.into_iter().next() {
            Some(Some(first)) if valid.is_empty() => builder.invalid(*row, first),
            _ => builder.tried(model, plan, &result, *row, gaps, range.start, &valid),
        }
    }
}

fn by_intervals(
    model: &Model,
    plan: &Plan,
    as_of: Option<Date>,
    block: &Block,
    row: usize,
    gaps: &[Gap],
    builder: &mut Builder,
) {
    let facts = block.facts(model, plan, row, as_of);
    match interval::evaluate(model, &facts) {
        Ok(bounded) => builder.bounded(model, plan, row, gaps, &bounded),
        Err(error) => builder.invalid(row, error),
    }
}

impl Builder {
    fn new(model: &Model, plan: &Plan, rows: usize) -> Builder {
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

    fn invalid(&mut self, row: usize, error: RowError) {
        self.verdicts.status[row] = Status::Invalid;
        self.verdicts.possible[row] = TierSet::default();
        self.verdicts.errors.push((row, error));
        self.lanes.iter_mut().for_each(|(_, certain)| certain[row] = false);
    }

    fn settle(&mut self, row: usize, possible: TierSet) {
        let single = possible.single().is_some();
        self.verdicts.status[row] = if single { Status::Graded } else { Status::Undetermined };
        self.verdicts.possible[row] = possible;
    }

    fn graded(&mut self, plan: &Plan, result: &Run<'_>, row: usize) {
        let tier = result.settled.tiers[row].unwrap_or(plan.top);
        self.settle(row, TierSet::one(tier));
        for (at, (when, _)) in plan.rules.iter().enumerate() {
            if when.is_none_or(|when| holds(result, when, row)) {
                self.verdicts.fired.set(row, at);
            }
        }
        for (at, when) in plan.alerts.iter().enumerate() {
            let absent = result.vector(*when).mark(row).absent();
            let holds = holds(result, *when, row);
            if holds {
                self.verdicts.alerts.set(row, at);
            }
            if holds || absent {
                self.verdicts.maybe_alerts.set(row, at);
            }
        }
        for ((_, certain), node) in self.lanes.iter_mut().zip(columns(plan)) {
            certain[row] = !result.vector(node).mark(row).absent();
        }
    }

    /// Takes over the output lanes of a block.
    fn lanes(&mut self, plan: &Plan, result: &Run<'_>) {
        let rows = result.block.rows;
        for ((lane, _), node) in self.lanes.iter_mut().zip(columns(plan)) {
            let own = &result.vector(node).lane;
            *lane =
                Some(if own.len() == rows { own.clone() } else { own.gather(std::iter::repeat_n(0, rows)) });
        }
        self.texts.clear();
        for text in 0..result.block.texts.len(plan) {
            self.texts.push(result.block.texts.get(plan, text as u32).to_owned());
        }
    }

    /// Joins the combinations of a row, of which those at `valid` are possible.
    #[expect(clippy::too_many_arguments, reason = "one call, and each is needed")]
    fn tried(
        &mut self,
        model: &Model,
        plan: &Plan,
        result: &Run<'_>,
        row: usize,
        gaps: &[Gap],
        start: usize,
        valid: &[usize],
    ) {
        let tier = |at: usize| result.settled.tiers[at].unwrap_or(plan.top);
        let possible = valid.iter().fold(TierSet::default(), |all, at| all.union(TierSet::one(tier(*at))));
        self.settle(row, possible);
        for (at, (when, _)) in plan.rules.iter().enumerate() {
            if when.is_none_or(|when| valid.iter().all(|own| holds(result, when, *own))) {
                self.verdicts.fired.set(row, at);
            }
        }
        for (at, when) in plan.alerts.iter().enumerate() {
            let absent = |own: &usize| result.vector(*when).mark(*own).absent();
            if valid.iter().all(|own| holds(result, *when, *own)) {
                self.verdicts.alerts.set(row, at);
            }
            if valid.iter().any(|own| holds(result, *when, *own) || absent(own)) {
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
            for place in deciding(gaps, start, valid, tier) {
                self.missing(model, row, place);
            }
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

    fn bounded(&mut self, model: &Model, plan: &Plan, row: usize, gaps: &[Gap], bounded: &Bounded) {
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

    fn append(&mut self, mut other: Builder) {
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

    fn finish(self, model: &Model, plan: &Plan) -> Verdicts {
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

fn holds(result: &Run<'_>, when: NodeId, row: usize) -> bool {
    let vector = result.vector(when);
    *crate::kernel::pick(vector.lane.flags(), row) == 1 && !vector.mark(row).absent()
}

/// Gaps in which two possible combinations differ alone, and in their tiers.
fn deciding(gaps: &[Gap], start: usize, valid: &[usize], tier: impl Fn(usize) -> u8) -> Vec<Place> {
    let digits: Vec<(Vec<usize>, u8)> =
        valid.iter().map(|at| (digits(gaps, at - start), tier(*at))).collect();
    let decides = |gap: usize| {
        let mut seen: rustc_hash::FxHashMap<Vec<usize>, u8> = rustc_hash::FxHashMap::default();
        digits.iter().any(|(digits, tier)| {
            let mut others = digits.clone();
            others[gap] = 0;
            *seen.entry(others).or_insert(*tier) != *tier
        })
    };
    (0..gaps.len()).filter(|gap| decides(*gap)).map(|gap| gaps[gap].place).collect()
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
