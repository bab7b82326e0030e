//! Conditions after Kleene, choices, and what is done about gaps.

use super::{Lane, Mark, State, Vector, joint_len, pick, zip_lanes};

pub(crate) fn not(a: &Vector) -> Vector {
    let flags = a.lane.flags().iter().map(|flag| 1 - flag).collect();
    Vector { lane: Lane::Flag(flags), marks: a.marks.clone() }
}

/// 且 over vectors of one length; constants may stand among them.
pub(crate) fn all(vectors: &[&Vector]) -> Vector {
    fold(vectors, 0)
}

/// 或.
pub(crate) fn any(vectors: &[&Vector]) -> Vector {
    fold(vectors, 1)
}

/// `decisive` is the value that settles the matter alone: 否 for 且, 是 for 或.
fn fold(vectors: &[&Vector], decisive: u8) -> Vector {
    let len = joint_len(vectors);
    if vectors.iter().all(|vector| vector.marks.is_none()) {
        return Vector::known(Lane::Flag(fold_known(vectors, decisive, len)));
    }
    let mut flags = Vec::with_capacity(len);
    let mut marks = Vec::with_capacity(len);
    for at in 0..len {
        let values = vectors.iter().map(|vector| (*pick(vector.lane.flags(), at), vector.mark(at)));
        let (flag, mark) = kleene(values, decisive);
        flags.push(flag);
        marks.push(mark);
    }
    Vector { lane: Lane::Flag(flags), marks: Some(marks) }
}

fn fold_known(vectors: &[&Vector], decisive: u8, len: usize) -> Vec<u8> {
    let mut flags = vec![1 - decisive; len];
    for vector in vectors {
        match (vector.lane.flags(), decisive) {
            ([flag], _) if *flag == decisive => flags.fill(decisive),
            ([_], _) => {}
            (own, 0) => flags.iter_mut().zip(own).for_each(|(flag, own)| *flag &= own),
            (own, _) => flags.iter_mut().zip(own).for_each(|(flag, own)| *flag |= own),
        }
    }
    flags
}

/// Kleene's 且 (`decisive` 0) or 或 (1) of values with their marks: a known decisive value settles
/// it, then an assumed one; then whatever is absent leaves it open.
pub(crate) fn kleene(values: impl Iterator<Item = (u8, Mark)>, decisive: u8) -> (u8, Mark) {
    let mut settled: Option<Mark> = None;
    let mut others = Mark::KNOWN;
    for (flag, mark) in values {
        if mark.absent() || flag != decisive {
            others = others.and(mark);
        } else if settled != Some(Mark::KNOWN) {
            settled = Some(mark);
        }
    }
    match settled {
        Some(mark) => (decisive, mark),
        None => (1 - decisive, others),
    }
}

/// 若 c 则 a 否则 b: only the branch that is taken counts.
pub(crate) fn choose(c: &Vector, a: &Vector, b: &Vector) -> Vector {
    let flags = c.lane.flags();
    let len = joint_len(&[c, a, b]);
    let lane = zip_lanes!(&a.lane, &b.lane, x, y => {
        (0..len).map(|at| if *pick(flags, at) == 1 { pick(x, at).clone() } else { pick(y, at).clone() }).collect()
    });
    if [c, a, b].iter().all(|vector| vector.marks.is_none()) {
        return Vector::known(lane);
    }
    let mark = |at: usize| {
        let condition = c.mark(at);
        let branch = if *pick(flags, at) == 1 { a.mark(at) } else { b.mark(at) };
        if condition.absent() || branch.absent() {
            if condition.absent() { condition } else { branch }
        } else {
            condition.and(branch)
        }
    };
    Vector { lane, marks: Some((0..len).map(mark).collect()) }
}

/// x 无则 y: y where x is a gap or depends on one. Only what is too big passes through.
pub(crate) fn or_else(x: &Vector, y: &Vector) -> Vector {
    if x.marks.is_none() && (x.lane.len() > 1 || y.lane.len() == 1) {
        return x.clone();
    }
    let len = joint_len(&[x, y]);
    let keeps = |at: usize| matches!(x.mark(at).state, State::Known | State::Untold | State::TooBig);
    let lane = zip_lanes!(&x.lane, &y.lane, a, b => {
        (0..len).map(|at| if keeps(at) { pick(a, at).clone() } else { pick(b, at).clone() }).collect()
    });
    let marks = (0..len).map(|at| if keeps(at) { x.mark(at) } else { y.mark(at) }).collect();
    Vector { lane, marks: Some(marks) }
}

/// 有 x.
pub(crate) fn has(x: &Vector) -> Vector {
    let len = x.lane.len();
    let there =
        |at: usize| u8::from(matches!(x.mark(at).state, State::Known | State::Untold | State::TooBig));
    let flags = (0..len).map(there).collect();
    let too_big = |at: usize| if x.mark(at).state == State::TooBig { x.mark(at) } else { Mark::KNOWN };
    let marks = x.marks.as_ref().map(|_| (0..len).map(too_big).collect());
    Vector { lane: Lane::Flag(flags), marks }
}
