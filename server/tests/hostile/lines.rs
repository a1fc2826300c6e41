//! Lines at and over every limit, lines without an end, and bytes that do not belong in one.

use std::time::{Duration, Instant};

use crate::common::{ALL_CAPABILITIES, Irc, LABELS, Line, PATIENCE, Server, Wire};
use crate::siege::Siege;

/// One kind of connection each.
fn talkers(server: &Server, nick: &str) -> [Irc; 2] {
    [
        Irc::plain(server, &format!("{nick}-tcp"), ALL_CAPABILITIES),
        Irc::tls(server, &format!("{nick}-tls"), ALL_CAPABILITIES, None),
    ]
}

#[track_caller]
fn is_answered(irc: &mut Irc, line: &str, is_taken: bool) {
    irc.send(line);
    let answers = irc.settle();
    let is = |command: &str| answers.iter().any(|line| line.command() == command);
    assert_eq!((is("PONG"), is("417")), (is_taken, !is_taken), "{} bytes: {answers:?}", line.len());
}

#[test]
fn lines_and_tags_at_their_limits_and_one_beyond() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        for mut irc in talkers(server, "ana") {
            let padded = |bytes: usize| format!("{:<bytes$}", "PING fits");
            let tagged = |bytes: usize, rest: &str| format!("@{} {rest}", "a".repeat(bytes));
            // Both with CR LF, and for tags what is between @ and the space (message-tags, "Size limit").
            for (bytes, is_taken) in [(511, true), (512, true), (513, false)] {
                is_answered(&mut irc, &padded(bytes - 2), is_taken);
            }
            for (bytes, is_taken) in [(4093, true), (4094, true), (4095, false)] {
                is_answered(&mut irc, &tagged(bytes, "PING fits"), is_taken);
            }
            for bytes in [8190, 8191, 8192] {
                is_answered(&mut irc, &tagged(bytes - 2, "PING over"), false);
            }
            is_answered(&mut irc, &tagged(4094, &padded(510)), true);
            is_answered(&mut irc, &tagged(4094, &padded(511)), false);
        }
    });
}

#[test]
fn the_longest_tags_arrive_whole_beside_the_servers_own() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let [mut ana, mut bo] = talkers(server, "ana");
        ana.join("#lobby");
        bo.join("#lobby");
        let label = "@label=l;+a=";
        let value = "v".repeat(4094 + 1 - label.len());
        ana.send(&format!("{label}{value} PRIVMSG #lobby :long"));
        let heard = bo.wait_for(|line| line.is("PRIVMSG", &["#lobby", "long"]));
        assert_eq!(heard.tag("+a").as_ref(), Some(&value));
        assert!(heard.tag("msgid").is_some() && heard.tag("time").is_some());
        let echo = ana.wait_for(|line| line.is("PRIVMSG", &["#lobby", "long"]));
        assert_eq!((echo.tag("+a"), echo.tag("label")), (Some(value), Some("l".to_owned())));
    });
}

#[test]
fn ten_megabytes_without_a_newline_take_no_memory() {
    let mut siege = Siege::with_settings("[limits]\nflood_per_second = \"off\"\n");
    let endless = vec![b'a'; 10 * 1024 * 1024];
    siege.withstands(16, |server| {
        for mut irc in talkers(server, "ana") {
            for beginning in ["", "@a="] {
                irc.wire.send(beginning.as_bytes());
                irc.wire.send(&endless);
                irc.wire.send(b"\r\n");
                let answers = irc.settle();
                assert_eq!(answers.len(), 1, "one line, one refusal: {answers:?}");
                assert_eq!(answers[0].command(), "417");
            }
        }
        let mut request = Wire::plain(server);
        request.send(b"GET / HTTP/1.1\r\nX: ");
        request.send_until(&endless, Instant::now() + PATIENCE);
        assert!(request.read_to_end().starts_with("HTTP/1.1 431 "));
    });
}

#[test]
fn ten_megabytes_without_a_newline_are_read_no_faster_than_allowed() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        for mut irc in talkers(server, "ana") {
            let endless = vec![b'a'; 10 * 1024 * 1024];
            let sent = irc.wire.send_until(&endless, Instant::now() + Duration::from_secs(3));
            assert!(sent < endless.len(), "all of it was read at once");
        }
        let mut nc = Wire::plain(server);
        nc.send(b"nc\n");
        nc.send_until(&vec![b'a'; 10 * 1024 * 1024], Instant::now() + Duration::from_secs(3));
    });
}

