//! The program as its operator meets it: what it prints, what it refuses, and how it ends.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;

use majlis_protocol::ServerAddress;

use crate::common::{Irc, Line, Server, Wire, run_to_its_end};

#[test]
fn what_is_printed_lets_people_in() {
    let server = Server::start();
    let value = |label: &str| {
        server.printed.iter().find_map(|line| line.strip_prefix(label)).map(str::trim).unwrap()
    };
    assert!(server.printed[0].starts_with("Majlis server "), "{:?}", server.printed);
    assert_eq!(value("Words:"), server.fingerprint.words().join(" "));
    assert_eq!(value("Certificate SHA-256:").len(), 64);
    let link: ServerAddress = value("Link:").parse().unwrap();
    assert_eq!(link.spki, Some(*server.fingerprint.as_bytes()));
    assert_eq!((link.host.as_str(), link.port), ("127.0.0.1", server.address.port()));
    Irc::tls(&server, "ana", "", None);
}

#[test]
fn several_addresses_lead_into_one_room() {
    let server = Server::start_with(&["--listen", "[::1]:0"]);
    let addresses: Vec<SocketAddr> = server
        .printed
        .iter()
        .filter_map(|line| line.strip_prefix("Listening on "))
        .map(|address| address.parse().unwrap())
        .collect();
    assert_eq!(addresses.len(), 2, "{:?}", server.printed);
    let mut ana = Irc::new(Wire::plain_to(addresses[0]));
    let mut bo = Irc::new(Wire::plain_to(addresses[1]));
    for (guest, nick) in [(&mut ana, "ana"), (&mut bo, "bo")] {
        guest.send(&format!("NICK {nick}"));
        guest.send(&format!("USER {nick} 0 * :{nick}"));
        guest.join("#lobby");
    }
    bo.send("PRIVMSG #lobby :hello over IPv6");
    ana.wait_for(|line| line.nick() == "bo" && line.is("PRIVMSG", &["#lobby", "hello over IPv6"]));
}

#[test]
fn the_lobby_and_the_place_are_named_as_asked() {
    let server = Server::start_with(&["--lobby", "#مجلس", "--name", "بيت نور"]);
    let mut ana = Irc::new(Wire::plain(&server));
    ana.send("NICK ana");
    ana.send("USER ana 0 * :Ana");
    let tokens = |line: &Line| line.params().join(" ");
    let network = ana.wait_for(|line| line.command() == "005" && tokens(line).contains("NETWORK="));
    assert!(tokens(&network).contains("NETWORK=بيت\\x20نور"), "{network:?}");
    let mut nc = Wire::plain(&server);
    ana.join("#مجلس");
    nc.send("bo\n".as_bytes());
    ana.wait_for(|line| line.nick() == "bo" && line.is("JOIN", &["#مجلس"]));
}

#[test]
fn two_servers_never_share_a_folder() {
    let data = tempfile::tempdir().unwrap();
    let first = Server::start_in(data.path(), &[]);
    let (status, words) = run_to_its_end(data.path(), &["--listen", "127.0.0.1:0"]);
    assert!(!status.success());
    assert!(words.contains("in use") && words.contains("--data"), "{words}");
    assert!(!words.contains("panicked"), "{words}");
    Irc::tls(&first, "ana", "", None);
    first.kill();
    Server::start_in(data.path(), &[]);
}

#[test]
fn the_key_stays_and_is_private() {
    let data = tempfile::tempdir().unwrap();
    let fingerprint = Server::start_in(data.path(), &[]).fingerprint;
    assert_eq!(Server::start_in(data.path(), &[]).fingerprint, fingerprint);
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        // The control socket cannot be read, and is to be private like the files.
        let is_public = |bytes: Vec<u8>| bytes.starts_with(b"-----BEGIN CERTIFICATE");
        let is_secret = !std::fs::read(&path).is_ok_and(is_public);
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert!(!is_secret || mode == 0o600, "{} has mode {mode:o}", path.display());
    }
}

#[test]
fn what_cannot_be_is_said_in_one_place_and_nothing_starts() {
    let data = tempfile::tempdir().unwrap();
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = busy.local_addr().unwrap().to_string();
    let file = data.path().join("a-file");
    std::fs::write(&file, "no folder").unwrap();
    let cases: [(&[&str], &str); 7] = [
        (&["--listen", "nowhere"], "--listen"),
        (&["--listen", "127.0.0.1"], "--listen"),
        (&["--listen", &busy], &busy),
        (&["--lobby", "no hash"], "--lobby"),
        (&["--name", " "], "--name"),
        (&["--reactors", "0"], "--reactors"),
        (&["--frobnicate"], "--frobnicate"),
    ];
    for (arguments, expected) in cases {
        let (status, words) = run_to_its_end(data.path(), arguments);
        assert!(!status.success(), "{arguments:?} was taken");
        assert!(words.contains(expected), "{arguments:?}: {words}");
        assert!(!words.contains("panicked"), "{words}");
    }
    let (status, words) = run_to_its_end(&file, &["--listen", "127.0.0.1:0"]);
    assert!(!status.success() && words.contains("a-file"), "{words}");
}

#[test]
fn asked_to_end_it_says_goodbye() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    let mut ana = Irc::tls(&server, "ana", "", None);
    let mut bo = Irc::plain(&server, "bo", "");
    assert!(server.terminate().success());
    assert_eq!(ana.last_words().command(), "ERROR");
    assert_eq!(bo.last_words().command(), "ERROR");
}
