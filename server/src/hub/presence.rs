//! Coming into rooms, staying and going: memberships, and the lives of rooms that hang on them.
//!
//! Owns that a membership is on both its sides and that a room ends when it has to (identity.md, "A room's life"). Which
//! command leads here, and the rights it takes, is the commands' affair.

use std::sync::Arc;

use majlis_protocol::Name;

use super::Hub;
use super::channel::{Channel, Membership};
use super::connection::Connection;
use super::metadata::Owner;
use super::read_markers::Place;
use super::user::UserId;
use crate::event::{
    Action, Audience, ConnId, Founder, Outbound, Relay, RestoredRoom, RoomId, Subject, Write,
};

impl Hub {
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
        let action = Action::Join { room: name, realname };
        if !self.users[user].rooms.insert(room) {
            self.out.events.push(Outbound::Joined { conn, room });
            return Some(self.relay_of(user, action));
        }
        let relay = self.event_of(user, action);
        let channel = &mut self.channels[room];
        channel.members.insert(user, membership.from(self.now.wall));
        channel.ends_at_ms = None;
        self.users[user].invitations.remove(room);
        self.keep_room(user, room);
        self.note_use(room);
        self.keep_event(room, &relay);
        self.tell_room(room, None, &relay);
        self.tell_arriving_ranks(user, room);
        self.tell_absence(user, room);
        self.tell_values_of_arrival(user, room);
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
        let relay = self.event_of(user, Action::Part { room: name, reason });
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
        self.keep_event(room, relay);
        self.tell_room(room, except, relay);
        self.leave_with_sessions(user, room);
        self.forget_room(user, room);
        self.end_membership(user, room);
    }

    /// Tells those of a user's sessions that are in a room, and them alone, why they are out of it now.
    pub(super) fn put_out(&mut self, user: UserId, room: RoomId, relay: &Arc<Relay>) {
        let is_in = |conn: &ConnId| {
            let session = self.connections.get(conn).and_then(Connection::session);
            session.is_some_and(|session| session.rooms.contains(room))
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
            if session.is_some_and(|session| session.rooms.remove(room)) {
                self.out.events.push(Outbound::Left { conn, room });
            }
        }
        self.users[user].rooms.remove(room);
    }

    /// Takes a user off a room's list; the room ends with its last member unless it is lasting.
    pub(super) fn end_membership(&mut self, user: UserId, room: RoomId) {
        self.note_use(room);
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
}
