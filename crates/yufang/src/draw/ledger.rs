//! A publisher's announcements in a row: what is missing, doubled or overdue.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::announce::Announcement;
use super::suite::Bytes32;
use crate::date::Date;

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    /// An announcement whose parts do not give its digest.
    #[error("{publisher}: announcement {sequence} does not have the digest that it states")]
    Digest {
        /// The publisher.
        publisher: String,
        /// The announcement's number.
        sequence: u64,
    },
    /// Two announcements with one number.
    #[error("{publisher}: two announcements have the number {sequence}")]
    SameNumber {
        /// The publisher.
        publisher: String,
        /// The number.
        sequence: u64,
    },
    /// Numbers that are missing: draws that nobody is told about.
    #[error("{publisher}: after announcement {after} comes {next}")]
    Gap {
        /// The publisher.
        publisher: String,
        /// The number before the gap.
        after: u64,
        /// The number after it.
        next: u64,
    },
    /// An announcement that does not name the one before it.
    #[error("{publisher}: announcement {sequence} does not name the one before it")]
    Previous {
        /// The publisher.
        publisher: String,
        /// The announcement's number.
        sequence: u64,
    },
    /// A second announcement for a period: a draw could be repeated until it pleases.
    #[error("{publisher}: announcements {first} and {second} are both for the period {period}")]
    SamePeriod {
        /// The publisher.
        publisher: String,
        /// The period.
        period: String,
        /// A number.
        first: u64,
        /// Another.
        second: u64,
    },
    /// A draw that was not opened in time: an outcome could be kept silent because it displeased.
    #[error("{publisher}: announcement {sequence} was to be opened by {deadline}")]
    Overdue {
        /// The publisher.
        publisher: String,
        /// The announcement's number.
        sequence: u64,
        /// The deadline.
        deadline: String,
    },
    /// A deadline that is no date, so that nobody can say when it passes.
    #[error("{publisher}: announcement {sequence} has the deadline `{deadline}`, which is no date")]
    Deadline {
        /// The publisher.
        publisher: String,
        /// The announcement's number.
        sequence: u64,
        /// The deadline.
        deadline: String,
    },
}

/// All breaches among announcements, of which those with a digest in `opened` have a transcript.
pub fn breaches(announcements: &[Announcement], opened: &HashSet<Bytes32>, today: Date) -> Vec<Breach> {
    let mut of: BTreeMap<&str, Vec<&Announcement>> = BTreeMap::new();
    for one in announcements {
        of.entry(one.plan.publisher.as_str()).or_default().push(one);
    }
    let mut found = Vec::new();
    for (publisher, mut list) in of {
        list.sort_by_key(|one| (one.plan.sequence, one.announcement));
        list.dedup();
        list.iter().for_each(|one| alone(one, opened, today, &mut found));
        list.windows(2).for_each(|pair| found.extend(in_a_row(pair[0], pair[1])));
        let mut periods: BTreeMap<&str, u64> = BTreeMap::new();
        for one in list {
            let second = one.plan.sequence;
            if let Some(first) = periods.insert(&one.plan.period, second) {
                let (publisher, period) = (publisher.to_owned(), one.plan.period.clone());
                found.push(Breach::SamePeriod { publisher, period, first, second });
            }
        }
    }
    found
}

fn alone(one: &Announcement, opened: &HashSet<Bytes32>, today: Date, found: &mut Vec<Breach>) {
    let (publisher, sequence) = (one.plan.publisher.clone(), one.plan.sequence);
    let plan_fits = one.plan.digest().is_ok_and(|digest| digest == one.plan_digest);
    if !plan_fits || one.digest() != one.announcement {
        found.push(Breach::Digest { publisher: publisher.clone(), sequence });
    }
    let Some(deadline) = one.plan.opening_deadline.clone() else { return };
    // A deadline may have a time of day, but a breach is certain only when its day is over.
    let day = deadline.get(..10).and_then(Date::parse);
    match day {
        None => found.push(Breach::Deadline { publisher, sequence, deadline }),
        Some(day) if day < today && !opened.contains(&one.announcement) => {
            found.push(Breach::Overdue { publisher, sequence, deadline });
        }
        Some(_) => {}
    }
}

fn in_a_row(before: &Announcement, after: &Announcement) -> Option<Breach> {
    let publisher = after.plan.publisher.clone();
    let (first, sequence) = (before.plan.sequence, after.plan.sequence);
    if first == sequence {
        Some(Breach::SameNumber { publisher, sequence })
    } else if first + 1 != sequence {
        Some(Breach::Gap { publisher, after: first, next: sequence })
    } else if after.plan.previous != before.announcement.to_string() {
        Some(Breach::Previous { publisher, sequence })
    } else {
        None
    }
}
