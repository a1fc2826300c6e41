//! What the server says in answer to a question, line by line.

use std::mem;

use majlis_protocol::{fold, numeric};

use super::dispatch::{Handler, Line};
use super::questions::Current;
use super::roster::clean_display_name;
use super::{Now, Session};
use crate::irc::Secret;
use crate::irc::event::Message;
use crate::irc::question::{Answer, Deed, Device, ListedRoom, Question, RoomSetup, Whois};

/// How many rooms of a list are looked at.
pub(super) const LISTED_MAX: usize = 10_000;
/// So many rooms are told at once.
pub(super) const LISTED_AT_ONCE: usize = 200;
/// How many bans of a room are looked at.
const BANS_MAX: usize = 1000;
/// How many rooms somebody is in are looked at.
const ROOMS_OF_PERSON_MAX: usize = 200;
/// How many devices of an account are looked at.
const DEVICES_MAX: usize = 1000;
/// How many messages of a search are looked at.
const FOUND_MAX: usize = 1000;

/// The numerics of answers.
pub(super) const HANDLERS: &[(&str, Handler)] = &[
    (numeric::RPL_LIST, Session::handle_listed),
    (numeric::RPL_LISTEND, |session, line| {
        session.finish_unlabelled(line, |question| matches!(question, Question::Rooms { .. }));
    }),
    (numeric::RPL_WHOISUSER, |session, line| {
        session.in_whois(line, |whois| {
            line.param(1).clone_into(&mut whois.nick);
            line.param(3).clone_into(&mut whois.host);
            whois.display_name = clean_display_name(&line.words());
        });
    }),
    (numeric::RPL_WHOISCHANNELS, Session::handle_whois_rooms),
    (numeric::RPL_WHOISACCOUNT, |session, line| {
        session.in_whois(line, |whois| whois.account = Some(line.param(2).to_owned()));
    }),
    (numeric::RPL_WHOISIDLE, |session, line| {
        session.in_whois(line, |whois| {
            whois.idle_seconds = line.param(2).parse().ok();
            let signed_on_s = line.param(3).parse::<u64>().ok();
            whois.signed_on_ms = signed_on_s.map(|seconds| seconds.saturating_mul(1000));
        });
    }),
    (numeric::RPL_WHOISOPERATOR, |session, line| {
        session.in_whois(line, |whois| whois.is_server_operator = true);
    }),
    (numeric::RPL_WHOISBOT, |session, line| {
        session.in_whois(line, |whois| whois.is_bot = true);
    }),
    (numeric::RPL_WHOISSECURE, |session, line| {
        session.in_whois(line, |whois| whois.is_secure = true);
    }),
    (numeric::RPL_ENDOFWHOIS, |session, line| {
        let nick = fold(line.param(1));
        session.finish_unlabelled(line, |question| is_whois_of(question, &nick));
    }),
    (numeric::RPL_CHANNELMODEIS, Session::handle_room_modes),
    (numeric::RPL_BANLIST, |session, line| {
        let room = fold(line.param(1));
        let find = |question: &Question| matches!(question, Question::Bans { room: of } if fold(of) == room);
        if let Some(Current { answer: Answer::Bans(bans), .. }) =
            session.live.questions.find(line.now, find)
            && bans.len() < BANS_MAX
        {
            bans.push(line.param(2).to_owned());
        }
    }),
    (numeric::RPL_ENDOFBANLIST, |session, line| {
        let room = fold(line.param(1));
        session.finish_unlabelled(
            line,
            |question| matches!(question, Question::Bans { room: of } if fold(of) == room),
        );
    }),
];

impl Session {
    /// `322 me room count :topic`.
    fn handle_listed(&mut self, line: &Line<'_>) {
        let is_list = |question: &Question| matches!(question, Question::Rooms { .. });
        let Some(current) = self.live.questions.find(line.now, is_list) else { return };
        current.taken_count += 1;
        let number = current.number();
        let is_over = current.taken_count > LISTED_MAX;
        let Answer::Rooms { rooms, is_cut, .. } = &mut current.answer else { return };
        *is_cut |= is_over;
        if is_over {
            return;
        }
        rooms.push(ListedRoom {
            name: line.param(1).to_owned(),
            people_count: line.param(2).parse().unwrap_or(0),
            topic: line.param(3).to_owned(),
        });
        if rooms.len() >= LISTED_AT_ONCE {
            let rooms = mem::take(rooms);
            self.tell_answer(number, Answer::Rooms { rooms, is_last: false, is_cut: false });
        }
    }

