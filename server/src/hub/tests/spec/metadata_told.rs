//! Who is told of metadata and when, along "Notifications" and "Postponed synchronization" of draft/metadata-2.

use super::accounts::{house, signed_in};
use super::metadata::{CAPS, batch, client, house_with};
use super::{House, only};
use crate::event::{CloseReason, ConnId};

/// A client in `#a` that subscribed to `url`.
fn subscriber(house: &mut House, nick: &str) -> ConnId {
    let conn = client(house, nick);
    house.say(conn, "METADATA * SUB url");
    house.say(conn, "JOIN #a");
    house.read_all();
    conn
}

fn told(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().filter(|line| line.contains("METADATA ")).collect()
}

#[test]
fn who_shares_a_room_and_subscribed_to_the_key_is_told_of_a_change() {
    let mut house = House::new();
    let ana = subscriber(&mut house, "ana");
    let bob = subscriber(&mut house, "bob");
    let without = house.client_with("carol", None, CAPS);
    let old = house.member("dan", "#a");
    let plain = house.plain("eve");
    let elsewhere = client(&mut house, "fay");
    house.say(elsewhere, "METADATA * SUB url");
    house.say(without, "JOIN #a");
    house.read_all();
    let answer = only(house.ask(ana, "METADATA * SET url :x"));
    assert_eq!(answer, ":majlis.local 761 ana * url * :x", "one's own change is answered only");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 METADATA ana url * :x");
    for conn in [without, old, plain, elsewhere] {
        assert!(house.read(conn).is_empty());
    }
    house.ask(ana, "METADATA * SET other :x");
    assert!(house.read(bob).is_empty(), "another key");
    house.ask(ana, "METADATA * SET url :x");
    assert!(house.read(bob).is_empty(), "nothing has changed");
    house.ask(ana, "METADATA * SET url");
    let removed = ":ana!~ana@192.0.2.1 METADATA ana url *";
    assert_eq!(only(house.read(bob)), removed, "no value at all tells that it is gone");
    house.ask(bob, "METADATA * UNSUB url");
    house.ask(ana, "METADATA * SET url :y");
    assert!(house.read(bob).is_empty());
}

#[test]
fn clearing_tells_of_each_key_that_is_gone() {
    let mut house = House::new();
    let (ana, bob) = (subscriber(&mut house, "ana"), subscriber(&mut house, "bob"));
    for key in ["name", "url"] {
        house.ask(ana, &format!("METADATA * SET {key} :x"));
    }
    house.read(bob);
    house.ask(ana, "METADATA * CLEAR");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 METADATA ana url *");
}

#[test]
fn two_shared_rooms_tell_once() {
    let mut house = House::new();
    let (ana, bob) = (subscriber(&mut house, "ana"), subscriber(&mut house, "bob"));
    for conn in [ana, bob] {
        house.say(conn, "JOIN #b");
    }
    house.say(bob, "MONITOR + ana");
    house.read_all();
    house.ask(ana, "METADATA * SET url :x");
    assert_eq!(told(house.read(bob)).len(), 1);
}

#[test]
fn a_rooms_change_is_told_to_members_who_subscribed() {
    let mut house = House::new();
    let (ana, bob) = (subscriber(&mut house, "ana"), subscriber(&mut house, "bob"));
    let outside = client(&mut house, "eve");
    house.say(outside, "METADATA * SUB url");
    house.read_all();
    house.ask(ana, "METADATA #A SET url :http://www.example.com");
    let expected = ":ana!~ana@192.0.2.1 METADATA #a url * :http://www.example.com";
    assert_eq!(only(house.read(bob)), expected);
    assert!(house.read(outside).is_empty());
    house.say(bob, "PART #a");
    house.read_all();
    house.ask(ana, "METADATA #a SET url");
    assert!(house.read(bob).is_empty());
}

#[test]
fn the_users_other_sessions_are_told_without_a_room() {
    let mut house = house();
    let desk = signed_in(&mut house, "ana", None, CAPS);
    let phone = signed_in(&mut house, "ana", None, CAPS);
    let elsewhere = signed_in(&mut house, "ana_2", None, CAPS);
    let bob = signed_in(&mut house, "bob", None, CAPS);
    for conn in [desk, phone, elsewhere, bob] {
        house.say(conn, "METADATA * SUB url");
    }
    house.read_all();
    house.ask(desk, "METADATA * SET url :x");
    assert_eq!(only(house.read(phone)), ":ana!~ana@192.0.2.1 METADATA ana url * :x");
    let other = ":ana!~ana@192.0.2.1 METADATA ana_2 url * :x";
    assert_eq!(only(house.read(elsewhere)), other, "the account's values are of both nicks");
    assert!(house.read(bob).is_empty());
}

