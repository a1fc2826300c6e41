//! Becoming a session, and ending one: NICK, USER, PASS, PING, PONG, QUIT.
//!
//! Owns when a connection is registered and who gets a nick that is held already (identity.md, "Taking over a ghost").

use std::sync::Arc;

use aws_lc_rs::constant_time;
use majlis_protocol::{Message, Name};

use super::room::show_room;
use super::{Ending, Outcome, Turn};
use crate::event::{Action, ConnId, Guest};
use crate::hub::Hub;
use crate::hub::accounts::Claimed;
use crate::hub::channel::Membership;
use crate::hub::ending::closing_words;
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
    if let Err(refusal) = hub.claim_nick(turn.conn, &nick) {
        // Whoever's name it is may still sign in; whether they did counts at the end.
        if !matches!(hub.accounts.claim(&nick), Some(Claimed::By(_))) {
            return Err(refusal);
        }
    }
    if let Some(registration) = hub.connections[&turn.conn].registration_mut() {
        registration.nick = Some(nick);
    }
    try_register(hub, turn)
}

fn change_nick(hub: &mut Hub, turn: &mut Turn, user: UserId, nick: Name) -> Outcome {
    if hub.users[user].nick == nick {
        return Ok(());
    }
    let account = hub.account_of(turn.conn);
    hub.check_name(&nick, Some(user), account).map_err(|collision| refusal(&nick, collision))?;
    hub.check_nick_ban(user, nick.folded())?;
    let relay = hub.event_of(user, Action::Nick { nick: nick.as_str().into() });
    for room in hub.users[user].rooms.clone() {
        hub.keep_event(room, &relay);
    }
    hub.tell_neighbours(user, Some(turn.conn), &relay);
    turn.response.relay(relay);
    let (until, max) = (hub.now.wall, hub.settings.limits.past_users);
    hub.past.add(&hub.users[user], until, max);
    let old = hub.users[user].nick.clone();
    hub.users.rename(user, nick);
    if old.folded() != hub.users[user].nick.folded() {
        hub.tell_departure(&old);
        hub.tell_arrival(user);
    }
    Ok(())
}

