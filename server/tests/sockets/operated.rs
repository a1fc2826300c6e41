//! The operator's subcommands that look at a server at work, copy it, and bring it back.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use crate::common::{Irc, LABELS, Line, PATIENCE, Server, run_with_input};

/// What a subcommand printed.
#[track_caller]
fn operate(data: &Path, arguments: &[&str]) -> String {
    let (status, printed, complaints) = run_with_input(data, arguments, "");
    assert!(status.success(), "{arguments:?}: {complaints}");
    printed
}

/// Why it did nothing.
#[track_caller]
fn refused(data: &Path, arguments: &[&str]) -> String {
    let (status, printed, complaints) = run_with_input(data, arguments, "");
    assert!(!status.success(), "{arguments:?} was done: {printed}");
    assert!(!complaints.contains("panicked"), "{complaints}");
    complaints
}

fn texts(server: &Server) -> Vec<String> {
    let mut irc = Irc::tls(server, "historian", LABELS, None);
    irc.join("#lobby");
    let page = irc.history("LATEST #lobby * 200");
    page.iter().map(|line| line.last().to_owned()).collect()
}

#[test]
fn a_backup_of_a_server_at_work_is_of_one_moment_and_can_be_started() {
    let dir = tempfile::tempdir().unwrap();
    let (data, backup, again) =
        (dir.path().join("data"), dir.path().join("backup"), dir.path().join("again"));
    let server = Server::start_in(&data, &[]);
    let mut ana = Irc::tls(&server, "ana", LABELS, None);
    ana.join("#lobby");
    ana.say("#lobby", "before", "before");
    let is_over = AtomicBool::new(false);
    let said = thread::scope(|scope| {
        let talking = scope.spawn(|| {
            let mut said = vec!["before".to_owned()];
            while !is_over.load(Ordering::Relaxed) {
                let text = format!("message {}", said.len());
                ana.say("#lobby", &text, &format!("l{}", said.len()));
                said.push(text);
            }
            said
        });
        operate(&data, &["backup", backup.to_str().unwrap()]);
        is_over.store(true, Ordering::Relaxed);
        talking.join().unwrap()
    });
    for (path, mode) in [("", 0o700), ("majlis.db", 0o600), ("key.pem", 0o600)] {
        let found = backup.join(path).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{path:?}");
    }
    let complaint = refused(&data, &["backup", backup.to_str().unwrap()]);
    assert!(complaint.contains("is there already"), "{complaint}");
    server.terminate();

    let printed = operate(&again, &["restore", backup.to_str().unwrap()]);
    assert!(printed.contains(&server.fingerprint.words().join(" ")), "{printed}");
    let copy = Server::start_in(&again, &[]);
    assert_eq!(copy.fingerprint, server.fingerprint);
    let kept = texts(&copy);
    let start = said.iter().position(|text| Some(text) == kept.first()).unwrap();
    assert_eq!(kept[..], said[start..start + kept.len()], "the copy has a hole");
    assert!(kept.contains(&"before".to_owned()) || kept.len() == 200);
}

#[test]
fn a_backup_goes_into_a_folder_that_is_free_and_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (data, backup) = (dir.path().join("data"), dir.path().join("backup"));
    let place = backup.to_str().unwrap();
    let server = Server::start_in(&data, &[]);
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join("#lobby");
    ana.say("#lobby", "first", "a");
    operate(&data, &["backup", place]);
    ana.say("#lobby", "second", "b");
    let at_work = refused(&data, &["restore", place, "--replace"]);
    assert!(at_work.contains("in use") && at_work.contains("Stop"), "{at_work}");
    server.terminate();
    let occupied = refused(&data, &["restore", place]);
    assert!(occupied.contains("--replace"), "{occupied}");
    operate(&data, &["restore", place, "--replace"]);
    let server = Server::start_in(&data, &[]);
    assert_eq!(texts(&server), ["first"]);
    server.terminate();

    let database = backup.join("majlis.db");
    let whole = fs::read(&database).unwrap();
    fs::write(&database, &whole[..whole.len() / 2]).unwrap();
    let damaged = refused(&data, &["restore", place, "--replace"]);
    assert!(damaged.contains("damaged"), "{damaged}");
    let server = Server::start_in(&data, &[]);
    assert_eq!(texts(&server), ["first"], "a bad backup has changed something");
}

