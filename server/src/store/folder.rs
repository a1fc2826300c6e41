//! The data folder: made private, and locked against a second server.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::{StoreError, StoreErrorKind};

const LOCK_NAME: &str = "majlis.lock";
pub(super) const DATABASE_NAME: &str = "majlis.db";

/// The database's file and those that SQLite keeps beside it.
pub const DATABASE_FILES: [&str; 3] = [DATABASE_NAME, "majlis.db-wal", "majlis.db-shm"];

/// A data folder that nobody else uses for as long as this lives.
///
/// The lock is the kernel's and ends with the process, so that no crash leaves a folder locked; its file stays.
#[derive(Debug)]
pub(super) struct Folder {
    dir: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder (mode 0700) where it is missing, and locks it.
    pub(super) fn lock(dir: &Path) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|error| StoreError::from_io(dir, &error))?;
        let lock = open_private(&dir.join(LOCK_NAME))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { dir: dir.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::new(StoreErrorKind::Locked, dir, "the folder is locked"))
            }
            Err(TryLockError::Error(error)) => Err(StoreError::from_io(dir, &error)),
        }
    }

    /// Makes the database's file where it is missing, readable by its owner alone, and says where it is.
    ///
    /// SQLite gives the files beside it (`-wal`, `-shm`) the same mode.
    pub(super) fn prepare_database(&self) -> Result<PathBuf, StoreError> {
        let database = self.database();
        open_private(&database).map(|_| database)
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn database(&self) -> PathBuf {
        self.dir.join(DATABASE_NAME)
    }
}

fn open_private(path: &Path) -> Result<File, StoreError> {
    let open = || -> io::Result<File> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
        }
        Ok(file)
    };
    open().map_err(|error| StoreError::from_io(path, &error))
}
