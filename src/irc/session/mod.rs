//! All chat rules of one network, as a state machine without I/O, clock or randomness.
//!
//! A [`Session`] lives as long as its network is wanted, over any number of connections. `handle_*` takes in what happens:
//! a connection opened or closed, a line came, time passed, the person asked for something. `poll_*` and `take_*` give out
//! what follows: bytes for the socket, events for the main loop, when to look again, and whether to hang up.
//!
//! | module | owns |
//! |---|---|
//! | `dispatch`, `batch` | which handler a line goes to; labels and batches around it |
//! | `registration` | capabilities, nick, welcome, being online |
//! | `sign_in`, `sasl` | being more than a guest: which way is tried; the exchange |
//! | `rooms`, `people`, `roster` | who is where, topics, modes |
//! | `message`, `conversation`, `seen` | what was said, where, and telling it once |
//! | `typing` | writing and reading |
//! | `about` | reactions and deletions |
//! | `happening` | who came and went, and what people do to a room, as lines of its timeline |
//! | `history`, `page` | filling gaps, fetching older pages |
//! | `sending`, `outbox` | what we say, until it is echoed or refused |
//! | `denial` | what refusals mean |
//! | `questions`, `answers` | what is asked of the server and answered; deeds |
//! | `presence` | who is here or away, whom we watch, who asks us in |
//! | `commands` | what the person asks |
//! | `output`, `features`, `liveness` | lines and labels going out, ISUPPORT, PING |
//!
//! **No hole, nothing twice.** Each conversation has a mark: the newest message told. When a room is joined, live messages are
//! held while history after the mark is fetched page by page until one is empty; then the held ones follow. What was on
//! its way when a connection was lost is in doubt: it waits until the gap is filled, and what history holds has arrived.
//!
//! Whatever a server sends is bounded: `CONVERSATIONS_MAX`, `HELD_MAX`, `MEMBERS_MAX`, `MEMBERSHIPS_MAX`, open batches, a
//! page of history. Over a bound the surplus is left out; nothing panics.

mod about;
mod answers;
mod batch;
mod commands;
mod conversation;
mod denial;
mod dispatch;
mod features;
mod happening;
mod history;
mod liveness;
mod message;
mod outbox;
mod output;
mod page;
mod people;
mod presence;
mod questions;
mod registration;
mod rooms;
mod roster;
mod sasl;
mod seen;
mod sending;
mod sign_in;
#[cfg(test)]
mod tests;
mod typing;

use std::collections::BTreeSet;
use std::mem;

use majlis_protocol::scram::ChannelBinding;
use majlis_protocol::{Capability, CapabilitySet, Encoder, nick_from_display_name};
use majlis_wire::Fingerprint;

use self::batch::Batches;
use self::conversation::Conversations;
use self::features::Features;
use self::liveness::{Liveness, Silence};
use self::outbox::{Outbox, Progress};
use self::output::{Labelled, Labels, Output};
use self::page::HistoryQueue;
use self::presence::WatchList;
use self::questions::Questions;
use self::registration::Registration;
use self::roster::Roster;
use self::seen::Seen;
use self::sign_in::SigningIn;
use super::event::{Event, Failure};
use super::{KnownServer, NetworkConfig, SignIn};

pub use self::liveness::{LOST_AFTER_MS, PING_AFTER_MS};
pub use self::outbox::{PENDING_MAX, WINDOW};
pub(crate) use self::roster::shown_name;
pub use self::sasl::{Proof, Question};

/// So many events are told at once, and those of one line more.
const EVENTS_AT_ONCE: usize = 4096;

/// What the clocks say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds on a clock that only goes forward; timeouts are counted on it.
    pub mono_ms: u64,
    /// Milliseconds since 1970; the time of messages to which the server gives none.
    pub wall_ms: u64,
}

