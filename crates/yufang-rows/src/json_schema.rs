//! The input of a rule set: as a JSON Schema of one row, and as an empty CSV file to fill in.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use yufang::codes::CodeList;
use yufang::model::{Field, FieldType, List, Model, OptionSet};
use yufang::number::{self, Number};

use crate::write_csv::csv_line;

/// Code lists up to this length are listed; of longer ones the schema tells the codes' shapes.
const LISTED_CODES: usize = 64;

/// Most shapes of codes that a pattern names.
const SHAPES: usize = 16;

/// The JSON Schema (draft 2020-12) of one row of input, with descriptions in both languages.
///
/// Numbers and codes may also come as text. It is for those who make input, and takes the plain
/// forms: the engine also reads full-width characters, `TRUE`, exponents in text, and empty text as
/// missing.
pub fn json_schema(model: &Model) -> Value {
    let subject = &model.subject;
    let mut schema = object(&subject.fields, model);
    let mut required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
    for list in &subject.lists {
        schema["properties"][&list.name] = list_schema(list, model);
        if !list.optional {
            required.push(list.name.as_str().into());
        }
    }
    schema["required"] = required.into();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = format!("{} {}", model.name, model.version).into();
    schema["description"] = subject.name.as_str().into();
    schema
}

/// An empty CSV file with the columns of a rule set's fields and lists, in their order. A list's
/// cell holds a JSON array of objects.
pub fn csv_template(model: &Model, mark: bool) -> Vec<u8> {
    let fields = model.subject.fields.iter().map(|field| field.name.as_str());
    let lists = model.subject.lists.iter().map(|list| list.name.as_str());
    csv_line(fields.chain(lists), mark)
}

fn object(fields: &[Field], model: &Model) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.clone(), field_schema(field, model))).collect();
    let required = fields.iter().filter(|field| !field.optional && field.default.is_none());
    let required: Vec<&str> = required.map(|field| field.name.as_str()).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn list_schema(list: &List, model: &Model) -> Value {
    let mut schema =
        json!({ "type": "array", "items": object(&list.fields, model), "maxItems": list.at_most });
    if list.optional {
        schema["type"] = json!(["array", "null"]);
    }
    if let Some(label) = &list.label {
        schema["title"] = label.as_str().into();
    }
    let (zh, en) = (format!("至多 {} 项", list.at_most), format!("at most {} elements", list.at_most));
    describe(&mut schema, vec![zh], vec![en], list.optional, None);
    schema
}

fn field_schema(field: &Field, model: &Model) -> Value {
    let (mut forms, zh, en) = forms(field, model);
    if field.optional || field.default.is_some() {
        forms.push(json!({ "type": "null" }));
    }
    let mut schema = match <[Value; 1]>::try_from(forms) {
        Ok([only]) => only,
        Err(several) => json!({ "anyOf": several }),
    };
    if let Some(label) = &field.label {
        schema["title"] = label.as_str().into();
    }
    let default = field.default.as_ref().map(|default| model.show(default, Some(&field.ty.ty())));
    describe(&mut schema, vec![zh], vec![en], field.optional, default);
    schema
}

fn describe(
    schema: &mut Value,
    mut zh: Vec<String>,
    mut en: Vec<String>,
    optional: bool,
    default: Option<String>,
) {
    match default {
        Some(default) => {
            zh.push(format!("缺省 {default}"));
            en.push(format!("default {default}"));
        }
        None if optional => {
            zh.push("可缺".to_owned());
            en.push("may be missing".to_owned());
        }
        None => {}
    }
    schema["description"] = format!("{} | {}", zh.join("；"), en.join("; ")).into();
}

/// The forms in which a field's values may come, with a description in both languages.
fn forms(field: &Field, model: &Model) -> (Vec<Value>, String, String) {
    match &field.ty {
        FieldType::Text => (vec![json!({ "type": ["string", "integer"] })], "文本".into(), "text".into()),
        FieldType::Flag => {
            let values = json!({ "enum": [true, false, 1, 0, "是", "否", "true", "false", "1", "0"] });
            (vec![values], "是否".into(), "flag".into())
        }
        FieldType::Number { listed: Some(listed), unit, .. } => listed_forms(listed, unit.as_deref()),
        FieldType::Number { lo, hi, decimals, unit, .. } => number_forms(lo, hi, *decimals, unit.as_deref()),
        FieldType::Option(set) => option_forms(&model.options[set.index()]),
        FieldType::Code { list, level } => code_forms(&model.codes[list.index()], *level),
        FieldType::Date { lo, hi } => (
            vec![json!({ "type": "string", "format": "date" })],
            format!("日期，{lo} 至 {hi}"),
            format!("date, {lo} to {hi}"),
        ),
    }
}

