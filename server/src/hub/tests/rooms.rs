//! JOIN, PART, TOPIC, and the lives of rooms.

use super::{House, only};
use crate::event::Write;

#[test]
fn joining_is_told_and_the_room_is_described() {
    let mut house = House::new();
    let ana = house.client("ana");
    let made = house.ask(ana, "JOIN #Garden key");
    let expected = [
        ":ana!~ana@192.0.2.1 JOIN #Garden",
        ":majlis.local 353 ana = #Garden :@ana",
        ":majlis.local 366 ana #Garden :End of NAMES list",
    ];
    assert_eq!(made, expected);
    house.say(ana, "TOPIC #garden :Roses");
    house.read(ana);
    let bob = house.client("bob");
    let entered = house.ask(bob, "JOIN #gARDEN");
    let expected = [
        ":bob!~bob@192.0.2.1 JOIN #Garden",
        ":majlis.local 332 bob #Garden :Roses",
        ":majlis.local 333 bob #Garden ana!~ana@192.0.2.1 1767225600",
        ":majlis.local 353 bob = #Garden :@ana bob",
        ":majlis.local 366 bob #Garden :End of NAMES list",
    ];
    assert_eq!(entered, expected);
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.1 JOIN #Garden");
    assert!(house.ask(bob, "JOIN #garden").is_empty());
}

#[test]
fn arriving_first_in_the_lobby_makes_nobody_its_operator() {
    let mut house = House::new();
    let ana = house.client("ana");
    assert_eq!(house.ask(ana, "JOIN #lobby")[1], ":majlis.local 353 ana = #lobby :ana");
}

#[test]
fn names_of_rooms_are_checked() {
    let mut house = House::new();
    let ana = house.client("ana");
    let no_room = ":majlis.local 476 ana lobby :The name of a room begins with #";
    assert_eq!(only(house.ask(ana, "JOIN lobby")), no_room);
    let empty = ":majlis.local 476 ana # :A name cannot be empty";
    assert_eq!(only(house.ask(ana, "JOIN #")), empty);
    let lines = house.ask(ana, "JOIN #مجلس,bad,#مشروع-GTK");
    assert_eq!(lines.iter().filter(|line| line.contains(" 366 ")).count(), 2);
    assert_eq!(lines.iter().filter(|line| line.contains(" 476 ana bad ")).count(), 1);
}

#[test]
fn parting_is_told_and_a_guests_room_ends_with_its_last_member() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let told = ":ana!~ana@192.0.2.1 PART #a :to bed";
    assert_eq!(only(house.ask(ana, "PART #A :to bed")), told);
    assert_eq!(only(house.read(bob)), told);
    let not_in = ":majlis.local 442 ana #a :You're not on that channel";
    assert_eq!(only(house.ask(ana, "PART #a")), not_in);
    assert_eq!(only(house.ask(bob, "PART #a")), ":bob!~bob@192.0.2.1 PART #a");
    assert!(matches!(house.writes.last(), Some(Write::RoomRemoved(_))));
    let gone = ":majlis.local 403 bob #a :No such channel";
    assert_eq!(only(house.ask(bob, "PART #a")), gone);
}

#[test]
fn the_next_room_of_a_name_is_another() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.say(ana, "TOPIC #a :old");
    house.say(ana, "PART #a");
    house.say(ana, "JOIN #a");
    let made: Vec<u64> = house
        .writes
        .iter()
        .filter_map(|write| match write {
            Write::RoomMade(room) if room.name == "#a" => Some(room.room.0),
            _ => None,
        })
        .collect();
    assert_eq!(made.len(), 2);
    assert_ne!(made[0], made[1]);
    house.read(ana);
    assert_eq!(only(house.ask(ana, "TOPIC #a")), ":majlis.local 331 ana #a :No topic is set");
}

#[test]
fn the_lobby_outlives_its_members() {
    let mut house = House::new();
    let ana = house.member("ana", "#lobby");
    house.say(ana, "PART #lobby");
    assert!(matches!(house.writes.as_slice(), [Write::RoomMade(lobby)] if lobby.lasting));
}

#[test]
fn join_0_leaves_every_room() {
    let mut house = House::new();
    let ana = house.member("ana", "#a,#b");
    let parts = house.ask(ana, "JOIN 0");
    assert_eq!(parts, [":ana!~ana@192.0.2.1 PART #a", ":ana!~ana@192.0.2.1 PART #b"]);
}

#[test]
fn only_operators_set_a_locked_topic() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.client("eve");
    let refused = ":majlis.local 482 bob #a :You're not channel operator";
    assert_eq!(only(house.ask(bob, "TOPIC #a :mine")), refused);
    let outside = ":majlis.local 442 eve #a :You're not on that channel";
    assert_eq!(only(house.ask(eve, "TOPIC #a :mine")), outside);
    let told = ":ana!~ana@192.0.2.1 TOPIC #a :Roses";
    assert_eq!(only(house.ask(ana, "TOPIC #A :Roses")), told);
    assert_eq!(only(house.read(bob)), told);
    let shown = house.ask(eve, "TOPIC #a");
    let expected = [
        ":majlis.local 332 eve #a :Roses",
        ":majlis.local 333 eve #a ana!~ana@192.0.2.1 1767225600",
    ];
    assert_eq!(shown, expected);
    assert_eq!(only(house.ask(ana, "TOPIC #a :")), ":ana!~ana@192.0.2.1 TOPIC #a :");
    assert_eq!(only(house.ask(ana, "TOPIC #a")), ":majlis.local 331 ana #a :No topic is set");
    let topics = house.writes.iter().filter_map(|write| match write {
        Write::TopicSet { topic, .. } => Some(topic.as_ref().map(|topic| topic.text.as_str())),
        _ => None,
    });
    assert_eq!(topics.collect::<Vec<_>>(), [Some("Roses"), None]);
    assert_eq!(only(house.ask(ana, "TOPIC #x")), ":majlis.local 403 ana #x :No such channel");
}
