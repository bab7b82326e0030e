//! Columns → blocks of typed rows.

use std::collections::BTreeMap;

use super::bind::{BindError, Binding, bind_elements, elements};
use super::block::{Block, ListSlot, Slot, Texts};
use super::decode::{Decoder, Fault};
use super::raw::show;
use super::{Column, Columns, Data};
use crate::model::{List, Model};
use crate::plan::{FieldPlan, Plan};
use crate::verdict::{FieldPath, RowError};

/// The first error of each row that has one.
type Errors = BTreeMap<usize, RowError>;

/// Reads blocks of typed rows from columns.
pub(crate) struct Reader<'a> {
    plan: &'a Plan,
    fields: Vec<Decoder<'a>>,
    lists: Vec<ListReader<'a>>,
}

struct ListReader<'a> {
    list: &'a List,
    column: Option<&'a Column<'a>>,
    fields: Vec<Decoder<'a>>,
}

impl<'a> Reader<'a> {
    /// With `whole`, texts that no rule reads are kept too: for single rows, to be shown.
    pub(crate) fn new(
        model: &'a Model,
        plan: &'a Plan,
        binding: &Binding,
        columns: &'a Columns<'a>,
        whole: bool,
    ) -> Result<Self, BindError> {
        let column = |at: &Option<usize>| at.map(|at| &columns.columns[at].1);
        let rows = if whole { 1 } else { columns.rows };
        let fields = model.subject.fields.iter().zip(&plan.fields).zip(&binding.fields);
        let fields =
            fields.map(|((field, own), at)| Decoder::new(model, field, own, column(at), rows, whole));
        let mut lists = Vec::new();
        for ((list, own), at) in model.subject.lists.iter().zip(&plan.lists).zip(&binding.lists) {
            lists.push(ListReader::new(model, list, own, column(at), rows, whole)?);
        }
        let fields = fields.collect();
        Ok(Reader { plan, fields, lists })
    }

    pub(crate) fn block(&self, range: std::ops::Range<usize>) -> Block {
        let rows = range.len();
        let mut texts = Texts::default();
        let mut errors = Errors::new();
        let mut fields = Vec::with_capacity(self.fields.len());
        for decoder in &self.fields {
            let text = |text: &str| texts.number(self.plan, text);
            let fail = |at: usize, fault: Fault| {
                let path = FieldPath { name: decoder.field().name.clone(), element: None };
                errors
                    .entry(at)
                    .or_insert_with(|| row_error(path, decoder.column(), range.start + at, fault));
            };
            fields.push(decoder.decode(range.clone(), text, fail));
        }
        let lists = self
            .lists
            .iter()
            .map(|list| list.slot(self.plan, range.clone(), &mut texts, &mut errors))
            .collect();
        Block { rows, fields, lists, texts, errors: errors.into_iter().collect() }
    }
}

impl<'a> ListReader<'a> {
    fn new(
        model: &'a Model,
        list: &'a List,
        plans: &'a [FieldPlan],
        column: Option<&'a Column<'a>>,
        rows: usize,
        whole: bool,
    ) -> Result<Self, BindError> {
        let children = column.and_then(|own| elements(&own.data));
        let found = match children {
            Some(children) => bind_elements(&list.fields, children)?,
            None => vec![None; list.fields.len()],
        };
        let child = |at: &Option<usize>| Some(&children?.columns[(*at)?].1);
        let fields = list.fields.iter().zip(plans).zip(&found);
        let fields = fields
            .map(|((field, own), at)| Decoder::new(model, field, own, child(at), rows, whole))
            .collect();
        Ok(ListReader { list, column, fields })
    }

    fn slot(
        &self,
        plan: &Plan,
        range: std::ops::Range<usize>,
        texts: &mut Texts,
        errors: &mut Errors,
    ) -> ListSlot {
        let (mut positions, mut owners) = (Vec::new(), Vec::new());
        let (mut offsets, mut supplied) = (vec![0u32], Vec::new());
        for (row, source) in range.enumerate() {
            let own = self.elements_of(source, row, errors);
            supplied.push(own.is_some());
            for (nth, position) in own.into_iter().flatten().enumerate() {
                positions.push(position);
                owners.push((row, nth));
            }
            offsets.push(positions.len() as u32);
        }
        let mut fields = Vec::new();
        for decoder in &self.fields {
            let text = |text: &str| texts.number(plan, text);
            let fail = |at: usize, fault: Fault| {
                let (row, nth) = owners[at];
                let element = Some((nth, decoder.field().name.clone()));
                let path = FieldPath { name: self.list.name.clone(), element };
                errors.entry(row).or_insert_with(|| row_error(path, decoder.column(), positions[at], fault));
            };
            fields.push(decode_at(decoder, &positions, text, fail));
        }
        ListSlot { offsets, supplied, fields }
    }

    /// Positions of a row's elements among all elements; `None` where no list was supplied.
    fn elements_of(&self, source: usize, row: usize, errors: &mut Errors) -> Option<std::ops::Range<usize>> {
        let path = || FieldPath { name: self.list.name.clone(), element: None };
        let column = self.column.filter(|column| column.is_valid(source));
        match column.map(|column| &column.data) {
            Some(Data::List { offsets, .. }) => {
                let range = offsets.get(source)..offsets.get(source + 1);
                if range.len() > self.list.at_most as usize {
                    errors.entry(row).or_insert_with(|| RowError::TooMany {
                        list: self.list.name.clone(),
                        count: range.len(),
                        at_most: self.list.at_most,
                    });
                    return Some(range.start..range.start);
                }
                Some(range)
            }
            Some(Data::Null(_)) | None => {
                if !self.list.optional {
                    errors.entry(row).or_insert_with(|| RowError::Missing { field: path() });
                }
                None
            }
            Some(_) => {
                let column = self.column;
                errors.entry(row).or_insert_with(|| {
                    row_error(path(), column, source, Fault::Unfit(crate::verdict::Unfit::NotAList))
                });
                None
            }
        }
    }
}

/// Decodes the values at `positions`, run by run of neighbours.
fn decode_at(
    decoder: &Decoder<'_>,
    positions: &[usize],
    mut text: impl FnMut(&str) -> u32,
    mut fail: impl FnMut(usize, Fault),
) -> Slot {
    let mut whole: Option<Slot> = None;
    let mut done = 0;
    for neighbours in positions.chunk_by(|a, b| a + 1 == *b) {
        let range = neighbours[0]..neighbours[0] + neighbours.len();
        let part = decoder.decode(range, &mut text, |at, fault| fail(done + at, fault));
        done += neighbours.len();
        whole = Some(match whole {
            None => part,
            Some(own) => own.join(part),
        });
    }
    whole.unwrap_or_else(|| decoder.decode(0..0, text, fail))
}

fn row_error(field: FieldPath, column: Option<&Column<'_>>, at: usize, fault: Fault) -> RowError {
    match fault {
        Fault::Missing => RowError::Missing { field },
        Fault::Unfit(reason) => {
            let value = column.map_or_else(String::new, |column| show(column, at));
            RowError::Unfit { field, value, reason }
        }
    }
}
