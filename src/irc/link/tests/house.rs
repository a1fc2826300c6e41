//! A server of one connection at a time, and a main loop that takes events by hand.

use std::io::{self, ErrorKind, IoSlice};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use majlis_wire::{Fingerprint, Identity, Stream, server_config};
use tempfile::TempDir;

use crate::irc::event::{Event, State};
use crate::irc::link::{DeviceKey, LinkHandle};
use crate::irc::{Command, EventBatch, KnownServer, NetworkConfig, NetworkId, Request};

/// How long anything may take here before a test fails.
const PATIENCE: Duration = Duration::from_secs(15);
/// The network of these tests.
pub(crate) const NETWORK: NetworkId = NetworkId(7);

/// A port on this machine.
pub(crate) struct Door {
    listener: TcpListener,
}

impl Door {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has ports");
        Self { listener }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("the listener is bound")
    }

    /// The next guest, without TLS.
    pub(crate) fn accept(&self) -> Guest {
        Guest { stream: Stream::plain(self.accept_socket()), text: String::new() }
    }

    /// The next guest, with TLS.
    pub(crate) fn accept_tls(&self, identity: &Identity) -> Guest {
        let stream = Stream::accept_tls(self.accept_socket(), server_config(identity), &[])
            .expect("no handshake is refused before it begins");
        Guest { stream, text: String::new() }
    }

    fn accept_socket(&self) -> mio::net::TcpStream {
        let (socket, _) = self.listener.accept().expect("somebody comes");
        socket.set_nonblocking(true).expect("a socket can be non-blocking");
        mio::net::TcpStream::from_std(socket)
    }
}

/// Our client, as the server sees it.
pub(crate) struct Guest {
    pub(crate) stream: Stream,
    text: String,
}

impl Guest {
    /// Everything up to and including a line that begins so; panics where the guest leaves before.
    pub(crate) fn hear(&mut self, beginning: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let is_there = self.text.lines().any(|line| line.starts_with(beginning));
            if is_there && self.text.ends_with('\n') {
                return std::mem::take(&mut self.text);
            }
            assert!(Instant::now() < deadline, "{beginning:?} did not come, but {:?}", self.text);
            let is_over = self.take_in();
            assert!(!is_over, "the guest left before {beginning:?}: {:?}", self.text);
        }
    }

    /// Whether nothing came that was not heard yet.
    pub(crate) fn is_silent(&mut self) -> bool {
        self.take_in();
        self.text.is_empty()
    }

    /// Everything until the guest leaves.
    pub(crate) fn hear_all(&mut self) -> String {
        let deadline = Instant::now() + PATIENCE;
        while !self.take_in() {
            assert!(Instant::now() < deadline, "the guest stays");
        }
        std::mem::take(&mut self.text)
    }

    fn take_in(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let _ = self.stream.flush();
        match self.stream.read(&mut buffer) {
            Ok(count) => {
                self.text.push_str(&String::from_utf8_lossy(&buffer[..count]));
                count == 0
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(1));
                false
            }
            Err(_) => true,
        }
    }

    /// Says these lines.
    pub(crate) fn say(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        let deadline = Instant::now() + PATIENCE;
        while !rest.is_empty() {
            assert!(Instant::now() < deadline, "the guest does not listen");
            match self.say_some(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) => panic!("the guest cannot be told: {error}"),
            }
        }
    }

    /// Says what can be said now.
    pub(crate) fn say_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.stream.write_vectored(&[IoSlice::new(bytes)]);
        let flushed = self.stream.flush();
        match written.and_then(|count| flushed.map(|_| count)) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(1));
                Ok(0)
            }
            result => result,
        }
    }

    /// Takes the guest in, with as little as a server can say.
    pub(crate) fn welcome(&mut self) {
        self.hear("USER");
        self.say(":server 001 Ana :Welcome!\r\n:server 422 Ana :No message of the day.\r\n");
    }
}

/// A main loop's side.
pub(crate) struct Home {
    pub(crate) link: LinkHandle,
    pub(crate) batches: async_channel::Receiver<EventBatch>,
    _folder: Option<TempDir>,
    waiting: Vec<Event>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let device = folder.path().join("device");
        Self { _folder: Some(folder), ..Self::with_device(device) }
    }

    /// One whose device keeps its key in this folder.
    pub(crate) fn with_device(folder: PathBuf) -> Self {
        let device = DeviceKey::in_folder(folder);
        let (link, batches) = LinkHandle::spawn(device).expect("there is room for a thread");
        Self { link, batches, _folder: None, waiting: Vec::new() }
    }

    pub(crate) fn ask(&self, command: Command) {
        let request = Request { network: NETWORK, command };
        self.link.send(request).expect("the queue is long");
    }

    pub(crate) fn connect(&self, address: SocketAddr) {
        self.connect_with(config(address));
    }

    pub(crate) fn connect_with(&self, config: NetworkConfig) {
        self.ask(Command::Connect(Box::new(config)));
    }

    /// The next event; panics where none comes in time.
    pub(crate) fn next(&mut self) -> Event {
        let deadline = Instant::now() + PATIENCE;
        while self.waiting.is_empty() {
            assert!(Instant::now() < deadline, "nothing more is told");
            match self.batches.try_recv() {
                Ok(batch) => {
                    assert!(!batch.events.is_empty(), "a batch has something in it");
                    self.waiting.extend(batch.events.into_iter().map(|(_, event)| event));
                }
                Err(_) => thread::sleep(Duration::from_millis(1)),
            }
        }
        self.waiting.remove(0)
    }

    /// The next state; other events are passed over.
    pub(crate) fn next_state(&mut self) -> State {
        loop {
            if let Event::State(state) = self.next() {
                return state;
            }
        }
    }

    /// Passes over events until there is this one.
    pub(crate) fn wait_for(&mut self, wanted: &Event) {
        while self.next() != *wanted {}
    }

    /// Whether nothing at all is told for a while.
    pub(crate) fn is_quiet(&self) -> bool {
        thread::sleep(Duration::from_millis(300));
        self.waiting.is_empty() && self.batches.is_empty()
    }
}

/// A server's key, in a folder that goes away with the test.
pub(crate) fn identity() -> (Identity, Fingerprint, TempDir) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (certificate, key) = (folder.path().join("certificate"), folder.path().join("key"));
    let identity =
        Identity::load_or_make(&certificate, &key, &[]).expect("the folder takes a new key");
    let fingerprint = identity.fingerprint();
    (identity, fingerprint, folder)
}

/// A network without encryption at this address.
pub(crate) fn config(address: SocketAddr) -> NetworkConfig {
    NetworkConfig {
        host: address.ip().to_string(),
        port: address.port(),
        encrypt: false,
        pin: None,
        display_name: "Ana".to_owned(),
        sign_in: None,
        known: KnownServer::default(),
        rooms: Vec::new(),
        room_keys: Vec::new(),
        people: Vec::new(),
        pending: Vec::new(),
    }
}
