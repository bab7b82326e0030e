//! Tables made ready: keys become classes, and classes lead to the one row that wins.
//!
//! A classifier splits the values of one key into classes that the table's cells do not tell apart.
//! Where the product of all keys' classes is small, the winner of each combination is found here,
//! once; a look-up is then an index, however long the table.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::ast::Pick;
use crate::codes::{CodeId, CodeList};
use crate::kernel::Lane;
use crate::kernel::arithmetic::constants;
use crate::model::{Constant, Key, Model, Param, Range, Table, Ty};
use crate::number::Number;
use crate::plan::Form;

/// No row.
pub(crate) const NO_ROW: u32 = u32::MAX;

/// Combinations of classes up to which the winners are found beforehand.
const MOST_COMBINATIONS: usize = 1 << 20;

/// From a key's value to its class.
#[derive(Debug, Clone)]
pub(crate) enum Classifier {
    /// Class of every position.
    Index(Vec<u32>),
    /// Class of every text of the plan; other texts have the last number.
    Text { classes: Vec<u32>, other: u32 },
    /// Ascending cuts: value `cuts[i]` has class `2 i + 1`, values between cuts the even ones.
    Cuts(Cuts),
}

/// Cuts in the form of the numbers that they cut.
#[derive(Debug, Clone)]
pub(crate) enum Cuts {
    Scaled(Vec<i64>),
    Wide(Vec<i128>),
    Exact(Vec<Number>),
    Date(Vec<i32>),
}

/// The class of a value among ascending cuts.
pub(crate) fn class_among<T: Ord>(cuts: &[T], value: &T) -> u32 {
    match cuts.binary_search(value) {
        Ok(at) => 2 * at as u32 + 1,
        Err(at) => 2 * at as u32,
    }
}

/// A table ready for look-ups.
#[derive(Debug, Clone)]
pub(crate) struct TablePlan {
    pub(crate) table: usize,
    pub(crate) keys: Vec<Classifier>,
    /// Winner of each combination of classes, where they are few.
    winners: Option<Winners>,
    /// Rows that match each class of each key, and how rows rank.
    matching: Vec<Matching>,
    ranks: Vec<Rank>,
    /// What each row gives, and a last value for no row.
    pub(crate) values: Lane,
    /// Rows whose value is 缺.
    pub(crate) holes: Vec<bool>,
}

/// The winner of each combination; `strides[p]` is how far one class of key `p` moves.
#[derive(Debug, Clone)]
struct Winners {
    strides: Vec<usize>,
    rows: Vec<u32>,
}

/// The rows that match a key's classes: by their cells, or because their cell is 其他.
#[derive(Debug, Clone, Default)]
struct Matching {
    of_class: Vec<Vec<u32>>,
    open: Vec<u32>,
}

impl Matching {
    fn matches(&self, class: u32, row: u32) -> bool {
        self.of_class[class as usize].binary_search(&row).is_ok() || self.open.binary_search(&row).is_ok()
    }
}

/// A row, or the part of one whose codes all have one level: 最具体 ranks by the code that matches.
struct Entry<'m> {
    row: u32,
    cells: Vec<Cow<'m, Key>>,
}

fn entries<'m>(model: &Model, table: &'m Table) -> Vec<Entry<'m>> {
    let mut entries = Vec::new();
    for (row, source) in (0u32..).zip(&table.rows) {
        let mut parts: Vec<Vec<Cow<'m, Key>>> = vec![Vec::new()];
        for (cell, param) in source.cells.iter().zip(&table.params) {
            let choices = match (cell, &param.ty) {
                (Key::Codes(codes), Ty::Code(list)) if table.pick == Pick::MostSpecific => {
                    by_level(&model.codes[list.index()], codes)
                }
                _ => vec![Cow::Borrowed(cell)],
            };
            let extend = |part: &Vec<Cow<'m, Key>>, choice: &Cow<'m, Key>| {
                part.iter().cloned().chain([choice.clone()]).collect::<Vec<_>>()
            };
            parts = parts.iter().flat_map(|part| choices.iter().map(|choice| extend(part, choice))).collect();
        }
        entries.extend(parts.into_iter().map(|cells| Entry { row, cells }));
    }
    entries
}

