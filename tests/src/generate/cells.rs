//! Random rows, as the texts of their cells.

use super::expressions::{DATES, NUMBERS};
use super::schema::{FieldSpec, Kind, MOST_ELEMENTS, OPTIONS, Schema, TEXTS};
use super::{ALL_CODES, Random};

/// The text of a cell; `None` is an empty cell.
pub type Cell = Option<String>;

/// A row as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowText {
    /// One a field.
    pub fields: Vec<Cell>,
    /// One a list: its elements' cells; `None` where the list is not supplied.
    pub lists: Vec<Option<Vec<Vec<Cell>>>>,
}

/// How often something is amiss, in percent.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// An optional value is missing.
    pub missing: usize,
    /// A value is unfit, or a required one missing.
    pub unfit: usize,
}

/// A random row.
pub fn row(schema: &Schema, random: &mut Random, faults: Faults) -> RowText {
    let fields = schema.fields.iter().map(|field| cell(field, random, faults)).collect();
    let lists = schema.lists.iter().map(|list| {
        if list.optional && random.chance(faults.missing / 2) {
            return None;
        }
        let most = if random.chance(faults.unfit) { MOST_ELEMENTS + 1 } else { MOST_ELEMENTS };
        let elements = random.below(most + 1);
        let element =
            |random: &mut Random| list.fields.iter().map(|field| cell(field, random, faults)).collect();
        Some((0..elements).map(|_| element(random)).collect())
    });
    RowText { fields, lists: lists.collect() }
}

fn cell(field: &FieldSpec, random: &mut Random, faults: Faults) -> Cell {
    let may_lack = field.optional || field.default.is_some();
    if random.chance(if may_lack { faults.missing } else { faults.unfit / 2 }) {
        return None;
    }
    if random.chance(faults.unfit) {
        let unfit =
            ["是不是", "1e3", "-7", "0.1234567", "2019-12-31", "99999999", "Z", "甲", "1", " 10 ", "3.0"];
        return Some((*random.pick(&unfit)).to_owned());
    }
    Some(valid(&field.kind, random))
}

/// A value that fits, as text.
pub fn valid(kind: &Kind, random: &mut Random) -> String {
    match kind {
        Kind::Text if random.chance(10) => "　汽油 ".to_owned(),
        Kind::Text => (*random.pick(&TEXTS)).to_owned(),
        Kind::Flag => ["是", "否", "true", "false", "1", "0"][random.below(6)].to_owned(),
        Kind::Number(lo, hi, decimals) => number(*lo, *hi, *decimals, random),
        Kind::Listed(values) => (*random.pick(values)).to_owned(),
        Kind::Option(count) => OPTIONS[random.below(*count)].to_owned(),
        Kind::Code(_) => (*random.pick(&ALL_CODES)).to_owned(),
        Kind::Date => {
            if random.chance(60) {
                return (*random.pick(&DATES)).to_owned();
            }
            format!(
                "{}-{:02}-{:02}",
                random.between(2020, 2026),
                random.between(1, 12),
                random.between(1, 28)
            )
        }
    }
}

/// Mostly a number of the pool, or an end of the range; else any.
fn number(lo: i64, hi: i64, decimals: u32, random: &mut Random) -> String {
    let fits = |text: &&str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole: i64 = whole.parse().unwrap_or(0);
        fraction.len() <= decimals as usize
            && lo <= whole
            && (whole < hi || (whole == hi && fraction.is_empty()))
    };
    match random.below(10) {
        0 => lo.to_string(),
        1 => hi.to_string(),
        2..=6 => {
            let usable: Vec<&str> = NUMBERS.iter().copied().filter(|text| fits(text)).collect();
            (*random.pick(&usable)).to_owned()
        }
        _ if decimals == 0 => random.between(lo, hi).to_string(),
        _ => {
            let places = 1 + random.below(decimals as usize);
            let digits: String = (0..places).map(|_| random.below(10).to_string()).collect();
            format!("{}.{digits}", random.between(lo.max(0), hi - 1))
        }
    }
}
