//! An open stream: lines in, bytes out, both bounded.

use std::io::{self, ErrorKind, IoSlice};
use std::mem;

use majlis_protocol::{LineDecoder, LineLimits};
use majlis_wire::Stream;

/// How many bytes are read in one turn; then others have theirs.
const TURN_BYTES: usize = 64 * 1024;
/// How many bytes may wait to be written. A server that does not take them is not read from either.
const UNSENT_MAX_BYTES: usize = 64 * 1024;
/// How many bytes one read takes.
const READ_BYTES: usize = 16 * 1024;

/// What a turn of reading brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// All that there was.
    Drained,
    /// There may be more already.
    More,
    /// The end.
    Ended,
}

/// Whether what a turn of reading brought is enough, so that the rest is left for the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IsEnough(pub(super) bool);

/// A stream with its line decoder and what is not yet sent.
#[derive(Debug)]
pub(super) struct Transport {
    stream: Stream,
    decoder: LineDecoder,
    /// What was read and not looked at, for the next turn; at most one read.
    unread: Vec<u8>,
    unsent: Vec<u8>,
}

impl Transport {
    /// Over this stream.
    pub(super) fn new(stream: Stream) -> Self {
        let decoder = LineDecoder::new(LineLimits::FROM_SERVER);
        Self { stream, decoder, unread: Vec::new(), unsent: Vec::new() }
    }

    /// The stream, for what it knows of the peer.
    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Where to put what is to be written.
    pub(super) fn unsent(&mut self) -> &mut Vec<u8> {
        &mut self.unsent
    }

    /// Reads a turn's worth, and hands on every line without its ending, until it is told that this is enough. Lines that are
    /// too long are passed over.
    pub(super) fn read(
        &mut self,
        mut handle_line: impl FnMut(&[u8]) -> IsEnough,
    ) -> io::Result<Reading> {
        let mut buffer = [0; READ_BYTES];
        let mut taken_bytes = 0;
        let unread = mem::take(&mut self.unread);
        if self.decode(&unread, &mut handle_line).0 {
            return Ok(Reading::More);
        }
        while taken_bytes < TURN_BYTES {
            if self.unsent.len() > UNSENT_MAX_BYTES {
                return Ok(Reading::Drained);
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(Reading::Ended),
                Ok(count) => {
                    taken_bytes += count;
                    if self.decode(&buffer[..count], &mut handle_line).0 {
                        return Ok(Reading::More);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Reading::Drained),
                Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(Reading::More),
                Err(error) => return Err(error),
            }
        }
        Ok(Reading::More)
    }

    /// Hands on what is left of earlier bytes, then these; keeps the rest, where there was enough before.
    fn decode(
        &mut self,
        bytes: &[u8],
        handle_line: &mut impl FnMut(&[u8]) -> IsEnough,
    ) -> IsEnough {
        let mut rest = bytes;
        loop {
            while let Some(line) = self.decoder.next_line() {
                match line.map(&mut *handle_line) {
                    Ok(IsEnough(false)) => {}
                    Ok(is_enough) => {
                        self.unread = rest.to_vec();
                        return is_enough;
                    }
                    Err(error) => tracing::debug!(%error, "a line of the server is passed over"),
                }
            }
            if rest.is_empty() {
                return IsEnough(false);
            }
            rest = &rest[self.decoder.push(rest)..];
        }
    }

    /// Writes what can be written now.
    pub(super) fn write(&mut self) -> io::Result<()> {
        let mut sent_bytes = 0;
        while sent_bytes < self.unsent.len() {
            match self.stream.write_vectored(&[IoSlice::new(&self.unsent[sent_bytes..])]) {
                Ok(0) => break,
                Ok(count) => sent_bytes += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.unsent.drain(..sent_bytes);
        if self.unsent.is_empty() {
            self.unsent = Vec::new();
        }
        match self.stream.flush() {
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }

    /// Says that nothing more will come from us, once all is written; what is left in here is lost.
    pub(super) fn close(&mut self) {
        self.stream.send_close();
    }
}
