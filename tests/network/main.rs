//! The server and the application's search on two machines, joined by a cable: network namespaces with a veth pair, a real
//! `majlis-server` in one and `majlis::discovery` in the other.
//!
//! `house` makes machines and cable by `netlink`; `hostile` is what somebody may do who means no good, with `packets`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile;
mod house;
mod netlink;
mod packets;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

use majlis::discovery::{Found, News, Place};
use mdns_sd::{ServiceDaemon, ServiceEvent};

use crate::house::{BOTH, CABLE, PATIENCE, Search, in_private, place};
use crate::packets::Listener;

/// Whether the application could go there.
fn can_be_reached(place: &Place) -> bool {
    let addresses = (place.host.as_str(), place.port).to_socket_addrs();
    addresses.into_iter().flatten().any(|address| TcpStream::connect(address).is_ok())
}

#[test]
fn a_server_is_found_within_a_second() {
    in_private("a_server_is_found_within_a_second", |world| {
        world.join(&BOTH);
        let _server = world.serve(&[]);
        // A machine that does other things meanwhile may be late once, not always.
        let mut ages = Vec::new();
        for _ in 0..3 {
            // What was just said, twice after a start, is not said again within a second (RFC 6762, section 6).
            thread::sleep(Duration::from_millis(2500));
            let search = Search::begin();
            let (_, found) = search.wait_for_found();
            ages.push(search.age());
            assert_eq!((&*found.name, found.people_count), ("Reading Room", Some(0)));
            assert!(can_be_reached(&found.place), "{found:?}");
        }
        eprintln!("found after {ages:?}");
        assert!(ages.iter().min().unwrap() < &Duration::from_secs(1), "{ages:?}");
    });
}

#[test]
fn the_network_is_told_name_people_version_and_a_hint_at_the_key() {
    let name = "the_network_is_told_name_people_version_and_a_hint_at_the_key";
    in_private(name, |world| {
        world.join(&BOTH);
        let server = world.serve(&[]);
        // As any other program asks.
        let daemon = ServiceDaemon::new().unwrap();
        let events = daemon.browse("_majlis._tcp.local.").unwrap();
        let service = loop {
            let event = events.recv_timeout(PATIENCE).expect("the server answers");
            if let ServiceEvent::ServiceResolved(service) = event {
                break service;
            }
        };
        let hint = &server.fingerprint[..16];
        let told = service.txt_properties.iter().map(|it| (it.key(), it.val_str()));
        let version = env!("CARGO_PKG_VERSION");
        let expected =
            [("name", "Reading Room"), ("people", "0"), ("key", hint), ("version", version)];
        assert_eq!(told.collect::<Vec<_>>(), expected);
        let instance = format!("Reading Room ({})._majlis._tcp.local.", &hint[..8]);
        assert_eq!((&service.fullname, service.port), (&instance, 33000));
        assert_eq!(service.host, format!("majlis-{hint}.local."));
    });
}

#[test]
fn a_server_that_starts_appears_within_a_second() {
    in_private("a_server_that_starts_appears_within_a_second", |world| {
        world.join(&BOTH);
        let search = Search::begin();
        search.hear_nothing(Duration::from_secs(1));
        // As above: late once, not always.
        let mut delays = Vec::new();
        for _ in 0..3 {
            let server = world.serve(&[]);
            let ready = Instant::now();
            let (id, _) = search.wait_for_server();
            delays.push(ready.elapsed());
            server.terminate();
            search.wait_for_gone(id);
        }
        assert!(delays.iter().min().unwrap() < &Duration::from_secs(1), "{delays:?}");
    });
}

#[test]
fn servers_are_found_by_ipv6_alone() {
    in_private("servers_are_found_by_ipv6_alone", |world| {
        world.join(&["fd77::"]);
        let _server = world.serve(&[]);
        let is_there = |news: &News| match news {
            News::Found(_, found) if found.place == place("fd77::2") => Some(found.clone()),
            _ => None,
        };
        let found = Search::begin().wait_for("the server", is_there);
        assert!(can_be_reached(&found.place));
    });
}

#[test]
fn an_address_of_the_link_comes_with_its_interface() {
    in_private("an_address_of_the_link_comes_with_its_interface", |world| {
        world.join(&[]);
        let _server = world.serve(&[]);
        let (_, Found { place: Place { host, port }, .. }) = Search::begin().wait_for_found();
        assert!(host.starts_with("fe80::") && host.ends_with(&format!("%{CABLE}")), "{host}");
        assert!(can_be_reached(&Place { host, port }));
    });
}

#[test]
fn a_goodbye_takes_the_server_off_and_a_new_start_brings_it_back() {
    let name = "a_goodbye_takes_the_server_off_and_a_new_start_brings_it_back";
    in_private(name, |world| {
        world.join(&BOTH);
        let folder = tempfile::tempdir().unwrap();
        let search = Search::begin();
        for _ in 0..2 {
            let server = world.serve_in(folder.path(), &[]);
            let (id, _) = search.wait_for_server();
            server.terminate();
            let ended = Instant::now();
            search.wait_for_gone(id);
            assert!(ended.elapsed() < Duration::from_secs(3), "{:?}", ended.elapsed());
        }
    });
}

