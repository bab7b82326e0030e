//! Expressions: every name resolved, every type known.

use std::sync::Arc;

use super::fields::small;
use super::{Checker, DefinitionSource, Entity, error, notes};
use crate::ast::{self, AggregateKind, BinaryOp, Builtin, CompareOp};
use crate::codes::CodeId;
use crate::date::TimeUnit;
use crate::model::*;
use crate::number::whole;
use crate::source::Span;
use crate::text::fold;

/// What may be named where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    /// The list whose element is at hand.
    pub(super) list: Option<ListId>,
    /// Whether the scale's name may stand for the final tier.
    pub(super) final_tier: bool,
}

impl Scope {
    pub(super) fn row() -> Scope {
        Scope { list: None, final_tier: false }
    }
}

impl<'a> Checker<'a, '_> {
    pub(super) fn define(&mut self, id: DefId) {
        let definition = match self.definition_sources[id.index()] {
            DefinitionSource::Plain(decl) => self.define_plain(decl),
            DefinitionSource::Score(decl) => self.define_score(decl),
        };
        self.definitions[id.index()] = definition;
    }

    fn define_plain(&mut self, decl: &'a ast::DefinitionDecl) -> Option<Definition> {
        let list = match &decl.over {
            Some(name) => Some(self.list_named(name)?),
            None => None,
        };
        let expr = self.expr(&decl.value, None, Scope { list, final_tier: false })?;
        let space = list.map_or(Space::Row, Space::Element);
        Some(Definition {
            name: decl.name.text.clone(),
            label: decl.label.as_ref().map(|label| label.text.clone()),
            output: decl.output,
            space,
            ty: self.exprs[expr.index()].ty.clone(),
            expr,
            notes: notes(&decl.meta),
            span: decl.name.span,
        })
    }

    fn define_score(&mut self, decl: &'a ast::ScoreDecl) -> Option<Definition> {
        let bare = Ty::Number { unit: None };
        let mut items = Vec::new();
        for item in &decl.items {
            let mut lines = Vec::new();
            for line in &item.lines {
                lines.push(self.sheet_line(line));
            }
            let lines: Option<Vec<SheetLine>> = lines.into_iter().collect();
            items.push(lines.map(|lines| SheetItem {
                label: item.label.text.clone(),
                cap: item.cap.as_ref().and_then(number_of),
                cap_deduct: item.cap_deduct.as_ref().and_then(number_of),
                heaviest: item.heaviest,
                lines,
                notes: notes(&item.meta),
                span: item.span,
            }));
        }
        let items: Option<Vec<SheetItem>> = items.into_iter().collect();
        let start = decl.start.as_ref().and_then(number_of).unwrap_or_else(|| whole(0));
        let sheet = SheetId(self.sheets.len() as u32);
        self.sheets.push(Sheet { start, items: items? });
        let expr = self.push(ExprKind::Sheet(sheet), bare.clone(), Space::Row, decl.span);
        Some(Definition {
            name: decl.name.text.clone(),
            label: None,
            output: false,
            space: Space::Row,
            ty: bare,
            expr,
            notes: notes(&decl.meta),
            span: decl.name.span,
        })
    }

    fn sheet_line(&mut self, line: &'a ast::ScoreLine) -> Option<SheetLine> {
        let count = self.expr(&line.value, None, Scope::row())?;
        match self.exprs[count.index()].ty {
            Ty::Number { .. } => {}
            Ty::Flag if line.effect.is_some() => {}
            _ => {
                self.wrong(line.value.span, "数", "a number", count);
                return None;
            }
        }
        let points =
            line.effect.as_ref().map_or_else(|| Some(whole(1)), |effect| number_of(&effect.points))?;
        let deduct = line.effect.as_ref().is_some_and(|effect| effect.deduct);
        Some(SheetLine { count, points, deduct, notes: notes(&line.meta), span: line.span })
    }

    pub(super) fn push(&mut self, kind: ExprKind, ty: Ty, space: Space, span: Span) -> ExprId {
        self.exprs.push(Expr { kind, ty, space, span });
        ExprId(self.exprs.len() as u32 - 1)
    }

    fn space(&self, ids: &[ExprId]) -> Space {
        let spaces = ids.iter().map(|id| self.exprs[id.index()].space);
        spaces.fold(Space::Row, |all, own| if own == Space::Row { all } else { own })
    }

    fn ty(&self, id: ExprId) -> Ty {
        self.exprs[id.index()].ty.clone()
    }

    fn wrong(&mut self, span: Span, wanted: &str, wanted_en: &str, found: ExprId) {
        let (zh, en) = describe(&self.ty(found));
        self.faults.push(error::wrong_type(span, wanted, zh, wanted_en, en));
    }

    pub(super) fn list_named(&mut self, name: &ast::Name) -> Option<ListId> {
        if let Some(Entity::List(list)) = self.names.get(name.text.as_str()) {
            return Some(*list);
        }
        let fault = error::not_a_list(name.span, &name.text);
        let fault =
            error::suggest(fault, &name.text, self.subject.lists.iter().map(|list| list.name.as_str()));
        self.faults.push(fault);
        None
    }

    /// A condition.
    pub(super) fn condition(&mut self, expr: &ast::Expr, scope: Scope) -> Option<ExprId> {
        let id = self.expr(expr, Some(&Ty::Flag), scope)?;
        if self.ty(id) != Ty::Flag {
            self.wrong(expr.span, "条件（是或否）", "a condition", id);
            return None;
        }
        Some(id)
    }

    fn number(&mut self, expr: &ast::Expr, scope: Scope) -> Option<ExprId> {
        let id = self.expr(expr, Some(&Ty::Number { unit: None }), scope)?;
        if !matches!(self.ty(id), Ty::Number { .. }) {
            self.wrong(expr.span, "数", "a number", id);
            return None;
        }
        Some(id)
    }

    fn date(&mut self, expr: &ast::Expr, scope: Scope) -> Option<ExprId> {
        let id = self.expr(expr, Some(&Ty::Date), scope)?;
        if self.ty(id) != Ty::Date {
            self.wrong(expr.span, "日期", "a date", id);
            return None;
        }
        Some(id)
    }

    /// Types an expression; literals are read as `expected` where that is known.
    pub(super) fn expr(&mut self, expr: &ast::Expr, expected: Option<&Ty>, scope: Scope) -> Option<ExprId> {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Number { .. }
            | ast::ExprKind::Text(_)
            | ast::ExprKind::Date(_)
            | ast::ExprKind::Flag(_)
            | ast::ExprKind::Missing => self.literal_expr(expr, expected),
            ast::ExprKind::AsOf => {
                self.uses_as_of = true;
                Some(self.push(ExprKind::AsOf, Ty::Date, Space::Row, span))
            }
            ast::ExprKind::Name(name) => self.name_expr(name, expected, scope),
            ast::ExprKind::Qualified(owner, name) => self.qualified(owner, name, span),
            ast::ExprKind::Call(name, arguments) => self.call(name, arguments, scope, span),
            ast::ExprKind::Builtin(function, operands) => self.builtin(*function, operands, scope, span),
            ast::ExprKind::Negate(x) => {
                if let ast::ExprKind::Number { value, unit, .. } = &x.kind {
                    let ty = Ty::Number { unit: unit.as_ref().map(|unit| Arc::from(unit.text.as_str())) };
                    let value = Constant::Number(-value.clone());
                    return Some(self.push(ExprKind::Constant(value), ty, Space::Row, span));
                }
                let x = self.number(x, scope)?;
                let (ty, space) = (self.ty(x), self.space(&[x]));
                Some(self.push(ExprKind::Negate(x), ty, space, span))
            }
            ast::ExprKind::Not(x) => {
                let x = self.condition(x, scope)?;
                let space = self.space(&[x]);
                Some(self.push(ExprKind::Not(x), Ty::Flag, space, span))
            }
            ast::ExprKind::Has(x) => {
                let x = self.expr(x, None, scope)?;
                let space = self.space(&[x]);
                Some(self.push(ExprKind::Has(x), Ty::Flag, space, span))
            }
            ast::ExprKind::Binary(op, x, y) => self.binary(*op, x, y, scope, span),
            ast::ExprKind::Compare(first, rest) => self.comparison(first, rest, scope, span),
            ast::ExprKind::All(operands) => self.logic(operands, scope, span, ExprKind::All),
            ast::ExprKind::Any(operands) => self.logic(operands, scope, span, ExprKind::Any),
            ast::ExprKind::Under(x, values) => self.under(x, values, scope, span),
            ast::ExprKind::If(c, x, y) => {
                let c = self.condition(c, scope);
                let branches = self.pair(x, y, expected, scope);
                let (c, (x, y, ty)) = (c?, branches?);
                let space = self.space(&[c, x, y]);
                Some(self.push(ExprKind::If(c, x, y), ty, space, span))
            }
            ast::ExprKind::OrElse(x, y) => {
                let (x, y, ty) = self.pair(x, y, expected, scope)?;
                let space = self.space(&[x, y]);
                Some(self.push(ExprKind::OrElse(x, y), ty, space, span))
            }
            ast::ExprKind::Recent(count, unit, x) => {
                self.uses_as_of = true;
                let x = self.date(x, scope)?;
                let space = self.space(&[x]);
                Some(self.push(ExprKind::Recent(*count, *unit, x), Ty::Flag, space, span))
            }
            ast::ExprKind::Duration(count, unit) => self.duration(*count, *unit, span),
            ast::ExprKind::Aggregate { kind, list, value, filter } => {
                self.aggregate(*kind, list, value.as_deref(), filter.as_deref(), scope, span)
            }
        }
    }

    /// `90 天` as a number of days; months and years are no numbers.
    fn duration(&mut self, count: u32, unit: TimeUnit, span: Span) -> Option<ExprId> {
        if unit != TimeUnit::Day {
            self.faults.push(error::lone_duration(span));
            return None;
        }
        let value = ExprKind::Constant(Constant::Number(whole(i64::from(count))));
        Some(self.push(value, days(), Space::Row, span))
    }

    fn literal_expr(&mut self, expr: &ast::Expr, expected: Option<&Ty>) -> Option<ExprId> {
        let own = match (&expr.kind, expected) {
            (ast::ExprKind::Number { unit, .. }, None | Some(Ty::Number { .. })) => {
                Ty::Number { unit: unit.as_ref().map(|unit| Arc::from(unit.text.as_str())) }
            }
            (ast::ExprKind::Number { .. } | ast::ExprKind::Text(_), Some(ty @ Ty::Code(_))) => ty.clone(),
            (ast::ExprKind::Number { unit, .. }, _) => {
                Ty::Number { unit: unit.as_ref().map(|unit| Arc::from(unit.text.as_str())) }
            }
            (ast::ExprKind::Text(_), _) => Ty::Text,
            (ast::ExprKind::Date(_), _) => Ty::Date,
            (ast::ExprKind::Flag(_), _) => Ty::Flag,
            (_, Some(ty)) => ty.clone(),
            (_, None) => {
                self.faults.push(error::untyped_gap(expr.span));
                return None;
            }
        };
        let value = self.literal(expr, &own)?;
        Some(self.push(ExprKind::Constant(value), own, Space::Row, expr.span))
    }

    /// A literal of a type, as tables, defaults and examples hold it.
    pub(super) fn literal(&mut self, expr: &ast::Expr, ty: &Ty) -> Option<Constant> {
        let span = expr.span;
        match (&expr.kind, ty) {
            (ast::ExprKind::Missing, _) => Some(Constant::Missing),
            (ast::ExprKind::Number { value, unit, .. }, Ty::Number { unit: own }) => {
                if let (Some(unit), Some(own)) = (unit, own)
                    && unit.text != **own
                {
                    self.faults.push(error::unit_clash(span, own, &unit.text));
                    return None;
                }
                Some(Constant::Number(value.clone()))
            }
            (ast::ExprKind::Negate(_), Ty::Number { .. }) => number_of(expr).map(Constant::Number),
            (ast::ExprKind::Flag(flag), Ty::Flag) => Some(Constant::Flag(*flag)),
            (ast::ExprKind::Date(date), Ty::Date) => Some(Constant::Date(*date)),
            (ast::ExprKind::Text(text), Ty::Text) => Some(Constant::Text(fold(text).into_owned())),
            (ast::ExprKind::Text(text), Ty::Option(set)) => self.option_literal(*set, &fold(text), span),
            (ast::ExprKind::Name(name), Ty::Option(set)) => self.option_literal(*set, &name.text, span),
            (ast::ExprKind::Number { raw, .. }, Ty::Option(set)) => self.option_literal(*set, raw, span),
            (ast::ExprKind::Name(name), Ty::Tier(scale)) => self.tier_literal(*scale, name),
            (ast::ExprKind::Qualified(_, name), Ty::Tier(scale)) => self.tier_literal(*scale, name),
            (ast::ExprKind::Name(name), Ty::Code(list)) => self.code_literal(*list, &name.text, span),
            (ast::ExprKind::Number { raw, .. }, Ty::Code(list)) => self.code_literal(*list, raw, span),
            (ast::ExprKind::Text(text), Ty::Code(list)) => self.code_literal(*list, text, span),
            _ => {
                let (zh, en) = describe(ty);
                self.faults.push(error::wrong_type(span, zh, "另一类值", en, "another kind of value"));
                None
            }
        }
    }

    pub(super) fn option_named(&self, set: OptionSetId, name: &str) -> Option<u32> {
        let options = &self.options[set.index()].options;
        options.iter().position(|(own, _)| own == name).map(|at| at as u32)
    }

    pub(super) fn tier_named(&self, scale: ScaleId, name: &str) -> Option<u8> {
        let tiers = &self.scales[scale.index()].tiers;
        tiers.iter().position(|tier| tier.name == name).map(|at| at as u8)
    }

    fn option_literal(&mut self, set: OptionSetId, name: &str, span: Span) -> Option<Constant> {
        let found = self.option_named(set, name).map(Constant::Option);
        if found.is_none() {
            let options = self.options[set.index()].options.iter().map(|(own, _)| own.as_str());
            let fault = error::suggest(error::unknown_option(span, name), name, options);
            self.faults.push(fault);
        }
        found
    }

    pub(super) fn tier_literal(&mut self, scale: ScaleId, name: &ast::Name) -> Option<Constant> {
        let found = self.tier_named(scale, &name.text).map(Constant::Tier);
        if found.is_none() {
            let tiers = self.scales[scale.index()].tiers.iter().map(|tier| tier.name.as_str());
            let fault = error::suggest(error::unknown_tier(name.span, &name.text), &name.text, tiers);
            self.faults.push(fault);
        }
        found
    }

    fn code_literal(&mut self, list: CodeListId, code: &str, span: Span) -> Option<Constant> {
        let codes = Arc::clone(&self.codes[list.index()]);
        let found = codes.find(code).map(Constant::Code);
        if found.is_none() && !codes.codes().is_empty() {
            let fault = error::unknown_code(span, code, codes.name());
            self.faults.push(error::suggest(fault, code, codes.codes().iter().map(|own| own.code.as_str())));
        }
        found
    }

    pub(super) fn codes_under(&mut self, values: &[ast::Expr], list: CodeListId) -> Option<Vec<CodeId>> {
        let ty = Ty::Code(list);
        let found: Vec<Option<Constant>> = values.iter().map(|value| self.literal(value, &ty)).collect();
        found
            .into_iter()
            .map(|value| if let Some(Constant::Code(code)) = value { Some(code) } else { None })
            .collect()
    }

    pub(super) fn name_expr(
        &mut self,
        name: &ast::Name,
        expected: Option<&Ty>,
        scope: Scope,
    ) -> Option<ExprId> {
        if let Some(literal) = self.expected_literal(name, expected) {
            let ty = expected?.clone();
            return Some(self.push(ExprKind::Constant(literal), ty, Space::Row, name.span));
        }
        if let Some(list) = scope.list
            && let Some(field) = self.element_field(&name.text, list)
        {
            return Some(self.element(list, field, name.span));
        }
        match self.names.get(name.text.as_str()).copied() {
            Some(Entity::Field(field)) => Some(self.field_expr(field, name.span)),
            Some(Entity::Definition(def)) => self.definition_expr(def, scope, name),
            Some(Entity::Table(table))
                if matches!(self.table_sources[table.index()], super::TableSource::Matrix(_)) =>
            {
                self.matrix_expr(table, name.span)
            }
            Some(Entity::Scale(scale)) => self.final_tier(scale, scope, name),
            Some(_) => {
                self.faults.push(error::unknown_name(name.span, &name.text));
                None
            }
            None if self.element_names.contains_key(&name.text) => {
                self.faults.push(error::outside_list(name.span, &name.text));
                None
            }
            None => {
                let fault = match expected {
                    Some(Ty::Tier(scale)) => return self.tier_literal(*scale, name).and(None),
                    Some(Ty::Option(set)) => {
                        return self.option_literal(*set, &name.text, name.span).and(None);
                    }
                    Some(Ty::Code(list)) => return self.code_literal(*list, &name.text, name.span).and(None),
                    _ => error::unknown_name(name.span, &name.text),
                };
                self.faults.push(error::suggest(fault, &name.text, self.known_names()));
                None
            }
        }
    }

    /// A name that is a literal of the expected type.
    fn expected_literal(&self, name: &ast::Name, expected: Option<&Ty>) -> Option<Constant> {
        match expected? {
            Ty::Tier(scale) => self.tier_named(*scale, &name.text).map(Constant::Tier),
            Ty::Option(set) => self.option_named(*set, &name.text).map(Constant::Option),
            Ty::Code(list) if !self.names.contains_key(name.text.as_str()) => {
                self.codes[list.index()].find(&name.text).map(Constant::Code)
            }
            _ => None,
        }
    }

    fn element_field(&self, name: &str, list: ListId) -> Option<u32> {
        let places = self.element_names.get(name)?;
        places.iter().find(|(own, _)| *own == list).map(|(_, field)| *field)
    }

    fn element(&mut self, list: ListId, field: u32, span: Span) -> ExprId {
        let ty = self.subject.lists[list.index()].fields[field as usize].ty.ty();
        self.push(ExprKind::ElementField(list, field), ty, Space::Element(list), span)
    }

    fn field_expr(&mut self, field: FieldId, span: Span) -> ExprId {
        let ty = self.subject.fields[field.index()].ty.ty();
        self.push(ExprKind::Field(field), ty, Space::Row, span)
    }

    fn definition_expr(&mut self, def: DefId, scope: Scope, name: &ast::Name) -> Option<ExprId> {
        // A definition that is at fault has been reported.
        let (ty, space) = self.definitions[def.index()].as_ref().map(|def| (def.ty.clone(), def.space))?;
        if let Space::Element(list) = space
            && scope.list != Some(list)
        {
            self.faults.push(error::outside_list(name.span, &name.text));
            return None;
        }
        Some(self.push(ExprKind::Definition(def), ty, space, name.span))
    }

    fn matrix_expr(&mut self, table: TableId, span: Span) -> Option<ExprId> {
        self.table(table);
        let (axes, result) = {
            let matrix = self.tables[table.index()].as_ref()?;
            let axes: Option<Vec<ExprId>> = matrix.params.iter().map(|param| param.axis).collect();
            (axes?, matrix.result.clone())
        };
        let space = self.space(&axes);
        Some(self.push(ExprKind::Lookup(table, axes), result, space, span))
    }

    fn final_tier(&mut self, scale: ScaleId, scope: Scope, name: &ast::Name) -> Option<ExprId> {
        if !scope.final_tier || self.graded != Some(scale) {
            self.faults.push(error::reads_tier(name.span));
            return None;
        }
        Some(self.push(ExprKind::FinalTier, Ty::Tier(scale), Space::Row, name.span))
    }

    fn qualified(&mut self, owner: &ast::Name, name: &ast::Name, span: Span) -> Option<ExprId> {
        if let Some(Entity::Scale(scale)) = self.names.get(owner.text.as_str()).copied() {
            let value = self.tier_literal(scale, name)?;
            return Some(self.push(ExprKind::Constant(value), Ty::Tier(scale), Space::Row, span));
        }
        if owner.text == self.subject.name {
            return self.name_expr(name, None, Scope::row());
        }
        self.faults.push(error::bad_qualifier(owner.span, &owner.text));
        None
    }

    fn call(
        &mut self,
        name: &ast::Name,
        arguments: &[ast::Expr],
        scope: Scope,
        span: Span,
    ) -> Option<ExprId> {
        let Some(Entity::Table(table)) = self.names.get(name.text.as_str()).copied() else {
            let fault = error::unknown_name(name.span, &name.text);
            let known: Vec<&str> =
                self.table_sources.iter().map(|table| table.name().text.as_str()).collect();
            self.faults.push(error::suggest(fault, &name.text, known));
            return None;
        };
        self.table(table);
        let (types, result) = {
            let table = self.tables[table.index()].as_ref()?;
            (table.params.iter().map(|param| param.ty.clone()).collect::<Vec<_>>(), table.result.clone())
        };
        if types.len() != arguments.len() {
            self.faults.push(error::wrong_count(span, types.len()));
            return None;
        }
        let mut keys = Vec::new();
        for (argument, ty) in arguments.iter().zip(&types) {
            let key = self.expr(argument, Some(ty), scope)?;
            if !self.agree(&self.ty(key), ty) {
                let (zh, en) = describe(ty);
                self.wrong(argument.span, zh, en, key);
                return None;
            }
            keys.push(key);
        }
        let space = self.space(&keys);
        Some(self.push(ExprKind::Lookup(table, keys), result, space, span))
    }

    fn builtin(
        &mut self,
        function: Builtin,
        operands: &[ast::Expr],
        scope: Scope,
        span: Span,
    ) -> Option<ExprId> {
        let wanted = match function {
            Builtin::Round => 1..=2,
            Builtin::Floor | Builtin::Ceil | Builtin::Abs => 1..=1,
            Builtin::Clamp => 3..=3,
            Builtin::Min | Builtin::Max => 2..=usize::MAX,
        };
        if !wanted.contains(&operands.len()) {
            self.faults.push(error::wrong_count(span, wanted.start()));
            return None;
        }
        let ids: Vec<Option<ExprId>> = operands.iter().map(|operand| self.number(operand, scope)).collect();
        let ids: Option<Vec<ExprId>> = ids.into_iter().collect();
        let ids = ids?;
        if let (Builtin::Round, [_, places]) = (function, &ids[..]) {
            let constant = match &self.exprs[places.index()].kind {
                ExprKind::Constant(Constant::Number(places)) => small(places).filter(|own| own.abs() <= 30),
                _ => None,
            };
            if constant.is_none() {
                self.faults.push(error::not_constant(operands[1].span));
                return None;
            }
        }
        let counted = if function == Builtin::Round { &ids[..1] } else { &ids[..] };
        let unit = self.common_unit(counted, span)?;
        let space = self.space(&ids);
        Some(self.push(ExprKind::Builtin(function, ids), Ty::Number { unit }, space, span))
    }

    /// The unit on which numbers agree; those without one fit any.
    fn common_unit(&mut self, ids: &[ExprId], span: Span) -> Option<Option<Arc<str>>> {
        let mut common: Option<Arc<str>> = None;
        for id in ids {
            if let Ty::Number { unit: Some(own) } = self.ty(*id) {
                match &common {
                    Some(first) if *first != own => {
                        self.faults.push(error::unit_clash(span, first, &own));
                        return None;
                    }
                    _ => common = Some(own),
                }
            }
        }
        Some(common)
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        x: &ast::Expr,
        y: &ast::Expr,
        scope: Scope,
        span: Span,
    ) -> Option<ExprId> {
        if let (BinaryOp::Add | BinaryOp::Subtract, ast::ExprKind::Duration(count, unit)) = (op, &y.kind) {
            let left = self.expr(x, None, scope)?;
            if self.ty(left) == Ty::Date {
                let count = i32::try_from(*count).unwrap_or(i32::MAX);
                let count = if op == BinaryOp::Add { count } else { -count };
                let space = self.space(&[left]);
                return Some(self.push(ExprKind::MoveDate(left, count, *unit), Ty::Date, space, span));
            }
        }
        let left = self.expr(x, None, scope);
        let right = self.expr(y, None, scope);
        let (left, right) = (left?, right?);
        let space = self.space(&[left, right]);
        match (self.ty(left), self.ty(right), op) {
            (Ty::Date, Ty::Date, BinaryOp::Subtract) => {
                Some(self.push(ExprKind::DaysBetween(left, right), days(), space, span))
            }
            (Ty::Number { .. }, Ty::Number { .. }, _) => {
                let (kind, unit) = match op {
                    BinaryOp::Add => (ExprKind::Add(left, right), self.common_unit(&[left, right], span)?),
                    BinaryOp::Subtract => {
                        (ExprKind::Subtract(left, right), self.common_unit(&[left, right], span)?)
                    }
                    BinaryOp::Multiply => (ExprKind::Multiply(left, right), None),
                    BinaryOp::Divide => (ExprKind::Divide(left, right), None),
                };
                Some(self.push(kind, Ty::Number { unit }, space, span))
            }
            (Ty::Number { .. }, _, _) => {
                self.wrong(y.span, "数", "a number", right);
                None
            }
            _ => {
                self.wrong(x.span, "数", "a number", left);
                None
            }
        }
    }

    fn comparison(
        &mut self,
        first: &ast::Expr,
        rest: &[(CompareOp, ast::Expr)],
        scope: Scope,
        span: Span,
    ) -> Option<ExprId> {
        let mut parts = Vec::new();
        let mut left = first;
        for (op, right) in rest {
            let (x, y, ty) = self.pair(left, right, None, scope)?;
            let ordered = matches!(ty, Ty::Number { .. } | Ty::Date | Ty::Tier(_));
            if !ordered && !matches!(op, CompareOp::Equal | CompareOp::NotEqual) {
                self.faults.push(error::not_ordered(left.span.to(right.span)));
                return None;
            }
            let space = self.space(&[x, y]);
            parts.push(self.push(ExprKind::Compare(*op, x, y), Ty::Flag, space, left.span.to(right.span)));
            left = right;
        }
        if let [one] = parts[..] {
            return Some(one);
        }
        let space = self.space(&parts);
        Some(self.push(ExprKind::All(parts), Ty::Flag, space, span))
    }

    /// Two values of one type, each literal read by the other's type.
    fn pair(
        &mut self,
        x: &ast::Expr,
        y: &ast::Expr,
        expected: Option<&Ty>,
        scope: Scope,
    ) -> Option<(ExprId, ExprId, Ty)> {
        let (left, right) = if expected.is_none() && self.needs_type(x, scope) {
            let right = self.expr(y, None, scope)?;
            let ty = self.ty(right);
            (self.expr(x, Some(&ty), scope)?, right)
        } else {
            let left = self.expr(x, expected, scope);
            let ty = left.map(|left| self.ty(left));
            // Without the left type, the right side is still looked at for faults of its own, unless
            // it is a literal that only the type explains.
            if left.is_none() && self.needs_type(y, scope) {
                return None;
            }
            let right = self.expr(y, ty.as_ref().or(expected), scope);
            (left?, right?)
        };
        let (one, other) = (self.ty(left), self.ty(right));
        if let (Ty::Number { .. }, Ty::Number { .. }) = (&one, &other) {
            let unit = self.common_unit(&[left, right], x.span.to(y.span))?;
            return Some((left, right, Ty::Number { unit }));
        }
        if one != other {
            let (zh, en) = describe(&one);
            self.wrong(y.span, zh, en, right);
            return None;
        }
        Some((left, right, one))
    }

    /// Whether an expression is a literal that only another's type explains.
    fn needs_type(&self, expr: &ast::Expr, scope: Scope) -> bool {
        match &expr.kind {
            ast::ExprKind::Missing => true,
            ast::ExprKind::Name(name) => {
                let element = scope.list.is_some_and(|list| self.element_field(&name.text, list).is_some());
                !element && !self.names.contains_key(name.text.as_str())
            }
            _ => false,
        }
    }

    fn agree(&self, one: &Ty, other: &Ty) -> bool {
        matches!((one, other), (Ty::Number { .. }, Ty::Number { .. })) || one == other
    }

    fn logic(
        &mut self,
        operands: &[ast::Expr],
        scope: Scope,
        span: Span,
        make: fn(Vec<ExprId>) -> ExprKind,
    ) -> Option<ExprId> {
        let ids: Vec<Option<ExprId>> =
            operands.iter().map(|operand| self.condition(operand, scope)).collect();
        let ids: Option<Vec<ExprId>> = ids.into_iter().collect();
        let ids = ids?;
        let space = self.space(&ids);
        Some(self.push(make(ids), Ty::Flag, space, span))
    }

    fn under(&mut self, x: &ast::Expr, values: &[ast::Expr], scope: Scope, span: Span) -> Option<ExprId> {
        let id = self.expr(x, None, scope)?;
        let space = self.space(&[id]);
        let kind = match self.ty(id) {
            Ty::Code(list) => ExprKind::Under(id, self.codes_under(values, list)?),
            ty @ (Ty::Option(_) | Ty::Text | Ty::Tier(_)) => {
                let values: Option<Vec<Constant>> =
                    values.iter().map(|value| self.literal(value, &ty)).collect();
                ExprKind::OneOf(id, values?)
            }
            _ => {
                self.wrong(x.span, "代码或选项", "a code or an option", id);
                return None;
            }
        };
        Some(self.push(kind, Ty::Flag, space, span))
    }

    fn aggregate(
        &mut self,
        kind: AggregateKind,
        list: &ast::Name,
        value: Option<&ast::Expr>,
        filter: Option<&ast::Expr>,
        scope: Scope,
        span: Span,
    ) -> Option<ExprId> {
        let list = self.list_named(list)?;
        let inner = Scope { list: Some(list), ..scope };
        let filter = match filter {
            Some(filter) => Some(self.condition(filter, inner)?),
            None => None,
        };
        let (value, ty) = match (kind, value) {
            (AggregateKind::Any | AggregateKind::All, Some(value)) => {
                (Some(self.condition(value, inner)?), Ty::Flag)
            }
            (AggregateKind::Any, None) if filter.is_some() => (None, Ty::Flag),
            (AggregateKind::Count, None) => (None, Ty::Number { unit: None }),
            (AggregateKind::Sum, Some(value)) => {
                let value = self.number(value, inner)?;
                (Some(value), self.ty(value))
            }
            (AggregateKind::Min | AggregateKind::Max, Some(value)) => {
                let id = self.expr(value, None, inner)?;
                if !matches!(self.ty(id), Ty::Number { .. } | Ty::Date | Ty::Tier(_)) {
                    self.faults.push(error::not_ordered(value.span));
                    return None;
                }
                (Some(id), self.ty(id))
            }
            _ => {
                self.faults.push(error::wrong_count(span, 1));
                return None;
            }
        };
        Some(self.push(ExprKind::Aggregate { kind, list, value, filter }, ty, Space::Row, span))
    }
}

fn days() -> Ty {
    Ty::Number { unit: Some(Arc::from("天")) }
}

/// A written number, with its sign.
pub(super) fn number_of(expr: &ast::Expr) -> Option<crate::number::Number> {
    match &expr.kind {
        ast::ExprKind::Number { value, .. } => Some(value.clone()),
        ast::ExprKind::Negate(inner) => number_of(inner).map(|value| -value),
        _ => None,
    }
}

/// What messages call a type, in Chinese and English.
fn describe(ty: &Ty) -> (&'static str, &'static str) {
    match ty {
        Ty::Flag => ("条件（是或否）", "a condition"),
        Ty::Number { .. } => ("数", "a number"),
        Ty::Text => ("文本", "a text"),
        Ty::Date => ("日期", "a date"),
        Ty::Code(_) => ("代码", "a code"),
        Ty::Option(_) => ("选项", "an option"),
        Ty::Tier(_) => ("等级", "a tier"),
    }
}
