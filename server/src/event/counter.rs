//! A number that the thread it belongs to changes, and everybody may read.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts, or tells how many there are just now.
///
/// One thread alone may change it: it is a plain load and store, which costs nothing where it is busiest.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// So many more.
    pub fn add(&self, count: u64) {
        self.set(self.get().wrapping_add(count));
    }

    /// From now on it is this.
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// What it was a moment ago.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
