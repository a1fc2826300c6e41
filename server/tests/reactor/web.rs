//! WebSocket over real sockets (RFC 6455; ircv3 websocket), with the test in the hub's place.

use std::io::Write;
use std::net::TcpStream;

use majlis_protocol::{Capability, LineError, ParseError};
use majlis_server::event::{CloseReason, ConnId, Guest, HubInput, LineFault, Outbound};
use majlis_server::reactor::Flood;

use crate::house::{House, ROOM, assert_silence, hear, hear_all, privmsg, to_room};

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;

fn request(fields: &str) -> String {
    format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{fields}\r\n"
    )
}

fn response(fields: &str) -> String {
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n{fields}\r\n"
    )
}

/// A masked frame whose payload is short.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = match u8::try_from(payload.len()).unwrap() {
        length @ 0..126 => vec![first, 0x80 | length],
        length => vec![first, 0xfe, 0, length],
    };
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

fn send(client: &mut TcpStream, first: u8, payload: impl AsRef<[u8]>) {
    client.write_all(&frame(first, payload.as_ref())).unwrap();
}

/// A guest of this machine whose WebSocket is open, with this subprotocol.
fn web_guest(house: &mut House, subprotocol: &str) -> (TcpStream, ConnId) {
    let mut client = house.connect();
    let field = format!("Sec-WebSocket-Protocol: {subprotocol}\r\n");
    client.write_all(request(&field).as_bytes()).unwrap();
    hear(&mut client, &response(&field));
    let (conn, guest, peer) = house.next_opened();
    assert_eq!((guest, peer.encrypted), (Guest::Irc, false));
    (client, conn)
}

/// Reads exactly these bytes.
fn hear_bytes(client: &mut TcpStream, expected: &[u8]) {
    let mut heard = vec![0; expected.len()];
    std::io::Read::read_exact(client, &mut heard).unwrap();
    assert_eq!(heard, expected, "{:?}", String::from_utf8_lossy(&heard));
}

fn hear_end(client: &mut TcpStream) {
    assert_eq!(hear_all(client), "");
}

#[test]
fn each_message_is_one_line_either_way() {
    for (subprotocol, opcode) in [("text.ircv3.net", TEXT), ("binary.ircv3.net", BINARY)] {
        let mut house = House::new();
        let (mut client, conn) = web_guest(&mut house, subprotocol);
        send(&mut client, opcode, "NICK نور");
        send(&mut client, opcode, "USER n 0 * :Nour\r\n");
        send(&mut client, opcode, "");
        assert_eq!(house.next_command(), (conn, "NICK".to_owned()));
        assert_eq!(house.next_command(), (conn, "USER".to_owned()));
        house.reply(conn, "PING a\r\nPING b\r\n");
        hear_bytes(&mut client, &[&[opcode, 6][..], b"PING a", &[opcode, 6], b"PING b"].concat());
        let enabled = [Capability::ServerTime].into_iter().collect();
        house.release([
            Outbound::Capabilities { conn, enabled },
            Outbound::Joined { conn, room: ROOM },
            to_room(privmsg("hi"), None),
        ]);
        let line = b"@time=1970-01-01T00:00:00.000Z :ana!a@h PRIVMSG #lobby :hi";
        hear_bytes(&mut client, &[&[opcode, 58][..], line].concat());
        assert_silence(&mut client);
    }
}

