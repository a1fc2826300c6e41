//! When people last spoke in a room with slow mode (`+S`).
//!
//! Owns that the wait is the person's and not the membership's: who leaves and comes back, with an account or a device's key
//! even by another connection, waits as long as who stays, and so does who speaks from outside.

use indexmap::IndexMap;

use crate::event::Author;

/// So many people a room remembers at once; beyond it those are forgotten who may speak again, or else any.
const REMEMBERED_MAX: usize = 1_000;

/// Times on the monotonic clock, by whose words they were.
#[derive(Debug, Default)]
pub(super) struct LastWords(IndexMap<Author, u64>);

impl LastWords {
    /// Notes that somebody speaks, in a room where they then wait for so long.
    pub(super) fn note(&mut self, author: Author, now_ms: u64, slow_ms: u64) {
        if self.0.len() >= REMEMBERED_MAX && !self.0.contains_key(&author) {
            self.0.retain(|_, spoke_ms| *spoke_ms + slow_ms > now_ms);
            if self.0.len() >= REMEMBERED_MAX {
                self.0.swap_remove_index(0);
            }
        }
        self.0.insert(author, now_ms);
    }

    /// How long somebody still waits; nothing where they need not.
    pub(super) fn wait_ms(&self, author: Author, now_ms: u64, slow_ms: u64) -> Option<u64> {
        let spoke_ms = self.0.get(&author)?;
        (spoke_ms + slow_ms).checked_sub(now_ms).filter(|&wait_ms| wait_ms > 0)
    }

    /// Forgets them all: slow mode is over.
    pub(super) fn clear(&mut self) {
        self.0 = IndexMap::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author(number: usize) -> Author {
        Author((number as u128).to_be_bytes())
    }

    #[test]
    fn a_crowd_is_not_remembered_without_end() {
        let mut words = LastWords::default();
        for number in 0..REMEMBERED_MAX {
            words.note(author(number), 0, 10);
        }
        words.note(author(REMEMBERED_MAX), 9, 10);
        assert_eq!(words.0.len(), REMEMBERED_MAX);
        assert_eq!(words.wait_ms(author(REMEMBERED_MAX), 9, 10), Some(10));
        words.note(author(1), 9, 10);
        assert_eq!(words.0.len(), REMEMBERED_MAX, "one who is known takes no place");
        words.note(author(REMEMBERED_MAX + 1), 10, 10);
        assert_eq!(words.0.len(), 3, "the others may speak again");
        words.clear();
        assert_eq!(words.wait_ms(author(1), 10, 10), None);
    }
}
