//! The draw itself: from members, their secrets and the beacon to the transcript.

use std::collections::BTreeMap;

use super::announce::{Announcement, Secret};
use super::assign::Case;
use super::inspector::{InspectorError, Inspectors};
use super::json::NUMBER_BOUND;
use super::plan::{Plan, PlanError};
use super::roster::{Roster, RosterError, Status};
use super::sample::{Candidates, SampleError, Selection, select};
use super::seed::{BeaconRound, Seed, Share, seed};
use super::ticket::Tickets;
use super::transcript::{Excluded, MemberRecord, SeedSource, Selected, StratumRecord, Transcript};
use super::workers::{OneWorker, Workers};

/// Why a draw is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// A plan that is refused.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A roster that is refused.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// Inspectors who are refused.
    #[error(transparent)]
    Inspector(#[from] InspectorError),
    /// A roster from which the plan cannot draw.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A plan without salts for a salted roster, or the other way round.
    #[error("`{publisher}`: the plan says `salted: {salted}`, the {records} are otherwise")]
    Salted {
        /// The publisher.
        publisher: String,
        /// What the plan says.
        salted: bool,
        /// Which records.
        records: &'static str,
    },
    /// Nobody draws.
    #[error("a draw needs at least one publisher")]
    NoMembers,
    /// One publisher twice.
    #[error("the publisher `{0}` takes part twice")]
    SamePublisher(String),
    /// Members whose plans disagree about the suite or the beacon.
    #[error("the plans of `{first}` and `{second}` have a different {what}")]
    Disagree {
        /// A publisher.
        first: String,
        /// Another.
        second: String,
        /// What differs.
        what: &'static str,
    },
    /// `joint` is missing where several draw, or names others than those who draw.
    #[error("`joint` in the plan of `{0}` does not name exactly the publishers who draw together")]
    Joint(String),
    /// Two members with one secret: whoever opens first reveals the other's.
    #[error("`{0}` and `{1}` have the same secret")]
    SameSecret(String, String),
    /// A beacon round without a planned beacon, another beacon's, or none where one was planned.
    #[error("the plan names the beacon `{planned}`, the round given is of `{given}`")]
    Beacon {
        /// The planned beacon, empty for none.
        planned: String,
        /// The beacon given, empty for none.
        given: String,
    },
    /// Randomness or signature that is not lower-case hex, or empty.
    #[error("the beacon's {0} is not lower-case hex of at least one byte")]
    BeaconHex(&'static str),
    /// A round of 2^53 or more.
    #[error("the round {0} is not below 2^53")]
    Round(u64),
    /// Something else than the announcement commits to: another roster, another secret.
    #[error("`{publisher}`: {what} not what the announcement commits to")]
    NotAnnounced {
        /// The publisher.
        publisher: String,
        /// What is not: "the roster is", "the secret is".
        what: &'static str,
    },
}

/// One publisher with all that it draws from.
#[derive(Debug, Clone)]
pub struct Member {
    roster: Roster,
    inspectors: Inspectors,
    secret: Secret,
    announcement: Announcement,
}

impl Member {
    /// Checks that the parts fit together, and commits to them.
    pub fn new(
        plan: Plan,
        roster: Roster,
        inspectors: Inspectors,
        secret: Secret,
    ) -> Result<Member, DrawError> {
        Member::new_by(&OneWorker, plan, roster, inspectors, secret)
    }

    /// The same, with the roster hashed in parts.
    pub fn new_by(
        workers: &impl Workers,
        plan: Plan,
        roster: Roster,
        inspectors: Inspectors,
        secret: Secret,
    ) -> Result<Member, DrawError> {
        plan.check()?;
        check_fit(&plan, &roster, &inspectors)?;
        let commitment = secret.commitment(plan.suite);
        let announcement =
            Announcement::new(workers, &plan, plan.digest()?, &roster, &inspectors, commitment);
        Ok(Member { roster, inspectors, secret, announcement })
    }

    /// Takes up what was announced before, and refuses anything else.
    pub fn open(
        workers: &impl Workers,
        announced: &Announcement,
        roster: Roster,
        inspectors: Inspectors,
        secret: Secret,
    ) -> Result<Member, DrawError> {
        let member = Member::new_by(workers, announced.plan.clone(), roster, inspectors, secret)?;
        let own = &member.announcement;
        let parts = [
            (own.plan_digest == announced.plan_digest, "the plan is"),
            (own.roster_count == announced.roster_count, "the number of enterprises is"),
            (own.roster_root == announced.roster_root, "the roster is"),
            (own.inspector_count == announced.inspector_count, "the number of inspectors is"),
            (own.inspector_root == announced.inspector_root, "the list of inspectors is"),
            (own.commitment == announced.commitment, "the secret is"),
            (own.announcement == announced.announcement, "the digest is"),
        ];
        match parts.into_iter().find(|(same, _)| !same) {
            Some((_, what)) => {
                Err(DrawError::NotAnnounced { publisher: announced.plan.publisher.clone(), what })
            }
            None => Ok(member),
        }
    }

    /// What is published before the draw.
    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    /// The roster.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    fn plan(&self) -> &Plan {
        &self.announcement.plan
    }

    fn share(&self) -> Share<'_> {
        Share {
            publisher: &self.plan().publisher,
            announcement: self.announcement.announcement,
            secret: &self.secret,
        }
    }
}

