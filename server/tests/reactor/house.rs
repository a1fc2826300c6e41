//! A reactor at work with the test in the hub's place: what it tells comes to [`House::next`], what is released goes out.

use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use majlis_protocol::Timestamp;
use majlis_server::event::{
    Action, Audience, ConnId, Guest, HubInput, InboundBatch, Outbound, Peer, Relay, RoomId, Source,
};
use majlis_server::reactor::{self, Flood, ReactorHandle, ReactorSettings};
use majlis_wire::{ClientTls, Identity, Stream, Trust, server_config};
use tempfile::TempDir;

/// Longer than anything here may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Long enough for what must not happen to have happened.
pub(crate) const A_WHILE: Duration = Duration::from_millis(300);

pub(crate) const ROOM: RoomId = RoomId(1);

pub(crate) struct House {
    pub(crate) handle: ReactorHandle,
    thread: Option<JoinHandle<()>>,
    inbox: Receiver<InboundBatch>,
    waiting: VecDeque<HubInput>,
    listener: TcpListener,
    identity: Identity,
    folder: TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(64, |_| {})
    }

    /// A house whose hub has room for so many batches, with settings of its own.
    pub(crate) fn with(inbox_batches: usize, adapt: impl FnOnce(&mut ReactorSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = make_identity(&folder, "server");
        let mut settings = ReactorSettings::new(server_config(&identity));
        settings.doors.sniff_timeout = Duration::from_millis(250);
        settings.doors.flood = Flood { burst: 100_000, per_second: 100_000.0 };
        adapt(&mut settings);
        let (to_hub, inbox) = bounded(inbox_batches);
        let (handle, thread) = reactor::spawn(3, Arc::new(settings), to_hub).unwrap();
        Self {
            handle,
            thread: Some(thread),
            inbox,
            waiting: VecDeque::new(),
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            identity,
            folder,
        }
    }

    /// A guest of this machine.
    pub(crate) fn connect(&self) -> TcpStream {
        let (client, socket, peer) = self.call();
        self.handle.accept(socket, peer).unwrap();
        client
    }

    /// A guest of the network.
    pub(crate) fn connect_from_afar(&self) -> TcpStream {
        let (client, socket, _) = self.call();
        self.handle.accept(socket, "192.0.2.7:4000".parse().unwrap()).unwrap();
        client
    }

    /// A client's socket, the server's end of it, and the client's address.
    pub(crate) fn call(&self) -> (TcpStream, TcpStream, SocketAddr) {
        let client = TcpStream::connect(self.listener.local_addr().unwrap()).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        let (socket, peer) = self.listener.accept().unwrap();
        (client, socket, peer)
    }

    pub(crate) fn device(&self) -> Identity {
        make_identity(&self.folder, "device")
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// The next thing that the reactor tells the hub.
    pub(crate) fn next(&mut self) -> HubInput {
        self.poll(PATIENCE).expect("the reactor tells something")
    }

    /// The next thing, if it comes in that time.
    pub(crate) fn poll(&mut self, patience: Duration) -> Option<HubInput> {
        if self.waiting.is_empty() {
            self.waiting.extend(self.inbox.recv_timeout(patience).ok()?.inputs);
        }
        self.waiting.pop_front()
    }

    pub(crate) fn next_opened(&mut self) -> (ConnId, Guest, Peer) {
        match self.next() {
            HubInput::Opened { conn, guest, peer } => (conn, guest, peer),
            other => panic!("{other:?} instead of an opening"),
        }
    }

    pub(crate) fn next_command(&mut self) -> (ConnId, String) {
        match self.next() {
            HubInput::Message { conn, message } => (conn, message.get().command().to_owned()),
            other => panic!("{other:?} instead of a message"),
        }
    }

    pub(crate) fn next_text(&mut self) -> (ConnId, String) {
        match self.next() {
            HubInput::Text { conn, text } => (conn, text),
            other => panic!("{other:?} instead of a text"),
        }
    }

    pub(crate) fn next_closed(&mut self) -> (ConnId, majlis_server::event::CloseReason) {
        match self.next() {
            HubInput::Closed { conn, reason } => (conn, reason),
            other => panic!("{other:?} instead of an end"),
        }
    }

    pub(crate) fn assert_nothing_is_told(&mut self) {
        if let Some(input) = self.poll(A_WHILE) {
            panic!("the hub was told {input:?}");
        }
    }

    /// An IRC client that has said `NICK`.
    pub(crate) fn irc_guest(&mut self) -> (TcpStream, ConnId) {
        let mut client = self.connect();
        client.write_all(b"NICK x\r\n").unwrap();
        let (conn, guest, _) = self.next_opened();
        assert_eq!(guest, Guest::Irc);
        assert_eq!(self.next_command(), (conn, "NICK".to_owned()));
        (client, conn)
    }

    /// A guest of the plain room that has said its name with this ending.
    pub(crate) fn plain_guest(&mut self, ending: &str) -> (TcpStream, ConnId) {
        let mut client = self.connect();
        client.write_all(format!("bo{ending}").as_bytes()).unwrap();
        let (conn, guest, _) = self.next_opened();
        assert_eq!(guest, Guest::Plain);
        assert_eq!(self.next_text(), (conn, "bo".to_owned()));
        (client, conn)
    }

    pub(crate) fn release(&self, events: impl Into<Arc<[Outbound]>>) {
        self.handle.release(events.into());
    }

    pub(crate) fn reply(&self, conn: ConnId, text: &str) {
        self.release([Outbound::Reply { conn, bytes: text.as_bytes().into() }]);
    }

    /// Ends the reactor; how long that took.
    pub(crate) fn stop(&mut self) -> Duration {
        let start = Instant::now();
        self.handle.shutdown();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the reactor does not panic");
        }
        start.elapsed()
    }

    /// A client's side of TLS to this house.
    pub(crate) fn connect_tls(&self, socket: TcpStream, device: Option<&Identity>) -> TlsClient {
        let tls = ClientTls::new(Trust::Pinned(self.identity.fingerprint()), device);
        socket.set_nonblocking(true).unwrap();
        let socket = mio::net::TcpStream::from_std(socket);
        let mut client =
            TlsClient { stream: Stream::connect_tls(socket, &tls, "localhost").unwrap() };
        client.wait(|stream| {
            let is_done = stream.flush().unwrap() && !stream.is_handshaking();
            if !is_done {
                let outcome = stream.read(&mut [0; 1]);
                assert_eq!(outcome.unwrap_err().kind(), ErrorKind::WouldBlock);
            }
            is_done.then_some(())
        });
        client
    }
}

