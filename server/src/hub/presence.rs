//! Coming, staying and going: memberships, takeovers and endings, and who is told of them.
//!
//! Owns that a membership is on both its sides, that a room ends when it has to, and that everybody who shared a room with
//! somebody hears of it once (identity.md, "A room's life"). Which command leads here, and the rights it takes, is the
//! commands' affair.

use std::net::IpAddr;
use std::sync::Arc;

use majlis_protocol::Name;

use super::Hub;
use super::channel::{Channel, Membership};
use super::connection::{Connection, Phase, Session};
use super::metadata::Owner;
use super::read_markers::{Place, Reader};
use super::reply::Response;
use super::user::{UserId, shown_host};
use crate::event::{
    Action, Audience, ConnId, Founder, Guest, Outbound, Peer, Relay, RestoredRoom, RoomId, Subject,
    Write,
};

impl Hub {
    /// What somebody does now, without identifier or tags.
    pub(super) fn relay_of(&self, user: UserId, action: Action) -> Arc<Relay> {
        Arc::new(Relay {
            source: self.users[user].source().clone(),
            account: self.users[user].account.clone(),
            time: self.now.wall,
            msgid: None,
            client_tags: "".into(),
            action,
        })
    }

    /// Tells everybody in a room, but for one connection that knows already.
    pub(super) fn tell_room(&mut self, room: RoomId, except: Option<ConnId>, relay: &Arc<Relay>) {
        let to = Audience::Room { room, except };
        self.out.events.push(Outbound::Relay { to, relay: Arc::clone(relay) });
    }

    /// Tells everybody who shares a room with somebody, once.
    pub(super) fn tell_neighbours(
        &mut self,
        user: UserId,
        except: Option<ConnId>,
        relay: &Arc<Relay>,
    ) {
        let rooms: Arc<[RoomId]> = self.users[user].rooms.iter().copied().collect();
        let to = if rooms.is_empty() {
            // Their own other sessions, who would hear of it in a room.
            let sessions = self.users[user].sessions.iter().copied();
            let others: Arc<[ConnId]> = sessions.filter(|&conn| Some(conn) != except).collect();
            Some(others).filter(|others| !others.is_empty()).map(Audience::Conns)
        } else {
            Some(Audience::Rooms { rooms, except })
        };
        if let Some(to) = to {
            self.out.events.push(Outbound::Relay { to, relay: Arc::clone(relay) });
        }
    }

    /// Tells all sessions of a user, but for one that knows already.
    pub(super) fn tell_sessions(
        &mut self,
        user: UserId,
        except: Option<ConnId>,
        relay: &Arc<Relay>,
    ) {
        let sessions = self.users[user].sessions.iter().copied();
        let conns: Arc<[ConnId]> = sessions.filter(|&conn| Some(conn) != except).collect();
        if !conns.is_empty() {
            let to = Audience::Conns(conns);
            self.out.events.push(Outbound::Relay { to, relay: Arc::clone(relay) });
        }
    }

    /// Makes an empty room under a name that no other has.
    pub(super) fn make_room(
        &mut self,
        name: Name,
        lasting: bool,
        founder: Option<Founder>,
    ) -> RoomId {
        let id = self.ids.room();
        let room = RestoredRoom::new(id, name.as_str(), self.now.wall, lasting);
        let room = RestoredRoom { founder, ..room };
        self.store(Write::RoomMade(room.clone()));
        self.channels.insert(id, Channel::new(room, name, None));
        id
    }

    /// Lets a session into a room, and its user too, if that is new. Returns what happened, as the session is to see it;
    /// nothing if it was in already.
    pub(super) fn enter_room(
        &mut self,
        conn: ConnId,
        user: UserId,
        room: RoomId,
        membership: Membership,
    ) -> Option<Arc<Relay>> {
        if !self.connections[&conn].session_mut()?.rooms.insert(room) {
            return None;
        }
        let name = self.channels[room].name.as_str().into();
        let realname = Arc::clone(&self.users[user].realname);
        let relay = self.relay_of(user, Action::Join { room: name, realname });
        if self.users[user].rooms.insert(room) {
            let channel = &mut self.channels[room];
            channel.members.insert(user, membership);
            channel.ends_at_ms = None;
            self.users[user].invitations.remove(room);
            self.keep_room(user, room);
            self.tell_room(room, None, &relay);
            self.tell_absence(user, room);
            self.tell_values_of_arrival(user, room);
        }
        self.out.events.push(Outbound::Joined { conn, room });
        Some(relay)
    }

