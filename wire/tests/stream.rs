//! Both ends of a stream over real sockets of this machine.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{self, ErrorKind, IoSlice, Write};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use majlis_wire::{ClientTls, Fingerprint, Identity, Stream, Trust, Verdict, server_config};
use mio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(10);

fn identity(folder: &Path, name: &str) -> Identity {
    let file = |end: &str| folder.join(format!("{name}.{end}"));
    Identity::load_or_make(&file("cert"), &file("key"), &["localhost".to_owned()]).unwrap()
}

/// Two connected sockets, client first.
fn sockets() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    client.set_nonblocking(true).unwrap();
    server.set_nonblocking(true).unwrap();
    (TcpStream::from_std(client), TcpStream::from_std(server))
}

/// A client and a server of this identity in the middle of their handshake.
fn tls_pair(server: &Identity, trust: Trust, device: Option<&Identity>) -> (Stream, Stream) {
    let (client_socket, server_socket) = sockets();
    let tls = ClientTls::new(trust, device);
    let client = Stream::connect_tls(client_socket, &tls, "localhost").unwrap();
    let server = Stream::accept_tls(server_socket, server_config(server), &[]).unwrap();
    (client, server)
}

/// Repeats a step until it gives something.
fn until<T>(mut step: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = step() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "nothing happened for too long");
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// Drives the handshake from both ends; the client's outcome and the server's.
fn shake_hands(client: &mut Stream, server: &mut Stream) -> [io::Result<()>; 2] {
    let mut outcomes = [None, None];
    until(|| {
        for (stream, outcome) in [&mut *client, &mut *server].into_iter().zip(&mut outcomes) {
            if outcome.is_none() {
                *outcome = step(stream);
            }
        }
        outcomes.iter().all(Option::is_some).then_some(())
    });
    outcomes.map(|outcome| outcome.expect("both ended"))
}

fn step(stream: &mut Stream) -> Option<io::Result<()>> {
    match stream.flush().and_then(|_| stream.read(&mut [0; 1])) {
        Ok(count) => panic!("{count} bytes amid the handshake"),
        Err(error) if error.kind() != ErrorKind::WouldBlock => Some(Err(error)),
        Err(_) => (!stream.is_handshaking()).then_some(Ok(())),
    }
}

fn connected(server: &Identity, device: Option<&Identity>) -> (Stream, Stream) {
    let (mut client, mut guest) = tls_pair(server, Trust::Pinned(server.fingerprint()), device);
    for outcome in shake_hands(&mut client, &mut guest) {
        outcome.unwrap();
    }
    (client, guest)
}

/// Reads until the end or until so many bytes came.
fn read_bytes(stream: &mut Stream, limit: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1000];
    until(|| {
        while bytes.len() < limit {
            match stream.read(&mut buffer) {
                Ok(0) => return Some(()),
                Ok(count) => bytes.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return None,
                Err(error) => panic!("{error}"),
            }
        }
        Some(())
    });
    bytes
}

fn write_all(stream: &mut Stream, bytes: &[u8]) {
    let taken = stream.write_vectored(&[IoSlice::new(bytes)]).unwrap();
    assert_eq!(taken, bytes.len());
}

#[test]
fn right_pin_is_trusted_and_both_can_talk() {
    let folder = tempfile::tempdir().unwrap();
    let server = identity(folder.path(), "server");
    let (mut client, mut guest) = connected(&server, None);
    assert_eq!(client.verdict(), Some(Verdict::Trusted));
    assert_eq!(client.peer_fingerprint(), Some(server.fingerprint()));
    assert_eq!(guest.peer_fingerprint(), None);
    assert!(client.is_encrypted() && guest.is_encrypted());

    write_all(&mut client, b"from the client");
    assert_eq!(read_bytes(&mut guest, 15), b"from the client");
    let chunks = [IoSlice::new(b"from "), IoSlice::new(b""), IoSlice::new(b"the server")];
    assert_eq!(guest.write_vectored(&chunks).unwrap(), 15);
    assert_eq!(read_bytes(&mut client, 15), b"from the server");
}

