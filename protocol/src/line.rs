//! Bytes into lines, with a bound on what is held.
//!
//! Owns where a line ends and how long it may be; what a line says is [`Message`](crate::Message)'s.
//!
//! A line ends with LF; one CR before it belongs to the ending. A CR anywhere else is part of the line, which the parser
//! then refuses: taking it for an ending would let a text smuggle in a second command.

use std::fmt;

/// How long a line may be, separately for its tags and for the rest (message-tags, "Size limit").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineLimits {
    /// From the `@` to the space after the tags, both included.
    pub tags_bytes: usize,
    /// The rest, its CR LF included; a bare LF counts as much.
    pub body_bytes: usize,
}

impl LineLimits {
    /// What a server takes from a client.
    pub const FROM_CLIENT: Self = Self { tags_bytes: 4096, body_bytes: 512 };
    /// What a client takes from a server.
    pub const FROM_SERVER: Self = Self { tags_bytes: 8191, body_bytes: 512 };

    /// Whether a line with this content, or any that begins so, is within the limits. The content ends neither in LF nor in
    /// a CR that may belong to the ending.
    pub fn check(self, content: &[u8]) -> Result<(), LineError> {
        let tags_bytes = match content.first() {
            Some(b'@') => match content.iter().take(self.tags_bytes).position(|&b| b == b' ') {
                Some(space) => space + 1,
                None if content.len() > self.tags_bytes => return Err(LineError::TagsTooLong),
                None => return Ok(()),
            },
            _ => 0,
        };
        if content.len() - tags_bytes > self.body_bytes - LINE_END_BYTES {
            return Err(LineError::BodyTooLong);
        }
        Ok(())
    }
}

const LINE_END_BYTES: usize = 2;

/// A line was longer than its [`LineLimits`] and was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineError {
    /// Its tags were.
    TagsTooLong,
    /// Its command, source and parameters were.
    BodyTooLong,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TagsTooLong => "the line's tags are too long",
            Self::BodyTooLong => "the line is too long",
        })
    }
}

impl std::error::Error for LineError {}

/// Cuts a stream of bytes into lines.
///
/// It holds at most one line's limit of bytes, and no memory at all between lines.
#[derive(Debug)]
pub struct LineDecoder {
    limits: LineLimits,
    buffer: Vec<u8>,
    /// Where the first line not yet given out begins.
    start: usize,
    /// Up to where that line was searched for its end.
    scanned: usize,
    /// Whether what comes, up to the next LF, belongs to a line already reported as too long.
    discarding: bool,
}

impl LineDecoder {
    /// A decoder at the beginning of a stream. A body limit under 3 bytes leaves no room for a line and counts as 3.
    pub fn new(limits: LineLimits) -> Self {
        let body_bytes = limits.body_bytes.max(LINE_END_BYTES + 1);
        let limits = LineLimits { body_bytes, ..limits };
        Self { limits, buffer: Vec::new(), start: 0, scanned: 0, discarding: false }
    }

    /// Takes what fits and returns how many bytes that was; 0 only where `bytes` is empty or [`next_line`](Self::next_line)
    /// has something to give first.
    pub fn push(&mut self, bytes: &[u8]) -> usize {
        let discarded = if self.discarding { self.discard(bytes) } else { 0 };
        self.compact();
        let rest = &bytes[discarded..];
        let room = self.limits.tags_bytes + self.limits.body_bytes - self.buffer.len();
        let taken = rest.len().min(room);
        self.buffer.extend_from_slice(&rest[..taken]);
        discarded + taken
    }

    /// The next line without its ending, or the news that one was too long.
    ///
    /// Empty lines are skipped. A line that is too long is reported once, as soon as that is certain, and left out up to its
    /// end. However the stream is cut into pieces, the same lines and errors come out.
    pub fn next_line(&mut self) -> Option<Result<&[u8], LineError>> {
        loop {
            let line_start = self.start;
            let Some(line_end) = self.find_line_end() else {
                return self.check_unfinished().map(Err);
            };
            self.start = line_end + 1;
            self.scanned = self.start;
            let content = without_cr(&self.buffer[line_start..line_end]);
            if content.is_empty() {
                continue;
            }
            if let Err(error) = self.limits.check(content) {
                return Some(Err(error));
            }
            let content_end = line_start + content.len();
            return Some(Ok(&self.buffer[line_start..content_end]));
        }
    }

