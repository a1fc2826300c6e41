//! A house for tests: a [`Hub`] with clients around it, who receive what a reactor would give them.
//!
//! It follows the ordered stream as reactors do, and fails at once where the stream is wrong: an event for a closed
//! connection, a line that is malformed or too long, a membership that is not there.

#![cfg_attr(not(test), allow(dead_code, reason = "fuzzing needs a part of it"))]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use majlis_protocol::{LineDecoder, LineLimits, Message, MessageBuf, Salvage, Timestamp};
use majlis_wire::Fingerprint;

use super::{Hub, HubSettings};
use crate::event::{
    Audience, CloseReason, ConnId, ControlId, ControlReply, ControlRequest, Dialect, Guest,
    HashJob, HistoryError, HistoryPage, HistoryQuery, HubInput, IdSource, LineFault, Now, Outbound,
    Peer, Restored, RoomId, StoredMessage, Write,
};

/// When the house opens: 2026-01-01, midnight.
pub(crate) const OPENING: Timestamp = Timestamp(1_767_225_600_000);

/// A hub, its clients and its clock.
pub(crate) struct House {
    pub(crate) hub: Hub,
    pub(crate) now: Now,
    /// All that had to be stored, in order, but for what only happened in rooms.
    pub(crate) writes: Vec<Write>,
    /// What the store would have of all rooms' histories, in order.
    pub(crate) history: Vec<StoredMessage>,
    /// Reads that were asked for and not answered.
    pub(crate) reads: VecDeque<(ConnId, HistoryQuery)>,
    /// Passwords that wait to be hashed.
    pub(crate) jobs: VecDeque<(ConnId, HashJob)>,
    /// How often the settings were to be read again.
    pub(crate) rehashes: u32,
    controlled: Option<ControlReply>,
    seats: BTreeMap<ConnId, Seat>,
    next_slot: u32,
}

