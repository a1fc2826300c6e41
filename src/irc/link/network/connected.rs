//! A network with a socket: securing it, carrying the session over it, taking leave of it.

use majlis_wire::{Identity, Stream};
use mio::net::TcpStream;
use uuid::Uuid;

use super::{Network, Stage};
use crate::irc::Opening;
use crate::irc::event::{Event, Failure, State};
use crate::irc::link::handshake::{HandshakeFailure, handshake_failure, secure};
use crate::irc::link::thread::Desk;
use crate::irc::link::transport::{IsEnough, Reading, Transport};
use crate::irc::session::Proof;

/// How long the TLS handshake may take.
const HANDSHAKE_MS: u64 = 10_000;
/// A connection that lasted so long is a success: the next wait is short again.
const SUCCESS_MS: u64 = 30_000;

impl Network {
    /// A socket is connected: secures it where that is wanted.
    pub(super) fn begin_stream(&mut self, socket: TcpStream, desk: &mut Desk) {
        let Some(wanted) = &self.wanted else { return };
        // Lines are small, and somebody waits for each of them.
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "small lines will be delayed");
        }
        if !wanted.config.encrypt {
            self.open_session(Box::new(Transport::new(Stream::plain(socket))), desk);
            return;
        }
        match secure(socket, &wanted.config, desk) {
            Ok(stream) => {
                let transport = Box::new(Transport::new(stream));
                let until_ms = desk.now.mono_ms + HANDSHAKE_MS;
                self.stage = Stage::Securing { transport, until_ms };
                self.tell_state(State::Securing);
            }
            Err(words) => self.fail(Failure::Local(words), desk),
        }
    }

    /// Moves the handshake on; whether there may be more to do at once.
    pub(super) fn advance_handshake(&mut self, desk: &mut Desk) -> bool {
        let Stage::Securing { transport, until_ms } = &mut self.stage else { return false };
        let is_late = desk.now.mono_ms >= *until_ms;
        // Nothing is said to us before we have spoken; whatever comes with the handshake belongs to TLS.
        let moved = transport.write().and_then(|()| transport.read(|_| IsEnough(false)));
        if let Some(failure) = handshake_failure(&moved, transport.stream().verdict()) {
            self.fail_handshake(failure, desk);
            return false;
        }
        if !transport.stream().is_handshaking() {
            let Stage::Securing { transport, .. } =
                std::mem::replace(&mut self.stage, Stage::Offline)
            else {
                return false;
            };
            self.open_session(transport, desk);
            return true;
        }
        if is_late {
            self.fail(Failure::NoAnswer, desk);
        }
        matches!(moved, Ok(Reading::More))
    }

    fn fail_handshake(&mut self, failure: HandshakeFailure, desk: &mut Desk) {
        let event = match failure {
            HandshakeFailure::Broken(failure) => return self.fail(failure, desk),
            HandshakeFailure::Distrust(event) => event,
        };
        self.stage = Stage::Offline;
        self.tell(event);
        self.rest();
    }

    fn open_session(&mut self, mut transport: Box<Transport>, desk: &mut Desk) {
        if self.wanted.as_ref().is_some_and(|wanted| wanted.is_probe) {
            transport.close();
            self.stage = Stage::Offline;
            self.tell(Event::Reached);
            self.rest();
            return;
        }
        let stream = transport.stream();
        let is_encrypted = stream.is_encrypted();
        let identity = is_encrypted.then(|| desk.device.identity().ok()).flatten();
        let opening = Opening {
            is_encrypted,
            channel_binding: stream.channel_binding(),
            device: identity.map(Identity::fingerprint),
            nonce: Uuid::new_v4().simple().to_string(),
        };
        self.stage = Stage::Open { transport, since_ms: desk.now.mono_ms };
        if let Some(wanted) = &mut self.wanted {
            wanted.session.handle_opened(opening, desk.now);
        }
    }

    /// Reads, lets the session speak, writes; whether there may be more to read at once.
    pub(super) fn advance_open(&mut self, desk: &mut Desk) -> bool {
        let Some(wanted) = &mut self.wanted else { return false };
        let Stage::Open { transport, .. } = &mut self.stage else { return false };
        let mut reading = Ok(Reading::Drained);
        if desk.may_read {
            reading = transport.read(|line| {
                wanted.session.handle_line(line, desk.now);
                IsEnough(wanted.session.has_much_to_tell())
            });
            // A server that could not be read for a while is not silent.
            wanted.session.handle_timeout(desk.now);
        }
        if let Some(question) = wanted.session.take_question() {
            let id = self.id;
            // Where no thread can be had, the sign-in times out and is tried again.
            if let Err(error) = desk.provers.begin(move || (id, question.prove())) {
                tracing::warn!(%error, "a password cannot be hashed now");
            }
        }
        wanted.session.take_output(transport.unsent());
        wanted.was_registered |= wanted.session.is_registered();
        let writing = transport.write();
        let is_over = wanted.session.poll_hang_up().is_some() || writing.is_err();
        match reading {
            Ok(Reading::More) if !is_over => return true,
            Ok(Reading::Drained) if !is_over => return false,
            Err(error) => tracing::debug!(%error, "the connection broke"),
            Ok(_) => {}
        }
        transport.close();
        self.handle_lost(desk);
        false
    }

    /// A password was hashed; for an earlier connection the session passes it over.
    pub(in crate::irc::link) fn handle_proof(&mut self, proof: Proof, desk: &Desk) {
        if let (Some(wanted), Stage::Open { .. }) = (&mut self.wanted, &self.stage) {
            wanted.session.handle_proof(proof, desk.now);
        }
    }

    /// The connection is over: the session says why.
    fn handle_lost(&mut self, desk: &mut Desk) {
        let Stage::Open { since_ms, .. } = self.stage else { return };
        let Some(wanted) = &mut self.wanted else { return };
        let has_lasted = desk.now.mono_ms >= since_ms + SUCCESS_MS;
        if has_lasted && wanted.session.is_registered() {
            self.backoff.reset();
        }
        let failure = wanted.session.handle_closed();
        self.fail(failure, desk);
    }

    /// Waits for the server to close, and not for long; whether there may be more to read at once.
    pub(super) fn advance_leaving(&mut self, desk: &mut Desk) -> bool {
        let Some(wanted) = &mut self.wanted else { return false };
        let Stage::Leaving { transport, until_ms } = &mut self.stage else { return false };
        let is_late = desk.now.mono_ms >= *until_ms;
        wanted.session.take_output(transport.unsent());
        let moved = transport.write().and_then(|()| transport.read(|_| IsEnough(false)));
        if is_late || !matches!(moved, Ok(Reading::Drained | Reading::More)) {
            transport.close();
            self.stage = Stage::Offline;
            self.rest();
            return false;
        }
        moved.is_ok_and(|reading| reading == Reading::More)
    }
}
