//! Which connection wants to be looked at when.
//!
//! A heap of instants. Nothing is ever taken out early: whoever is woken looks whether it is time, and a connection
//! enters itself once for its earliest deadline only, so that the heap stays about as long as there are connections.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// The heap; `slot` is a connection's place in the reactor's table.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    heap: BinaryHeap<Reverse<(Instant, usize)>>,
}

impl Deadlines {
    /// Wakes this slot at that instant.
    pub(crate) fn push(&mut self, at: Instant, slot: usize) {
        self.heap.push(Reverse((at, slot)));
    }

    /// The earliest entry.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes out the earliest entry, if its time has come.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<(Instant, usize)> {
        self.next().filter(|at| *at <= now)?;
        self.heap.pop().map(|Reverse(entry)| entry)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn due_entries_come_earliest_first() {
        let now = Instant::now();
        let at = |ms| now + Duration::from_millis(ms);
        let mut deadlines = Deadlines::default();
        for (ms, slot) in [(30, 3), (10, 1), (20, 2)] {
            deadlines.push(at(ms), slot);
        }
        assert_eq!(deadlines.next(), Some(at(10)));
        assert_eq!(deadlines.pop_due(at(9)), None);
        assert_eq!(deadlines.pop_due(at(25)), Some((at(10), 1)));
        assert_eq!(deadlines.pop_due(at(25)), Some((at(20), 2)));
        assert_eq!(deadlines.pop_due(at(25)), None);
    }
}
