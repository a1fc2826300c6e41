//! HTTP and WebSocket as an attacker speaks them.

use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::common::{Irc, Server};
use crate::raw::{ask, ask_and_finish, connect, hear_all, send};
use crate::siege::Siege;

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;

/// What follows a whole answer would be a second one.
#[track_caller]
fn is_one_answer(answer: &str, status: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    assert!(answer.to_ascii_lowercase().contains("connection: close\r\n"), "{answer}");
    assert!(!answer.contains(" 001 ") && !answer.contains(" 451 "), "IRC answers: {answer}");
}

#[test]
fn whatever_is_smuggled_behind_a_request_is_not_read() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let commands = "NICK smuggled\r\nUSER smuggled 0 * :S\r\nJOIN #lobby\r\nPRIVMSG #lobby :in\r\n";
        let second = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for (head, status) in [
            ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "200"),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "200"),
            ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200\r\n\r\n", "405"),
            ("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", "405"),
            ("PUT / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n", "405"),
            ("GET / HTTP/1.1\nHost: localhost\n\n", "200"),
            ("GET / HTTP/1.1\r\nHost: localhost\r\n folded: yes\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nX: a\0b\r\n\r\n", "400"),
            ("GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"),
            ("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", "400"),
            ("GET /\r\n\r\n", "400"),
            ("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", "405"),
            ("GET http://localhost/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "404"),
        ] {
            for behind in [commands, second] {
                let answer = ask_and_finish(server, format!("{head}{behind}").as_bytes());
                assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{head:?}: {answer}");
                is_one_answer(&answer, status);
            }
        }
        let binary = [b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n".as_slice(), commands.as_bytes()];
        is_one_answer(&ask_and_finish(server, &binary.concat()), "400");
    });
}

#[test]
fn names_of_others_and_foreign_pages_stay_out() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        for path in ["/metrics", "/healthz"] {
            let request = |host: &str| format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            is_one_answer(&ask_and_finish(server, request("localhost").as_bytes()), "200");
            for host in [
                "evil.example",
                "localhost.evil.example",
                "evil.example:33000",
                "",
                "127.0.0.1.evil.example",
            ] {
                is_one_answer(&ask_and_finish(server, request(host).as_bytes()), "421");
            }
            let none = format!("GET {path} HTTP/1.1\r\n\r\n");
            is_one_answer(&ask_and_finish(server, none.as_bytes()), "400");
            let two =
                format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n");
            is_one_answer(&ask_and_finish(server, two.as_bytes()), "400");
        }
        for (fields, status) in [
            ("Host: localhost\r\nOrigin: https://evil.example\r\n", "403"),
            ("Host: localhost\r\nOrigin: null\r\n", "403"),
            (
                "Host: localhost\r\nOrigin: http://localhost\r\nOrigin: http://evil.example\r\n",
                "403",
            ),
            ("Host: evil.example\r\nOrigin: http://evil.example\r\n", "421"),
            ("", "400"),
        ] {
            let answer = ask_and_finish(server, upgrade(fields).as_bytes());
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{fields:?}: {answer}");
        }
    });
}

fn upgrade(fields: &str) -> String {
    format!(
        "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{fields}\r\n"
    )
}

/// A masked frame.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = match payload.len() {
        length @ 0..126 => vec![first, 0x80 | u8::try_from(length).unwrap()],
        length => [&[first, 0xfe][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    };
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// A WebSocket that is open.
fn web_guest(server: &Server) -> TcpStream {
    let mut socket = connect(server);
    send(&socket, upgrade("Host: localhost\r\n").as_bytes());
    let mut heard = Vec::new();
    while !heard.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).expect("it is accepted");
        heard.extend(byte);
    }
    assert!(heard.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&heard));
    socket
}

/// Reads to the end, which is a close frame with this code.
#[track_caller]
fn is_closed_with(socket: &TcpStream, code: u16, what: &str) {
    let heard = hear_all(socket);
    let close = [&[CLOSE, 2][..], &code.to_be_bytes()].concat();
    assert!(heard.ends_with(&close), "{what}: {heard:?} instead of {code}");
}