fn number_forms(lo: &Number, hi: &Number, decimals: u32, unit: Option<&str>) -> (Vec<Value>, String, String) {
    let kind = if decimals == 0 { "integer" } else { "number" };
    let number = json!({ "type": kind, "minimum": bound(lo), "maximum": bound(hi) });
    let pattern = match decimals {
        0 => r"^\s*[+-]?[0-9]+(\.0+)?\s*$".to_owned(),
        _ => format!(r"^\s*[+-]?[0-9]+(\.[0-9]{{1,{decimals}}}0*)?\s*$"),
    };
    let text = json!({ "type": "string", "pattern": pattern });
    let (lo, hi) = (number::show(lo), number::show(hi));
    let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
    let (zh, en) = match decimals {
        0 => (format!("整数 {lo} 至 {hi}{unit}"), format!("integer {lo} to {hi}{unit}")),
        _ => (
            format!("数 {lo} 至 {hi}{unit}，至多 {decimals} 位小数"),
            format!("number {lo} to {hi}{unit}, at most {decimals} decimals"),
        ),
    };
    (vec![number, text], zh, en)
}

/// A limit as a JSON number: whole ones exactly, others by the nearest float, which prints the same.
fn bound(value: &Number) -> Value {
    let text = number::show(value);
    match text.parse::<i64>() {
        Ok(whole) => whole.into(),
        Err(_) => text.parse::<f64>().ok().map_or(Value::Null, Value::from),
    }
}

fn listed_forms(listed: &[(Number, String)], unit: Option<&str>) -> (Vec<Value>, String, String) {
    let numbers: Vec<Value> = listed.iter().map(|(value, _)| bound(value)).collect();
    let texts: Vec<Value> = listed.iter().map(|(value, _)| number::show(value).into()).collect();
    let shown = labelled(listed.iter().map(|(value, label)| (number::show(value), label.as_str())));
    let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
    let all: Vec<Value> = numbers.into_iter().chain(texts).collect();
    (vec![json!({ "enum": all })], format!("只取 {shown}{unit}"), format!("one of {shown}{unit}"))
}

fn option_forms(set: &OptionSet) -> (Vec<Value>, String, String) {
    let names: Vec<&str> = set.options.iter().map(|(name, _)| name.as_str()).collect();
    let shown = labelled(set.options.iter().map(|(name, label)| (name.clone(), label.as_str())));
    (vec![json!({ "enum": names })], format!("选项 {shown}"), format!("one of {shown}"))
}

fn labelled<'a>(values: impl Iterator<Item = (String, &'a str)>) -> String {
    let one = |(value, label): (String, &str)| match label {
        "" => value,
        label => format!("{value} ({label})"),
    };
    values.map(one).collect::<Vec<_>>().join(", ")
}

fn code_forms(list: &CodeList, level: u32) -> (Vec<Value>, String, String) {
    let codes = list.codes().iter().map(|code| code.code.as_str());
    let mut text = json!({ "type": "string" });
    if list.codes().len() <= LISTED_CODES {
        text = json!({ "enum": codes.clone().collect::<Vec<_>>() });
    } else if let Some(pattern) = shapes(codes.clone()) {
        text["pattern"] = pattern.into();
    }
    let mut forms = vec![text];
    // A list of digits is often read as numbers; and digits without their letters name a code too.
    if codes.clone().any(|code| code.bytes().any(|byte| byte.is_ascii_digit())) {
        forms.push(json!({ "type": "integer", "minimum": 0 }));
    }
    let zh = format!("代码“{}”，第 {level} 层；更粗的代码算作缺口", list.name());
    let en = format!("code of {:?}, level {level}; a coarser code is a gap", list.name());
    (forms, zh, en)
}

/// A pattern for the shapes of codes, such as `A01` and `A0111`; digits alone stand for a code of
/// letters and digits. `None` where the codes have too many shapes.
fn shapes<'a>(codes: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut shapes = BTreeSet::new();
    for code in codes {
        let digits = code.trim_start_matches(|character: char| character.is_ascii_alphabetic());
        let alone = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        for code in [Some(code), Some(digits).filter(|_| alone)].into_iter().flatten() {
            shapes.insert(shape(code)?);
            if shapes.len() > SHAPES {
                return None;
            }
        }
    }
    let all: Vec<String> = shapes.into_iter().collect();
    Some(format!(r"^\s*({})\s*$", all.join("|")))
}

/// Letters and digits by their kind; codes with anything else have no shape.
fn shape(code: &str) -> Option<String> {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => Some("[0-9]"),
        b'A'..=b'Z' => Some("[A-Z]"),
        b'a'..=b'z' => Some("[a-z]"),
        _ => None,
    };
    let kinds: Vec<&str> = code.bytes().map(kind).collect::<Option<_>>()?;
    let runs = kinds.chunk_by(|one, next| one == next);
    Some(runs.map(|run| format!("{}{{{}}}", run[0], run.len())).collect())
}
