//! Exact probabilities.

use std::fmt;

use num_integer::Integer;

/// A fraction between 0 and 1 in lowest terms; in JSON a text such as `"3/10"` or `"1"`, since
/// its parts may exceed what numbers in JSON hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: u128,
    denominator: u128,
}

impl Fraction {
    /// Certainty.
    pub const ONE: Fraction = Fraction { numerator: 1, denominator: 1 };

    /// `numerator / denominator`, reduced; `None` where that is no probability.
    pub fn new(numerator: u128, denominator: u128) -> Option<Fraction> {
        if denominator == 0 || numerator > denominator {
            return None;
        }
        let common = numerator.gcd(&denominator);
        Some(Fraction { numerator: numerator / common, denominator: denominator / common })
    }

    /// The numerator in lowest terms.
    pub fn numerator(self) -> u128 {
        self.numerator
    }

    /// The denominator in lowest terms.
    pub fn denominator(self) -> u128 {
        self.denominator
    }

    /// Reads what [`fmt::Display`] writes, and only that.
    pub fn parse(text: &str) -> Option<Fraction> {
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        let fraction = Fraction::new(numerator.parse().ok()?, denominator.parse().ok()?)?;
        (fraction.to_string() == text).then_some(fraction)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(out, "{}", self.numerator),
            denominator => write!(out, "{}/{denominator}", self.numerator),
        }
    }
}

impl serde::Serialize for Fraction {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Fraction {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fraction".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]+(/[0-9]+)?$", "description": "A fraction between 0 and 1 in lowest terms" })
    }
}

impl<'de> serde::Deserialize<'de> for Fraction {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Fraction::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format_args!("`{text}` is no probability in lowest terms"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_spelling() {
        assert_eq!(Fraction::new(30, 100).map(|f| f.to_string()).as_deref(), Some("3/10"));
        assert_eq!(Fraction::new(7, 7), Some(Fraction::ONE));
        for text in ["2/4", "1/1", "3/2", "1/0", "+1/2", "01/2", ""] {
            assert_eq!(Fraction::parse(text), None, "{text}");
        }
    }
}
