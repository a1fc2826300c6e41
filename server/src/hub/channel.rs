//! Rooms (IRC's channels): who is in them and what they remember.
//!
//! Owns membership, topics and modes as data, and which name means which room. Rights and relays are the commands' affair.

use std::collections::HashMap;
use std::ops::{Index, IndexMut};

use indexmap::IndexMap;
use majlis_protocol::{Name, Timestamp, fold};

use super::user::UserId;
use crate::event::{RestoredRoom, RoomId, Topic};

/// One room's life.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) name: Name,
    pub(super) made: Timestamp,
    /// Whether it outlives its last member.
    pub(super) lasting: bool,
    pub(super) topic: Option<Topic>,
    pub(super) members: IndexMap<UserId, Membership>,
    /// Modes and ranks are not stored: after a restart a room has the usual modes and no operator.
    pub(super) modes: Modes,
    /// Restored and still empty: when it ends, on the monotonic clock.
    pub(super) ends_at_ms: Option<u64>,
}

/// What a member may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Membership {
    /// `+o`
    pub(super) operator: bool,
    /// `+v`
    pub(super) voice: bool,
}

impl Membership {
    /// `@`, `+` or nothing: the highest only, or all of them (multi-prefix).
    pub(super) fn prefix(self, all: bool) -> &'static str {
        match (self.operator, self.voice) {
            (true, true) if all => "@+",
            (true, _) => "@",
            (false, true) => "+",
            (false, false) => "",
        }
    }
}

/// The modes of a room that take no parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Modes {
    /// `+n`: only members speak in it.
    pub(super) members_only: bool,
    /// `+t`: only operators set the topic.
    pub(super) topic_locked: bool,
}

impl Default for Modes {
    fn default() -> Self {
        Self { members_only: true, topic_locked: true }
    }
}

impl Modes {
    /// As on the wire: `+nt`.
    pub(super) fn flags(self) -> &'static str {
        match (self.members_only, self.topic_locked) {
            (true, true) => "+nt",
            (true, false) => "+n",
            (false, true) => "+t",
            (false, false) => "+",
        }
    }
}

impl Channel {
    /// A room as the store gives it back, or a new one in the same form.
    pub(super) fn new(room: RestoredRoom, name: Name, ends_at_ms: Option<u64>) -> Self {
        Self {
            name,
            made: room.made,
            lasting: room.lasting,
            topic: room.topic,
            members: IndexMap::new(),
            modes: Modes::default(),
            ends_at_ms,
        }
    }

    pub(super) fn is_operator(&self, user: UserId) -> bool {
        self.members.get(&user).is_some_and(|member| member.operator)
    }
}

/// All rooms, by identity and by name.
#[derive(Debug, Default)]
pub(super) struct Channels {
    by_id: IndexMap<RoomId, Channel>,
    by_name: HashMap<String, RoomId>,
}

impl Channels {
    pub(super) fn find(&self, name: &str) -> Option<RoomId> {
        self.by_name.get(&fold(name)).copied()
    }

    pub(super) fn get(&self, id: RoomId) -> Option<&Channel> {
        self.by_id.get(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RoomId, &Channel)> {
        self.by_id.iter().map(|(&id, channel)| (id, channel))
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Adds a room under a name that no other has.
    pub(super) fn insert(&mut self, id: RoomId, channel: Channel) {
        self.by_name.insert(channel.name.folded().to_owned(), id);
        self.by_id.insert(id, channel);
    }

    pub(super) fn remove(&mut self, id: RoomId) {
        if let Some(channel) = self.by_id.swap_remove(&id) {
            self.by_name.remove(channel.name.folded());
        }
    }
}

/// Of rooms that are known to be there: whichever a membership names.
impl Index<RoomId> for Channels {
    type Output = Channel;

    fn index(&self, id: RoomId) -> &Channel {
        &self.by_id[&id]
    }
}

impl IndexMut<RoomId> for Channels {
    fn index_mut(&mut self, id: RoomId) -> &mut Channel {
        &mut self.by_id[&id]
    }
}

#[cfg(test)]
impl Channels {
    pub(super) fn verify(&self) {
        assert_eq!(
            self.by_name.len(),
            self.by_id.len(),
            "every room has one name, and no other has it"
        );
        for (id, channel) in &self.by_id {
            assert_eq!(self.by_name.get(channel.name.folded()), Some(id));
        }
    }
}
