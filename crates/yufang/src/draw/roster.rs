//! The roster: everyone who may be inspected, must be, or is excluded, each with the reason.

use rustc_hash::FxHashMap;

pub use super::enterprise::{Enterprise, EnterpriseRecord, Status};
use super::id::{IdError, check_distinct, check_id, check_text, find};
use super::json::NUMBER_BOUND;
use super::merkle;
use super::suite::{Bytes32, Suite};
use super::workers::{OneWorker, Workers};

/// Why a roster is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// An id that is none, stands twice or looks like another: `A1`, `Ａ1`.
    #[error("roster: {0}")]
    Id(#[from] IdError),
    /// A stratum, group or reason that is not in normal form C.
    #[error("roster, enterprise `{id}`: {error}")]
    Text {
        /// The enterprise.
        id: String,
        /// What is wrong.
        error: IdError,
    },
    /// A size of 2^53 or more.
    #[error("roster, enterprise `{id}`: the size {size} is not below 2^53")]
    Size {
        /// The enterprise.
        id: String,
        /// Its size.
        size: u64,
    },
    /// An enterprise that is certain or excluded without a reason: `status: must, reason: ""`.
    #[error("roster, enterprise `{id}`: the status `{}` needs a reason", .status.name())]
    NoReason {
        /// The enterprise.
        id: String,
        /// Its status.
        status: Status,
    },
    /// A record without a salt in a salted roster, or with one in a roster without.
    #[error("roster, enterprise `{0}`: either all records of a plan have a salt, or none has")]
    Salt(String),
    /// More enterprises than 2^32 − 1.
    #[error("the roster has more than 2^32 - 1 enterprises")]
    TooMany,
}

/// Collects a roster row by row, in any order. Builders of shards are merged.
///
/// Held as columns: an enterprise costs its id's bytes and about 33 more.
#[derive(Debug, Clone, Default)]
pub struct RosterBuilder {
    ids: String,
    id_ends: Vec<usize>,
    strata: Vec<u32>,
    groups: Vec<u32>,
    reasons: Vec<u32>,
    sizes: Vec<u64>,
    statuses: Vec<Status>,
    salts: Vec<Bytes32>,
    names: Names,
}

/// Texts that many rows share.
#[derive(Debug, Clone, Default)]
struct Names {
    texts: Vec<String>,
    index: FxHashMap<String, u32>,
}

impl Names {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.index.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.index.insert(text.to_owned(), number);
        number
    }
}

impl RosterBuilder {
    /// No rows yet.
    pub fn new() -> RosterBuilder {
        RosterBuilder::default()
    }

    /// Adds an enterprise.
    pub fn push(&mut self, row: Enterprise<'_>) -> Result<(), RosterError> {
        self.check(&row)?;
        self.ids.push_str(row.id);
        self.id_ends.push(self.ids.len());
        for (column, text) in
            [(&mut self.strata, row.stratum), (&mut self.groups, row.group), (&mut self.reasons, row.reason)]
        {
            column.push(self.names.number(text));
        }
        self.sizes.push(row.size);
        self.statuses.push(row.status);
        self.salts.extend(row.salt);
        Ok(())
    }

    /// Adds all rows of another builder.
    pub fn merge(&mut self, other: RosterBuilder) -> Result<(), RosterError> {
        for row in 0..other.id_ends.len() {
            self.push(other.row(row))?;
        }
        Ok(())
    }

    /// Sorts the rows by id and refuses ids that are equal or look alike.
    pub fn finish(mut self) -> Result<Roster, RosterError> {
        let count = self.id_ends.len();
        if (1..count).any(|row| self.id(row - 1) > self.id(row)) {
            self.sort();
        }
        check_distinct(|row| self.id(row), count)?;
        Ok(Roster(self))
    }

    /// Moves the rows themselves, column by column: what reads a roster reads it from start to end.
    fn sort(&mut self) {
        // INVARIANT: `check` refuses more rows than a u32 counts.
        let count = u32::try_from(self.id_ends.len()).expect("a counted roster");
        let mut order: Vec<u32> = (0..count).collect();
        order.sort_unstable_by(|a, b| self.id(*a as usize).cmp(self.id(*b as usize)));
        let mut ids = String::with_capacity(self.ids.len());
        let append = |row: &u32| {
            ids.push_str(self.id(*row as usize));
            ids.len()
        };
        let id_ends = order.iter().map(append).collect();
        (self.ids, self.id_ends) = (ids, id_ends);
        permute(&mut self.strata, &order);
        permute(&mut self.groups, &order);
        permute(&mut self.reasons, &order);
        permute(&mut self.sizes, &order);
        permute(&mut self.statuses, &order);
        if !self.salts.is_empty() {
            permute(&mut self.salts, &order);
        }
    }

