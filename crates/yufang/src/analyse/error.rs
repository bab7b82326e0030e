//! Findings of the analysis.

use crate::diagnostic::{Diagnostic, Message, Severity};
use crate::source::Span;

macro_rules! findings {
    ($($(#[$doc:meta])* $name:ident($($arg:ident),*) $code:literal $severity:ident $zh:literal, $en:literal;)*) => {
        $($(#[$doc])*
        pub(super) fn $name(span: Span $(, $arg: impl std::fmt::Display)*) -> Diagnostic {
            Diagnostic::new($code, Severity::$severity, Message::new(format!($zh), format!($en))).at(span)
        })*

        /// Every code of this stage with its messages; names stand in braces.
        pub const CODES: &[(&str, &str, &str)] = &[$(($code, $zh, $en)),*];
    };
}

findings! {
    /// `表 t(a) -> 数 { 0 => 1 }`, where `a` may be 1, used without 无则.
    gap(table) "E0350" Error "表“{table}”有缺口：有的取值没有行", "table `{table}` has a gap: some values have no row";
    /// `表 t(a) -> 数 { 0, 1 => 1; 1 => 2; 其他 => 3 }`.
    overlap(table) "E0351" Error "表“{table}”有重叠：同一取值符合两行", "table `{table}` overlaps: one value fits two rows";
    /// `分级 g 按 x { 蓝 不满 5 红 超过 5 }`, where x may be 5.
    band_gap() "E0352" Error "分数段有缺口：有的分数不属于任何一段", "the bands have a gap: some scores are in none";
    /// `分级 g 按 x { 蓝 不超过 5 红 5 以上 }`.
    band_overlap() "E0353" Error "分数段有重叠：同一分数属于两段", "the bands overlap: one score is in two";
    /// `设 a = 1 / x`, where x may be 0.
    division() "E0360" Error "除数可能为 0，须写“无则”", "the divisor may be 0: say what then by `or_else`";
    /// `设 a = 最小(L : x)`, where the list may be empty.
    empty() "E0361" Error "列表可能为空，须写“无则”", "the list may be empty: say what then by `or_else`";
    /// `设 b = a * a` of a number of 4,000 bits.
    too_big(bits) "E0370" Error "结果可能有 {bits} 位二进制数，超过 4096 位", "the result may have {bits} bits, more than 4096";
    /// A band that no score reaches.
    unreached() "W0380" Warning "没有分数会落入这一段", "no score falls into this band";
    /// `规则 r { 当 x > 9 则 … }`, where x is at most 5.
    never(name) "W0381" Warning "规则“{name}”的条件不可能成立", "the condition of rule `{name}` can never hold";
    /// A table with too many combinations of keys to look at each.
    undecided(table) "W0382" Warning "表“{table}”的键组合太多，没有逐一检查缺口与重叠", "table `{table}` has too many combinations of keys: gaps and overlaps were not looked for";
}