    /// `319 me nick :rooms`, each with the prefixes that they have there; on several lines where they are many.
    fn handle_whois_rooms(&mut self, line: &Line<'_>) {
        let words = line.words();
        let features = &self.live.features;
        let names: Vec<String> = words
            .split_whitespace()
            .map(|word| features.split_prefixes(word).1.to_owned())
            .take(ROOMS_OF_PERSON_MAX)
            .collect();
        self.in_whois(line, |whois| {
            let room_count = ROOMS_OF_PERSON_MAX.saturating_sub(whois.rooms.len());
            whois.rooms.extend(names.into_iter().take(room_count));
        });
    }

    /// Takes in a line about somebody whom we asked for; whether we did.
    pub(super) fn in_whois(&mut self, line: &Line<'_>, take: impl FnOnce(&mut Whois)) -> bool {
        let nick = fold(line.param(1));
        match self.live.questions.find(line.now, |question| is_whois_of(question, &nick)) {
            Some(Current { answer: Answer::Whois(whois), .. }) => {
                take(whois);
                true
            }
            _ => false,
        }
    }

    /// `324 me room modes parameters…`.
    fn handle_room_modes(&mut self, line: &Line<'_>) {
        let room = fold(line.param(1));
        let is_it = |question: &Question| matches!(question, Question::Setup { room: of } if fold(of) == room);
        let setup = self.read_setup(line);
        if let Some(Current { answer: Answer::Setup(known), .. }) =
            self.live.questions.find(line.now, is_it)
        {
            **known = setup;
        }
        self.finish_unlabelled(line, is_it);
    }

    fn read_setup(&self, line: &Line<'_>) -> RoomSetup {
        let mut setup = RoomSetup::default();
        let mut params = line.message.params().iter().skip(3);
        for letter in line.param(2).chars().filter(char::is_ascii_alphabetic) {
            setup.modes.push(letter);
            if self.live.features.takes_param(letter, true) {
                let param = params.next().copied().unwrap_or_default();
                match letter {
                    // Who may not know it is shown a sign in its place.
                    'k' => setup.key = Some(param.to_owned()).filter(|key| key != "*"),
                    'S' => setup.slow_seconds = param.parse().ok(),
                    _ => {}
                }
            }
        }
        setup
    }

    /// `DEVICE LIST account key`.
    pub(super) fn take_device(&mut self, line: &Line<'_>) {
        let own = self.live.opening.device.map(|device| device.to_string());
        let is_it = |question: &Question| *question == Question::Devices;
        if let Some(Current { answer: Answer::Devices(devices), .. }) =
            self.live.questions.find(line.now, is_it)
            && devices.len() < DEVICES_MAX
        {
            let key = line.param(2).to_owned();
            devices.push(Device { is_own: own.as_ref() == Some(&key), key });
        }
    }

    /// The password that we have asked to be set.
    pub(super) fn password_being_set(&mut self, now: Now) -> Option<Secret> {
        let is_it = |question: &Question| matches!(question, Question::Do(Deed::SetPassword(_)));
        match &self.live.questions.find(now, is_it)?.question {
            Question::Do(Deed::SetPassword(password)) => Some(password.clone()),
            _ => None,
        }
    }

    /// A message that the server found.
    pub(super) fn take_found(&mut self, line: &Line<'_>, conversation: String, message: Message) {
        let is_search = |question: &Question| matches!(question, Question::Search(_));
        if let Some(Current { answer: Answer::Found(found), .. }) =
            self.live.questions.find(line.now, is_search)
            && found.len() < FOUND_MAX
        {
            found.push((conversation, message));
        }
    }

    /// The batch of what was found is over.
    pub(super) fn finish_search(&mut self, line: &Line<'_>) {
        self.finish_unlabelled(line, |question| matches!(question, Question::Search(_)));
    }
}

fn is_whois_of(question: &Question, nick: &str) -> bool {
    matches!(question, Question::Whois { nick: asked } if fold(asked) == nick)
}
