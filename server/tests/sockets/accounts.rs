//! The operator's subcommands and signing in, with the whole program.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use majlis_protocol::base64;
use majlis_protocol::scram::{Binding, ClientStart, Password};

use super::common::{Irc, Server, Wire};

pub(super) const PASSWORD: &str = "tulips and roses";

/// Runs a subcommand with a line of standard input; what it printed, or its complaint.
pub(super) fn operate(data: &Path, arguments: &[&str], input: &str) -> Result<String, String> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_majlis-server"))
        .arg("--data")
        .arg(data)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut stdin = child.stdin.take().expect("it was asked for");
    // A subcommand that reads nothing may have ended already.
    let _ = stdin.write_all(format!("{input}\n").as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it was started here");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("its words are text");
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

fn names(data: &Path) -> Vec<String> {
    let list = operate(data, &["account", "list"], "").expect("accounts can be listed");
    list.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

/// A connection that has asked to sign in by this mechanism and was asked to begin.
pub(super) fn begin(wire: Wire, nick: &str, mechanism: &str) -> Irc {
    let mut irc = Irc::new(wire);
    for line in ["CAP LS 302", &format!("NICK {nick}"), "USER u 0 * :U", "CAP REQ sasl"] {
        irc.send(line);
    }
    irc.send(&format!("AUTHENTICATE {mechanism}"));
    irc.wait_for(|line| line.is("AUTHENTICATE", &["+"]));
    irc
}

pub(super) fn send(irc: &mut Irc, message: &str) {
    irc.send(&format!("AUTHENTICATE {}", base64::encode(message.as_bytes())));
}

/// Signs in by PLAIN; the numeric that ends it.
fn sign_in_plainly(server: &Server, password: &str) -> String {
    let mut irc = begin(Wire::plain(server), "ana", "PLAIN");
    send(&mut irc, &format!("\0ana\0{password}"));
    let end = irc.wait_for(|line| matches!(line.command(), "903" | "904"));
    end.command().to_owned()
}

#[test]
fn accounts_are_managed_at_rest_and_at_work() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let data = folder.path();
    let made = operate(data, &["account", "add", "ana"], PASSWORD);
    assert_eq!(made.as_deref(), Ok("ana has an account now.\n"));
    let server = Server::start_in(data, &[]);
    assert_eq!(sign_in_plainly(&server, PASSWORD), "903");
    assert_eq!(sign_in_plainly(&server, "roses and tulips"), "904");

    let made = operate(data, &["account", "add", "هبة_سليم"], PASSWORD);
    assert_eq!(made.as_deref(), Ok("هبة_سليم has an account now.\n"));
    assert_eq!(names(data), ["ana", "هبة_سليم"]);
    let again = operate(data, &["account", "add", "Ana"], PASSWORD).unwrap_err();
    assert!(again.contains("Ana has an account."), "{again}");
    let empty = operate(data, &["account", "add", "bob"], "").unwrap_err();
    assert!(empty.contains("a password cannot be empty"), "{empty}");
    operate(data, &["account", "passwd", "ana"], "roses and tulips").expect("it can be changed");
    assert_eq!(sign_in_plainly(&server, "roses and tulips"), "903");
    operate(data, &["account", "remove", "ana"], "").expect("it can be removed");
    assert!(server.terminate().success());
    assert!(!data.join("control.sock").exists());
    assert_eq!(names(data), ["هبة_سليم"]);
}

#[test]
fn a_server_that_crashed_leaves_no_socket_in_the_way() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let server = Server::start_in(folder.path(), &[]);
    server.kill();
    assert!(names(folder.path()).is_empty(), "at rest, beside a socket that nobody answers");
    let _server = Server::start_in(folder.path(), &[]);
    operate(folder.path(), &["account", "add", "ana"], PASSWORD).expect("it is at work again");
    assert_eq!(names(folder.path()), ["ana"]);
}

#[test]
fn invites_are_made_listed_and_revoked() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let data = folder.path();
    let _server = Server::start_in(data, &[]);
    let code = operate(data, &["invite", "new", "for نور"], "").expect("a code is printed");
    assert_eq!(code.trim().len(), 23, "{code}");
    let list = operate(data, &["invite", "list"], "").expect("invites can be listed");
    assert!(list.ends_with("\tfor نور\n") && !list.contains(code.trim()), "{list}");
    let id = list.split('\t').next().unwrap_or_default();
    operate(data, &["invite", "revoke", id], "").expect("it can be revoked");
    assert_eq!(operate(data, &["invite", "list"], "").as_deref(), Ok(""));
    assert!(operate(data, &["invite", "revoke", id], "").is_err());
}

