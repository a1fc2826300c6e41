//! What the hub starts with, read once.

use majlis_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::event::{Restored, RestoredRoom, SendRecord, Topic};

use super::value;

pub(super) fn read_all(conn: &Connection) -> rusqlite::Result<Restored> {
    Ok(Restored {
        rooms: rooms(conn)?,
        sent: sent(conn)?,
        next_room: next_room(conn)?,
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

/// One more than the highest that was ever given, which AUTOINCREMENT remembers past the room's end.
fn next_room(conn: &Connection) -> rusqlite::Result<u64> {
    let highest = conn
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'room'", [], |row| {
            value::number(row, 0)
        })
        .optional()?;
    Ok(highest.unwrap_or(0) + 1)
}

fn newest(conn: &Connection) -> rusqlite::Result<Timestamp> {
    let newest = conn
        .query_row("SELECT time FROM message ORDER BY id DESC LIMIT 1", [], |row| {
            value::time(row, 0)
        })
        .optional()?;
    Ok(newest.unwrap_or(Timestamp(0)))
}
