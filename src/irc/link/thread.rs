//! The loop: requests in, readiness, deadlines, batches of events out.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_channel::{Sender, TrySendError};
use mio::{Events, Poll, Registry, Token, Waker};

use super::GOODBYE;
use super::device::DeviceKey;
use super::errands::Errands;
use super::network::Network;
use super::resolve::Resolver;
use crate::irc::session::Proof;
use crate::irc::{Command, EventBatch, NetworkId, Now, Request};

/// What wakes the loop from other threads.
const WAKER: Token = Token(0);
/// Every socket: networks are few, and each looks after its own sockets whenever anything happened.
pub(super) const SOCKET: Token = Token(1);

/// How many requests are taken in one turn.
const TURN_REQUESTS: usize = 64;
/// How many passwords are hashed at once; others would only be slower for it.
const PROVERS_MAX: usize = 4;
/// How often to look whether the main loop takes events again.
const STUCK_PAUSE: Duration = Duration::from_millis(20);

/// What a network needs of the thread.
#[derive(Debug)]
pub(super) struct Desk {
    /// Where sockets are registered.
    pub(super) registry: Registry,
    /// Who looks names up.
    pub(super) resolver: Resolver,
    /// Who hashes passwords, which takes a good part of a second each.
    pub(super) provers: Errands<(NetworkId, Proof)>,
    /// The device's key.
    pub(super) device: DeviceKey,
    /// The time of this turn.
    pub(super) now: Now,
    /// Whether sockets may be read: not while the main loop takes no events.
    pub(super) may_read: bool,
}

/// The thread's state.
#[derive(Debug)]
pub(super) struct SocketThread {
    poll: Poll,
    waker: Arc<Waker>,
    desk: Desk,
    start: Instant,
    networks: BTreeMap<NetworkId, Network>,
    requests: Receiver<Request>,
    events: Sender<EventBatch>,
    /// What the main loop had no room for.
    held: EventBatch,
    is_stopping: Arc<AtomicBool>,
}

impl SocketThread {
    /// Everything, ready to [`run`](Self::run).
    pub(super) fn new(
        device: DeviceKey,
        requests: Receiver<Request>,
        events: Sender<EventBatch>,
        is_stopping: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        let resolver = Resolver::new(Arc::clone(&waker));
        let registry = poll.registry().try_clone()?;
        let start = Instant::now();
        let provers = Errands::new(Arc::clone(&waker), "prover", PROVERS_MAX);
        let now = read_clocks(start);
        let desk = Desk { registry, resolver, provers, device, now, may_read: true };
        let (networks, held) = Default::default();
        Ok(Self { poll, waker, desk, start, networks, requests, events, held, is_stopping })
    }

    /// What wakes the loop.
    pub(super) fn waker(&self) -> Arc<Waker> {
        Arc::clone(&self.waker)
    }

    /// Runs until it is told to stop or nobody takes its events any more.
    pub(super) fn run(mut self) {
        // A device has its key from the first start on, though nothing may need it yet; what is wrong with it is told when
        // something does.
        let _ = self.desk.device.identity();
        let mut readiness = Events::with_capacity(64);
        while !self.is_stopping.load(Ordering::Acquire) && !self.events.is_closed() {
            let was_stuck = self.is_stuck();
            let mut is_busy = self.take_requests();
            is_busy |= self.advance();
            self.deliver_events();
            // Requests and sockets that were left alone meanwhile have woken the loop already, and do so only once.
            is_busy |= was_stuck && !self.is_stuck();
            if let Err(error) = self.poll.poll(&mut readiness, self.pause(is_busy))
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "the system does not say what is ready");
                return;
            }
        }
        self.say_goodbye(&mut readiness);
    }

    fn is_stuck(&self) -> bool {
        !self.held.events.is_empty()
    }

    /// Takes a turn's worth of requests; whether there may be more.
    fn take_requests(&mut self) -> bool {
        self.desk.now = read_clocks(self.start);
        self.desk.may_read = !self.is_stuck();
        if self.is_stuck() {
            return false;
        }
        let mut taken_count = 0;
        for request in self.requests.try_iter().take(TURN_REQUESTS) {
            taken_count += 1;
            let network = match &request.command {
                Command::Connect(_) | Command::Probe(_) => self
                    .networks
                    .entry(request.network)
                    .or_insert_with(|| Network::new(request.network)),
                _ => match self.networks.get_mut(&request.network) {
                    Some(network) => network,
                    None => continue,
                },
            };
            network.handle_command(request.command, &mut self.desk);
        }
        taken_count == TURN_REQUESTS
    }

    /// Every network does what it can; whether one of them could do more at once.
    fn advance(&mut self) -> bool {
        while let Some(answer) = self.desk.resolver.take_answer() {
            if let Some(network) = self.networks.get_mut(&answer.network) {
                network.handle_resolved(answer.attempt, answer.addresses, &mut self.desk);
            }
        }
        while let Some((id, proof)) = self.desk.provers.take_answer() {
            if let Some(network) = self.networks.get_mut(&id) {
                network.handle_proof(proof, &self.desk);
            }
        }
        let mut is_busy = false;
        for network in self.networks.values_mut() {
            is_busy |= network.advance(&mut self.desk);
        }
        is_busy
    }

    /// Gives the turn's events to the main loop, as one batch; keeps them where it has no room.
    fn deliver_events(&mut self) {
        for (&id, network) in &mut self.networks {
            let told = network.take_events().into_iter();
            self.held.events.extend(told.map(|event| (id, event)));
        }
        if self.held.events.is_empty() {
            return;
        }
        match self.events.try_send(std::mem::take(&mut self.held)) {
            Ok(()) => {}
            Err(TrySendError::Full(batch) | TrySendError::Closed(batch)) => self.held = batch,
        }
    }

    /// How long to wait for something to happen.
    fn pause(&self, is_busy: bool) -> Option<Duration> {
        if self.is_stuck() {
            return Some(STUCK_PAUSE);
        }
        if is_busy {
            return Some(Duration::ZERO);
        }
        let deadline_ms = self.networks.values().filter_map(Network::deadline_ms).min()?;
        let now_ms = read_clocks(self.start).mono_ms;
        Some(Duration::from_millis(deadline_ms.saturating_sub(now_ms)))
    }

    /// Takes leave on every network, for at most [`GOODBYE`].
    fn say_goodbye(&mut self, readiness: &mut Events) {
        self.desk.now = read_clocks(self.start);
        self.desk.may_read = true;
        for network in self.networks.values_mut() {
            let reason = String::new();
            network.handle_command(Command::Disconnect { reason }, &mut self.desk);
        }
        let end = Instant::now() + GOODBYE;
        while self.networks.values().any(|network| !network.is_offline()) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.poll.poll(readiness, Some(left)).is_err() {
                return;
            }
            self.desk.now = read_clocks(self.start);
            self.advance();
        }
    }
}

fn read_clocks(start: Instant) -> Now {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let to_ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Now { mono_ms: to_ms(start.elapsed()), wall_ms: to_ms(since_1970) }
}
