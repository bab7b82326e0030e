//! From conditions to tiers: base, steps, caps, floors, verdicts, in this order.

use crate::kernel::keys::classes;
use crate::kernel::{Mark, Vector, pick};
use crate::plan::{Action, Grading, NO_ROW};
use crate::run::Run;

/// What the rules make of each row of a block.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// The tier, where it is certain.
    pub(crate) tiers: Vec<Option<u8>>,
    /// What keeps a row from having one: a gap or a fault.
    pub(crate) obstacles: Vec<Option<Mark>>,
    /// The band of the score; [`NO_ROW`] where the grade is not by bands, or another clause gave
    /// the base tier.
    pub(crate) bands: Vec<u32>,
    /// The base tier, of meaning only where there is no obstacle.
    pub(crate) bases: Vec<u8>,
}

pub(crate) fn settle(run: &Run<'_>) -> Settled {
    let rows = run.block.rows;
    let mut settled = Settled {
        tiers: vec![None; rows],
        obstacles: vec![None; rows],
        bands: vec![NO_ROW; rows],
        bases: vec![0; rows],
    };
    base(run, &mut settled);
    let mut steps = vec![0i32; rows];
    let mut caps = vec![u8::MAX; rows];
    let mut floors = vec![0u8; rows];
    let mut verdicts: Vec<Option<u8>> = vec![None; rows];
    for (when, action) in &run.plan.rules {
        let acts = acting(run, when.map(|when| run.vector(when)), &mut settled.obstacles);
        let tier = match action {
            Action::Step(count) => {
                acts.iter().zip(&mut steps).filter(|(acts, _)| **acts).for_each(|(_, sum)| *sum += count);
                continue;
            }
            Action::AtLeast(tier) | Action::AtMost(tier) | Action::Is(tier) => run.vector(*tier),
        };
        for (row, _) in acts.iter().enumerate().filter(|(_, acts)| **acts) {
            let mark = tier.mark(row);
            if mark.absent() {
                hinder(&mut settled.obstacles[row], mark);
                continue;
            }
            let tier = *pick(tier.lane.tiers(), row);
            match action {
                Action::AtMost(_) => caps[row] = caps[row].min(tier),
                Action::AtLeast(_) => floors[row] = floors[row].max(tier),
                _ => verdicts[row] = Some(verdicts[row].map_or(tier, |own| own.max(tier))),
            }
        }
    }
    let top = run.plan.top;
    for row in 0..rows {
        let stepped = (i32::from(settled.bases[row]) + steps[row]).clamp(0, i32::from(top)) as u8;
        let tier = verdicts[row].unwrap_or(stepped.min(caps[row]).max(floors[row]));
        settled.tiers[row] = settled.obstacles[row].is_none().then_some(tier);
    }
    settled
}

/// Keeps the gravest obstacle: the first fault, else the first gap.
fn hinder(obstacle: &mut Option<Mark>, mark: Mark) {
    *obstacle = Some(obstacle.map_or(mark, |own| own.and(mark)));
}

fn acting(run: &Run<'_>, when: Option<&Vector>, obstacles: &mut [Option<Mark>]) -> Vec<bool> {
    let Some(when) = when else { return vec![true; run.block.rows] };
    if when.marks.is_some() {
        for (row, obstacle) in obstacles.iter_mut().enumerate() {
            let mark = when.mark(row);
            if mark.absent() {
                hinder(obstacle, mark);
            }
        }
    }
    let flags = when.lane.flags();
    let acts = |row: usize| *pick(flags, row) == 1 && !when.mark(row).absent();
    (0..run.block.rows).map(acts).collect()
}

fn base(run: &Run<'_>, settled: &mut Settled) {
    let rows = run.block.rows;
    let when = run.plan.grade_when.map(|when| run.vector(when));
    let (by, bands) = match &run.plan.grading {
        Grading::Tier(tier) => (run.vector(*tier), None),
        Grading::Bands { key, plan, .. } => {
            let key = run.vector(*key);
            (key, Some((classes(&key.lane, &plan.classes), plan)))
        }
    };
    for row in 0..rows {
        if let Some(when) = when {
            let mark = when.mark(row);
            if mark.absent() {
                hinder(&mut settled.obstacles[row], mark);
                continue;
            }
            if *pick(when.lane.flags(), row) == 0 {
                settled.bases[row] = run.plan.otherwise;
                continue;
            }
        }
        let mark = by.mark(row);
        if mark.absent() {
            hinder(&mut settled.obstacles[row], mark);
            continue;
        }
        settled.bases[row] = match &bands {
            None => *pick(by.lane.tiers(), row),
            Some((classes, plan)) => {
                let band = plan.bands[*pick(classes, row) as usize];
                settled.bands[row] = band;
                // INVARIANT: check has proven that the bands cover every value of the score.
                plan.tiers.get(band as usize).copied().unwrap_or(run.plan.top)
            }
        };
    }
}
