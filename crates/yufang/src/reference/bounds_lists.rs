//! Bounds of aggregates and score sheets.

use super::bounds::{Bounder, Bounds, Gap, Range, kleene};
use super::bounds_operators::{add, ends, greatest, hull_of, least, multiply, negate};
use crate::ast::AggregateKind;
use crate::model::{ExprId, ListId, SheetId, SheetItem, Ty};
use crate::number::{Number, whole};
use crate::verdict::RowError;

type Ends = (Option<Number>, Option<Number>);

impl Bounder<'_> {
    pub(super) fn aggregate(
        &self,
        kind: AggregateKind,
        list: ListId,
        value: Option<ExprId>,
        filter: Option<ExprId>,
    ) -> Bounds {
        let Some(elements) = &self.facts.lists[list.index()] else {
            return self.unsupplied(kind, list, value);
        };
        let bounds = |expr: Option<ExprId>, at: usize| {
            expr.map_or(Bounds::flag(false, true, Gap::No), |own| self.bounds(own, Some((list, at))))
        };
        let filters: Vec<Bounds> = (0..elements.len()).map(|at| bounds(filter, at)).collect();
        if matches!(kind, AggregateKind::Any | AggregateKind::All) {
            let any = kind == AggregateKind::Any;
            let each = filters.into_iter().enumerate().map(|(at, filter)| {
                let filter = if any { filter } else { negated(filter) };
                kleene(&[filter, bounds(value, at)], !any)
            });
            return kleene(&each.collect::<Vec<_>>(), any);
        }
        if let Some(broken) = filters.iter().find(|filter| filter.range.is_none()) {
            return broken.clone();
        }
        let mut taken: Vec<(Bounds, bool)> = Vec::new();
        let mut gap = Gap::No;
        let mut error = None;
        for (at, filter) in filters.iter().enumerate() {
            gap = gap.with(filter.gap);
            error = error.or_else(|| filter.error.clone());
            if filter.can_be(true) {
                let certain = filter.is(true);
                let own = bounds(value, at);
                if own.range.is_none() {
                    // Where the element counts there is an error; so it does not count.
                    if certain {
                        return own;
                    }
                    error = error.or(own.error);
                    continue;
                }
                gap = match (certain, own.gap) {
                    (false, Gap::Yes | Gap::Maybe) => gap.with(Gap::Maybe),
                    (_, own) => gap.with(own),
                };
                error = error.or_else(|| own.error.clone());
                taken.push((own, certain));
            }
        }
        let result = match kind {
            AggregateKind::Count => count(&taken),
            AggregateKind::Sum => sum(&taken),
            _ => self.extreme(kind, &taken),
        };
        Bounds { gap: result.gap.with(gap), ..result }.may_err(error.as_ref())
    }

    /// A list that was not supplied may be any.
    fn unsupplied(&self, kind: AggregateKind, list: ListId, value: Option<ExprId>) -> Bounds {
        let most = whole(i64::from(self.model.subject.lists[list.index()].at_most));
        let unknown = Bounder { unknown: Some(list), ..*self };
        let element = || value.map(|own| unknown.bounds(own, Some((list, 0))));
        match kind {
            AggregateKind::Any | AggregateKind::All => Bounds::flag(true, true, Gap::Yes),
            AggregateKind::Count => Bounds::new(Range::Between(Some(whole(0)), Some(most)), Gap::Yes),
            AggregateKind::Sum => {
                let own = element().and_then(|own| own.range);
                let (lo, hi) = own.map_or((Some(whole(0)), Some(whole(0))), |own| ends(&own));
                let lo = lo.map(|lo| (lo * &most).min(whole(0)));
                let hi = hi.map(|hi| (hi * &most).max(whole(0)));
                Bounds::new(Range::Between(lo, hi), Gap::Yes)
            }
            AggregateKind::Min | AggregateKind::Max => match element() {
                Some(own) => Bounds { gap: Gap::Yes, ..own },
                None => Bounds::flag(true, true, Gap::Yes),
            },
        }
    }

    /// The least or greatest: of what certainly counts at most (at least) so, of what may count
    /// perhaps less (more).
    fn extreme(&self, kind: AggregateKind, taken: &[(Bounds, bool)]) -> Bounds {
        let error = RowError::NoValue { what: self.what.to_owned() };
        let ranges = || taken.iter().filter_map(|(own, certain)| Some((own.range.as_ref()?, *certain)));
        let Some(hull) = hull_of(ranges().map(|(range, _)| range.clone())) else {
            return Bounds::error(error);
        };
        let certain: Vec<Ends> =
            ranges().filter(|(_, certain)| *certain).map(|(range, _)| as_numbers(range)).collect();
        if certain.is_empty() {
            return Bounds::new(hull, Gap::No).may_err(Some(&error));
        }
        let whole = as_numbers(&hull);
        let (lo, hi) = match kind {
            AggregateKind::Min => (whole.0, least(&certain).1),
            _ => (greatest(&certain).0, whole.1),
        };
        Bounds::new(as_range(&hull, lo, hi), Gap::No)
    }

    /// A score sheet, item by item.
    pub(super) fn sheet(&self, sheet: SheetId) -> Bounds {
        let sheet = &self.model.sheets[sheet.index()];
        let lines: Vec<ExprId> =
            sheet.items.iter().flat_map(|item| &item.lines).map(|line| line.count).collect();
        let counts: Vec<Bounds> = lines.iter().map(|line| self.bounds(*line, None)).collect();
        let flags: Vec<bool> = lines.iter().map(|line| self.model.expr(*line).ty == Ty::Flag).collect();
        self.strict(&counts, |ranges| {
            let counts = ranges.iter().zip(&flags);
            let mut counts = counts.map(|(range, flag)| if *flag { as_numbers(range) } else { ends(range) });
            let mut score: Ends = (Some(sheet.start.clone()), Some(sheet.start.clone()));
            for item in &sheet.items {
                let own: Vec<Ends> = counts.by_ref().take(item.lines.len()).collect();
                score = add(score, add(side(item, &own, false), negate(side(item, &own, true))));
            }
            Bounds::new(Range::Between(score.0, score.1), Gap::No)
        })
    }
}

