//! Which batches are open (IRCv3 batch), and what their lines are for.
//!
//! A batch within another takes over its label and its use, so that nobody has to walk up from a line.

use std::collections::HashMap;

use majlis_protocol::{MessageBuf, MultilineText, WireLine};

/// How many batches may be open at once. The lines of any further one are taken as lines of none.
const BATCHES_MAX: usize = 64;

/// How long a message of many lines may become, each line with an ending; what comes beyond is left out.
const GATHERED_MAX_BYTES: usize = 256 * 1024;

/// What the lines of a batch are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum BatchUse {
    /// They mean what they would mean alone.
    #[default]
    Ordinary,
    /// They answer our history request.
    Answer,
    /// They are history that nobody asked for.
    Replay,
    /// They are what was found by a search.
    Found,
}

/// An open batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Batch {
    /// The label of the request that this answers, its own or that of a batch around it.
    pub(super) label: Option<u64>,
    /// Whether that label is its own, so that its end completes the answer.
    pub(super) ends_label: bool,
    /// What its lines are for.
    pub(super) purpose: BatchUse,
    /// Whether that use is its own, so that its end completes the page.
    pub(super) ends_page: bool,
}

impl Batch {
    /// What a batch is, given the one around it, its own label and the use that its type gives it.
    pub(super) fn within(parent: Self, label: Option<u64>, purpose: BatchUse) -> Self {
        let has_own_use = parent.purpose == BatchUse::Ordinary && purpose != BatchUse::Ordinary;
        Self {
            label: label.or(parent.label),
            ends_label: label.is_some(),
            purpose: if has_own_use { purpose } else { parent.purpose },
            ends_page: has_own_use,
        }
    }
}

/// A message whose lines are still coming (draft/multiline).
#[derive(Debug)]
pub(super) struct Gathered {
    /// The line that opened the batch: it has the message's tags, its source and its target.
    pub(super) opener: MessageBuf,
    /// The command of its lines; empty until the first one came.
    pub(super) command: String,
    /// What came of it.
    pub(super) text: MultilineText,
}

impl Gathered {
    /// A message of which nothing came yet.
    pub(super) fn new(opener: MessageBuf) -> Self {
        Self { opener, command: String::new(), text: MultilineText::default() }
    }

    /// One more line. A line of another kind than the first is none of it.
    pub(super) fn push(&mut self, command: &str, line: WireLine<'_>) {
        if self.command.is_empty() {
            command.clone_into(&mut self.command);
        }
        let bytes = self.text.text_bytes() + self.text.line_count() + line.text.len();
        if self.command == command && bytes <= GATHERED_MAX_BYTES {
            self.text.push(line);
        }
    }
}

/// The open batches of a connection, at most [`BATCHES_MAX`].
#[derive(Debug, Default)]
pub(super) struct Batches {
    open: HashMap<String, Batch>,
    gathered: HashMap<String, Gathered>,
}

impl Batches {
    /// A batch begins.
    pub(super) fn open(&mut self, reference: &str, batch: Batch) {
        if self.open.len() < BATCHES_MAX {
            self.open.insert(reference.to_owned(), batch);
        }
    }

    /// The lines of an open batch are those of one message.
    pub(super) fn gather(&mut self, reference: &str, opener: MessageBuf) {
        if self.open.contains_key(reference) {
            self.gathered.insert(reference.to_owned(), Gathered::new(opener));
        }
    }

    /// The message to which the lines of a batch belong, if they do.
    pub(super) fn gathered(&mut self, reference: Option<&str>) -> Option<&mut Gathered> {
        self.gathered.get_mut(reference?)
    }

    /// A batch ends, with the message that its lines were, if they were one.
    pub(super) fn close(&mut self, reference: &str) -> Option<(Batch, Option<Gathered>)> {
        Some((self.open.remove(reference)?, self.gathered.remove(reference)))
    }

    /// The batch that a line says it belongs to; one that nothing is known of is as good as none.
    pub(super) fn get(&self, reference: Option<&str>) -> Option<Batch> {
        reference.and_then(|reference| self.open.get(reference)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_within_another_takes_over_its_label_and_its_use() {
        let outer = Batch::within(Batch::default(), Some(7), BatchUse::Ordinary);
        let page = Batch::within(outer, None, BatchUse::Answer);
        let inner = Batch::within(page, None, BatchUse::Replay);
        assert_eq!((page.label, page.ends_label, page.ends_page), (Some(7), false, true));
        assert_eq!(inner.purpose, BatchUse::Answer);
        assert_eq!((inner.ends_label, inner.ends_page), (false, false));
    }

    #[test]
    fn a_message_whose_lines_never_end_is_cut() {
        let opener = MessageBuf::parse(b":a!u@h BATCH +1 draft/multiline #a").expect("a line");
        let mut gathered = Gathered::new(opener);
        let line = WireLine { text: &"x".repeat(400), is_joined: false };
        (0..2000).for_each(|_| gathered.push("PRIVMSG", line));
        (0..500_000).for_each(|_| gathered.push("PRIVMSG", WireLine { text: "", ..line }));
        gathered.push("NOTICE", WireLine { text: "y", ..line });
        assert!(gathered.text.into_kept().len() <= GATHERED_MAX_BYTES + 1);
    }

    #[test]
    fn a_server_that_opens_batches_without_end_is_not_followed() {
        let mut batches = Batches::default();
        for number in 0..1000 {
            batches.open(&number.to_string(), Batch::default());
        }
        assert_eq!(batches.open.len(), BATCHES_MAX);
        assert!(batches.get(Some("0")).is_some());
        assert!(batches.get(Some("999")).is_none());
    }
}
