//! The rooms that somebody is in.
//!
//! There is such a set for each user and for each of their connections, and most hold one or two rooms: so it is a list in
//! order, which takes a tenth of the memory of a hash table and is searched by halves.

use crate::event::RoomId;

/// Rooms, each once, the oldest room first.
#[derive(Clone, Debug, Default)]
pub(super) struct RoomSet(Vec<RoomId>);

impl RoomSet {
    /// Adds a room; whether it is new.
    pub(super) fn insert(&mut self, room: RoomId) -> bool {
        match self.0.binary_search(&room) {
            Ok(_) => false,
            Err(place) => {
                self.0.insert(place, room);
                true
            }
        }
    }

    /// Takes a room out; whether it was there. With the last one the memory goes, too.
    pub(super) fn remove(&mut self, room: RoomId) -> bool {
        let place = self.0.binary_search(&room);
        if let Ok(place) = place {
            self.0.remove(place);
            if self.0.is_empty() {
                self.0 = Vec::new();
            }
        }
        place.is_ok()
    }

    pub(super) fn contains(&self, room: RoomId) -> bool {
        self.0.binary_search(&room).is_ok()
    }

    /// Whether no room is in both.
    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        !self.iter().any(|room| other.contains(room))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = RoomId> {
        self.0.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl IntoIterator for RoomSet {
    type Item = RoomId;
    type IntoIter = std::vec::IntoIter<RoomId>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set_of(rooms: &BTreeSet<u64>) -> RoomSet {
        let mut set = RoomSet::default();
        for &room in rooms.iter().rev() {
            assert!(set.insert(RoomId(room)));
        }
        set
    }

    proptest! {
        #[test]
        fn it_is_a_set(steps in proptest::collection::vec((any::<bool>(), 0_u64..8), 0..40)) {
            let (mut set, mut expected) = (RoomSet::default(), BTreeSet::new());
            for (is_added, room) in steps {
                if is_added {
                    prop_assert_eq!(set.insert(RoomId(room)), expected.insert(room));
                } else {
                    prop_assert_eq!(set.remove(RoomId(room)), expected.remove(&room));
                }
                prop_assert!(set.iter().map(|room| room.0).eq(expected.iter().copied()));
                prop_assert_eq!(set.len(), expected.len());
                prop_assert_eq!(set.0.is_empty(), set.0.capacity() == 0);
                prop_assert_eq!(set.contains(RoomId(room)), is_added);
            }
        }

        #[test]
        fn sets_are_disjoint_if_they_share_nothing(
            one in proptest::collection::btree_set(0_u64..20, 0..6),
            other in proptest::collection::btree_set(0_u64..20, 0..6),
        ) {
            let is_disjoint = set_of(&one).is_disjoint(&set_of(&other));
            prop_assert_eq!(is_disjoint, one.is_disjoint(&other));
        }
    }
}
