//! The inspectors: what each can do, where, and whom never.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::id::{IdError, check_distinct, check_id, check_text, find};
use super::json::NUMBER_BOUND;
use super::merkle;
use super::suite::{Bytes32, Suite};

/// One inspector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Inspector {
    /// The inspector's id.
    pub id: String,
    /// How many enterprises at most; no bound where absent or null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u64>,
    /// Qualifications held.
    #[serde(default)]
    pub qualifications: BTreeSet<String>,
    /// Groups served; all where empty.
    #[serde(default)]
    pub districts: BTreeSet<String>,
    /// Enterprises that this inspector must not visit.
    #[serde(default)]
    pub recusals: BTreeSet<String>,
    /// 32 random bytes that keep a confidential record from being guessed.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::json::given")]
    pub salt: Option<Bytes32>,
}

impl Inspector {
    /// The leaf of the inspectors' tree.
    pub fn leaf(&self, suite: Suite) -> Bytes32 {
        let hasher = merkle::leaf(suite)
            .prefixed(&self.id)
            .number(self.capacity.unwrap_or(u64::MAX))
            .list(&self.qualifications)
            .list(&self.districts)
            .list(&self.recusals);
        match self.salt {
            Some(salt) => hasher.prefixed(salt.0).finish(),
            None => hasher.finish(),
        }
    }

    /// Whether this inspector serves a group.
    pub fn serves(&self, group: &str) -> bool {
        self.districts.is_empty() || self.districts.contains(group)
    }

    /// Whether this inspector must not visit an enterprise.
    pub fn is_recused(&self, enterprise: &str) -> bool {
        self.recusals.contains(enterprise)
    }
}

/// Why inspectors are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectorError {
    /// An id that is none, stands twice or looks like another: `执法1`, `执法１`.
    #[error("inspectors: {0}")]
    Id(#[from] IdError),
    /// A qualification or district that is not in normal form C, or a recusal that is no id.
    #[error("inspector `{id}`: {error}")]
    Text {
        /// The inspector.
        id: String,
        /// What is wrong.
        error: IdError,
    },
    /// A capacity of 2^53 or more.
    #[error("inspector `{id}`: the capacity {capacity} is not below 2^53; leave it out for no bound")]
    Capacity {
        /// The inspector.
        id: String,
        /// The capacity.
        capacity: u64,
    },
    /// An inspector without a salt among salted ones, or with one among others.
    #[error("inspector `{0}`: either all records of a plan have a salt, or none has")]
    Salt(String),
}

/// Inspectors sorted by id and distinct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspectors(Vec<Inspector>);

impl Inspectors {
    /// Sorts and checks.
    pub fn new(mut inspectors: Vec<Inspector>) -> Result<Inspectors, InspectorError> {
        inspectors.iter().try_for_each(check)?;
        let salted = inspectors.first().is_some_and(|inspector| inspector.salt.is_some());
        if let Some(odd) = inspectors.iter().find(|inspector| inspector.salt.is_some() != salted) {
            return Err(InspectorError::Salt(odd.id.clone()));
        }
        inspectors.sort_by(|a, b| a.id.cmp(&b.id));
        check_distinct(|at| inspectors[at].id.as_str(), inspectors.len())?;
        Ok(Inspectors(inspectors))
    }

    /// All, by id.
    pub fn as_slice(&self) -> &[Inspector] {
        &self.0
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The position of an id.
    pub fn find(&self, id: &str) -> Option<usize> {
        find(|at| self.0[at].id.as_str(), self.0.len(), id)
    }

    /// Whether the records are salted; `None` where there are none.
    pub fn salted(&self) -> Option<bool> {
        self.0.first().map(|inspector| inspector.salt.is_some())
    }

    /// The root of their tree.
    pub fn root(&self, suite: Suite) -> Bytes32 {
        merkle::root(suite, self.0.iter().map(|inspector| inspector.leaf(suite)))
    }
}

fn check(inspector: &Inspector) -> Result<(), InspectorError> {
    check_id(&inspector.id)?;
    let fault = |error| InspectorError::Text { id: inspector.id.clone(), error };
    for text in inspector.qualifications.iter().chain(&inspector.districts) {
        check_text(text).map_err(fault)?;
    }
    for enterprise in &inspector.recusals {
        check_id(enterprise).map_err(fault)?;
    }
    match inspector.capacity {
        Some(capacity) if capacity >= NUMBER_BOUND => {
            Err(InspectorError::Capacity { id: inspector.id.clone(), capacity })
        }
        _ => Ok(()),
    }
}
