//! What people and rooms have under keys (draft/metadata-2), and who is told when it changes.
//!
//! Owns whose the values are and that those of accounts and rooms are kept. A guest has theirs for as long as they are here,
//! a connection that is not registered yet until it is; then they are its user's.
//!
//! Those who are told are looked for among the subscribers of the one key that changed, so a change costs the hub no more
//! than that key has subscribers; how often one connection can make it is limited.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use majlis_protocol::Capability;

use super::Hub;
use super::user::UserId;
use crate::event::{
    AccountId, Action, Audience, ConnId, MetadataValue, Outbound, RoomId, Subject, Write,
};

/// The longest key. Keys have no limit of the extension's own, but they stand on lines that do.
pub(super) const KEY_MAX_BYTES: usize = 60;

/// Whether a word can be a key (draft/metadata-2, "Keys and Values").
pub(super) fn is_key(word: &str) -> bool {
    let is_allowed = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'_' | b'.' | b'/' | b'-')
    };
    (1..=KEY_MAX_BYTES).contains(&word.len()) && word.bytes().all(is_allowed)
}

/// Whose values they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    /// A room's or an account's, which are kept.
    Kept(Subject),
    Guest(UserId),
    /// Somebody's who is not registered yet.
    Newcomer(ConnId),
}

/// Values in the order of their keys.
type Values = BTreeMap<Arc<str>, Arc<str>>;

/// All values.
#[derive(Debug, Default)]
pub(super) struct Metadata(HashMap<Owner, Values>);

impl Metadata {
    pub(super) fn new(restored: Vec<MetadataValue>) -> Self {
        let mut metadata = Self::default();
        for MetadataValue { subject, key, value } in restored {
            metadata.set(Owner::Kept(subject), key.into(), Some(value.into()));
        }
        metadata
    }

    pub(super) fn get(&self, owner: Owner, key: &str) -> Option<&Arc<str>> {
        self.0.get(&owner)?.get(key)
    }

    /// Keys and values of one owner, in the order of the keys.
    pub(super) fn of(&self, owner: Owner) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.0.get(&owner).into_iter().flatten()
    }

    /// The same, apart from what changes meanwhile.
    fn snapshot(&self, owner: Owner) -> Values {
        self.0.get(&owner).cloned().unwrap_or_default()
    }

    pub(super) fn has_any(&self, owner: Owner) -> bool {
        self.0.contains_key(&owner)
    }

    pub(super) fn count(&self, owner: Owner) -> usize {
        self.0.get(&owner).map_or(0, BTreeMap::len)
    }

    /// Takes all values of an owner away. The store takes those of what has ended by itself.
    pub(super) fn take(&mut self, owner: Owner) -> Values {
        self.0.remove(&owner).unwrap_or_default()
    }

    fn set(&mut self, owner: Owner, key: Arc<str>, value: Option<Arc<str>>) {
        let values = self.0.entry(owner).or_default();
        match value {
            Some(value) => values.insert(key, value),
            None => values.remove(&key),
        };
        if values.is_empty() {
            self.0.remove(&owner);
        }
    }
}

/// Who changed a value: a connection, which knows already, and its user, if it has one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changer {
    pub(super) conn: Option<ConnId>,
    pub(super) user: Option<UserId>,
}

impl Hub {
    /// Whether a connection takes part in metadata, which needs batches.
    pub(super) fn has_metadata(&self, conn: ConnId) -> bool {
        self.is_enabled(conn, Capability::Metadata) && self.is_enabled(conn, Capability::Batch)
    }

    /// Whose values a user's are.
    pub(super) fn owner_of(&self, user: UserId) -> Owner {
        let account = self.users[user].account_id;
        account.map_or(Owner::Guest(user), |account| Owner::Kept(Subject::Account(account)))
    }

    /// The same for a connection that may have no user yet.
    pub(super) fn owner_of_connection(&self, conn: ConnId) -> Owner {
        let connection = &self.connections[&conn];
        match (connection.user(), connection.account) {
            (Some(user), _) => self.owner_of(user),
            (None, Some(account)) => Owner::Kept(Subject::Account(account)),
            (None, None) => Owner::Newcomer(conn),
        }
    }

    /// Whether one more key would be too many.
    pub(super) fn is_full(&self, owner: Owner) -> bool {
        let limits = &self.settings.limits;
        let max = match owner {
            Owner::Kept(Subject::Room(_)) => limits.metadata_room_keys,
            _ => limits.metadata_keys,
        };
        self.metadata.count(owner) >= max
    }

    /// Gives an owner another value under a key, or none, keeps it, and tells those who subscribed to it.
    pub(super) fn change_value(
        &mut self,
        by: Changer,
        owner: Owner,
        key: &Arc<str>,
        value: Option<&Arc<str>>,
    ) {
        if self.metadata.get(owner, key) == value {
            return;
        }
        self.metadata.set(owner, Arc::clone(key), value.cloned());
        if let Owner::Kept(subject) = owner {
            let key = key.to_string();
            self.store(match value {
                Some(value) => {
                    Write::MetadataSet(MetadataValue { subject, key, value: value.to_string() })
                }
                None => Write::MetadataRemoved { subject, key },
            });
        }
        match owner {
            Owner::Kept(Subject::Room(room)) => self.tell_value_of_room(by, room, key, value),
            Owner::Kept(Subject::Account(account)) => {
                for user in self.users.of_account(account).to_vec() {
                    self.tell_value_of_user(by, user, key, value);
                }
            }
            Owner::Guest(user) => self.tell_value_of_user(by, user, key, value),
            Owner::Newcomer(_) => {}
        }
    }

