//! Who is told: a room, everybody who shares one with somebody, or a person's own sessions.
//!
//! Owns that everybody who is to hear of something hears of it once. What happened is the callers' affair, how it looks to
//! each kind of guest the relay's.

use std::sync::Arc;

use super::Hub;
use super::user::UserId;
use crate::event::{AccountId, Action, Audience, ConnId, Outbound, Relay, RoomId, Source};

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

    /// What the server itself does now.
    pub(super) fn relay_of_server(&self, action: Action) -> Arc<Relay> {
        Arc::new(Relay {
            source: Source::server(&self.server),
            account: None,
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
        let rooms: Arc<[RoomId]> = self.users[user].rooms.iter().collect();
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

    /// Tells an account's person under whichever nicks they are here, of whom each is told it as something for that nick.
    pub(super) fn tell_account(
        &mut self,
        account: AccountId,
        relay: &Relay,
        action: impl Fn(Arc<str>) -> Action,
    ) {
        for &user in self.users.of_account(account) {
            let action = action(Arc::clone(&self.users[user].source().nick));
            let relay = Arc::new(Relay { action, ..relay.clone() });
            let to = Audience::Conns(self.users[user].sessions.as_slice().into());
            self.out.events.push(Outbound::Relay { to, relay });
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
}
