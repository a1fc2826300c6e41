//! Texts of the plain room, cut out of what `nc`, `telnet` and small scripts send.
//!
//! Owns what a text is: a line, or what came before a quiet moment; without control characters, telnet's negotiation
//! and bytes that are no UTF-8. Clocks are [`conn`](super::conn)'s, and what a text means is the hub's.

use std::sync::Arc;

/// The longest text; what is longer becomes several.
pub(crate) const TEXT_MAX_BYTES: usize = 4096;

/// Room for one character that may not have come whole yet.
const UNFINISHED_MAX_BYTES: usize = TEXT_MAX_BYTES + 4;

/// How much is held at most before it has to be taken out as texts.
const HELD_MAX_BYTES: usize = 2 * TEXT_MAX_BYTES;

/// What a plain guest's texts end with, and so what ends the texts sent to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ending {
    /// Nothing: a script that sends and receives bare text.
    Bare,
    /// LF, as `nc` sends it.
    Lf,
    /// CR LF (or CR NUL), as telnet sends it (RFC 854).
    CrLf,
}

impl Ending {
    /// One text for the guest: its own line ending, if it has one, gives way to theirs, and so do those between its lines.
    /// Who ends theirs with nothing still gets LF between.
    pub(crate) fn end(self, text: &[u8]) -> Arc<[u8]> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let (between, end): (&[u8], &[u8]) = match self {
            Self::Bare => (b"\n", b""),
            Self::Lf => (b"\n", b"\n"),
            Self::CrLf => (b"\r\n", b"\r\n"),
        };
        let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
        [&lines.join(between), end].concat().into()
    }
}

/// Cuts a plain guest's bytes into texts; holds at most 8 KiB, and no memory between texts.
#[derive(Debug)]
pub(crate) struct TextFramer {
    /// Without telnet's bytes; every line end is one LF.
    held: Vec<u8>,
    line_count: usize,
    telnet: Telnet,
    is_after_cr: bool,
    /// What the first line ended with.
    line_end: Option<Ending>,
    ending: Option<Ending>,
}

/// Where in telnet's commands the bytes stand (RFC 854; subnegotiation RFC 855).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Telnet {
    Data,
    Command,
    Option,
    Subnegotiation,
    SubnegotiationCommand,
}

const IAC: u8 = 255;
const WILL: u8 = 251;
const DONT: u8 = 254;
const SB: u8 = 250;
const SE: u8 = 240;

impl TextFramer {
    /// A framer at the beginning of a stream.
    pub(crate) fn new() -> Self {
        Self {
            held: Vec::new(),
            line_count: 0,
            telnet: Telnet::Data,
            is_after_cr: false,
            line_end: None,
            ending: None,
        }
    }