fn by_level<'m>(list: &CodeList, codes: &[CodeId]) -> Vec<Cow<'m, Key>> {
    let mut levels: BTreeMap<u32, Vec<CodeId>> = BTreeMap::new();
    for code in codes {
        levels.entry(list.get(*code).level).or_default().push(*code);
    }
    levels.into_values().map(|codes| Cow::Owned(Key::Codes(codes))).collect()
}

/// How a row ranks among those that match: the least wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    otherwise: usize,
    less_specific: Reverse<u32>,
    order: ValueOrder,
    row: u32,
}

impl Rank {
    /// Whether neither is better: the order of rows decides nothing, and values only where the table
    /// picks by them, so that equal values do no harm.
    fn equals(&self, other: &Rank) -> bool {
        let alike = self.otherwise == other.otherwise && self.less_specific == other.less_specific;
        alike && self.order == ValueOrder::Even && other.order == ValueOrder::Even
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum ValueOrder {
    Even,
    Highest(Reverse<Value>),
    Lowest(Value),
    /// A hole is beaten by any value.
    Hole,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Tier(u8),
    Number(Number),
}

impl TablePlan {
    /// Makes `table` ready. `cuts` gives each number key's cuts in the key's machine form.
    pub(crate) fn new(
        model: &Model,
        at: usize,
        form: &Form,
        texts: &mut FxHashMap<String, u32>,
        mut cuts: impl FnMut(usize, &[Number]) -> Cuts,
    ) -> TablePlan {
        let table = &model.tables[at];
        let entries = entries(model, table);
        intern(&entries, texts);
        let mut keys = Vec::new();
        let mut matching = Vec::new();
        for param in 0..table.params.len() {
            let (key, rows) = classify(model, table, param, &entries, texts, &mut cuts);
            keys.push(key);
            matching.push(rows);
        }
        let ranks: Vec<Rank> = entries.iter().map(|entry| rank(model, table, entry)).collect();
        let holes = table.rows.iter().map(|row| row.value == Constant::Missing).collect();
        TablePlan {
            table: at,
            keys,
            winners: Winners::new(&matching, &ranks),
            matching,
            ranks,
            values: values(table, form),
            holes,
        }
    }

    /// The table for looking at, with keys in exact numbers.
    pub(crate) fn exact(model: &Model, at: usize, texts: &mut FxHashMap<String, u32>) -> TablePlan {
        let form = if matches!(model.tables[at].result, Ty::Tier(_)) { Form::Tier } else { Form::Exact };
        TablePlan::new(model, at, &form, texts, |_, cuts| Cuts::Exact(cuts.to_vec()))
    }

    /// How many positions a key of codes, options, tiers or flags has.
    pub(crate) fn positions(&self, key: usize) -> u32 {
        match &self.keys[key] {
            Classifier::Index(classes) => classes.len() as u32,
            _ => 0,
        }
    }

    /// The class of one value of a key that is not a number.
    pub(crate) fn class_of(&self, key: usize, value: &Constant, texts: &FxHashMap<String, u32>) -> u32 {
        match (&self.keys[key], value) {
            (Classifier::Index(classes), Constant::Code(code)) => classes[code.0 as usize],
            (Classifier::Index(classes), Constant::Option(at)) => classes[*at as usize],
            (Classifier::Index(classes), Constant::Tier(tier)) => classes[usize::from(*tier)],
            (Classifier::Index(classes), Constant::Flag(flag)) => classes[usize::from(*flag)],
            (Classifier::Text { classes, other }, Constant::Text(text)) => {
                texts.get(text).and_then(|at| classes.get(*at as usize)).copied().unwrap_or(*other)
            }
            (Classifier::Cuts(Cuts::Date(cuts)), Constant::Date(date)) => class_among(cuts, &date.days()),
            _ => 0,
        }
    }

    /// Two rows that match these classes equally well.
    pub(crate) fn tie(&self, classes: &[u32]) -> Option<(u32, u32)> {
        let mut ranks: Vec<&Rank> = matching_ranks(&self.matching, &self.ranks, classes).collect();
        ranks.sort();
        match ranks[..] {
            [one, other, ..] if one.row != other.row && one.equals(other) => Some((one.row, other.row)),
            _ => None,
        }
    }

    /// The row for one class a key, or [`NO_ROW`].
    pub(crate) fn row(&self, classes: &[u32]) -> u32 {
        match &self.winners {
            Some(winners) => {
                let steps = classes.iter().zip(&winners.strides);
                winners.rows[steps.map(|(class, stride)| *class as usize * stride).sum::<usize>()]
            }
            None => winner(&self.matching, &self.ranks, classes),
        }
    }

    /// The winners of a table with one key, by class.
    pub(crate) fn single(&self) -> Option<&[u32]> {
        let winners = self.winners.as_ref().filter(|winners| winners.strides.len() == 1)?;
        Some(&winners.rows)
    }
}

fn values(table: &Table, form: &Form) -> Lane {
    let with_none = table.rows.iter().map(|row| &row.value).chain([&Constant::Missing]);
    if *form == Form::Tier {
        let tier = |value: &Constant| if let Constant::Tier(tier) = value { *tier } else { 0 };
        return Lane::Tier(with_none.map(tier).collect());
    }
    let number = |value: &Constant| match value {
        Constant::Number(number) => number.clone(),
        _ => Number::from_integer(0.into()),
    };
    constants(with_none.map(number), form)
}

impl Winners {
    /// `None` where the combinations are too many.
    fn new(matching: &[Matching], ranks: &[Rank]) -> Option<Winners> {
        let sizes = matching.iter().map(|key| key.of_class.len());
        let combinations = sizes.clone().try_fold(1usize, |product, size| product.checked_mul(size));
        let combinations = combinations.filter(|count| *count <= MOST_COMBINATIONS)?;
        let mut strides = Vec::new();
        let mut stride = combinations;
        for size in sizes {
            stride /= size;
            strides.push(stride);
        }
        let mut classes = vec![0u32; matching.len()];
        let mut rows = Vec::with_capacity(combinations);
        for combination in 0..combinations {
            for (key, class) in classes.iter_mut().enumerate() {
                *class = (combination / strides[key] % matching[key].of_class.len()) as u32;
            }
            rows.push(winner(matching, ranks, &classes));
        }
        Some(Winners { strides, rows })
    }
}

/// The best row that matches all classes.
fn winner(matching: &[Matching], ranks: &[Rank], classes: &[u32]) -> u32 {
    matching_ranks(matching, ranks, classes).min().map_or(NO_ROW, |rank| rank.row)
}

/// The ranks of the rows that match all classes. Starts from the key with the fewest candidates.
fn matching_ranks<'a>(
    matching: &'a [Matching],
    ranks: &'a [Rank],
    classes: &'a [u32],
) -> impl Iterator<Item = &'a Rank> {
    let count =
        move |key: &usize| matching[*key].of_class[classes[*key] as usize].len() + matching[*key].open.len();
    let start = (0..matching.len()).min_by_key(count).unwrap_or(0);
    let first = &matching[start];
    let candidates = first.of_class[classes[start] as usize].iter().chain(&first.open);
    let fits = move |entry: &&u32| {
        let mut others = (0..matching.len()).filter(|key| *key != start);
        others.all(|key| matching[key].matches(classes[key], **entry))
    };
    candidates.filter(fits).map(|entry| &ranks[*entry as usize])
}

