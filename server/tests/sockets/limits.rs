//! Guests who are slow, silent, endless, deaf or senseless: bounded, dropped with a reason where they have to be, and never a
//! burden to the others.

use std::time::{Duration, Instant};

use crate::common::{Irc, LABELS, Line, PATIENCE, Server, Wire};

/// Somebody else, whom nothing of this may disturb.
struct Bystander(Irc);

impl Bystander {
    fn at(server: &Server) -> Self {
        let mut irc = Irc::tls(server, "bystander", LABELS, None);
        irc.join("#lobby");
        Self(irc)
    }

    #[track_caller]
    fn is_well(&mut self) {
        let start = Instant::now();
        self.0.settle();
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "the others wait: an answer took {took:?}");
    }
}

#[test]
fn a_line_may_be_as_long_as_allowed_and_no_longer() {
    let server = Server::start();
    let mut ana = Irc::plain(&server, "ana", "message-tags");
    let at_limit = format!("{:<510}", "PING fits");
    ana.send(&at_limit);
    ana.wait_for(|line| line.command() == "PONG" && line.last() == "fits");
    ana.send(&(at_limit + " "));
    ana.wait_for(|line| line.command() == "417");
    let tags = |bytes: usize| format!("@{} ", "a".repeat(bytes - 2));
    ana.send(&format!("{}PING fits", tags(4096)));
    ana.wait_for(|line| line.command() == "PONG" && line.last() == "fits");
    ana.send(&format!("{}PING over", tags(4097)));
    ana.wait_for(|line| line.command() == "417");
    assert!(ana.settle().is_empty());
}

#[test]
fn a_line_without_an_end_is_refused_once_and_the_guest_goes_on() {
    let server = Server::start();
    let mut bystander = Bystander::at(&server);
    let mut ana = Irc::plain(&server, "ana", "");
    ana.wire.send(&b"a".repeat(60_000));
    ana.wait_for(|line| line.command() == "417");
    ana.wire.send(b"\r\n");
    assert!(ana.settle().is_empty(), "one line, one refusal");
    bystander.is_well();
}

#[test]
fn bytes_that_are_no_irc_are_answered_and_the_guest_goes_on() {
    let server = Server::start();
    let mut ana = Irc::plain(&server, "ana", "standard-replies message-tags");
    let mut labelled = Irc::plain(&server, "bo", "standard-replies labeled-response batch");
    labelled.wire.send(b"@label=x7 PRIVMSG #lobby :\xff\r\n");
    let line = labelled.wait_for(|line| line.command() == "FAIL");
    assert_eq!((line.param(0), line.param(1)), ("PRIVMSG", "INVALID_UTF8"));
    assert_eq!(line.tag("label").as_deref(), Some("x7"));
    for bad in [&b"PRIVMSG #lobby :\xff\xfe\r\n"[..], b"PING \0\r\n", b":only-a-source\r\n"] {
        ana.wire.send(bad);
        let answers = ana.settle();
        assert_eq!(answers.len(), 1, "{bad:?}: {answers:?}");
    }
}

#[test]
fn a_page_request_without_an_end_is_refused() {
    let server = Server::start();
    let mut wire = Wire::plain(&server);
    wire.send(b"GET / HTTP/1.1\r\n");
    wire.send_until(&b"X: yes\r\n".repeat(2000), Instant::now() + PATIENCE);
    assert!(wire.read_to_end().starts_with("HTTP/1.1 431 "));
}

#[test]
fn text_without_an_end_is_cut_into_messages() {
    let server = Server::start();
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join("#lobby");
    let mut wire = Wire::plain(&server);
    wire.send(b"ed\n");
    ana.wait_for(|line| line.nick() == "ed" && line.command() == "JOIN");
    wire.send(&b"x".repeat(20_000));
    let mut heard = 0;
    while heard < 20_000 {
        let line = ana.wait_for(|line| line.nick() == "ed" && line.command() == "PRIVMSG");
        heard += line.last().len();
    }
    assert_eq!(heard, 20_000);
}