fn refusal(nick: &Name, collision: Collision) -> Refusal {
    match collision {
        Collision::Taken(_) => Refusal::nick_in_use(nick.as_str()),
        Collision::Registered => Refusal::nick_registered(nick.as_str()),
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

/// Whether the password is right is said once all else is known. Where the server has none, one that is given is passed
/// over, as clients with one set for all servers expect.
pub(super) fn handle_pass(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let given = message.param(0).ok_or_else(|| Refusal::too_few_params("PASS"))?;
    let wanted = hub.settings.password.as_deref().unwrap_or(given);
    let is_right = constant_time::verify_slices_are_equal(given.as_bytes(), wanted.as_bytes());
    let connection = &mut hub.connections[&turn.conn];
    let registration = connection.registration_mut().ok_or_else(Refusal::already_registered)?;
    registration.has_password = is_right.is_ok();
    Ok(())
}

pub(super) fn handle_ping(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let token = message.param(0).filter(|token| !token.is_empty());
    let token = token.ok_or_else(Refusal::no_origin)?;
    turn.response.command("PONG", &[&hub.server], Some(token));
    Ok(())
}

/// That anything came at all is the sign of life; there is nothing else to do.
pub(super) fn handle_pong(_: &mut Hub, _: &mut Turn, _: &Message<'_>) -> Outcome {
    Ok(())
}

pub(super) fn handle_quit(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let reason = format!("Quit: {}", message.param(0).unwrap_or_default());
    end_with_error(hub, turn, &reason);
    Ok(())
}

pub(in crate::hub) fn end_with_error(hub: &mut Hub, turn: &mut Turn, reason: &str) {
    if let Some(connection) = hub.end_connection(turn.conn, reason) {
        turn.response.link("ERROR", &closing_words(connection.peer.address, reason));
    }
    turn.ending = Ending::Close;
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
    let away = registration.away.clone();
    if hub.lacks_password(turn.conn) {
        turn.response.refuse(&Refusal::wrong_password());
        end_with_error(hub, turn, "Wrong password");
        return Ok(());
    }
    let shown = shown_username(&username, hub.settings.limits.username_bytes);
    if let Some(ban) = hub.ban_on_newcomer(turn.conn, nick.folded(), &shown).cloned() {
        hub.end_banned(turn, &ban);
        return Ok(());
    }
    let claim = hub.claim_nick(turn.conn, &nick).inspect_err(|_| {
        if let Some(registration) = hub.connections[&turn.conn].registration_mut() {
            registration.nick = None;
        }
    })?;
    if hub.connections[&turn.conn].sasl.take().is_some() {
        turn.response.refuse(&Refusal::sasl_aborted());
    }
    let realname = hub.realname(&realname, &nick);
    // What a person's new connection leaves unsaid, or says for itself alone, changes nothing about the person.
    let speaks_for_all = !matches!(claim, Claim::Own(_));
    let user = match claim {
        Claim::Free => hub.start_session(turn.conn, nick, &username, realname),
        Claim::Ghost(ghost) => {
            hub.take_over(ghost, turn.conn, realname);
            ghost
        }
        Claim::Own(user) => {
            hub.join_user(turn.conn, user);
            user
        }
    };
    turn.user = Some(user);
    hub.adopt_values_of_newcomer(turn.conn);
    if speaks_for_all || away.as_deref().is_some_and(|reason| reason != "*") {
        hub.set_away(turn, user, away);
    }
    turn.response.set_nick(Arc::clone(&hub.users[user].source().nick));
    hub.welcome(user, &mut turn.response);
    if hub.users[user].account.is_some() {
        show_rooms(hub, turn, user);
    }
    Ok(())
}

/// Brings a session into the rooms that its user is in already, and its user into those that they are to be in again.
fn show_rooms(hub: &mut Hub, turn: &mut Turn, user: UserId) {
    for room in hub.users[user].rooms.clone() {
        if let Some(relay) = hub.enter_room(turn.conn, user, room, Membership::default()) {
            show_room(hub, turn, user, room, relay);
        }
    }
    for room in hub.rooms_to_reenter(user) {
        let membership = hub.arriving_membership(user, room);
        if let Some(relay) = hub.enter_room(turn.conn, user, room, membership) {
            show_room(hub, turn, user, room, relay);
        }
    }
}

/// Under which right a connection may have a nick.
enum Claim {
    /// Nobody has it.
    Free,
    /// A user of the same device has it, and is taken over.
    Ghost(UserId),
    /// A user of the same account has it, and gets another session.
    Own(UserId),
}

impl Hub {
    /// Whether a connection that is no session yet still owes the server's password.
    pub(super) fn lacks_password(&self, conn: ConnId) -> bool {
        let registration = self.connections[&conn].registration();
        self.settings.password.is_some()
            && registration.is_some_and(|registration| !registration.has_password)
    }

    /// Whether a connection may have the nick, and by which right.
    fn claim_nick(&self, conn: ConnId, nick: &Name) -> Result<Claim, Refusal> {
        let connection = &self.connections[&conn];
        let (device_key, account) = (connection.peer.device_key, connection.account);
        let Err(collision) = self.check_name(nick, None, account) else { return Ok(Claim::Free) };
        if let Collision::Taken(holder) = collision {
            let user = &self.users[holder];
            if account.is_some() && user.account_id == account {
                return Ok(Claim::Own(holder));
            }
            if account.is_none() && device_key.is_some() && user.device_key == device_key {
                return Ok(Claim::Ghost(holder));
            }
        }
        Err(refusal(nick, collision))
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
        let login = self.login(connection.account);
        let is_guest = login.is_none() && connection.guest == Guest::Irc;
        let device_key = connection.peer.device_key.filter(|_| is_guest);
        let guest_author = match device_key {
            Some(key) => self.secret.author_of_device(key),
            None => self.secret.author_of_stay(self.ids.message(self.now.wall)),
        };
        let author = login.as_ref().map(|login| self.secret.author_of_account(login.account));
        let author = author.unwrap_or(guest_author);
        let user = self.users.insert(NewUser {
            nick,
            username: shown_username(username, self.settings.limits.username_bytes).into(),
            host: shown_host(connection.peer.address).into(),
            realname,
            guest: connection.guest,
            encrypted: connection.peer.encrypted,
            device_key,
            guest_author,
            author,
            login,
            address: connection.peer.address.to_canonical(),
            session: conn,
            signed_on: self.now.wall,
            now_ms: self.now.monotonic_ms,
        });
        self.begin_session(conn, user);
        self.tell_arrival(user);
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
