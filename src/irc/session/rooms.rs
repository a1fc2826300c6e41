//! Coming into rooms and leaving them, ours and others', and topics.

use majlis_protocol::{Capability, Encoder, fold};

use super::conversation::Stage;
use super::dispatch::{Handler, Line};
use super::features::MemberModes;
use super::output::{Labelled, labelled};
use super::roster::clean_display_name;
use super::{Phase, Session};
use crate::irc::event::{Event, Happening, Refusal};

/// What is not said often.
pub(super) const HANDLERS: &[(&str, Handler)] = &[("RENAME", Session::handle_rename)];

impl Session {
    /// Takes the lobby among the rooms to be in, unless the person left it.
    pub(super) fn want_lobby(&mut self, lobby: Option<String>) {
        self.lobby = lobby.as_deref().map(fold);
        let Some(lobby) = lobby.filter(|_| self.wants_lobby) else { return };
        if let Some((_, room)) = self.conversations.ensure(&lobby) {
            room.is_wanted = true;
        }
    }

    /// Has this password said where a room wants one.
    pub(super) fn set_room_key(&mut self, name: &str, key: String) {
        if let Some((_, room)) = self.conversations.ensure(name) {
            room.key = Some(key).filter(|key| !key.is_empty());
        }
    }

    pub(super) fn join_wanted_rooms(&mut self) {
        for name in self.conversations.wanted() {
            let key = fold(&name);
            if !self.live.roster.is_in(&key) {
                self.send_join(&key, &name);
            }
        }
    }

    /// Asks to be let in; the answer is our own JOIN, or a refusal with the label or the room's name.
    pub(super) fn send_join(&mut self, key: &str, name: &str) {
        let label = self.open_label(Labelled::Join(key.to_owned()));
        let mut line = labelled(Encoder::new("JOIN"), label.as_deref());
        let room_key = self.conversations.get(key).and_then(|room| room.key.clone());
        let is_room = self.live.features.is_room(name) && !name.contains(',');
        line = line.param(name);
        // Of two words the second would be a parameter of its own, and of two passwords that of another room.
        if let Some(room_key) = room_key.as_deref().filter(|key| !key.contains([' ', ','])) {
            line = line.param(room_key);
        }
        if is_room && self.live.output.send(&line) {
            if let Some(room) = self.conversations.get_mut(key) {
                room.stage = Stage::Joining;
            }
        } else {
            self.fail_join(key, Refusal::NotARoom);
        }
    }

    pub(super) fn fail_join(&mut self, key: &str, reason: Refusal) {
        if let Some(room) = self.conversations.get_mut(key) {
            room.stage = Stage::Open;
        }
        self.fail_doubts(key);
        let room = self.conversations.name(key).to_owned();
        self.tell(Event::JoinFailed { room, reason });
    }

    /// `JOIN room [account :realname]` (the latter by extended-join).
    pub(super) fn handle_join(&mut self, line: &Line<'_>) {
        let (nick, name) = (line.nick(), line.param(0));
        if self.live.phase < Phase::Welcomed || nick.is_empty() || !self.live.features.is_room(name)
        {
            return;
        }
        let key = fold(name);
        let is_own = self.is_own(nick);
        if is_own && !self.enter_room(&key, name) {
            return;
        }
        self.live.roster.add(&key, nick, MemberModes::default());
        if self.has(Capability::ExtendedJoin) {
            self.live.roster.update(nick, |person| {
                person.is_registered = !matches!(line.param(1), "" | "*");
                person.display_name = clean_display_name(line.param(2));
            });
        }
        let member = self.live.roster.member(&key, nick, &self.live.features);
        if let (false, Some(member)) = (is_own, member) {
            let room = self.conversations.name(&key).to_owned();
            self.tell(Event::MemberJoined { room, member });
            self.tell_happened(line, &key, vec![Happening::Joined]);
        }
    }

    /// We are let in; `false` where we were inside already, or have no place for one more room.
    fn enter_room(&mut self, key: &str, name: &str) -> bool {
        if self.live.roster.is_in(key) {
            return false;
        }
        let Some((_, room)) = self.conversations.ensure(name) else { return false };
        name.clone_into(&mut room.name);
        room.is_wanted = true;
        self.live.roster.enter(key);
        self.tell(Event::Joined { room: name.to_owned() });
        self.ask_who(name);
        self.begin_fill(key);
        true
    }

