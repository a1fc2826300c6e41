//! One change at a time, inside the batch's transaction.

use majlis_protocol::Timestamp;
use rusqlite::{Connection, params};

use crate::event::{MsgId, RoomId, SendRecord, StoredKinds, StoredMessage, Write};

use super::value::{REDACTED, kind_to_sql, msgid_to_sql, room_to_sql, time_to_sql};
use super::{account, ban, conversation, metadata, read_marker, room, words};

/// A device that was away for longer asks its history before it sends again.
pub(super) const SENT_KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// So many records of sent messages are kept; what the hub holds in memory is bounded by the same number.
pub(super) const SENT_KEPT_COUNT: i64 = 100_000;

/// So many messages are forgotten with one commit.
pub(super) const FORGOTTEN_AT_ONCE: i64 = 5_000;

/// Makes the changes in their order. The caller owns the transaction.
pub(super) fn apply_all(conn: &Connection, writes: &[Write]) -> rusqlite::Result<()> {
    let mut newest_sent = None;
    for write in writes {
        match write {
            Write::Message(message) => insert_message(conn, message)?,
            Write::MessageRedacted { room, msgid } => redact_message(conn, *room, *msgid)?,
            Write::Sent(record) => {
                insert_sent(conn, record)?;
                newest_sent = newest_sent.max(Some(record.time));
            }
            // They go in shares, of which this commit's comes after all else in it.
            Write::MessagesForgotten { .. } => {}
            Write::AccountMade(made) => account::insert(conn, made)?,
            Write::PasswordSet { account, verifier } => {
                account::set_password(conn, *account, verifier)?;
            }
            Write::AccountRemoved(removed) => {
                conversation::delete_of(conn, *removed)?;
                account::delete(conn, *removed)?;
            }
            Write::RoomKept(kept) => account::keep_room(conn, *kept)?,
            Write::RoomForgotten { account, room } => {
                account::forget_room(conn, *account, *room)?;
            }
            Write::ConversationMade { conversation, time } => {
                conversation::insert(conn, conversation, *time)?;
            }
            Write::DeviceAdded { account, key, time } => {
                account::add_device(conn, *account, *key, *time)?;
            }
            Write::DeviceRemoved(key) => account::delete_device(conn, *key)?,
            Write::InviteMade(invite) => account::insert_invite(conn, invite)?,
            Write::InviteRemoved(hash) => account::delete_invite(conn, *hash)?,
            Write::BanAdded(added) => ban::insert(conn, added)?,
            Write::BanRemoved { mask } => ban::delete(conn, mask)?,
            Write::RoomMade(room) => room::insert(conn, room)?,
            Write::RoomRemoved(room) => room::delete(conn, *room)?,
            Write::TopicSet { room, topic } => room::set_topic(conn, *room, topic.as_ref())?,
            Write::ModesSet { room, modes } => room::set_modes(conn, *room, modes)?,
            Write::LastingSet { room, lasting } => room::set_lasting(conn, *room, *lasting)?,
            Write::EntryAdded { room, kind, entry } => {
                room::insert_entry(conn, *room, *kind, entry)?;
            }
            Write::EntryRemoved { room, kind, mask } => {
                room::delete_entry(conn, *room, *kind, mask)?;
            }
            Write::ReadMarked(marker) => read_marker::set(conn, *marker)?,
            Write::MetadataSet(value) => metadata::set(conn, value)?,
            Write::MetadataRemoved { subject, key } => metadata::delete(conn, *subject, key)?,
            Write::RanksSet { room, account, ranks } => {
                room::set_ranks(conn, *room, *account, *ranks)?;
            }
            Write::RoomUsed { room, time } => room::set_used(conn, *room, *time)?,
            Write::RoomRenamed { room, name } => room::set_name(conn, *room, name)?,
        }
    }
    newest_sent.map_or(Ok(()), |now| prune_sent(conn, now))
}

/// Forgets sent messages that are older than seven days before `now`, or beyond the newest 100,000.
pub(super) fn prune_sent(conn: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let oldest = Timestamp(now.0.saturating_sub(SENT_KEPT_MS));
    conn.prepare_cached("DELETE FROM sent WHERE time < ?1")?.execute([time_to_sql(oldest)])?;
    conn.prepare_cached("DELETE FROM sent WHERE seq <= (SELECT max(seq) FROM sent) - ?1")?
        .execute([SENT_KEPT_COUNT])?;
    Ok(())
}

/// Deletes messages from before this time, a bounded number, so that nobody waits long for it; whether some may be left.
///
/// Room by room, so that a message from a clock that was wrong is in nobody's way.
pub(super) fn forget_messages(conn: &Connection, before: Timestamp) -> rusqlite::Result<bool> {
    let gone = conn
        .prepare_cached(FORGET_MESSAGES)?
        .execute(params![FORGOTTEN_AT_ONCE, time_to_sql(before)])?;
    Ok(i64::try_from(gone).is_ok_and(|gone| gone >= FORGOTTEN_AT_ONCE))
}

pub(super) const FORGET_MESSAGES: &str = "\
    DELETE FROM message WHERE id IN (
        SELECT message.id FROM room CROSS JOIN message ON message.room = room.id
        WHERE message.time < ?2 LIMIT ?1
    )";

/// Fails where its room is not there: what is said in an ended room would be read by nobody and kept forever.
fn insert_message(conn: &Connection, message: &StoredMessage) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO message
            (room, seq, msgid, time, source, account, kind, target, text, client_tags, author)
         VALUES
            ((SELECT id FROM room WHERE id = ?1),
             (SELECT coalesce(max(seq), 0) + 1 FROM message WHERE room = ?1),
             ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        room_to_sql(message.room),
        msgid_to_sql(message.msgid),
        time_to_sql(message.time),
        message.source,
        message.account,
        kind_to_sql(message.kind),
        message.target,
        message.text,
        message.client_tags,
        message.author.map(|author| author.0),
    ])?;
    if StoredKinds::SAID.contains(message.kind) {
        conn.prepare_cached("INSERT INTO message_words (rowid, words) VALUES (?1, ?2)")?.execute(
            params![conn.last_insert_rowid(), words::room_words(message.room, &message.text)],
        )?;
    }
    Ok(())
}

/// Leaves of a message its place alone, so that it still is a bound and no number is given twice.
///
/// Its words leave the index at once, and not when the index is next tidied up; that takes too long to be the usual way.
fn redact_message(conn: &Connection, room: RoomId, msgid: MsgId) -> rusqlite::Result<()> {
    set_secure_index(conn, true)?;
    conn.prepare_cached(
        "UPDATE message
         SET kind = ?3, source = '', account = NULL, author = NULL, target = '', text = '', client_tags = ''
         WHERE msgid = ?1 AND room = ?2 AND kind <= 2",
    )?
    .execute(params![msgid_to_sql(msgid), room_to_sql(room), REDACTED])?;
    set_secure_index(conn, false)
}

fn set_secure_index(conn: &Connection, on: bool) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', ?1)",
    )?
    .execute([on])?;
    Ok(())
}

/// A record that the hub had forgotten and the disk had not is replaced: the newer message is the one to answer with.
fn insert_sent(conn: &Connection, record: &SendRecord) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO sent (device_key, send_id, msgid, time, target)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        record.device_key.as_bytes(),
        record.send_id,
        msgid_to_sql(record.msgid),
        time_to_sql(record.time),
        record.target,
    ])?;
    Ok(())
}
