//! What people say of themselves: AWAY and SETNAME.
//!
//! Owns who is away and why (draft/pre-away, away-notify), and that a new realname is checked (setname).

use std::sync::Arc;

use majlis_protocol::numeric::{RPL_AWAY, RPL_NOWAWAY, RPL_UNAWAY};
use majlis_protocol::{Capability, Message};

use super::{Outcome, Turn};
use crate::event::Action;
use crate::hub::Hub;
use crate::hub::refusal::Refusal;
use crate::hub::reply::cut;
use crate::hub::user::UserId;

/// Before registration only with draft/pre-away; it then counts from the beginning of the session.
pub(super) fn handle_away(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let reason = message.param(0).filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| cut(reason, hub.settings.limits.away_bytes).into());
    let is_away = reason.is_some();
    match turn.user {
        Some(user) if hub.is_moot(turn, user, reason.as_deref()) => {}
        Some(user) => hub.set_away(turn, user, reason),
        None if hub.is_enabled(turn.conn, Capability::PreAway) => {
            if let Some(registration) = hub.connections[&turn.conn].registration_mut() {
                registration.away = reason;
            }
        }
        None => return Err(Refusal::not_registered()),
    }
    if is_away {
        turn.response.numeric(RPL_NOWAWAY, &[], "You have been marked as being away");
    } else {
        turn.response.numeric(RPL_UNAWAY, &[], "You are no longer marked as being away");
    }
    Ok(())
}

/// Says that somebody is away, if they are.
pub(super) fn reply_away(hub: &Hub, turn: &mut Turn, user: UserId) {
    let user = &hub.users[user];
    if let Some(reason) = &user.away {
        turn.response.numeric(RPL_AWAY, &[user.nick.as_str()], reason);
    }
}

/// Who did not enable setname is answered only when it fails, as it always was.
pub(super) fn handle_setname(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let realname = message.param(0).unwrap_or_default();
    let is_valid = !realname.trim().is_empty()
        && realname.len() <= hub.settings.limits.realname_bytes
        && !realname.contains(char::is_control);
    if !is_valid {
        let text = "Realname is not valid";
        return Err(Refusal::of_command("SETNAME", "INVALID_REALNAME", &[], text));
    }
    let realname: Arc<str> = realname.trim().into();
    hub.users[user].realname = Arc::clone(&realname);
    let relay = hub.relay_of(user, Action::Setname { realname });
    hub.tell_acquaintances(user, Some(turn.conn), &relay);
    turn.response.relay(relay);
    Ok(())
}

impl Hub {
    /// Whether a session that is not there in person says so of itself beside others, which changes nothing about its user
    /// (draft/pre-away, "Implementation considerations").
    fn is_moot(&self, turn: &Turn, user: UserId, reason: Option<&str>) -> bool {
        let has_others = self.users[user].sessions.len() > 1;
        has_others && reason == Some("*") && self.is_enabled(turn.conn, Capability::PreAway)
    }

    /// Makes somebody away or not, and tells those who share a room with them.
    pub(super) fn set_away(&mut self, turn: &Turn, user: UserId, reason: Option<Arc<str>>) {
        if self.users[user].away == reason {
            return;
        }
        self.users[user].away.clone_from(&reason);
        let relay = self.relay_of(user, Action::Away { reason });
        self.tell_acquaintances(user, Some(turn.conn), &relay);
    }
}
