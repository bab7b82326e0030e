//! Why teams cannot be filled: a smallest group of enterprises that cannot be served together.

use serde::{Deserialize, Serialize};

use super::assign::Case;
use super::flow::Flow;

/// Enterprises that cannot be served together, though any of them can be left out and the rest
/// can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[error(
    "no teams: {places_short} place(s) cannot be filled for {}",
    .enterprises.iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join(", ")
)]
#[serde(deny_unknown_fields)]
pub struct Infeasible {
    /// How many places of their teams stay empty at best.
    pub places_short: u64,
    /// The enterprises, in ticket order.
    pub enterprises: Vec<Unserved>,
}

/// What stands between one enterprise and each inspector that cannot simply serve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unserved {
    /// The enterprise.
    pub id: String,
    /// Inspectors recused from it.
    pub recusal: Vec<String>,
    /// Inspectors of other districts.
    pub district: Vec<String>,
    /// Inspectors who may come, but not instead of one with the needed qualification.
    pub qualification: Vec<String>,
    /// Inspectors who may come, but cannot serve as many of these enterprises as they may.
    pub capacity: Vec<String>,
}

impl Infeasible {
    /// Names a group in a case whose teams cannot all be filled.
    pub(super) fn explain(case: &Case<'_>) -> Infeasible {
        let flow = smallest(case);
        let group: Vec<usize> = flow.open().collect();
        let short = case.wanted(group.len()).saturating_sub(flow.filled() as u128);
        Infeasible {
            places_short: u64::try_from(short).unwrap_or(u64::MAX),
            enterprises: group.iter().map(|at| unserved(case, &group, *at)).collect(),
        }
    }
}

/// Drops, in ticket order, each enterprise without which the rest still cannot be served.
fn smallest<'a>(case: &'a Case<'_>) -> Flow<'a> {
    let mut flow = Flow::fill(&case.places, usize::MAX, case.everyone());
    for at in 0..case.enterprises.len() {
        // What the dropped one held is given to others, which takes few searches and no new flow.
        let rest = flow.without(at);
        let wanted = case.wanted(rest.open().count());
        if (rest.filled() as u128) < wanted {
            flow = rest;
        }
    }
    flow
}

fn unserved(case: &Case<'_>, group: &[usize], at: usize) -> Unserved {
    let enterprise = &case.enterprises[at];
    let mut found = Unserved {
        id: enterprise.id.to_owned(),
        recusal: Vec::new(),
        district: Vec::new(),
        qualification: Vec::new(),
        capacity: Vec::new(),
    };
    for (number, inspector) in case.inspectors.iter().enumerate() {
        let id = inspector.id.clone();
        if inspector.is_recused(enterprise.id) {
            found.recusal.push(id);
        } else if !inspector.serves(enterprise.group) {
            found.district.push(id);
        } else {
            let may_serve = group.iter().filter(|at| case.may_serve(**at, number)).count();
            if case.places.capacity[number] < may_serve {
                found.capacity.push(id.clone());
            }
            let need = case.plan.needs.get(enterprise.stratum);
            if need.is_some_and(|need| !inspector.qualifications.contains(need)) {
                found.qualification.push(id);
            }
        }
    }
    found
}
