//! Operators and operands in a row → trees.

use pest::iterators::Pair;
use yufang_grammar::Rule;

use super::{ParseError, Reader};
use crate::ast::{AggregateKind, BinaryOp, Builtin, CompareOp, Expr, ExprKind, Name};
use crate::date::{Date, TimeUnit};
use crate::number::{Number, parse_decimal, whole};
use crate::source::Span;
use crate::text::fold;

/// Deepest tree: what walks it afterwards may recurse.
const MOST_DEEP: u32 = 200;

/// An expression and how deep it is.
struct Tree {
    expr: Expr,
    depth: u32,
}

/// An infix operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Infix {
    And,
    Or,
    OrElse,
    Compare(CompareOp),
    Binary(BinaryOp),
}

impl Infix {
    fn level(self) -> u8 {
        match self {
            Infix::Or => 1,
            Infix::And => 2,
            Infix::Compare(_) => 4,
            Infix::Binary(BinaryOp::Add | BinaryOp::Subtract) => 5,
            Infix::Binary(_) => 6,
            Infix::OrElse => 7,
        }
    }
}

/// What stands between operands: an operator, or 属于 with its codes.
enum Link<'a> {
    Infix(Infix),
    Under(Pair<'a, Rule>),
}

impl Reader<'_> {
    pub(super) fn expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        self.tree(pair).expr
    }

    fn tree(&mut self, pair: Pair<'_, Rule>) -> Tree {
        let span = self.span(&pair);
        let mut operands = Vec::new();
        let mut links = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::operand => operands.push(part),
                Rule::under => links.push(Link::Under(part)),
                _ => links.push(Link::Infix(infix(&part))),
            }
        }
        self.refuse_mixtures(&links, span);
        let mut flat = Flat { operands: operands.into_iter(), links: links.into_iter().peekable() };
        let first = self.operand(&mut flat);
        let tree = self.climb(first, &mut flat, 0);
        self.bounded(tree)
    }

    /// A tree that is not too deep: taking a deep one apart would exhaust the stack.
    fn bounded(&mut self, tree: Tree) -> Tree {
        if tree.depth <= MOST_DEEP {
            return tree;
        }
        let span = tree.expr.span;
        if self.faults.last().is_none_or(|fault| fault.code != "E0008") {
            self.fault(&ParseError::TooDeep(MOST_DEEP as usize), span);
        }
        Tree { expr: Expr { kind: ExprKind::Missing, span }, depth: 0 }
    }

    fn refuse_mixtures(&mut self, links: &[Link<'_>], span: Span) {
        let has = |wanted: fn(&Infix) -> bool| {
            links.iter().any(|link| matches!(link, Link::Infix(own) if wanted(own)))
        };
        if has(|own| *own == Infix::And) && has(|own| *own == Infix::Or) {
            self.fault(&ParseError::MixedLogic, span);
        }
        let others = links.iter().any(|link| !matches!(link, Link::Infix(Infix::OrElse)));
        if has(|own| *own == Infix::OrElse) && others {
            self.fault(&ParseError::MixedOrElse, span);
        }
    }

    /// Joins operands from `left` on, as long as operators bind at least as tightly as `least`.
    fn climb(&mut self, left: Tree, flat: &mut Flat<'_>, least: u8) -> Tree {
        let mut left = left;
        while let Some(Link::Infix(op)) = flat.links.peek() {
            let op = *op;
            if op.level() < least {
                break;
            }
            left = match op {
                Infix::Compare(_) => self.comparisons(left, flat),
                Infix::And | Infix::Or => self.logic(left, flat, op),
                Infix::OrElse => self.alternatives(left, flat),
                Infix::Binary(op) => {
                    flat.links.next();
                    let right = self.operand(flat);
                    let right = self.climb(right, flat, Infix::Binary(op).level() + 1);
                    join(left, right, |a, b| ExprKind::Binary(op, a, b))
                }
            };
            left = self.bounded(left);
        }
        left
    }

    fn comparisons(&mut self, left: Tree, flat: &mut Flat<'_>) -> Tree {
        let mut depth = left.depth;
        let mut span = left.expr.span;
        let mut rest: Vec<(CompareOp, Expr)> = Vec::new();
        while let Some(Link::Infix(Infix::Compare(op))) = flat.links.peek() {
            let op = *op;
            flat.links.next();
            let right = self.operand(flat);
            let right = self.climb(right, flat, Infix::Compare(op).level() + 1);
            depth = depth.max(right.depth);
            span = span.to(right.expr.span);
            rest.push((op, right.expr));
        }
        if rest.len() > 1 && !one_way(&rest) {
            self.fault(&ParseError::CrookedChain, span);
        }
        Tree { expr: Expr { kind: ExprKind::Compare(Box::new(left.expr), rest), span }, depth: depth + 1 }
    }

    /// To the right: `a 无则 b 无则 c` takes the first that is there.
    fn alternatives(&mut self, left: Tree, flat: &mut Flat<'_>) -> Tree {
        let mut operands = vec![left];
        while matches!(flat.links.peek(), Some(Link::Infix(Infix::OrElse))) {
            flat.links.next();
            operands.push(self.operand(flat));
        }
        let last = operands.pop();
        let joined = operands.into_iter().rev().fold(last, |right, left| {
            let tree = match right {
                Some(right) => join(left, right, ExprKind::OrElse),
                None => left,
            };
            Some(self.bounded(tree))
        });
        joined.unwrap_or_else(|| {
            // INVARIANT: `operands` begins with `left`.
            let span = self.prepared.span(self.start, self.start);
            Tree { expr: Expr { kind: ExprKind::Missing, span }, depth: 0 }
        })
    }

    fn logic(&mut self, left: Tree, flat: &mut Flat<'_>, op: Infix) -> Tree {
        let mut depth = left.depth;
        let mut span = left.expr.span;
        let mut operands = vec![left.expr];
        while matches!(flat.links.peek(), Some(Link::Infix(own)) if *own == op) {
            flat.links.next();
            let right = self.operand(flat);
            let right = self.climb(right, flat, op.level() + 1);
            depth = depth.max(right.depth);
            span = span.to(right.expr.span);
            operands.push(right.expr);
        }
        let kind = if op == Infix::And { ExprKind::All(operands) } else { ExprKind::Any(operands) };
        Tree { expr: Expr { kind, span }, depth: depth + 1 }
    }

    /// The next operand, with its prefixes and any 属于 after it.
    fn operand(&mut self, flat: &mut Flat<'_>) -> Tree {
        let Some(pair) = flat.operands.next() else {
            // INVARIANT: the grammar puts an operand after every operator.
            let span = self.prepared.span(self.start, self.start);
            return Tree { expr: Expr { kind: ExprKind::Missing, span }, depth: 0 };
        };
        let whole = self.span(&pair);
        let mut prefixes = Vec::new();
        let mut primary = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::prefix => prefixes.push((part.as_str().trim().to_owned(), self.span(&part))),
                _ => primary = Some(part),
            }
        }
        if prefixes.len() > MOST_DEEP as usize {
            self.fault(&ParseError::TooDeep(MOST_DEEP as usize), whole);
            prefixes.clear();
        }
        let mut tree = match primary {
            Some(primary) => self.primary(primary),
            None => Tree { expr: Expr { kind: ExprKind::Missing, span: whole }, depth: 0 },
        };
        let negations = |own: &(String, Span)| matches!(own.0.as_str(), "非" | "not");
        let tight = prefixes.iter().rev().take_while(|own| !negations(own)).count();
        let (loose, tight) = prefixes.split_at(prefixes.len() - tight);
        tree = tight.iter().rev().fold(tree, apply);
        while matches!(flat.links.peek(), Some(Link::Under(_))) {
            if let Some(Link::Under(pair)) = flat.links.next() {
                tree = self.under(tree, pair);
            }
        }
        // 非 x = 1 denies the comparison: it binds more loosely than all but 且 and 或.
        if !loose.is_empty() {
            tree = self.climb(tree, flat, Infix::Compare(CompareOp::Equal).level());
        }
        loose.iter().rev().fold(tree, apply)
    }

    fn under(&mut self, tree: Tree, pair: Pair<'_, Rule>) -> Tree {
        let span = tree.expr.span.to(self.span(&pair));
        let codes = pair.into_inner().filter(|part| part.as_rule() == Rule::literal_code);
        let codes = codes.map(|code| self.literal_code(code)).collect();
        Tree { expr: Expr { kind: ExprKind::Under(Box::new(tree.expr), codes), span }, depth: tree.depth + 1 }
    }

    pub(super) fn literal_code(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        match pair.into_inner().next() {
            Some(own) if own.as_rule() == Rule::digits => {
                let raw = own.as_str().to_owned();
                let value = parse_decimal(&raw).unwrap_or_else(|| whole(0));
                Expr { kind: ExprKind::Number { value, raw, unit: None }, span }
            }
            Some(own) if own.as_rule() == Rule::text => {
                let text = self.text(&own).text;
                Expr { kind: ExprKind::Text(text), span }
            }
            Some(own) => Expr { kind: ExprKind::Name(self.name(&own)), span },
            None => Expr { kind: ExprKind::Missing, span },
        }
    }

    fn primary(&mut self, pair: Pair<'_, Rule>) -> Tree {
        let span = self.span(&pair);
        let Some(inner) = pair.into_inner().next() else {
            return Tree { expr: Expr { kind: ExprKind::Missing, span }, depth: 0 };
        };
        let own = self.span(&inner);
        let leaf = |kind| Tree { expr: Expr { kind, span: own }, depth: 1 };
        match inner.as_rule() {
            Rule::expr => {
                let mut tree = self.tree(inner);
                tree.expr.span = span;
                tree.depth += 1;
                tree
            }
            Rule::conditional => self.conditional(inner, own),
            Rule::within => self.within(inner, own),
            Rule::span => {
                let (count, unit) = self.count_and_unit(inner);
                leaf(ExprKind::Duration(count, unit))
            }
            Rule::quantity => leaf(self.quantity(inner)),
            Rule::block => self.block(inner, own),
            Rule::aggregate => self.aggregate(inner, own),
            Rule::function => self.function(inner, own),
            Rule::constant => leaf(self.constant(inner)),
            _ => self.reference(inner, own),
        }
    }

    fn conditional(&mut self, pair: Pair<'_, Rule>, span: Span) -> Tree {
        let mut parts =
            pair.into_inner().filter(|part| part.as_rule() == Rule::expr).map(|part| self.tree(part));
        let (Some(c), Some(a), Some(b)) = (parts.next(), parts.next(), parts.next()) else {
            // INVARIANT: the grammar gives a choice its three parts.
            return Tree { expr: Expr { kind: ExprKind::Missing, span }, depth: 0 };
        };
        let depth = c.depth.max(a.depth).max(b.depth) + 1;
        Tree {
            expr: Expr { kind: ExprKind::If(Box::new(c.expr), Box::new(a.expr), Box::new(b.expr)), span },
            depth,
        }
    }

    fn within(&mut self, pair: Pair<'_, Rule>, span: Span) -> Tree {
        let inner = pair.clone().into_inner().find(|part| part.as_rule() == Rule::expr);
        let (count, unit) = self.count_and_unit(pair);
        match inner {
            Some(inner) => {
                let tree = self.tree(inner);
                let kind = ExprKind::Recent(count, unit, Box::new(tree.expr));
                Tree { expr: Expr { kind, span }, depth: tree.depth + 1 }
            }
            None => Tree { expr: Expr { kind: ExprKind::Missing, span }, depth: 0 },
        }
    }

    fn count_and_unit(&mut self, pair: Pair<'_, Rule>) -> (u32, TimeUnit) {
        let mut count = 0;
        let mut unit = TimeUnit::Day;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::digits => count = self.small(&part),
                Rule::time_unit => {
                    unit = match part.into_inner().next().map(|own| own.as_rule()) {
                        Some(Rule::k_year) => TimeUnit::Year,
                        Some(Rule::k_month) => TimeUnit::Month,
                        _ => TimeUnit::Day,
                    }
                }
                _ => {}
            }
        }
        (count, unit)
    }

    fn quantity(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        let mut raw = String::new();
        let mut value = whole(0);
        let mut unit = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::date => return ExprKind::Date(self.date(&part)),
                Rule::number => {
                    raw = part.as_str().to_owned();
                    value = self.number_of(&part);
                }
                Rule::percent => value /= whole(100),
                _ => unit = part.into_inner().next().map(|name| self.name(&name)),
            }
        }
        ExprKind::Number { value, raw, unit }
    }

    /// A literal: see the grammar's `literal` and `bare`.
    pub(super) fn literal(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let parts: Vec<Pair<'_, Rule>> = pair.into_inner().collect();
        let negative = parts.first().is_some_and(|part| part.as_rule() == Rule::negative);
        let mut kind = ExprKind::Missing;
        let mut names: Vec<Name> = Vec::new();
        for part in parts {
            match part.as_rule() {
                Rule::number => {
                    let own = self.number_of(&part);
                    let value = if negative { -own } else { own };
                    kind = ExprKind::Number { value, raw: part.as_str().to_owned(), unit: None };
                }
                Rule::percent => {
                    if let ExprKind::Number { value, .. } = &mut kind {
                        *value = &*value / whole(100);
                    }
                }
                Rule::unit => {
                    let own = part.into_inner().next().map(|name| self.name(&name));
                    if let ExprKind::Number { unit, .. } = &mut kind {
                        *unit = own;
                    }
                }
                Rule::date => kind = ExprKind::Date(self.date(&part)),
                Rule::text => kind = ExprKind::Text(self.text(&part).text),
                Rule::k_yes => kind = ExprKind::Flag(true),
                Rule::k_no => kind = ExprKind::Flag(false),
                Rule::name => names.push(self.name(&part)),
                _ => {}
            }
        }
        let mut names = names.into_iter();
        match (names.next(), names.next()) {
            (Some(one), Some(two)) => kind = ExprKind::Qualified(one, two),
            (Some(one), None) => kind = ExprKind::Name(one),
            _ => {}
        }
        Expr { kind, span }
    }

    fn block(&mut self, pair: Pair<'_, Rule>, span: Span) -> Tree {
        let any = pair.clone().into_inner().next().is_some_and(|word| word.as_rule() == Rule::k_any);
        let parts: Vec<Tree> = pair
            .into_inner()
            .filter(|part| part.as_rule() == Rule::expr)
            .map(|part| self.tree(part))
            .collect();
        let depth = parts.iter().map(|part| part.depth).max().unwrap_or(0) + 1;
        let operands = parts.into_iter().map(|part| part.expr).collect();
        let kind = if any { ExprKind::Any(operands) } else { ExprKind::All(operands) };
        Tree { expr: Expr { kind, span }, depth }
    }

    fn aggregate(&mut self, pair: Pair<'_, Rule>, span: Span) -> Tree {
        let mut kind = AggregateKind::Sum;
        let mut list = None;
        let (mut value, mut filter) = (None, None);
        let mut filtering = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::k_count => kind = AggregateKind::Count,
                Rule::k_min => kind = AggregateKind::Min,
                Rule::k_max => kind = AggregateKind::Max,
                Rule::k_any => kind = AggregateKind::Any,
                Rule::k_all => kind = AggregateKind::All,
                Rule::name => list = Some(self.name(&part)),
                Rule::k_where => filtering = true,
                Rule::expr if filtering => filter = Some(self.tree(part)),
                Rule::expr => value = Some(self.tree(part)),
                _ => {}
            }
        }
        let depth = value.iter().chain(&filter).map(|tree| tree.depth).max().unwrap_or(0) + 1;
        let boxed = |tree: Option<Tree>| tree.map(|tree| Box::new(tree.expr));
        match list {
            Some(list) => {
                let kind = ExprKind::Aggregate { kind, list, value: boxed(value), filter: boxed(filter) };
                Tree { expr: Expr { kind, span }, depth }
            }
            // INVARIANT: the grammar gives an aggregate its list.
            None => Tree { expr: Expr { kind: ExprKind::Missing, span }, depth: 0 },
        }
    }

    fn function(&mut self, pair: Pair<'_, Rule>, span: Span) -> Tree {
        let mut parts = pair.into_inner();
        let function = parts.next().map_or(Builtin::Round, |word| builtin(word.as_rule()));
        let (arguments, depth) = self.arguments(parts.next());
        Tree { expr: Expr { kind: ExprKind::Builtin(function, arguments), span }, depth: depth + 1 }
    }

    fn arguments(&mut self, pair: Option<Pair<'_, Rule>>) -> (Vec<Expr>, u32) {
        let trees: Vec<Tree> =
            pair.into_iter().flat_map(Pair::into_inner).map(|part| self.tree(part)).collect();
        let depth = trees.iter().map(|tree| tree.depth).max().unwrap_or(0);
        (trees.into_iter().map(|tree| tree.expr).collect(), depth)
    }

    fn constant(&mut self, pair: Pair<'_, Rule>) -> ExprKind {
        match pair.into_inner().next() {
            Some(own) => match own.as_rule() {
                Rule::k_yes => ExprKind::Flag(true),
                Rule::k_no => ExprKind::Flag(false),
                Rule::k_as_of => ExprKind::AsOf,
                Rule::text => ExprKind::Text(self.text(&own).text),
                _ => ExprKind::Missing,
            },
            None => ExprKind::Missing,
        }
    }

    fn reference(&mut self, pair: Pair<'_, Rule>, span: Span) -> Tree {
        let mut parts = pair.into_inner();
        let Some(first) = parts.next() else {
            return Tree { expr: Expr { kind: ExprKind::Missing, span }, depth: 0 };
        };
        let name = self.name(&first);
        match parts.next() {
            Some(second) if second.as_rule() == Rule::name => {
                let second = self.name(&second);
                Tree { expr: Expr { kind: ExprKind::Qualified(name, second), span }, depth: 1 }
            }
            Some(arguments) => {
                let (arguments, depth) = self.arguments(Some(arguments));
                Tree { expr: Expr { kind: ExprKind::Call(name, arguments), span }, depth: depth + 1 }
            }
            None => Tree { expr: Expr { kind: ExprKind::Name(name), span }, depth: 1 },
        }
    }

    pub(super) fn reference_expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        self.reference(pair, span).expr
    }

    pub(super) fn name(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let span = self.span(pair);
        let text = fold(pair.as_str().trim().trim_matches('`')).into_owned();
        if text.is_empty() || text.contains('|') || text.chars().count() > 64 {
            self.fault(&ParseError::BadName, span);
        }
        Name { text, span }
    }

    pub(super) fn number_of(&mut self, pair: &Pair<'_, Rule>) -> Number {
        match parse_decimal(pair.as_str().trim()) {
            Some(number) => number,
            None => {
                let span = self.span(pair);
                self.fault(&ParseError::NumberTooBig, span);
                whole(0)
            }
        }
    }

    pub(super) fn small(&mut self, pair: &Pair<'_, Rule>) -> u32 {
        let span = self.span(pair);
        pair.as_str().trim().parse().ok().filter(|count| *count <= 1_000_000_000).unwrap_or_else(|| {
            self.fault(&ParseError::NumberTooBig, span);
            0
        })
    }

    pub(super) fn date(&mut self, pair: &Pair<'_, Rule>) -> Date {
        let span = self.span(pair);
        Date::parse(pair.as_str().trim()).unwrap_or_else(|| {
            self.fault(&ParseError::NoSuchDate, span);
            Date::MIN
        })
    }
}

