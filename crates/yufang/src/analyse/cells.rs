//! Gaps and overlaps: tables and bands cut into cells, each cell looked at once.

use crate::codes::CodeId;
use crate::date::Date;
use crate::diagnostic::{Diagnostic, Message};
use crate::interval::{Abstract, Possible};
use crate::model::{Constant, ExprId, ExprKind, FieldType, GradeBy, Key, Model, Range, Table, TableId, Ty};
use crate::number::{Number, power_of_ten, whole};
use crate::plan::{NO_ROW, TablePlan, ends};

use super::{Analysis, error};

/// Combinations that are looked at one by one.
const MOST_CELLS: usize = 1 << 20;

/// Findings of one kind for one table.
const MOST_FINDINGS: usize = 5;

/// A class of a key's values that can occur, and one of them.
struct Cell {
    class: u32,
    value: Constant,
}

impl Analysis<'_> {
    /// Looks for gaps and overlaps of a table, for the values that its keys can have here.
    pub(super) fn lookup(&mut self, id: TableId, keys: &[ExprId], covered: bool) {
        let model = self.model;
        let table = &model.tables[id.index()];
        let mut texts = rustc_hash::FxHashMap::default();
        let plan = TablePlan::exact(model, id.index(), &mut texts);
        let cells: Vec<Vec<Cell>> = (0..keys.len())
            .map(|key| {
                let possible = self.space.value(keys[key]);
                let step = step(model, keys[key]);
                cells(&plan, key, table, &possible, step.as_ref(), &texts)
            })
            .collect();
        let product = cells.iter().try_fold(1usize, |all, own| all.checked_mul(own.len()));
        if product.is_none_or(|product| product > MOST_CELLS) {
            self.findings.push(error::undecided(table.span, &table.name));
            return;
        }
        let has_text = table.params.iter().any(|param| param.ty == Ty::Text);
        let mut told = (0, 0);
        for combination in combinations(&cells) {
            let classes: Vec<u32> = combination.iter().map(|cell| cell.class).collect();
            let example = || {
                let pairs = combination.iter().zip(&table.params);
                pairs
                    .map(|(cell, param)| (param.name.clone(), model.show(&cell.value, Some(&param.ty))))
                    .collect()
            };
            if let Some((one, other)) = plan.tie(&classes) {
                if told.0 < MOST_FINDINGS {
                    self.findings.push(overlap(table, one, other, example()));
                }
                told.0 += 1;
            } else if plan.row(&classes) == NO_ROW && !covered && !has_text {
                if told.1 < MOST_FINDINGS {
                    self.findings.push(error::gap(table.span, &table.name).example(example()));
                }
                told.1 += 1;
            }
        }
    }

    /// Looks for gaps and overlaps of the bands, and for bands out of reach.
    pub(super) fn bands(&mut self) {
        let GradeBy::Bands { value, bands } = &self.model.grade.by else { return };
        let score = self.space.value(*value);
        let step = step(self.model, *value);
        let mut cuts: Vec<Number> = bands.iter().flat_map(|band| ends(&band.range)).cloned().collect();
        cuts.sort();
        cuts.dedup();
        let reached = number_cells(&cuts, &score, step.as_ref());
        let name = self.model.scale().name.clone();
        let example = |value: &Constant| vec![(name.clone(), self.model.show(value, None))];
        let within = |range: &Range, value: &Constant| match value {
            Constant::Number(number) => range.contains(number),
            _ => false,
        };
        let mut findings = Vec::new();
        for cell in &reached {
            let mut own = bands.iter().filter(|band| within(&band.range, &cell.value));
            match (own.next(), own.next()) {
                (None, _) => {
                    findings.push(error::band_gap(self.model.grade.span).example(example(&cell.value)))
                }
                (Some(one), Some(other)) => {
                    findings.push(error::band_overlap(other.span).at(one.span).example(example(&cell.value)));
                }
                _ => {}
            }
        }
        for band in bands {
            if !reached.iter().any(|cell| within(&band.range, &cell.value)) {
                findings.push(error::unreached(band.span));
            }
        }
        findings.truncate(4 * MOST_FINDINGS);
        self.findings.extend(findings);
    }
}

fn overlap(table: &Table, one: u32, other: u32, example: Vec<(String, String)>) -> Diagnostic {
    let (one, other) = (&table.rows[one as usize], &table.rows[other as usize]);
    let (first, second) = if one.span <= other.span { (one, other) } else { (other, one) };
    error::overlap(second.span, &table.name)
        .label(first.span, Message::new("与这一行重叠", "overlaps this row"))
        .example(example)
}

/// The distance between neighbouring values, where an expression is a field.
fn step(model: &Model, id: ExprId) -> Option<Number> {
    let field = match &model.expr(id).kind {
        ExprKind::Field(field) => &model.subject.fields[field.index()],
        ExprKind::ElementField(list, field) => &model.subject.lists[list.index()].fields[*field as usize],
        ExprKind::Definition(def) => return step(model, model.definitions[def.index()].expr),
        _ => return None,
    };
    match &field.ty {
        FieldType::Number { decimals, listed: None, .. } => {
            Some(Number::from_integer(power_of_ten(*decimals)).recip())
        }
        _ => None,
    }
}