fn rank(model: &Model, table: &Table, entry: &Entry<'_>) -> Rank {
    let otherwise = entry.cells.iter().filter(|cell| ***cell == Key::Otherwise).count();
    let depth = |(cell, param): (&Cow<'_, Key>, &Param)| match (&**cell, &param.ty) {
        (Key::Codes(codes), Ty::Code(list)) => {
            codes.first().map_or(0, |code| model.codes[list.index()].get(*code).level)
        }
        _ => 0,
    };
    let specific = match table.pick {
        Pick::MostSpecific => entry.cells.iter().zip(&table.params).map(depth).sum(),
        _ => 0,
    };
    let order = value_order(table.pick, &table.rows[entry.row as usize].value);
    Rank { otherwise, less_specific: Reverse(specific), order, row: entry.row }
}

fn value_order(pick: Pick, value: &Constant) -> ValueOrder {
    let value = match value {
        _ if matches!(pick, Pick::Unique | Pick::MostSpecific) => return ValueOrder::Even,
        Constant::Number(number) => Value::Number(number.clone()),
        Constant::Tier(tier) => Value::Tier(*tier),
        _ => return ValueOrder::Hole,
    };
    match pick {
        Pick::Highest => ValueOrder::Highest(Reverse(value)),
        _ => ValueOrder::Lowest(value),
    }
}

