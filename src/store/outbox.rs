//! What was typed and not yet echoed. It is written here before it is handed to the socket thread; and that it may have been
//! sent, before it is.

use rusqlite::{Connection, Row, Transaction, params};
use uuid::Uuid;

use super::archive::{Answer, Archive};
use super::message::{from_ms, parse_id, to_ms};
use super::network::{ConversationKey, NetworkKey};

/// A message that waits to be echoed, or for the person to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The identifier that makes it arrive once.
    pub id: Uuid,
    /// What was typed.
    pub text: String,
    /// Whether it was said with `/me`.
    pub is_action: bool,
    /// The identifier of the message that it answers.
    pub reply_to: Option<String>,
    /// When it was typed, in milliseconds since 1970.
    pub created_ms: u64,
    /// Why it was refused for good; `None` while it is pending.
    pub failure: Option<String>,
}

/// A message in the outbox, and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Said where.
    pub conversation: ConversationKey,
    /// What.
    pub waiting: Waiting,
    /// Whether it may have been sent; what is not noted so surely was not.
    pub is_noted: bool,
}

impl Archive {
    /// Puts messages at the end of the outbox, in this order; ready when they are on disk, power cut
    /// or not.
    pub fn queue(&self, entries: Vec<OutboxEntry>) -> Answer<()> {
        self.ask(move |connection| {
            durably(connection, |transaction| {
                entries.iter().try_for_each(|entry| insert(transaction, entry))
            })
        })
    }

    /// Puts a message at the end of the outbox in the place of a failed one.
    pub fn requeue(&self, failed: Uuid, again: OutboxEntry) -> Answer<()> {
        self.ask(move |connection| {
            durably(connection, |transaction| {
                delete(transaction, failed)?;
                insert(transaction, &again)
            })
        })
    }

    /// Notes that these may have been sent; ready when that is on disk, power cut or not.
    pub fn note(&self, ids: Vec<Uuid>) -> Answer<()> {
        self.ask(move |connection| {
            durably(connection, |transaction| {
                let mut note = transaction
                    .prepare_cached("UPDATE outbox SET is_noted = 1 WHERE send_id = ?")?;
                ids.iter().try_for_each(|id| note.execute([id.to_string()]).map(drop))
            })
        })
    }

    /// Marks a message as refused for good.
    pub fn mark_failed(&self, id: Uuid, reason: String) -> Answer<()> {
        self.ask(move |connection| {
            connection.execute(
                "UPDATE outbox SET failure = ? WHERE send_id = ?",
                params![reason, id.to_string()],
            )?;
            Ok(())
        })
    }

    /// Takes a message out of the outbox: it is not to be said.
    pub fn take_back(&self, id: Uuid) -> Answer<()> {
        self.ask(move |connection| delete(connection, id))
    }
}

/// Everything in the outbox of a network, in order.
pub(super) fn read_outbox(
    connection: &Connection,
    network: NetworkKey,
) -> rusqlite::Result<Vec<OutboxEntry>> {
    connection
        .prepare_cached(
            "SELECT outbox.* FROM outbox JOIN conversations ON conversations.id = conversation
             WHERE network = ? ORDER BY position",
        )?
        .query_map([network.number()], read_entry)?
        .collect()
}

/// A transaction that is on disk when this returns, also through a power cut: no server could give
/// back what is lost here.
fn durably(
    connection: &mut Connection,
    change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    let outcome = connection.transaction().and_then(|transaction| {
        change(&transaction)?;
        transaction.commit()
    });
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    outcome
}

fn insert(transaction: &Transaction<'_>, entry: &OutboxEntry) -> rusqlite::Result<()> {
    let OutboxEntry { conversation, waiting, is_noted } = entry;
    transaction
        .prepare_cached(
            "INSERT INTO outbox (send_id, conversation, text, is_action, created_ms, failure,
                 reply_to, is_noted)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            waiting.id.to_string(),
            conversation.number(),
            waiting.text,
            waiting.is_action,
            from_ms(waiting.created_ms),
            waiting.failure,
            waiting.reply_to,
            is_noted,
        ])?;
    Ok(())
}

fn delete(connection: &Connection, id: Uuid) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM outbox WHERE send_id = ?")?.execute([id.to_string()])?;
    Ok(())
}

fn read_entry(row: &Row<'_>) -> rusqlite::Result<OutboxEntry> {
    let id: String = row.get("send_id")?;
    Ok(OutboxEntry {
        conversation: ConversationKey::from_number(row.get("conversation")?),
        waiting: Waiting {
            id: parse_id(&id)?,
            text: row.get("text")?,
            is_action: row.get("is_action")?,
            created_ms: to_ms(row.get("created_ms")?),
            failure: row.get("failure")?,
            reply_to: row.get("reply_to")?,
        },
        is_noted: row.get("is_noted")?,
    })
}
