//! Sessions and their users: whose session a connection becomes, and taking over a ghost (identity.md).
//!
//! Owns that a user who was taken over stays in their rooms for a while, and leaves those that no session of theirs joins
//! again. Who may take whom over is the [`registration`](super::command::registration) commands' affair.

use std::net::IpAddr;
use std::sync::Arc;

use super::Hub;
use super::connection::{Phase, Session};
use super::user::{UserId, shown_host};
use crate::event::{Action, ConnId, Peer, RoomId};

impl Hub {
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
        // It was the ghost's, and nobody has proved it again.
        self.drop_operator(user);
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
            sessions.any(|session| session.rooms.contains(*room))
        };
        user.rooms.iter().filter(|room| !is_claimed(room)).collect()
    }
}
