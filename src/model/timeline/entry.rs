//! What a timeline is made of: things said, people who came or went, and what waits to be sent.

use std::rc::Rc;

use uuid::Uuid;

use crate::irc::event::{Happening, Message, Occurrence};
use crate::irc::{HistoryMark, fold};
use crate::store::{ArchivedMessage, Waiting};

use super::happening::happening_words;

/// A day's number, one more than that of the day before. In local time, since that is how people
/// live.
pub(super) type Day = i32;

/// A place in the order of a conversation: by the server's time, then as it came. What happened
/// comes after what was said in the same instant, and our own remarks after both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) time_ms: u64,
    pub(super) rank: Rank,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Said {
        /// Counted by the window, within the instant. Identifiers tell nothing: many a server draws them.
        nth: i64,
        /// The message's identifier.
        msgid: Rc<str>,
    },
    /// The identifier of what happened.
    Happened(Rc<str>),
    /// Counted by the window.
    Remark(u64),
}

/// Something that has its place in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) day: Day,
    pub(super) content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Said(Box<ArchivedMessage>),
    Change(Change),
    /// A sentence about what else happened.
    Remark(String),
}

/// Somebody came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Their nick.
    pub(crate) nick: String,
    /// What they call themselves.
    pub(crate) display_name: String,
    /// Whether they came.
    pub(crate) is_join: bool,
}

/// A message of ours that is not yet echoed; it stands after everything that has a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WaitingEntry {
    pub(super) waiting: Waiting,
    pub(super) day: Day,
    pub(super) sender: Sender,
}

/// Who we are in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sender {
    pub(crate) nick: String,
    pub(crate) display_name: String,
}

/// What makes a row the same row, whatever changes in it. A message of ours keeps its own on the way
/// from pending to sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum RowKey {
    Day(Day),
    Unread,
    /// The identifier of what happened, or of the first thing that is folded in it.
    Happened(Rc<str>),
    /// Its number.
    Remark(u64),
    Said(Rc<str>),
    Sent(Uuid),
}

impl Key {
    /// The `nth` place among those of its instant.
    pub(super) fn of_message(archived: &ArchivedMessage, nth: i64) -> Self {
        Self::said(&archived.message.msgid, archived.message.time_ms, nth)
    }

    pub(super) fn of_occurrence(occurrence: &Occurrence) -> Self {
        let rank = Rank::Happened(occurrence.event_id.as_str().into());
        Self { time_ms: occurrence.time_ms, rank }
    }

    /// A place that no held message has: before all of its instant, where the identifier is empty, and otherwise behind them.
    pub(super) fn of_mark(mark: &HistoryMark) -> Self {
        let nth = if mark.msgid.is_empty() { i64::MIN } else { i64::MAX };
        Self::said(&mark.msgid, mark.time_ms, nth)
    }

    fn said(msgid: &str, time_ms: u64, nth: i64) -> Self {
        Self { time_ms, rank: Rank::Said { nth, msgid: msgid.into() } }
    }
}

impl RowKey {
    /// The row of a message that was said.
    pub(super) fn of_message(message: &Message) -> Self {
        message.send_id.map_or_else(|| Self::Said(message.msgid.as_str().into()), Self::Sent)
    }
}

impl Content {
    /// What a timeline tells of what happened.
    pub(super) fn of(occurrence: &Occurrence) -> Self {
        let is_join = match occurrence.what {
            Happening::Joined => true,
            Happening::Left => false,
            _ => return Self::Remark(happening_words(occurrence)),
        };
        let display_name = occurrence.display_name.as_ref().unwrap_or(&occurrence.nick).clone();
        Self::Change(Change { nick: fold(&occurrence.nick), display_name, is_join })
    }
}

impl Entry {
    /// What was said, if it is that.
    pub(super) fn said(&self) -> Option<&ArchivedMessage> {
        match &self.content {
            Content::Said(archived) => Some(archived),
            Content::Change(_) | Content::Remark(_) => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn said_mut(&mut self) -> Option<&mut ArchivedMessage> {
        match &mut self.content {
            Content::Said(archived) => Some(archived),
            Content::Change(_) | Content::Remark(_) => None,
        }
    }

    /// Who came or went, if it is that.
    pub(super) fn change(&self) -> Option<&Change> {
        match &self.content {
            Content::Change(change) => Some(change),
            Content::Said(_) | Content::Remark(_) => None,
        }
    }

    pub(super) fn row_key(&self) -> RowKey {
        match (&self.key.rank, self.said().and_then(|said| said.message.send_id)) {
            (_, Some(id)) => RowKey::Sent(id),
            (Rank::Said { msgid, .. }, None) => RowKey::Said(Rc::clone(msgid)),
            (Rank::Happened(id), None) => RowKey::Happened(Rc::clone(id)),
            (Rank::Remark(number), None) => RowKey::Remark(*number),
        }
    }
}
