//! What the program prints when it is ready: where it listens and how people join.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use majlis_protocol::ServerAddress;
use majlis_wire::Identity;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

/// Everything that is printed, one fact a line, the invitation last.
pub fn text(network_name: &str, addresses: &[SocketAddr], identity: &Identity) -> String {
    let fingerprint = identity.fingerprint();
    let mut text = format!("Majlis server {}, {network_name}\n", env!("CARGO_PKG_VERSION"));
    for address in addresses {
        line(&mut text, "Listening on", &address.to_string());
    }
    let reachable = reachable_addresses(addresses);
    for address in &reachable {
        line(&mut text, "Address:", &address.to_string());
    }
    line(&mut text, "Words:", &fingerprint.words().join(" "));
    line(&mut text, "Fingerprint:", &fingerprint.to_string());
    line(&mut text, "Certificate SHA-256:", &hex(&identity.certificate_sha256()));
    if let Some(address) = reachable.first() {
        let link = invitation(*address, identity);
        line(&mut text, "Link:", &link);
        text.push_str(&qr_code(&link));
    }
    text
}

fn line(text: &mut String, label: &str, value: &str) {
    writeln!(text, "{label} {value}").expect("a String takes everything");
}

/// The link that carries the address and the key, so that nobody has to compare words.
fn invitation(address: SocketAddr, identity: &Identity) -> String {
    ServerAddress {
        host: address.ip().to_string(),
        port: address.port(),
        encrypt: true,
        spki: Some(*identity.fingerprint().as_bytes()),
        invite: None,
        room: None,
    }
    .to_string()
}

/// The addresses that others can type, the likeliest first; this machine's own only where there is no other.
fn reachable_addresses(listening: &[SocketAddr]) -> Vec<SocketAddr> {
    let mut reachable = Vec::new();
    for address in listening {
        if address.ip().is_unspecified() {
            let interfaces = interface_addresses(address.is_ipv4());
            reachable
                .extend(interfaces.into_iter().map(|ip| SocketAddr::from((ip, address.port()))));
        } else {
            reachable.push(*address);
        }
    }
    reachable.sort_by_key(|address| rank(address.ip()));
    reachable.dedup();
    let others = reachable.iter().filter(|address| !address.ip().is_loopback()).count();
    reachable.truncate(others.max(1));
    reachable
}

/// Where `only_ipv4` is false, both families, since an IPv6 "any" socket takes both.
fn interface_addresses(only_ipv4: bool) -> Vec<IpAddr> {
    match if_addrs::get_if_addrs() {
        Ok(interfaces) => interfaces
            .iter()
            .map(if_addrs::Interface::ip)
            .filter(|ip| ip.is_ipv4() || !(only_ipv4 || is_link_local(*ip)))
            .collect(),
        Err(error) => {
            tracing::warn!(%error, "cannot list this machine's addresses");
            vec![IpAddr::from([127, 0, 0, 1])]
        }
    }
}

/// An IPv6 link-local address is of no use without the caller's own interface beside it.
fn is_link_local(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local())
}

fn rank(ip: IpAddr) -> u8 {
    match ip {
        ip if ip.is_loopback() => 4,
        IpAddr::V4(ip) if ip.is_private() => 0,
        IpAddr::V4(ip) if ip.is_link_local() => 3,
        IpAddr::V4(_) => 1,
        IpAddr::V6(_) => 2,
    }
}

/// Two rows of modules to a line of half blocks, light on dark, as terminals are.
fn qr_code(link: &str) -> String {
    match QrCode::new(link) {
        Ok(code) => {
            code.render::<Dense1x2>()
                .dark_color(Dense1x2::Light)
                .light_color(Dense1x2::Dark)
                .build()
                + "\n"
        }
        Err(error) => {
            tracing::warn!(%error, "the link does not fit a QR code");
            String::new()
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_only_where_there_is_nothing_else() {
        let home = SocketAddr::from(([127, 0, 0, 1], 5));
        let lan = SocketAddr::from(([192, 168, 1, 9], 5));
        assert_eq!(reachable_addresses(&[home]), [home]);
        assert_eq!(reachable_addresses(&[home, lan]), [lan]);
    }

    #[test]
    fn any_address_becomes_those_of_the_interfaces() {
        let any = SocketAddr::from(([0, 0, 0, 0], 7));
        let reachable = reachable_addresses(&[any]);
        assert!(!reachable.is_empty());
        assert!(
            reachable.iter().all(|address| !address.ip().is_unspecified() && address.port() == 7)
        );
    }
}
