//! What happened in rooms besides what was said: keeping it once, and reading what belongs to a stretch of messages.

use std::ops::Range;

use rusqlite::{Connection, Row, Transaction, named_params, params};

use crate::irc::event::{Happening, Occurrence, Role};

use super::archive::{Answer, Archive};
use super::message::{from_ms, to_ms};
use super::network::ConversationKey;

/// How much of it comes with one page of messages, the newest: a crowd that comes and goes is nothing to read line by line.
const HAPPENED_MAX: u32 = 100;

impl Archive {
    /// Keeps what happened, each once however often it comes, all in one transaction.
    pub fn store_happened(&self, happened: Vec<(ConversationKey, Vec<Occurrence>)>) -> Answer<()> {
        self.ask(move |connection| {
            let transaction = connection.transaction()?;
            for (conversation, happened) in &happened {
                for occurrence in happened {
                    store(&transaction, *conversation, occurrence)?;
                }
            }
            transaction.commit()
        })
    }
}

fn store(
    transaction: &Transaction<'_>,
    conversation: ConversationKey,
    occurrence: &Occurrence,
) -> rusqlite::Result<()> {
    let Columns { kind, whom, words } = columns(&occurrence.what);
    transaction
        .prepare_cached(
            "INSERT INTO happened (conversation, event_id, time_ms, nick, display_name, kind,
                 whom, whom_display_name, words)
             VALUES (:conversation, :event_id, :time_ms, :nick, :display_name, :kind,
                 :whom, :whom_display_name, :words)
             ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! {
            ":conversation": conversation.number(),
            ":event_id": occurrence.event_id,
            ":time_ms": from_ms(occurrence.time_ms),
            ":nick": occurrence.nick,
            ":display_name": occurrence.display_name,
            ":kind": kind,
            ":whom": whom.map(|(nick, _)| nick),
            ":whom_display_name": whom.and_then(|(_, name)| name),
            ":words": words,
        })?;
    Ok(())
}

/// The newest of what happened within these times in milliseconds since 1970, oldest first.
pub(super) fn read_happened(
    connection: &Connection,
    conversation: ConversationKey,
    times_ms: Range<u64>,
) -> rusqlite::Result<Vec<Occurrence>> {
    let (from, to) = (from_ms(times_ms.start), from_ms(times_ms.end));
    let mut happened = connection
        .prepare_cached(
            "SELECT * FROM happened WHERE conversation = ? AND time_ms >= ? AND time_ms < ?
             ORDER BY time_ms DESC, event_id DESC LIMIT ?",
        )?
        .query_map(params![conversation.number(), from, to, HAPPENED_MAX], read_occurrence)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    happened.reverse();
    Ok(happened)
}

/// How something that happened is written down.
struct Columns<'a> {
    kind: u8,
    whom: Option<(&'a str, Option<&'a str>)>,
    words: &'a str,
}

fn columns(what: &Happening) -> Columns<'_> {
    let plain = |kind, words| Columns { kind, whom: None, words };
    match what {
        Happening::Joined => plain(0, ""),
        Happening::Left => plain(1, ""),
        Happening::Nick(nick) => plain(2, nick),
        Happening::Renamed(name) => plain(3, name),
        Happening::Topic(topic) => plain(4, topic),
        Happening::Removed { nick, display_name, reason } => {
            Columns { kind: 5, whom: Some((nick.as_str(), display_name.as_deref())), words: reason }
        }
        Happening::Modes(modes) => plain(6, modes),
        Happening::Role { nick, display_name, role } => {
            let kind = match role {
                Role::None => 7,
                Role::Voice => 8,
                Role::Operator => 9,
            };
            Columns { kind, whom: Some((nick.as_str(), display_name.as_deref())), words: "" }
        }
    }
}

fn read_occurrence(row: &Row<'_>) -> rusqlite::Result<Occurrence> {
    Ok(Occurrence {
        event_id: row.get("event_id")?,
        time_ms: to_ms(row.get("time_ms")?),
        nick: row.get("nick")?,
        display_name: row.get("display_name")?,
        what: read_what(row)?,
    })
}

fn read_what(row: &Row<'_>) -> rusqlite::Result<Happening> {
    let words = || row.get("words");
    let whom = || -> rusqlite::Result<(String, Option<String>)> {
        let nick: Option<String> = row.get("whom")?;
        Ok((nick.unwrap_or_default(), row.get("whom_display_name")?))
    };
    let role =
        |role| whom().map(|(nick, display_name)| Happening::Role { nick, display_name, role });
    Ok(match row.get::<_, u8>("kind")? {
        0 => Happening::Joined,
        2 => Happening::Nick(words()?),
        3 => Happening::Renamed(words()?),
        4 => Happening::Topic(words()?),
        5 => {
            let (nick, display_name) = whom()?;
            Happening::Removed { nick, display_name, reason: words()? }
        }
        6 => Happening::Modes(words()?),
        7 => role(Role::None)?,
        8 => role(Role::Voice)?,
        9 => role(Role::Operator)?,
        _ => Happening::Left,
    })
}
