//! Columns → Verdicts, block by block.

mod verdicts;

use crate::column::Columns;
use crate::column::bind::{BindError, Binding};
use crate::column::block::Block;
use crate::column::read::Reader;
use crate::date::Date;
use crate::facts::Facts;
use crate::interval;
use crate::kernel::{Mark, Vector, pick};
use crate::model::Model;
use crate::plan::Plan;
use crate::run::{Run, run};
use crate::trial::{Gap, combinations, expand, gaps, open_rows};
use crate::verdict::{RowError, Verdicts};
use verdicts::Builder;

/// Rows that are run together: their values stay in the processor's caches.
const BLOCK: usize = 1024;

/// Combinations that are run together.
const TRIALS: usize = 8192;

/// Grades all rows of `columns`.
///
/// # Errors
/// Where a list's elements lack a required column.
pub(crate) fn grade(
    model: &Model,
    plan: &Plan,
    as_of: Option<Date>,
    binding: &Binding,
    columns: &Columns<'_>,
) -> Result<Verdicts, BindError> {
    let reader = Reader::new(model, plan, binding, columns, false)?;
    let grader = Grader { model, plan, as_of };
    let mut verdicts = Builder::new(model, plan, 0);
    for start in (0..columns.rows).step_by(BLOCK) {
        let block = reader.block(start..(start + BLOCK).min(columns.rows));
        verdicts.append(grader.block(&block));
    }
    Ok(verdicts.finish(model, plan))
}

/// Grades one row of typed facts.
pub(crate) fn grade_facts(model: &Model, plan: &Plan, facts: &Facts) -> Verdicts {
    let block = Block::from_facts(model, plan, std::slice::from_ref(facts));
    Grader { model, plan, as_of: facts.as_of }.block(&block).finish(model, plan)
}

struct Grader<'a> {
    model: &'a Model,
    plan: &'a Plan,
    as_of: Option<Date>,
}

/// A row with gaps, which has to be tried.
struct Waiting<'a> {
    row: usize,
    gaps: Vec<Gap<'a>>,
}

impl<'a> Grader<'a> {
    fn block(&self, block: &Block) -> Builder {
        let result = run(self.plan, block);
        let checks = Checks::new(self.model, &result);
        let mut builder = Builder::new(self.model, self.plan, block.rows);
        let mut errors = block.errors.iter().peekable();
        let (mut graded, mut waiting) = (Vec::with_capacity(block.rows), Vec::new());
        for (row, open) in open_rows(self.plan, block).into_iter().enumerate() {
            if let Some((_, error)) = errors.next_if(|(own, _)| *own == row) {
                builder.invalid(row, error.clone());
            } else if let Some(error) = checks.requirement(row) {
                builder.invalid(row, error);
            } else if open || checks.hole(row) {
                waiting.push(Waiting { row, gaps: gaps(self.model, self.plan, block, row) });
            } else if let Some(error) = checks.fault(row) {
                builder.invalid(row, error);
            } else {
                graded.push(row);
            }
        }
        builder.lanes(self.plan, &result);
        builder.graded(self.plan, &result, &graded);
        self.try_all(block, &waiting, &mut builder);
        builder.sort_errors();
        builder
    }

