//! Values that a connection is told of though nobody changed them: when it registers, joins, subscribes, watches or asks
//! (draft/metadata-2, "Notifications" and "Postponed synchronization").
//!
//! Owns how much of it is sent at once. What would be more is left for METADATA SYNC, which gives a large room in parts:
//! each ends with `RPL_METADATASYNCLATER` while something is left.

use std::collections::HashSet;
use std::sync::Arc;

use majlis_protocol::Capability;
use majlis_protocol::numeric::RPL_METADATASYNCLATER;

use super::Hub;
use super::command::Turn;
use super::metadata::Owner;
use super::reply::Response;
use super::user::UserId;
use crate::event::{ConnId, RoomId, Subject};

/// How many seconds a client is asked to wait before it synchronizes.
const SYNC_AFTER_SECONDS: &str = "2";

/// Somebody or a room that has values.
struct Bearer {
    /// Nobody where it is a room.
    user: Option<UserId>,
    name: Arc<str>,
    owner: Owner,
}

impl Hub {
    /// All that somebody has, subscribed to or not, as part of the greeting; where that is nothing, that is said.
    pub(super) fn show_own_values(&self, user: UserId, response: &mut Response) {
        if !response.is_enabled(Capability::Metadata) || !response.is_enabled(Capability::Batch) {
            return;
        }
        let nick = &self.users[user].source().nick;
        response.begin_inner("metadata", Some(Arc::clone(nick)));
        for (key, value) in self.metadata.of(self.owner_of(user)) {
            response.command("METADATA", &[nick, key, "*"], Some(value));
        }
        response.end_inner();
    }

    /// What a room and those inside have, for who has just come in.
    pub(super) fn show_values_of_room(&self, turn: &mut Turn, user: UserId, room: RoomId) {
        let keys = self.keys_of(turn.conn);
        let bearers = self.bearers(user, room, &keys);
        let count = self.count(&bearers, &keys);
        if count > self.settings.limits.metadata_sync_values {
            postpone(&mut turn.response, self.channels[room].name.as_str());
        } else if count > 0 {
            let name = self.channels[room].name.as_str().into();
            turn.response.begin_inner("metadata", Some(name));
            self.show(&mut turn.response, &bearers, &keys);
            turn.response.end_inner();
        }
    }

    /// What people have, for who has come to watch them.
    pub(super) fn show_values_of(&self, turn: &mut Turn, users: &[UserId]) {
        let keys = self.keys_of(turn.conn);
        let mut left = self.settings.limits.metadata_sync_values;
        for &user in users {
            let bearer = self.bearer(user);
            self.show_or_postpone(turn, &[bearer], &keys, &mut left);
        }
    }

    /// What is under keys that a session has just subscribed to: in its rooms, with those it watches, and with itself.
    pub(super) fn show_values_under(&self, turn: &mut Turn, user: UserId, keys: &[String]) {
        let Some(session) = self.connections[&turn.conn].session() else { return };
        let mut left = self.settings.limits.metadata_sync_values;
        let mut told = HashSet::from([user]);
        for room in session.rooms.iter() {
            let mut bearers = self.bearers(user, room, keys);
            bearers.retain(|bearer| bearer.user.is_none_or(|user| told.insert(user)));
            self.show_or_postpone(turn, &bearers, keys, &mut left);
        }
        let watched = self.watches.list(turn.conn);
        let watched = watched.iter().filter_map(|nick| self.users.find(nick));
        for user in watched.filter(|&user| told.insert(user)).chain([user]) {
            self.show_or_postpone(turn, &[self.bearer(user)], keys, &mut left);
        }
    }

    /// What somebody has, or an account whose person is not here.
    pub(super) fn sync_owner(&self, turn: &mut Turn, name: &Arc<str>, owner: Owner) {
        let bearer = Bearer { user: None, name: Arc::clone(name), owner };
        turn.response.begin_inner("metadata", Some(Arc::clone(name)));
        self.show(&mut turn.response, &[bearer], &self.keys_of(turn.conn));
        turn.response.end_inner();
    }