#[test]
fn who_watches_somebody_is_told_at_once_and_of_changes_and_arrivals() {
    let mut house = house();
    let ana = client(&mut house, "eve");
    house.say(ana, "METADATA * SUB url");
    let bob = signed_in(&mut house, "bob", None, CAPS);
    house.ask(bob, "METADATA * SET url :x");
    house.ask(bob, "METADATA * SET other :x");
    house.read_all();
    let shown = ":majlis.local METADATA bob url * :x";
    let lines = house.ask(ana, "MONITOR + bob,nobody");
    assert_eq!(told(lines), [shown]);
    house.ask(bob, "METADATA * SET url :y");
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.1 METADATA bob url * :y");
    house.say(bob, "QUIT");
    house.read(ana);
    signed_in(&mut house, "bob", None, CAPS);
    let lines = house.read(ana);
    assert!(lines[0].contains(" 730 "), "{lines:?}");
    assert_eq!(lines[1..], [":majlis.local METADATA bob url * :y"]);
    house.say(ana, "MONITOR - bob");
    house.hang_up(bob, CloseReason::Eof);
    house.hub.verify();
}

#[test]
fn who_joins_is_told_of_the_room_and_of_those_inside_and_they_of_who_joins() {
    let mut house = House::new();
    let ana = subscriber(&mut house, "ana");
    for line in ["METADATA * SET url :ana's", "METADATA * SET x :x", "METADATA #a SET url :room's"]
    {
        house.ask(ana, line);
    }
    let carol = subscriber(&mut house, "carol");
    let bob = client(&mut house, "bob");
    house.say(bob, "METADATA * SET url :bob's");
    house.say(bob, "METADATA * SUB url");
    house.read_all();
    let lines = house.ask(bob, "JOIN #a");
    let end = lines.iter().position(|line| line.contains(" 366 ")).expect("the end of names");
    let expected =
        [":majlis.local METADATA #a url * :room's", ":majlis.local METADATA ana url * :ana's"];
    assert_eq!(batch(&lines[end + 1..], "metadata #a"), expected);
    for conn in [ana, carol] {
        let lines = house.read(conn);
        assert!(lines[0].ends_with(" JOIN #a"), "{lines:?}");
        assert_eq!(lines[1..], [":majlis.local METADATA bob url * :bob's"]);
    }
    house.say(carol, "JOIN #b");
    house.read_all();
    house.say(bob, "JOIN #b");
    assert!(told(house.read(carol)).is_empty(), "they know each other already");
}

#[test]
fn who_subscribed_to_nothing_is_told_of_nothing_on_joining() {
    let mut house = House::new();
    let ana = subscriber(&mut house, "ana");
    house.ask(ana, "METADATA * SET url :x");
    for caps in ["", CAPS] {
        let bob = house.client_with("bob", None, caps);
        assert!(told(house.ask(bob, "JOIN #a")).is_empty());
        house.say(bob, "QUIT");
    }
}

#[test]
fn subscribing_shows_what_is_under_the_key() {
    let mut house = House::new();
    let ana = subscriber(&mut house, "ana");
    for line in ["METADATA * SET url :ana's", "METADATA #a SET url :room's", "JOIN #b"] {
        house.ask(ana, line);
    }
    let eve = client(&mut house, "eve");
    house.ask(eve, "METADATA * SET url :eve's");
    let bob = client(&mut house, "bob");
    house.ask(bob, "METADATA * SET url :bob's");
    house.ask(bob, "JOIN #a,#b");
    house.ask(bob, "MONITOR + eve,ana");
    let lines = house.ask(bob, "METADATA * SUB url");
    let expected = [
        ":majlis.local 770 bob url",
        ":majlis.local METADATA #a url * :room's",
        ":majlis.local METADATA ana url * :ana's",
        ":majlis.local METADATA eve url * :eve's",
        ":majlis.local METADATA bob url * :bob's",
    ];
    assert_eq!(lines, expected, "each once");
    assert_eq!(house.ask(bob, "METADATA * SUB url"), expected[..1], "nothing is new");
}

#[test]
fn synchronizing_gives_what_was_subscribed_to() {
    let mut house = House::new();
    let ana = subscriber(&mut house, "ana");
    for line in ["METADATA * SET url :ana's", "METADATA * SET x :x", "METADATA #a SET url :room's"]
    {
        house.ask(ana, line);
    }
    let bob = subscriber(&mut house, "bob");
    house.ask(bob, "METADATA * SET url :bob's");
    let room =
        [":majlis.local METADATA #a url * :room's", ":majlis.local METADATA ana url * :ana's"];
    assert_eq!(batch(&house.ask(bob, "METADATA #A SYNC"), "metadata #a"), room);
    let person = batch(&house.ask(bob, "METADATA ANA SYNC"), "metadata ana");
    assert_eq!(person, room[1..]);
    let own = batch(&house.ask(bob, "METADATA * SYNC"), "metadata bob");
    assert_eq!(own, [":majlis.local METADATA bob url * :bob's"]);
    house.ask(bob, "METADATA * UNSUB url");
    assert!(batch(&house.ask(bob, "METADATA #a SYNC"), "metadata #a").is_empty());
}

