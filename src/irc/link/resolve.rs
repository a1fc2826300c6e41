//! Names to addresses, without holding up anybody: the system's resolver may take its time, and cannot be stopped.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use mio::Waker;

use super::errands::Errands;
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

/// Looks names up, a bounded number at once.
#[derive(Debug)]
pub(super) struct Resolver {
    lookups: Errands<Answer>,
}

impl Resolver {
    /// A resolver that wakes the loop when it has an answer.
    pub(super) fn new(waker: Arc<Waker>) -> Self {
        Self { lookups: Errands::new(waker, "resolver", LOOKUPS_MAX) }
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
            let addresses = vec![(address, port).into()];
            self.lookups.answer(Answer { network, attempt, addresses });
            return Ok(());
        }
        let place = (host.to_owned(), port);
        self.lookups.begin(move || {
            let addresses = place.to_socket_addrs().map(interleave).unwrap_or_default();
            Answer { network, attempt, addresses }
        })
    }

    /// An answer that has come.
    pub(super) fn take_answer(&self) -> Option<Answer> {
        self.lookups.take_answer()
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
