//! One connection's life: sniffing → speaking → leaving.
//!
//! Owns the socket, what waits to be sent, and the clocks that belong to the connection. What the bytes of each kind of
//! guest mean is in [`speak`](super::speak); who receives what is [`FanOut`]'s; tables and turns are the reactor's.

use std::io::{self, ErrorKind, IoSlice};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use majlis_protocol::LineDecoder;
use majlis_wire::Stream;
use mio::net::TcpStream;

use super::callers::Place;
use super::counts::{Counts, Speaks};
use super::fan_out::FanOut;
use super::flood::Bucket;
use super::http::RequestHead;
use super::outbox::Outbox;
use super::sendq::{Overflow, Piece, SLICES_MAX, SendQ};
use super::settings::ReactorSettings;
use super::text::TextFramer;
use super::websocket::{self, CloseCode, Framer};
use crate::event::{CloseReason, ConnId, HubInput};

/// How often one connection reads in a turn before the others have theirs.
const READS_PER_TURN: usize = 4;

/// How long a guest of the plain room hears what comes after their last words.
const HALF_CLOSED_TIME: Duration = Duration::from_secs(1);

/// How long the answers to an IRC client's last lines may take; the hub, which closes it after them, waits for less.
const LAST_ANSWERS_TIME: Duration = Duration::from_secs(15);

/// How long last words may take to be sent.
const LEAVING_TIME: Duration = Duration::from_secs(5);

/// How long to wait for the other side to close, so that a reset does not destroy what it has not read yet.
const DRAINING_TIME: Duration = Duration::from_secs(1);

/// What a connection works with during one turn.
pub(crate) struct Turn<'a> {
    pub(crate) settings: &'a ReactorSettings,
    pub(crate) counts: &'a Counts,
    pub(crate) now: Instant,
    /// Where what the hub should know goes.
    pub(crate) outbox: &'a mut Outbox,
    pub(crate) fan_out: &'a mut FanOut,
    /// Room to read into; shared by all, empty between reads.
    pub(crate) buffer: &'a mut Vec<u8>,
}

/// Whether a connection goes on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// It does.
    GoesOn,
    /// It has ended, or has to.
    Over(CloseReason),
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Conn {
    pub(super) id: ConnId,
    pub(super) stream: Stream,
    pub(super) peer: IpAddr,
    pub(super) local_port: u16,
    /// Whether it may talk without TLS.
    pub(super) may_be_plain: bool,
    pub(super) phase: Phase,
    pub(super) bucket: Bucket,
    /// What was read before the bucket was empty and means something only once it fills again; at most one read.
    pub(super) unread: Vec<u8>,
    sendq: SendQ,
    /// Counts it among its address's connections for as long as it lives.
    _place: Place,
    /// By when it has to speak.
    settle_by: Instant,
    readiness: Readiness,
    /// The reactor's own; nothing here looks at it.
    pub(super) entries: Entries,
}

/// What is known of the socket; the operating system tells each change once.
#[derive(Debug)]
struct Readiness {
    /// It may have something.
    is_readable: bool,
    /// It may take something.
    is_writable: bool,
    /// All that left the SendQ has left the stream, too.
    is_flushed: bool,
}

/// Where the reactor has entered a connection.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// In the list of those to read from.
    pub(super) is_to_read: bool,
    /// In the list of those to flush.
    pub(super) is_to_flush: bool,
    /// In the list of those for whom news waits.
    pub(super) is_held: bool,
    /// Among the deadlines, for this instant; other entries are outdated.
    pub(super) woken_at: Option<Instant>,
}

/// What a connection is doing.
#[derive(Debug)]
pub(super) enum Phase {
    /// Its first bytes are looked at; after TLS, if there is TLS.
    Sniffing { first: Vec<u8>, quiet_since: Instant },
    /// TLS keys are being agreed on.
    Handshaking,
    /// It speaks IRC.
    Irc(LineDecoder),
    /// It speaks IRC over a WebSocket.
    Web(Box<Framer>),
    /// It is in the plain room.
    Plain(Box<PlainGuest>),
    /// It sends an HTTP request.
    Http(RequestHead),
    /// It has said its last; answers still come.
    HalfClosed { until: Instant },
    /// Nothing is read or queued any more; what waits is sent.
    Leaving { until: Instant },
    /// All is sent; the other side has to close now.
    Draining { until: Instant },
}

/// What is particular to a guest of the plain room.
#[derive(Debug)]
pub(super) struct PlainGuest {
    pub(super) framer: TextFramer,
    /// Whether no text came yet, so that the first line may still be IRC's.
    pub(super) is_new: bool,
    /// When what came without a newline is a text.
    pub(super) quiet_at: Option<Instant>,
}

