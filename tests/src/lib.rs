//! What the tests of yufang share.

pub mod compare;
pub mod generate;
