//! What outlives the process: rooms, their history, and which messages of a device were taken already.
//!
//! The store owns the data folder's database, the lock that keeps a second server out, the one connection that writes
//! ([`Store`]) and the connections that read ([`HistoryReader`], [`Readers`]). A batch of changes is one transaction, on
//! disk when [`Store::commit_batch`] returns. It decides nothing about chat: what a change means, and who may read what,
//! is the hub's to know. It keeps no clock of its own but at the start, where records that grew too old are dropped.

mod account;
mod ban;
mod conversation;
mod copy;
mod ended;
mod error;
mod export;
mod folder;
mod history;
mod metadata;
mod read_marker;
mod readers;
mod restore;
mod room;
mod schema;
mod search;
mod value;
mod words;
mod write;

#[cfg(test)]
mod account_tests;
#[cfg(test)]
mod subject_tests;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use majlis_protocol::Timestamp;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::event::{Restored, Write};

pub use self::copy::{back_up, restore};
pub use self::error::{StoreError, StoreErrorKind};
pub use self::export::{ExportError, Exported, export};
pub use self::folder::DATABASE_FILES;
use self::folder::Folder;
pub use self::history::HistoryReader;
pub use self::readers::Readers;

/// How long a connection waits for another program that has the database locked (a backup, an operator's `sqlite3`).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The write-ahead log is cut back to this size once it is in the database, so that one busy hour does not stay on disk.
const WAL_SIZE_LIMIT_BYTES: i64 = 64 * 1024 * 1024;

/// The one writer to a data folder, which it keeps locked for as long as it lives.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    folder: Folder,
    /// Whether the write-ahead log may still hold what was taken back.
    has_traces: bool,
    /// Whether messages of rooms that have ended may be left.
    has_ended: bool,
    /// Messages from before this may be left that are to be forgotten.
    forgets_before: Option<Timestamp>,
}

impl Store {
    /// Opens the database in `dir`, making both where they are missing, and reads what the hub starts with.
    ///
    /// The folder is made with mode 0700, the database with 0600. An older database is brought to today's schema; a newer
    /// one is refused, and so is a folder that another server uses.
    pub fn open(dir: &Path) -> Result<(Self, Restored), StoreError> {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        Self::open_at(dir, Timestamp(now_ms))
    }

    fn open_at(dir: &Path, now: Timestamp) -> Result<(Self, Restored), StoreError> {
        let folder = Folder::lock(dir)?;
        let database = folder.prepare_database()?;
        let explain = |error| StoreError::from_sqlite(&database, &error);
        let mut conn = connect(&database, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(explain)?;
        configure_writer(&conn).map_err(explain)?;
        keep_older(&conn, &folder)?;
        schema::migrate(&mut conn, &database, schema::MIGRATIONS)?;
        write::prune_sent(&conn, now).map_err(explain)?;
        let mut fresh_secret = [0; 32];
        getrandom::fill(&mut fresh_secret)
            .map_err(|error| StoreError::from_io(dir, &error.into()))?;
        let restored = restore::read_all(&conn, fresh_secret).map_err(explain)?;
        let has_ended = ended::is_any(&conn).map_err(explain)?;
        let store = Self { conn, folder, has_traces: true, has_ended, forgets_before: None };
        Ok((store, restored))
    }

    /// Makes the changes in their order, all or none; once this returns they survive a power cut.
    ///
    /// After an error nothing of the batch happened, and the caller is to end the process: what nobody saw did not happen.
    pub fn commit_batch(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        self.commit(writes)
            .map_err(|error| StoreError::from_sqlite(&self.folder.database(), &error))?;
        self.has_traces |=
            writes.iter().any(|write| matches!(write, Write::MessageRedacted { .. }));
        self.has_traces = self.has_traces && !self.clear_log();
        Ok(())
    }

    /// Brings the log into the database and empties it. Where somebody reads meanwhile that is left for the next batch: nobody
    /// waits for a reader. What fails here for good fails the next commit as well.
    fn clear_log(&self) -> bool {
        let is_busy = self.conn.busy_timeout(Duration::ZERO).and_then(|()| {
            self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        });
        self.conn.busy_timeout(BUSY_TIMEOUT).is_ok() && is_busy == Ok(false)
    }

    fn commit(&mut self, writes: &[Write]) -> rusqlite::Result<()> {
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write::apply_all(&transaction, writes)?;
        let ends_rooms =
            |write: &Write| matches!(write, Write::RoomRemoved(_) | Write::AccountRemoved(_));
        if writes.iter().any(ends_rooms) {
            self.has_ended = ended::forget_share(&transaction)?;
        }
        let forgotten_before = writes.iter().rev().find_map(|write| match write {
            Write::MessagesForgotten { before } => Some(*before),
            _ => None,
        });
        if let Some(before) = forgotten_before {
            let are_left = write::forget_messages(&transaction, before)?;
            self.forgets_before = are_left.then_some(before);
        }
        transaction.commit()
    }

    /// Deletes a share of what was said in rooms that have ended, and of what is to be forgotten; whether some may be left. To be
    /// called now and then.
    pub fn forget_more(&mut self) -> Result<bool, StoreError> {
        if self.has_ended || self.forgets_before.is_some() {
            self.forget_shares()
                .map_err(|error| StoreError::from_sqlite(&self.folder.database(), &error))?;
        }
        Ok(self.has_ended || self.forgets_before.is_some())
    }

    fn forget_shares(&mut self) -> rusqlite::Result<()> {
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let has_ended = self.has_ended && ended::forget_share(&transaction)?;
        let forgets_before = match self.forgets_before {
            Some(before) => write::forget_messages(&transaction, before)?.then_some(before),
            None => None,
        };
        transaction.commit()?;
        (self.has_ended, self.forgets_before) = (has_ended, forgets_before);
        Ok(())
    }

    /// A connection of its own that only reads; it sees each batch once it is committed.
    pub fn reader(&self) -> Result<HistoryReader, StoreError> {
        let database = self.folder.database();
        connect(&database, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .and_then(|conn| {
                // The first read opens what lies beside the database. Later, callers may have taken every descriptor.
                conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
                HistoryReader::new(conn)
            })
            .map_err(|error| StoreError::from_sqlite(&database, &error))
    }
}

/// Copies a database that is about to be brought to a newer schema, so that the older version can have it back.
fn keep_older(conn: &Connection, folder: &Folder) -> Result<(), StoreError> {
    let database = folder.database();
    let taken = schema::known_version(conn, &database)?;
    let kept = folder.dir().join(format!("majlis.db.schema-{taken}"));
    if taken == 0 || taken == schema::MIGRATIONS.len() || kept.exists() {
        return Ok(());
    }
    let unfinished = kept.with_extension("unfinished");
    // What an earlier try left there is of no use.
    let _ = std::fs::remove_file(&unfinished);
    copy::copy_database(&database, &unfinished)?;
    std::fs::rename(&unfinished, &kept).map_err(|error| StoreError::from_io(&kept, &error))?;
    tracing::info!(kept = %kept.display(), "the database is kept as it was, and brought to a newer schema");
    Ok(())
}

fn connect(database: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    // Each connection belongs to one thread, so SQLite needs no mutex of its own.
    let conn = Connection::open_with_flags(database, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    Ok(conn)
}

fn configure_writer(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    // What is taken back or forgotten is overwritten, not only let go.
    conn.pragma_update(None, "secure_delete", true)?;
    words::register(conn)?;
    conn.pragma_update(None, "journal_size_limit", WAL_SIZE_LIMIT_BYTES)
}
