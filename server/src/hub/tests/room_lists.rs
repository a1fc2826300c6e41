//! Bans, exceptions, invite exceptions, mutes and accounts in them; and rooms over restarts.

use majlis_protocol::Timestamp;

use super::{House, only};
use crate::event::{
    Founder, Letters, ListEntry, ListKind, Restored, RestoredRoom, RoomId, RoomModes, Write,
};
use crate::hub::HubSettings;
use crate::hub::testing::device_key;

#[test]
fn who_is_banned_cannot_enter_or_speak() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.client("eve");
    let told = ":ana!~ana@192.0.2.1 MODE #a +bb eve!*@* *!~bob@*";
    assert_eq!(
        only(house.ask(ana, "MODE #a +bb EVE *!~bob@*")).to_lowercase(),
        told.to_lowercase()
    );
    house.read_all();
    assert_eq!(
        only(house.ask(eve, "JOIN #a")),
        ":majlis.local 474 eve #a :Cannot join channel (+b)"
    );
    let muted = ":majlis.local 404 bob #a :Cannot send to channel (+b)";
    assert_eq!(only(house.ask(bob, "PRIVMSG #a :x")), muted);
    house.say(ana, "MODE #a +v bob");
    house.read_all();
    assert!(house.ask(bob, "PRIVMSG #a :with a voice").is_empty());
}

#[test]
fn the_longest_ban_is_listed_as_it_is_and_can_be_lifted() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let longest = format!("{}!*@*", "ب".repeat(62));
    assert_eq!(longest.len(), 128);
    assert!(only(house.ask(ana, &format!("MODE #a +b {longest}"))).ends_with(&longest));
    assert!(house.ask(ana, "MODE #a b")[0].contains(&format!(" #a {longest} ana!")));
    assert!(only(house.ask(ana, &format!("MODE #a -b {longest}"))).ends_with(&longest));
    let too_long = format!("MODE #a +b x{longest}");
    assert!(only(house.ask(ana, &too_long)).ends_with(" #a b * :That is no mask"));
}

#[test]
fn of_more_changes_than_one_mode_makes_the_rest_is_refused_and_no_list_is_shown() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let lines = house.ask(ana, "MODE #a +bbbbbI a b c d e f");
    let refused = ":majlis.local 461 ana MODE :More changes with a parameter than one MODE makes";
    let made = ":ana!~ana@192.0.2.1 MODE #a +bbbb a!*@* b!*@* c!*@* d!*@*";
    assert_eq!(lines, [refused, refused, made]);
    let lines = house.ask(ana, "MODE #a +eeeee a b c d");
    assert!(lines[0].contains(" 348 "), "where no parameter is left out, the list is asked for");
}

#[test]
fn lists_are_shown_and_hold_each_mask_once() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.say(ana, "MODE #a +beI x y z");
    house.read_all();
    assert!(house.ask(ana, "MODE #a +b X!*@*").is_empty(), "it is there already");
    let setter = "ana!~ana@192.0.2.1 1767225600";
    for (letter, mask, code, end) in [
        ("b", "x", 367, "368 ana #a :End of channel ban list"),
        ("e", "y", 348, "349 ana #a :End of channel exception list"),
        ("I", "z", 346, "347 ana #a :End of channel invite exception list"),
    ] {
        let shown = [
            format!(":majlis.local {code} ana #a {mask}!*@* {setter}"),
            format!(":majlis.local {end}"),
        ];
        assert_eq!(house.ask(ana, &format!("MODE #a {letter}")), shown);
        assert_eq!(house.ask(ana, &format!("MODE #a +{letter}{letter}")), shown, "once");
    }
    assert_eq!(only(house.ask(ana, "MODE #a -b x")), ":ana!~ana@192.0.2.1 MODE #a -b x!*@*");
    assert!(house.ask(ana, "MODE #a -b x").is_empty());
    let eve = house.client("eve");
    assert_eq!(house.ask(eve, "MODE #a b").len(), 1);
    assert!(only(house.ask(eve, "MODE #a e")).contains(" 482 eve #a "));
}

#[test]
fn an_exception_lets_in_whom_a_ban_meets() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let (bob, eve) = (house.client("bob"), house.client("eve"));
    house.say(ana, "MODE #a +be *!*@192.0.2.0/24 bob");
    assert!(only(house.ask(eve, "JOIN #a")).contains(" 474 "));
    assert!(house.ask(bob, "JOIN #a")[0].contains(" JOIN #a"));
}

#[test]
fn a_mute_lets_in_and_keeps_quiet() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = house.client("eve");
    assert!(only(house.ask(ana, "MODE #a +b $m:eve")).ends_with(" +b $m:eve!*@*"));
    assert!(house.ask(eve, "JOIN #a")[0].contains(" JOIN #a"));
    assert!(only(house.ask(eve, "PRIVMSG #a :x")).contains(" 404 "));
    house.read(ana);
    for (letter, mask) in [("b", "$m:"), ("b", "$x:y"), ("b", "$a:"), ("e", "$m:eve"), ("I", "$q")]
    {
        let refused = format!(":majlis.local 696 ana #a {letter} {mask} :That is no mask");
        assert_eq!(only(house.ask(ana, &format!("MODE #a +{letter} {mask}"))), refused);
    }
}

