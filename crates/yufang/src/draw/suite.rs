//! The two hash suites, and the few ways in which the protocol joins bytes.

use std::fmt;

use sha2::{Digest as _, Sha256};
use sm3::Sm3;

/// 32 bytes: a digest, a ticket, a salt. In JSON and on screen, lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes32(pub [u8; 32]);

impl Bytes32 {
    /// Reads 64 lower-case hex digits and nothing else: one value, one spelling.
    pub fn parse(text: &str) -> Option<Bytes32> {
        let bytes = parse_hex(text)?;
        Some(Bytes32(bytes.try_into().ok()?))
    }
}

impl fmt::Display for Bytes32 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Bytes32 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl serde::Serialize for Bytes32 {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Bytes32 {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Bytes32".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$", "description": "32 bytes in lower-case hex" })
    }
}

impl<'de> serde::Deserialize<'de> for Bytes32 {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Bytes32::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format_args!("`{text}` is not 64 lower-case hex digits")))
    }
}

/// Reads an even number of lower-case hex digits.
pub fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}

/// Which hash a draw uses throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Suite {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SM3 (GB/T 32905).
    Sm3,
}

impl Suite {
    /// The name that goes into plans and into the seed.
    pub fn name(self) -> &'static str {
        match self {
            Suite::Sha256 => "sha256",
            Suite::Sm3 => "sm3",
        }
    }

    /// A hash of nothing yet.
    pub fn hasher(self) -> Hasher {
        match self {
            Suite::Sha256 => Hasher(Inner::Sha256(Sha256::new())),
            Suite::Sm3 => Hasher(Inner::Sm3(Sm3::new())),
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[derive(Clone)]
enum Inner {
    Sha256(Sha256),
    Sm3(Sm3),
}

/// A running hash. What goes in is never a bare text: texts carry their length, so that no two
/// different lists of parts give the same bytes.
#[derive(Clone)]
pub struct Hasher(Inner);

impl Hasher {
    /// Bytes of a fixed length: digests, domain bytes.
    #[must_use]
    pub fn fixed(mut self, bytes: &[u8]) -> Self {
        match &mut self.0 {
            Inner::Sha256(hash) => hash.update(bytes),
            Inner::Sm3(hash) => hash.update(bytes),
        }
        self
    }

    /// `LP(bytes)`: the length as a big-endian u32, then the bytes.
    #[must_use]
    pub fn prefixed(self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.fixed(&length(bytes)).fixed(bytes)
    }

    /// `U64(number)`: eight bytes, big-endian.
    #[must_use]
    pub fn number(self, number: u64) -> Self {
        self.fixed(&number.to_be_bytes())
    }

    /// `LIST(texts)`, where the texts are sorted and distinct.
    #[must_use]
    pub fn list(self, texts: &std::collections::BTreeSet<String>) -> Self {
        texts.iter().fold(self.number(texts.len() as u64), Hasher::prefixed)
    }

    /// The digest.
    pub fn finish(self) -> Bytes32 {
        match self.0 {
            Inner::Sha256(hash) => Bytes32(hash.finalize().into()),
            Inner::Sm3(hash) => Bytes32(hash.finalize().into()),
        }
    }
}

/// The length prefix of a text.
pub(super) fn length(bytes: &[u8]) -> [u8; 4] {
    // INVARIANT: ids have at most 255 bytes, and other texts come from JSON or a table's cells, which
    // are far below 4 GiB.
    u32::try_from(bytes.len()).expect("a text below 4 GiB").to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_digests() {
        let digest = |suite: Suite| suite.hasher().fixed(b"abc").finish().to_string();
        assert_eq!(digest(Suite::Sm3), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        assert_eq!(digest(Suite::Sha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn hex_has_one_spelling() {
        assert_eq!(parse_hex("00ff"), Some(vec![0, 255]));
        for text in ["0", "0F", "0x", " 0"] {
            assert_eq!(parse_hex(text), None, "{text:?}");
        }
    }
}
