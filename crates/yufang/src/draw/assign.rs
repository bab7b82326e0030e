//! Which inspectors visit whom: teams drawn by pair tickets under the least maximum load.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::flow::{Bits, Flow, Places, Reach, holds, insert};
use super::infeasible::Infeasible;
use super::inspector::Inspector;
use super::plan::Plan;
use super::roster::Enterprise;
use super::seed::Seed;
use super::ticket::Tickets;

/// Who is to be visited, and by whom they can be.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    pub(super) plan: &'a Plan,
    pub(super) inspectors: &'a [Inspector],
    pub(super) enterprises: Vec<Enterprise<'a>>,
    pub(super) places: Places,
}

/// A full set of teams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teams {
    /// The most enterprises that one inspector serves.
    pub max_load: u64,
    /// For each enterprise's id its inspectors' ids, in the order in which they were taken.
    pub members: BTreeMap<String, Vec<String>>,
}

impl<'a> Case<'a> {
    /// The enterprises, in ticket order, and the inspectors, of whose capacities `spent` is gone
    /// (by id; nothing for a draw's first teams).
    pub fn new(
        plan: &'a Plan,
        inspectors: &'a [Inspector],
        enterprises: Vec<Enterprise<'a>>,
        spent: &BTreeMap<String, u64>,
    ) -> Case<'a> {
        let left = |inspector: &Inspector| {
            let spent = spent.get(&inspector.id).copied().unwrap_or(0);
            let left = inspector.capacity.unwrap_or(u64::MAX).saturating_sub(spent);
            usize::try_from(left).unwrap_or(usize::MAX)
        };
        let mut places = Places {
            team: usize::try_from(plan.team).unwrap_or(usize::MAX),
            enterprises: enterprises.len(),
            direct: Vec::with_capacity(inspectors.len()),
            gated: Vec::with_capacity(inspectors.len()),
            capacity: inspectors.iter().map(left).collect(),
        };
        let at_id = enterprises.iter().enumerate().map(|(at, one)| (one.id, at)).collect();
        for inspector in inspectors {
            let (direct, gated) = reach_of(plan, inspector, &enterprises, &at_id);
            places.direct.push(direct);
            places.gated.push(gated);
        }
        Case { plan, inspectors, enterprises, places }
    }

    /// Draws the teams.
    pub fn assign(&self, seed: Seed) -> Result<Teams, Infeasible> {
        if self.plan.team == 0 || self.enterprises.is_empty() {
            return Ok(Teams { max_load: 0, members: BTreeMap::new() });
        }
        let (limit, mut flow) = self.least_limit().ok_or_else(|| Infeasible::explain(self))?;
        let tickets = Tickets::of_pairs(self.plan.suite, seed, &self.plan.publisher);
        let members = self.enterprises.iter().enumerate().map(|(at, enterprise)| {
            let team = self.choose(&mut flow, at, &tickets);
            let ids = team.into_iter().map(|member| self.inspectors[member].id.clone());
            (enterprise.id.to_owned(), ids.collect())
        });
        Ok(Teams { members: members.collect(), max_load: limit as u64 })
    }

    /// The least load limit under which all places can be filled, with one way of filling them.
    fn least_limit(&self) -> Option<(usize, Flow<'_>)> {
        let mut best = (self.enterprises.len(), self.fill(self.enterprises.len())?);
        let mut too_low = 0;
        while best.0 - too_low > 1 {
            let middle = too_low + (best.0 - too_low) / 2;
            match self.fill(middle) {
                Some(flow) => best = (middle, flow),
                None => too_low = middle,
            }
        }
        Some(best)
    }

    fn fill(&self, limit: usize) -> Option<Flow<'_>> {
        let flow = Flow::fill(&self.places, limit, self.everyone());
        (flow.filled() as u128 == self.wanted(self.enterprises.len())).then_some(flow)
    }

    /// How many places so many enterprises have.
    pub(super) fn wanted(&self, enterprises: usize) -> u128 {
        self.places.team as u128 * enterprises as u128
    }

    pub(super) fn everyone(&self) -> Bits {
        let mut all = vec![0; self.enterprises.len().div_ceil(64)];
        (0..self.enterprises.len()).for_each(|at| insert(&mut all, at));
        all
    }

    /// Whether an inspector may serve an enterprise on any place of its team.
    pub(super) fn may_serve(&self, at: usize, inspector: usize) -> bool {
        holds(&self.places.direct[inspector], at) || holds(&self.places.gated[inspector], at)
    }

    /// Takes inspectors in the order of their tickets with this enterprise, each if all remaining
    /// places can then still be filled.
    fn choose(&self, flow: &mut Flow<'_>, at: usize, tickets: &Tickets) -> Vec<usize> {
        let enterprise = self.enterprises[at].id;
        let eligible = (0..self.inspectors.len()).filter(|inspector| self.may_serve(at, *inspector));
        let ticket = |inspector: usize| tickets.pair(enterprise, &self.inspectors[inspector].id);
        // Inspectors are numbered by id bytes, which decide where tickets are equal.
        let mut order: Vec<_> = eligible.map(|inspector| (ticket(inspector), inspector)).collect();
        order.sort_unstable();
        // One search answers for all inspectors with the same entrance, until somebody is taken.
        let mut known: Option<(usize, Reach)> = None;
        for (_, inspector) in order {
            if flow.fixed(at) == self.places.team {
                break;
            }
            if !flow.is_seated(at, inspector) {
                let entrance = flow.entrance(at, inspector);
                let reach = match known.take() {
                    Some((own, reach)) if own == entrance => reach,
                    _ => flow.reach(at, inspector),
                };
                if !flow.reaches(&reach, inspector) {
                    known = Some((entrance, reach));
                    continue;
                }
                flow.bring(&reach, at, inspector);
            }
            flow.fix(at, inspector);
            known = None;
        }
        flow.close(at)
    }
}

/// Whom an inspector may serve on any place, and whom only beside somebody with the qualification.
fn reach_of(
    plan: &Plan,
    inspector: &Inspector,
    enterprises: &[Enterprise<'_>],
    at_id: &FxHashMap<&str, usize>,
) -> (Bits, Bits) {
    let mut recused = vec![0; enterprises.len().div_ceil(64)];
    let (mut direct, mut gated) = (recused.clone(), recused.clone());
    let known = inspector.recusals.iter().filter_map(|id| at_id.get(id.as_str()));
    known.for_each(|at| insert(&mut recused, *at));
    for (at, enterprise) in enterprises.iter().enumerate() {
        if holds(&recused, at) || !inspector.serves(enterprise.group) {
            continue;
        }
        let need = plan.needs.get(enterprise.stratum);
        let qualified = need.is_none_or(|need| inspector.qualifications.contains(need));
        insert(if qualified { &mut direct } else { &mut gated }, at);
    }
    (direct, gated)
}
