//! Who is in our rooms and what is known of them: NAMES, WHO, modes, nicks, being away, accounts.

use std::mem;

use majlis_protocol::{Capability, Encoder, fold};

use super::Session;
use super::dispatch::Line;
use super::happening::ModeOfMember;
use super::registration::realname;
use super::roster::{Person, clean_display_name};
use crate::irc::event::{Event, Happening};

/// What is asked of a server with WHOX, and the token by which its answers are known: nick, flags, account, realname.
const WHOX_FIELDS: &str = "%tnfar,1";
const WHOX_TOKEN: &str = "1";

impl Session {
    /// `353 me symbol room :nicks`, each with its prefixes and, on some servers, user and host.
    pub(super) fn handle_names_reply(&mut self, line: &Line<'_>) {
        let key = fold(line.param(2));
        for member in line.param(3).split_whitespace() {
            let (modes, rest) = self.live.features.split_prefixes(member);
            let nick = rest.split('!').next().unwrap_or_default();
            if !nick.is_empty() {
                self.live.roster.add(&key, nick, modes);
            }
        }
    }

    /// `366 me room`: all nicks were named.
    pub(super) fn handle_names_end(&mut self, line: &Line<'_>) {
        self.live.untold_rooms.insert(fold(line.param(1)));
    }

    /// Asks what the people of a room call themselves. To be asked before its history, so that what they said comes under
    /// the names they are known by.
    pub(super) fn ask_who(&mut self, room: &str) {
        let who = Encoder::new("WHO").param(room);
        let has_whox = self.live.features.has_whox();
        self.live.output.send(&if has_whox { who.param(WHOX_FIELDS) } else { who });
    }

    /// `352 me room user host server nick flags :hops realname`.
    pub(super) fn handle_who_reply(&mut self, line: &Line<'_>) {
        let (nick, flags) = (line.param(5), line.param(6));
        let realname = line.param(7).split_once(' ').map_or("", |(_hops, realname)| realname);
        self.live.roster.update(nick, |person| {
            person.is_away = flags.starts_with('G');
            person.display_name = clean_display_name(realname);
        });
    }

    /// `354 me token nick flags account :realname`.
    pub(super) fn handle_whox_reply(&mut self, line: &Line<'_>) {
        if line.param(1) != WHOX_TOKEN {
            return;
        }
        let (nick, flags, account) = (line.param(2), line.param(3), line.param(4));
        self.live.roster.update(nick, |person| {
            person.is_away = flags.starts_with('G');
            person.is_registered = !matches!(account, "" | "0" | "*");
            person.display_name = clean_display_name(line.param(5));
        });
    }

    /// `315 me room`: the list is complete.
    pub(super) fn handle_who_end(&mut self, line: &Line<'_>) {
        self.live.untold_rooms.insert(fold(line.param(1)));
    }

    /// Tells who is in the rooms whose lists are complete, as it is by now.
    pub(super) fn tell_members(&mut self) {
        for key in mem::take(&mut self.live.untold_rooms) {
            if self.live.roster.is_in(&key) {
                let members = self.live.roster.members(&key, &self.live.features);
                let room = self.conversations.name(&key).to_owned();
                self.tell(Event::Members { room, members, more: false });
            }
        }
    }

    /// `NICK new`.
    pub(super) fn handle_nick(&mut self, line: &Line<'_>) {
        let (old, new) = (line.nick(), line.param(0));
        if old.is_empty() || new.is_empty() {
            return;
        }
        let is_own = self.is_own(old);
        if !is_own && self.live.roster.person(old).is_none() {
            return;
        }
        if is_own {
            self.handle_own_nick(new);
        }
        let rooms = self.live.roster.rooms_of(old);
        self.live.roster.rename(old, new);
        self.tell(Event::Nick { old: old.to_owned(), new: new.to_owned() });
        // What they are shown as may depend on it.
        if let Some(person) = self.live.roster.person(new).cloned() {
            self.tell_person(person);
        }
        for key in rooms {
            self.tell_happened(line, &key, vec![Happening::Nick(new.to_owned())]);
        }
    }

    /// A name that the person chose is asked for on later connections, too; one that the server chose is not.
    fn handle_own_nick(&mut self, new: &str) {
        new.clone_into(&mut self.live.nick);
        let asked = self.live.asked_name.take_if(|asked| fold(&asked.nick) == fold(new));
        if let Some(asked) = asked {
            self.wanted_nick = Some(asked.nick);
            self.take_display_name(asked.display_name);
        }
    }

    /// Tells others what we call ourselves now, where the server lets us (IRCv3 setname).
    pub(super) fn take_display_name(&mut self, display_name: String) {
        self.display_name = display_name;
        if self.has(Capability::Setname) {
            let realname = realname(&self.display_name);
            self.live.output.send(&Encoder::new("SETNAME").trailing(realname));
        }
    }

    /// `AWAY [:words]` (IRCv3 away-notify).
    pub(super) fn handle_away(&mut self, line: &Line<'_>) {
        let is_away = !line.param(0).is_empty();
        self.note_away(line.nick(), is_away);
        self.update_person(line.nick(), |person| person.is_away = is_away);
    }

    /// `ACCOUNT name`, or `*` for nobody (IRCv3 account-notify).
    pub(super) fn handle_account(&mut self, line: &Line<'_>) {
        let is_registered = !matches!(line.param(0), "" | "*");
        self.update_person(line.nick(), |person| person.is_registered = is_registered);
    }

    /// `SETNAME :realname` (IRCv3 setname).
    pub(super) fn handle_setname(&mut self, line: &Line<'_>) {
        let display_name = clean_display_name(line.param(0));
        self.update_person(line.nick(), |person| person.display_name = display_name);
    }

    pub(super) fn update_person(&mut self, nick: &str, change: impl FnOnce(&mut Person)) {
        if let Some(person) = self.live.roster.update(nick, change) {
            self.tell_person(person);
        }
    }

    fn tell_person(&mut self, person: Person) {
        self.tell(Event::Person {
            display_name: person.shown_name(),
            nick: person.nick,
            is_away: person.is_away,
            is_registered: person.is_registered,
        });
    }

    /// `MODE room changes parameters…`.
    pub(super) fn handle_mode(&mut self, line: &Line<'_>) {
        let key = fold(line.param(0));
        if !self.live.roster.is_in(&key) {
            return;
        }
        for change in self.role_changes(line) {
            let ModeOfMember { nick, letter, is_set } = change;
            self.change_role(&key, nick, letter, is_set);
        }
        let what = self.happenings_of_mode(line);
        self.tell_happened(line, &key, what);
    }

    fn change_role(&mut self, key: &str, nick: &str, letter: char, is_set: bool) {
        let Some(mode) = self.live.features.member_mode(letter) else { return };
        let Some(modes) = self.live.roster.change_modes(key, nick, mode, is_set) else { return };
        let role = self.live.features.role(modes);
        let room = self.conversations.name(key).to_owned();
        self.tell(Event::Role { room, nick: nick.to_owned(), role });
    }
}
