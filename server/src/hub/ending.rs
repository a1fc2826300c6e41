//! Endings: a connection's, and its user's with the last of their sessions.
//!
//! Owns that nothing of either stays behind, that everybody who shared a room hears of it once, and the last words.

use std::net::IpAddr;
use std::sync::Arc;

use super::Hub;
use super::connection::{Connection, ENDED};
use super::metadata::Owner;
use super::read_markers::{Place, Reader};
use super::reply::{Response, cut};
use super::user::{UserId, shown_host};
use crate::event::{Action, ConnId, Guest, Outbound};

/// How long somebody who sends no more may wait for the answers.
const LAST_ANSWERS_MS: u64 = 10_000;

impl Hub {
    /// Ends a connection from this side, with a reason for it and for those who saw its user.
    pub(super) fn close(&mut self, conn: ConnId, reason: &str) {
        if let Some(connection) = self.end_connection(conn, reason) {
            let farewell = self.farewell(&connection, reason);
            self.out.events.push(Outbound::Close { conn, farewell });
        }
    }

    /// Ends a connection that sends no more, once all that it sent was done and answered; one that waits for an answer is done soon.
    pub(super) fn handle_last_word(&mut self, conn: ConnId) {
        let Some(connection) = self.connections.get_mut(&conn) else { return };
        if connection.parked.is_some() {
            connection.ends_by_ms = Some(self.now.monotonic_ms + LAST_ANSWERS_MS);
            return;
        }
        let ended = self.end_connection(conn, ENDED);
        // A guest of the plain room hears for a moment what others say to their last words; the reactor sees to that.
        if ended.is_some_and(|connection| connection.guest == Guest::Irc) {
            self.out.events.push(Outbound::Close { conn, farewell: [].into() });
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
            } else {
                self.end_unheld_operator(user);
            }
        } else {
            self.registering -= 1;
        }
        Some(connection)
    }

    fn end_user(&mut self, user: UserId, conn: ConnId, reason: &str) {
        let action = Action::Quit { reason: self.cut_reason(reason) };
        let relay = self.event_of(user, action);
        self.tell_neighbours(user, Some(conn), &relay);
        self.past.add(&self.users[user], self.now.wall, self.settings.limits.past_users);
        let Some(gone) = self.users.remove(user) else { return };
        self.tell_departure(&gone.nick);
        self.read_markers.remove_place(Place::Guest(user));
        self.read_markers.remove_reader(Reader::Guest(user));
        self.metadata.take(Owner::Guest(user));
        for room in gone.rooms {
            self.keep_event(room, &relay);
            self.end_membership(user, room);
        }
    }

    /// A leaver's words, cut to the limit and on one line.
    pub(super) fn cut_reason(&self, reason: &str) -> Arc<str> {
        let cut = cut(reason, self.settings.limits.reason_bytes);
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
