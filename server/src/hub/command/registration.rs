//! Becoming a session, and ending one: NICK, USER, PASS, PING, PONG, QUIT.
//!
//! Owns when a connection is registered and who gets a nick that is held already (identity.md, "Taking over a ghost").

use std::sync::Arc;

use majlis_protocol::{Message, Name};

use super::{Ending, Outcome, Turn};
use crate::event::{Action, ConnId, Guest};
use crate::hub::Hub;
use crate::hub::presence::closing_words;
use crate::hub::refusal::Refusal;
use crate::hub::reply::cut;
use crate::hub::user::{Collision, NewUser, UserId, shown_host};

pub(super) fn handle_nick(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let wanted = message.param(0).filter(|nick| !nick.is_empty());
    let wanted = wanted.ok_or_else(Refusal::no_nick_given)?;
    let nick = Name::nick(wanted).map_err(|why| Refusal::bad_nick(wanted, why))?;
    if let Some(user) = turn.user {
        return change_nick(hub, turn, user, nick);
    }
    hub.claim_nick(turn.conn, &nick)?;
    if let Some(registration) = hub.connections[&turn.conn].registration_mut() {
        registration.nick = Some(nick);
    }
    try_register(hub, turn)
}

fn change_nick(hub: &mut Hub, turn: &mut Turn, user: UserId, nick: Name) -> Outcome {
    if hub.users[user].nick == nick {
        return Ok(());
    }
    hub.users.check_name(&nick, Some(user)).map_err(|collision| refusal(&nick, collision))?;
    let relay = hub.relay_of(user, Action::Nick { nick: nick.as_str().into() });
    hub.tell_neighbours(user, Some(turn.conn), &relay);
    turn.response.relay(relay);
    hub.users.rename(user, nick);
    Ok(())
}

fn refusal(nick: &Name, collision: Collision) -> Refusal {
    match collision {
        Collision::Taken(_) => Refusal::nick_in_use(nick.as_str()),
        Collision::Confusable => Refusal::nick_confusable(nick.as_str()),
    }
}

pub(super) fn handle_user(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let &[username, _, _, realname, ..] = message.params() else {
        return Err(Refusal::too_few_params("USER"));
    };
    let connection = &mut hub.connections[&turn.conn];
    let registration = connection.registration_mut().ok_or_else(Refusal::already_registered)?;
    registration.user = Some((username.to_owned(), realname.to_owned()));
    try_register(hub, turn)
}

/// The server has no password; one that is given is passed over, as clients with one set for all servers expect.
pub(super) fn handle_pass(hub: &mut Hub, turn: &mut Turn, _: &Message<'_>) -> Outcome {
    let connection = &mut hub.connections[&turn.conn];
    connection.registration_mut().map(|_| ()).ok_or_else(Refusal::already_registered)
}

pub(super) fn handle_ping(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    turn.response.command("PONG", &[&hub.server], message.param(0));
    Ok(())
}

/// That anything came at all is the sign of life; there is nothing else to do.
pub(super) fn handle_pong(_: &mut Hub, _: &mut Turn, _: &Message<'_>) -> Outcome {
    Ok(())
}

pub(super) fn handle_quit(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let reason = match message.param(0) {
        Some(words) if !words.is_empty() => format!("Quit: {words}"),
        _ => "Quit".to_owned(),
    };
    if let Some(connection) = hub.end_connection(turn.conn, &reason) {
        turn.response.link("ERROR", &closing_words(connection.peer.address, &reason));
    }
    turn.ending = Ending::Close;
    Ok(())
}

/// Registers the connection once it has said all that is needed.
pub(super) fn try_register(hub: &mut Hub, turn: &mut Turn) -> Outcome {
    let Some(registration) = hub.connections[&turn.conn].registration_mut() else { return Ok(()) };
    let (Some(nick), Some((username, realname)), false) =
        (&registration.nick, &registration.user, registration.is_negotiating)
    else {
        return Ok(());
    };
    let (nick, username, realname) = (nick.clone(), username.clone(), realname.clone());
    let ghost = hub.claim_nick(turn.conn, &nick).inspect_err(|_| {
        if let Some(registration) = hub.connections[&turn.conn].registration_mut() {
            registration.nick = None;
        }
    })?;
    let realname = hub.realname(&realname, &nick);
    let user = match ghost {
        Some(ghost) => {
            hub.take_over(ghost, turn.conn, realname);
            ghost
        }
        None => hub.start_session(turn.conn, nick, &username, realname),
    };
    turn.user = Some(user);
    turn.response.set_nick(Arc::clone(&hub.users[user].source().nick));
    hub.welcome(user, &mut turn.response);
    Ok(())
}

impl Hub {
    /// Whether a connection may have the nick: nobody has it, or a user of the same device, who is then returned.
    fn claim_nick(&self, conn: ConnId, nick: &Name) -> Result<Option<UserId>, Refusal> {
        let device_key = self.connections[&conn].peer.device_key;
        match self.users.check_name(nick, None) {
            Ok(()) => Ok(None),
            Err(Collision::Taken(user))
                if device_key.is_some() && self.users[user].device_key == device_key =>
            {
                Ok(Some(user))
            }
            Err(collision) => Err(refusal(nick, collision)),
        }
    }

    /// Makes a connection the session of a new user, whose name was checked.
    pub(in crate::hub) fn start_session(
        &mut self,
        conn: ConnId,
        nick: Name,
        username: &str,
        realname: Arc<str>,
    ) -> UserId {
        let connection = &self.connections[&conn];
        let user = self.users.insert(NewUser {
            nick,
            username: shown_username(username, self.settings.limits.username_bytes).into(),
            host: shown_host(connection.peer.address).into(),
            realname,
            guest: connection.guest,
            encrypted: connection.peer.encrypted,
            device_key: connection.peer.device_key.filter(|_| connection.guest == Guest::Irc),
            session: conn,
            signed_on: self.now.wall,
            now_ms: self.now.monotonic_ms,
        });
        self.begin_session(conn, user);
        user
    }

    /// What somebody calls themselves, without control characters and within the limit; their nick where that is nothing.
    pub(in crate::hub) fn realname(&self, said: &str, nick: &Name) -> Arc<str> {
        let plain: String = said.chars().filter(|c| !c.is_control()).collect();
        let plain = cut(plain.trim(), self.settings.limits.realname_bytes);
        if plain.is_empty() { nick.as_str().into() } else { plain.into() }
    }
}

/// A username as others see it: with `~`, since nobody vouches for it, and of plain characters only.
fn shown_username(said: &str, max_bytes: usize) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let plain: String = said.chars().filter(is_plain).take(max_bytes.saturating_sub(1)).collect();
    if plain.is_empty() { "~guest".to_owned() } else { format!("~{plain}") }
}
