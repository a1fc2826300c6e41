//! What connections want to hear of, in bounded lists: the nicks they watch, the keys they subscribed to.
//!
//! Owns that a list and the way back from a name to its holders agree.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};

use crate::event::ConnId;

/// All lists, both ways. Names are in the form that is looked up.
#[derive(Debug, Default)]
pub(super) struct Interests {
    holders: HashMap<String, IndexSet<ConnId>>,
    /// The names of each list, as looked up and as asked for.
    lists: HashMap<ConnId, IndexMap<String, String>>,
}

impl Interests {
    /// Puts a name on a list that has room for it; returns whether it is new there, or nothing where the list is full.
    pub(super) fn add(
        &mut self,
        conn: ConnId,
        name: &str,
        asked_for: &str,
        max: usize,
    ) -> Option<bool> {
        let list = self.lists.entry(conn).or_default();
        if list.contains_key(name) {
            return Some(false);
        }
        if list.len() >= max {
            return None;
        }
        list.insert(name.to_owned(), asked_for.to_owned());
        self.holders.entry(name.to_owned()).or_default().insert(conn);
        Some(true)
    }

    pub(super) fn remove(&mut self, conn: ConnId, name: &str) {
        let list = self.lists.get_mut(&conn);
        if list.is_some_and(|list| list.shift_remove(name).is_some()) {
            self.forget_holder(conn, name);
        }
    }

    /// Empties a list.
    pub(super) fn clear(&mut self, conn: ConnId) {
        for name in self.lists.remove(&conn).unwrap_or_default().into_keys() {
            self.forget_holder(conn, &name);
        }
    }

    /// The names on a list, as asked for.
    pub(super) fn list(&self, conn: ConnId) -> Vec<String> {
        self.lists.get(&conn).map(|list| list.values().cloned().collect()).unwrap_or_default()
    }

    /// How many names are on a list.
    pub(super) fn count(&self, conn: ConnId) -> usize {
        self.lists.get(&conn).map_or(0, IndexMap::len)
    }

    /// Whether a name is on a list.
    pub(super) fn has(&self, conn: ConnId, name: &str) -> bool {
        self.lists.get(&conn).is_some_and(|list| list.contains_key(name))
    }

    /// Whose lists a name is on.
    pub(super) fn holders(&self, name: &str) -> impl Iterator<Item = ConnId> {
        self.holders.get(name).into_iter().flatten().copied()
    }

    fn forget_holder(&mut self, conn: ConnId, name: &str) {
        if let Some(holders) = self.holders.get_mut(name) {
            holders.swap_remove(&conn);
            if holders.is_empty() {
                self.holders.remove(name);
            }
        }
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Interests {
    pub(super) fn verify(&self, is_open: impl Fn(ConnId) -> bool, max: usize) {
        for (conn, list) in &self.lists {
            assert!(is_open(*conn) && list.len() <= max);
            assert!(list.keys().all(|name| self.holders[name].contains(conn)));
        }
        let listed: usize = self.lists.values().map(IndexMap::len).sum();
        assert_eq!(listed, self.holders.values().map(IndexSet::len).sum::<usize>());
    }
}
