//! Fields and lists of a generated rule set.

use super::Random;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// 文本.
    Text,
    /// 是否.
    Flag,
    /// 整数 or 数 with its least and greatest value and its decimals.
    Number(i64, i64, u32),
    /// 数 with listed values.
    Listed(Vec<&'static str>),
    /// 选项: so many of 甲, 乙, 丙, 丁.
    Option(usize),
    /// 代码 at a level.
    Code(u32),
    /// 日期 from 2020 to 2026.
    Date,
}

/// The options that fields may have.
pub(super) const OPTIONS: [&str; 4] = ["甲", "乙", "丙", "丁"];

/// The texts that fields and tables hold.
pub(super) const TEXTS: [&str; 5] = ["氯", "氨", "苯", "汽油", "水"];

/// A field.
#[derive(Debug, Clone)]
pub struct FieldSpec {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// `?`.
    pub optional: bool,
    /// 缺省.
    pub default: Option<&'static str>,
}

/// A list.
#[derive(Debug, Clone)]
pub struct ListSpec {
    /// Its name.
    pub name: String,
    /// `?`.
    pub optional: bool,
    /// Its elements' fields.
    pub fields: Vec<FieldSpec>,
}

/// Most elements of a generated list.
pub(super) const MOST_ELEMENTS: usize = 4;

/// The subject and the scale of a rule set.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Tiers, lowest first.
    pub tiers: Vec<&'static str>,
    /// Fields.
    pub fields: Vec<FieldSpec>,
    /// Lists.
    pub lists: Vec<ListSpec>,
}

impl Schema {
    pub(super) fn new(random: &mut Random) -> Self {
        let tiers = ["蓝", "黄", "橙", "红", "紫"][..2 + random.below(4)].to_vec();
        let mut fields: Vec<FieldSpec> = Vec::new();
        for number in 0..3 + random.below(8) {
            fields.push(field(random, "字段", number, 40));
        }
        let mut lists = Vec::new();
        for number in 0..[0, 0, 1, 1, 2][random.below(5)] {
            let prefix = ["元素", "部件"][number];
            let fields = (0..1 + random.below(3)).map(|at| field(random, prefix, at, 20)).collect();
            lists.push(ListSpec { name: format!("列表{number}"), optional: random.chance(30), fields });
        }
        Schema { tiers, fields, lists }
    }

    /// The subject's declaration.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("对象 企业 {\n");
        for field in &self.fields {
            text.push_str(&format!("  {}\n", field.text()));
        }
        for list in &self.lists {
            let fields: Vec<String> = list.fields.iter().map(FieldSpec::text).collect();
            let optional = if list.optional { " ?" } else { "" };
            text.push_str(&format!(
                "  {} : 列表 至多 {MOST_ELEMENTS} 项 {{ {} }}{optional}\n",
                list.name,
                fields.join(", ")
            ));
        }
        text.push_str("}\n");
        text
    }
}

fn field(random: &mut Random, prefix: &str, number: usize, optional: usize) -> FieldSpec {
    let kind = match random.below(14) {
        0 => Kind::Text,
        1 | 2 => Kind::Flag,
        3 | 4 => Kind::Number(0, 5, 0),
        5 => Kind::Number(-5, 5, 0),
        6 => Kind::Number(0, 100_000, 0),
        7 => Kind::Number(0, 10, 1),
        8 => Kind::Number(-1_000_000, 1_000_000, 6),
        9 => Kind::Listed(vec!["0.5", "1", "3", "10"]),
        10 | 11 => Kind::Option(2 + random.below(3)),
        12 => Kind::Code(1 + random.below(3) as u32),
        _ => Kind::Date,
    };
    let optional = random.chance(optional);
    let default = match kind {
        _ if optional || !random.chance(15) => None,
        Kind::Flag => Some("否"),
        Kind::Number(..) | Kind::Listed(_) => Some("1"),
        Kind::Option(_) => Some("乙"),
        _ => None,
    };
    FieldSpec { name: format!("{prefix}{number}"), kind, optional, default }
}

impl FieldSpec {
    fn text(&self) -> String {
        let ty = match &self.kind {
            Kind::Text => "文本".to_owned(),
            Kind::Flag => "是否".to_owned(),
            Kind::Number(lo, hi, 0) => format!("整数 {lo}..{hi}"),
            Kind::Number(lo, hi, decimals) => format!("数 {lo}..{hi} 小数 {decimals} 位"),
            Kind::Listed(values) => format!("数 {{ {} }}", values.join(", ")),
            Kind::Option(count) => format!("选项 {{ {} }}", OPTIONS[..*count].join(", ")),
            Kind::Code(level) => format!("代码 类别 层 {level}"),
            Kind::Date => "日期 2020-01-01..2026-12-31".to_owned(),
        };
        let optional = if self.optional { " ?" } else { "" };
        let default = self.default.map(|value| format!(" 缺省 {value}")).unwrap_or_default();
        format!("{} : {ty}{optional}{default}", self.name)
    }
}
