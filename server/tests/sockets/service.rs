//! The program as a service: what systemd is told and gives, how it logs, and how it says goodbye.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;
use std::thread;

use serde_json::Value;

use crate::common::{Irc, LABELS, PATIENCE, Server, command, command_by_shell, run_to_its_end};

#[test]
fn systemd_is_told_of_ready_alive_reloading_and_stopping() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let heard = || {
        let mut bytes = [0; 256];
        let count = manager.recv(&mut bytes).expect("news come in time");
        String::from_utf8(bytes[..count].to_vec()).unwrap()
    };
    let mut command = command(data.path());
    command.args(["--listen", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "400000");
    let server = Server::start_by(&mut command);
    assert!(heard().starts_with("READY=1\n"));
    Irc::tls(&server, "ana", "", None);
    for _ in 0..3 {
        assert_eq!(heard(), "WATCHDOG=1");
    }
    server.reload();
    let mut news = heard();
    while news == "WATCHDOG=1" {
        news = heard();
    }
    assert!(news.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{news}");
    assert!(heard().starts_with("READY=1\n"));
    assert!(server.terminate().success());
    let mut news = heard();
    while news == "WATCHDOG=1" {
        news = heard();
    }
    assert!(news.starts_with("STOPPING=1\n"), "{news}");
}

#[test]
fn sockets_that_systemd_opened_are_used_instead_of_its_own() {
    let data = tempfile::tempdir().unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let script = "exec 3<&0 0</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1";
    let mut command = command_by_shell(script, data.path());
    command.stdin(Stdio::from(OwnedFd::from(socket)));
    // Port 1 would be refused, or another's; it is not asked for.
    command.args(["--listen", "127.0.0.1:1"]);
    let server = Server::start_by(&mut command);
    assert_eq!(server.address, address);
    Irc::tls(&server, "ana", "", None);
}

#[test]
fn the_log_can_be_json_and_never_holds_a_line_of_a_guests_own() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("a\u{202e}b\nfake.toml");
    std::fs::write(&file, "motd = \"x\"\n").unwrap();
    let mut command = command(data.path());
    command.args(["--listen", "127.0.0.1:0", "--log-format", "json", "--config"]).arg(&file);
    let server = Server::start_by(&mut command);
    std::fs::write(&file, "motd = 5\n").unwrap();
    server.reload();
    // What the settings' error says has the file's name in it; it is on its way once the signal was taken.
    thread::sleep(std::time::Duration::from_millis(500));
    let mut ana = Irc::plain(&server, "ana", "");
    ana.settle();
    server.terminate();
    let (_, log) = server.wait_for_its_end();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let complaint = lines.iter().find(|line| line["level"] == "ERROR").expect(&log);
    assert!(complaint["error"].as_str().unwrap().contains("a\u{202e}b\nfake.toml"), "{complaint}");
    assert!(!log.contains('\u{202e}'), "{log}");
    assert!(lines.iter().any(|line| line["message"] == "stopping"), "{log}");
}

#[test]
fn a_log_format_that_is_none_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let (status, words) = run_to_its_end(data.path(), &["--log-format", "xml"]);
    assert!(!status.success() && words.contains("json"), "{words}");
}

#[test]
fn asked_to_end_it_sends_what_waits_and_then_says_why() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("majlis.toml");
    std::fs::write(&file, "[limits]\nflood_burst = 10_000\n").unwrap();
    let server = Server::start_in(data.path(), &["--config", file.to_str().unwrap()]);
    let mut ana = Irc::tls(&server, "ana", LABELS, None);
    let mut slow = Irc::tls(&server, "slow", "", None);
    for irc in [&mut ana, &mut slow] {
        irc.join("#lobby");
    }
    let count = 500;
    let text = "x".repeat(300);
    for number in 0..count {
        ana.send(&format!("PRIVMSG #lobby :{number} {text}"));
    }
    ana.wait_for(|line| line.last().starts_with(&format!("{} ", count - 1)));
    thread::scope(|scope| {
        let stopping = scope.spawn(|| assert!(server.terminate().success()));
        let mut heard = 0;
        let last = loop {
            let line = slow.next().expect("the server says why it closes");
            match line.command() {
                "PRIVMSG" => heard += 1,
                "ERROR" => break line,
                _ => {}
            }
        };
        assert_eq!(heard, count, "something that waited was not sent");
        assert!(last.last().contains("The server is stopping"), "{last:?}");
        stopping.join().unwrap();
    });
}

#[test]
fn the_journal_is_told_how_much_each_line_matters() {
    let data = tempfile::tempdir().unwrap();
    let log = data.path().join("journal");
    let script = format!(
        "exec 2>{log}; export JOURNAL_STREAM=$(stat -L -c %d:%i {log})",
        log = log.display()
    );
    let mut command = command_by_shell(&script, data.path());
    command.args(["--listen", "127.0.0.1:0"]);
    assert!(Server::start_by(&mut command).terminate().success());
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.lines().any(|line| line == "<6>majlis_server: stopping"), "{text}");
}
