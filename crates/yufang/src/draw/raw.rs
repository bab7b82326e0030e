//! The raw road: a draw's input as one JSON text to its outcome as another. Every binding and every
//! other implementation is held to the same cases by it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::announce::Secret;
use super::conduct::{DrawError, Member, conduct};
use super::fraction::Fraction;
use super::infeasible::Infeasible;
use super::inspector::{Inspector, Inspectors};
use super::json::{self, JsonError};
use super::plan::Plan;
use super::roster::{EnterpriseRecord, Roster};
use super::seed::{BeaconRound, Seed};
use super::suite::{Bytes32, Suite};
use super::transcript::{MemberRecord, Selected, Transcript};

/// Why an input gives no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RawError {
    /// Not the JSON of an input.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// An input that is refused.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The input's suite is not the plan's.
    #[error("the input's suite is {input}, that of the plan of `{publisher}` is {plan}")]
    Suite {
        /// The publisher.
        publisher: String,
        /// The plan's.
        plan: Suite,
        /// The input's.
        input: Suite,
    },
    /// A round or randomness without the name of a beacon.
    #[error("without a beacon, the round is 0 and the randomness empty")]
    RoundWithoutBeacon,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    suite: Suite,
    members: Vec<InputMember>,
    beacon: String,
    round: u64,
    randomness: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InputMember {
    plan: Plan,
    roster: Vec<EnterpriseRecord>,
    inspectors: Vec<Inspector>,
    secret: Secret,
}

#[derive(Serialize)]
struct Output {
    suite: Suite,
    seed: Seed,
    members: Vec<OutputMember>,
}

#[derive(Serialize)]
struct OutputMember {
    publisher: String,
    plan_digest: Bytes32,
    roster_root: Bytes32,
    inspector_root: Bytes32,
    commitment: Bytes32,
    announcement: Bytes32,
    must: Vec<String>,
    strata: Vec<OutputStratum>,
    max_load: Option<u64>,
    teams: Option<BTreeMap<String, Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    infeasible: Option<Infeasible>,
    inclusion: BTreeMap<String, Fraction>,
}

#[derive(Serialize)]
struct OutputStratum {
    stratum: String,
    eligible: u64,
    drawn: Vec<String>,
    reserves: Vec<String>,
}

/// Draws from a case's input and gives its outcome, in canonical JSON. Where teams cannot be
/// filled, `max_load` and `teams` are null and `infeasible` says why.
pub fn raw(input_json: &str) -> Result<String, RawError> {
    let transcript = raw_transcript(input_json)?;
    let output = Output {
        suite: transcript.suite,
        seed: transcript.seed,
        members: transcript.members.into_iter().map(OutputMember::from).collect(),
    };
    Ok(json::canonical("output", &output)?)
}

/// Draws from a case's input and gives the whole transcript.
pub fn raw_transcript(input_json: &str) -> Result<Transcript, RawError> {
    let input: Input = json::read("input", input_json)?;
    let beacon = if input.beacon.is_empty() {
        if input.round != 0 || !input.randomness.is_empty() {
            return Err(RawError::RoundWithoutBeacon);
        }
        None
    } else {
        let (name, round, randomness) = (input.beacon, input.round, input.randomness);
        Some(BeaconRound { name, round, randomness, signature: None })
    };
    let members = input.members.into_iter().map(|member| member.check(input.suite));
    Ok(conduct(members.collect::<Result<_, _>>()?, beacon)?)
}

impl InputMember {
    fn check(self, suite: Suite) -> Result<Member, RawError> {
        if self.plan.suite != suite {
            let (publisher, plan) = (self.plan.publisher, self.plan.suite);
            return Err(RawError::Suite { publisher, plan, input: suite });
        }
        let roster =
            Roster::new(self.roster.iter().map(EnterpriseRecord::borrow)).map_err(DrawError::from)?;
        let inspectors = Inspectors::new(self.inspectors).map_err(DrawError::from)?;
        Ok(Member::new(self.plan, roster, inspectors, self.secret)?)
    }
}

impl From<MemberRecord> for OutputMember {
    fn from(member: MemberRecord) -> Self {
        let inspected = member.inspected();
        let inclusion = inspected.iter().map(|one| (one.id.clone(), one.inclusion)).collect();
        let ids = |list: &[Selected]| list.iter().map(|one| one.id.clone()).collect();
        let strata = member.strata.iter().map(|stratum| OutputStratum {
            stratum: stratum.stratum.clone(),
            eligible: stratum.eligible,
            drawn: ids(&stratum.drawn),
            reserves: ids(&stratum.reserves),
        });
        OutputMember {
            publisher: member.publisher().to_owned(),
            must: ids(&member.must),
            strata: strata.collect(),
            inclusion,
            plan_digest: member.announcement.plan_digest,
            roster_root: member.announcement.roster_root,
            inspector_root: member.announcement.inspector_root,
            commitment: member.announcement.commitment,
            announcement: member.announcement.announcement,
            max_load: member.max_load,
            teams: member.teams,
            infeasible: member.infeasible,
        }
    }
}
