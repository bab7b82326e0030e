//! What can be shown to be wrong with a rule set without running it: gaps and overlaps in tables and
//! bands, divisions by zero, numbers that grow too big. Each finding comes with a row that shows it.

mod cells;
mod error;
mod size;

use rustc_hash::FxHashSet;

use crate::ast::AggregateKind;
use crate::diagnostic::Diagnostic;
use crate::interval::Evaluator;
use crate::model::{Effect, ExprId, ExprKind, GradeBy, Model};
use crate::plan::operands;
pub use error::CODES;

/// Analyses a model.
pub fn analyse(model: &Model) -> Vec<Diagnostic> {
    // What grows without end would be computed in full below.
    let too_big = size::too_big(model);
    if !too_big.is_empty() {
        return too_big;
    }
    let mut analysis = Analysis {
        model,
        space: Evaluator::new(model, None),
        seen: FxHashSet::default(),
        findings: Vec::new(),
    };
    analysis.space.definitions();
    for root in roots(model) {
        analysis.visit(root, false);
    }
    analysis.bands();
    analysis.conditions();
    let mut told: FxHashSet<Diagnostic> = FxHashSet::default();
    analysis.findings.retain(|finding| told.insert(finding.clone()));
    analysis.findings
}

/// Everything that is evaluated on a row.
fn roots(model: &Model) -> Vec<ExprId> {
    let mut roots: Vec<ExprId> = model.grade.when.into_iter().collect();
    roots.push(match &model.grade.by {
        GradeBy::Bands { value, .. } => *value,
        GradeBy::Tier(tier) => *tier,
    });
    for rule in &model.rules {
        roots.extend(rule.when);
        if let Effect::AtLeast(tier) | Effect::AtMost(tier) | Effect::Is(tier) = rule.effect {
            roots.push(tier);
        }
    }
    roots.extend(model.alerts.iter().map(|alert| alert.when));
    roots.extend(model.requirements.iter().map(|requirement| requirement.condition));
    // Definitions that nothing uses yet are analysed all the same: someone will use them.
    roots.extend(model.definitions.iter().map(|def| def.expr));
    roots
}

struct Analysis<'m> {
    model: &'m Model,
    space: Evaluator<'m>,
    seen: FxHashSet<(ExprId, bool)>,
    findings: Vec<Diagnostic>,
}

impl Analysis<'_> {
    /// Looks at an expression; `covered` by 无则 or 有, it may well have no value.
    fn visit(&mut self, root: ExprId, covered: bool) {
        let mut waiting = vec![(root, covered)];
        while let Some((id, covered)) = waiting.pop() {
            if !self.seen.insert((id, covered)) {
                continue;
            }
            let expr = self.model.expr(id);
            match &expr.kind {
                ExprKind::OrElse(x, y) => {
                    waiting.extend([(*x, true), (*y, covered)]);
                    continue;
                }
                ExprKind::Has(x) => {
                    waiting.push((*x, true));
                    continue;
                }
                ExprKind::Lookup(table, keys) => self.lookup(*table, keys, covered),
                ExprKind::Divide(_, divisor) if !covered && self.space.value(*divisor).may_be_zero() => {
                    self.findings.push(error::division(expr.span).at(self.model.expr(*divisor).span));
                }
                ExprKind::Aggregate { kind: AggregateKind::Min | AggregateKind::Max, .. } if !covered => {
                    self.findings.push(error::empty(expr.span));
                }
                _ => {}
            }
            waiting.extend(operands(self.model, id).into_iter().map(|operand| (operand, covered)));
        }
    }

    /// Conditions that can never hold.
    fn conditions(&mut self) {
        for rule in &self.model.rules {
            let Some(when) = rule.when else { continue };
            let value = self.space.value(when);
            if value.flags() == (false, true) && !value.may_be_absent() {
                self.findings.push(error::never(rule.span, &rule.name));
            }
        }
    }
}
