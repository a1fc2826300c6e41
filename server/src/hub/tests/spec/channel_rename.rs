//! RENAME and its fallback (draft/channel-rename).

use super::{House, only};
use crate::event::{Guest, Write};

#[test]
fn those_who_know_hear_of_it_and_to_others_a_room_ends_and_one_begins() {
    let mut house = House::new();
    let with = "draft/channel-rename standard-replies";
    let ana = house.client_with("ana", None, with);
    house.say(ana, "JOIN #old");
    house.say(ana, "TOPIC #old :roses");
    let bob = house.client_with("bob", None, with);
    house.say(bob, "JOIN #old");
    let eve = house.member("eve", "#old");
    house.read_all();
    house.writes.clear();
    let told = ":ana!~ana@192.0.2.1 RENAME #old #new :a typo";
    assert_eq!(only(house.ask(ana, "RENAME #OLD #new :a typo")), told);
    assert_eq!(only(house.read(bob)), told);
    let moved = [
        ":eve!~eve@192.0.2.1 PART #old :a typo",
        ":eve!~eve@192.0.2.1 JOIN #new",
        ":majlis.local 332 eve #new :roses",
        ":majlis.local 333 eve #new ana!~ana@192.0.2.1 1767225600",
        ":majlis.local 353 eve = #new :@ana bob eve",
        ":majlis.local 366 eve #new :End of NAMES list",
    ];
    assert_eq!(house.read(eve), moved);
    let room = house.hub.channels.find("#new").expect("it has the name");
    assert_eq!(house.writes, [Write::RoomRenamed { room, name: "#new".to_owned() }]);
    house.say(eve, "PRIVMSG #new :here");
    assert_eq!(only(house.read(ana)), ":eve!~eve@192.0.2.1 PRIVMSG #new :here");
    assert!(only(house.ask(eve, "PRIVMSG #old :x")).contains(" 403 "));
    assert_eq!(
        only(house.ask(ana, "RENAME #new #newer")),
        ":ana!~ana@192.0.2.1 RENAME #new #newer :"
    );
    assert_eq!(house.read(eve)[0], ":eve!~eve@192.0.2.1 PART #new");
}

#[test]
fn who_renames_without_knowing_is_moved_too() {
    let mut house = House::new();
    let ana = house.member("ana", "#old");
    let lines = house.ask(ana, "RENAME #old #new");
    assert_eq!(lines[..2], [":ana!~ana@192.0.2.1 PART #old", ":ana!~ana@192.0.2.1 JOIN #new"]);
}

#[test]
fn another_spelling_moves_nobody() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "draft/channel-rename");
    house.say(ana, "JOIN #room");
    let eve = house.member("eve", "#room");
    house.read_all();
    assert_eq!(
        only(house.ask(ana, "RENAME #room #Room")),
        ":ana!~ana@192.0.2.1 RENAME #room #Room :"
    );
    assert!(house.read(eve).is_empty());
    assert!(house.ask(eve, "NAMES #room")[0].contains(" #Room "));
}

/// By `CASEMAPPING=ascii`, which clients are told, these are two names.
#[test]
fn a_room_respelled_beyond_ascii_is_another_to_clients_without_the_extension() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "draft/channel-rename");
    house.say(ana, "JOIN #Ёжик");
    let eve = house.member("eve", "#Ёжик");
    house.read_all();
    let told = ":ana!~ana@192.0.2.1 RENAME #Ёжик #ёжик :";
    assert_eq!(only(house.ask(ana, "RENAME #Ёжик #ёжик")), told);
    let lines = house.read(eve);
    assert_eq!(lines[..2], [":eve!~eve@192.0.2.1 PART #Ёжик", ":eve!~eve@192.0.2.1 JOIN #ёжик"]);
}

#[test]
fn what_cannot_be_renamed_is_answered() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "draft/channel-rename standard-replies");
    house.say(ana, "JOIN #a,#b,#lobby");
    let lobby = house.hub.channels.find("#lobby").expect("the lobby is there");
    let user = house.hub.users.find("ana").expect("ana is there");
    house.hub.channels[lobby].members[&user].set(crate::hub::channel::Rank::Operator, true);
    let eve = house.member("eve", "#a");
    house.read_all();
    for (conn, line, answer) in [
        (
            ana,
            "RENAME #a #B",
            "FAIL RENAME CHANNEL_NAME_IN_USE #a #B :The channel name is already taken",
        ),
        (ana, "RENAME #lobby #c", "FAIL RENAME CANNOT_RENAME #lobby #c :The lobby keeps its name"),
        (ana, "RENAME #a c", "476 ana c :The name of a room begins with #"),
        (ana, "RENAME #x #c", "403 ana #x :No such channel"),
        (ana, "RENAME #a", "461 ana RENAME :Not enough parameters"),
        (eve, "RENAME #b #c", "442 eve #b :You're not on that channel"),
        (eve, "RENAME #a #c", "482 eve #a :You're not channel operator"),
    ] {
        assert_eq!(only(house.ask(conn, line)), format!(":majlis.local {answer}"));
    }
    assert!(house.ask(ana, "RENAME #a #a").is_empty());
    house.open(Guest::Plain, None);
}

#[test]
fn the_longest_rename_fits_on_its_line() {
    let mut house = House::new();
    let nick = "ب".repeat(32);
    let ana = house.client_with(&nick, None, "draft/channel-rename");
    let (old, new) = (format!("#{}", "ا".repeat(47)), format!("#{}", "ت".repeat(47)));
    house.say(ana, &format!("JOIN {old}"));
    house.read(ana);
    let line = only(house.ask(ana, &format!("RENAME {old} {new} :{}", "x".repeat(280))));
    assert!(line.contains(&format!("RENAME {old} {new} :xxx")));
}

#[test]
fn all_that_the_room_had_it_keeps() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "draft/channel-rename");
    house.say(ana, "JOIN #old");
    house.member("bob", "#old");
    for line in
        ["MODE #old +mkv key bob", "MODE #old +b eve", "TOPIC #old :roses", "RENAME #old #new"]
    {
        house.say(ana, line);
    }
    house.read_all();
    assert!(house.ask(ana, "MODE #new")[0].ends_with(" #new +mntk key"));
    assert!(house.ask(ana, "MODE #new b")[0].contains(" #new eve!*@* "));
    assert!(house.ask(ana, "TOPIC #new")[0].ends_with(" #new :roses"));
    assert!(house.ask(ana, "NAMES #new")[0].ends_with(" #new :@ana +bob"));
    assert!(only(house.ask(ana, "MODE #old")).contains(" 403 "));
    let eve = house.client("kim");
    assert!(house.ask(eve, "JOIN #old")[1].ends_with(" #old :@kim"), "it is free for another");
}

#[test]
fn a_failure_is_told_by_fail_whatever_was_negotiated() {
    let mut house = House::new();
    let ana = house.member("ana", "#a,#b");
    let refused =
        ":majlis.local FAIL RENAME CHANNEL_NAME_IN_USE #a #b :The channel name is already taken";
    assert_eq!(only(house.ask(ana, "RENAME #a #b")), refused);
    assert!(only(house.ask(ana, "RENAME")).contains(" 461 ana RENAME :"));
}
