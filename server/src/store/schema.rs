//! The schema's versions: brings an older database to today's, and refuses a newer one.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::error::{StoreError, StoreErrorKind};

/// Every step from an empty database on; the number of steps taken is the database's `user_version`.
///
/// A step is never changed once it was released; `schema.sql` shows where they lead.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_rooms_and_history.sql"),
    include_str!("migrations/0002_accounts.sql"),
    include_str!("migrations/0003_modes_of_rooms.sql"),
    include_str!("migrations/0004_conversations.sql"),
    include_str!("migrations/0005_kept_rooms.sql"),
    include_str!("migrations/0006_events_and_search.sql"),
    include_str!("migrations/0007_read_markers.sql"),
    include_str!("migrations/0008_metadata.sql"),
    include_str!("migrations/0009_server_bans.sql"),
    include_str!("migrations/0010_ranks.sql"),
    include_str!("migrations/0011_use_of_rooms.sql"),
    include_str!("migrations/0012_reserved_invites.sql"),
    include_str!("migrations/0013_sent_targets.sql"),
    include_str!("migrations/0014_words_of_rooms.sql"),
    include_str!("migrations/0015_since_when_rooms_are_kept.sql"),
];

/// Takes the steps that are missing, each in a transaction together with its number.
pub(super) fn migrate(
    conn: &mut Connection,
    database: &Path,
    steps: &[&str],
) -> Result<(), StoreError> {
    let explain = |error| StoreError::from_sqlite(database, &error);
    let taken = checked_version(conn, database, steps.len())?;
    for (number, step) in (taken + 1..).zip(&steps[taken..]) {
        take_step(conn, step, number).map_err(explain)?;
        tracing::debug!(number, "the database was brought to a newer schema");
    }
    Ok(())
}

/// How many steps a database has taken; refuses one of a newer version.
pub(super) fn known_version(conn: &Connection, database: &Path) -> Result<usize, StoreError> {
    checked_version(conn, database, MIGRATIONS.len())
}

/// Whether a database is as this version of the server wants it; refuses one of a newer version.
pub(super) fn is_current(conn: &Connection, database: &Path) -> Result<bool, StoreError> {
    known_version(conn, database).map(|taken| taken == MIGRATIONS.len())
}

fn checked_version(conn: &Connection, database: &Path, known: usize) -> Result<usize, StoreError> {
    let taken = version(conn).map_err(|error| StoreError::from_sqlite(database, &error))?;
    if taken > known {
        let detail = format!("its schema is version {taken}, this server knows {known}");
        return Err(StoreError::new(StoreErrorKind::NewerVersion, database, detail));
    }
    Ok(taken)
}

fn take_step(conn: &mut Connection, step: &str, number: usize) -> rusqlite::Result<()> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(step)?;
    let number = i64::try_from(number).expect("there are few migrations");
    transaction.pragma_update(None, "user_version", number)?;
    transaction.commit()
}