#[test]
fn bans_are_set_listed_and_lifted_at_work_and_at_rest() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let data = folder.path();
    let set = operate(data, &["ban", "add", "spam*", "no spam", "--for", "7d"], "");
    assert_eq!(set.as_deref(), Ok("spam*!*@* is banned.\n"), "at rest");
    let server = Server::start_in(data, &[]);
    let mut spammer = Irc::new(Wire::plain(&server));
    spammer.send("NICK spammer\r\nUSER s 0 * :S");
    let numeric = spammer.wait_for(|line| line.command() == "465");
    assert_eq!(numeric.last(), "You are banned from this server: no spam");
    assert!(spammer.last_words().last().ends_with("(Banned from this server: no spam)"));
    let mut ana = Irc::plain(&server, "ana", "");
    let set = operate(data, &["ban", "add", "127.0.0.0/8"], "");
    assert_eq!(set.as_deref(), Ok("127.0.0.0/8 is banned.\n"), "at work");
    ana.settle();
    operate(data, &["ban", "add", "ana", "bye"], "").expect("at work");
    assert!(ana.last_words().last().ends_with("(Banned from this server: bye)"));
    let list = operate(data, &["ban", "list"], "").expect("bans can be listed");
    let masks: Vec<&str> = list.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(masks, ["spam*!*@*", "127.0.0.0/8", "ana!*@*"]);
    operate(data, &["ban", "remove", "ANA"], "").expect("at work");
    Irc::plain(&server, "ana", "");
    assert!(server.terminate().success());
    operate(data, &["ban", "remove", "127.0.0.0/8"], "").expect("at rest");
    assert!(operate(data, &["ban", "remove", "127.0.0.0/8"], "").is_err());
    let list = operate(data, &["ban", "list"], "").expect("at rest");
    assert_eq!(list.lines().count(), 1, "{list}");
    let wrong = operate(data, &["ban", "add", "x", "--for", "soon"], "").unwrap_err();
    assert!(wrong.contains("36h"), "{wrong}");
    let wrong = operate(data, &["ban", "add", "a b"], "").unwrap_err();
    assert!(wrong.contains("neither a name"), "{wrong}");
}

/// Signs in by SCRAM-SHA-256-PLUS; the numeric that ends it.
fn sign_in_bound(server: &Server, name: &str, password: &str) -> String {
    let mut irc = begin(Wire::tls(server, None), name, "SCRAM-SHA-256-PLUS");
    let material = irc.wire.channel_binding().expect("it is under TLS");
    let client = ClientStart::new(name, "nonce", Binding::TlsExporter(material), 600_000);
    send(&mut irc, &client.message());
    let challenge = irc.wait_for(|line| line.command() == "AUTHENTICATE");
    let challenge = base64::decode(challenge.param(0)).expect("it is base 64");
    let password = Password::new(password).expect("it is one");
    let (_, proof) = client.prove(&challenge, &password).expect("600,000 rounds");
    send(&mut irc, &proof);
    let next = irc.wait_for(|line| matches!(line.command(), "AUTHENTICATE" | "904"));
    if next.command() == "AUTHENTICATE" {
        irc.send("AUTHENTICATE +");
        irc.wait_for(|line| line.command() == "903");
    }
    if next.command() == "904" { "904".to_owned() } else { "903".to_owned() }
}

#[test]
fn a_code_is_the_first_password_of_its_name() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let data = folder.path();
    let code = operate(data, &["invite", "new", "--name", "zoë"], "").expect("at rest");
    let code = code.trim();
    let server = Server::start_in(data, &[]);
    assert_eq!(sign_in_bound(&server, "zoë", "wrong"), "904");
    assert!(names(data).is_empty());
    assert_eq!(sign_in_bound(&server, "zoë", code), "903");
    assert_eq!(names(data), ["zoë"]);
    assert_eq!(operate(data, &["invite", "list"], "").as_deref(), Ok(""), "it is used up");
    let mut irc = begin(Wire::tls(&server, None), "zoë", "PLAIN");
    send(&mut irc, &format!("\0zoë\0{code}"));
    irc.wait_for(|line| line.command() == "903");
    irc.send("CAP END");
    irc.wait_for(|line| line.command() == "001");
    irc.send("PASSWORD SET :lilies and violets");
    irc.wait_for(|line| line.command() == "PASSWORD" && line.param(0) == "SET");
    drop(irc);
    server.kill();
    let server = Server::start_in(data, &[]);
    assert_eq!(sign_in_bound(&server, "zoë", code), "904");
    assert_eq!(sign_in_bound(&server, "zoë", "lilies and violets"), "903");
}

#[test]
fn scram_plus_is_bound_to_the_real_connection() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    operate(folder.path(), &["account", "add", "ana"], PASSWORD).expect("an account can be made");
    let server = Server::start_in(folder.path(), &[]);
    let password = Password::new(PASSWORD).expect("it is one");
    for (is_right, expected) in [(true, "903"), (false, "904")] {
        let wire = Wire::tls(&server, None);
        let mut irc = begin(wire, "ana", "SCRAM-SHA-256-PLUS");
        let mut material = irc.wire.channel_binding().expect("it is under TLS");
        material[0] ^= u8::from(!is_right);
        let client = ClientStart::new("ana", "nonce", Binding::TlsExporter(material), 600_000);
        send(&mut irc, &client.message());
        let challenge = irc.wait_for(|line| line.command() == "AUTHENTICATE");
        let challenge = base64::decode(challenge.param(0)).expect("it is base 64");
        let (client, proof) = client.prove(&challenge, &password).expect("600,000 rounds");
        send(&mut irc, &proof);
        if is_right {
            let last = irc.wait_for(|line| line.command() == "AUTHENTICATE");
            let last = base64::decode(last.param(0)).expect("it is base 64");
            assert_eq!(client.finish(&last), Ok(()), "the server knows the password, too");
            irc.send("AUTHENTICATE +");
        }
        irc.wait_for(|line| line.command() == expected);
    }
}
