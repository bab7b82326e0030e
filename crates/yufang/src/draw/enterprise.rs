//! One enterprise: its record as hashed, and as JSON.

use serde::{Deserialize, Serialize};

use super::merkle;
use super::suite::{Bytes32, Suite, length};

/// Whether an enterprise takes part in the draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It can be drawn.
    Eligible,
    /// It is inspected for certain, with its reason (挂牌督办, a report from the public).
    Must,
    /// It is left out, with its reason (a cool-down, a yearly cap, 停产).
    Excluded,
}

impl Status {
    /// The word that is hashed.
    pub fn name(self) -> &'static str {
        match self {
            Status::Eligible => "eligible",
            Status::Must => "must",
            Status::Excluded => "excluded",
        }
    }
}

/// One enterprise of a roster, as its record is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enterprise<'a> {
    /// Its id, such as the credit code.
    pub id: &'a str,
    /// Its stratum, such as the tier.
    pub stratum: &'a str,
    /// Its group, such as the district.
    pub group: &'a str,
    /// Its size, by which weighted strata draw; 1 where none is given.
    pub size: u64,
    /// Whether it takes part.
    pub status: Status,
    /// Why it is certain or excluded.
    pub reason: &'a str,
    /// 32 random bytes that keep a confidential record from being guessed.
    pub salt: Option<Bytes32>,
}

impl Enterprise<'_> {
    /// The leaf of the roster's tree.
    pub fn leaf(&self, suite: Suite) -> Bytes32 {
        let mut bytes = Vec::with_capacity(192);
        for text in [self.id, self.stratum, self.group] {
            prefixed(&mut bytes, text.as_bytes());
        }
        bytes.extend(self.size.to_be_bytes());
        for text in [self.status.name(), self.reason] {
            prefixed(&mut bytes, text.as_bytes());
        }
        if let Some(salt) = self.salt {
            prefixed(&mut bytes, &salt.0);
        }
        // Millions of leaves are hashed: one call for a record costs far less than one for each part.
        merkle::leaf(suite).fixed(&bytes).finish()
    }
}

fn prefixed(record: &mut Vec<u8>, bytes: &[u8]) {
    record.extend(length(bytes));
    record.extend(bytes);
}

/// One enterprise in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EnterpriseRecord {
    /// Its id.
    pub id: String,
    /// Its stratum.
    pub stratum: String,
    /// Its group.
    pub group: String,
    /// Its size.
    #[serde(default = "one")]
    pub size: u64,
    /// Whether it takes part.
    pub status: Status,
    /// Why it is certain or excluded.
    pub reason: String,
    /// Its salt.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::json::given")]
    pub salt: Option<Bytes32>,
}

fn one() -> u64 {
    1
}

impl EnterpriseRecord {
    /// The record as it is hashed.
    pub fn borrow(&self) -> Enterprise<'_> {
        Enterprise {
            id: &self.id,
            stratum: &self.stratum,
            group: &self.group,
            size: self.size,
            status: self.status,
            reason: &self.reason,
            salt: self.salt,
        }
    }
}

impl From<Enterprise<'_>> for EnterpriseRecord {
    fn from(row: Enterprise<'_>) -> Self {
        EnterpriseRecord {
            id: row.id.to_owned(),
            stratum: row.stratum.to_owned(),
            group: row.group.to_owned(),
            size: row.size,
            status: row.status,
            reason: row.reason.to_owned(),
            salt: row.salt,
        }
    }
}
