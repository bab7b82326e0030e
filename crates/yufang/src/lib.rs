//! yufang (预防) grades enterprises into risk tiers by rules that an official can read and sign.
//!
//! The way of the data:
//! `text → parse → Ast → check → Model → plan → Plan; Plan + Columns → run → Verdicts → explain`.
//!
//! The core opens no file, reads no clock, starts no thread and prints nothing.

pub mod analyse;
pub mod ast;
pub mod bundle;
mod canonical;
pub mod check;
pub mod codes;
pub mod column;
mod compile;
pub mod date;
pub mod diagnostic;
pub mod digest;
#[cfg(feature = "draw")]
pub mod draw;
pub mod examples;
pub mod explain;
pub mod facts;
mod grade;
pub mod interval;
mod kernel;
pub mod model;
pub mod number;
pub mod parse;
pub mod plan;
#[cfg(feature = "reference")]
pub mod reference;
mod run;
mod settle;
pub mod source;
pub mod text;
mod trial;
pub mod verdict;

pub use bundle::Bundle;
pub use compile::{AsOfError, CompileError, RuleSet, Rules, compile};
pub use diagnostic::{Diagnostic, Language, Severity};