#[test]
fn control_bytes_reach_nobody() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let [mut ana, mut bo] = talkers(server, "ana");
        ana.join("#lobby");
        bo.join("#lobby");
        ana.settle();
        for bad in [
            &b"PRIVMSG #lobby :a\0b"[..],
            b"PRIVMSG #lobby :a\rPRIVMSG #lobby :b",
            b"PRIVMSG #lobby :\xff",
            b"PRIVMSG #lobby :cut \xd9",
            b"PRIVMSG #lobby :surrogate \xed\xa0\x80",
            b"PRIVMSG #lobby :long form \xc0\xaf",
            b"\xff\xfe",
            b"@\xff=x PRIVMSG #lobby :x",
            b"@a=\0 PRIVMSG #lobby :x",
            b"@label=\0 PRIVMSG #lobby :x",
            b"PRIV\0MSG #lobby :x",
            b":source\xff PRIVMSG #lobby :x",
        ] {
            ana.wire.send(&[bad, b"\r\n"].concat());
            let answers = ana.settle();
            assert!(!answers.is_empty(), "{:?} is not answered", String::from_utf8_lossy(bad));
            assert!(answers.iter().all(|line| line.command() != "PRIVMSG"), "{answers:?}");
        }
        assert!(bo.settle().iter().all(|line| line.command() != "PRIVMSG"));
        for empty in [&b"\r\n"[..], b"\n", b"   \r\n", b"\r\n\r\n\r\n"] {
            ana.wire.send(empty);
        }
        ana.settle();
    });
}

#[test]
fn a_bare_newline_ends_a_line_too() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let mut ana = Irc::plain(server, "ana", "");
        ana.wire.send(b"PING one\nPING two\r\n");
        for word in ["one", "two"] {
            ana.wait_for(|line| line.command() == "PONG" && line.last() == word);
        }
    });
}

#[test]
fn nobody_can_forge_what_the_server_says_of_a_message() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let [mut ana, mut bo] = talkers(server, "ana");
        ana.join("#lobby");
        bo.join("#lobby");
        ana.send(
            "@time=1970-01-01T00:00:00.000Z;msgid=forged;account=root;batch=x;bot;label=mine;+ok=yes \
             :root!root@server PRIVMSG #lobby :who said this",
        );
        let heard = bo.wait_for(|line| line.is("PRIVMSG", &["#lobby", "who said this"]));
        assert_eq!(heard.nick(), "ana-tcp");
        assert_eq!(heard.tag("+ok").as_deref(), Some("yes"));
        assert_ne!(heard.tag("msgid").as_deref(), Some("forged"));
        assert!(!heard.tag("time").unwrap().starts_with("1970"));
        for forged in ["account", "batch", "bot", "label"] {
            assert_eq!(heard.tag(forged), None, "{heard:?}");
        }
    });
}

#[test]
fn escapes_and_duplicates_mean_one_thing_to_all() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let [mut ana, mut bo] = talkers(server, "ana");
        ana.join("#lobby");
        bo.join("#lobby");
        for (sent, heard) in
            [(r"\:\s\\\r\n", "; \\\r\n"), (r"\b\e", "be"), (r"lone\", "lone"), (r"\\:", r"\:")]
        {
            ana.send(&format!("@+a={sent};+b PRIVMSG #lobby :{sent}"));
            let line = bo.wait_for(|line| line.is("PRIVMSG", &["#lobby", sent]));
            assert_eq!(line.tag("+a").as_deref(), Some(heard), "{line:?}");
        }
        ana.send("@+a=1;+a=2;+a=3 PRIVMSG #lobby :last");
        let line = bo.wait_for(|line| line.is("PRIVMSG", &["#lobby", "last"]));
        assert_eq!(line.tag("+a").as_deref(), Some("3"), "the last counts (message-tags)");
        for odd in [
            "@=x PING p",
            "@; PING p",
            "@;;; PING p",
            "@+= PING p",
            "@a=;b=;; PING p",
            "@+/=x PING p",
            "@a=b=c PING p",
        ] {
            ana.send(odd);
            let answers = ana.settle();
            assert!(!answers.is_empty(), "{odd:?} is not answered");
        }
    });
}

#[test]
fn a_guest_without_message_tags_gets_none() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let mut old = Irc::plain(server, "old", "");
        old.join("#lobby");
        let mut ana = Irc::plain(server, "ana", LABELS);
        ana.join("#lobby");
        ana.send("@+a=b PRIVMSG #lobby :tagged");
        let line: Line = old.wait_for(|line| line.is("PRIVMSG", &["#lobby", "tagged"]));
        assert!(!format!("{line:?}").starts_with('@'), "{line:?}");
    });
}