    /// Tells those in a room that who has just come is away (away-notify).
    fn tell_absence(&mut self, user: UserId, room: RoomId) {
        if let Some(reason) = self.users[user].away.clone() {
            let relay = self.relay_of(user, Action::Away { reason: Some(reason) });
            self.tell_room(room, None, &relay);
        }
    }

    /// Takes a user out of a room they are in, and tells the room.
    pub(super) fn leave_room(
        &mut self,
        user: UserId,
        room: RoomId,
        reason: Option<Arc<str>>,
        except: Option<ConnId>,
    ) -> Arc<Relay> {
        let name = self.channels[room].name.as_str().into();
        let relay = self.relay_of(user, Action::Part { room: name, reason });
        self.remove_member(user, room, except, &relay);
        relay
    }

    /// Tells a room why somebody is out of it now, and takes them out with all their sessions.
    pub(super) fn remove_member(
        &mut self,
        user: UserId,
        room: RoomId,
        except: Option<ConnId>,
        relay: &Arc<Relay>,
    ) {
        self.tell_room(room, except, relay);
        self.leave_with_sessions(user, room);
        self.forget_room(user, room);
        self.end_membership(user, room);
    }

    /// Tells those of a user's sessions that are in a room, and them alone, why they are out of it now.
    pub(super) fn put_out(&mut self, user: UserId, room: RoomId, relay: &Arc<Relay>) {
        let is_in = |conn: &ConnId| {
            let session = self.connections.get(conn).and_then(Connection::session);
            session.is_some_and(|session| session.rooms.contains(&room))
        };
        let conns: Arc<[ConnId]> =
            self.users[user].sessions.iter().copied().filter(is_in).collect();
        let to = Audience::Conns(conns);
        self.out.events.push(Outbound::Relay { to, relay: Arc::clone(relay) });
        self.leave_with_sessions(user, room);
    }

    fn leave_with_sessions(&mut self, user: UserId, room: RoomId) {
        for conn in self.users[user].sessions.clone() {
            let session = self.connections.get_mut(&conn).and_then(Connection::session_mut);
            if session.is_some_and(|session| session.rooms.swap_remove(&room)) {
                self.out.events.push(Outbound::Left { conn, room });
            }
        }
        self.users[user].rooms.swap_remove(&room);
    }

    /// Takes a user off a room's list; the room ends with its last member unless it is lasting.
    fn end_membership(&mut self, user: UserId, room: RoomId) {
        let channel = &mut self.channels[room];
        channel.members.swap_remove(&user);
        if channel.members.is_empty() && !channel.lasting {
            self.end_room(room);
        }
    }

    pub(super) fn end_room(&mut self, room: RoomId) {
        self.channels.remove(room);
        self.kept.remove_room(room);
        self.read_markers.remove_place(Place::Kept(Subject::Room(room)));
        self.metadata.take(Owner::Kept(Subject::Room(room)));
        self.store(Write::RoomRemoved(room));
    }

    /// Ends the restored rooms that nobody came back to in time.
    pub(super) fn end_deserted_rooms(&mut self) {
        let now_ms = self.now.monotonic_ms;
        let is_over = |channel: &Channel| channel.ends_at_ms.is_some_and(|end_ms| end_ms <= now_ms);
        let over = self.channels.iter().filter(|(_, channel)| is_over(channel)).map(|(id, _)| id);
        for room in over.collect::<Vec<_>>() {
            self.end_room(room);
        }
    }

    /// Makes a connection a session of its user.
    pub(super) fn begin_session(&mut self, conn: ConnId, user: UserId) {
        self.connections[&conn].phase = Phase::Session(Session::new(user));
        self.registering -= 1;
    }

    /// Gives a user to a new connection of the same device; what older ones they had ends. Others see nothing of it.
    ///
    /// The user stays in their rooms. The new session hears of a room once it joins it; those it does not join in time, the
    /// user is out of ([`end_unclaimed_memberships`](Self::end_unclaimed_memberships)).
    pub(super) fn take_over(&mut self, user: UserId, conn: ConnId, realname: Arc<str>) {
        let Peer { encrypted, address, .. } = self.connections[&conn].peer;
        self.begin_session(conn, user);
        self.move_to(user, conn, address);
        let reclaim_by_ms = self.now.monotonic_ms + self.settings.limits.takeover_grace_ms;
        let taken = &mut self.users[user];
        taken.realname = realname;
        taken.encrypted = encrypted;
        taken.reclaim_by_ms = Some(reclaim_by_ms);
        let ghosts = std::mem::replace(&mut taken.sessions, vec![conn]);
        for ghost in ghosts {
            self.close(ghost, "You came back from another connection");
        }
    }

