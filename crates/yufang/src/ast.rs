//! What the text says, before anything is resolved. Both keyword languages give the same tree.
//!
//! Names are NFC and folded as the language folds them; every node keeps its span.

use crate::date::{Date, TimeUnit};
use crate::number::Number;
use crate::source::Span;

/// A name or a word as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// NFC text, without backquotes.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A quoted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The content, escapes resolved.
    pub text: String,
    /// Where, quotes included.
    pub span: Span,
}

/// A whole rule file.
#[derive(Debug, Clone)]
pub struct Ast {
    /// `规则集 …`.
    pub header: Header,
    /// The declarations in written order.
    pub items: Vec<Item>,
}

/// `规则集 "名" 版本 "v" 生效 D 至 D 依据 …`.
#[derive(Debug, Clone)]
pub struct Header {
    /// Name of the rule set.
    pub name: Text,
    /// Its version.
    pub version: Text,
    /// When it is in force.
    pub validity: Option<Validity>,
    /// Law it rests on.
    pub meta: Meta,
}

/// `生效 FROM [至 TO]`, both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First day in force.
    pub from: Date,
    /// Last day in force.
    pub to: Option<Date>,
    /// Where.
    pub span: Span,
}

/// What may be attached to declarations and lines: 因为, 依据, 注.
#[derive(Debug, Clone, Default)]
pub struct Meta {
    /// `因为 "…"`.
    pub because: Option<Text>,
    /// `依据 《…》 "…"`, any number.
    pub basis: Vec<Basis>,
    /// `注 "…"`.
    pub notes: Vec<Text>,
}

/// `依据 《title》 "locator"`.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The title with its 《》.
    pub title: Text,
    /// Article, section, clause.
    pub locator: Option<Text>,
}

/// A declaration.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each variant is documented by its payload")]
pub enum Item {
    Use(Vec<Name>),
    Codes(CodesDecl),
    Scale(ScaleDecl),
    Subject(SubjectDecl),
    Table(TableDecl),
    Matrix(MatrixDecl),
    Definition(DefinitionDecl),
    Score(ScoreDecl),
    Grade(GradeDecl),
    Rule(RuleDecl),
    Require(RequireDecl),
    Alert(AlertDecl),
    Example(ExampleDecl),
    Draw(DrawDecl),
}

/// `代码表 NAME 来自 "file.csv" 列 code, name, parent`.
#[derive(Debug, Clone)]
pub struct CodesDecl {
    /// Name of the list.
    pub name: Name,
    /// The file and its columns: code, then optionally name, then parent.
    pub source: FileColumns,
    /// Span of the declaration.
    pub span: Span,
}

/// `来自 "file.csv" 列 a, b, c`.
#[derive(Debug, Clone)]
pub struct FileColumns {
    /// File name within the bundle.
    pub file: Text,
    /// Column names.
    pub columns: Vec<Name>,
}

/// `量级 NAME { 蓝 "低风险" #1E6FFF, … }`, low to high.
#[derive(Debug, Clone)]
pub struct ScaleDecl {
    /// Name of the scale.
    pub name: Name,
    /// Its tiers, lowest first.
    pub tiers: Vec<TierDecl>,
    /// Span of the declaration.
    pub span: Span,
}

/// One tier.
#[derive(Debug, Clone)]
pub struct TierDecl {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Option<Text>,
    /// `#RRGGBB` in upper case.
    pub color: Option<String>,
}

/// `对象 NAME { fields }`.
#[derive(Debug, Clone)]
pub struct SubjectDecl {
    /// What is graded: 企业, 单元, 作业.
    pub name: Name,
    /// Its fields and lists.
    pub fields: Vec<FieldDecl>,
    /// Span of the declaration.
    pub span: Span,
}

/// `NAME "label" : TYPE modifiers`.
#[derive(Debug, Clone)]
pub struct FieldDecl {
    /// The field's name: the column's name.
    pub name: Name,
    /// A second name that is accepted for the column.
    pub label: Option<Text>,
    /// Its type.
    pub ty: TypeDecl,
    /// `主键`.
    pub key: bool,
    /// `?`.
    pub optional: bool,
    /// `缺省 VALUE`.
    pub default: Option<Expr>,
    /// `越大越险` (higher) or `越小越险`.
    pub worse: Option<Worse>,
    /// `可改 [代价 n]`.
    pub changeable: Option<Changeable>,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the line.
    pub span: Span,
}

