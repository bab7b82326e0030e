//! A rule set with every name resolved and every type known. Only `check` builds one.
//!
//! A model holds for one span of validity: where tables or rules change over time, `check` builds
//! one model a span. Expressions live in one arena, so that a plan, an explanation and an analysis
//! can all speak of the same [`ExprId`].

use std::sync::Arc;

use crate::ast::{AggregateKind, Builtin, CompareOp, DrawDecl, Pick};
use crate::codes::{CodeId, CodeList};
use crate::date::{Date, TimeUnit};
use crate::number::Number;
use crate::source::Span;

pub use crate::ast::Worse;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A field of the subject, by position.
    FieldId,
    /// A list of the subject, by position.
    ListId,
    /// A table or matrix.
    TableId,
    /// A definition: 设, 输出 or 计分.
    DefId,
    /// An expression in the arena.
    ExprId,
    /// A scale.
    ScaleId,
    /// A code list of the model.
    CodeListId,
    /// A set of options: one for each option field.
    OptionSetId,
    /// A score sheet.
    SheetId,
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ty {
    /// 是否.
    Flag,
    /// Any number, with its unit where it has one.
    Number {
        /// A label; no conversion.
        unit: Option<Arc<str>>,
    },
    /// 文本.
    Text,
    /// 日期.
    Date,
    /// A code of a list.
    Code(CodeListId),
    /// One of a set of options.
    Option(OptionSetId),
    /// A tier of a scale.
    Tier(ScaleId),
}

/// Where a value lives: once a row, or once an element of a list. A row's value used in an
/// element's expression is the owner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Space {
    /// Once a row. Constants live here too.
    Row,
    /// Once an element.
    Element(ListId),
}

/// A checked rule set for one span of validity.
#[derive(Debug, Clone)]
pub struct Model {
    /// Name of the rule set.
    pub name: String,
    /// Its version.
    pub version: String,
    /// From when to when this model holds, both included; open where `None`.
    pub from: Option<Date>,
    /// See `from`.
    pub to: Option<Date>,
    /// Law that the rule set rests on.
    pub notes: Notes,
    /// Scales.
    pub scales: Vec<Scale>,
    /// Code lists.
    pub codes: Vec<Arc<CodeList>>,
    /// Option sets.
    pub options: Vec<OptionSet>,
    /// What is graded.
    pub subject: Subject,
    /// Tables and matrices.
    pub tables: Vec<Table>,
    /// Score sheets.
    pub sheets: Vec<Sheet>,
    /// Definitions in written order.
    pub definitions: Vec<Definition>,
    /// The same, each after those that it uses.
    pub order: Vec<DefId>,
    /// All expressions; children stand before their parents.
    pub exprs: Vec<Expr>,
    /// How the tier is found.
    pub grade: Grade,
    /// Rules in written order.
    pub rules: Vec<Rule>,
    /// Requirements in written order.
    pub requirements: Vec<Requirement>,
    /// Alerts in written order.
    pub alerts: Vec<Alert>,
    /// Examples in written order (those whose as-of date, if any, this span holds).
    pub examples: Vec<Example>,
    /// Draw blocks, as written.
    pub draws: Vec<DrawDecl>,
    /// Whether anything that is evaluated uses the as-of date.
    pub uses_as_of: bool,
}

impl Model {
    /// An expression.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }

    /// The scale that the tiers are of.
    pub fn scale(&self) -> &Scale {
        &self.scales[self.grade.scale.index()]
    }

    /// The key field, if the subject names one.
    pub fn key(&self) -> Option<FieldId> {
        let position = self.subject.fields.iter().position(|field| field.key)?;
        Some(FieldId(position as u32))
    }

    /// The definitions that are outputs, in written order.
    pub fn outputs(&self) -> impl Iterator<Item = (DefId, &Definition)> {
        let numbered = self.definitions.iter().enumerate();
        numbered.filter(|(_, def)| def.output).map(|(at, def)| (DefId(at as u32), def))
    }
}