/// Refuses records with salts where the plan has none, and strata without a rule.
pub(super) fn check_fit(plan: &Plan, roster: &Roster, inspectors: &Inspectors) -> Result<(), DrawError> {
    for (salted, records) in
        [(roster.salted(), "roster's records"), (inspectors.salted(), "inspectors' records")]
    {
        if salted.is_some_and(|salted| salted != plan.salted) {
            let publisher = plan.publisher.clone();
            return Err(DrawError::Salted { publisher, salted: plan.salted, records });
        }
    }
    let unruled = roster.strata().find(|stratum| plan.rule(stratum).is_none());
    match unruled.and_then(|stratum| roster.iter().find(|one| one.stratum == stratum)) {
        Some(one) => {
            Err(SampleError::NoRule { id: one.id.to_owned(), stratum: one.stratum.to_owned() }.into())
        }
        None => Ok(()),
    }
}

/// Draws. Without a beacon round, the transcript says that the publishers alone chose the seed.
pub fn conduct(members: Vec<Member>, beacon: Option<BeaconRound>) -> Result<Transcript, DrawError> {
    conduct_by(&OneWorker, members, beacon)
}

/// The same, with tickets issued in parts.
pub fn conduct_by(
    workers: &impl Workers,
    mut members: Vec<Member>,
    beacon: Option<BeaconRound>,
) -> Result<Transcript, DrawError> {
    members.sort_by(|a, b| a.plan().publisher.cmp(&b.plan().publisher));
    let plans: Vec<&Plan> = members.iter().map(Member::plan).collect();
    check_together(&plans, beacon.as_ref())?;
    if let Some((a, b)) = same_secret(&members) {
        return Err(DrawError::SameSecret(a, b));
    }
    let suite = plans[0].suite;
    let shares: Vec<Share<'_>> = members.iter().map(Member::share).collect();
    let seed = seed_of(suite, &shares, beacon.as_ref())?;
    let records = members.iter().map(|member| draw(workers, member, seed));
    Ok(Transcript {
        schema: super::transcript::SCHEMA.to_owned(),
        suite,
        seed_source: SeedSource::of(beacon.as_ref()),
        beacon,
        seed,
        members: records.collect::<Result<_, _>>()?,
    })
}

fn same_secret(members: &[Member]) -> Option<(String, String)> {
    members.iter().enumerate().find_map(|(at, member)| {
        let other = members[..at].iter().find(|other| other.secret == member.secret)?;
        Some((other.plan().publisher.clone(), member.plan().publisher.clone()))
    })
}

