//! Private conversations: rooms without a name that belong to two accounts.

use rusqlite::{Connection, params};

use crate::event::{AccountId, Conversation};
use majlis_protocol::Timestamp;

use super::value::{self, account_to_sql, room_to_sql, time_to_sql};

pub(super) fn insert(
    conn: &Connection,
    conversation: &Conversation,
    made: Timestamp,
) -> rusqlite::Result<()> {
    let Conversation { room, one, other } = *conversation;
    conn.prepare_cached("INSERT INTO room (id, name, made, lasting) VALUES (?1, '', ?2, 1)")?
        .execute([room_to_sql(room), time_to_sql(made)])?;
    conn.prepare_cached("INSERT INTO conversation (room, low, high) VALUES (?1, ?2, ?3)")?
        .execute(params![
            room_to_sql(room),
            account_to_sql(one.min(other)),
            account_to_sql(one.max(other))
        ])?;
    Ok(())
}

/// Takes all conversations of an account away, with what was said in them.
pub(super) fn delete_of(conn: &Connection, account: AccountId) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "DELETE FROM room WHERE id IN (SELECT room FROM conversation WHERE ?1 IN (low, high))",
    )?
    .execute([account_to_sql(account)])?;
    Ok(())
}

pub(super) fn read_all(conn: &Connection) -> rusqlite::Result<Vec<Conversation>> {
    conn.prepare("SELECT room, low, high FROM conversation ORDER BY room")?
        .query_map([], |row| {
            Ok(Conversation {
                room: value::room(row, 0)?,
                one: value::account(row, 1)?,
                other: value::account(row, 2)?,
            })
        })?
        .collect()
}