/// What is known of a new connection, and what is drawn for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// Whether nobody on the way can read along.
    pub is_encrypted: bool,
    /// What ties a sign-in to this connection (`tls-exporter`, RFC 9266).
    pub channel_binding: Option<ChannelBinding>,
    /// The key of this device, where it was shown.
    pub device: Option<Fingerprint>,
    /// Printable ASCII without commas that was never used before: SCRAM's nonce.
    pub nonce: String,
}

/// One network's chat, over all its connections.
#[derive(Debug)]
pub struct Session {
    /// What the person calls themselves.
    display_name: String,
    /// The nick to ask for; `None` where none can be made of the name.
    wanted_nick: Option<String>,
    sign_in: Option<SignIn>,
    known: KnownServer,
    /// How many connections there were, this one included.
    connection_count: u64,
    /// The lobby's key, once the server told it.
    lobby: Option<String>,
    /// Whether the person did not leave the lobby.
    wants_lobby: bool,
    conversations: Conversations,
    outbox: Outbox,
    seen: Seen,
    watch_list: WatchList,
    events: Vec<Event>,
    live: Live,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// There is none.
    #[default]
    Closed,
    /// Saying who we are.
    Registering,
    /// Greeted; the server is telling about itself.
    Welcomed,
    /// Ours to use.
    Registered,
}

/// What the person asked to be called.
#[derive(Debug)]
struct AskedName {
    nick: String,
    display_name: String,
}

/// What ends with a connection.
#[derive(Debug, Default)]
struct Live {
    phase: Phase,
    /// When the last line came whose time the server did not tell.
    last_untimed_ms: u64,
    /// Our nick; while registering the one asked for last.
    nick: String,
    enabled: CapabilitySet,
    opening: Opening,
    registration: Registration,
    sign_in: SigningIn,
    features: Features,
    batches: Batches,
    labels: Labels,
    output: Output,
    history: HistoryQueue,
    /// Whether it is still to be told with whom our account talked.
    awaits_talks: bool,
    /// Who spoke to us meanwhile.
    held_talks: BTreeSet<String>,
    questions: Questions,
    roster: Roster,
    /// The rooms, by their keys, of which all members are to be told: once, however often a server ends the list.
    untold_rooms: BTreeSet<String>,
    liveness: Liveness,
    /// Until when to wait for rooms and gaps before saying that we are online; `None` once that was said.
    settle_until_ms: Option<u64>,
    /// What the person asked last to be called.
    asked_name: Option<AskedName>,
    /// Why the server closes, in its words.
    last_words: Option<String>,
    /// Why we hang up.
    hanging_up: Option<Failure>,
}

impl Session {
    /// A session that is not connected yet.
    pub fn new(config: &NetworkConfig) -> Self {
        let mut session = Self {
            display_name: config.display_name.clone(),
            wanted_nick: nick_from_display_name(&config.display_name),
            sign_in: config.sign_in.clone(),
            known: config.known,
            connection_count: 0,
            lobby: None,
            wants_lobby: true,
            conversations: Conversations::default(),
            outbox: Outbox::default(),
            seen: Seen::default(),
            watch_list: WatchList::default(),
            events: Vec::new(),
            live: Live::default(),
        };
        for (name, mark) in &config.rooms {
            if let Some((_, room)) = session.conversations.ensure(name) {
                room.is_wanted = true;
                room.mark.clone_from(mark);
            }
            if let Some(mark) = mark {
                session.seen.insert(&mark.msgid);
            }
        }
        for (name, key) in &config.room_keys {
            session.set_room_key(name, key.clone());
        }
        for (name, mark) in &config.people {
            if let Some((_, person)) = session.conversations.ensure(name) {
                person.mark = Some(mark.clone());
            }
            session.seen.insert(&mark.msgid);
        }
        for outgoing in &config.pending {
            let progress = if outgoing.is_noted { Progress::InDoubt } else { Progress::UNNOTED };
            session.add_to_outbox(outgoing.clone(), progress);
        }
        session
    }