impl Conn {
    /// A connection that has said nothing yet.
    pub(crate) fn new(
        id: ConnId,
        socket: TcpStream,
        (peer, place): (SocketAddr, Place),
        settings: &ReactorSettings,
        now: Instant,
    ) -> Self {
        let peer = peer.ip().to_canonical();
        let local = socket.local_addr().ok();
        let is_of_this_machine =
            peer.is_loopback() || local.is_some_and(|local| local.ip().to_canonical() == peer);
        Self {
            id,
            stream: Stream::plain(socket),
            peer,
            local_port: local.map_or(0, |local| local.port()),
            may_be_plain: settings.doors.allow_plaintext || is_of_this_machine,
            phase: Phase::Sniffing { first: Vec::new(), quiet_since: now },
            bucket: Bucket::full(settings.doors.flood, now),
            unread: Vec::new(),
            sendq: SendQ::new(settings.doors.sendq_bytes),
            _place: place,
            settle_by: now + settings.doors.handshake_timeout,
            readiness: Readiness { is_readable: false, is_writable: true, is_flushed: true },
            entries: Entries::default(),
        }
    }

    /// The socket, for registering it.
    pub(crate) fn stream_mut(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// What it speaks, as long as the hub knows of it.
    pub(super) fn speaks(&self) -> Option<Speaks> {
        Some(match (&self.phase, self.stream.is_encrypted()) {
            (Phase::Irc(_), false) => Speaks::Irc,
            (Phase::Irc(_), true) => Speaks::IrcTls,
            (Phase::Web(_), false) => Speaks::Web,
            (Phase::Web(_), true) => Speaks::WebTls,
            (Phase::Plain(_), false) => Speaks::Plain,
            (Phase::Plain(_), true) => Speaks::PlainTls,
            _ => return None,
        })
    }

    /// Whether the hub knows of it and has not been told of its end.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Irc(_) | Phase::Web(_) | Phase::Plain(_))
    }

    /// Notes what the operating system said about the socket.
    pub(crate) fn set_ready(&mut self, is_readable: bool, is_writable: bool) {
        self.readiness.is_readable |= is_readable;
        self.readiness.is_writable |= is_writable;
    }

    /// Whether there is something to read that may be read now.
    pub(crate) fn wants_read(&self, now: Instant) -> bool {
        let is_paced = self.is_open() && self.is_paced(now);
        let is_reading = !matches!(self.phase, Phase::HalfClosed { .. } | Phase::Leaving { .. });
        self.has_more_to_read() && is_reading && !is_paced
    }

    /// Whether there is something to send now that the socket may take.
    pub(crate) fn wants_flush(&self) -> bool {
        let is_leaving = matches!(self.phase, Phase::Leaving { .. });
        let is_due = self.sendq.is_due() || !self.readiness.is_flushed;
        self.readiness.is_writable && (is_leaving || is_due)
    }

    /// Whether there is something to send that waits for more.
    pub(crate) fn holds_news(&self) -> bool {
        !self.sendq.is_empty() && !self.sendq.is_due()
    }

    /// Has what waits be sent now.
    pub(crate) fn release_news(&mut self) {
        self.sendq.set_due();
    }

    /// When it wants to be looked at next, whatever happens.
    pub(crate) fn deadline(&self, settings: &ReactorSettings, now: Instant) -> Option<Instant> {
        match &self.phase {
            Phase::Sniffing { quiet_since, .. } => {
                Some(self.settle_by.min(*quiet_since + self.silence(settings)))
            }
            Phase::Handshaking | Phase::Http(_) => Some(self.settle_by),
            // As long as something is unread, nobody can say that it is quiet.
            Phase::Plain(guest) if !self.has_more_to_read() => guest.quiet_at,
            Phase::Irc(_) | Phase::Web(_) | Phase::Plain(_) => self.resumes_at(now),
            Phase::HalfClosed { until } | Phase::Leaving { until } | Phase::Draining { until } => {
                Some(*until)
            }
        }
    }

