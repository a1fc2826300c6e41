//! Who may do what in a room: enter it, speak in it, see it, read its history.
//!
//! Owns the meaning of the modes that keep people out or quiet (modern.ircdocs.horse, "Channel Modes"). How modes are set is
//! the mode command's affair.

use majlis_protocol::{Timestamp, combined_text, wire_lines};

use super::Hub;
use super::channel::{Channel, Rank};
use super::refusal::Refusal;
use super::user::{User, UserId};
use crate::event::{Founder, Readable, RoomId};

/// What begins and ends what programs ask each other; `ACTION` alone is talk.
const CTCP: char = '\u{1}';

impl Hub {
    /// Whether somebody may enter a room: its founder always may, and who was let in by an operator of it.
    pub(super) fn check_entry(
        &self,
        user: UserId,
        room: RoomId,
        key: Option<&str>,
    ) -> Result<(), Refusal> {
        let (channel, who) = (&self.channels[room], &self.users[user]);
        if who.invitations.opens(room) || is_founder(channel, who) {
            return Ok(());
        }
        let name = channel.name.as_str();
        let limit = channel.modes.limit.map_or(usize::MAX, |limit| limit as usize);
        if channel.lists.is_banned(who) {
            Err(Refusal::banned_from_channel(name))
        } else if channel.has('i') && !channel.lists.is_expected(who) {
            Err(Refusal::invite_only(name))
        } else if channel.has('R') && who.account.is_none() {
            Err(Refusal::needs_account(name, "Cannot join channel (+R): sign in first"))
        } else if channel.modes.key.is_some() && channel.modes.key.as_deref() != key {
            Err(Refusal::wrong_key(name))
        } else if channel.members.len() >= limit {
            Err(Refusal::channel_full(name))
        } else {
            Ok(())
        }
    }

    /// Whether somebody may say this in a room now. Who has a rank there is held by `+n` and `+C` alone.
    pub(super) fn check_speech(
        &self,
        user: UserId,
        room: RoomId,
        text: &str,
        is_slowed: bool,
    ) -> Result<(), Refusal> {
        let (channel, who) = (&self.channels[room], &self.users[user]);
        let refuse = |why| Err(Refusal::cannot_send(channel.name.as_str(), why));
        if channel.has('n') && !channel.members.contains_key(&user) {
            return refuse("");
        }
        if channel.has('C') && asks_programs(text) {
            return refuse(" (+C)");
        }
        if channel.has_rank(user, Rank::Voice) {
            return Ok(());
        }
        if channel.has('m') {
            return refuse(" (+m)");
        }
        if channel.has('M') && who.account.is_none() {
            return refuse(" (+M): sign in first");
        }
        if channel.lists.is_muted(who) {
            return refuse(" (+b)");
        }
        match self.slow_wait_ms(channel, user).filter(|_| is_slowed) {
            Some(wait_ms) => refuse(&format!(" (+S): wait {} seconds", wait_ms.div_ceil(1000))),
            None => Ok(()),
        }
    }

    /// How long slow mode keeps somebody quiet from now on.
    fn slow_wait_ms(&self, channel: &Channel, user: UserId) -> Option<u64> {
        let slow_ms = u64::from(channel.modes.slow_seconds?) * 1000;
        channel.last_words.wait_ms(self.users[user].author, self.now.monotonic_ms, slow_ms)
    }

    /// Whether somebody may know who is in a room, and that it is there.
    pub(super) fn may_see(&self, user: UserId, room: RoomId) -> bool {
        let channel = &self.channels[room];
        !channel.has('s') || channel.members.contains_key(&user)
    }

    /// Whether somebody may read of a room's history at all: who is in it may, and who may join it, unless newcomers read
    /// nothing of before (`+H`).
    pub(super) fn may_read(&self, user: UserId, room: RoomId) -> bool {
        let channel = &self.channels[room];
        channel.members.contains_key(&user)
            || !channel.has('H') && self.check_entry(user, room, None).is_ok()
    }

    /// Where somebody may read, as far as they may: all of it, or in a room with `+H` what was said since they came. Who keeps
    /// order in it could lift that, and reads everything.
    pub(super) fn readable(&self, user: UserId, room: RoomId) -> Readable {
        let channel = self.channels.get(room).filter(|channel| channel.has('H'));
        let since = channel.map(|channel| self.is_in_since(user, room, channel));
        Readable { room, since: since.unwrap_or_default() }
    }

    /// An account's person is in their rooms while they are away, too.
    fn is_in_since(&self, user: UserId, room: RoomId, channel: &Channel) -> Timestamp {
        let Some(member) = channel.members.get(&user) else { return Timestamp(u64::MAX) };
        if member.rank() >= Rank::HalfOperator {
            return Timestamp(0);
        }
        let account = self.users[user].account_id;
        let kept = account.and_then(|account| self.kept.since(account, room));
        kept.map_or(member.since(), |kept| kept.min(member.since()))
    }

    /// Whether somebody may know of another who is in none of the rooms that are looked at.
    pub(super) fn may_find(&self, user: UserId, other: UserId) -> bool {
        let hidden = &self.users[other];
        user == other
            || !hidden.modes.contains('i')
            || self.users[user].modes.contains('o')
            || !hidden.rooms.is_disjoint(&self.users[user].rooms)
    }

    /// Whether somebody may know that another is in a room.
    pub(super) fn may_see_in(&self, user: UserId, other: UserId, room: RoomId) -> bool {
        user == other
            || self.channels[room].members.contains_key(&user)
            || self.may_see(user, room) && self.may_find(user, other)
    }

    pub(super) fn is_founder(&self, user: UserId, room: RoomId) -> bool {
        is_founder(&self.channels[room], &self.users[user])
    }

    /// That somebody has at least this rank in a room.
    pub(super) fn check_rank(
        &self,
        user: UserId,
        room: RoomId,
        least: Rank,
    ) -> Result<(), Refusal> {
        let channel = &self.channels[room];
        if channel.has_rank(user, least) {
            Ok(())
        } else {
            Err(Refusal::not_operator(channel.name.as_str()))
        }
    }
}

fn is_founder(channel: &Channel, user: &User) -> bool {
    match &channel.founder {
        Some(Founder::Account(account)) => user.account.as_deref() == Some(account),
        Some(Founder::Device(key)) => user.device_key == Some(*key),
        None => false,
    }
}

/// Whether any receiver's program would take it for a question: as a whole, or line by line.
fn asks_programs(text: &str) -> bool {
    is_question(&combined_text(text)) || wire_lines(text).any(|line| is_question(line.text))
}

/// Whether a text is what programs ask or answer each other, and no `/me`.
fn is_question(text: &str) -> bool {
    let inner = text.strip_prefix(CTCP);
    inner.is_some_and(|inner| inner.split([' ', CTCP]).next() != Some("ACTION"))
}
