//! Rows of tables that keys can lead to.

use super::{Abstract, Known, Possible};
use crate::ast::Pick;
use crate::model::{Constant, Key, Model, Table, TableId, Ty};
use crate::number::Number;
use crate::plan::Bounds;
use crate::verdict::{RowError, TierSet};

/// Whether a key with one value matches a cell.
fn matches(model: &Model, ty: &Ty, cell: &Key, value: &Constant) -> bool {
    match (cell, value) {
        (Key::Otherwise, _) => true,
        (Key::Numbers(own), Constant::Number(value)) => own.contains(value),
        (Key::Range(range), Constant::Number(value)) => range.contains(value),
        (Key::Texts(own), Constant::Text(value)) => own.contains(value),
        (Key::Codes(own), Constant::Code(value)) => match ty {
            Ty::Code(list) => own.iter().any(|above| model.codes[list.index()].is_under(*value, *above)),
            _ => false,
        },
        (Key::Options(own), Constant::Option(value)) => own.contains(value),
        (Key::Tiers(own), Constant::Tier(value)) => own.contains(value),
        (Key::Flags(own), Constant::Flag(value)) => own.contains(value),
        (Key::Dates(own), Constant::Date(value)) => own.contains(value),
        _ => false,
    }
}

/// Whether any value that a key can have matches a cell.
fn may_match(model: &Model, ty: &Ty, cell: &Key, key: &Abstract) -> bool {
    if let Some(value) = key.constant() {
        return matches(model, ty, cell, &value);
    }
    match (cell, &key.possible) {
        (Key::Otherwise, _) => true,
        (Key::Numbers(own), Possible::Number(bounds, values)) => match values {
            Some(values) => own.iter().any(|value| values.contains(value)),
            None => own.iter().any(|value| {
                bounds.lo.as_ref().is_none_or(|lo| value >= lo)
                    && bounds.hi.as_ref().is_none_or(|hi| value <= hi)
            }),
        },
        (Key::Range(range), Possible::Number(..)) => key.meets(range),
        (Key::Codes(_), Possible::Codes(codes)) => {
            codes.iter().any(|code| matches(model, ty, cell, &Constant::Code(*code)))
        }
        (Key::Options(own), Possible::Options(options)) => options.iter().any(|option| own.contains(option)),
        (Key::Tiers(own), Possible::Tiers(tiers)) => own.iter().any(|tier| tiers.contains(*tier)),
        (Key::Flags(own), Possible::Flag { yes, no }) => {
            own.iter().any(|flag| if *flag { *yes } else { *no })
        }
        (Key::Dates(own), Possible::Date(lo, hi)) => own.iter().any(|date| date >= lo && date <= hi),
        (_, Possible::Nothing | Possible::Text(_)) => true,
        _ => false,
    }
}

/// The row that wins for definite keys.
pub(crate) fn winner(model: &Model, table: &Table, keys: &[Constant]) -> Option<usize> {
    let fits = |row: &&crate::model::Row| {
        let mut cells = row.cells.iter().zip(keys).zip(&table.params);
        cells.all(|((cell, key), param)| matches(model, &param.ty, cell, key))
    };
    let rows = table.rows.iter().enumerate().filter(|(_, row)| fits(row));
    rows.min_by(|(at, one), (other_at, other)| {
        let otherwise =
            |row: &crate::model::Row| row.cells.iter().filter(|cell| **cell == Key::Otherwise).count();
        let by_pick = match table.pick {
            Pick::MostSpecific => {
                specificity(model, table, other, keys).cmp(&specificity(model, table, one, keys))
            }
            Pick::Highest => order(&other.value).cmp(&order(&one.value)),
            Pick::Lowest => lowest(&one.value).cmp(&lowest(&other.value)),
            Pick::Unique => std::cmp::Ordering::Equal,
        };
        otherwise(one).cmp(&otherwise(other)).then(by_pick).then(at.cmp(other_at))
    })
    .map(|(at, _)| at)
}

