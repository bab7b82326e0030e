//! Rows made ready: every value checked and in its machine form.

use rustc_hash::FxHashMap;

use crate::codes::CodeId;
use crate::date::Date;
use crate::facts::{Fact, Facts};
use crate::kernel::Lane;
use crate::kernel::arithmetic::{constants, number_at};
use crate::kernel::list::Elements;
use crate::model::{Constant, Field, FieldType, Model};
use crate::plan::{Form, Plan, field_form};
use crate::verdict::{FieldPath, RowError};

/// What is known of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Known {
    Value,
    Default,
    Missing,
    /// The lane holds the coarser code.
    Coarse,
    Untold,
    /// A gap, filled for trial.
    Assumed,
}

/// One field's values.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) lane: Lane,
    /// `None` where all are plain values.
    pub(crate) known: Option<Vec<Known>>,
}

impl Slot {
    pub(crate) fn known(&self, at: usize) -> Known {
        self.known.as_ref().map_or(Known::Value, |known| known[at])
    }

    /// The values of this slot, then those of another of the same field.
    pub(crate) fn join(mut self, other: Slot) -> Slot {
        if self.known.is_some() || other.known.is_some() {
            let (own, others) = (self.lane.len(), other.lane.len());
            let mut known = self.known.take().unwrap_or_else(|| vec![Known::Value; own]);
            known.extend(other.known.unwrap_or_else(|| vec![Known::Value; others]));
            self.known = Some(known);
        }
        self.lane.append(other.lane);
        self
    }
}

/// One list's elements for all rows of a block.
#[derive(Debug, Clone)]
pub(crate) struct ListSlot {
    pub(crate) offsets: Vec<u32>,
    pub(crate) supplied: Vec<bool>,
    pub(crate) fields: Vec<Slot>,
}

impl ListSlot {
    pub(crate) fn elements(&self) -> Elements<'_> {
        Elements { offsets: &self.offsets, supplied: &self.supplied }
    }
}

/// The texts of a block that the plan does not know, numbered after those that it does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    own: FxHashMap<String, u32>,
    list: Vec<String>,
}

impl Texts {
    pub(crate) fn number(&mut self, plan: &Plan, text: &str) -> u32 {
        if let Some(known) = plan.texts.get(text).or_else(|| self.own.get(text)) {
            return *known;
        }
        let number = (plan.texts.len() + self.list.len()) as u32;
        self.own.insert(text.to_owned(), number);
        self.list.push(text.to_owned());
        number
    }

    /// How many texts have numbers, the plan's among them.
    pub(crate) fn len(&self, plan: &Plan) -> usize {
        plan.texts.len() + self.list.len()
    }

    pub(crate) fn get<'a>(&'a self, plan: &'a Plan, number: u32) -> &'a str {
        let known = plan.texts.len();
        match (number as usize).checked_sub(known) {
            Some(own) => self.list.get(own).map_or("", String::as_str),
            None => plan.text(number),
        }
    }
}

/// A block of rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    pub(crate) rows: usize,
    pub(crate) fields: Vec<Slot>,
    pub(crate) lists: Vec<ListSlot>,
    pub(crate) texts: Texts,
    /// The first error of each row that does not fit, by ascending row.
    pub(crate) errors: Vec<(usize, RowError)>,
}

impl Block {
    /// A block of rows that are known as typed facts.
    pub(crate) fn from_facts(model: &Model, plan: &Plan, rows: &[Facts]) -> Block {
        let mut texts = Texts::default();
        let fields = model.subject.fields.iter().enumerate().map(|(at, field)| {
            let facts: Vec<&Fact> = rows.iter().map(|row| &row.fields[at]).collect();
            slot(plan, field, &facts, &mut texts)
        });
        let fields = fields.collect();
        let mut lists = Vec::new();
        for (at, list) in model.subject.lists.iter().enumerate() {
            let mut offsets = vec![0u32];
            let elements: Vec<&Vec<Fact>> =
                rows.iter().flat_map(|row| row.lists[at].iter().flatten()).collect();
            for row in rows {
                let count = row.lists[at].as_ref().map_or(0, Vec::len);
                offsets.push(offsets[offsets.len() - 1] + count as u32);
            }
            let mut slots = Vec::new();
            for (own, field) in list.fields.iter().enumerate() {
                let facts: Vec<&Fact> = elements.iter().map(|element| &element[own]).collect();
                slots.push(slot(plan, field, &facts, &mut texts));
            }
            let supplied = rows.iter().map(|row| row.lists[at].is_some()).collect();
            lists.push(ListSlot { offsets, supplied, fields: slots });
        }
        let errors =
            rows.iter().enumerate().filter_map(|(row, facts)| Some((row, lacking(model, facts)?))).collect();
        Block { rows: rows.len(), fields, lists, texts, errors }
    }

