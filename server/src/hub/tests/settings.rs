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
fn changed_limits_are_told_to_who_knows_that_they_can_change() {
    let mut house = House::new();
    let old = house.client("ana");
    let knows = house.client_with("bob", None, "draft/extended-isupport");
    let batched = house.client_with("carol", None, "draft/extended-isupport batch");
    let early = house.open(Guest::Irc, None);
    house.say(early, "CAP REQ :draft/extended-isupport");
    house.read_all();
    let mut settings = HubSettings { network_name: "Other".to_owned(), ..HubSettings::default() };
    settings.limits.topic_bytes = 100;
    settings.limits.watched = usize::MAX;
    settings.limits.list_entries = usize::MAX;
    settings.limits.logins_per_address = 1;
    house.settle_again(settings.clone());
    assert!(house.read(old).is_empty());
    let words = "NETWORK=Other MONITOR TOPICLEN=100 -MAXLIST :are supported by this server";
    assert_eq!(only(house.read(knows)), format!(":majlis.local 005 bob {words}"));
    assert_eq!(only(house.read(early)), format!(":majlis.local 005 * {words}"));
    let lines = house.read(batched);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].contains(" BATCH +") && lines[0].ends_with(" draft/isupport"), "{lines:?}");
    assert!(lines[1].starts_with("@batch=") && lines[1].ends_with(words), "{lines:?}");
    house.settle_again(settings);
    assert!(house.read(knows).is_empty(), "nothing changed");
    house.hub.verify();
}

#[test]
fn other_throttles_count_from_then_on() {
    let mut house = super::accounts::house();
    let mut settings = super::accounts::settings();
    settings.limits.logins_per_address = 1;
    house.settle_again(settings.clone());
    let conn = super::spec::sasl::newcomer(&mut house, None);
    for (name, slowed) in [("x", false), ("y", true)] {
        let lines = super::spec::sasl::sign_in(&mut house, conn, name, "wrong-wrong");
        assert_eq!(lines[0].contains("Too many tries"), slowed, "{lines:?}");
    }
    settings.limits.logins_per_address = 0;
    house.settle_again(settings);
    let lines = super::spec::sasl::sign_in(&mut house, conn, "z", "wrong-wrong");
    assert_eq!(lines, [super::spec::sasl::FAILED], "0 is off");
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
