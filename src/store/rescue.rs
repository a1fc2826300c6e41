//! Taking over from a damaged archive what no server has: the servers, the rooms and people, whom one ignores, and what waits
//! to be sent. What was said comes from the servers again.

use std::path::Path;

use rusqlite::{Connection, params};

/// In the order in which the tables refer to each other; each stands for itself, since another may be the damaged one.
const STEPS: [&str; 6] = [
    "INSERT OR IGNORE INTO main.networks SELECT * FROM damaged.networks",
    "INSERT OR IGNORE INTO main.conversations SELECT * FROM damaged.conversations
         WHERE network IN (SELECT id FROM main.networks)",
    "INSERT OR IGNORE INTO main.ignored SELECT * FROM damaged.ignored
         WHERE network IN (SELECT id FROM main.networks)",
    "INSERT OR IGNORE INTO main.outbox SELECT * FROM damaged.outbox
         WHERE conversation IN (SELECT id FROM main.conversations)",
    // That one was sent may have been noted where nothing can be read any more.
    "UPDATE main.outbox SET is_noted = 1",
    // The beginning of what was said there is to be fetched again, too.
    "UPDATE main.conversations SET is_complete = 0",
];

/// Takes over what can be read of the archive that was set aside; a new one has the same tables.
pub(super) fn rescue(aside: &Path, connection: &Connection) {
    let attached = connection
        .execute("ATTACH ? AS damaged", params![aside.to_string_lossy()])
        // In another version's tables the columns mean something else.
        .and_then(|_| Ok(version(connection, "damaged")? == version(connection, "main")?));
    match attached {
        Ok(true) => take_over(connection),
        Ok(false) => tracing::warn!("the damaged archive is of another version"),
        Err(error) => tracing::warn!(%error, "nothing of the damaged archive can be read"),
    }
    // Not attached, where even that failed.
    let _ = connection.execute_batch("DETACH damaged");
}

fn take_over(connection: &Connection) {
    for step in STEPS {
        if let Err(error) = connection.execute(step, []) {
            tracing::warn!(%error, step, "a part of the damaged archive is lost");
        }
    }
}

fn version(connection: &Connection, database: &str) -> rusqlite::Result<u32> {
    connection.query_row(&format!("PRAGMA {database}.user_version"), [], |row| row.get(0))
}
