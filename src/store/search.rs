//! Finding what was said: by words, by who said it, and where.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use crate::irc::query_of;

use super::archive::{Answer, Archive};
use super::message::{ArchivedMessage, place_of, read_message};
use super::network::ConversationKey;

/// What is searched for, in the open conversations. Who is not to be heard is not found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Words, each possibly longer than typed; empty for whatever was said.
    pub text: String,
    /// In this conversation alone.
    pub conversation: Option<ConversationKey>,
    /// By somebody whose nick or name holds this, however it is written; empty for anybody.
    pub person: String,
    /// At most this many, the newest.
    pub limit: u32,
}

/// A message beside one that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Who said it: what they call themselves, or else their nick.
    pub sender: String,
    /// What.
    pub text: String,
}

/// A message that was found, and what was said before and after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundMessage {
    /// Where.
    pub conversation: ConversationKey,
    /// What.
    pub archived: ArchivedMessage,
    /// The message before it.
    pub before: Option<Neighbour>,
    /// The message after it.
    pub after: Option<Neighbour>,
}

/// What every search asks of a message, besides its words. One that was deleted has none left.
const CONDITIONS: &str = "
    m.text != '' AND c.is_open AND (:conversation IS NULL OR m.conversation = :conversation)
    AND (:person = '' OR instr(folded(m.nick), folded(:person)) > 0
        OR instr(folded(coalesce(m.display_name, '')), folded(:person)) > 0)
    AND folded(m.nick) NOT IN (SELECT nick FROM ignored WHERE network = c.network)
    ORDER BY m.time_ms DESC, m.nth DESC, m.msgid DESC LIMIT :limit";

impl Archive {
    /// Finds messages, the newest first. Nothing is found where neither words nor a person are given, nor where something
    /// else was searched for before this had its turn.
    pub fn search(&self, search: Search) -> Answer<Vec<FoundMessage>> {
        let number = self.last_search.fetch_add(1, Ordering::Relaxed) + 1;
        let last = Arc::clone(&self.last_search);
        self.look(move |connection| {
            let is_outdated = last.load(Ordering::Relaxed) != number;
            let is_empty = search.text.trim().is_empty() && search.person.trim().is_empty();
            if is_outdated || is_empty {
                return Ok(Vec::new());
            }
            let found = find(connection, &search)?;
            found.into_iter().map(|one| with_neighbours(connection, one)).collect()
        })
    }
}

/// By the index of words.
const BY_WORDS: &str = "
    SELECT m.* FROM message_words
    CROSS JOIN messages m ON m.id = message_words.rowid
    CROSS JOIN conversations c ON c.id = m.conversation
    WHERE message_words MATCH :words AND";

/// What has no word in it (a symbol, a picture) is in no index of words.
const BY_SIGNS: &str = "
    SELECT m.* FROM messages m JOIN conversations c ON c.id = m.conversation
    WHERE (:words = '' OR instr(m.text, :words) > 0) AND";

fn find(
    connection: &Connection,
    search: &Search,
) -> rusqlite::Result<Vec<(ConversationKey, ArchivedMessage)>> {
    let query = query_of(&search.text);
    let how = if query.is_some() { BY_WORDS } else { BY_SIGNS };
    connection
        .prepare_cached(&format!("{how} {CONDITIONS}"))?
        .query_map(
            named_params! {
                ":words": query.as_deref().unwrap_or(search.text.trim()),
                ":conversation": search.conversation.map(ConversationKey::number),
                ":person": search.person.trim(),
                ":limit": search.limit,
            },
            |row| {
                let conversation = ConversationKey::from_number(row.get("conversation")?);
                Ok((conversation, read_message(row)?))
            },
        )?
        .collect()
}

fn with_neighbours(
    connection: &Connection,
    (conversation, archived): (ConversationKey, ArchivedMessage),
) -> rusqlite::Result<FoundMessage> {
    let mark = archived.mark();
    let (time_ms, nth, msgid) = place_of(connection, conversation, &mark)?;
    let place = params![conversation.number(), time_ms, nth, msgid];
    let before = connection
        .prepare_cached(
            "SELECT coalesce(display_name, nick), text FROM messages
             WHERE conversation = ? AND (time_ms, nth, msgid) < (?, ?, ?) AND text != ''
             ORDER BY time_ms DESC, nth DESC, msgid DESC LIMIT 1",
        )?
        .query_row(place, read_neighbour)
        .optional()?;
    let after = connection
        .prepare_cached(
            "SELECT coalesce(display_name, nick), text FROM messages
             WHERE conversation = ? AND (time_ms, nth, msgid) > (?, ?, ?) AND text != ''
             ORDER BY time_ms, nth, msgid LIMIT 1",
        )?
        .query_row(place, read_neighbour)
        .optional()?;
    Ok(FoundMessage { conversation, archived, before, after })
}

fn read_neighbour(row: &Row<'_>) -> rusqlite::Result<Neighbour> {
    Ok(Neighbour { sender: row.get(0)?, text: row.get(1)? })
}
