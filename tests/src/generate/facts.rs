//! Typed facts from the texts of cells: a second reading of what the language says of data, apart
//! from the one of production.

use yufang::codes::CodeList;
use yufang::date::Date;
use yufang::facts::{Fact, Facts};
use yufang::model::{Constant, Field, FieldType, Model};
use yufang::number::{decimals, parse_decimal};
use yufang::text::fold;
use yufang::verdict::{FieldPath, RowError, Unfit};

use super::cells::{Cell, RowText};

/// The facts that a row's cells say.
///
/// # Errors
/// The first value that is unfit or missing: fields in order, then lists.
pub fn facts(model: &Model, row: &RowText, as_of: Option<Date>) -> Result<Facts, RowError> {
    let mut fields = Vec::new();
    for (field, cell) in model.subject.fields.iter().zip(&row.fields) {
        let path = || FieldPath { name: field.name.clone(), element: None };
        fields.push(fact(model, field, cell, path)?);
    }
    let mut lists = Vec::new();
    for (list, elements) in model.subject.lists.iter().zip(&row.lists) {
        let Some(elements) = elements else {
            if !list.optional {
                return Err(RowError::Missing {
                    field: FieldPath { name: list.name.clone(), element: None },
                });
            }
            lists.push(None);
            continue;
        };
        if elements.len() > list.at_most as usize {
            let count = elements.len();
            return Err(RowError::TooMany { list: list.name.clone(), count, at_most: list.at_most });
        }
        let mut own: Vec<Vec<Fact>> = vec![Vec::new(); elements.len()];
        for (position, field) in list.fields.iter().enumerate() {
            for (at, element) in elements.iter().enumerate() {
                let path = || FieldPath { name: list.name.clone(), element: Some((at, field.name.clone())) };
                own[at].push(fact(model, field, &element[position], path)?);
            }
        }
        lists.push(Some(own));
    }
    Ok(Facts { fields, lists, as_of })
}

fn fact(model: &Model, field: &Field, cell: &Cell, path: impl Fn() -> FieldPath) -> Result<Fact, RowError> {
    let text = cell.as_deref().map(fold).filter(|text| !text.is_empty());
    let Some(text) = text else {
        return match &field.default {
            Some(default) => Ok(Fact::Default(default.clone())),
            None if field.optional => Ok(Fact::Missing),
            None => Err(RowError::Missing { field: path() }),
        };
    };
    read(model, &field.ty, &text).map_err(|reason| RowError::Unfit {
        field: path(),
        value: text.to_string(),
        reason,
    })
}

fn read(model: &Model, ty: &FieldType, text: &str) -> Result<Fact, Unfit> {
    let value = match ty {
        FieldType::Text => Constant::Text(text.to_owned()),
        FieldType::Flag => match text {
            "是" | "true" | "1" => Constant::Flag(true),
            "否" | "false" | "0" => Constant::Flag(false),
            _ => return Err(Unfit::NotAFlag),
        },
        FieldType::Number { lo, hi, decimals: most, listed, .. } => {
            let number = parse_decimal(text).ok_or(Unfit::NotANumber)?;
            if let Some(listed) = listed {
                if !listed.iter().any(|(own, _)| *own == number) {
                    return Err(Unfit::NotListed);
                }
            } else if decimals(&number).is_none_or(|own| own > *most) {
                return Err(if *most == 0 { Unfit::NotWhole } else { Unfit::TooManyDecimals });
            } else if number < *lo || number > *hi {
                return Err(Unfit::OutOfRange);
            }
            Constant::Number(number)
        }
        FieldType::Option(set) => {
            let options = &model.options[set.index()].options;
            let at = options.iter().position(|(name, _)| name == text).ok_or(Unfit::UnknownOption)?;
            Constant::Option(at as u32)
        }
        FieldType::Code { list, level } => return read_code(&model.codes[list.index()], *level, text),
        FieldType::Date { lo, hi } => {
            let date = Date::parse(text).ok_or(Unfit::NotADate)?;
            if date < *lo || date > *hi {
                return Err(Unfit::OutOfRange);
            }
            Constant::Date(date)
        }
    };
    Ok(Fact::Known(value))
}

fn read_code(list: &CodeList, level: u32, text: &str) -> Result<Fact, Unfit> {
    let code = list.find(text).ok_or(Unfit::UnknownCode)?;
    Ok(if list.is_coarse(code, level) { Fact::Coarse(code) } else { Fact::Known(Constant::Code(code)) })
}
