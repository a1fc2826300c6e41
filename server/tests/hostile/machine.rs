//! A machine that is at its end, or whose clock jumps.

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use majlis_protocol::Timestamp;
use rusqlite::Connection;

use crate::common::{Irc, LABELS, Server, command_by_shell, device};
use crate::siege::Siege;

#[test]
fn those_inside_go_on_when_no_descriptor_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command_by_shell("ulimit -n 60", &folder.path().join("data"));
    command.args(["--listen", "127.0.0.1:0", "--reactors", "1"]);
    let mut siege = Siege::around(Server::start_by(&mut command), folder);
    let mut inside = Irc::plain(&siege.server, "inside", LABELS);
    inside.join("#lobby");
    inside.say("#lobby", "before", "1");
    siege.withstands(16, |server| {
        let too_many: Vec<_> = (0..200).map(|_| TcpStream::connect(server.address)).collect();
        thread::sleep(Duration::from_secs(1));
        inside.say("#lobby", "meanwhile", "2");
        assert_eq!(
            inside.history("LATEST #lobby * 2").len(),
            2,
            "history needs no further descriptor"
        );
        drop(too_many);
        Irc::plain(server, "late", "").settle();
    });
}

#[test]
fn a_clock_that_was_ahead_in_the_last_life_does_not_disorder_history() {
    // Further ahead, and it would be known for wrong and not be followed.
    const HOUR_MS: i64 = 3_600_000;
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    let mut ana = Irc::tls(&server, "ana", LABELS, Some(&device()));
    ana.join("#lobby");
    ana.say("#lobby", "first", "1");
    ana.say("#lobby", "second", "2");
    assert!(server.terminate().success());

    // As if it had been said while the clock was an hour ahead.
    let database = Connection::open(data.path().join("majlis.db")).unwrap();
    let moved = database.execute("UPDATE message SET time = time + ?1", [HOUR_MS]).unwrap();
    assert!(moved >= 2);
    drop(database);

    let server = Server::start_in(data.path(), &[]);
    let mut ana = Irc::tls(&server, "ana", LABELS, None);
    ana.join("#lobby");
    let echo = ana.say("#lobby", "third", "3");
    let history = ana.history("LATEST #lobby * 10");
    let texts: Vec<_> = history.iter().map(|line| line.last().to_owned()).collect();
    assert_eq!(texts, ["first", "second", "third"]);
    let times: Vec<Timestamp> =
        history.iter().map(|line| line.tag("time").unwrap().parse().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(echo.tag("time"), history[2].tag("time"));
    let page = ana.history(&format!("BEFORE #lobby msgid={} 10", echo.msgid()));
    assert_eq!(page.len(), 2);
}

#[test]
fn nobody_pays_for_the_time_that_the_server_was_stopped() {
    let mut siege = Siege::with_settings("[limits]\nping_after = \"2s\"\nping_timeout = \"5s\"\n");
    let mut ana = Irc::plain(&siege.server, "ana", "");
    ana.join("#lobby");
    // Asked for a sign of life, and then the machine sleeps over the answer.
    let ping = loop {
        let bytes = ana.wire.read_line();
        if let Some(token) = bytes.trim_end().split_once("PING ") {
            break token.1.to_owned();
        }
    };
    siege.server.signal("STOP");
    ana.send(&format!("PONG {ping}"));
    thread::sleep(Duration::from_secs(12));
    siege.server.signal("CONT");
    siege.others_are_served();
    ana.settle();
}
