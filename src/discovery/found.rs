//! One server as the network tells of it, read from what anybody may have sent: bounded, fit to be shown, and of a private
//! network. Who it is remains to be seen.

use std::net::IpAddr;

use majlis_protocol::{Announcement, is_link_local, is_private, shown_place_name};

/// The longest name of an interface, without what a zone may not have in it.
const ZONE_MAX_BYTES: usize = 15;

/// A place to which somebody could go, as one instance of the service tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub place: Place,
    /// What it is called, on one line, at most 60 bytes; never empty.
    pub name: String,
    /// How many people are there, where that is said: at most a million.
    pub people_count: Option<u32>,
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// A private address without brackets; one of the link in IPv6 with its zone (`fe80::1%eth0`).
    pub host: String,
    /// Never 0.
    pub port: u16,
}

/// What was heard of one instance of the service, before it is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard<'a> {
    /// The name of the instance, possibly with the service's behind it.
    pub(super) instance: &'a str,
    pub(super) port: u16,
    /// Each with the interface that it was heard on.
    pub(super) addresses: Vec<(IpAddr, &'a str)>,
    /// Keys and values of the TXT record.
    pub(super) properties: Vec<(&'a str, &'a [u8])>,
}

impl Heard<'_> {
    /// Reads it; `None` where nobody could go there. Of several addresses as good, the one that is known already stays.
    pub(super) fn read(&self, known: Option<&Place>) -> Option<Found> {
        let host = self.choose_host(known.map(|place| &*place.host))?;
        let port = Some(self.port).filter(|&port| port != 0)?;
        let announcement = Announcement::read(self.properties.iter().copied());
        let names = [announcement.name, shown_place_name(self.label().as_bytes()), host.clone()];
        let name = names.into_iter().find(|name| !name.is_empty())?;
        let people_count = announcement.people_count;
        Some(Found { place: Place { host, port }, name, people_count })
    }

    fn choose_host(&self, known: Option<&str>) -> Option<String> {
        let usable = self.addresses.iter().filter_map(|(address, interface)| {
            let host = host_text(*address, interface)?;
            Some((rank(*address), known != Some(&*host), host))
        });
        usable.min().map(|(_, _, host)| host)
    }

    /// The part of the instance's name that is its own: up to the first dot that is not escaped, without its escapes.
    fn label(&self) -> String {
        let mut label = String::new();
        let mut characters = self.instance.chars();
        while let Some(c) = characters.next() {
            match c {
                '.' => break,
                '\\' => label.extend(characters.next()),
                c => label.push(c),
            }
        }
        label
    }
}

/// The address as one would type it; `None` for one that no server of a private network has.
fn host_text(address: IpAddr, interface: &str) -> Option<String> {
    let is_usable = is_private(address);
    match address {
        IpAddr::V6(link) if is_link_local(address) => {
            let is_zone_char = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            let is_zone = (1..=ZONE_MAX_BYTES).contains(&interface.len())
                && interface.chars().all(is_zone_char);
            is_zone.then(|| format!("{link}%{interface}"))
        }
        address => is_usable.then(|| address.to_string()),
    }
}

