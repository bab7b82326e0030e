//! What an expression gives in one concrete run.

use crate::model::Constant;
use crate::verdict::RowError;

/// A value, a value that rests on a supposition about a gap, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Depends on no gap.
    Known(Constant),
    /// Depends on a gap that is supposed to have some value.
    Assumed(Constant),
    /// No value.
    Absent(Cause),
}

/// Why there is no value, the gravest last: where several operands have none, the gravest cause
/// counts, and among equals the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    /// An example does not tell the value, but there is one: 有 says yes, 无则 does not act.
    Untold,
    /// 缺, written in the rules.
    Hole,
    /// A field or list that is missing in the data.
    Missing,
    /// No row, division by zero, least or greatest of none, or a result too big.
    Error(RowError),
}

impl Cause {
    fn gravity(&self) -> u8 {
        match self {
            Cause::Untold => 0,
            Cause::Hole | Cause::Missing => 1,
            Cause::Error(_) => 2,
        }
    }

    /// Whether not even 无则 takes it up.
    pub(super) fn is_too_big(&self) -> bool {
        matches!(self, Cause::Error(RowError::TooBig { .. }))
    }
}

impl Outcome {
    pub(super) fn flag(flag: bool) -> Outcome {
        Outcome::Known(Constant::Flag(flag))
    }

    pub(super) fn value(&self) -> Option<&Constant> {
        match self {
            Outcome::Known(value) | Outcome::Assumed(value) => Some(value),
            Outcome::Absent(_) => None,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        self.value() == Some(&Constant::Flag(true))
    }

    pub(super) fn is_false(&self) -> bool {
        self.value() == Some(&Constant::Flag(false))
    }

    /// The same, resting on a supposition if `assumed`.
    pub(super) fn assumed_if(self, assumed: bool) -> Outcome {
        match self {
            Outcome::Known(value) if assumed => Outcome::Assumed(value),
            other => other,
        }
    }

    /// The error, if one is why there is no value.
    pub(super) fn error(&self) -> Option<&RowError> {
        match self {
            Outcome::Absent(Cause::Error(error)) => Some(error),
            _ => None,
        }
    }
}

/// The values of operands of which every one is needed, and whether any is supposed; or the cause
/// for which there is no result.
pub(super) fn strict(operands: &[Outcome]) -> Result<(Vec<Constant>, bool), Cause> {
    if let Some(cause) = gravest(operands) {
        return Err(cause);
    }
    let assumed = operands.iter().any(|operand| matches!(operand, Outcome::Assumed(_)));
    Ok((operands.iter().filter_map(Outcome::value).cloned().collect(), assumed))
}

/// The first of the gravest causes among absent operands.
pub(super) fn gravest(operands: &[Outcome]) -> Option<Cause> {
    let mut worst: Option<&Cause> = None;
    for operand in operands {
        if let Outcome::Absent(cause) = operand
            && worst.is_none_or(|worst| cause.gravity() > worst.gravity())
        {
            worst = Some(cause);
        }
    }
    worst.cloned()
}

/// 且 (`decisive` is false) and 或 (`decisive` is true), by Kleene: an operand that decides beats
/// the absent ones.
pub(super) fn kleene(operands: &[Outcome], decisive: bool) -> Outcome {
    let decides = |operand: &&Outcome| operand.value() == Some(&Constant::Flag(decisive));
    let deciding: Vec<&Outcome> = operands.iter().filter(decides).collect();
    if let Some(first) = deciding.first() {
        let known = deciding.iter().any(|operand| matches!(operand, Outcome::Known(_)));
        return if known { Outcome::flag(decisive) } else { (*first).clone() };
    }
    match strict(operands) {
        Ok((_, assumed)) => Outcome::flag(!decisive).assumed_if(assumed),
        Err(cause) => Outcome::Absent(cause),
    }
}

/// 非.
pub(super) fn not(operand: Outcome) -> Outcome {
    let flip = |value| match value {
        Constant::Flag(flag) => Constant::Flag(!flag),
        other => other,
    };
    match operand {
        Outcome::Known(value) => Outcome::Known(flip(value)),
        Outcome::Assumed(value) => Outcome::Assumed(flip(value)),
        absent => absent,
    }
}
