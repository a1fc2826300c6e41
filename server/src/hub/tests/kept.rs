//! Which rooms an account's person is in again at the next sign-in, when they went under more than one nick (kept.rs).

use super::House;
use super::accounts::{house, signed_in};
use crate::event::{ConnId, Write};

/// Whether the next one who signs in to `ana` is in this room again.
fn is_kept(house: &mut House, room: &str) -> bool {
    let conn = signed_in(house, "ana", None, "");
    let user = house.hub.users.find("ana").expect("they are here");
    let room = house.hub.channels.find(room).expect("it is there");
    let is_in = house.hub.users[user].rooms.contains(room);
    house.say(conn, "QUIT");
    is_in
}

/// `ana` in her account's name, in a room of somebody else's.
fn ana_in_vip(house: &mut House) -> (ConnId, ConnId) {
    let op = house.member("op", "#vip");
    let ana = signed_in(house, "ana", None, "");
    house.say(ana, "JOIN #vip");
    (op, ana)
}

#[test]
fn who_was_kicked_under_another_nick_does_not_come_back_in_by_signing_in() {
    let mut house = house();
    let (op, ana) = ana_in_vip(&mut house);
    house.say(ana, "NICK elsewhere");
    house.say(op, "MODE #vip +i");
    house.say(op, "KICK #vip elsewhere");
    house.say(ana, "QUIT");
    assert!(!is_kept(&mut house, "#vip"));
    assert!(house.writes.iter().any(|write| matches!(write, Write::RoomForgotten { .. })));
}

#[test]
fn who_left_under_another_nick_has_left() {
    let mut house = house();
    let (_op, ana) = ana_in_vip(&mut house);
    house.say(ana, "NICK elsewhere");
    house.say(ana, "PART #vip");
    house.say(ana, "QUIT");
    assert!(!is_kept(&mut house, "#vip"));
}

#[test]
fn what_another_nick_leaves_is_kept_for_who_bears_the_accounts_name_and_is_there() {
    let mut house = house();
    let (op, ana) = ana_in_vip(&mut house);
    let other = signed_in(&mut house, "ana_s", None, "");
    house.say(other, "JOIN #vip");
    house.say(other, "PART #vip");
    house.say(other, "JOIN #vip");
    house.say(op, "KICK #vip ana_s");
    house.say(ana, "QUIT");
    assert!(is_kept(&mut house, "#vip"));
}
