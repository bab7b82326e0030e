//! Which fields the tier reads, and what a missing one may be.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::codes::CodeId;
use crate::column::block::{Known, lane_of};
use crate::date::{Date, TimeUnit};
use crate::kernel::Lane;
use crate::model::{
    CodeListId, Constant, Effect, ExprId, ExprKind, Field, FieldId, FieldType, GradeBy, Key, ListId, Model,
};
use crate::number::{Number, power_of_ten, whole};
use crate::plan::table::ends;

/// Values that a missing field may take are tried one by one up to this many combinations.
pub(crate) const MOST_COMBINATIONS: usize = 4096;

/// What a missing field may be.
#[derive(Debug, Clone)]
pub(crate) enum Domain {
    /// Not to be listed: text, and numbers and dates that are not only compared with constants.
    Open,
    /// Each of these, in the field's form.
    Values(Lane),
    /// The codes of a list at a level, or beneath the coarser code that is known.
    Codes { list: CodeListId, level: u32, cuts: Option<BTreeSet<u32>>, all: Choices<'static> },
}

/// The values of a domain.
#[derive(Debug, Clone)]
pub(crate) struct Choices<'a> {
    /// How many there are.
    pub(crate) count: usize,
    /// Those that differ in their effect.
    pub(crate) tried: Cow<'a, Lane>,
}

/// How a field takes part in the tier.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    /// Its gap may show in the tier: it is read outside 有 and the left side of 无则.
    pub(crate) exposed: bool,
    /// It is read at all.
    pub(crate) anywhere: bool,
    /// What it may be when missing.
    pub(crate) domain: Domain,
}

impl Read {
    /// Whether a value of which this is known is a gap that may show in the tier.
    pub(crate) fn shows(&self, known: Known) -> bool {
        match known {
            Known::Missing | Known::Coarse => self.exposed,
            Known::Untold => self.anywhere,
            Known::Value | Known::Default | Known::Assumed => false,
        }
    }
}

/// How all fields take part.
#[derive(Debug, Clone)]
pub(crate) struct Reads {
    pub(crate) fields: Vec<Read>,
    pub(crate) lists: Vec<Vec<Read>>,
    /// Lists that the tier reads outside 有 and 无则.
    pub(crate) exposed_lists: Vec<bool>,
}

/// A field of the row or of a list's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Field(FieldId),
    Element(ListId, u32),
}

pub(crate) fn reads(model: &Model, as_of: Option<Date>) -> Reads {
    let mut tier = Walk::new(model);
    tier_roots(model).into_iter().for_each(|root| tier.visit(root, false));
    let uses = Uses::of(model, as_of);
    let read = |place: Place, field: &Field| Read {
        exposed: tier.exposed.contains(&place),
        anywhere: tier.anywhere.contains(&place),
        domain: uses.domain(model, place, field),
    };
    let fields = numbered(&model.subject.fields).map(|(at, field)| read(Place::Field(FieldId(at)), field));
    let lists = numbered(&model.subject.lists).map(|(list, source)| {
        let fields = numbered(&source.fields);
        fields.map(|(at, field)| read(Place::Element(ListId(list), at), field)).collect()
    });
    let exposed_lists = numbered(&model.subject.lists).map(|(list, _)| tier.lists.contains(&ListId(list)));
    Reads { fields: fields.collect(), lists: lists.collect(), exposed_lists: exposed_lists.collect() }
}

fn numbered<T>(items: &[T]) -> impl Iterator<Item = (u32, &T)> {
    (0u32..).zip(items)
}

fn tier_roots(model: &Model) -> Vec<ExprId> {
    let mut roots: Vec<ExprId> = model.grade.when.into_iter().collect();
    roots.push(match &model.grade.by {
        GradeBy::Bands { value, .. } => *value,
        GradeBy::Tier(tier) => *tier,
    });
    for rule in &model.rules {
        roots.extend(rule.when);
        match rule.effect {
            Effect::AtLeast(tier) | Effect::AtMost(tier) | Effect::Is(tier) => roots.push(tier),
            Effect::Step(_) => {}
        }
    }
    roots
}

fn all_roots(model: &Model) -> Vec<ExprId> {
    let mut roots = tier_roots(model);
    roots.extend(model.outputs().map(|(_, def)| def.expr));
    roots.extend(model.alerts.iter().map(|alert| alert.when));
    roots.extend(model.requirements.iter().map(|requirement| requirement.condition));
    roots
}

