//! What a hub makes of what the store gave back.

use majlis_protocol::{Name, Timestamp};

use super::{House, tag};
use crate::event::{ConnId, Restored, RestoredRoom, RoomId, Topic, Write};
use crate::hub::HubSettings;
use crate::hub::testing::OPENING;

const HOUR_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = 24 * HOUR_MS;

fn room(id: u64, name: &str, lasting: bool) -> RestoredRoom {
    let topic = Topic {
        text: "as before".to_owned(),
        setter: "x!~x@192.0.2.9".to_owned(),
        time: Timestamp(5_000),
    };
    let room = RestoredRoom::new(RoomId(id), name, Timestamp(7_000), lasting);
    RestoredRoom { topic: Some(topic), ..room }
}

fn restored() -> Restored {
    let rooms = vec![room(1, "#lobby", true), room(2, "#guests", false)];
    Restored { rooms, next_room: 3, ..Restored::default() }
}

#[test]
fn rooms_are_as_they_were() {
    let mut house = House::with(HubSettings::default(), restored());
    assert!(house.writes.is_empty(), "the lobby is there");
    let ana = house.client("ana");
    let lines = house.ask(ana, "JOIN #GUESTS");
    assert_eq!(lines[1], ":majlis.local 332 ana #guests :as before");
    assert_eq!(lines[2], ":majlis.local 333 ana #guests x!~x@192.0.2.9 5");
    assert_eq!(lines[3], ":majlis.local 353 ana = #guests :ana", "coming back makes no operator");
    assert_eq!(house.ask(ana, "MODE #guests")[1], ":majlis.local 329 ana #guests 7");
}

#[test]
fn an_empty_guests_room_waits_ten_minutes() {
    let mut house = House::with(HubSettings::default(), restored());
    house.wait(599_999);
    assert!(house.writes.is_empty());
    house.wait(1);
    assert_eq!(house.writes, [Write::RoomRemoved(RoomId(2))]);
    house.hub.verify();
}

#[test]
fn a_room_that_was_entered_again_lives_and_ends_as_ever() {
    let mut house = House::with(HubSettings::default(), restored());
    let ana = house.member("ana", "#guests");
    house.wait(600_000);
    house.say(ana, "PONG");
    assert!(house.writes.is_empty());
    house.say(ana, "PART #guests");
    assert_eq!(house.writes, [Write::RoomRemoved(RoomId(2))]);
}

#[test]
fn a_new_lobby_is_made_or_a_room_becomes_it() {
    let lobby = |name| HubSettings {
        lobby: Name::room(name).expect("a valid name"),
        ..HubSettings::default()
    };
    let house = House::with(lobby("#hall"), restored());
    let [Write::RoomMade(made)] = house.writes.as_slice() else { panic!("{:?}", house.writes) };
    assert_eq!((made.room, &*made.name, made.lasting), (RoomId(3), "#hall", true));
    let mut house = House::with(lobby("#Guests"), restored());
    house.wait(600_000);
    assert!(house.writes.is_empty());
    let ana = house.client("ana");
    assert_eq!(house.ask(ana, "NAMES #guests").len(), 1);
}

/// At what time somebody says something, as they are told.
fn time_of_saying(house: &mut House, ana: ConnId) -> String {
    house.read_all();
    let echo = house.ask(ana, "PRIVMSG ana :x").remove(0);
    tag(&echo, "time").expect("it was asked for").to_owned()
}

/// A house that was closed after a message of that time, where messages are kept for a day.
fn house_after(newest: Timestamp) -> House {
    let mut settings = HubSettings::default();
    settings.limits.retention_ms = Some(DAY_MS);
    House::with(settings, Restored { newest, ..restored() })
}

/// The times before which messages were forgotten.
fn forgotten(house: &House) -> Vec<u64> {
    let before = |write: &Write| match write {
        Write::MessagesForgotten { before } => Some(before.0),
        _ => None,
    };
    house.writes.iter().filter_map(before).collect()
}

#[test]
fn a_message_from_the_future_is_not_what_the_clock_goes_by() {
    let mut house = house_after(Timestamp(OPENING.0 + 20 * 365 * DAY_MS));
    let ana = house.client_with("ana", None, "server-time echo-message");
    assert_eq!(time_of_saying(&mut house, ana), "2026-01-01T00:00:00.000Z");
    house.wait(HOUR_MS - 1);
    assert!(forgotten(&house).is_empty(), "the clock may be wrong, too");
    house.wait(1);
    assert_eq!(forgotten(&house), [house.now.wall.0 - DAY_MS]);
}

#[test]
fn what_a_clock_would_have_forgotten_altogether_it_has_to_be_steady_for() {
    let mut house = house_after(Timestamp(OPENING.0 - 2 * DAY_MS));
    house.wait(HOUR_MS - 1);
    assert!(forgotten(&house).is_empty());
    house.wait(1);
    assert_eq!(forgotten(&house).len(), 1);
    let mut house = house_after(Timestamp(OPENING.0 - DAY_MS));
    house.wait(0);
    assert_eq!(forgotten(&house).len(), 1, "after a night without a word");
}

#[test]
fn a_moment_of_a_wrong_clock_passes_and_forgets_nothing() {
    let mut house = house_after(OPENING);
    let ana = house.client_with("ana", None, "server-time echo-message");
    house.wait(1_000);
    let before = forgotten(&house);
    let years_ms = 20 * 365 * DAY_MS;
    house.now.wall.0 += years_ms;
    house.wait(60_000);
    house.now.wall.0 -= years_ms;
    house.wait(60_000);
    assert_eq!(time_of_saying(&mut house, ana), "2026-01-01T00:02:01.000Z");
    assert_eq!(forgotten(&house), before);
    house.wait(HOUR_MS);
    assert_eq!(forgotten(&house).last(), Some(&(house.now.wall.0 - DAY_MS)));
}

#[test]
fn a_clock_that_goes_back_a_little_or_to_the_beginning_is_waited_for() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "server-time echo-message");
    house.wait(HOUR_MS);
    for wrong in [house.now.wall.0 - 2 * HOUR_MS, 0] {
        let right = house.now.wall;
        house.now.wall = Timestamp(wrong);
        assert_eq!(time_of_saying(&mut house, ana), "2026-01-01T01:00:00.000Z");
        house.now.wall = right;
    }
}

#[test]
fn the_clock_stands_no_earlier_than_the_newest_message() {
    let newest = Timestamp(OPENING.0 + 60_000);
    let mut house = House::with(HubSettings::default(), Restored { newest, ..restored() });
    let ana = house.client_with("ana", None, "server-time echo-message");
    assert_eq!(time_of_saying(&mut house, ana), "2026-01-01T00:01:00.000Z");
}
