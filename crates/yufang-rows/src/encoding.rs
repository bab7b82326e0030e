//! Bytes of a file → UTF-8, chunk by chunk.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_16BE, UTF_16LE};

/// Bytes read at a time, and looked at before an encoding is guessed.
const CHUNK: usize = 64 * 1024;

/// What stands for bytes that the encoding does not know: never part of UTF-8, so that whoever
/// looks at the cell sees that it is broken instead of a replacement character that passes for text.
const BROKEN: u8 = 0xFF;

/// How a text file is encoded. A byte order mark goes before any of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// UTF-8, unless the first bytes beyond ASCII are rather GB18030.
    #[default]
    Auto,
    /// UTF-8.
    Utf8,
    /// GB18030, and so GBK and GB 2312: what spreadsheets in China save as CSV.
    Gb18030,
}

/// A reader that gives UTF-8 without a byte order mark. What is broken stays broken.
pub(crate) struct Decoded<R> {
    inner: R,
    state: State,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

enum State {
    Start(Encoding),
    /// Nothing but ASCII so far.
    Undecided,
    Utf8,
    Other(Box<Decoder>),
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(inner: R, encoding: Encoding) -> Self {
        Decoded { inner, state: State::Start(encoding), out: Vec::new(), given: 0, ended: false }
    }

    /// Reads until `chunk` holds `CHUNK` bytes or the input ends.
    fn fill_chunk(&mut self, chunk: &mut Vec<u8>) -> io::Result<()> {
        let missing = CHUNK.saturating_sub(chunk.len()) as u64;
        let got = self.inner.by_ref().take(missing).read_to_end(chunk)?;
        self.ended = (got as u64) < missing;
        Ok(())
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut chunk = Vec::with_capacity(CHUNK);
        self.fill_chunk(&mut chunk)?;
        if let State::Start(encoding) = self.state {
            let marked = encoding_rs::Encoding::for_bom(&chunk);
            chunk.drain(..marked.map_or(0, |(_, len)| len));
            self.state = start(encoding, marked.map(|(encoding, _)| encoding));
        }
        if let (State::Undecided, Some(at)) = (&self.state, chunk.iter().position(|byte| !byte.is_ascii())) {
            self.out.extend_from_slice(&chunk[..at]);
            chunk.drain(..at);
            self.fill_chunk(&mut chunk)?;
            self.state = guess(&chunk, self.ended);
        }
        match &mut self.state {
            State::Other(decoder) => decode(decoder, &chunk, self.ended, &mut self.out),
            _ => self.out.extend_from_slice(&chunk),
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() {
            if self.ended {
                return Ok(0);
            }
            self.out.clear();
            self.given = 0;
            self.refill()?;
        }
        let count = into.len().min(self.out.len() - self.given);
        into[..count].copy_from_slice(&self.out[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

fn start(asked: Encoding, marked: Option<&'static encoding_rs::Encoding>) -> State {
    match marked {
        Some(mark) if mark == UTF_16LE || mark == UTF_16BE => {
            State::Other(Box::new(mark.new_decoder_without_bom_handling()))
        }
        Some(_) => State::Utf8,
        None => match asked {
            Encoding::Auto => State::Undecided,
            Encoding::Utf8 => State::Utf8,
            Encoding::Gb18030 => gb18030(),
        },
    }
}

fn gb18030() -> State {
    State::Other(Box::new(GB18030.new_decoder_without_bom_handling()))
}

/// A broken byte in UTF-8 leaves most characters whole, while GB18030 read as UTF-8 breaks at
/// most of them: so the majority decides, and one bad byte does not turn a file into nonsense.
fn guess(window: &[u8], whole_rest: bool) -> State {
    let (mut whole, mut broken) = (0usize, 0usize);
    for piece in window.utf8_chunks() {
        whole += piece.valid().chars().filter(|character| !character.is_ascii()).count();
        // The window may cut a last character short, which is no fault.
        broken += usize::from(!piece.invalid().is_empty());
    }
    let only_cut = std::str::from_utf8(window).is_err_and(|error| error.error_len().is_none());
    if broken > whole && (whole_rest || !only_cut) { gb18030() } else { State::Utf8 }
}

fn decode(decoder: &mut Decoder, mut chunk: &[u8], last: bool, out: &mut Vec<u8>) {
    loop {
        let room = decoder.max_utf8_buffer_length_without_replacement(chunk.len()).unwrap_or(CHUNK * 4);
        let start = out.len();
        out.resize(start + room, 0);
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(chunk, &mut out[start..], last);
        out.truncate(start + written);
        chunk = &chunk[read..];
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => out.push(BROKEN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
        let mut out = Vec::new();
        Decoded::new(bytes, encoding).read_to_end(&mut out).expect("no I/O");
        out
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "编号,名称\n1,化工企业\n";
        let (gb, _, _) = GB18030.encode(text);
        assert_eq!(decoded(&gb, Encoding::Auto), text.as_bytes());
        assert_eq!(decoded(text.as_bytes(), Encoding::Auto), text.as_bytes());
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        assert_eq!(decoded(&marked, Encoding::Gb18030), text.as_bytes(), "the mark is stronger");
        let wide: Vec<u8> =
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&wide, Encoding::Auto), text.as_bytes());
    }

    #[test]
    fn chinese_far_behind_ascii_is_found() {
        let text = format!("id,name\n{}9,延庆镇𠀀\n", "1,plain\n".repeat(40_000));
        let (gb, _, _) = GB18030.encode(&text);
        assert_eq!(decoded(&gb, Encoding::Auto), text.as_bytes());
        assert_eq!(decoded(text.as_bytes(), Encoding::Auto), text.as_bytes());
    }

    #[test]
    fn broken_bytes_stay_broken() {
        let mut text = "延庆镇企业".as_bytes().to_vec();
        text.insert(6, 0xFE);
        assert_eq!(decoded(&text, Encoding::Auto), text);
        assert_eq!(decoded(b"a\xFF,b", Encoding::Gb18030), b"a\xFF,b");
    }
}
