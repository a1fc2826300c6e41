//! A second connection to the archive on a thread of its own, for what may read much and take long: what is said meanwhile
//! is kept as fast as ever.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use async_channel::{Receiver, Sender};
use rusqlite::Connection;

use super::archive::{Job, StoreError, run};
use super::place::Place;

/// SQLite asks after so many steps whether to go on.
const STEPS_BETWEEN_LOOKS: i32 = 1000;

/// The thread, for as long as the archive is open.
#[derive(Debug)]
pub(super) struct Reader {
    inbox: Receiver<Job>,
    has_ended: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Reader {
    /// Carries out what is asked, one after the other.
    pub(super) fn start(
        mut connection: Connection,
        inbox: &Receiver<Job>,
        failed: &Sender<StoreError>,
        place: &Place,
    ) -> io::Result<Self> {
        let has_ended = Arc::new(AtomicBool::new(false));
        let is_over = {
            let has_ended = Arc::clone(&has_ended);
            move || has_ended.load(Ordering::Relaxed)
        };
        connection
            .progress_handler(STEPS_BETWEEN_LOOKS, Some(is_over.clone()))
            .map_err(io::Error::other)?;
        let (jobs, failed, place) = (inbox.clone(), failed.clone(), place.clone());
        let thread = thread::Builder::new().name("archive reader".into()).spawn(move || {
            while let Ok(job) = jobs.recv_blocking() {
                // Who asked is told that it is closed, since the job is dropped with its answer.
                if !is_over() {
                    run(job, &mut connection, &failed, &place, &is_over);
                }
            }
        })?;
        Ok(Self { inbox: inbox.clone(), has_ended, thread })
    }

    /// Ends it, amid what it does.
    pub(super) fn end(self) {
        self.has_ended.store(true, Ordering::Relaxed);
        self.inbox.close();
        if self.thread.join().is_err() {
            tracing::error!("the archive's reader panicked");
        }
    }
}
