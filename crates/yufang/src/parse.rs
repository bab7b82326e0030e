//! Text → Ast. The only reader of the grammar's pairs.

mod declarations;
mod error;
mod expressions;
mod prepare;
mod words;

use pest::Parser;
use pest::error::InputLocation;
use yufang_grammar::{Rule, YufangParser};

use crate::ast::{Ast, Header, Meta, Text};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Source, Span};
use declarations::Declared;
pub use error::{CODES, ParseError};
use prepare::{Kind, Piece, Prepared, prepare};
pub use words::KEYWORDS;

/// Longest rule text, in bytes.
pub const MOST_TEXT: usize = 4 << 20;

/// Reads the bytes of a file as text: UTF-8, with or without a byte order mark.
///
/// # Errors
/// `E0001` where they are no UTF-8, `E0002` where there are too many.
pub fn decode(name: &str, bytes: &[u8], file: FileId) -> Result<Source, Box<Diagnostic>> {
    if bytes.len() > MOST_TEXT {
        return Err(Box::new(ParseError::TooLong(MOST_TEXT).at(Span::new(file, 0, 0))));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let at = error.valid_up_to();
            Err(Box::new(ParseError::NotUtf8.at(Span::new(file, at, at + 1))))
        }
    }
}

/// Parses a rule text. Every declaration is read by itself, so that faults of all are reported; the
/// tree holds those that could be read.
pub fn parse(source: &Source, file: FileId) -> (Ast, Vec<Diagnostic>) {
    let mut faults = Vec::new();
    let prepared = prepare(source.text(), file, &mut faults);
    let mut header = None;
    let mut items = Vec::new();
    let too_deep = faults.iter().any(|fault| fault.code == "E0008");
    for piece in prepared.pieces.iter().filter(|piece| piece.kind != Kind::Unknown && !too_deep) {
        match declaration(&prepared, piece, &mut faults) {
            Some(Declared::Header(own)) if header.is_none() => header = Some(own),
            Some(Declared::Header(own)) => faults.push(ParseError::Header.at(own.name.span)),
            Some(Declared::Item(item)) => items.push(*item),
            None => {}
        }
    }
    let broken_header = prepared.pieces.iter().any(|piece| piece.kind == Kind::Header);
    if header.is_none() && !broken_header && faults.is_empty() {
        faults.push(ParseError::Header.at(prepared.span(0, 0)));
    }
    let nothing = Text { text: String::new(), span: prepared.span(0, 0) };
    let header = header.unwrap_or(Header {
        name: nothing.clone(),
        version: nothing,
        validity: None,
        meta: Meta::default(),
    });
    (Ast { header, items }, faults)
}

fn declaration(prepared: &Prepared, piece: &Piece, faults: &mut Vec<Diagnostic>) -> Option<Declared> {
    let text = &prepared.text[piece.start..piece.end];
    match YufangParser::parse(Rule::declaration, text) {
        Ok(mut pairs) => {
            let mut reader = Reader { prepared, start: piece.start, faults };
            let before = reader.faults.len();
            let declared = reader.declaration(pairs.next()?);
            (reader.faults.len() == before).then_some(declared).flatten()
        }
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            faults.push(unexpected(prepared, piece, at));
            None
        }
    }
}

/// What is wrong at the place where the grammar gave up.
fn unexpected(prepared: &Prepared, piece: &Piece, at: usize) -> Diagnostic {
    let text = &prepared.text[..piece.end];
    let rest = &text[piece.start + at..];
    let start = piece.start + at + (rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len());
    let word = token(&text[start..]);
    if word.is_empty() || word.starts_with(';') && text[start..].trim_matches([';', ' ', '\n']).is_empty() {
        let whole = text[piece.start..].trim_end_matches([';', ' ', '\t', '\r', '\n']);
        let last = piece.start + whole.len();
        let from = last - whole.chars().next_back().map_or(0, char::len_utf8);
        return ParseError::BrokenOff.at(prepared.span(from, last));
    }
    let span = prepared.span(start, start + word.len());
    if matches!(word, "以下" | "以内") {
        return ParseError::Ambiguous(word.to_owned()).at(span);
    }
    // A word may begin before the place: 当停产 is one, and fails only as such.
    if let Some(missing) = missing_space(word).or_else(|| missing_space_before(text, piece.start, start)) {
        let (keyword, from, to) = missing;
        let (from, to) = if from == usize::MAX { (start, start + word.len()) } else { (from, to) };
        return ParseError::MissingSpace(keyword).at(prepared.span(from, to));
    }
    ParseError::Unexpected(piece.kind.place()).at(span)
}

/// The word, number, text or sign at the start of a text.
fn token(text: &str) -> &str {
    let word = text.find(|c: char| {
        !(unicode_ident::is_xid_continue(c) || c == '.' && text.starts_with(|d: char| d.is_ascii_digit()))
    });
    match word {
        Some(0) => &text[..text.chars().next().map_or(0, char::len_utf8)],
        Some(end) => &text[..end],
        None => text,
    }
}

/// Keywords that are often written without the space after them.
const GLUED: [&str; 14] =
    ["当", "则", "若", "否则", "无则", "且", "或", "非", "有", "升", "降", "近", "不低于", "不高于"];

fn missing_space(word: &str) -> Option<(String, usize, usize)> {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if digits.len() < word.len() && !digits.is_empty() {
        return Some((word[..word.len() - digits.len()].to_owned(), usize::MAX, 0));
    }
    let keyword = GLUED.iter().find(|keyword| word.len() > keyword.len() && word.starts_with(**keyword))?;
    Some(((*keyword).to_owned(), usize::MAX, 0))
}

/// Looks at the word just before: the grammar may have taken a glued one for a name.
fn missing_space_before(text: &str, from: usize, at: usize) -> Option<(String, usize, usize)> {
    let before = text[from..at].trim_end();
    let start = before
        .rfind(|c: char| !unicode_ident::is_xid_continue(c))
        .map_or(0, |end| end + before[end..].chars().next().map_or(0, char::len_utf8));
    let (keyword, ..) = missing_space(&before[start..])?;
    Some((keyword, from + start, from + before.len()))
}

/// Reads the pairs of one declaration.
struct Reader<'a> {
    prepared: &'a Prepared,
    start: usize,
    faults: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn span(&self, pair: &pest::iterators::Pair<'_, Rule>) -> Span {
        let own = pair.as_span();
        let text = own.as_str().trim_end_matches([' ', '\t', '\r', '\n', ';']);
        self.prepared.span(self.start + own.start(), self.start + own.start() + text.len())
    }

    fn fault(&mut self, error: &ParseError, span: Span) {
        self.faults.push(error.at(span));
    }
}

#[cfg(test)]
mod tests;
