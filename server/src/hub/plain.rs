//! The plain room: people with `nc`, `telnet` or a ten-line script, in the lobby (server.md, "One port, four kinds of guest").
//!
//! Owns the conversation by which a plain guest gets a name, and its exact words. What others say to them is made readable
//! by the relay; where a text ends is the reactor's affair.

use majlis_protocol::{Name, split_text};

use super::Hub;
use super::channel::Membership;
use super::command::text_room;
use super::user::{Collision, UserId};
use crate::event::{ConnId, Guest, Outbound};

const GREETING: &str = "Greetings from the server! Now type your name and press enter!";
const NO_PASSWORDS: &str = "That looks like a password, and everybody is told of a name";
const PASSWORD_WANTED: &str = "This server asks for a password, which an IRC program can give.";
/// The word that ends the visit.
const SHUTDOWN: &str = "shutdown";

impl Hub {
    pub(super) fn greet_plain(&mut self, conn: ConnId) {
        self.send(conn, GREETING.into());
    }

    /// Takes a plain guest's text: their name first, then what they say in the lobby.
    pub(super) fn handle_text(&mut self, conn: ConnId, text: &str) {
        let Some(connection) = self.connections.get_mut(&conn) else { return };
        connection.set_heard(self.now.monotonic_ms);
        if connection.guest != Guest::Plain {
            return;
        }
        let user = connection.user();
        let text = text.trim();
        match user {
            _ if text == SHUTDOWN => self.shut_down_plain(conn),
            _ if text.is_empty() => {}
            Some(user) => self.say_in_lobby(conn, user, text),
            None => self.name_plain(conn, text),
        }
    }

    fn shut_down_plain(&mut self, conn: ConnId) {
        if self.end_connection(conn, "Left the plain room").is_some() {
            self.out.events.push(Outbound::Close { conn, farewell: [].into() });
        }
    }

    /// Seats a plain guest under the name they typed, or says in one line why it cannot be theirs.
    fn name_plain(&mut self, conn: ConnId, typed: &str) {
        if self.settings.password.is_some() {
            return self.turn_away_plain(conn);
        }
        match self.plain_name(typed) {
            Ok(nick) if self.end_banned_plain(conn, nick.folded()) => {}
            Ok(nick) => self.seat_plain(conn, nick, typed),
            Err(why) => {
                self.send(conn, format!("{why}. Type another name and press enter!").into_bytes());
            }
        }
    }

    /// There is no way to give a password here that others would not be told of as a name.
    fn turn_away_plain(&mut self, conn: ConnId) {
        if self.end_connection(conn, "No password").is_some() {
            let farewell = PASSWORD_WANTED.as_bytes().into();
            self.out.events.push(Outbound::Close { conn, farewell });
        }
    }

    /// A nick has no spaces; between the words of a name, `_` stands for them.
    fn plain_name(&self, typed: &str) -> Result<Name, String> {
        let words: Vec<_> = typed.split_whitespace().collect();
        if words.len() > 1 && words[0].eq_ignore_ascii_case("pass") {
            return Err(NO_PASSWORDS.to_owned());
        }
        let joined = words.join("_");
        let nick =
            Name::nick(&joined).map_err(|why| format!("That name cannot be yours: {why}"))?;
        match self.check_name(&nick, None, None) {
            Ok(()) => Ok(nick),
            Err(Collision::Taken(_)) => Err(format!("The name {} is taken", nick.as_str())),
            Err(Collision::Registered) => {
                Err(format!("The name {} belongs to somebody who signs in", nick.as_str()))
            }
            Err(Collision::Confusable) => {
                Err(format!("The name {} looks like one that is taken", nick.as_str()))
            }
        }
    }

    fn seat_plain(&mut self, conn: ConnId, nick: Name, typed: &str) {
        let welcome =
            format!("Welcome {}! If you ever want to quit, type shutdown to exit.", nick.as_str());
        self.send(conn, welcome.into_bytes());
        let realname = self.realname(typed, &nick);
        let user = self.start_session(conn, nick, "plain", realname);
        let Some(lobby) = self.channels.find(self.settings.lobby.folded()) else { return };
        match self.check_entry(user, lobby, None) {
            Ok(()) => {
                self.enter_room(conn, user, lobby, Membership::default());
            }
            Err(refusal) => self.close(conn, &refusal.text),
        }
    }

    /// Ends the visit of plain guests who are in the lobby no more: they have no other place.
    pub(super) fn end_plain_visit(&mut self, user: UserId) {
        for conn in self.users[user].sessions.clone() {
            self.close(conn, "You were removed from the chat");
        }
    }

    /// Says a text in as many messages as it needs.
    fn say_in_lobby(&mut self, conn: ConnId, user: UserId, text: &str) {
        let lobby = self.settings.lobby.clone();
        let Some(room) = self.channels.find(lobby.folded()) else { return };
        let refusal = self.check_speech(user, room, text, true);
        if let Err(refusal) = refusal.and_then(|()| self.check_space("PRIVMSG", lobby.as_str())) {
            return self.send(conn, format!("{}.", refusal.text).into_bytes());
        }
        self.users[user].spoke_ms = self.now.monotonic_ms;
        let max_bytes = text_room(self.users[user].source(), lobby.as_str());
        for piece in split_text(text, max_bytes) {
            self.say_plainly(user, room, piece);
        }
    }
}
