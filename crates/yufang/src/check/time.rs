//! Spans of validity: the stretches of time within which nothing changes.

use std::collections::{BTreeMap, BTreeSet};

use super::error;
use crate::ast::{Ast, Item, Validity};
use crate::date::{Date, TimeUnit};
use crate::diagnostic::Diagnostic;

/// A stretch of time, both days included; open where `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
}

impl Period {
    /// Whether something is in force throughout the period.
    pub(super) fn within(&self, validity: Option<&Validity>) -> bool {
        let Some(validity) = validity else { return true };
        let begun = self.from.is_some_and(|from| validity.from <= from);
        let lasts = match (validity.to, self.to) {
            (None, _) => true,
            (Some(to), Some(end)) => to >= end,
            (Some(_), None) => false,
        };
        begun && lasts
    }

    /// Whether a day lies within.
    pub(super) fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }
}

/// What may have versions: its kind and name, and whether time without it is a hole.
struct Versioned<'a> {
    name: &'a str,
    span: crate::source::Span,
    validity: Option<&'a Validity>,
    lasting: bool,
}

fn versioned(item: &Item) -> Option<(u8, Versioned<'_>)> {
    Some(match item {
        Item::Table(decl) => (0, version(&decl.name, decl.validity.as_ref(), true)),
        Item::Matrix(decl) => (0, version(&decl.name, decl.validity.as_ref(), true)),
        Item::Grade(decl) => (1, version(&decl.scale, decl.validity.as_ref(), true)),
        Item::Rule(decl) => (2, version(&decl.name, decl.validity.as_ref(), false)),
        Item::Alert(decl) => (3, version(&decl.name, decl.validity.as_ref(), false)),
        _ => return None,
    })
}

fn version<'a>(name: &'a crate::ast::Name, validity: Option<&'a Validity>, lasting: bool) -> Versioned<'a> {
    Versioned { name: &name.text, span: name.span, validity, lasting }
}

/// Cuts time where anything begins or ends to be in force, and reports holes and overlaps.
pub(super) fn periods(ast: &Ast, faults: &mut Vec<Diagnostic>) -> Vec<Period> {
    let whole = ast.header.validity;
    let require = ast.items.iter().filter_map(|item| match item {
        Item::Require(decl) => decl.validity,
        _ => None,
    });
    let own = ast.items.iter().filter_map(versioned).filter_map(|(_, version)| version.validity.copied());
    let all: Vec<Validity> = own.chain(require).chain(whole).collect();
    for validity in all.iter().filter(|own| own.to.is_some_and(|to| to < own.from)) {
        faults.push(error::empty_span(validity.span));
    }
    let begin = whole.map(|own| own.from);
    let end = whole.and_then(|own| own.to);
    let day_after = |day: Date| day.plus(1, TimeUnit::Day);
    let within = |day: &Date| begin.is_none_or(|begin| *day > begin) && end.is_none_or(|end| *day <= end);
    let cuts: BTreeSet<Date> =
        all.iter().flat_map(|own| [Some(own.from), own.to.map(day_after)]).flatten().filter(within).collect();
    let mut periods = Vec::new();
    let mut from = begin;
    for cut in cuts {
        periods.push(Period { from, to: Some(cut.plus(-1, TimeUnit::Day)) });
        from = Some(cut);
    }
    periods.push(Period { from, to: end });
    // Without a beginning of its own, the rule set begins with its first version.
    if begin.is_none() && periods.len() > 1 {
        periods.remove(0);
    }
    find_faults(ast, &periods, faults);
    periods
}

fn find_faults(ast: &Ast, periods: &[Period], faults: &mut Vec<Diagnostic>) {
    let mut groups: BTreeMap<(u8, &str), Vec<Versioned<'_>>> = BTreeMap::new();
    for (kind, version) in ast.items.iter().filter_map(versioned) {
        groups.entry((kind, version.name)).or_default().push(version);
    }
    for versions in groups.values() {
        for period in periods {
            let active: Vec<&Versioned<'_>> =
                versions.iter().filter(|version| period.within(version.validity)).collect();
            let named = |version: &Versioned<'_>| version.name.to_owned();
            match active[..] {
                [] if versions[0].lasting => {
                    let from = period.from.map_or_else(|| "…".to_owned(), |day| day.to_string());
                    faults.push(error::hole(versions[0].span, named(&versions[0]), from));
                    break;
                }
                // Two tables of one name without any validity are found as duplicates.
                [one, two, ..] if two.validity.is_some() || one.validity.is_some() || !one.lasting => {
                    faults.push(error::overlap(two.span, named(two)).at(one.span));
                    break;
                }
                _ => {}
            }
        }
    }
}
