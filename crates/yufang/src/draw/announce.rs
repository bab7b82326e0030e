//! What a publisher commits to, and publishes, before any randomness exists.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::inspector::Inspectors;
use super::json::{self, JsonError};
use super::plan::Plan;
use super::roster::Roster;
use super::suite::{Bytes32, Suite};
use super::workers::Workers;

/// 32 fresh random bytes that only the publisher knows until the draw is opened. Never used twice.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Secret(Bytes32);

impl Secret {
    /// The secret of these bytes, which the caller has from the operating system.
    pub fn new(bytes: [u8; 32]) -> Secret {
        Secret(Bytes32(bytes))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0.0
    }

    /// What is published of the secret before the draw.
    pub fn commitment(&self, suite: Suite) -> Bytes32 {
        suite.hasher().prefixed("yufang-draw/1 commit").prefixed(self.0.0).finish()
    }
}

/// Never prints the bytes: a secret in a log would let its reader foresee the draw.
impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// The announcement: the plan in full, and digests of all else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The plan.
    pub plan: Plan,
    /// Its digest.
    pub plan_digest: Bytes32,
    /// How many enterprises the roster has.
    pub roster_count: u64,
    /// The roster's root.
    pub roster_root: Bytes32,
    /// How many inspectors there are.
    pub inspector_count: u64,
    /// The inspectors' root.
    pub inspector_root: Bytes32,
    /// The secret's commitment.
    pub commitment: Bytes32,
    /// The digest of all of these.
    pub announcement: Bytes32,
}

/// Version of an announcement's form.
pub const SCHEMA: &str = "yufang-announcement/1";

impl Announcement {
    /// Reads an announcement's JSON.
    pub fn read(text: &str) -> Result<Announcement, JsonError> {
        let announcement: Announcement = json::read("announcement", text)?;
        json::check_schema("announcement", &announcement.schema, SCHEMA)?;
        Ok(announcement)
    }

    /// The announcement as a file.
    pub fn canonical(&self) -> Result<String, JsonError> {
        json::canonical("announcement", self)
    }

    /// Commits to a plan, its roster and inspectors, and a secret. They have been checked together
    /// by [`super::conduct::Member::new`].
    pub(super) fn new(
        workers: &impl Workers,
        plan: &Plan,
        plan_digest: Bytes32,
        roster: &Roster,
        inspectors: &Inspectors,
        commitment: Bytes32,
    ) -> Announcement {
        let suite = plan.suite;
        let mut announcement = Announcement {
            schema: SCHEMA.to_owned(),
            plan: plan.clone(),
            plan_digest,
            roster_count: roster.len() as u64,
            roster_root: roster.root_by(workers, suite),
            inspector_count: inspectors.len() as u64,
            inspector_root: inspectors.root(suite),
            commitment,
            announcement: Bytes32::default(),
        };
        announcement.announcement = announcement.digest();
        announcement
    }

    /// The digest that the parts give, whatever `announcement` says.
    pub fn digest(&self) -> Bytes32 {
        self.plan
            .suite
            .hasher()
            .prefixed("yufang-draw/1 announce")
            .fixed(&self.plan_digest.0)
            .number(self.roster_count)
            .fixed(&self.roster_root.0)
            .number(self.inspector_count)
            .fixed(&self.inspector_root.0)
            .fixed(&self.commitment.0)
            .finish()
    }
}
