//! Who is inspected: those who must be, and in each stratum those whom the tickets draw.

use std::cmp::Ordering;
use std::ops::Range;

use super::fraction::Fraction;
use super::plan::{Plan, StratumRule};
use super::roster::{Roster, Status};
use super::seed::Seed;
use super::suite::Bytes32;
use super::ticket::Tickets;
use super::weighted::{self, Unit};

/// Why nothing can be drawn from a roster.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// A stratum of the roster has no rule in the plan.
    #[error("the stratum `{stratum}` of the enterprise `{id}` has no rule in the plan")]
    NoRule {
        /// An enterprise of the stratum.
        id: String,
        /// The stratum.
        stratum: String,
    },
    /// An eligible enterprise of size zero in a stratum drawn by size: it could never be drawn.
    #[error("the enterprise `{id}` has size zero in the stratum `{stratum}`, which is drawn by size")]
    SizeZero {
        /// The enterprise.
        id: String,
        /// The stratum.
        stratum: String,
    },
}

/// One selected enterprise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pick {
    /// Its row in the roster.
    pub row: usize,
    /// Its ticket.
    pub ticket: Bytes32,
    /// The probability with which it had to be expected.
    pub inclusion: Fraction,
}

/// What was drawn from one stratum, in ticket order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StratumSample {
    /// The stratum.
    pub stratum: String,
    /// How many were eligible.
    pub eligible: u64,
    /// Those drawn.
    pub drawn: Vec<Pick>,
    /// Those who step in, in this order. Their inclusion is that of a drawn one of the stratum.
    pub reserves: Vec<Pick>,
}

/// Everyone selected; strata in the plan's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Those inspected for certain, in ticket order.
    pub must: Vec<Pick>,
    /// The strata.
    pub strata: Vec<StratumSample>,
}

impl Selection {
    /// All who are inspected, in ticket order.
    pub fn inspected(&self) -> Vec<Pick> {
        let drawn = self.strata.iter().flat_map(|stratum| &stratum.drawn);
        let mut all: Vec<Pick> = self.must.iter().chain(drawn).copied().collect();
        all.sort_unstable_by_key(|pick| (pick.ticket, pick.row));
        all
    }
}

/// A row with the first bytes of its ticket. The rest is computed again in the rare case that
/// these bytes do not decide, which halves the memory of a large draw.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    head: u64,
    row: u32,
}

/// The tickets of some rows of a roster, by stratum. Parts gathered apart are merged in any order.
#[derive(Debug, Clone)]
pub struct Candidates {
    must: Vec<Candidate>,
    eligible: Vec<Vec<Candidate>>,
}

impl Candidates {
    /// The tickets of `rows`.
    pub fn gather(
        plan: &Plan,
        roster: &Roster,
        tickets: &Tickets,
        rows: Range<usize>,
    ) -> Result<Candidates, SampleError> {
        let names: Vec<&str> = plan.strata.iter().map(|rule| rule.stratum.as_str()).collect();
        let stratum_of = roster.strata_in(&names);
        let mut found = Candidates { must: Vec::new(), eligible: vec![Vec::new(); names.len()] };
        for row in rows {
            let id = || roster.id(row).to_owned();
            let stratum = stratum_of(row).ok_or_else(|| SampleError::NoRule {
                id: id(),
                stratum: roster.get(row).stratum.to_owned(),
            })?;
            let (status, size) = roster.status_and_size(row);
            let rule = &plan.strata[stratum];
            if status == Status::Eligible && size == 0 && rule.is_weighted() {
                return Err(SampleError::SizeZero { id: id(), stratum: rule.stratum.clone() });
            }
            let list = match status {
                Status::Excluded => continue,
                Status::Must => &mut found.must,
                Status::Eligible => &mut found.eligible[stratum],
            };
            let head = head(tickets.ticket(roster.id(row)));
            // INVARIANT: a roster has fewer than 2^32 rows.
            list.push(Candidate { head, row: u32::try_from(row).expect("a counted row") });
        }
        Ok(found)
    }