    /// `PART room [:words]`.
    pub(super) fn handle_part(&mut self, line: &Line<'_>) {
        if self.is_own(line.nick()) {
            self.leave_room(&fold(line.param(0)), String::new());
        } else {
            self.remove_member(line, line.nick(), Happening::Left);
        }
    }

    /// `KICK room nick [:words]`. Who was put out does not come back by themselves.
    pub(super) fn handle_kick(&mut self, line: &Line<'_>) {
        if self.is_own(line.param(1)) {
            let words = if line.param(2).is_empty() { line.nick() } else { line.param(2) };
            self.leave_room(&fold(line.param(0)), words.to_owned());
        } else {
            let what = self.removal(line);
            self.remove_member(line, line.param(1), what);
        }
    }

    /// `QUIT [:words]`.
    pub(super) fn handle_quit(&mut self, line: &Line<'_>) {
        if self.is_own(line.nick()) {
            return;
        }
        // Before they are forgotten, and with them what they call themselves.
        let happened = self.occurrences(line, vec![Happening::Left]);
        for key in self.live.roster.remove_everywhere(line.nick()) {
            self.tell_member_left(&key, line.nick());
            self.tell_occurrences(&key, happened.clone());
        }
    }

    fn leave_room(&mut self, key: &str, reason: String) {
        if !self.live.roster.leave(key) {
            return;
        }
        self.end_fill(key);
        if let Some(room) = self.conversations.get_mut(key) {
            room.is_wanted = false;
        }
        let room = self.conversations.name(key).to_owned();
        self.tell(Event::Left { room, reason });
    }

    /// Somebody left a room, by what the line says.
    fn remove_member(&mut self, line: &Line<'_>, nick: &str, what: Happening) {
        let key = fold(line.param(0));
        let happened = self.occurrences(line, vec![what]);
        if self.live.roster.remove(&key, nick) {
            self.tell_member_left(&key, nick);
            self.tell_occurrences(&key, happened);
        }
    }

    fn tell_member_left(&mut self, key: &str, nick: &str) {
        let room = self.conversations.name(key).to_owned();
        self.tell(Event::MemberLeft { room, nick: nick.to_owned() });
    }

    /// `TOPIC room :topic`.
    pub(super) fn handle_topic(&mut self, line: &Line<'_>) {
        self.tell_topic(line.param(0), line.param(1));
        let key = fold(line.param(0));
        if self.live.roster.is_in(&key) {
            self.tell_happened(line, &key, vec![Happening::Topic(line.param(1).to_owned())]);
        }
    }

    /// `332 me room :topic`.
    pub(super) fn handle_topic_reply(&mut self, line: &Line<'_>) {
        self.tell_topic(line.param(1), line.param(2));
    }

    /// `331 me room :words`.
    pub(super) fn handle_no_topic(&mut self, line: &Line<'_>) {
        self.tell_topic(line.param(1), "");
    }

    fn tell_topic(&mut self, room: &str, topic: &str) {
        let key = fold(room);
        if self.live.roster.is_in(&key) {
            let room = self.conversations.name(&key).to_owned();
            self.tell(Event::Topic { room, topic: topic.to_owned() });
        }
    }

    /// `RENAME old new :words` (draft/channel-rename).
    fn handle_rename(&mut self, line: &Line<'_>) {
        let (old, new) = (fold(line.param(0)), line.param(1));
        if !self.live.roster.is_in(&old) || !self.live.features.is_room(new) {
            return;
        }
        let old_name = self.conversations.name(&old).to_owned();
        let key = fold(new);
        self.live.roster.rename_room(&old, &key);
        if self.live.untold_rooms.remove(&old) {
            self.live.untold_rooms.insert(key.clone());
        }
        self.conversations.rename(&old, new);
        if self.lobby.as_ref() == Some(&old) {
            self.lobby = Some(key.clone());
        }
        self.outbox.rename_target(&old, new);
        self.live.history.rename(&old, &key);
        self.tell(Event::Renamed { old: old_name, new: new.to_owned() });
        self.tell_happened(line, &key, vec![Happening::Renamed(new.to_owned())]);
    }

    /// Whether a nick is ours.
    pub(super) fn is_own(&self, nick: &str) -> bool {
        !nick.is_empty() && fold(nick) == fold(&self.live.nick)
    }
}
