//! The handle to the archive, and the one thread that writes to the disk.
//!
//! A request is queued when its method is called, not when its answer is awaited: requests are
//! carried out one after the other, in the order in which they were made. Searches have a queue of their own (`reader`).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;

use async_channel::{Receiver, Sender};
use rusqlite::{Connection, ErrorCode};

use super::open::{OpenTrouble, is_damage, note_damage, open_archive, open_to_read};
use super::place::Place;
use super::reader::Reader;

/// Why the archive did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The file is damaged; the next start sets it aside.
    Damaged,
    /// The disk is full.
    Full,
    /// The archive is closed.
    Closed,
    /// Anything else, in the words of SQLite.
    Other(String),
}

/// So many requests may wait before who makes them by the thousand should.
const BEHIND: usize = 1000;

pub(super) type Job = Box<dyn FnOnce(&mut Connection) -> Result<(), StoreError> + Send>;

/// A handle to the archive; clones speak to the same one. It closes with its last handle, or by
/// [`close`](Self::close), after everything that was asked before.
#[derive(Clone, Debug)]
pub struct Archive {
    // Unbounded, so that asking never waits. What fills it is bounded elsewhere: events by awaiting
    // each batch's commit before the next is taken, and whatever else they make wait; the rest by
    // how fast a person can click.
    jobs: Sender<Job>,
    /// What only reads, beside everything else; closed where there is but one connection.
    searches: Sender<Job>,
    /// Counts searches, of which only the last matters.
    pub(super) last_search: Arc<AtomicU64>,
    ended: Receiver<()>,
}

/// What opening the archive gave.
#[derive(Debug)]
pub struct Opened {
    /// The archive.
    pub archive: Archive,
    /// What was wrong with the file, if anything; ready once the file is open.
    pub trouble: Answer<Option<OpenTrouble>>,
    /// Whatever goes wrong later, at most one untold.
    pub failures: Receiver<StoreError>,
}

impl Archive {
    /// Starts the archive's thread, which opens the file (or begins a new one, see [`OpenTrouble`]).
    ///
    /// The error is the operating system's, when it gives no thread.
    pub fn open(place: Place) -> io::Result<Opened> {
        let (jobs, inbox) = async_channel::unbounded::<Job>();
        let (searches, search_inbox) = async_channel::unbounded::<Job>();
        let (told, trouble) = async_channel::bounded(1);
        let (failed, failures) = async_channel::bounded(1);
        let (alive, ended) = async_channel::bounded(1);
        thread::Builder::new().name("archive".into()).spawn(move || {
            let (mut connection, trouble) = open_archive(&place);
            let is_on_disk = !matches!(trouble, Some(OpenTrouble::InMemory(_)));
            // Nobody may want to know; the archive works all the same.
            let _ = told.try_send(Ok(trouble));
            let reader = is_on_disk.then(|| start_reader(&search_inbox, &failed, &place)).flatten();
            if reader.is_none() {
                search_inbox.close();
                serve(&mut connection, &search_inbox, &failed, &place);
            }
            serve(&mut connection, &inbox, &failed, &place);
            // The last connection to be closed puts the file in order.
            if let Some(reader) = reader {
                reader.end();
            }
            drop(connection);
            // Before the end is told: who waits for it may then take down the main loop that listens to these.
            drop((told, inbox, search_inbox, failed));
            drop(alive);
        })?;
        let archive = Self { jobs, searches, last_search: Arc::default(), ended };
        Ok(Opened { archive, trouble: Answer { reply: trouble }, failures })
    }

    /// Does what was asked before, then closes the file. Later requests are answered with
    /// [`StoreError::Closed`].
    pub async fn close(&self) {
        self.jobs.close();
        self.searches.close();
        // Nothing is ever sent: the error that comes is the thread's end.
        let _ = self.ended.recv().await;
    }

    /// [`close`](Self::close), waiting on this thread.
    #[cfg(test)]
    pub(super) fn close_and_wait(&self) {
        self.jobs.close();
        self.searches.close();
        let _ = self.ended.recv_blocking();
    }

    /// Where much waits to be done: an answer that comes when it is.
    pub fn catch_up(&self) -> Option<Answer<()>> {
        (self.jobs.len() > BEHIND).then(|| self.ask(|_| Ok(())))
    }

    /// Queues a job; its answer comes when it is done.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        queue(&self.jobs, job)
    }

    /// Queues a job that only reads, holds nothing else up, and may miss what is not kept yet.
    pub(super) fn look<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        queue(if self.searches.is_closed() { &self.jobs } else { &self.searches }, job)
    }
}

fn queue<T: Send + 'static>(
    jobs: &Sender<Job>,
    job: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Answer<T> {
    let (reply, answer) = async_channel::bounded(1);
    let job: Job = Box::new(move |connection| {
        let result = job(connection).map_err(StoreError::from);
        let outcome = result.as_ref().map(|_| ()).map_err(StoreError::clone);
        // Whoever asked may not care for the answer.
        let _ = reply.try_send(result);
        outcome
    });
    // A closed queue drops the job and with it the answer's other end, which says so.
    let _ = jobs.try_send(job);
    Answer { reply: answer }
}

fn start_reader(
    inbox: &Receiver<Job>,
    failed: &Sender<StoreError>,
    place: &Place,
) -> Option<Reader> {
    let opened = open_to_read(place).map_err(io::Error::other);
    let started = opened.and_then(|connection| Reader::start(connection, inbox, failed, place));
    started.inspect_err(|error| tracing::warn!(%error, "searches wait for everything else")).ok()
}

fn serve(
    connection: &mut Connection,
    inbox: &Receiver<Job>,
    failed: &Sender<StoreError>,
    place: &Place,
) {
    while let Ok(job) = inbox.recv_blocking() {
        run(job, connection, failed, place, &|| false);
    }
}

/// Carries out a job; what goes wrong is told, unless it is over anyhow.
pub(super) fn run(
    job: Job,
    connection: &mut Connection,
    failed: &Sender<StoreError>,
    place: &Place,
    is_over: &dyn Fn() -> bool,
) {
    let Err(error) = job(connection) else { return };
    if is_over() {
        return;
    }
    tracing::error!(%error, "archive");
    if error == StoreError::Damaged {
        note_damage(place);
    }
    // One untold failure is enough to tell.
    let _ = failed.try_send(error);
}

/// An answer on its way; await it, or drop it where only the doing matters.
#[derive(Debug)]
pub struct Answer<T> {
    reply: Receiver<Result<T, StoreError>>,
}

impl<T> Answer<T> {
    /// Waits on this thread.
    #[cfg(test)]
    pub(super) fn wait(self) -> Result<T, StoreError> {
        self.reply.recv_blocking().unwrap_or(Err(StoreError::Closed))
    }
}

impl<T: 'static> IntoFuture for Answer<T> {
    type Output = Result<T, StoreError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.reply.recv().await.unwrap_or(Err(StoreError::Closed)) })
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            _ if is_damage(&error) => Self::Damaged,
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Other(error.to_string()),
        }
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Damaged => f.write_str("the archive is damaged"),
            Self::Full => f.write_str("the disk is full"),
            Self::Closed => f.write_str("the archive is closed"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for StoreError {}