    /// Reads what may be read in this turn.
    pub(crate) fn handle_readable(&mut self, turn: &mut Turn<'_>) -> Life {
        let mut buffer = std::mem::take(turn.buffer);
        let mut life = Life::GoesOn;
        for _ in 0..READS_PER_TURN {
            if life != Life::GoesOn || !self.wants_read(turn.now) {
                break;
            }
            if !self.unread.is_empty() {
                let unread = std::mem::take(&mut self.unread);
                life = self.handle_bytes(&unread, turn);
                continue;
            }
            life = match self.stream.read(&mut buffer) {
                Ok(0) => self.handle_end(turn),
                Ok(count) => {
                    self.note_handshake(turn);
                    self.handle_bytes(&buffer[..count], turn)
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => break,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.readiness.is_readable = false;
                    self.note_handshake(turn);
                    Life::GoesOn
                }
                Err(error) => Life::Over(reason(&error)),
            };
        }
        *turn.buffer = buffer;
        life
    }

    /// Does what it is time for, if it is.
    pub(crate) fn handle_deadline(&mut self, turn: &mut Turn<'_>) -> Life {
        if self.deadline(turn.settings, turn.now).is_none_or(|at| at > turn.now) {
            return Life::GoesOn;
        }
        match &self.phase {
            Phase::Sniffing { .. } => self.handle_silence(turn),
            Phase::Plain(_) if !self.has_more_to_read() => {
                self.say_unfinished(turn);
                Life::GoesOn
            }
            Phase::Irc(_) | Phase::Web(_) | Phase::Plain(_) => Life::GoesOn,
            Phase::HalfClosed { .. } if !self.is_all_sent() => self.leave(turn),
            Phase::Handshaking
            | Phase::Http(_)
            | Phase::HalfClosed { .. }
            | Phase::Leaving { .. }
            | Phase::Draining { .. } => Life::Over(CloseReason::Eof),
        }
    }

    /// Queues bytes for it, while it still takes any.
    ///
    /// One turn may bring more than the queue holds, to whoever reads as fast as they can, too. So the socket is tried as soon as
    /// much waits, and always before a connection ends for what it has not read.
    pub(crate) fn push(&mut self, piece: &Piece) -> Life {
        self.queue(piece, SendQ::push)
    }

    /// The same with what it asked for, however long that is.
    pub(crate) fn push_answer(&mut self, piece: &Piece) -> Life {
        self.queue(piece, SendQ::push_answer)
    }

    fn queue(
        &mut self,
        piece: &Piece,
        insist: fn(&mut SendQ, &Piece) -> Result<(), Overflow>,
    ) -> Life {
        let takes_any = self.is_open() || matches!(self.phase, Phase::HalfClosed { .. });
        if !takes_any {
            return Life::GoesOn;
        }
        if self.sendq.push(piece) == Err(Overflow) {
            if let Err(error) = self.send_waiting() {
                return Life::Over(reason(&error));
            }
            if insist(&mut self.sendq, piece) == Err(Overflow) {
                return Life::Over(CloseReason::SendQ);
            }
        }
        // Who reads the plain room in ten lines of script takes each thing as it comes.
        if matches!(self.phase, Phase::Plain(_)) {
            self.sendq.set_due();
        }
        if self.sendq.is_over_half()
            && self.readiness.is_writable
            && let Err(error) = self.send_waiting()
        {
            return Life::Over(reason(&error));
        }
        Life::GoesOn
    }

    /// Ends it as the hub asks: what waits is sent, then these words, then it is closed.
    pub(crate) fn close(&mut self, farewell: Arc<[u8]>, turn: &mut Turn<'_>) -> Life {
        if matches!(self.phase, Phase::Leaving { .. } | Phase::Draining { .. }) {
            return Life::GoesOn;
        }
        self.sendq.push_last(farewell.into());
        if matches!(self.phase, Phase::Web(_)) {
            self.sendq.push_last(websocket::close(CloseCode::NORMAL).into());
        }
        self.tell_closed(CloseReason::Asked, turn);
        self.leave(turn)
    }

    /// Ends a WebSocket with a code for the other side and a reason for the hub.
    pub(super) fn close_web(
        &mut self,
        code: CloseCode,
        reason: CloseReason,
        turn: &mut Turn<'_>,
    ) -> Life {
        self.sendq.push_last(websocket::close(code).into());
        self.tell_closed(reason, turn);
        self.leave(turn)
    }

    /// Sends what the socket takes.
    pub(crate) fn flush(&mut self, now: Instant) -> Life {
        if let Err(error) = self.send_waiting() {
            return Life::Over(reason(&error));
        }
        if matches!(self.phase, Phase::Leaving { .. }) && self.is_all_sent() {
            self.stream.send_close();
            self.readiness.is_flushed = false;
            self.phase = Phase::Draining { until: now + DRAINING_TIME };
        }
        Life::GoesOn
    }