    /// How many bytes wait, in complete lines and an unfinished one.
    pub fn pending_bytes(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Skips the rest of a line that was too long, and returns how many bytes of `bytes` that was.
    fn discard(&mut self, bytes: &[u8]) -> usize {
        let Some(newline) = bytes.iter().position(|&b| b == b'\n') else {
            return bytes.len();
        };
        self.discarding = false;
        newline + 1
    }

    fn find_line_end(&mut self) -> Option<usize> {
        let newline = self.buffer[self.scanned..].iter().position(|&b| b == b'\n');
        let end = newline.map(|offset| self.scanned + offset);
        self.scanned = end.unwrap_or(self.buffer.len());
        end
    }

    /// Drops what waits if it can no longer become a line within the limits; gives memory back if nothing waits.
    fn check_unfinished(&mut self) -> Option<LineError> {
        let error = self.limits.check(without_cr(&self.buffer[self.start..])).err();
        if error.is_some() {
            self.discarding = true;
            self.start = self.buffer.len();
        }
        self.compact();
        error
    }

    fn compact(&mut self) {
        if self.pending_bytes() == 0 {
            self.buffer = Vec::new();
        } else {
            self.buffer.drain(..self.start);
        }
        self.scanned = self.scanned.saturating_sub(self.start);
        self.start = 0;
    }
}

fn without_cr(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Line = Result<Vec<u8>, LineError>;

    /// All that comes out of a stream cut into pieces of these lengths, over and over.
    fn decode(stream: &[u8], limits: LineLimits, piece_bytes: &[usize]) -> Vec<Line> {
        let mut decoder = LineDecoder::new(limits);
        let mut lines = Vec::new();
        let (mut rest, mut sizes) = (stream, piece_bytes.iter().cycle());
        while !rest.is_empty() {
            let piece = &rest[..rest.len().min(*sizes.next().unwrap())];
            let taken = decoder.push(piece);
            assert!(decoder.pending_bytes() <= limits.tags_bytes + limits.body_bytes);
            let count = lines.len();
            while let Some(line) = decoder.next_line() {
                lines.push(line.map(<[u8]>::to_vec));
            }
            assert!(taken > 0 || lines.len() > count, "the decoder stands still");
            rest = &rest[taken..];
        }
        lines
    }

    fn decode_whole(stream: &[u8], limits: LineLimits) -> Vec<Line> {
        decode(stream, limits, &[stream.len().max(1)])
    }

    #[test]
    fn lines_end_with_lf_and_one_cr_before_it_is_not_theirs() {
        let lines = decode_whole(b"a\r\nb\n\r\n\n\r\r\nc\rd\r\r\nrest\r", LineLimits::FROM_CLIENT);
        let expected: [&[u8]; 4] = [b"a", b"b", b"\r", b"c\rd\r"];
        assert_eq!(lines, expected.map(|line| Ok(line.to_vec())));
    }

    #[test]
    fn the_limits_hold_to_the_byte() {
        let limits = LineLimits::FROM_CLIENT;
        let tags = |bytes: usize| [b"@".to_vec(), vec![b't'; bytes - 2], b" ".to_vec()].concat();
        let body = |bytes: usize, end: &str| [vec![b'b'; bytes - 2], end.into()].concat();
        for end in ["\r\n", "\n"] {
            for (stream, error) in [
                ([tags(4096), body(512, end)].concat(), None),
                ([tags(4097), body(512, end)].concat(), Some(LineError::TagsTooLong)),
                ([tags(4096), body(513, end)].concat(), Some(LineError::BodyTooLong)),
                (body(512, end), None),
                (body(513, end), Some(LineError::BodyTooLong)),
            ] {
                let lines = decode_whole(&stream, limits);
                assert_eq!(lines.len(), 1);
                assert_eq!(lines[0].as_ref().err().copied(), error);
            }
        }
    }

    #[test]
    fn a_line_too_long_is_reported_once_and_early_and_then_left_out() {
        let mut decoder = LineDecoder::new(LineLimits::FROM_CLIENT);
        assert_eq!(decoder.push(&[b'x'; 510]), 510);
        assert_eq!(decoder.next_line(), None);
        assert_eq!(decoder.push(b"\r"), 1);
        assert_eq!(decoder.next_line(), None);
        assert_eq!(decoder.push(b"x"), 1);
        assert_eq!(decoder.next_line(), Some(Err(LineError::BodyTooLong)));
        assert_eq!(decoder.push(&vec![b'x'; 100_000]), 100_000);
        assert_eq!(decoder.next_line(), None);
        assert_eq!(decoder.pending_bytes(), 0);
        assert_eq!(decoder.push(b"end\nPING\n"), 9);
        assert_eq!(decoder.next_line(), Some(Ok(&b"PING"[..])));
        assert_eq!(decoder.next_line(), None);
    }

    #[test]
    fn what_does_not_fit_is_not_taken() {
        let limits = LineLimits { tags_bytes: 10, body_bytes: 10 };
        let mut decoder = LineDecoder::new(limits);
        assert_eq!(decoder.push(b"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n"), 20);
        assert_eq!(decoder.push(b"k\n"), 0);
        assert_eq!(decoder.next_line(), Some(Ok(&b"a"[..])));
        assert_eq!(decoder.push(b"k\n"), 2);
        assert_eq!(std::iter::from_fn(|| decoder.next_line().map(|line| line.is_ok())).count(), 10);
    }

    #[test]
    fn no_memory_is_held_between_lines() {
        let mut decoder = LineDecoder::new(LineLimits::FROM_CLIENT);
        decoder.push(b"PING\r\n");
        assert!(decoder.next_line().is_some() && decoder.next_line().is_none());
        assert_eq!(decoder.buffer.capacity(), 0);
    }

    #[test]
    fn a_limit_without_room_for_a_line_moves_all_the_same() {
        let limits = LineLimits { tags_bytes: 0, body_bytes: 0 };
        let mut decoder = LineDecoder::new(limits);
        assert_eq!(decoder.push(b"a\n"), 2);
        assert_eq!(decoder.next_line(), Some(Ok(&b"a"[..])));
    }

    proptest! {
        #[test]
        fn however_split_the_same_lines_come_out(
            stream in "[ab@ \r\n\u{0}é]{0,200}",
            tags_bytes in 0usize..12,
            body_bytes in 3usize..12,
            pieces in prop::collection::vec(1usize..30, 1..8),
        ) {
            let limits = LineLimits { tags_bytes, body_bytes };
            let whole = decode_whole(stream.as_bytes(), limits);
            prop_assert_eq!(&decode(stream.as_bytes(), limits, &pieces), &whole);
            prop_assert_eq!(&decode(stream.as_bytes(), limits, &[1]), &whole);
            for line in whole.into_iter().flatten() {
                prop_assert!(!line.is_empty() && !line.contains(&b'\n'));
                prop_assert!(limits.check(&line).is_ok());
            }
        }
    }
}
