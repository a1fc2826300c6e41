//! Who runs the server from within (OPER): a session, by whose password it was proved.
//!
//! Owns that the rights of OPER are those of the one session that gave the password, as long as the settings name its operator.
//! Everybody sees it of the user (mode `o`), which has it while any of their sessions does.

use std::sync::Arc;

use super::Hub;
use super::connection::Connection;
use super::settings::Operator;
use super::user::UserId;
use crate::event::{Action, ConnId};

impl Hub {
    /// Whether a session may do what is for operators of the server.
    pub(super) fn is_operator(&self, conn: ConnId) -> bool {
        let session = self.connections.get(&conn).and_then(Connection::session);
        session.is_some_and(|session| session.operator.is_some())
    }

    /// Makes a session an operator's; returns whether its user was not seen as one before.
    pub(super) fn make_operator(&mut self, conn: ConnId, user: UserId, operator: Operator) -> bool {
        if let Some(session) = self.connections.get_mut(&conn).and_then(Connection::session_mut) {
            session.operator = Some(operator);
        }
        self.users.set_mode(user, 'o', true)
    }

    /// Takes it from all sessions of a user; returns whether they had it.
    pub(super) fn drop_operator(&mut self, user: UserId) -> bool {
        for conn in &self.users[user].sessions {
            if let Some(session) = self.connections.get_mut(conn).and_then(Connection::session_mut)
            {
                session.operator = None;
            }
        }
        self.users.set_mode(user, 'o', false)
    }

    /// Takes it from whom the settings no longer name with that password.
    pub(super) fn end_former_operators(&mut self) {
        let mut users = Vec::new();
        for session in self.connections.values_mut().filter_map(Connection::session_mut) {
            let is_named = |operator: &Operator| self.settings.operators.contains(operator);
            if session.operator.take_if(|operator| !is_named(operator)).is_some() {
                users.push(session.user);
            }
        }
        for user in users {
            self.end_unheld_operator(user);
        }
    }

    /// Takes the mode from a user of whom no session has it any more, and tells them.
    pub(super) fn end_unheld_operator(&mut self, user: UserId) {
        let is_held = self.users[user].sessions.iter().any(|&conn| self.is_operator(conn));
        if !is_held && self.users.set_mode(user, 'o', false) {
            let target = Arc::clone(&self.users[user].source().nick);
            let action = Action::Mode { target, change: "-o".into(), params: [].into() };
            let relay = self.relay_of(user, action);
            self.tell_sessions(user, None, &relay);
        }
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Hub {
    /// Fails where a user is seen as an operator and none of their sessions is one, or the other way round.
    pub(super) fn verify_operators(&self) {
        for (id, user) in self.users.iter() {
            let is_held = user.sessions.iter().any(|&conn| self.is_operator(conn));
            assert_eq!(user.modes.contains('o'), is_held, "{id:?}");
        }
        let sessions = self.connections.values().filter_map(Connection::session);
        for operator in sessions.filter_map(|session| session.operator.as_ref()) {
            assert!(
                self.settings.operators.contains(operator),
                "{} is none any more",
                operator.name
            );
        }
    }
}
