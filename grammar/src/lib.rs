//! The grammar of the yufang rule language, as a pest parser.
//!
//! The grammar itself is `yufang.pest` beside this crate's manifest: it is packed with the crate.
//! What its rules mean is for the `yufang` crate to say.
#![allow(missing_docs, reason = "the derived rule names document themselves in the grammar")]

/// The derived parser.
#[derive(pest_derive::Parser)]
#[grammar = "yufang.pest"]
pub struct YufangParser;
