//! Ranks that are kept: what registered people are in a lasting room whenever they come (identity.md, "A room's life").
//!
//! Owns that an account's ranks are those its person was last given or left with, whether they are there or not. Founders
//! need none: they are operators of their rooms in any case. Who may give and take ranks is the MODE command's affair.

use std::sync::Arc;

use majlis_protocol::fold;

use super::channel::{Membership, RANK_LETTERS};
use super::user::UserId;
use super::{Hub, HubSettings};
use crate::event::{AccountId, Action, Letters, RoomId, Write};

impl Hub {
    /// What somebody is who comes into a room: its founder is its operator, and whom the settings name the lobby's; others
    /// are what they were.
    pub(super) fn arriving_membership(&self, user: UserId, room: RoomId) -> Membership {
        if self.is_always_operator(user, room) {
            return Membership::operator();
        }
        let account = self.users[user].account_id;
        let ranks = account.and_then(|account| self.channels[room].ranks.get(&account));
        ranks.map_or_else(Membership::default, |&ranks| Membership::of(ranks))
    }

    /// Whether somebody made the room, or is one of those that the settings name for the lobby.
    fn is_always_operator(&self, user: UserId, room: RoomId) -> bool {
        let HubSettings { lobby, lobby_operators, .. } = &self.settings;
        let is_named = |account: &str| {
            let folded = fold(account);
            lobby_operators.iter().any(|name| name.folded() == folded)
        };
        let is_lobby = self.channels[room].name.folded() == lobby.folded();
        self.is_founder(user, room)
            || is_lobby && self.users[user].account.as_deref().is_some_and(is_named)
    }

    /// Keeps what a member is now, if they have an account and the room lasts.
    pub(super) fn keep_ranks(&mut self, user: UserId, room: RoomId) {
        let Some(account) = self.users[user].account_id else { return };
        let channel = &self.channels[room];
        let member = channel.members.get(&user).filter(|_| channel.lasting);
        let member = member.filter(|_| !self.is_always_operator(user, room));
        let Some(member) = member else { return };
        self.set_kept_ranks(room, account, member.letters());
    }

    /// The room begins to last: what its members are is kept from now on.
    pub(super) fn keep_all_ranks(&mut self, room: RoomId) {
        for user in self.channels[room].members.keys().copied().collect::<Vec<_>>() {
            self.keep_ranks(user, room);
        }
    }

    /// The room lasts no more: what members are ends with their stay.
    pub(super) fn forget_all_ranks(&mut self, room: RoomId) {
        for account in self.channels[room].ranks.keys().copied().collect::<Vec<_>>() {
            self.set_kept_ranks(room, account, Letters::default());
        }
    }

    fn set_kept_ranks(&mut self, room: RoomId, account: AccountId, ranks: Letters) {
        let kept = &mut self.channels[room].ranks;
        let before = if ranks.is_empty() {
            kept.shift_remove(&account)
        } else {
            kept.insert(account, ranks)
        };
        if before.unwrap_or_default() != ranks {
            self.store(Write::RanksSet { room, account, ranks });
        }
    }

    /// Tells those in a room what somebody is who has just come.
    pub(super) fn tell_arriving_ranks(&mut self, user: UserId, room: RoomId) {
        let channel = &self.channels[room];
        let letters = channel.members.get(&user).map(|member| member.letters()).unwrap_or_default();
        if letters.is_empty() || channel.members.len() == 1 {
            return;
        }
        let given: String = RANK_LETTERS.chars().filter(|&c| letters.contains(c)).collect();
        let nick = &self.users[user].source().nick;
        let params = given.chars().map(|_| Arc::clone(nick)).collect();
        let target = channel.name.as_str().into();
        let action = Action::Mode { target, change: format!("+{given}").into(), params };
        let relay = self.event_of_server(action);
        self.keep_event(room, &relay);
        self.tell_room(room, None, &relay);
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Hub {
    /// Fails where ranks are kept that nobody can have.
    pub(super) fn verify_ranks(&self) {
        for (room, channel) in self.channels.iter() {
            assert!(channel.lasting || channel.ranks.is_empty(), "{room:?} does not last");
            for (account, ranks) in &channel.ranks {
                assert!(self.accounts.get(*account).is_some(), "{account:?} is gone");
                assert!(!ranks.is_empty(), "no rank is kept for {account:?}");
            }
        }
    }
}
