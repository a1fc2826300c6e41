//! What always holds between two inputs, whatever was said.

use super::Hub;
use super::accounts::Claimed;
use super::connection::Wait;
use crate::event::Guest;

impl Hub {
    /// Fails where anything that always holds does not.
    pub(super) fn verify(&self) {
        self.users.verify();
        self.channels.verify();
        self.sent.verify();
        self.accounts.verify();
        self.verify_names();
        let is_open = |conn| self.connections.contains_key(&conn);
        self.watches.verify(is_open, self.settings.limits.watched);
        self.subscriptions.verify(is_open, self.settings.limits.metadata_subs);
        self.verify_kept();
        self.verify_read_markers();
        self.verify_metadata();
        self.verify_ranks();
        self.verify_operators();
        self.verify_memberships();
        self.verify_sessions();
        self.verify_parking();
        for batch in self.connections.values().filter_map(|connection| connection.batch.as_ref()) {
            if let Some(message) = batch.message() {
                message.verify(&self.settings.limits);
            }
        }
    }

    fn verify_memberships(&self) {
        for (room, channel) in self.channels.iter() {
            for &user in channel.members.keys() {
                assert!(self.users[user].rooms.contains(room), "{user:?} does not know {room:?}");
            }
            let may_be_empty = channel.lasting || channel.ends_at_ms.is_some();
            assert!(may_be_empty || !channel.members.is_empty(), "{room:?} is empty and lives");
        }
        for (user, state) in self.users.iter() {
            for room in state.rooms.iter() {
                assert!(self.channels[room].members.contains_key(&user), "{room:?} lacks {user:?}");
            }
            assert!(state.rooms.len() <= self.settings.limits.rooms_per_person);
        }
        let lobby = self.channels.find(self.settings.lobby.folded());
        assert!(lobby.is_some_and(|lobby| self.channels[lobby].lasting));
        assert!(self.room_count() <= self.settings.limits.rooms);
    }

    fn verify_sessions(&self) {
        let newcomers = self.connections.values().filter(|connection| connection.user().is_none());
        assert_eq!(newcomers.count(), self.registering);
        for (user, state) in self.users.iter() {
            assert!(!state.sessions.is_empty(), "{user:?} has no session");
            for conn in &state.sessions {
                assert_eq!(self.connections[conn].user(), Some(user));
            }
        }
        for (conn, connection) in &self.connections {
            let Some(session) = connection.session() else { continue };
            let user = &self.users[session.user];
            assert!(user.sessions.contains(conn), "{conn:?} speaks for who does not know it");
            assert!(session.rooms.iter().all(|room| user.rooms.contains(room)));
        }
    }

    fn verify_names(&self) {
        for (id, user) in self.users.iter() {
            let account = user.account_id;
            assert_eq!(user.account.is_some(), account.is_some());
            assert!(account.is_none_or(|account| self.accounts.get(account).is_some()));
            assert!(
                account.is_some() || user.sessions.len() == 1,
                "guest {id:?} has many sessions"
            );
            if let Some(Claimed::By(owner)) = self.accounts.claim(&user.nick) {
                assert_eq!(account, Some(owner), "{id:?} has somebody else's name");
            }
        }
    }

    fn verify_parking(&self) {
        let (mut asking, mut waiting, mut hashing) = (0, 0, 0);
        for connection in self.connections.values() {
            match connection.parked.as_ref().map(|parked| &parked.wait) {
                Some(Wait::History { query: Some(_), .. }) => waiting += 1,
                Some(Wait::History { query: None, .. }) => asking += 1,
                Some(Wait::Hash(_)) => hashing += 1,
                None => assert!(connection.waiting.is_empty(), "lines wait for nothing"),
            }
            assert!(connection.waiting.len() <= self.settings.limits.parked_inputs);
            assert!(connection.parked.is_none() || connection.guest == Guest::Irc);
        }
        self.reads.verify(asking, waiting);
        assert!(hashing <= self.hashing, "somebody waits for a hash that nobody makes");
        assert!(self.hashing <= self.settings.limits.hash_queue);
    }
}
