//! Random expressions of a given type. Whatever is composed is parenthesised.

use super::schema::{FieldSpec, Kind, OPTIONS, Schema, TEXTS};
use super::tables::TableSpec;
use super::{ALL_CODES, Random};

/// Numbers that rules compare with and that cells hold.
pub(super) const NUMBERS: [&str; 12] =
    ["0", "1", "2", "3", "5", "10", "0.5", "2.5", "0.1", "20", "-1", "100"];

/// Dates alike; the as-of date and its anniversaries are among them.
pub(super) const DATES: [&str; 8] = [
    "2024-02-29",
    "2023-02-28",
    "2023-03-01",
    "2024-03-01",
    "2021-02-28",
    "2024-01-31",
    "2020-01-01",
    "2026-12-31",
];

/// The type of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Number,
    Flag,
    Tier,
    Date,
}

/// A definition that may be named.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) ty: Type,
    /// The list that it is over.
    pub(super) list: Option<usize>,
}

/// What expressions may name.
pub(super) struct Scope<'a> {
    pub(super) schema: &'a Schema,
    pub(super) tables: &'a [TableSpec],
    pub(super) named: &'a [Named],
    /// The list whose element is at hand.
    pub(super) list: Option<usize>,
    /// Whether the final tier may be named.
    pub(super) alert: bool,
}