/// In which direction a value is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worse {
    /// 越大越险.
    High,
    /// 越小越险.
    Low,
}

/// `可改 代价 n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changeable {
    /// How dear a change is; 1 where not said.
    pub cost: Number,
}

/// A field's type as written.
#[derive(Debug, Clone)]
pub enum TypeDecl {
    /// 文本.
    Text,
    /// 是否.
    Flag,
    /// 整数 LO..HI unit.
    Int {
        /// The range; absent is an error that check reports.
        range: Option<RangeDecl>,
        /// Unit.
        unit: Option<Name>,
    },
    /// 数 LO..HI unit 小数 n 位.
    Number {
        /// The range.
        range: Option<RangeDecl>,
        /// Unit.
        unit: Option<Name>,
        /// Decimals.
        decimals: Option<(u32, Span)>,
    },
    /// `数 { 10 "…", 6, 0.5 }` or `整数 { 1, 2 }`.
    Listed {
        /// Whether the word was 整数.
        whole: bool,
        /// The values with labels.
        values: Vec<(Number, Option<Text>, Span)>,
        /// Unit.
        unit: Option<Name>,
    },
    /// 选项 { … }.
    Option(Vec<(Name, Option<Text>)>),
    /// 代码 LIST 层 n.
    Code {
        /// The list.
        list: Name,
        /// Its level from 1.
        level: Option<(u32, Span)>,
    },
    /// 日期.
    Date {
        /// `D..D`.
        range: Option<(Date, Date, Span)>,
    },
    /// 列表 至多 n 项 { … }.
    List {
        /// Most elements a row may have.
        at_most: Option<(u32, Span)>,
        /// The elements' fields.
        fields: Vec<FieldDecl>,
    },
}

/// `LO..HI`.
#[derive(Debug, Clone)]
pub struct RangeDecl {
    /// Least value.
    pub lo: Number,
    /// Greatest value.
    pub hi: Number,
    /// Where.
    pub span: Span,
}

/// How a table picks among rows that match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pick {
    /// 唯一: at most one may match.
    #[default]
    Unique,
    /// 最具体: the row with the most specific codes.
    MostSpecific,
    /// 最高: the greatest value.
    Highest,
    /// 最低: the least value.
    Lowest,
}

/// `表 NAME(params) -> TYPE 取 PICK { rows }` or `… 来自 "f.csv" 列 k, v [其他 x]`.
#[derive(Debug, Clone)]
pub struct TableDecl {
    /// Name.
    pub name: Name,
    /// Parameters: fields or definitions.
    pub params: Vec<Name>,
    /// What it gives.
    pub result: ResultType,
    /// Which row wins.
    pub pick: Pick,
    /// When it is in force.
    pub validity: Option<Validity>,
    /// Its rows.
    pub body: TableBody,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the head.
    pub span: Span,
}

/// `-> 数` / `-> 整数` / `-> SCALE`.
#[derive(Debug, Clone)]
pub enum ResultType {
    /// 数 or 整数.
    Number(Span),
    /// A scale's name.
    Scale(Name),
}

/// Where a table's rows stand.
#[derive(Debug, Clone)]
pub enum TableBody {
    /// In the text.
    Rows(Vec<TableRow>),
    /// In a CSV file: key columns in the order of the parameters, then the value column.
    File {
        /// The file.
        source: FileColumns,
        /// `其他 x`.
        otherwise: Option<Expr>,
    },
}

/// `cells => value 注 …`.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// One cell a parameter; 其他 alone stands for all.
    pub cells: Vec<Cell>,
    /// What the row gives.
    pub value: Expr,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the row.
    pub span: Span,
}

/// A condition on one key.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What.
    pub kind: CellKind,
    /// Where.
    pub span: Span,
}

/// The kinds of cells.
#[derive(Debug, Clone)]
pub enum CellKind {
    /// 其他 or `_`-like: whatever no other row takes in this column.
    Otherwise,
    /// Values, any of them: numbers, texts, options, tiers, codes (属于 them), flags.
    Values(Vec<Expr>),
    /// 属于 codes.
    Under(Vec<Expr>),
    /// A range.
    Band(Box<BandRange>),
}

