//! `backup`, `restore` and `export`: what a data folder holds, taken out of it and put back.

use std::fs::File;
use std::io::{self, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use majlis_wire::Identity;

use super::OperatorError;
use crate::store::{self, Exported};

/// Where a copy goes.
#[derive(Clone, Debug, Args)]
pub struct BackupCommand {
    /// The new folder; it is not there yet.
    pub into: PathBuf,
}

/// Where it comes back from.
#[derive(Clone, Debug, Args)]
pub struct RestoreCommand {
    /// A folder that `backup` made.
    pub backup: PathBuf,
    /// Put it in the place of what the data folder holds, which is lost.
    #[arg(long)]
    pub replace: bool,
}

/// What is written where.
#[derive(Clone, Debug, Args)]
pub struct ExportCommand {
    /// One room's history alone.
    pub room: Option<String>,
    /// Private conversations of people with accounts, too.
    #[arg(long, conflicts_with = "room")]
    pub private: bool,
    /// Write to this new file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl BackupCommand {
    /// Does it; what to print. `own_identity` is a certificate and key that the settings name outside of the folder.
    pub fn run(
        self,
        folder: &Path,
        own_identity: Option<&(PathBuf, PathBuf)>,
    ) -> Result<Vec<String>, OperatorError> {
        store::back_up(folder, &self.into).map_err(OperatorError::Store)?;
        let mut lines = vec![format!("{} holds all of {}.", self.into.display(), folder.display())];
        if let Some((certificate, key)) = own_identity {
            let (certificate, key) = (certificate.display(), key.display());
            lines.push(format!(
                "Not in it, since they are not in that folder: {certificate}, {key}."
            ));
        }
        Ok(lines)
    }
}

impl RestoreCommand {
    /// Does it; what to print.
    pub fn run(self, folder: &Path) -> Result<Vec<String>, OperatorError> {
        let (certificate, key) = (self.backup.join("certificate.pem"), self.backup.join("key.pem"));
        let fingerprint = if key.exists() {
            let identity = Identity::load(&certificate, &key).map_err(OperatorError::Identity)?;
            Some(identity.fingerprint())
        } else {
            None
        };
        store::restore(&self.backup, folder, self.replace).map_err(OperatorError::Store)?;
        let mut lines = vec![format!("{} holds what the backup does.", folder.display())];
        lines.extend(
            fingerprint.map(|fingerprint| format!("Words: {}", fingerprint.words().join(" "))),
        );
        Ok(lines)
    }
}

impl ExportCommand {
    /// Does it; what to print when the lines went to a file.
    pub fn run(self, folder: &Path) -> Result<Vec<String>, OperatorError> {
        let wanted = match self.room {
            Some(room) => Exported::Room(room),
            None => Exported::All { private: self.private },
        };
        let Some(path) = self.output else {
            let mut out = BufWriter::new(io::stdout().lock());
            store::export(folder, &wanted, &mut out).map_err(OperatorError::Export)?;
            return Ok(Vec::new());
        };
        let options = File::options().write(true).create_new(true).mode(0o600).open(&path);
        let mut out =
            BufWriter::new(options.map_err(|error| OperatorError::File(path.clone(), error))?);
        let exported = store::export(folder, &wanted, &mut out);
        let synced = exported.and_then(|count| {
            out.get_ref().sync_all().map_err(store::ExportError::Output).map(|()| count)
        });
        match synced {
            Ok(count) => Ok(vec![format!("{}: {count} lines.", path.display())]),
            Err(error) => {
                // Half of it is worse than nothing.
                let _ = std::fs::remove_file(&path);
                Err(OperatorError::Export(error))
            }
        }
    }
}
