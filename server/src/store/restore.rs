//! What the hub starts with, read once.

use majlis_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::event::{Restored, SendRecord};

use super::{account, ban, conversation, metadata, read_marker, room, value};

/// `fresh_secret` becomes the folder's secret where it has none yet.
pub(super) fn read_all(conn: &Connection, fresh_secret: [u8; 32]) -> rusqlite::Result<Restored> {
    Ok(Restored {
        accounts: account::read_all(conn)?,
        invites: account::read_invites(conn)?,
        bans: ban::read_all(conn)?,
        next_account: account::next_id(conn)?,
        secret: account::secret(conn, fresh_secret)?,
        kept_rooms: account::read_kept_rooms(conn)?,
        conversations: conversation::read_all(conn)?,
        read_markers: read_marker::read_all(conn)?,
        metadata: metadata::read_all(conn)?,
        rooms: room::read_all(conn)?,
        sent: sent(conn)?,
        next_room: value::next_of_sequence(conn, "room")?,
        newest: newest(conn)?,
    })
}

fn sent(conn: &Connection) -> rusqlite::Result<Vec<SendRecord>> {
    conn.prepare("SELECT device_key, send_id, msgid, time, target FROM sent ORDER BY seq")?
        .query_map([], |row| {
            Ok(SendRecord {
                device_key: value::fingerprint(row, 0)?,
                send_id: row.get(1)?,
                msgid: value::msgid(row, 2)?,
                time: value::time(row, 3)?,
                target: row.get(4)?,
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
