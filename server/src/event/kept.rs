//! What is kept of accounts and rooms beside what was said: where somebody is, how far they have read, and values
//! under keys.

use majlis_protocol::Timestamp;

use super::{AccountId, RoomId};

/// What a mark or a value is about, as far as it outlives its makers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A room.
    Room(RoomId),
    /// An account.
    Account(AccountId),
}

/// A room that an account's person is in whenever they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptRoom {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub room: RoomId,
    /// When they came into it; 0 where an older version kept it.
    pub since: Timestamp,
}

/// How far an account's person has read (draft/read-marker).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadMarker {
    /// Who has read.
    pub account: AccountId,
    /// What: a room, or what this account and the other said to each other.
    pub subject: Subject,
    /// The time of the last message that was read.
    pub time: Timestamp,
}

/// One value of an account or a room (draft/metadata-2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataValue {
    /// Whose.
    pub subject: Subject,
    /// Under which key.
    pub key: String,
    /// The value, possibly empty.
    pub value: String,
}
