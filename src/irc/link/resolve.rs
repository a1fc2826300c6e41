//! Names to addresses, without holding up anybody: the system's resolver may take its time, and cannot be stopped.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::{io, thread};

use mio::Waker;

use crate::irc::NetworkId;

/// How many names may be looked up at once.
const LOOKUPS_MAX: usize = 8;
/// How many addresses of a name are tried.
const ADDRESSES_MAX: usize = 16;

/// What became of a look-up.
#[derive(Debug)]
pub(super) struct Answer {
    /// For whom.
    pub(super) network: NetworkId,
    /// The number that came with the question.
    pub(super) attempt: u64,
    /// In the order in which to try them; none where the name has none.
    pub(super) addresses: Vec<SocketAddr>,
}

/// Looks names up on short-lived threads, a bounded number at once.
#[derive(Debug)]
pub(super) struct Resolver {
    waker: Arc<Waker>,
    running: Arc<AtomicUsize>,
    sender: Sender<Answer>,
    answers: Receiver<Answer>,
}

impl Resolver {
    /// A resolver that wakes the loop when it has an answer.
    pub(super) fn new(waker: Arc<Waker>) -> Self {
        let (sender, answers) = mpsc::channel();
        Self { waker, running: Arc::default(), sender, answers }
    }

    /// Begins to look a name up. An error where too many are under way, or the system gives no thread.
    pub(super) fn ask(
        &self,
        network: NetworkId,
        attempt: u64,
        host: &str,
        port: u16,
    ) -> io::Result<()> {
        if let Ok(address) = host.parse::<IpAddr>() {
            self.answer(Answer { network, attempt, addresses: vec![(address, port).into()] });
            return Ok(());
        }
        if self.running.load(Ordering::Acquire) >= LOOKUPS_MAX {
            return Err(io::Error::other("too many names are being looked up"));
        }
        let lookup = Lookup::begin(self);
        let place = (host.to_owned(), port);
        thread::Builder::new().name("resolver".to_owned()).spawn(move || {
            let found = place.to_socket_addrs().map(interleave).unwrap_or_default();
            lookup.answer(Answer { network, attempt, addresses: found });
        })?;
        Ok(())
    }

    /// An answer that has come.
    pub(super) fn take_answer(&self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }

    fn answer(&self, answer: Answer) {
        Lookup::begin(self).answer(answer);
    }
}

/// A look-up under way, counted until it is dropped.
struct Lookup {
    waker: Arc<Waker>,
    running: Arc<AtomicUsize>,
    sender: Sender<Answer>,
}

impl Lookup {
    fn begin(resolver: &Resolver) -> Self {
        resolver.running.fetch_add(1, Ordering::AcqRel);
        Self {
            waker: Arc::clone(&resolver.waker),
            running: Arc::clone(&resolver.running),
            sender: resolver.sender.clone(),
        }
    }

    fn answer(self, answer: Answer) {
        // Whoever asked may be gone by now, and then nobody needs to be woken either.
        if self.sender.send(answer).is_ok()
            && let Err(error) = self.waker.wake()
        {
            tracing::error!(%error, "the socket thread cannot be woken");
        }
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        self.running.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The addresses with the families in turn, the first one's first (RFC 8305, section 4): where one family goes nowhere, the
/// other's turn comes soon.
fn interleave(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let all: Vec<SocketAddr> = found.collect();
    let is_v6 = all.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|address| address.is_ipv6() == is_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut mixed = Vec::new();
    while mixed.len() < ADDRESSES_MAX {
        let pair = [first.next(), second.next()];
        if pair.iter().all(Option::is_none) {
            break;
        }
        mixed.extend(pair.into_iter().flatten());
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let address = |text: &str| text.parse::<SocketAddr>().expect("it is an address");
        let found = ["[::1]:1", "[::2]:1", "[::3]:1", "10.0.0.1:1"].map(address);
        let mixed = ["[::1]:1", "10.0.0.1:1", "[::2]:1", "[::3]:1"].map(address);
        assert_eq!(interleave(found.into_iter()), mixed);
        assert!(interleave(std::iter::empty()).is_empty());
        let many = (0..100).map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        assert_eq!(interleave(many).len(), ADDRESSES_MAX);
    }
}
