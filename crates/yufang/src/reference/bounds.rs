//! Bounds: what an expression may give over all values of the gaps, operator by operator.

use std::collections::BTreeSet;

use super::domain::{coarse_at, field_of};
use super::evaluate::Element;
use super::reads::Place;
use crate::facts::{Fact, Facts};
use crate::model::{Constant, DefId, ExprId, ExprKind, FieldType, ListId, Model, Space, Ty};
use crate::number::Number;
use crate::verdict::{RowError, TierSet};

/// The values that may come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Range {
    /// Numbers from least to greatest; open where `None`. Dates are numbers of days.
    Between(Option<Number>, Option<Number>),
    /// These: flags, options, codes, tiers.
    Of(BTreeSet<u32>),
    /// One text, or any.
    Text(Option<String>),
}

/// Whether a value depends on a gap, as 无则 and 有 see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    No,
    Yes,
    Maybe,
}

impl Gap {
    /// One of two happens.
    fn or(self, other: Gap) -> Gap {
        if self == other { self } else { Gap::Maybe }
    }

    /// Both are needed.
    pub(super) fn with(self, other: Gap) -> Gap {
        match (self, other) {
            (Gap::Yes, _) | (_, Gap::Yes) => Gap::Yes,
            (Gap::No, Gap::No) => Gap::No,
            _ => Gap::Maybe,
        }
    }
}

/// What is known of an expression's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bounds {
    /// The values, or `None` where there certainly is an error.
    pub(super) range: Option<Range>,
    pub(super) gap: Gap,
    /// The first error that may occur.
    pub(super) error: Option<RowError>,
}

impl Bounds {
    pub(super) fn new(range: Range, gap: Gap) -> Self {
        Bounds { range: Some(range), gap, error: None }
    }

    pub(super) fn error(error: RowError) -> Self {
        Bounds { range: None, gap: Gap::No, error: Some(error) }
    }

    /// A flag that can be false, and can be true.
    pub(super) fn flag(no: bool, yes: bool, gap: Gap) -> Self {
        let set = [(no, 0), (yes, 1)].into_iter().filter(|(can, _)| *can);
        Bounds::new(Range::Of(set.map(|(_, flag)| flag).collect()), gap)
    }

    pub(super) fn can_be(&self, flag: bool) -> bool {
        matches!(&self.range, Some(Range::Of(set)) if set.contains(&u32::from(flag)))
    }

    /// Certainly `flag`, wherever there is no error.
    pub(super) fn is(&self, flag: bool) -> bool {
        self.can_be(flag) && !self.can_be(!flag)
    }

    /// The error that certainly occurs.
    pub(super) fn certain_error(&self) -> Option<&RowError> {
        self.error.as_ref().filter(|_| self.range.is_none())
    }

    fn is_too_big(&self) -> bool {
        matches!(self.error, Some(RowError::TooBig { .. }))
    }

    pub(super) fn tiers(&self) -> TierSet {
        match &self.range {
            Some(Range::Of(set)) => {
                set.iter().fold(TierSet::default(), |all, tier| all.union(TierSet::one(*tier as u8)))
            }
            _ => TierSet::default(),
        }
    }

    /// The same with an error that may occur besides.
    pub(super) fn may_err(mut self, error: Option<&RowError>) -> Self {
        self.error = self.error.or_else(|| error.cloned());
        self
    }

    /// One of two, and it is not known which.
    pub(super) fn or(self, other: Bounds) -> Self {
        let gap = match (&self.range, &other.range) {
            (Some(_), Some(_)) => self.gap.or(other.gap),
            (Some(_), None) => self.gap,
            _ => other.gap,
        };
        let range = match (self.range, other.range) {
            (Some(one), Some(other)) => Some(hull(one, other)),
            (one, other) => one.or(other),
        };
        Bounds { range, gap, error: self.error.or(other.error) }
    }
}

/// The least range that holds both.
pub(super) fn hull(one: Range, other: Range) -> Range {
    match (one, other) {
        (Range::Between(lo, hi), Range::Between(low, high)) => {
            Range::Between(lo.zip(low).map(|(x, y)| x.min(y)), hi.zip(high).map(|(x, y)| x.max(y)))
        }
        (Range::Of(one), Range::Of(other)) => Range::Of(one.union(&other).copied().collect()),
        (Range::Text(one), Range::Text(other)) => Range::Text(one.filter(|one| other.as_ref() == Some(one))),
        _ => unreachable!("ranges of one type"),
    }
}

