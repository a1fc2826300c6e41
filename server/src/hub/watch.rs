//! Who waits for whom (monitor).
//!
//! Owns who is told when a nick is had, and no more. The lists themselves are [`Interests`](super::interests::Interests).

use std::sync::Arc;

use majlis_protocol::numeric::{RPL_MONOFFLINE, RPL_MONONLINE};
use majlis_protocol::{Capability, Name};

use super::Hub;
use super::connection::Connection;
use super::user::UserId;
use crate::event::{Audience, ConnId, Outbound, Relay};

impl Hub {
    /// Tells those who watch a nick that somebody has it now.
    pub(super) fn tell_arrival(&mut self, user: UserId) {
        let who = &self.users[user];
        let (watchers, mask) = (self.watchers(&who.nick), who.source().mask());
        for conn in watchers {
            let mut turn = self.begin_turn(conn, None);
            turn.response.numeric(RPL_MONONLINE, &[], &mask);
            self.show_values_of(&mut turn, &[user]);
            self.end_turn(turn);
        }
    }

    /// Tells those who watch a nick that nobody has it any more.
    pub(super) fn tell_departure(&mut self, nick: &Name) {
        for conn in self.watchers(nick) {
            let mut turn = self.begin_turn(conn, None);
            turn.response.numeric(RPL_MONOFFLINE, &[], nick.as_str());
            self.end_turn(turn);
        }
    }

    fn watchers(&self, nick: &Name) -> Vec<ConnId> {
        self.watches.holders(nick.folded()).collect()
    }

    /// Tells everybody who shares a room with somebody, and who watches them from elsewhere (extended-monitor), once.
    pub(super) fn tell_acquaintances(
        &mut self,
        user: UserId,
        except: Option<ConnId>,
        relay: &Arc<Relay>,
    ) {
        self.tell_neighbours(user, except, relay);
        let who = &self.users[user];
        let is_outside = |conn: &ConnId| {
            let session = self.connections.get(conn).and_then(Connection::session);
            session.is_some_and(|session| who.rooms.is_disjoint(&session.rooms))
        };
        let mut watchers = self.watchers(&who.nick);
        watchers.retain(|conn| {
            Some(*conn) != except
                && is_outside(conn)
                && self.is_enabled(*conn, Capability::ExtendedMonitor)
        });
        if !watchers.is_empty() {
            let to = Audience::Conns(watchers.into());
            self.out.events.push(Outbound::Relay { to, relay: Arc::clone(relay) });
        }
    }
}