    /// Gives a user one more session, of a connection that is signed in to the same account.
    pub(super) fn join_user(&mut self, conn: ConnId, user: UserId) {
        self.begin_session(conn, user);
        self.users[user].sessions.push(conn);
    }

    /// Shows somebody under the address that they come from now (chghost).
    fn move_to(&mut self, user: UserId, conn: ConnId, address: IpAddr) {
        let host: Arc<str> = shown_host(address).into();
        self.users[user].address = address.to_canonical();
        if self.users[user].host == host {
            return;
        }
        let username = Arc::clone(&self.users[user].username);
        let action = Action::Chghost { username: Arc::clone(&username), host: Arc::clone(&host) };
        let relay = self.relay_of(user, action);
        self.tell_acquaintances(user, Some(conn), &relay);
        self.users.set_user_host(user, username, host);
    }

    pub(super) fn end_unclaimed_memberships(&mut self) {
        let now_ms = self.now.monotonic_ms;
        let is_due = |by_ms: Option<u64>| by_ms.is_some_and(|by_ms| by_ms <= now_ms);
        let due = self.users.iter().filter(|(_, user)| is_due(user.reclaim_by_ms));
        for user in due.map(|(id, _)| id).collect::<Vec<_>>() {
            self.users[user].reclaim_by_ms = None;
            for room in self.unclaimed_rooms(user) {
                self.leave_room(user, room, Some("Did not come back".into()), None);
            }
        }
    }

    /// A user's rooms that no session of theirs is in.
    fn unclaimed_rooms(&self, user: UserId) -> Vec<RoomId> {
        let user = &self.users[user];
        let is_claimed = |room: &RoomId| {
            let mut sessions =
                user.sessions.iter().filter_map(|conn| self.connections.get(conn)?.session());
            sessions.any(|session| session.rooms.contains(room))
        };
        user.rooms.iter().copied().filter(|room| !is_claimed(room)).collect()
    }

    /// Ends a connection from this side, with a reason for it and for those who saw its user.
    pub(super) fn close(&mut self, conn: ConnId, reason: &str) {
        if let Some(connection) = self.end_connection(conn, reason) {
            let farewell = self.farewell(&connection, reason);
            self.out.events.push(Outbound::Close { conn, farewell });
        }
    }

    /// Forgets a connection, and its user with their last session. Nothing is sent to it any more.
    pub(super) fn end_connection(&mut self, conn: ConnId, reason: &str) -> Option<Connection> {
        let connection = self.connections.swap_remove(&conn)?;
        self.reads.forget(conn);
        self.watches.clear(conn);
        self.subscriptions.clear(conn);
        self.metadata.take(Owner::Newcomer(conn));
        if let Some(user) = connection.user() {
            self.users[user].sessions.retain(|&session| session != conn);
            if self.users[user].sessions.is_empty() {
                self.end_user(user, conn, reason);
            }
        } else {
            self.registering -= 1;
        }
        Some(connection)
    }

    fn end_user(&mut self, user: UserId, conn: ConnId, reason: &str) {
        let relay = self.relay_of(user, Action::Quit { reason: self.cut_reason(reason) });
        self.tell_neighbours(user, Some(conn), &relay);
        self.past.add(&self.users[user], self.now.wall, self.settings.limits.past_users);
        let Some(gone) = self.users.remove(user) else { return };
        self.tell_departure(&gone.nick);
        self.read_markers.remove_place(Place::Guest(user));
        self.read_markers.remove_reader(Reader::Guest(user));
        self.metadata.take(Owner::Guest(user));
        for room in gone.rooms {
            self.end_membership(user, room);
        }
    }

    /// A leaver's words, cut to the limit and on one line.
    pub(super) fn cut_reason(&self, reason: &str) -> Arc<str> {
        let cut = super::reply::cut(reason, self.settings.limits.reason_bytes);
        cut.replace(['\0', '\r', '\n'], " ").into()
    }

    /// The last words to a connection.
    pub(super) fn farewell(&mut self, connection: &Connection, reason: &str) -> Arc<[u8]> {
        match connection.guest {
            Guest::Plain => format!("{reason}.").into_bytes().into(),
            Guest::Irc => {
                let mut response =
                    Response::new(Arc::clone(&self.server), "*".into(), connection.enabled, None);
                response.link("ERROR", &closing_words(connection.peer.address, reason));
                response.finish(&mut self.batch_number).into()
            }
        }
    }
}

/// The text of the ERROR that ends a connection.
pub(super) fn closing_words(address: IpAddr, reason: &str) -> String {
    format!("Closing link: {} ({reason})", shown_host(address))
}