/// Levels of the deepest codes that match, added up.
fn specificity(model: &Model, table: &Table, row: &crate::model::Row, keys: &[Constant]) -> u32 {
    let cells = row.cells.iter().zip(keys).zip(&table.params);
    let level = |((cell, key), param): ((&Key, &Constant), &crate::model::Param)| match (cell, key, &param.ty)
    {
        (Key::Codes(codes), Constant::Code(code), Ty::Code(list)) => {
            let list = &model.codes[list.index()];
            let above = codes.iter().filter(|above| list.is_under(*code, **above));
            above.map(|above| list.get(*above).level).max().unwrap_or(0)
        }
        _ => 0,
    };
    cells.map(level).sum()
}

/// Values in order; a hole below all.
fn order(value: &Constant) -> Option<(u8, Number)> {
    match value {
        Constant::Number(number) => Some((0, number.clone())),
        Constant::Tier(tier) => Some((*tier, crate::number::whole(0))),
        _ => None,
    }
}

/// Values in order; a hole above all.
fn lowest(value: &Constant) -> (bool, Option<(u8, Number)>) {
    (*value == Constant::Missing, order(value))
}

/// What a table can give for keys that can have several values.
pub(super) fn lookup(model: &Model, id: TableId, keys: &[Abstract], few: bool) -> Abstract {
    let table = &model.tables[id.index()];
    let definite: Option<Vec<Constant>> = keys.iter().map(Abstract::constant).collect();
    let rows: Vec<&crate::model::Row> = match &definite {
        Some(keys) => winner(model, table, keys).map(|at| &table.rows[at]).into_iter().collect(),
        None => {
            let may = |row: &&crate::model::Row| {
                let mut cells = row.cells.iter().zip(keys).zip(&table.params);
                cells.all(|((cell, key), param)| may_match(model, &param.ty, cell, key))
            };
            table.rows.iter().filter(may).collect()
        }
    };
    let operands: Vec<&Abstract> = keys.iter().collect();
    let shown = definite.as_ref().map_or_else(|| "…".to_owned(), |keys| show(model, table, keys));
    let no_row = RowError::NoRow { table: table.name.clone(), key: shown };
    if rows.is_empty() {
        return Abstract::known(Possible::Nothing).failing(Known::Yes, no_row).strict(&operands);
    }
    let hole = rows.iter().any(|row| row.value == Constant::Missing);
    let only_holes = rows.iter().all(|row| row.value == Constant::Missing);
    let result = values(table, &rows, few).strict(&operands);
    let text_keys = table.params.iter().any(|param| param.ty == Ty::Text);
    let covered = rows.iter().any(|row| row.cells.iter().all(|cell| *cell == Key::Otherwise));
    let result = if definite.is_none() && text_keys && !covered {
        result.failing(Known::Maybe, no_row)
    } else {
        result
    };
    let gap = match (hole, only_holes) {
        (_, true) => Known::Yes,
        (true, _) => result.gap.or(Known::Maybe),
        _ => result.gap,
    };
    Abstract { hole: result.hole || hole, ..result.with_gap(gap) }
}

fn values(table: &Table, rows: &[&crate::model::Row], few: bool) -> Abstract {
    if let Ty::Tier(_) = table.result {
        let tier = |row: &&crate::model::Row| match row.value {
            Constant::Tier(tier) => TierSet::one(tier),
            _ => TierSet(0),
        };
        let tiers = rows.iter().map(tier).fold(TierSet::default(), TierSet::union);
        return if tiers.0 == 0 {
            Abstract::known(Possible::Nothing)
        } else {
            Abstract::known(Possible::Tiers(tiers))
        };
    }
    let mut numbers: Vec<Number> = rows
        .iter()
        .filter_map(|row| if let Constant::Number(number) = &row.value { Some(number.clone()) } else { None })
        .collect();
    if numbers.is_empty() {
        return Abstract::known(Possible::Nothing);
    }
    numbers.sort();
    numbers.dedup();
    let bounds = Bounds::around(&numbers);
    let values = (few && numbers.len() <= super::operators::FEW).then_some(numbers);
    Abstract::known(Possible::Number(bounds, values))
}

fn show(model: &Model, table: &Table, keys: &[Constant]) -> String {
    let shown: Vec<String> =
        keys.iter().zip(&table.params).map(|(key, param)| model.show(key, Some(&param.ty))).collect();
    shown.join(", ")
}
