//! The pairs of declarations → their nodes.

use pest::iterators::Pair;
use yufang_grammar::Rule;

use super::{ParseError, Reader};
use crate::ast::*;
use crate::number::whole;
use crate::source::Span;

/// What one piece of the text declares.
pub(super) enum Declared {
    Header(Header),
    Item(Box<Item>),
}

type Parts<'a> = Vec<Pair<'a, Rule>>;

fn parts(pair: Pair<'_, Rule>) -> Parts<'_> {
    pair.into_inner().collect()
}

/// Takes the parts of one rule out of a list.
fn take<'a>(parts: &mut Parts<'a>, rule: Rule) -> Option<Pair<'a, Rule>> {
    let at = parts.iter().position(|part| part.as_rule() == rule)?;
    Some(parts.remove(at))
}

fn has(parts: &Parts<'_>, rule: Rule) -> bool {
    parts.iter().any(|part| part.as_rule() == rule)
}

impl Reader<'_> {
    pub(super) fn declaration(&mut self, pair: Pair<'_, Rule>) -> Option<Declared> {
        let inner = pair.into_inner().find(|part| part.as_rule() != Rule::EOI)?;
        let span = self.span(&inner);
        let rule = inner.as_rule();
        let mut all = parts(inner);
        let item = match rule {
            Rule::header => return self.header(all).map(Declared::Header),
            Rule::use_codes => Item::Use(self.names(&all)),
            Rule::codes => Item::Codes(self.codes(all, span)?),
            Rule::scale => Item::Scale(self.scale(all, span)?),
            Rule::subject => {
                let name = self.take_name(&mut all)?;
                let fields = self.fields(take(&mut all, Rule::fields)?);
                Item::Subject(SubjectDecl { name, fields, span })
            }
            Rule::table => Item::Table(self.table(all, span)?),
            Rule::matrix => Item::Matrix(self.matrix(all, span)?),
            Rule::definition => Item::Definition(self.definition(all, span)?),
            Rule::score => Item::Score(self.score(all, span)?),
            Rule::grade => Item::Grade(self.grade(all, span)?),
            Rule::clause => Item::Rule(self.rule(all, span)?),
            Rule::require => Item::Require(self.require(all, span)?),
            Rule::alert => Item::Alert(self.alert(all, span)?),
            Rule::example => Item::Example(self.example(all, span)?),
            _ => Item::Draw(self.draw(all, span)?),
        };
        Some(Declared::Item(Box::new(item)))
    }

    fn header(&mut self, mut all: Parts<'_>) -> Option<Header> {
        let name = take(&mut all, Rule::text).map(|text| self.text(&text))?;
        let nothing = Text { text: String::new(), span: name.span };
        let version = take(&mut all, Rule::text).map_or(nothing, |text| self.text(&text));
        let validity = self.validity(&mut all);
        Some(Header { name, version, validity, meta: self.meta(all) })
    }

    pub(super) fn text(&mut self, pair: &Pair<'_, Rule>) -> Text {
        let span = self.span(pair);
        let raw = pair.as_str().trim();
        let raw = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
        let mut text = String::with_capacity(raw.len());
        let mut characters = raw.chars();
        while let Some(character) = characters.next() {
            match (character, if character == '\\' { characters.next() } else { None }) {
                ('\\', Some('n')) => text.push('\n'),
                ('\\', Some(escaped @ ('"' | '\\'))) => text.push(escaped),
                ('\\', _) => self.fault(&ParseError::Escape, span),
                (plain, _) => text.push(plain),
            }
        }
        Text { text, span }
    }

    fn take_name(&mut self, all: &mut Parts<'_>) -> Option<Name> {
        take(all, Rule::name).map(|name| self.name(&name))
    }

    fn names(&mut self, all: &Parts<'_>) -> Vec<Name> {
        all.iter().filter(|part| part.as_rule() == Rule::name).map(|part| self.name(part)).collect()
    }

    fn validity(&mut self, all: &mut Parts<'_>) -> Option<Validity> {
        let pair = take(all, Rule::validity)?;
        let span = self.span(&pair);
        let mut dates =
            pair.into_inner().filter(|part| part.as_rule() == Rule::date).map(|date| self.date(&date));
        let from = dates.next()?;
        Some(Validity { from, to: dates.next(), span })
    }

    /// Everything attached to a declaration, wherever it stands among its parts.
    fn meta(&mut self, all: Parts<'_>) -> Meta {
        let mut meta = Meta::default();
        for part in all {
            self.attach(part, &mut meta);
        }
        meta
    }

    fn attach(&mut self, part: Pair<'_, Rule>, meta: &mut Meta) {
        match part.as_rule() {
            Rule::meta => part.into_inner().for_each(|own| self.attach(own, meta)),
            Rule::because => meta.because = part.into_inner().nth(1).map(|text| self.text(&text)),
            Rule::note => meta.notes.extend(part.into_inner().nth(1).map(|text| self.text(&text))),
            Rule::basis => {
                for own in part.into_inner() {
                    match own.as_rule() {
                        Rule::title => {
                            let title = Text { text: own.as_str().trim().to_owned(), span: self.span(&own) };
                            meta.basis.push(Basis { title, locator: None });
                        }
                        Rule::text => {
                            let text = self.text(&own);
                            if let Some(last) = meta.basis.last_mut() {
                                last.locator = Some(text);
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn file(&mut self, pair: Pair<'_, Rule>) -> Option<FileColumns> {
        let mut all = parts(pair);
        let file = take(&mut all, Rule::text).map(|text| self.text(&text))?;
        Some(FileColumns { file, columns: self.names(&all) })
    }

    fn codes(&mut self, mut all: Parts<'_>, span: Span) -> Option<CodesDecl> {
        let name = self.take_name(&mut all)?;
        let source = self.file(take(&mut all, Rule::file)?)?;
        Some(CodesDecl { name, source, span })
    }

    fn scale(&mut self, mut all: Parts<'_>, span: Span) -> Option<ScaleDecl> {
        let name = self.take_name(&mut all)?;
        let mut tiers = Vec::new();
        for part in all.into_iter().filter(|part| part.as_rule() == Rule::tier) {
            let mut own = parts(part);
            let name = self.take_name(&mut own)?;
            let label = take(&mut own, Rule::text).map(|text| self.text(&text));
            let color = take(&mut own, Rule::color).map(|color| color.as_str().trim().to_ascii_uppercase());
            tiers.push(TierDecl { name, label, color });
        }
        Some(ScaleDecl { name, tiers, span })
    }

    fn fields(&mut self, pair: Pair<'_, Rule>) -> Vec<FieldDecl> {
        let fields = pair.into_inner().filter(|part| part.as_rule() == Rule::field);
        fields.filter_map(|field| self.field(field)).collect()
    }

    fn field(&mut self, pair: Pair<'_, Rule>) -> Option<FieldDecl> {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let name = self.take_name(&mut all)?;
        let label = take(&mut all, Rule::text).map(|text| self.text(&text));
        let ty = self.field_type(take(&mut all, Rule::r#type)?)?;
        let mut field = FieldDecl {
            name,
            label,
            ty,
            key: false,
            optional: false,
            default: None,
            worse: None,
            changeable: None,
            meta: Meta::default(),
            span,
        };
        for part in all.iter().filter(|part| part.as_rule() == Rule::modifier) {
            let Some(own) = part.clone().into_inner().next() else { continue };
            match own.as_rule() {
                Rule::optional => field.optional = true,
                Rule::k_key => field.key = true,
                Rule::k_worse_high => field.worse = Some(Worse::High),
                Rule::k_worse_low => field.worse = Some(Worse::Low),
                Rule::default => {
                    let mut own = parts(own);
                    field.default = take(&mut own, Rule::literal).map(|literal| self.literal(literal));
                }
                _ => {
                    let mut own = parts(own);
                    let cost = take(&mut own, Rule::bare_number).map(|number| self.bare_number(number).0);
                    field.changeable = Some(Changeable { cost: cost.unwrap_or_else(|| whole(1)) });
                }
            }
        }
        field.meta = self.meta(all);
        Some(field)
    }

    /// A number without unit, and how it is written without its sign.
    fn bare_number(&mut self, pair: Pair<'_, Rule>) -> (crate::number::Number, String) {
        match self.literal(pair).kind {
            ExprKind::Number { value, raw, .. } => (value, raw),
            _ => (whole(0), String::new()),
        }
    }

    fn field_type(&mut self, pair: Pair<'_, Rule>) -> Option<TypeDecl> {
        let inner = pair.into_inner().next()?;
        let rule = inner.as_rule();
        let mut all = parts(inner);
        Some(match rule {
            Rule::t_text => TypeDecl::Text,
            Rule::t_flag => TypeDecl::Flag,
            Rule::t_int => TypeDecl::Int { range: self.range(&mut all), unit: self.unit(&mut all) },
            Rule::t_number => {
                let range = self.range(&mut all);
                let unit = self.unit(&mut all);
                let decimals = take(&mut all, Rule::decimals).map(|pair| {
                    let span = self.span(&pair);
                    (self.first_small(pair), span)
                });
                TypeDecl::Number { range, unit, decimals }
            }
            Rule::t_listed => {
                let whole = has(&all, Rule::k_int);
                let unit = self.unit(&mut all);
                let mut values = Vec::new();
                for part in all.into_iter().filter(|part| part.as_rule() == Rule::listed) {
                    let span = self.span(&part);
                    let mut own = parts(part);
                    let value = self.bare_number(take(&mut own, Rule::bare_number)?).0;
                    let label = take(&mut own, Rule::text).map(|text| self.text(&text));
                    values.push((value, label, span));
                }
                TypeDecl::Listed { whole, values, unit }
            }
            Rule::t_option => {
                let mut choices = Vec::new();
                for part in all.into_iter().filter(|part| part.as_rule() == Rule::choice) {
                    let mut own = parts(part);
                    let name = self.take_name(&mut own)?;
                    choices.push((name, take(&mut own, Rule::text).map(|text| self.text(&text))));
                }
                TypeDecl::Option(choices)
            }
            Rule::t_code => {
                let list = self.take_name(&mut all)?;
                let level =
                    take(&mut all, Rule::digits).map(|digits| (self.small(&digits), self.span(&digits)));
                TypeDecl::Code { list, level }
            }
            Rule::t_date => {
                let dates: Vec<_> = all.iter().filter(|part| part.as_rule() == Rule::date).collect();
                let range = match dates[..] {
                    [lo, hi] => Some((self.date(lo), self.date(hi), self.span(lo).to(self.span(hi)))),
                    _ => None,
                };
                TypeDecl::Date { range }
            }
            _ => {
                let at_most =
                    take(&mut all, Rule::digits).map(|digits| (self.small(&digits), self.span(&digits)));
                TypeDecl::List { at_most, fields: self.fields(take(&mut all, Rule::fields)?) }
            }
        })
    }

    fn first_small(&mut self, pair: Pair<'_, Rule>) -> u32 {
        let digits = pair.into_inner().find(|part| part.as_rule() == Rule::digits);
        digits.map_or(0, |digits| self.small(&digits))
    }

    fn range(&mut self, all: &mut Parts<'_>) -> Option<RangeDecl> {
        let pair = take(all, Rule::number_range)?;
        let span = self.span(&pair);
        let mut own = parts(pair);
        let lo = self.bare_number(take(&mut own, Rule::bare_number)?).0;
        let hi = self.bare_number(take(&mut own, Rule::bare_number)?).0;
        Some(RangeDecl { lo, hi, span })
    }

    fn unit(&mut self, all: &mut Parts<'_>) -> Option<Name> {
        let pair = take(all, Rule::unit)?;
        pair.into_inner().find(|part| part.as_rule() == Rule::name).map(|name| self.name(&name))
    }

    fn result(&mut self, all: &mut Parts<'_>) -> Option<ResultType> {
        let pair = take(all, Rule::result)?;
        let span = self.span(&pair);
        let inner = pair.into_inner().next()?;
        Some(match inner.as_rule() {
            Rule::name => ResultType::Scale(self.name(&inner)),
            _ => ResultType::Number(span),
        })
    }

    fn table(&mut self, mut all: Parts<'_>, span: Span) -> Option<TableDecl> {
        let names: Vec<Name> = self.names(&all);
        let (name, params) = names.split_first()?;
        let (name, params) = (name.clone(), params.to_vec());
        let result = self.result(&mut all)?;
        let pick = take(&mut all, Rule::pick).and_then(|pick| pick.into_inner().nth(1));
        let pick = match pick.map(|word| word.as_rule()) {
            Some(Rule::k_specific) => Pick::MostSpecific,
            Some(Rule::k_highest) => Pick::Highest,
            Some(Rule::k_lowest) => Pick::Lowest,
            _ => Pick::Unique,
        };
        let validity = self.validity(&mut all);
        let body = match take(&mut all, Rule::rows) {
            Some(rows) => {
                let rows = rows.into_inner().filter(|part| part.as_rule() == Rule::row);
                TableBody::Rows(rows.filter_map(|row| self.row(row)).collect())
            }
            None => {
                let source = self.file(take(&mut all, Rule::file)?)?;
                let otherwise = take(&mut all, Rule::table_otherwise)
                    .and_then(|pair| pair.into_inner().find(|part| part.as_rule() == Rule::bare))
                    .map(|bare| self.literal(bare));
                TableBody::File { source, otherwise }
            }
        };
        Some(TableDecl { name, params, result, pick, validity, body, meta: self.meta(all), span })
    }

    fn row(&mut self, pair: Pair<'_, Rule>) -> Option<TableRow> {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let mut cells = Vec::new();
        while let Some(cell) = take(&mut all, Rule::cell) {
            cells.push(self.cell(cell)?);
        }
        let value = self.literal(take(&mut all, Rule::literal)?);
        Some(TableRow { cells, value, meta: self.meta(all), span })
    }

    fn cell(&mut self, pair: Pair<'_, Rule>) -> Option<Cell> {
        let span = self.span(&pair);
        let inner = pair.into_inner().next()?;
        let kind = match inner.as_rule() {
            Rule::k_otherwise => CellKind::Otherwise,
            Rule::cell_under => {
                let codes = inner.into_inner().filter(|part| part.as_rule() == Rule::literal_code);
                CellKind::Under(codes.map(|code| self.literal_code(code)).collect())
            }
            Rule::range => CellKind::Band(Box::new(self.band_range(inner)?)),
            _ => CellKind::Values(inner.into_inner().map(|value| self.literal(value)).collect()),
        };
        Some(Cell { kind, span })
    }

    fn band_range(&mut self, pair: Pair<'_, Rule>) -> Option<BandRange> {
        let span = self.span(&pair);
        let mut range = BandRange { lo: None, hi: None, span };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::interval => self.interval(part, &mut range),
                _ => self.bound(part, &mut range),
            }
        }
        Some(range)
    }

    fn interval(&mut self, pair: Pair<'_, Rule>, range: &mut BandRange) {
        let all = parts(pair);
        let closed = |rule: Rule, bracket: &str| {
            all.iter().any(|part| part.as_rule() == rule && part.as_str().trim() == bracket)
        };
        let (lo_closed, hi_closed) = (closed(Rule::opening, "["), closed(Rule::closing, "]"));
        let mut ends = Vec::new();
        for end in all.into_iter().filter(|part| part.as_rule() == Rule::end_value) {
            ends.push(self.quantity_of(end));
        }
        let mut ends = ends.into_iter();
        range.lo = ends.next().flatten().map(|end| (end, lo_closed));
        range.hi = ends.next().flatten().map(|end| (end, hi_closed));
    }

    /// A number with its unit; `None` for infinity.
    fn quantity_of(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let number = take(&mut all, Rule::bare_number)?;
        let (value, raw) = self.bare_number(number);
        let unit = take(&mut all, Rule::unit).or_else(|| take(&mut all, Rule::band_unit));
        let unit = unit.and_then(|unit| unit.into_inner().find(|part| part.as_rule() == Rule::name));
        let unit = unit.map(|name| self.name(&name));
        Some(Expr { kind: ExprKind::Number { value, raw, unit }, span })
    }

    fn bound(&mut self, pair: Pair<'_, Rule>, range: &mut BandRange) {
        let span = self.span(&pair);
        let words: Vec<(Rule, Span, String)> = pair
            .clone()
            .into_inner()
            .map(|part| (part.as_rule(), self.span(&part), part.as_str().trim().to_owned()))
            .collect();
        let Some(end) = self.quantity_of(pair) else { return };
        let word = words
            .iter()
            .map(|(rule, ..)| *rule)
            .find(|rule| !matches!(rule, Rule::bare_number | Rule::band_unit));
        let twice = |slot: &Option<(Expr, bool)>| slot.is_some();
        let (slot, closed) = match word {
            Some(Rule::k_over) => (&mut range.lo, false),
            Some(Rule::k_below) => (&mut range.hi, false),
            Some(Rule::k_up_to) => (&mut range.hi, true),
            Some(Rule::k_ambiguous) => {
                let own = words.iter().find(|(rule, ..)| *rule == Rule::k_ambiguous);
                if let Some((_, span, word)) = own {
                    self.fault(&ParseError::Ambiguous(word.clone()), *span);
                }
                (&mut range.hi, true)
            }
            _ => (&mut range.lo, true),
        };
        if twice(slot) {
            self.fault(&ParseError::Unexpected("table"), span);
        } else {
            *slot = Some((end, closed));
        }
    }

    fn matrix(&mut self, mut all: Parts<'_>, span: Span) -> Option<MatrixDecl> {
        let name = self.take_name(&mut all)?;
        let result = self.result(&mut all)?;
        let validity = self.validity(&mut all);
        let mut corner = parts(take(&mut all, Rule::corner)?);
        let row_axis = self.take_name(&mut corner)?;
        let column_axis = self.take_name(&mut corner)?;
        let columns = corner.into_iter().map(|head| self.literal(head)).collect();
        let mut rows = Vec::new();
        while let Some(row) = take(&mut all, Rule::matrix_row) {
            let span = self.span(&row);
            let mut cells = row.into_inner().map(|cell| self.literal(cell));
            let head = cells.next()?;
            rows.push(MatrixRow { head, cells: cells.collect(), span });
        }
        Some(MatrixDecl {
            name,
            result,
            validity,
            row_axis,
            column_axis,
            columns,
            rows,
            meta: self.meta(all),
            span,
        })
    }

    fn definition(&mut self, mut all: Parts<'_>, span: Span) -> Option<DefinitionDecl> {
        let output = has(&all, Rule::k_output);
        let name = self.take_name(&mut all)?;
        let over = self.take_name(&mut all);
        let label = take(&mut all, Rule::text).map(|text| self.text(&text));
        let value = self.expr(take(&mut all, Rule::expr)?);
        Some(DefinitionDecl { name, label, output, over, value, meta: self.meta(all), span })
    }

    fn number_expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let (value, raw) = self.bare_number(pair);
        Expr { kind: ExprKind::Number { value, raw, unit: None }, span }
    }

    fn score(&mut self, mut all: Parts<'_>, span: Span) -> Option<ScoreDecl> {
        let name = self.take_name(&mut all)?;
        let start = take(&mut all, Rule::bare_number).map(|number| self.number_expr(number));
        let mut items = Vec::new();
        while let Some(item) = take(&mut all, Rule::item) {
            items.push(self.item(item)?);
        }
        Some(ScoreDecl { name, start, items, meta: self.meta(all), span })
    }

    fn item(&mut self, pair: Pair<'_, Rule>) -> Option<ScoreItem> {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let label = take(&mut all, Rule::text).map(|text| self.text(&text))?;
        let capped = |own: Option<Pair<'_, Rule>>, reader: &mut Self| {
            let number = own?.into_inner().find(|part| part.as_rule() == Rule::bare_number)?;
            Some(reader.number_expr(number))
        };
        let cap = capped(take(&mut all, Rule::cap), self);
        let cap_deduct = capped(take(&mut all, Rule::cap_deduct), self);
        let heaviest = has(&all, Rule::heaviest);
        let mut lines = Vec::new();
        while let Some(line) = take(&mut all, Rule::line) {
            lines.push(self.line(line)?);
        }
        Some(ScoreItem { label, cap, cap_deduct, heaviest, lines, meta: self.meta(all), span })
    }

    fn line(&mut self, pair: Pair<'_, Rule>) -> Option<ScoreLine> {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let value = self.expr(take(&mut all, Rule::expr)?);
        let effect = take(&mut all, Rule::line_effect).and_then(|pair| {
            let mut own = parts(pair);
            let (deduct, each) = (has(&own, Rule::k_deduct), has(&own, Rule::k_each));
            let points = self.number_expr(take(&mut own, Rule::bare_number)?);
            Some(LineEffect { deduct, each, points })
        });
        Some(ScoreLine { value, effect, meta: self.meta(all), span })
    }

    fn grade(&mut self, mut all: Parts<'_>, span: Span) -> Option<GradeDecl> {
        let scale = self.take_name(&mut all)?;
        let by = self.expr(take(&mut all, Rule::expr)?);
        let when = take(&mut all, Rule::expr).map(|when| self.expr(when));
        let validity = self.validity(&mut all);
        let mut bands = Vec::new();
        for part in take(&mut all, Rule::bands).into_iter().flat_map(Pair::into_inner) {
            let span = self.span(&part);
            let mut own = parts(part);
            let tier = self.take_name(&mut own)?;
            let range = self.band_range(take(&mut own, Rule::range)?)?;
            bands.push(Band { tier, range, meta: self.meta(own), span });
        }
        let otherwise = take(&mut all, Rule::grade_else).and_then(|pair| {
            let name = pair.into_inner().find(|part| part.as_rule() == Rule::name)?;
            let name = self.name(&name);
            Some(Expr { span: name.span, kind: ExprKind::Name(name) })
        });
        Some(GradeDecl { scale, by, validity, when, bands, otherwise, meta: self.meta(all), span })
    }

    fn condition(&mut self, all: &mut Parts<'_>) -> Option<Expr> {
        let expr = take(all, Rule::condition)?.into_inner().find(|part| part.as_rule() == Rule::expr)?;
        Some(self.expr(expr))
    }

    fn rule(&mut self, mut all: Parts<'_>, span: Span) -> Option<RuleDecl> {
        let name = self.take_name(&mut all)?;
        let validity = self.validity(&mut all);
        let when = self.condition(&mut all);
        let effect = self.effect(take(&mut all, Rule::effect)?)?;
        Some(RuleDecl { name, validity, when, effect, meta: self.meta(all), span })
    }

    fn effect(&mut self, pair: Pair<'_, Rule>) -> Option<Effect> {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let word = all.first().map(Pair::as_rule)?;
        if matches!(word, Rule::k_raise | Rule::k_lower) {
            let count = self.small(&take(&mut all, Rule::digits)?);
            return Some(if word == Rule::k_raise {
                Effect::Raise(count, span)
            } else {
                Effect::Lower(count, span)
            });
        }
        let tier = self.expr(take(&mut all, Rule::expr)?);
        Some(match word {
            Rule::k_floor_tier => Effect::AtLeast(tier),
            Rule::k_cap_tier => Effect::AtMost(tier),
            _ => Effect::Is(tier),
        })
    }

    fn require(&mut self, mut all: Parts<'_>, span: Span) -> Option<RequireDecl> {
        let over =
            take(&mut all, Rule::over).and_then(|pair| pair.into_inner().next()).map(|name| self.name(&name));
        let condition = self.expr(take(&mut all, Rule::expr)?);
        let validity = self.validity(&mut all);
        Some(RequireDecl { over, condition, validity, meta: self.meta(all), span })
    }

    fn alert(&mut self, mut all: Parts<'_>, span: Span) -> Option<AlertDecl> {
        let name = self.take_name(&mut all)?;
        let validity = self.validity(&mut all);
        let when = self.condition(&mut all)?;
        let level = take(&mut all, Rule::alert_level).and_then(|pair| pair.into_inner().nth(1));
        let level = level.map(|name| self.name(&name));
        let message = take(&mut all, Rule::alert_message).and_then(|pair| pair.into_inner().nth(1));
        let message = message.map(|text| self.text(&text));
        Some(AlertDecl { name, validity, when, level, message, meta: self.meta(all), span })
    }

    fn example(&mut self, mut all: Parts<'_>, span: Span) -> Option<ExampleDecl> {
        let name = take(&mut all, Rule::text).map(|text| self.text(&text))?;
        let as_of = take(&mut all, Rule::date).map(|date| (self.date(&date), self.span(&date)));
        let expect = self.expectation(take(&mut all, Rule::expectation)?);
        let fields = self.example_fields(all);
        Some(ExampleDecl { name, as_of, fields, expect, span })
    }

    fn example_fields(&mut self, all: Parts<'_>) -> Vec<ExampleField> {
        let fields = all.into_iter().filter(|part| part.as_rule() == Rule::example_field);
        fields.filter_map(|field| self.example_field(field)).collect()
    }

    fn example_field(&mut self, pair: Pair<'_, Rule>) -> Option<ExampleField> {
        let mut all = parts(pair);
        let name = self.take_name(&mut all)?;
        let value = match take(&mut all, Rule::elements) {
            Some(elements) => {
                let span = self.span(&elements);
                let elements = elements.into_inner().map(|element| self.example_fields(parts(element)));
                ExampleValue::List(elements.collect(), span)
            }
            None => ExampleValue::Value(self.literal(take(&mut all, Rule::literal)?)),
        };
        Some(ExampleField { name, value })
    }

    fn expectation(&mut self, pair: Pair<'_, Rule>) -> Expectation {
        let span = self.span(&pair);
        let mut expectation = Expectation { outcome: None, values: Vec::new(), fired: Vec::new(), span };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::outcome => expectation.outcome = Some(self.outcome(part)),
                Rule::expected => {
                    let mut own = parts(part);
                    if let (Some(name), Some(value)) = (self.take_name(&mut own), take(&mut own, Rule::bare))
                    {
                        let value = self.literal(value);
                        expectation.values.push((name, value));
                    }
                }
                Rule::fired => expectation.fired = self.names(&parts(part)),
                _ => {}
            }
        }
        expectation
    }

    fn outcome(&mut self, pair: Pair<'_, Rule>) -> Outcome {
        let set = pair.as_str().trim_start().starts_with('{');
        let all = parts(pair);
        if has(&all, Rule::k_undetermined) {
            return Outcome::Undetermined;
        }
        let mut names = self.names(&all);
        match (set, names.len()) {
            (false, 1) => Outcome::Tier(names.remove(0)),
            (true, 1..) => Outcome::Possible(names),
            _ => Outcome::Invalid,
        }
    }

    fn draw(&mut self, mut all: Parts<'_>, span: Span) -> Option<DrawDecl> {
        let name = self.take_name(&mut all)?;
        let mut draw = DrawDecl {
            name,
            from: None,
            by: None,
            group: None,
            rates: Vec::new(),
            reserves: None,
            must: Vec::new(),
            exclude: Vec::new(),
            team: None,
            needs: Vec::new(),
            meta: Meta::default(),
            span,
        };
        while let Some(clause) = take(&mut all, Rule::draw_clause) {
            self.draw_clause(clause.into_inner().next()?, &mut draw)?;
        }
        draw.meta = self.meta(all);
        Some(draw)
    }

    fn draw_clause(&mut self, pair: Pair<'_, Rule>, draw: &mut DrawDecl) -> Option<()> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut all = parts(pair);
        match rule {
            Rule::draw_from => {
                draw.from = self.take_name(&mut all);
                if let Some(at) = all.iter().position(|part| part.as_rule() == Rule::k_by) {
                    draw.by = Some(self.expr(all.remove(at + 1)));
                }
                draw.group = take(&mut all, Rule::expr).map(|expr| self.expr(expr));
            }
            Rule::draw_rates => {
                for rate in all.into_iter().filter(|part| part.as_rule() == Rule::rate) {
                    draw.rates.push(self.rate(rate)?);
                }
            }
            Rule::draw_reserves => draw.reserves = Some((self.small(&take(&mut all, Rule::digits)?), span)),
            Rule::draw_must | Rule::draw_exclude => {
                let when = self.expr(take(&mut all, Rule::expr)?);
                let condition = DrawCondition { when, meta: self.meta(all), span };
                let list = if rule == Rule::draw_must { &mut draw.must } else { &mut draw.exclude };
                list.push(condition);
            }
            _ => {
                draw.team = Some((self.small(&take(&mut all, Rule::digits)?), span));
                while let Some(need) = take(&mut all, Rule::need) {
                    let mut own = parts(need);
                    let name = self.take_name(&mut own)?;
                    let text = take(&mut own, Rule::text).map(|text| self.text(&text))?;
                    draw.needs.push((name, text));
                }
            }
        }
        Some(())
    }

    fn rate(&mut self, pair: Pair<'_, Rule>) -> Option<DrawRate> {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let stratum = take(&mut all, Rule::stratum)?;
        let stratum_span = self.span(&stratum);
        let stratum = match stratum.into_inner().next()? {
            own if own.as_rule() == Rule::k_invalid => DrawStratum::Invalid(stratum_span),
            own if own.as_rule() == Rule::k_otherwise => DrawStratum::Otherwise(stratum_span),
            own => DrawStratum::Value(self.literal(own)),
        };
        let amount = self.amount(take(&mut all, Rule::amount)?)?;
        let mut count =
            |rule: Rule, reader: &mut Self| take(&mut all, rule).map(|own| reader.first_small(own));
        let min = count(Rule::rate_min, self).map(u64::from);
        let max = count(Rule::rate_max, self).map(u64::from);
        let reserves = count(Rule::draw_reserves, self);
        let rounding = take(&mut all, Rule::rounding).and_then(|own| own.into_inner().next());
        let rounding = rounding.map(|word| super::expressions::builtin(word.as_rule()));
        let by_size = take(&mut all, Rule::by_size).and_then(|own| own.into_inner().nth(1));
        let by_size = by_size.map(|own| self.reference_expr(own));
        Some(DrawRate { stratum, amount, min, max, rounding, by_size, reserves, span })
    }

    /// A share keeps its digits: `2.5%` is 25/1000, as written.
    fn amount(&mut self, pair: Pair<'_, Rule>) -> Option<DrawAmount> {
        let all = parts(pair);
        if has(&all, Rule::percent) {
            let text = all.first()?.as_str().trim();
            let places = text.split_once('.').map_or(0, |(_, places)| places.len() as u32);
            let digits: u64 = text.replace('.', "").parse().ok()?;
            return Some(DrawAmount::Rate(digits, 100 * 10u64.checked_pow(places)?));
        }
        let counts: Vec<u64> = all
            .iter()
            .filter(|part| part.as_rule() == Rule::digits)
            .map(|part| u64::from(self.small(part)))
            .collect();
        match counts[..] {
            [numerator, denominator] => Some(DrawAmount::Rate(numerator, denominator)),
            [count] => Some(DrawAmount::Count(count)),
            _ => None,
        }
    }
}
