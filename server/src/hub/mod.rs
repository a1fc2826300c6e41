//! All rules of the chat, as a state machine without I/O, clock or chance.
//!
//! The [`Hub`] owns who is there, under which name, in which rooms, and what each command does: inputs go in with the time
//! ([`Hub::handle_input`], [`Hub::handle_tick`]), and what has to be stored and what leaves comes out
//! ([`Hub::take_output`]). Sockets, threads, disk and the bytes of a relay are its shells' affair.
//!
//! ```text
//! connection ── its session speaks for ──▶ user ◀── membership ──▶ channel
//!     │
//!  command/  one file a family: looks at the message, changes the state
//!     ├──▶ reply      the answer to who asked, labelled and batched
//!     ├──▶ presence   memberships, takeovers, endings
//!     └──▶ telling    what others are told
//! ```

mod accounts;
mod archive;
mod bans;
mod census;
mod channel;
mod clock;
mod command;
mod connection;
mod control;
mod conversations;
mod ending;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod greeting;
mod hashing;
mod interests;
#[cfg(any(test, feature = "fuzzing"))]
mod invariants;
mod invitations;
mod kept;
mod lists;
mod mask;
mod metadata;
mod operators;
mod overview;
mod past;
mod plain;
mod presence;
mod ranks;
mod read_markers;
mod reads;
mod record;
mod refusal;
mod reply;
mod rights;
mod room_set;
mod sasl;
mod secret;
mod sent;
mod settings;
mod signing;
mod slow;
mod space;
mod sync;
mod takeover;
mod telling;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod throttle;
mod user;
mod watch;

use std::net::IpAddr;
use std::sync::Arc;

use indexmap::IndexMap;
use majlis_protocol::{Name, Timestamp};

pub use census::Census;
pub use clock::is_from_the_future;
pub use control::at_rest as control_at_rest;
pub use secret::invite_hash;
pub use settings::{
    HubSettings, Limits, METADATA_VALUE_MAX_BYTES, Operator, PASSWORD_ITERATIONS,
    RegistrationPolicy,
};

use self::accounts::Accounts;
use self::bans::Bans;
use self::channel::{Channel, Channels};
use self::clock::WallClock;
use self::command::{Ending, Turn};
use self::connection::{Connection, Deferred, Due, ENDED};
use self::conversations::Conversations;
use self::interests::Interests;
use self::kept::KeptRooms;
use self::metadata::Metadata;
use self::past::PastUsers;
use self::read_markers::ReadMarkers;
use self::reads::Reads;
use self::reply::Response;
use self::secret::Secret;
use self::sent::SentRecords;
use self::throttle::{Logins, Throttle};
use self::user::Users;
use crate::event::{
    CloseReason, ConnId, Guest, HubInput, IdSource, Now, Outbound, Output, Peer, Restored,
    RestoredRoom, Write,
};

/// How often messages that are too old are looked for.
const FORGET_EVERY_MS: u64 = 60_000;

/// All chat state.
#[derive(Debug)]
pub struct Hub {
    settings: HubSettings,
    /// The server's name, as the source of what it says.
    server: Arc<str>,
    started: Timestamp,
    /// Wall clock and monotonic clock of the input being handled; neither goes back, but the wall clock where it was wrong by far.
    now: Now,
    clock: WallClock,
    ids: IdSource,
    connections: IndexMap<ConnId, Connection>,
    /// How many of the connections are no session yet.
    registering: usize,
    users: Users,
    accounts: Accounts,
    bans: Bans,
    conversations: Conversations,
    kept: KeptRooms,
    secret: Secret,
    logins: Logins,
    registers: Throttle<IpAddr>,
    /// Passwords that the workers have not answered.
    hashing: usize,
    channels: Channels,
    past: PastUsers,
    /// The nicks that connections watch (monitor).
    watches: Interests,
    read_markers: ReadMarkers,
    metadata: Metadata,
    /// The keys that connections subscribed to (draft/metadata-2).
    subscriptions: Interests,
    metadata_changes: Throttle<ConnId>,
    /// How often each command was used, in the order of the table.
    command_counts: Vec<u64>,
    sent: SentRecords,
    reads: Reads,
    batch_number: u64,
    /// When rooms in use are next looked at.
    looks_at_use_ms: u64,
    /// When messages that are too old are next looked for.
    forgets_at_ms: u64,
    /// Sign-ins and passwords that were refused.
    failed_sign_ins: u64,
    /// What the disk has room for, once that is known.
    free_bytes: Option<u64>,
    out: Output,
}

