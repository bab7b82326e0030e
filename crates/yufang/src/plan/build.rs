//! Model → Plan.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::One;
use rustc_hash::{FxHashMap, FxHashSet};

use super::number::{fits_decimal, places};
use super::table::{Cuts, NO_ROW, classes_of_range, ends};
use super::{
    Action, BandPlan, Bounds, Classifier, FieldPlan, Form, Grading, Node, NodeId, Op, OutputType, Plan,
    TablePlan, over, reads,
};
use crate::ast::AggregateKind;
use crate::date::{Date, TimeUnit};
use crate::model::{
    Constant, Effect, ExprId, ExprKind, Field, FieldId, FieldType, GradeBy, List, ListId, Model, Space,
    TableId, Ty,
};
use crate::number::{Number, power_of_ten, whole};

/// Makes the plan of a model. `as_of` is needed where the model uses it; without it, it reads as the
/// first day of the calendar.
pub fn plan(model: &Model, as_of: Option<Date>) -> Plan {
    let mut builder = Builder::new(model, as_of);
    let requirements =
        model.requirements.iter().map(|requirement| builder.expr(requirement.condition)).collect();
    let grade_when = model.grade.when.map(|when| builder.expr(when));
    let grading = builder.grading();
    let rules = model.rules.iter().map(|rule| builder.rule(rule)).collect();
    let outputs = model.outputs().map(|(_, def)| builder.output(def.expr)).collect();
    let score = match &model.grade.by {
        GradeBy::Bands { value, .. } => Some(builder.output(*value)),
        GradeBy::Tier(_) => None,
    };
    let before_tier = builder.nodes.len();
    let alerts = model.alerts.iter().map(|alert| builder.expr(alert.when)).collect();
    let mut text_list = vec![String::new(); builder.texts.len()];
    for (text, number) in &builder.texts {
        text_list[*number as usize].clone_from(text);
    }
    let (fields, lists) = fields(model, &builder.nodes);
    let mut plan = Plan {
        grading,
        grade_when,
        otherwise: model.grade.otherwise.unwrap_or(0),
        top: model.scale().tiers.len().saturating_sub(1) as u8,
        rules,
        outputs,
        score,
        alerts,
        requirements,
        before_tier,
        reads: reads::reads(model, as_of),
        fields,
        lists,
        nodes: builder.nodes,
        tables: builder.tables,
        texts: builder.texts,
        text_list,
        of_expr: builder.of_expr,
        constants: Vec::new(),
    };
    plan.constants = crate::run::constants(&plan);
    plan
}

/// The fields of the row, and of each list's elements.
fn fields(model: &Model, nodes: &[Node]) -> (Vec<FieldPlan>, Vec<Vec<FieldPlan>>) {
    let used: FxHashSet<&Op> = nodes
        .iter()
        .map(|node| &node.op)
        .filter(|op| matches!(op, Op::Field(_) | Op::ElementField(..)))
        .collect();
    let field = |(at, field): (u32, &Field)| FieldPlan::new(field, used.contains(&Op::Field(FieldId(at))));
    let elements = |(list, own): (u32, &List)| {
        let used = |at| used.contains(&Op::ElementField(ListId(list), at));
        (0..).zip(&own.fields).map(|(at, field)| FieldPlan::new(field, used(at))).collect()
    };
    let fields = (0..).zip(&model.subject.fields).map(field).collect();
    (fields, (0..).zip(&model.subject.lists).map(elements).collect())
}

/// The form in which a field's numbers are held: as they come, over a power of ten.
pub(crate) fn field_form(field: &Field) -> (Form, Bounds) {
    match &field.ty {
        FieldType::Number { lo, hi, decimals, listed, .. } => {
            let bounds = Bounds::new(lo.clone(), hi.clone());
            let listed = listed.iter().flatten();
            let denominator = listed.fold(power_of_ten(*decimals), |all, (value, _)| all.lcm(value.denom()));
            (bounds.form(denominator), bounds)
        }
        FieldType::Text => (Form::Text, Bounds::default()),
        FieldType::Flag => (Form::Flag, Bounds::default()),
        FieldType::Option(_) | FieldType::Code { .. } => (Form::Index, Bounds::default()),
        FieldType::Date { .. } => (Form::Date, Bounds::default()),
    }
}

