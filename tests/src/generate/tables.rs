//! Random tables and matrices. They neither overlap nor have gaps where the language forbids it.

use super::expressions::{NUMBERS, Scope};
use super::schema::{FieldSpec, Kind, OPTIONS, Schema, TEXTS};
use super::{ALL_CODES, Random};

/// A table that expressions may use.
pub(super) struct TableSpec {
    name: String,
    /// Names and kinds of its keys; none for a matrix that is used bare.
    keys: Vec<(String, Kind)>,
    matrix: bool,
    /// Whether it gives a tier.
    pub(super) tier: bool,
}

impl TableSpec {
    /// A use of the table, if the scope has keys for it.
    pub(super) fn call(&self, scope: &Scope<'_>, random: &mut Random) -> Option<String> {
        if self.matrix {
            return Some(self.name.clone());
        }
        let keys: Option<Vec<String>> =
            self.keys.iter().map(|(name, kind)| scope.key(random, kind, name)).collect();
        Some(format!("{}({})", self.name, keys?.join(", ")))
    }
}

/// What a table is written as.
pub(super) struct Written {
    pub(super) spec: TableSpec,
    pub(super) text: String,
    pub(super) file: Option<(String, String)>,
}

fn value(schema: &Schema, random: &mut Random, tier: bool) -> String {
    if tier { (*random.pick(&schema.tiers)).to_owned() } else { (*random.pick(&NUMBERS)).to_owned() }
}

/// A table over one or two fields.
pub(super) fn table(schema: &Schema, random: &mut Random, number: usize) -> Option<Written> {
    let elements = schema.lists.iter().flat_map(|list| &list.fields);
    let keyed = |field: &&FieldSpec| !matches!(field.kind, Kind::Date | Kind::Listed(_));
    let fields: Vec<&FieldSpec> = schema.fields.iter().chain(elements).filter(keyed).collect();
    if fields.is_empty() {
        return None;
    }
    let field = *random.pick(&fields);
    let (name, tier) = (format!("表{number}"), random.chance(30));
    let result = if tier { "等级" } else { "数" };
    let mut keys = vec![(field.name.clone(), field.kind.clone())];
    let (mut pick, mut file) = ("", None);
    let mut rows: Vec<(String, String)> = Vec::new();
    match &field.kind {
        Kind::Text => {
            pick = ["", " 取 最高", " 取 最低"][random.below(3)];
            for (at, text) in TEXTS.iter().enumerate().take(1 + random.below(TEXTS.len())) {
                rows.push((format!("\"{text}\""), value(schema, random, tier)));
                if !pick.is_empty() && at % 2 == 0 {
                    rows.push((format!("\"{text}\""), value(schema, random, tier)));
                }
            }
            if random.chance(40) {
                let csv = rows.iter().map(|(text, value)| format!("{},{value}\n", text.trim_matches('"')));
                file = Some((format!("{name}.csv"), format!("key,value\n{}", csv.collect::<String>())));
            } else if random.chance(30) {
                rows.push(("其他".to_owned(), value(schema, random, tier)));
            }
        }
        Kind::Code(_) => {
            pick = " 取 最具体";
            let chosen: Vec<&str> = ALL_CODES.iter().copied().filter(|_| random.chance(40)).collect();
            for code in chosen {
                rows.push((format!("属于 {code}"), value(schema, random, tier)));
            }
            rows.push(("其他".to_owned(), value(schema, random, tier)));
        }
        Kind::Number(..) if random.chance(25) => {
            pick = [" 取 最高", " 取 最低"][random.below(2)];
            for cut in cuts(random) {
                let range = [format!("{cut} 以上"), format!("不超过 {cut}")][random.below(2)].clone();
                rows.push((range, value(schema, random, tier)));
            }
            rows.push(("其他".to_owned(), value(schema, random, tier)));
        }
        kind => {
            rows =
                partition(random, kind).into_iter().map(|cell| (cell, value(schema, random, tier))).collect()
        }
    }
    // A second key splits some rows; a row with fewer 其他 goes before one with more.
    let second: Vec<&&FieldSpec> =
        fields.iter().filter(|own| own.kind == Kind::Flag && own.name != field.name).collect();
    if file.is_none() && !second.is_empty() && random.chance(40) {
        keys.push((random.pick(&second).name.clone(), Kind::Flag));
        let mut split = Vec::new();
        for (cell, own) in rows {
            if random.chance(50) && cell != "其他" {
                split.push((format!("{cell} | 是"), value(schema, random, tier)));
            }
            split.push((format!("{cell} | 其他"), own));
        }
        rows = split;
    }
    if pick.is_empty() && file.is_none() && random.chance(10) {
        rows[0].1 = "缺".to_owned();
    }
    let params: Vec<&str> = keys.iter().map(|(name, _)| name.as_str()).collect();
    let head = format!("表 {name}({}) -> {result}{pick}", params.join(", "));
    let text = match &file {
        Some((file, _)) => format!("{head} 来自 \"{file}\" 列 key, value"),
        None => {
            let lines: Vec<String> =
                rows.iter().map(|(cells, value)| format!("  {cells} => {value}")).collect();
            format!("{head} {{\n{}\n}}", lines.join("\n"))
        }
    };
    Some(Written { spec: TableSpec { name, keys, matrix: false, tier }, text, file })
}

