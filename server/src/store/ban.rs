//! Bans from the whole server: how they are written and read back.

use rusqlite::{Connection, params};

use crate::event::ServerBan;

use super::value::{self, time_to_sql};

/// Takes the place of one with the same mask.
pub(super) fn insert(conn: &Connection, ban: &ServerBan) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO server_ban (mask, reason, setter, made, until)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        ban.mask,
        ban.reason,
        ban.setter,
        time_to_sql(ban.set),
        ban.until.map(time_to_sql),
    ])?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, mask: &str) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM server_ban WHERE mask = ?1")?.execute([mask])?;
    Ok(())
}

/// Every ban, those that are over included, in the order of setting.
pub(super) fn read_all(conn: &Connection) -> rusqlite::Result<Vec<ServerBan>> {
    conn.prepare("SELECT mask, reason, setter, made, until FROM server_ban ORDER BY id")?
        .query_map([], |row| {
            let has_end = row.get::<_, Option<i64>>(4)?.is_some();
            Ok(ServerBan {
                mask: row.get(0)?,
                reason: row.get(1)?,
                setter: row.get(2)?,
                set: value::time(row, 3)?,
                until: has_end.then(|| value::time(row, 4)).transpose()?,
            })
        })?
        .collect()
}
