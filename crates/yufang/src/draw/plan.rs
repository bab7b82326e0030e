//! The plan: everything that is settled about a draw except who stands in the roster.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::json::{self, JsonError, given};
use super::suite::{Bytes32, Suite};

/// The protocol that this module implements.
pub const PROTOCOL: &str = "yufang-draw/1";

/// A plan. Optional members that are absent stay absent: the digest is over the members as given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Always [`PROTOCOL`].
    pub protocol: String,
    /// The draw's name.
    pub name: String,
    /// Who draws; without `/`, which separates the parts of labels.
    pub publisher: String,
    /// The period drawn for; a publisher draws once for each.
    pub period: String,
    /// The hash suite.
    pub suite: Suite,
    /// Number of this announcement among the publisher's.
    pub sequence: u64,
    /// The publisher's last announcement in hex; empty for the first.
    pub previous: String,
    /// Whether all records carry salts.
    pub salted: bool,
    /// The public beacon; null where the publishers alone choose the seed.
    #[serde(deserialize_with = "Option::deserialize")]
    pub beacon: Option<BeaconRule>,
    /// Inspectors for each enterprise; 0 where none are assigned.
    pub team: u64,
    /// The qualification that one of a team needs, by stratum.
    pub needs: BTreeMap<String, String>,
    /// How many are drawn, by stratum.
    pub strata: Vec<StratumRule>,
    /// All publishers who draw with one seed, in the order of their bytes.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub joint: Option<Vec<String>>,
    /// When the secret must have been opened.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub opening_deadline: Option<String>,
    /// What else is fixed: the rules' digest, the as-of date.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub bound: Option<Map<String, Value>>,
}

/// Which round of which beacon decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BeaconRule {
    /// The beacon's name.
    pub name: String,
    /// How the round follows from the time of publication.
    pub rule: String,
    /// The delay that the rule speaks of.
    pub delay_seconds: u64,
}

/// How many of a stratum are drawn, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StratumRule {
    /// The stratum.
    pub stratum: String,
    /// A share of the eligible, `[numerator, denominator]` as written.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub rate: Option<[u64; 2]>,
    /// A fixed number.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub count: Option<u64>,
    /// How a share that is not whole is rounded; up where absent.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub rounding: Option<Rounding>,
    /// At least so many; wins over `max`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub min: Option<u64>,
    /// At most so many.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub max: Option<u64>,
    /// Whether the chance follows the size.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub weighted: Option<bool>,
    /// Substitutes drawn in order.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub reserves: Option<u64>,
}

/// How a share that is not whole becomes a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the next whole number above.
    Up,
    /// To the next whole number below.
    Down,
    /// To the nearest, halves up.
    HalfUp,
}

/// Why a plan is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Not the JSON of a plan.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Another protocol: `"protocol": "yufang-draw/2"`.
    #[error("the plan follows the protocol `{0}`, not `{PROTOCOL}`")]
    Protocol(String),
    /// A `/` in the publisher's name.
    #[error("the publisher `{0}` has a `/` in its name")]
    Publisher(String),
    /// `previous` is neither empty nor a digest.
    #[error("`previous` is `{0}`, neither empty nor 64 lower-case hex digits")]
    Previous(String),
    /// A beacon without a name, which would look like no beacon.
    #[error("the beacon has no name")]
    BeaconName,
    /// Two rules for one stratum.
    #[error("the stratum `{0}` has two rules")]
    TwoRules(String),
    /// Neither `rate` nor `count`, or both.
    #[error("the stratum `{0}` needs exactly one of `rate` and `count`")]
    RateOrCount(String),
    /// A rate above 1, or with the denominator 0.
    #[error("the stratum `{stratum}` has the rate {}/{}, which is not between 0 and 1", .rate[0], .rate[1])]
    Rate {
        /// The stratum.
        stratum: String,
        /// Its rate.
        rate: [u64; 2],
    },
    /// Reserves in a weighted stratum: who would be next has no ticket order there.
    #[error("the stratum `{0}` is weighted and cannot have reserves")]
    WeightedReserves(String),
    /// `joint` is not in the order of bytes, names someone twice, or leaves the publisher out.
    #[error("`joint` must name all publishers once, in the order of their bytes, `{0}` among them")]
    Joint(String),
}