#[test]
fn a_frame_that_breaks_the_protocol_ends_it_with_its_code() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let cases: [(&str, Vec<u8>, u16); 14] = [
            ("unmasked", vec![TEXT, 1, b'x'], 1002),
            ("reserved bit", frame(0xC1, b"PING x"), 1002),
            ("reserved opcode", frame(0x83, b""), 1002),
            ("reserved control opcode", frame(0x8B, b""), 1002),
            ("ping in pieces", frame(0x09, b""), 1002),
            ("long ping", frame(0x89, &[0; 126]), 1002),
            ("continuation of nothing", frame(0x80, b"x"), 1002),
            ("text within text", [frame(0x01, b"a"), frame(TEXT, b"b")].concat(), 1002),
            ("close of one byte", frame(CLOSE, b"\x03"), 1002),
            ("close with no code", frame(CLOSE, &999_u16.to_be_bytes()), 1002),
            ("no UTF-8", frame(TEXT, b"PING \xff"), 1007),
            ("UTF-8 cut off", frame(TEXT, b"PING \xd9"), 1007),
            ("too long", [&[TEXT, 0xff, 0, 0, 0, 0, 0, 1, 0, 0][..], &MASK].concat(), 1009),
            ("longest of all", [&[TEXT, 0xff, 0x7f][..], &[0xff; 7], &MASK].concat(), 1009),
        ];
        for (what, bytes, code) in cases {
            let socket = web_guest(server);
            send(&socket, &bytes);
            is_closed_with(&socket, code, what);
        }
        let most_significant = [&[TEXT, 0xff, 0x80][..], &[0; 7], &MASK].concat();
        let socket = web_guest(server);
        send(&socket, &most_significant);
        assert!(hear_all(&socket).starts_with(&[CLOSE, 2]));
    });
}

#[test]
fn fragments_without_an_end_are_bounded() {
    let mut siege = Siege::with_settings("[limits]\nflood_per_second = \"off\"\n");
    siege.withstands(16, |server| {
        let socket = web_guest(server);
        send(&socket, &frame(0x01, b"PRIVMSG #lobby :"));
        let piece = frame(0x00, &[b'x'; 1000]);
        for _ in 0..17 {
            send(&socket, &piece);
        }
        is_closed_with(&socket, 1009, "endless");

        // Pieces of nothing make no message longer; whoever sends them is as welcome as whoever is silent.
        let mut socket = web_guest(server);
        send(&socket, &frame(0x01, b"PING "));
        let nothing = frame(0x00, b"").repeat(1000);
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            send(&socket, &nothing);
        }
        send(&socket, &frame(0x80, b"still"));
        let mut heard = Vec::new();
        while !heard.ends_with(b"still") {
            let mut byte = [0];
            socket.read_exact(&mut byte).expect("it is answered");
            heard.extend(byte);
        }
    });
}

#[test]
fn a_torrent_of_pings_is_slowed_and_nobody_else() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let mut socket = web_guest(server);
        socket.set_nonblocking(true).unwrap();
        let pings = frame(0x89, b"").repeat(1000);
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            let _ = std::io::Write::write(&mut socket, &pings);
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut heard = [0; 4096];
        let count = socket.read(&mut heard).unwrap_or_default();
        assert!((80..400).contains(&count), "{count} bytes of answers in two seconds");
    });
}

#[test]
fn whoever_asks_for_a_page_from_a_browser_cannot_talk() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let mut ana = Irc::plain(server, "ana", "");
        ana.join("#lobby");
        let form = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n\
            Content-Length: 60\r\n\r\nNICK evil\r\nUSER e 0 * :E\r\nPRIVMSG #lobby :forged\r\n";
        is_one_answer(&String::from_utf8(ask(server, form.as_bytes())).unwrap(), "405");
        assert!(ana.settle().is_empty(), "somebody came in by a page");
    });
}
