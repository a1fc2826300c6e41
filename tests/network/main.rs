//! The server and the application's search on two machines, joined by a cable: network namespaces with a veth pair, a real
//! `majlis-server` in one and `majlis::discovery` in the other.
//!
//! `house` makes machines and cable by `netlink`; `packets` is what somebody may send who means no good.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

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

use crate::house::{CABLE, PATIENCE, Search, in_private, place};
use crate::packets::{Liar, Lie, nonsense};

const BOTH: [&str; 2] = ["10.77.0.", "fd77::"];

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
            // What was just said is not said again within a second (RFC 6762, section 6).
            thread::sleep(Duration::from_millis(1500));
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
        let _server = world.serve(&[]);
        let ready = Instant::now();
        search.wait_for_found();
        assert!(ready.elapsed() < Duration::from_secs(1), "{:?}", ready.elapsed());
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
fn another_name_is_told() {
    in_private("another_name_is_told", |world| {
        world.join(&BOTH);
        let settings = tempfile::tempdir().unwrap();
        let file = settings.path().join("majlis.toml");
        fs::write(&file, "name = \"Old\"").unwrap();
        let server = world.serve(&["--config", file.to_str().unwrap()]);
        let search = Search::begin();
        assert_eq!(search.wait_for_server().1.name, "Old");
        fs::write(&file, "name = \"بيت نور\"").unwrap();
        server.reload();
        // By which of its addresses it is heard of first is settled anew: the name belongs to the record's.
        let is_renamed = |found: &Found| found.name == "بيت نور" && can_be_reached(&found.place);
        search.wait_for("the other name", |news| match news {
            News::Found(_, found) => is_renamed(found).then_some(()),
            News::Gone(_) => None,
        });
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

#[test]
fn broken_packets_hurt_neither_end() {
    in_private("broken_packets_hurt_neither_end", |world| {
        world.join(&BOTH);
        let mut server = world.serve(&[]);
        let search = Search::begin();
        search.wait_for_server();
        for address in [Ipv4Addr::new(10, 77, 0, 2), Ipv4Addr::new(10, 77, 0, 1)] {
            let send = || {
                let liar = Liar::at(address);
                for packet in nonsense() {
                    liar.send(&packet);
                }
            };
            // From either side, so that both ends hear all of it from somebody else.
            if address.octets()[3] == 2 { world.over_there(send) } else { send() }
        }
        drop(search);
        thread::sleep(Duration::from_secs(1));
        assert!(server.is_running());
        let search = Search::begin();
        let (id, _) = search.wait_for_server();
        server.terminate();
        search.wait_for_gone(id);
    });
}

#[test]
fn a_flood_of_servers_is_cut_off_and_the_real_one_is_found_afterwards() {
    let name = "a_flood_of_servers_is_cut_off_and_the_real_one_is_found_afterwards";
    in_private(name, |world| {
        world.join(&BOTH);
        let search = Search::begin();
        search.hear_nothing(Duration::from_millis(500));
        world.over_there(|| {
            let liar = Liar::at(Ipv4Addr::new(10, 77, 0, 2));
            for number in 0..3_000_u16 {
                let instance = format!("flood {number}");
                let (instance, port) = (instance.as_bytes(), number + 1);
                let lie = Lie { instance, address: [10, 77, 0, 2], port, properties: vec![] };
                liar.send(&lie.to_bytes());
                if number % 100 == 0 {
                    thread::sleep(Duration::from_millis(20));
                }
            }
        });
        let places = drain(&search);
        assert!((1..=64).contains(&places), "{places} places are shown");
        drop(search);
        let _server = world.serve(&[]);
        let is_real = |news: &News| matches!(news, News::Found(_, it) if it.name == "Reading Room");
        Search::begin().wait_for("the real server", |news| is_real(news).then_some(()));
    });
}

/// How many places are there once it is quiet.
fn drain(search: &Search) -> usize {
    let mut places = Vec::new();
    while let Some(news) = search.hear(Duration::from_secs(2)) {
        match news {
            News::Found(id, _) if !places.contains(&id) => places.push(id),
            News::Found(..) => {}
            News::Gone(id) => places.retain(|it| *it != id),
        }
    }
    places.len()
}