impl Model {
    /// A value as people write it: names of tiers, options and codes.
    pub fn show(&self, value: &Constant, ty: Option<&Ty>) -> String {
        match (value, ty) {
            (Constant::Number(number), _) => crate::number::show(number),
            (Constant::Flag(flag), _) => if *flag { "是" } else { "否" }.to_owned(),
            (Constant::Text(text), _) => text.clone(),
            (Constant::Date(date), _) => date.to_string(),
            (Constant::Code(code), Some(Ty::Code(list))) => self.codes[list.index()].get(*code).code.clone(),
            (Constant::Option(at), Some(Ty::Option(set))) => {
                self.options[set.index()].options[*at as usize].0.clone()
            }
            (Constant::Tier(tier), Some(Ty::Tier(scale))) => {
                self.scales[scale.index()].tiers[usize::from(*tier)].name.clone()
            }
            (Constant::Tier(tier), _) => self.scale().tiers[usize::from(*tier)].name.clone(),
            (Constant::Code(CodeId(at)) | Constant::Option(at), _) => at.to_string(),
            (Constant::Missing, _) => "缺".to_owned(),
        }
    }
}

/// Reasons, law and remarks attached to something, for explanations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// 因为.
    pub because: Option<String>,
    /// 依据: title with 《》, and locator.
    pub basis: Vec<(String, Option<String>)>,
    /// 注.
    pub notes: Vec<String>,
}

/// An ordered scale of tiers; at most 64.
#[derive(Debug, Clone)]
pub struct Scale {
    /// Name.
    pub name: String,
    /// Lowest first.
    pub tiers: Vec<Tier>,
    /// Where it is declared.
    pub span: Span,
}

/// One tier.
#[derive(Debug, Clone)]
pub struct Tier {
    /// Name.
    pub name: String,
    /// Label, or empty.
    pub label: String,
    /// `#RRGGBB`.
    pub color: Option<String>,
}

/// The options of one field.
#[derive(Debug, Clone)]
pub struct OptionSet {
    /// Names with labels (empty where none), as listed.
    pub options: Vec<(String, String)>,
}

/// What is graded.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Name.
    pub name: String,
    /// Fields that hold one value a row.
    pub fields: Vec<Field>,
    /// Fields that hold a list of elements a row.
    pub lists: Vec<List>,
}

/// A field of the subject or of a list's elements.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name: the column's name.
    pub name: String,
    /// A second name for the column.
    pub label: Option<String>,
    /// What it may hold.
    pub ty: FieldType,
    /// 主键.
    pub key: bool,
    /// `?`.
    pub optional: bool,
    /// 缺省.
    pub default: Option<Constant>,
    /// 越大越险 / 越小越险.
    pub worse: Option<Worse>,
    /// 可改, with its cost.
    pub changeable: Option<Number>,
    /// Remarks.
    pub notes: Notes,
    /// Where it is declared.
    pub span: Span,
}

/// What a field may hold.
#[derive(Debug, Clone)]
pub enum FieldType {
    /// 文本.
    Text,
    /// 是否.
    Flag,
    /// 整数 or 数, within a range.
    Number {
        /// Least value.
        lo: Number,
        /// Greatest value.
        hi: Number,
        /// Decimal places that data may have; 0 for 整数.
        decimals: u32,
        /// Only these values, ascending, with labels (empty where none), where the field lists them.
        listed: Option<Vec<(Number, String)>>,
        /// Unit.
        unit: Option<Arc<str>>,
    },
    /// 选项.
    Option(OptionSetId),
    /// 代码.
    Code {
        /// The list.
        list: CodeListId,
        /// The level at which a code is no longer coarse.
        level: u32,
    },
    /// 日期, within a range.
    Date {
        /// First day.
        lo: Date,
        /// Last day.
        hi: Date,
    },
}

