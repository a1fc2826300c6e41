//! The rooms that somebody is invited into.
//!
//! Owns that an invitation is remembered once and that only so many are. A room that has ended is for the reader to pass
//! over: rooms' identities never come again.

use crate::event::RoomId;

/// Whether each opens the door or only says that one is welcome, the earliest first.
#[derive(Debug, Default)]
pub(super) struct Invitations {
    rooms: Vec<(RoomId, bool)>,
}

impl Invitations {
    /// Remembers an invitation, as the newest; the oldest of more than `max` is forgotten.
    pub(super) fn add(&mut self, room: RoomId, opens: bool, max: usize) {
        let opened = self.opens(room);
        self.remove(room);
        self.rooms.push((room, opens || opened));
        if self.rooms.len() > max {
            self.rooms.remove(0);
        }
    }

    pub(super) fn remove(&mut self, room: RoomId) {
        self.rooms.retain(|&(invited, _)| invited != room);
    }

    /// Whether somebody who decides about the room has let them in.
    pub(super) fn opens(&self, room: RoomId) -> bool {
        self.rooms.iter().any(|&(invited, opens)| invited == room && opens)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = RoomId> {
        self.rooms.iter().map(|&(room, _)| room)
    }
}
