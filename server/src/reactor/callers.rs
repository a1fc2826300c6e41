//! How many connections each address has, counted over all reactors.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The bits of an IPv6 address that one household shares; the others it chooses as it likes.
const NETWORK_BITS: u32 = 64;

/// The count; one for all reactors.
#[derive(Debug, Default)]
pub struct Callers {
    counts: Mutex<HashMap<IpAddr, usize>>,
    /// How many one address may have.
    most: AtomicUsize,
}

/// A place among an address's connections, given back when this goes.
#[derive(Debug)]
pub(crate) struct Place {
    callers: Arc<Callers>,
    network: IpAddr,
}

impl Callers {
    /// From now on an address may have so many; those that have more keep them.
    pub(crate) fn set_most(&self, most: usize) {
        self.most.store(most, Ordering::Relaxed);
    }

    /// A place for one more connection, unless the address has as many as it may. This machine's own are never refused:
    /// whatever runs here stands for many people.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let network = network(address);
        let mut counts = self.counts();
        let count = counts.entry(network).or_default();
        if *count >= self.most.load(Ordering::Relaxed) && !address.is_loopback() {
            return None;
        }
        *count += 1;
        Some(Place { callers: Arc::clone(self), network })
    }

    /// A thread that panicked has left no count half changed.
    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.callers.counts();
        match counts.get_mut(&self.network) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                counts.remove(&self.network);
            }
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let mask = u128::MAX << (Ipv6Addr::BITS - NETWORK_BITS);
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(callers: &Arc<Callers>, address: &str) -> Option<Place> {
        callers.set_most(2);
        callers.admit(address.parse().unwrap())
    }

    #[test]
    fn an_address_has_as_many_places_as_it_may_and_no_more() {
        let callers = Arc::new(Callers::default());
        let first = admit(&callers, "192.0.2.7").expect("a first one");
        let second = admit(&callers, "::ffff:192.0.2.7").expect("a second one");
        assert!(admit(&callers, "192.0.2.7").is_none());
        assert!(admit(&callers, "192.0.2.8").is_some());
        drop(first);
        let third = admit(&callers, "192.0.2.7").expect("the place of the first");
        drop((second, third));
        assert!(callers.counts().is_empty(), "somebody is counted who is gone");
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one() {
        let callers = Arc::new(Callers::default());
        let _places = [admit(&callers, "2001:db8::1"), admit(&callers, "2001:db8::2")];
        assert!(admit(&callers, "2001:db8::3").is_none());
        assert!(admit(&callers, "2001:db8:0:1::1").is_some());
    }

    #[test]
    fn this_machine_is_not_held_back() {
        let callers = Arc::new(Callers::default());
        let places: Vec<_> = (0..5).filter_map(|_| admit(&callers, "127.0.0.1")).collect();
        assert_eq!(places.len(), 5);
    }
}
