//! One socket, plain or TLS, read with patience.

use std::io::{ErrorKind, IoSlice};
use std::net::SocketAddr;
use std::sync::Once;
use std::time::{Duration, Instant};

use majlis_wire::{ClientTls, Identity, Stream, Trust};
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Socket, Type};

use super::{PATIENCE, Server};

/// On a machine with a lot to do, the first random number of a process takes its time. Asked for between connecting and the
/// hello, it would be the silence of a guest who wants no TLS.
static FIRST_RANDOM_NUMBER: Once = Once::new();

/// Bytes to and from a server.
pub(crate) struct Wire {
    stream: Stream,
    poll: Poll,
    events: Events,
    received: Vec<u8>,
    has_ended: bool,
}

impl Wire {
    /// Without encryption.
    pub(crate) fn plain(server: &Server) -> Self {
        Self::plain_to(server.address)
    }

    /// Without encryption, to one of several addresses.
    pub(crate) fn plain_to(address: SocketAddr) -> Self {
        Self::new(Stream::plain(connect(address)))
    }

    /// Under TLS, to the key that the server printed, with a device's key or without.
    pub(crate) fn tls(server: &Server, device: Option<&Identity>) -> Self {
        Self::tls_with(server, &ClientTls::new(Trust::Pinned(server.fingerprint), device))
    }

    /// Under TLS, believing whom it wants.
    pub(crate) fn tls_with(server: &Server, tls: &ClientTls) -> Self {
        FIRST_RANDOM_NUMBER.call_once(|| {
            aws_lc_rs::rand::fill(&mut [0]).expect("the system has random numbers");
        });
        let socket = connect(server.address);
        Self::new(Stream::connect_tls(socket, tls, "localhost").expect("the name is valid"))
    }

