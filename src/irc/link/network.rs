//! One network's way from a name to an open connection and back, and when to try again.
//!
//! Owns the stages of connecting and what each failure leads to; what is said on the connection is the session's.

mod connected;

use std::net::SocketAddr;

use uuid::Uuid;

use super::backoff::Backoff;
use super::dial::{Dial, Dialled};
use super::thread::Desk;
use super::transport::Transport;
use crate::irc::event::{Event, Failure, SignInFailure, State};
use crate::irc::{Command, NetworkConfig, NetworkId, Session};

/// How long a name may take to be found.
const RESOLVE_MS: u64 = 10_000;
/// How long the server has to close after our goodbye.
const GOODBYE_MS: u64 = 1_000;

/// How far a network is. Times are on the monotonic clock.
#[derive(Debug)]
enum Stage {
    /// Not wanted, or not until the person has decided about a key.
    Offline,
    /// Trying again would not help; the person may ask for it.
    GivenUp,
    /// Lost; tried again then.
    Waiting { until_ms: u64 },
    /// Its name is being looked up.
    Resolving { until_ms: u64 },
    /// Its addresses are being tried.
    Dialling(Dial),
    /// A handshake is under way.
    Securing { transport: Box<Transport>, until_ms: u64 },
    /// The session has the word.
    Open { transport: Box<Transport>, since_ms: u64 },
    /// Goodbye was said.
    Leaving { transport: Box<Transport>, until_ms: u64 },
}

/// One network: its session and its connection.
#[derive(Debug)]
pub(super) struct Network {
    id: NetworkId,
    wanted: Option<Wanted>,
    stage: Stage,
    backoff: Backoff,
    /// Counts look-ups, so that a late answer is not taken for a newer one.
    attempt: u64,
    events: Vec<Event>,
}

/// What the person asked for.
#[derive(Debug)]
struct Wanted {
    config: NetworkConfig,
    session: Session,
    /// Whether to go again as soon as the server is known.
    is_probe: bool,
    /// Whether a server took us in since then: what comes in between is a disturbance rather than a mistake.
    was_registered: bool,
}

impl Network {
    /// A network that nobody wants yet.
    pub(super) fn new(id: NetworkId) -> Self {
        let (seed, _) = Uuid::new_v4().as_u64_pair();
        Self {
            id,
            wanted: None,
            stage: Stage::Offline,
            backoff: Backoff::new(seed),
            attempt: 0,
            events: Vec::new(),
        }
    }

    /// Does what the person asks.
    pub(super) fn handle_command(&mut self, command: Command, desk: &mut Desk) {
        match command {
            Command::Connect(config) => self.start_afresh(*config, false, desk),
            Command::Probe(config) => self.start_afresh(*config, true, desk),
            Command::ConnectNow if self.is_idle() => self.connect(desk),
            Command::Disconnect { .. } | Command::SignOut => self.disconnect(command, desk),
            _ => {
                if let Some(wanted) = &mut self.wanted {
                    wanted.session.handle_command(command, desk.now);
                }
            }
        }
    }

    /// What is to be told, in order.
    pub(super) fn take_events(&mut self) -> Vec<Event> {
        self.collect_events();
        std::mem::take(&mut self.events)
    }

    /// Whether no socket is open and none is wanted.
    pub(super) fn is_offline(&self) -> bool {
        matches!(self.stage, Stage::Offline | Stage::GivenUp)
    }