/// A range in words or as an interval; `None` is unbounded.
#[derive(Debug, Clone)]
pub struct BandRange {
    /// Lower end and whether it belongs to the range.
    pub lo: Option<(Expr, bool)>,
    /// Upper end and whether it belongs to the range.
    pub hi: Option<(Expr, bool)>,
    /// Where.
    pub span: Span,
}

/// `矩阵 NAME -> TYPE { 行 \ 列 | … }`.
#[derive(Debug, Clone)]
pub struct MatrixDecl {
    /// Name.
    pub name: Name,
    /// What it gives.
    pub result: ResultType,
    /// When it is in force.
    pub validity: Option<Validity>,
    /// The name left of `\` in the corner: what runs down.
    pub row_axis: Name,
    /// The name right of `\`: what runs across.
    pub column_axis: Name,
    /// Heads of the columns.
    pub columns: Vec<Expr>,
    /// Rows: head and cells.
    pub rows: Vec<MatrixRow>,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the head.
    pub span: Span,
}

/// One line of a matrix.
#[derive(Debug, Clone)]
pub struct MatrixRow {
    /// The row's key.
    pub head: Expr,
    /// Its cells.
    pub cells: Vec<Expr>,
    /// Where.
    pub span: Span,
}

/// `设 NAME = e`, `设 NAME(list) = e`, `输出 NAME = e`.
#[derive(Debug, Clone)]
pub struct DefinitionDecl {
    /// Name.
    pub name: Name,
    /// A second name that is shown.
    pub label: Option<Text>,
    /// 输出 rather than 设.
    pub output: bool,
    /// The list whose elements it is over.
    pub over: Option<Name>,
    /// What it means.
    pub value: Expr,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the declaration.
    pub span: Span,
}

/// `计分 NAME 起 n { 项 … }`.
#[derive(Debug, Clone)]
pub struct ScoreDecl {
    /// Name.
    pub name: Name,
    /// Where it starts; 0 where not said.
    pub start: Option<Expr>,
    /// Its items.
    pub items: Vec<ScoreItem>,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the head.
    pub span: Span,
}

/// `项 "label" 至多 a 至多扣 b 取 最重 { lines }`.
#[derive(Debug, Clone)]
pub struct ScoreItem {
    /// Label.
    pub label: Text,
    /// 至多: most that the item adds.
    pub cap: Option<Expr>,
    /// 至多扣: most that the item deducts.
    pub cap_deduct: Option<Expr>,
    /// 取 最重: only the heaviest line counts.
    pub heaviest: bool,
    /// Lines.
    pub lines: Vec<ScoreLine>,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the head.
    pub span: Span,
}

/// One line of an item.
#[derive(Debug, Clone)]
pub struct ScoreLine {
    /// What counts, or what is added.
    pub value: Expr,
    /// `每X 加 n`, `加 n`, `扣 n`; a bare expression adds its value.
    pub effect: Option<LineEffect>,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the line.
    pub span: Span,
}

/// What a line does for each count.
#[derive(Debug, Clone)]
pub struct LineEffect {
    /// 扣 / 减 rather than 加.
    pub deduct: bool,
    /// `每X` was written.
    pub each: bool,
    /// Points for each.
    pub points: Expr,
}

/// `分级 SCALE 按 e [当 c] { bands } [否则 tier]`.
#[derive(Debug, Clone)]
pub struct GradeDecl {
    /// The scale.
    pub scale: Name,
    /// By what: a number with bands, or a tier without.
    pub by: Expr,
    /// When it is in force.
    pub validity: Option<Validity>,
    /// `当 c`.
    pub when: Option<Expr>,
    /// Bands; empty for a tier.
    pub bands: Vec<Band>,
    /// `否则 tier`.
    pub otherwise: Option<Expr>,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the head.
    pub span: Span,
}

/// `红 20 以上`.
#[derive(Debug, Clone)]
pub struct Band {
    /// The tier.
    pub tier: Name,
    /// Its range.
    pub range: BandRange,
    /// Attached texts.
    pub meta: Meta,
    /// Where.
    pub span: Span,
}