/// The likelier an address stays what it is and is read by people, the smaller.
fn rank(address: IpAddr) -> u8 {
    match (is_link_local(address), address) {
        (false, IpAddr::V4(_)) => 0,
        (false, IpAddr::V6(_)) => 1,
        (true, IpAddr::V4(_)) => 2,
        (true, IpAddr::V6(_)) => 3,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn heard<'a>(addresses: &[(&'a str, &'a str)]) -> Heard<'a> {
        let read = |(address, interface): &(&str, &'a str)| {
            (address.parse().expect("it is an address"), *interface)
        };
        Heard {
            instance: "Home (1234)._majlis._tcp.local.",
            port: 33000,
            addresses: addresses.iter().map(read).collect(),
            properties: vec![("name", b"Home"), ("people", b"3")],
        }
    }

    fn host(addresses: &[(&str, &str)]) -> Option<String> {
        heard(addresses).read(None).map(|found| found.place.host)
    }

    #[test]
    fn a_server_is_read() {
        let found = heard(&[("192.168.1.9", "eth0")]).read(None).unwrap();
        let place = Place { host: "192.168.1.9".to_owned(), port: 33000 };
        assert_eq!(found, Found { place, name: "Home".to_owned(), people_count: Some(3) });
    }

    #[test]
    fn the_address_that_people_know_best_is_taken() {
        let all =
            [("fe80::1", "eth0"), ("169.254.1.1", "eth0"), ("fd00::2", "eth0"), ("10.0.0.2", "")];
        assert_eq!(host(&all).unwrap(), "10.0.0.2");
        assert_eq!(host(&all[..3]).unwrap(), "fd00::2");
        assert_eq!(host(&all[..2]).unwrap(), "169.254.1.1");
        assert_eq!(host(&all[..1]).unwrap(), "fe80::1%eth0");
    }

    #[test]
    fn a_known_address_stays_until_there_is_a_better_one() {
        let known = Place { host: "10.0.0.9".to_owned(), port: 33000 };
        let host =
            |addresses: &[(&str, &str)]| heard(addresses).read(Some(&known)).unwrap().place.host;
        assert_eq!(host(&[("10.0.0.2", "eth0"), ("10.0.0.9", "eth0")]), "10.0.0.9");
        assert_eq!(host(&[("10.0.0.2", "eth0"), ("fd00::9", "eth0")]), "10.0.0.2");
        let known = Place { host: "fe80::9%eth0".to_owned(), port: 33000 };
        let both = heard(&[("fe80::9", "eth0"), ("10.0.0.2", "eth0")]);
        assert_eq!(both.read(Some(&known)).unwrap().place.host, "10.0.0.2");
    }

    #[test]
    fn addresses_of_elsewhere_lead_nowhere() {
        for address in ["8.8.8.8", "127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.251"] {
            assert_eq!(host(&[(address, "eth0")]), None, "{address}");
        }
        for address in ["2001:db8::1", "::1", "::", "ff02::fb", "::ffff:10.0.0.1"] {
            assert_eq!(host(&[(address, "eth0")]), None, "{address}");
        }
        assert_eq!(host(&[]), None);
    }

    #[test]
    fn an_address_of_the_link_needs_its_interface() {
        for interface in ["", "eth0 x", "a%b", "much-too-long-for-one", "مقبس"] {
            assert_eq!(host(&[("fe80::1", interface)]), None, "{interface:?}");
        }
    }

    #[test]
    fn who_says_no_name_is_called_by_the_instance_or_the_address() {
        let mut heard = heard(&[("10.0.0.2", "eth0")]);
        heard.properties.clear();
        let name = |heard: &Heard<'_>| heard.read(None).unwrap().name;
        assert_eq!(name(&heard), "Home (1234)");
        heard.instance = r"a\.b\\c._majlis._tcp.local.";
        assert_eq!(name(&heard), r"a.b\c");
        heard.instance = "\u{202E}._majlis._tcp.local.";
        assert_eq!(name(&heard), "10.0.0.2");
        assert_eq!(heard.read(None).unwrap().people_count, None);
    }

    #[test]
    fn a_server_without_a_port_is_none() {
        let heard = Heard { port: 0, ..heard(&[("10.0.0.2", "eth0")]) };
        assert_eq!(heard.read(None), None);
    }

    proptest! {
        #[test]
        fn whatever_is_heard_ends_in_an_address_or_in_nothing(
            instance in "\\PC{0,300}",
            port: u16,
            address: IpAddr,
            interface in "\\PC{0,20}",
            key in "name|people|key|version|\\PC{0,5}",
            value in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let heard = Heard {
                instance: &instance,
                port,
                addresses: vec![(address, &interface), (IpAddr::from([10, 0, 0, 1]), &interface)],
                properties: vec![(&key, &value)],
            };
            if let Some(found) = heard.read(None) {
                prop_assert!(!found.name.is_empty() && found.name.len() <= 60);
                prop_assert!(!found.name.chars().any(char::is_control));
                let Place { host, port } = &found.place;
                let written =
                    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
                let address: majlis_protocol::ServerAddress = written.parse().unwrap();
                prop_assert_eq!((address.host, address.port), (host.clone(), *port));
            }
        }
    }
}
