//! Substitutions: a reserve steps in for a drawn enterprise, on record and in the drawn order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::assign::Case;
use super::infeasible::Infeasible;
use super::inspector::Inspectors;
use super::json::{self, JsonError};
use super::roster::Roster;
use super::suite::Bytes32;
use super::transcript::{MemberRecord, Selected, Transcript};

/// Version of a substitution's form.
pub const SCHEMA: &str = "yufang-substitution/1";

/// One entry after a transcript. Each names the digest of what stands before it, so that none can
/// be taken out or put in later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Substitution {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Number of the entry, from 1.
    pub number: u64,
    /// Digest of the entry before; for the first one, of the transcript.
    pub previous: Bytes32,
    /// The publisher.
    pub publisher: String,
    /// Who is not inspected.
    pub withdrawn: String,
    /// Why.
    pub reason: String,
    /// Who is inspected instead.
    pub substitute: Selected,
    /// The inspectors, in the order taken; empty where the plan assigns none.
    pub team: Vec<String>,
}

/// Why there is no substitution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubstitutionError {
    /// A publisher who does not take part in the draw.
    #[error("the transcript has no publisher `{0}`")]
    Publisher(String),
    /// Somebody who was not drawn.
    #[error("`{0}` was not drawn, so that nobody can step in")]
    NotDrawn(String),
    /// Somebody who is inspected for certain: leaving it out is no matter of the draw.
    #[error("`{0}` must be inspected and cannot be replaced")]
    Certain(String),
    /// Somebody who was replaced already.
    #[error("`{0}` was replaced already")]
    Withdrawn(String),
    /// No reason.
    #[error("`{0}` cannot be replaced without a reason")]
    NoReason(String),
    /// All reserves of the stratum are used up.
    #[error("the stratum `{0}` has no reserve left")]
    NoReserve(String),
    /// The draw itself has no teams.
    #[error("the draw has no teams")]
    NoTeams,
    /// A reserve that the roster lacks: it is not the roster of this draw.
    #[error("the roster has no enterprise `{0}`")]
    NotInRoster(String),
    /// No team for the substitute with the capacity that is left.
    #[error(transparent)]
    Infeasible(#[from] Infeasible),
    /// An entry or a transcript that cannot be written as JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
}

impl Substitution {
    /// Reads an entry's JSON.
    pub fn read(text: &str) -> Result<Substitution, JsonError> {
        let entry: Substitution = json::read("substitution", text)?;
        json::check_schema("substitution", &entry.schema, SCHEMA)?;
        Ok(entry)
    }

    /// The bytes that are hashed.
    pub fn canonical(&self) -> Result<String, JsonError> {
        json::canonical("substitution", self)
    }

    /// The entry's digest in a draw of `suite`.
    pub fn digest(&self, suite: super::suite::Suite) -> Result<Bytes32, JsonError> {
        let bytes = self.canonical()?;
        Ok(suite.hasher().prefixed("yufang-draw/1 substitution").prefixed(bytes).finish())
    }
}

/// What a substitution rests on.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The draw.
    pub transcript: &'a Transcript,
    /// The entries so far, of all publishers.
    pub entries: &'a [Substitution],
    /// The publisher's roster.
    pub roster: &'a Roster,
    /// The publisher's inspectors.
    pub inspectors: &'a Inspectors,
}

/// Replaces `withdrawn`, which was drawn or is a substitute itself, by its stratum's next reserve.
///
/// The substitute's team is drawn as any team, with the capacity that is left. Places of whoever
/// is withdrawn stay spent: that its inspectors did not set out is nothing that others can check.
pub fn substitute(
    ground: Ground<'_>,
    publisher: &str,
    withdrawn: &str,
    reason: &str,
) -> Result<Substitution, SubstitutionError> {
    let Ground { transcript, entries, roster, inspectors } = ground;
    let member =
        transcript.member(publisher).ok_or_else(|| SubstitutionError::Publisher(publisher.to_owned()))?;
    if reason.is_empty() {
        return Err(SubstitutionError::NoReason(withdrawn.to_owned()));
    }
    let own: Vec<&Substitution> = entries.iter().filter(|entry| entry.publisher == publisher).collect();
    let substitute = next_reserve(member, &own, withdrawn)?.clone();
    let row =
        roster.find(&substitute.id).ok_or_else(|| SubstitutionError::NotInRoster(substitute.id.clone()))?;
    let spent = spent(member, &own)?;
    let plan = &member.announcement.plan;
    let case = Case::new(plan, inspectors.as_slice(), vec![roster.get(row)], &spent);
    let mut teams = case.assign(transcript.seed)?;
    let previous = match entries.last() {
        Some(entry) => entry.digest(transcript.suite)?,
        None => transcript.digest()?,
    };
    Ok(Substitution {
        schema: SCHEMA.to_owned(),
        number: entries.len() as u64 + 1,
        previous,
        publisher: publisher.to_owned(),
        withdrawn: withdrawn.to_owned(),
        reason: reason.to_owned(),
        team: teams.members.remove(&substitute.id).unwrap_or_default(),
        substitute,
    })
}

fn next_reserve<'a>(
    member: &'a MemberRecord,
    own: &[&Substitution],
    withdrawn: &str,
) -> Result<&'a Selected, SubstitutionError> {
    if member.must.iter().any(|one| one.id == withdrawn) {
        return Err(SubstitutionError::Certain(withdrawn.to_owned()));
    }
    if own.iter().any(|entry| entry.withdrawn == withdrawn) {
        return Err(SubstitutionError::Withdrawn(withdrawn.to_owned()));
    }
    let stepped_in = |id: &str| own.iter().any(|entry| entry.substitute.id == id);
    let stratum = member.strata.iter().find(|stratum| {
        let drawn = stratum.drawn.iter().any(|one| one.id == withdrawn);
        drawn || (stepped_in(withdrawn) && stratum.reserves.iter().any(|one| one.id == withdrawn))
    });
    let stratum = stratum.ok_or_else(|| SubstitutionError::NotDrawn(withdrawn.to_owned()))?;
    let next = stratum.reserves.iter().find(|one| !stepped_in(&one.id));
    next.ok_or_else(|| SubstitutionError::NoReserve(stratum.stratum.clone()))
}

/// How many enterprises each inspector has been assigned so far.
fn spent(member: &MemberRecord, own: &[&Substitution]) -> Result<BTreeMap<String, u64>, SubstitutionError> {
    let teams = member.teams.as_ref().ok_or(SubstitutionError::NoTeams)?;
    let mut spent = BTreeMap::new();
    for inspector in teams.values().chain(own.iter().map(|entry| &entry.team)).flatten() {
        *spent.entry(inspector.clone()).or_insert(0) += 1;
    }
    Ok(spent)
}
