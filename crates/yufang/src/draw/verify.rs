//! Verification: everything is computed again, and what cannot be is named.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::announce::Announcement;
use super::assign::Case;
use super::conduct::{check_fit, check_together, sample, seed_of};
use super::inspector::Inspectors;
use super::plan::Plan;
use super::plausible;
use super::roster::Roster;
use super::sample::Selection;
use super::seed::{BeaconRound, Share};
use super::substitute::{Ground, Substitution, substitute};
use super::transcript::{Evidence, MemberRecord, SeedSource, Transcript};
use super::workers::{OneWorker, Workers};
use crate::diagnostic::Message;

/// What verification found. There is no answer between these three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// All is as it should be, and proven.
    Holds,
    /// Nothing differs, but these things are not proven.
    HoldsExcept(Vec<Unproven>),
    /// The first thing that differs.
    Differs(Difference),
}

/// Something that the transcript says and the computation does not confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Another value than computed.
    #[error("{publisher}{at}: stated {stated}, computed {computed}", publisher = prefix(.publisher))]
    Value {
        /// Whose; empty for what all share.
        publisher: String,
        /// Where in the transcript, such as `strata/0/drawn/2/id`.
        at: String,
        /// What is stated.
        stated: String,
        /// What was computed.
        computed: String,
    },
    /// Parts that no draw can have.
    #[error("{publisher}{why}", publisher = prefix(.publisher))]
    Refused {
        /// Whose; empty for what all share.
        publisher: String,
        /// Why.
        why: String,
    },
}

fn prefix(publisher: &str) -> String {
    if publisher.is_empty() { String::new() } else { format!("{publisher}: ") }
}

/// Something that was not proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unproven {
    /// There is no beacon: the publishers could try secrets until they liked the outcome.
    SeedByPublishersAlone,
    /// The beacon's signature was not checked: the randomness could be made up.
    SignatureNotChecked,
    /// When this publisher's announcement was published is not evidenced: it could be younger than the
    /// randomness.
    PublicationNotEvidenced(String),
    /// This publisher's roster was not given: that all who are eligible took part is not proven.
    RosterNotGiven(String),
    /// This publisher's inspectors were not given: the choice of teams is not proven.
    InspectorsNotGiven(String),
}

impl Unproven {
    /// What to tell the reader.
    pub fn message(&self) -> Message {
        let of = |publisher: &str, zh: &str, en: &str| {
            Message::new(format!("{publisher}：{zh}"), format!("{publisher}: {en}"))
        };
        match self {
            Unproven::SeedByPublishersAlone => {
                Message::new("种子仅由发布单位自行选定", "seed chosen by the publishers alone")
            }
            Unproven::SignatureNotChecked => Message::new("信标签名未核验", "beacon signature not checked"),
            Unproven::PublicationNotEvidenced(publisher) => {
                of(publisher, "公布时间无证据", "publication time not evidenced")
            }
            Unproven::RosterNotGiven(publisher) => of(publisher, "未提供名录", "roster not given"),
            Unproven::InspectorsNotGiven(publisher) => {
                of(publisher, "未提供执法人员名单", "inspectors not given")
            }
        }
    }
}

impl fmt::Display for Unproven {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message().en)
    }
}

/// What is needed beside the transcript, by publisher.
#[derive(Debug, Clone, Default)]
pub struct Materials {
    /// Rosters.
    pub rosters: BTreeMap<String, Roster>,
    /// Inspectors.
    pub inspectors: BTreeMap<String, Inspectors>,
}

/// Checks that reach outside the draw's own bytes. `None` says that a check was not possible.
pub trait Witness {
    /// Whether the signature of a round is the beacon's, and the randomness that of the signature.
    fn signature(&self, _round: &BeaconRound) -> Option<bool> {
        None
    }

    /// Whether the evidence shows that an announcement was published before the round.
    fn publication(&self, _announcement: &Announcement, _evidence: &[Evidence]) -> Option<bool> {
        None
    }
}

/// Nobody to ask.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoWitness;

impl Witness for NoWitness {}

/// Verifies a transcript with the materials that are at hand.
pub fn verify(transcript: &Transcript, materials: &Materials, witness: &dyn Witness) -> Answer {
    verify_by(&OneWorker, transcript, materials, witness)
}

/// The same, with rosters hashed and tickets issued in parts.
pub fn verify_by(
    workers: &impl Workers,
    transcript: &Transcript,
    materials: &Materials,
    witness: &dyn Witness,
) -> Answer {
    match examine(workers, transcript, materials, witness) {
        Err(difference) => Answer::Differs(difference),
        Ok(unproven) if unproven.is_empty() => Answer::Holds,
        Ok(unproven) => Answer::HoldsExcept(unproven),
    }
}

