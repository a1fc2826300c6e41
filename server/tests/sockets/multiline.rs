//! Messages of many lines over sockets (draft/multiline): every kind of guest, a restart, and how much of them one gets at once.

use std::time::{Duration, Instant};

use crate::common::{Irc, LABELS, Line, Server, Wire};

const ROOM: &str = "#lobby";

fn able(server: &Server, nick: &str) -> Irc {
    let mut irc = Irc::tls(server, nick, &format!("{LABELS} draft/multiline"), None);
    irc.join(ROOM);
    irc
}

/// Says lines as one message under a label, and reads its echo: the lines of the batch that it is.
fn say_lines(irc: &mut Irc, lines: &[String], label: &str) -> Vec<Line> {
    irc.send(&format!("@label={label} BATCH +l draft/multiline {ROOM}"));
    let lines: Vec<String> =
        lines.iter().map(|line| format!("@batch=l PRIVMSG {ROOM} :{line}\r\n")).collect();
    irc.wire.send(lines.concat().as_bytes());
    irc.send("BATCH -l");
    let opening = irc.wait_for(|line| line.tag("label").as_deref() == Some(label));
    read_batch(irc, opening)
}

fn read_batch(irc: &mut Irc, opening: Line) -> Vec<Line> {
    assert!(opening.is("BATCH", &[opening.param(0), "draft/multiline", ROOM]), "{opening:?}");
    let end = opening.param(0).replace('+', "-");
    let mut batch = vec![opening];
    while batch.last().is_some_and(|line| line.param(0) != end) {
        batch.push(irc.next().expect("a batch has an end"));
    }
    batch
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().filter(|line| line.command() == "PRIVMSG").map(Line::last).collect()
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

/// A guest of the plain room whose texts end so.
fn plain_guest(server: &Server, name: &str, ending: &str) -> Wire {
    let mut wire = Wire::plain(server);
    wire.expect("Greetings from the server! Now type your name and press enter!\n");
    wire.send(format!("{name}{ending}").as_bytes());
    wire.expect(&format!(
        "Welcome {name}! If you ever want to quit, type shutdown to exit.{ending}"
    ));
    wire
}

#[test]
fn every_kind_of_guest_gets_its_lines_and_history_has_them_after_a_crash() {
    let data = tempfile::tempdir().unwrap();
    let said = owned(&["hello", "", "مرحبا"]);
    let msgid = {
        let server = Server::start_in(data.path(), &[]);
        let (mut ana, mut bo) = (able(&server, "ana"), able(&server, "bo"));
        let mut old = Irc::plain(&server, "old", LABELS);
        old.join(ROOM);
        let mut guests =
            ["\n", "\r\n", ""].map(|end| plain_guest(&server, &format!("g{}", end.len()), end));
        for name in ["g1", "g2", "g0"] {
            bo.wait_for(|line| line.is("JOIN", &[ROOM]) && line.nick() == name);
        }
        let echo = say_lines(&mut ana, &said, "1");
        assert_eq!(texts(&echo), said);
        let msgid = echo[0].msgid();
        let opening = bo.wait_for(|line| line.command() == "BATCH");
        assert_eq!(opening.msgid(), msgid);
        assert_eq!(texts(&read_batch(&mut bo, opening)), said);
        let first = old.wait_for(|line| line.is("PRIVMSG", &[ROOM, "hello"]));
        assert_eq!(first.msgid(), msgid);
        let second = old.next().unwrap();
        assert!(second.is("PRIVMSG", &[ROOM, "مرحبا"]) && second.tag("msgid").is_none());
        let [lf, crlf, bare] = &mut guests;
        lf.expect("g2 has joined the chat!\ng0 has joined the chat!\n");
        crlf.expect("g0 has joined the chat!\r\n");
        lf.expect("ana: hello\nana: مرحبا\n");
        crlf.expect("ana: hello\r\nana: مرحبا\r\n");
        bare.expect("ana: hello\nana: مرحبا");
        server.kill();
        msgid
    };
    let server = Server::start_in(data.path(), &[]);
    let mut late = able(&server, "late");
    late.send(&format!("CHATHISTORY LATEST {ROOM} * 1"));
    let outer = late.wait_for(|line| line.is("BATCH", &[line.param(0), "chathistory", ROOM]));
    let opening = late.next().unwrap();
    assert_eq!(opening.msgid(), msgid);
    assert_eq!(opening.tag("batch").as_deref(), outer.param(0).strip_prefix('+'));
    assert_eq!(texts(&read_batch(&mut late, opening)), said);
    let mut older = Irc::plain(&server, "older", LABELS);
    older.join(ROOM);
    assert_eq!(texts(&older.history(&format!("LATEST {ROOM} * 1"))), ["hello", "مرحبا"]);
}

#[test]
fn each_line_is_paid_for() {
    let server = Server::start();
    let mut ana = able(&server, "ana");
    let lines: Vec<String> = (0..90).map(|number| number.to_string()).collect();
    let start = Instant::now();
    assert_eq!(texts(&say_lines(&mut ana, &lines, "1")), lines);
    let took = start.elapsed();
    assert!(took > Duration::from_secs(2), "90 lines at once took only {took:?}");
}

#[test]
fn a_page_of_the_longest_messages_ends_early_and_goes_on() {
    const COUNT: usize = 20;
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("majlis.toml");
    std::fs::write(&settings, "[limits]\nflood_per_second = \"off\"\n").unwrap();
    let server = Server::start_with(&["--config", settings.to_str().unwrap()]);
    let mut ana = able(&server, "ana");
    let lines = vec!["x".repeat(160); 100];
    for number in 0..COUNT {
        say_lines(&mut ana, &lines, &number.to_string());
    }
    let mut reader = Irc::plain(&server, "reader", LABELS);
    reader.join(ROOM);
    let (mut found, mut bound, mut pages) = (0, "*".to_owned(), 0);
    loop {
        let subcommand = if pages == 0 { "LATEST" } else { "BEFORE" };
        let page = reader.history(&format!("{subcommand} {ROOM} {bound} 200"));
        let messages: Vec<_> = page.iter().filter_map(|line| line.tag("msgid")).collect();
        let Some(oldest) = messages.first() else { break };
        assert_eq!(page.len(), messages.len() * lines.len(), "every message is whole");
        bound = format!("msgid={oldest}");
        found += messages.len();
        pages += 1;
    }
    assert_eq!(found, COUNT);
    assert!(pages > 1, "so much came at once");
}
