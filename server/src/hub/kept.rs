//! The rooms of accounts, which they are in again at their next sign-in.
//!
//! Owns which rooms an account's person has come into and not left, whether they are here or not. Who comes in counts while
//! they bear the account's name; under another nick the same person may be in other rooms. Who is out is out under any nick.
//! Since when they are in counts where newcomers read nothing of before (`+H`).

use std::collections::HashMap;

use indexmap::IndexMap;
use majlis_protocol::Timestamp;

use super::Hub;
use super::user::UserId;
use crate::event::{AccountId, KeptRoom, RoomId, Write};

/// The rooms of every account, in the order of coming, and since when each is.
#[derive(Debug, Default)]
pub(super) struct KeptRooms(HashMap<AccountId, IndexMap<RoomId, Timestamp>>);

impl KeptRooms {
    pub(super) fn new(restored: &[KeptRoom]) -> Self {
        let mut kept = Self::default();
        for &room in restored {
            kept.insert(room);
        }
        kept
    }

    /// Returns whether the room was not yet among the account's.
    fn insert(&mut self, kept: KeptRoom) -> bool {
        let rooms = self.0.entry(kept.account).or_default();
        if rooms.contains_key(&kept.room) {
            return false;
        }
        rooms.insert(kept.room, kept.since);
        true
    }

    /// Since when an account's person is in a room.
    pub(super) fn since(&self, account: AccountId, room: RoomId) -> Option<Timestamp> {
        self.0.get(&account)?.get(&room).copied()
    }

    fn remove(&mut self, account: AccountId, room: RoomId) -> bool {
        self.0.get_mut(&account).is_some_and(|rooms| rooms.shift_remove(&room).is_some())
    }

    /// A room ended, and the store takes it from every account by itself.
    pub(super) fn remove_room(&mut self, room: RoomId) {
        for rooms in self.0.values_mut() {
            rooms.shift_remove(&room);
        }
    }

    /// An account ended, and the store takes its rooms from it by itself.
    pub(super) fn remove_account(&mut self, account: AccountId) {
        self.0.remove(&account);
    }
}

impl Hub {
    /// Remembers that somebody came into a room, if they bear their account's name.
    pub(super) fn keep_room(&mut self, user: UserId, room: RoomId) {
        let Some(account) = self.own_account(user) else { return };
        let kept = KeptRoom { account, room, since: self.channels[room].members[&user].since() };
        if self.kept.insert(kept) {
            self.store(Write::RoomKept(kept));
        }
    }

    /// Forgets it: they left, or had to, whatever nick they bore then; unless whoever bears the account's name is still there.
    pub(super) fn forget_room(&mut self, user: UserId, room: RoomId) {
        let Some(account) = self.users[user].account_id else { return };
        let stays = |&other: &UserId| {
            self.users[other].rooms.contains(room) && self.own_account(other).is_some()
        };
        if self.users.of_account(account).iter().any(stays) {
            return;
        }
        if self.kept.remove(account, room) {
            self.store(Write::RoomForgotten { account, room });
        }
    }

    /// The rooms that somebody is to be in again, as far as they are not and nobody has banned them meanwhile. Neither a key
    /// nor an invitation is asked for: they never left.
    pub(super) fn rooms_to_reenter(&self, user: UserId) -> Vec<RoomId> {
        let who = &self.users[user];
        let kept = self.own_account(user).and_then(|account| self.kept.0.get(&account));
        let may_enter = |room: &RoomId| {
            let channel = self.channels.get(*room);
            !who.rooms.contains(*room)
                && channel.is_some_and(|channel| !channel.lists.is_banned(who))
        };
        let free = self.settings.limits.rooms_per_person.saturating_sub(who.rooms.len());
        kept.into_iter().flat_map(IndexMap::keys).copied().filter(may_enter).take(free).collect()
    }

    /// The account whose name somebody bears.
    fn own_account(&self, user: UserId) -> Option<AccountId> {
        let who = &self.users[user];
        let account = who.account_id?;
        let name = &self.accounts.get(account)?.name;
        (name.folded() == who.nick.folded()).then_some(account)
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Hub {
    /// Fails where a room is kept that has ended.
    pub(super) fn verify_kept(&self) {
        for room in self.kept.0.values().flat_map(IndexMap::keys) {
            assert!(self.channels.get(*room).is_some(), "{room:?} is kept and has ended");
        }
    }
}
