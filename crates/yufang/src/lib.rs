//! yufang (预防) grades enterprises into risk tiers by rules that an official can read and sign.
//!
//! The way of the data:
//! `text → parse → Ast → check → Model → plan → Plan; Plan + Columns → run → Verdicts → explain`.
//!
//! The core opens no file, reads no clock, starts no thread and prints nothing.

pub mod ast;
pub mod bundle;
pub mod codes;
pub mod column;
pub mod date;
pub mod diagnostic;
#[cfg(feature = "draw")]
pub mod draw;
pub mod facts;
pub mod model;
pub mod number;
pub mod source;
pub mod text;
pub mod verdict;
