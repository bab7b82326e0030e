//! Hash trees in the shape of RFC 6962, built from ranges that can be merged.
//!
//! A range keeps only the roots of its complete aligned subtrees, at most two for each power of
//! two, so that shards of any size hash apart and are joined without their leaves.

use super::suite::{Bytes32, Suite};

/// The leaves `start..end` of a tree, as the roots of its largest complete aligned subtrees.
#[derive(Debug, Clone)]
pub struct Range {
    suite: Suite,
    start: u64,
    end: u64,
    subtrees: Vec<Subtree>,
}

#[derive(Debug, Clone, Copy)]
struct Subtree {
    start: u64,
    level: u32,
    root: Bytes32,
}

/// Why ranges do not join, or give no root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// The second range does not begin where the first one ends.
    #[error("a range that ends at leaf {end} cannot be joined with one that starts at leaf {start}")]
    Gap {
        /// End of the first.
        end: u64,
        /// Start of the second.
        start: u64,
    },
    /// Ranges hashed by different suites.
    #[error("ranges of the suites {0} and {1} cannot be joined")]
    Suites(Suite, Suite),
    /// A root is asked of leaves that are not the tree's first.
    #[error("the leaves start at {0}, so that they are not a whole tree")]
    NotWhole(u64),
}

impl Range {
    /// No leaves yet; the first one will be number `start`.
    pub fn new(suite: Suite, start: u64) -> Range {
        Range { suite, start, end: start, subtrees: Vec::new() }
    }

    /// Appends a leaf by its hash.
    pub fn push(&mut self, leaf: Bytes32) {
        let start = self.end;
        self.append(Subtree { start, level: 0, root: leaf });
    }

    /// Appends the leaves of the range that follows.
    pub fn merge(&mut self, next: Range) -> Result<(), RangeError> {
        if next.suite != self.suite {
            return Err(RangeError::Suites(self.suite, next.suite));
        }
        if next.start != self.end {
            return Err(RangeError::Gap { end: self.end, start: next.start });
        }
        next.subtrees.into_iter().for_each(|subtree| self.append(subtree));
        Ok(())
    }

    /// How many leaves.
    pub fn count(&self) -> u64 {
        self.end - self.start
    }

    /// The tree's root: of no leaves, the hash of nothing; of one leaf, the leaf.
    pub fn root(&self) -> Result<Bytes32, RangeError> {
        if self.start != 0 {
            return Err(RangeError::NotWhole(self.start));
        }
        let roots = self.subtrees.iter().rev().map(|subtree| subtree.root);
        let joined = roots.reduce(|right, left| node(self.suite, left, right));
        Ok(joined.unwrap_or_else(|| self.suite.hasher().finish()))
    }

    fn append(&mut self, subtree: Subtree) {
        self.end = subtree.start + (1 << subtree.level);
        let mut last = subtree;
        while let Some(left) = self.subtrees.last().copied() {
            // Siblings are equally high, and the left one starts on a multiple of both their widths.
            let siblings = left.level == last.level && left.start >> left.level & 1 == 0;
            if !siblings {
                break;
            }
            self.subtrees.pop();
            last = Subtree {
                start: left.start,
                level: left.level + 1,
                root: node(self.suite, left.root, last.root),
            };
        }
        self.subtrees.push(last);
    }
}

/// The hash of a leaf's bytes, given what hashes them after the domain byte.
pub(super) fn leaf(suite: Suite) -> super::suite::Hasher {
    suite.hasher().fixed(&[0])
}

fn node(suite: Suite, left: Bytes32, right: Bytes32) -> Bytes32 {
    suite.hasher().fixed(&[1]).fixed(&left.0).fixed(&right.0).finish()
}

/// The root of leaf hashes.
pub fn root(suite: Suite, leaves: impl IntoIterator<Item = Bytes32>) -> Bytes32 {
    let mut range = Range::new(suite, 0);
    leaves.into_iter().for_each(|leaf| range.push(leaf));
    // INVARIANT: the range starts at leaf 0.
    range.root().expect("a whole tree")
}

