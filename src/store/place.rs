//! Where the files are: one folder that only its owner may enter.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

const OWNER_ONLY: u32 = 0o700;

/// The folder of the archive and of the device key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    folder: PathBuf,
}

impl Place {
    /// This folder; nothing is made yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The archive's file.
    pub fn archive(&self) -> PathBuf {
        self.folder.join("archive.db")
    }

    /// The file that has the list of servers once more.
    pub(super) fn servers(&self) -> PathBuf {
        self.folder.join("servers.db")
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file name beside the archive that no file has, for one that is set aside at this time (in
    /// seconds since 1970).
    pub(super) fn aside(&self, now_s: u64) -> PathBuf {
        (0..=u32::MAX)
            .map(|copy| match copy {
                0 => self.folder.join(format!("archive-set-aside-{now_s}.db")),
                _ => self.folder.join(format!("archive-set-aside-{now_s}-{copy}.db")),
            })
            .find(|path| !path.exists())
            .expect("a folder holds fewer files than there are numbers")
    }

    /// The note that the archive turned out damaged while it was in use.
    pub(super) fn damage_note(&self) -> PathBuf {
        self.folder.join("archive-is-damaged")
    }

    /// Makes the folder where it is missing, and closes it to everybody else.
    pub(super) fn make(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(OWNER_ONLY).create(&self.folder)?;
        close_to_others(&self.folder)
    }
}

fn close_to_others(folder: &Path) -> io::Result<()> {
    // Only when it must be: the permissions of a folder that somebody else owns cannot be set.
    if fs::metadata(folder)?.permissions().mode() & 0o777 == OWNER_ONLY {
        return Ok(());
    }
    fs::set_permissions(folder, Permissions::from_mode(OWNER_ONLY))
}