impl FieldType {
    /// The type of the field's values.
    pub fn ty(&self) -> Ty {
        match self {
            FieldType::Text => Ty::Text,
            FieldType::Flag => Ty::Flag,
            FieldType::Number { unit, .. } => Ty::Number { unit: unit.clone() },
            FieldType::Option(set) => Ty::Option(*set),
            FieldType::Code { list, .. } => Ty::Code(*list),
            FieldType::Date { .. } => Ty::Date,
        }
    }
}

/// A list of the subject.
#[derive(Debug, Clone)]
pub struct List {
    /// Its name.
    pub name: String,
    /// A second name.
    pub label: Option<String>,
    /// Most elements a row may have; more make the row invalid.
    pub at_most: u32,
    /// `?`: whether a row may come without the list (not the same as with an empty one).
    pub optional: bool,
    /// The elements' fields.
    pub fields: Vec<Field>,
    /// Remarks.
    pub notes: Notes,
    /// Where it is declared.
    pub span: Span,
}

/// A literal value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Constant {
    /// A number.
    Number(Number),
    /// 是 / 否.
    Flag(bool),
    /// Folded text.
    Text(String),
    /// A date.
    Date(Date),
    /// A code.
    Code(CodeId),
    /// An option, by position in its set.
    Option(u32),
    /// A tier, by position in its scale.
    Tier(u8),
    /// 缺: a gap on purpose.
    Missing,
}

/// A table or a matrix.
#[derive(Debug, Clone)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Whether it was written as a matrix.
    pub matrix: bool,
    /// Names and types of its keys.
    pub params: Vec<Param>,
    /// Number or Tier.
    pub result: Ty,
    /// Which row wins; a matrix is 唯一.
    pub pick: Pick,
    /// Rows in written order; a matrix has one a cell, row by row.
    pub rows: Vec<Row>,
    /// Remarks.
    pub notes: Notes,
    /// Its head.
    pub span: Span,
}

/// A key of a table.
#[derive(Debug, Clone)]
pub struct Param {
    /// The name of the field or definition that types it.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// For a matrix: the expression of its axis, used when the matrix is used bare.
    pub axis: Option<ExprId>,
    /// Static bounds where the parameter is a number: of the field or definition it names.
    pub bounds: Option<(Number, Number)>,
}

/// One row of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// One a parameter.
    pub cells: Vec<Key>,
    /// What it gives: a number, a tier or 缺.
    pub value: Constant,
    /// Remarks.
    pub notes: Notes,
    /// Where: in the rule file or in the CSV file.
    pub span: Span,
}

/// What a key must be. Lists are any-of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// 其他: whatever no other row takes; a row with fewer 其他 goes before one with more.
    Otherwise,
    /// One of these numbers.
    Numbers(Vec<Number>),
    /// Within a range.
    Range(Range),
    /// One of these folded texts.
    Texts(Vec<String>),
    /// Under one of these codes.
    Codes(Vec<CodeId>),
    /// One of these options.
    Options(Vec<u32>),
    /// One of these tiers.
    Tiers(Vec<u8>),
    /// One of these flags.
    Flags(Vec<bool>),
    /// One of these dates.
    Dates(Vec<Date>),
}

/// A range of numbers; each end with whether it belongs to the range, open where `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Range {
    /// Lower end.
    pub lo: Option<(Number, bool)>,
    /// Upper end.
    pub hi: Option<(Number, bool)>,
}

impl Range {
    /// Whether a number lies within.
    pub fn contains(&self, value: &Number) -> bool {
        let above = self.lo.as_ref().is_none_or(|(lo, closed)| value > lo || (*closed && value == lo));
        let below = self.hi.as_ref().is_none_or(|(hi, closed)| value < hi || (*closed && value == hi));
        above && below
    }
}