/// The range of one value.
pub(super) fn exactly(value: &Constant) -> Range {
    let set = |at: u32| Range::Of(BTreeSet::from([at]));
    let point = |number: Number| Range::Between(Some(number.clone()), Some(number));
    match value {
        Constant::Number(number) => point(number.clone()),
        Constant::Date(date) => point(crate::number::whole(i64::from(date.days()))),
        Constant::Flag(flag) => set(u32::from(*flag)),
        Constant::Option(at) => set(*at),
        Constant::Code(code) => set(code.0),
        Constant::Tier(tier) => set(u32::from(*tier)),
        Constant::Text(text) => Range::Text(Some(text.clone())),
        Constant::Missing => unreachable!("a gap has no value"),
    }
}

/// One row, as far as it is known.
#[derive(Clone, Copy)]
pub(super) struct Bounder<'a> {
    pub(super) model: &'a Model,
    pub(super) facts: &'a Facts,
    pub(super) what: &'a str,
    /// The tiers after all effects, for alerts.
    pub(super) final_tiers: TierSet,
    /// A list whose element at hand is not known at all.
    pub(super) unknown: Option<ListId>,
}

impl<'a> Bounder<'a> {
    pub(super) fn naming(self, what: &'a str) -> Self {
        Bounder { what, ..self }
    }

    /// An expression's bounds.
    pub(super) fn bounds(&self, id: ExprId, at: Element) -> Bounds {
        let expr = self.model.expr(id);
        let sub = |id: &ExprId| self.bounds(*id, at);
        match &expr.kind {
            ExprKind::Constant(Constant::Missing) => Bounds::new(self.everything(&expr.ty), Gap::Yes),
            ExprKind::Constant(value) => Bounds::new(exactly(value), Gap::No),
            ExprKind::AsOf => match self.facts.as_of {
                Some(day) => Bounds::new(exactly(&Constant::Date(day)), Gap::No),
                None => Bounds::new(Range::Between(None, None), Gap::Yes),
            },
            ExprKind::Field(field) => self.fact(Place::Field(*field), &self.facts.fields[field.index()]),
            ExprKind::ElementField(list, field) => self.element_field(*list, *field, at),
            ExprKind::Definition(definition) => self.definition(*definition, at),
            ExprKind::FinalTier => {
                Bounds::new(Range::Of(self.final_tiers.iter().map(u32::from).collect()), Gap::No)
            }
            ExprKind::Not(x) => {
                let x = sub(x);
                let flipped = Bounds::flag(x.can_be(true), x.can_be(false), x.gap);
                Bounds { range: x.range.as_ref().and(flipped.range), ..x }
            }
            ExprKind::All(operands) => kleene(&operands.iter().map(sub).collect::<Vec<_>>(), false),
            ExprKind::Any(operands) => kleene(&operands.iter().map(sub).collect::<Vec<_>>(), true),
            ExprKind::If(condition, then, otherwise) => self.conditional(*condition, *then, *otherwise, at),
            ExprKind::OrElse(x, y) => or_else(sub(x), || sub(y)),
            ExprKind::Has(x) => has(&sub(x)),
            ExprKind::Sheet(sheet) => self.sheet(*sheet),
            ExprKind::Lookup(table, keys) => self.lookup(*table, &keys.iter().map(sub).collect::<Vec<_>>()),
            ExprKind::Aggregate { kind, list, value, filter } => {
                self.aggregate(*kind, *list, *value, *filter)
            }
            kind => {
                let operands: Vec<Bounds> = super::functions::operands(kind).iter().map(sub).collect();
                self.strict(&operands, |ranges| self.operator(kind, ranges))
            }
        }
    }

    /// Applies a function that needs every operand: any operand's error is its own.
    pub(super) fn strict(&self, operands: &[Bounds], apply: impl Fn(&[&Range]) -> Bounds) -> Bounds {
        if let Some(broken) = operands.iter().find(|operand| operand.range.is_none()) {
            return broken.clone();
        }
        let ranges: Vec<&Range> = operands.iter().filter_map(|operand| operand.range.as_ref()).collect();
        let result = apply(&ranges);
        let gap = operands.iter().fold(result.gap, |all, own| all.with(own.gap));
        let error = operands.iter().find_map(|operand| operand.error.as_ref());
        Bounds { gap, ..result }.may_err(error)
    }

    fn definition(&self, definition: DefId, at: Element) -> Bounds {
        let own = &self.model.definitions[definition.index()];
        let at = if own.space == Space::Row { None } else { at };
        self.naming(&own.name).bounds(own.expr, at)
    }

    fn conditional(&self, condition: ExprId, then: ExprId, otherwise: ExprId, at: Element) -> Bounds {
        let condition = self.bounds(condition, at);
        let branches = match (condition.can_be(true), condition.can_be(false)) {
            (true, true) => self.bounds(then, at).or(self.bounds(otherwise, at)),
            (true, false) => self.bounds(then, at),
            (false, true) => self.bounds(otherwise, at),
            (false, false) => return condition,
        };
        let gap = branches.gap.with(condition.gap);
        Bounds { gap, ..branches }.may_err(condition.error.as_ref())
    }

