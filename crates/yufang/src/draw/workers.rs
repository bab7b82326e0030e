//! Long computations in parts. The core starts no thread; whoever calls it may lend some.

use std::ops::Range;

/// Runs the parts of a computation over many rows.
pub trait Workers {
    /// Splits `0..count` into ranges, calls `part` for each, and gives the results in the order of
    /// the ranges. However the rows are split, the draw's bytes are the same.
    fn run<T: Send>(&self, count: usize, part: impl Fn(Range<usize>) -> T + Sync) -> Vec<T>;
}

/// Does everything itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct OneWorker;

impl Workers for OneWorker {
    fn run<T: Send>(&self, count: usize, part: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
        vec![part(0..count)]
    }
}