#[test]
fn what_comes_with_the_request_is_not_lost_and_nobody_has_to_name_a_subprotocol() {
    let mut house = House::new();
    let mut client = house.connect();
    let bytes = [request("").as_bytes(), &frame(BINARY, b"NICK ana")].concat();
    for piece in bytes.chunks(50) {
        client.write_all(piece).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    hear(&mut client, &response(""));
    let (conn, guest, _) = house.next_opened();
    assert_eq!(guest, Guest::Irc);
    assert_eq!(house.next_command(), (conn, "NICK".to_owned()));
    house.reply(conn, "PING a\r\n");
    hear_bytes(&mut client, b"\x81\x06PING a");
}

#[test]
fn fragments_make_one_line_with_pings_answered_between() {
    let mut house = House::new();
    let (mut client, conn) = web_guest(&mut house, "text.ircv3.net");
    send(&mut client, 0x01, "NI");
    send(&mut client, PING, "here?");
    hear_bytes(&mut client, b"\x8a\x05here?");
    send(&mut client, 0x8a, "");
    send(&mut client, 0x80, "CK ana");
    assert_eq!(house.next_command(), (conn, "NICK".to_owned()));
}

#[test]
fn lines_keep_to_the_limits_of_irc() {
    let mut house = House::new();
    let (mut client, conn) = web_guest(&mut house, "text.ircv3.net");
    let mut say = |length: usize| {
        let (one, two) = (length / 3, length / 3 * 2);
        let line = format!("PRIVMSG #x :{}", "x".repeat(length - 12));
        send(&mut client, 0x01, &line[..one]);
        send(&mut client, 0x00, &line[one..two]);
        send(&mut client, 0x80, &line[two..]);
        house.next()
    };
    assert!(matches!(say(510), HubInput::Message { .. }));
    let HubInput::BadLine { fault, .. } = say(511) else { panic!() };
    assert_eq!(fault, LineFault::Line(LineError::BodyTooLong));
    send(&mut client, TEXT, "PING a\r\nQUIT");
    let HubInput::BadLine { fault, .. } = house.next() else { panic!() };
    assert_eq!(fault, LineFault::Parse(ParseError::ContainsLineBreak));
    send(&mut client, BINARY, b"PING \xff");
    let HubInput::BadLine { fault, .. } = house.next() else { panic!() };
    assert_eq!(fault, LineFault::Parse(ParseError::NotUtf8));
    send(&mut client, TEXT, "PING a");
    assert_eq!(house.next_command(), (conn, "PING".to_owned()));
}

#[test]
fn faults_are_answered_with_their_code() {
    let too_long = [&[0x81, 0xfe, 0x40, 0x01][..], &MASK].concat();
    let cases: [(Vec<u8>, u16, &str); 4] = [
        (vec![0x81, 0x01, b'x'], 1002, "WebSocket protocol error"),
        (frame(0x83, b""), 1002, "WebSocket protocol error"),
        (frame(TEXT, b"\xff"), 1007, "a text was not UTF-8"),
        (too_long, 1009, "a message was too long"),
    ];
    for (bytes, code, words) in cases {
        let mut house = House::new();
        let (mut client, conn) = web_guest(&mut house, "text.ircv3.net");
        client.write_all(&bytes).unwrap();
        assert_eq!(house.next_closed(), (conn, CloseReason::Io(words.to_owned())));
        hear_bytes(&mut client, &[&[CLOSE, 2][..], &code.to_be_bytes()].concat());
        hear_end(&mut client);
    }
}

#[test]
fn either_side_may_close() {
    let mut house = House::new();
    let (mut client, conn) = web_guest(&mut house, "text.ircv3.net");
    send(&mut client, CLOSE, [&1001_u16.to_be_bytes()[..], b"going"].concat());
    assert_eq!(house.next_closed(), (conn, CloseReason::Eof));
    hear_bytes(&mut client, b"\x88\x02\x03\xe9");
    hear_end(&mut client);

    let (mut client, conn) = web_guest(&mut house, "text.ircv3.net");
    let farewell = b"ERROR :bye\r\n".as_slice().into();
    house.release([Outbound::Close { conn, farewell }]);
    assert_eq!(house.next_closed(), (conn, CloseReason::Asked));
    hear_bytes(&mut client, b"\x81\x0aERROR :bye\x88\x02\x03\xe8");
    hear_end(&mut client);

    let (client, conn) = web_guest(&mut house, "text.ircv3.net");
    drop(client);
    assert_eq!(house.next_closed(), (conn, CloseReason::Eof));
}

#[test]
fn under_tls_it_is_open_to_the_network_and_without_it_is_not() {
    let mut house = House::new();
    let mut client = house.connect_tls(house.connect_from_afar(), None);
    client.say(&request(""));
    client.hear(&response(""));
    let (conn, guest, peer) = house.next_opened();
    assert_eq!((guest, peer.encrypted), (Guest::Irc, true));
    house.reply(conn, "PING a\r\n");
    client.hear_bytes(b"\x81\x06PING a");

    let mut client = house.connect_from_afar();
    client.write_all(request("").as_bytes()).unwrap();
    assert!(hear_all(&mut client).starts_with("HTTP/1.1 403 "));
    house.assert_nothing_is_told();
}

#[test]
fn pages_from_elsewhere_and_names_of_others_stay_out() {
    let mut house = House::with(64, |settings| {
        settings.doors.web.origins = vec!["https://chat.example".to_owned()];
    });
    for (request, status) in [
        (request("Origin: https://evil.example\r\n"), "403"),
        (request("").replace("localhost", "evil.example"), "421"),
        (request("").replace("13", "12"), "426"),
    ] {
        let mut client = house.connect();
        client.write_all(request.as_bytes()).unwrap();
        let answer = hear_all(&mut client);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    house.assert_nothing_is_told();
    let mut client = house.connect();
    client.write_all(request("Origin: https://chat.example\r\n").as_bytes()).unwrap();
    hear(&mut client, &response(""));
    assert_eq!(house.next_opened().1, Guest::Irc);
}

#[test]
fn pings_are_slowed_like_lines() {
    let mut house =
        House::with(64, |settings| settings.doors.flood = Flood { burst: 4, per_second: 2.0 });
    let (mut client, _) = web_guest(&mut house, "text.ircv3.net");
    client.write_all(&frame(PING, b"").repeat(20)).unwrap();
    hear_bytes(&mut client, &b"\x8a\x00".repeat(5));
    assert_silence(&mut client);
}