/// The seed of shares in the order of publishers.
pub(super) fn seed_of(
    suite: super::suite::Suite,
    shares: &[Share<'_>],
    beacon: Option<&BeaconRound>,
) -> Result<Seed, DrawError> {
    let Some(round) = beacon else { return Ok(seed(suite, shares, ("", 0, &[]))) };
    let randomness = round.randomness_bytes().ok_or(DrawError::BeaconHex("randomness"))?;
    Ok(seed(suite, shares, (&round.name, round.round, &randomness)))
}

/// Refuses plans, in the order of publishers, that cannot draw together or with this round.
pub(super) fn check_together(plans: &[&Plan], beacon: Option<&BeaconRound>) -> Result<(), DrawError> {
    let Some(first) = plans.first() else { return Err(DrawError::NoMembers) };
    if let Some(pair) = plans.windows(2).find(|pair| pair[0].publisher == pair[1].publisher) {
        return Err(DrawError::SamePublisher(pair[0].publisher.clone()));
    }
    for plan in plans {
        let names = plans.iter().map(|plan| &plan.publisher);
        let joint = plan.joint.as_ref().map_or(plans.len() == 1, |joint| joint.iter().eq(names));
        if !joint {
            return Err(DrawError::Joint(plan.publisher.clone()));
        }
        for (same, what) in [(plan.suite == first.suite, "suite"), (plan.beacon == first.beacon, "beacon")] {
            if !same {
                let (first, second) = (first.publisher.clone(), plan.publisher.clone());
                return Err(DrawError::Disagree { first, second, what });
            }
        }
    }
    check_round(first, beacon)
}

fn check_round(plan: &Plan, beacon: Option<&BeaconRound>) -> Result<(), DrawError> {
    let planned = plan.beacon.as_ref().map(|rule| rule.name.as_str());
    let given = beacon.map(|round| round.name.as_str());
    if planned != given {
        let name = |name: Option<&str>| name.unwrap_or("").to_owned();
        return Err(DrawError::Beacon { planned: name(planned), given: name(given) });
    }
    let Some(round) = beacon else { return Ok(()) };
    if round.round >= NUMBER_BOUND {
        return Err(DrawError::Round(round.round));
    }
    if round.randomness_bytes().is_none() {
        return Err(DrawError::BeaconHex("randomness"));
    }
    let bytes = round.signature.as_deref().map(|text| super::suite::parse_hex(text).unwrap_or_default());
    if bytes.is_some_and(|bytes| bytes.is_empty()) {
        return Err(DrawError::BeaconHex("signature"));
    }
    Ok(())
}

fn draw(workers: &impl Workers, member: &Member, seed: Seed) -> Result<MemberRecord, DrawError> {
    let plan = member.plan();
    let (selection, listed) = sample(workers, plan, &member.roster, seed)?;
    let inspected = selection.inspected();
    let enterprises = inspected.iter().map(|pick| member.roster.get(pick.row)).collect();
    let case = Case::new(plan, member.inspectors.as_slice(), enterprises, &BTreeMap::new());
    let (max_load, teams, infeasible) = match case.assign(seed) {
        Ok(teams) => (Some(teams.max_load), Some(teams.members), None),
        Err(infeasible) => (None, None, Some(infeasible)),
    };
    Ok(MemberRecord {
        announcement: member.announcement.clone(),
        evidence: Vec::new(),
        secret: member.secret.clone(),
        must: listed.must,
        excluded: listed.excluded,
        strata: listed.strata,
        max_load,
        teams,
        infeasible,
    })
}

/// What a transcript lists of a selection.
pub(super) struct Listed {
    pub must: Vec<Selected>,
    pub excluded: Vec<Excluded>,
    pub strata: Vec<StratumRecord>,
}

/// Selects from a whole roster.
pub(super) fn sample(
    workers: &impl Workers,
    plan: &Plan,
    roster: &Roster,
    seed: Seed,
) -> Result<(Selection, Listed), DrawError> {
    let tickets = Tickets::of_enterprises(plan.suite, seed);
    let mut candidates = Candidates::gather(plan, roster, &tickets, 0..0)?;
    for part in workers.run(roster.len(), |rows| Candidates::gather(plan, roster, &tickets, rows)) {
        candidates.merge(part?);
    }
    let selection = select(plan, roster, seed, candidates);
    let excluded = roster.iter().filter(|one| one.status == Status::Excluded);
    let listed = Listed {
        must: selection.must.iter().map(|pick| Selected::new(roster, pick)).collect(),
        excluded: excluded.map(Excluded::new).collect(),
        strata: selection.strata.iter().map(|sample| StratumRecord::new(plan, roster, sample)).collect(),
    };
    Ok((selection, listed))
}
