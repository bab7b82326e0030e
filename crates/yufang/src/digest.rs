//! What identifies a rule set: a hash of its meaning and of the words that its explanations use.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::canonical::canonical;
use crate::model::Model;

/// The SHA-256 of the canonical form, version 1; shown in hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// The digest of a rule set.
pub(crate) fn digest(models: &[Model]) -> Digest {
    Digest(Sha256::digest(canonical(models)).into())
}