/// One side of an item: additions or deductions.
fn side(item: &SheetItem, counts: &[Ends], deduct: bool) -> Ends {
    let zero: Ends = (Some(whole(0)), Some(whole(0)));
    let lines = item.lines.iter().zip(counts).filter(|(line, _)| line.deduct == deduct);
    let points = lines
        .map(|(line, count)| multiply((Some(line.points.clone()), Some(line.points.clone())), count.clone()));
    let total = if item.heaviest {
        points.fold(zero, |all, own| greatest(&[all, own]))
    } else {
        points.fold(zero, add)
    };
    match if deduct { &item.cap_deduct } else { &item.cap } {
        Some(cap) => least(&[total, (Some(cap.clone()), Some(cap.clone()))]),
        None => total,
    }
}

fn negated(flag: Bounds) -> Bounds {
    let range = flag.range.is_some().then(|| Bounds::flag(flag.can_be(true), flag.can_be(false), flag.gap));
    Bounds { range: range.and_then(|own| own.range), ..flag }
}

fn count(taken: &[(Bounds, bool)]) -> Bounds {
    let certain = taken.iter().filter(|(_, certain)| *certain).count();
    Bounds::new(Range::Between(Some(whole(certain as i64)), Some(whole(taken.len() as i64))), Gap::No)
}

fn sum(taken: &[(Bounds, bool)]) -> Bounds {
    let mut total: Ends = (Some(whole(0)), Some(whole(0)));
    for (own, certain) in taken {
        if let Some(range) = &own.range {
            let (lo, hi) = ends(range);
            let own = if *certain {
                (lo, hi)
            } else {
                (lo.map(|lo| lo.min(whole(0))), hi.map(|hi| hi.max(whole(0))))
            };
            total = add(total, own);
        }
    }
    Bounds::new(Range::Between(total.0, total.1), Gap::No)
}

/// The ends of what has an order: numbers and dates themselves, tiers and flags by position.
fn as_numbers(range: &Range) -> Ends {
    let position = |at: Option<&u32>| at.map(|at| whole(i64::from(*at)));
    match range {
        Range::Of(set) => (position(set.first()), position(set.last())),
        other => ends(other),
    }
}

/// The part of a range within ends.
fn as_range(of: &Range, lo: Option<Number>, hi: Option<Number>) -> Range {
    match of {
        Range::Of(set) => {
            let within = |at: &u32| {
                let at = whole(i64::from(*at));
                lo.as_ref().is_none_or(|lo| *lo <= at) && hi.as_ref().is_none_or(|hi| at <= *hi)
            };
            Range::Of(set.iter().copied().filter(within).collect())
        }
        _ => Range::Between(lo, hi),
    }
}
