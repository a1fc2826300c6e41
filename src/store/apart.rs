//! The list of servers once more, in a small file of its own: where the archive is damaged beyond reading, people need not look
//! for the addresses again, nor compare the servers' words.
//!
//! Nothing here may fail what was asked for: damage in this file is not damage of the archive.

use std::fs;

use rusqlite::{Connection, params};

use super::place::Place;

/// The list as it is now, in place of the one that was kept before.
const KEEP: &str = "BEGIN;
    DROP TABLE IF EXISTS apart.networks;
    CREATE TABLE apart.networks AS SELECT * FROM main.networks ORDER BY position;
    COMMIT;";

/// Opens the file beside the archive, and keeps in it what the archive has; called once for each archive that is on a disk.
pub(super) fn begin(place: &Place, connection: &Connection) {
    let begun = attach(place, connection).and_then(|()| connection.execute_batch(KEEP));
    if begun.is_ok() {
        return;
    }
    // What it had was of use only if it could be read.
    let _ = connection.execute_batch("ROLLBACK");
    let _ = connection.execute_batch("DETACH apart");
    let _ = fs::remove_file(place.servers());
    let begun = attach(place, connection).and_then(|()| connection.execute_batch(KEEP));
    if let Err(error) = begun {
        tracing::warn!(%error, "the list of servers is not kept apart");
    }
}

/// The list of servers has changed.
pub(super) fn keep(connection: &Connection) {
    if is_attached(connection)
        && let Err(error) = connection.execute_batch(KEEP)
    {
        tracing::warn!(%error, "the list of servers is not kept apart");
        let _ = connection.execute_batch("ROLLBACK");
    }
}

/// Takes the list over into an archive that has none.
pub(super) fn take_over(place: &Place, connection: &Connection) {
    let taken = attach(place, connection).and_then(|()| {
        let sql = "INSERT OR IGNORE INTO main.networks SELECT * FROM apart.networks";
        connection.execute(sql, [])
    });
    if let Err(error) = taken {
        tracing::warn!(%error, "the list of servers is lost");
    }
    let _ = connection.execute_batch("DETACH apart");
}

fn attach(place: &Place, connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("ATTACH ? AS apart", params![place.servers().to_string_lossy()]).map(drop)
}

fn is_attached(connection: &Connection) -> bool {
    let sql = "SELECT count(*) FROM pragma_database_list WHERE name = 'apart'";
    connection.query_row(sql, [], |row| row.get(0)).is_ok_and(|count: u32| count > 0)
}