#[test]
fn a_server_that_was_killed_comes_back_as_the_same() {
    in_private("a_server_that_was_killed_comes_back_as_the_same", |world| {
        world.join(&BOTH);
        let folder = tempfile::tempdir().unwrap();
        let search = Search::begin();
        drop(world.serve_in(folder.path(), &[]));
        let (id, _) = search.wait_for_server();
        let _again = world.serve_in(folder.path(), &[]);
        let deadline = Instant::now() + Duration::from_secs(4);
        while let Some(news) = search.hear(deadline.saturating_duration_since(Instant::now())) {
            let is_same = matches!(&news, News::Found(same, _) if *same == id);
            assert!(is_same, "{news:?}, but nothing else is there");
        }
    });
}

#[test]
fn the_settings_turn_it_off_and_on_and_give_another_name() {
    in_private("the_settings_turn_it_off_and_on_and_give_another_name", |world| {
        world.join(&BOTH);
        let settings = tempfile::tempdir().unwrap();
        let file = settings.path().join("majlis.toml");
        let write = |text: &str| fs::write(&file, text).unwrap();
        write("");
        let path = file.to_str().unwrap();
        let server = world.serve(&["--config", path]);
        let search = Search::begin();
        let (id, _) = search.wait_for_server();
        write("announce = false");
        server.reload();
        search.wait_for_gone(id);
        assert!(server.folder().join("data").exists(), "it serves on");
        search.hear_nothing(Duration::from_secs(2));
        write("announce = true");
        server.reload();
        search.wait_for_server();
    });
}

#[test]
fn a_server_that_is_renamed_stays_in_its_place() {
    in_private("a_server_that_is_renamed_stays_in_its_place", |world| {
        world.join(&BOTH);
        let settings = tempfile::tempdir().unwrap();
        let file = settings.path().join("majlis.toml");
        fs::write(&file, "name = \"Old\"").unwrap();
        let server = world.serve(&["--config", file.to_str().unwrap()]);
        let search = Search::begin();
        let (id, first) = search.wait_for_server();
        assert_eq!(first.name, "Old");
        // At once, while what was just said may not be said again: the goodbye to the old name must not take the address along.
        fs::write(&file, "name = \"بيت نور\"").unwrap();
        server.reload();
        let renamed = News::Found(id, Found { name: "بيت نور".to_owned(), ..first });
        search.wait_for("the other name", |news| (*news == renamed).then_some(()));
        while let Some(news) = search.hear(Duration::from_secs(4)) {
            assert!(!matches!(news, News::Gone(gone) if gone == id), "it is still there");
        }
    });
}

#[test]
fn what_is_said_once_is_said_again() {
    in_private("what_is_said_once_is_said_again", |world| {
        world.join(&BOTH);
        let listener = Listener::at(Ipv4Addr::new(10, 77, 0, 1));
        let _server = world.serve(&[]);
        // Nobody asks. The first word for everybody may be lost, as on a Wi-Fi.
        let instance = b"Reading Room (";
        let words = listener.count(instance, Duration::from_secs(5));
        assert!(words >= 2, "{words} announcements");
    });
}

#[test]
fn people_are_counted() {
    in_private("people_are_counted", |world| {
        world.join(&BOTH);
        let _server = world.serve(&[]);
        let search = Search::begin();
        assert_eq!(search.wait_for_server().1.people_count, Some(0));
        let _nour = world.over_there(|| sit_down("nour"));
        let began = Instant::now();
        let deadline = Duration::from_secs(45);
        while let Some(news) = search.hear(deadline.saturating_sub(began.elapsed())) {
            if matches!(&news, News::Found(_, found) if found.people_count == Some(1)) {
                return;
            }
        }
        panic!("nobody was counted in {deadline:?}");
    });
}

/// A person who came in from the server's own machine.
fn sit_down(nick: &str) -> TcpStream {
    let mut stream = TcpStream::connect("127.0.0.1:33000").unwrap();
    write!(stream, "NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n").unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let is_welcome = |line: &str| line.split(' ').nth(1) == Some("001");
    assert!(lines.map_while(Result::ok).any(|line| is_welcome(&line)), "{nick} was not let in");
    stream
}

#[test]
fn an_interface_that_comes_later_is_followed_and_one_that_goes_forgotten() {
    let name = "an_interface_that_comes_later_is_followed_and_one_that_goes_forgotten";
    in_private(name, |world| {
        let _server = world.serve(&[]);
        let search = Search::begin();
        search.hear_nothing(Duration::from_secs(2));
        for _ in 0..2 {
            world.join(&BOTH);
            let joined = Instant::now();
            let (id, _) = search.wait_for_found();
            assert!(joined.elapsed() < Duration::from_secs(6), "{:?}", joined.elapsed());
            netlink::cut(CABLE).unwrap();
            search.wait_for_gone(id);
        }
    });
}

#[test]
fn who_is_told_not_to_is_silent() {
    in_private("who_is_told_not_to_is_silent", |world| {
        world.join(&BOTH);
        let _silent = world.serve(&["--no-announce"]);
        Search::begin().hear_nothing(Duration::from_secs(3));
    });
}

#[test]
fn among_strangers_nothing_is_announced() {
    in_private("among_strangers_nothing_is_announced", |world| {
        world.join(&["203.0.113.", "2001:db8::"]);
        let _server = world.serve(&[]);
        Search::begin().hear_nothing(Duration::from_secs(4));
    });
}