    /// Adds the candidates of other rows of the same roster.
    pub fn merge(&mut self, other: Candidates) {
        self.must.extend(other.must);
        for (own, more) in self.eligible.iter_mut().zip(other.eligible) {
            own.extend(more);
        }
    }
}

fn head(ticket: Bytes32) -> u64 {
    ticket.0[..8].iter().fold(0, |head, byte| head << 8 | u64::from(*byte))
}

/// What is needed to put candidates in order and to draw them.
struct Drawer<'a> {
    plan: &'a Plan,
    roster: &'a Roster,
    seed: Seed,
    tickets: &'a Tickets,
}

/// Draws from the candidates of all rows.
pub fn select(plan: &Plan, roster: &Roster, seed: Seed, candidates: Candidates) -> Selection {
    let tickets = Tickets::of_enterprises(plan.suite, seed);
    let drawer = Drawer { plan, roster, seed, tickets: &tickets };
    let mut must = candidates.must;
    must.sort_unstable_by(|a, b| drawer.order(a, b));
    let must = must.iter().map(|candidate| drawer.pick(candidate, Fraction::ONE)).collect();
    let strata = plan.strata.iter().zip(candidates.eligible);
    Selection { must, strata: strata.map(|(rule, eligible)| drawer.draw(rule, eligible)).collect() }
}

impl Drawer<'_> {
    fn ticket(&self, candidate: &Candidate) -> Bytes32 {
        self.tickets.ticket(self.roster.id(candidate.row as usize))
    }

    /// Ticket order. Rows are numbered by id bytes, so that the row decides where tickets are equal.
    fn order(&self, a: &Candidate, b: &Candidate) -> Ordering {
        let rest = || self.ticket(a).cmp(&self.ticket(b)).then(a.row.cmp(&b.row));
        a.head.cmp(&b.head).then_with(rest)
    }

    fn pick(&self, candidate: &Candidate, inclusion: Fraction) -> Pick {
        Pick { row: candidate.row as usize, ticket: self.ticket(candidate), inclusion }
    }

    fn draw(&self, rule: &StratumRule, eligible: Vec<Candidate>) -> StratumSample {
        let count = eligible.len() as u64;
        // At most `count`, which came from a usize.
        let size = rule.sample_size(count) as usize;
        let (drawn, reserves) = if rule.is_weighted() {
            (self.by_size(rule, eligible, size), Vec::new())
        } else {
            self.equally(rule, eligible, size)
        };
        StratumSample { stratum: rule.stratum.clone(), eligible: count, drawn, reserves }
    }

    fn equally(
        &self,
        rule: &StratumRule,
        mut eligible: Vec<Candidate>,
        size: usize,
    ) -> (Vec<Pick>, Vec<Pick>) {
        let count = eligible.len();
        let reserves = usize::try_from(rule.reserves.unwrap_or(0)).unwrap_or(usize::MAX);
        let listed = size.saturating_add(reserves).min(count);
        if listed < count {
            // Only those who are listed need to be sorted.
            eligible.select_nth_unstable_by(listed, |a, b| self.order(a, b));
            eligible.truncate(listed);
        }
        eligible.sort_unstable_by(|a, b| self.order(a, b));
        // Of nobody eligible nobody is picked, and the fraction is not asked for.
        let inclusion = Fraction::new(size as u128, count as u128).unwrap_or(Fraction::ONE);
        let mut drawn: Vec<Pick> = eligible.iter().map(|one| self.pick(one, inclusion)).collect();
        let reserves = drawn.split_off(size);
        (drawn, reserves)
    }

    fn by_size(&self, rule: &StratumRule, mut eligible: Vec<Candidate>, size: usize) -> Vec<Pick> {
        eligible.sort_unstable_by(|a, b| self.order(a, b));
        let unit = |candidate: &Candidate| self.roster.status_and_size(candidate.row as usize).1;
        let sizes: Vec<Unit> = eligible.iter().map(unit).collect();
        let label = format!("start/{}/{}", self.plan.publisher, rule.stratum);
        let start = |total| self.seed.below(self.plan.suite, total, &label);
        let chosen = weighted::draw(&sizes, size, start);
        chosen.into_iter().map(|(at, inclusion)| self.pick(&eligible[at], inclusion)).collect()
    }
}
