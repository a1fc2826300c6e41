//! A session, a model server, and the line between them, in virtual time.

use std::collections::VecDeque;

use majlis_protocol::{LineDecoder, LineLimits, Timestamp};
use majlis_wire::Fingerprint;
use uuid::Uuid;

use super::accounts::BINDING;
use super::server::{Abilities, ModelServer};
use crate::irc::event::{Event, Failure, Message, Origin, State};
use crate::irc::{
    Command, HistoryMark, KnownServer, NetworkConfig, Now, Opening, Outgoing, Session,
};

/// When the world begins.
pub(crate) const START_MS: u64 = 1_700_000_000_000;

/// Everything that one test needs.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) session: Session,
    pub(crate) server: ModelServer,
    /// Everything that the session told, in order.
    pub(crate) events: Vec<Event>,
    pub(crate) is_open: bool,
    /// Why the last connection ended.
    pub(crate) failure: Option<Failure>,
    /// What connections are like.
    pub(crate) opening: Opening,
    now_ms: u64,
    /// On its way to the server.
    up: Vec<u8>,
    /// On its way to the session.
    down: Vec<u8>,
    /// Lines that a lost connection still brings to the server, some time.
    late: VecDeque<String>,
    up_decoder: LineDecoder,
    down_decoder: LineDecoder,
}

/// A network as a person sets it up.
pub(crate) fn config(rooms: &[&str]) -> NetworkConfig {
    NetworkConfig {
        host: "localhost".to_owned(),
        port: 33000,
        encrypt: true,
        pin: None,
        display_name: "Ana Lima".to_owned(),
        sign_in: None,
        known: KnownServer::default(),
        rooms: rooms.iter().map(|room| ((*room).to_owned(), None)).collect(),
        room_keys: Vec::new(),
        people: Vec::new(),
        pending: Vec::new(),
    }
}

/// A message on its way out.
pub(crate) fn outgoing(number: u128, target: &str, text: &str) -> Outgoing {
    let (target, text) = (target.to_owned(), text.to_owned());
    Outgoing {
        id: Uuid::from_u128(number),
        target,
        text,
        is_action: false,
        reply_to: None,
        is_noted: true,
    }
}

impl World {
    pub(crate) fn new(abilities: Abilities, config: &NetworkConfig) -> Self {
        Self {
            session: Session::new(config),
            server: ModelServer::new(abilities),
            events: Vec::new(),
            is_open: false,
            failure: None,
            opening: Opening {
                is_encrypted: true,
                channel_binding: Some(BINDING),
                device: Some(Fingerprint::new([5; 32])),
                nonce: "drawn".to_owned(),
            },
            now_ms: 0,
            up: Vec::new(),
            down: Vec::new(),
            late: VecDeque::new(),
            up_decoder: LineDecoder::new(LineLimits::FROM_CLIENT),
            down_decoder: LineDecoder::new(LineLimits::FROM_SERVER),
        }
    }

    /// A world that is connected and has settled.
    pub(crate) fn online(abilities: Abilities, config: &NetworkConfig) -> Self {
        let mut world = Self::new(abilities, config);
        world.open();
        world.settle();
        assert!(world.events.contains(&Event::State(State::Online)), "{world:#?}");
        world
    }

    pub(crate) fn now(&self) -> Now {
        Now { mono_ms: self.now_ms, wall_ms: START_MS + self.now_ms }
    }

    pub(crate) fn open(&mut self) {
        if self.is_open {
            return;
        }
        self.is_open = true;
        self.up_decoder = LineDecoder::new(LineLimits::FROM_CLIENT);
        self.down_decoder = LineDecoder::new(LineLimits::FROM_SERVER);
        self.server.handle_opened();
        self.session.handle_opened(self.opening.clone(), self.now());
        self.take_output();
    }

    /// Loses the connection and what is on its way.
    pub(crate) fn cut(&mut self) -> Option<Failure> {
        if !self.is_open {
            return None;
        }
        self.is_open = false;
        self.up.clear();
        self.down.clear();
        let failure = self.session.handle_closed();
        self.failure = Some(failure.clone());
        self.take_output();
        assert_eq!(self.session.poll_timeout(), None, "nothing is awaited without a connection");
        Some(failure)
    }

    /// Loses the connection, but what is on its way to the server arrives there late.
    pub(crate) fn cut_late(&mut self) {
        let mut decoder =
            std::mem::replace(&mut self.up_decoder, LineDecoder::new(LineLimits::FROM_CLIENT));
        let mut rest = self.up.as_slice();
        while !rest.is_empty() {
            rest = &rest[decoder.push(rest)..];
            while let Some(line) = decoder.next_line() {
                let line = line.expect("a session keeps to the limits");
                self.late.push_back(String::from_utf8_lossy(line).into_owned());
            }
        }
        self.cut();
    }

    /// One late line arrives.
    pub(crate) fn deliver_late(&mut self) {
        if let Some(line) = self.late.pop_front() {
            self.server.handle_late_line("Ana_Lima", &line, START_MS + self.now_ms);
            self.take_output();
        }
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.session.handle_command(command, self.now());
        self.take_output();
    }

    pub(crate) fn send(&mut self, number: u128, target: &str, text: &str) {
        self.command(Command::Send(outgoing(number, target, text)));
    }

    pub(crate) fn say_as(&mut self, nick: &str, room: &str, text: &str) {
        self.server.say_as(nick, room, text, START_MS + self.now_ms);
        self.take_output();
    }