#[test]
fn lists_hold_so_many() {
    let mut settings = HubSettings::default();
    settings.limits.list_entries = 2;
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = house.member("ana", "#a");
    let lines = house.ask(ana, "MODE #a +beI x y z");
    assert_eq!(lines[0], ":majlis.local 478 ana #a I :Channel list is full");
    assert_eq!(lines[1], ":ana!~ana@192.0.2.1 MODE #a +be x!*@* y!*@*");
    assert!(house.ask(ana, "MODE #a +b x").is_empty(), "what is there needs no room");
}

#[test]
fn changes_that_do_not_fit_take_several_lines() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let masks: Vec<String> =
        ["b", "c", "d", "e"].iter().map(|letter| format!("{}!*@*", letter.repeat(118))).collect();
    let lines = house.ask(ana, &format!("MODE #a +bbbb {}", masks.join(" ")));
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains(" +bbb bbb") && lines[1].contains(" +b eee"));
}

#[test]
fn what_was_set_is_stored() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let room = house.hub.channels.find("#a").expect("it was made");
    house.writes.clear();
    house.say(ana, "MODE #a +ikb-n key eve");
    let entry = ListEntry {
        mask: "eve!*@*".to_owned(),
        setter: "ana!~ana@192.0.2.1".to_owned(),
        time: house.now.wall,
    };
    let modes = RoomModes {
        flags: Letters::of("it"),
        key: Some("key".to_owned()),
        limit: None,
        slow_seconds: None,
    };
    let expected =
        [Write::EntryAdded { room, kind: ListKind::Ban, entry }, Write::ModesSet { room, modes }];
    assert_eq!(house.writes, expected);
    house.writes.clear();
    house.say(ana, "MODE #a -b+v eve ana");
    let mask = "eve!*@*".to_owned();
    assert_eq!(house.writes, [Write::EntryRemoved { room, kind: ListKind::Ban, mask }]);
}

#[test]
fn a_restart_changes_nothing_about_a_room() {
    let room = RestoredRoom {
        founder: Some(Founder::Device(device_key(1))),
        modes: RoomModes {
            flags: Letters::of("int"),
            key: Some("key".to_owned()),
            limit: Some(9),
            slow_seconds: Some(4),
        },
        entries: vec![(
            ListKind::InviteException,
            ListEntry { mask: "bob!*@*".into(), setter: "x!y@z".into(), time: Timestamp(5_000) },
        )],
        ..RestoredRoom::new(RoomId(1), "#a", Timestamp(7_000), false)
    };
    let restored = Restored { rooms: vec![room], next_room: 2, ..Restored::default() };
    let mut house = House::with(HubSettings::default(), restored);
    let ana = house.client_with("ana", Some(1), "");
    let lines = house.ask(ana, "JOIN #a");
    assert_eq!(lines[1], ":majlis.local 353 ana = #a :@ana", "the founder is its operator again");
    assert_eq!(house.ask(ana, "MODE #a")[0], ":majlis.local 324 ana #a +intklS key 9 4");
    assert_eq!(house.ask(ana, "MODE #a I")[0], ":majlis.local 346 ana #a bob!*@* x!y@z 5");
    let (bob, eve) = (house.client("bob"), house.client("eve"));
    assert!(house.ask(bob, "JOIN #a key")[0].contains(" JOIN #a"));
    assert!(only(house.ask(eve, "JOIN #a key")).contains(" 473 "));
}

#[test]
fn masks_are_completed_and_taken_back_in_any_spelling() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    for (typed, kept) in [
        ("bob", "bob!*@*"),
        ("BOB", "BOB!*@*"),
        ("*", "*!*@*"),
        ("~b@*.example", "*!~b@*.example"),
        ("a!b@c", "a!b@c"),
        ("2001:db8::/32", "2001:db8::/32!*@*"),
        ("*!*@2001:db8::/32", "*!*@2001:db8::/32"),
    ] {
        let told = |sign| format!(":ana!~ana@192.0.2.1 MODE #a {sign}b {kept}");
        assert_eq!(only(house.ask(ana, &format!("MODE #a +b {typed}"))), told('+'));
        assert_eq!(only(house.ask(ana, &format!("MODE #a -b {}", kept.to_lowercase()))), told('-'));
    }
    for wrong in [":a b", "a,b", "$z:x", ":"] {
        let refused = only(house.ask(ana, &format!("MODE #a +b {wrong}")));
        assert!(refused.contains(" 696 ana #a b ") || wrong == ":", "{refused}");
    }
}

#[test]
fn a_wildcard_behind_a_backslash_is_itself() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.client("bob");
    house.say(ana, r"MODE #a +b b\*");
    assert!(house.ask(bob, "JOIN #a")[0].contains(" JOIN #a"), "nobody is called so");
    house.say(bob, "PART #a");
    house.say(ana, "MODE #a +b b*");
    house.read(bob);
    assert!(only(house.ask(bob, "JOIN #a")).contains(" 474 bob #a "));
}

#[test]
fn whoever_is_banned_inside_hears_and_does_not_speak() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.say(ana, "MODE #a +b bob");
    house.read_all();
    assert!(only(house.ask(bob, "PRIVMSG #a :x")).contains(" 404 bob #a "));
    assert!(house.ask(bob, "NOTICE #a :x").is_empty());
    assert!(house.read(ana).is_empty());
    house.say(ana, "PRIVMSG #a :y");
    assert_eq!(house.read(bob).len(), 1);
    house.say(ana, "MODE #a +e bob");
    house.read_all();
    assert!(house.ask(bob, "PRIVMSG #a :x").is_empty());
}