/// The operands of an expression, through definitions and score sheets.
pub(crate) fn operands(model: &Model, id: ExprId) -> Vec<ExprId> {
    match &model.expr(id).kind {
        ExprKind::Constant(_)
        | ExprKind::AsOf
        | ExprKind::Field(_)
        | ExprKind::ElementField(..)
        | ExprKind::FinalTier => Vec::new(),
        ExprKind::Definition(def) => vec![model.definitions[def.index()].expr],
        ExprKind::Sheet(sheet) => {
            let items = &model.sheets[sheet.index()].items;
            items.iter().flat_map(|item| &item.lines).map(|line| line.count).collect()
        }
        ExprKind::Negate(x)
        | ExprKind::Not(x)
        | ExprKind::Has(x)
        | ExprKind::MoveDate(x, ..)
        | ExprKind::Recent(_, _, x)
        | ExprKind::Under(x, _)
        | ExprKind::OneOf(x, _) => vec![*x],
        ExprKind::Add(x, y)
        | ExprKind::Subtract(x, y)
        | ExprKind::Multiply(x, y)
        | ExprKind::Divide(x, y)
        | ExprKind::DaysBetween(x, y)
        | ExprKind::OrElse(x, y)
        | ExprKind::Compare(_, x, y) => vec![*x, *y],
        ExprKind::If(x, y, z) => vec![*x, *y, *z],
        ExprKind::Builtin(_, xs) | ExprKind::All(xs) | ExprKind::Any(xs) | ExprKind::Lookup(_, xs) => {
            xs.clone()
        }
        ExprKind::Aggregate { value, filter, .. } => filter.iter().chain(value).copied().collect(),
    }
}

/// Finds what roots read, and whether outside of 有 and the left side of 无则.
struct Walk<'m> {
    model: &'m Model,
    seen: FxHashSet<(ExprId, bool)>,
    exposed: FxHashSet<Place>,
    anywhere: FxHashSet<Place>,
    lists: FxHashSet<ListId>,
}

impl<'m> Walk<'m> {
    fn new(model: &'m Model) -> Self {
        Walk {
            model,
            seen: FxHashSet::default(),
            exposed: FxHashSet::default(),
            anywhere: FxHashSet::default(),
            lists: FxHashSet::default(),
        }
    }

    fn visit(&mut self, id: ExprId, covered: bool) {
        if !self.seen.insert((id, covered)) {
            return;
        }
        let place = match &self.model.expr(id).kind {
            ExprKind::Field(field) => Some(Place::Field(*field)),
            ExprKind::ElementField(list, field) => Some(Place::Element(*list, *field)),
            ExprKind::OrElse(x, y) => {
                self.visit(*x, true);
                return self.visit(*y, covered);
            }
            ExprKind::Has(x) => return self.visit(*x, true),
            ExprKind::Aggregate { list, .. } => {
                if !covered {
                    self.lists.insert(*list);
                }
                None
            }
            _ => None,
        };
        if let Some(place) = place {
            self.anywhere.insert(place);
            if !covered {
                self.exposed.insert(place);
            }
        }
        operands(self.model, id).into_iter().for_each(|operand| self.visit(operand, covered));
    }
}

/// Where numbers and dates are cut by constants, and code lists by codes, for those that are used in
/// no other way.
struct Uses {
    cuts: Vec<(Place, Vec<Constant>)>,
    other: FxHashSet<Place>,
    /// How many options each set has.
    options: Vec<u32>,
}

impl Uses {
    fn of(model: &Model, as_of: Option<Date>) -> Uses {
        let options = model.options.iter().map(|set| set.options.len() as u32).collect();
        let mut uses = Uses { cuts: Vec::new(), other: FxHashSet::default(), options };
        let mut seen: FxHashSet<ExprId> = FxHashSet::default();
        let mut stack = all_roots(model);
        for root in &stack {
            match (&model.grade.by, place(model, *root)) {
                // Bands compare a field that they stand under.
                (GradeBy::Bands { value, bands }, Some(place)) if value == root => {
                    let ends = bands.iter().flat_map(|band| ends(&band.range));
                    uses.cuts.push((place, ends.cloned().map(Constant::Number).collect()));
                }
                (_, place) => uses.other.extend(place),
            }
        }
        while let Some(id) = stack.pop() {
            if seen.insert(id) {
                uses.note(model, as_of, id);
                stack.extend(operands(model, id));
            }
        }
        uses
    }