fn examine(
    workers: &impl Workers,
    transcript: &Transcript,
    materials: &Materials,
    witness: &dyn Witness,
) -> Result<Vec<Unproven>, Difference> {
    examine_seed(transcript)?;
    let mut unproven = examine_beacon(transcript, witness)?;
    for member in &transcript.members {
        let publisher = member.publisher().to_owned();
        match witness.publication(&member.announcement, &member.evidence) {
            Some(true) => {}
            Some(false) => {
                return Err(refused(&publisher, "the evidence does not show an earlier publication"));
            }
            None => unproven.push(Unproven::PublicationNotEvidenced(publisher.clone())),
        }
        let roster = materials.rosters.get(&publisher);
        let none = no_inspectors(member);
        let inspectors = materials.inspectors.get(&publisher).or(none.as_ref());
        examine_member(workers, transcript, member, (roster, inspectors))?;
        if roster.is_none() {
            unproven.push(Unproven::RosterNotGiven(publisher.clone()));
        }
        if inspectors.is_none() {
            unproven.push(Unproven::InspectorsNotGiven(publisher));
        }
    }
    Ok(unproven)
}

/// Where an announcement counts no inspectors, there is nothing to hand in.
fn no_inspectors(member: &MemberRecord) -> Option<Inspectors> {
    Inspectors::new(Vec::new()).ok().filter(|_| member.announcement.inspector_count == 0)
}

/// Plans, commitments, announcements and the seed: what needs neither roster nor inspectors.
pub(super) fn examine_seed(transcript: &Transcript) -> Result<(), Difference> {
    let plans: Vec<&Plan> = transcript.members.iter().map(|member| &member.announcement.plan).collect();
    if !plans.is_sorted_by(|a, b| a.publisher < b.publisher) {
        return Err(refused("", "the publishers do not stand in the order of their bytes"));
    }
    check_together(&plans, transcript.beacon.as_ref()).map_err(|error| refused("", error))?;
    same("", "schema", &transcript.schema.as_str(), &super::transcript::SCHEMA)?;
    same("", "seed_source", &transcript.seed_source, &SeedSource::of(transcript.beacon.as_ref()))?;
    for member in &transcript.members {
        let (publisher, stated) = (member.publisher(), &member.announcement);
        same(publisher, "announcement/schema", &stated.schema.as_str(), &super::announce::SCHEMA)?;
        same(publisher, "announcement/plan/suite", &stated.plan.suite, &transcript.suite)?;
        stated.plan.check().map_err(|error| refused(publisher, error))?;
        let digest = stated.plan.digest().map_err(|error| refused(publisher, error))?;
        same(publisher, "announcement/plan_digest", &stated.plan_digest, &digest)?;
        let commitment = member.secret.commitment(transcript.suite);
        same(publisher, "announcement/commitment", &stated.commitment, &commitment)?;
        same(publisher, "announcement/announcement", &stated.announcement, &stated.digest())?;
    }
    let shares: Vec<Share<'_>> = transcript.members.iter().map(share).collect();
    let seed =
        seed_of(transcript.suite, &shares, transcript.beacon.as_ref()).map_err(|error| refused("", error))?;
    same("", "seed", &transcript.seed, &seed)
}

fn share(member: &MemberRecord) -> Share<'_> {
    let announcement = member.announcement.announcement;
    Share { publisher: member.publisher(), announcement, secret: &member.secret }
}

fn examine_beacon(transcript: &Transcript, witness: &dyn Witness) -> Result<Vec<Unproven>, Difference> {
    let Some(round) = &transcript.beacon else { return Ok(vec![Unproven::SeedByPublishersAlone]) };
    match witness.signature(round) {
        Some(true) => Ok(Vec::new()),
        Some(false) => Err(refused("", "the beacon's signature is not one over this round")),
        None => Ok(vec![Unproven::SignatureNotChecked]),
    }
}

fn examine_member(
    workers: &impl Workers,
    transcript: &Transcript,
    member: &MemberRecord,
    (roster, inspectors): (Option<&Roster>, Option<&Inspectors>),
) -> Result<(), Difference> {
    let (publisher, stated) = (member.publisher(), &member.announcement);
    if let Some(roster) = roster {
        same(publisher, "announcement/roster_count", &stated.roster_count, &(roster.len() as u64))?;
        same(
            publisher,
            "announcement/roster_root",
            &stated.roster_root,
            &roster.root_by(workers, transcript.suite),
        )?;
    }
    if let Some(inspectors) = inspectors {
        let root = inspectors.root(transcript.suite);
        same(publisher, "announcement/inspector_count", &stated.inspector_count, &(inspectors.len() as u64))?;
        same(publisher, "announcement/inspector_root", &stated.inspector_root, &root)?;
    }
    plausible::check(transcript, member)?;
    let Some(roster) = roster else { return Ok(()) };
    let nobody = Inspectors::new(Vec::new()).map_err(|error| refused(publisher, error))?;
    check_fit(&stated.plan, roster, inspectors.unwrap_or(&nobody))
        .map_err(|error| refused(publisher, error))?;
    let (selection, listed) =
        sample(workers, &stated.plan, roster, transcript.seed).map_err(|error| refused(publisher, error))?;
    same(publisher, "must", &member.must, &listed.must)?;
    same(publisher, "excluded", &member.excluded, &listed.excluded)?;
    same(publisher, "strata", &member.strata, &listed.strata)?;
    match inspectors {
        Some(inspectors) => examine_teams(transcript, member, (roster, inspectors), &selection),
        None => Ok(()),
    }
}