/// The siblings of leaf `at` on the way to the root, lowest first.
pub fn path(suite: Suite, leaves: &[Bytes32], at: usize) -> Option<Vec<Bytes32>> {
    if at >= leaves.len() {
        return None;
    }
    let (mut part, mut at, mut siblings) = (leaves, at, Vec::new());
    while part.len() > 1 {
        let split = part.len().next_power_of_two() / 2;
        let (left, right) = part.split_at(split);
        let (own, other) = if at < split { (left, right) } else { (right, left) };
        at -= if at < split { 0 } else { split };
        siblings.push(root(suite, other.iter().copied()));
        part = own;
    }
    siblings.reverse();
    Some(siblings)
}

/// The root to which leaf `at` of `count` leads by `path`; `None` where the path has not the length
/// that this place in a tree of this size asks for.
pub fn climb(suite: Suite, leaf: Bytes32, at: u64, count: u64, path: &[Bytes32]) -> Option<Bytes32> {
    if at >= count {
        return None;
    }
    let (mut own, mut last, mut hash) = (at, count - 1, leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if own & 1 == 1 || own == last {
            hash = node(suite, *sibling, hash);
            // A last node without a right neighbour moves up unchanged until it is a right child.
            while own & 1 == 0 && own != 0 {
                own >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(suite, hash, *sibling);
        }
        own >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Vec<Bytes32> {
        (0..count).map(|byte| leaf(Suite::Sha256).fixed(&[byte]).finish()).collect()
    }

    fn recursive(part: &[Bytes32]) -> Bytes32 {
        match part {
            [] => Suite::Sha256.hasher().finish(),
            [only] => *only,
            _ => {
                let (left, right) = part.split_at(part.len().next_power_of_two() / 2);
                node(Suite::Sha256, recursive(left), recursive(right))
            }
        }
    }

    #[test]
    fn published_roots() {
        // The reference tree of Certificate Transparency's implementations.
        let texts = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let leaf = |text: &&str| {
            let bytes = super::super::suite::parse_hex(text).expect("hex");
            leaf(Suite::Sha256).fixed(&bytes).finish()
        };
        let leaves: Vec<Bytes32> = texts.iter().map(leaf).collect();
        for (count, expected) in [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ] {
            assert_eq!(root(Suite::Sha256, leaves[..count].iter().copied()).to_string(), expected, "{count}");
        }
    }

    #[test]
    fn every_split_gives_the_same_root() {
        for count in 0..=20 {
            let all = leaves(count);
            let whole = recursive(&all);
            for first in 0..=all.len() {
                for second in first..=all.len() {
                    let part = |from: usize, to: usize| {
                        let mut range = Range::new(Suite::Sha256, from as u64);
                        all[from..to].iter().for_each(|leaf| range.push(*leaf));
                        range
                    };
                    let mut right = part(first, second);
                    right.merge(part(second, all.len())).expect("neighbours");
                    let mut left = part(0, first);
                    left.merge(right).expect("neighbours");
                    assert_eq!(left.root(), Ok(whole), "{count} {first} {second}");
                }
            }
        }
    }

    #[test]
    fn paths_lead_to_the_root_from_their_own_place_only() {
        for count in 1..=20_u64 {
            let all = leaves(count as u8);
            let whole = recursive(&all);
            for at in 0..count {
                let path = path(Suite::Sha256, &all, at as usize).expect("a leaf");
                for other in 0..count {
                    let climbed = climb(Suite::Sha256, all[at as usize], other, count, &path);
                    assert_eq!(climbed == Some(whole), at == other, "{count} {at} {other}");
                }
                let longer: Vec<Bytes32> = path.iter().copied().chain([whole]).collect();
                assert_eq!(climb(Suite::Sha256, all[at as usize], at, count, &longer), None);
            }
        }
    }

    #[test]
    fn ranges_join_only_at_their_ends() {
        let mut left = Range::new(Suite::Sha256, 0);
        assert_eq!(left.merge(Range::new(Suite::Sha256, 1)), Err(RangeError::Gap { end: 0, start: 1 }));
        assert!(left.merge(Range::new(Suite::Sm3, 0)).is_err());
        assert_eq!(Range::new(Suite::Sha256, 3).root(), Err(RangeError::NotWhole(3)));
    }
}
