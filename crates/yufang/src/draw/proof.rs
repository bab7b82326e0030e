//! One enterprise checks for itself: its record, its ticket and its stratum's cut-off.

use serde::{Deserialize, Serialize};

use super::json::{self, JsonError};
use super::merkle;
use super::plausible;
use super::roster::{EnterpriseRecord, Roster, Status};
use super::suite::Bytes32;
use super::ticket::Tickets;
use super::transcript::{MemberRecord, StratumRecord, Transcript};
use super::verify::{Difference, examine_seed, refused};

/// Version of a proof's form.
pub const SCHEMA: &str = "yufang-proof/1";

/// That a record stands in the roster to which an announcement commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The publisher.
    pub publisher: String,
    /// The record, with its salt where there is one.
    pub record: EnterpriseRecord,
    /// Its number among the records sorted by id, from 0.
    pub row: u64,
    /// The hashes beside the way to the root, lowest first.
    pub path: Vec<Bytes32>,
}

/// Why there is no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A publisher who does not take part.
    #[error("the transcript has no publisher `{0}`")]
    Publisher(String),
    /// An enterprise that the roster lacks.
    #[error("the roster has no enterprise `{0}`")]
    NotInRoster(String),
}

/// Where an enterprise stands in a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Inspected for certain.
    Must,
    /// Left out.
    Excluded,
    /// Drawn.
    Drawn,
    /// A reserve, by position from 1.
    Reserve(u64),
    /// Not drawn.
    NotDrawn,
}

/// What an enterprise learns. That the count of its stratum is honest needs the full roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Placement {
    /// Its place.
    pub place: Place,
    /// Its ticket.
    pub ticket: Bytes32,
    /// The last drawn ticket of its stratum.
    pub cutoff: Option<Bytes32>,
    /// Whether record, ticket and cut-off alone prove the place. In strata drawn by size they do
    /// not: the place is what the transcript says.
    pub proven: bool,
}

impl Proof {
    /// Reads a proof's JSON.
    pub fn read(text: &str) -> Result<Proof, JsonError> {
        let proof: Proof = json::read("proof", text)?;
        json::check_schema("proof", &proof.schema, SCHEMA)?;
        Ok(proof)
    }
}

/// The proof of one enterprise, made by whoever has the roster.
pub fn prove(
    transcript: &Transcript,
    publisher: &str,
    roster: &Roster,
    id: &str,
) -> Result<Proof, ProofError> {
    if transcript.member(publisher).is_none() {
        return Err(ProofError::Publisher(publisher.to_owned()));
    }
    let absent = || ProofError::NotInRoster(id.to_owned());
    let row = roster.find(id).ok_or_else(absent)?;
    let path = merkle::path(transcript.suite, &roster.leaves(transcript.suite), row).ok_or_else(absent)?;
    Ok(Proof {
        schema: SCHEMA.to_owned(),
        publisher: publisher.to_owned(),
        record: roster.get(row).into(),
        row: row as u64,
        path,
    })
}

/// Checks a proof against the transcript, and the transcript's word about the enterprise against
/// its ticket.
pub fn check_proof(transcript: &Transcript, proof: &Proof) -> Result<Placement, Difference> {
    let publisher = proof.publisher.as_str();
    let member = transcript
        .member(publisher)
        .ok_or_else(|| refused(publisher, "the transcript has no such publisher"))?;
    examine_seed(transcript)?;
    plausible::check(transcript, member)?;
    let stated = &member.announcement;
    let leaf = proof.record.borrow().leaf(transcript.suite);
    let root = merkle::climb(transcript.suite, leaf, proof.row, stated.roster_count, &proof.path);
    if root != Some(stated.roster_root) {
        return Err(refused(
            publisher,
            format_args!("`{}` with this record is not in the roster", proof.record.id),
        ));
    }
    let ticket = Tickets::of_enterprises(transcript.suite, transcript.seed).ticket(&proof.record.id);
    let stratum = member.strata.iter().find(|record| record.stratum == proof.record.stratum);
    let stratum =
        stratum.ok_or_else(|| refused(publisher, "the record's stratum is not in the transcript"))?;
    let weighted = stated.plan.rule(&stratum.stratum).is_some_and(|rule| rule.is_weighted());
    let proven = !(weighted && proof.record.status == Status::Eligible);
    let place = listed(member, stratum, &proof.record.id);
    let cutoff = stratum.cutoff;
    let due = match proof.record.status {
        Status::Must => Some(Place::Must),
        Status::Excluded => Some(Place::Excluded),
        Status::Eligible if weighted => None,
        Status::Eligible if cutoff.is_some_and(|cutoff| ticket <= cutoff) => Some(Place::Drawn),
        Status::Eligible => Some(due_among_reserves(stratum, ticket)),
    };
    if due.is_some_and(|due| due != place) {
        let why = format_args!("`{}` is listed as {place:?}, by its ticket it is {due:?}", proof.record.id);
        return Err(refused(publisher, why));
    }
    Ok(Placement { place, ticket, cutoff, proven })
}

/// Whoever has a smaller ticket than the last reserve, and is not listed, was passed over.
fn due_among_reserves(stratum: &StratumRecord, ticket: Bytes32) -> Place {
    match stratum.reserves.iter().position(|reserve| ticket <= reserve.ticket) {
        Some(at) => Place::Reserve(at as u64 + 1),
        None => Place::NotDrawn,
    }
}

fn listed(member: &MemberRecord, stratum: &StratumRecord, id: &str) -> Place {
    let reserve = stratum.reserves.iter().position(|one| one.id == id);
    if member.must.iter().any(|one| one.id == id) {
        Place::Must
    } else if member.excluded.iter().any(|one| one.id == id) {
        Place::Excluded
    } else if stratum.drawn.iter().any(|one| one.id == id) {
        Place::Drawn
    } else if let Some(at) = reserve {
        Place::Reserve(at as u64 + 1)
    } else {
        Place::NotDrawn
    }
}
