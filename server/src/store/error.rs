//! Why the store failed, in words that tell the operator what to do.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// A failure of the store: what kind, where, and the words of whoever reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    kind: StoreErrorKind,
    place: PathBuf,
    detail: String,
}

/// What went wrong, as far as it changes what the operator can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// Another server, or another program, uses the folder.
    Locked,
    /// No space is left.
    DiskFull,
    /// The file is no database, or a damaged one.
    Corrupt,
    /// A newer version of the server made the database.
    NewerVersion,
    /// An older version of the server made it, and this one has not been started on it yet.
    OlderVersion,
    /// What is to be read is not there.
    Missing,
    /// What is to be made is there already.
    Occupied,
    /// The operating system does not let us read or write there.
    Permission,
    /// A change contradicts what is stored: a fault of the server itself.
    Contradiction,
    /// Anything else that the disk or the operating system reported.
    Io,
}

impl StoreError {
    pub(super) fn new(kind: StoreErrorKind, place: &Path, detail: impl fmt::Display) -> Self {
        Self { kind, place: place.to_owned(), detail: detail.to_string() }
    }

    pub(super) fn from_io(place: &Path, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreErrorKind::DiskFull,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                StoreErrorKind::Permission
            }
            io::ErrorKind::NotFound => StoreErrorKind::Missing,
            _ => StoreErrorKind::Io,
        };
        Self::new(kind, place, error)
    }

    pub(super) fn from_sqlite(place: &Path, error: &rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error_code() else {
            // SQLite itself did well; a value is not what the schema promises.
            return Self::new(StoreErrorKind::Corrupt, place, error);
        };
        let kind = match code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreErrorKind::Locked,
            ErrorCode::DiskFull => StoreErrorKind::DiskFull,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreErrorKind::Corrupt,
            ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::AuthorizationForStatementDenied => StoreErrorKind::Permission,
            ErrorCode::ConstraintViolation => StoreErrorKind::Contradiction,
            _ => StoreErrorKind::Io,
        };
        Self::new(kind, place, error)
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, detail) = (self.place.display(), &self.detail);
        match self.kind {
            StoreErrorKind::Locked => write!(
                f,
                "{place} is in use by another program ({detail}). Stop the other majlis-server, or give this one a \
                 folder of its own with --data."
            ),
            StoreErrorKind::DiskFull => write!(
                f,
                "There is no space left for {place} ({detail}). Make room on that disk, then start the server again."
            ),
            StoreErrorKind::Corrupt => write!(
                f,
                "{place} is damaged, or is not a Majlis database ({detail}). Move it away and put a backup in its \
                 place; without one, the server starts empty."
            ),
            StoreErrorKind::NewerVersion => write!(
                f,
                "{place} was made by a newer majlis-server ({detail}). Install that version or a later one."
            ),
            StoreErrorKind::OlderVersion => {
                write!(f, "{place} was made by an older majlis-server ({detail}).")
            }
            StoreErrorKind::Missing => {
                write!(f, "There is no {place} ({detail}). Name the right folder.")
            }
            StoreErrorKind::Occupied => {
                write!(f, "{place} is there already; nothing was changed. {detail}")
            }
            StoreErrorKind::Permission => write!(
                f,
                "{place} cannot be read and written ({detail}). Give it to the user that runs the server, or choose \
                 another folder with --data."
            ),
            StoreErrorKind::Contradiction => write!(
                f,
                "A change was refused by {place} because it contradicts what is stored ({detail}). This is a fault in \
                 majlis-server; please report it. Nothing that anyone saw is lost."
            ),
            StoreErrorKind::Io => write!(
                f,
                "{place} could not be read or written ({detail}). Check the disk, then start the server again."
            ),
        }
    }
}

impl Error for StoreError {}
