//! What the application wants to see first: every network, and of each conversation the newest page.

use rusqlite::{Connection, params};

use crate::irc::HistoryMark;

use super::archive::{Answer, Archive};
use super::message::{ArchivedPage, page_before, place_of};
use super::network::{
    ConversationKey, ConversationRow, NetworkKey, NetworkRow, read_conversation, read_network,
};
use super::outbox::{OutboxEntry, read_outbox};

/// A network as it was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredNetwork {
    /// The server.
    pub row: NetworkRow,
    /// Its conversations in the order in which they were begun, closed ones too.
    pub conversations: Vec<RestoredConversation>,
    /// Whom one does not want to hear, by their folded nicks.
    pub ignored: Vec<String>,
    /// What waits to be sent or decided on, oldest first.
    pub outbox: Vec<OutboxEntry>,
}

/// A conversation as it was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredConversation {
    /// What is kept of it.
    pub row: ConversationRow,
    /// Its newest messages; of a closed one, the newest alone.
    pub newest: ArchivedPage,
    /// How many messages of others came after the read mark.
    pub unread_count: u32,
    /// How many of these name us.
    pub mention_count: u32,
}

impl Archive {
    /// Reads what was there before, in the order in which it was added; of each open conversation at
    /// most `page` messages.
    pub fn restore(&self, page: u32) -> Answer<Vec<RestoredNetwork>> {
        self.ask(move |connection| {
            let networks = connection
                .prepare("SELECT * FROM networks ORDER BY position")?
                .query_map([], read_network)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            networks.into_iter().map(|row| restore_network(connection, row, page)).collect()
        })
    }
}

impl Archive {
    /// How many messages of others whom we hear came after a mark, and how many of these name us.
    pub fn count_unread(
        &self,
        conversation: ConversationKey,
        read_mark: HistoryMark,
    ) -> Answer<(u32, u32)> {
        self.ask(move |connection| count_unread(connection, conversation, &read_mark))
    }
}

fn restore_network(
    connection: &Connection,
    row: NetworkRow,
    page: u32,
) -> rusqlite::Result<RestoredNetwork> {
    Ok(RestoredNetwork {
        conversations: read_conversations(connection, row.key)?
            .into_iter()
            .map(|row| restore_conversation(connection, row, page))
            .collect::<rusqlite::Result<_>>()?,
        ignored: connection
            .prepare_cached("SELECT nick FROM ignored WHERE network = ? ORDER BY nick")?
            .query_map([row.key.number()], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?,
        outbox: read_outbox(connection, row.key)?,
        row,
    })
}

fn read_conversations(
    connection: &Connection,
    network: NetworkKey,
) -> rusqlite::Result<Vec<ConversationRow>> {
    connection
        .prepare_cached("SELECT * FROM conversations WHERE network = ? ORDER BY position")?
        .query_map([network.number()], read_conversation)?
        .collect()
}

fn restore_conversation(
    connection: &Connection,
    row: ConversationRow,
    page: u32,
) -> rusqlite::Result<RestoredConversation> {
    let limit = if row.is_open { page } else { 1 };
    let (unread_count, mention_count) = match &row.read_mark {
        Some(mark) => count_unread(connection, row.key, mark)?,
        None => (0, 0),
    };
    Ok(RestoredConversation {
        newest: page_before(connection, row.key, None, limit)?,
        unread_count,
        mention_count,
        row,
    })
}

/// What others said after the read mark; those who are not to be heard do not count.
fn count_unread(
    connection: &Connection,
    conversation: ConversationKey,
    read_mark: &HistoryMark,
) -> rusqlite::Result<(u32, u32)> {
    let (time_ms, nth, msgid) = place_of(connection, conversation, read_mark)?;
    connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(is_mention), 0) FROM messages
             WHERE conversation = ?1 AND (time_ms, nth, msgid) > (?2, ?3, ?4) AND NOT is_own
                 AND folded(nick) NOT IN (SELECT i.nick FROM ignored i
                     JOIN conversations c ON c.network = i.network WHERE c.id = ?1)",
        )?
        .query_row(params![conversation.number(), time_ms, nth, msgid], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
}
