//! Who can be spoken to right now: being away, and whom we watch (IRCv3 away-notify, MONITOR, extended-monitor); and being
//! asked into rooms.

use std::collections::BTreeMap;

use majlis_protocol::{Encoder, fold, numeric};

use super::dispatch::{Handler, Line};
use super::roster::Person;
use super::{Phase, Session};
use crate::irc::event::Event;
use crate::irc::question::Presence;

/// How many people are watched where the server does not say how many may be.
pub(super) const WATCHED_MAX: usize = 100;
/// How many bytes of nicks stand on one line.
const NICKS_OF_A_LINE_BYTES: usize = 400;

/// The commands of this module.
pub(super) const HANDLERS: &[(&str, Handler)] = &[
    (numeric::RPL_AWAY, Session::handle_away_reply),
    (numeric::RPL_UNAWAY, |session, _| session.tell(Event::OwnAway { is_away: false })),
    (numeric::RPL_NOWAWAY, |session, _| session.tell(Event::OwnAway { is_away: true })),
    (numeric::RPL_MONONLINE, |session, line| session.handle_monitored(line, true)),
    (numeric::RPL_MONOFFLINE, |session, line| session.handle_monitored(line, false)),
    ("INVITE", Session::handle_invite),
];

/// Somebody whom we watch.
#[derive(Debug, Default)]
struct Watched {
    nick: String,
    /// What MONITOR said on this connection.
    is_online: Option<bool>,
    /// What AWAY said on this connection.
    is_away: bool,
    told: Presence,
}

/// The people whom we watch, by folded nicks.
#[derive(Debug, Default)]
pub(super) struct WatchList {
    people: BTreeMap<String, Watched>,
    /// The state of the roster that presences were told for.
    told_version: u64,
    is_changed: bool,
}

impl Session {
    /// The person wants to be told of these people, and of no others.
    pub(super) fn watch(&mut self, nicks: Vec<String>) {
        let mut before = std::mem::take(&mut self.watch_list.people);
        let mut added = Vec::new();
        for nick in nicks {
            let key = fold(&nick);
            let known = before.remove(&key).unwrap_or_else(|| {
                added.push(nick.clone());
                Watched { nick, ..Watched::default() }
            });
            self.watch_list.people.insert(key, known);
        }
        self.watch_list.is_changed = true;
        if self.live.phase == Phase::Registered {
            let removed: Vec<String> = before.into_values().map(|known| known.nick).collect();
            self.send_monitor("-", &removed);
            self.send_monitor("+", &added);
        }
    }

    /// Tells a new connection whom we watch.
    pub(super) fn watch_all(&mut self) {
        let nicks: Vec<String> =
            self.watch_list.people.values().map(|known| known.nick.clone()).collect();
        self.send_monitor("+", &nicks);
    }

    /// The connection is gone, and nothing is known any more.
    pub(super) fn forget_presences(&mut self) {
        for known in self.watch_list.people.values_mut() {
            known.is_online = None;
            known.is_away = false;
        }
        self.watch_list.is_changed = true;
        self.tell_presences();
    }

    fn send_monitor(&mut self, sign: &str, nicks: &[String]) {
        let Some(most) = self.live.features.watched_max(WATCHED_MAX) else { return };
        let mut line = String::new();
        for nick in nicks.iter().take(most).filter(|nick| !nick.contains(',')) {
            if !line.is_empty() && line.len() + nick.len() > NICKS_OF_A_LINE_BYTES {
                self.live.output.send(&Encoder::new("MONITOR").param(sign).param(&line));
                line.clear();
            }
            if !line.is_empty() {
                line.push(',');
            }
            line.push_str(nick);
        }
        if !line.is_empty() {
            self.live.output.send(&Encoder::new("MONITOR").param(sign).param(&line));
        }
    }

    /// `730 me :nick!user@host,…` and `731 me :nick,…`.
    fn handle_monitored(&mut self, line: &Line<'_>, is_online: bool) {
        for target in line.words().split(',') {
            let nick = target.split('!').next().unwrap_or_default();
            if let Some(known) = self.watch_list.people.get_mut(&fold(nick)) {
                known.is_online = Some(is_online);
                known.is_away &= is_online;
                self.watch_list.is_changed = true;
            }
        }
    }

    /// Somebody said that they are away or back.
    pub(super) fn note_away(&mut self, nick: &str, is_away: bool) {
        if let Some(known) = self.watch_list.people.get_mut(&fold(nick)) {
            known.is_away = is_away;
            self.watch_list.is_changed = true;
        }
    }

    /// Tells what changed of those whom we watch.
    pub(super) fn tell_presences(&mut self) {
        let version = self.live.roster.version();
        let watch_list = &mut self.watch_list;
        if !watch_list.is_changed && watch_list.told_version == version {
            return;
        }
        watch_list.is_changed = false;
        watch_list.told_version = version;
        for (key, known) in &mut watch_list.people {
            let presence = match (self.live.roster.person_by_key(key), known.is_online) {
                (Some(person), _) if person.is_away => Presence::Away,
                (None, Some(true)) if known.is_away => Presence::Away,
                (Some(_), _) | (None, Some(true)) => Presence::Here,
                (None, Some(false)) => Presence::Offline,
                (None, None) => Presence::Unknown,
            };
            if std::mem::replace(&mut known.told, presence) != presence {
                self.events.push(Event::Presence { nick: known.nick.clone(), presence });
            }
        }
    }

    /// Goes away with these words, or comes back.
    pub(super) fn set_away(&mut self, words: Option<&str>) {
        if self.live.phase != Phase::Registered {
            return;
        }
        let line = Encoder::new("AWAY");
        match words {
            None => drop(self.live.output.send(&line)),
            Some(words) if self.live.output.send(&line.clone().trailing(words)) => {}
            Some(_) => self.tell(Event::Refused(crate::irc::event::Refusal::CannotBeSaid)),
        }
    }

    /// `301 me nick :words`: in the answer to WHOIS, or in answer to what we said to them.
    fn handle_away_reply(&mut self, line: &Line<'_>) {
        let words = line.words();
        if !self.in_whois(line, |whois| whois.away = Some(words.clone())) {
            let (nick, time_ms) = (line.param(1).to_owned(), line.time_ms);
            self.note_away(&nick, true);
            self.tell(Event::AwayWords { nick, words, time_ms });
        }
    }

    /// `INVITE nick room`; that somebody else is asked in is of no concern (IRCv3 invite-notify).
    fn handle_invite(&mut self, line: &Line<'_>) {
        let room = line.param(1);
        if self.is_own(line.param(0)) && self.live.features.is_room(room) {
            let person = self.live.roster.person(line.nick());
            let by = person.and_then(Person::shown_name);
            let nick = line.nick().to_owned();
            let by = by.unwrap_or_else(|| nick.clone());
            self.tell(Event::Invited { room: room.to_owned(), nick, by });
        }
    }
}
