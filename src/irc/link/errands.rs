//! What takes its time and cannot be stopped, on short-lived threads, a bounded number at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::{io, thread};

use mio::Waker;

/// Runs errands of one kind, and wakes the loop when one has an answer.
#[derive(Debug)]
pub(super) struct Errands<T> {
    waker: Arc<Waker>,
    name: &'static str,
    max: usize,
    running: Arc<AtomicUsize>,
    sender: Sender<T>,
    answers: Receiver<T>,
}

impl<T: Send + 'static> Errands<T> {
    /// Errands that go by this name, at most so many at once.
    pub(super) fn new(waker: Arc<Waker>, name: &'static str, max: usize) -> Self {
        let (sender, answers) = mpsc::channel();
        Self { waker, name, max, running: Arc::default(), sender, answers }
    }

    /// Begins an errand. An error where too many are under way, or the system gives no thread.
    pub(super) fn begin(&self, errand: impl FnOnce() -> T + Send + 'static) -> io::Result<()> {
        if self.running.load(Ordering::Acquire) >= self.max {
            return Err(io::Error::other("too much is under way"));
        }
        let messenger = Messenger::of(self);
        let thread = thread::Builder::new().name(self.name.to_owned());
        thread.spawn(move || messenger.answer(errand()))?;
        Ok(())
    }

    /// An answer that needs no errand.
    pub(super) fn answer(&self, answer: T) {
        Messenger::of(self).answer(answer);
    }

    /// An answer that has come.
    pub(super) fn take_answer(&self) -> Option<T> {
        self.answers.try_recv().ok()
    }
}

/// Who is under way, counted until it is dropped.
struct Messenger<T> {
    waker: Arc<Waker>,
    running: Arc<AtomicUsize>,
    sender: Sender<T>,
}

impl<T> Messenger<T> {
    fn of(errands: &Errands<T>) -> Self {
        errands.running.fetch_add(1, Ordering::AcqRel);
        Self {
            waker: Arc::clone(&errands.waker),
            running: Arc::clone(&errands.running),
            sender: errands.sender.clone(),
        }
    }

    fn answer(self, answer: T) {
        // Whoever asked may be gone by now, and then nobody needs to be woken either.
        if self.sender.send(answer).is_ok()
            && let Err(error) = self.waker.wake()
        {
            tracing::error!(%error, "the socket thread cannot be woken");
        }
    }
}

impl<T> Drop for Messenger<T> {
    fn drop(&mut self) {
        self.running.fetch_sub(1, Ordering::AcqRel);
    }
}