    fn tell_value_of_room(
        &mut self,
        by: Changer,
        room: RoomId,
        key: &Arc<str>,
        value: Option<&Arc<str>>,
    ) {
        let is_inside = |conn: ConnId| {
            let session = self.connections[&conn].session();
            session.is_some_and(|session| session.rooms.contains(room))
        };
        let conns = self.subscribers(by, key, is_inside);
        let name = self.channels[room].name.as_str().into();
        self.tell_value(by, conns, name, key, value);
    }

    /// Tells who shares a room with somebody, watches them, or speaks for them.
    fn tell_value_of_user(
        &mut self,
        by: Changer,
        user: UserId,
        key: &Arc<str>,
        value: Option<&Arc<str>>,
    ) {
        let who = &self.users[user];
        let is_acquainted = |conn: ConnId| {
            let Some(session) = self.connections[&conn].session() else { return false };
            session.user == user
                || !who.rooms.is_disjoint(&session.rooms)
                || self.watches.has(conn, who.nick.folded())
        };
        let conns = self.subscribers(by, key, is_acquainted);
        let nick = Arc::clone(&who.source().nick);
        self.tell_value(by, conns, nick, key, value);
    }

    /// Tells those in a room what somebody has who has just come and whom they did not share a room with before.
    pub(super) fn tell_values_of_arrival(&mut self, user: UserId, room: RoomId) {
        for (key, value) in self.metadata.snapshot(self.owner_of(user)) {
            let who = &self.users[user];
            let is_new = |conn: ConnId| {
                let session = self.connections[&conn].session();
                session.is_some_and(|session| {
                    let shared = who.rooms.iter().filter(|room| session.rooms.contains(*room));
                    session.user != user && shared.eq([room])
                })
            };
            let conns = self.subscribers(Changer::default(), &key, is_new);
            let nick = Arc::clone(&who.source().nick);
            self.tell_value(Changer::default(), conns, nick, &key, Some(&value));
        }
    }

    /// Those who subscribed to a key and are concerned, but for who knows already.
    fn subscribers(
        &self,
        by: Changer,
        key: &str,
        is_concerned: impl Fn(ConnId) -> bool,
    ) -> Arc<[ConnId]> {
        let is_told = |conn: &ConnId| {
            Some(*conn) != by.conn && self.has_metadata(*conn) && is_concerned(*conn)
        };
        self.subscriptions.holders(key).filter(is_told).collect()
    }

    fn tell_value(
        &mut self,
        by: Changer,
        conns: Arc<[ConnId]>,
        target: Arc<str>,
        key: &Arc<str>,
        value: Option<&Arc<str>>,
    ) {
        if conns.is_empty() {
            return;
        }
        let action = Action::Metadata { target, key: Arc::clone(key), value: value.cloned() };
        let relay = match by.user {
            Some(user) => self.relay_of(user, action),
            None => self.relay_of_server(action),
        };
        self.out.events.push(Outbound::Relay { to: Audience::Conns(conns), relay });
    }

    /// What a connection set before it was registered or signed in is its user's or account's from now on, as far as there is
    /// room for it.
    pub(super) fn adopt_values_of_newcomer(&mut self, conn: ConnId) {
        let by = Changer { conn: Some(conn), user: self.connections[&conn].user() };
        let owner = self.owner_of_connection(conn);
        for (key, value) in self.metadata.take(Owner::Newcomer(conn)) {
            if self.metadata.get(owner, &key).is_some() || !self.is_full(owner) {
                self.change_value(by, owner, &key, Some(&value));
            }
        }
    }

    /// What a guest has set is the account's from now on, as far as there is room for it; what the account had is theirs.
    pub(super) fn adopt_values_of_guest(&mut self, user: UserId, account: AccountId) {
        let (own, by) = (self.metadata.take(Owner::Guest(user)), Changer::default());
        let owner = Owner::Kept(Subject::Account(account));
        let known = self.metadata.snapshot(owner).into_iter();
        for (key, value) in known.filter(|(key, _)| !own.contains_key(key)) {
            self.tell_value_of_user(by, user, &key, Some(&value));
        }
        for (key, value) in own {
            if self.metadata.get(owner, &key).is_some() || !self.is_full(owner) {
                self.change_value(by, owner, &key, Some(&value));
            } else {
                self.tell_value_of_user(by, user, &key, None);
            }
        }
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Hub {
    /// Fails where values are of nothing, or too many.
    pub(super) fn verify_metadata(&self) {
        let limits = &self.settings.limits;
        for (owner, values) in &self.metadata.0 {
            let (is_known, max) = match owner {
                Owner::Kept(Subject::Room(room)) => {
                    (self.channels.get(*room).is_some(), limits.metadata_room_keys)
                }
                Owner::Kept(Subject::Account(account)) => {
                    (self.accounts.get(*account).is_some(), limits.metadata_keys)
                }
                Owner::Guest(user) => {
                    let is_guest = |(id, guest): (UserId, &super::user::User)| {
                        id == *user && guest.account_id.is_none()
                    };
                    (self.users.iter().any(is_guest), limits.metadata_keys)
                }
                Owner::Newcomer(conn) => {
                    let newcomer = self.connections.get(conn);
                    (
                        newcomer.is_some_and(|newcomer| newcomer.user().is_none()),
                        limits.metadata_keys,
                    )
                }
            };
            assert!(is_known, "{owner:?} is gone and has values");
            assert!((1..=max).contains(&values.len()), "{owner:?} has {} values", values.len());
        }
    }
}
