//! What the operator settles, at work.

use majlis_protocol::Timestamp;

use super::{House, only};
use crate::event::{Restored, Write};
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
    house.hub.handle_settings(HubSettings {
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