#[test]
fn a_flood_is_slowed_and_answered_whole() {
    const PINGS: usize = 150;
    let server = Server::start();
    let mut bystander = Bystander::at(&server);
    let mut ana = Irc::plain(&server, "ana", "");
    let start = Instant::now();
    let flood: Vec<String> = (0..PINGS).map(|n| format!("PING p{n}")).collect();
    ana.send(&flood.join("\r\n"));
    bystander.is_well();
    for n in 0..PINGS {
        ana.wait_for(|line| line.command() == "PONG" && line.last() == format!("p{n}"));
    }
    let took = start.elapsed();
    assert!(took > Duration::from_secs(2), "{PINGS} lines at once took only {took:?}");
}

#[test]
fn whoever_begins_and_falls_silent_is_let_go() {
    let server = Server::start();
    let mut bystander = Bystander::at(&server);
    let mut half_hello = Wire::plain(&server);
    half_hello.send(b"\x16\x03\x01\x02\x00\x01\x00");
    let mut half_request = Wire::plain(&server);
    half_request.send(b"GET / HTTP/1.1\r\nHost:");
    let start = Instant::now();
    half_hello.wait_for_end();
    half_request.wait_for_end();
    assert!(start.elapsed() > Duration::from_secs(5), "people on slow networks need longer");
    bystander.is_well();
}

#[test]
fn whoever_never_reads_is_dropped_with_a_reason_and_others_go_on() {
    let server = Server::start();
    let mut bystander = Bystander::at(&server);
    for n in 0..30 {
        bystander.0.say("#lobby", &"m".repeat(380), &format!("l{n}"));
    }
    let mut deaf = Irc::new(Wire::deaf(&server));
    deaf.send(&format!("CAP REQ :{LABELS}\r\nNICK deaf\r\nUSER deaf 0 * :Deaf\r\nCAP END"));
    deaf.send("JOIN #lobby");
    let question = "CHATHISTORY LATEST #lobby * 200\r\n".repeat(400);
    let until = Instant::now() + PATIENCE;
    std::thread::scope(|scope| {
        scope.spawn(|| deaf.wire.send_blindly(question.as_bytes(), until));
        let gone = |line: &Line| line.nick() == "deaf" && line.command() == "QUIT";
        let quit = bystander.0.wait_for(gone);
        assert_eq!(quit.last(), "Connection too slow");
        assert!(Instant::now() < until);
    });
    bystander.is_well();
    let mut next = Irc::plain(&server, "deaf", "");
    next.join("#lobby");
}

#[test]
fn senseless_bytes_of_every_kind_do_no_harm() {
    let server = Server::start();
    let mut bystander = Bystander::at(&server);
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next_byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    let beginnings: [&[u8]; 6] =
        [b"", b"\x16\x03\x01", b"CAP ", b"GET / ", b"@a=", b"name\n\xff\xfa"];
    for round in 0..60 {
        let mut wire = Wire::plain(&server);
        let noise: Vec<u8> = (0..3000).map(|_| next_byte()).collect();
        let bytes = [beginnings[round % beginnings.len()], &noise].concat();
        wire.send_until(&bytes, Instant::now() + Duration::from_millis(200));
        if round % 2 == 0 {
            wire.finish_sending();
        }
    }
    assert!(server.is_running());
    bystander.is_well();
}

#[test]
fn hundreds_at_once_are_served() {
    let server = Server::start();
    let mut bystander = Bystander::at(&server);
    let mut guests: Vec<Irc> = (0..300).map(|_| Irc::new(Wire::plain(&server))).collect();
    for (n, guest) in guests.iter_mut().enumerate() {
        guest.send(&format!("NICK guest{n}\r\nUSER guest{n} 0 * :Guest\r\nJOIN #lobby"));
    }
    for guest in &mut guests {
        guest.wait_for(|line| line.command() == "366");
    }
    bystander.0.say("#lobby", "hello all", "1");
    for guest in &mut guests {
        guest.wait_for(|line| line.is("PRIVMSG", &["#lobby", "hello all"]));
    }
}
