//! A thread with a share of the connections: it reads what guests send into batches for the hub, and sends what the hub
//! says to those it concerns.
//!
//! It owns sockets, TLS, framing, send queues and the membership of its own connections. It decides nothing about the
//! chat: every rule is the hub's, and what it sends arrives as one ordered stream, already committed.
//!
//! A reactor never waits for anybody. When the hub has no room, it stops reading and goes on sending; and it always takes
//! what is released, so the ring of queues moves.
//!
//! | module | what it knows |
//! |---|---|
//! | `handle`, `callers`, `settings`, `outbox`, `deadlines` | the ways in and out, and time |
//! | `counts` | what the operator is told of all this |
//! | `conn`, `speak` | one connection: its life, and what its bytes mean |
//! | `sniff`, `text`, `http`, `flood` | pure: first bytes, the plain room's texts, pages, the rate |
//! | `upgrade`, `websocket` | pure: which requests become a WebSocket, and its frames |
//! | `fan_out`, `sendq` | pure: who receives what, and what waits |

mod callers;
mod conn;
mod counts;
mod deadlines;
mod fan_out;
mod flood;
mod handle;
mod http;
mod outbox;
mod sendq;
mod settings;
mod sniff;
mod speak;
mod text;
mod upgrade;
mod websocket;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use slab::Slab;

use self::conn::{Conn, Life, Turn};
use self::deadlines::Deadlines;
use self::fan_out::FanOut;
use self::handle::{Mailbox, Newcomer, Order, WAKER};
use self::outbox::Outbox;
use self::sendq::Worth;
use crate::event::{
    Action, Audience, CloseReason, ConnId, Dialect, InboundBatch, Outbound, Relay, is_lasting,
};

pub use self::callers::Callers;
pub use self::counts::{Counts, Speaks};
pub use self::flood::Flood;
pub use self::handle::{ReactorHandle, TurnedAway};
pub use self::http::Pages;
pub use self::settings::{Doors, ReactorSettings, SENDQ_LEAST_BYTES};
pub use self::upgrade::WebSettings;

/// How much one read takes at most; also how much may wait within a connection for its bucket.
const READ_BYTES: usize = 8 * 1024;

/// A batch of this many inputs is handed over before more is read.
const BATCH_INPUTS: usize = 512;

/// How soon to try again when the hub had no room.
const STALLED_PAUSE: Duration = Duration::from_millis(2);

/// How long sending may take at the end.
const SHUTDOWN_TIME: Duration = Duration::from_secs(1);

const EVENTS_PER_TURN: usize = 1024;

/// Starts a reactor. `index` is its place among all reactors; it ends after [`ReactorHandle::shutdown`].
pub fn spawn(
    index: u16,
    settings: Arc<ReactorSettings>,
    inbox: Sender<InboundBatch>,
) -> io::Result<(ReactorHandle, JoinHandle<()>)> {
    let poll = Poll::new()?;
    let (handle, mailbox) = handle::mailbox(poll.registry(), &settings)?;
    let mut reactor = Reactor {
        index,
        settings,
        poll,
        mailbox,
        now: Instant::now(),
        outbox: Outbox::new(inbox),
        conns: Slab::new(),
        generations: Vec::new(),
        fan_out: FanOut::new(index),
        deadlines: Deadlines::default(),
        to_read: VecDeque::new(),
        to_flush: Vec::new(),
        held: Vec::new(),
        held_until: None,
        buffer: vec![0; READ_BYTES],
        ends_at: None,
    };
    let thread =
        thread::Builder::new().name(format!("reactor-{index}")).spawn(move || reactor.run())?;
    Ok((handle, thread))
}

struct Reactor {
    index: u16,
    settings: Arc<ReactorSettings>,
    poll: Poll,
    mailbox: Mailbox,
    /// When this turn began.
    now: Instant,
    outbox: Outbox,
    conns: Slab<Conn>,
    /// By slot: the generation that its next connection gets.
    generations: Vec<u32>,
    fan_out: FanOut,
    deadlines: Deadlines,
    /// Connections that may have something to read.
    to_read: VecDeque<usize>,
    /// Connections that have something to send.
    to_flush: Vec<usize>,
    /// Connections for whom news may wait for more.
    held: Vec<usize>,
    /// When they have waited long enough; set while there are any.
    held_until: Option<Instant>,
    buffer: Vec<u8>,
    /// Set once it is to end.
    ends_at: Option<Instant>,
}