#[test]
fn who_is_outside_is_told_only_of_those_they_may_find() {
    let mut house = House::new();
    let (ana, bob) = (subscriber(&mut house, "ana"), subscriber(&mut house, "bob"));
    for conn in [ana, bob] {
        house.say(conn, "METADATA * SET url :x");
    }
    house.say(bob, "MODE bob +i");
    let eve = client(&mut house, "eve");
    house.ask(eve, "METADATA * SUB url");
    let synced = batch(&house.ask(eve, "METADATA #a SYNC"), "metadata #a");
    assert_eq!(synced, [":majlis.local METADATA ana url * :x"]);
}

/// Four people in `#a` who have two values each, and the room one; and somebody outside who subscribed to both keys.
fn crowd(limit: usize) -> (House, ConnId) {
    let mut house = house_with(|limits| limits.metadata_sync_values = limit);
    for (number, nick) in ["p1", "p2", "p3", "p4"].into_iter().enumerate() {
        let conn = client(&mut house, nick);
        house.say(conn, "JOIN #a");
        for key in ["url", "name"] {
            house.say(conn, &format!("METADATA * SET {key} :x"));
        }
        if number == 0 {
            house.say(conn, "METADATA #a SET url :room's");
        }
    }
    let eve = client(&mut house, "eve");
    house.say(eve, "METADATA * SUB url name");
    house.read_all();
    (house, eve)
}

#[test]
fn as_much_as_is_told_at_once_and_what_is_more_is_postponed() {
    let (mut house, eve) = crowd(9);
    let lines = house.ask(eve, "JOIN #a");
    let end = lines.iter().position(|line| line.contains(" 366 ")).expect("the end of names");
    assert_eq!(batch(&lines[end + 1..], "metadata #a").len(), 9);
    let (mut house, eve) = crowd(8);
    let lines = house.ask(eve, "JOIN #a");
    assert_eq!(lines.last().map(String::as_str), Some(":majlis.local 774 eve #a 2"));
    assert!(told(lines).is_empty(), "nothing is told of instead");
}

#[test]
fn a_large_room_is_synchronized_in_parts() {
    let (mut house, eve) = crowd(4);
    house.ask(eve, "JOIN #a");
    let names = |lines: &[String]| {
        let nicks = lines.iter().map(|line| line.split(' ').nth(2).unwrap_or_default().to_owned());
        nicks.collect::<Vec<_>>()
    };
    let part = |house: &mut House, has_more: bool| {
        let mut lines = house.ask(eve, "METADATA #a SYNC");
        if has_more {
            assert_eq!(lines.pop().as_deref(), Some(":majlis.local 774 eve #a 2"));
        }
        names(&batch(&lines, "metadata #a"))
    };
    assert_eq!(part(&mut house, true), ["#a", "p1", "p1"]);
    assert_eq!(part(&mut house, true), ["p2", "p2", "p3", "p3"]);
    assert_eq!(part(&mut house, false), ["p4", "p4"]);
    assert_eq!(part(&mut house, true), ["#a", "p1", "p1"], "from the beginning again");
    house.ask(eve, "METADATA #lobby SYNC");
    assert_eq!(part(&mut house, true)[0], "#a", "another room comes between");
    house.hub.verify();
}

#[test]
fn whoever_has_more_than_is_told_at_once_is_still_told_of() {
    let (mut house, eve) = crowd(1);
    house.ask(eve, "JOIN #a");
    let mut lines = house.ask(eve, "METADATA #a SYNC");
    lines.pop();
    assert_eq!(batch(&lines, "metadata #a").len(), 3, "the room and one person");
    let mut lines = house.ask(eve, "METADATA #a SYNC");
    lines.pop();
    assert_eq!(batch(&lines, "metadata #a").len(), 2);
    assert_eq!(batch(&house.ask(eve, "METADATA p4 SYNC"), "metadata p4").len(), 2);
}

#[test]
fn subscribing_and_watching_postpone_what_is_too_much() {
    let (mut house, eve) = crowd(8);
    house.ask(eve, "METADATA * UNSUB url name");
    house.ask(eve, "JOIN #a");
    let lines = house.ask(eve, "METADATA * SUB url name");
    assert_eq!(lines, [":majlis.local 770 eve url name", ":majlis.local 774 eve #a 2"]);
    let (mut house, eve) = crowd(3);
    let lines = house.ask(eve, "MONITOR + p1,p2");
    let later = ":majlis.local 774 eve p2 2";
    assert_eq!(lines[1..3].iter().filter(|line| line.contains("METADATA p1 ")).count(), 2);
    assert_eq!(lines[3..], [later]);
}

#[test]
fn a_room_that_seems_another_after_renaming_is_told_of_anew() {
    let mut house = House::new();
    let (ana, bob) = (subscriber(&mut house, "ana"), subscriber(&mut house, "bob"));
    house.ask(ana, "METADATA #a SET url :x");
    house.read(bob);
    house.say(ana, "RENAME #a #b");
    assert_eq!(told(house.read(bob)).len(), 1);
    assert_eq!(batch(&house.ask(bob, "METADATA #b LIST"), "metadata #b").len(), 1);
}
