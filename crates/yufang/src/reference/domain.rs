//! The values that a gap may have, as far as they can be listed.

use num_bigint::BigInt;
use num_traits::{One, ToPrimitive};

use super::Hypotheses;
use super::evaluate::Interpreter;
use super::outcome::Outcome;
use super::reads::{Place, children, tier_roots};
use crate::codes::CodeId;
use crate::date::{Date, TimeUnit};
use crate::facts::{Fact, Facts};
use crate::model::{Constant, ExprId, ExprKind, Field, FieldType, GradeBy, Key, Model, Row};
use crate::number::{Number, power_of_ten, whole};

/// Most combinations that are tried, and most values of one gap.
pub(super) const MOST: usize = 4096;

/// The field that a place is of.
pub(super) fn field_of(model: &Model, place: Place) -> &Field {
    match place {
        Place::Field(field) => &model.subject.fields[field.index()],
        Place::Element(list, _, field) => &model.subject.lists[list.index()].fields[field as usize],
    }
}

/// The coarser code that a place holds, if it does.
pub(super) fn coarse_at(facts: &Facts, place: Place) -> Option<CodeId> {
    let fact = match place {
        Place::Field(field) => &facts.fields[field.index()],
        Place::Element(list, element, field) => &facts.lists[list.index()].as_ref()?[element][field as usize],
    };
    match fact {
        Fact::Coarse(code) => Some(*code),
        _ => None,
    }
}

/// All values of a gap that make a difference, ascending; `None` where they cannot be listed.
pub(super) fn values(model: &Model, facts: &Facts, place: Place) -> Option<Vec<Constant>> {
    match &field_of(model, place).ty {
        FieldType::Text => None,
        FieldType::Flag => Some(vec![Constant::Flag(false), Constant::Flag(true)]),
        FieldType::Option(set) => {
            let count = model.options[set.index()].options.len() as u32;
            Some((0..count).map(Constant::Option).collect())
        }
        FieldType::Code { list, level } => {
            let beneath = model.codes[list.index()].beneath(coarse_at(facts, place), *level);
            Some(beneath.map(Constant::Code).collect())
        }
        FieldType::Number { listed: Some(listed), .. } => {
            Some(listed.iter().map(|(value, _)| Constant::Number(value.clone())).collect())
        }
        FieldType::Number { lo, hi, decimals, listed: None, .. } => {
            let grid = Grid {
                lo: lo.clone(),
                hi: hi.clone(),
                step: whole(1) / Number::from(power_of_ten(*decimals)),
            };
            let numbers = match grid.all().filter(|_| *decimals == 0) {
                Some(all) => all,
                None => grid.cells(cuts(model, facts, place)?.into_iter().map(|cut| match cut {
                    Constant::Number(number) => number,
                    other => unreachable!("a number is compared with {other:?}"),
                })),
            };
            Some(numbers.into_iter().map(Constant::Number).collect())
        }
        FieldType::Date { lo, hi } => {
            let days = |date: Date| whole(i64::from(date.days()));
            let grid = Grid { lo: days(*lo), hi: days(*hi), step: whole(1) };
            let cells = grid.cells(cuts(model, facts, place)?.into_iter().map(|cut| match cut {
                Constant::Date(date) => days(date),
                other => unreachable!("a date is compared with {other:?}"),
            }));
            let date = |day: Number| day.to_integer().to_i32().and_then(Date::from_days);
            Some(cells.into_iter().filter_map(date).map(Constant::Date).collect())
        }
    }
}

/// Whether a gap may have a value.
pub(super) fn may_fill(model: &Model, facts: &Facts, place: Place, value: &Constant) -> bool {
    match (&field_of(model, place).ty, value) {
        (FieldType::Number { lo, hi, decimals, listed: None, .. }, Constant::Number(number)) => {
            let steps = number * Number::from(power_of_ten(*decimals));
            lo <= number && number <= hi && steps.is_integer()
        }
        (FieldType::Date { lo, hi }, Constant::Date(date)) => lo <= date && date <= hi,
        (FieldType::Text, Constant::Text(_)) => true,
        _ => values(model, facts, place).is_some_and(|values| values.contains(value)),
    }
}

/// The multiples of `step` from `lo` to `hi`.
struct Grid {
    lo: Number,
    hi: Number,
    step: Number,
}

impl Grid {
    fn least(&self) -> BigInt {
        (&self.lo / &self.step).ceil().to_integer()
    }

    fn greatest(&self) -> BigInt {
        (&self.hi / &self.step).floor().to_integer()
    }

    fn at(&self, steps: &BigInt) -> Number {
        Number::from(steps.clone()) * &self.step
    }

    /// Every one, if they are not too many.
    fn all(&self) -> Option<Vec<Number>> {
        let count = (self.greatest() - self.least() + 1i32).to_usize()?;
        (count <= MOST).then(|| (0..count).map(|at| self.at(&(self.least() + at))).collect())
    }

