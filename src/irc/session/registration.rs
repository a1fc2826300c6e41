//! Saying who we are (modern.ircdocs.horse, "Connection Registration"; IRCv3 Capability Negotiation 302), and being there.

use majlis_protocol::{
    Capability, CapabilitySet, Encoder, NICK_MAX_BYTES, NICK_MAX_CHARS, split_text,
};

use super::about::REACT_TAG;
use super::dispatch::Line;
use super::message::REPLY_TAG;
use super::{Now, Phase, Session};
use crate::irc::Abilities;
use crate::irc::MultilineLimits;
use crate::irc::event::{Event, Failure, SignInFailure, State};

/// How long a server may take to greet us.
pub(super) const REGISTRATION_MS: u64 = 30_000;
/// How long rooms and gaps may take before we count as online all the same.
pub(super) const SETTLE_MS: u64 = 20_000;

/// How many nicks are tried.
const NICKS_MAX: u32 = 100;
/// Every server takes nicks of so many characters (RFC 2812, 1.2.1); how many more it takes, it says only afterwards.
const SHORT_NICK_CHARS: usize = 9;
/// The longest realname: what the USER line and others' views of us have room for.
const REALNAME_MAX_BYTES: usize = 200;
/// How many lines of the message of the day are kept.
const MOTD_LINES_MAX: usize = 200;
/// The user name: the same for all, since the person's name is elsewhere.
const USER_NAME: &str = "majlis";

/// What is asked of every server that offers it.
const WANTED: &[Capability] = &[
    Capability::AccountNotify,
    Capability::AccountTag,
    Capability::AwayNotify,
    Capability::Batch,
    Capability::ChannelRename,
    Capability::ChatHistory,
    Capability::EchoMessage,
    Capability::EventPlayback,
    Capability::ExtendedJoin,
    Capability::ExtendedMonitor,
    Capability::LabeledResponse,
    Capability::MessageRedaction,
    Capability::MessageTags,
    Capability::MultiPrefix,
    Capability::Multiline,
    Capability::ReadMarker,
    Capability::Search,
    Capability::ServerTime,
    Capability::Setname,
    Capability::StandardReplies,
];

/// What is asked for besides by who wants to sign in.
const FOR_ACCOUNTS: &[Capability] = &[Capability::AccountRegistration, Capability::Sasl];

/// How far saying who we are has come.
#[derive(Debug, Default)]
pub(super) struct Registration {
    /// When it has taken too long.
    deadline_ms: u64,
    /// Whether the server said anything.
    pub(super) has_heard: bool,
    /// What the server offers.
    offered: CapabilitySet,
    /// What the server said that a message of many lines may hold.
    multiline: Option<MultilineLimits>,
    /// How many CAP REQ are not yet answered.
    unanswered_count: usize,
    has_ended_negotiation: bool,
    /// How many nicks were tried.
    nick_count: u32,
    /// Whether the server seems to take short ones only.
    has_short_nicks: bool,
    motd: Vec<String>,
}

impl Session {
    pub(super) fn begin_registration(&mut self, now: Now) {
        self.live.phase = Phase::Registering;
        self.live.registration.deadline_ms = now.mono_ms + REGISTRATION_MS;
        self.tell(Event::State(State::Registering));
        if self.wanted_nick.is_none() {
            self.hang_up(Failure::NameRefused(String::new()));
            return;
        }
        self.live.output.send(&Encoder::new("CAP").param("LS").param("302"));
        self.try_next_nick();
        let user = Encoder::new("USER").param(USER_NAME).param("0").param("*");
        self.live.output.send(&user.trailing(realname(&self.display_name)));
    }

    /// Until when the server may take with what it is doing.
    pub(super) fn registration_deadline_ms(&self) -> Option<u64> {
        let is_awaited = matches!(self.live.phase, Phase::Registering | Phase::Welcomed);
        is_awaited.then_some(self.live.registration.deadline_ms)
    }

    pub(super) fn handle_registration_timeout(&mut self, now: Now) {
        if self.registration_deadline_ms().is_none_or(|deadline_ms| now.mono_ms < deadline_ms) {
            return;
        }
        match self.live.phase {
            // It greeted us and only does not say where its greeting ends.
            Phase::Welcomed => self.complete_registration(now),
            _ if self.live.registration.has_heard => self.hang_up(Failure::NotAChatServer),
            _ => self.hang_up(Failure::NoAnswer),
        }
    }

