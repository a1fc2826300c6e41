//! As much of rtnetlink(7) as it takes to join two network namespaces by a cable, spoken to the kernel directly, so that no
//! further program has to be there.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::os::fd::AsRawFd;

use nix::net::if_::if_nametoindex;
use socket2::{Domain, Protocol, Socket, Type};

const AF_NETLINK: i32 = 16;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

const NLMSG_ERROR: u16 = 2;
const RTM_NEWLINK: u16 = 16;
const RTM_DELLINK: u16 = 17;
const RTM_NEWADDR: u16 = 20;
const REQUEST_AND_ACK: u16 = 1 | 4;
const CREATE: u16 = 0x400 | 0x200;

const IFF_UP: u32 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_LINKINFO: u16 = 18;
const IFLA_NET_NS_FD: u16 = 28;
const IFLA_INFO_KIND: u16 = 1;
const IFLA_INFO_DATA: u16 = 2;
const VETH_INFO_PEER: u16 = 1;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_FLAGS: u16 = 8;
/// An address that counts at once, without asking whether somebody else has it.
const IFA_F_NODAD: u32 = 2;

/// Lays a cable: one end of this name here, the other, of the same name, in that namespace.
pub(crate) fn lay_cable(name: &str, other_end: &File) -> io::Result<()> {
    let fd = u32::try_from(other_end.as_raw_fd()).expect("descriptors are not negative");
    let mut peer = link_header(0, 0);
    peer.extend(attribute(IFLA_IFNAME, &text(name)));
    peer.extend(attribute(IFLA_NET_NS_FD, &fd.to_ne_bytes()));
    let data = attribute(VETH_INFO_PEER, &peer);
    let mut info = attribute(IFLA_INFO_KIND, b"veth");
    info.extend(attribute(IFLA_INFO_DATA, &data));
    let mut body = link_header(0, 0);
    body.extend(attribute(IFLA_IFNAME, &text(name)));
    body.extend(attribute(IFLA_LINKINFO, &info));
    ask(RTM_NEWLINK, CREATE, &body)
}

/// Takes an interface of this namespace away, and with a cable's end the whole cable.
pub(crate) fn cut(name: &str) -> io::Result<()> {
    ask(RTM_DELLINK, 0, &link_header(index(name)?, 0))
}

/// Turns an interface of this namespace on.
pub(crate) fn turn_on(name: &str) -> io::Result<()> {
    ask(RTM_NEWLINK, 0, &link_header(index(name)?, IFF_UP))
}

/// Gives an interface of this namespace an address.
pub(crate) fn give_address(name: &str, address: IpAddr, prefix_bits: u8) -> io::Result<()> {
    let (family, bytes) = match address {
        IpAddr::V4(address) => (AF_INET, address.octets().to_vec()),
        IpAddr::V6(address) => (AF_INET6, address.octets().to_vec()),
    };
    let mut body = vec![family, prefix_bits, 0, 0];
    body.extend(index(name)?.to_ne_bytes());
    body.extend(attribute(IFA_LOCAL, &bytes));
    body.extend(attribute(IFA_ADDRESS, &bytes));
    body.extend(attribute(IFA_FLAGS, &IFA_F_NODAD.to_ne_bytes()));
    ask(RTM_NEWADDR, CREATE, &body)
}

fn index(name: &str) -> io::Result<u32> {
    Ok(if_nametoindex(name)?)
}

/// `struct ifinfomsg`: family, padding, type, index, flags, which flags count.
fn link_header(index: u32, flags: u32) -> Vec<u8> {
    [0, index, flags, flags].into_iter().flat_map(u32::to_ne_bytes).collect()
}

fn text(name: &str) -> Vec<u8> {
    [name.as_bytes(), &[0]].concat()
}

/// `struct rtattr`, filled up to four bytes.
fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).expect("attributes are short");
    let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// Sends one request, and waits for the kernel's answer.
fn ask(kind: u16, flags: u16, body: &[u8]) -> io::Result<()> {
    let mut socket = Socket::new(Domain::from(AF_NETLINK), Type::RAW, Some(Protocol::from(0)))?;
    let length = u32::try_from(16 + body.len()).expect("requests are short");
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(kind.to_ne_bytes());
    message.extend((REQUEST_AND_ACK | flags).to_ne_bytes());
    // Sequence number and sender, which the kernel only repeats.
    message.extend([0; 8]);
    message.extend(body);
    socket.write_all(&message)?;
    let mut answer = [0; 1024];
    let count = socket.read(&mut answer)?;
    let number =
        |at: usize| answer.get(at..at + 4).map(|it| i32::from_ne_bytes(it.try_into().unwrap()));
    let is_answer = count >= 20 && answer[4..6] == NLMSG_ERROR.to_ne_bytes();
    match number(16).filter(|_| is_answer) {
        Some(0) => Ok(()),
        Some(error) => Err(io::Error::from_raw_os_error(-error)),
        None => Err(io::Error::other("the kernel's answer is none")),
    }
}