    /// Without encryption, with as little room as the system allows for what is not read.
    pub(crate) fn deaf(server: &Server) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket can be made");
        socket.set_recv_buffer_size(1).expect("a buffer can be small");
        socket.connect(&server.address.into()).expect("the server listens");
        Self::new(Stream::plain(non_blocking(socket.into())))
    }

    fn new(mut stream: Stream) -> Self {
        let poll = Poll::new().expect("the system has a poller");
        let interests = Interest::READABLE | Interest::WRITABLE;
        poll.registry().register(&mut stream, Token(0), interests).expect("a socket can be polled");
        let events = Events::with_capacity(8);
        Self { stream, poll, events, received: Vec::new(), has_ended: false }
    }

    /// What a sign-in over this connection is bound to.
    pub(crate) fn channel_binding(&self) -> Option<[u8; 32]> {
        self.stream.channel_binding()
    }

    /// Sends all of it, reading meanwhile so that nobody waits for the other.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let sent = self.send_until(bytes, Instant::now() + PATIENCE);
        assert_eq!(sent, bytes.len(), "the server stopped reading");
    }

    /// Sends what the server takes until then, and says how much that was.
    pub(crate) fn send_until(&mut self, bytes: &[u8], deadline: Instant) -> usize {
        let mut sent = 0;
        loop {
            match self.stream.write_vectored(&[IoSlice::new(&bytes[sent..])]) {
                Ok(taken) => sent += taken,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if !self.wait(deadline) {
                        return sent;
                    }
                }
                // Whatever ended the connection shows itself to the reader.
                Err(_) => return sent,
            }
            if sent == bytes.len() && self.flush() {
                return sent;
            }
        }
    }

    /// Sends what the server takes until then, and reads nothing.
    pub(crate) fn send_blindly(&mut self, bytes: &[u8], deadline: Instant) {
        let mut sent = 0;
        while sent < bytes.len() && Instant::now() < deadline {
            match self.stream.write_vectored(&[IoSlice::new(&bytes[sent..])]) {
                Ok(taken) => sent += taken,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(_) => return,
            }
        }
    }

    /// Sends no more, and goes on reading.
    pub(crate) fn end_sending(&mut self) {
        self.stream.send_close();
        self.flush();
    }

    fn flush(&mut self) -> bool {
        self.stream.flush().unwrap_or(true)
    }

    /// Waits until something arrives or the other side ends; `false` at the deadline.
    fn wait_for_input(&mut self, deadline: Instant) -> bool {
        let had = self.received.len();
        while !self.has_ended && self.received.len() == had {
            self.take_input();
            if self.has_ended || self.received.len() > had {
                break;
            }
            if !self.wait(deadline) {
                return false;
            }
        }
        true
    }

    /// Waits for the socket and takes what it gives; `false` at the deadline.
    fn wait(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        match self.poll.poll(&mut self.events, Some(left)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => panic!("polling: {error}"),
            _ => {}
        }
        self.flush();
        self.take_input();
        true
    }

    fn take_input(&mut self) {
        let mut buffer = [0; 16 * 1024];
        while !self.has_ended {
            match self.stream.read(&mut buffer) {
                Ok(0) => self.has_ended = true,
                Ok(count) => self.received.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.has_ended = true,
            }
        }
    }

    /// The next line without its CR LF; nothing once the other side ended.
    #[track_caller]
    pub(crate) fn next_line(&mut self, deadline: Instant) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.received.iter().position(|&byte| byte == b'\n') {
                let mut line: Vec<u8> = self.received.drain(..=end).collect();
                assert!(line.ends_with(b"\r\n"), "{:?}", String::from_utf8_lossy(&line));
                line.truncate(line.len() - 2);
                return Some(line);
            }
            if self.has_ended {
                return None;
            }
            assert!(self.wait_for_input(deadline), "no line came; {:?} waits", self.waiting());
        }
    }

    /// What comes next, to the byte.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.received.len() < text.len() && !self.has_ended {
            if !self.wait_for_input(deadline) {
                break;
            }
        }
        let count = self.received.len().min(text.len());
        let came: Vec<u8> = self.received.drain(..count).collect();
        assert_eq!(String::from_utf8_lossy(&came), text, "then {:?}", self.waiting());
    }

    /// That nothing comes for so long.
    #[track_caller]
    pub(crate) fn expect_quiet(&mut self, span: Duration) {
        let deadline = Instant::now() + span;
        while self.received.is_empty() && !self.has_ended {
            if !self.wait_for_input(deadline) {
                return;
            }
        }
        panic!("{:?} came, ended: {}", self.waiting(), self.has_ended);
    }

    /// The next line of text, without its LF.
    #[track_caller]
    pub(crate) fn read_line(&mut self) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(end) = self.received.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.received.drain(..=end).collect();
                return String::from_utf8_lossy(&line[..end]).into_owned();
            }
            assert!(!self.has_ended && self.wait_for_input(deadline), "{:?}", self.waiting());
        }
    }

    /// Waits for the other side's end, whatever comes before it.
    #[track_caller]
    pub(crate) fn wait_for_end(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.has_ended {
            assert!(self.wait_for_input(deadline), "it stays open; {:?} came", self.waiting());
        }
    }

    /// Everything up to the other side's end.
    #[track_caller]
    pub(crate) fn read_to_end(&mut self) -> String {
        self.wait_for_end();
        String::from_utf8(std::mem::take(&mut self.received)).expect("a server sends UTF-8")
    }

    /// Says that nothing more comes from this side.
    pub(crate) fn finish_sending(&mut self) {
        self.stream.send_close();
    }

    fn waiting(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.received)
    }
}

fn connect(address: SocketAddr) -> mio::net::TcpStream {
    non_blocking(std::net::TcpStream::connect(address).expect("the server listens"))
}

fn non_blocking(socket: std::net::TcpStream) -> mio::net::TcpStream {
    socket.set_nonblocking(true).expect("a socket can be non-blocking");
    mio::net::TcpStream::from_std(socket)
}
