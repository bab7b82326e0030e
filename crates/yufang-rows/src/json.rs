//! JSON values as they are written: numbers keep their digits.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::builder::Builder;
use crate::problem::{Fault, shortened};

/// An object: its keys in written order, with their values as text.
#[derive(Debug)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// A text that borrows where nothing in it is escaped.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A scalar's text; `None` for null.
pub(crate) type Scalar<'a> = Option<Cow<'a, str>>;

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    entries.push((key.0, value));
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl<'a> Object<'a> {
    /// Reads an object in which no key stands twice.
    pub(crate) fn read(text: &'a str) -> Result<Self, Fault> {
        let object: Object<'a> = serde_json::from_str(text).map_err(|error| {
            let value = error.is_data() && !text.trim_start().starts_with('{');
            if value { Fault::NotAnObject } else { Fault::Json { detail: detail(&error) } }
        })?;
        let mut keys: Vec<&str> = object.0.iter().map(|(key, _)| key.as_ref()).collect();
        keys.sort_unstable();
        match keys.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Fault::DuplicateKey { key: pair[0].to_owned() }),
            None => Ok(object),
        }
    }

    /// The cells of a list's element. What `known` does not know may be anything, and is kept as it
    /// is written.
    pub(crate) fn scalars(
        &self,
        known: impl Fn(&str) -> bool,
        list: &str,
    ) -> Result<Vec<(&Cow<'a, str>, Scalar<'a>)>, Fault> {
        let cell = |(key, value): &'_ (Cow<'a, str>, &'a RawValue)| match scalar(value) {
            None if known(key) => Err(nested(&format!("{list}.{key}"), value)),
            None => Ok(Some(Cow::Borrowed(value.get()))),
            Some(scalar) => Ok(scalar),
        };
        self.0.iter().map(|entry| Ok((&entry.0, cell(entry)?))).collect()
    }

    /// Sets the cells of the builder's next row.
    pub(crate) fn fill(&self, builder: &mut Builder) -> Result<(), Fault> {
        let mut first = Ok(());
        for (key, value) in &self.0 {
            let set = set(builder, key, value);
            first = first.and(set);
        }
        first
    }
}

/// Sets one cell. A row with a fault keeps its other cells, so that its key is shown.
fn set(builder: &mut Builder, key: &str, value: &RawValue) -> Result<(), Fault> {
    let place = builder.place(key);
    if builder.is_list(place) {
        return match value.get() {
            "null" => Ok(()),
            text => builder.list(place, &list(text, key)?),
        };
    }
    match scalar(value) {
        Some(cell) => builder.text(place, cell.as_deref()),
        None if builder.shape.is_field(key) => return Err(nested(key, value)),
        None => builder.text(place, Some(value.get())),
    }
    Ok(())
}

/// The objects of an array.
pub(crate) fn list<'a>(text: &'a str, column: &str) -> Result<Vec<Object<'a>>, Fault> {
    let elements: Vec<&'a RawValue> = serde_json::from_str(text)
        .map_err(|_| Fault::NotAList { column: column.to_owned(), value: shortened(text) })?;
    let object = |element: &&'a RawValue| match Object::read(element.get()) {
        Err(Fault::NotAnObject) => {
            Err(Fault::NotAList { column: column.to_owned(), value: shortened(element.get()) })
        }
        other => other,
    };
    elements.iter().map(object).collect()
}

/// A scalar's text; outer `None` for an array or an object.
fn scalar(value: &RawValue) -> Option<Scalar<'_>> {
    let text = value.get();
    match text.as_bytes().first()? {
        b'{' | b'[' => None,
        b'n' => Some(None),
        b'"' => Some(serde_json::from_str::<Text<'_>>(text).ok().map(|text| text.0)),
        _ => Some(Some(Cow::Borrowed(text))),
    }
}

fn nested(column: &str, value: &RawValue) -> Fault {
    Fault::Nested { column: column.to_owned(), value: shortened(value.get()) }
}

/// What the parser says, with the place within the line: which line is the caller's to know.
pub(crate) fn detail(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(bare) if error.line() == 1 => format!("{bare} at byte {}", error.column()),
        _ => text,
    }
}
