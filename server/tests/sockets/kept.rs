//! What an account has beside its messages (draft/read-marker, draft/metadata-2), over a crash of the server.

use super::accounts::{PASSWORD, begin, operate, send};
use super::common::{Irc, Server, Wire};

const CAPABILITIES: &str = "batch draft/metadata-2 draft/read-marker";
const TIME: &str = "timestamp=2026-01-02T03:04:05.678Z";

/// A session of ana's in the lobby, and what it was greeted with up to the end of the lobby's names.
fn ana(server: &Server) -> (Irc, Vec<String>) {
    let mut irc = begin(Wire::plain(server), "ana", "PLAIN");
    send(&mut irc, &format!("\0ana\0{PASSWORD}"));
    irc.wait_for(|line| line.command() == "903");
    irc.send(&format!("CAP REQ :{CAPABILITIES}"));
    irc.wait_for(|line| line.is("CAP", &["*", "ACK"]));
    irc.send("CAP END");
    irc.send("JOIN #lobby");
    let mut greeting = Vec::new();
    loop {
        let line = irc.next().expect("the greeting goes on");
        if line.command() == "366" {
            return (irc, greeting);
        }
        greeting.push(format!("{} {} {}", line.command(), line.param(0), line.last()));
    }
}

#[test]
fn markers_and_values_that_were_acknowledged_survive_a_crash() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    operate(folder.path(), &["account", "add", "ana"], PASSWORD).expect("an account can be made");
    let server = Server::start_in(folder.path(), &[]);
    let (mut irc, greeting) = ana(&server);
    assert!(greeting.contains(&"MARKREAD #lobby *".to_owned()), "{greeting:#?}");
    assert!(!greeting.iter().any(|line| line.starts_with("METADATA")), "{greeting:#?}");
    irc.send("METADATA * SET display-name :نور الهدى");
    irc.wait_for(|line| line.command() == "761");
    irc.send(&format!("MARKREAD #lobby {TIME}"));
    irc.wait_for(|line| line.is("MARKREAD", &["#lobby", TIME]));
    server.kill();

    let server = Server::start_in(folder.path(), &[]);
    let (mut irc, greeting) = ana(&server);
    assert!(greeting.contains(&format!("MARKREAD #lobby {TIME}")), "{greeting:#?}");
    assert!(greeting.contains(&"METADATA ana نور الهدى".to_owned()), "{greeting:#?}");
    irc.send("MARKREAD #lobby timestamp=2026-01-01T00:00:00.000Z");
    irc.wait_for(|line| line.is("MARKREAD", &["#lobby", TIME]));
}
