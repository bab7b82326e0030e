//! What grading gives: a verdict a row, held as columns.

use num_bigint::BigInt;

use crate::codes::CodeId;
use crate::date::Date;
use crate::diagnostic::Message;
use crate::model::{Constant, DefId, FieldId};
use crate::number::Number;

/// How a row came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Status {
    /// One tier, certain.
    Graded,
    /// Data are missing, and more than one tier is possible.
    Undetermined,
    /// The row does not fit the rule set; see its error.
    Invalid,
}

/// A set of tiers of one scale; bit `i` is tier `i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TierSet(pub u64);

impl TierSet {
    /// Only `tier`.
    pub fn one(tier: u8) -> Self {
        TierSet(1 << tier)
    }

    /// Whether `tier` is in the set.
    pub fn contains(self, tier: u8) -> bool {
        self.0 >> tier & 1 == 1
    }

    /// The only member, if there is just one.
    pub fn single(self) -> Option<u8> {
        self.0.is_power_of_two().then(|| self.0.trailing_zeros() as u8)
    }

    /// The members, low to high.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..64).filter(move |tier| self.contains(*tier))
    }

    /// The highest member.
    pub fn highest(self) -> Option<u8> {
        self.0.checked_ilog2().map(|bit| bit as u8)
    }

    /// The members of both.
    #[must_use]
    pub fn union(self, other: TierSet) -> TierSet {
        TierSet(self.0 | other.0)
    }
}

/// Where a field stands: among the row's own, or in an element of a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldPath {
    /// The field's or the list's name.
    pub name: String,
    /// Element (from 0) and its field.
    pub element: Option<(usize, String)>,
}

impl std::fmt::Display for FieldPath {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.element {
            None => out.write_str(&self.name),
            Some((at, field)) if field.is_empty() => write!(out, "{}[{}]", self.name, at + 1),
            Some((at, field)) => write!(out, "{}[{}].{field}", self.name, at + 1),
        }
    }
}

/// Why a row is invalid. The first that is found, in the order of fields and then of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RowError {
    /// A required field without value.
    #[error("{field}: required, but missing")]
    Missing {
        /// Which.
        field: FieldPath,
    },
    /// A value that is no value of the field's type: `likelihood: "high"`.
    #[error("{field}: {value:?} {reason}")]
    Unfit {
        /// Which.
        field: FieldPath,
        /// As given.
        value: String,
        /// What is wrong with it.
        reason: Unfit,
    },
    /// More elements than the list may have.
    #[error("{list}: {count} elements, more than {at_most}")]
    TooMany {
        /// The list.
        list: String,
        /// Elements given.
        count: usize,
        /// Elements allowed.
        at_most: u32,
    },
    /// A requirement that certainly fails.
    #[error("requirement fails: {reason}")]
    Requirement {
        /// Position of the requirement in the model.
        requirement: u32,
        /// The element (from 0) of its list.
        element: Option<usize>,
        /// Its 因为, or its text.
        reason: String,
    },
    /// A key for which a table has no row.
    #[error("table {table} has no row for {key}")]
    NoRow {
        /// The table.
        table: String,
        /// The key's values, joined by `, `.
        key: String,
    },
    /// 最小 or 最大 of no elements, or a division by zero, that no 无则 takes up.
    #[error("{what} has no value")]
    NoValue {
        /// The definition or clause.
        what: String,
    },
    /// A result above the limit of bits.
    #[error("{what}: result too big")]
    TooBig {
        /// The definition or clause.
        what: String,
    },
    /// A row that its reader could not read whole: a ragged line of CSV, broken JSON.
    #[error("{}", reason.en)]
    Unreadable {
        /// Where it stands and what is wrong with it.
        reason: Message,
    },
}

