//! Opening the archive's file: its settings, its version, and what happens to one that cannot be used.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::apart;
use super::functions;
use super::place::Place;
use super::rescue::rescue;

/// Numbered from 1; a released one never changes.
const MIGRATIONS: [&str; 11] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
    include_str!("migrations/0010.sql"),
    include_str!("migrations/0011.sql"),
];

/// Another program (a backup) may hold the file for a moment.
const BUSY: Duration = Duration::from_secs(5);

/// What was found wrong when the archive was opened; in every case there is one to work with now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenTrouble {
    /// It was damaged; it has been set aside under this name, and a new one begun with what could be taken over from it.
    Damaged(PathBuf),
    /// A newer version of this program wrote it; it has been set aside under this name, and a new
    /// one begun.
    Newer(PathBuf),
    /// There can be none on this disk, for this reason; what is said is forgotten at the end.
    InMemory(String),
}

#[derive(Debug)]
enum OpenError {
    Damaged,
    Newer,
    Other(String),
}

/// Opens the archive, whatever it takes: sets aside what cannot be read, and works in memory where
/// the disk gives nothing.
pub(super) fn open_archive(place: &Place) -> (Connection, Option<OpenTrouble>) {
    let trouble = match open_noted(place) {
        Ok(connection) => {
            apart::begin(place, &connection);
            return (connection, None);
        }
        Err(OpenError::Other(reason)) => return (open_in_memory(), Some(in_memory(reason))),
        Err(OpenError::Damaged) => OpenTrouble::Damaged,
        Err(OpenError::Newer) => OpenTrouble::Newer,
    };
    let begun_anew = set_aside(place)
        .map_err(OpenError::from)
        .and_then(|aside| Ok((open_file(&place.archive())?, trouble(aside))));
    match begun_anew {
        Ok((connection, trouble)) => {
            if let OpenTrouble::Damaged(aside) = &trouble {
                rescue(aside, &connection);
                apart::take_over(place, &connection);
            }
            apart::begin(place, &connection);
            (connection, Some(trouble))
        }
        Err(error) => (open_in_memory(), Some(in_memory(error.to_string()))),
    }
}

/// Notes that the archive is damaged, so that the next start sets it aside.
pub(super) fn note_damage(place: &Place) {
    if let Err(error) = fs::write(place.damage_note(), []) {
        tracing::error!(%error, "the damage of the archive cannot be noted");
    }
}

/// Whether the error says that the file is damaged.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn open_noted(place: &Place) -> Result<Connection, OpenError> {
    place.make()?;
    if place.damage_note().exists() || is_emptied(place) {
        return Err(OpenError::Damaged);
    }
    open_file(&place.archive())
}

/// Whether the archive has nothing in it, and once had: the list of servers is kept apart only when there is one. A power cut leaves
/// that on some file systems.
fn is_emptied(place: &Place) -> bool {
    let has_no_byte = |path: &Path| path.metadata().is_ok_and(|file| file.len() == 0);
    let has_log = with_suffix(&place.archive(), "-wal").metadata().is_ok_and(|log| log.len() > 0);
    has_no_byte(&place.archive()) && !has_log && place.servers().exists()
}

/// Where the file is opened and a key would be given to it, as in [`open_to_read`].
fn open_file(path: &Path) -> Result<Connection, OpenError> {
    prepare(Connection::open(path)?)
}

/// Opens a file that is open already once more, to look into it.
pub(super) fn open_to_read(place: &Place) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(place.archive(), flags)?;
    connection.busy_timeout(BUSY)?;
    functions::register(&connection)?;
    Ok(connection)
}

fn open_in_memory() -> Connection {
    Connection::open_in_memory()
        .map_err(OpenError::from)
        .and_then(prepare)
        .expect("SQLite in memory needs nothing but a little memory")
}

/// Sets the connection up and brings the tables to today's version.
///
/// WAL with `synchronous=NORMAL` survives the end of this program at any point; what a power cut may
/// cost is fetched again from the server. The outbox, which no server has, asks for more by itself.
fn prepare(mut connection: Connection) -> Result<Connection, OpenError> {
    connection.busy_timeout(BUSY)?;
    functions::register(&connection)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What was deleted leaves no words behind in the file.
    connection.pragma_update(None, "secure_delete", true)?;
    migrate(&mut connection)?;
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found as usize > MIGRATIONS.len() {
        return Err(OpenError::Newer);
    }
    for (version, migration) in (1_u32..).zip(MIGRATIONS).skip(found as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Moves the archive and its companions out of the way; gives its new name.
fn set_aside(place: &Place) -> io::Result<PathBuf> {
    let now_s = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    let aside = place.aside(now_s);
    for suffix in ["", "-wal", "-shm"] {
        match fs::rename(with_suffix(&place.archive(), suffix), with_suffix(&aside, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    match fs::remove_file(place.damage_note()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(aside),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn in_memory(reason: String) -> OpenTrouble {
    tracing::error!(reason, "the archive cannot be opened");
    OpenTrouble::InMemory(reason)
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        if is_damage(&error) { Self::Damaged } else { Self::Other(error.to_string()) }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Other(error.to_string())
    }
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Damaged => f.write_str("the new archive is damaged, too"),
            Self::Newer => f.write_str("the new archive is of a newer version"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}
