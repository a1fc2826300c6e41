//! Which batches are open (IRCv3 batch), and what their lines are for.
//!
//! A batch within another takes over its label and its use, so that nobody has to walk up from a line.

use std::collections::HashMap;

/// How many batches may be open at once. The lines of any further one are taken as lines of none.
const BATCHES_MAX: usize = 64;

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

/// The open batches of a connection, at most [`BATCHES_MAX`].
#[derive(Debug, Default)]
pub(super) struct Batches {
    open: HashMap<String, Batch>,
}

impl Batches {
    /// A batch begins.
    pub(super) fn open(&mut self, reference: &str, batch: Batch) {
        if self.open.len() < BATCHES_MAX {
            self.open.insert(reference.to_owned(), batch);
        }
    }

    /// A batch ends.
    pub(super) fn close(&mut self, reference: &str) -> Option<Batch> {
        self.open.remove(reference)
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
