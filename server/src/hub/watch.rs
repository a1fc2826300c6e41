//! Who waits for whom (monitor).
//!
//! Owns the lists of connections, bounded, and the way from a nick to those who watch it.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use majlis_protocol::numeric::{RPL_MONOFFLINE, RPL_MONONLINE};
use majlis_protocol::{Capability, Name};

use super::Hub;
use super::connection::Connection;
use super::user::UserId;
use crate::event::{Audience, ConnId, Outbound, Relay};

/// All lists, both ways.
#[derive(Debug, Default)]
pub(super) struct Watches {
    /// By folded nick.
    watchers: HashMap<String, IndexSet<ConnId>>,
    /// The nicks of each list, folded and as asked for.
    lists: HashMap<ConnId, IndexMap<String, String>>,
}

impl Watches {
    /// Puts a nick on a list that has room for it; returns whether it is new there, or nothing where the list is full.
    pub(super) fn add(&mut self, conn: ConnId, nick: &Name, max: usize) -> Option<bool> {
        let list = self.lists.entry(conn).or_default();
        if list.contains_key(nick.folded()) {
            return Some(false);
        }
        if list.len() >= max {
            return None;
        }
        list.insert(nick.folded().to_owned(), nick.as_str().to_owned());
        self.watchers.entry(nick.folded().to_owned()).or_default().insert(conn);
        Some(true)
    }

    pub(super) fn remove(&mut self, conn: ConnId, nick: &Name) {
        let list = self.lists.get_mut(&conn);
        if list.is_some_and(|list| list.shift_remove(nick.folded()).is_some()) {
            self.forget_watcher(conn, nick.folded());
        }
    }

    /// Empties a list.
    pub(super) fn clear(&mut self, conn: ConnId) {
        for folded in self.lists.remove(&conn).unwrap_or_default().into_keys() {
            self.forget_watcher(conn, &folded);
        }
    }

    /// The nicks on a list, as asked for.
    pub(super) fn list(&self, conn: ConnId) -> Vec<String> {
        self.lists.get(&conn).map(|list| list.values().cloned().collect()).unwrap_or_default()
    }

    fn of(&self, folded: &str) -> Vec<ConnId> {
        self.watchers.get(folded).map(|conns| conns.iter().copied().collect()).unwrap_or_default()
    }

    fn forget_watcher(&mut self, conn: ConnId, folded: &str) {
        if let Some(watchers) = self.watchers.get_mut(folded) {
            watchers.swap_remove(&conn);
            if watchers.is_empty() {
                self.watchers.remove(folded);
            }
        }
    }
}

impl Hub {
    /// Tells those who watch a nick that somebody has it now.
    pub(super) fn tell_arrival(&mut self, user: UserId) {
        let who = &self.users[user];
        let (watchers, mask) = (self.watches.of(who.nick.folded()), who.source().mask());
        self.tell_watchers(watchers, RPL_MONONLINE, &mask);
    }

    /// Tells those who watch a nick that nobody has it any more.
    pub(super) fn tell_departure(&mut self, nick: &Name) {
        self.tell_watchers(self.watches.of(nick.folded()), RPL_MONOFFLINE, nick.as_str());
    }

    fn tell_watchers(&mut self, watchers: Vec<ConnId>, code: &str, who: &str) {
        for conn in watchers {
            let mut turn = self.begin_turn(conn, None);
            turn.response.numeric(code, &[], who);
            self.end_turn(turn);
        }
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
        let mut watchers = self.watches.of(who.nick.folded());
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

#[cfg(test)]
impl Watches {
    pub(super) fn verify(&self, is_open: impl Fn(ConnId) -> bool, max: usize) {
        for (conn, list) in &self.lists {
            assert!(is_open(*conn) && list.len() <= max);
            assert!(list.keys().all(|folded| self.watchers[folded].contains(conn)));
        }
        let listed: usize = self.lists.values().map(IndexMap::len).sum();
        assert_eq!(listed, self.watchers.values().map(IndexSet::len).sum::<usize>());
    }
}