    /// One for each cell that the cuts make: the cut itself, and the least between two cuts.
    fn cells(&self, cuts: impl Iterator<Item = Number>) -> Vec<Number> {
        let mut cuts: Vec<Number> = cuts.filter(|cut| self.lo <= *cut && *cut <= self.hi).collect();
        cuts.sort();
        cuts.dedup();
        let mut starts = vec![self.least()];
        for cut in &cuts {
            let steps = cut / &self.step;
            if steps.is_integer() {
                starts.push(steps.to_integer());
            }
            starts.push(steps.floor().to_integer() + BigInt::one());
        }
        starts.sort();
        starts.dedup();
        let greatest = self.greatest();
        starts.into_iter().filter(|start| *start <= greatest).map(|start| self.at(&start)).collect()
    }
}

/// The constants that a field is compared with, if all that is done with it is comparing.
fn cuts(model: &Model, facts: &Facts, place: Place) -> Option<Vec<Constant>> {
    let mut uses = Uses { model, facts, place, cuts: Vec::new(), seen: vec![false; model.exprs.len()] };
    let outputs = model.outputs().map(|(_, output)| output.expr);
    let alerts = model.alerts.iter().map(|alert| alert.when);
    let requirements = model.requirements.iter().map(|requirement| requirement.condition);
    for root in tier_roots(model).into_iter().chain(outputs).chain(alerts).chain(requirements) {
        match &model.grade.by {
            // The bands compare what they are by.
            GradeBy::Bands { value, bands } if *value == root && uses.is_place(root) => {
                let ends = bands.iter().flat_map(|band| band.range.lo.iter().chain(&band.range.hi));
                uses.cuts.extend(ends.map(|(end, _)| Constant::Number(end.clone())));
            }
            _ => uses.walk(root)?,
        }
    }
    Some(uses.cuts)
}

/// Collects what a field is compared with; `None` as soon as anything else is done with it.
struct Uses<'a> {
    model: &'a Model,
    facts: &'a Facts,
    place: Place,
    cuts: Vec<Constant>,
    seen: Vec<bool>,
}

impl Uses<'_> {
    /// An expression as it stands after definitions that only rename it.
    fn renamed(&self, id: ExprId) -> ExprId {
        match &self.model.expr(id).kind {
            ExprKind::Definition(own) => self.renamed(self.model.definitions[own.index()].expr),
            _ => id,
        }
    }

    fn is_place(&self, id: ExprId) -> bool {
        match (&self.model.expr(self.renamed(id)).kind, self.place) {
            (ExprKind::Field(field), Place::Field(own)) => *field == own,
            (ExprKind::ElementField(list, field), Place::Element(own, _, at)) => (*list, *field) == (own, at),
            _ => false,
        }
    }

    fn walk(&mut self, id: ExprId) -> Option<()> {
        let id = self.renamed(id);
        if self.is_place(id) {
            return None;
        }
        if std::mem::replace(&mut self.seen[id.index()], true) {
            return Some(());
        }
        let kind = &self.model.expr(id).kind;
        match kind {
            ExprKind::Compare(_, x, y) => match (self.is_place(*x), self.is_place(*y)) {
                (true, _) => return self.compared(*y),
                (_, true) => return self.compared(*x),
                _ => {}
            },
            ExprKind::Recent(count, unit, x) if self.is_place(*x) => {
                self.recent(*count, *unit);
                return Some(());
            }
            ExprKind::Lookup(table, keys) => {
                for (at, key) in keys.iter().enumerate() {
                    if self.is_place(*key) {
                        let rows = &self.model.tables[table.index()].rows;
                        self.cuts.extend(rows.iter().flat_map(|row| ends(row, at)));
                    } else {
                        self.walk(*key)?;
                    }
                }
                return Some(());
            }
            _ => {}
        }
        for child in children(self.model, kind) {
            self.walk(child)?;
        }
        Some(())
    }

    fn compared(&mut self, other: ExprId) -> Option<()> {
        if !self.is_constant(other) {
            return None;
        }
        let none = Hypotheses::new();
        match Interpreter::new(self.model, self.facts, &none, "").value(other, None) {
            Outcome::Known(value) => {
                self.cuts.push(value);
                Some(())
            }
            _ => None,
        }
    }

    fn recent(&mut self, count: u32, unit: TimeUnit) {
        if let Some(today) = self.facts.as_of {
            self.cuts.push(Constant::Date(today));
            self.cuts.push(Constant::Date(today.plus(-(count as i32), unit)));
        }
    }

    /// A literal, the as-of date, a date at a fixed distance from one, or a name for these.
    fn is_constant(&self, id: ExprId) -> bool {
        match &self.model.expr(self.renamed(id)).kind {
            ExprKind::Constant(_) | ExprKind::AsOf => true,
            ExprKind::Negate(x) | ExprKind::MoveDate(x, ..) => self.is_constant(*x),
            _ => false,
        }
    }
}

/// The values that a row's cell tells apart.
fn ends(row: &Row, at: usize) -> Vec<Constant> {
    match &row.cells[at] {
        Key::Numbers(numbers) => numbers.iter().cloned().map(Constant::Number).collect(),
        Key::Range(range) => {
            let ends = range.lo.iter().chain(&range.hi);
            ends.map(|(end, _)| Constant::Number(end.clone())).collect()
        }
        Key::Dates(dates) => dates.iter().copied().map(Constant::Date).collect(),
        _ => Vec::new(),
    }
}