    fn try_next_nick(&mut self) {
        let Some(wanted) = &self.wanted_nick else { return };
        let registration = &mut self.live.registration;
        registration.nick_count += 1;
        let max_chars =
            if registration.has_short_nicks { SHORT_NICK_CHARS } else { NICK_MAX_CHARS };
        self.live.nick = nth_nick(wanted, registration.nick_count, max_chars);
        self.live.output.send(&Encoder::new("NICK").param(&self.live.nick));
    }

    /// We are signed in now, and the nick may be ours.
    pub(super) fn ask_nick_again(&mut self) {
        self.live.registration.nick_count = 0;
        self.try_next_nick();
    }

    /// `433` and its kin: somebody has that nick.
    pub(super) fn handle_nick_taken(&mut self, line: &Line<'_>) {
        match self.live.phase {
            // It may be the account's own.
            Phase::Registering if self.is_signing_in() => {
                self.live.sign_in.nick_refusal = Some(line.words());
            }
            Phase::Registering if self.live.registration.nick_count < NICKS_MAX => {
                self.try_next_nick();
            }
            Phase::Registering => self.hang_up(Failure::NameRefused(line.words())),
            _ => self.handle_refusal(line),
        }
    }

    /// `432`: no nick looks like that here. It may have been too long.
    pub(super) fn handle_nick_refused(&mut self, line: &Line<'_>) {
        let is_long = self.live.nick.chars().count() > SHORT_NICK_CHARS;
        match self.live.phase {
            Phase::Registering if is_long => {
                self.live.registration.has_short_nicks = true;
                self.live.registration.nick_count -= 1;
                self.try_next_nick();
            }
            Phase::Registering => self.hang_up(Failure::NameRefused(line.words())),
            _ => self.handle_refusal(line),
        }
    }

    /// `CAP nick SUBCOMMAND [*] :capabilities`.
    pub(super) fn handle_cap(&mut self, line: &Line<'_>) {
        let subcommand = line.param(1).to_ascii_uppercase();
        let words = line.words();
        let listed = parse_capabilities(&words);
        if matches!(subcommand.as_str(), "LS" | "NEW") {
            self.learn_multiline_limits(&words);
            self.note_values(&words);
        }
        match subcommand.as_str() {
            "LS" => {
                let offered = &mut self.live.registration.offered;
                *offered = offered.union(listed);
                let more_follow = line.param(2) == "*" && line.message.params().len() > 3;
                if !more_follow && self.live.phase == Phase::Registering {
                    self.request_capabilities();
                }
            }
            "NEW" => {
                let offered = &mut self.live.registration.offered;
                *offered = offered.union(listed);
                self.request_capabilities();
            }
            "ACK" => self.handle_capabilities_granted(&words),
            "NAK" => self.handle_capabilities_refused(listed),
            "DEL" => {
                self.live.enabled = without(self.live.enabled, listed);
                let offered = &mut self.live.registration.offered;
                *offered = without(*offered, listed);
            }
            _ => {}
        }
        if self.live.phase == Phase::Registered && matches!(subcommand.as_str(), "ACK" | "DEL") {
            self.tell_abilities();
        }
    }

    fn learn_multiline_limits(&mut self, list: &str) {
        let values = list.split_whitespace().filter_map(|word| word.split_once('='));
        let wanted = values.filter(|(name, _)| *name == Capability::Multiline.name());
        for (_, value) in wanted {
            self.live.registration.multiline = MultilineLimits::parse(value);
        }
    }

    /// What a message of many lines may hold; `None` where there are none.
    pub(super) fn multiline_limits(&self) -> Option<MultilineLimits> {
        self.live.registration.multiline.filter(|_| self.has(Capability::Multiline))
    }