impl Hub {
    /// A hub with the rooms and records that the store gave back. The lobby is made if it is not among them.
    pub fn new(settings: HubSettings, restored: Restored, ids: IdSource, now: Now) -> Self {
        let limits = settings.limits;
        let mut hub = Self {
            server: settings.server_name.as_str().into(),
            started: now.wall,
            now: Now { wall: clock::held(restored.newest, now.wall), ..now },
            clock: WallClock::new(now, restored.newest, limits.retention_ms),
            ids,
            connections: IndexMap::new(),
            registering: 0,
            users: Users::default(),
            kept: KeptRooms::new(&restored.kept_rooms),
            conversations: Conversations::new(&restored.conversations),
            bans: Bans::new(restored.bans),
            accounts: Accounts::new(restored.accounts, restored.invites, restored.next_account),
            secret: Secret::new(restored.secret),
            logins: Logins::new(&limits),
            registers: Throttle::new(limits.registers_per_address, limits.register_window_ms),
            hashing: 0,
            channels: Channels::default(),
            past: PastUsers::default(),
            watches: Interests::default(),
            read_markers: ReadMarkers::new(&restored.read_markers),
            metadata: Metadata::new(restored.metadata),
            subscriptions: Interests::default(),
            metadata_changes: Throttle::new(limits.metadata_changes, limits.metadata_window_ms),
            command_counts: command::counts(),
            sent: SentRecords::new(&restored.sent, limits.sent_records, limits.sent_age_ms),
            reads: Reads::new(limits.readers_queue),
            batch_number: 0,
            looks_at_use_ms: 0,
            forgets_at_ms: 0,
            failed_sign_ins: 0,
            free_bytes: None,
            out: Output::default(),
            settings,
        };
        hub.restore_rooms(restored.rooms);
        hub.ensure_lobby();
        hub
    }

    /// Brings rooms back, empty. Those that die empty get some time for their people to come back.
    fn restore_rooms(&mut self, rooms: Vec<RestoredRoom>) {
        let ends_at_ms = self.now.monotonic_ms + self.settings.limits.room_grace_ms;
        for room in rooms {
            let Ok(name) = Name::room(&room.name) else { continue };
            let ends_at_ms = (!room.lasting).then_some(ends_at_ms);
            self.channels.insert(room.room, Channel::new(room, name, ends_at_ms));
        }
    }

    /// Makes the lobby if there is none; a guest's room of that name becomes lasting for as long as it is the lobby.
    fn ensure_lobby(&mut self) {
        let lobby = self.settings.lobby.clone();
        match self.channels.find(lobby.folded()) {
            Some(room) => {
                self.channels[room].lasting = true;
                self.channels[room].ends_at_ms = None;
            }
            None => {
                self.make_room(lobby, true, None);
            }
        }
    }

    /// Handles one thing that happened outside.
    pub fn handle_input(&mut self, input: HubInput, now: Now) {
        self.set_now(now);
        match input {
            HubInput::Opened { conn, guest, peer } => self.handle_opened(conn, guest, peer),
            HubInput::Message { conn, message } => {
                self.handle_irc(conn, Deferred::Message(message));
            }
            HubInput::BadLine { conn, fault, salvage } => {
                self.handle_irc(conn, Deferred::BadLine(fault, salvage));
            }
            HubInput::Text { conn, text } => self.handle_text(conn, &text),
            HubInput::Closed { conn, reason } => self.handle_closed(conn, reason),
            HubInput::History { conn, result } => self.handle_history(conn, result),
            HubInput::Hashed { conn, verifier } => self.handle_hashed(conn, verifier),
            HubInput::Control { id, request } => self.handle_control(id, request),
            HubInput::Space { free_bytes } => self.handle_space(free_bytes),
        }
    }

    /// Goes by other settings from now on. The server's name and the lobby stay: sessions were told them once and for all; so
    /// do the lengths of other threads' queues.
    pub fn handle_settings(&mut self, settings: HubSettings) {
        let (before, offered) = (self.isupport(), self.offered_capabilities());
        let was = std::mem::replace(&mut self.settings, settings);
        self.settings.server_name = was.server_name;
        self.settings.lobby = was.lobby;
        self.settings.limits.readers_queue = was.limits.readers_queue;
        self.settings.limits.hash_queue = was.limits.hash_queue;
        let limits = self.settings.limits;
        self.metadata_changes.set_limits(limits.metadata_changes, limits.metadata_window_ms);
        self.logins.set_limits(&limits);
        self.registers.set_limits(limits.registers_per_address, limits.register_window_ms);
        self.end_former_operators();
        self.tell_capabilities(offered);
        self.announce_values(&was.limits);
        self.tell_isupport_changes(&before);
    }

    /// Does what time alone calls for; to be called about once a second.
    pub fn handle_tick(&mut self, now: Now) {
        self.set_now(now);
        self.sent.forget_old(self.now.wall);
        self.forget_old_messages();
        self.logins.forget_old(self.now.monotonic_ms);
        self.registers.forget_old(self.now.monotonic_ms);
        self.metadata_changes.forget_old(self.now.monotonic_ms);
        self.end_old_bans();
        self.note_uses();
        self.end_deserted_rooms();
        self.end_unclaimed_memberships();
        let limits = self.settings.limits;
        let due: Vec<(ConnId, Due)> = self
            .connections
            .iter()
            .map(|(&conn, connection)| (conn, connection.due(self.now.monotonic_ms, &limits)))
            .filter(|(_, due)| *due != Due::Nothing)
            .collect();
        for (conn, due) in due {
            match due {
                Due::Ping => self.send_ping(conn),
                Due::FailBatch => self.fail_late_batch(conn),
                Due::End(reason) => self.close(conn, reason),
                Due::Nothing => {}
            }
        }
    }