    /// Tells the hub that it is gone, if the hub knows of it.
    pub(crate) fn tell_closed(&self, reason: CloseReason, turn: &mut Turn<'_>) {
        if let Some(speaks) = self.speaks() {
            turn.counts.note_closed(speaks);
            turn.outbox.push(HubInput::Closed { conn: self.id, reason });
        }
    }

    /// Queues what comes before everything else; the queue is empty.
    pub(super) fn say_first(&mut self, words: &[u8]) {
        self.sendq.push_last(Arc::<[u8]>::from(words).into());
    }

    /// Queues last words and reads no more.
    pub(super) fn say_last(&mut self, words: &[u8], turn: &mut Turn<'_>) -> Life {
        self.sendq.push_last(Arc::<[u8]>::from(words).into());
        self.leave(turn)
    }

    fn leave(&mut self, turn: &mut Turn<'_>) -> Life {
        turn.fan_out.close(self.id.slot);
        self.phase = Phase::Leaving { until: turn.now + LEAVING_TIME };
        Life::GoesOn
    }

    /// The other side sends no more. It may well read on: `nc` with its input at an end does.
    fn handle_end(&mut self, turn: &mut Turn<'_>) -> Life {
        self.readiness.is_readable = false;
        if let Life::Over(reason) = self.settle_silent(turn) {
            return Life::Over(reason);
        }
        self.say_unfinished(turn);
        if self.is_open() {
            self.tell_closed(CloseReason::Eof, turn);
            let is_plain = matches!(self.phase, Phase::Plain(_));
            let answers_take = if is_plain { HALF_CLOSED_TIME } else { LAST_ANSWERS_TIME };
            self.phase = Phase::HalfClosed { until: turn.now + answers_take };
        }
        match self.phase {
            Phase::HalfClosed { .. } | Phase::Leaving { .. } => Life::GoesOn,
            _ => Life::Over(CloseReason::Eof),
        }
    }

    /// It was silent for long enough to say something; but the word may have come this moment.
    fn handle_silence(&mut self, turn: &mut Turn<'_>) -> Life {
        self.readiness.is_readable = true;
        let life = self.handle_readable(turn);
        let is_still_silent = matches!(self.phase, Phase::Sniffing { .. })
            && self.deadline(turn.settings, turn.now).is_some_and(|at| at <= turn.now);
        if life == Life::GoesOn && is_still_silent { self.settle_silent(turn) } else { life }
    }

    /// Begins to sniff as soon as the handshake is done.
    fn note_handshake(&mut self, turn: &Turn<'_>) {
        if !matches!(self.phase, Phase::Handshaking) {
            return;
        }
        // The handshake's own bytes may not all have fitted into the socket.
        self.readiness.is_flushed = false;
        if !self.stream.is_handshaking() {
            self.phase = Phase::Sniffing { first: Vec::new(), quiet_since: turn.now };
        }
    }

    /// How long a silence says something.
    fn silence(&self, settings: &ReactorSettings) -> Duration {
        if self.may_speak() { settings.doors.sniff_timeout } else { settings.doors.refused_silence }
    }

    /// Whether it may talk at all, as things are.
    pub(super) fn may_speak(&self) -> bool {
        self.may_be_plain || self.stream.is_encrypted()
    }

    /// Whether it spoke faster than it may.
    pub(super) fn is_paced(&self, now: Instant) -> bool {
        self.bucket.empty_until(now).is_some()
    }

    /// Whether something it sent may wait, here or in the socket.
    fn has_more_to_read(&self) -> bool {
        self.readiness.is_readable || !self.unread.is_empty()
    }

    /// When reading goes on that waits for the bucket.
    fn resumes_at(&self, now: Instant) -> Option<Instant> {
        self.bucket.empty_until(now).filter(|_| self.has_more_to_read())
    }

    fn is_all_sent(&self) -> bool {
        self.sendq.is_empty() && self.readiness.is_flushed
    }

    fn send_waiting(&mut self) -> io::Result<()> {
        while !self.sendq.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES_MAX];
            let count = self.sendq.fill(&mut slices);
            match self.stream.write_vectored(&slices[..count]) {
                Ok(sent) => self.sendq.advance(sent),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.readiness.is_writable = false;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        self.readiness.is_flushed = self.stream.flush()?;
        self.readiness.is_writable &= self.readiness.is_flushed;
        Ok(())
    }
}

fn reason(error: &io::Error) -> CloseReason {
    match error.kind() {
        ErrorKind::UnexpectedEof => CloseReason::Eof,
        _ => CloseReason::Io(error.to_string()),
    }
}