#[test]
fn what_was_said_is_written_as_json_while_the_server_works_and_while_it_does_not() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    let mut ana = Irc::tls(&server, "ana", LABELS, None);
    ana.join("#lobby");
    ana.join("#other");
    ana.say("#other", "elsewhere", "o");
    let echo = ana.say("#lobby", "مرحبا \"you\"", "l");
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let printed = operate(data.path(), arguments);
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let at_work = lines(&["export"]);
    let commands: Vec<&str> =
        at_work.iter().map(|line| line["command"].as_str().unwrap()).collect();
    assert_eq!(commands, ["JOIN", "PRIVMSG", "JOIN", "PRIVMSG"]);
    let lobby = lines(&["export", "#LOBBY"]);
    assert_eq!(lobby, at_work[..2]);
    assert_eq!(lobby[1]["text"], "مرحبا \"you\"");
    assert_eq!(lobby[1]["msgid"], echo.msgid());
    assert_eq!(lobby[1]["source"].as_str().unwrap().split('!').next(), Some("ana"));
    let file = data.path().join("all.jsonl");
    let printed = operate(data.path(), &["export", "--output", file.to_str().unwrap()]);
    assert!(printed.contains("4 lines"), "{printed}");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let again = refused(data.path(), &["export", "--output", file.to_str().unwrap()]);
    assert!(again.contains("all.jsonl"), "{again}");
    let nowhere = refused(data.path(), &["export", "#nowhere"]);
    assert!(nowhere.contains("#nowhere"), "{nowhere}");
    server.terminate();
    // A guest's room has ten minutes for its people to come back, and keeps its history until then.
    assert_eq!(lines(&["export"]), at_work);
}

#[test]
fn people_and_rooms_are_told_and_a_room_is_ended() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    let mut ana = Irc::tls(&server, "ana", "", None);
    ana.join("#doomed");
    let people = operate(data.path(), &["who"]);
    assert!(people.starts_with("ana!") && people.trim_end().ends_with("#doomed"), "{people}");
    let rooms = operate(data.path(), &["room", "list"]);
    let names: HashSet<&str> = rooms.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(names, HashSet::from(["#lobby", "#doomed"]));
    operate(data.path(), &["room", "remove", "#doomed"]);
    ana.wait_for(|line: &Line| line.is("KICK", &["#doomed", "ana"]));
    assert!(refused(data.path(), &["room", "remove", "#lobby"]).contains("stays"));
    server.terminate();
    assert!(operate(data.path(), &["room", "list"]).starts_with("#lobby\t"));
    assert!(refused(data.path(), &["who"]).contains("No server"));
}

/// Makes a room with a history that is deleted in more than two shares.
fn fill_room(data: &Path, room: &str) {
    let server = Server::start_in(data, &[]);
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join(room);
    server.terminate();
    let database = Connection::open(data.join("majlis.db")).unwrap();
    let filled = database.execute(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 12000)
         INSERT INTO message (room, seq, msgid, time, source, kind, target, text, client_tags)
         SELECT room.id, 100 + n, CAST(printf('%016d', n) AS BLOB), room.made, 'a!a@h', 3, '', '', ''
         FROM room, number WHERE room.name = ?1",
        [room],
    );
    assert_eq!(filled, Ok(12_000));
}

fn message_count(data: &Path) -> i64 {
    let database = Connection::open(data.join("majlis.db")).unwrap();
    database.query_row("SELECT count(*) FROM message", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_long_history_of_a_room_that_is_ended_goes_while_the_server_works() {
    let data = tempfile::tempdir().unwrap();
    fill_room(data.path(), "#doomed");
    let server = Server::start_in(data.path(), &[]);
    let mut bo = Irc::plain(&server, "bo", LABELS);
    operate(data.path(), &["room", "remove", "#doomed"]);
    assert!(operate(data.path(), &["export"]).is_empty(), "it is gone at once for whoever reads");
    bo.join("#lobby");
    bo.say("#lobby", "meanwhile", "m");
    let start = Instant::now();
    while message_count(data.path()) > 2 {
        assert!(start.elapsed() < PATIENCE, "the history is still there");
        thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(texts(&server), ["meanwhile"]);
}

#[test]
fn of_a_room_that_is_ended_at_rest_nothing_stays() {
    let data = tempfile::tempdir().unwrap();
    fill_room(data.path(), "#doomed");
    operate(data.path(), &["room", "remove", "#doomed"]);
    assert_eq!(message_count(data.path()), 0);
}

#[test]
fn what_is_older_than_wanted_is_forgotten_while_the_server_works() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join("#lobby");
    ana.say("#lobby", "old", "a");
    ana.say("#lobby", "new", "b");
    server.terminate();
    let database = Connection::open(data.path().join("majlis.db")).unwrap();
    let two_hours_ms = 2 * 60 * 60 * 1000;
    database
        .execute("UPDATE message SET time = time - ?1 WHERE text = 'old'", [two_hours_ms])
        .unwrap();
    drop(database);
    let server = Server::start_in(data.path(), &["--retention", "1h"]);
    let start = Instant::now();
    while texts(&server) != ["new"] {
        assert!(start.elapsed() < PATIENCE, "what is old is still there");
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn the_manual_and_the_settings_are_printed_for_packages() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("made");
    let place = folder.to_str().unwrap();
    operate(data.path(), &["generate", "man", place]);
    operate(data.path(), &["generate", "completions", place]);
    for name in
        ["majlis-server.1", "majlis-server-account-add.1", "majlis-server.bash", "_majlis-server"]
    {
        assert!(fs::metadata(folder.join(name)).unwrap().len() > 200, "{name}");
    }
    assert!(operate(data.path(), &["generate", "settings"]).contains("| `topic_bytes` |"));
}