    /// Has messages forgotten whose time is over, once a minute.
    fn forget_old_messages(&mut self) {
        let Some(retention_ms) = self.settings.limits.retention_ms else { return };
        if self.now.monotonic_ms >= self.forgets_at_ms && !self.doubts_clock() {
            self.forgets_at_ms = self.now.monotonic_ms + FORGET_EVERY_MS;
            let before = Timestamp(self.clock.shown.0.saturating_sub(retention_ms));
            self.store(Write::MessagesForgotten { before });
        }
    }

    /// Says goodbye to everybody. Nobody is told of anybody else's leaving, and guests' rooms stay for the next start.
    pub fn handle_shutdown(&mut self, now: Now) {
        self.set_now(now);
        for (conn, connection) in std::mem::take(&mut self.connections) {
            let farewell = self.farewell(&connection, "The server is stopping");
            self.out.events.push(Outbound::Close { conn, farewell });
        }
        self.registering = 0;
        self.watches = Interests::default();
        self.subscriptions = Interests::default();
        self.reads.clear_waiting();
    }

    /// Everything that the inputs since the last call have caused.
    pub fn take_output(&mut self) -> Output {
        std::mem::take(&mut self.out)
    }

    fn handle_opened(&mut self, conn: ConnId, guest: Guest, peer: Peer) {
        self.connections.insert(conn, Connection::new(guest, peer, self.now.monotonic_ms));
        self.registering += 1;
        if !self.turn_away(conn) && guest == Guest::Plain {
            self.greet_plain(conn);
        }
    }

    /// Runs a line of an IRC client now, or after what its connection waits for.
    ///
    /// A connection the hub has closed may not know it yet; what it still says counts for nothing.
    fn handle_irc(&mut self, conn: ConnId, input: Deferred) {
        let Some(connection) = self.connections.get_mut(&conn) else { return };
        connection.set_heard(self.now.monotonic_ms);
        if connection.guest != Guest::Irc {
            return;
        }
        if connection.parked.is_none() {
            self.run(conn, &input);
        } else if connection.waiting.len() < self.settings.limits.parked_inputs {
            connection.waiting.push_back(input);
        } else {
            self.close(conn, "Too much was sent while an answer was awaited");
        }
    }

    /// Runs one line of a connection that is not parked.
    fn run(&mut self, conn: ConnId, input: &Deferred) {
        match input {
            Deferred::Message(message) => {
                let message = message.get();
                let mut turn = self.begin_turn(conn, message.tag("label").as_deref());
                command::run(self, &mut turn, &message);
                self.end_turn(turn);
            }
            Deferred::BadLine(fault, salvage) => {
                self.fail_batch_of_bad_line(conn);
                let mut turn = self.begin_turn(conn, salvage.label.as_deref());
                let command = salvage.command.as_deref().unwrap_or("*");
                turn.response.refuse(&command::fault_refusal(*fault, command));
                self.end_turn(turn);
            }
        }
    }

    fn begin_turn(&self, conn: ConnId, label: Option<&str>) -> Turn {
        let connection = &self.connections[&conn];
        let user = connection.user();
        let nick =
            user.map_or_else(|| "*".into(), |user| Arc::clone(&self.users[user].source().nick));
        let response = Response::new(Arc::clone(&self.server), nick, connection.enabled, label);
        Turn { conn, user, response, ending: Ending::Reply }
    }

    fn end_turn(&mut self, turn: Turn) {
        let Turn { conn, response, ending, .. } = turn;
        match ending {
            Ending::Reply => {
                let bytes = response.finish(&mut self.batch_number);
                self.send(conn, bytes);
            }
            Ending::Close => {
                let farewell = response.finish(&mut self.batch_number).into();
                self.out.events.push(Outbound::Close { conn, farewell });
            }
            Ending::Park(question, query) => self.park(conn, response, question, query),
            Ending::Hash(purpose, job) => self.park_for_hash(conn, response, purpose, job),
        }
    }

    fn handle_closed(&mut self, conn: ConnId, reason: CloseReason) {
        let reason = match reason {
            CloseReason::Eof => return self.handle_last_word(conn),
            CloseReason::Asked => ENDED.to_owned(),
            CloseReason::Io(words) => format!("Connection lost: {words}"),
            CloseReason::SendQ => "Connection too slow".to_owned(),
        };
        self.end_connection(conn, &reason);
    }

    fn send_ping(&mut self, conn: ConnId) {
        let mut turn = self.begin_turn(conn, None);
        turn.response.link("PING", &self.server);
        self.connections[&conn].set_asked();
        self.end_turn(turn);
    }

    /// Sends bytes, if there are any.
    fn send(&mut self, conn: ConnId, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.out.events.push(Outbound::Reply { conn, bytes: bytes.into() });
        }
    }

    fn store(&mut self, write: Write) {
        self.out.writes.push(write);
    }
}