    /// Takes what fits and returns how many bytes that was; 0 only where [`next_text`](Self::next_text) has something to
    /// give first.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> usize {
        for (index, &byte) in bytes.iter().enumerate() {
            if self.held.len() == HELD_MAX_BYTES {
                return index;
            }
            self.push_byte(byte);
        }
        bytes.len()
    }

    /// The next text that is certainly complete: a line, or a piece of one that grew too long. May be empty.
    pub(crate) fn next_text(&mut self) -> Option<String> {
        if let Some(line) = self.first_line() {
            let line_bytes = line.len();
            let (text, taken) = clean(line);
            let is_whole = taken == line_bytes;
            self.line_count -= usize::from(is_whole);
            self.ending = self.ending.or(self.line_end);
            self.discard(if is_whole { taken + 1 } else { taken });
            return Some(text);
        }
        if self.held.len() < UNFINISHED_MAX_BYTES {
            return None;
        }
        let whole_bytes = self.held.len() - incomplete_tail_bytes(&self.held);
        let (text, taken) = clean(&self.held[..whole_bytes]);
        self.discard(taken);
        Some(text)
    }

    /// After a quiet moment, or at the end: what came without a line ending. Call until `None`.
    pub(crate) fn take_unfinished(&mut self) -> Option<String> {
        let (text, taken) = clean(&self.held);
        self.discard(taken);
        if text.is_empty() {
            return None;
        }
        self.ending = self.ending.or(Some(Ending::Bare));
        Some(text)
    }

    /// Whether something waits for its line ending.
    pub(crate) fn has_unfinished(&self) -> bool {
        !self.held.is_empty()
    }

    /// How the guest ended their first text; `None` before that.
    pub(crate) fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// The first complete line that is still held, as it came.
    pub(crate) fn first_line(&self) -> Option<&[u8]> {
        if self.line_count == 0 {
            return None;
        }
        self.held.split(|&byte| byte == b'\n').next()
    }

    /// All that is still held, for whoever reads it differently; lines end with LF.
    pub(crate) fn into_held(self) -> Vec<u8> {
        self.held
    }

    fn push_byte(&mut self, byte: u8) {
        self.telnet = match (self.telnet, byte) {
            (Telnet::Data, IAC) => Telnet::Command,
            (Telnet::Command, WILL..=DONT) => Telnet::Option,
            (Telnet::Command, SB) => Telnet::Subnegotiation,
            (Telnet::Subnegotiation, IAC) => Telnet::SubnegotiationCommand,
            (Telnet::SubnegotiationCommand, SE) | (Telnet::Command | Telnet::Option, _) => {
                Telnet::Data
            }
            (Telnet::Subnegotiation | Telnet::SubnegotiationCommand, _) => Telnet::Subnegotiation,
            (Telnet::Data, _) => {
                self.push_data(byte);
                Telnet::Data
            }
        };
    }

    fn push_data(&mut self, byte: u8) {
        let was_after_cr = std::mem::replace(&mut self.is_after_cr, byte == b'\r');
        match byte {
            b'\n' | 0 if was_after_cr => {}
            b'\n' => self.push_line_end(Ending::Lf),
            b'\r' => self.push_line_end(Ending::CrLf),
            _ => self.held.push(byte),
        }
    }

    fn push_line_end(&mut self, end: Ending) {
        self.held.push(b'\n');
        self.line_count += 1;
        self.line_end.get_or_insert(end);
    }

    fn discard(&mut self, count: usize) {
        if count == self.held.len() {
            self.held = Vec::new();
        } else {
            self.held.drain(..count);
        }
    }
}

/// The readable text of these bytes, up to the longest there may be, and how many of the bytes it took.
fn clean(raw: &[u8]) -> (String, usize) {
    let mut text = String::new();
    let mut taken = 0;
    for chunk in raw.utf8_chunks() {
        let replaced = (!chunk.invalid().is_empty())
            .then_some((char::REPLACEMENT_CHARACTER, chunk.invalid().len()));
        let characters = chunk.valid().chars().map(|c| (c, c.len_utf8()));
        for (character, raw_bytes) in characters.chain(replaced) {
            let character = if character == '\t' { ' ' } else { character };
            if !character.is_control() {
                if text.len() + character.len_utf8() > TEXT_MAX_BYTES {
                    return (text, taken);
                }
                text.push(character);
            }
            taken += raw_bytes;
        }
    }
    (text, taken)
}

