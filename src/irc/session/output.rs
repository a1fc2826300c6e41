//! What is to be written to the socket, and the labels that answers come back with.
//!
//! Owns bytes on their way out and which request a label stands for; what an answer means is its asker's.

use std::collections::HashMap;

use majlis_protocol::Encoder;
use uuid::Uuid;

/// Lines on their way out.
#[derive(Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
}

impl Output {
    /// Adds a line; `false` where it cannot be said in IRC (too long, or a parameter with a space or a line break), and then
    /// nothing is added.
    pub(super) fn send(&mut self, line: &Encoder<'_>) -> bool {
        let start = self.bytes.len();
        let result = line.write_to(&mut self.bytes);
        if let Err(error) = &result {
            self.bytes.truncate(start);
            tracing::debug!(%error, "a line cannot be sent");
        }
        result.is_ok()
    }

    /// Moves everything to the end of `into`.
    pub(super) fn move_to(&mut self, into: &mut Vec<u8>) {
        into.append(&mut self.bytes);
    }
}

/// What a label was given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Labelled {
    /// A message of ours.
    Send(Uuid),
    /// A JOIN of the room with this key.
    Join(String),
    /// The history request under way.
    History,
    /// A line of the question with this number.
    Question(u32),
    /// That we are writing, which nobody misses where it is not taken.
    Typing,
}

/// The line with a label, where it is to be answered by one.
pub(super) fn labelled<'a>(line: Encoder<'a>, label: Option<&'a str>) -> Encoder<'a> {
    match label {
        Some(label) => line.tag("label", label),
        None => line,
    }
}

/// The labels of one connection (IRCv3 labeled-response): numbers, each used once.
#[derive(Debug, Default)]
pub(super) struct Labels {
    last: u64,
    open: HashMap<u64, Labelled>,
}

impl Labels {
    /// A number that this connection has not used.
    pub(super) fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// A fresh label, to be looked up when the answer comes.
    pub(super) fn open(&mut self, purpose: Labelled) -> u64 {
        let label = self.next_number();
        self.open_as(label, purpose);
        label
    }

    /// Makes a label of a number that [`next_number`](Self::next_number) gave.
    pub(super) fn open_as(&mut self, label: u64, purpose: Labelled) {
        self.open.insert(label, purpose);
    }

    /// What a label stands for, while its answer is not complete.
    pub(super) fn get(&self, label: u64) -> Option<&Labelled> {
        self.open.get(&label)
    }

    /// The answer is complete.
    pub(super) fn close(&mut self, label: u64) -> Option<Labelled> {
        self.open.remove(&label)
    }
}