fn intern(entries: &[Entry<'_>], texts: &mut FxHashMap<String, u32>) {
    for cell in entries.iter().flat_map(|entry| &entry.cells) {
        if let Key::Texts(keys) = &**cell {
            for key in keys {
                let next = texts.len() as u32;
                texts.entry(key.clone()).or_insert(next);
            }
        }
    }
}

fn classify(
    model: &Model,
    table: &Table,
    param: usize,
    entries: &[Entry<'_>],
    texts: &FxHashMap<String, u32>,
    cuts: &mut impl FnMut(usize, &[Number]) -> Cuts,
) -> (Classifier, Matching) {
    let cells: Vec<&Key> = entries.iter().map(|entry| &*entry.cells[param]).collect();
    let is_open = |(_, cell): &(usize, &&Key)| ***cell == Key::Otherwise;
    let open = cells.iter().enumerate().filter(is_open).map(|(row, _)| row as u32).collect();
    let (classifier, of_class) = match &table.params[param].ty {
        Ty::Number { .. } => {
            let values = number_cuts(&cells);
            let of_class = rows_of_numbers(&cells, &values);
            (Classifier::Cuts(cuts(param, &values)), of_class)
        }
        Ty::Date => {
            let values = date_cuts(&cells);
            let of_class = rows_of_dates(&cells, &values);
            (Classifier::Cuts(Cuts::Date(values)), of_class)
        }
        Ty::Text => {
            let (classes, of_class) = share(rows_of_texts(&cells, texts));
            let other = classes.last().copied().unwrap_or(0);
            (Classifier::Text { classes, other }, of_class)
        }
        positions => {
            let size = match positions {
                Ty::Code(list) => model.codes[list.index()].codes().len(),
                Ty::Option(set) => model.options[set.index()].options.len(),
                Ty::Tier(scale) => model.scales[scale.index()].tiers.len(),
                _ => 2,
            };
            let codes = match positions {
                Ty::Code(list) => Some(&*model.codes[list.index()]),
                _ => None,
            };
            let (classes, of_class) = share(rows_of_positions(&cells, size, codes));
            (Classifier::Index(classes), of_class)
        }
    };
    (classifier, Matching { of_class, open })
}

/// Gives positions with the same rows one class.
fn share(rows_of: Vec<Vec<u32>>) -> (Vec<u32>, Vec<Vec<u32>>) {
    let mut class_of: FxHashMap<Vec<u32>, u32> = FxHashMap::default();
    let mut classes = Vec::with_capacity(rows_of.len());
    for rows in rows_of {
        let next = class_of.len() as u32;
        classes.push(*class_of.entry(rows).or_insert(next));
    }
    let mut of_class = vec![Vec::new(); class_of.len()];
    for (rows, class) in class_of {
        of_class[class as usize] = rows;
    }
    (classes, of_class)
}

fn rows_of_positions(cells: &[&Key], size: usize, codes: Option<&CodeList>) -> Vec<Vec<u32>> {
    let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); size];
    for (row, cell) in (0u32..).zip(cells) {
        let mut take = |at: usize| {
            if rows_of[at].last() != Some(&row) {
                rows_of[at].push(row);
            }
        };
        match cell {
            Key::Codes(keys) => {
                for code in keys {
                    let end = codes.map_or(code.0 + 1, |list| list.get(*code).end.0);
                    (code.0..end).for_each(|at| take(at as usize));
                }
            }
            Key::Options(keys) => keys.iter().for_each(|at| take(*at as usize)),
            Key::Tiers(keys) => keys.iter().for_each(|at| take(usize::from(*at))),
            Key::Flags(keys) => keys.iter().for_each(|at| take(usize::from(*at))),
            _ => {}
        }
    }
    rows_of
}