/// 设, 输出 or 计分.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Name.
    pub name: String,
    /// A second name that is shown.
    pub label: Option<String>,
    /// Whether it is an output column.
    pub output: bool,
    /// Where its values live.
    pub space: Space,
    /// Type of its values.
    pub ty: Ty,
    /// Its expression; a score sheet's is one [`ExprKind::Sheet`].
    pub expr: ExprId,
    /// Remarks.
    pub notes: Notes,
    /// Where its name is declared.
    pub span: Span,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What.
    pub kind: ExprKind,
    /// Type of its values.
    pub ty: Ty,
    /// Where its values live: `Element` as soon as an operand does; aggregates are one level up.
    pub space: Space,
    /// Where it is written.
    pub span: Span,
}

/// The kinds of expressions. Operands are typed: check has seen to it.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A literal; `Missing` is a gap on purpose.
    Constant(Constant),
    /// 评估日.
    AsOf,
    /// A field of the subject.
    Field(FieldId),
    /// A field of a list's element.
    ElementField(ListId, u32),
    /// A definition's value.
    Definition(DefId),
    /// A score sheet's value.
    Sheet(SheetId),
    /// The tier after all effects, by the scale's name; only in alerts and draws.
    FinalTier,
    /// `-x`.
    Negate(ExprId),
    /// Sum of two numbers.
    Add(ExprId, ExprId),
    /// Difference of two numbers.
    Subtract(ExprId, ExprId),
    /// Product.
    Multiply(ExprId, ExprId),
    /// Quotient; by zero it is a gap (check refuses it where no 无则 stands around).
    Divide(ExprId, ExprId),
    /// A date moved by `count` units.
    MoveDate(ExprId, i32, TimeUnit),
    /// Days from the second date to the first.
    DaysBetween(ExprId, ExprId),
    /// A function of numbers. `Round` has one or two operands, the second a constant.
    Builtin(Builtin, Vec<ExprId>),
    /// Comparison of two values of one type: numbers, dates and tiers in order, others for equality.
    Compare(CompareOp, ExprId, ExprId),
    /// 非.
    Not(ExprId),
    /// 且, 全部 of conditions: Kleene's.
    All(Vec<ExprId>),
    /// 或, 任一 of conditions: Kleene's.
    Any(Vec<ExprId>),
    /// A code under any of these.
    Under(ExprId, Vec<CodeId>),
    /// An option or text or number that is one of these.
    OneOf(ExprId, Vec<Constant>),
    /// `若 c 则 a 否则 b`.
    If(ExprId, ExprId, ExprId),
    /// `x 无则 y`.
    OrElse(ExprId, ExprId),
    /// `有 x`.
    Has(ExprId),
    /// `近 n unit(d)`: within (as-of − n units, as-of].
    Recent(u32, TimeUnit, ExprId),
    /// A table's row for keys.
    Lookup(TableId, Vec<ExprId>),
    /// Something of a list's elements.
    Aggregate {
        /// Which.
        kind: AggregateKind,
        /// The list.
        list: ListId,
        /// Of what; a condition for 任一 and 全部, absent for 计数.
        value: Option<ExprId>,
        /// Over which elements.
        filter: Option<ExprId>,
    },
}

/// A score sheet: `start` + Σ items.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Where it starts.
    pub start: Number,
    /// Its items.
    pub items: Vec<SheetItem>,
}

/// An item: additions, at most `cap`, less deductions, at most `cap_deduct`.
#[derive(Debug, Clone)]
pub struct SheetItem {
    /// Label.
    pub label: String,
    /// Most that it adds.
    pub cap: Option<Number>,
    /// Most that it deducts.
    pub cap_deduct: Option<Number>,
    /// Only the heaviest deduction and the greatest addition count.
    pub heaviest: bool,
    /// Lines.
    pub lines: Vec<SheetLine>,
    /// Remarks.
    pub notes: Notes,
    /// Where.
    pub span: Span,
}

/// A line: `count` × `points`. A negative product of an adding line is still an addition (below
/// zero), and of a deducting line a deduction below zero: sides are fixed by the word, not the sign.
#[derive(Debug, Clone)]
pub struct SheetLine {
    /// What counts: a condition counts 0 or 1, a number itself.
    pub count: ExprId,
    /// Points for each; an expression line has 1.
    pub points: Number,
    /// Whether it deducts.
    pub deduct: bool,
    /// Remarks.
    pub notes: Notes,
    /// Where.
    pub span: Span,
}

