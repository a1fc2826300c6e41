//! The one socket thread: it carries any number of networks' sessions over sockets.
//!
//! | module | owns |
//! |---|---|
//! | `thread` | the loop: requests in, readiness, deadlines, batches of events out |
//! | `network` | one network's way from a name to an open connection and back, and when to try again |
//! | `resolve`, `dial` | names to addresses; addresses to one socket |
//! | `errands` | what takes its time (names, password hashes), on short-lived threads |
//! | `handshake` | TLS over a new socket, and what its failure means |
//! | `transport` | an open stream: lines in, bytes out |
//! | `backoff` | how long to wait before the next try |
//! | `device` | the key by which servers know this device again |
//!
//! What a line means is the [`Session`](super::Session)'s. Both queues are bounded. Requests: 1024; [`LinkHandle::send`]
//! never waits and gives a request back when they are full. Batches of events: 16; when they are full, the thread keeps
//! the batch in its hands, stops reading sockets and taking requests, and looks every 20 ms whether there is room again. So
//! a main loop that stands still slows the servers down and loses nothing.

mod backoff;
mod device;
mod dial;
mod errands;
mod handshake;
mod network;
mod resolve;
#[cfg(test)]
mod tests;
mod thread;
mod transport;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread as threads};

use mio::Waker;

use self::thread::SocketThread;
use super::{EventBatch, Request};

pub use self::device::DeviceKey;

/// How many requests may wait for the socket thread.
pub const REQUESTS_MAX: usize = 1024;
/// How many batches of events may wait for the main loop.
pub const EVENT_BATCHES_MAX: usize = 16;
/// How long the goodbyes may take at the end.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long the thread may take to end after them.
const END: Duration = Duration::from_millis(500);

/// The main loop's end of the socket thread. Dropping it ends the thread without waiting for it.
#[derive(Debug)]
pub struct LinkHandle {
    requests: SyncSender<Request>,
    waker: Arc<Waker>,
    is_stopping: Arc<AtomicBool>,
    /// Closed by the thread when it ends.
    ended: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl LinkHandle {
    /// Starts the thread; its events come through the receiver, in order, until the thread ends.
    ///
    /// Fails where the system gives no thread or no poll instance.
    pub fn spawn(device: DeviceKey) -> io::Result<(Self, async_channel::Receiver<EventBatch>)> {
        let (request_sender, requests) = mpsc::sync_channel(REQUESTS_MAX);
        let (events, event_receiver) = async_channel::bounded(EVENT_BATCHES_MAX);
        let (end_sender, ended) = mpsc::channel::<()>();
        let is_stopping = Arc::new(AtomicBool::new(false));
        let socket_thread = SocketThread::new(device, requests, events, Arc::clone(&is_stopping))?;
        let waker = socket_thread.waker();
        let run = move || {
            socket_thread.run();
            drop(end_sender);
        };
        let thread = threads::Builder::new().name("sockets".to_owned()).spawn(run)?;
        let thread = Some(thread);
        let handle = Self { requests: request_sender, waker, is_stopping, ended, thread };
        Ok((handle, event_receiver))
    }

    /// Hands a request over and wakes the thread; never waits. Gives the request back where the queue is full or the thread
    /// has ended: the main loop should take its events first, and try again.
    pub fn send(&self, request: Request) -> Result<(), Request> {
        self.requests.try_send(request).map_err(|refused| match refused {
            mpsc::TrySendError::Full(request) | mpsc::TrySendError::Disconnected(request) => {
                request
            }
        })?;
        self.wake();
        Ok(())
    }

    /// Says goodbye on every network and ends the thread; returns after 1.5 seconds at the latest. What was not yet told
    /// is lost.
    pub fn shutdown(mut self) {
        self.stop();
        let has_ended =
            self.ended.recv_timeout(GOODBYE + END) == Err(RecvTimeoutError::Disconnected);
        if let (true, Some(thread)) = (has_ended, self.thread.take())
            && thread.join().is_err()
        {
            tracing::error!("the socket thread panicked");
        }
    }

    fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        self.wake();
    }

    fn wake(&self) {
        if let Err(error) = self.waker.wake() {
            tracing::error!(%error, "the socket thread cannot be woken");
        }
    }
}

impl Drop for LinkHandle {
    fn drop(&mut self) {
        self.stop();
    }
}
