//! Rooms that nobody used for long (identity.md, "A room's life").

use super::accounts::{house, restored, settings, signed_in, verifier};
use super::{House, only};
use crate::event::{Founder, Restored, RestoredRoom, RoomId, Write};
use crate::hub::Operator;
use crate::hub::testing::OPENING;
use majlis_protocol::Timestamp;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const YEAR_MS: u64 = 365 * DAY_MS;

/// A house with the lasting room `#old`, last used so long before its opening.
fn house_with_old(unused_ms: u64) -> House {
    let room = |id, name| RestoredRoom {
        founder: Some(Founder::Account("ana".to_owned())),
        used: Timestamp(OPENING.0 - unused_ms),
        ..RestoredRoom::new(RoomId(id), name, Timestamp(5), true)
    };
    let rooms = vec![room(1, "#old"), room(2, "#lobby")];
    House::with(settings(), Restored { rooms, next_room: 3, ..restored() })
}

/// The rooms of LIST.
fn listed(house: &mut House) -> Vec<String> {
    let conn = house.client("reader");
    let lines = house.ask(conn, "LIST");
    house.say(conn, "QUIT");
    house.read_all();
    let room = |line: &String| {
        line.strip_prefix(":majlis.local 322 reader ")
            .map(|rest| rest.split(' ').next().unwrap_or_default().to_owned())
    };
    lines.iter().filter_map(room).collect()
}

fn uses(house: &House) -> Vec<Timestamp> {
    let time = |write: &Write| match write {
        Write::RoomUsed { room: RoomId(1), time } => Some(*time),
        _ => None,
    };
    house.writes.iter().filter_map(time).collect()
}

#[test]
fn after_a_year_without_anybody_a_room_is_in_no_list() {
    let mut house = house_with_old(YEAR_MS - 1);
    assert_eq!(listed(&mut house), ["#old", "#lobby"]);
    house.wait(1);
    assert_eq!(listed(&mut house), ["#lobby"], "the lobby never is");
    let carol = house.client("carol");
    let counted = house.ask(carol, "LUSERS");
    assert!(counted.contains(&":majlis.local 254 carol 1 :channels formed".to_owned()));
}

#[test]
fn one_account_cannot_take_every_room_of_the_server() {
    let mut settings = settings();
    settings.limits.rooms_per_founder = 2;
    let mut house = House::with(settings, restored());
    let ana = signed_in(&mut house, "ana", None, "");
    let bob = signed_in(&mut house, "bob", None, "");
    for room in ["#a", "#b"] {
        house.say(ana, &format!("JOIN {room}"));
        house.say(ana, &format!("PART {room}"));
    }
    house.read_all();
    let refused = ":majlis.local 405 ana #c :You have made as many channels as one account may";
    assert_eq!(only(house.ask(ana, "JOIN #c")), refused);
    let elsewhere = signed_in(&mut house, "ana_s", None, "");
    assert!(only(house.ask(elsewhere, "JOIN #c")).contains(" 405 "), "under any nick");
    assert!(
        house.ask(ana, "JOIN #a")[0].ends_with(" JOIN #a"),
        "the door to what there is stays open"
    );
    assert!(house.ask(bob, "JOIN #bobs")[0].ends_with(" JOIN #bobs"), "others are not concerned");
    house.say(ana, "MODE #b -P");
    house.wait(1);
    house.read_all();
    assert!(house.ask(ana, "JOIN #c")[0].ends_with(" JOIN #c"), "#b has ended");
    assert!(only(house.ask(ana, "JOIN #d")).contains(" 405 "));
    let user = house.hub.users.find("ana").unwrap();
    let operator = Operator { name: "ana".to_owned(), verifier: verifier() };
    house.hub.make_operator(ana, user, operator);
    assert!(house.ask(ana, "JOIN #d")[0].ends_with(" JOIN #d"), "operators of the server are free");
}