    fn check(&self, row: &Enterprise<'_>) -> Result<(), RosterError> {
        check_id(row.id)?;
        for text in [row.stratum, row.group, row.reason] {
            check_text(text).map_err(|error| RosterError::Text { id: row.id.to_owned(), error })?;
        }
        let id = || row.id.to_owned();
        let count = self.id_ends.len();
        if row.size >= NUMBER_BOUND {
            Err(RosterError::Size { id: id(), size: row.size })
        } else if row.status != Status::Eligible && row.reason.is_empty() {
            Err(RosterError::NoReason { id: id(), status: row.status })
        } else if count > 0 && row.salt.is_some() == self.salts.is_empty() {
            Err(RosterError::Salt(id()))
        } else if count >= u32::MAX as usize {
            Err(RosterError::TooMany)
        } else {
            Ok(())
        }
    }

    fn id(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.id_ends[before]);
        &self.ids[start..self.id_ends[row]]
    }

    fn row(&self, row: usize) -> Enterprise<'_> {
        let name = |column: &[u32]| self.names.texts[column[row] as usize].as_str();
        Enterprise {
            id: self.id(row),
            stratum: name(&self.strata),
            group: name(&self.groups),
            size: self.sizes[row],
            status: self.statuses[row],
            reason: name(&self.reasons),
            salt: self.salts.get(row).copied(),
        }
    }
}

fn permute<T: Copy>(column: &mut Vec<T>, order: &[u32]) {
    *column = order.iter().map(|row| column[*row as usize]).collect();
}

/// A roster whose rows are sorted by id and distinct. Rows are numbered in that order.
#[derive(Debug, Clone)]
pub struct Roster(RosterBuilder);

impl Roster {
    /// The roster of these rows.
    pub fn new<'a>(rows: impl IntoIterator<Item = Enterprise<'a>>) -> Result<Roster, RosterError> {
        let mut builder = RosterBuilder::new();
        rows.into_iter().try_for_each(|row| builder.push(row))?;
        builder.finish()
    }

    /// How many enterprises.
    pub fn len(&self) -> usize {
        self.0.id_ends.len()
    }

    /// Whether nobody stands in it.
    pub fn is_empty(&self) -> bool {
        self.0.id_ends.is_empty()
    }

    /// Whether the records are salted; `None` of an empty roster, which fits either plan.
    pub fn salted(&self) -> Option<bool> {
        (!self.is_empty()).then_some(!self.0.salts.is_empty())
    }

    /// The enterprise of a row.
    pub fn get(&self, row: usize) -> Enterprise<'_> {
        self.0.row(row)
    }

    /// The id of a row, without the rest.
    pub fn id(&self, row: usize) -> &str {
        self.0.id(row)
    }

    /// The row of an id.
    pub fn find(&self, id: &str) -> Option<usize> {
        find(|row| self.id(row), self.len(), id)
    }

    /// All enterprises by id.
    pub fn iter(&self) -> impl Iterator<Item = Enterprise<'_>> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The names of the strata that occur, each once.
    pub fn strata(&self) -> impl Iterator<Item = &str> {
        let mut seen = vec![false; self.0.names.texts.len()];
        self.0.strata.iter().for_each(|name| seen[*name as usize] = true);
        self.0.names.texts.iter().zip(seen).filter(|(_, seen)| *seen).map(|(name, _)| name.as_str())
    }

    /// For each row, the position of its stratum in `names`, found without comparing texts by row.
    pub(super) fn strata_in<'a>(&'a self, names: &[&str]) -> impl Fn(usize) -> Option<usize> + 'a {
        let position = |text: &String| names.iter().position(|name| name == text);
        let positions: Vec<Option<usize>> = self.0.names.texts.iter().map(position).collect();
        move |row| positions[self.0.strata[row] as usize]
    }

    /// Status and size of a row.
    pub(super) fn status_and_size(&self, row: usize) -> (Status, u64) {
        (self.0.statuses[row], self.0.sizes[row])
    }

    /// The tree over some rows; ranges hashed apart are merged.
    pub fn range(&self, suite: Suite, rows: std::ops::Range<usize>) -> merkle::Range {
        let mut range = merkle::Range::new(suite, rows.start as u64);
        rows.for_each(|row| range.push(self.get(row).leaf(suite)));
        range
    }

    /// The leaves of all rows.
    pub fn leaves(&self, suite: Suite) -> Vec<Bytes32> {
        self.iter().map(|row| row.leaf(suite)).collect()
    }

    /// The root of the tree over all rows.
    pub fn root(&self, suite: Suite) -> Bytes32 {
        self.root_by(&OneWorker, suite)
    }

    /// The same, hashed in parts.
    pub fn root_by(&self, workers: &impl Workers, suite: Suite) -> Bytes32 {
        let parts = workers.run(self.len(), |rows| self.range(suite, rows));
        let mut whole = merkle::Range::new(suite, 0);
        // INVARIANT: the parts come in order and cover all rows.
        parts.into_iter().try_for_each(|part| whole.merge(part)).expect("neighbouring parts");
        whole.root().expect("a whole tree")
    }
}
