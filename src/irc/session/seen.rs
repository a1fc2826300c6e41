//! Which messages were told already.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// How many identifiers are remembered. Doubles come close to their originals: what a server repeats, or sends both live
/// and as the newest page of history.
const SEEN_MAX: usize = 8192;

/// The identifiers told last, at most [`SEEN_MAX`].
#[derive(Debug, Default)]
pub(super) struct Seen {
    ids: HashSet<Arc<str>>,
    order: VecDeque<Arc<str>>,
}

impl Seen {
    /// Remembers an identifier; `false` where it was known.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        if self.ids.contains(id) {
            return false;
        }
        let id: Arc<str> = id.into();
        self.ids.insert(Arc::clone(&id));
        self.order.push_back(id);
        if self.order.len() > SEEN_MAX {
            let oldest = self.order.pop_front().expect("the queue was found longer than its bound");
            self.ids.remove(&oldest);
        }
        true
    }

    /// Whether an identifier is remembered.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.ids.contains(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_new_once_and_the_oldest_is_forgotten() {
        let mut seen = Seen::default();
        assert!(seen.insert("a"));
        assert!(!seen.insert("a"));
        for number in 0..SEEN_MAX {
            assert!(seen.insert(&number.to_string()));
        }
        assert!(!seen.contains("a"));
        assert!(seen.contains("0"));
        assert_eq!(seen.ids.len(), SEEN_MAX);
    }
}
