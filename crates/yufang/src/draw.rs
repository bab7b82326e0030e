//! The double-random draw: who is inspected, and by whom, so that anyone can check it afterwards.
//!
//! The way of the data: `Plan + Roster + Inspectors + Secret → Member` (whose [`Announcement`] is
//! published before any randomness exists) `→ conduct → Transcript → verify`.
//!
//! A publisher first commits to everything; then comes randomness that nobody in the room controls;
//! the seed made of both decides all. A ticket depends on the seed and the enterprise's own id
//! only, so that the order of rows means nothing, shards are drawn apart, and an enterprise can check
//! itself. Nothing here reads a clock, a file or the operating system's randomness, and no
//! floating-point number takes part in a decision.
//!
//! Inspector teams are drawn one by one, each choice allowed as long as all other teams can still be
//! filled under the least maximum load. Every feasible pairing can occur, but not every complete
//! assignment is exactly equally likely: making it so would mean counting all assignments, for
//! which no fast method is known.
//!
//! [`Announcement`]: announce::Announcement

pub mod announce;
pub mod assign;
pub mod conduct;
mod enterprise;
pub mod estimate;
mod flow;
pub mod fraction;
pub mod id;
pub mod infeasible;
pub mod inspector;
pub mod json;
pub mod ledger;
pub mod merkle;
pub mod plan;
mod plausible;
pub mod proof;
pub mod raw;
pub mod roster;
pub mod sample;
pub mod seed;
pub mod substitute;
pub mod suite;
pub mod ticket;
pub mod transcript;
pub mod verify;
mod weighted;
pub mod workers;

pub use conduct::{DrawError, Member, conduct, conduct_by};
pub use raw::{raw, raw_transcript};
pub use transcript::Transcript;
pub use verify::{Answer, verify, verify_by};
