//! What of a transcript can be checked without the roster: that its own statements fit together.

use std::collections::{BTreeMap, HashSet};

use super::fraction::Fraction;
use super::plan::StratumRule;
use super::ticket::Tickets;
use super::transcript::{MemberRecord, Selected, StratumRecord, Transcript};
use super::verify::{Difference, refused, same};

/// Checks one publisher's part.
pub(super) fn check(transcript: &Transcript, member: &MemberRecord) -> Result<(), Difference> {
    let (publisher, plan) = (member.publisher(), &member.announcement.plan);
    let tickets = Tickets::of_enterprises(transcript.suite, transcript.seed);
    let names = |strata: &mut dyn Iterator<Item = &String>| strata.cloned().collect::<Vec<_>>();
    let stated = names(&mut member.strata.iter().map(|record| &record.stratum));
    same(publisher, "strata", &stated, &names(&mut plan.strata.iter().map(|rule| &rule.stratum)))?;
    let must = in_order(&member.must, &tickets, Some(Fraction::ONE));
    same(publisher, "must", &member.must, &must)?;
    for (at, (record, rule)) in member.strata.iter().zip(&plan.strata).enumerate() {
        same(publisher, &format!("strata/{at}"), record, &expected(record, rule, &tickets))?;
    }
    check_count(member)?;
    check_teams(member)
}

/// The list as it must look, if these are the right enterprises.
fn in_order(list: &[Selected], tickets: &Tickets, inclusion: Option<Fraction>) -> Vec<Selected> {
    let again = |one: &Selected| Selected {
        ticket: tickets.ticket(&one.id),
        inclusion: inclusion.unwrap_or(one.inclusion),
        ..one.clone()
    };
    let mut list: Vec<Selected> = list.iter().map(again).collect();
    list.sort_by(|a, b| (a.ticket, &a.id).cmp(&(b.ticket, &b.id)));
    list
}

/// The stratum as it must look, if these are the right enterprises and the count is right.
fn expected(record: &StratumRecord, rule: &StratumRule, tickets: &Tickets) -> StratumRecord {
    let size = rule.sample_size(record.eligible);
    let equal = Fraction::new(u128::from(size), u128::from(record.eligible));
    let inclusion = equal.filter(|_| !rule.is_weighted());
    let listed: Vec<Selected> = record.drawn.iter().chain(&record.reserves).cloned().collect();
    let mut listed = in_order(&listed, tickets, inclusion);
    listed.iter_mut().for_each(|one| one.stratum.clone_from(&rule.stratum));
    let places = rule.reserves.unwrap_or(0).min(record.eligible - size.min(record.eligible));
    listed.truncate(usize::try_from(size.saturating_add(places)).unwrap_or(usize::MAX));
    let reserves = listed.split_off(listed.len().min(usize::try_from(size).unwrap_or(usize::MAX)));
    StratumRecord {
        stratum: rule.stratum.clone(),
        eligible: record.eligible,
        sample_size: size,
        covered: size > 0,
        cutoff: listed.last().filter(|_| !rule.is_weighted()).map(|one| one.ticket),
        drawn: listed,
        reserves,
    }
}

/// Everyone of the roster is counted once: eligible, certain or excluded.
fn check_count(member: &MemberRecord) -> Result<(), Difference> {
    let publisher = member.publisher();
    let mut count = (member.must.len() + member.excluded.len()) as u64;
    for (at, record) in member.strata.iter().enumerate() {
        count = count.saturating_add(record.eligible);
        let short = (record.drawn.len() as u64) < record.sample_size;
        let rule = &member.announcement.plan.strata[at];
        let left = record.eligible.saturating_sub(record.sample_size);
        let reserves = rule.reserves.unwrap_or(0).min(left);
        if short || (record.reserves.len() as u64) < reserves {
            return Err(refused(publisher, format_args!("strata/{at} lists fewer than it must")));
        }
    }
    same(publisher, "announcement/roster_count", &member.announcement.roster_count, &count)?;
    let lists = member.strata.iter().flat_map(|record| record.drawn.iter().chain(&record.reserves));
    let ids = lists.chain(&member.must).map(|one| &one.id);
    let mut seen = HashSet::new();
    match ids.chain(member.excluded.iter().map(|one| &one.id)).find(|id| !seen.insert(*id)) {
        Some(id) => Err(refused(publisher, format_args!("`{id}` is listed twice"))),
        None => Ok(()),
    }
}

/// Every inspected enterprise has a full team of different inspectors, and nobody else has one.
fn check_teams(member: &MemberRecord) -> Result<(), Difference> {
    let (publisher, team) = (member.publisher(), member.announcement.plan.team);
    let Some(teams) = &member.teams else {
        if member.infeasible.is_some() && member.max_load.is_none() {
            return Ok(());
        }
        return Err(refused(publisher, "there are no teams, and nothing says why"));
    };
    let inspected = member.inspected();
    let wanted: Vec<&str> = if team == 0 { Vec::new() } else { sorted(&inspected) };
    same(publisher, "teams", &teams.keys().map(String::as_str).collect::<Vec<_>>(), &wanted)?;
    let mut loads: BTreeMap<&str, u64> = BTreeMap::new();
    for (enterprise, members) in teams {
        let different: HashSet<&String> = members.iter().collect();
        if members.len() as u64 != team || different.len() != members.len() {
            let why = format_args!("teams/{enterprise} has not {team} different inspectors").to_string();
            return Err(refused(publisher, why));
        }
        members.iter().for_each(|inspector| *loads.entry(inspector).or_insert(0) += 1);
    }
    let highest = loads.values().copied().max().unwrap_or(0);
    same(publisher, "max_load", &member.max_load, &Some(highest))
}

fn sorted<'a>(inspected: &[&'a Selected]) -> Vec<&'a str> {
    let mut ids: Vec<&str> = inspected.iter().map(|one| one.id.as_str()).collect();
    ids.sort_unstable();
    ids
}