    /// Says what the server can do.
    fn tell_abilities(&mut self) {
        let (features, offered) = (&self.live.features, self.live.registration.offered);
        let (extban_prefix, extban_letters) = features.extban().unzip();
        let abilities = Abilities {
            flags: features.modes_of_kind(3).to_owned(),
            settings: features.modes_of_kind(2).to_owned(),
            extban_prefix,
            extban_letters: extban_letters.unwrap_or_default(),
            account_extban: features.account_extban().map(ToOwned::to_owned),
            has_rename: self.has(Capability::ChannelRename),
            has_search: self.has(Capability::Search),
            multiline: self.multiline_limits(),
            takes_tags: self.takes_answers(),
            deletes: self.has(Capability::MessageRedaction),
            keeps_read_marks: self.has(Capability::ReadMarker),
            registers: offered.contains(Capability::AccountRegistration),
            signs_in: offered.contains(Capability::Sasl),
        };
        self.tell(Event::Abilities(Box::new(abilities)));
    }

    /// Whether replies and reactions reach the others, and come back to us.
    fn takes_answers(&self) -> bool {
        let features = &self.live.features;
        self.has(Capability::MessageTags)
            && self.has(Capability::EchoMessage)
            && [REPLY_TAG, REACT_TAG].iter().all(|tag| features.passes_on(tag))
    }

    /// What the server says besides the names: how to sign in, and when accounts are made.
    fn note_values(&mut self, words: &str) {
        for (name, value) in words.split_whitespace().filter_map(|word| word.split_once('=')) {
            match Capability::from_name(name) {
                Some(Capability::Sasl) => self.live.sign_in.mechanisms = Some(value.to_owned()),
                Some(Capability::AccountRegistration) => {
                    value.clone_into(&mut self.live.sign_in.registration);
                }
                _ => {}
            }
        }
    }

    /// Asks for all that we want, is offered, and has what it needs.
    fn request_capabilities(&mut self) {
        let offered = self.live.registration.offered;
        let for_accounts = if self.sign_in.is_some() { FOR_ACCOUNTS } else { &[] };
        let wanted = WANTED.iter().chain(for_accounts).copied().filter(|&capability| {
            offered.contains(capability)
                && !self.live.enabled.contains(capability)
                && capability.requires().iter().all(|required| offered.contains(required))
        });
        self.request(wanted.collect());
        self.end_negotiation_if_answered();
    }

    fn request(&mut self, capabilities: CapabilitySet) {
        if capabilities.is_empty() {
            return;
        }
        self.live.registration.unanswered_count += 1;
        let list = capabilities.to_string();
        self.live.output.send(&Encoder::new("CAP").param("REQ").trailing(&list));
    }

    fn handle_capabilities_granted(&mut self, words: &str) {
        for word in words.split_whitespace() {
            if let Some(capability) = word.strip_prefix('-').and_then(Capability::from_name) {
                self.live.enabled.remove(capability);
            } else if let Some(capability) = Capability::from_name(word) {
                self.live.enabled.insert(capability);
            }
        }
        self.handle_request_answered();
    }

    /// A server takes or refuses a request as a whole; so what was refused together is asked for one by one.
    fn handle_capabilities_refused(&mut self, refused: CapabilitySet) {
        if refused.iter().count() > 1 {
            for capability in refused.iter() {
                self.request([capability].into_iter().collect());
            }
        }
        self.handle_request_answered();
    }

    fn handle_request_answered(&mut self) {
        let unanswered = &mut self.live.registration.unanswered_count;
        if *unanswered > 0 {
            *unanswered -= 1;
            self.end_negotiation_if_answered();
        }
    }

    fn end_negotiation_if_answered(&mut self) {
        let is_answered = self.live.registration.unanswered_count == 0;
        if is_answered && self.live.phase == Phase::Registering && !self.begin_sign_in() {
            self.end_negotiation();
        }
    }

    /// Said once: what we are is settled.
    pub(super) fn end_negotiation(&mut self) {
        if !std::mem::replace(&mut self.live.registration.has_ended_negotiation, true) {
            self.live.output.send(&Encoder::new("CAP").param("END"));
        }
    }

    /// `001`: the server takes us in, under the nick that it names.
    pub(super) fn handle_welcome(&mut self, line: &Line<'_>) {
        if self.live.phase != Phase::Registering {
            return;
        }
        if self.is_signing_in() {
            // It takes guests without a word about accounts.
            self.hang_up(Failure::SignIn(SignInFailure::NotOffered));
            return;
        }
        line.param(0).clone_into(&mut self.live.nick);
        self.live.phase = Phase::Welcomed;
        // What it refused before, it did not mind.
        self.live.last_words = None;
    }

