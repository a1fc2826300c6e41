//! Finding single messages: what a reply answers, and where a jump leads.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::irc::HistoryMark;

use super::archive::{Answer, Archive};
use super::happened::read_happened;
use super::message::{ArchivedMessage, ArchivedPage, from_ms, read_after, read_before, to_ms};
use super::network::ConversationKey;

/// How much of a message its replies show, in characters.
const QUOTE_CHARS: u32 = 200;

/// Older than any message.
const BEFORE_ALL: HistoryMark = HistoryMark { time_ms: 0, msgid: String::new() };

/// What a reply shows of the message that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The answered message's identifier.
    pub msgid: String,
    /// Who said it: what they call themselves, or else their nick.
    pub sender: String,
    /// How it begins.
    pub text: String,
}

/// The messages around a place, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// The messages, that of the place among them, and what happened meanwhile.
    pub page: ArchivedPage,
    /// Whether the archive has nothing older.
    pub is_oldest: bool,
    /// Whether the archive has nothing newer.
    pub is_newest: bool,
}

/// Where a jump leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The message with this identifier.
    Message(String),
    /// The first message at this time, in milliseconds since 1970, or later.
    Time(u64),
}

/// What the archive knows of a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is here.
    Here(HistoryMark),
    /// It may be further back than this, the oldest message that the archive holds (`None`: it holds none).
    Older(Option<HistoryMark>),
    /// There is no such message, however far one goes back.
    Nowhere,
}

impl Archive {
    /// What replies show of these messages; nothing of those that are not here.
    pub fn quotes(&self, conversation: ConversationKey, msgids: Vec<String>) -> Answer<Vec<Quote>> {
        self.ask(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT msgid, coalesce(display_name, nick) AS sender, substr(text, 1, ?) AS text
                 FROM messages WHERE conversation = ? AND msgid = ?",
            )?;
            let read = |msgid: &String| {
                let values = params![QUOTE_CHARS, conversation.number(), msgid];
                query.query_row(values, read_quote).optional().transpose()
            };
            msgids.iter().filter_map(read).collect()
        })
    }

    /// Looks for the place where a jump leads.
    pub fn find(&self, conversation: ConversationKey, goal: Goal) -> Answer<Found> {
        self.ask(move |connection| match goal {
            Goal::Message(msgid) => find_message(connection, conversation, &msgid),
            Goal::Time(time_ms) => find_time(connection, conversation, time_ms),
        })
    }

    /// At most `limit` messages on either side of a place.
    pub fn page_around(
        &self,
        conversation: ConversationKey,
        place: HistoryMark,
        limit: u32,
    ) -> Answer<Surroundings> {
        self.ask(move |connection| {
            let older = read_before(connection, conversation, Some(&place), limit)?;
            // From the last of these on, so that the place itself is among them.
            let before = older.last().map_or(BEFORE_ALL, ArchivedMessage::mark);
            let newer = read_after(connection, conversation, &before, limit)?;
            let is_whole = |page: &[ArchivedMessage]| page.len() >= limit as usize;
            let (is_oldest, is_newest) = (!is_whole(&older), !is_whole(&newer));
            let messages: Vec<_> = older.into_iter().chain(newer).collect();
            let time_ms = |end: Option<&ArchivedMessage>| end.map(|one| one.message.time_ms);
            let from_ms = time_ms(messages.first().filter(|_| !is_oldest)).unwrap_or(0);
            let until_ms = time_ms(messages.last().filter(|_| !is_newest)).unwrap_or(u64::MAX);
            let happened = read_happened(connection, conversation, from_ms..until_ms)?;
            Ok(Surroundings { is_oldest, is_newest, page: ArchivedPage { messages, happened } })
        })
    }
}

fn find_message(
    connection: &Connection,
    conversation: ConversationKey,
    msgid: &str,
) -> rusqlite::Result<Found> {
    let found = connection
        .prepare_cached("SELECT time_ms, msgid FROM messages WHERE conversation = ? AND msgid = ?")?
        .query_row(params![conversation.number(), msgid], read_mark)
        .optional()?;
    found.map_or_else(|| oldest(connection, conversation), |mark| Ok(Found::Here(mark)))
}

fn find_time(
    connection: &Connection,
    conversation: ConversationKey,
    time_ms: u64,
) -> rusqlite::Result<Found> {
    let first = connection
        .prepare_cached(
            "SELECT time_ms, msgid FROM messages WHERE conversation = ? AND time_ms >= ?
             ORDER BY time_ms, nth, msgid LIMIT 1",
        )?
        .query_row(params![conversation.number(), from_ms(time_ms)], read_mark)
        .optional()?;
    match (oldest(connection, conversation)?, first) {
        (Found::Older(Some(oldest)), Some(first)) if oldest != first => Ok(Found::Here(first)),
        (Found::Older(Some(oldest)), None) if oldest.time_ms < time_ms => Ok(Found::Nowhere),
        (oldest, _) => Ok(oldest),
    }
}

fn oldest(connection: &Connection, conversation: ConversationKey) -> rusqlite::Result<Found> {
    let oldest = connection
        .prepare_cached(
            "SELECT time_ms, msgid FROM messages WHERE conversation = ?
             ORDER BY time_ms, nth, msgid LIMIT 1",
        )?
        .query_row([conversation.number()], read_mark)
        .optional()?;
    Ok(Found::Older(oldest))
}

fn read_mark(row: &Row<'_>) -> rusqlite::Result<HistoryMark> {
    Ok(HistoryMark { time_ms: to_ms(row.get("time_ms")?), msgid: row.get("msgid")? })
}

fn read_quote(row: &Row<'_>) -> rusqlite::Result<Quote> {
    Ok(Quote { msgid: row.get("msgid")?, sender: row.get("sender")?, text: row.get("text")? })
}