#[test]
fn wrong_pin_names_both_keys_and_nothing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let server = identity(folder.path(), "server");
    let expected = identity(folder.path(), "other").fingerprint();
    let (mut client, mut guest) = tls_pair(&server, Trust::Pinned(expected), None);
    let [client_outcome, guest_outcome] = shake_hands(&mut client, &mut guest);
    assert_eq!(client_outcome.unwrap_err().kind(), ErrorKind::InvalidData);
    assert_eq!(guest_outcome.unwrap_err().kind(), ErrorKind::InvalidData);
    let changed = Verdict::Changed { expected, found: server.fingerprint() };
    assert_eq!(client.verdict(), Some(changed));
    assert!(client.write_vectored(&[IoSlice::new(b"secret")]).is_err());
}

#[test]
fn without_a_pin_a_self_signed_server_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let server = identity(folder.path(), "server");
    let (mut client, mut guest) = tls_pair(&server, Trust::Authorities, None);
    let [client_outcome, _] = shake_hands(&mut client, &mut guest);
    assert_eq!(client_outcome.unwrap_err().kind(), ErrorKind::InvalidData);
    assert_eq!(client.verdict(), Some(Verdict::Unknown { found: server.fingerprint() }));
}

#[test]
fn server_sees_the_key_of_the_device() {
    let folder = tempfile::tempdir().unwrap();
    let (server, device) = (identity(folder.path(), "server"), identity(folder.path(), "device"));
    let (_client, guest) = connected(&server, Some(&device));
    assert_eq!(guest.peer_fingerprint(), Some(device.fingerprint()));
}

#[test]
fn what_was_read_before_tls_began_counts() {
    let folder = tempfile::tempdir().unwrap();
    let server = identity(folder.path(), "server");
    let (client_socket, server_socket) = sockets();
    let tls = ClientTls::new(Trust::Pinned(server.fingerprint()), None);
    let mut client = Stream::connect_tls(client_socket, &tls, "127.0.0.1").unwrap();
    client.flush().unwrap();

    let mut guest = Stream::plain(server_socket);
    let hello = read_bytes(&mut guest, 3);
    guest.start_tls(server_config(&server), &hello).unwrap();
    assert!(guest.is_handshaking());
    for outcome in shake_hands(&mut client, &mut guest) {
        outcome.unwrap();
    }
}

#[test]
fn close_notify_and_fin_both_end_the_stream() {
    let folder = tempfile::tempdir().unwrap();
    let server = identity(folder.path(), "server");

    let (mut client, mut guest) = connected(&server, None);
    write_all(&mut client, b"last words");
    client.send_close();
    assert_eq!(read_bytes(&mut guest, usize::MAX), b"last words");
    let refused = client.write_vectored(&[IoSlice::new(b"more")]).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BrokenPipe);
    write_all(&mut guest, b"answer");
    assert_eq!(read_bytes(&mut client, 6), b"answer", "only one direction is closed");

    let (mut client, mut guest) = connected(&server, None);
    write_all(&mut client, b"cut");
    drop(client);
    assert_eq!(read_bytes(&mut guest, usize::MAX), b"cut");
}

#[test]
fn end_amid_the_handshake_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let server = identity(folder.path(), "server");
    let (mut client, mut guest) = tls_pair(&server, Trust::Pinned(server.fingerprint()), None);
    client.flush().unwrap();
    drop(client);
    let error = until(|| match guest.read(&mut [0; 1]) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        outcome => Some(outcome.unwrap_err()),
    });
    assert!(
        matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset),
        "{error}"
    );
}

#[test]
fn garbage_instead_of_a_hello_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = identity(folder.path(), "server");
    let beginnings: [&[u8]; 4] = [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x00\x05hello",
        &[0xff; 5000],
        b"\x16\x03\x01\xff\xff",
    ];
    for garbage in beginnings {
        let (mut client, socket) = sockets();
        let mut guest = Stream::accept_tls(socket, server_config(&server), &[]).unwrap();
        client.write_all(garbage).unwrap();
        let error = until(|| match guest.read(&mut [0; 1]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            outcome => Some(outcome.unwrap_err()),
        });
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }

    let hello_then_goodbye = b"\x15\x03\x03\x00\x02\x01\x00\x16\x03\x01\x00\x05hello";
    let (_client, socket) = sockets();
    // What matters is that it ends.
    let _ = Stream::accept_tls(socket, server_config(&server), hello_then_goodbye);
}