/// Some numbers, ascending.
fn cuts(random: &mut Random) -> Vec<&'static str> {
    let mut cuts: Vec<&str> = NUMBERS.iter().copied().filter(|_| random.chance(25)).collect();
    if cuts.is_empty() {
        cuts.push("3");
    }
    cuts.sort_by_key(|cut| as_tenths(cut));
    cuts
}

fn as_tenths(number: &str) -> i64 {
    let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
    whole.parse::<i64>().unwrap_or(0) * 10 + tenths.parse::<i64>().unwrap_or(0)
}

/// Ranges that cover all numbers without overlap, in words or as intervals.
pub(super) fn ranges(random: &mut Random) -> Vec<String> {
    let cuts = cuts(random);
    // Whether each cut belongs to the range above it.
    let above: Vec<bool> = cuts.iter().map(|_| random.chance(60)).collect();
    let lower =
        |at: usize| if above[at] { format!("{} 以上", cuts[at]) } else { format!("超过 {}", cuts[at]) };
    let upper = |at: usize| {
        if above[at] { format!("不满 {}", cuts[at]) } else { format!("不超过 {}", cuts[at]) }
    };
    let mut ranges = vec![upper(0)];
    for at in 1..cuts.len() {
        let (open, close) = (if above[at - 1] { "[" } else { "(" }, if above[at] { ")" } else { "]" });
        ranges.push(match random.below(2) {
            0 => format!("{} {}", lower(at - 1), upper(at)),
            _ => format!("{open}{}, {}{close}", cuts[at - 1], cuts[at]),
        });
    }
    ranges.push(lower(cuts.len() - 1));
    ranges
}

/// Cells that cover all values of a kind without overlap.
fn partition(random: &mut Random, kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Flag => vec!["是".to_owned(), "否".to_owned()],
        Kind::Option(count) if random.chance(50) => {
            OPTIONS[..*count].iter().map(|own| (*own).to_owned()).collect()
        }
        Kind::Option(count) if *count > 2 => vec!["甲, 丙".to_owned(), "其他".to_owned()],
        Kind::Option(_) => vec!["甲".to_owned(), "其他".to_owned()],
        _ => ranges(random),
    }
}

/// A matrix over two fields with few values.
pub(super) fn matrix(schema: &Schema, random: &mut Random, number: usize) -> Option<Written> {
    let heads = |kind: &Kind| -> Option<Vec<String>> {
        match kind {
            Kind::Option(count) => Some(OPTIONS[..*count].iter().map(|own| (*own).to_owned()).collect()),
            Kind::Number(lo, hi, 0) if hi - lo <= 5 => Some((*lo..=*hi).map(|own| own.to_string()).collect()),
            Kind::Listed(values) => Some(values.iter().map(|own| (*own).to_owned()).collect()),
            Kind::Flag => Some(vec!["是".to_owned(), "否".to_owned()]),
            _ => None,
        }
    };
    let axes: Vec<(&FieldSpec, Vec<String>)> =
        schema.fields.iter().filter_map(|field| Some((field, heads(&field.kind)?))).collect();
    if axes.len() < 2 {
        return None;
    }
    let first = random.below(axes.len());
    let second = (first + 1 + random.below(axes.len() - 1)) % axes.len();
    let ((down, rows), (across, columns)) = (&axes[first], &axes[second]);
    let (name, tier) = (format!("矩阵{number}"), random.chance(70));
    let result = if tier { "等级" } else { "数" };
    let mut text =
        format!("矩阵 {name} -> {result} {{\n  {} \\ {} | {}\n", down.name, across.name, columns.join(" "));
    for row in rows {
        let cells: Vec<String> = columns.iter().map(|_| value(schema, random, tier)).collect();
        text.push_str(&format!("  {row} | {}\n", cells.join(" ")));
    }
    text.push('}');
    Some(Written { spec: TableSpec { name, keys: Vec::new(), matrix: true, tier }, text, file: None })
}
