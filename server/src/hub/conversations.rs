//! Private conversations of accounts: which history they have.
//!
//! Owns that two accounts share one, whatever nicks they bear, and that nobody else finds it (identity.md, "Private
//! messages"). In the store it is a room without a name.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::event::{AccountId, Conversation, RoomId};

/// Every conversation, found from either end.
#[derive(Debug, Default)]
pub(super) struct Conversations {
    by_account: HashMap<AccountId, IndexMap<AccountId, RoomId>>,
}

impl Conversations {
    pub(super) fn new(restored: &[Conversation]) -> Self {
        let mut conversations = Self::default();
        for conversation in restored {
            conversations.insert(conversation);
        }
        conversations
    }

    pub(super) fn insert(&mut self, conversation: &Conversation) {
        let Conversation { room, one, other } = *conversation;
        self.by_account.entry(one).or_default().insert(other, room);
        self.by_account.entry(other).or_default().insert(one, room);
    }

    pub(super) fn find(&self, one: AccountId, other: AccountId) -> Option<RoomId> {
        self.by_account.get(&one)?.get(&other).copied()
    }

    /// With whom an account has talked, and where that is kept.
    pub(super) fn of(&self, one: AccountId) -> impl Iterator<Item = (AccountId, RoomId)> {
        self.by_account.get(&one).into_iter().flatten().map(|(&other, &room)| (other, room))
    }

    /// An account ended, and with it what it had said and heard.
    pub(super) fn remove_account(&mut self, account: AccountId) {
        for other in self.by_account.remove(&account).into_iter().flat_map(IndexMap::into_keys) {
            if let Some(others) = self.by_account.get_mut(&other) {
                others.shift_remove(&account);
            }
        }
    }
}
