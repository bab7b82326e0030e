//! Plan + block → a vector for each node. The one evaluator: a single row is a block of one.

use crate::codes::CodeId;
use crate::column::block::{Block, Known, Slot};
use crate::date::Date;
use crate::facts::Facts;
use crate::kernel::arithmetic;
use crate::kernel::{Lane, Mark, State, Vector, compare, keys, list, logic};
use crate::model::{Constant, ExprId, Model, Ty};
use crate::plan::{Form, NodeId, Op, Plan};
use crate::settle::{Settled, settle};
use crate::verdict::RowError;

/// All that was computed for a block.
pub(crate) struct Run<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) block: &'a Block,
    pub(crate) vectors: Vec<Vector>,
    pub(crate) settled: Settled,
}

/// The values of nodes that depend on no data, by node.
pub(crate) fn constants(plan: &Plan) -> Vec<Option<Vector>> {
    let block = Block::default();
    let mut run = Run { plan, block: &block, vectors: Vec::new(), settled: Settled::default() };
    let mut constants: Vec<Option<Vector>> = Vec::with_capacity(plan.nodes.len());
    for (at, node) in plan.nodes.iter().enumerate() {
        let constant =
            node.op.is_pure() && node.op.operands().iter().all(|id| constants[id.index()].is_some());
        let vector = constant.then(|| run.node(at));
        // INVARIANT: what depends on data is no operand of a constant.
        run.vectors.push(vector.clone().unwrap_or_else(|| Vector::known(Lane::Flag(Vec::new()))));
        constants.push(vector);
    }
    constants
}

/// Runs a plan on a block.
pub(crate) fn run<'a>(plan: &'a Plan, block: &'a Block) -> Run<'a> {
    let mut run =
        Run { plan, block, vectors: Vec::with_capacity(plan.nodes.len()), settled: Settled::default() };
    for node in 0..plan.before_tier {
        let vector = run.node(node);
        run.vectors.push(vector);
    }
    run.settled = settle(&run);
    for node in plan.before_tier..plan.nodes.len() {
        let vector = run.node(node);
        run.vectors.push(vector);
    }
    run
}

impl Run<'_> {
    pub(crate) fn vector(&self, id: NodeId) -> &Vector {
        &self.vectors[id.index()]
    }

    fn node(&self, at: usize) -> Vector {
        if let Some(Some(constant)) = self.plan.constants.get(at) {
            return constant.clone();
        }
        let node = &self.plan.nodes[at];
        let v = |id: &NodeId| self.vector(*id);
        let own = |id: &NodeId| self.plan.node(*id).form.denominator();
        match &node.op {
            Op::Constant(value) => self.constant(value, &node.form, at),
            Op::Field(field) => slot(&self.block.fields[field.index()], at),
            Op::ElementField(list, field) => {
                slot(&self.block.lists[list.index()].fields[*field as usize], at)
            }
            Op::Owner(list, x) => list::owner(v(x), &self.block.lists[list.index()].elements()),
            Op::Convert(x) => arithmetic::convert(v(x), &self.plan.node(*x).form, &node.form),
            Op::Negate(x) => arithmetic::negate(v(x)),
            Op::Abs(x) => arithmetic::abs(v(x)),
            Op::Add(x, y) => arithmetic::add(v(x), v(y), at),
            Op::Subtract(x, y) => arithmetic::subtract(v(x), v(y), at),
            Op::Multiply(x, y) => arithmetic::multiply(v(x), v(y), at),
            Op::Divide(x, y) => arithmetic::divide(v(x), v(y), at),
            Op::Reciprocal(x, entries) => arithmetic::reciprocal(v(x), entries, at),
            Op::Round(x, places) => arithmetic::round_to(v(x), own(x), *places),
            Op::Floor(x) => arithmetic::floor(v(x), own(x)),
            Op::Ceil(x) => arithmetic::ceil(v(x), own(x)),
            Op::Min(x, y) => arithmetic::least(v(x), v(y)),
            Op::Max(x, y) => arithmetic::greatest(v(x), v(y)),
            Op::MoveDate(x, count, unit) => keys::move_date(v(x), *count, *unit),
            Op::DaysBetween(x, y) => keys::days_between(v(x), v(y)),
            Op::Compare(op, x, y) => compare::compare(*op, v(x), v(y)),
            Op::DateWithin(x, lo, hi) => keys::date_within(v(x), *lo, *hi),
            Op::Not(x) => logic::not(v(x)),
            Op::All(xs) => logic::all(&self.several(xs)),
            Op::Any(xs) => logic::any(&self.several(xs)),
            Op::Under(x, ranges) => keys::under(v(x), ranges),
            Op::OneOf(x, values) => {
                let form = &self.plan.node(*x).form;
                keys::one_of(v(x), form, values, |text| self.plan.texts.get(text).copied())
            }
            Op::If(c, x, y) => logic::choose(v(c), v(x), v(y)),
            Op::OrElse(x, y) => logic::or_else(v(x), v(y)),
            Op::Has(x) => logic::has(v(x)),
            Op::Row(table, xs) => keys::row(&self.plan.tables[*table], &self.several(xs), at),
            Op::RowValue(table, row) => keys::row_value(&self.plan.tables[*table], v(row), at),
            Op::Aggregate { kind, list, value, filter } => {
                let elements = self.block.lists[list.index()].elements();
                list::aggregate(*kind, value.as_ref().map(v), filter.as_ref().map(v), &elements, at)
            }
            Op::FinalTier => self.final_tier(at),
        }
    }

    fn several(&self, ids: &[NodeId]) -> Vec<&Vector> {
        ids.iter().map(|id| self.vector(*id)).collect()
    }

    fn constant(&self, value: &Constant, form: &Form, at: usize) -> Vector {
        let zero = crate::number::whole(0);
        let lane = match value {
            Constant::Number(number) => arithmetic::constants([number.clone()].into_iter(), form),
            Constant::Flag(flag) => Lane::Flag(vec![u8::from(*flag)]),
            Constant::Text(text) => Lane::Text(vec![self.plan.texts.get(text).copied().unwrap_or(u32::MAX)]),
            Constant::Date(date) => Lane::Date(vec![date.days()]),
            Constant::Code(code) => Lane::Index(vec![code.0]),
            Constant::Option(option) => Lane::Index(vec![*option]),
            Constant::Tier(tier) => Lane::Tier(vec![*tier]),
            Constant::Missing => match form {
                Form::Flag => Lane::Flag(vec![0]),
                Form::Index => Lane::Index(vec![0]),
                Form::Text => Lane::Text(vec![0]),
                Form::Date => Lane::Date(vec![0]),
                Form::Tier => Lane::Tier(vec![0]),
                number => arithmetic::constants([zero].into_iter(), number),
            },
        };
        let hole = *value == Constant::Missing;
        Vector { lane, marks: hole.then(|| vec![Mark::new(State::Hole, at, 0)]) }
    }

    fn final_tier(&self, at: usize) -> Vector {
        let tiers = self.settled.tiers.iter().map(|tier| tier.unwrap_or(0)).collect();
        let mark = |(row, tier): (usize, &Option<u8>)| match tier {
            Some(_) => Mark::KNOWN,
            None => Mark::new(State::Missing, at, row),
        };
        Vector {
            lane: Lane::Tier(tiers),
            marks: Some(self.settled.tiers.iter().enumerate().map(mark).collect()),
        }
    }
}