/// One client, as its reactor knows it.
struct Seat {
    dialect: Dialect,
    rooms: BTreeSet<RoomId>,
    /// What it received and the test has not read, without line endings.
    received: Vec<String>,
    /// Whether it can still hear.
    is_open: bool,
    /// Whether it says no more.
    has_ended: bool,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(HubSettings::default(), Restored { next_room: 1, ..Restored::default() })
    }

    pub(crate) fn with(settings: HubSettings, restored: Restored) -> Self {
        let now = Now { wall: OPENING, monotonic_ms: 0 };
        let ids = IdSource::new(7, restored.next_room);
        let mut house = Self {
            hub: Hub::new(settings, restored, ids, now),
            now,
            writes: Vec::new(),
            history: Vec::new(),
            reads: VecDeque::new(),
            jobs: VecDeque::new(),
            rehashes: 0,
            controlled: None,
            seats: BTreeMap::new(),
            next_slot: 0,
        };
        house.settle();
        house
    }

    /// Opens a connection from `192.0.2.1`, under TLS where it shows a device's key.
    pub(crate) fn open(&mut self, guest: Guest, device: Option<u8>) -> ConnId {
        self.open_from(guest, peer_of(device))
    }

    /// The same from another address.
    pub(crate) fn open_at(&mut self, guest: Guest, device: Option<u8>, address: &str) -> ConnId {
        let address = address.parse().expect("an address");
        self.open_from(guest, Peer { address, ..peer_of(device) })
    }

    /// Opens a connection from anywhere.
    pub(crate) fn open_from(&mut self, guest: Guest, peer: Peer) -> ConnId {
        let conn = ConnId { reactor: 0, slot: self.next_slot, generation: 0 };
        self.next_slot += 1;
        let dialect = match guest {
            Guest::Irc => Dialect::irc(majlis_protocol::CapabilitySet::empty()),
            Guest::Plain => Dialect::Plain,
        };
        let seat = Seat {
            dialect,
            rooms: BTreeSet::new(),
            received: Vec::new(),
            is_open: true,
            has_ended: false,
        };
        self.seats.insert(conn, seat);
        self.input(HubInput::Opened { conn, guest, peer });
        conn
    }

    /// An IRC client that has just registered and read its greeting.
    pub(crate) fn client(&mut self, nick: &str) -> ConnId {
        self.client_with(nick, None, "")
    }

    /// The same with a device's key, and with capabilities (names with spaces between).
    pub(crate) fn client_with(&mut self, nick: &str, device: Option<u8>, wanted: &str) -> ConnId {
        let conn = self.open(Guest::Irc, device);
        if !wanted.is_empty() {
            self.say(conn, &format!("CAP REQ :{wanted}"));
            self.say(conn, "CAP END");
        }
        self.say(conn, &format!("NICK {nick}"));
        self.say(conn, &format!("USER {nick} 0 * :{nick}"));
        let greeting = self.read(conn);
        assert!(greeting.iter().any(|line| line.contains(" 001 ")), "{greeting:?}");
        conn
    }

    /// A client in rooms (names with commas between); what everybody was told of it is read.
    pub(crate) fn member(&mut self, nick: &str, rooms: &str) -> ConnId {
        let conn = self.client(nick);
        self.say(conn, &format!("JOIN {rooms}"));
        self.read_all();
        conn
    }

    /// A plain guest in the lobby; what everybody was told of it is read.
    pub(crate) fn plain(&mut self, name: &str) -> ConnId {
        let conn = self.open(Guest::Plain, None);
        self.text(conn, name);
        self.read_all();
        conn
    }

    /// An IRC client sends a line.
    pub(crate) fn say(&mut self, conn: ConnId, line: &str) {
        self.say_bytes(conn, line.as_bytes());
    }

    /// The same with a line that may be no text.
    pub(crate) fn say_bytes(&mut self, conn: ConnId, line: &[u8]) {
        let fits = LineLimits::FROM_CLIENT.check(line).map_err(LineFault::Line);
        let parsed = MessageBuf::parse(line).map_err(LineFault::Parse);
        self.input(match fits.and(parsed) {
            Ok(message) => HubInput::Message { conn, message },
            Err(fault @ LineFault::Line(_)) => {
                HubInput::BadLine { conn, fault, salvage: Salvage::default() }
            }
            Err(fault) => HubInput::BadLine { conn, fault, salvage: Salvage::of(line) },
        });
    }

    /// An IRC client sends a line and reads what has come so far.
    pub(crate) fn ask(&mut self, conn: ConnId, line: &str) -> Vec<String> {
        self.say(conn, line);
        self.read(conn)
    }

    /// A plain guest sends a text.
    pub(crate) fn text(&mut self, conn: ConnId, text: &str) {
        self.input(HubInput::Text { conn, text: text.to_owned() });
    }

    /// The socket is gone; or says no more, and hears until the hub closes it.
    pub(crate) fn hang_up(&mut self, conn: ConnId, reason: CloseReason) {
        if let Some(seat) = self.seats.get_mut(&conn) {
            seat.has_ended = true;
            if reason != CloseReason::Eof || seat.dialect == Dialect::Plain {
                seat.is_open = false;
                seat.rooms.clear();
            }
        }
        self.input(HubInput::Closed { conn, reason });
    }

    /// Time goes by, and the hub is told.
    pub(crate) fn wait(&mut self, ms: u64) {
        self.now.monotonic_ms += ms;
        self.now.wall.0 += ms;
        self.hub.handle_tick(self.now);
        self.settle();
    }

    /// Answers the oldest read.
    pub(crate) fn answer(&mut self, result: Result<HistoryPage, HistoryError>) {
        let (conn, _) = self.reads.pop_front().expect("a read is outstanding");
        self.input(HubInput::History { conn, result });
    }

    /// Other settings count from now on.
    pub(crate) fn settle_again(&mut self, settings: HubSettings) {
        self.hub.handle_settings(settings);
        self.settle();
    }

    /// Answers the oldest read as the store would: a message by its identifier, or the newest of a room.
    pub(crate) fn recall(&mut self) {
        let rows = self.history.iter();
        let page = match &self.reads.front().expect("a read is outstanding").1 {
            HistoryQuery::Message { room, msgid } => {
                let is_meant = |row: &&StoredMessage| {
                    row.room == *room && row.msgid == *msgid && row.kind.is_redactable()
                };
                HistoryPage::Message(rows.clone().find(is_meant).cloned().map(Box::new))
            }
            HistoryQuery::Messages { room, since, kinds, limit, .. } => {
                let is_meant = |row: &&StoredMessage| {
                    row.room == *room && row.time >= *since && kinds.contains(row.kind)
                };
                let of_room = rows.filter(is_meant);
                let mut page: Vec<_> = of_room.rev().take(*limit as usize).cloned().collect();
                page.reverse();
                HistoryPage::Messages(page)
            }
            query => panic!("a test answers {query:?} itself"),
        };
        self.answer(Ok(page));
    }

    /// The operator asks for something.
    pub(crate) fn control(&mut self, request: ControlRequest) -> ControlReply {
        self.input(HubInput::Control { id: ControlId(1), request });
        self.controlled.take().expect("every question is answered")
    }

    /// Hashes all passwords that wait.
    pub(crate) fn work(&mut self) {
        while let Some((conn, job)) = self.jobs.pop_front() {
            self.input(HubInput::Hashed { conn, verifier: job.run() });
        }
    }

    /// Feeds the hub and delivers what follows.
    pub(crate) fn input(&mut self, input: HubInput) {
        self.hub.handle_input(input, self.now);
        self.settle();
    }

    /// The operator settles things otherwise.
    pub(crate) fn resettle(&mut self, settings: HubSettings) {
        self.hub.handle_settings(settings);
        self.settle();
    }

    pub(crate) fn shutdown(&mut self) {
        self.hub.handle_shutdown(self.now);
        self.settle();
    }

    /// What a client received since it last read.
    pub(crate) fn read(&mut self, conn: ConnId) -> Vec<String> {
        std::mem::take(&mut self.seats.get_mut(&conn).expect("the client exists").received)
    }

    /// Everybody reads.
    pub(crate) fn read_all(&mut self) {
        self.seats.values_mut().for_each(|seat| seat.received.clear());
    }

    /// Whether it can speak and hear.
    pub(crate) fn is_open(&self, conn: ConnId) -> bool {
        self.seats[&conn].is_open && !self.seats[&conn].has_ended
    }

    /// Whether it can hear.
    pub(crate) fn can_hear(&self, conn: ConnId) -> bool {
        self.seats[&conn].is_open
    }

    pub(crate) fn is_plain(&self, conn: ConnId) -> bool {
        self.seats[&conn].dialect == Dialect::Plain
    }

    /// The open connections and the rooms that their reactor has them in.
    pub(crate) fn open_seats(&self) -> impl Iterator<Item = (ConnId, &BTreeSet<RoomId>)> {
        self.seats.iter().filter(|(_, seat)| seat.is_open).map(|(&conn, seat)| (conn, &seat.rooms))
    }

    fn settle(&mut self) {
        let output = self.hub.take_output();
        for write in output.writes {
            self.keep(write);
        }
        for event in output.events {
            self.follow(event);
        }
    }

    fn keep(&mut self, write: Write) {
        match &write {
            Write::Message(row) => {
                self.history.push(row.clone());
                if !row.kind.is_redactable() {
                    return;
                }
            }
            Write::MessageRedacted { room, msgid } => {
                let is_meant = |row: &StoredMessage| row.room == *room && row.msgid == *msgid;
                self.history.retain(|row| !is_meant(row));
            }
            Write::RoomRemoved(room) => self.history.retain(|row| row.room != *room),
            _ => {}
        }
        self.writes.push(write);
    }

    fn follow(&mut self, event: Outbound) {
        match event {
            Outbound::Reply { conn, bytes } => self.deliver(conn, &bytes),
            Outbound::Relay { to, relay } => {
                for conn in self.receivers(&to) {
                    if let Some(bytes) = relay.encode(self.seats[&conn].dialect, &[]) {
                        self.deliver(conn, &bytes);
                    }
                }
            }
            Outbound::Joined { conn, room } => {
                assert!(self.open_seat(conn).rooms.insert(room), "{conn:?} joined {room:?} twice");
            }
            Outbound::Left { conn, room } => {
                assert!(self.open_seat(conn).rooms.remove(&room), "{conn:?} was not in {room:?}");
            }
            Outbound::Capabilities { conn, enabled } => {
                self.open_seat(conn).dialect = Dialect::irc(enabled);
            }
            Outbound::Close { conn, farewell } => {
                self.deliver(conn, &farewell);
                let seat = self.open_seat(conn);
                seat.is_open = false;
                seat.rooms.clear();
            }
            Outbound::Controlled { reply, .. } => self.controlled = Some(reply),
            Outbound::Rehash => self.rehashes += 1,
            Outbound::Hash { conn, job } => {
                self.open_seat(conn);
                self.jobs.push_back((conn, job));
            }
            Outbound::ReadHistory { conn, query } => {
                self.open_seat(conn);
                self.reads.push_back((conn, query));
            }
        }
    }

    fn open_seat(&mut self, conn: ConnId) -> &mut Seat {
        let seat = self.seats.get_mut(&conn).expect("the client exists");
        assert!(seat.is_open, "something is for {conn:?}, which is closed");
        seat
    }

    fn receivers(&self, to: &Audience) -> Vec<ConnId> {
        let in_any = |rooms: &[RoomId], except: &Option<ConnId>| {
            let hears = |seat: &Seat| rooms.iter().any(|room| seat.rooms.contains(room));
            let seats =
                self.seats.iter().filter(|(conn, seat)| hears(seat) && Some(**conn) != *except);
            seats.map(|(&conn, _)| conn).collect()
        };
        match to {
            Audience::Room { room, except } => in_any(&[*room], except),
            Audience::Rooms { rooms, except } => in_any(rooms, except),
            Audience::Conns(conns) => conns.to_vec(),
        }
    }

    fn deliver(&mut self, conn: ConnId, bytes: &[u8]) {
        let seat = self.open_seat(conn);
        match seat.dialect {
            Dialect::Plain if bytes.is_empty() => {}
            Dialect::Plain => {
                let text = std::str::from_utf8(bytes).expect("plain guests get text");
                for line in text.split('\n') {
                    assert!(!line.contains(char::is_control), "{text:?} holds control characters");
                    seat.received.push(line.to_owned());
                }
            }
            Dialect::Irc(_) => seat.received.extend(checked_lines(bytes)),
        }
    }
}

/// The lines in `bytes`, all of them complete, well-formed and within the limits.
fn checked_lines(mut bytes: &[u8]) -> Vec<String> {
    assert!(bytes.is_empty() || bytes.ends_with(b"\r\n"), "a line is not complete");
    let mut decoder = LineDecoder::new(LineLimits::FROM_SERVER);
    let mut lines = Vec::new();
    loop {
        bytes = &bytes[decoder.push(bytes)..];
        let Some(line) = decoder.next_line() else { break };
        let line = line.expect("no line is too long");
        Message::parse(line).expect("every line is well-formed");
        lines.push(String::from_utf8(line.to_vec()).expect("every line is UTF-8"));
    }
    lines
}

/// The key of the device with that number.
pub(crate) fn device_key(device: u8) -> Fingerprint {
    Fingerprint::new([device; 32])
}

/// Somebody at `192.0.2.1`, under TLS where they show a device's key.
pub(crate) fn peer_of(device: Option<u8>) -> Peer {
    Peer {
        address: std::net::Ipv4Addr::new(192, 0, 2, 1).into(),
        encrypted: device.is_some(),
        device_key: device.map(device_key),
        channel_binding: device.map(|device| [device; 32]),
    }
}