    /// Whether it wants a connection and does nothing about it just now.
    fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::GivenUp | Stage::Waiting { .. })
    }

    /// When to call [`advance`](Self::advance), if nothing happens before.
    pub(super) fn deadline_ms(&self) -> Option<u64> {
        match &self.stage {
            Stage::Offline | Stage::GivenUp => None,
            Stage::Waiting { until_ms }
            | Stage::Resolving { until_ms }
            | Stage::Securing { until_ms, .. }
            | Stage::Leaving { until_ms, .. } => Some(*until_ms),
            Stage::Dialling(dial) => Some(dial.deadline_ms()),
            Stage::Open { .. } => {
                self.wanted.as_ref().and_then(|wanted| wanted.session.poll_timeout())
            }
        }
    }

    fn start_afresh(&mut self, config: NetworkConfig, is_probe: bool, desk: &mut Desk) {
        if let Stage::Open { transport, .. } = &mut self.stage {
            // The old connection gets a goodbye if the socket takes it at once.
            transport.unsent().extend_from_slice(b"QUIT\r\n");
            let _ = transport.write();
            transport.close();
        }
        self.close_session();
        // Its last answers; who asked waits for them.
        self.collect_events();
        let session = Session::new(&config);
        self.wanted = Some(Wanted { config, session, is_probe, was_registered: false });
        self.backoff.reset();
        self.connect(desk);
    }

    fn disconnect(&mut self, command: Command, desk: &mut Desk) {
        match std::mem::replace(&mut self.stage, Stage::Offline) {
            Stage::Open { transport, .. } => {
                if let Some(wanted) = &mut self.wanted {
                    wanted.session.handle_command(command, desk.now);
                }
                let until_ms = desk.now.mono_ms + GOODBYE_MS;
                self.stage = Stage::Leaving { transport, until_ms };
            }
            Stage::Leaving { transport, until_ms } => {
                self.stage = Stage::Leaving { transport, until_ms };
            }
            _ => self.rest(),
        }
    }

    /// Stays offline.
    fn rest(&mut self) {
        self.close_session();
        self.tell_state(State::Offline);
    }

    fn connect(&mut self, desk: &mut Desk) {
        let Some(wanted) = &self.wanted else { return };
        self.attempt += 1;
        self.stage = Stage::Resolving { until_ms: desk.now.mono_ms + RESOLVE_MS };
        let (host, port) = (&wanted.config.host, wanted.config.port);
        let asked = desk.resolver.ask(self.id, self.attempt, host, port);
        self.tell_state(State::Connecting);
        if let Err(error) = asked {
            self.fail(Failure::Local(error.to_string()), desk);
        }
    }

    /// The name's addresses, possibly none.
    pub(super) fn handle_resolved(
        &mut self,
        attempt: u64,
        addresses: Vec<SocketAddr>,
        desk: &mut Desk,
    ) {
        if attempt != self.attempt || !matches!(self.stage, Stage::Resolving { .. }) {
            return;
        }
        if addresses.is_empty() {
            self.fail(Failure::NameNotFound, desk);
        } else {
            self.stage = Stage::Dialling(Dial::new(addresses, desk.now.mono_ms));
        }
    }

    /// Does what can be done now; whether more could be done at once.
    pub(super) fn advance(&mut self, desk: &mut Desk) -> bool {
        let now_ms = desk.now.mono_ms;
        match &mut self.stage {
            Stage::Offline | Stage::GivenUp => false,
            Stage::Waiting { until_ms } => {
                if now_ms >= *until_ms {
                    self.connect(desk);
                }
                false
            }
            Stage::Resolving { until_ms } => {
                if now_ms >= *until_ms {
                    self.fail(Failure::NameNotFound, desk);
                }
                false
            }
            Stage::Dialling(dial) => {
                match dial.advance(&desk.registry, now_ms) {
                    Dialled::Pending => return false,
                    Dialled::Connected(socket) => self.begin_stream(socket, desk),
                    Dialled::Failed(failure) => self.fail(failure, desk),
                }
                true
            }
            Stage::Securing { .. } => self.advance_handshake(desk),
            Stage::Open { .. } => self.advance_open(desk),
            Stage::Leaving { .. } => self.advance_leaving(desk),
        }
    }

    /// It did not work or works no longer: waits and tries again, or gives up where that would not help.
    fn fail(&mut self, failure: Failure, desk: &mut Desk) {
        let was_registered = self.wanted.as_ref().is_some_and(|wanted| wanted.was_registered);
        let is_probe = self.wanted.as_ref().is_some_and(|wanted| wanted.is_probe);
        let is_final = match &failure {
            // It may be too many tries, or too many people at once.
            Failure::SignIn(SignInFailure::Refused(_)) | Failure::NotAChatServer => !was_registered,
            Failure::NameRefused(_) | Failure::SignIn(_) => true,
            _ => is_probe,
        };
        if is_final {
            self.stage = Stage::GivenUp;
            self.tell_state(State::Failed(failure));
            return;
        }
        let retry_in_ms = self.backoff.next_ms();
        self.stage = Stage::Waiting { until_ms: desk.now.mono_ms + retry_in_ms };
        self.tell_state(State::Waiting { retry_in_ms, failure });
    }

    fn close_session(&mut self) {
        if let Some(wanted) = &mut self.wanted {
            let _ = wanted.session.handle_closed();
        }
    }

    fn tell_state(&mut self, state: State) {
        self.tell(Event::State(state));
    }

    /// Tells something after all that the session has told.
    fn tell(&mut self, event: Event) {
        self.collect_events();
        self.events.push(event);
    }

    fn collect_events(&mut self) {
        if let Some(wanted) = &mut self.wanted {
            self.events.append(&mut wanted.session.take_events());
        }
    }
}
