//! The draw against its known answers, its promises and its adversaries.
#![cfg(feature = "draw")]
#![allow(clippy::unwrap_used, missing_docs)]

mod chance;
mod known;
mod order;
mod speed;
mod tamper;
mod teams;
mod world;
