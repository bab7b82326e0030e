//! Comparisons of two values of one form.

use super::{Lane, Vector, strict, zip};
use crate::ast::CompareOp;

pub(crate) fn compare(op: CompareOp, a: &Vector, b: &Vector) -> Vector {
    let flags = match (&a.lane, &b.lane) {
        (Lane::Scaled(a), Lane::Scaled(b)) => flags(op, a, b),
        (Lane::Wide(a), Lane::Wide(b)) => flags(op, a, b),
        (Lane::Exact(a), Lane::Exact(b)) => flags(op, a, b),
        (Lane::Date(a), Lane::Date(b)) => flags(op, a, b),
        (Lane::Flag(a), Lane::Flag(b)) | (Lane::Tier(a), Lane::Tier(b)) => flags(op, a, b),
        (Lane::Index(a), Lane::Index(b)) | (Lane::Text(a), Lane::Text(b)) => flags(op, a, b),
        // INVARIANT: the plan compares values of one form.
        _ => Vec::new(),
    };
    Vector { lane: Lane::Flag(flags), marks: strict(&[a, b]) }
}

fn flags<T: Ord>(op: CompareOp, a: &[T], b: &[T]) -> Vec<u8> {
    match op {
        CompareOp::Equal => zip(a, b, |x, y| u8::from(x == y)),
        CompareOp::NotEqual => zip(a, b, |x, y| u8::from(x != y)),
        CompareOp::Less => zip(a, b, |x, y| u8::from(x < y)),
        CompareOp::LessOrEqual => zip(a, b, |x, y| u8::from(x <= y)),
        CompareOp::Greater => zip(a, b, |x, y| u8::from(x > y)),
        CompareOp::GreaterOrEqual => zip(a, b, |x, y| u8::from(x >= y)),
    }
}
