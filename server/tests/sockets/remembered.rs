//! What a room remembers besides its messages, over sockets and a restart: events, reactions, redactions, and the search.

use crate::common::{Irc, LABELS, Line, Server, device};

const ROOM: &str = "#lobby";
const MORE: &str = "draft/event-playback draft/message-redaction soju.im/search extended-join";

fn capabilities() -> String {
    format!("{LABELS} {MORE}")
}

/// A line as it was when it happened, but for the batch that it came back in.
fn shape(line: &Line) -> (String, String, Vec<String>, Option<String>, Option<String>) {
    let params = line.params().into_iter().map(str::to_owned).collect();
    let (msgid, react) = (line.tag("msgid"), line.tag("+draft/react"));
    (line.source().to_owned(), line.command().to_owned(), params, msgid, react)
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(Line::last).collect()
}

#[test]
fn everything_is_read_back_after_the_server_was_killed() {
    let data = tempfile::tempdir().unwrap();
    let key = device();
    let (live, secret) = {
        let server = Server::start_in(data.path(), &[]);
        let mut nour = Irc::tls(&server, "nour", &capabilities(), None);
        nour.join(ROOM);
        nour.settle();
        let mut ana = Irc::tls(&server, "ana", &capabilities(), Some(&key));
        ana.join(ROOM);
        let tea = ana.say(ROOM, "قرأت الكتاب with tea", "1");
        let secret = ana.say(ROOM, "my password is xyzzyplugh", "2");
        ana.send(&format!("@+reply={};+draft/react=👋 TAGMSG {ROOM}", tea.msgid()));
        ana.send(&format!("@+typing=active TAGMSG {ROOM}"));
        ana.send("NICK anna");
        ana.send(&format!("REDACT {ROOM} {} :oops", secret.msgid()));
        ana.wait_for(|line| line.command() == "REDACT");
        ana.send("QUIT :bye");
        ana.last_words();
        nour.send(&format!("PRIVMSG {ROOM} :welcome to the tea room"));
        let live = nour.settle();
        server.kill();
        (live, secret)
    };
    let kept: Vec<_> = live
        .iter()
        .filter(|line| line.msgid() != secret.msgid() && line.tag("+typing").is_none())
        .map(shape)
        .collect();
    assert_eq!(kept.len(), 7, "{live:#?}");

    let server = Server::start_in(data.path(), &[]);
    let mut late = Irc::tls(&server, "late", &capabilities(), None);
    // Nobody has joined yet, so the newest are those of before.
    let page = late.history(&format!("LATEST {ROOM} * 7"));
    assert_eq!(page.iter().map(shape).collect::<Vec<_>>(), kept);
    let plain = format!("CAP REQ -draft/event-playback\r\nCHATHISTORY LATEST {ROOM} * 7");
    late.send(&plain);
    let mut said = late.settle();
    said.retain(|line| !matches!(line.command(), "CAP" | "BATCH"));
    assert_eq!(texts(&said), ["قرأت الكتاب with tea", "welcome to the tea room"]);

    for (attributes, expected) in [
        ("text=tea", &["قرأت الكتاب with tea", "welcome to the tea room"][..]),
        ("text=كِتاب", &["قرأت الكتاب with tea"]),
        ("text=tea;from=NOUR", &["welcome to the tea room"]),
        ("text=tea;limit=1", &["welcome to the tea room"]),
        ("text=xyzzyplugh", &[]),
        ("text=password", &[]),
    ] {
        let found = late.answer(&format!("SEARCH in={ROOM};{attributes}"));
        assert_eq!(texts(&found), expected, "{attributes}");
    }

    // The device is known again, under whatever name.
    let mut back = Irc::tls(&server, "hana", &capabilities(), Some(&key));
    back.join(ROOM);
    let tea = page.iter().find(|line| line.last().contains("الكتاب")).unwrap().msgid();
    let answer = late.answer(&format!("REDACT {ROOM} {tea}"));
    assert!(answer[0].is("FAIL", &["REDACT", "INVALID_TARGET", ROOM]), "{answer:?}");
    let answer = back.answer(&format!("REDACT {ROOM} {tea}"));
    assert!(answer[0].is("REDACT", &[ROOM, &tea]), "{answer:?}");
    assert!(late.answer(&format!("SEARCH in={ROOM};text=كتاب")).is_empty());
}

#[test]
fn a_redaction_and_what_follows_it_keep_their_order() {
    let server = Server::start();
    let mut ana = Irc::plain(&server, "ana", &capabilities());
    ana.join(ROOM);
    let said = ana.say(ROOM, "one", "1");
    ana.send(&format!(
        "REDACT {ROOM} {id}\r\nREDACT {ROOM} {id}\r\nPRIVMSG {ROOM} :two\r\nSEARCH text=one",
        id = said.msgid()
    ));
    let lines = ana.settle();
    let commands: Vec<&str> = lines.iter().map(Line::command).collect();
    assert_eq!(commands, ["REDACT", "FAIL", "PRIVMSG", "BATCH", "BATCH"], "{lines:#?}");
    assert!(lines[1].is("FAIL", &["REDACT", "UNKNOWN_MSGID", ROOM, &said.msgid()]));
}
