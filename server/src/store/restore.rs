//! What the hub starts with, read once.

use majlis_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::event::{Restored, RestoredRoom, SendRecord, Topic};

use super::{account, value};

/// `fresh_secret` becomes the folder's secret where it has none yet.
pub(super) fn read_all(conn: &Connection, fresh_secret: [u8; 32]) -> rusqlite::Result<Restored> {
    Ok(Restored {
        accounts: account::read_all(conn)?,
        invites: account::read_invites(conn)?,
        next_account: account::next_id(conn)?,
        secret: account::secret(conn, fresh_secret)?,
        rooms: rooms(conn)?,
        sent: sent(conn)?,
        next_room: value::next_of_sequence(conn, "room")?,
        newest: newest(conn)?,
    })
}

fn rooms(conn: &Connection) -> rusqlite::Result<Vec<RestoredRoom>> {
    conn.prepare(
        "SELECT id, name, made, lasting, topic, topic_setter, topic_time FROM room ORDER BY id",
    )?
    .query_map([], room)?
    .collect()
}

fn room(row: &Row<'_>) -> rusqlite::Result<RestoredRoom> {
    Ok(RestoredRoom {
        room: value::room(row, 0)?,
        name: row.get(1)?,
        made: value::time(row, 2)?,
        lasting: row.get(3)?,
        topic: topic(row)?,
    })
}

fn topic(row: &Row<'_>) -> rusqlite::Result<Option<Topic>> {
    let Some(text) = row.get(4)? else { return Ok(None) };
    Ok(Some(Topic { text, setter: row.get(5)?, time: value::time(row, 6)? }))
}

fn sent(conn: &Connection) -> rusqlite::Result<Vec<SendRecord>> {
    conn.prepare("SELECT device_key, send_id, msgid, time FROM sent ORDER BY seq")?
        .query_map([], |row| {
            Ok(SendRecord {
                device_key: value::fingerprint(row, 0)?,
                send_id: row.get(1)?,
                msgid: value::msgid(row, 2)?,
                time: value::time(row, 3)?,
            })
        })?
        .collect()
}

fn newest(conn: &Connection) -> rusqlite::Result<Timestamp> {
    let newest = conn
        .query_row("SELECT time FROM message ORDER BY id DESC LIMIT 1", [], |row| {
            value::time(row, 0)
        })
        .optional()?;
    Ok(newest.unwrap_or(Timestamp(0)))
}
