//! Where people of the network come in, and on which of the machine's addresses they are told so.

use std::net::{IpAddr, SocketAddr};

use if_addrs::Interface;
use majlis_protocol::{is_link_local, is_private};

/// The port that is announced, and the addresses that it is open on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Door {
    pub(super) port: u16,
    addresses: Vec<IpAddr>,
}

impl Door {
    /// The first port that somebody else's machine can reach; `None` where only this one can.
    pub(super) fn of(listening: &[SocketAddr]) -> Option<Self> {
        let reachable = || listening.iter().filter(|address| !address.ip().is_loopback());
        let port = reachable().next()?.port();
        let addresses = reachable().filter(|it| it.port() == port).map(SocketAddr::ip).collect();
        Some(Self { port, addresses })
    }

    /// Whether the server is announced by this address of an interface, of all that the machine has: one of a private network
    /// that the door is open on. Every interface has an address of the link; on one with none but public ones beside it, the
    /// neighbours are strangers.
    pub(super) fn is_told_by(&self, interface: &Interface, all: &[Interface]) -> bool {
        let ip = interface.ip();
        let beside: Vec<IpAddr> =
            all.iter().filter(|it| it.name == interface.name).map(Interface::ip).collect();
        is_private(ip) && self.is_open_on(ip) && (!is_link_local(ip) || is_among_friends(&beside))
    }

    /// An IPv6 "any" socket takes IPv4 callers, too.
    fn is_open_on(&self, ip: IpAddr) -> bool {
        self.addresses
            .iter()
            .any(|open| *open == ip || open.is_unspecified() && (open.is_ipv6() || ip.is_ipv4()))
    }
}

/// Whether an interface with these addresses leads to a private network, or to nothing but its link.
fn is_among_friends(addresses: &[IpAddr]) -> bool {
    let of_network = || addresses.iter().filter(|ip| !is_link_local(**ip));
    of_network().next().is_none() || of_network().any(|ip| is_private(*ip))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use if_addrs::{IfAddr, IfOperStatus, Ifv4Addr, Ifv6Addr};

    use super::*;

    fn interface(name: &str, ip: &str) -> Interface {
        let addr = match ip.parse().expect("it is an address") {
            IpAddr::V4(ip) => IfAddr::V4(Ifv4Addr {
                ip,
                netmask: Ipv4Addr::new(255, 255, 255, 0),
                prefixlen: 24,
                broadcast: None,
            }),
            IpAddr::V6(ip) => IfAddr::V6(Ifv6Addr {
                ip,
                netmask: std::net::Ipv6Addr::UNSPECIFIED,
                prefixlen: 64,
                broadcast: None,
            }),
        };
        Interface {
            name: name.to_owned(),
            addr,
            index: Some(1),
            oper_status: IfOperStatus::Up,
            is_p2p: false,
        }
    }

    fn door(listening: &[&str]) -> Option<Door> {
        let listening: Vec<SocketAddr> =
            listening.iter().map(|it| it.parse().expect("it is an address")).collect();
        Door::of(&listening)
    }

    /// Which of a machine's addresses the network is told.
    fn told(listening: &str, machine: &[(&str, &str)]) -> Vec<String> {
        let door = door(&[listening]).expect("it can be reached");
        let all: Vec<Interface> = machine.iter().map(|(name, ip)| interface(name, ip)).collect();
        let told = all.iter().filter(|it| door.is_told_by(it, &all));
        told.map(|it| it.ip().to_string()).collect()
    }

    const LAPTOP: &[(&str, &str)] = &[
        ("lo", "127.0.0.1"),
        ("lo", "::1"),
        ("eth0", "192.168.1.9"),
        ("eth0", "2001:db8::9"),
        ("eth0", "fe80::9"),
        ("wlan0", "fd00::7"),
        ("wlan0", "fe80::7"),
    ];

    #[test]
    fn the_port_is_the_first_that_others_reach() {
        let all = door(&["127.0.0.1:1", "192.168.1.9:2", "[fe80::9]:2", "10.0.0.1:3"]).unwrap();
        assert_eq!((all.port, all.addresses.len()), (2, 2));
        assert_eq!(door(&["127.0.0.1:1", "[::1]:2"]), None);
        assert_eq!(door(&[]), None);
    }

    #[test]
    fn private_addresses_of_every_interface_are_told() {
        let all = ["192.168.1.9", "fe80::9", "fd00::7", "fe80::7"];
        assert_eq!(told("[::]:33000", LAPTOP), all);
        assert_eq!(told("0.0.0.0:33000", LAPTOP), ["192.168.1.9"]);
        assert_eq!(told("192.168.1.9:33000", LAPTOP), ["192.168.1.9"]);
    }

    #[test]
    fn a_machine_among_strangers_tells_nobody() {
        let rented = [
            ("eth0", "203.0.113.5"),
            ("eth0", "fe80::5"),
            ("eth1", "10.0.0.5"),
            ("eth1", "fe80::6"),
        ];
        assert_eq!(told("[::]:33000", &rented), ["10.0.0.5", "fe80::6"]);
    }

    #[test]
    fn a_cable_between_two_machines_is_a_network() {
        assert_eq!(
            told("[::]:33000", &[("eth0", "169.254.7.7"), ("eth0", "fe80::5")]),
            ["169.254.7.7", "fe80::5"]
        );
    }
}