#[test]
fn what_is_archived_does_not_count_for_its_founder() {
    let mut settings = settings();
    settings.limits.rooms_per_founder = 1;
    let room = RestoredRoom {
        founder: Some(Founder::Account("ana".to_owned())),
        used: Timestamp(OPENING.0 - YEAR_MS + 1),
        ..RestoredRoom::new(RoomId(1), "#old", Timestamp(5), true)
    };
    let mut house =
        House::with(settings, Restored { rooms: vec![room], next_room: 2, ..restored() });
    let ana = signed_in(&mut house, "ana", None, "");
    assert!(only(house.ask(ana, "JOIN #new")).contains(" 405 "));
    house.wait(1);
    house.read(ana);
    assert!(house.ask(ana, "JOIN #new")[0].ends_with(" JOIN #new"));
}

#[test]
fn the_first_to_join_finds_it_as_it_was() {
    let mut house = house_with_old(YEAR_MS);
    assert!(listed(&mut house).len() == 1);
    let ana = signed_in(&mut house, "ana", None, "");
    let joined = house.ask(ana, "JOIN #old");
    assert!(joined[1].ends_with(":@ana"), "its founder is its operator: {joined:?}");
    assert_eq!(house.ask(ana, "MODE #old")[1], ":majlis.local 329 ana #old 0", "the same room");
    assert_eq!(uses(&house), [OPENING]);
    house.say(ana, "PART #old");
    assert_eq!(listed(&mut house), ["#old", "#lobby"], "it was used a moment ago");
}

#[test]
fn whoever_could_not_come_in_still_cannot() {
    let mut house = house_with_old(YEAR_MS);
    let ana = signed_in(&mut house, "ana", None, "");
    house.say(ana, "JOIN #old");
    house.say(ana, "MODE #old +i");
    house.say(ana, "PART #old");
    house.wait(YEAR_MS);
    let carol = house.client("carol");
    assert!(only(house.ask(carol, "JOIN #old")).contains(" 473 carol #old "));
    assert_eq!(listed(&mut house), ["#lobby"]);
}

#[test]
fn a_room_with_people_in_it_is_in_use_all_the_time() {
    let mut house = house_with_old(0);
    let carol = house.member("carol", "#old");
    assert!(uses(&house).is_empty(), "exact to a day");
    house.wait(DAY_MS - 1);
    assert!(uses(&house).is_empty());
    house.say(carol, "PONG");
    house.wait(60 * 60 * 1000);
    assert_eq!(uses(&house), [house.now.wall]);
    house.wait(60 * 60 * 1000);
    assert_eq!(uses(&house).len(), 1);
}

#[test]
fn leaving_is_the_last_use() {
    let mut house = house_with_old(DAY_MS / 2);
    let carol = house.member("carol", "#old");
    house.now.wall.0 += DAY_MS;
    house.say(carol, "PART #old");
    assert_eq!(uses(&house), [house.now.wall]);
}

#[test]
fn archived_rooms_do_not_count_among_the_server_s() {
    let mut house = house_with_old(YEAR_MS);
    house.hub.settings.limits.rooms = 2;
    let carol = house.member("carol", "#new");
    let full = ":majlis.local 405 carol #more :This server has as many channels as it can hold";
    assert_eq!(only(house.ask(carol, "JOIN #more")), full);
    assert_eq!(house.ask(carol, "JOIN #old").len(), 3, "it is there, and need not be made");
}

#[test]
fn archiving_can_be_off() {
    let mut house = house_with_old(YEAR_MS * 20);
    assert_eq!(listed(&mut house), ["#lobby"]);
    house.hub.settings.limits.archive_after_ms = u64::MAX / 1024;
    assert_eq!(listed(&mut house), ["#old", "#lobby"]);
}

#[test]
fn a_guest_s_room_is_not_archived_but_ends() {
    let mut house = house();
    let carol = house.member("carol", "#passing");
    house.wait(YEAR_MS * 2);
    house.say(carol, "PING x");
    house.hub.verify();
}
