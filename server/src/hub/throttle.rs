//! How often something may be tried: sign-ins and registrations, by address and by name.
//!
//! Owns the counting. It comes before hashing, so that guessing costs the guesser time and the server nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use super::settings::Limits;

/// At most so many tries in a span of time, for each key.
#[derive(Debug)]
pub(super) struct Throttle<K> {
    /// 0 counts nothing.
    max: u32,
    window_ms: u64,
    /// Tries so far, and when the first of them was.
    tries: HashMap<K, (u32, u64)>,
}

impl<K: Eq + Hash> Throttle<K> {
    pub(super) fn new(max: u32, window_ms: u64) -> Self {
        Self { max, window_ms, tries: HashMap::new() }
    }

    /// Counts by other limits from now on.
    pub(super) fn set_limits(&mut self, max: u32, window_ms: u64) {
        (self.max, self.window_ms) = (max, window_ms);
    }

    /// Counts a try; `false` when there were too many.
    pub(super) fn allow(&mut self, key: K, now_ms: u64) -> bool {
        if self.max == 0 {
            return true;
        }
        let (count, since_ms) = self.tries.entry(key).or_insert((0, now_ms));
        if now_ms.saturating_sub(*since_ms) >= self.window_ms {
            (*count, *since_ms) = (0, now_ms);
        }
        *count = count.saturating_add(1);
        *count <= self.max
    }

    /// How long the first of the tries that were counted still counts.
    pub(super) fn wait_ms(&self, key: &K, now_ms: u64) -> u64 {
        let since_ms = self.tries.get(key).map_or(now_ms, |(_, since_ms)| *since_ms);
        (since_ms + self.window_ms).saturating_sub(now_ms)
    }

    /// Takes one try back: it was a good one.
    pub(super) fn forgive(&mut self, key: &K) {
        if let Some((count, _)) = self.tries.get_mut(key) {
            *count = count.saturating_sub(1);
        }
    }

    /// Forgets what no longer counts.
    pub(super) fn forget_old(&mut self, now_ms: u64) {
        let window_ms = self.window_ms;
        self.tries.retain(|_, (_, since_ms)| now_ms.saturating_sub(*since_ms) < window_ms);
    }
}

/// As many times as from one place a name may be tried from all places together: whoever guesses from many is held back, and
/// whoever guesses from a few keeps nobody from signing in.
const PLACES_PER_NAME: u32 = 50;

/// Tries to sign in, by where they come from and whose name they are for.
#[derive(Debug)]
pub(super) struct Logins {
    addresses: Throttle<IpAddr>,
    /// For a name from one place.
    places: Throttle<(String, IpAddr)>,
    /// For a name from anywhere.
    names: Throttle<String>,
}

impl Logins {
    pub(super) fn new(limits: &Limits) -> Self {
        let window_ms = limits.login_window_ms;
        Self {
            addresses: Throttle::new(limits.logins_per_address, window_ms),
            places: Throttle::new(limits.logins_per_name, window_ms),
            names: Throttle::new(logins_from_anywhere(limits), window_ms),
        }
    }

    /// Goes by other limits from now on.
    pub(super) fn set_limits(&mut self, limits: &Limits) {
        self.addresses.set_limits(limits.logins_per_address, limits.login_window_ms);
        self.places.set_limits(limits.logins_per_name, limits.login_window_ms);
        self.names.set_limits(logins_from_anywhere(limits), limits.login_window_ms);
    }

    /// Counts a try; `false` when there were too many. Names are those that are looked up.
    pub(super) fn allow(&mut self, address: IpAddr, name: &str, now_ms: u64) -> bool {
        let place = (name.to_owned(), neighbourhood(address));
        self.allow_address(address, now_ms)
            && self.places.allow(place, now_ms)
            && self.names.allow(name.to_owned(), now_ms)
    }

    /// Counts a try that is for no name; `false` when there were too many.
    pub(super) fn allow_address(&mut self, address: IpAddr, now_ms: u64) -> bool {
        self.addresses.allow(neighbourhood(address), now_ms)
    }

    /// Takes back a try for no name that succeeded.
    pub(super) fn forgive_address(&mut self, address: IpAddr) {
        self.addresses.forgive(&neighbourhood(address));
    }

    /// Takes back a try that succeeded.
    pub(super) fn forgive(&mut self, address: IpAddr, name: &str) {
        self.forgive_address(address);
        self.places.forgive(&(name.to_owned(), neighbourhood(address)));
        self.names.forgive(&name.to_owned());
    }

    pub(super) fn forget_old(&mut self, now_ms: u64) {
        self.addresses.forget_old(now_ms);
        self.places.forget_old(now_ms);
        self.names.forget_old(now_ms);
    }
}

fn logins_from_anywhere(limits: &Limits) -> u32 {
    limits.logins_per_name.saturating_mul(PLACES_PER_NAME)
}

/// Whose tries are counted together: one IPv4 address, or one IPv6 network, in which a machine may take any address.
pub(super) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_tries_and_no_more() {
        let mut throttle = Throttle::new(2, 1_000);
        assert!(throttle.allow("ana", 0) && throttle.allow("ana", 1));
        assert!(!throttle.allow("ana", 999));
        assert_eq!((throttle.wait_ms(&"ana", 999), throttle.wait_ms(&"ana", 5_000)), (1, 0));
        assert!(throttle.allow("bob", 999), "others are not concerned");
        assert!(throttle.allow("ana", 1_000), "the span is over");
        throttle.forgive(&"ana");
        assert!(throttle.allow("ana", 1_000) && throttle.allow("ana", 1_000));
        assert!(!throttle.allow("ana", 1_000));
        throttle.forget_old(2_000);
        assert!(throttle.tries.is_empty());
        assert!((0..100).all(|_| Throttle::new(0, 1_000).allow("ana", 0)), "0 is off");
    }

    #[test]
    fn guessing_from_one_place_keeps_nobody_out_elsewhere() {
        let limits = Limits { logins_per_address: 0, logins_per_name: 2, ..Limits::default() };
        let mut logins = Logins::new(&limits);
        let place = |number: u8| IpAddr::from([192, 0, 2, number]);
        assert!((0..100).filter(|_| logins.allow(place(1), "ana", 0)).count() == 2);
        assert!(logins.allow(place(1), "bob", 0), "other names are not concerned");
        assert!(logins.allow(place(2), "ana", 0), "nor is she from elsewhere");
        logins.forgive(place(2), "ana");
        let taken = (2..=200).flat_map(|number| [place(number); 3]);
        let taken = taken.filter(|&place| logins.allow(place, "ana", 0)).count();
        assert_eq!(taken, 98, "a hundred from fifty places and no more");
        assert!(!logins.allow(place(201), "ana", 0));
        assert!(logins.allow(place(201), "ana", limits.login_window_ms));
        logins.forget_old(2 * limits.login_window_ms);
        assert!(logins.places.tries.is_empty() && logins.names.tries.is_empty());
    }

    #[test]
    fn a_network_counts_as_one() {
        let of = |address: &str| neighbourhood(address.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
