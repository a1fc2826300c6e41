//! What the operator settles, at work.

use majlis_protocol::Timestamp;

use super::{House, only};
use crate::event::{Guest, Restored, Write};
use crate::hub::HubSettings;

fn house_with(change: impl FnOnce(&mut HubSettings)) -> House {
    let mut settings = HubSettings::default();
    change(&mut settings);
    House::with(settings, Restored { next_room: 1, ..Restored::default() })
}

/// The times before which messages were forgotten, in order.
fn forgotten(house: &House) -> Vec<Timestamp> {
    let before = |write: &Write| match write {
        Write::MessagesForgotten { before } => Some(*before),
        _ => None,
    };
    house.writes.iter().filter_map(before).collect()
}

#[test]
fn what_was_said_is_forgotten_when_its_time_is_over() {
    let mut house = house_with(|settings| settings.limits.retention_ms = Some(3_600_000));
    house.wait(1_000);
    let before = |house: &House| Timestamp(house.now.wall.0 - 3_600_000);
    assert_eq!(forgotten(&house), [before(&house)], "at the start");
    house.wait(59_999);
    assert_eq!(forgotten(&house).len(), 1);
    house.wait(1);
    assert_eq!(forgotten(&house).last(), Some(&before(&house)));
    assert_eq!(forgotten(&house).len(), 2);
}

#[test]
fn without_a_retention_nothing_is_forgotten() {
    let mut house = House::new();
    house.wait(10_000_000);
    assert!(forgotten(&house).is_empty());
}

#[test]
fn the_server_describes_itself_as_it_was_told() {
    let mut house = house_with(|settings| settings.description = "Nour's house".to_owned());
    let ana = house.client("ana");
    let told = house.ask(ana, "WHOIS ana").into_iter();
    let server = only(told.filter(|line| line.contains(" 312 ")).collect());
    assert_eq!(server, ":majlis.local 312 ana ana majlis.local :Nour's house");
}

#[test]
fn other_settings_count_from_then_on_but_for_what_sessions_were_told_once() {
    let mut house = House::new();
    let ana = house.client("ana");
    house.resettle(HubSettings {
        server_name: "other.name".to_owned(),
        lobby: majlis_protocol::Name::room("#other").unwrap(),
        motd: vec!["Be kind.".to_owned()],
        ..HubSettings::default()
    });
    let motd = house.ask(ana, "MOTD");
    assert_eq!(motd[1], ":majlis.local 372 ana :- Be kind.");
    let bob = house.member("bob", "#lobby");
    assert!(house.is_open(bob));
}

#[test]
fn whoever_does_not_know_the_password_is_not_let_in() {
    let closed = || house_with(|settings| settings.password = Some("open sesame".to_owned()));
    for pass in [None, Some("PASS wrong"), Some("PASS :open sesam"), Some("PASS :open sesame!")] {
        let mut house = closed();
        let ana = house.open(Guest::Irc, None);
        for line in pass.into_iter().chain(["NICK ana", "USER ana 0 * :Ana"]) {
            house.say(ana, line);
        }
        let expected = [
            ":majlis.local 464 * :Password incorrect",
            "ERROR :Closing link: 192.0.2.1 (Wrong password)",
        ];
        assert_eq!(house.read(ana), expected, "{pass:?}");
        assert!(!house.is_open(ana));
    }
    let mut house = closed();
    let ana = house.open(Guest::Irc, None);
    for line in ["CAP LS 302", "PASS wrong", "PASS :open sesame", "NICK ana", "USER a 0 * :A"] {
        house.say(ana, line);
    }
    house.say(ana, "CAP END");
    assert!(house.read(ana).iter().any(|line| line.contains(" 001 ana ")));
    assert_eq!(only(house.ask(ana, "PASS x")), ":majlis.local 462 ana :You may not reregister");
}

#[test]
fn a_password_closes_the_plain_room() {
    let mut house = house_with(|settings| settings.password = Some("open sesame".to_owned()));
    let bob = house.open(Guest::Plain, None);
    house.read(bob);
    house.text(bob, "bob");
    let told = "This server asks for a password, which an IRC program can give.";
    assert_eq!(only(house.read(bob)), told);
    assert!(!house.is_open(bob));
}

#[test]
fn where_there_is_no_password_any_is_passed_over() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    for line in ["PASS whatever", "NICK ana", "USER a 0 * :A"] {
        house.say(ana, line);
    }
    assert!(house.read(ana)[0].contains(" 001 ana "));
    let bob = house.open(Guest::Irc, None);
    assert!(only(house.ask(bob, "PASS")).contains(" 461 * PASS "));
}