impl Reactor {
    fn run(&mut self) {
        let mut events = Events::with_capacity(EVENTS_PER_TURN);
        while self.ends_at.is_none_or(|at| self.now < at && !self.conns.is_empty()) {
            if let Err(error) = self.turn(&mut events) {
                tracing::error!(%error, "a reactor cannot go on");
                return;
            }
        }
    }

    /// One turn. What arrives in it leaves in it: to the hub in one batch, to each guest in one write. Only news of who comes
    /// and goes may wait some turns for more.
    fn turn(&mut self, events: &mut Events) -> io::Result<()> {
        self.wait(events)?;
        self.note_readiness(events);
        self.take_newcomers();
        self.take_orders();
        self.handle_deadlines();
        self.release_news();
        self.read();
        self.outbox.send();
        self.flush();
        Ok(())
    }

    /// Waits until something happens, or it is time for something.
    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        let result = self.poll.poll(events, self.timeout());
        self.now = Instant::now();
        match result {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                events.clear();
                Ok(())
            }
            result => result,
        }
    }

    fn timeout(&self) -> Option<Duration> {
        let is_stalled = self.outbox.is_stalled();
        let has_mail = !self.mailbox.orders.is_empty() || !self.mailbox.newcomers.is_empty();
        let has_work = !self.to_flush.is_empty() || !self.to_read.is_empty() && !is_stalled;
        if has_mail || has_work {
            return Some(Duration::ZERO);
        }
        let until =
            self.deadlines.next().into_iter().chain(self.ends_at).chain(self.held_until).min();
        let timeout = until.map(|at| at.saturating_duration_since(Instant::now()));
        if is_stalled {
            return Some(timeout.map_or(STALLED_PAUSE, |timeout| timeout.min(STALLED_PAUSE)));
        }
        timeout
    }

    fn note_readiness(&mut self, events: &Events) {
        for event in events.iter().filter(|event| event.token() != WAKER) {
            let Token(slot) = event.token();
            let is_readable = event.is_readable() || event.is_read_closed() || event.is_error();
            let is_writable = event.is_writable() || event.is_write_closed() || event.is_error();
            if let Some(conn) = self.conns.get_mut(slot) {
                conn.set_ready(is_readable, is_writable);
                self.note_wants(slot);
            }
        }
    }

    fn take_newcomers(&mut self) {
        for _ in 0..self.mailbox.newcomers.len() {
            let Ok(newcomer) = self.mailbox.newcomers.try_recv() else { return };
            let peer = newcomer.peer;
            if self.ends_at.is_some() {
                self.mailbox.note_gone();
            } else if let Err(error) = self.take_newcomer(newcomer) {
                tracing::debug!(%error, %peer, "a new connection cannot be taken in");
                self.mailbox.note_gone();
            }
        }
    }

    fn take_newcomer(&mut self, newcomer: Newcomer) -> io::Result<()> {
        let Newcomer { socket, peer, place } = newcomer;
        socket.set_nonblocking(true)?;
        let entry = self.conns.vacant_entry();
        let slot = entry.key();
        if self.generations.len() <= slot {
            self.generations.resize(slot + 1, 0);
        }
        let id = ConnId {
            reactor: self.index,
            slot: u32::try_from(slot).expect("file descriptors are fewer than 2^31"),
            generation: self.generations[slot],
        };
        let socket = TcpStream::from_std(socket);
        let mut conn = Conn::new(id, socket, (peer, place), &self.settings, self.now);
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(conn.stream_mut(), Token(slot), interest)?;
        entry.insert(conn);
        self.note_wants(slot);
        Ok(())
    }

    fn take_orders(&mut self) {
        for _ in 0..self.mailbox.orders.len() {
            match self.mailbox.orders.try_recv() {
                Ok(Order::Release(batch)) => batch.iter().for_each(|event| self.apply(event)),
                Ok(Order::Resettle(settings)) => self.settings = settings,
                Ok(Order::ShutDown) => self.begin_shutdown(),
                Err(_) => return,
            }
        }
    }

    /// Follows one step of the ordered stream.
    fn apply(&mut self, event: &Outbound) {
        match event {
            Outbound::Reply { conn, bytes } => {
                if let Some(manner) = self.fan_out.manner(*conn) {
                    let bytes = manner.finish(bytes);
                    self.step(slot(*conn), |conn, _| conn.push_answer(&bytes.into()));
                }
            }
            Outbound::Relay { to, relay } => self.relay(to, relay),
            Outbound::Joined { conn, room } => self.fan_out.join(*conn, *room),
            Outbound::Left { conn, room } => self.fan_out.leave(*conn, *room),
            Outbound::Capabilities { conn, enabled } => {
                self.fan_out.set_dialect(*conn, Dialect::irc(*enabled));
            }
            Outbound::Close { conn, farewell } => {
                if let Some(manner) = self.fan_out.manner(*conn) {
                    let farewell = manner.finish(farewell);
                    self.step(slot(*conn), |conn, turn| conn.close(farewell, turn));
                }
            }
            // Others' business: the readers', the workers', the operator's.
            Outbound::ReadHistory { .. }
            | Outbound::Hash { .. }
            | Outbound::Controlled { .. }
            | Outbound::Rehash => {}
        }
    }

    fn relay(&mut self, to: &Audience, relay: &Relay) {
        let worth = worth_of(to, relay);
        let mut ended = Vec::new();
        let mut delivered = 0;
        let Self { fan_out, conns, to_flush, held, .. } = self;
        fan_out.deliver(to, relay, worth, |slot, piece| {
            delivered += 1;
            let slot = index(slot);
            let Some(conn) = conns.get_mut(slot) else { return };
            match conn.push(piece) {
                Life::GoesOn => {
                    note_flush(conn, slot, to_flush);
                    note_held(conn, slot, held);
                }
                Life::Over(reason) => ended.push((slot, reason)),
            }
        });
        self.mailbox.counts().deliveries.add(delivered);
        if !self.held.is_empty() {
            self.held_until.get_or_insert(self.now + self.settings.news_wait);
        }
        for (slot, reason) in ended {
            self.remove(slot, reason);
        }
    }

    fn begin_shutdown(&mut self) {
        self.ends_at = Some(self.now + SHUTDOWN_TIME);
        let slots: Vec<_> = self.conns.iter().map(|(slot, _)| slot).collect();
        for slot in slots {
            self.step(slot, |conn, turn| conn.close([].into(), turn));
        }
    }

    fn handle_deadlines(&mut self) {
        while let Some((at, slot)) = self.deadlines.pop_due(self.now) {
            let Some(conn) = self.conns.get_mut(slot) else { continue };
            if conn.entries.woken_at == Some(at) {
                conn.entries.woken_at = None;
                self.step(slot, Conn::handle_deadline);
            }
        }
    }

    /// Has the news go out that waited long enough. All of it goes at once: one clock for everybody, who then wait no longer
    /// than a single piece would.
    fn release_news(&mut self) {
        if self.held_until.is_none_or(|at| at > self.now) {
            return;
        }
        self.held_until = None;
        for slot in self.held.drain(..) {
            if let Some(conn) = self.conns.get_mut(slot) {
                conn.entries.is_held = false;
                conn.release_news();
                note_flush(conn, slot, &mut self.to_flush);
            }
        }
    }

    /// Reads from everybody who has something, while the hub takes it.
    fn read(&mut self) {
        if self.outbox.is_stalled() {
            self.outbox.send();
        }
        for _ in 0..self.to_read.len() {
            if self.outbox.is_stalled() {
                return;
            }
            let Some(slot) = self.to_read.pop_front() else { return };
            if let Some(conn) = self.conns.get_mut(slot) {
                conn.entries.is_to_read = false;
                self.step(slot, Conn::handle_readable);
            }
            if self.outbox.len() >= BATCH_INPUTS {
                self.outbox.send();
            }
        }
    }

    fn flush(&mut self) {
        let mut slots = std::mem::take(&mut self.to_flush);
        for slot in slots.drain(..) {
            if let Some(conn) = self.conns.get_mut(slot) {
                conn.entries.is_to_flush = false;
                self.step(slot, |conn, turn| conn.flush(turn.now));
            }
        }
        // What came up meanwhile is for the next turn; the memory stays.
        slots.append(&mut self.to_flush);
        self.to_flush = slots;
    }

    /// Has one connection do something, and sees to what follows.
    fn step(&mut self, slot: usize, act: impl FnOnce(&mut Conn, &mut Turn<'_>) -> Life) {
        let Some(conn) = self.conns.get_mut(slot) else { return };
        let mut turn = Turn {
            settings: &self.settings,
            counts: self.mailbox.counts(),
            now: self.now,
            outbox: &mut self.outbox,
            fan_out: &mut self.fan_out,
            buffer: &mut self.buffer,
        };
        match act(conn, &mut turn) {
            Life::GoesOn => self.note_wants(slot),
            Life::Over(reason) => self.remove(slot, reason),
        }
    }

    /// Enters a connection wherever it wants to be looked at.
    fn note_wants(&mut self, slot: usize) {
        let Some(conn) = self.conns.get_mut(slot) else { return };
        if conn.wants_read(self.now) && !conn.entries.is_to_read {
            conn.entries.is_to_read = true;
            self.to_read.push_back(slot);
        }
        note_flush(conn, slot, &mut self.to_flush);
        if let Some(at) = conn.deadline(&self.settings, self.now)
            && conn.entries.woken_at.is_none_or(|woken_at| at < woken_at)
        {
            conn.entries.woken_at = Some(at);
            self.deadlines.push(at, slot);
        }
    }

    fn remove(&mut self, slot: usize, reason: CloseReason) {
        let Some(conn) = self.conns.try_remove(slot) else { return };
        if reason == CloseReason::SendQ {
            self.mailbox.counts().sendq_closes.add(1);
        }
        let mut turn = Turn {
            settings: &self.settings,
            counts: self.mailbox.counts(),
            now: self.now,
            outbox: &mut self.outbox,
            fan_out: &mut self.fan_out,
            buffer: &mut self.buffer,
        };
        conn.tell_closed(reason, &mut turn);
        self.fan_out.close(conn.id.slot);
        self.generations[slot] = conn.id.generation.wrapping_add(1);
        self.mailbox.note_gone();
    }
}

