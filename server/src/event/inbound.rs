//! What reaches the hub.

use std::net::IpAddr;

use majlis_protocol::scram::{ChannelBinding, Verifier};
use majlis_protocol::{LineError, MessageBuf, ParseError, Salvage, Timestamp};
use majlis_wire::Fingerprint;

use super::{ConnId, ControlId, ControlRequest, HistoryError, HistoryPage};

/// The two clocks, read by the shell and handed to the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The wall clock, as the machine has it. It may jump.
    pub wall: Timestamp,
    /// Milliseconds since the server started; never goes back. Deadlines use this.
    pub monotonic_ms: u64,
}

/// What one reactor gathered in one turn, in the order it was read.
#[derive(Debug, Default)]
pub struct InboundBatch {
    /// In order; inputs of one connection never overtake each other.
    pub inputs: Vec<HubInput>,
}

/// One thing that happened outside the hub.
#[derive(Debug)]
pub enum HubInput {
    /// A guest's first bytes told what they speak; nothing of this connection comes before this.
    Opened {
        /// The new connection.
        conn: ConnId,
        /// What it speaks.
        guest: Guest,
        /// Who is there, as far as the socket knows.
        peer: Peer,
    },
    /// A well-formed IRC message.
    Message {
        /// Whose.
        conn: ConnId,
        /// As parsed.
        message: MessageBuf,
    },
    /// An IRC line that is no message; the connection goes on.
    BadLine {
        /// Whose.
        conn: ConnId,
        /// What is wrong with it.
        fault: LineFault,
        /// What can be read of it all the same; nothing of one that was too long.
        salvage: Salvage,
    },
    /// One complete text from the plain room, without line ending or control characters; may be empty.
    Text {
        /// Whose.
        conn: ConnId,
        /// At most 4,096 bytes; the reactor cuts what is longer into several.
        text: String,
    },
    /// The socket is gone, or the reactor ended it; nothing of this connection comes after this.
    Closed {
        /// Whose.
        conn: ConnId,
        /// Why.
        reason: CloseReason,
    },
    /// The answer to an [`Outbound::ReadHistory`](super::Outbound::ReadHistory).
    History {
        /// Who asked.
        conn: ConnId,
        /// What was found.
        result: Result<HistoryPage, HistoryError>,
    },
    /// The answer to an [`Outbound::Hash`](super::Outbound::Hash).
    Hashed {
        /// Whose password it was.
        conn: ConnId,
        /// What became of it.
        verifier: Verifier,
    },
    /// The operator asks for something; the answer is [`Outbound::Controlled`](super::Outbound::Controlled).
    Control {
        /// Which question.
        id: ControlId,
        /// What for.
        request: ControlRequest,
    },
    /// How much the disk that everything is kept on has room for.
    Space {
        /// As far as this program may use it.
        free_bytes: u64,
    },
}

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guest {
    /// IRC lines.
    Irc,
    /// Bare text, as `nc` sends it.
    Plain,
}

/// What the socket knows about who is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Their address; IPv4 also where it came mapped into IPv6.
    pub address: IpAddr,
    /// Whether the connection is under TLS.
    pub encrypted: bool,
    /// The key of the client certificate they proved to hold, if they showed one.
    pub device_key: Option<Fingerprint>,
    /// What a sign-in over this connection can be bound to (`tls-exporter`).
    pub channel_binding: Option<ChannelBinding>,
}

/// Why a line is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// Longer than allowed.
    Line(LineError),
    /// Within the limit and still not IRC.
    Parse(ParseError),
}

/// Why a connection ended, as the others are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The other side sends no more. It may still read: what it asked for is answered, and then an IRC client is closed
    /// ([`Outbound::Close`](super::Outbound::Close)).
    Eof,
    /// The socket failed; the operating system's words.
    Io(String),
    /// More waited to be sent than the SendQ holds.
    SendQ,
    /// The hub asked for it ([`Outbound::Close`](super::Outbound::Close)).
    Asked,
}
