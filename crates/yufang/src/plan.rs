//! What is run: a flat list of column operations, each on the results of earlier ones.
//!
//! A plan is made of a model for one as-of date. It fixes the machine form of every number: integers
//! of 64 or 128 bits over a common denominator where ranges and decimals prove that they suffice,
//! rationals of any size elsewhere. No form rounds.

mod bounds;
mod build;
mod field;
mod number;
mod reads;
mod table;

use std::fmt;

use num_bigint::BigInt;
use rustc_hash::FxHashMap;

use crate::ast::{AggregateKind, CompareOp};
use crate::codes::CodeId;
use crate::date::TimeUnit;
use crate::kernel::Vector;
use crate::model::{Constant, ExprId, FieldId, ListId, Space};
use crate::number::Number;

pub(crate) use bounds::Bounds;
pub(crate) use build::field_form;
pub use build::plan;
pub(crate) use field::{FieldPlan, NumberRange};
pub(crate) use reads::{Choices, MOST_COMBINATIONS, Read, Reads, operands, window};
pub(crate) use table::{Classifier, Cuts, NO_ROW, TablePlan, class_among, ends};

/// A node of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a node's values are held.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Form {
    /// A byte a value: 0 or 1.
    Flag,
    /// 64 bits over a denominator.
    Scaled(BigInt),
    /// 128 bits over a denominator.
    Wide(BigInt),
    /// Rationals.
    Exact,
    /// Position in a code list, a set of options or a table's rows.
    Index,
    /// Number of a text in the plan's texts, or after them in the block's.
    Text,
    /// Days since 1970-01-01.
    Date,
    /// Position in a scale.
    Tier,
}

impl Form {
    /// The denominator of scaled forms.
    pub(crate) fn denominator(&self) -> Option<&BigInt> {
        match self {
            Form::Scaled(denominator) | Form::Wide(denominator) => Some(denominator),
            _ => None,
        }
    }
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it does.
    pub(crate) op: Op,
    /// How its values are held.
    pub(crate) form: Form,
    /// Where its values live.
    pub(crate) space: Space,
    /// The expression it comes from, for messages and explanations.
    pub(crate) expr: Option<ExprId>,
    /// Static bounds where it is a number.
    pub(crate) bounds: Bounds,
}

/// The operations. Number operands have the form that the node states, unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Constant(Constant),
    Field(FieldId),
    ElementField(ListId, u32),
    /// A row's value for each element.
    Owner(ListId, NodeId),
    /// Another form of the same number; a flag counts 0 or 1.
    Convert(NodeId),
    Negate(NodeId),
    Abs(NodeId),
    Add(NodeId, NodeId),
    Subtract(NodeId, NodeId),
    /// Denominators multiply.
    Multiply(NodeId, NodeId),
    /// Exact forms only.
    Divide(NodeId, NodeId),
    /// 1/x of a number with few possible values (ascending, in x's scale), each with its result.
    Reciprocal(NodeId, Vec<(i64, Option<i64>)>),
    /// Half away from zero, to places.
    Round(NodeId, i32),
    Floor(NodeId),
    Ceil(NodeId),
    Min(NodeId, NodeId),
    Max(NodeId, NodeId),
    MoveDate(NodeId, i32, TimeUnit),
    DaysBetween(NodeId, NodeId),
    /// Both operands in one form.
    Compare(CompareOp, NodeId, NodeId),
    /// Days within `(lo, hi]`.
    DateWithin(NodeId, i32, i32),
    Not(NodeId),
    All(Vec<NodeId>),
    Any(Vec<NodeId>),
    Under(NodeId, Vec<(CodeId, CodeId)>),
    OneOf(NodeId, Vec<Constant>),
    If(NodeId, NodeId, NodeId),
    OrElse(NodeId, NodeId),
    Has(NodeId),
    /// The row of table plan `.0` for keys.
    Row(usize, Vec<NodeId>),
    /// The value of a row of table plan `.0`.
    RowValue(usize, NodeId),
    Aggregate {
        kind: AggregateKind,
        list: ListId,
        value: Option<NodeId>,
        filter: Option<NodeId>,
    },
    /// The tier after all effects.
    FinalTier,
}

impl Op {
    /// Whether the result depends on the operands alone, and not on the data or their shape.
    pub(crate) fn is_pure(&self) -> bool {
        !matches!(
            self,
            Op::Field(_) | Op::ElementField(..) | Op::Owner(..) | Op::Aggregate { .. } | Op::FinalTier
        )
    }

