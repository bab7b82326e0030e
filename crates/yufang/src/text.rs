//! How texts compare: NFC, full width read as ASCII, outer white space gone.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The form in which texts, options, codes and names compare.
///
/// NFC; U+FF01–FF5E and U+3000 read as ASCII; trimmed. Empty text is no text: callers treat it as missing.
pub fn fold(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    if trimmed.chars().all(is_plain) {
        return Cow::Borrowed(trimmed);
    }
    let plain = is_nfc_quick(trimmed.chars()) == IsNormalized::Yes && !trimmed.chars().any(is_wide);
    if plain {
        return Cow::Borrowed(trimmed);
    }
    let folded: String = trimmed.nfc().map(narrow).collect();
    Cow::Owned(folded.trim().to_owned())
}

/// The ASCII character for a full-width one; any other character is itself.
pub fn narrow(character: char) -> char {
    match character {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
        other => other,
    }
}

/// Whether a character is its own folded form wherever it stands: what most texts are made of.
fn is_plain(character: char) -> bool {
    matches!(character, '\0'..='\u{2FF}' | '\u{4E00}'..='\u{9FFF}')
}

fn is_wide(character: char) -> bool {
    narrow(character) != character
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_width_and_form() {
        assert_eq!(fold("　（氯）１２ "), "(氯)12");
        assert_eq!(fold("e\u{301}"), "é");
        assert!(matches!(fold("汽油"), Cow::Borrowed(_)));
    }
}
