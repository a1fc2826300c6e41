//! The few types that the server's threads exchange.
//!
//! A connection is a socket, a session is a registered connection, a user is what others see under one nick. Here are
//! only the words the threads speak: what a reactor tells the hub ([`HubInput`]), what the hub wants stored ([`Write`])
//! and read ([`HistoryQuery`]), and what leaves for the reactors after the commit ([`Outbound`]). What any of it means is
//! the hub's to decide; how bytes look on the wire to one kind of guest is [`relay`]'s.

mod account;
mod ban;
mod control;
mod counter;
mod id;
mod inbound;
mod kept;
mod lasting;
mod modes;
mod outbound;
mod relay;
mod span;
mod storage;

pub use account::{Account, AccountId, Conversation, HashJob, Invite, InviteHash, Reserved};
pub use ban::{BanRequest, ServerBan};
pub use control::{BadControlRequest, ControlId, ControlReply, ControlRequest};
pub use counter::Counter;
pub use id::{ConnId, IdSource, MsgId, RoomId};
pub use inbound::{CloseReason, Guest, HubInput, InboundBatch, LineFault, Now, Peer};
pub use kept::{KeptRoom, MetadataValue, ReadMarker, Subject};
pub(crate) use lasting::is_lasting;
pub use modes::{Founder, Letters, ListEntry, ListKind, RoomModes};
pub use outbound::{Audience, Outbound, Output};
pub use relay::{Action, Dialect, Relay, Source};
pub use span::{FOREVER, parse_span, span_text};
pub use storage::{
    Author, Bound, HistoryError, HistoryPage, HistoryQuery, HistoryRow, Readable, Restored,
    RestoredRoom, Search, Selector, SendRecord, StoredKind, StoredKinds, StoredMessage, TargetRow,
    Topic, Write,
};