    pub(crate) fn tell_as(&mut self, nick: &str, text: &str) {
        self.server.tell_as(nick, text, START_MS + self.now_ms);
        self.take_output();
    }

    pub(crate) fn repeat_newest(&mut self, room: &str) {
        self.server.repeat_newest(room);
        self.take_output();
    }

    /// What is on its way to the session never arrives.
    pub(crate) fn lose_down(&mut self) {
        self.down.clear();
        self.down_decoder = LineDecoder::new(LineLimits::FROM_SERVER);
    }

    /// How many bytes are on their way to the server.
    pub(crate) fn bytes_up(&self) -> usize {
        self.up.len()
    }

    /// The label of the last line that the server received.
    pub(crate) fn last_label(&self) -> String {
        let line = self.server.received.last().expect("the server received something");
        let message =
            majlis_protocol::Message::parse(line.as_bytes()).expect("it was parsed before");
        message.tag("label").expect("the line has a label").into_owned()
    }

    /// The server says this line to the session, at once.
    pub(crate) fn inject(&mut self, line: &str) {
        self.session.handle_line(line.as_bytes(), self.now());
        self.take_output();
    }

    /// Brings up to `count` bytes to the server.
    pub(crate) fn deliver_up(&mut self, count: usize) -> bool {
        let bytes: Vec<u8> = self.up.drain(..count.min(self.up.len())).collect();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            rest = &rest[self.up_decoder.push(rest)..];
            while let Some(line) = self.up_decoder.next_line() {
                let line = line.expect("a session keeps to the limits");
                let line = str::from_utf8(line).expect("a session sends UTF-8").to_owned();
                self.server.handle_line(&line, START_MS + self.now_ms);
            }
        }
        self.take_output();
        !bytes.is_empty()
    }

    /// Brings up to `count` bytes to the session.
    pub(crate) fn deliver_down(&mut self, count: usize) -> bool {
        let bytes: Vec<u8> = self.down.drain(..count.min(self.down.len())).collect();
        let now = self.now();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            rest = &rest[self.down_decoder.push(rest)..];
            while let Some(line) = self.down_decoder.next_line() {
                self.session.handle_line(line.expect("the model keeps to the limits"), now);
            }
        }
        self.take_output();
        if self.session.poll_hang_up().is_some() {
            self.cut();
        }
        !bytes.is_empty()
    }

    pub(crate) fn wait(&mut self, ms: u64) {
        self.now_ms += ms;
        self.session.handle_timeout(self.now());
        self.take_output();
        if self.session.poll_hang_up().is_some() {
            self.cut();
        }
    }

    /// Delivers everything until nothing moves any more.
    pub(crate) fn settle(&mut self) {
        while self.deliver_up(usize::MAX)
            | self.deliver_down(usize::MAX)
            | self.prove()
            | self.note()
        {}
    }

    /// Notes the messages that the session wants noted; what it asked for is no event any more.
    pub(crate) fn note(&mut self) -> bool {
        let is_asking = |event: &Event| matches!(event, Event::ToBeNoted { .. });
        let Some(index) = self.events.iter().position(is_asking) else { return false };
        if let Event::ToBeNoted { ids } = self.events.remove(index) {
            self.command(Command::Noted { ids });
        }
        true
    }

    /// Hashes the password that the session wants hashed.
    pub(crate) fn prove(&mut self) -> bool {
        let Some(question) = self.session.take_question() else { return false };
        self.session.handle_proof(question.prove(), self.now());
        self.take_output();
        if self.session.poll_hang_up().is_some() {
            self.cut();
        }
        true
    }

    fn take_output(&mut self) {
        self.events.extend(self.session.take_events());
        let mut bytes = Vec::new();
        self.session.take_output(&mut bytes);
        if self.is_open {
            self.up.extend(bytes);
            self.down.extend(self.server.take_output());
        }
    }

    /// Every message of a conversation that was told as live or as part of a gap.
    pub(crate) fn told(&self, conversation: &str) -> Vec<&Message> {
        let told = self.events.iter().filter_map(|event| match event {
            Event::Messages { conversation: name, origin, messages, .. }
                if name == conversation && !matches!(origin, Origin::Older { .. }) =>
            {
                Some(messages)
            }
            _ => None,
        });
        told.flatten().collect()
    }

    /// The texts of [`told`](Self::told).
    pub(crate) fn told_texts(&self, conversation: &str) -> Vec<&str> {
        self.told(conversation).into_iter().map(|message| message.text.as_str()).collect()
    }

    /// The texts of a room's history on the server.
    pub(crate) fn kept_texts(&self, room: &str) -> Vec<&str> {
        let kept = self.server.rooms.get(room).into_iter().flatten();
        kept.map(|kept| kept.text.as_str()).collect()
    }

    /// The lines that the server received on this connection and that begin so.
    pub(crate) fn received(&self, beginning: &str) -> Vec<&str> {
        let lines = self.server.received.iter().map(String::as_str);
        let bodies = lines.map(|line| match line.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ').map_or("", |(_, body)| body),
            None => line,
        });
        bodies.filter(|line| line.starts_with(beginning)).collect()
    }
}

/// The mark of a message that the model server named.
pub(crate) fn mark(msgid: &str, after_start_ms: u64) -> HistoryMark {
    let time = Timestamp(START_MS + after_start_ms);
    HistoryMark { time_ms: time.0, msgid: msgid.to_owned() }
}
