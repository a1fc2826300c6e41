//! A room where newcomers read nothing of before (mode `H`), over sockets and a crash of the server.

use std::path::Path;
use std::time::Duration;

use super::accounts::{PASSWORD, begin, operate, send};
use super::common::{Irc, LABELS, Line, Server, Wire};

const ROOM: &str = "#past";

/// A session that is signed in to the account of that name, and all that was said to greet it.
fn signed_in(server: &Server, name: &str) -> Irc {
    let mut irc = begin(Wire::plain(server), name, "PLAIN");
    send(&mut irc, &format!("\0{name}\0{PASSWORD}"));
    irc.wait_for(|line| line.command() == "903");
    irc.send(&format!("CAP REQ :{LABELS} soju.im/search"));
    irc.wait_for(|line| line.is("CAP", &["*", "ACK"]));
    irc.send("CAP END");
    irc.wait_for(|line| line.is("001", &[name]));
    irc.settle();
    irc
}

/// Says something; what is said or done next is so in another millisecond.
fn say(irc: &mut Irc, text: &str) -> Line {
    let echo = irc.say(ROOM, text, "said");
    std::thread::sleep(Duration::from_millis(5));
    echo
}

#[track_caller]
fn reads(irc: &mut Irc, expected: &[&str]) {
    for command in [
        format!("CHATHISTORY LATEST {ROOM} * 50"),
        format!("CHATHISTORY AFTER {ROOM} timestamp=2001-01-01T00:00:00.000Z 50"),
        format!("SEARCH in={ROOM};text=tea"),
        "SEARCH text=tea".to_owned(),
    ] {
        let page = irc.answer(&command);
        let texts: Vec<&str> = page.iter().map(Line::last).collect();
        assert_eq!(texts, expected, "{command}");
    }
}

#[test]
fn newcomers_read_what_was_said_since_they_came() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for name in ["ana", "badr"] {
        operate(folder.path(), &["account", "add", name], PASSWORD).expect("an account is made");
    }
    let (before, during, away) = ("tea before", "tea with badr", "tea without him");
    say_before_and_since(folder.path(), [before, during, away]);

    let server = Server::start_in(folder.path(), &[]);
    let (mut ana, mut badr) = (signed_in(&server, "ana"), signed_in(&server, "badr"));
    reads(&mut ana, &[before, during, away]);
    reads(&mut badr, &[during, away]);
    let mut carol = Irc::plain(&server, "carol", &format!("{LABELS} soju.im/search"));
    let refused = carol.history(&format!("LATEST {ROOM} * 50"));
    assert!(refused[0].is("FAIL", &["CHATHISTORY", "INVALID_TARGET"]), "{refused:?}");
    carol.join(ROOM);
    reads(&mut carol, &[]);
    ana.send(&format!("MODE {ROOM} -H"));
    ana.settle();
    for irc in [&mut badr, &mut carol] {
        reads(irc, &[before, during, away]);
    }
}

/// Ana hides the past of her room; Badr comes when one thing was said, hears the second, and is away for the third.
fn say_before_and_since(data: &Path, [before, during, away]: [&str; 3]) {
    let server = Server::start_in(data, &[]);
    let mut ana = signed_in(&server, "ana");
    ana.join(ROOM);
    ana.send(&format!("MODE {ROOM} +H"));
    let echo = say(&mut ana, before);
    let mut badr = signed_in(&server, "badr");
    badr.join(ROOM);
    reads(&mut badr, &[]);
    say(&mut ana, during);
    reads(&mut badr, &[during]);
    let unknown = badr.history(&format!("AFTER {ROOM} msgid={} 5", echo.msgid()));
    assert!(unknown[0].is("FAIL", &["CHATHISTORY", "MESSAGE_ERROR"]), "{unknown:?}");
    badr.send("QUIT");
    badr.last_words();
    say(&mut ana, away);
    reads(&mut ana, &[before, during, away]);
    server.kill();
}