impl RowError {
    /// What is wrong, in both languages; the English is that of `Display`.
    pub fn message(&self) -> Message {
        let zh = match self {
            RowError::Missing { field } => format!("{field}：必填，但没有值"),
            RowError::Unfit { field, value, reason } => format!("{field}：“{value}”{}", reason.zh()),
            RowError::TooMany { list, count, at_most } => {
                format!("{list}：有 {count} 项，超过 {at_most} 项")
            }
            RowError::Requirement { reason, .. } => format!("不符合要求：{reason}"),
            RowError::NoRow { table, key } => format!("表“{table}”没有 {key} 的行"),
            RowError::NoValue { what } => format!("{what}：没有值"),
            RowError::TooBig { what } => format!("{what}：结果过大"),
            RowError::Unreadable { reason } => reason.zh.clone(),
        };
        Message::new(zh, self.to_string())
    }
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Unfit {
    #[error("is not a number")]
    NotANumber,
    #[error("is not a whole number")]
    NotWhole,
    #[error("has too many decimal places")]
    TooManyDecimals,
    #[error("is out of range")]
    OutOfRange,
    #[error("is not among the listed values")]
    NotListed,
    #[error("is not a flag")]
    NotAFlag,
    #[error("is not a date")]
    NotADate,
    #[error("is not an option of the field")]
    UnknownOption,
    #[error("is not a code of the list")]
    UnknownCode,
    #[error("is not text")]
    NotText,
    #[error("is not a list")]
    NotAList,
    #[error("is not UTF-8")]
    NotUtf8,
}

impl Unfit {
    fn zh(self) -> &'static str {
        match self {
            Unfit::NotANumber => "不是数",
            Unfit::NotWhole => "不是整数",
            Unfit::TooManyDecimals => "小数位数过多",
            Unfit::OutOfRange => "超出范围",
            Unfit::NotListed => "不在所列的值之中",
            Unfit::NotAFlag => "不是“是”或“否”",
            Unfit::NotADate => "不是日期",
            Unfit::UnknownOption => "不是该字段的选项",
            Unfit::UnknownCode => "不是代码表中的代码",
            Unfit::NotText => "不是文本",
            Unfit::NotAList => "不是列表",
            Unfit::NotUtf8 => "不是 UTF-8",
        }
    }
}

/// Numbers of an output, one a row.
#[derive(Debug, Clone)]
pub enum Values {
    /// value / denominator.
    Scaled {
        /// Numerators.
        values: Vec<i64>,
        /// Common denominator.
        denominator: u64,
    },
    /// value / denominator.
    Wide {
        /// Numerators.
        values: Vec<i128>,
        /// Common denominator.
        denominator: u128,
    },
    /// Exact rationals.
    Exact(Vec<Number>),
    /// 是 / 否.
    Flags(Vec<bool>),
    /// Tiers by position; the scale is the definition's.
    Tiers(Vec<u8>),
    /// Codes by position in their list.
    Codes(Vec<u32>),
    /// Options by position in their set.
    Options(Vec<u32>),
    /// Dates as days.
    Dates(Vec<i32>),
    /// Texts.
    Texts(Vec<String>),
}

/// A column of values, some of which are not certain.
#[derive(Debug, Clone)]
pub struct OutputColumn {
    /// Which definition.
    pub definition: DefId,
    /// Values; where `certain` is false, of no meaning.
    pub values: Values,
    /// Whether a row's value is certain.
    pub certain: Vec<bool>,
}

impl OutputColumn {
    /// The value of a row, where it is certain.
    pub fn get(&self, row: usize) -> Option<Constant> {
        if !self.certain[row] {
            return None;
        }
        let over = |value: BigInt, denominator: BigInt| Constant::Number(Number::new(value, denominator));
        Some(match &self.values {
            Values::Scaled { values, denominator } => over(values[row].into(), (*denominator).into()),
            Values::Wide { values, denominator } => over(values[row].into(), (*denominator).into()),
            Values::Exact(values) => Constant::Number(values[row].clone()),
            Values::Flags(values) => Constant::Flag(values[row]),
            Values::Tiers(values) => Constant::Tier(values[row]),
            Values::Codes(values) => Constant::Code(CodeId(values[row])),
            Values::Options(values) => Constant::Option(values[row]),
            Values::Dates(values) => Constant::Date(Date::from_days(values[row]).unwrap_or(Date::MIN)),
            Values::Texts(values) => Constant::Text(values[row].clone()),
        })
    }
}