pub(super) struct Builder<'m> {
    pub(super) model: &'m Model,
    as_of: Date,
    pub(super) nodes: Vec<Node>,
    known: FxHashMap<(Op, Form, Space), NodeId>,
    of_expr: FxHashMap<ExprId, NodeId>,
    pub(super) tables: Vec<TablePlan>,
    known_tables: FxHashMap<(TableId, Vec<Form>), usize>,
    texts: FxHashMap<String, u32>,
    current: Option<ExprId>,
}

impl<'m> Builder<'m> {
    fn new(model: &'m Model, as_of: Option<Date>) -> Self {
        Builder {
            model,
            as_of: as_of.unwrap_or(Date::MIN),
            nodes: Vec::new(),
            known: FxHashMap::default(),
            of_expr: FxHashMap::default(),
            tables: Vec::new(),
            known_tables: FxHashMap::default(),
            texts: FxHashMap::default(),
            current: None,
        }
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// Adds a node, or finds the same one. Operands of a row are brought to the elements first.
    pub(super) fn push(&mut self, op: Op, form: Form, space: Space, bounds: Bounds) -> NodeId {
        let key = (op, form, space);
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let id = NodeId(self.nodes.len() as u32);
        let (op, form, space) = key.clone();
        self.nodes.push(Node { op, form, space, expr: self.current, bounds });
        self.known.insert(key, id);
        id
    }

    /// Where an operation on `ids` lives.
    pub(super) fn space(&self, ids: &[NodeId]) -> Space {
        let spaces = ids.iter().map(|id| self.node(*id).space);
        spaces.fold(Space::Row, |all, own| if own == Space::Row { all } else { own })
    }

    /// Brings row values to the elements where the expression lives there. Constants fit anywhere.
    fn align(&mut self, id: NodeId, space: Space) -> NodeId {
        let node = self.node(id).clone();
        match (space, node.space, &node.op) {
            (_, _, Op::Constant(_)) | (Space::Row, _, _) | (_, Space::Element(_), _) => id,
            (Space::Element(list), Space::Row, _) => {
                self.push(Op::Owner(list, id), node.form, space, node.bounds)
            }
        }
    }

    /// The node of an expression and of all that it needs. Definitions are followed on a stack of
    /// their own, so that a long chain of them cannot exhaust the machine's.
    pub(super) fn expr(&mut self, id: ExprId) -> NodeId {
        if let Some(node) = self.of_expr.get(&id) {
            return *node;
        }
        let mut waiting = vec![id];
        while let Some(top) = waiting.last().copied() {
            let missing =
                reads::operands(self.model, top).into_iter().find(|x| !self.of_expr.contains_key(x));
            match missing {
                Some(operand) => waiting.push(operand),
                None => {
                    waiting.pop();
                    if !self.of_expr.contains_key(&top) {
                        let node = self.build(top);
                        self.of_expr.insert(top, node);
                    }
                }
            }
        }
        self.of_expr[&id]
    }

    /// The node of an expression whose operands have theirs.
    fn build(&mut self, id: ExprId) -> NodeId {
        let expr = self.model.expr(id);
        let space = expr.space;
        self.current = Some(id);
        let at = |builder: &mut Self, x: ExprId| {
            let node = builder.of_expr[&x];
            builder.align(node, space)
        };
        match &expr.kind {
            ExprKind::Constant(value) => self.constant(value, &expr.ty),
            ExprKind::AsOf => self.constant(&Constant::Date(self.as_of), &expr.ty),
            ExprKind::Field(field) => {
                let (form, bounds) = field_form(&self.model.subject.fields[field.index()]);
                self.push(Op::Field(*field), form, Space::Row, bounds)
            }
            ExprKind::ElementField(list, field) => {
                let source = &self.model.subject.lists[list.index()].fields[*field as usize];
                let (form, bounds) = field_form(source);
                self.push(Op::ElementField(*list, *field), form, space, bounds)
            }
            ExprKind::Definition(def) => self.of_expr[&self.model.definitions[def.index()].expr],
            ExprKind::Sheet(sheet) => self.sheet(sheet.index()),
            ExprKind::FinalTier => self.push(Op::FinalTier, Form::Tier, Space::Row, Bounds::default()),
            ExprKind::Negate(x) => {
                let x = at(self, *x);
                self.negate(x)
            }
            ExprKind::Add(x, y) => {
                let (x, y) = (at(self, *x), at(self, *y));
                self.add(x, y)
            }
            ExprKind::Subtract(x, y) => {
                let (x, y) = (at(self, *x), at(self, *y));
                self.subtract(x, y)
            }
            ExprKind::Multiply(x, y) => {
                let (x, y) = (at(self, *x), at(self, *y));
                self.multiply(x, y)
            }
            ExprKind::Divide(x, y) => {
                let (x, y) = (at(self, *x), at(self, *y));
                self.divide(x, y)
            }
            ExprKind::Builtin(function, xs) => {
                let xs: Vec<NodeId> = xs.iter().map(|x| at(self, *x)).collect();
                self.builtin(*function, &xs)
            }
            ExprKind::MoveDate(x, count, unit) => {
                let x = at(self, *x);
                self.move_date(x, *count, *unit)
            }
            ExprKind::DaysBetween(x, y) => {
                let (x, y) = (at(self, *x), at(self, *y));
                let most = whole(i64::from(Date::MAX.days() - Date::MIN.days()));
                let bounds = Bounds::new(-most.clone(), most);
                self.push(Op::DaysBetween(x, y), Form::Scaled(BigInt::one()), space, bounds)
            }
            ExprKind::Recent(count, unit, x) => {
                let x = at(self, *x);
                let count = i32::try_from(*count).unwrap_or(i32::MAX);
                let lo = self.as_of.plus(-count, *unit);
                self.flag(Op::DateWithin(x, lo.days(), self.as_of.days()), space)
            }
            ExprKind::Compare(op, x, y) => {
                let (x, y) = (at(self, *x), at(self, *y));
                let (x, y) = if self.node(x).form.denominator().is_some() || self.node(x).form == Form::Exact
                {
                    let form = self.common(&[x, y], None);
                    (self.cast(x, &form), self.cast(y, &form))
                } else {
                    (x, y)
                };
                self.flag(Op::Compare(*op, x, y), space)
            }
            ExprKind::Not(x) => {
                let x = at(self, *x);
                self.flag(Op::Not(x), space)
            }
            ExprKind::All(xs) => {
                let xs = xs.iter().map(|x| at(self, *x)).collect();
                self.flag(Op::All(xs), space)
            }
            ExprKind::Any(xs) => {
                let xs = xs.iter().map(|x| at(self, *x)).collect();
                self.flag(Op::Any(xs), space)
            }
            ExprKind::Under(x, codes) => {
                let list = match &self.model.expr(*x).ty {
                    Ty::Code(list) => &self.model.codes[list.index()],
                    // INVARIANT: check lets only codes stand left of 属于.
                    _ => return at(self, *x),
                };
                let ranges = codes.iter().map(|code| (*code, list.get(*code).end)).collect();
                let x = at(self, *x);
                self.flag(Op::Under(x, ranges), space)
            }
            ExprKind::OneOf(x, values) => {
                let x = at(self, *x);
                for value in values {
                    self.intern(value);
                }
                self.flag(Op::OneOf(x, values.clone()), space)
            }
            ExprKind::If(c, x, y) => {
                let (c, x, y) = (at(self, *c), at(self, *x), at(self, *y));
                let (x, y, form, bounds) = self.alternatives(x, y);
                self.push(Op::If(c, x, y), form, space, bounds)
            }
            ExprKind::OrElse(x, y) => {
                let (x, y) = (at(self, *x), at(self, *y));
                let (x, y, form, bounds) = self.alternatives(x, y);
                self.push(Op::OrElse(x, y), form, space, bounds)
            }
            ExprKind::Has(x) => {
                let x = at(self, *x);
                self.flag(Op::Has(x), space)
            }
            ExprKind::Lookup(table, keys) => {
                let keys: Vec<NodeId> = keys.iter().map(|key| at(self, *key)).collect();
                self.lookup(*table, keys, space)
            }
            ExprKind::Aggregate { kind, list, value, filter } => {
                self.aggregate(*kind, *list, *value, *filter)
            }
        }
    }

    fn flag(&mut self, op: Op, space: Space) -> NodeId {
        self.push(op, Form::Flag, space, Bounds::default())
    }

    fn intern(&mut self, value: &Constant) {
        if let Constant::Text(text) = value {
            let next = self.texts.len() as u32;
            self.texts.entry(text.clone()).or_insert(next);
        }
    }

    fn constant(&mut self, value: &Constant, ty: &Ty) -> NodeId {
        self.intern(value);
        match value {
            Constant::Number(number) => self.number(number),
            Constant::Missing if matches!(ty, Ty::Number { .. }) => {
                let form = Form::Scaled(BigInt::one());
                self.push(Op::Constant(Constant::Missing), form, Space::Row, Bounds::point(whole(0)))
            }
            _ => self.push(Op::Constant(value.clone()), form_of(ty), Space::Row, Bounds::default()),
        }
    }

    /// Two values, one of which is taken, in one form.
    fn alternatives(&mut self, x: NodeId, y: NodeId) -> (NodeId, NodeId, Form, Bounds) {
        let form = self.node(x).form.clone();
        if !matches!(form, Form::Scaled(_) | Form::Wide(_) | Form::Exact) {
            return (x, y, form, Bounds::default());
        }
        let bounds = self.node(x).bounds.hull(&self.node(y).bounds);
        let form = self.common(&[x, y], None);
        (self.cast(x, &form), self.cast(y, &form), form, bounds)
    }

    fn move_date(&mut self, x: NodeId, count: i32, unit: TimeUnit) -> NodeId {
        if let Op::Constant(Constant::Date(date)) = self.node(x).op {
            return self.constant(&Constant::Date(date.plus(count, unit)), &Ty::Date);
        }
        let space = self.node(x).space;
        self.push(Op::MoveDate(x, count, unit), Form::Date, space, Bounds::default())
    }

    fn lookup(&mut self, table: TableId, keys: Vec<NodeId>, space: Space) -> NodeId {
        let mut cast = Vec::new();
        for (param, key) in keys.into_iter().enumerate() {
            cast.push(match &self.model.tables[table.index()].params[param].ty {
                Ty::Number { .. } => {
                    let form = self.key_form(table, param, key);
                    self.cast(key, &form)
                }
                _ => key,
            });
        }
        let plan = self.table(table, &cast);
        let (form, bounds) = self.result_form(table);
        let row = self.push(Op::Row(plan, cast), Form::Index, space, Bounds::default());
        self.push(Op::RowValue(plan, row), form, space, bounds)
    }

    /// The form in which a number key and all cuts of its column are whole.
    fn key_form(&self, table: TableId, param: usize, key: NodeId) -> Form {
        let node = self.node(key);
        let Some(mut denominator) = node.form.denominator().cloned() else { return Form::Exact };
        let mut bounds = node.bounds.clone();
        for row in &self.model.tables[table.index()].rows {
            for cut in cuts_of(&row.cells[param]) {
                denominator = denominator.lcm(cut.denom());
                bounds = bounds.hull(&Bounds::point(cut.clone()));
            }
        }
        bounds.form(denominator)
    }

    fn table(&mut self, table: TableId, keys: &[NodeId]) -> usize {
        let forms: Vec<Form> = keys.iter().map(|key| self.node(*key).form.clone()).collect();
        if let Some(known) = self.known_tables.get(&(table, forms.clone())) {
            return *known;
        }
        let cuts = |param: usize, values: &[Number]| cuts_in(&forms[param], values);
        let result = self.result_form(table).0;
        let plan = TablePlan::new(self.model, table.index(), &result, &mut self.texts, cuts);
        self.tables.push(plan);
        self.known_tables.insert((table, forms), self.tables.len() - 1);
        self.tables.len() - 1
    }

    fn result_form(&self, table: TableId) -> (Form, Bounds) {
        let table = &self.model.tables[table.index()];
        if !matches!(table.result, Ty::Number { .. }) {
            return (form_of(&table.result), Bounds::default());
        }
        let values: Vec<&Number> = table.rows.iter().filter_map(|row| number_of(&row.value)).collect();
        let denominator = values.iter().fold(BigInt::one(), |all, value| all.lcm(value.denom()));
        let bounds = Bounds::around(values);
        (bounds.form(denominator), bounds)
    }

    fn aggregate(
        &mut self,
        kind: AggregateKind,
        list: ListId,
        value: Option<ExprId>,
        filter: Option<ExprId>,
    ) -> NodeId {
        let space = Space::Element(list);
        let at = |builder: &mut Self, x: ExprId| {
            let node = builder.of_expr[&x];
            builder.align(node, space)
        };
        let mut value = value.map(|value| at(self, value));
        let filter = filter.map(|filter| at(self, filter));
        let most = self.model.subject.lists[list.index()].at_most;
        let (form, bounds) = match (kind, value) {
            (AggregateKind::Count, _) => {
                let bounds = Bounds::new(whole(0), whole(i64::from(most)));
                (Form::Scaled(BigInt::one()), bounds)
            }
            (AggregateKind::Any | AggregateKind::All, _) | (_, None) => (Form::Flag, Bounds::default()),
            (AggregateKind::Sum, Some(node)) => {
                let counted = self.count(node);
                let own = self.node(counted).bounds.clone();
                let bounds = own.times(most);
                let form = self.common(&[counted], Some(&bounds));
                value = Some(self.cast(counted, &form));
                (form, bounds)
            }
            (AggregateKind::Min | AggregateKind::Max, Some(node)) => {
                let node = self.node(node);
                (node.form.clone(), node.bounds.clone())
            }
        };
        self.push(Op::Aggregate { kind, list, value, filter }, form, Space::Row, bounds)
    }

    fn grading(&mut self) -> Grading {
        match &self.model.grade.by {
            GradeBy::Tier(tier) => Grading::Tier(self.expr(*tier)),
            GradeBy::Bands { value, bands } => {
                let value = self.expr(*value);
                let mut cuts: Vec<Number> =
                    bands.iter().flat_map(|band| ends(&band.range)).cloned().collect();
                cuts.sort();
                cuts.dedup();
                let around = Bounds::around(&cuts);
                let denominator = self
                    .node(value)
                    .form
                    .denominator()
                    .map(|own| cuts.iter().fold(own.clone(), |all, cut| all.lcm(cut.denom())));
                let form = match denominator {
                    Some(denominator) => self.node(value).bounds.hull(&around).form(denominator),
                    None => Form::Exact,
                };
                let key = self.cast(value, &form);
                let mut of_class = vec![NO_ROW; 2 * cuts.len() + 1];
                for (at, band) in (0u32..).zip(bands) {
                    of_class[classes_of_range(&cuts, &band.range)].fill(at);
                }
                let classes = Classifier::Cuts(cuts_in(&form, &cuts));
                let tiers = bands.iter().map(|band| band.tier).collect();
                Grading::Bands { key, plan: BandPlan { classes, bands: of_class, tiers } }
            }
        }
    }

    fn rule(&mut self, rule: &crate::model::Rule) -> (Option<NodeId>, Action) {
        let when = rule.when.map(|when| self.expr(when));
        let action = match rule.effect {
            Effect::AtLeast(tier) => Action::AtLeast(self.expr(tier)),
            Effect::AtMost(tier) => Action::AtMost(self.expr(tier)),
            Effect::Is(tier) => Action::Is(self.expr(tier)),
            Effect::Step(steps) => Action::Step(steps),
        };
        (when, action)
    }

    fn output(&mut self, expr: ExprId) -> (NodeId, OutputType) {
        let id = self.expr(expr);
        let node = self.node(id);
        let ty = match &node.form {
            Form::Flag => OutputType::Flag,
            Form::Date => OutputType::Date,
            Form::Index | Form::Text | Form::Tier => OutputType::Text,
            form => match form.denominator().and_then(places) {
                Some(scale) if fits_decimal(&node.bounds, scale) => OutputType::Decimal { scale },
                _ => OutputType::Exact,
            },
        };
        (id, ty)
    }
}

fn form_of(ty: &Ty) -> Form {
    match ty {
        Ty::Flag => Form::Flag,
        Ty::Number { .. } => Form::Exact,
        Ty::Text => Form::Text,
        Ty::Date => Form::Date,
        Ty::Code(_) | Ty::Option(_) => Form::Index,
        Ty::Tier(_) => Form::Tier,
    }
}

fn number_of(value: &Constant) -> Option<&Number> {
    match value {
        Constant::Number(number) => Some(number),
        _ => None,
    }
}

fn cuts_of(cell: &crate::model::Key) -> Vec<&Number> {
    match cell {
        crate::model::Key::Numbers(values) => values.iter().collect(),
        crate::model::Key::Range(range) => ends(range).collect(),
        _ => Vec::new(),
    }
}

/// Cuts in a form that makes them whole.
fn cuts_in(form: &Form, values: &[Number]) -> Cuts {
    use num_traits::ToPrimitive;
    let exact = || Cuts::Exact(values.to_vec());
    match form {
        Form::Scaled(denominator) => {
            let cuts = values.iter().map(|value| over(value, denominator).to_i64()).collect();
            Option::map_or_else(cuts, exact, Cuts::Scaled)
        }
        Form::Wide(denominator) => {
            let cuts = values.iter().map(|value| over(value, denominator).to_i128()).collect();
            Option::map_or_else(cuts, exact, Cuts::Wide)
        }
        _ => exact(),
    }
}
