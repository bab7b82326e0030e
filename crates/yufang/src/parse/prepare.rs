//! Before the grammar sees a text: full width becomes ASCII, comments go, rows end in `;`, nesting
//! is bounded, and the text is cut into declarations, so that one fault does not hide the others.

use unicode_ident::{is_xid_continue, is_xid_start};

use super::error::ParseError;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::text::narrow;

/// Deepest nesting of brackets.
pub(super) const MOST_NESTED: usize = 64;

/// Most 若 in one declaration: each may nest in the one before.
const MOST_CHOICES: usize = 64;

/// A text made ready, with the way back to where its bytes came from.
pub(super) struct Prepared {
    pub(super) text: String,
    /// Ascending (here, there): bytes from `here` on come from `there` on.
    map: Vec<(u32, u32)>,
    pub(super) pieces: Vec<Piece>,
    file: FileId,
}

/// A declaration's bytes in the prepared text.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Which declaration a keyword starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Header,
    Use,
    Codes,
    Scale,
    Subject,
    Table,
    Matrix,
    Definition,
    Score,
    Grade,
    Rule,
    Require,
    Alert,
    Example,
    Draw,
    Unknown,
}

impl Kind {
    fn of(word: &str) -> Option<Kind> {
        Some(match word {
            "规则集" | "ruleset" => Kind::Header,
            "使用" | "use" => Kind::Use,
            "代码表" | "codes" => Kind::Codes,
            "量级" | "scale" => Kind::Scale,
            "对象" | "subject" => Kind::Subject,
            "表" | "table" => Kind::Table,
            "矩阵" | "matrix" => Kind::Matrix,
            "设" | "let" | "输出" | "output" => Kind::Definition,
            "计分" | "score" => Kind::Score,
            "分级" | "grade" => Kind::Grade,
            "规则" | "rule" => Kind::Rule,
            "要求" | "require" => Kind::Require,
            "预警" | "alert" => Kind::Alert,
            "例" | "example" => Kind::Example,
            "抽查" | "draw" => Kind::Draw,
            _ => return None,
        })
    }

    /// What messages call it.
    pub(super) fn place(self) -> &'static str {
        match self {
            Kind::Header => "ruleset",
            Kind::Use | Kind::Codes => "list of codes",
            Kind::Scale => "scale",
            Kind::Subject => "subject",
            Kind::Table => "table",
            Kind::Matrix => "matrix",
            Kind::Definition => "definition",
            Kind::Score => "score sheet",
            Kind::Grade => "grade",
            Kind::Rule => "rule",
            Kind::Require => "requirement",
            Kind::Alert => "alert",
            Kind::Example => "example",
            Kind::Draw => "draw",
            Kind::Unknown => "text",
        }
    }

    /// Whether a line's end at this depth of braces ends a row.
    fn rows_at(self, depth: usize) -> bool {
        match self {
            Kind::Table | Kind::Matrix | Kind::Grade => depth == 1,
            Kind::Score => depth == 1 || depth == 2,
            Kind::Draw => depth == 2,
            Kind::Subject | Kind::Example | Kind::Scale => depth >= 1,
            _ => false,
        }
    }
}

impl Prepared {
    /// Where bytes of the prepared text came from.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.origin(start), self.origin(end.max(start)))
    }

    fn origin(&self, at: usize) -> usize {
        let next = self.map.partition_point(|(here, _)| *here as usize <= at);
        let (here, there) = next.checked_sub(1).map_or((0, 0), |last| self.map[last]);
        there as usize + (at - here as usize)
    }
}

/// Prepares a text; faults go to `faults`.
pub(super) fn prepare(text: &str, file: FileId, faults: &mut Vec<Diagnostic>) -> Prepared {
    let mut scanner = Scanner {
        source: text,
        at: 0,
        out: Prepared { text: String::with_capacity(text.len()), map: Vec::new(), pieces: Vec::new(), file },
        brackets: Vec::new(),
        kind: Kind::Unknown,
        fresh: true,
        choices: 0,
        faults,
        drift: 0,
    };
    scanner.scan();
    scanner.out
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
    out: Prepared,
    brackets: Vec<(char, usize)>,
    kind: Kind,
    /// Nothing but white space has come since the line, or the last declaration, ended.
    fresh: bool,
    choices: usize,
    faults: &'a mut Vec<Diagnostic>,
    /// Source position less prepared position, as last noted.
    drift: i64,
}