/// 分级.
#[derive(Debug, Clone)]
pub struct Grade {
    /// The scale of the tiers.
    pub scale: ScaleId,
    /// By what.
    pub by: GradeBy,
    /// Where it fails, the base tier is `otherwise`.
    pub when: Option<ExprId>,
    /// Base tier where `when` fails; check sees that it is there if `when` is.
    pub otherwise: Option<u8>,
    /// Remarks.
    pub notes: Notes,
    /// Its head.
    pub span: Span,
}

/// What gives the base tier.
#[derive(Debug, Clone)]
pub enum GradeBy {
    /// A number and its bands.
    Bands {
        /// The score.
        value: ExprId,
        /// Bands in written order; they cover every value the score can have, without overlap.
        bands: Vec<Band>,
    },
    /// A tier.
    Tier(ExprId),
}

/// One band.
#[derive(Debug, Clone)]
pub struct Band {
    /// The tier.
    pub tier: u8,
    /// Its range.
    pub range: Range,
    /// Remarks.
    pub notes: Notes,
    /// Where.
    pub span: Span,
}

/// 规则.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Name.
    pub name: String,
    /// Condition; always where `None`.
    pub when: Option<ExprId>,
    /// What it does.
    pub effect: Effect,
    /// Remarks.
    pub notes: Notes,
    /// Where its name is declared.
    pub span: Span,
}

/// What a rule does. Expressions are tiers of the graded scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Floor.
    AtLeast(ExprId),
    /// Cap.
    AtMost(ExprId),
    /// Verdict.
    Is(ExprId),
    /// Steps up (positive) or down.
    Step(i32),
}

/// 要求.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The list whose every element must satisfy it.
    pub over: Option<ListId>,
    /// Where it certainly fails, the row is invalid.
    pub condition: ExprId,
    /// Remarks.
    pub notes: Notes,
    /// Where.
    pub span: Span,
}

/// 预警.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Name.
    pub name: String,
    /// Condition.
    pub when: ExprId,
    /// Level, a tier of the graded scale.
    pub level: Option<u8>,
    /// Text, with values in it.
    pub message: Vec<MessagePart>,
    /// Remarks.
    pub notes: Notes,
    /// Where its name is declared.
    pub span: Span,
}

/// A piece of an alert's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessagePart {
    /// Literal text.
    Text(String),
    /// A value.
    Value(ExprId),
}

/// 例.
#[derive(Debug, Clone)]
pub struct Example {
    /// Name.
    pub name: String,
    /// As-of date.
    pub as_of: Option<Date>,
    /// The fields named; [`Constant::Missing`] for 缺. A coarser code is given as that code.
    pub fields: Vec<(FieldId, Constant)>,
    /// The lists named, each element by its named fields (position in the list's fields).
    pub lists: Vec<(ListId, Vec<ElementValues>)>,
    /// What must come out.
    pub expect: Expect,
    /// Where.
    pub span: Span,
}

/// The named fields of an element: position in the list's fields, and value.
pub type ElementValues = Vec<(u32, Constant)>;

/// What an example expects.
#[derive(Debug, Clone, Default)]
pub struct Expect {
    /// Of the tier.
    pub outcome: Option<ExpectedOutcome>,
    /// Of definitions.
    pub values: Vec<(DefId, Constant, Span)>,
    /// Rules (by position) that must be among the fired.
    pub fired: Vec<(u32, Span)>,
}

/// What an example expects of the tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedOutcome {
    /// Graded so.
    Tier(u8),
    /// Exactly these are possible; a bit a tier.
    Possible(u64),
    /// Undetermined, whatever is possible.
    Undetermined,
    /// Invalid.
    Invalid,
}
