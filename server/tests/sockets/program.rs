//! The program as its operator meets it: what it prints, what it refuses, and how it ends.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use majlis_protocol::ServerAddress;
use majlis_protocol::scram::{Password, Verifier};

use crate::common::{Irc, Line, PATIENCE, Server, Wire, run_to_its_end, run_with_input};

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
fn a_settings_file_is_followed_and_flags_count_more() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("majlis.toml");
    std::fs::write(
        &file,
        "name = \"from the file\"\nlobby = \"#here\"\nmotd = \"Be kind.\"\nserver_name = \"chat.home.arpa\"\n\
         [limits]\nrooms_per_person = 3\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let server = Server::start_in(data.path(), &["--config", file, "--name", "from a flag"]);
    assert!(server.printed[0].ends_with("from a flag"), "{:?}", server.printed);
    let mut ana = Irc::new(Wire::plain(&server));
    ana.send("NICK ana");
    ana.send("USER ana 0 * :Ana");
    ana.wait_for(|line| line.command() == "005" && line.params().contains(&"CHANLIMIT=#:3"));
    let motd = ana.wait_for(|line| line.command() == "372");
    assert!(motd.params().join(" ").contains("Be kind."), "{motd:?}");
    ana.send("PING x");
    ana.wait_for(|line| line.is("PONG", &["chat.home.arpa", "x"]));
}

#[test]
fn check_reports_everything_and_starts_nothing() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("majlis.toml");
    let arguments = ["check", "--config", file.to_str().unwrap()];
    let check = || run_with_input(data.path(), &arguments, "");

    std::fs::write(&file, "[limits]\ntopic_byte = 5\nsendq_bytes = \"big\"\n").unwrap();
    let (status, _, complaints) = check();
    assert!(!status.success());
    for expected in [
        "line 2: limits.topic_byte is no setting; did you mean limits.topic_bytes?",
        "line 3: limits.sendq_bytes wants",
    ] {
        assert!(complaints.contains(expected), "{complaints}");
    }
    std::fs::write(&file, "name = \"Home\"\n").unwrap();
    let (status, printed, complaints) = check();
    assert!(status.success(), "{complaints}");
    assert!(printed.contains("in order") && printed.contains("Home"), "{printed}");
    assert!(printed.contains("\nlimits.topic_bytes: 280\n"), "{printed}");
    std::fs::write(&file, "[tls]\ncertificate = \"/nowhere/c.pem\"\nkey = \"/nowhere/k.pem\"\n")
        .unwrap();
    let (status, _, complaints) = check();
    assert!(!status.success() && complaints.contains("/nowhere/c.pem"), "{complaints}");
    let left: Vec<_> =
        std::fs::read_dir(data.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["majlis.toml"], "check has made something");
}

#[test]
fn a_hashed_password_is_printed_and_the_password_is_not() {
    let data = tempfile::tempdir().unwrap();
    let (status, hash, complaints) =
        run_with_input(data.path(), &["hash-password"], "open sesame\n");
    assert!(status.success(), "{complaints}");
    let verifier: Verifier = hash.trim_end().parse().unwrap();
    let same = |typed: &str| {
        let password = Password::new(typed).unwrap();
        let made = Verifier::derive(&password, verifier.salt(), verifier.iterations());
        made.is_same_password(&verifier)
    };
    assert!(same("open sesame") && !same("open sesame "));
    assert_eq!(verifier.iterations(), 600_000);
    let (_, again, _) = run_with_input(data.path(), &["hash-password"], "open sesame\n");
    assert_ne!(hash, again, "the salt is not drawn");
    let (status, _, complaints) = run_with_input(data.path(), &["hash-password"], "\n");
    assert!(!status.success() && complaints.contains("empty"), "{complaints}");
}

#[test]
fn a_certificate_of_the_operators_own_is_used() {
    let data = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let fingerprint = Server::start_in(other.path(), &[]).fingerprint;
    let file = data.path().join("majlis.toml");
    let path = |name: &str| other.path().join(name).display().to_string();
    let text = format!(
        "[tls]\ncertificate = {:?}\nkey = {:?}\n",
        path("certificate.pem"),
        path("key.pem")
    );
    std::fs::write(&file, text).unwrap();
    let server = Server::start_in(data.path(), &["--config", file.to_str().unwrap()]);
    assert_eq!(server.fingerprint, fingerprint);
    assert!(!data.path().join("key.pem").exists());
    Irc::tls(&server, "ana", "", None);
}

#[test]
fn asked_to_it_reads_its_settings_again_and_keeps_them_when_they_are_wrong() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("majlis.toml");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    write("motd = \"before\"\n");
    let server = Server::start_in(data.path(), &["--config", file.to_str().unwrap()]);
    let mut ana = Irc::plain(&server, "ana", "");
    let motd = |ana: &mut Irc| {
        ana.send("MOTD");
        let line = ana.wait_for(|line| line.command() == "372");
        ana.wait_for(|line| line.command() == "376");
        line.params().join(" ")
    };
    assert!(motd(&mut ana).ends_with("before"));
    write("motd = \"after\"\n[limits]\nwebsocket_bytes = 5000\n");
    server.reload();
    let start = Instant::now();
    while !motd(&mut ana).ends_with("after") {
        assert!(start.elapsed() < PATIENCE, "the settings were not read again");
    }
    write("motd = 5\n");
    server.reload();
    std::thread::sleep(Duration::from_millis(200));
    assert!(motd(&mut ana).ends_with("after"));
    Irc::tls(&server, "bo", "", None);
    let mut knows = Irc::plain(&server, "cy", "draft/extended-isupport");
    write(
        "motd = \"after\"\n[limits]\nwebsocket_bytes = 5000\ntopic_bytes = 99\nkicks = \"off\"\n",
    );
    server.reload();
    let told = knows.wait_for(|line| line.command() == "005");
    assert!(told.params().contains(&"TOPICLEN=99"), "{told:?}");
    assert!(ana.settle().iter().all(|line| line.command() != "005"), "who did not ask is not told");
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