impl Scope<'_> {
    fn fields(&self, fits: impl Fn(&Kind) -> bool) -> Vec<&FieldSpec> {
        let own = self.list.map(|list| &self.schema.lists[list].fields[..]).unwrap_or_default();
        // Elements' own fields twice: they should be read more often than the owner's.
        let all = self.schema.fields.iter().chain(own).chain(own);
        all.filter(|field| fits(&field.kind)).collect()
    }

    fn field(&self, random: &mut Random, fits: impl Fn(&Kind) -> bool) -> Option<&FieldSpec> {
        let fields = self.fields(fits);
        (!fields.is_empty()).then(|| *random.pick(&fields))
    }

    fn definition(&self, random: &mut Random, ty: Type) -> Option<&str> {
        let fits = |own: &&Named| own.ty == ty && (own.list.is_none() || own.list == self.list);
        let all: Vec<&Named> = self.named.iter().filter(fits).collect();
        (!all.is_empty()).then(|| random.pick(&all).name.as_str())
    }

    fn inside(&self, list: usize) -> Scope<'_> {
        Scope { list: Some(list), ..*self }
    }

    fn some_list(&self, random: &mut Random) -> Option<usize> {
        let count = self.schema.lists.len();
        (count > 0).then(|| random.below(count))
    }

    fn table(&self, random: &mut Random, tier: bool) -> Option<String> {
        let usable: Vec<String> = self
            .tables
            .iter()
            .filter(|own| own.tier == tier)
            .filter_map(|own| own.call(self, random))
            .collect();
        (!usable.is_empty()).then(|| random.pick(&usable).clone())
    }

    /// A field's name by its kind, for a table's key.
    pub(super) fn key(&self, random: &mut Random, kind: &Kind, name: &str) -> Option<String> {
        match kind {
            Kind::Number(..) if random.chance(30) => Some(self.number(random, 1)),
            Kind::Number(..) => {
                self.field(random, |own| matches!(own, Kind::Number(..))).map(|own| own.name.clone())
            }
            Kind::Text => self.field(random, |own| *own == Kind::Text).map(|own| own.name.clone()),
            Kind::Code(_) => {
                self.field(random, |own| matches!(own, Kind::Code(_))).map(|own| own.name.clone())
            }
            Kind::Flag => Some(self.flag(random, 0)),
            _ => self.fields(|own| own == kind).iter().any(|own| own.name == name).then(|| name.to_owned()),
        }
    }

    /// A number.
    pub(super) fn number(&self, random: &mut Random, depth: usize) -> String {
        if depth == 0 || random.chance(20) {
            let is_number = |kind: &Kind| matches!(kind, Kind::Number(..) | Kind::Listed(_));
            let found = match random.below(6) {
                0 | 1 => self.definition(random, Type::Number).map(str::to_owned),
                _ => self.field(random, is_number).map(|field| field.name.clone()),
            };
            return found.unwrap_or_else(|| format!("({})", random.pick(&NUMBERS)));
        }
        let less = depth - 1;
        match random.below(18) {
            0 | 1 => format!("({} + {})", self.number(random, less), self.number(random, less)),
            2 => format!("({} - {})", self.number(random, less), self.number(random, less)),
            3 => format!("({} * {})", self.number(random, less), self.number(random, less)),
            4 => {
                let quotient = format!("{} / {}", self.number(random, less), self.number(random, less));
                format!("(({quotient}) 无则 {})", self.number(random, 0))
            }
            5 => format!(
                "(若 {} 则 {} 否则 {})",
                self.flag(random, less),
                self.number(random, less),
                self.number(random, less)
            ),
            6 => format!("({} 无则 {})", self.number(random, less), self.number(random, less)),
            7 => {
                let function = ["取整", "下取整", "上取整", "绝对值"][random.below(4)];
                format!("{function}({})", self.number(random, less))
            }
            8 => format!("取整({}, {})", self.number(random, less), random.below(3)),
            9 => format!("限于({}, 0, 10)", self.number(random, less)),
            10 => {
                let function = ["最小", "最大"][random.below(2)];
                format!("{function}({}, {})", self.number(random, less), self.number(random, less))
            }
            11 | 12 => self.table(random, false).unwrap_or_else(|| self.number(random, less)),
            13..=15 => self.aggregate(random, less),
            16 => format!("(({} - {}) * 1)", self.date(random), self.date(random)),
            _ => format!(
                "((若 {} 则 缺 否则 {}) 无则 {})",
                self.flag(random, less),
                self.number(random, less),
                self.number(random, 0)
            ),
        }
    }

    fn filter(&self, random: &mut Random, depth: usize) -> String {
        if random.chance(50) { format!(" 其中 {}", self.flag(random, depth)) } else { String::new() }
    }

    fn aggregate(&self, random: &mut Random, depth: usize) -> String {
        let Some(list) = self.some_list(random) else { return self.number(random, depth) };
        let inner = self.inside(list);
        let name = &self.schema.lists[list].name;
        let filter = inner.filter(random, depth.min(1));
        match random.below(4) {
            0 => format!("计数({name}{filter})"),
            1 | 2 => format!("合计({name} : {}{filter})", inner.number(random, depth)),
            _ => {
                let function = ["最小", "最大"][random.below(2)];
                let value = inner.number(random, depth);
                format!("({function}({name} : {value}{filter}) 无则 {})", self.number(random, 0))
            }
        }
    }

    /// A condition.
    pub(super) fn flag(&self, random: &mut Random, depth: usize) -> String {
        if depth == 0 || random.chance(10) {
            return self.simple_flag(random);
        }
        let less = depth - 1;
        match random.below(14) {
            0 => format!("(非 {})", self.flag(random, less)),
            1 | 2 => format!("({} 且 {})", self.flag(random, less), self.flag(random, less)),
            3 | 4 => format!("({} 或 {})", self.flag(random, less), self.flag(random, less)),
            5 => format!(
                "任一 {{ {}, {}, {} }}",
                self.flag(random, less),
                self.flag(random, less),
                self.flag(random, 0)
            ),
            6 => format!(
                "(若 {} 则 {} 否则 {})",
                self.flag(random, less),
                self.flag(random, less),
                self.flag(random, less)
            ),
            7 => format!("({} 无则 {})", self.flag(random, less), self.flag(random, less)),
            8 => format!("(有 {})", self.number(random, less)),
            9 => format!("({} {} {})", self.tier(random, less), self.order(random), self.tier(random, less)),
            10 | 11 => {
                let Some(list) = self.some_list(random) else { return self.flag(random, less) };
                let inner = self.inside(list);
                let function = ["任一", "全部"][random.below(2)];
                let value = inner.flag(random, less);
                format!("{function}({} : {value}{})", self.schema.lists[list].name, inner.filter(random, 0))
            }
            _ => format!(
                "({} {} {})",
                self.number(random, less),
                self.order(random),
                self.number(random, less)
            ),
        }
    }

    fn order(&self, random: &mut Random) -> &'static str {
        ["<", "<=", ">", ">=", "=", "!="][random.below(6)]
    }

    /// A condition on one field, most often.
    fn simple_flag(&self, random: &mut Random) -> String {
        let field = match random.below(10) {
            0 => return self.definition(random, Type::Flag).map_or_else(|| "是".to_owned(), str::to_owned),
            1 if self.alert => {
                return format!("(等级 {} 等级.{})", self.order(random), random.pick(&self.schema.tiers));
            }
            _ => self.field(random, |_| true),
        };
        let Some(field) = field else { return ["是", "否"][random.below(2)].to_owned() };
        let name = &field.name;
        if random.chance(8) {
            return format!("(有 {name})");
        }
        match &field.kind {
            Kind::Text => format!("({name} = \"{}\")", random.pick(&TEXTS)),
            Kind::Flag => name.clone(),
            Kind::Number(..) | Kind::Listed(_) if random.chance(20) => {
                format!("({} < {name} <= {})", random.pick(&NUMBERS), random.pick(&NUMBERS))
            }
            Kind::Number(..) | Kind::Listed(_) => {
                format!("({name} {} {})", self.order(random), random.pick(&NUMBERS))
            }
            Kind::Option(count) if random.chance(50) => {
                let (one, other) = (random.below(*count), random.below(*count));
                format!("({name} 属于 {}, {})", OPTIONS[one], OPTIONS[other])
            }
            Kind::Option(count) => {
                format!("({name} {} {})", ["=", "!="][random.below(2)], OPTIONS[random.below(*count)])
            }
            Kind::Code(_) => {
                format!("({name} 属于 {}, {})", random.pick(&ALL_CODES), random.pick(&ALL_CODES))
            }
            Kind::Date if random.chance(40) => {
                let (count, unit) = (1 + random.below(13), ["年", "个月", "天"][random.below(3)]);
                format!("近 {count} {unit}({name})")
            }
            Kind::Date => format!("({name} {} {})", self.order(random), self.date(random)),
        }
    }

    /// A date.
    pub(super) fn date(&self, random: &mut Random) -> String {
        let unit = ["年", "个月", "天"][random.below(3)];
        match random.below(6) {
            0 => "评估日".to_owned(),
            1 => format!("(评估日 - {} {unit})", 1 + random.below(13)),
            2 => match self.field(random, |kind| *kind == Kind::Date) {
                Some(field) => format!("({} + {} {unit})", field.name, 1 + random.below(13)),
                None => "评估日".to_owned(),
            },
            3 => self.definition(random, Type::Date).unwrap_or("评估日").to_owned(),
            4 => match self.field(random, |kind| *kind == Kind::Date) {
                Some(field) => field.name.clone(),
                None => "评估日".to_owned(),
            },
            _ => (*random.pick(&DATES)).to_owned(),
        }
    }

    /// A tier.
    pub(super) fn tier(&self, random: &mut Random, depth: usize) -> String {
        let literal = |random: &mut Random| format!("等级.{}", random.pick(&self.schema.tiers));
        if depth == 0 || random.chance(30) {
            return literal(random);
        }
        let less = depth - 1;
        match random.below(6) {
            0 => format!(
                "(若 {} 则 {} 否则 {})",
                self.flag(random, less),
                self.tier(random, less),
                self.tier(random, less)
            ),
            1 => self.definition(random, Type::Tier).map_or_else(|| literal(random), str::to_owned),
            2 => format!("({} 无则 {})", self.tier(random, less), literal(random)),
            _ => self.table(random, true).unwrap_or_else(|| literal(random)),
        }
    }
}
