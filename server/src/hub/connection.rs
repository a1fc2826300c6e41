//! Connections, and the sessions they become.
//!
//! Owns what the hub knows of one socket: what it speaks, what it enabled, how far it is, what it has begun to say, what
//! waits behind a read of history or a hash, and when its silence is too long. The person behind it is a
//! [`User`](super::user::User).

use std::collections::VecDeque;
use std::sync::Arc;

use majlis_protocol::{CapabilitySet, MessageBuf, Name, Salvage};

use super::command::batch::ClientBatch;
use super::hashing::Purpose;
use super::reads::Question;
use super::reply::Response;
use super::room_set::RoomSet;
use super::sasl::Exchange;
use super::settings::{Limits, Operator};
use super::user::UserId;
use crate::event::{AccountId, Guest, HistoryQuery, LineFault, MsgId, Peer, RoomId};

/// Why a connection ended whose other side closed it.
pub(super) const ENDED: &str = "Connection closed";

/// One socket that is open, as far as the hub knows.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) guest: Guest,
    pub(super) peer: Peer,
    pub(super) enabled: CapabilitySet,
    /// Whether it negotiated with CAP LS 302 or later, which brings cap-notify for good.
    pub(super) has_cap_302: bool,
    pub(super) phase: Phase,
    /// Whom it has signed in as before it registered; afterwards that is its user's.
    pub(super) account: Option<AccountId>,
    /// Whose password was last proved over it, and when, on the monotonic clock.
    pub(super) proved: Option<(AccountId, u64)>,
    /// The sign-in under way.
    pub(super) sasl: Option<Box<Exchange>>,
    /// What it says as one.
    pub(super) batch: Option<Box<ClientBatch>>,
    pub(super) parked: Option<Box<Parked>>,
    /// What came while it was parked, in order.
    pub(super) waiting: VecDeque<Deferred>,
    /// Set once it sends no more and still waits for answers: by when it ends in any case.
    pub(super) ends_by_ms: Option<u64>,
    opened_ms: u64,
    heard_ms: u64,
    is_asked: bool,
}

/// How far a connection is.
#[derive(Debug)]
pub(super) enum Phase {
    /// It has no name yet.
    Registering(Registration),
    /// It speaks for a user.
    Session(Session),
}

/// What an IRC client has said of itself so far. A plain guest has only to say a name.
#[derive(Debug, Default)]
pub(super) struct Registration {
    pub(super) nick: Option<Name>,
    /// Username and realname.
    pub(super) user: Option<(String, String)>,
    /// Why they will be away from the beginning (draft/pre-away).
    pub(super) away: Option<Arc<str>>,
    /// Whether they gave the server's password, if it has one.
    pub(super) has_password: bool,
    /// Whether CAP END is still to come.
    pub(super) is_negotiating: bool,
}

/// A registered connection.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) user: UserId,
    /// The rooms whose events it receives: those of its user's that it joined itself.
    pub(super) rooms: RoomSet,
    /// The room whose values it is getting in parts, and of whom it got those last (METADATA SYNC).
    pub(super) syncing: Option<(RoomId, UserId)>,
    /// Which operator of the server speaks by it (OPER).
    pub(super) operator: Option<Operator>,
}

impl Session {
    pub(super) fn new(user: UserId) -> Self {
        Self { user, rooms: RoomSet::default(), syncing: None, operator: None }
    }
}

/// A command that waits, and with it the connection.
#[derive(Debug)]
pub(super) struct Parked {
    pub(super) response: Response,
    pub(super) wait: Wait,
}

/// What it waits for.
#[derive(Debug)]
pub(super) enum Wait {
    /// History; the query is there until the readers have taken it. What was taken back meanwhile is not given any more.
    History { question: Question, query: Option<HistoryQuery>, redacted: Vec<MsgId> },
    /// The workers, who hash a password.
    Hash(Purpose),
}

/// An input whose turn comes after the answer.
#[derive(Debug)]
pub(super) enum Deferred {
    Message(MessageBuf),
    BadLine(LineFault, Salvage),
}

/// What silence calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Ping,
    /// Its batch was left open for too long.
    FailBatch,
    End(&'static str),
}

impl Connection {
    pub(super) fn new(guest: Guest, peer: Peer, now_ms: u64) -> Self {
        Self {
            guest,
            peer,
            enabled: CapabilitySet::empty(),
            has_cap_302: false,
            phase: Phase::Registering(Registration::default()),
            account: None,
            proved: None,
            sasl: None,
            batch: None,
            parked: None,
            waiting: VecDeque::new(),
            ends_by_ms: None,
            opened_ms: now_ms,
            heard_ms: now_ms,
            is_asked: false,
        }
    }

    pub(super) fn user(&self) -> Option<UserId> {
        self.session().map(|session| session.user)
    }

    pub(super) fn session(&self) -> Option<&Session> {
        match &self.phase {
            Phase::Session(session) => Some(session),
            Phase::Registering(_) => None,
        }
    }

    pub(super) fn session_mut(&mut self) -> Option<&mut Session> {
        match &mut self.phase {
            Phase::Session(session) => Some(session),
            Phase::Registering(_) => None,
        }
    }

    pub(super) fn registration(&self) -> Option<&Registration> {
        match &self.phase {
            Phase::Registering(registration) => Some(registration),
            Phase::Session(_) => None,
        }
    }

    pub(super) fn registration_mut(&mut self) -> Option<&mut Registration> {
        match &mut self.phase {
            Phase::Registering(registration) => Some(registration),
            Phase::Session(_) => None,
        }
    }

    /// Notes a sign of life.
    pub(super) fn set_heard(&mut self, now_ms: u64) {
        self.heard_ms = now_ms;
        self.is_asked = false;
    }

    /// Notes that a sign of life was asked for.
    pub(super) fn set_asked(&mut self) {
        self.is_asked = true;
    }

    pub(super) fn due(&self, now_ms: u64, limits: &Limits) -> Due {
        let silent_ms = now_ms.saturating_sub(self.heard_ms);
        let open_ms = now_ms.saturating_sub(self.opened_ms);
        match (&self.phase, self.guest) {
            _ if self.ends_by_ms.is_some_and(|end_ms| end_ms <= now_ms) => Due::End(ENDED),
            (Phase::Registering(_), Guest::Irc) if open_ms >= limits.registration_ms => {
                Due::End("Registration timeout")
            }
            (Phase::Registering(_), Guest::Plain) if open_ms >= limits.naming_ms => {
                Due::End("No name was typed in time")
            }
            _ if self.batch.as_ref().is_some_and(|b| b.is_late(now_ms, limits.batch_ms)) => {
                Due::FailBatch
            }
            (Phase::Session(_), Guest::Irc) if self.is_asked => {
                let is_late = silent_ms >= limits.ping_after_ms + limits.ping_timeout_ms;
                if is_late { Due::End("Ping timeout") } else { Due::Nothing }
            }
            (Phase::Session(_), Guest::Irc) if silent_ms >= limits.ping_after_ms => Due::Ping,
            _ => Due::Nothing,
        }
    }
}
