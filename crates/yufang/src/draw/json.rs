//! JSON as the draw needs it: read strictly, written in the one form that is hashed (RFC 8785).

use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::id::check_text;

/// Numbers at or above this cannot be told apart by every reader of JSON.
pub const NUMBER_BOUND: u64 = 1 << 53;

/// Why a JSON text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, a duplicate key, or a number that is not whole and below 2^53:
    /// `{"a": 1, "a": 2}`, `1.5`, `-1`.
    #[error("not accepted as JSON: {0}")]
    Text(String),
    /// JSON, but not of the form that is needed here: an unknown key, a missing one, another type.
    #[error("{what}: {why}")]
    Shape {
        /// What was read.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A text or a key that is not in Unicode normal form C.
    #[error("{0}")]
    Form(#[from] super::id::IdError),
    /// A number at or above 2^53 in a value built by a program.
    #[error("the number {0} is not a whole number below 2^53")]
    Number(String),
}

/// Reads `text` into `T`, refusing duplicate keys, numbers that are not whole and below 2^53, and
/// text that is not in normal form C. Unknown keys are for `T` to refuse.
pub fn read<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, JsonError> {
    let strict: Strict = serde_json::from_str(text).map_err(|error| JsonError::Text(error.to_string()))?;
    check(&strict.0)?;
    serde_json::from_value(strict.0).map_err(|error| JsonError::Shape { what, why: error.to_string() })
}

/// Refuses a file of another version than the one that is known.
pub(super) fn check_schema(what: &'static str, found: &str, known: &str) -> Result<(), JsonError> {
    if found == known {
        return Ok(());
    }
    Err(JsonError::Shape { what, why: format!("the schema is `{found}`, not `{known}`") })
}

/// The bytes of `value` that are hashed.
pub fn canonical<T: Serialize>(what: &'static str, value: &T) -> Result<String, JsonError> {
    let value =
        serde_json::to_value(value).map_err(|error| JsonError::Shape { what, why: error.to_string() })?;
    check(&value)?;
    let mut out = String::new();
    write(&value, &mut out);
    Ok(out)
}

fn check(value: &Value) -> Result<(), JsonError> {
    match value {
        Value::Null | Value::Bool(_) => Ok(()),
        Value::Number(number) => match number.as_u64() {
            Some(whole) if whole < NUMBER_BOUND => Ok(()),
            _ => Err(JsonError::Number(number.to_string())),
        },
        Value::String(text) => Ok(check_text(text)?),
        Value::Array(items) => items.iter().try_for_each(check),
        Value::Object(members) => members.iter().try_for_each(|(key, value)| {
            check_text(key)?;
            check(value)
        }),
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => join(out, ('[', ']'), items, write),
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            // By UTF-16 units, which is not the order of UTF-8 bytes beyond U+FFFF.
            sorted.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            join(out, ('{', '}'), &sorted, |(key, value), out| {
                write_text(key, out);
                out.push(':');
                write(value, out);
            });
        }
    }
}

fn join<T>(out: &mut String, ends: (char, char), items: &[T], each: impl Fn(&T, &mut String)) {
    out.push(ends.0);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        each(item, out);
    }
    out.push(ends.1);
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// An optional member of an object: absent is `None`, but `null` is refused, so that a plan's
/// bytes are always those that were given.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("JSON whose numbers are whole and below 2^53")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
        if number < NUMBER_BOUND {
            Ok(Value::from(number))
        } else {
            Err(E::custom(format_args!("the number {number} is not below 2^53")))
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = members.next_entry::<String, Strict>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key `{key}` stands twice")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_utf16_units() {
        // The standard's own example has U+FB33, which is not in normal form C.
        let refused = read::<Value>("test", r#"{"\ufb33":3}"#).expect_err("not in normal form C");
        assert!(matches!(refused, JsonError::Form(_)));
        let value: Value =
            read("test", r#"{"€":1,"\r":2,"\uffee":3,"1":4,"😀":5,"\u0080":6,"ö":7}"#).expect("JSON");
        let written = canonical("test", &value).expect("canonical");
        assert_eq!(written, "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{ffee}\":3}");
    }

    #[test]
    fn escapes_only_what_must_be() {
        let text = "\u{8}\u{c}\n\r\t\u{1}\u{1f}\"\\/\u{7f}é";
        let written = canonical("test", &text).expect("canonical");
        assert_eq!(written, "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\\"\\\\/\u{7f}é\"");
    }

    #[test]
    fn refuses_what_readers_disagree_on() {
        for text in [r#"{"a":1,"a":1}"#, "1.5", "1e2", "-1", "9007199254740992", r#""\ud800""#, "[1] 2"] {
            assert!(read::<Value>("test", text).is_err(), "{text}");
        }
        assert!(read::<Value>("test", "9007199254740991").is_ok());
    }
}
