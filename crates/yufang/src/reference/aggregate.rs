//! Aggregates over a list's elements, and score sheets.

use num_traits::Zero;

use super::evaluate::Interpreter;
use super::functions::{number, order};
use super::outcome::{Cause, Outcome, gravest, kleene, not};
use crate::ast::AggregateKind;
use crate::model::{Constant, ExprId, ListId, SheetId, SheetItem};
use crate::number::{Number, whole};

impl Interpreter<'_> {
    pub(super) fn aggregate(
        &self,
        kind: AggregateKind,
        list: ListId,
        value: Option<ExprId>,
        filter: Option<ExprId>,
    ) -> Outcome {
        let Some(elements) = &self.facts.lists[list.index()] else {
            return Outcome::Absent(Cause::Missing);
        };
        let outcomes: Vec<(Outcome, Option<ExprId>, usize)> = (0..elements.len())
            .map(|at| {
                let filter = filter.map_or(Outcome::flag(true), |own| self.value(own, Some((list, at))));
                (filter, value, at)
            })
            .collect();
        let value_at = |value: Option<ExprId>, at: usize| {
            value.map_or(Outcome::flag(true), |own| self.value(own, Some((list, at))))
        };
        match kind {
            AggregateKind::Any => {
                let each = outcomes.into_iter();
                let each = each.map(|(filter, value, at)| kleene(&[filter, value_at(value, at)], false));
                kleene(&each.collect::<Vec<_>>(), true)
            }
            AggregateKind::All => {
                let each = outcomes.into_iter();
                let each = each.map(|(filter, value, at)| kleene(&[not(filter), value_at(value, at)], true));
                kleene(&each.collect::<Vec<_>>(), false)
            }
            AggregateKind::Sum | AggregateKind::Count | AggregateKind::Min | AggregateKind::Max => {
                // An element that the filter leaves out is not looked at, but what decided to leave
                // it out is.
                let mut needed = Vec::new();
                let mut taken = Vec::new();
                for (filter, value, at) in outcomes {
                    if filter.is_true() {
                        needed.push(value_at(value, at));
                        taken.push(needed.len() - 1);
                    }
                    needed.push(filter);
                }
                self.fold(kind, &needed, &taken)
            }
        }
    }

    fn fold(&self, kind: AggregateKind, needed: &[Outcome], taken: &[usize]) -> Outcome {
        if let Some(cause) = gravest(needed) {
            return Outcome::Absent(cause);
        }
        let assumed = needed.iter().any(|outcome| matches!(outcome, Outcome::Assumed(_)));
        let values: Vec<Constant> = taken.iter().filter_map(|at| needed[*at].value().cloned()).collect();
        let result = match kind {
            AggregateKind::Count => Some(Constant::Number(whole(values.len() as i64))),
            AggregateKind::Sum => Some(Constant::Number(values.iter().map(number).sum())),
            AggregateKind::Min => values.into_iter().min_by(order),
            _ => values.into_iter().max_by(order),
        };
        match result {
            Some(value) => self.strictly(&[], |_| Ok(value.clone())).assumed_if(assumed),
            None => self.no_value(),
        }
    }

    pub(super) fn sheet(&self, sheet: SheetId) -> Outcome {
        let sheet = &self.model.sheets[sheet.index()];
        let lines = sheet.items.iter().flat_map(|item| &item.lines);
        let counts: Vec<Outcome> = lines.map(|line| self.value(line.count, None)).collect();
        self.strictly(&counts, |counts| {
            let mut counts = counts.iter().map(count);
            let mut score = sheet.start.clone();
            for item in &sheet.items {
                let own: Vec<Number> = counts.by_ref().take(item.lines.len()).collect();
                score += item_points(item, &own);
            }
            Ok(Constant::Number(score))
        })
    }
}

/// A condition counts 0 or 1, a number itself.
fn count(value: &Constant) -> Number {
    match value {
        Constant::Flag(flag) => whole(i64::from(*flag)),
        other => number(other),
    }
}

/// Additions less deductions, each within its cap.
fn item_points(item: &SheetItem, counts: &[Number]) -> Number {
    let side = |deduct: bool, cap: &Option<Number>| {
        let lines = item.lines.iter().zip(counts).filter(|(line, _)| line.deduct == deduct);
        let points = lines.map(|(line, count)| &line.points * count);
        let total = if item.heaviest { points.fold(Number::zero(), Number::max) } else { points.sum() };
        match cap {
            Some(cap) => total.min(cap.clone()),
            None => total,
        }
    };
    side(false, &item.cap) - side(true, &item.cap_deduct)
}
