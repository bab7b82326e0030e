//! The grade, rules, requirements and alerts of a period.

use super::expressions::Scope;
use super::{Checker, error, notes};
use crate::ast::{self, Item};
use crate::model::*;

impl<'a> Checker<'a, '_> {
    pub(super) fn grade(&mut self) -> Option<Grade> {
        let ast = self.ast;
        let active = |item: &'a Item| match item {
            Item::Grade(decl) if self.period.within(decl.validity.as_ref()) => Some(decl),
            _ => None,
        };
        let grades: Vec<&ast::GradeDecl> = ast.items.iter().filter_map(active).collect();
        if grades.len() != 1 {
            let span = grades.get(1).map_or(ast.header.name.span, |second| second.scale.span);
            self.faults.push(error::grade_count(span, grades.len()));
        }
        let decl = grades.first()?;
        let scale = self.scale_named(&decl.scale)?;
        self.graded = Some(scale);
        // What bands stand under is a number: a 缺 in it is one too.
        let expected = if decl.bands.is_empty() { Ty::Tier(scale) } else { Ty::Number { unit: None } };
        let by = self.expr(&decl.by, Some(&expected), Scope::row());
        let when = decl.when.as_ref().map(|when| self.condition(when, Scope::row()));
        let bands = self.bands(decl, scale);
        let otherwise = decl.otherwise.as_ref().map(|tier| self.literal(tier, &Ty::Tier(scale)));
        if decl.when.is_some() != decl.otherwise.is_some() {
            self.faults.push(error::when_otherwise(decl.scale.span));
        }
        let value = by?;
        let by = match (&self.exprs[value.index()].ty, decl.bands.is_empty()) {
            (Ty::Number { .. }, false) => GradeBy::Bands { value, bands: bands? },
            (Ty::Tier(own), true) if *own == scale => GradeBy::Tier(value),
            _ => {
                self.faults.push(error::bands_wanted(decl.by.span));
                return None;
            }
        };
        let when = match when {
            Some(when) => Some(when?),
            None => None,
        };
        let otherwise = match otherwise.flatten() {
            Some(Constant::Tier(tier)) => Some(tier),
            _ => None,
        };
        Some(Grade { scale, by, when, otherwise, notes: notes(&decl.meta), span: decl.scale.span })
    }

    fn bands(&mut self, decl: &'a ast::GradeDecl, scale: ScaleId) -> Option<Vec<Band>> {
        let mut bands = Vec::new();
        for band in &decl.bands {
            let tier = self.tier_literal(scale, &band.tier);
            let range = self.band(&band.range, None);
            if let (Some(Constant::Tier(tier)), Some(range)) = (tier, range) {
                bands.push(Band { tier, range, notes: notes(&band.meta), span: band.span });
            }
        }
        (bands.len() == decl.bands.len()).then_some(bands)
    }

    pub(super) fn rules(&mut self) -> Vec<Rule> {
        let ast = self.ast;
        let mut rules: Vec<Rule> = Vec::new();
        for item in &ast.items {
            let Item::Rule(decl) = item else { continue };
            if !self.period.within(decl.validity.as_ref()) {
                continue;
            }
            if let Some(first) = rules.iter().find(|rule| rule.name == decl.name.text) {
                let fault = error::duplicate(decl.name.span, &decl.name.text).at(first.span);
                self.faults.push(fault);
            }
            let when = decl.when.as_ref().map(|when| self.condition(when, Scope::row()));
            let effect = self.effect(&decl.effect);
            let (Some(effect), false) = (effect, matches!(when, Some(None))) else { continue };
            rules.push(Rule {
                name: decl.name.text.clone(),
                when: when.flatten(),
                effect,
                notes: notes(&decl.meta),
                span: decl.name.span,
            });
        }
        rules
    }

    fn effect(&mut self, effect: &ast::Effect) -> Option<Effect> {
        let steps = |count: u32| i32::try_from(count.min(63)).unwrap_or(63);
        Some(match effect {
            ast::Effect::Raise(count, _) => Effect::Step(steps(*count)),
            ast::Effect::Lower(count, _) => Effect::Step(-steps(*count)),
            ast::Effect::AtLeast(tier) => Effect::AtLeast(self.tier(tier)?),
            ast::Effect::AtMost(tier) => Effect::AtMost(self.tier(tier)?),
            ast::Effect::Is(tier) => Effect::Is(self.tier(tier)?),
        })
    }

    /// A tier of the graded scale.
    fn tier(&mut self, expr: &ast::Expr) -> Option<ExprId> {
        // Without a grade, which has been reported, no tier can be read.
        let ty = Ty::Tier(self.graded?);
        let id = self.expr(expr, Some(&ty), Scope::row())?;
        if self.exprs[id.index()].ty != ty {
            self.faults.push(error::wrong_type(
                expr.span,
                "等级",
                "另一类值",
                "a tier of the graded scale",
                "this",
            ));
            return None;
        }
        Some(id)
    }

    pub(super) fn requirements(&mut self) -> Vec<Requirement> {
        let ast = self.ast;
        let mut requirements = Vec::new();
        for item in &ast.items {
            let Item::Require(decl) = item else { continue };
            if !self.period.within(decl.validity.as_ref()) {
                continue;
            }
            let over = match &decl.over {
                Some(name) => match self.list_named(name) {
                    Some(list) => Some(list),
                    None => continue,
                },
                None => None,
            };
            let scope = Scope { list: over, final_tier: false };
            if let Some(condition) = self.condition(&decl.condition, scope) {
                requirements.push(Requirement {
                    over,
                    condition,
                    notes: notes(&decl.meta),
                    span: decl.condition.span,
                });
            }
        }
        requirements
    }

    pub(super) fn alerts(&mut self) -> Vec<Alert> {
        let ast = self.ast;
        let mut alerts: Vec<Alert> = Vec::new();
        for item in &ast.items {
            let Item::Alert(decl) = item else { continue };
            if !self.period.within(decl.validity.as_ref()) {
                continue;
            }
            if let Some(first) = alerts.iter().find(|alert| alert.name == decl.name.text) {
                let fault = error::duplicate(decl.name.span, &decl.name.text).at(first.span);
                self.faults.push(fault);
            }
            let when = self.condition(&decl.when, Scope { list: None, final_tier: true });
            let level = decl.level.as_ref().and_then(|name| {
                let scale = self.graded?;
                self.tier_literal(scale, name)
            });
            let message = decl.message.as_ref().map(|text| self.message(text)).unwrap_or_default();
            let Some(when) = when else { continue };
            let level = if let Some(Constant::Tier(tier)) = level { Some(tier) } else { None };
            alerts.push(Alert {
                name: decl.name.text.clone(),
                when,
                level,
                message,
                notes: notes(&decl.meta),
                span: decl.name.span,
            });
        }
        alerts
    }

    /// A text in which `{name}` stands for a value.
    fn message(&mut self, text: &ast::Text) -> Vec<MessagePart> {
        let mut parts = Vec::new();
        let mut rest = text.text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else { break };
            if !before.is_empty() {
                parts.push(MessagePart::Text(before.to_owned()));
            }
            let name = ast::Name { text: crate::text::fold(name).into_owned(), span: text.span };
            let value = self.name_expr(&name, None, Scope { list: None, final_tier: true });
            parts.extend(value.map(MessagePart::Value));
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(MessagePart::Text(rest.to_owned()));
        }
        parts
    }
}
