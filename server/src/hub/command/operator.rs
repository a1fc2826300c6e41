//! Running the server from within: OPER, KILL, WALLOPS, REHASH.

use std::sync::Arc;

use majlis_protocol::numeric::{RPL_REHASHING, RPL_YOUREOPER};
use majlis_protocol::scram::{Password, Verifier};
use majlis_protocol::{Message, fold};

use super::user_mode::tell_modes;
use super::{Ending, Outcome, Turn};
use crate::event::{Action, Audience, ConnId, HashJob, Outbound};
use crate::hub::Hub;
use crate::hub::hashing::Purpose;
use crate::hub::refusal::Refusal;
use crate::hub::reply::{LINE_BYTES, cut};
use crate::hub::sasl::may_say_passwords;
use crate::hub::user::UserId;

/// The password is hashed for a name that nobody has, too, so that the time it takes tells nothing.
pub(super) fn handle_oper(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    let &[name, password, ..] = message.params() else {
        return Err(Refusal::too_few_params("OPER"));
    };
    let operators = &hub.settings.operators;
    let any = operators.first().ok_or_else(Refusal::no_operators)?;
    if !may_say_passwords(&hub.connections[&turn.conn].peer) {
        return Err(Refusal::plaintext_oper());
    }
    let found = operators.iter().find(|operator| fold(&operator.name) == fold(name));
    let expected = Arc::clone(&found.unwrap_or(any).verifier);
    let name = found.map(|operator| operator.name.clone());
    let address = hub.connections[&turn.conn].peer.address;
    let throttled = format!("oper {}", name.as_deref().unwrap_or_default());
    let is_allowed = hub.logins.allow(address, &throttled, hub.now.monotonic_ms);
    if !is_allowed || hub.is_hashing_much() {
        return Err(Refusal::try_later("OPER"));
    }
    let password = Password::new(password).map_err(|_| Refusal::wrong_password())?;
    let job = HashJob { password, salt: expected.salt().into(), iterations: expected.iterations() };
    turn.ending = Ending::Hash(Purpose::Oper { name, expected }, job);
    Ok(())
}

/// Compares the hash with what the settings say now.
pub(in crate::hub) fn finish_oper(
    hub: &mut Hub,
    turn: &mut Turn,
    name: Option<&str>,
    expected: &Verifier,
    hashed: &Verifier,
) -> Outcome {
    let mut operators = hub.settings.operators.iter();
    let found = operators
        .find(|operator| Some(&*operator.name) == name && *operator.verifier == *expected)
        .filter(|_| hashed.is_same_password(expected))
        .cloned();
    let (user, operator) = turn.user.zip(found).ok_or_else(Refusal::wrong_password)?;
    turn.response.numeric(RPL_YOUREOPER, &[], "You are now an IRC operator");
    if hub.make_operator(turn.conn, user, operator) {
        tell_modes(hub, turn, user, &[(true, 'o')]);
    }
    Ok(())
}

pub(super) fn handle_kill(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    hub.check_server_operator(turn.conn)?;
    let &[nick, reason, ..] = message.params() else {
        return Err(Refusal::too_few_params("KILL"));
    };
    let other = hub.users.find(nick).ok_or_else(|| Refusal::no_such_nick(nick))?;
    if other == user {
        return Err(Refusal::cannot_kill_oneself());
    }
    let nick = Arc::clone(&hub.users[other].source().nick);
    let reason = hub.cut_reason(reason);
    let relay = hub.relay_of(user, Action::Kill { nick, reason: Arc::clone(&reason) });
    hub.tell_sessions(other, None, &relay);
    let words = format!("Killed ({} ({reason}))", hub.users[user].nick.as_str());
    for conn in hub.users[other].sessions.clone() {
        hub.close(conn, &words);
    }
    Ok(())
}

pub(super) fn handle_wallops(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    hub.check_server_operator(turn.conn)?;
    let text = message.param(0).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Refusal::too_few_params("WALLOPS"))?;
    let around = ": WALLOPS :\r\n".len() + hub.users[user].source().mask().len();
    let text = cut(text, LINE_BYTES - around).into();
    let relay = hub.relay_of(user, Action::Wallops { text });
    let listening = hub.users.iter().filter(|(_, user)| user.modes.contains('w'));
    let conns = listening.flat_map(|(_, user)| &user.sessions).copied().collect();
    hub.out.events.push(Outbound::Relay { to: Audience::Conns(conns), relay });
    Ok(())
}

pub(super) fn handle_rehash(hub: &mut Hub, turn: &mut Turn, _: UserId, _: &Message<'_>) -> Outcome {
    hub.check_server_operator(turn.conn)?;
    turn.response.numeric(RPL_REHASHING, &["majlis.toml"], "Rehashing");
    hub.out.events.push(Outbound::Rehash);
    Ok(())
}

impl Hub {
    pub(super) fn check_server_operator(&self, conn: ConnId) -> Outcome {
        if self.is_operator(conn) { Ok(()) } else { Err(Refusal::no_privileges()) }
    }
}