    fn note(&mut self, model: &Model, as_of: Option<Date>, id: ExprId) {
        match &model.expr(id).kind {
            ExprKind::Compare(_, x, y) => {
                self.compare(model, as_of, *x, *y);
                self.compare(model, as_of, *y, *x);
            }
            ExprKind::Recent(count, unit, x) => {
                if let (Some(place), Some((lo, hi))) = (place(model, *x), window(as_of, *count, *unit)) {
                    self.cuts.push((place, vec![Constant::Date(lo), Constant::Date(hi)]));
                }
            }
            ExprKind::Lookup(table, keys) => {
                for (param, key) in keys.iter().enumerate() {
                    if let Some(place) = place(model, *key) {
                        let rows = &model.tables[table.index()].rows;
                        self.cuts
                            .push((place, rows.iter().flat_map(|row| cuts_of(&row.cells[param])).collect()));
                    }
                }
            }
            ExprKind::Under(x, codes) => {
                if let Some(place) = place(model, *x) {
                    self.cuts.push((place, codes.iter().copied().map(Constant::Code).collect()));
                }
            }
            // Another name for a field is used as the name is used.
            ExprKind::Definition(_) => {}
            _ => {
                self.other.extend(operands(model, id).into_iter().filter_map(|operand| place(model, operand)))
            }
        }
    }

    fn compare(&mut self, model: &Model, as_of: Option<Date>, field: ExprId, other: ExprId) {
        let Some(place) = place(model, field) else { return };
        match constant(model, as_of, other) {
            Some(cut) if !matches!(cut, Constant::Code(_)) => self.cuts.push((place, vec![cut])),
            _ => {
                self.other.insert(place);
            }
        }
    }

    fn domain(&self, model: &Model, place: Place, field: &Field) -> Domain {
        if let FieldType::Code { list, level } = field.ty {
            let cuts = self.code_cuts(model, place, list);
            let all = codes(model, list, level, cuts.as_ref(), None);
            return Domain::Codes { list, level, cuts, all };
        }
        let Some(values) = self.values(place, field) else { return Domain::Open };
        let values: Vec<Option<Constant>> = values.into_iter().map(Some).collect();
        Domain::Values(lane_of(field, &values, |_| 0))
    }

    /// Between these positions all codes of a list have the same effect.
    fn code_cuts(&self, model: &Model, place: Place, list: CodeListId) -> Option<BTreeSet<u32>> {
        let cuts = self.cuts.iter().filter(|(own, _)| *own == place).flat_map(|(_, cuts)| cuts);
        let ends = cuts.filter_map(|cut| match cut {
            Constant::Code(code) => Some([code.0, model.codes[list.index()].get(*code).end.0]),
            _ => None,
        });
        (!self.other.contains(&place)).then(|| ends.flatten().collect())
    }

    fn values(&self, place: Place, field: &Field) -> Option<Vec<Constant>> {
        let only_cut = !self.other.contains(&place);
        let cuts = || self.cuts.iter().filter(|(own, _)| *own == place).flat_map(|(_, cuts)| cuts);
        Some(match &field.ty {
            FieldType::Text | FieldType::Code { .. } => return None,
            FieldType::Flag => vec![Constant::Flag(false), Constant::Flag(true)],
            FieldType::Option(set) => (0..self.options[set.index()]).map(Constant::Option).collect(),
            FieldType::Number { listed: Some(values), .. } => {
                values.iter().map(|(value, _)| Constant::Number(value.clone())).collect()
            }
            FieldType::Number { lo, hi, decimals, .. } => {
                let count = *decimals == 0 && hi - lo < whole(MOST_COMBINATIONS as i64);
                match (count, only_cut) {
                    (true, _) => every_whole(lo, hi),
                    (false, true) => number_cells(lo, hi, *decimals, cuts()),
                    (false, false) => return None,
                }
            }
            FieldType::Date { lo, hi } if only_cut => date_cells(*lo, *hi, cuts()),
            FieldType::Date { .. } => return None,
        })
    }
}

fn codes(
    model: &Model,
    list: CodeListId,
    level: u32,
    cuts: Option<&BTreeSet<u32>>,
    above: Option<CodeId>,
) -> Choices<'static> {
    let mut codes: Vec<u32> = model.codes[list.index()].beneath(above, level).map(|code| code.0).collect();
    let count = codes.len();
    if let Some(cuts) = cuts {
        let stretch = |code: u32| cuts.range(..=code).next_back().copied();
        codes.dedup_by_key(|code| stretch(*code));
    }
    Choices { count, tried: Cow::Owned(Lane::Index(codes)) }
}

