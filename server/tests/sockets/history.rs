//! CHATHISTORY over a socket: every subcommand, both kinds of bounds, and a restart in between.

use crate::common::{Irc, LABELS, Line, Server};

const ROOM: &str = "#lobby";
const COUNT: usize = 20;

/// A server on whose lobby twenty messages were said, and what their echoes looked like.
struct Told {
    irc: Irc,
    echoes: Vec<Line>,
}

impl Told {
    fn on(server: &Server) -> Self {
        let mut irc = Irc::tls(server, "ana", LABELS, None);
        irc.join(ROOM);
        let echoes =
            (0..COUNT).map(|n| irc.say(ROOM, &format!("message {n}"), &format!("l{n}"))).collect();
        Self { irc, echoes }
    }

    fn id(&self, index: usize) -> String {
        format!("msgid={}", self.echoes[index].msgid())
    }

    fn time(&self, index: usize) -> String {
        format!("timestamp={}", self.echoes[index].tag("time").expect("it was asked for"))
    }

    #[track_caller]
    fn expect(&mut self, arguments: &str, expected: std::ops::Range<usize>) {
        let page = self.irc.history(arguments);
        let texts: Vec<&str> = page.iter().map(Line::last).collect();
        let expected: Vec<String> = expected.map(|n| format!("message {n}")).collect();
        assert_eq!(texts, expected, "CHATHISTORY {arguments}: {page:#?}");
    }

    #[track_caller]
    fn expect_failure(&mut self, arguments: &str, code: &str) {
        let answer = self.irc.history(arguments);
        assert!(answer[0].is("FAIL", &["CHATHISTORY", code]), "{arguments}: {answer:?}");
    }
}

#[test]
fn every_subcommand_finds_its_messages() {
    let server = Server::start();
    let mut told = Told::on(&server);
    let (five, nine) = (told.id(5), told.id(9));
    told.expect(&format!("LATEST {ROOM} * 4"), 16..20);
    told.expect(&format!("LATEST {ROOM} * 100"), 0..20);
    told.expect(&format!("LATEST {ROOM} {five} 3"), 17..20);
    told.expect(&format!("LATEST {ROOM} {five} 100"), 6..20);
    told.expect(&format!("BEFORE {ROOM} {five} 3"), 2..5);
    told.expect(&format!("AFTER {ROOM} {five} 3"), 6..9);
    told.expect(&format!("BETWEEN {ROOM} {five} {nine} 10"), 6..9);
    told.expect(&format!("BETWEEN {ROOM} {five} {nine} 2"), 6..8);
    told.expect(&format!("BETWEEN {ROOM} {nine} {five} 2"), 7..9);
    told.expect(&format!("AROUND {ROOM} {five} 1"), 5..6);
    told.expect(&format!("AROUND {ROOM} {five} 4"), 3..7);
    told.expect(&format!("AFTER {ROOM} {} 5", told.id(COUNT - 1)), 0..0);
    told.expect(&format!("BEFORE {ROOM} {} 5", told.id(0)), 0..0);
}

#[test]
fn what_came_before_the_end_is_answered_and_done() {
    let server = Server::start();
    let mut bob = Irc::plain(&server, "bob", LABELS);
    bob.join(ROOM);
    for is_encrypted in [false, true] {
        let mut ana = if is_encrypted {
            Irc::tls(&server, "ana", LABELS, None)
        } else {
            Irc::plain(&server, "ana", LABELS)
        };
        ana.join(ROOM);
        ana.say(ROOM, "before", "l1");
        let rest = "CHATHISTORY LATEST #lobby * 1\r\nPRIVMSG #lobby :after\r\nQUIT :bye\r\n";
        ana.wire.send(rest.as_bytes());
        ana.wire.end_sending();
        ana.wait_for(|line| line.is("PRIVMSG", &[ROOM, "before"]));
        ana.wait_for(|line| line.is("PRIVMSG", &[ROOM, "after"]));
        assert!(ana.last_words().last().contains("(Quit: bye)"));
        bob.wait_for(|line| line.is("PRIVMSG", &[ROOM, "after"]));
        bob.wait_for(|line| line.is("QUIT", &["Quit: bye"]));
    }
}