    /// The connection is there, and encrypted if it is to be.
    pub fn handle_opened(&mut self, opening: Opening, now: Now) {
        self.connection_count += 1;
        let liveness = Liveness::new(now.mono_ms);
        self.live = Live { opening, liveness, ..Live::default() };
        self.begin_registration(now);
    }

    /// A line came, without its line ending.
    pub fn handle_line(&mut self, line: &[u8], now: Now) {
        if self.live.phase == Phase::Closed || self.live.hanging_up.is_some() {
            return;
        }
        self.live.liveness.handle_heard(now.mono_ms);
        self.live.registration.has_heard = true;
        self.dispatch_line(line, now);
        self.go_on(now);
    }

    /// The connection is gone. Says why, as far as it can be known from what was said on it.
    pub fn handle_closed(&mut self) -> Failure {
        self.tell_held_private_messages();
        self.conversations.handle_closed();
        self.outbox.handle_closed();
        self.answer_all_fetches();
        self.answer_all_questions();
        let live = mem::take(&mut self.live);
        self.forget_presences();
        let words = live.last_words.map(Failure::Closed);
        live.hanging_up.or(words).unwrap_or(Failure::Lost)
    }

    /// The time that [`poll_timeout`](Self::poll_timeout) named has come. Nothing happens where it has not.
    pub fn handle_timeout(&mut self, now: Now) {
        if self.live.phase == Phase::Closed {
            return;
        }
        self.handle_registration_timeout(now);
        self.handle_history_timeout(now);
        self.handle_question_timeout(now);
        if self.live.settle_until_ms.is_some_and(|until_ms| until_ms <= now.mono_ms) {
            self.come_online();
        }
        match self.live.liveness.handle_timeout(now.mono_ms) {
            Silence::Bearable => {}
            Silence::Ping => self.send_ping(),
            Silence::Lost => self.hang_up(Failure::Lost),
        }
        self.go_on(now);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) on the monotonic clock; `None` where nothing is awaited.
    pub fn poll_timeout(&self) -> Option<u64> {
        if self.live.phase == Phase::Closed {
            return None;
        }
        let deadlines = [
            Some(self.live.liveness.deadline_ms()),
            self.registration_deadline_ms(),
            self.live.settle_until_ms,
            self.live.history.deadline_ms(),
            self.live.questions.deadline_ms(),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// Why the connection is to be closed from our side, if it is.
    pub fn poll_hang_up(&self) -> Option<&Failure> {
        self.live.hanging_up.as_ref()
    }

    /// Whether the server has taken us in on this connection.
    pub fn is_registered(&self) -> bool {
        self.live.phase >= Phase::Welcomed
    }

    /// Moves what is to be written to the end of `into`.
    pub fn take_output(&mut self, into: &mut Vec<u8>) {
        self.live.output.move_to(into);
    }

    /// What is to be told, in order.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.tell_members();
        mem::take(&mut self.events)
    }

    /// Whether so much is to be told that it should be taken before the next line: one line can have an event for every room.
    pub fn has_much_to_tell(&self) -> bool {
        self.events.len() >= EVENTS_AT_ONCE
    }

    /// Does whatever became possible.
    fn go_on(&mut self, now: Now) {
        if self.live.phase == Phase::Registered {
            self.ask_for_history(now);
            self.send_what_may_go();
            self.put_questions(now);
            self.tell_presences();
            self.come_online_if_settled();
        }
    }

    fn send_ping(&mut self) {
        self.live.output.send(&Encoder::new("PING").param("there"));
    }

    /// A label for a line, where the server answers by labels.
    fn open_label(&mut self, purpose: Labelled) -> Option<String> {
        let has_labels = self.has(Capability::LabeledResponse);
        has_labels.then(|| self.live.labels.open(purpose).to_string())
    }

    fn hang_up(&mut self, failure: Failure) {
        self.live.hanging_up.get_or_insert(failure);
    }

    fn tell(&mut self, event: Event) {
        self.events.push(event);
    }
}
