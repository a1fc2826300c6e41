//! Copies of a data folder: made of one at work or at rest, checked, and put back.
//!
//! A copy is read from one state of the database by a connection of its own, so that a server at work neither waits nor
//! notices. It holds the database without what was forgotten in it, and key and certificate where they are the folder's.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::error::{StoreError, StoreErrorKind};
use super::folder::{DATABASE_FILES, DATABASE_NAME, Folder};
use super::{connect, schema};

/// What a data folder holds besides its database that cannot be made anew.
const IDENTITY_NAMES: [&str; 2] = ["certificate.pem", "key.pem"];

/// Writes a copy of a data folder into a new folder (mode 0700), whole or not at all.
///
/// Refused where `backup` is there already. The server may be at work meanwhile.
pub fn back_up(folder: &Path, backup: &Path) -> Result<(), StoreError> {
    if backup.exists() {
        let detail = "A backup never overwrites anything; name a folder that is not there yet.";
        return Err(StoreError::new(StoreErrorKind::Occupied, backup, detail));
    }
    let unfinished = beside(backup, "unfinished")?;
    let explain = |error: io::Error| StoreError::from_io(backup, &error);
    DirBuilder::new().mode(0o700).create(&unfinished).map_err(explain)?;
    let made = fill(folder, &unfinished)
        .and_then(|()| fs::rename(&unfinished, backup).map_err(explain))
        .and_then(|()| sync_parent(backup).map_err(explain));
    if made.is_err() {
        let _ = fs::remove_dir_all(&unfinished);
    }
    made
}

fn fill(folder: &Path, copy: &Path) -> Result<(), StoreError> {
    copy_database(&folder.join(DATABASE_NAME), &copy.join(DATABASE_NAME))?;
    for name in IDENTITY_NAMES {
        copy_file(&folder.join(name), &copy.join(name))?;
    }
    check(&copy.join(DATABASE_NAME))?;
    sync(copy).map_err(|error| StoreError::from_io(copy, &error))
}

/// Makes a data folder what it was when the backup was made. No server may be at work on it.
///
/// The backup is checked first: that its database is whole, and of a version that this server knows. Where the folder holds
/// a database or a key already, it is refused unless they are to be replaced.
pub fn restore(backup: &Path, folder: &Path, replaces: bool) -> Result<(), StoreError> {
    check(&backup.join(DATABASE_NAME))?;
    let locked = Folder::lock(folder)?;
    let names = || IDENTITY_NAMES.into_iter().chain([DATABASE_NAME]);
    let present = names().map(|name| folder.join(name)).find(|path| path.exists());
    if let Some(present) = present.filter(|_| !replaces) {
        let detail = "Name another folder with --data, or have it replaced with --replace.";
        return Err(StoreError::new(StoreErrorKind::Occupied, &present, detail));
    }
    let explain = |error: io::Error| StoreError::from_io(folder, &error);
    let staged = |name: &str| folder.join(format!("{name}.restored"));
    for name in names() {
        remove_if_there(&staged(name)).map_err(explain)?;
    }
    copy_database(&backup.join(DATABASE_NAME), &staged(DATABASE_NAME))?;
    for name in IDENTITY_NAMES {
        copy_file(&backup.join(name), &staged(name))?;
    }
    for name in names().filter(|name| staged(name).exists()) {
        own_like(folder, &staged(name)).map_err(explain)?;
    }
    // What the old database had not taken in yet must not be taken for the new one's.
    for name in &DATABASE_FILES[1..] {
        remove_if_there(&folder.join(name)).map_err(explain)?;
    }
    for name in names().filter(|name| staged(name).exists()) {
        fs::rename(staged(name), folder.join(name)).map_err(explain)?;
    }
    sync(locked.dir()).map_err(explain)
}

/// Whether a database is whole, and made by this version of the server or an earlier one.
pub(super) fn check(database: &Path) -> Result<(), StoreError> {
    let conn = open_to_read(database)?;
    let explain = |error| StoreError::from_sqlite(database, &error);
    if schema::known_version(&conn, database)? == 0 {
        let detail = "it has no schema of ours";
        return Err(StoreError::new(StoreErrorKind::Corrupt, database, detail));
    }
    let verdict: String =
        conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(explain)?;
    match verdict.as_str() {
        "ok" => Ok(()),
        fault => Err(StoreError::new(StoreErrorKind::Corrupt, database, fault)),
    }
}

/// A connection that only reads a database which has to be there, whoever else uses it.
pub(super) fn open_to_read(database: &Path) -> Result<Connection, StoreError> {
    // SQLite does not say why a file cannot be opened.
    File::open(database).map_err(|error| StoreError::from_io(database, &error))?;
    connect(database, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .map_err(|error| StoreError::from_sqlite(database, &error))
}

/// Copies one state of a database into a new file (mode 0600), without the room that deleted things leave.
pub(super) fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let conn = open_to_read(from)?;
    let name = to.to_str().ok_or_else(|| {
        StoreError::new(StoreErrorKind::Io, to, "SQLite takes only paths that are UTF-8")
    })?;
    create_private(to).map_err(|error| StoreError::from_io(to, &error))?;
    conn.execute("VACUUM INTO ?1", [name]).map_err(|error| StoreError::from_sqlite(to, &error))?;
    sync(to).map_err(|error| StoreError::from_io(to, &error))
}