/// How many bytes at the end are the beginning of a character whose rest has not come.
fn incomplete_tail_bytes(bytes: &[u8]) -> usize {
    match bytes.utf8_chunks().last() {
        Some(chunk) => match std::str::from_utf8(chunk.invalid()) {
            Err(error) if error.error_len().is_none() => chunk.invalid().len(),
            _ => 0,
        },
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All texts of a stream that ends in quiet, cut into pieces of this length.
    fn texts(stream: &[u8], piece_bytes: usize) -> Vec<String> {
        let mut framer = TextFramer::new();
        let mut found = Vec::new();
        for mut piece in stream.chunks(piece_bytes) {
            while !piece.is_empty() {
                let taken = framer.push(piece);
                piece = &piece[taken..];
                let count = found.len();
                found.extend(std::iter::from_fn(|| framer.next_text()));
                assert!(taken > 0 || found.len() > count, "the framer stands still");
            }
        }
        found.extend(std::iter::from_fn(|| framer.take_unfinished()));
        assert!(!framer.has_unfinished());
        found
    }

    fn all_endings() -> [(&'static [u8], Option<Ending>); 6] {
        [
            (b"ana\n", Some(Ending::Lf)),
            (b"ana\r\n", Some(Ending::CrLf)),
            (b"ana\r\0", Some(Ending::CrLf)),
            (b"ana", Some(Ending::Bare)),
            (b"ana\nbo\r\n", Some(Ending::Lf)),
            (b"", None),
        ]
    }

    #[test]
    fn lines_end_in_every_way_that_programs_end_them() {
        for stream in [&b"ana\nbo\n\nlast"[..], b"ana\r\nbo\r\n\r\nlast", b"ana\r\0bo\r\0\r\0last"]
        {
            for piece_bytes in [1, 2, 3, 100] {
                assert_eq!(texts(stream, piece_bytes), ["ana", "bo", "", "last"]);
            }
        }
    }

    #[test]
    fn first_text_settles_how_the_guest_ends_texts() {
        for (stream, ending) in all_endings() {
            let mut framer = TextFramer::new();
            framer.push(stream);
            assert_eq!(framer.ending(), None);
            while framer.next_text().or_else(|| framer.take_unfinished()).is_some() {}
            framer.push(b"later\n");
            framer.next_text();
            assert_eq!(framer.ending(), ending.or(Some(Ending::Lf)), "{stream:?}");
        }
    }

    #[test]
    fn texts_get_the_ending_that_the_guest_uses() {
        for text in [&b"hi"[..], b"hi\n", b"hi\r\n"] {
            assert_eq!(&*Ending::Bare.end(text), b"hi");
            assert_eq!(&*Ending::Lf.end(text), b"hi\n");
            assert_eq!(&*Ending::CrLf.end(text), b"hi\r\n");
        }
    }

    #[test]
    fn a_text_of_many_lines_ends_each_as_the_guest_does() {
        assert_eq!(&*Ending::Bare.end(b"a: hi\na: you"), b"a: hi\na: you");
        assert_eq!(&*Ending::Lf.end(b"a: hi\na: you"), b"a: hi\na: you\n");
        assert_eq!(&*Ending::CrLf.end(b"a: hi\na: you"), b"a: hi\r\na: you\r\n");
    }

    #[test]
    fn telnet_negotiation_and_control_characters_are_left_out() {
        let stream = b"\xff\xfb\x01\xff\xfd\x03\xff\xfa\x18\x00xterm\xff\xff\n\xff\xf0a\xff\xf1\x1b[1mb\tc\x7f\xc2\x9b\n";
        for piece_bytes in [1, 5, 100] {
            assert_eq!(texts(stream, piece_bytes), ["a[1mb c"]);
        }
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_replaced() {
        assert_eq!(texts(b"a\xc0b\xe2\x82\n", 1), ["a\u{fffd}b\u{fffd}"]);
        assert_eq!(texts("مرحبا".as_bytes(), 1), ["مرحبا"]);
    }

    #[test]
    fn long_text_becomes_several_between_characters() {
        for stream in ["é".repeat(10_000), "é".repeat(10_000) + "\n"] {
            for piece_bytes in [1, 7, 5000, 50_000] {
                let found = texts(stream.as_bytes(), piece_bytes);
                assert!(found.iter().all(|text| text.len() <= TEXT_MAX_BYTES));
                assert_eq!(found.concat(), "é".repeat(10_000));
                assert_eq!(found.len(), 5);
            }
        }
        let at_limit = "a".repeat(TEXT_MAX_BYTES);
        assert_eq!(texts(format!("{at_limit}\n").as_bytes(), 100), [at_limit.as_str()]);
        assert_eq!(texts(format!("{at_limit}b\n").as_bytes(), 100), [at_limit.as_str(), "b"]);
    }

    #[test]
    fn quiet_with_nothing_readable_is_no_text() {
        assert_eq!(texts(b"\x01\x02", 1), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn any_bytes_become_clean_bounded_texts(
            stream in proptest::collection::vec(any::<u8>(), 0..20_000),
            piece_bytes in 1_usize..10_000,
        ) {
            for text in texts(&stream, piece_bytes) {
                prop_assert!(text.len() <= TEXT_MAX_BYTES);
                prop_assert!(!text.contains(char::is_control));
            }
        }
    }
}