impl Plan {
    /// Reads a plan's JSON.
    pub fn read(text: &str) -> Result<Plan, PlanError> {
        let plan: Plan = json::read("plan", text)?;
        plan.check()?;
        Ok(plan)
    }

    /// The bytes that are hashed.
    pub fn canonical(&self) -> Result<String, PlanError> {
        Ok(json::canonical("plan", self)?)
    }

    /// The plan's digest.
    pub fn digest(&self) -> Result<Bytes32, PlanError> {
        let bytes = self.canonical()?;
        Ok(self.suite.hasher().prefixed("yufang-draw/1 plan").prefixed(bytes).finish())
    }

    /// The rule of a stratum.
    pub fn rule(&self, stratum: &str) -> Option<&StratumRule> {
        self.strata.iter().find(|rule| rule.stratum == stratum)
    }

    /// Refuses what no reader would accept.
    pub fn check(&self) -> Result<(), PlanError> {
        if self.protocol != PROTOCOL {
            return Err(PlanError::Protocol(self.protocol.clone()));
        }
        if self.publisher.contains('/') {
            return Err(PlanError::Publisher(self.publisher.clone()));
        }
        if !self.previous.is_empty() && Bytes32::parse(&self.previous).is_none() {
            return Err(PlanError::Previous(self.previous.clone()));
        }
        if self.beacon.as_ref().is_some_and(|beacon| beacon.name.is_empty()) {
            return Err(PlanError::BeaconName);
        }
        if let Some(joint) = &self.joint
            && !(joint.is_sorted_by(|a, b| a < b) && joint.contains(&self.publisher))
        {
            return Err(PlanError::Joint(self.publisher.clone()));
        }
        let mut names = std::collections::HashSet::new();
        for rule in &self.strata {
            if !names.insert(rule.stratum.as_str()) {
                return Err(PlanError::TwoRules(rule.stratum.clone()));
            }
            rule.check()?;
        }
        self.canonical().map(|_| ())
    }
}

impl StratumRule {
    fn check(&self) -> Result<(), PlanError> {
        let stratum = || self.stratum.clone();
        match (self.rate, self.count) {
            (Some(rate), None) if rate[1] == 0 || rate[0] > rate[1] => {
                Err(PlanError::Rate { stratum: stratum(), rate })
            }
            (Some(_), Some(_)) | (None, None) => Err(PlanError::RateOrCount(stratum())),
            _ if self.is_weighted() && self.reserves.unwrap_or(0) > 0 => {
                Err(PlanError::WeightedReserves(stratum()))
            }
            _ => Ok(()),
        }
    }

    /// Whether the chance follows the size.
    pub fn is_weighted(&self) -> bool {
        self.weighted.unwrap_or(false)
    }

    /// How many of `eligible` are drawn.
    pub fn sample_size(&self, eligible: u64) -> u64 {
        let wanted = match self.rate {
            None => u128::from(self.count.unwrap_or(0)),
            Some([numerator, denominator]) => {
                let (product, whole) =
                    (u128::from(eligible) * u128::from(numerator), u128::from(denominator.max(1)));
                match self.rounding.unwrap_or(Rounding::Up) {
                    Rounding::Up => product.div_ceil(whole),
                    Rounding::Down => product / whole,
                    Rounding::HalfUp => (2 * product + whole) / (2 * whole),
                }
            }
        };
        let below = self.max.map_or(wanted, |max| wanted.min(u128::from(max)));
        let within = below.max(u128::from(self.min.unwrap_or(0))).min(u128::from(eligible));
        // Bounded by `eligible`, the number keeps its value.
        within as u64
    }
}
