//! How far accounts' people have read.

use rusqlite::{Connection, params};

use crate::event::ReadMarker;

use super::value::{self, account_to_sql, subject_to_sql, time_to_sql};

pub(super) fn set(conn: &Connection, marker: ReadMarker) -> rusqlite::Result<()> {
    let (room, other) = subject_to_sql(marker.subject);
    conn.prepare_cached(
        "INSERT INTO read_marker (account, room, other, time) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET time = excluded.time",
    )?
    .execute(params![
        account_to_sql(marker.account),
        room,
        other,
        time_to_sql(marker.time)
    ])?;
    Ok(())
}

pub(super) fn read_all(conn: &Connection) -> rusqlite::Result<Vec<ReadMarker>> {
    conn.prepare("SELECT account, room, other, time FROM read_marker ORDER BY id")?
        .query_map([], |row| {
            Ok(ReadMarker {
                account: value::account(row, 0)?,
                subject: value::subject(row, 1)?,
                time: value::time(row, 3)?,
            })
        })?
        .collect()
}
