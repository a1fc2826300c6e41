//! What was said: keeping it once, and reading it page by page.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};
use uuid::Uuid;

use crate::irc::HistoryMark;
use crate::irc::event::{Message, MessageKind, Occurrence};

use super::about::{About, is_deleted, read_about};
use super::archive::{Answer, Archive};
use super::happened::read_happened;
use super::network::ConversationKey;

/// A message as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedMessage {
    /// As it came.
    pub message: Message,
    /// Whether it named us when it came.
    pub is_mention: bool,
    /// Reactions to it, and whether it was deleted; then its text is empty.
    pub about: About,
}

/// A stretch of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchivedPage {
    /// What was said, oldest first.
    pub messages: Vec<ArchivedMessage>,
    /// What happened besides, oldest first; of much, the newest.
    pub happened: Vec<Occurrence>,
}

impl ArchivedMessage {
    /// Its place in the conversation.
    pub fn mark(&self) -> HistoryMark {
        HistoryMark { time_ms: self.message.time_ms, msgid: self.message.msgid.clone() }
    }
}

impl Archive {
    /// Keeps messages, each once however often it comes (what is done about them is kept by
    /// [`store_abouts`](Self::store_abouts)), and takes those of ours out of the outbox,
    /// all in one transaction. Of one millisecond, each stands behind those that are here.
    pub fn store_messages(
        &self,
        messages: Vec<(ConversationKey, Vec<ArchivedMessage>)>,
    ) -> Answer<()> {
        self.ask(move |connection| {
            let transaction = connection.transaction()?;
            for (conversation, messages) in &messages {
                for message in messages {
                    store(&transaction, *conversation, message, BEHIND)?;
                }
            }
            transaction.commit()
        })
    }

    /// The same with pages of what was said before all that is kept: of one millisecond, they stand before it.
    pub fn store_older(&self, pages: Vec<(ConversationKey, Vec<ArchivedMessage>)>) -> Answer<()> {
        self.ask(move |connection| {
            let transaction = connection.transaction()?;
            for (conversation, page) in &pages {
                for message in page.iter().rev() {
                    store(&transaction, *conversation, message, BEFORE)?;
                }
            }
            transaction.commit()
        })
    }

    /// The newest messages before a mark, or of all; oldest first, at most `limit`. What happened is that from the first of
    /// them on; where they are fewer, all that came before.
    pub fn page_before(
        &self,
        conversation: ConversationKey,
        before: Option<HistoryMark>,
        limit: u32,
    ) -> Answer<ArchivedPage> {
        self.ask(move |connection| page_before(connection, conversation, before.as_ref(), limit))
    }

    /// The oldest messages after a mark; oldest first, at most `limit`. What happened is that up to the last of them; where
    /// they are fewer, all that came later.
    pub fn page_after(
        &self,
        conversation: ConversationKey,
        after: HistoryMark,
        limit: u32,
    ) -> Answer<ArchivedPage> {
        self.ask(move |connection| {
            let messages = read_after(connection, conversation, &after, limit)?;
            let last = messages.last().filter(|_| messages.len() >= limit as usize);
            let until_ms = last.map_or(u64::MAX, |last| last.message.time_ms);
            let happened = read_happened(connection, conversation, after.time_ms..until_ms)?;
            Ok(ArchivedPage { messages, happened })
        })
    }
}

/// The newest messages before a mark, or of all, and what happened meanwhile.
pub(super) fn page_before(
    connection: &Connection,
    conversation: ConversationKey,
    before: Option<&HistoryMark>,
    limit: u32,
) -> rusqlite::Result<ArchivedPage> {
    let messages = read_before(connection, conversation, before, limit)?;
    let first = messages.first().filter(|_| messages.len() >= limit as usize);
    let from_ms = first.map_or(0, |first| first.message.time_ms);
    let until_ms = before.map_or(u64::MAX, |mark| mark.time_ms);
    let happened = read_happened(connection, conversation, from_ms..until_ms)?;
    Ok(ArchivedPage { messages, happened })
}

/// The place behind all others of a millisecond, and that before them.
const BEHIND: &str = "max(nth) + 1";
const BEFORE: &str = "min(nth) - 1";

fn store(
    transaction: &Transaction<'_>,
    conversation: ConversationKey,
    archived: &ArchivedMessage,
    place: &'static str,
) -> rusqlite::Result<()> {
    let message = &archived.message;
    let send_id = message.send_id.map(|id| id.to_string());
    let is_deleted = is_deleted(transaction, conversation, &message.msgid)?;
    let text = if is_deleted { "" } else { &message.text };
    transaction
        .prepare_cached(&format!(
            "INSERT INTO messages (conversation, msgid, time_ms, nick, display_name, kind, text,
                 is_own, is_mention, send_id, reply_to, nth)
             VALUES (:conversation, :msgid, :time_ms, :nick, :display_name, :kind, :text,
                 :is_own, :is_mention, :send_id, :reply_to,
                 (SELECT coalesce({place}, 0) FROM messages
                  WHERE conversation = :conversation AND time_ms = :time_ms))
             ON CONFLICT DO NOTHING",
        ))?
        .execute(named_params! {
            ":conversation": conversation.number(),
            ":msgid": message.msgid,
            ":time_ms": from_ms(message.time_ms),
            ":nick": message.nick,
            ":display_name": message.display_name,
            ":kind": kind_number(message.kind),
            ":text": text,
            ":is_own": message.is_own,
            ":is_mention": archived.is_mention,
            ":send_id": send_id,
            ":reply_to": message.reply_to,
        })?;
    if send_id.is_some() {
        transaction
            .prepare_cached("DELETE FROM outbox WHERE send_id = ?")?
            .execute(params![send_id])?;
    }
    Ok(())
}