    /// `005`.
    pub(super) fn handle_isupport(&mut self, line: &Line<'_>) {
        self.live.features.handle_isupport(line.message.params());
    }

    /// `372`.
    pub(super) fn handle_motd_line(&mut self, line: &Line<'_>) {
        let motd = &mut self.live.registration.motd;
        if motd.len() < MOTD_LINES_MAX {
            let words = line.words();
            motd.push(words.strip_prefix("- ").unwrap_or(&words).to_owned());
        }
    }

    /// `376`, or `422` where there is none: the server has said all about itself.
    pub(super) fn handle_motd_end(&mut self, line: &Line<'_>) {
        let motd = std::mem::take(&mut self.live.registration.motd);
        if self.live.phase == Phase::Welcomed {
            self.complete_registration(line.now);
        }
        if !motd.is_empty() {
            self.tell(Event::ServerText { text: motd.join("\n") });
        }
    }

    fn complete_registration(&mut self, now: Now) {
        self.live.phase = Phase::Registered;
        self.live.settle_until_ms = Some(now.mono_ms + SETTLE_MS);
        let lobby = self.live.features.lobby().map(ToOwned::to_owned);
        self.known.is_majlis |= lobby.is_some();
        self.tell_abilities();
        self.tell(Event::Registered {
            nick: self.live.nick.clone(),
            network_name: self.live.features.network_name().map(ToOwned::to_owned),
            lobby: lobby.clone(),
        });
        self.finish_accounts();
        self.want_lobby(lobby);
        self.join_wanted_rooms();
        self.look_into_doubts();
        self.ask_for_talks();
        self.watch_all();
        self.go_on(now);
    }

    /// Says that we are online once no JOIN and no gap is under way.
    pub(super) fn come_online_if_settled(&mut self) {
        if self.live.settle_until_ms.is_some() && self.conversations.are_all_open() {
            self.come_online();
        }
    }

    /// Says that we are online, whatever is still under way.
    pub(super) fn come_online(&mut self) {
        if self.live.settle_until_ms.take().is_some() {
            self.tell(Event::State(State::Online));
        }
    }

    /// Whether a capability is enabled on this connection.
    pub(super) fn has(&self, capability: Capability) -> bool {
        self.live.enabled.contains(capability)
    }
}

/// What the person calls themselves, as far as a server takes it.
pub(super) fn realname(display_name: &str) -> &str {
    split_text(display_name.trim(), REALNAME_MAX_BYTES).next().unwrap_or(USER_NAME)
}

/// The nick to try as the `count`-th: the wanted one, then the same with 2, 3, … behind it; none longer than so many characters.
fn nth_nick(wanted: &str, count: u32, max_chars: usize) -> String {
    let suffix = if count < 2 { String::new() } else { count.to_string() };
    let mut nick: String = wanted.chars().take(max_chars - suffix.len()).collect();
    while nick.len() + suffix.len() > NICK_MAX_BYTES {
        nick.pop();
    }
    nick + &suffix
}

/// The known ones of a list as CAP writes it; values behind `=` are passed over.
fn parse_capabilities(list: &str) -> CapabilitySet {
    let names = list.split_whitespace().map(|word| word.split('=').next().unwrap_or_default());
    names.filter_map(Capability::from_name).collect()
}

fn without(set: CapabilitySet, removed: CapabilitySet) -> CapabilitySet {
    set.iter().filter(|&capability| !removed.contains(capability)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_nicks_have_numbers_and_still_fit() {
        assert_eq!(nth_nick("ana", 1, NICK_MAX_CHARS), "ana");
        assert_eq!(nth_nick("ana", 2, NICK_MAX_CHARS), "ana2");
        assert_eq!(nth_nick("Alexandra_Lima", 1, SHORT_NICK_CHARS), "Alexandra");
        assert_eq!(nth_nick("Alexandra_Lima", 2, SHORT_NICK_CHARS), "Alexandr2");
        let long = nth_nick(&"ن".repeat(40), 12, NICK_MAX_CHARS);
        assert!(long.ends_with("12") && long.chars().count() <= NICK_MAX_CHARS);
        assert!(long.len() <= NICK_MAX_BYTES);
    }
}
