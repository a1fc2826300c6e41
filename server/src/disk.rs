//! Watches how much room the data folder's disk has, so that the hub can stop keeping things before a commit fails.
//!
//! A thread of its own, since a disk may take long to answer.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rustix::fs::statvfs;

use crate::event::{Counter, HubInput, InboundBatch};
use crate::store::DATABASE_FILES;

/// How often it looks: asking costs nothing, and between two looks no disk takes as much as the watermark keeps free.
const EVERY: Duration = Duration::from_millis(250);

/// What was seen last.
#[derive(Debug, Default)]
pub struct DiskFigures {
    /// Room left for this program.
    pub free_bytes: Counter,
    /// The database with its log.
    pub database_bytes: Counter,
}

/// The running watch.
#[derive(Debug)]
pub struct DiskWatch {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl DiskWatch {
    /// Looks once, and then goes on looking.
    pub fn spawn(
        folder: &Path,
        figures: Arc<DiskFigures>,
        to_hub: Sender<InboundBatch>,
    ) -> io::Result<Self> {
        let (stop, stopped) = bounded(1);
        let folder = folder.to_owned();
        let thread = thread::Builder::new()
            .name("disk".to_owned())
            .spawn(move || watch(&folder, &figures, &to_hub, &stopped))?;
        Ok(Self { stop, thread })
    }

    /// Ends the thread.
    pub fn stop(self) {
        // A thread that has ended already needs no telling.
        let _ = self.stop.try_send(());
        if self.thread.join().is_err() {
            tracing::error!("the thread that watches the disk panicked");
        }
    }
}

fn watch(
    folder: &Path,
    figures: &DiskFigures,
    to_hub: &Sender<InboundBatch>,
    stopped: &Receiver<()>,
) {
    let mut told = None;
    loop {
        let free_bytes = free_bytes(folder);
        figures.database_bytes.set(database_bytes(folder));
        if free_bytes != told
            && let Some(free_bytes) = free_bytes
        {
            figures.free_bytes.set(free_bytes);
            let inputs = vec![HubInput::Space { free_bytes }];
            // A hub that is busy is told the next time.
            if to_hub.try_send(InboundBatch { inputs }).is_ok() {
                told = Some(free_bytes);
            }
        }
        if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

fn free_bytes(folder: &Path) -> Option<u64> {
    match statvfs(folder) {
        Ok(disk) => Some(disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(error) => {
            tracing::debug!(%error, "the disk does not tell how much room it has");
            None
        }
    }
}

fn database_bytes(folder: &Path) -> u64 {
    let bytes = |path: PathBuf| path.metadata().map_or(0, |found| found.len());
    DATABASE_FILES.iter().map(|name| bytes(folder.join(name))).sum()
}