/// The place of a mark in the order of a conversation, as `(time_ms, nth, msgid)`. An empty identifier is before all others of
/// its time, and one that is not here behind them: it is not kept yet, or of no message.
pub(super) fn place_of<'a>(
    connection: &Connection,
    conversation: ConversationKey,
    mark: &'a HistoryMark,
) -> rusqlite::Result<(i64, i64, &'a str)> {
    let time_ms = from_ms(mark.time_ms);
    if mark.msgid.is_empty() {
        return Ok((time_ms, i64::MIN, ""));
    }
    let nth = connection
        .prepare_cached("SELECT nth FROM messages WHERE conversation = ? AND msgid = ?")?
        .query_row(params![conversation.number(), mark.msgid], |row| row.get(0))
        .optional()?;
    Ok((time_ms, nth.unwrap_or(i64::MAX), &mark.msgid))
}

/// The newest messages before a mark, or of all; oldest first.
pub(super) fn read_before(
    connection: &Connection,
    conversation: ConversationKey,
    before: Option<&HistoryMark>,
    limit: u32,
) -> rusqlite::Result<Vec<ArchivedMessage>> {
    let (time_ms, nth, msgid) = match before {
        Some(mark) => place_of(connection, conversation, mark)?,
        None => (i64::MAX, i64::MAX, ""),
    };
    let mut page = connection
        .prepare_cached(
            "SELECT * FROM messages
             WHERE conversation = ? AND (time_ms, nth, msgid) < (?, ?, ?)
             ORDER BY time_ms DESC, nth DESC, msgid DESC LIMIT ?",
        )?
        .query_map(params![conversation.number(), time_ms, nth, msgid, limit], read_message)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    page.reverse();
    add_abouts(connection, conversation, &mut page)?;
    Ok(page)
}

/// The oldest messages after a mark; oldest first.
pub(super) fn read_after(
    connection: &Connection,
    conversation: ConversationKey,
    after: &HistoryMark,
    limit: u32,
) -> rusqlite::Result<Vec<ArchivedMessage>> {
    let (time_ms, nth, msgid) = place_of(connection, conversation, after)?;
    let mut page = connection
        .prepare_cached(
            "SELECT * FROM messages
             WHERE conversation = ? AND (time_ms, nth, msgid) > (?, ?, ?)
             ORDER BY time_ms, nth, msgid LIMIT ?",
        )?
        .query_map(params![conversation.number(), time_ms, nth, msgid, limit], read_message)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    add_abouts(connection, conversation, &mut page)?;
    Ok(page)
}

fn add_abouts(
    connection: &Connection,
    conversation: ConversationKey,
    page: &mut [ArchivedMessage],
) -> rusqlite::Result<()> {
    for archived in page {
        archived.about = read_about(connection, conversation, &archived.message.msgid)?;
    }
    Ok(())
}

pub(super) fn read_message(row: &Row<'_>) -> rusqlite::Result<ArchivedMessage> {
    let send_id: Option<String> = row.get("send_id")?;
    Ok(ArchivedMessage {
        message: Message {
            msgid: row.get("msgid")?,
            time_ms: to_ms(row.get("time_ms")?),
            nick: row.get("nick")?,
            display_name: row.get("display_name")?,
            is_own: row.get("is_own")?,
            send_id: send_id.map(|text| parse_id(&text)).transpose()?,
            kind: kind_from_number(row.get("kind")?),
            text: row.get("text")?,
            reply_to: row.get("reply_to")?,
        },
        is_mention: row.get("is_mention")?,
        about: About::default(),
    })
}

/// Reads an identifier that this program wrote.
pub(super) fn parse_id(text: &str) -> rusqlite::Result<Uuid> {
    text.parse().map_err(|error: uuid::Error| {
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
    })
}

/// Times past the year 292 million stay there.
pub(super) fn from_ms(time_ms: u64) -> i64 {
    i64::try_from(time_ms).unwrap_or(i64::MAX)
}

/// What `from_ms` wrote.
pub(super) fn to_ms(time_ms: i64) -> u64 {
    u64::try_from(time_ms).unwrap_or(0)
}

fn kind_number(kind: MessageKind) -> u8 {
    match kind {
        MessageKind::Text => 0,
        MessageKind::Action => 1,
        MessageKind::Notice => 2,
    }
}

fn kind_from_number(number: u8) -> MessageKind {
    match number {
        1 => MessageKind::Action,
        2 => MessageKind::Notice,
        _ => MessageKind::Text,
    }
}
