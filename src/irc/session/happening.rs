//! What people do in a room besides speaking, as lines of its timeline: told when it happens, and read again from history
//! (draft/event-playback).
//!
//! Owns what is worth a line and how it is known again. What it changes (who is inside, the topic) is for the handlers, and
//! what history says has changed already.

use majlis_protocol::{Capability, fold};

use super::Session;
use super::batch::BatchUse;
use super::dispatch::Line;
use super::message::make_id;
use super::roster::{clean_display_name, shown_name};
use crate::irc::event::{Event, Happening, MSGID_MAX_BYTES, Occurrence, Role};

/// A change of one member's rights, as MODE tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ModeOfMember<'a> {
    pub(super) nick: &'a str,
    pub(super) letter: char,
    pub(super) is_set: bool,
}

impl Session {
    /// Tells what one line did in a room.
    pub(super) fn tell_happened(&mut self, line: &Line<'_>, key: &str, what: Vec<Happening>) {
        let happened = self.occurrences(line, what);
        self.tell_occurrences(key, happened);
    }

    /// Tells what happened in a room.
    pub(super) fn tell_occurrences(&mut self, key: &str, happened: Vec<Occurrence>) {
        for occurrence in happened {
            let room = self.conversations.name(key).to_owned();
            self.tell(Event::Happened { room, occurrence });
        }
    }

    /// A line of history that is nothing said: goes into the page that is under way, if it is worth a line.
    pub(super) fn take_happened(&mut self, line: &Line<'_>) {
        if line.purpose() != BatchUse::Answer {
            return;
        }
        let what = self.happenings_of_history(line);
        for occurrence in self.occurrences(line, what) {
            self.live.history.add_happened(occurrence);
        }
    }

    /// What it says of history. That we ourselves came and went is no news to us.
    fn happenings_of_history(&self, line: &Line<'_>) -> Vec<Happening> {
        let is_own = self.is_own(line.nick());
        let first = || line.param(0).to_owned();
        let second = || line.param(1).to_owned();
        match line.message.command().to_ascii_uppercase().as_str() {
            "JOIN" if !is_own => vec![Happening::Joined],
            "PART" | "QUIT" if !is_own => vec![Happening::Left],
            "KICK" => vec![self.removal(line)],
            "NICK" => vec![Happening::Nick(first())],
            "TOPIC" => vec![Happening::Topic(second())],
            "RENAME" => vec![Happening::Renamed(second())],
            "MODE" => self.happenings_of_mode(line),
            _ => Vec::new(),
        }
    }

    /// `KICK room nick [:words]`.
    pub(super) fn removal(&self, line: &Line<'_>) -> Happening {
        let nick = line.param(1).to_owned();
        let display_name = self.display_name_of(&nick);
        Happening::Removed { nick, display_name, reason: line.param(2).to_owned() }
    }

    /// `MODE room changes parameters…`: a role each, and then the rest together.
    pub(super) fn happenings_of_mode(&self, line: &Line<'_>) -> Vec<Happening> {
        let roles = self.role_changes(line).into_iter().map(|change| self.role_given(line, change));
        let others = self.other_modes(line);
        roles.chain((!others.is_empty()).then_some(Happening::Modes(others))).collect()
    }

    /// Live, a role is what all of somebody's modes come to; of history only the one change is known.
    fn role_given(&self, line: &Line<'_>, change: ModeOfMember<'_>) -> Happening {
        let features = &self.live.features;
        let mode = features.member_mode(change.letter).filter(|_| change.is_set);
        let alone = mode.map_or(Role::None, |mode| features.role(mode));
        let is_live = line.purpose() == BatchUse::Ordinary;
        let member = self.live.roster.member(&fold(line.param(0)), change.nick, features);
        Happening::Role {
            nick: change.nick.to_owned(),
            display_name: self.display_name_of(change.nick),
            role: member.filter(|_| is_live).map_or(alone, |member| member.role),
        }
    }

    /// The changes of members' rights in a MODE.
    pub(super) fn role_changes<'a>(&self, line: &Line<'a>) -> Vec<ModeOfMember<'a>> {
        let mut changes = Vec::new();
        self.read_mode(line, |letter, is_set, param| {
            if let Some(nick) = param.filter(|_| self.live.features.member_mode(letter).is_some()) {
                changes.push(ModeOfMember { nick, letter, is_set });
            }
        });
        changes
    }

    /// The other modes, as MODE writes them but without parameters: keys and masks are nobody's affair.
    fn other_modes(&self, line: &Line<'_>) -> String {
        let features = &self.live.features;
        // Where it takes a parameter, it gives newcomers what it keeps from them on Majlis (InspIRCd, chanhistory).
        let means_otherwise = |letter| letter == 'H' && features.takes_param(letter, true);
        let mut others = String::new();
        self.read_mode(line, |letter, is_set, _| {
            if features.member_mode(letter).is_none() && !means_otherwise(letter) {
                others.extend([if is_set { '+' } else { '-' }, letter]);
            }
        });
        others
    }

    /// Goes through the changes of a MODE with the parameters that they have.
    fn read_mode<'a>(&self, line: &Line<'a>, mut take: impl FnMut(char, bool, Option<&'a str>)) {
        let features = &self.live.features;
        let mut params = line.message.params().iter().skip(2);
        let mut is_set = true;
        for letter in line.param(1).chars() {
            if let '+' | '-' = letter {
                is_set = letter == '+';
                continue;
            }
            let has_param =
                features.member_mode(letter).is_some() || features.takes_param(letter, is_set);
            take(letter, is_set, if has_param { params.next().copied() } else { None });
        }
    }

    /// What a line did, each with an identifier. What a server does by itself is no news.
    pub(super) fn occurrences(&self, line: &Line<'_>, what: Vec<Happening>) -> Vec<Occurrence> {
        if !line.message.source().is_some_and(|source| source.contains('!')) {
            return Vec::new();
        }
        let id = id_of(line);
        let display_name = self.display_name_of(line.nick()).or_else(|| self.joined_as(line));
        let number = |(number, what): (usize, Happening)| Occurrence {
            event_id: if number == 0 { id.clone() } else { format!("{id}/{number}") },
            time_ms: line.time_ms,
            nick: line.nick().to_owned(),
            display_name: display_name.clone(),
            what,
        };
        what.into_iter().enumerate().map(number).collect()
    }

    /// What somebody called themselves when they came (IRCv3 extended-join).
    fn joined_as(&self, line: &Line<'_>) -> Option<String> {
        let is_join = line.message.command().eq_ignore_ascii_case("JOIN");
        let says = is_join && self.has(Capability::ExtendedJoin);
        let name = says.then(|| clean_display_name(line.param(2))).flatten();
        name.map(|name| shown_name(&name, line.nick()))
    }
}

/// The server's identifier, or one made of time and content.
fn id_of(line: &Line<'_>) -> String {
    let told = line.message.tag("msgid");
    let told = told.filter(|id| !id.is_empty() && id.len() <= MSGID_MAX_BYTES);
    told.map_or_else(
        || {
            let parts = [line.nick(), line.message.command()].into_iter();
            let parts: Vec<&str> = parts.chain(line.message.params().iter().copied()).collect();
            make_id(line.time_ms, &parts)
        },
        std::borrow::Cow::into_owned,
    )
}
