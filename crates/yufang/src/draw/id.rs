//! Which texts may be ids, and which ids look too much alike to stand in one list.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Why a text cannot be an id, or two ids cannot stand together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// An empty id: `""`.
    #[error("an id is empty")]
    Empty,
    /// More than 255 bytes of UTF-8.
    #[error("the id `{0}` has more than 255 bytes")]
    Long(String),
    /// A text that is not in Unicode normal form C: `e` followed by U+0301.
    #[error("`{0}` is not in Unicode normal form C")]
    NotNfc(String),
    /// White space, a control or a format character: `"A 1"`, `"A\u{200b}1"`.
    #[error("the id `{}` holds the character U+{:04X}, which an id may not", .id.escape_debug(), u32::from(*.character))]
    Character {
        /// The id.
        id: String,
        /// The first such character.
        character: char,
    },
    /// The same id twice: `A1`, `A1`.
    #[error("the id `{0}` stands twice")]
    Twice(String),
    /// Ids that differ only in width, case or compatibility form: `A1`, `Ａ1`.
    #[error("the ids `{0}` and `{1}` differ only in width, case or form")]
    Alike(String, String),
}

/// Refuses text that is not in normal form C. Nothing is converted: whoever checks the draw hashes
/// the bytes as they were published.
pub fn check_text(text: &str) -> Result<(), IdError> {
    if text.is_ascii() || is_nfc(text) { Ok(()) } else { Err(IdError::NotNfc(text.to_owned())) }
}

/// Refuses a text that cannot be an id.
pub fn check_id(id: &str) -> Result<(), IdError> {
    if id.is_empty() {
        return Err(IdError::Empty);
    }
    if id.len() > 255 {
        return Err(IdError::Long(id.to_owned()));
    }
    if id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    check_text(id)?;
    let refused = |c: &char| c.is_whitespace() || c.is_control() || is_format(*c);
    match id.chars().find(refused) {
        Some(character) => Err(IdError::Character { id: id.to_owned(), character }),
        None => Ok(()),
    }
}

/// Refuses equal ids and ids that look alike, among ids sorted by their bytes.
pub fn check_distinct<'a>(sorted: impl Fn(usize) -> &'a str, count: usize) -> Result<(), IdError> {
    if let Some(at) = (1..count).find(|at| sorted(at - 1) == sorted(*at)) {
        return Err(IdError::Twice(sorted(at).to_owned()));
    }
    // Nearly all ids are their own folded form, and are distinct already: only the others need a list.
    let mut unlike: Vec<(String, usize)> = Vec::new();
    for at in 0..count {
        let id = sorted(at);
        if !id.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_lowercase()) {
            let folded = fold(id);
            if folded != id {
                unlike.push((folded, at));
            }
        }
    }
    unlike.sort();
    let alike = |a: usize, b: usize| IdError::Alike(sorted(a).to_owned(), sorted(b).to_owned());
    if let Some(pair) = unlike.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(alike(pair[0].1, pair[1].1));
    }
    for (folded, at) in &unlike {
        if let Some(other) = find(&sorted, count, folded)
            && fold(sorted(other)) == *folded
        {
            return Err(alike(other, *at));
        }
    }
    Ok(())
}

/// Finds an id among ids sorted by their bytes.
pub(super) fn find<'a>(sorted: impl Fn(usize) -> &'a str, count: usize, id: &str) -> Option<usize> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match sorted(middle).as_bytes().cmp(id.as_bytes()) {
            std::cmp::Ordering::Equal => return Some(middle),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

fn fold(id: &str) -> String {
    id.nfkc().collect::<String>().to_uppercase()
}

/// Unicode's general category Cf. The list is short, and standards add to it rarely.
fn is_format(character: char) -> bool {
    matches!(u32::from(character),
        0xAD | 0x600..=0x605 | 0x61C | 0x6DD | 0x70F | 0x890..=0x891 | 0x8E2 | 0x180E
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0x2066..=0x206F | 0xFEFF
        | 0xFFF9..=0xFFFB | 0x110BD | 0x110CD | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3
        | 0x1D173..=0x1D17A | 0xE0001 | 0xE0020..=0xE007F)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distinct(ids: &[&str]) -> Result<(), IdError> {
        let mut sorted = ids.to_vec();
        sorted.sort_unstable();
        check_distinct(|at| sorted[at], sorted.len())
    }

    #[test]
    fn refuses_what_cannot_be_seen() {
        for id in ["", "A 1", "A\u{3000}1", "A\u{200b}1", "A\u{ad}1", "A\n", "e\u{301}", "\u{feff}A"] {
            assert!(check_id(id).is_err(), "{id:?}");
        }
        assert!(check_id(&"啊".repeat(85)).is_ok() && check_id(&"啊".repeat(86)).is_err());
        assert!(check_id("执法001").is_ok() && check_id("é").is_ok());
    }

    #[test]
    fn refuses_ids_that_look_alike() {
        for pair in [["A1", "A1"], ["A1", "Ａ1"], ["a1", "A1"], ["ａ1", "a1"], ["ß", "SS"], ["①", "1"]] {
            assert!(distinct(&pair).is_err(), "{pair:?}");
        }
        assert_eq!(distinct(&["A1", "A2", "执法001", "é"]), Ok(()));
    }
}