/// The field that an expression is, if it is one.
fn place(model: &Model, id: ExprId) -> Option<Place> {
    match &model.expr(id).kind {
        ExprKind::Field(field) => Some(Place::Field(*field)),
        ExprKind::ElementField(list, field) => Some(Place::Element(*list, *field)),
        ExprKind::Definition(def) => place(model, model.definitions[def.index()].expr),
        _ => None,
    }
}

/// The value of an expression without fields, as far as cuts need it.
fn constant(model: &Model, as_of: Option<Date>, id: ExprId) -> Option<Constant> {
    match &model.expr(id).kind {
        ExprKind::Constant(value) => Some(value.clone()),
        ExprKind::AsOf => as_of.map(Constant::Date),
        ExprKind::Definition(def) => constant(model, as_of, model.definitions[def.index()].expr),
        ExprKind::MoveDate(x, count, unit) => match constant(model, as_of, *x)? {
            Constant::Date(date) => Some(Constant::Date(date.plus(*count, *unit))),
            _ => None,
        },
        ExprKind::Negate(x) => match constant(model, as_of, *x)? {
            Constant::Number(number) => Some(Constant::Number(-number)),
            _ => None,
        },
        _ => None,
    }
}

/// (as-of − n units, as-of].
pub(crate) fn window(as_of: Option<Date>, count: u32, unit: TimeUnit) -> Option<(Date, Date)> {
    let as_of = as_of?;
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    Some((as_of.plus(-count, unit), as_of))
}

fn cuts_of(cell: &Key) -> Vec<Constant> {
    match cell {
        Key::Numbers(values) => values.iter().cloned().map(Constant::Number).collect(),
        Key::Range(range) => ends(range).cloned().map(Constant::Number).collect(),
        Key::Codes(codes) => codes.iter().copied().map(Constant::Code).collect(),
        Key::Dates(dates) => dates.iter().copied().map(Constant::Date).collect(),
        _ => Vec::new(),
    }
}

fn every_whole(lo: &Number, hi: &Number) -> Vec<Constant> {
    let mut values = Vec::new();
    let mut value = lo.ceil();
    while value <= *hi {
        values.push(Constant::Number(value.clone()));
        value += whole(1);
    }
    values
}

/// The cuts within `lo..=hi`, and of each stretch between them the least value that data may have.
fn number_cells<'a>(
    lo: &Number,
    hi: &Number,
    decimals: u32,
    cuts: impl Iterator<Item = &'a Constant>,
) -> Vec<Constant> {
    let unit = Number::from_integer(power_of_ten(decimals));
    let step = unit.recip();
    let mut cells = BTreeSet::from([(lo * &unit).ceil() / &unit]);
    for cut in cuts {
        if let Constant::Number(cut) = cut {
            let next = ((cut * &unit).floor() + whole(1)) / &unit;
            let own = (cut * &unit).is_integer().then(|| cut.clone());
            // A cut between two values of the data has no cell of its own, but ends a stretch.
            let first_above = if own.is_some() { cut + &step } else { next };
            cells.extend(own.into_iter().chain([first_above]));
        }
    }
    cells.into_iter().filter(|cell| cell >= lo && cell <= hi).map(Constant::Number).collect()
}

fn date_cells<'a>(lo: Date, hi: Date, cuts: impl Iterator<Item = &'a Constant>) -> Vec<Constant> {
    let mut cells = BTreeSet::from([lo]);
    for cut in cuts {
        if let Constant::Date(cut) = cut {
            cells.extend([*cut, cut.plus(1, TimeUnit::Day)]);
        }
    }
    cells.into_iter().filter(|cell| *cell >= lo && *cell <= hi).map(Constant::Date).collect()
}

impl Domain {
    /// The values that are possible, given a coarser code where one is known; `None` where they
    /// cannot be listed.
    pub(crate) fn values(&self, model: &Model, coarse: Option<CodeId>) -> Option<Choices<'_>> {
        let borrowed = |count, lane| Some(Choices { count, tried: Cow::Borrowed(lane) });
        match self {
            Domain::Open => None,
            Domain::Values(all) => borrowed(all.len(), all),
            Domain::Codes { all, .. } if coarse.is_none() => borrowed(all.count, &all.tried),
            Domain::Codes { list, level, cuts, .. } => {
                Some(codes(model, *list, *level, cuts.as_ref(), coarse))
            }
        }
    }
}