    /// What a room and those inside have, or the next part of it. Whoever comes in meanwhile is told of by itself.
    pub(super) fn sync_room(&mut self, turn: &mut Turn, user: UserId, room: RoomId) {
        let keys = self.keys_of(turn.conn);
        let syncing = self.connections[&turn.conn].session().and_then(|session| session.syncing);
        let last = syncing.filter(|&(begun, _)| begun == room).map(|(_, last)| last);
        let mut bearers = self.bearers(user, room, &keys);
        bearers.retain(|bearer| last.is_none() || bearer.user > last);
        let (part, has_more) = self.first_part(&bearers, &keys);
        let name: Arc<str> = self.channels[room].name.as_str().into();
        turn.response.begin_inner("metadata", Some(Arc::clone(&name)));
        self.show(&mut turn.response, part, &keys);
        turn.response.end_inner();
        if has_more {
            postpone(&mut turn.response, &name);
        }
        let last = part.last().and_then(|bearer| bearer.user).filter(|_| has_more);
        self.set_syncing(turn.conn, last.map(|last| (room, last)));
    }

    /// As many as can be told of at once, but one at least; and whether that leaves any.
    fn first_part<'a>(&self, bearers: &'a [Bearer], keys: &[String]) -> (&'a [Bearer], bool) {
        let mut left = self.settings.limits.metadata_sync_values;
        let fits = |bearer: &&Bearer| {
            let count = self.count(std::slice::from_ref(*bearer), keys);
            let fits = count <= left;
            left = left.saturating_sub(count);
            fits
        };
        // A room's own values are few, and told of together with somebody's, so that each part ends with a person.
        let least = bearers.iter().take_while(|bearer| bearer.user.is_none()).count() + 1;
        let count = bearers.iter().take_while(fits).count().max(least).min(bearers.len());
        (&bearers[..count], count < bearers.len())
    }

    fn set_syncing(&mut self, conn: ConnId, syncing: Option<(RoomId, UserId)>) {
        let session =
            self.connections.get_mut(&conn).and_then(|connection| connection.session_mut());
        if let Some(session) = session {
            session.syncing = syncing;
        }
    }

    /// The keys that count for a connection: none where it does not take part.
    fn keys_of(&self, conn: ConnId) -> Vec<String> {
        if self.has_metadata(conn) { self.subscriptions.list(conn) } else { Vec::new() }
    }

    fn bearer(&self, user: UserId) -> Bearer {
        let name = Arc::clone(&self.users[user].source().nick);
        Bearer { user: Some(user), name, owner: self.owner_of(user) }
    }

    /// A room, and those inside that the asker may know of, if they have any of these; the asker is not among them.
    fn bearers(&self, asker: UserId, room: RoomId, keys: &[String]) -> Vec<Bearer> {
        if keys.is_empty() {
            return Vec::new();
        }
        let channel = &self.channels[room];
        let is_inside = channel.members.contains_key(&asker);
        let members = channel.members.keys().copied();
        let mut people: Vec<UserId> = members
            .filter(|&user| user != asker && (is_inside || self.may_find(asker, user)))
            .filter(|&user| self.wanted(self.owner_of(user), keys).next().is_some())
            .collect();
        people.sort_unstable();
        let owner = Owner::Kept(Subject::Room(room));
        let own = Bearer { user: None, name: channel.name.as_str().into(), owner };
        std::iter::once(own).chain(people.into_iter().map(|user| self.bearer(user))).collect()
    }

    /// Keys of these and their values, as far as an owner has any.
    fn wanted<'a>(
        &'a self,
        owner: Owner,
        keys: &'a [String],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let keys = if self.metadata.has_any(owner) { keys } else { &[] };
        let found = move |key: &'a String| Some((key.as_str(), &**self.metadata.get(owner, key)?));
        keys.iter().filter_map(found)
    }

    fn count(&self, bearers: &[Bearer], keys: &[String]) -> usize {
        bearers.iter().map(|bearer| self.wanted(bearer.owner, keys).count()).sum()
    }

    fn show(&self, response: &mut Response, bearers: &[Bearer], keys: &[String]) {
        for bearer in bearers {
            for (key, value) in self.wanted(bearer.owner, keys) {
                response.command("METADATA", &[&bearer.name, key, "*"], Some(value));
            }
        }
    }

    /// Shows what these have as far as that is not more than what is left; else says to ask for the first of them later.
    fn show_or_postpone(
        &self,
        turn: &mut Turn,
        bearers: &[Bearer],
        keys: &[String],
        left: &mut usize,
    ) {
        let (count, Some(first)) = (self.count(bearers, keys), bearers.first()) else { return };
        if count > *left {
            postpone(&mut turn.response, &first.name);
        } else {
            *left -= count;
            self.show(&mut turn.response, bearers, keys);
        }
    }
}

fn postpone(response: &mut Response, target: &str) {
    response.numeric_words(RPL_METADATASYNCLATER, &[target, SYNC_AFTER_SECONDS]);
}
