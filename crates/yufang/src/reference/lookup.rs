//! The row of a table for concrete keys.

use std::cmp::{Ordering, Reverse};

use super::functions::order;
use crate::ast::Pick;
use crate::codes::CodeList;
use crate::model::{Constant, Key, Model, Param, Row, Table, TableId, Ty};
use crate::verdict::RowError;

/// What a table gives for keys; [`Constant::Missing`] where its row says 缺.
pub(super) fn row_value(model: &Model, table: TableId, keys: &[Constant]) -> Result<Constant, RowError> {
    let table = &model.tables[table.index()];
    match winner(model, table, keys) {
        Some(row) => Ok(row.value.clone()),
        None => Err(RowError::NoRow { table: table.name.clone(), key: shown(model, table, keys) }),
    }
}

fn shown(model: &Model, table: &Table, keys: &[Constant]) -> String {
    let named = keys.iter().zip(&table.params);
    let texts: Vec<String> = named.map(|(key, param)| model.show(key, Some(&param.ty))).collect();
    texts.join(", ")
}

fn winner<'a>(model: &Model, table: &'a Table, keys: &[Constant]) -> Option<&'a Row> {
    let matching: Vec<&Row> = table.rows.iter().filter(|row| matches(model, table, row, keys)).collect();
    // 其他 takes only what no other row takes.
    let fewest = matching.iter().map(|row| otherwise_cells(row)).min()?;
    let mut rows = matching.into_iter().filter(|row| otherwise_cells(row) == fewest);
    match table.pick {
        Pick::Unique => rows.next(),
        Pick::MostSpecific => rows.min_by_key(|row| Reverse(specificity(model, table, row, keys))),
        Pick::Highest => rows.min_by(|one, other| by_value(&one.value, &other.value, true)),
        Pick::Lowest => rows.min_by(|one, other| by_value(&one.value, &other.value, false)),
    }
}

fn otherwise_cells(row: &Row) -> usize {
    row.cells.iter().filter(|cell| **cell == Key::Otherwise).count()
}

/// By value; 缺 has no value, and stands aside for any row that has one.
fn by_value(one: &Constant, other: &Constant, highest_first: bool) -> Ordering {
    match (one, other) {
        (Constant::Missing, Constant::Missing) => Ordering::Equal,
        (Constant::Missing, _) => Ordering::Greater,
        (_, Constant::Missing) => Ordering::Less,
        _ if highest_first => order(other, one),
        _ => order(one, other),
    }
}

fn matches(model: &Model, table: &Table, row: &Row, keys: &[Constant]) -> bool {
    let cells = row.cells.iter().zip(keys).zip(&table.params);
    cells.into_iter().all(|((cell, key), param)| cell_matches(model, param, cell, key))
}

/// Whether a cell takes a key.
pub(super) fn cell_matches(model: &Model, param: &Param, cell: &Key, key: &Constant) -> bool {
    match (cell, key) {
        (Key::Otherwise, _) => true,
        (Key::Numbers(wanted), Constant::Number(key)) => wanted.contains(key),
        (Key::Range(range), Constant::Number(key)) => range.contains(key),
        (Key::Texts(wanted), Constant::Text(key)) => wanted.contains(key),
        (Key::Options(wanted), Constant::Option(key)) => wanted.contains(key),
        (Key::Tiers(wanted), Constant::Tier(key)) => wanted.contains(key),
        (Key::Flags(wanted), Constant::Flag(key)) => wanted.contains(key),
        (Key::Dates(wanted), Constant::Date(key)) => wanted.contains(key),
        (Key::Codes(wanted), Constant::Code(key)) => {
            let codes = list(model, param);
            wanted.iter().any(|above| codes.is_under(*key, *above))
        }
        _ => false,
    }
}

/// The depth of the deepest code that takes each key; other kinds of cells weigh nothing.
fn specificity(model: &Model, table: &Table, row: &Row, keys: &[Constant]) -> Vec<u32> {
    let cells = row.cells.iter().zip(keys).zip(&table.params);
    let depth = |((cell, key), param): ((&Key, &Constant), &Param)| match (cell, key) {
        (Key::Codes(wanted), Constant::Code(key)) => {
            let codes = list(model, param);
            let above = wanted.iter().filter(|above| codes.is_under(*key, **above));
            above.map(|above| codes.get(*above).level).max().unwrap_or(0)
        }
        _ => 0,
    };
    cells.map(depth).collect()
}

fn list<'a>(model: &'a Model, param: &Param) -> &'a CodeList {
    match &param.ty {
        Ty::Code(list) => &model.codes[list.index()],
        other => unreachable!("a code cell for {other:?}"),
    }
}