/// `规则 NAME { 当 c 则 effect 因为 … 依据 … }`.
#[derive(Debug, Clone)]
pub struct RuleDecl {
    /// Name.
    pub name: Name,
    /// When it is in force.
    pub validity: Option<Validity>,
    /// Condition; always where absent.
    pub when: Option<Expr>,
    /// What it does.
    pub effect: Effect,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the declaration.
    pub span: Span,
}

/// What a rule does to the tier.
#[derive(Debug, Clone)]
pub enum Effect {
    /// 不低于.
    AtLeast(Expr),
    /// 不高于.
    AtMost(Expr),
    /// 判为.
    Is(Expr),
    /// 升 n 级.
    Raise(u32, Span),
    /// 降 n 级.
    Lower(u32, Span),
}

/// `要求 [list :] c 因为 …`.
#[derive(Debug, Clone)]
pub struct RequireDecl {
    /// The list whose every element must satisfy it.
    pub over: Option<Name>,
    /// The condition.
    pub condition: Expr,
    /// When it is in force.
    pub validity: Option<Validity>,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the declaration.
    pub span: Span,
}

/// `预警 NAME { 当 c 级别 tier 提示 "…" }`.
#[derive(Debug, Clone)]
pub struct AlertDecl {
    /// Name.
    pub name: Name,
    /// When it is in force.
    pub validity: Option<Validity>,
    /// Condition.
    pub when: Expr,
    /// 级别.
    pub level: Option<Name>,
    /// 提示; `{name}` is replaced by a value.
    pub message: Option<Text>,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the declaration.
    pub span: Span,
}

/// `例 "name" 评估日 D { field value, … 应为 … }`.
#[derive(Debug, Clone)]
pub struct ExampleDecl {
    /// Name.
    pub name: Text,
    /// As-of date.
    pub as_of: Option<(Date, Span)>,
    /// Fields named.
    pub fields: Vec<ExampleField>,
    /// What must come out.
    pub expect: Expectation,
    /// Span of the declaration.
    pub span: Span,
}

/// `field value` or `list [ {…}, {…} ]`.
#[derive(Debug, Clone)]
pub struct ExampleField {
    /// The field.
    pub name: Name,
    /// Its value.
    pub value: ExampleValue,
}

/// A value in an example.
#[derive(Debug, Clone)]
pub enum ExampleValue {
    /// A literal; 缺 names a gap.
    Value(Expr),
    /// A list's elements.
    List(Vec<Vec<ExampleField>>, Span),
}

/// `应为 TIER [name value …] [因为 rule, …]`.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The status or tiers; absent where only values are asserted.
    pub outcome: Option<Outcome>,
    /// Named values: outputs, definitions, the score.
    pub values: Vec<(Name, Expr)>,
    /// Rules that must be among the fired.
    pub fired: Vec<Name>,
    /// Where.
    pub span: Span,
}

/// What an example expects of the tier.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// One tier.
    Tier(Name),
    /// Exactly these possible tiers.
    Possible(Vec<Name>),
    /// 未定.
    Undetermined,
    /// 无效.
    Invalid,
}

/// `抽查 NAME { … }`; meaning: the draw protocol.
#[derive(Debug, Clone)]
pub struct DrawDecl {
    /// Name.
    pub name: Name,
    /// `从 企业`.
    pub from: Option<Name>,
    /// `按 X`: what makes the strata.
    pub by: Option<Expr>,
    /// `分组 X`: what makes the groups (districts).
    pub group: Option<Expr>,
    /// `比例 { … }`.
    pub rates: Vec<DrawRate>,
    /// `候补 n`.
    pub reserves: Option<(u32, Span)>,
    /// `必查 当 c 因为 …`.
    pub must: Vec<DrawCondition>,
    /// `不查 当 c 因为 …`.
    pub exclude: Vec<DrawCondition>,
    /// `每家 n 人`.
    pub team: Option<(u32, Span)>,
    /// `其中 红 需 "危化"`.
    pub needs: Vec<(Name, Text)>,
    /// Attached texts.
    pub meta: Meta,
    /// Span of the declaration.
    pub span: Span,
}

