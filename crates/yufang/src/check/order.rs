//! Definitions in an order in which each stands after those that it uses.

use rustc_hash::FxHashSet;

use super::{Checker, DefinitionSource, Entity, error};
use crate::ast::{Expr, ExprKind};
use crate::model::DefId;

impl Checker<'_, '_> {
    /// The order; `None`, with the cycle reported, where there is none. Walks on a stack of its own,
    /// so that a long chain of definitions cannot exhaust the machine's.
    pub(super) fn order(&mut self) -> Option<Vec<DefId>> {
        let count = self.definition_sources.len();
        let uses: Vec<Vec<DefId>> = (0..count).map(|at| self.uses(self.definition_sources[at])).collect();
        let mut order = Vec::with_capacity(count);
        let mut state = vec![0u8; count];
        for start in 0..count {
            if state[start] != 0 {
                continue;
            }
            let mut path: Vec<(usize, usize)> = vec![(start, 0)];
            state[start] = 1;
            while let Some((at, next)) = path.last_mut() {
                let Some(used) = uses[*at].get(*next) else {
                    state[*at] = 2;
                    order.push(DefId(*at as u32));
                    path.pop();
                    continue;
                };
                *next += 1;
                let used = used.index();
                match state[used] {
                    0 => {
                        state[used] = 1;
                        path.push((used, 0));
                    }
                    1 => {
                        self.report_cycle(&path, used);
                        return None;
                    }
                    _ => {}
                }
            }
        }
        Some(order)
    }

    fn report_cycle(&mut self, path: &[(usize, usize)], back_to: usize) {
        let from = path.iter().position(|(at, _)| *at == back_to).unwrap_or(0);
        let names: Vec<&str> = path[from..]
            .iter()
            .map(|(at, _)| *at)
            .chain([back_to])
            .map(|at| self.definition_sources[at].name().text.as_str())
            .collect();
        let span = self.definition_sources[back_to].name().span;
        self.faults.push(error::cycle(span, names.join(" → ")));
    }

    fn uses(&self, source: DefinitionSource<'_>) -> Vec<DefId> {
        let mut found = Found { defs: Vec::new(), seen: FxHashSet::default() };
        match source {
            DefinitionSource::Plain(decl) => self.find(&decl.value, &mut found),
            DefinitionSource::Score(decl) => {
                for line in decl.items.iter().flat_map(|item| &item.lines) {
                    self.find(&line.value, &mut found);
                }
            }
        }
        found.defs
    }

    fn find(&self, expr: &Expr, found: &mut Found) {
        match &expr.kind {
            ExprKind::Name(name) => self.find_name(&name.text, found),
            ExprKind::Call(name, arguments) => {
                self.find_name(&name.text, found);
                arguments.iter().for_each(|argument| self.find(argument, found));
            }
            ExprKind::Qualified(_, name) => self.find_name(&name.text, found),
            ExprKind::Builtin(_, many) | ExprKind::All(many) | ExprKind::Any(many) => {
                many.iter().for_each(|one| self.find(one, found));
            }
            ExprKind::Negate(x) | ExprKind::Not(x) | ExprKind::Has(x) | ExprKind::Recent(_, _, x) => {
                self.find(x, found);
            }
            ExprKind::Under(x, _) => self.find(x, found),
            ExprKind::Binary(_, x, y) | ExprKind::OrElse(x, y) => {
                self.find(x, found);
                self.find(y, found);
            }
            ExprKind::Compare(x, rest) => {
                self.find(x, found);
                rest.iter().for_each(|(_, y)| self.find(y, found));
            }
            ExprKind::If(c, x, y) => [c, x, y].into_iter().for_each(|one| self.find(one, found)),
            ExprKind::Aggregate { value, filter, .. } => {
                value.iter().chain(filter).for_each(|one| self.find(one, found));
            }
            _ => {}
        }
    }

    /// A table or matrix brings the definitions that type its keys.
    fn find_name(&self, name: &str, found: &mut Found) {
        match self.names.get(name) {
            Some(Entity::Definition(def)) if found.seen.insert(name.to_owned()) => found.defs.push(*def),
            Some(Entity::Table(table)) if found.seen.insert(name.to_owned()) => {
                for key in self.table_sources[table.index()].keys() {
                    self.find_name(&key.text, found);
                }
            }
            _ => {}
        }
    }
}

struct Found {
    defs: Vec<DefId>,
    seen: FxHashSet<String>,
}
