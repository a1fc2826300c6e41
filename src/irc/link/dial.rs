//! Addresses to one socket: all are tried, each a little after the one before, and the first that answers is taken
//! (RFC 8305, section 5).

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Interest, Registry};

use super::thread::SOCKET;
use crate::irc::event::Failure;

/// How long one address has before the next is tried beside it.
const STAGGER_MS: u64 = 250;
/// How long all of them together have.
const DIAL_MS: u64 = 10_000;

/// How dialling stands.
#[derive(Debug)]
pub(super) enum Dialled {
    /// Nobody answered yet.
    Pending,
    /// The first that answered.
    Connected(TcpStream),
    /// Nobody will.
    Failed(Failure),
}

/// Attempts to reach one of several addresses.
#[derive(Debug)]
pub(super) struct Dial {
    waiting: VecDeque<SocketAddr>,
    sockets: Vec<TcpStream>,
    next_ms: u64,
    until_ms: u64,
    was_refused: bool,
}

impl Dial {
    /// Begins with these addresses, in this order.
    pub(super) fn new(addresses: Vec<SocketAddr>, now_ms: u64) -> Self {
        Self {
            waiting: addresses.into(),
            sockets: Vec::new(),
            next_ms: now_ms,
            until_ms: now_ms + DIAL_MS,
            was_refused: false,
        }
    }

    /// Looks after the sockets, and begins with the next address where it is time.
    pub(super) fn advance(&mut self, registry: &Registry, now_ms: u64) -> Dialled {
        if let Some(socket) = self.take_connected() {
            return Dialled::Connected(socket);
        }
        while self.sockets.is_empty() || now_ms >= self.next_ms {
            let Some(address) = self.waiting.pop_front() else { break };
            self.begin(address, registry);
            self.next_ms = now_ms + STAGGER_MS;
        }
        if self.sockets.is_empty() {
            let failure = if self.was_refused { Failure::Refused } else { Failure::NoAnswer };
            return Dialled::Failed(failure);
        }
        if now_ms >= self.until_ms { Dialled::Failed(Failure::NoAnswer) } else { Dialled::Pending }
    }

    /// When to look again, if nothing happens before.
    pub(super) fn deadline_ms(&self) -> u64 {
        if self.waiting.is_empty() { self.until_ms } else { self.next_ms.min(self.until_ms) }
    }

    fn begin(&mut self, address: SocketAddr, registry: &Registry) {
        let connecting = TcpStream::connect(address).and_then(|mut socket| {
            registry.register(&mut socket, SOCKET, Interest::READABLE | Interest::WRITABLE)?;
            Ok(socket)
        });
        match connecting {
            Ok(socket) => self.sockets.push(socket),
            Err(error) => self.note(address, &error),
        }
    }

    /// Takes out the first socket that is connected; throws those away that never will be.
    fn take_connected(&mut self) -> Option<TcpStream> {
        let mut index = 0;
        while let Some(socket) = self.sockets.get(index) {
            match connection_of(socket) {
                Ok(true) => return Some(self.sockets.swap_remove(index)),
                Ok(false) => index += 1,
                Err(error) => {
                    tracing::debug!(%error, "an address does not answer");
                    self.was_refused |= error.kind() == ErrorKind::ConnectionRefused;
                    self.sockets.remove(index);
                }
            }
        }
        None
    }

    fn note(&mut self, address: SocketAddr, error: &io::Error) {
        tracing::debug!(%address, %error, "an address cannot be tried");
        self.was_refused |= error.kind() == ErrorKind::ConnectionRefused;
    }
}

/// Whether a socket is connected yet; an error where it never will be.
fn connection_of(socket: &TcpStream) -> io::Result<bool> {
    if let Some(error) = socket.take_error()? {
        return Err(error);
    }
    match socket.peer_addr() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}