#[test]
fn times_are_bounds_too() {
    let server = Server::start();
    let mut irc = Irc::plain(&server, "ana", LABELS);
    irc.join(ROOM);
    let echoes: Vec<Line> = (0..4)
        .map(|n| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            irc.say(ROOM, &format!("message {n}"), &format!("l{n}"))
        })
        .collect();
    let mut told = Told { irc, echoes };
    let (first, last) = (told.time(0), told.time(3));
    told.expect(&format!("AFTER {ROOM} {first} 10"), 1..4);
    told.expect(&format!("BEFORE {ROOM} {last} 10"), 0..3);
    told.expect(&format!("BETWEEN {ROOM} {last} {first} 1"), 2..3);
    told.expect(&format!("LATEST {ROOM} timestamp=2001-01-01T00:00:00.000Z 10"), 0..4);
    told.irc.send(
        "@label=t CHATHISTORY TARGETS timestamp=2001-01-01T00:00:00Z timestamp=2100-01-01T00:00:00Z 10",
    );
    let batch = told.irc.wait_for(|line| line.tag("label").as_deref() == Some("t"));
    assert_eq!(batch.param(1), "draft/chathistory-targets");
    let target = told.irc.next().unwrap();
    let newest = told.echoes[3].tag("time").unwrap();
    assert!(target.is("CHATHISTORY", &["TARGETS", ROOM, &newest]), "{target:?}");
}

#[test]
fn what_is_wrong_with_a_request_is_said() {
    let server = Server::start();
    let mut told = Told { irc: Irc::plain(&server, "ana", LABELS), echoes: Vec::new() };
    told.irc.join(ROOM);
    told.expect_failure("LATEST #nowhere * 10", "INVALID_TARGET");
    told.expect_failure(&format!("SIDEWAYS {ROOM} * 10"), "INVALID_PARAMS");
    told.expect_failure(&format!("LATEST {ROOM} *"), "INVALID_PARAMS");
    told.expect_failure(&format!("LATEST {ROOM} * ten"), "INVALID_PARAMS");
    told.expect_failure(&format!("BEFORE {ROOM} timestamp=yesterday 10"), "INVALID_PARAMS");
    told.expect_failure(&format!("BEFORE {ROOM} sequence=3 10"), "INVALID_MSGREFTYPE");
    told.expect_failure(&format!("BEFORE {ROOM} msgid=unknown 10"), "MESSAGE_ERROR");
    told.expect_failure(
        &format!("BEFORE {ROOM} msgid=01234567890123456789ABCDEF 10"),
        "MESSAGE_ERROR",
    );
}

#[test]
fn history_looks_as_it_did_and_outlives_the_server() {
    let data = tempfile::tempdir().unwrap();
    let echoes = {
        let server = Server::start_in(data.path(), &[]);
        let told = Told::on(&server);
        server.kill();
        told.echoes
    };
    let server = Server::start_in(data.path(), &[]);
    let mut late = Irc::plain(&server, "late", LABELS);
    late.join(ROOM);
    let page = late.history(&format!("LATEST {ROOM} * 100"));
    assert_eq!(page.len(), echoes.len());
    for (kept, echo) in page.iter().zip(&echoes) {
        assert_eq!((kept.source(), kept.params()), (echo.source(), echo.params()));
        assert_eq!((kept.tag("msgid"), kept.tag("time")), (echo.tag("msgid"), echo.tag("time")));
        assert!(kept.tag("batch").is_some(), "{kept:?}");
    }
    let mut told = Told { irc: late, echoes };
    told.irc.say(ROOM, "message 20", "new");
    let last = told.id(COUNT - 1);
    told.expect(&format!("AFTER {ROOM} {last} 10"), 20..21);
}

#[test]
fn a_guests_room_and_its_history_end_together() {
    let server = Server::start();
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join("#kitchen");
    ana.say("#kitchen", "soup?", "1");
    ana.send("PART #kitchen");
    ana.join("#kitchen");
    assert_eq!(ana.history("LATEST #kitchen * 10"), []);
}

#[test]
fn lines_behind_a_question_wait_for_its_answer() {
    let server = Server::start();
    let mut told = Told::on(&server);
    told.irc.send(&format!("CHATHISTORY LATEST {ROOM} * 100\r\nPING behind"));
    let mut count = 0;
    loop {
        let line = told.irc.next().unwrap();
        match line.command() {
            "PONG" => break,
            "PRIVMSG" => count += 1,
            _ => {}
        }
    }
    assert_eq!(count, COUNT, "the PONG came before the history");
}
