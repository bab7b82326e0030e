//! Tickets: the number that decides about an enterprise, from the seed and its own id alone.

use sha2::block_api::compress256;

use super::seed::Seed;
use super::suite::{Bytes32, Hasher, Suite, length};

/// The initial state of SHA-256 (FIPS 180-4, 5.3.3).
const SHA256_START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Bytes of an id that fit into one block beside key, length, padding bit and bit count.
const ONE_BLOCK: usize = 64 - 32 - 4 - 1 - 8;

/// Issues tickets under one label. The key is laid out once; an id of at most 19 bytes, such as an
/// 18-character credit code, then costs one compression of the hash.
#[derive(Clone)]
pub struct Tickets {
    start: Hasher,
    block: Option<[u8; 64]>,
}

impl Tickets {
    /// The tickets of enterprises, by which they are drawn.
    pub fn of_enterprises(suite: Suite, seed: Seed) -> Tickets {
        Tickets::labelled(suite, seed, "enterprise")
    }

    /// The tickets of pairs of an enterprise and an inspector, by which teams are chosen.
    pub fn of_pairs(suite: Suite, seed: Seed, publisher: &str) -> Tickets {
        Tickets::labelled(suite, seed, &format!("inspector/{publisher}"))
    }

    fn labelled(suite: Suite, seed: Seed, label: &str) -> Tickets {
        let key = suite.hasher().prefixed("yufang-draw/1 ticket").fixed(&seed.0.0).prefixed(label).finish();
        let block = (suite == Suite::Sha256).then(|| {
            let mut block = [0; 64];
            block[..32].copy_from_slice(&key.0);
            block
        });
        Tickets { start: suite.hasher().fixed(&key.0), block }
    }

    /// The ticket of an enterprise.
    #[inline]
    pub fn ticket(&self, id: &str) -> Bytes32 {
        let Some(block) = self.block else { return self.start.clone().prefixed(id).finish() };
        // Credit codes get a road of their own, on which the compiler knows all lengths.
        if let Ok(code) = <&[u8; 18]>::try_from(id.as_bytes()) {
            one_block(block, code)
        } else if id.len() <= ONE_BLOCK {
            one_block(block, id.as_bytes())
        } else {
            self.start.clone().prefixed(id).finish()
        }
    }

    /// The ticket of an enterprise with an inspector.
    pub fn pair(&self, enterprise: &str, inspector: &str) -> Bytes32 {
        self.start.clone().prefixed(enterprise).prefixed(inspector).finish()
    }

    /// Appends the tickets of `ids` to `tickets`.
    pub fn batch<'a>(&self, ids: impl IntoIterator<Item = &'a str>, tickets: &mut Vec<Bytes32>) {
        tickets.extend(ids.into_iter().map(|id| self.ticket(id)));
    }
}

#[inline(always)]
fn one_block(mut block: [u8; 64], id: &(impl AsRef<[u8]> + ?Sized)) -> Bytes32 {
    let id = id.as_ref();
    let end = 36 + id.len();
    block[32..36].copy_from_slice(&length(id));
    block[36..end].copy_from_slice(id);
    block[end] = 0x80;
    block[56..].copy_from_slice(&(8 * end as u64).to_be_bytes());
    let mut state = SHA256_START;
    compress256(&mut state, &[block]);
    let mut ticket = [0; 32];
    for (bytes, word) in ticket.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    Bytes32(ticket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_road_gives_the_hash() {
        let tickets = Tickets::of_enterprises(Suite::Sha256, Seed(Bytes32([7; 32])));
        for count in 1..=30 {
            let id = "9".repeat(count);
            assert_eq!(tickets.ticket(&id), tickets.start.clone().prefixed(&id).finish(), "{count}");
        }
    }
}
