//! What a hub makes of what the store gave back.

use majlis_protocol::{Name, Timestamp};

use super::{House, only};
use crate::event::{Restored, RestoredRoom, RoomId, Topic, Write};
use crate::hub::HubSettings;
use crate::hub::testing::OPENING;

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

#[test]
fn the_clock_stands_no_earlier_than_the_newest_message() {
    let newest = Timestamp(OPENING.0 + 60_000);
    let mut house = House::with(HubSettings::default(), Restored { newest, ..restored() });
    let ana = house.client_with("ana", None, "server-time echo-message");
    let echo = house.ask(ana, "PRIVMSG ana :x");
    assert!(echo[0].contains("time=2026-01-01T00:01:00.000Z"), "{}", only(echo[..1].to_vec()));
}
