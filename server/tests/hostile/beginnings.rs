//! Connections that do not get to the point, or break on the way.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Resource, getrlimit, setrlimit};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::common::{Irc, PATIENCE, Wire};
use crate::raw::{ask_and_finish, connect, hear_all, send};
use crate::siege::{Siege, open_files};

const HANDSHAKE: u8 = 0x16;
const ALERT: u8 = 0x15;

/// Everything that waits for somebody ends soon.
const HASTY: &str = "[limits]\nhandshake_time = \"2s\"\nregistration_time = \"2s\"\nnaming_time = \"2s\"\n\
    ping_after = \"2s\"\nping_timeout = \"1s\"\n";

/// The hello of a TLS client that would accept no certificate of ours; the server cannot know that yet.
fn hello() -> Vec<u8> {
    let config = ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let name = ServerName::try_from("majlis.example").unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut hello = Vec::new();
    connection.write_tls(&mut hello).unwrap();
    hello
}

fn first_byte(mut socket: &TcpStream) -> u8 {
    let mut first = [0];
    socket.read_exact(&mut first).expect("the server answers");
    first[0]
}

#[test]
fn silence_at_every_step_ends_with_a_reason() {
    let mut siege = Siege::with_settings(HASTY);
    siege.withstands(16, |server| {
        let opened = |bytes: &[u8]| {
            let socket = connect(server);
            send(&socket, bytes);
            socket
        };
        let silent = opened(b"");
        let half_hello = opened(&hello()[..100]);
        let half_request = opened(b"GET / HTTP/1.1\r\n");
        let unregistered = opened(b"NICK ana\r\n");
        let registered = opened(b"NICK bo\r\nUSER bo 0 * :Bo\r\n");
        let mut under_tls = Wire::tls(server, None);
        under_tls.expect("Greetings");

        let said = |socket: &TcpStream| String::from_utf8(hear_all(socket)).unwrap();
        let plain = said(&silent);
        assert!(plain.ends_with("No name was typed in time.\n"), "{plain}");
        let plain = under_tls.read_to_end();
        assert!(plain.ends_with("No name was typed in time.\n"), "{plain}");
        assert_eq!((said(&half_hello), said(&half_request)), (String::new(), String::new()));
        let irc = said(&unregistered);
        assert!(irc.contains("ERROR :") && irc.contains("Registration timeout"), "{irc}");
        let irc = said(&registered);
        assert!(irc.contains("PING ") && irc.contains("Ping timeout"), "{irc}");
    });
}

#[test]
fn a_trickle_holds_no_place_longer_than_silence_does() {
    let mut siege = Siege::with_settings(HASTY);
    siege.withstands(16, |server| {
        let hello = hello();
        let request = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(500));
        let start = Instant::now();
        thread::scope(|scope| {
            for bytes in [
                &hello[..],
                request.as_bytes(),
                b"NICK ana\r\nPONG :aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            ] {
                scope.spawn(move || {
                    let socket = connect(server);
                    let is_over = thread::scope(|scope| {
                        let reader = scope.spawn(|| hear_all(&socket));
                        for byte in bytes {
                            if reader.is_finished() {
                                break;
                            }
                            send(&socket, &[*byte]);
                            thread::sleep(Duration::from_millis(150));
                        }
                        reader.is_finished()
                    });
                    assert!(is_over, "it stayed open until everything was sent");
                });
            }
        });
        assert!(start.elapsed() < PATIENCE);
    });
}

#[test]
fn an_end_in_the_middle_of_anything_ends_it() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let hello = hello();
        let upgrade =
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n\x81";
        let beginnings: [&[u8]; 9] = [
            b"",
            &hello[..1],
            &hello[..hello.len() - 1],
            &hello,
            b"CAP LS 3",
            b"NICK ana\r\nUSER ana 0 * :Ana\r\nJOIN #lobby\r\nPRIVMSG #lobby :half a",
            b"GET / HTTP/1.1\r\nHos",
            upgrade,
            b"an\xc3",
        ];
        for bytes in beginnings {
            ask_and_finish(server, bytes);
        }
        let answered = ask_and_finish(server, b"NICK ana\r\nUSER ana 0 * :Ana\r\nPING last\r\n");
        assert!(answered.contains("PONG") && answered.contains("last"), "{answered}");
        assert!(!answered.contains("half a"));
    });
}