    /// Runs the combinations of rows with gaps, many rows at once.
    fn try_all(&self, block: &Block, waiting: &[Waiting<'a>], builder: &mut Builder) {
        let mut batch: Vec<(usize, &[Gap<'_>], usize)> = Vec::new();
        let mut size = 0;
        for Waiting { row, gaps } in waiting {
            match combinations(gaps) {
                Some(count) => {
                    batch.push((*row, gaps, count));
                    size += count;
                }
                None => self.by_intervals(block, *row, gaps, builder),
            }
            if size >= TRIALS {
                self.try_batch(block, &std::mem::take(&mut batch), builder);
                size = 0;
            }
        }
        if !batch.is_empty() {
            self.try_batch(block, &batch, builder);
        }
    }

    fn try_batch(&self, block: &Block, batch: &[(usize, &[Gap<'_>], usize)], builder: &mut Builder) {
        let trial = expand(block, batch);
        let result = run(self.plan, &trial);
        let checks = Checks::new(self.model, &result);
        let mut start = 0;
        for (row, gaps, count) in batch {
            let range = start..start + count;
            start += count;
            // A combination that a requirement excludes needs no tier.
            let open = |at: usize| checks.hole(at) && checks.requirement(at).is_none();
            if range.clone().any(open) {
                self.by_intervals(block, *row, gaps, builder);
                continue;
            }
            let invalid = |at: usize| checks.requirement(at).or_else(|| checks.fault(at));
            let errors: Vec<Option<RowError>> = range.clone().map(invalid).collect();
            let valid: Vec<usize> = range.clone().filter(|at| errors[at - range.start].is_none()).collect();
            match errors.into_iter().next() {
                Some(Some(first)) if valid.is_empty() => builder.invalid(*row, first),
                _ => builder.tried(self.model, &result, *row, gaps, range, &valid),
            }
        }
    }

    fn by_intervals(&self, block: &Block, row: usize, gaps: &[Gap<'_>], builder: &mut Builder) {
        let facts = block.facts(self.model, self.plan, row, self.as_of);
        match interval::evaluate(self.model, &facts) {
            Ok(bounded) => builder.bounded(self.model, self.plan, row, gaps, &bounded),
            Err(error) => builder.invalid(row, error),
        }
    }
}

/// What may make a row of a block invalid.
struct Checks<'r> {
    model: &'r Model,
    result: &'r Run<'r>,
    /// Requirements that some row or element does not plainly meet.
    requirements: Vec<usize>,
    /// Outputs and alerts that some row does not plainly have.
    marked: Vec<&'r Vector>,
}

impl<'r> Checks<'r> {
    fn new(model: &'r Model, result: &'r Run<'r>) -> Self {
        let plan = result.plan;
        let unmet = |at: &usize| {
            let vector = result.vector(plan.requirements[*at]);
            vector.marks.is_some() || vector.lane.flags().contains(&0)
        };
        let requirements = (0..plan.requirements.len()).filter(unmet).collect();
        let nodes = plan.outputs.iter().map(|(node, _)| *node).chain(plan.alerts.iter().copied());
        let marked = nodes.map(|node| result.vector(node)).filter(|vector| vector.marks.is_some());
        Checks { model, result, requirements, marked: marked.collect() }
    }

    /// Whether the tier waits for a value that is not there.
    fn hole(&self, row: usize) -> bool {
        self.result.settled.obstacles[row].is_some_and(|mark| !mark.fault())
    }

    /// The first fault of a row: of its tier, then of its outputs, then of its alerts.
    fn fault(&self, row: usize) -> Option<RowError> {
        let others = self.marked.iter().map(|vector| vector.mark(row));
        let mut marks = self.result.settled.obstacles[row].into_iter().chain(others);
        marks.find(|mark| mark.fault()).map(|mark| self.error(mark))
    }

    /// The requirement that a row certainly fails, or an error in one.
    fn requirement(&self, row: usize) -> Option<RowError> {
        self.requirements.iter().find_map(|at| self.one_requirement(*at, row))
    }

    fn one_requirement(&self, at: usize, row: usize) -> Option<RowError> {
        let requirement = &self.model.requirements[at];
        let node = self.result.plan.requirements[at];
        let vector = self.result.vector(node);
        let fails = |position: usize, element: Option<usize>| {
            let mark = vector.mark(position);
            if mark.fault() {
                return Some(self.error(mark));
            }
            let holds = mark.absent() || *pick(vector.lane.flags(), position) == 1;
            (!holds).then(|| RowError::Requirement {
                requirement: at as u32,
                element,
                reason: requirement.notes.because.clone().unwrap_or_default(),
            })
        };
        let Some(list) = requirement.over else { return fails(row, None) };
        // A condition that reads no element has its value once a row, also through a definition.
        let own_row = self.result.plan.node(node).space == crate::model::Space::Row;
        let mut elements = self.result.block.lists[list.index()].elements().of(row).enumerate();
        elements.find_map(|(nth, position)| fails(if own_row { row } else { position }, Some(nth)))
    }

    fn error(&self, mark: Mark) -> RowError {
        self.result.row_error(self.model, mark)
    }
}
