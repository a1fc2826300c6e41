//! A reactor over real sockets, with the test in the hub's place.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;
mod queues;
mod web;

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use majlis_protocol::{Capability, LineError};
use majlis_server::event::{
    Action, Audience, CloseReason, ConnId, Guest, HubInput, LineFault, Outbound,
};
use majlis_server::reactor::{Flood, TurnedAway};

use house::{
    A_WHILE, House, PATIENCE, ROOM, act, assert_silence, hear, hear_all, privmsg, to_room,
};

fn say(client: &mut TcpStream, text: &str) {
    client.write_all(text.as_bytes()).unwrap();
}

#[test]
fn irc_is_known_even_one_byte_at_a_time() {
    let mut house = House::new();
    let mut client = house.connect();
    for byte in b"CAP LS 302\r\nNICK a\r\n" {
        client.write_all(&[*byte]).unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    let (conn, guest, peer) = house.next_opened();
    assert_eq!((conn.reactor, guest), (3, Guest::Irc));
    assert!(peer.address.is_loopback() && !peer.encrypted && peer.device_key.is_none());
    assert_eq!(house.next_command(), (conn, "CAP".to_owned()));
    assert_eq!(house.next_command(), (conn, "NICK".to_owned()));
    assert_silence(&mut client);
}

#[test]
fn silence_opens_the_plain_room() {
    let mut house = House::new();
    let start = Instant::now();
    let mut client = house.connect();
    let (conn, guest, _) = house.next_opened();
    assert_eq!(guest, Guest::Plain);
    assert!(start.elapsed() >= Duration::from_millis(250));
    house.reply(conn, "Greetings!");
    hear(&mut client, "Greetings!\n");
    say(&mut client, "ana\r\n");
    assert_eq!(house.next_text(), (conn, "ana".to_owned()));
    house.reply(conn, "Welcome ana!");
    hear(&mut client, "Welcome ana!\r\n");
}

#[test]
fn greeted_guest_may_still_turn_to_irc() {
    for opening in ["CAP LS 302\r\nNICK a\r\n", "NICK a\r\nUSER a 0 * :A\r\n"] {
        let mut house = House::new();
        let mut client = house.connect();
        let (plain, ..) = house.next_opened();
        house.reply(plain, "Greetings!");
        hear(&mut client, "Greetings!\n");
        say(&mut client, opening);
        assert_eq!(house.next_closed(), (plain, CloseReason::Asked));
        let (irc, guest, _) = house.next_opened();
        assert_eq!(guest, Guest::Irc);
        assert_eq!((irc.slot, irc.reactor), (plain.slot, plain.reactor));
        assert_ne!(irc.generation, plain.generation);
        assert_eq!(house.next_command().0, irc);
        assert_eq!(house.next_command().0, irc);
        house.release([
            Outbound::Close { conn: plain, farewell: b"too late".as_slice().into() },
            Outbound::Reply { conn: plain, bytes: b"too late".as_slice().into() },
        ]);
        house.reply(irc, "PING x\r\n");
        hear(&mut client, "PING x\r\n");
    }
}

#[test]
fn later_lines_of_the_plain_room_are_text_whatever_they_look_like() {
    let mut house = House::new();
    let (mut client, conn) = house.plain_guest("\n");
    say(&mut client, "NICK a\nGET / HTTP/1.1\n");
    assert_eq!(house.next_text(), (conn, "NICK a".to_owned()));
    assert_eq!(house.next_text(), (conn, "GET / HTTP/1.1".to_owned()));
}

#[test]
fn text_without_a_newline_is_complete_after_quiet_and_answered_alike() {
    let mut house = House::new();
    let start = Instant::now();
    let (mut client, conn) = house.plain_guest("");
    assert!(start.elapsed() >= Duration::from_millis(150));
    house.reply(conn, "Welcome bo!");
    hear(&mut client, "Welcome bo!");
    say(&mut client, "some");
    say(&mut client, " words");
    assert_eq!(house.next_text(), (conn, "some words".to_owned()));
    house.release([Outbound::Joined { conn, room: ROOM }, to_room(privmsg("hi"), None)]);
    hear(&mut client, "ana: hi");
    assert_silence(&mut client);
}

#[test]
fn tls_shows_the_device_and_holds_every_kind_of_guest() {
    let mut house = House::new();
    let device = house.device();
    let mut client = house.connect_tls(house.connect_from_afar(), Some(&device));
    client.say("NICK a\r\n");
    let (conn, guest, peer) = house.next_opened();
    assert_eq!((guest, peer.encrypted), (Guest::Irc, true));
    assert_eq!(peer.device_key, Some(device.fingerprint()));
    assert_eq!(peer.address.to_string(), "192.0.2.7");
    assert_eq!(house.next_command(), (conn, "NICK".to_owned()));
    house.reply(conn, "PING x\r\n");
    client.hear("PING x\r\n");

    let mut client = house.connect_tls(house.connect_from_afar(), None);
    let (conn, guest, peer) = house.next_opened();
    assert_eq!((guest, peer.device_key), (Guest::Plain, None), "silence under TLS");
    client.say("bo\n");
    assert_eq!(house.next_text(), (conn, "bo".to_owned()));

    let mut client = house.connect_tls(house.connect_from_afar(), None);
    client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    client.hear("HTTP/1.1 200 OK\r\n");
    house.assert_nothing_is_told();
}

#[test]
fn much_travels_both_ways_under_tls() {
    let mut house = House::new();
    let mut client = house.connect_tls(house.connect(), None);
    let line = format!("PRIVMSG #x :{}\r\n", "x".repeat(400));
    client.say("NICK x\r\n");
    let (conn, ..) = house.next_opened();
    assert_eq!(house.next_command(), (conn, "NICK".to_owned()));
    for _ in 0..100 {
        client.say(&line);
    }
    for _ in 0..100 {
        assert_eq!(house.next_command(), (conn, "PRIVMSG".to_owned()));
    }
    let history = "y".repeat(900_000);
    house.reply(conn, &history);
    client.hear(&history);
}

#[test]
fn network_needs_tls_and_is_told_so_in_its_own_protocol() {
    let mut house = House::new();
    for (first, expected) in [
        ("NICK a\r\n", "ERROR :This server talks over encrypted connections only."),
        ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 403 Forbidden\r\n"),
        ("ana\n", "This server talks over encrypted connections only."),
        ("\x16\x04", "This server talks over encrypted connections only."),
    ] {
        let mut client = house.connect_from_afar();
        say(&mut client, first);
        let heard = hear_all(&mut client);
        assert!(heard.starts_with(expected), "{heard}");
        assert!(heard.starts_with("HTTP") || heard.lines().count() == 1, "one line: {heard}");
    }
    house.assert_nothing_is_told();
}

#[test]
fn silence_from_the_network_gets_nothing_and_an_end() {
    let mut house =
        House::with(64, |settings| settings.doors.refused_silence = Duration::from_millis(600));
    let start = Instant::now();
    let mut client = house.connect_from_afar();
    assert_eq!(hear_all(&mut client), "");
    assert!(start.elapsed() >= Duration::from_millis(600));
    house.assert_nothing_is_told();
}

#[test]
fn network_may_talk_plainly_where_the_operator_says_so() {
    let mut house = House::with(64, |settings| settings.doors.allow_plaintext = true);
    let mut client = house.connect_from_afar();
    say(&mut client, "ana\n");
    assert_eq!(house.next_opened().1, Guest::Plain);
}

#[test]
fn browser_gets_a_page_and_never_a_word_into_the_room() {
    let mut house = House::new();
    let mut client = house.connect();
    say(&mut client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let heard = hear_all(&mut client);
    assert!(heard.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(heard.contains(&format!("port {}", house.port())));

    let mut client = house.connect();
    say(
        &mut client,
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nNICK a\r\nhello there\r\n",
    );
    assert!(hear_all(&mut client).starts_with("HTTP/1.1 405 "));
    house.assert_nothing_is_told();
}

#[test]
fn lines_that_are_no_messages_are_told_and_the_connection_goes_on() {
    let mut house = House::new();
    let (mut client, conn) = house.irc_guest();
    say(&mut client, "\r\n   \r\n");
    say(&mut client, &format!("PRIVMSG #x :{}\r\n", "x".repeat(600)));
    client.write_all(b"PRIVMSG #x :\xff\r\n").unwrap();
    say(&mut client, "PING x\r\n");
    let faults = [house.next(), house.next()].map(|input| match input {
        HubInput::BadLine { conn: of, fault, .. } if of == conn => fault,
        other => panic!("{other:?} instead of a bad line"),
    });
    assert_eq!(faults[0], LineFault::Line(LineError::BodyTooLong));
    assert!(matches!(faults[1], LineFault::Parse(_)));
    assert_eq!(house.next_command(), (conn, "PING".to_owned()));
}

#[test]
fn room_hears_what_is_said_in_it_in_every_dialect() {
    let mut house = House::new();
    let (mut irc, irc_conn) = house.irc_guest();
    let (mut tagged, tagged_conn) = house.irc_guest();
    let (mut plain, plain_conn) = house.plain_guest("\n");
    let (mut outside, _) = house.irc_guest();
    let joined = |conn| Outbound::Joined { conn, room: ROOM };
    let capabilities = Outbound::Capabilities {
        conn: tagged_conn,
        enabled: [Capability::ServerTime, Capability::MessageTags].into_iter().collect(),
    };
    house.release([
        joined(irc_conn),
        joined(tagged_conn),
        joined(plain_conn),
        capabilities,
        to_room(privmsg("one"), None),
        to_room(act(Action::Tagmsg { target: "#lobby".into() }), None),
        to_room(privmsg("two"), Some(irc_conn)),
        Outbound::Left { conn: plain_conn, room: ROOM },
        to_room(privmsg("three"), None),
    ]);
    hear(&mut irc, ":ana!a@h PRIVMSG #lobby :one\r\n:ana!a@h PRIVMSG #lobby :three\r\n");
    for line in ["PRIVMSG #lobby :one", "TAGMSG #lobby", "PRIVMSG #lobby :two"] {
        hear(&mut tagged, &format!("@time=1970-01-01T00:00:00.000Z :ana!a@h {line}\r\n"));
    }
    hear(&mut plain, "ana: one\nana: two\n");
    assert_silence(&mut plain);
    assert_silence(&mut outside);
}

/// A house whose news waits for longer than any test, and somebody in its room.
fn house_of_patience() -> (House, TcpStream, ConnId) {
    let mut house = House::with(64, |settings| settings.news_wait = 60 * PATIENCE);
    let (guest, conn) = house.irc_guest();
    house.release([Outbound::Joined { conn, room: ROOM }]);
    (house, guest, conn)
}

fn arrival() -> Outbound {
    to_room(act(Action::Join { room: "#lobby".into(), realname: "Ana".into() }), None)
}

const ARRIVAL: &str = ":ana!a@h JOIN #lobby\r\n";

#[test]
fn who_comes_and_goes_waits_for_what_is_said_and_is_told_before_it() {
    let (house, mut guest, conn) = house_of_patience();
    house.release([arrival()]);
    assert_silence(&mut guest);
    house.release([to_room(privmsg("one"), None), arrival()]);
    hear(&mut guest, &format!("{ARRIVAL}:ana!a@h PRIVMSG #lobby :one\r\n{ARRIVAL}"));
    house.release([arrival()]);
    assert_silence(&mut guest);
    house.reply(conn, "PONG x\r\n");
    hear(&mut guest, &format!("{ARRIVAL}PONG x\r\n"));
}

#[test]
fn enough_news_goes_out_at_once_and_what_concerns_somebody_does_not_wait() {
    let (house, mut guest, conn) = house_of_patience();
    for _ in 1..64 {
        house.release([arrival()]);
    }
    assert_silence(&mut guest);
    house.release([arrival()]);
    hear(&mut guest, &ARRIVAL.repeat(64));
    let relay = act(Action::Part { room: "#lobby".into(), reason: None });
    house.release([Outbound::Relay { to: Audience::Conns([conn].into()), relay }]);
    hear(&mut guest, ":ana!a@h PART #lobby\r\n");
}

#[test]
fn the_plain_room_hears_who_comes_at_once() {
    let (mut house, mut guest, _) = house_of_patience();
    let (mut plain, conn) = house.plain_guest("\n");
    house.release([Outbound::Joined { conn, room: ROOM }, arrival()]);
    hear(&mut plain, "ana has joined the chat!\n");
    assert_silence(&mut guest);
}

#[test]
fn news_waits_no_longer_than_its_time() {
    let mut house = House::new();
    let (mut guest, conn) = house.irc_guest();
    let started = Instant::now();
    house.release([Outbound::Joined { conn, room: ROOM }, arrival()]);
    hear(&mut guest, ARRIVAL);
    assert!(started.elapsed() >= Duration::from_millis(50), "it waited for more");
}

#[test]
fn full_hub_stops_the_reading_and_not_the_sending() {
    const COUNT: usize = 50_000;
    let padding = "x".repeat(400);
    let mut house = House::with(1, |_| {});
    let (mut client, conn) = house.irc_guest();
    let mut sender = client.try_clone().unwrap();
    let sending = std::thread::spawn(move || {
        for number in 0..COUNT {
            say(&mut sender, &format!("PING {number} :{padding}\r\n"));
        }
    });
    // The hub takes nothing for a while; meanwhile the socket's buffers fill.
    std::thread::sleep(A_WHILE);
    assert!(!sending.is_finished(), "what the hub does not take stays with the guest");
    house.reply(conn, "NOTICE x :still here\r\n");
    hear(&mut client, "NOTICE x :still here\r\n");
    for expected in 0..COUNT {
        let HubInput::Message { message, .. } = house.next() else { panic!("not a message") };
        assert_eq!(message.get().param(0), Some(expected.to_string().as_str()));
    }
    sending.join().unwrap();
}

#[test]
fn guest_who_speaks_fast_is_slowed_down_and_not_let_go() {
    let mut house =
        House::with(64, |settings| settings.doors.flood = Flood { burst: 10, per_second: 20.0 });
    let (mut client, _) = house.irc_guest();
    let start = Instant::now();
    say(&mut client, &"PING x\r\n".repeat(30));
    for _ in 0..30 {
        house.next_command();
    }
    say(&mut client, "PONG x\r\n");
    assert_eq!(house.next_command().1, "PONG");
    assert!(start.elapsed() >= Duration::from_millis(950), "{:?}", start.elapsed());
}

#[test]
fn a_line_costs_what_it_causes() {
    let flood = Flood { burst: 10, per_second: 20.0 };
    let took = |line: &str, count: usize| {
        let mut house = House::with(64, |settings| settings.doors.flood = flood);
        let (mut client, _) = house.irc_guest();
        let start = Instant::now();
        say(&mut client, &format!("{line}\r\n").repeat(count));
        (0..count).for_each(|_| {
            house.next_command();
        });
        start.elapsed()
    };
    // Ten come for nothing, and the one that empties the bucket; each token more takes 50 ms.
    for (line, price, count) in [
        ("PRIVMSG #a :x,y,z", 1, 30),
        ("PRIVMSG #a,#b,#c :x", 3, 10),
        ("JOIN #a,#b,#c,#d,#e", 5, 6),
        ("join #a", 1, 30),
        ("NICK ana", 2, 15),
        ("METADATA * SET avatar :x", 2, 15),
    ] {
        let tokens = u32::try_from(price * (count - 1)).unwrap() - 10;
        let least = Duration::from_millis(50) * tokens;
        let elapsed = took(line, count);
        assert!(elapsed + Duration::from_millis(50) >= least, "{line}: {elapsed:?}");
    }
    let unpaced = Flood { burst: 1, per_second: f32::INFINITY };
    let mut house = House::with(64, |settings| settings.doors.flood = unpaced);
    let (mut client, _) = house.irc_guest();
    let start = Instant::now();
    say(&mut client, &"JOIN #a,#b,#c,#d,#e\r\n".repeat(400));
    (0..400).for_each(|_| {
        house.next_command();
    });
    assert!(start.elapsed() < PATIENCE, "flood control is off");
}

#[test]
fn lines_that_come_in_one_read_are_slowed_down_like_others() {
    let flood = Flood { burst: 10, per_second: 100.0 };
    let mut house = House::with(64, |settings| settings.doors.flood = flood);
    let mut still_here = Vec::new();
    for ending in ["\r\n", "\n", "\r"] {
        let (mut client, _) = house.plain_guest("\n");
        let texts: Vec<String> = (0..60).map(|number| number.to_string()).collect();
        let start = Instant::now();
        say(&mut client, &(texts.join(ending) + ending));
        for text in texts {
            assert_eq!(house.next_text().1, text);
        }
        assert!(start.elapsed() >= Duration::from_millis(450), "{:?}", start.elapsed());
        still_here.push(client);
    }
    let (mut client, _) = house.irc_guest();
    let start = Instant::now();
    say(&mut client, &"PING x\r\n".repeat(60));
    client.shutdown(Shutdown::Write).unwrap();
    for _ in 0..60 {
        assert_eq!(house.next_command().1, "PING");
    }
    assert!(start.elapsed() >= Duration::from_millis(450), "{:?}", start.elapsed());
    assert_eq!(house.next_closed().1, CloseReason::Eof, "what came before the end comes first");
}

#[test]
fn close_sends_what_waits_and_the_last_words() {
    let mut house = House::new();
    let (mut client, conn) = house.irc_guest();
    let history = "y".repeat(500_000);
    house.release([
        Outbound::Reply { conn, bytes: history.as_bytes().into() },
        Outbound::Close { conn, farewell: b"ERROR :bye\r\n".as_slice().into() },
        Outbound::Reply { conn, bytes: b"too late".as_slice().into() },
    ]);
    assert_eq!(house.next_closed(), (conn, CloseReason::Asked));
    say(&mut client, "PING nobody-listens\r\n");
    assert_eq!(hear_all(&mut client), history + "ERROR :bye\r\n");
    house.assert_nothing_is_told();
}

#[test]
fn answers_reach_a_guest_whose_input_ended() {
    let mut house = House::new();
    let mut client = house.connect();
    say(&mut client, "ana\nhello");
    client.shutdown(Shutdown::Write).unwrap();
    let (conn, ..) = house.next_opened();
    assert_eq!(house.next_text(), (conn, "ana".to_owned()));
    assert_eq!(house.next_text(), (conn, "hello".to_owned()));
    assert_eq!(house.next_closed(), (conn, CloseReason::Eof));
    house.release([
        Outbound::Reply { conn, bytes: b"Welcome ana!".as_slice().into() },
        Outbound::Joined { conn, room: ROOM },
        to_room(privmsg("hello"), None),
    ]);
    assert_eq!(hear_all(&mut client), "Welcome ana!\nana: hello\n");
    house.assert_nothing_is_told();
}

#[test]
fn name_of_an_ended_connection_never_means_its_successor() {
    let mut house = House::new();
    let (mut client, before) = house.irc_guest();
    house.release([
        Outbound::Joined { conn: before, room: ROOM },
        Outbound::Close { conn: before, farewell: [].into() },
    ]);
    assert_eq!(house.next_closed(), (before, CloseReason::Asked));
    assert_eq!(hear_all(&mut client), "");
    drop(client);
    std::thread::sleep(A_WHILE);
    let (mut client, after) = house.irc_guest();
    assert_eq!(after.slot, before.slot);
    assert_ne!(after.generation, before.generation);
    house.release([
        Outbound::Reply { conn: before, bytes: b"stale".as_slice().into() },
        Outbound::Joined { conn: before, room: ROOM },
        to_room(privmsg("stale"), None),
        Outbound::Close { conn: before, farewell: b"stale".as_slice().into() },
    ]);
    house.reply(after, "PING x\r\n");
    hear(&mut client, "PING x\r\n");
}

#[test]
fn shutdown_sends_what_waits_and_ends() {
    let mut house = House::new();
    let (mut client, conn) = house.irc_guest();
    let (_idle, _) = house.plain_guest("\n");
    let _silent = house.connect();
    house.release([Outbound::Reply { conn, bytes: "z".repeat(300_000).into_bytes().into() }]);
    let reading = std::thread::spawn(move || hear_all(&mut client).len());
    assert!(house.stop() < Duration::from_secs(5));
    assert_eq!(reading.join().unwrap(), 300_000);
    let (_client, socket, peer) = house.call();
    assert!(house.handle.accept(socket, peer).is_err());
    house.reply(conn, "nobody is left");
}

#[test]
fn reactor_holds_so_many_connections_and_no_more() {
    let mut house = House::with(64, |settings| settings.max_connections = 1);
    let (mut client, conn) = house.irc_guest();
    let (_turned_away, socket, peer) = house.call();
    assert_eq!(house.handle.accept(socket, peer), Err(TurnedAway::Full));
    house.release([Outbound::Close { conn, farewell: [].into() }]);
    assert_eq!(hear_all(&mut client), "");
    drop(client);
    let start = Instant::now();
    while {
        let (_next, socket, peer) = house.call();
        house.handle.accept(socket, peer).is_err()
    } {
        assert!(start.elapsed() < PATIENCE, "the place never gets free");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_address_holds_so_many_connections_and_no_more() {
    let mut house = House::with(64, |settings| settings.doors.connections_per_address = 2);
    let accept = |house: &House, peer: &str| {
        let (client, socket, _) = house.call();
        house.handle.accept(socket, peer.parse().unwrap()).map(|()| client)
    };
    let first = accept(&house, "192.0.2.7:1").unwrap();
    let _second = accept(&house, "192.0.2.7:2").unwrap();
    assert_eq!(accept(&house, "192.0.2.7:3").unwrap_err(), TurnedAway::TooManyFromThere);
    let _other = accept(&house, "192.0.2.8:1").unwrap();
    drop(first);
    let start = Instant::now();
    while accept(&house, "192.0.2.7:4").is_err() {
        assert!(start.elapsed() < PATIENCE, "the place never gets free");
        std::thread::sleep(Duration::from_millis(10));
    }
    house.assert_nothing_is_told();
}

#[test]
fn guest_who_never_finishes_the_beginning_is_let_go() {
    let mut house = House::with(64, |settings| {
        settings.doors.handshake_timeout = Duration::from_millis(400);
        settings.doors.sniff_timeout = Duration::from_mins(1);
    });
    for beginning in ["\x16\x03\x01", "GET / HTTP/1.1\r\n"] {
        let mut client = house.connect();
        say(&mut client, beginning);
        assert_eq!(hear_all(&mut client), "");
    }
    house.assert_nothing_is_told();
    let _silent = house.connect();
    assert_eq!(house.next_opened().1, Guest::Plain, "who may be here is not sent away");
}

#[test]
fn garbage_of_every_kind_leaves_the_reactor_unharmed() {
    let mut house = House::with(10_000, |_| {});
    let mut state = 1_u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    let beginnings: [&[u8]; 6] =
        [b"", b"\x16\x03\x01\x00\x20", b"NICK ", b"GET ", b"@;= :", b"\xff\xfa"];
    for round in 0..120 {
        let mut client = house.connect();
        let mut bytes = beginnings[round % beginnings.len()].to_vec();
        bytes.extend((0..3000).map(|_| random()));
        // It may well be closed under our hands.
        let _ = client.write_all(&bytes);
    }
    let mut client = house.connect();
    say(&mut client, "NICK sane\r\n");
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < PATIENCE, "the reactor has stopped");
        if let HubInput::Message { message, .. } = house.next()
            && message.get().param(0) == Some("sane")
        {
            return;
        }
    }
}
