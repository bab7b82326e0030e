//! What can be wrong with the meaning of a rule set.

use crate::diagnostic::{Diagnostic, Message, Severity};
use crate::source::Span;

/// A fault of meaning: its code, severity and both messages in one place.
///
/// Each constructor's doc shows the smallest text that triggers it, within
/// `规则集 "x"` and the declarations that it needs.
macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident($($arg:ident),*) $code:literal $severity:ident $zh:literal, $en:literal;)*) => {
        $($(#[$doc])*
        pub(super) fn $name(span: Span $(, $arg: impl std::fmt::Display)*) -> Diagnostic {
            Diagnostic::new($code, Severity::$severity, Message::new(format!($zh), format!($en))).at(span)
        })*

        /// Every code of this stage with its severity and messages; names stand in braces.
        pub const CODES: &[(&str, &str, &str)] = &[$(($code, $zh, $en)),*];
    };
}

faults! {
    /// `设 a = 1` twice.
    duplicate(name) "E0101" Error "“{name}”已经声明过", "`{name}` is declared already";
    /// `设 a = b`.
    unknown_name(name) "E0102" Error "没有叫“{name}”的字段、定义、表或列表", "no field, definition, table or list is called `{name}`";
    /// `对象 o { a : 代码 没有的表 }`.
    unknown_codes(name) "E0103" Error "没有叫“{name}”的代码表", "no code list is called `{name}`";
    /// `表 t(a) -> 数 来自 "没有.csv" 列 k, v`.
    unknown_file(name) "E0104" Error "没有文件“{name}”", "there is no file `{name}`";
    /// `表 t(a) -> 数 来自 "t.csv" 列 不存在, v`.
    unknown_column(name) "E0105" Error "文件里没有列“{name}”", "the file has no column `{name}`";
    /// `分级 没有 按 x { … }`.
    unknown_scale(name) "E0106" Error "没有叫“{name}”的量级", "no scale is called `{name}`";
    /// `规则 r { 则 判为 紫 }`.
    unknown_tier(name) "E0107" Error "量级里没有“{name}”这一级", "the scale has no tier `{name}`";
    /// `a = 丁`, where the option field knows only 甲 and 乙.
    unknown_option(name) "E0108" Error "字段没有选项“{name}”", "the field has no option `{name}`";
    /// `行业 属于 Z99`.
    unknown_code(name, list) "E0109" Error "代码表“{list}”里没有“{name}”", "code list `{list}` has no code `{name}`";
    /// `例 "e" { 没有 1 应为 蓝 }`.
    unknown_field(name) "E0110" Error "没有叫“{name}”的字段", "no field is called `{name}`";
    /// `例 "e" { 应为 蓝 因为 没有 }`.
    unknown_rule(name) "E0111" Error "没有叫“{name}”的规则", "no rule is called `{name}`";
    /// `设 a1 = 1` beside `设 al = 1`.
    look_alike(name, other) "E0112" Error "“{name}”与“{other}”看起来一样", "`{name}` looks like `{other}`";
    /// `合计(字段 : 1)`, where 字段 is no list.
    not_a_list(name) "E0113" Error "“{name}”不是列表", "`{name}` is not a list";
    /// A list's field outside 合计, 计数 and the like: `设 a = 数量`.
    outside_list(name) "E0114" Error "“{name}”是列表里每一项的字段，只能用在合计、计数等之内", "`{name}` is a field of a list's elements: use it within sum, count and the like";
    /// No 对象, or two.
    subject_count(count) "E0115" Error "须有且只有一个“对象”，现有 {count} 个", "there must be one `subject`, there are {count}";
    /// No 分级 at some time, or two at once.
    grade_count(count) "E0116" Error "每个时段须有且只有一个“分级”，现有 {count} 个", "there must be one `grade` at any time, there are {count}";

    /// `设 a = 1 + 是`.
    wrong_type(wanted, found, wanted_en, found_en) "E0201" Error "此处应为{wanted}，却是{found}", "{wanted_en} is needed here, not {found_en}";
    /// `a 米` compared with `5 吨`.
    unit_clash(one, other) "E0202" Error "单位“{one}”与“{other}”不一致", "units `{one}` and `{other}` differ";
    /// `对象 o { a : 整数 }`.
    no_range() "E0203" Error "须写明范围，如“整数 0..100”", "a range is needed, such as `int 0..100`";
    /// `对象 o { a : 整数 5..1 }`.
    empty_range() "E0204" Error "范围的下限大于上限", "the range ends before it begins";
    /// `对象 o { a : 整数 0..5 缺省 9 }`.
    unfit_default() "E0205" Error "缺省值不是该字段的值", "the default is no value of the field";
    /// `对象 o { a : 代码 某表 层 9 }`.
    no_such_level(level, most) "E0206" Error "代码表只有 {most} 层，没有第 {level} 层", "the code list has {most} levels, not {level}";
    /// `对象 o { a : 数 0..1 小数 99 位 }`.
    too_many_decimals(most) "E0207" Error "小数位数最多 {most} 位", "at most {most} decimals";
    /// `设 a = round(1, 2, 3)`.
    wrong_count(wanted) "E0208" Error "此处需要 {wanted} 个参数", "{wanted} arguments are needed here";
    /// `设 a = 甲 < 乙` on options.
    not_ordered() "E0209" Error "这类值没有大小之分", "values of this kind have no order";
    /// `对象 o { a : 数 主键 }`.
    bad_key() "E0210" Error "主键须是文本", "the key must be text";
    /// `设 a = 缺`.
    untyped_gap() "E0211" Error "只有“缺”不能知道是哪类值", "a gap alone has no type";
    /// `取整(x, y)`.
    not_constant() "E0212" Error "此处须是写明的整数", "a written whole number is needed here";
    /// `设 a = 3 年`.
    lone_duration() "E0213" Error "时长只能加在日期上或从日期减去", "a duration can only be added to or taken from a date";
    /// A quantity that is both 缺省 and `?`, or a key that is either.
    contradictory(what) "E0214" Error "{what}", "these two do not go together: {what}";
    /// Two options or list values that are equal.
    repeated_value() "E0215" Error "与前面的值重复", "repeats an earlier value";
    /// `源级.蓝`, where 源级 is no scale or has no such tier.
    bad_qualifier(name) "E0216" Error "“{name}”不是量级，也不是对象的名称", "`{name}` is neither a scale nor the subject";

    /// `表 t(a) -> 数 { 1 | 2 => 3 }`.
    cell_count(wanted, found) "E0301" Error "这一行应有 {wanted} 格，却有 {found} 格", "this row needs {wanted} cells and has {found}";
    /// `矩阵 m -> g { a \\ b | 1 2` and a row of three cells.
    matrix_width(wanted, found) "E0302" Error "这一行应有 {wanted} 格，却有 {found} 格", "this row needs {wanted} cells and has {found}";
    /// A band or key that is no value of its column.
    unfit_cell() "E0303" Error "这一格不是该列的值", "this cell is no value of its column";
    /// A CSV row that cannot be read.
    csv(what) "E0304" Error "CSV 读不懂：{what}", "cannot read the CSV: {what}";
    /// `[5, 1)`.
    empty_band() "E0305" Error "这个区间里没有数", "no number lies in this range";
    /// A table of more than 200,000 rows.
    too_many_rows(most) "E0306" Error "表最多 {most} 行", "a table has at most {most} rows";
    /// A code list whose rows do not make one.
    code_list(what) "E0307" Error "代码表有误：{what}", "the code list is at fault: {what}";
    /// `量级 g { 蓝 }`, or more than 64 tiers.
    tier_count() "E0308" Error "量级须有 2 至 64 级", "a scale has 2 to 64 tiers";
    /// `分级 g 按 x 当 c { … }` without 否则.
    when_otherwise() "E0309" Error "“当”与“否则”须同时写", "`when` and `else` go together";
    /// `分级 g 按 得分` on a number, without bands.
    bands_wanted() "E0310" Error "按数分级须写分数段；按等级分级不写", "grading by a number needs bands; by a tier it has none";

    /// `设 a = b` and `设 b = a`.
    cycle(path) "E0401" Error "定义互相依赖：{path}", "definitions depend on one another: {path}";
    /// 量级的名称 in a rule: rules do not read the tier that they make.
    reads_tier() "E0402" Error "规则不能读最后的等级；预警和抽查可以", "rules cannot read the final tier; alerts and draws may";

    /// `生效 2020-01-01 至 2019-01-01`.
    empty_span() "E0501" Error "失效日早于生效日", "it ends before it begins";
    /// The same name in force twice at one time.
    overlap(name) "E0502" Error "“{name}”在同一时段有两个版本", "`{name}` has two versions in force at one time";
    /// A name that some span of time lacks.
    hole(name, from) "E0503" Error "“{name}”自 {from} 起没有生效的版本", "from {from} on no version of `{name}` is in force";

    /// `例 "e" { 应为 蓝 }`, where 近 is used.
    no_as_of() "E0601" Error "规则用到评估日，例须写“评估日 年-月-日”", "the rules use the as-of date: the example must give one";
    /// `例 "e" { a 1, a 2 应为 蓝 }`.
    field_twice(name) "E0602" Error "“{name}”写了两次", "`{name}` is given twice";
    /// `例 "e" 评估日 1990-01-01 { … }` outside every span.
    as_of_outside() "E0603" Error "评估日不在规则的有效期内", "the as-of date lies outside the rules' validity";
    /// An example's value that its field cannot hold.
    unfit_value() "E0604" Error "不是该字段的值", "no value of the field";
}

/// Adds the nearest names as a cure.
pub(super) fn suggest<'a>(
    fault: Diagnostic,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let near = |other: &&str| {
        let longest = name.chars().count().max(other.chars().count());
        strsim::damerau_levenshtein(name, other) <= (longest / 3).max(1)
    };
    let mut found: Vec<&str> = known.into_iter().filter(near).collect();
    found.sort_by_key(|other| strsim::damerau_levenshtein(name, other));
    found.dedup();
    found.truncate(3);
    if found.is_empty() {
        return fault;
    }
    let (zh, en) = (found.join("”或“"), found.join("`, `"));
    fault.help(Message::new(format!("是不是“{zh}”？"), format!("perhaps `{en}`?")))
}
