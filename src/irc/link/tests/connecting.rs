//! What can go wrong on the way to a connection, and what is told of it.

use std::time::{Duration, Instant};

use super::house::{Door, Home, config, identity};
use crate::irc::event::{Event, Failure, State};
use crate::irc::link::backoff::{LONGEST_MS, SHORTEST_MS};
use crate::irc::{Command, NetworkConfig};

fn assert_waits(state: &State, expected: &Failure) {
    let State::Waiting { retry_in_ms, failure } = state else {
        panic!("{state:?} is no waiting");
    };
    assert_eq!(failure, expected);
    assert!((SHORTEST_MS..=LONGEST_MS).contains(retry_in_ms));
}

#[test]
fn where_nothing_listens_one_is_refused_and_tries_again() {
    let address = Door::open().address();
    let mut home = Home::new();
    home.connect(address);
    for _ in 0..2 {
        assert_eq!(home.next_state(), State::Connecting);
        assert_waits(&home.next_state(), &Failure::Refused);
    }
}

#[test]
fn asking_ends_the_wait() {
    let address = Door::open().address();
    let mut home = Home::new();
    home.connect(address);
    for _ in 0..20 {
        assert_eq!(home.next_state(), State::Connecting);
        assert_waits(&home.next_state(), &Failure::Refused);
        home.ask(Command::ConnectNow);
    }
}

#[test]
fn a_name_without_address_is_told() {
    let mut home = Home::new();
    let host = "nobody.invalid".to_owned();
    home.connect_with(NetworkConfig { host, ..config(Door::open().address()) });
    assert_eq!(home.next_state(), State::Connecting);
    assert_waits(&home.next_state(), &Failure::NameNotFound);
}

#[test]
fn a_name_with_an_address_is_found() {
    let door = Door::open();
    let mut home = Home::new();
    // The name may have addresses of both families, of which only one is served.
    home.connect_with(NetworkConfig { host: "localhost".to_owned(), ..config(door.address()) });
    assert_eq!(home.next_state(), State::Connecting);
    assert_eq!(home.next_state(), State::Registering);
    door.accept().hear("USER");
}

#[test]
fn who_does_not_answer_a_handshake_is_not_waited_for_without_end() {
    let door = Door::open();
    let mut home = Home::new();
    home.connect_with(NetworkConfig { encrypt: true, ..config(door.address()) });
    let guest = door.accept();
    let start = Instant::now();
    assert_eq!(home.next_state(), State::Connecting);
    assert_eq!(home.next_state(), State::Securing);
    assert_waits(&home.next_state(), &Failure::NoAnswer);
    assert!(start.elapsed() < Duration::from_secs(12));
    drop(guest);
}

#[test]
fn who_speaks_something_else_is_no_chat_server() {
    for encrypt in [false, true] {
        let door = Door::open();
        let mut home = Home::new();
        home.connect_with(NetworkConfig { encrypt, ..config(door.address()) });
        let mut guest = door.accept();
        guest.say("HTTP/1.1 400 Bad Request\r\n\r\n");
        let mut state = home.next_state();
        while matches!(state, State::Connecting | State::Securing | State::Registering) {
            state = home.next_state();
        }
        assert_eq!(state, State::Failed(Failure::NotAChatServer));
        assert!(home.is_quiet(), "it is not tried again");
        home.ask(Command::ConnectNow);
        assert_eq!(home.next_state(), State::Connecting, "unless the person asks");
    }
}

#[test]
fn an_unknown_key_is_asked_about_and_nothing_is_said_before() {
    let door = Door::open();
    let (identity, fingerprint, _folder) = identity();
    let mut home = Home::new();
    let config = NetworkConfig { encrypt: true, ..config(door.address()) };
    home.connect_with(config.clone());
    let mut stranger = door.accept_tls(&identity);
    assert_eq!(stranger.hear_all(), "");
    assert_eq!(home.next_state(), State::Connecting);
    assert_eq!(home.next_state(), State::Securing);
    assert_eq!(home.next(), Event::TrustNeeded { found: fingerprint });
    assert_eq!(home.next_state(), State::Offline);
    home.ask(Command::ConnectNow);
    assert!(home.is_quiet(), "only a new Connect goes on");

    home.connect_with(NetworkConfig { pin: Some(fingerprint), ..config });
    let mut guest = door.accept_tls(&identity);
    guest.welcome();
    home.wait_for(&Event::State(State::Online));
    assert!(guest.stream.peer_fingerprint().is_some(), "the device shows its key");
}

#[test]
fn a_changed_key_is_refused_and_nothing_is_said_before() {
    let door = Door::open();
    let (_, expected, _old) = identity();
    let (identity, found, _new) = identity();
    let mut home = Home::new();
    let pin = Some(expected);
    home.connect_with(NetworkConfig { encrypt: true, pin, ..config(door.address()) });
    assert_eq!(door.accept_tls(&identity).hear_all(), "");
    home.wait_for(&Event::KeyChanged { expected, found });
    assert_eq!(home.next_state(), State::Offline);
}

#[test]
fn a_device_without_a_key_of_its_own_says_what_is_wrong() {
    let door = Door::open();
    let file = tempfile::NamedTempFile::new().expect("there is room for a file");
    let mut home = Home::with_device(file.path().to_owned());
    home.connect_with(NetworkConfig { encrypt: true, ..config(door.address()) });
    assert_eq!(home.next_state(), State::Connecting);
    let State::Waiting { failure: Failure::Local(words), .. } = home.next_state() else {
        panic!("there is a key where there can be none");
    };
    assert!(!words.is_empty());
}

#[test]
fn connecting_anew_takes_the_place_of_the_old_connection() {
    let (first, second) = (Door::open(), Door::open());
    let mut home = Home::new();
    home.connect(first.address());
    let mut old = first.accept();
    old.welcome();
    home.wait_for(&Event::State(State::Online));
    home.connect(second.address());
    assert!(old.hear_all().ends_with("QUIT\r\n"));
    second.accept().welcome();
    home.wait_for(&Event::State(State::Online));
}

#[test]
fn a_probe_finds_out_who_is_there_and_says_nothing() {
    let door = Door::open();
    let (identity, fingerprint, _folder) = identity();
    let mut home = Home::new();
    let config = NetworkConfig { encrypt: true, ..config(door.address()) };
    home.ask(Command::Probe(Box::new(config.clone())));
    door.accept_tls(&identity).hear_all();
    home.wait_for(&Event::TrustNeeded { found: fingerprint });
    assert_eq!(home.next_state(), State::Offline);

    let pin = Some(fingerprint);
    home.ask(Command::Probe(Box::new(NetworkConfig { pin, ..config.clone() })));
    assert_eq!(door.accept_tls(&identity).hear_all(), "");
    home.wait_for(&Event::Reached);
    assert_eq!(home.next_state(), State::Offline);

    home.ask(Command::Probe(Box::new(NetworkConfig { encrypt: false, ..config })));
    assert_eq!(door.accept().hear_all(), "");
    home.wait_for(&Event::Reached);
}

#[test]
fn a_probe_that_fails_is_not_repeated() {
    let mut home = Home::new();
    home.ask(Command::Probe(Box::new(config(Door::open().address()))));
    assert_eq!(home.next_state(), State::Connecting);
    assert_eq!(home.next_state(), State::Failed(Failure::Refused));
    assert!(home.is_quiet());
}