fn version(conn: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // A negative one is none of ours; as a huge one it is refused like a newer one.
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(conn: &Connection) -> Vec<String> {
        conn.prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .unwrap()
    }

    /// The schema without comments and layout, in a fixed order.
    fn bare_schema(conn: &Connection) -> Vec<String> {
        let statements: Vec<String> = conn
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .unwrap();
        let bare_line = |line: &str| line.split("--").next().unwrap_or_default().to_owned();
        statements
            .iter()
            .map(|sql| sql.lines().map(bare_line).collect::<String>())
            .map(|sql| sql.chars().filter(|c| !c.is_whitespace()).collect())
            .collect()
    }

    #[test]
    fn migrations_lead_to_the_schema_page() {
        let mut migrated = Connection::open_in_memory().unwrap();
        crate::store::words::register(&migrated).unwrap();
        migrate(&mut migrated, Path::new("x"), MIGRATIONS).unwrap();
        let written = Connection::open_in_memory().unwrap();
        written.execute_batch(include_str!("schema.sql")).unwrap();
        assert_eq!(bare_schema(&migrated), bare_schema(&written));
        assert_eq!(version(&migrated).unwrap(), MIGRATIONS.len());
    }

    #[test]
    fn rooms_of_an_older_database_were_used_when_somebody_last_spoke() {
        let step = MIGRATIONS.iter().position(|step| step.contains("COLUMN used")).unwrap();
        let mut conn = Connection::open_in_memory().unwrap();
        crate::store::words::register(&conn).unwrap();
        migrate(&mut conn, Path::new("x"), &MIGRATIONS[..step]).unwrap();
        conn.execute_batch(
            "INSERT INTO room (id, name, made, lasting) VALUES (1, '#a', 5, 1), (2, '#b', 7, 1);
             INSERT INTO message (room, seq, msgid, time, source, kind, target, text, client_tags)
             VALUES (1, 1, zeroblob(16), 9, 'a!b@c', 0, '#a', 'x', '');",
        )
        .unwrap();
        migrate(&mut conn, Path::new("x"), MIGRATIONS).unwrap();
        let used: Vec<i64> = conn
            .prepare("SELECT used FROM room ORDER BY id")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .unwrap();
        assert_eq!(used, [9, 7]);
    }

    #[test]
    fn what_an_older_database_says_was_sent_is_not_said_to_whom() {
        let step =
            MIGRATIONS.iter().position(|step| step.contains("sent ADD COLUMN target")).unwrap();
        let mut conn = Connection::open_in_memory().unwrap();
        crate::store::words::register(&conn).unwrap();
        migrate(&mut conn, Path::new("x"), &MIGRATIONS[..step]).unwrap();
        conn.execute_batch("INSERT INTO sent VALUES (1, zeroblob(32), 'one', zeroblob(16), 5)")
            .unwrap();
        migrate(&mut conn, Path::new("x"), MIGRATIONS).unwrap();
        let kept = conn.query_row("SELECT send_id, target IS NULL FROM sent", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        assert_eq!(kept, Ok(("one".to_owned(), true)));
    }

    #[test]
    fn who_was_in_a_room_of_an_older_database_was_there_from_its_beginning() {
        let step = MIGRATIONS.iter().position(|step| step.contains("COLUMN since")).unwrap();
        let mut conn = Connection::open_in_memory().unwrap();
        crate::store::words::register(&conn).unwrap();
        migrate(&mut conn, Path::new("x"), &MIGRATIONS[..step]).unwrap();
        conn.execute_batch(
            "PRAGMA foreign_keys = OFF; INSERT INTO kept_room (account, room) VALUES (1, 2);",
        )
        .unwrap();
        migrate(&mut conn, Path::new("x"), MIGRATIONS).unwrap();
        let since = conn.query_row("SELECT since FROM kept_room", [], |row| row.get(0));
        assert_eq!(since, Ok(0));
    }

    #[test]
    fn what_was_said_before_there_were_events_is_kept_and_can_be_searched() {
        let mut conn = Connection::open_in_memory().unwrap();
        crate::store::words::register(&conn).unwrap();
        migrate(&mut conn, Path::new("x"), &MIGRATIONS[..5]).unwrap();
        conn.execute_batch(
            "INSERT INTO room (id, name, made, lasting) VALUES (1, '#a', 1, 1);
             INSERT INTO message VALUES (7, 1, 3, zeroblob(16), 5, 'a!a@h', 'a', 1, '#a', 'tea?', '+x')",
        )
        .unwrap();
        migrate(&mut conn, Path::new("x"), MIGRATIONS).unwrap();
        let kept = conn.query_row(
            "SELECT id, seq, text, author IS NULL FROM message
             WHERE id = (SELECT rowid FROM message_words WHERE message_words MATCH '1xtea')",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        );
        assert_eq!(kept, Ok((7, 3, "tea?".to_owned(), true)));
    }

    #[test]
    fn words_of_an_older_database_become_words_of_their_rooms() {
        let step = MIGRATIONS.iter().position(|step| step.contains("room_words")).unwrap();
        let mut conn = Connection::open_in_memory().unwrap();
        crate::store::words::register(&conn).unwrap();
        migrate(&mut conn, Path::new("x"), &MIGRATIONS[..step]).unwrap();
        conn.execute_batch(
            "INSERT INTO message (id, room, seq, msgid, time, source, kind, target, text, client_tags)
             VALUES (3, 7, 1, zeroblob(16), 5, 'a!a@h', 0, '#a', 'tea', ''),
                    (4, 8, 1, zeroblob(16), 5, 'a!a@h', 0, '#b', 'tea', ''),
                    (5, 8, 2, x'000102030405060708090a0b0c0d0e0f', 5, 'a!a@h', 12, '', '', '');
             INSERT INTO message_words (rowid, words) VALUES (3, 'tea'), (4, 'tea');",
        )
        .unwrap();
        migrate(&mut conn, Path::new("x"), MIGRATIONS).unwrap();
        let found = |query: &str| -> Vec<i64> {
            conn.prepare("SELECT rowid FROM message_words WHERE message_words MATCH ?1")
                .and_then(|mut found| found.query_map([query], |row| row.get(0))?.collect())
                .unwrap()
        };
        assert_eq!((found("7xtea"), found("8xtea"), found("tea")), (vec![3], vec![4], vec![]));
        conn.execute("DELETE FROM message WHERE id = 3", []).unwrap();
        conn.execute("UPDATE message SET kind = 12, text = '' WHERE id = 4", []).unwrap();
        assert_eq!((found("7xtea"), found("8xtea")), (vec![], vec![]));
    }

    #[test]
    fn only_missing_steps_are_taken() {
        let mut conn = Connection::open_in_memory().unwrap();
        let steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x)", "CREATE TABLE c (x)"];
        migrate(&mut conn, Path::new("x"), &steps[..2]).unwrap();
        migrate(&mut conn, Path::new("x"), &steps).unwrap();
        assert_eq!(tables(&conn), ["a", "b", "c"]);
        assert_eq!(version(&conn).unwrap(), 3);
    }

    #[test]
    fn a_step_that_fails_leaves_nothing() {
        let mut conn = Connection::open_in_memory().unwrap();
        let steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)"];
        assert!(migrate(&mut conn, Path::new("x"), &steps).is_err());
        assert_eq!(tables(&conn), ["a"]);
        assert_eq!(version(&conn).unwrap(), 1);
    }

    #[test]
    fn a_version_that_is_none_is_refused() {
        for strange in [-1, 2] {
            let mut conn = Connection::open_in_memory().unwrap();
            conn.pragma_update(None, "user_version", strange).unwrap();
            let error = migrate(&mut conn, Path::new("x"), &["CREATE TABLE a (x)"]).unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::NewerVersion);
            assert!(tables(&conn).is_empty());
        }
    }
}