/// A bit for each of `width` names, for each row.
#[derive(Debug, Clone, Default)]
pub struct BitRows {
    words: usize,
    bits: Vec<u64>,
}

impl BitRows {
    /// All clear.
    pub fn new(rows: usize, width: usize) -> Self {
        let words = width.div_ceil(64);
        BitRows { words, bits: vec![0; rows * words] }
    }

    /// Sets bit `at` of `row`.
    pub fn set(&mut self, row: usize, at: usize) {
        self.bits[row * self.words + at / 64] |= 1 << (at % 64);
    }

    /// Clears all bits of `row`.
    pub fn clear_row(&mut self, row: usize) {
        self.bits[row * self.words..(row + 1) * self.words].fill(0);
    }

    /// Bit `at` of `row`.
    pub fn get(&self, row: usize, at: usize) -> bool {
        self.bits[row * self.words + at / 64] >> (at % 64) & 1 == 1
    }

    /// The set bits of `row`, ascending.
    pub fn iter(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        let words = &self.bits[row * self.words..(row + 1) * self.words];
        let each = words.iter().enumerate();
        each.flat_map(|(at, word)| {
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit)
        })
    }

    /// Appends the rows of `other`, which has the same width.
    pub fn append(&mut self, other: &BitRows) {
        self.words = other.words;
        self.bits.extend_from_slice(&other.bits);
    }
}

/// The verdicts on a batch of rows, in the rows' order.
#[derive(Debug, Clone)]
pub struct Verdicts {
    /// One a row.
    pub status: Vec<Status>,
    /// The tiers that are possible; of an invalid row none.
    pub possible: Vec<TierSet>,
    /// The number that the grade is by; absent where the grade is by a tier.
    pub score: Option<OutputColumn>,
    /// Every 输出, in written order.
    pub outputs: Vec<OutputColumn>,
    /// Rules whose condition certainly holds.
    pub fired: BitRows,
    /// Alerts whose condition certainly holds.
    pub alerts: BitRows,
    /// Alerts whose condition may hold.
    pub maybe_alerts: BitRows,
    /// Row fields and lists (after the fields) whose gap decides the tier.
    pub missing: BitRows,
    /// Errors of invalid rows, by ascending row.
    pub errors: Vec<(usize, RowError)>,
}

impl Verdicts {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.status.len()
    }

    /// The tier of a graded row.
    pub fn tier(&self, row: usize) -> Option<u8> {
        self.possible[row].single().filter(|_| self.status[row] == Status::Graded)
    }

    /// Makes a row invalid, whatever came out: for rows that their reader could not read whole.
    pub fn invalidate(&mut self, row: usize, error: RowError) {
        self.status[row] = Status::Invalid;
        self.possible[row] = TierSet::default();
        self.score.iter_mut().chain(&mut self.outputs).for_each(|column| column.certain[row] = false);
        for bits in [&mut self.fired, &mut self.alerts, &mut self.maybe_alerts, &mut self.missing] {
            bits.clear_row(row);
        }
        match self.errors.binary_search_by_key(&row, |(own, _)| *own) {
            Ok(at) => self.errors[at].1 = error,
            Err(at) => self.errors.insert(at, (row, error)),
        }
    }

    /// The error of an invalid row.
    pub fn error(&self, row: usize) -> Option<&RowError> {
        let at = self.errors.binary_search_by_key(&row, |(own, _)| *own).ok()?;
        Some(&self.errors[at].1)
    }
}

/// A cause for which a tier is not certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gap {
    /// A field of the row.
    Field(FieldId),
    /// A list of the row, or a field of one of its elements.
    List(crate::model::ListId),
}
