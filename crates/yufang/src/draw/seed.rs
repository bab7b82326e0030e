//! The seed of a draw, and uniform numbers from it.

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive};

use super::announce::Secret;
use super::merkle;
use super::suite::{Bytes32, Suite, parse_hex};

/// The bytes from which all choices of a draw follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Seed(pub Bytes32);

/// What a public beacon said in the round that the plan's rule names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BeaconRound {
    /// The beacon's name, as the plans have it.
    pub name: String,
    /// Number of the round.
    pub round: u64,
    /// Its randomness, in lower-case hex.
    pub randomness: String,
    /// The beacon's signature over the round, in lower-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::json::given")]
    pub signature: Option<String>,
}

impl BeaconRound {
    /// The randomness as bytes; `None` where it is not lower-case hex, or empty.
    pub fn randomness_bytes(&self) -> Option<Vec<u8>> {
        parse_hex(&self.randomness).filter(|bytes| !bytes.is_empty())
    }
}

/// One publisher's share in the seed.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    /// The publisher.
    pub publisher: &'a str,
    /// Its announcement's digest.
    pub announcement: Bytes32,
    /// Its secret, which the announcement commits to.
    pub secret: &'a Secret,
}

/// The seed of the publishers in `shares`, which are in the order of the publishers' bytes, and of
/// the beacon's `(name, round, randomness)`; without a beacon, `("", 0, [])`.
pub fn seed(suite: Suite, shares: &[Share<'_>], beacon: (&str, u64, &[u8])) -> Seed {
    let leaf = |share: &Share<'_>| {
        merkle::leaf(suite).prefixed(share.publisher).fixed(&share.announcement.0).finish()
    };
    let joined = merkle::root(suite, shares.iter().map(leaf));
    let hasher = suite
        .hasher()
        .prefixed("yufang-draw/1 seed")
        .prefixed(suite.name())
        .number(shares.len() as u64)
        .fixed(&joined.0)
        .prefixed(beacon.0)
        .number(beacon.1)
        .prefixed(beacon.2);
    Seed(shares.iter().fold(hasher, |hasher, share| hasher.prefixed(share.secret.bytes())).finish())
}

impl Seed {
    /// A whole number below `bound` (at least 1), each with the same chance.
    pub fn below(self, suite: Suite, bound: u128, label: &str) -> u128 {
        uniform(bound, |attempt| {
            let start = suite.hasher().prefixed("yufang-draw/1 uniform").fixed(&self.0.0);
            start.prefixed(label).number(attempt).finish()
        })
    }
}

/// Takes the first value that lies below the largest multiple of `bound`, modulo `bound`. The
/// remainder alone would favour small numbers.
fn uniform(bound: u128, value: impl Fn(u64) -> Bytes32) -> u128 {
    let bound = BigUint::from(bound.max(1));
    let all = BigUint::one() << 256_u32;
    let fair = &all - &all % &bound;
    let mut attempt = 0;
    loop {
        let number = BigUint::from_bytes_be(&value(attempt).0);
        if number < fair {
            // INVARIANT: a remainder modulo a u128 is below it.
            return (number % &bound).to_u128().expect("below the bound");
        }
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_above_the_last_multiple_are_rejected() {
        // 2^256 mod 3 = 1, so that only the very largest value is unfair.
        let mut second = [0; 32];
        second[31] = 5;
        let stub = |attempt| if attempt == 0 { Bytes32([255; 32]) } else { Bytes32(second) };
        assert_eq!(uniform(3, stub), 2);
        // 2^256 is a multiple of 2^100: nothing is rejected.
        assert_eq!(uniform(1 << 100, stub), (1 << 100) - 1);
        assert_eq!(uniform(1, stub), 0);
    }

    #[test]
    fn rejection_starts_exactly_at_the_last_multiple() {
        let bound = u128::MAX;
        let all = BigUint::one() << 256_u32;
        let fair = &all - &all % BigUint::from(bound);
        let bytes = |number: &BigUint| {
            let digits = number.to_bytes_be();
            let mut padded = [0; 32];
            padded[32 - digits.len()..].copy_from_slice(&digits);
            Bytes32(padded)
        };
        let (first, last) = (bytes(&fair), bytes(&(&fair - 1_u32)));
        assert_eq!(uniform(bound, |attempt| if attempt == 0 { first } else { last }), bound - 1);
        assert_eq!(uniform(bound, |attempt| if attempt == 0 { last } else { first }), bound - 1);
    }
}