fn slot(slot: &Slot, node: usize) -> Vector {
    let mark = |(at, known): (usize, &Known)| match known {
        Known::Value | Known::Default => Mark::KNOWN,
        Known::Assumed => Mark::ASSUMED,
        Known::Missing | Known::Coarse => Mark::new(State::Missing, node, at),
        Known::Untold => Mark::new(State::Untold, node, at),
    };
    let marks = slot.known.as_ref().map(|known| known.iter().enumerate().map(mark).collect());
    Vector { lane: slot.lane.clone(), marks }
}

impl Run<'_> {
    /// The error behind a mark.
    pub(crate) fn row_error(&self, model: &Model, mark: Mark) -> RowError {
        let node = &self.plan.nodes[mark.node as usize];
        let what = || node.expr.map(|expr| clause(model, expr)).unwrap_or_default();
        match (mark.state, &node.op) {
            (State::NoRow, Op::Row(table, keys)) => {
                let key = keys.iter().map(|key| self.show(model, *key, mark.at as usize)).collect::<Vec<_>>();
                let table = &model.tables[self.plan.tables[*table].table];
                RowError::NoRow { table: table.name.clone(), key: key.join(", ") }
            }
            (State::TooBig, _) => RowError::TooBig { what: what() },
            _ => RowError::NoValue { what: what() },
        }
    }

    /// A node's value as people read it.
    pub(crate) fn show(&self, model: &Model, id: NodeId, at: usize) -> String {
        let ty = self.plan.node(id).expr.map(|expr| &model.expr(expr).ty);
        self.value(id, at, ty).map_or_else(|| "缺".to_owned(), |value| model.show(&value, ty))
    }

    /// A node's value; `None` where there is none.
    pub(crate) fn value(&self, id: NodeId, at: usize, ty: Option<&Ty>) -> Option<Constant> {
        let vector = self.vector(id);
        if vector.mark(at).absent() {
            return None;
        }
        let at = if vector.lane.len() == 1 { 0 } else { at };
        Some(match &vector.lane {
            Lane::Flag(flags) => Constant::Flag(flags[at] == 1),
            Lane::Text(texts) => Constant::Text(self.block.texts.get(self.plan, texts[at]).to_owned()),
            Lane::Date(days) => Constant::Date(Date::from_days(days[at]).unwrap_or(Date::MIN)),
            Lane::Tier(tiers) => Constant::Tier(tiers[at]),
            Lane::Index(positions) => match ty {
                Some(Ty::Code(_)) => Constant::Code(CodeId(positions[at])),
                _ => Constant::Option(positions[at]),
            },
            numbers => Constant::Number(arithmetic::number_at(numbers, &self.plan.node(id).form, at)),
        })
    }
}

/// The name of the definition or clause in which an expression stands.
fn clause(model: &Model, expr: ExprId) -> String {
    let span = model.expr(expr).span;
    let within = |root: ExprId| {
        let own = model.expr(root).span;
        own.file == span.file && own.start <= span.start && span.end <= own.end
    };
    let definition = model.definitions.iter().find(|def| within(def.expr)).map(|def| def.name.clone());
    let rule = || model.rules.iter().find(|rule| rule.when.is_some_and(within)).map(|rule| rule.name.clone());
    let alert = || model.alerts.iter().find(|alert| within(alert.when)).map(|alert| alert.name.clone());
    definition.or_else(rule).or_else(alert).unwrap_or_else(|| model.scale().name.clone())
}

/// A definition's value on a row of typed facts, where it is certain without trying gaps.
pub(crate) fn value_of(model: &Model, plan: &Plan, facts: &Facts, expr: ExprId) -> Option<Constant> {
    let node = plan.of_expr.get(&expr)?;
    let block = Block::from_facts(model, plan, std::slice::from_ref(facts));
    run(plan, &block).value(*node, 0, Some(&model.expr(expr).ty))
}
