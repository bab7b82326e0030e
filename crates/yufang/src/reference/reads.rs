//! What the tier can read, and which of it is a gap that matters.

use crate::facts::{Fact, Facts};
use crate::model::{Effect, ExprId, ExprKind, FieldId, GradeBy, ListId, Model};

/// A place where a row can hold a value. Ordered as combinations are: fields, then elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A field of the row.
    Field(FieldId),
    /// A field of an element: list, element, field.
    Element(ListId, usize, u32),
}

/// Something read: a field, an element's field, or a list as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    Field(FieldId),
    ElementField(ListId, u32),
    List(ListId),
}

/// Everything that the tier can read, each with whether 无则 or 有 shields it there.
struct Reads<'a> {
    model: &'a Model,
    found: Vec<(Read, bool)>,
}

impl Reads<'_> {
    fn walk(&mut self, id: ExprId, shielded: bool) {
        match &self.model.expr(id).kind {
            ExprKind::Field(field) => self.found.push((Read::Field(*field), shielded)),
            ExprKind::ElementField(list, field) => {
                self.found.push((Read::ElementField(*list, *field), shielded));
            }
            ExprKind::Definition(definition) => {
                self.walk(self.model.definitions[definition.index()].expr, shielded);
            }
            ExprKind::OrElse(x, y) => {
                self.walk(*x, true);
                self.walk(*y, shielded);
            }
            ExprKind::Has(x) => self.walk(*x, true),
            kind => {
                if let ExprKind::Aggregate { list, .. } = kind {
                    self.found.push((Read::List(*list), shielded));
                }
                for child in children(self.model, kind) {
                    self.walk(child, shielded);
                }
            }
        }
    }
}

/// The operands of any expression.
pub(super) fn children(model: &Model, kind: &ExprKind) -> Vec<ExprId> {
    match kind {
        ExprKind::Not(x) | ExprKind::Has(x) => vec![*x],
        ExprKind::All(operands) | ExprKind::Any(operands) | ExprKind::Lookup(_, operands) => operands.clone(),
        ExprKind::If(condition, then, otherwise) => vec![*condition, *then, *otherwise],
        ExprKind::OrElse(x, y) => vec![*x, *y],
        ExprKind::Aggregate { value, filter, .. } => value.iter().chain(filter).copied().collect(),
        ExprKind::Sheet(sheet) => {
            let items = &model.sheets[sheet.index()].items;
            items.iter().flat_map(|item| &item.lines).map(|line| line.count).collect()
        }
        kind => super::functions::operands(kind),
    }
}

/// The expressions that the tier is made of.
pub(super) fn tier_roots(model: &Model) -> Vec<ExprId> {
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

/// The gaps that matter: fields without a told value which the tier can read where 无则 and 有 do
/// not shield it (an untold field counts also there), and lists that were not supplied.
pub fn gaps(model: &Model, facts: &Facts) -> (Vec<Place>, Vec<ListId>) {
    let mut reads = Reads { model, found: Vec::new() };
    for root in tier_roots(model) {
        reads.walk(root, false);
    }
    let matters = |fact: &Fact, read: Read| match fact {
        Fact::Known(_) | Fact::Default(_) => false,
        Fact::Missing | Fact::Coarse(_) => reads.found.contains(&(read, false)),
        Fact::Untold => reads.found.iter().any(|(own, _)| *own == read),
    };
    let mut places = Vec::new();
    for (at, fact) in facts.fields.iter().enumerate() {
        let field = FieldId(at as u32);
        if matters(fact, Read::Field(field)) {
            places.push(Place::Field(field));
        }
    }
    let mut lists = Vec::new();
    for (at, elements) in facts.lists.iter().enumerate() {
        let list = ListId(at as u32);
        match elements {
            None if reads.found.contains(&(Read::List(list), false)) => lists.push(list),
            None => {}
            Some(elements) => {
                for (number, element) in elements.iter().enumerate() {
                    for (own, fact) in element.iter().enumerate() {
                        if matters(fact, Read::ElementField(list, own as u32)) {
                            places.push(Place::Element(list, number, own as u32));
                        }
                    }
                }
            }
        }
    }
    (places, lists)
}