impl Scanner<'_> {
    fn scan(&mut self) {
        while let Some(character) = self.peek() {
            match character {
                '"' | '“' => self.text(character),
                '`' => self.verbatim('`'),
                '《' => self.verbatim('》'),
                '/' if self.rest().starts_with("//") => self.line_comment(),
                '/' if self.rest().starts_with("/*") => self.block_comment(),
                '\n' => self.line_end(),
                _ if is_xid_start(narrow(character)) || character == '_' => self.word(),
                _ => self.symbol(character),
            }
        }
        self.close_all();
        if let Some(last) = self.out.pieces.last_mut() {
            last.end = self.out.text.len();
        }
    }

    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn fault(&mut self, error: &ParseError, start: usize, end: usize) {
        self.faults.push(error.at(Span::new(self.out.file, start, end)));
    }

    /// Takes one character of the source and writes `as_text` for it.
    fn emit(&mut self, character: char, as_text: &str) {
        let drift = self.at as i64 - self.out.text.len() as i64;
        if drift != self.drift {
            self.out.map.push((self.out.text.len() as u32, self.at as u32));
            self.drift = drift;
        }
        self.out.text.push_str(as_text);
        self.at += character.len_utf8();
    }

    fn copy(&mut self, character: char) {
        let mut buffer = [0; 4];
        self.emit(character, character.encode_utf8(&mut buffer));
    }

    /// Notes a character that no text may hold, and takes it away.
    fn forbidden(&mut self, character: char) -> bool {
        let code = character as u32;
        let error = match character {
            _ if is_bidirectional(character) => ParseError::Bidirectional(code),
            '\t' | '\r' | '\n' => return false,
            _ if character.is_control() => ParseError::Control(code),
            _ => return false,
        };
        let start = self.at;
        self.emit(character, " ");
        self.fault(&error, start, self.at);
        true
    }

    fn text(&mut self, opening: char) {
        let start = self.at;
        self.fresh = false;
        self.emit(opening, "\"");
        while let Some(character) = self.peek() {
            match character {
                '\n' => break,
                '"' if opening == '“' => self.emit(character, "\\\""),
                '"' | '”' if (character == '”') == (opening == '“') => {
                    return self.emit(character, "\"");
                }
                '\\' => {
                    self.copy(character);
                    match self.peek() {
                        Some('\n') | None => {}
                        Some(next) => self.copy(next),
                    }
                }
                _ if self.forbidden(character) => {}
                _ => self.copy(character),
            }
        }
        self.out.text.push('"');
        self.drift = i64::MIN;
        self.fault(&ParseError::OpenText, start, self.at);
    }

    /// A backquoted name or a title: taken as it stands, within its line.
    fn verbatim(&mut self, closing: char) {
        let start = self.at;
        self.fresh = false;
        let opening = self.peek().unwrap_or(closing);
        self.copy(opening);
        while let Some(character) = self.peek() {
            if character == '\n' {
                break;
            }
            if !self.forbidden(character) {
                self.copy(character);
            }
            if character == closing {
                return;
            }
        }
        self.out.text.push(closing);
        self.drift = i64::MIN;
        self.fault(&ParseError::OpenText, start, self.at);
    }

    fn line_comment(&mut self) {
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        let comment = &self.source[self.at..self.at + length];
        let bad = comment.char_indices().find(|(_, character)| is_bidirectional(*character));
        if let Some((offset, character)) = bad {
            let start = self.at + offset;
            self.fault(&ParseError::Bidirectional(character as u32), start, start + character.len_utf8());
        }
        self.at += length;
    }

    fn block_comment(&mut self) {
        let start = self.at;
        match self.rest().find("*/") {
            Some(length) => self.at += length + 2,
            None => {
                self.at = self.source.len();
                self.fault(&ParseError::OpenComment, start, start + 2);
            }
        }
        let comment = &self.source[start..self.at];
        if let Some((offset, character)) = comment.char_indices().find(|(_, c)| is_bidirectional(*c)) {
            let at = start + offset;
            self.fault(&ParseError::Bidirectional(character as u32), at, at + character.len_utf8());
        }
        self.out.text.push(' ');
        self.drift = i64::MIN;
    }

    fn line_end(&mut self) {
        let braces = self.brackets.iter().filter(|(bracket, _)| *bracket == '{').count();
        let innermost = self.brackets.last().map(|(bracket, _)| *bracket);
        let row = innermost == Some('{') && self.kind.rows_at(braces);
        let element = innermost == Some('[') && self.kind == Kind::Example;
        self.emit('\n', if row || element { ";" } else { "\n" });
        self.fresh = true;
    }

    fn word(&mut self) {
        let start = self.at;
        let fresh = self.fresh;
        self.fresh = false;
        let here = self.out.text.len();
        while let Some(character) = self.peek() {
            let plain = narrow(character);
            if !is_xid_continue(plain) {
                break;
            }
            if plain == character {
                self.copy(character)
            } else {
                self.emit(character, plain.encode_utf8(&mut [0; 4]))
            }
        }
        let word = self.out.text[here..].to_owned();
        if word == "若" || word == "if" {
            self.choices += 1;
            if self.choices == MOST_CHOICES + 1 {
                self.fault(&ParseError::TooDeep(MOST_CHOICES), start, self.at);
            }
        }
        let Some(kind) = Kind::of(&word).filter(|_| fresh) else {
            return self.stray(fresh, here, start);
        };
        let at_margin = start == 0 || self.source[..start].ends_with('\n');
        if !self.brackets.is_empty() && at_margin && kind != Kind::Table {
            self.close_all();
        }
        if self.brackets.is_empty() {
            self.begin(kind, here);
        }
    }

    fn stray(&mut self, fresh: bool, here: usize, start: usize) {
        if self.out.pieces.is_empty() && self.brackets.is_empty() && fresh {
            self.fault(&ParseError::NoDeclaration, start, self.at);
            self.begin(Kind::Unknown, here);
        }
    }

    fn begin(&mut self, kind: Kind, here: usize) {
        if let Some(last) = self.out.pieces.last_mut() {
            last.end = here;
        }
        self.kind = kind;
        self.choices = 0;
        self.out.pieces.push(Piece { kind, start: here, end: here });
    }

    fn symbol(&mut self, character: char) {
        let folded = match character {
            '、' => ",",
            '×' => "*",
            '÷' => "/",
            '≥' => ">=",
            '≤' => "<=",
            '≠' => "!=",
            _ if self.forbidden(character) => return,
            _ => "",
        };
        let plain = narrow(character);
        if !folded.is_empty() {
            self.emit(character, folded);
        } else if plain != character {
            self.emit(character, plain.encode_utf8(&mut [0; 4]));
        } else {
            self.copy(character);
        }
        let start = self.at - character.len_utf8();
        match plain {
            '{' | '(' | '[' => self.open(plain, start),
            '}' | ')' | ']' => self.close(plain, start),
            _ => {}
        }
        if !plain.is_whitespace() {
            self.fresh = plain == '}' && self.brackets.is_empty();
        }
    }

    fn open(&mut self, bracket: char, start: usize) {
        self.brackets.push((bracket, start));
        if self.brackets.len() == MOST_NESTED + 1 {
            self.fault(&ParseError::TooDeep(MOST_NESTED), start, start + 1);
        }
    }

    /// An interval may open with `[` and close with `)`, so only braces must match in kind.
    fn close(&mut self, bracket: char, start: usize) {
        let fits = |open: char| (open == '{') == (bracket == '}');
        match self.brackets.last() {
            Some((open, _)) if fits(*open) => {
                self.brackets.pop();
            }
            _ => self.fault(&ParseError::OpenBracket(bracket), start, self.at),
        }
    }

    fn close_all(&mut self) {
        if let Some((bracket, start)) = self.brackets.first().copied() {
            self.fault(&ParseError::OpenBracket(bracket), start, start + bracket.len_utf8());
        }
        self.brackets.clear();
    }
}

fn is_bidirectional(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}