/// Operands and what links them, in written order.
struct Flat<'a> {
    operands: std::vec::IntoIter<Pair<'a, Rule>>,
    links: std::iter::Peekable<std::vec::IntoIter<Link<'a>>>,
}

fn join(left: Tree, right: Tree, make: impl Fn(Box<Expr>, Box<Expr>) -> ExprKind) -> Tree {
    let span = left.expr.span.to(right.expr.span);
    let depth = left.depth.max(right.depth) + 1;
    Tree { expr: Expr { kind: make(Box::new(left.expr), Box::new(right.expr)), span }, depth }
}

fn apply(tree: Tree, (word, at): &(String, Span)) -> Tree {
    let span = at.to(tree.expr.span);
    let depth = tree.depth + 1;
    let inner = Box::new(tree.expr);
    let kind = match word.as_str() {
        "非" | "not" => ExprKind::Not(inner),
        "有" | "has" => ExprKind::Has(inner),
        _ => ExprKind::Negate(inner),
    };
    Tree { expr: Expr { kind, span }, depth }
}

fn infix(pair: &Pair<'_, Rule>) -> Infix {
    let own = pair.clone().into_inner().next();
    let rule = own.as_ref().map(Pair::as_rule);
    match (rule, pair.as_str().trim()) {
        (Some(Rule::k_and), _) => Infix::And,
        (Some(Rule::k_or), _) => Infix::Or,
        (Some(Rule::k_or_else), _) => Infix::OrElse,
        (_, "<") => Infix::Compare(CompareOp::Less),
        (_, "<=") => Infix::Compare(CompareOp::LessOrEqual),
        (_, ">") => Infix::Compare(CompareOp::Greater),
        (_, ">=") => Infix::Compare(CompareOp::GreaterOrEqual),
        (_, "!=") => Infix::Compare(CompareOp::NotEqual),
        (_, "+") => Infix::Binary(BinaryOp::Add),
        (_, "-") => Infix::Binary(BinaryOp::Subtract),
        (_, "*") => Infix::Binary(BinaryOp::Multiply),
        (_, "/") => Infix::Binary(BinaryOp::Divide),
        _ => Infix::Compare(CompareOp::Equal),
    }
}

/// `0 < x <= 5` goes up, `5 >= x > 0` goes down; nothing else chains.
fn one_way(rest: &[(CompareOp, Expr)]) -> bool {
    let up = |op: &CompareOp| matches!(op, CompareOp::Less | CompareOp::LessOrEqual);
    let down = |op: &CompareOp| matches!(op, CompareOp::Greater | CompareOp::GreaterOrEqual);
    rest.iter().all(|(op, _)| up(op)) || rest.iter().all(|(op, _)| down(op))
}

pub(super) fn builtin(rule: Rule) -> Builtin {
    match rule {
        Rule::k_floor => Builtin::Floor,
        Rule::k_ceil => Builtin::Ceil,
        Rule::k_abs => Builtin::Abs,
        Rule::k_clamp => Builtin::Clamp,
        Rule::k_min => Builtin::Min,
        Rule::k_max => Builtin::Max,
        _ => Builtin::Round,
    }
}