/// Copies a file, if it is there, with its mode.
fn copy_file(from: &Path, to: &Path) -> Result<(), StoreError> {
    let copy = || -> io::Result<()> {
        let mut source = match File::open(from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        let mut target = create_private(to)?;
        io::copy(&mut source, &mut target)?;
        target.set_permissions(fs::Permissions::from_mode(
            source.metadata()?.permissions().mode() & 0o644,
        ))?;
        target.sync_all()
    };
    copy().map_err(|error| StoreError::from_io(from, &error))
}

/// Gives a file to whom the folder belongs, where root restores for a service.
fn own_like(folder: &Path, path: &Path) -> io::Result<()> {
    let (wanted, found) = (folder.metadata()?, path.metadata()?);
    if (wanted.uid(), wanted.gid()) == (found.uid(), found.gid()) {
        return Ok(());
    }
    chown(path, Some(wanted.uid()), Some(wanted.gid()))
}

fn create_private(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A hidden name in the same folder, of this process alone.
fn beside(path: &Path, word: &str) -> Result<PathBuf, StoreError> {
    let name = path.file_name().ok_or_else(|| {
        let detail = "The path has to end in the name of the new folder.";
        StoreError::new(StoreErrorKind::Occupied, path, detail)
    })?;
    let name = format!(".{}.{}.{word}", name.to_string_lossy(), std::process::id());
    Ok(path.with_file_name(name))
}

fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    sync(parent.unwrap_or(Path::new(".")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{RoomId, Write};
    use crate::store::tests::{message, open, room};

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_copy_is_of_one_moment_though_the_writer_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let (data, backup) = (dir.path().join("data"), dir.path().join("backup"));
        let (mut store, _) = open(&data);
        store.commit_batch(&[room(1), Write::Message(message(1, 7, 1000))]).unwrap();
        fs::write(data.join("key.pem"), "key").unwrap();
        fs::set_permissions(data.join("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
        back_up(&data, &backup).unwrap();
        store.commit_batch(&[Write::Message(message(1, 8, 1001))]).unwrap();
        store.commit_batch(&[Write::RoomRemoved(RoomId(1))]).unwrap();

        assert_eq!((mode(&backup), mode(&backup.join(DATABASE_NAME))), (0o700, 0o600));
        assert_eq!(mode(&backup.join("key.pem")), 0o600);
        let again = dir.path().join("again");
        restore(&backup, &again, false).unwrap();
        let (copy, restored) = open(&again);
        assert_eq!(restored.rooms.len(), 1);
        let count: i64 =
            copy.conn.query_row("SELECT count(*) FROM message", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 1);
        assert_eq!(fs::read_to_string(again.join("key.pem")).unwrap(), "key");
    }

    #[test]
    fn nothing_is_overwritten_unless_it_was_said() {
        let dir = tempfile::tempdir().unwrap();
        let (data, backup) = (dir.path().join("data"), dir.path().join("backup"));
        let (mut store, _) = open(&data);
        store.commit_batch(&[room(1)]).unwrap();
        back_up(&data, &backup).unwrap();
        assert_eq!(back_up(&data, &backup).unwrap_err().kind(), StoreErrorKind::Occupied);
        store.commit_batch(&[room(2)]).unwrap();
        let refused = restore(&backup, &data, true).unwrap_err();
        assert_eq!(refused.kind(), StoreErrorKind::Locked, "a server is at work");
        // As a crash leaves it: with changes that are in the log alone.
        let log = fs::read(data.join("majlis.db-wal")).unwrap();
        drop(store);
        fs::write(data.join("majlis.db-wal"), log).unwrap();
        assert_eq!(restore(&backup, &data, false).unwrap_err().kind(), StoreErrorKind::Occupied);
        restore(&backup, &data, true).unwrap();
        assert_eq!(open(&data).1.rooms.len(), 1);
    }

    #[test]
    fn what_is_damaged_or_newer_is_not_restored() {
        let dir = tempfile::tempdir().unwrap();
        let (data, backup) = (dir.path().join("data"), dir.path().join("backup"));
        let (mut store, _) = open(&data);
        let messages = (0..200).map(|n| Write::Message(message(1, n, 1000))).collect::<Vec<_>>();
        store.commit_batch(&[&[room(1)], messages.as_slice()].concat()).unwrap();
        back_up(&data, &backup).unwrap();
        let database = backup.join(DATABASE_NAME);
        let whole = fs::read(&database).unwrap();
        let target = dir.path().join("target");
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle - 2048..middle + 2048].fill(0xA5);
        for (content, kind) in [
            (damaged, StoreErrorKind::Corrupt),
            (whole[..whole.len() / 2].to_vec(), StoreErrorKind::Corrupt),
            (b"no database at all".repeat(100), StoreErrorKind::Corrupt),
            (Vec::new(), StoreErrorKind::Corrupt),
        ] {
            fs::write(&database, content).unwrap();
            assert_eq!(restore(&backup, &target, false).unwrap_err().kind(), kind);
            assert!(!target.exists(), "something was made of a bad backup");
        }
        fs::write(&database, whole).unwrap();
        Connection::open(&database).unwrap().pragma_update(None, "user_version", 9_999).unwrap();
        let refused = restore(&backup, &target, false).unwrap_err();
        assert_eq!(refused.kind(), StoreErrorKind::NewerVersion);
        fs::remove_file(&database).unwrap();
        assert_eq!(restore(&backup, &target, false).unwrap_err().kind(), StoreErrorKind::Missing);
    }
}
