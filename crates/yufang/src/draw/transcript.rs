//! The transcript: everything about a draw that is public afterwards, in one file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::announce::{Announcement, Secret};
use super::fraction::Fraction;
use super::infeasible::Infeasible;
use super::json::{self, JsonError};
use super::plan::Plan;
use super::roster::{Enterprise, Roster};
use super::sample::{Pick, StratumSample};
use super::seed::{BeaconRound, Seed};
use super::suite::{Bytes32, Suite};

/// Version of the transcript's form.
pub const SCHEMA: &str = "yufang-transcript/1";

/// A whole draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The hash suite.
    pub suite: Suite,
    /// The beacon's round; null where the publishers alone chose the seed.
    #[serde(deserialize_with = "Option::deserialize")]
    pub beacon: Option<BeaconRound>,
    /// Who chose the seed, in words that no reader can miss.
    pub seed_source: SeedSource,
    /// The seed.
    pub seed: Seed,
    /// The publishers, in the order of their bytes.
    pub members: Vec<MemberRecord>,
}

/// Who chose the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SeedSource {
    /// The publishers and a beacon that none of them controls.
    Beacon,
    /// The publishers alone, who could try secrets until they liked the outcome.
    PublishersAlone,
}

impl SeedSource {
    /// Who chose the seed of a draw with this round.
    pub fn of(beacon: Option<&BeaconRound>) -> SeedSource {
        if beacon.is_some() { SeedSource::Beacon } else { SeedSource::PublishersAlone }
    }
}

/// One publisher's part of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MemberRecord {
    /// What was published before the draw.
    pub announcement: Announcement,
    /// What shows when it was published.
    pub evidence: Vec<Evidence>,
    /// The secret, now opened.
    pub secret: Secret,
    /// Those inspected for certain, in ticket order.
    pub must: Vec<Selected>,
    /// Those left out, by id.
    pub excluded: Vec<Excluded>,
    /// The strata, in the plan's order.
    pub strata: Vec<StratumRecord>,
    /// The most enterprises that one inspector serves; null where no teams are possible.
    #[serde(deserialize_with = "Option::deserialize")]
    pub max_load: Option<u64>,
    /// Inspectors by enterprise; null where no teams are possible.
    #[serde(deserialize_with = "Option::deserialize")]
    pub teams: Option<BTreeMap<String, Vec<String>>>,
    /// Why no teams are possible.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::given")]
    pub infeasible: Option<Infeasible>,
}

/// A trace of the announcement's publication that others keep: a newspaper, a time stamp, a
/// commit in a public repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What kind of trace.
    pub kind: String,
    /// Where it is found, or the trace itself.
    pub reference: String,
    /// The time that it shows.
    pub time: String,
}

/// A selected enterprise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Selected {
    /// Its id.
    pub id: String,
    /// Its stratum.
    pub stratum: String,
    /// Its ticket.
    pub ticket: Bytes32,
    /// The probability of its being selected.
    pub inclusion: Fraction,
    /// Why it is certain; empty for those drawn.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Selected {
    pub(super) fn new(roster: &Roster, pick: &Pick) -> Selected {
        let one = roster.get(pick.row);
        Selected {
            id: one.id.to_owned(),
            stratum: one.stratum.to_owned(),
            ticket: pick.ticket,
            inclusion: pick.inclusion,
            reason: one.reason.to_owned(),
        }
    }
}

/// An enterprise that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// Its id.
    pub id: String,
    /// Its stratum.
    pub stratum: String,
    /// Why.
    pub reason: String,
}

impl Excluded {
    pub(super) fn new(one: Enterprise<'_>) -> Excluded {
        let (id, stratum, reason) = (one.id.to_owned(), one.stratum.to_owned(), one.reason.to_owned());
        Excluded { id, stratum, reason }
    }
}

/// What was drawn from a stratum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StratumRecord {
    /// The stratum.
    pub stratum: String,
    /// How many were eligible.
    pub eligible: u64,
    /// How many were drawn.
    pub sample_size: u64,
    /// False where nobody is drawn, so that no estimate covers the stratum.
    pub covered: bool,
    /// The last drawn ticket: whoever has a smaller one was drawn. Null where nobody was, and in
    /// strata drawn by size, where no ticket alone decides.
    #[serde(deserialize_with = "Option::deserialize")]
    pub cutoff: Option<Bytes32>,
    /// Those drawn, in ticket order.
    pub drawn: Vec<Selected>,
    /// Those who step in, in this order.
    pub reserves: Vec<Selected>,
}

impl StratumRecord {
    pub(super) fn new(plan: &Plan, roster: &Roster, sample: &StratumSample) -> StratumRecord {
        let weighted = plan.rule(&sample.stratum).is_some_and(|rule| rule.is_weighted());
        let list = |picks: &[Pick]| picks.iter().map(|pick| Selected::new(roster, pick)).collect();
        StratumRecord {
            stratum: sample.stratum.clone(),
            eligible: sample.eligible,
            sample_size: sample.drawn.len() as u64,
            covered: !sample.drawn.is_empty(),
            cutoff: sample.drawn.last().filter(|_| !weighted).map(|pick| pick.ticket),
            drawn: list(&sample.drawn),
            reserves: list(&sample.reserves),
        }
    }
}

impl Transcript {
    /// Reads a transcript's JSON.
    pub fn read(text: &str) -> Result<Transcript, JsonError> {
        let transcript: Transcript = json::read("transcript", text)?;
        json::check_schema("transcript", &transcript.schema, SCHEMA)?;
        Ok(transcript)
    }

    /// The bytes that are hashed, which are also the file.
    pub fn canonical(&self) -> Result<String, JsonError> {
        json::canonical("transcript", self)
    }

    /// The transcript's digest.
    pub fn digest(&self) -> Result<Bytes32, JsonError> {
        let bytes = self.canonical()?;
        Ok(self.suite.hasher().prefixed("yufang-draw/1 transcript").prefixed(bytes).finish())
    }

    /// The part of a publisher.
    pub fn member(&self, publisher: &str) -> Option<&MemberRecord> {
        self.members.iter().find(|member| member.publisher() == publisher)
    }
}

impl MemberRecord {
    /// Who drew.
    pub fn publisher(&self) -> &str {
        &self.announcement.plan.publisher
    }

    /// All who are inspected, in ticket order.
    pub fn inspected(&self) -> Vec<&Selected> {
        let drawn = self.strata.iter().flat_map(|stratum| &stratum.drawn);
        let mut all: Vec<&Selected> = self.must.iter().chain(drawn).collect();
        all.sort_by(|a, b| (a.ticket, &a.id).cmp(&(b.ticket, &b.id)));
        all
    }
}