/// `橙 50% 至少 1 至多 9 候补 2 取整 …`.
#[derive(Debug, Clone)]
pub struct DrawRate {
    /// The stratum: a tier, a code, a value, 无效, 其他.
    pub stratum: DrawStratum,
    /// A share, or a count.
    pub amount: DrawAmount,
    /// Least number.
    pub min: Option<u64>,
    /// Greatest number.
    pub max: Option<u64>,
    /// Rounding: `上取整` (default), `下取整`, `取整`.
    pub rounding: Option<Builtin>,
    /// `按 field`: drawn by size.
    pub by_size: Option<Expr>,
    /// Own number of reserves.
    pub reserves: Option<u32>,
    /// Where.
    pub span: Span,
}

/// Which stratum a rate is for.
#[derive(Debug, Clone)]
pub enum DrawStratum {
    /// A literal of the strata's type.
    Value(Expr),
    /// 无效.
    Invalid(Span),
    /// 其他.
    Otherwise(Span),
}

/// How many of a stratum.
#[derive(Debug, Clone)]
pub enum DrawAmount {
    /// `50%` or `1/3`: numerator and denominator as written.
    Rate(u64, u64),
    /// `20 家`.
    Count(u64),
}

/// `必查 当 c 因为 "…"`.
#[derive(Debug, Clone)]
pub struct DrawCondition {
    /// The condition.
    pub when: Expr,
    /// Attached texts.
    pub meta: Meta,
    /// Where.
    pub span: Span,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `500 米`, `50%` (already divided by 100), `0110` as a code: `raw` keeps the digits.
    Number {
        /// Its value.
        value: Number,
        /// As written, without sign, unit and percent sign.
        raw: String,
        /// Unit.
        unit: Option<Name>,
    },
    /// `"…"`.
    Text(String),
    /// `2016-05-03`.
    Date(Date),
    /// 是 / 否.
    Flag(bool),
    /// 缺.
    Missing,
    /// 评估日.
    AsOf,
    /// A field, a definition, a matrix, or a literal of the expected type.
    Name(Name),
    /// `源级.一级`, `企业.名称`.
    Qualified(Name, Name),
    /// `表名(x)`, or any function of the rule file.
    Call(Name, Vec<Expr>),
    /// `round(x, 2)` and the like.
    Builtin(Builtin, Vec<Expr>),
    /// `-x`.
    Negate(Box<Expr>),
    /// 非 x.
    Not(Box<Expr>),
    /// `a + b`; also a date plus or minus a [`ExprKind::Duration`].
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `0 < x <= 5`: the first operand, then operators with their right operands.
    Compare(Box<Expr>, Vec<(CompareOp, Expr)>),
    /// `a 且 b`, `全部 { a, b }`.
    All(Vec<Expr>),
    /// `a 或 b`, `任一 { a, b }`.
    Any(Vec<Expr>),
    /// `x 属于 C26, E`.
    Under(Box<Expr>, Vec<Expr>),
    /// `若 c 则 a 否则 b`.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `x 无则 y`.
    OrElse(Box<Expr>, Box<Expr>),
    /// `有 x`.
    Has(Box<Expr>),
    /// `近 3 年(d)`.
    Recent(u32, TimeUnit, Box<Expr>),
    /// `3 年`, only beside `+` and `-` after a date.
    Duration(u32, TimeUnit),
    /// `合计(L : e 其中 c)`.
    Aggregate {
        /// Which.
        kind: AggregateKind,
        /// Over which list.
        list: Name,
        /// Of what; absent for 计数.
        value: Option<Box<Expr>>,
        /// Over which elements.
        filter: Option<Box<Expr>>,
    },
}

/// Functions of the language over numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    /// 取整 / round(x, places).
    Round,
    /// 下取整 / floor.
    Floor,
    /// 上取整 / ceil.
    Ceil,
    /// 绝对值 / abs.
    Abs,
    /// 限于 / clamp(x, lo, hi).
    Clamp,
    /// 最小 / min of numbers.
    Min,
    /// 最大 / max of numbers.
    Max,
}

/// Arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What is made of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateKind {
    /// 合计; of none 0.
    Sum,
    /// 计数; of none 0.
    Count,
    /// 最小; of none a gap.
    Min,
    /// 最大; of none a gap.
    Max,
    /// 任一; of none 否.
    Any,
    /// 全部; of none 是.
    All,
}
