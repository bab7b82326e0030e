//! How many bits results can have.

use crate::ast::{AggregateKind, Builtin};
use crate::diagnostic::Diagnostic;
use crate::model::{Constant, ExprId, ExprKind, Field, FieldType, Model};
use crate::number::{MAX_BITS, Number, power_of_ten};

use super::error;

/// Bits of a numerator and of a denominator, at most.
#[derive(Debug, Clone, Copy, Default)]
struct Bits {
    over: u64,
    under: u64,
}

impl Bits {
    fn of(value: &Number) -> Bits {
        Bits { over: value.numer().bits(), under: value.denom().bits() }
    }

    fn sum(self) -> u64 {
        self.over.saturating_add(self.under)
    }

    fn most(self, other: Bits) -> Bits {
        Bits { over: self.over.max(other.over), under: self.under.max(other.under) }
    }

    fn add(self, other: Bits) -> Bits {
        let over = (self.over + other.under).max(other.over + self.under) + 1;
        Bits { over, under: self.under + other.under }
    }

    fn multiply(self, other: Bits) -> Bits {
        Bits { over: self.over + other.over, under: self.under + other.under }
    }
}

/// Expressions whose results can be too big. One that is found counts as small for those above it,
/// so that each cause is reported once.
pub(super) fn too_big(model: &Model) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut known: Vec<Option<Bits>> = vec![None; model.exprs.len()];
    let in_order = model.order.iter().map(|def| model.definitions[def.index()].expr);
    for root in in_order.chain((0..model.exprs.len() as u32).map(ExprId)) {
        visit(model, root, &mut known, &mut findings);
    }
    findings
}

fn visit(model: &Model, id: ExprId, known: &mut Vec<Option<Bits>>, findings: &mut Vec<Diagnostic>) -> Bits {
    if let Some(bits) = known[id.index()] {
        return bits;
    }
    let mut bits = compute(model, id, known, findings);
    if bits.sum() > MAX_BITS {
        findings.push(error::too_big(model.expr(id).span, bits.sum()));
        bits = Bits::default();
    }
    known[id.index()] = Some(bits);
    bits
}

fn compute(model: &Model, id: ExprId, known: &mut Vec<Option<Bits>>, findings: &mut Vec<Diagnostic>) -> Bits {
    let mut at = |x: &ExprId| visit(model, *x, known, findings);
    match &model.expr(id).kind {
        ExprKind::Constant(Constant::Number(value)) => Bits::of(value),
        ExprKind::Field(field) => field_bits(&model.subject.fields[field.index()]),
        ExprKind::ElementField(list, field) => {
            field_bits(&model.subject.lists[list.index()].fields[*field as usize])
        }
        ExprKind::Definition(def) => at(&model.definitions[def.index()].expr),
        ExprKind::Sheet(sheet) => {
            let sheet = &model.sheets[sheet.index()];
            let lines = sheet.items.iter().flat_map(|item| &item.lines);
            // Points are decimals: denominators of one sheet share their primes, so the greatest counts.
            lines.fold(Bits::of(&sheet.start), |all, line| {
                let own = at(&line.count).multiply(Bits::of(&line.points));
                Bits { over: all.over.max(own.over) + 1, under: all.under.max(own.under) }
            })
        }
        ExprKind::Negate(x) => at(x),
        ExprKind::Add(x, y) | ExprKind::Subtract(x, y) => at(x).add(at(y)),
        ExprKind::Multiply(x, y) => at(x).multiply(at(y)),
        ExprKind::Divide(x, y) => {
            let (dividend, divisor) = (at(x), at(y));
            dividend.multiply(Bits { over: divisor.under, under: divisor.over })
        }
        ExprKind::DaysBetween(..) => Bits { over: 23, under: 1 },
        ExprKind::Builtin(Builtin::Round | Builtin::Floor | Builtin::Ceil | Builtin::Abs, xs) => {
            xs.first().map(&mut at).unwrap_or_default().multiply(Bits { over: 1, under: 1 })
        }
        ExprKind::Builtin(_, xs) => xs.iter().fold(Bits::default(), |all, x| all.most(at(x))),
        ExprKind::If(_, x, y) | ExprKind::OrElse(x, y) => at(x).most(at(y)),
        ExprKind::Lookup(table, _) => {
            let rows = &model.tables[table.index()].rows;
            let value = |row: &crate::model::Row| match &row.value {
                Constant::Number(value) => Bits::of(value),
                _ => Bits::default(),
            };
            rows.iter().fold(Bits::default(), |all, row| all.most(value(row)))
        }
        // Denominators that differ by element are only known on the row, and bounded there.
        ExprKind::Aggregate { kind: AggregateKind::Sum, value: Some(value), .. } => {
            at(value).multiply(Bits { over: 17, under: 0 })
        }
        ExprKind::Aggregate { value: Some(value), .. } => at(value),
        _ => Bits { over: 17, under: 1 },
    }
}

fn field_bits(field: &Field) -> Bits {
    match &field.ty {
        FieldType::Number { lo, hi, decimals, .. } => {
            let under = power_of_ten(*decimals);
            let over = |end: &Number| (end * Number::from_integer(under.clone())).ceil().to_integer().bits();
            Bits { over: over(lo).max(over(hi)), under: under.bits() }
        }
        _ => Bits { over: 1, under: 1 },
    }
}