    /// What is known of one row, as typed facts.
    pub(crate) fn facts(&self, model: &Model, plan: &Plan, row: usize, as_of: Option<Date>) -> Facts {
        let fields = self.fields.iter().zip(&model.subject.fields);
        let lists = self.lists.iter().zip(&model.subject.lists).map(|(slot, list)| {
            let element = |at: usize| {
                let fields = slot.fields.iter().zip(&list.fields);
                fields.map(|(own, field)| self.fact(plan, own, field, at)).collect()
            };
            slot.supplied[row].then(|| slot.elements().of(row).map(element).collect())
        });
        Facts {
            fields: fields.map(|(own, field)| self.fact(plan, own, field, row)).collect(),
            lists: lists.collect(),
            as_of,
        }
    }

    fn fact(&self, plan: &Plan, slot: &Slot, field: &Field, at: usize) -> Fact {
        let value = || self.constant(plan, &slot.lane, field, at);
        match slot.known(at) {
            Known::Value => Fact::Known(value()),
            Known::Default => Fact::Default(value()),
            Known::Coarse => match value() {
                Constant::Code(code) => Fact::Coarse(code),
                // INVARIANT: only codes are coarse.
                _ => Fact::Missing,
            },
            Known::Missing | Known::Assumed => Fact::Missing,
            Known::Untold => Fact::Untold,
        }
    }

    pub(crate) fn constant(&self, plan: &Plan, lane: &Lane, field: &Field, at: usize) -> Constant {
        match (lane, &field.ty) {
            (Lane::Flag(flags), _) => Constant::Flag(flags[at] == 1),
            (Lane::Text(texts), _) => Constant::Text(self.texts.get(plan, texts[at]).to_owned()),
            (Lane::Index(positions), FieldType::Code { .. }) => Constant::Code(CodeId(positions[at])),
            (Lane::Index(positions), _) => Constant::Option(positions[at]),
            (Lane::Date(days), _) => Constant::Date(Date::from_days(days[at]).unwrap_or(Date::MIN)),
            (Lane::Tier(tiers), _) => Constant::Tier(tiers[at]),
            (numbers, _) => Constant::Number(number_at(numbers, &field_form(field).0, at)),
        }
    }
}

/// The first required field or list that a row lacks.
fn lacking(model: &Model, facts: &Facts) -> Option<RowError> {
    let lacks = |field: &Field, fact: &Fact| *fact == Fact::Missing && !field.optional;
    let path =
        |name: &str, element| RowError::Missing { field: FieldPath { name: name.to_owned(), element } };
    let field = model.subject.fields.iter().zip(&facts.fields).find(|(field, fact)| lacks(field, fact));
    if let Some((field, _)) = field {
        return Some(path(&field.name, None));
    }
    model.subject.lists.iter().zip(&facts.lists).find_map(|(list, elements)| match elements {
        None => (!list.optional).then(|| path(&list.name, None)),
        Some(elements) => elements.iter().enumerate().find_map(|(at, element)| {
            let (field, _) = list.fields.iter().zip(element).find(|(field, fact)| lacks(field, fact))?;
            Some(path(&list.name, Some((at, field.name.clone()))))
        }),
    })
}

fn slot(plan: &Plan, field: &Field, facts: &[&Fact], texts: &mut Texts) -> Slot {
    let values: Vec<Option<Constant>> = facts.iter().map(|fact| fact_value(fact)).collect();
    let known = facts.iter().map(|fact| match fact {
        Fact::Known(_) => Known::Value,
        Fact::Default(_) => Known::Default,
        Fact::Missing => Known::Missing,
        Fact::Coarse(_) => Known::Coarse,
        Fact::Untold => Known::Untold,
    });
    let known: Vec<Known> = known.collect();
    let plain = known.iter().all(|known| *known == Known::Value);
    let lane = lane_of(field, &values, |text| texts.number(plan, text));
    Slot { lane, known: (!plain).then_some(known) }
}

fn fact_value(fact: &Fact) -> Option<Constant> {
    match fact {
        Fact::Coarse(code) => Some(Constant::Code(*code)),
        other => other.value().cloned(),
    }
}

/// Values of a field in its form; 0 where there is none.
pub(crate) fn lane_of(field: &Field, values: &[Option<Constant>], mut text: impl FnMut(&str) -> u32) -> Lane {
    let position = |value: &Option<Constant>| match value {
        Some(Constant::Option(at)) => *at,
        Some(Constant::Code(code)) => code.0,
        _ => 0,
    };
    let number = |value: &Option<Constant>| match value {
        Some(Constant::Number(number)) => number.clone(),
        _ => crate::number::whole(0),
    };
    let day = |value: &Option<Constant>| match value {
        Some(Constant::Date(date)) => date.days(),
        _ => 0,
    };
    match field_form(field).0 {
        Form::Flag => {
            Lane::Flag(values.iter().map(|value| u8::from(*value == Some(Constant::Flag(true)))).collect())
        }
        Form::Index => Lane::Index(values.iter().map(position).collect()),
        Form::Date => Lane::Date(values.iter().map(day).collect()),
        Form::Text => {
            let mut own = |value: &Option<Constant>| match value {
                Some(Constant::Text(own)) => text(own),
                _ => 0,
            };
            Lane::Text(values.iter().map(&mut own).collect())
        }
        form => constants(values.iter().map(number), &form),
    }
}
