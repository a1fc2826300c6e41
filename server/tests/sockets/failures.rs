//! What keeps a server from starting: each says what is wrong and what to do, and nothing panics.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;

use crate::common::{Server, run_to_its_end};

/// What a server says that does not start on this folder.
#[track_caller]
fn complaint(data: &Path) -> String {
    complaint_with(data, &["--listen", "127.0.0.1:0"])
}

#[track_caller]
fn complaint_with(data: &Path, arguments: &[&str]) -> String {
    let (status, words) = run_to_its_end(data, arguments);
    assert!(!status.success(), "it started");
    assert!(!words.contains("panicked"), "{words}");
    words
}

#[track_caller]
fn says(words: &str, expected: &[&str]) {
    for expected in expected {
        assert!(words.contains(expected), "{expected:?} is not in {words}");
    }
}

/// A folder that a server has worked on.
fn used_folder() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    Server::start_in(data.path(), &[]).terminate();
    data
}

#[test]
fn a_port_that_is_used() {
    let data = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let words = complaint_with(data.path(), &["--listen", &address]);
    says(&words, &["Another program listens on", &address, "--listen"]);
}

#[test]
fn a_key_that_others_can_read() {
    let data = used_folder();
    let key = data.path().join("key.pem");
    for mode in [0o604, 0o640, 0o666] {
        fs::set_permissions(&key, Permissions::from_mode(mode)).unwrap();
        says(&complaint(data.path()), &["key.pem", "other people", "chmod 600"]);
    }
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    Server::start_in(data.path(), &[]);
}

#[test]
fn a_key_that_is_none_or_gone() {
    let data = used_folder();
    let key = data.path().join("key.pem");
    let whole = fs::read(&key).unwrap();
    fs::write(&key, "no key").unwrap();
    says(&complaint(data.path()), &["key.pem", "not a usable private key"]);
    fs::remove_file(&key).unwrap();
    says(&complaint(data.path()), &["key.pem", "put it back"]);
    // A folder in its place cannot be read, whoever one is.
    fs::create_dir(&key).unwrap();
    says(&complaint(data.path()), &["key.pem", "cannot be read", "belongs to the user"]);
    fs::remove_dir(&key).unwrap();
    fs::write(&key, whole).unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    Server::start_in(data.path(), &[]);
}

#[test]
fn a_database_that_is_damaged_newer_or_locked() {
    let data = used_folder();
    let database = data.path().join("majlis.db");
    let whole = fs::read(&database).unwrap();
    fs::write(&database, "this is no database at all".repeat(100)).unwrap();
    says(&complaint(data.path()), &["majlis.db", "damaged", "backup"]);
    fs::write(&database, &whole).unwrap();

    let other = Connection::open(&database).unwrap();
    let version: i64 = other.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    other.pragma_update(None, "user_version", 9_999).unwrap();
    says(&complaint(data.path()), &["majlis.db", "newer majlis-server", "9999"]);
    other.pragma_update(None, "user_version", version).unwrap();

    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    says(&complaint(data.path()), &["majlis.db", "in use by another program"]);
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    Server::start_in(data.path(), &[]);
}

#[test]
fn a_folder_that_cannot_be_made_or_written() {
    // Nobody can make a folder there, not even root.
    says(&complaint(Path::new("/proc/majlis/data")), &["/proc/majlis/data", "--data"]);
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("file");
    fs::write(&file, "no folder").unwrap();
    says(&complaint(&file), &["file", "--data"]);
}

#[test]
fn what_only_a_person_can_mend_is_not_tried_again() {
    let data = used_folder();
    let status = |arguments: &[&str]| run_to_its_end(data.path(), arguments).0.code();
    let other = Connection::open(data.path().join("majlis.db")).unwrap();
    let version: i64 = other.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    other.pragma_update(None, "user_version", 9_999).unwrap();
    assert_eq!(status(&["--listen", "127.0.0.1:0"]), Some(78));
    other.pragma_update(None, "user_version", version).unwrap();
    let settings = data.path().join("majlis.toml");
    fs::write(&settings, "nmae = \"Home\"").unwrap();
    assert_eq!(
        status(&["--listen", "127.0.0.1:0", "--config", settings.to_str().unwrap()]),
        Some(78)
    );
    // A port may be free in a moment.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    assert_eq!(status(&["--listen", &address]), Some(1));
    let unit = include_str!("../../../data/majlis-server.service.in");
    assert!(unit.lines().any(|line| line == "RestartPreventExitStatus=78"));
}