fn note_flush(conn: &mut Conn, slot: usize, to_flush: &mut Vec<usize>) {
    if conn.wants_flush() && !conn.entries.is_to_flush {
        conn.entries.is_to_flush = true;
        to_flush.push(slot);
    }
}

fn note_held(conn: &mut Conn, slot: usize, held: &mut Vec<usize>) {
    if conn.holds_news() && !conn.entries.is_held {
        conn.entries.is_held = true;
        held.push(slot);
    }
}

/// What a relay is worth to those who receive it. What a room hears of its people's coming and going is news; what is meant
/// for somebody in particular is not.
fn worth_of(to: &Audience, relay: &Relay) -> Worth {
    match (to, &relay.action) {
        (_, Action::Tagmsg { .. }) if !is_lasting(&relay.client_tags) => Worth::Typing,
        (
            Audience::Room { .. } | Audience::Rooms { .. },
            Action::Join { .. }
            | Action::Part { .. }
            | Action::Quit { .. }
            | Action::Nick { .. }
            | Action::Account { .. }
            | Action::Away { .. }
            | Action::Setname { .. }
            | Action::Chghost { .. },
        ) => Worth::News,
        _ => Worth::Lasting,
    }
}

fn slot(conn: ConnId) -> usize {
    index(conn.slot)
}

fn index(slot: u32) -> usize {
    usize::try_from(slot).expect("addresses have at least 32 bits")
}
