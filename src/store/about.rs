//! What is done about messages: reactions, and deletions. Either may come before its message, and more than once.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};

use crate::irc::event::{Deletion, Reaction};
use crate::irc::fold;

use super::archive::{Answer, Archive};
use super::message::{from_ms, to_ms};
use super::network::ConversationKey;

/// How many reactions to one message are kept, taken back ones too; further ones are not.
pub const REACTIONS_MAX: usize = 500;

/// What was done about messages of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Abouts {
    /// Signs put to messages, or taken back.
    pub reactions: Vec<Reaction>,
    /// Messages and reactions that were deleted.
    pub deletions: Vec<Deletion>,
}

/// What was done about one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Each person's each sign once, taken back ones too, oldest first.
    pub reactions: Vec<Reaction>,
    /// Who deleted it, if somebody did.
    pub deletion: Option<Deletion>,
}

impl About {
    /// Takes in one more reaction: of one person's one sign the newest counts.
    pub fn merge(&mut self, reaction: &Reaction) {
        let is_same = |known: &Reaction| {
            known.sign == reaction.sign && fold(&known.nick) == fold(&reaction.nick)
        };
        match self.reactions.iter().position(is_same) {
            Some(index) if place(&self.reactions[index]) < place(reaction) => {
                self.reactions[index].clone_from(reaction);
            }
            None if self.reactions.len() < REACTIONS_MAX => self.reactions.push(reaction.clone()),
            _ => {}
        }
    }
}

fn place(reaction: &Reaction) -> (u64, &str) {
    (reaction.time_ms, &reaction.event_id)
}

impl Archive {
    /// Keeps what was done about messages, all in one transaction, and forgets the words of what was deleted.
    pub fn store_abouts(&self, abouts: Vec<(ConversationKey, Abouts)>) -> Answer<()> {
        self.ask(move |connection| {
            let transaction = connection.transaction()?;
            for (conversation, abouts) in &abouts {
                for reaction in &abouts.reactions {
                    store_reaction(&transaction, *conversation, reaction)?;
                }
                for deletion in &abouts.deletions {
                    store_deletion(&transaction, *conversation, deletion)?;
                }
            }
            transaction.commit()
        })
    }

    /// What was done about these messages.
    pub fn abouts(
        &self,
        conversation: ConversationKey,
        msgids: Vec<String>,
    ) -> Answer<Vec<(String, About)>> {
        self.ask(move |connection| {
            let read = |msgid: String| {
                let about = read_about(connection, conversation, &msgid)?;
                Ok((msgid, about))
            };
            msgids.into_iter().map(read).collect()
        })
    }
}

fn store_reaction(
    transaction: &Transaction<'_>,
    conversation: ConversationKey,
    reaction: &Reaction,
) -> rusqlite::Result<()> {
    let is_deleted = is_deleted(transaction, conversation, &reaction.event_id)?;
    transaction
        .prepare_cached(
            "INSERT INTO reactions (conversation, msgid, sign, nick_key, nick, display_name,
                 is_own, is_set, time_ms, event_id)
             SELECT :conversation, :msgid, :sign, :nick_key, :nick, :display_name,
                 :is_own, :is_set, :time_ms, :event_id
             WHERE EXISTS (SELECT 1 FROM reactions WHERE conversation = :conversation
                     AND msgid = :msgid AND sign = :sign AND nick_key = :nick_key)
                 OR (SELECT count(*) FROM reactions
                     WHERE conversation = :conversation AND msgid = :msgid) < :most
             ON CONFLICT DO UPDATE SET nick = excluded.nick, display_name = excluded.display_name,
                 is_own = excluded.is_own, is_set = excluded.is_set, time_ms = excluded.time_ms,
                 event_id = excluded.event_id
             WHERE (excluded.time_ms, excluded.event_id) > (time_ms, event_id)",
        )?
        .execute(named_params! {
            ":conversation": conversation.number(),
            ":msgid": reaction.msgid,
            ":sign": reaction.sign,
            ":nick_key": fold(&reaction.nick),
            ":nick": reaction.nick,
            ":display_name": reaction.display_name,
            ":is_own": reaction.is_own,
            ":is_set": reaction.is_set && !is_deleted,
            ":time_ms": from_ms(reaction.time_ms),
            ":event_id": reaction.event_id,
            ":most": u32::try_from(REACTIONS_MAX).unwrap_or(u32::MAX),
        })?;
    Ok(())
}

fn store_deletion(
    transaction: &Transaction<'_>,
    conversation: ConversationKey,
    deletion: &Deletion,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO deletions (conversation, msgid, nick, display_name, reason, time_ms)
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            conversation.number(),
            deletion.msgid,
            deletion.nick,
            deletion.display_name,
            deletion.reason,
            from_ms(deletion.time_ms),
        ])?;
    let values = params![conversation.number(), deletion.msgid];
    transaction
        .prepare_cached("UPDATE messages SET text = '' WHERE conversation = ? AND msgid = ?")?
        .execute(values)?;
    transaction
        .prepare_cached("UPDATE reactions SET is_set = 0 WHERE conversation = ? AND event_id = ?")?
        .execute(values)?;
    Ok(())
}

/// Whether something with this identifier was deleted.
pub(super) fn is_deleted(
    connection: &Connection,
    conversation: ConversationKey,
    msgid: &str,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM deletions WHERE conversation = ? AND msgid = ?")?
        .exists(params![conversation.number(), msgid])
}

/// What was done about a message.
pub(super) fn read_about(
    connection: &Connection,
    conversation: ConversationKey,
    msgid: &str,
) -> rusqlite::Result<About> {
    let values = params![conversation.number(), msgid];
    let reactions = connection
        .prepare_cached(
            "SELECT * FROM reactions WHERE conversation = ? AND msgid = ?
             ORDER BY time_ms, event_id",
        )?
        .query_map(values, read_reaction)?
        .collect::<rusqlite::Result<_>>()?;
    let deletion = connection
        .prepare_cached("SELECT * FROM deletions WHERE conversation = ? AND msgid = ?")?
        .query_row(values, read_deletion)
        .optional()?;
    Ok(About { reactions, deletion })
}

fn read_reaction(row: &Row<'_>) -> rusqlite::Result<Reaction> {
    Ok(Reaction {
        msgid: row.get("msgid")?,
        sign: row.get("sign")?,
        nick: row.get("nick")?,
        display_name: row.get("display_name")?,
        is_own: row.get("is_own")?,
        is_set: row.get("is_set")?,
        time_ms: to_ms(row.get("time_ms")?),
        event_id: row.get("event_id")?,
    })
}

fn read_deletion(row: &Row<'_>) -> rusqlite::Result<Deletion> {
    Ok(Deletion {
        msgid: row.get("msgid")?,
        nick: row.get("nick")?,
        display_name: row.get("display_name")?,
        reason: row.get("reason")?,
        time_ms: to_ms(row.get("time_ms")?),
    })
}
