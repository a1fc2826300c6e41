//! What leaves the hub: in one order, after its commit.

use std::sync::Arc;

use majlis_protocol::CapabilitySet;

use super::{ConnId, ControlId, ControlReply, HashJob, HistoryQuery, Relay, RoomId, Write};

/// Everything that one batch of inputs caused.
#[derive(Debug, Default)]
pub struct Output {
    /// What has to be on disk before any of `events` is seen.
    pub writes: Vec<Write>,
    /// What happens then, in this order.
    pub events: Vec<Outbound>,
}

/// One step of the ordered stream that every reactor follows.
#[derive(Clone, Debug)]
pub enum Outbound {
    /// Bytes for one connection, in its own dialect: complete IRC lines, or one text of the plain room, whose ending the
    /// reactor adds. (LF stands between its lines.)
    Reply {
        /// To whom.
        conn: ConnId,
        /// Ready to be sent.
        bytes: Arc<[u8]>,
    },
    /// Something that happened, for everybody in the audience, each in their own dialect.
    Relay {
        /// Who receives it.
        to: Audience,
        /// What happened.
        relay: Arc<Relay>,
    },
    /// From here on the connection receives what is said in the room.
    Joined {
        /// Who.
        conn: ConnId,
        /// Where.
        room: RoomId,
    },
    /// From here on it does not.
    Left {
        /// Who.
        conn: ConnId,
        /// Where.
        room: RoomId,
    },
    /// The connection's capabilities changed (IRC), and with them what relays look like to it.
    Capabilities {
        /// Whose.
        conn: ConnId,
        /// All that are enabled now.
        enabled: CapabilitySet,
    },
    /// Send what waits, then these bytes, then close. From here on the connection is in no room and receives nothing else; no
    /// `Left` comes before. The reactor answers with `Closed { Asked }`, unless the socket ended first.
    Close {
        /// Which.
        conn: ConnId,
        /// Last words, possibly none.
        farewell: Arc<[u8]>,
    },
    /// The settings are to be read again.
    Rehash,
    /// For the history readers, not the reactors; the asker is parked until the answer.
    ReadHistory {
        /// Who asks.
        conn: ConnId,
        /// For what.
        query: HistoryQuery,
    },
    /// For the workers, not the reactors; whoever sent the password is parked until the answer.
    Hash {
        /// Who sent it.
        conn: ConnId,
        /// What to hash.
        job: HashJob,
    },
    /// For the control socket, not the reactors: what the operator gets to read.
    Controlled {
        /// To which question.
        id: ControlId,
        /// The answer.
        reply: ControlReply,
    },
}

/// Who receives a relay.
#[derive(Clone, Debug)]
pub enum Audience {
    /// Everybody in one room.
    Room {
        /// Which.
        room: RoomId,
        /// The speaker's connection, which gets its own labelled echo.
        except: Option<ConnId>,
    },
    /// Everybody who is in at least one of these rooms, once.
    Rooms {
        /// Which.
        rooms: Arc<[RoomId]>,
        /// Whose own reply says it already.
        except: Option<ConnId>,
    },
    /// These connections.
    Conns(Arc<[ConnId]>),
}