impl Drop for House {
    /// Every test also shows that the reactor has not panicked.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
        }
    }
}

fn make_identity(folder: &TempDir, name: &str) -> Identity {
    let file = |end: &str| folder.path().join(format!("{name}.{end}"));
    Identity::load_or_make(&file("cert"), &file("key"), &[]).unwrap()
}

/// A client under TLS, with calls that wait.
pub(crate) struct TlsClient {
    stream: Stream,
}

impl TlsClient {
    pub(crate) fn say(&mut self, text: &str) {
        let taken = self.stream.write_vectored(&[IoSlice::new(text.as_bytes())]).unwrap();
        assert_eq!(taken, text.len());
        self.wait(|stream| stream.flush().unwrap().then_some(()));
    }

    pub(crate) fn hear(&mut self, expected: &str) {
        self.hear_bytes(expected.as_bytes());
    }

    pub(crate) fn hear_bytes(&mut self, expected: &[u8]) {
        let mut heard = vec![0; expected.len()];
        let mut count = 0;
        self.wait(|stream| {
            if let Ok(more) = stream.read(&mut heard[count..]) {
                assert_ne!(more, 0, "the end after {count} bytes");
                count += more;
            }
            (count == expected.len()).then_some(())
        });
        assert_eq!(String::from_utf8_lossy(&heard), String::from_utf8_lossy(expected));
        assert_eq!(heard, expected);
    }

    fn wait<T>(&mut self, mut step: impl FnMut(&mut Stream) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(done) = step(&mut self.stream) {
                return done;
            }
            assert!(start.elapsed() < PATIENCE, "nothing happened for too long");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Reads exactly this.
pub(crate) fn hear(client: &mut TcpStream, expected: &str) {
    let mut heard = vec![0; expected.len()];
    client.read_exact(&mut heard).unwrap_or_else(|error| panic!("{error} before {expected:?}"));
    assert_eq!(String::from_utf8_lossy(&heard), expected);
}

/// Reads everything up to the end.
pub(crate) fn hear_all(client: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    client.read_to_end(&mut heard).unwrap();
    String::from_utf8(heard).unwrap()
}

pub(crate) fn assert_silence(client: &mut TcpStream) {
    client.set_read_timeout(Some(A_WHILE)).unwrap();
    let mut heard = [0; 100];
    match client.read(&mut heard) {
        Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        Ok(count) => panic!("heard {:?}", String::from_utf8_lossy(&heard[..count])),
    }
    client.set_read_timeout(Some(PATIENCE)).unwrap();
}

pub(crate) fn privmsg(text: &str) -> Arc<Relay> {
    act(Action::Privmsg { target: "#lobby".into(), text: text.into() })
}

pub(crate) fn act(action: Action) -> Arc<Relay> {
    Arc::new(Relay {
        source: Source::of("ana", "a@h"),
        account: None,
        time: Timestamp(0),
        msgid: None,
        client_tags: "".into(),
        action,
    })
}

pub(crate) fn to_room(relay: Arc<Relay>, except: Option<ConnId>) -> Outbound {
    Outbound::Relay { to: Audience::Room { room: ROOM, except }, relay }
}
