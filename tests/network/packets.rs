//! What somebody on the network may send: announcements that are not true, and bytes that are none.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockRef, Socket, Type};

const GROUP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(224, 0, 0, 251), 5353);

const PTR: u16 = 12;
const TXT: u16 = 16;
const SRV: u16 = 33;
const A: u16 = 1;
const INTERNET: u16 = 1;

/// The labels of the service.
pub(crate) const SERVICE: [&[u8]; 3] = [b"_majlis", b"_tcp", b"local"];

/// Somebody who sends to the group of mDNS by the interface of this address.
pub(crate) struct Liar(UdpSocket);

impl Liar {
    pub(crate) fn at(address: Ipv4Addr) -> Self {
        Self(socket_at(address))
    }

    /// Sends these bytes to everybody.
    pub(crate) fn send(&self, bytes: &[u8]) {
        self.0.send_to(bytes, GROUP).expect("the cable is there");
    }
}

/// Somebody who only hears what is said to the group.
pub(crate) struct Listener(UdpSocket);

impl Listener {
    pub(crate) fn at(address: Ipv4Addr) -> Self {
        let socket = socket_at(address);
        socket.join_multicast_v4(GROUP.ip(), &address).expect("the cable is there");
        Self(socket)
    }

    /// How many packets with these bytes in them come in so long.
    pub(crate) fn count(&self, bytes: &[u8], patience: Duration) -> usize {
        let deadline = Instant::now() + patience;
        let (mut packet, mut count) = ([0; 9_000], 0);
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return count;
            }
            self.0.set_read_timeout(Some(rest)).expect("it is more than nothing");
            if let Ok(length) = self.0.recv(&mut packet) {
                count += usize::from(packet[..length].windows(bytes.len()).any(|it| it == bytes));
            }
        }
    }
}

/// A socket with the port of mDNS: answers come from it, or are not heard.
fn socket_at(address: Ipv4Addr) -> UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_reuse_port(true).unwrap();
    socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 5353).into()).unwrap();
    let socket: UdpSocket = socket.into();
    SockRef::from(&socket).set_multicast_if_v4(&address).unwrap();
    socket
}

/// An announcement that need not be true.
#[derive(Clone, Debug)]
pub(crate) struct Lie<'a> {
    pub(crate) instance: &'a [u8],
    pub(crate) address: [u8; 4],
    pub(crate) port: u16,
    /// Each string of the TXT record.
    pub(crate) properties: Vec<Vec<u8>>,
}

impl Default for Lie<'_> {
    fn default() -> Self {
        Self { instance: b"truth", address: [10, 77, 0, 9], port: 1, properties: Vec::new() }
    }
}

impl Lie<'_> {
    /// As an answer to a question that was not asked, about a host that is called as the instance.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let instance: Vec<&[u8]> = [&[self.instance][..], &SERVICE].concat();
        let host: [&[u8]; 2] = [self.instance, b"local"];
        let text: Vec<u8> = self.properties.iter().flat_map(|it| label(it)).collect();
        let service = [&[0; 4][..], &self.port.to_be_bytes(), &name(&host)].concat();
        [
            header(4),
            record(&SERVICE, PTR, &name(&instance)),
            record(&instance, SRV, &service),
            record(&instance, TXT, &text),
            record(&host, A, &self.address),
        ]
        .concat()
    }
}

/// The beginning of an answer with so many records.
pub(crate) fn header(records: u16) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0x84, 0, 0, 0];
    bytes.extend(records.to_be_bytes());
    bytes.extend([0; 4]);
    bytes
}

/// A record that counts for two minutes.
pub(crate) fn record(owner: &[&[u8]], kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = name(owner);
    bytes.extend([kind.to_be_bytes(), INTERNET.to_be_bytes()].concat());
    bytes.extend(120_u32.to_be_bytes());
    bytes.extend(u16::try_from(data.len()).expect("it fits").to_be_bytes());
    bytes.extend(data);
    bytes
}

fn name(labels: &[&[u8]]) -> Vec<u8> {
    let labels: Vec<u8> = labels.iter().flat_map(|it| label(it)).collect();
    [&labels[..], &[0]].concat()
}

fn label(bytes: &[u8]) -> Vec<u8> {
    [&[u8::try_from(bytes.len()).expect("labels are short")], bytes].concat()
}

/// What no one would send: each of it once.
pub(crate) fn nonsense() -> Vec<Vec<u8>> {
    let truth = Lie { properties: vec![b"name=x".to_vec()], ..Lie::default() }.to_bytes();
    let mut all: Vec<Vec<u8>> = (0..truth.len()).map(|end| truth[..end].to_vec()).collect();
    // A name that points to itself, two that point to each other, one that points past the end.
    for pointers in [&[0xc0, 12][..], &[0xc0, 14, 0xc0, 12], &[0xff, 0xff], &[0x3f], &[0x80, 1]] {
        let mut bytes = header(1);
        bytes.extend(pointers);
        bytes.extend([0, 12, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12]);
        all.push(bytes);
    }
    // More records than there are, of kinds that are not, with data of no length and of too much.
    for kind in [0, 1, 2, 12, 16, 28, 33, 41, 47, 64, 255, 65_535] {
        all.push([header(65_535), record(&SERVICE, kind, &[])].concat());
        all.push([header(1), record(&SERVICE, kind, &[0xff; 3])].concat());
        all.push([header(1), record(&SERVICE, kind, &[0; 8_000])].concat());
    }
    // Every byte of a true answer spoilt in turn.
    for at in 0..truth.len() {
        let mut bytes = truth.clone();
        bytes[at] ^= 0xff;
        all.push(bytes);
    }
    // Bytes by chance, the same on every run (a linear congruential generator of Knuth's).
    let mut state: u64 = 77;
    let mut next_byte = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    all.extend((1..400).map(|length| (0..length).map(|_| next_byte()).collect()));
    all
}