    fn element_field(&self, list: ListId, field: u32, at: Element) -> Bounds {
        match (at, &self.facts.lists[list.index()]) {
            (Some((_, element)), Some(elements)) if self.unknown != Some(list) => {
                self.fact(Place::Element(list, element, field), &elements[element][field as usize])
            }
            _ => {
                let place = Place::Element(list, 0, field);
                Bounds::new(self.whole(&field_of(self.model, place).ty, None), Gap::Yes)
            }
        }
    }

    fn fact(&self, place: Place, fact: &Fact) -> Bounds {
        let gap = match fact {
            Fact::Known(value) | Fact::Default(value) => return Bounds::new(exactly(value), Gap::No),
            Fact::Missing | Fact::Coarse(_) => Gap::Yes,
            Fact::Untold => Gap::No,
        };
        let above = coarse_at(self.facts, place);
        Bounds::new(self.whole(&field_of(self.model, place).ty, above), gap)
    }

    /// All that a field may hold.
    fn whole(&self, ty: &FieldType, above: Option<crate::codes::CodeId>) -> Range {
        let days = |date: crate::date::Date| crate::number::whole(i64::from(date.days()));
        match ty {
            FieldType::Number { lo, hi, .. } => Range::Between(Some(lo.clone()), Some(hi.clone())),
            FieldType::Date { lo, hi } => Range::Between(Some(days(*lo)), Some(days(*hi))),
            FieldType::Code { list, level } => {
                let beneath = self.model.codes[list.index()].beneath(above, *level);
                Range::Of(beneath.map(|code| code.0).collect())
            }
            FieldType::Text | FieldType::Flag | FieldType::Option(_) => self.everything(&ty.ty()),
        }
    }

    /// All values of a type.
    fn everything(&self, ty: &Ty) -> Range {
        let first = |count: usize| Range::Of((0..count as u32).collect());
        match ty {
            Ty::Flag => first(2),
            Ty::Number { .. } | Ty::Date => Range::Between(None, None),
            Ty::Text => Range::Text(None),
            Ty::Code(list) => first(self.model.codes[list.index()].codes().len()),
            Ty::Option(set) => first(self.model.options[set.index()].options.len()),
            Ty::Tier(scale) => first(self.model.scales[scale.index()].tiers.len()),
        }
    }
}

/// 且 (`decisive` is false) and 或 (`decisive` is true).
pub(super) fn kleene(operands: &[Bounds], decisive: bool) -> Bounds {
    let error = operands.iter().find_map(|operand| operand.error.as_ref());
    let decided = |gap: Gap| Bounds::flag(!decisive, decisive, gap);
    if operands.iter().any(|own| own.is(decisive) && own.gap == Gap::No && own.error.is_none()) {
        return Bounds::flag(!decisive, decisive, Gap::No);
    }
    let decides = operands.iter().any(|own| own.can_be(decisive));
    let undecided = operands.iter().all(|own| own.can_be(!decisive));
    if !decides && !undecided {
        // An operand certainly errs, and none can decide before it.
        return operands
            .iter()
            .find(|own| own.range.is_none())
            .cloned()
            .unwrap_or_else(|| decided(Gap::Maybe));
    }
    let gap = if operands.iter().all(|own| own.gap == Gap::No) {
        Gap::No
    } else if !operands.iter().any(|own| own.can_be(decisive) && own.gap != Gap::Yes)
        && operands.iter().any(|own| own.gap == Gap::Yes)
    {
        Gap::Yes
    } else {
        Gap::Maybe
    };
    let (no, yes) = if decisive { (undecided, decides) } else { (decides, undecided) };
    Bounds::flag(no, yes, gap).may_err(error)
}

/// `x 无则 y`.
fn or_else(x: Bounds, y: impl Fn() -> Bounds) -> Bounds {
    if x.is_too_big() {
        return x;
    }
    if x.range.is_none() || x.gap == Gap::Yes {
        return y();
    }
    if x.gap == Gap::No && x.error.is_none() {
        return x;
    }
    Bounds { gap: Gap::No, error: None, ..x }.or(y())
}

/// `有 x`.
fn has(x: &Bounds) -> Bounds {
    if x.is_too_big() {
        return x.clone();
    }
    let never = x.range.is_none() || x.gap == Gap::Yes;
    let always = x.gap == Gap::No && x.error.is_none();
    Bounds::flag(!always, !never, Gap::No)
}
