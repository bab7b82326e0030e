//! Codes, dates, and look-ups in tables.

use super::{Lane, Mark, State, Vector, joint_len, pick, strict};
use crate::codes::CodeId;
use crate::date::{Date, TimeUnit};
use crate::model::Constant;
use crate::plan::{Classifier, Cuts, Form, NO_ROW, TablePlan, class_among};

/// 属于: within any of the ranges of codes.
pub(crate) fn under(a: &Vector, ranges: &[(CodeId, CodeId)]) -> Vector {
    let within = |code: &u32| u8::from(ranges.iter().any(|(start, end)| (start.0..end.0).contains(code)));
    let flags = a.lane.positions().iter().map(within).collect();
    Vector { lane: Lane::Flag(flags), marks: a.marks.clone() }
}

/// One of some constants, already in the lane's form.
pub(crate) fn one_of(
    a: &Vector,
    form: &Form,
    values: &[Constant],
    text: impl Fn(&str) -> Option<u32>,
) -> Vector {
    let flags: Vec<u8> = match &a.lane {
        Lane::Index(own) => {
            let wanted: Vec<u32> = values.iter().filter_map(position).collect();
            own.iter().map(|value| u8::from(wanted.contains(value))).collect()
        }
        Lane::Text(own) => {
            let wanted: Vec<u32> = values
                .iter()
                .filter_map(|value| if let Constant::Text(wanted) = value { text(wanted) } else { None })
                .collect();
            own.iter().map(|value| u8::from(wanted.contains(value))).collect()
        }
        Lane::Tier(own) => {
            own.iter().map(|value| u8::from(values.contains(&Constant::Tier(*value)))).collect()
        }
        lane => {
            let among = |at: usize| {
                let number = super::arithmetic::number_at(lane, form, at);
                u8::from(values.contains(&Constant::Number(number)))
            };
            (0..lane.len()).map(among).collect()
        }
    };
    Vector { lane: Lane::Flag(flags), marks: a.marks.clone() }
}

fn position(value: &Constant) -> Option<u32> {
    match value {
        Constant::Option(at) => Some(*at),
        Constant::Code(code) => Some(code.0),
        _ => None,
    }
}

/// Days within `(lo, hi]`.
pub(crate) fn date_within(a: &Vector, lo: i32, hi: i32) -> Vector {
    let flags = dates(a).iter().map(|day| u8::from(*day > lo && *day <= hi)).collect();
    Vector { lane: Lane::Flag(flags), marks: a.marks.clone() }
}

pub(crate) fn move_date(a: &Vector, count: i32, unit: TimeUnit) -> Vector {
    let moved = |day: &i32| Date::from_days(*day).unwrap_or(Date::MIN).plus(count, unit).days();
    Vector { lane: Lane::Date(dates(a).iter().map(moved).collect()), marks: a.marks.clone() }
}

pub(crate) fn days_between(a: &Vector, b: &Vector) -> Vector {
    let days = super::zip(dates(a), dates(b), |x, y| i64::from(*x) - i64::from(*y));
    Vector { lane: Lane::Scaled(days), marks: strict(&[a, b]) }
}

fn dates(a: &Vector) -> &[i32] {
    match &a.lane {
        Lane::Date(days) => days,
        // INVARIANT: check types dates as dates.
        _ => &[],
    }
}

/// The class of each value of a key.
pub(crate) fn classes(lane: &Lane, classifier: &Classifier) -> Vec<u32> {
    match (classifier, lane) {
        (Classifier::Index(classes), Lane::Index(own)) => {
            own.iter().map(|at| classes[*at as usize]).collect()
        }
        (Classifier::Index(classes), Lane::Flag(own) | Lane::Tier(own)) => {
            own.iter().map(|at| classes[usize::from(*at)]).collect()
        }
        (Classifier::Text { classes, other }, Lane::Text(own)) => {
            own.iter().map(|at| classes.get(*at as usize).copied().unwrap_or(*other)).collect()
        }
        (Classifier::Cuts(Cuts::Scaled(cuts)), Lane::Scaled(own)) => among(cuts, own),
        (Classifier::Cuts(Cuts::Wide(cuts)), Lane::Wide(own)) => among(cuts, own),
        (Classifier::Cuts(Cuts::Exact(cuts)), Lane::Exact(own)) => among(cuts, own),
        (Classifier::Cuts(Cuts::Date(cuts)), Lane::Date(own)) => among(cuts, own),
        // INVARIANT: the plan gives each key the form of its classifier.
        _ => vec![0; lane.len()],
    }
}

fn among<T: Ord>(cuts: &[T], values: &[T]) -> Vec<u32> {
    values.iter().map(|value| class_among(cuts, value)).collect()
}

/// The row that wins for each combination of keys; a fault where there is none.
pub(crate) fn row(table: &TablePlan, keys: &[&Vector], node: usize) -> Vector {
    let classes: Vec<Vec<u32>> =
        keys.iter().zip(&table.keys).map(|(key, classifier)| classes(&key.lane, classifier)).collect();
    let len = joint_len(keys);
    let rows: Vec<u32> = match (table.single(), &classes[..]) {
        (Some(winners), [own]) => own.iter().map(|class| winners[*class as usize]).collect(),
        _ => {
            let mut combination = vec![0; classes.len()];
            let mut find = |at: usize| {
                for (slot, own) in combination.iter_mut().zip(&classes) {
                    *slot = *pick(own, at);
                }
                table.row(&combination)
            };
            (0..len).map(&mut find).collect()
        }
    };
    let mut marks = strict(keys);
    for (at, row) in rows.iter().enumerate() {
        if *row == NO_ROW {
            let own = marks.get_or_insert_with(|| vec![Mark::KNOWN; len]);
            if !own[at].absent() {
                own[at] = Mark::new(State::NoRow, node, at);
            }
        }
    }
    Vector { lane: Lane::Index(rows), marks }
}

/// The values of rows; a hole where the row's value is 缺.
pub(crate) fn row_value(table: &TablePlan, rows: &Vector, node: usize) -> Vector {
    let own = rows.lane.positions();
    // The last value stands for no row.
    let last = table.values.len() - 1;
    let lane = table.values.gather(own.iter().map(|row| (*row as usize).min(last)));
    let mut marks = rows.marks.clone();
    if table.holes.iter().any(|hole| *hole) {
        for (at, row) in own.iter().enumerate() {
            if table.holes.get(*row as usize) == Some(&true) && !rows.mark(at).absent() {
                marks.get_or_insert_with(|| vec![Mark::KNOWN; own.len()])[at] =
                    Mark::new(State::Hole, node, at);
            }
        }
    }
    Vector { lane, marks }
}
