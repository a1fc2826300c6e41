//! What terminals obey: it reaches neither the plain room nor the log.

use std::process::Stdio;

use crate::common::{Irc, LABELS, Server, Wire, command, run_to_its_end, run_with_input};
use crate::raw::hear_all;
use crate::siege::Siege;

const ESCAPES: [&str; 7] = [
    "\u{1b}[2J",
    "\u{1b}]0;title\u{7}",
    "\u{9b}31m",
    "\u{8}\u{8}",
    "\u{7}",
    "\u{1b}P+q\u{1b}\\",
    "\u{90}",
];

#[test]
fn the_plain_room_gets_no_escapes_by_any_way() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let mut nc = Wire::plain(server);
        nc.send(b"nc\n");
        let mut ana = Irc::plain(server, "ana", "");
        ana.join("#lobby");
        let mut bo = Wire::plain(server);
        for escape in ESCAPES {
            ana.send(&format!("PRIVMSG #lobby :said{escape}"));
            ana.send(&format!("NOTICE #lobby :noted{escape}"));
            ana.send(&format!("PRIVMSG #lobby :\u{1}ACTION waves{escape}\u{1}"));
            ana.send(&format!("TOPIC #lobby :topic{escape}"));
            ana.send(&format!("NICK {escape}"));
            ana.send(&format!("SETNAME :{escape}"));
            bo.send(format!("{escape}bo{escape}\n").as_bytes());
        }
        ana.settle();
        let mut eve = Irc::plain(server, "eve", "");
        eve.join("#lobby");
        eve.send(&format!("QUIT :{}", ESCAPES.concat()));
        ana.wait_for(|line| line.nick() == "eve" && line.command() == "QUIT");
        nc.send(b"shutdown\n");
        bo.send(b"shutdown\n");
        for text in [nc.read_to_end(), bo.read_to_end()] {
            let odd = text.chars().find(|&c| c.is_control() && c != '\n');
            assert_eq!(odd, None, "{text:?}");
        }
    });
}

#[test]
fn the_log_gets_no_escapes_and_nobody_can_fill_it() {
    let data = tempfile::tempdir().unwrap();
    let mut command = command(data.path());
    command.args(["--listen", "127.0.0.1:0"]).env("RUST_LOG", "trace").stderr(Stdio::piped());
    let server = Server::start_by(&mut command);
    let escapes = ESCAPES.concat();
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join("#lobby");
    for line in [
        "PRIVMSG #lobby",
        "TOPIC #lobby",
        "AWAY",
        "SETNAME",
        "NICK",
        "JOIN",
        "OPER x",
        "WHOIS",
        "CAP REQ",
    ] {
        ana.send(&format!("{line} :{escapes}"));
    }
    ana.send(&format!("{escapes} {escapes}"));
    ana.settle();
    ana.send(&format!("QUIT :{escapes}"));
    while ana.next().is_some() {}
    let mut wire = Wire::plain(&server);
    wire.send(format!("GET /{escapes} HTTP/1.1\r\nHost: {escapes}\r\n\r\n").as_bytes());
    wire.wait_for_end();
    server.signal("TERM");
    let (_, log) = server.wait_for_its_end();
    let odd = log.chars().find(|&c| c.is_control() && c != '\n');
    assert_eq!(odd, None, "{log:?}");
}

#[test]
fn a_folder_with_escapes_in_its_name_is_named_without_them() {
    let parent = tempfile::tempdir().unwrap();
    let data = parent.path().join(format!("name{}", "\u{1b}[2J\u{7}"));
    std::fs::write(&data, "no folder").unwrap();
    let (status, words) = run_to_its_end(&data, &["--listen", "127.0.0.1:0"]);
    assert!(!status.success());
    let odd = words.chars().find(|&c| c.is_control() && c != '\n');
    assert_eq!(odd, None, "{words:?}");
}

#[test]
fn the_operators_terminal_gets_no_escapes_of_others() {
    let data = tempfile::tempdir().unwrap();
    let reason = ESCAPES.concat();
    let (status, _, words) = run_with_input(data.path(), &["ban", "add", "spam*", &reason], "");
    assert!(status.success(), "{words}");
    let (status, printed, _) = run_with_input(data.path(), &["ban", "list"], "");
    assert!(status.success() && printed.contains("spam*"), "{printed:?}");
    let odd = printed.chars().find(|&c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!(odd, None, "{printed:?}");
}

#[test]
fn callers_cannot_fill_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, "[limits]\nconnections = 8\n").unwrap();
    let data = folder.path().join("data");
    let server = Server::start_in(&data, &["--reactors", "1", "--config", file.to_str().unwrap()]);
    let callers: Vec<_> = (0..500).map(|_| std::net::TcpStream::connect(server.address)).collect();
    // Those that were turned away see their end.
    let last = callers.last().unwrap().as_ref().unwrap();
    assert_eq!(hear_all(last), b"");
    drop(callers);
    server.signal("TERM");
    let (status, log) = server.wait_for_its_end();
    assert!(status.success());
    assert!(log.contains("turned away"), "{log}");
    assert!(log.lines().count() < 20, "{} lines for 500 callers", log.lines().count());
}