fn examine_teams(
    transcript: &Transcript,
    member: &MemberRecord,
    (roster, inspectors): (&Roster, &Inspectors),
    selection: &Selection,
) -> Result<(), Difference> {
    let inspected = selection.inspected();
    let enterprises = inspected.iter().map(|pick| roster.get(pick.row)).collect();
    let plan = &member.announcement.plan;
    let case = Case::new(plan, inspectors.as_slice(), enterprises, &BTreeMap::new());
    let (max_load, teams, infeasible) = match case.assign(transcript.seed) {
        Ok(teams) => (Some(teams.max_load), Some(teams.members), None),
        Err(infeasible) => (None, None, Some(infeasible)),
    };
    same(&plan.publisher, "max_load", &member.max_load, &max_load)?;
    same(&plan.publisher, "teams", &member.teams, &teams)?;
    same(&plan.publisher, "infeasible", &member.infeasible, &infeasible)
}

/// Verifies the entries after a transcript. What is missing among the materials is named.
pub fn verify_substitutions(
    transcript: &Transcript,
    entries: &[Substitution],
    materials: &Materials,
) -> Answer {
    let mut unproven = Vec::new();
    for (at, stated) in entries.iter().enumerate() {
        let publisher = &stated.publisher;
        let Some(roster) = materials.rosters.get(publisher) else {
            unproven.push(Unproven::RosterNotGiven(publisher.clone()));
            continue;
        };
        let none = transcript.member(publisher).and_then(no_inspectors);
        let Some(inspectors) = materials.inspectors.get(publisher).or(none.as_ref()) else {
            unproven.push(Unproven::InspectorsNotGiven(publisher.clone()));
            continue;
        };
        let ground = Ground { transcript, entries: &entries[..at], roster, inspectors };
        let computed = substitute(ground, publisher, &stated.withdrawn, &stated.reason)
            .map_err(|error| refused(publisher, format_args!("substitution {}: {error}", at + 1)));
        let checked =
            computed.and_then(|computed| same(publisher, &format!("substitutions/{at}"), stated, &computed));
        if let Err(difference) = checked {
            return Answer::Differs(difference);
        }
    }
    unproven.dedup();
    if unproven.is_empty() { Answer::Holds } else { Answer::HoldsExcept(unproven) }
}

pub(super) fn refused(publisher: &str, why: impl fmt::Display) -> Difference {
    Difference::Refused { publisher: publisher.to_owned(), why: why.to_string() }
}

/// Compares two parts and names the first place where they differ.
pub(super) fn same<T: Serialize + PartialEq>(
    publisher: &str,
    at: &str,
    stated: &T,
    computed: &T,
) -> Result<(), Difference> {
    if stated == computed {
        return Ok(());
    }
    let json = |part| serde_json::to_value(part).unwrap_or_default();
    let (at, stated, computed) = first_difference(at.to_owned(), json(stated), json(computed));
    Err(Difference::Value { publisher: publisher.to_owned(), at, stated, computed })
}

fn first_difference(at: String, stated: Value, computed: Value) -> (String, String, String) {
    let absent = |value: Option<Value>| value.map_or("nothing".to_owned(), |value| value.to_string());
    let inner = |key: &str, a: Option<Value>, b: Option<Value>| {
        let at = format!("{at}/{key}");
        match (a, b) {
            (Some(a), Some(b)) => first_difference(at, a, b),
            (a, b) => (at, absent(a), absent(b)),
        }
    };
    match (stated, computed) {
        (Value::Array(a), Value::Array(b)) => {
            let first = (0..).find(|at| a.get(*at) != b.get(*at)).unwrap_or_default();
            inner(&first.to_string(), a.get(first).cloned(), b.get(first).cloned())
        }
        (Value::Object(a), Value::Object(b)) => {
            let mut keys = a.keys().chain(b.keys());
            let first = keys.find(|key| a.get(*key) != b.get(*key)).cloned().unwrap_or_default();
            inner(&first, a.get(&first).cloned(), b.get(&first).cloned())
        }
        (stated, computed) => (at, stated.to_string(), computed.to_string()),
    }
}
