//! What rooms and accounts have under keys.

use rusqlite::{Connection, params};

use crate::event::{MetadataValue, Subject};

use super::value::{self, subject_to_sql};

pub(super) fn set(conn: &Connection, value: &MetadataValue) -> rusqlite::Result<()> {
    let (room, account) = subject_to_sql(value.subject);
    conn.prepare_cached(
        "INSERT INTO metadata (room, account, key, value) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET value = excluded.value",
    )?
    .execute(params![room, account, value.key, value.value])?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, subject: Subject, key: &str) -> rusqlite::Result<()> {
    let (room, account) = subject_to_sql(subject);
    conn.prepare_cached("DELETE FROM metadata WHERE room IS ?1 AND account IS ?2 AND key = ?3")?
        .execute(params![room, account, key])?;
    Ok(())
}

pub(super) fn read_all(conn: &Connection) -> rusqlite::Result<Vec<MetadataValue>> {
    conn.prepare("SELECT room, account, key, value FROM metadata ORDER BY id")?
        .query_map([], |row| {
            Ok(MetadataValue {
                subject: value::subject(row, 0)?,
                key: row.get(2)?,
                value: row.get(3)?,
            })
        })?
        .collect()
}
