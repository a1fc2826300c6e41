//! Rooms that nobody has used for long (identity.md, "A room's life").
//!
//! A lasting room that was empty for the time that the settings name is archived: it is in no list and counts no more among
//! the server's rooms. Nothing of it is lost. It keeps its name, history, modes, lists and ranks, and whoever may come in
//! still may: with the first to join, it is a room like any other again.

use super::Hub;
use super::channel::Channel;
use crate::event::{Founder, RoomId, Write};

/// How exactly it is known when a room was last used.
const USE_EXACT_MS: u64 = 24 * 60 * 60 * 1000;

/// How often rooms with people in them are looked at.
const USE_LOOKED_AT_EVERY_MS: u64 = 60 * 60 * 1000;

impl Hub {
    pub(super) fn is_archived(&self, channel: &Channel) -> bool {
        let unused_ms = self.now.wall.0.saturating_sub(channel.used.0);
        channel.lasting
            && channel.members.is_empty()
            && unused_ms >= self.settings.limits.archive_after_ms
            && channel.name.folded() != self.settings.lobby.folded()
    }

    /// How many rooms there are that are not archived.
    pub(super) fn room_count(&self) -> usize {
        self.channels.iter().filter(|(_, channel)| !self.is_archived(channel)).count()
    }

    /// How many of those an account made.
    pub(super) fn rooms_founded(&self, account: &str) -> usize {
        let is_meant = |channel: &Channel| matches!(&channel.founder, Some(Founder::Account(founder)) if founder == account);
        let rooms = self.channels.iter();
        rooms.filter(|(_, channel)| is_meant(channel) && !self.is_archived(channel)).count()
    }

    /// Notes that somebody is in a room, or was until now.
    pub(super) fn note_use(&mut self, room: RoomId) {
        let now = self.now.wall;
        let channel = &mut self.channels[room];
        if channel.lasting && now.0.saturating_sub(channel.used.0) >= USE_EXACT_MS {
            channel.used = now;
            self.store(Write::RoomUsed { room, time: now });
        }
    }

    /// The same for every room with people in it, once in an hour.
    pub(super) fn note_uses(&mut self) {
        if self.now.monotonic_ms < self.looks_at_use_ms {
            return;
        }
        self.looks_at_use_ms = self.now.monotonic_ms + USE_LOOKED_AT_EVERY_MS;
        let used = self.channels.iter().filter(|(_, channel)| !channel.members.is_empty());
        for room in used.map(|(room, _)| room).collect::<Vec<_>>() {
            self.note_use(room);
        }
    }
}