#[test]
fn ten_thousand_half_open_connections_leave_room_for_others() {
    const HALF_OPEN: usize = 10_000;
    allow_files(HALF_OPEN + 1_000);
    let mut siege =
        Siege::with_settings("[limits]\nhandshake_time = \"20s\"\nnaming_time = \"20s\"\n");
    let files_before = open_files(&siege.server);
    let sockets = siege.withstands(160, |server| {
        let hello = hello();
        let sockets: Vec<TcpStream> = (0..HALF_OPEN)
            .map(|n| {
                let socket = connect(server);
                // Every other one begins with TLS, the rest say nothing at all.
                send(&socket, &hello[..n % 2 * 200]);
                socket
            })
            .collect();
        let start = Instant::now();
        while open_files(server) < files_before + HALF_OPEN {
            assert!(start.elapsed() < PATIENCE, "they are not all taken in");
            thread::sleep(Duration::from_millis(100));
        }
        Irc::plain(server, "late", "").settle();
        Irc::tls(server, "later", "", None).settle();
        sockets
    });
    siege.withstands(16, |server| {
        let start = Instant::now();
        while open_files(server) > files_before + HALF_OPEN / 10 {
            assert!(start.elapsed() < 2 * PATIENCE, "they are not let go");
            thread::sleep(Duration::from_millis(100));
        }
        drop(sockets);
    });
}

/// Raises what this process may have open; its children have their own.
fn allow_files(count: usize) {
    let count = u64::try_from(count).unwrap();
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < count) {
        limit.current = Some(count);
        setrlimit(Resource::Nofile, limit).expect("the system allows that many open files");
    }
}

#[test]
fn a_hello_may_come_in_any_two_pieces_or_byte_by_byte() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let hello = hello();
        let cuts = (1..20).chain((20..hello.len()).step_by(101));
        for cut in cuts {
            let socket = connect(server);
            send(&socket, &hello[..cut]);
            thread::sleep(Duration::from_millis(5));
            send(&socket, &hello[cut..]);
            assert_eq!(first_byte(&socket), HANDSHAKE, "cut at {cut}");
        }
        let socket = connect(server);
        for byte in &hello {
            send(&socket, &[*byte]);
        }
        assert_eq!(first_byte(&socket), HANDSHAKE);
    });
}

#[test]
fn a_broken_hello_is_answered_by_an_alert_or_an_end() {
    let mut siege = Siege::with_settings(HASTY);
    siege.withstands(16, |server| {
        let hello = hello();
        for place in (0..hello.len()).step_by(19) {
            let mut broken = hello.clone();
            broken[place] ^= 0xff;
            let socket = connect(server);
            send(&socket, &broken);
            let _ = socket.shutdown(Shutdown::Write);
            let answer = hear_all(&socket);
            let first = answer.first().copied();
            assert!(
                matches!(first, None | Some(HANDSHAKE | ALERT)) || place < 6,
                "{first:?} answers what is broken at {place}"
            );
        }
        // A record that says that it is longer than any may be (RFC 8446, 5.1).
        let too_long = [vec![HANDSHAKE, 3, 1, 0xff, 0xff], vec![0; 20_000]].concat();
        let socket = connect(server);
        send(&socket, &too_long);
        hear_all(&socket);
        // Endless records of nothing.
        let socket = connect(server);
        send(&socket, &[HANDSHAKE, 3, 1, 0, 0].repeat(10_000));
        hear_all(&socket);
    });
}

#[test]
fn tls_in_the_middle_of_plain_talk_is_a_line_like_any_other() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let mut ana = Irc::plain(server, "ana", "");
        ana.wire.send(&hello());
        ana.wire.send(b"\r\n");
        let answers = ana.settle();
        assert!(answers.iter().all(|line| !line.is("001", &[])), "{answers:?}");
        assert!(!answers.is_empty(), "it is told that this means nothing");
    });
}

#[test]
fn plain_talk_in_the_middle_of_tls_ends_it() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let mut socket = connect(server);
        send(&socket, &hello());
        assert_eq!(first_byte(&socket), HANDSHAKE);
        socket.write_all(b"NICK ana\r\nUSER ana 0 * :Ana\r\n").unwrap();
        let answer = hear_all(&socket);
        assert!(!answer.windows(5).any(|window| window == b" 001 "));
        assert!(answer.contains(&ALERT));
    });
}
