//! The draw against its known answers, its promises and its adversaries.
#![cfg(feature = "draw")]
#![allow(clippy::unwrap_used, missing_docs)]

mod known;