#[test]
fn large_writes_are_held_back_and_arrive_whole() {
    let folder = tempfile::tempdir().unwrap();
    let server = identity(folder.path(), "server");
    let (mut client, mut guest) = connected(&server, None);
    let sent: Vec<u8> = (0..16_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();

    let mut taken = 0;
    let mut received = Vec::new();
    let mut was_held_back = false;
    let mut buffer = vec![0; 50_000];
    until(|| {
        while taken < sent.len() {
            match guest.write_vectored(&[IoSlice::new(&sent[taken..])]) {
                Ok(count) => taken += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    was_held_back = true;
                    break;
                }
                Err(error) => panic!("{error}"),
            }
        }
        let is_flushed = guest.flush().unwrap();
        while let Ok(count) = client.read(&mut buffer) {
            received.extend_from_slice(&buffer[..count]);
        }
        (is_flushed && received.len() == sent.len()).then_some(())
    });
    assert!(was_held_back);
    assert!(received == sent);
}

#[test]
fn input_left_inside_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = identity(folder.path(), "server");
    let (mut client, mut guest) = connected(&server, None);
    assert!(!guest.has_buffered_input());
    write_all(&mut client, b"abc");
    assert_eq!(read_bytes(&mut guest, 0), b"");
    let mut one = [0; 1];
    until(|| guest.read(&mut one).ok());
    assert!(guest.has_buffered_input());
    assert_eq!(guest.read(&mut [0; 2]).unwrap(), 2);
    assert!(!guest.has_buffered_input());
}

#[test]
fn one_chunk_and_many_arrive_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let (encrypted, guest) = connected(&identity(folder.path(), "server"), None);
    let (client, server) = sockets();
    for (mut from, mut to) in [(guest, encrypted), (Stream::plain(server), Stream::plain(client))] {
        for chunks in [&["one"][..], &["two ", "", "chunks"], &["another"]] {
            let slices: Vec<_> = chunks.iter().map(|it| IoSlice::new(it.as_bytes())).collect();
            let sent = chunks.concat();
            assert_eq!(from.write_vectored(&slices).unwrap(), sent.len());
            assert_eq!(read_bytes(&mut to, sent.len()), sent.as_bytes());
        }
    }
}

#[test]
fn plain_streams_carry_bytes_as_they_are() {
    let (client_socket, server_socket) = sockets();
    let (mut client, mut guest) = (Stream::plain(client_socket), Stream::plain(server_socket));
    write_all(&mut client, b"hello");
    client.send_close();
    assert_eq!(read_bytes(&mut guest, usize::MAX), b"hello");
    assert!(!guest.is_encrypted() && !guest.is_handshaking() && guest.verdict().is_none());
    assert_eq!(guest.peer_fingerprint(), None::<Fingerprint>);
}

#[test]
fn only_names_that_certificates_carry_can_be_connected_to() {
    let tls = ClientTls::new(Trust::Authorities, None);
    for (host, is_fine) in [("fe80::1%eth0", true), ("server.local", true), ("two words", false)] {
        let (socket, _other) = sockets();
        assert_eq!(Stream::connect_tls(socket, &tls, host).is_ok(), is_fine, "{host}");
    }
}

#[test]
fn both_ends_of_one_connection_have_the_same_binding_and_no_other_has() {
    let folder = tempfile::tempdir().unwrap();
    let server = identity(folder.path(), "server");
    let (early, _) = tls_pair(&server, Trust::Authorities, None);
    assert_eq!(early.channel_binding(), None);
    let (client, guest) = connected(&server, None);
    let binding = client.channel_binding();
    assert!(binding.is_some());
    assert_eq!(binding, guest.channel_binding());
    let (_, other) = connected(&server, None);
    assert_ne!(other.channel_binding(), binding);
    assert_eq!(Stream::plain(sockets().0).channel_binding(), None);
}