    pub(crate) fn operands(&self) -> Vec<NodeId> {
        match self {
            Op::Constant(_) | Op::Field(_) | Op::ElementField(..) | Op::FinalTier => Vec::new(),
            Op::Owner(_, x)
            | Op::Convert(x)
            | Op::Negate(x)
            | Op::Abs(x)
            | Op::Reciprocal(x, _)
            | Op::Round(x, _)
            | Op::Floor(x)
            | Op::Ceil(x)
            | Op::MoveDate(x, ..)
            | Op::DateWithin(x, ..)
            | Op::Not(x)
            | Op::Under(x, _)
            | Op::OneOf(x, _)
            | Op::Has(x)
            | Op::RowValue(_, x) => vec![*x],
            Op::Add(x, y)
            | Op::Subtract(x, y)
            | Op::Multiply(x, y)
            | Op::Divide(x, y)
            | Op::Min(x, y)
            | Op::Max(x, y)
            | Op::DaysBetween(x, y)
            | Op::Compare(_, x, y)
            | Op::OrElse(x, y) => vec![*x, *y],
            Op::If(x, y, z) => vec![*x, *y, *z],
            Op::All(xs) | Op::Any(xs) | Op::Row(_, xs) => xs.clone(),
            Op::Aggregate { value, filter, .. } => value.iter().chain(filter).copied().collect(),
        }
    }
}

/// Bands made ready.
#[derive(Debug, Clone)]
pub(crate) struct BandPlan {
    pub(crate) classes: Classifier,
    /// Band of each class; [`NO_ROW`] where none.
    pub(crate) bands: Vec<u32>,
    /// Tier of each band.
    pub(crate) tiers: Vec<u8>,
}

/// How the base tier is found.
#[derive(Debug, Clone)]
pub(crate) enum Grading {
    Bands { key: NodeId, plan: BandPlan },
    Tier(NodeId),
}

/// What a rule does, on nodes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    AtLeast(NodeId),
    AtMost(NodeId),
    Is(NodeId),
    Step(i32),
}

/// The static type of an output column: it never depends on the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputType {
    /// A number that always ends after `scale` places and has at most 38 digits.
    Decimal {
        /// Decimal places.
        scale: u32,
    },
    /// A number without such a bound; shown as a decimal or as `p/q`.
    Exact,
    /// 是 / 否.
    Flag,
    /// A date.
    Date,
    /// A name: tier, option, code or text.
    Text,
}

/// A plan.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) nodes: Vec<Node>,
    pub(crate) tables: Vec<TablePlan>,
    pub(crate) texts: FxHashMap<String, u32>,
    pub(crate) text_list: Vec<String>,
    pub(crate) grading: Grading,
    pub(crate) grade_when: Option<NodeId>,
    /// Base tier where `grade_when` fails.
    pub(crate) otherwise: u8,
    /// The scale's highest tier.
    pub(crate) top: u8,
    pub(crate) rules: Vec<(Option<NodeId>, Action)>,
    pub(crate) outputs: Vec<(NodeId, OutputType)>,
    pub(crate) score: Option<(NodeId, OutputType)>,
    pub(crate) alerts: Vec<NodeId>,
    pub(crate) requirements: Vec<NodeId>,
    /// The node of each expression that is run.
    pub(crate) of_expr: FxHashMap<ExprId, NodeId>,
    /// Nodes before this one do not need the final tier.
    pub(crate) before_tier: usize,
    pub(crate) reads: Reads,
    /// The values of nodes that depend on no data, by node.
    pub(crate) constants: Vec<Option<Vector>>,
    pub(crate) fields: Vec<FieldPlan>,
    /// The fields of each list's elements.
    pub(crate) lists: Vec<Vec<FieldPlan>>,
}

impl Plan {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The text with a number among the plan's.
    pub(crate) fn text(&self, number: u32) -> &str {
        self.text_list.get(number as usize).map_or("", String::as_str)
    }

    /// Number of operations.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, node) in self.nodes.iter().enumerate() {
            let form = match &node.form {
                Form::Scaled(denominator) => format!("i64/{denominator}"),
                Form::Wide(denominator) => format!("i128/{denominator}"),
                other => format!("{other:?}").to_lowercase(),
            };
            writeln!(out, "%{at}: {form} = {:?}", node.op)?;
        }
        Ok(())
    }
}

/// A number times a denominator, which must make it whole.
pub(crate) fn over(value: &Number, denominator: &BigInt) -> BigInt {
    (value * Number::from_integer(denominator.clone())).to_integer()
}