/// The classes of a key that can occur.
fn cells(
    plan: &TablePlan,
    key: usize,
    table: &Table,
    possible: &Abstract,
    step: Option<&Number>,
    texts: &rustc_hash::FxHashMap<String, u32>,
) -> Vec<Cell> {
    let values: Vec<Constant> = match &table.params[key].ty {
        Ty::Number { .. } => {
            let mut cuts: Vec<Number> =
                table.rows.iter().flat_map(|row| cuts_of(&row.cells[key])).cloned().collect();
            cuts.sort();
            cuts.dedup();
            return number_cells(&cuts, possible, step);
        }
        Ty::Text => texts.keys().cloned().map(Constant::Text).collect(),
        Ty::Flag => {
            let (yes, no) = possible.flags();
            [(no, false), (yes, true)]
                .iter()
                .filter(|(own, _)| *own)
                .map(|(_, flag)| Constant::Flag(*flag))
                .collect()
        }
        Ty::Date => dates(table, key),
        Ty::Code(_) => match &possible.possible {
            Possible::Codes(codes) => codes.iter().copied().map(Constant::Code).collect(),
            _ => (0..plan.positions(key)).map(|at| Constant::Code(CodeId(at))).collect(),
        },
        Ty::Option(_) => match &possible.possible {
            Possible::Options(options) => options.iter().copied().map(Constant::Option).collect(),
            _ => (0..plan.positions(key)).map(Constant::Option).collect(),
        },
        Ty::Tier(_) => possible.tiers(plan.positions(key) as usize).iter().map(Constant::Tier).collect(),
    };
    let mut cells: Vec<Cell> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    for value in values {
        let class = plan.class_of(key, &value, texts);
        if seen.insert(class) {
            cells.push(Cell { class, value });
        }
    }
    cells
}

/// Every date that a column names, and one before, between and behind them.
fn dates(table: &Table, key: usize) -> Vec<Constant> {
    let mut dates: Vec<Date> = vec![Date::MIN, Date::MAX];
    for row in &table.rows {
        if let Key::Dates(own) = &row.cells[key] {
            for date in own {
                dates.extend([*date, date.plus(1, crate::date::TimeUnit::Day)]);
            }
        }
    }
    dates.into_iter().map(Constant::Date).collect()
}

fn cuts_of(cell: &Key) -> Vec<&Number> {
    match cell {
        Key::Numbers(values) => values.iter().collect(),
        Key::Range(range) => ends(range).collect(),
        _ => Vec::new(),
    }
}

/// The cuts that can occur, and a value of each stretch between them in which one can.
fn number_cells(cuts: &[Number], possible: &Abstract, step: Option<&Number>) -> Vec<Cell> {
    let class = |value: &Number| match cuts.binary_search(value) {
        Ok(at) => 2 * at as u32 + 1,
        Err(at) => 2 * at as u32,
    };
    let mut candidates: Vec<Number> = match possible.number_values() {
        Some(values) => values.to_vec(),
        None => witnesses(cuts, possible, step),
    };
    candidates.dedup_by_key(|value| class(value));
    candidates
        .into_iter()
        .map(|value| Cell { class: class(&value), value: Constant::Number(value) })
        .collect()
}

/// For numbers within bounds: the cuts, and one value of each stretch, in order.
fn witnesses(cuts: &[Number], possible: &Abstract, step: Option<&Number>) -> Vec<Number> {
    let bounds = possible.number_bounds();
    let inside = |value: &Number| {
        let fits = step.is_none_or(|step| (value / step).is_integer());
        fits && bounds.lo.as_ref().is_none_or(|lo| value >= lo)
            && bounds.hi.as_ref().is_none_or(|hi| value <= hi)
    };
    let between = |lo: &Number, hi: &Number| match step {
        Some(step) => ((lo / step).floor() + whole(1)) * step,
        None => (lo + hi) / whole(2),
    };
    let one = whole(1);
    let first = cuts.first().map_or_else(|| whole(0), |cut| cut - &one);
    let last = cuts.last().map_or_else(|| whole(0), |cut| cut + &one);
    let mut ordered: Vec<Number> = vec![bounds.lo.clone().map_or(first.clone(), |lo| lo.min(first))];
    for (at, cut) in cuts.iter().enumerate() {
        ordered.push(cut.clone());
        if let Some(next) = cuts.get(at + 1) {
            // Bounds may end within a stretch: what lies in both is what can occur.
            let lo = bounds.lo.clone().map_or(cut.clone(), |lo| lo.max(cut.clone()));
            let hi = bounds.hi.clone().map_or(next.clone(), |hi| hi.min(next.clone()));
            ordered.extend(
                [lo.clone(), between(&lo, &hi), hi].into_iter().filter(|value| value > cut && value < next),
            );
        }
    }
    ordered.push(bounds.hi.clone().map_or(last.clone(), |hi| hi.max(last)));
    if let Some(lo) = &bounds.lo {
        ordered.push(lo.clone());
    }
    ordered.retain(inside);
    ordered.sort();
    ordered
}

/// All combinations of one cell a key.
fn combinations(cells: &[Vec<Cell>]) -> impl Iterator<Item = Vec<&Cell>> {
    let product: usize = cells.iter().map(Vec::len).product();
    (0..product).map(move |combination| {
        let mut rest = combination;
        cells
            .iter()
            .map(|own| {
                let cell = &own[rest % own.len()];
                rest /= own.len();
                cell
            })
            .collect()
    })
}