/// One entry a text of the plan, and a last one for all others.
fn rows_of_texts(cells: &[&Key], texts: &FxHashMap<String, u32>) -> Vec<Vec<u32>> {
    let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); texts.len() + 1];
    for (row, cell) in (0u32..).zip(cells) {
        if let Key::Texts(keys) = cell {
            for key in keys {
                let rows = &mut rows_of[texts[key] as usize];
                if rows.last() != Some(&row) {
                    rows.push(row);
                }
            }
        }
    }
    rows_of
}

fn number_cuts(cells: &[&Key]) -> Vec<Number> {
    let mut cuts: Vec<Number> = Vec::new();
    for cell in cells {
        match cell {
            Key::Numbers(values) => cuts.extend(values.iter().cloned()),
            Key::Range(range) => cuts.extend(ends(range).cloned()),
            _ => {}
        }
    }
    cuts.sort();
    cuts.dedup();
    cuts
}

/// The finite ends of a range.
pub(crate) fn ends(range: &Range) -> impl Iterator<Item = &Number> {
    range.lo.iter().chain(&range.hi).map(|(end, _)| end)
}

fn rows_of_numbers(cells: &[&Key], cuts: &[Number]) -> Vec<Vec<u32>> {
    let mut of_class: Vec<Vec<u32>> = vec![Vec::new(); 2 * cuts.len() + 1];
    for (row, cell) in (0u32..).zip(cells) {
        match cell {
            Key::Numbers(values) => {
                let mut classes: Vec<u32> = values.iter().map(|value| class_among(cuts, value)).collect();
                classes.sort_unstable();
                classes.dedup();
                classes.iter().for_each(|class| of_class[*class as usize].push(row));
            }
            Key::Range(range) => {
                let classes = classes_of_range(cuts, range);
                of_class.get_mut(classes).into_iter().flatten().for_each(|rows| rows.push(row));
            }
            _ => {}
        }
    }
    of_class
}

/// The classes within a range whose ends are among the cuts; empty for an empty range.
pub(crate) fn classes_of_range(cuts: &[Number], range: &Range) -> std::ops::Range<usize> {
    let class = |end: &Number| class_among(cuts, end) as usize;
    let start = range.lo.as_ref().map_or(0, |(lo, closed)| class(lo) + usize::from(!closed));
    let end = range.hi.as_ref().map_or(2 * cuts.len() + 1, |(hi, closed)| class(hi) + usize::from(*closed));
    start..end.max(start)
}

fn date_cuts(cells: &[&Key]) -> Vec<i32> {
    let mut cuts: Vec<i32> = Vec::new();
    for cell in cells {
        if let Key::Dates(dates) = cell {
            cuts.extend(dates.iter().map(|date| date.days()));
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

fn rows_of_dates(cells: &[&Key], cuts: &[i32]) -> Vec<Vec<u32>> {
    let mut of_class: Vec<Vec<u32>> = vec![Vec::new(); 2 * cuts.len() + 1];
    for (row, cell) in (0u32..).zip(cells) {
        if let Key::Dates(dates) = cell {
            for date in dates {
                of_class[class_among(cuts, &date.days()) as usize].push(row);
            }
        }
    }
    of_class
}
