//! MONITOR.

use super::{House, only};
use crate::event::Restored;
use crate::hub::HubSettings;

#[test]
fn who_is_watched_is_told_of_at_once_and_as_they_come_and_go() {
    let mut house = House::new();
    let ana = house.client("ana");
    house.client("bob");
    let lines = house.ask(ana, "MONITOR + BOB,eve,bob,bad:name");
    let expected = [":majlis.local 730 ana :bob!~bob@192.0.2.1", ":majlis.local 731 ana :eve"];
    assert_eq!(lines, expected);
    assert!(house.ask(ana, "MONITOR + bob").is_empty(), "it is on the list");
    let eve = house.client("eve");
    assert_eq!(only(house.read(ana)), ":majlis.local 730 ana :eve!~eve@192.0.2.1");
    house.say(eve, "NICK EVE");
    assert!(house.read(ana).is_empty(), "it is the same name");
    house.say(eve, "NICK eva");
    assert_eq!(only(house.read(ana)), ":majlis.local 731 ana :EVE");
    house.say(eve, "NICK eve");
    assert_eq!(only(house.read(ana)), ":majlis.local 730 ana :eve!~eve@192.0.2.1");
    house.say(eve, "QUIT");
    assert_eq!(only(house.read(ana)), ":majlis.local 731 ana :eve");
}

#[test]
fn the_list_is_shown_shortened_and_emptied() {
    let mut house = House::new();
    let ana = house.client("ana");
    house.ask(ana, "MONITOR + bob,eve,ana");
    let expected =
        [":majlis.local 732 ana :bob,eve,ana", ":majlis.local 733 ana :End of MONITOR list"];
    assert_eq!(house.ask(ana, "MONITOR L"), expected);
    let states = [":majlis.local 730 ana :ana!~ana@192.0.2.1", ":majlis.local 731 ana :bob,eve"];
    assert_eq!(house.ask(ana, "MONITOR S"), states);
    assert!(house.ask(ana, "MONITOR - BOB,zed").is_empty());
    house.client("bob");
    assert!(house.read(ana).is_empty());
    assert!(house.ask(ana, "MONITOR C").is_empty());
    assert_eq!(house.ask(ana, "MONITOR L").len(), 1);
    assert!(house.ask(ana, "MONITOR S").is_empty());
    for wrong in ["MONITOR", "MONITOR +", "MONITOR ?"] {
        assert!(only(house.ask(ana, wrong)).contains(" 461 ana MONITOR "), "{wrong}");
    }
}

#[test]
fn a_full_list_takes_no_more() {
    let mut settings = HubSettings::default();
    settings.limits.watched = 2;
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = house.client("ana");
    let lines = house.ask(ana, "MONITOR + a,b,c,d");
    let expected =
        [":majlis.local 731 ana :a,b", ":majlis.local 734 ana 2 c,d :Monitor list is full"];
    assert_eq!(lines, expected);
    house.ask(ana, "MONITOR - a");
    assert_eq!(only(house.ask(ana, "MONITOR + c")), ":majlis.local 731 ana :c");
}

#[test]
fn a_long_list_takes_several_lines() {
    let mut house = House::new();
    let ana = house.client("ana");
    for number in 10..60 {
        house.ask(ana, &format!("MONITOR + {}{number}", "x".repeat(30)));
    }
    let lines = house.ask(ana, "MONITOR L");
    let names = lines.iter().filter(|line| line.contains(" 732 ")).flat_map(|line| line.split(','));
    assert_eq!(names.count(), 50);
}

#[test]
fn every_nick_that_the_list_has_no_room_for_is_given_back() {
    let mut settings = HubSettings::default();
    settings.limits.watched = 1;
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = house.client("ana");
    let nicks: Vec<String> = (10..40).map(|number| format!("nick-no{number}")).collect();
    let lines = house.ask(ana, &format!("MONITOR + {}", nicks.join(",")));
    let full = lines.iter().filter(|line| line.contains(" 734 ana 1 ")).collect::<Vec<_>>();
    assert!(full.len() > 1 && full.iter().all(|line| line.ends_with(" :Monitor list is full")));
    let given = full.iter().filter_map(|line| line.split(' ').nth(4)).collect::<Vec<_>>();
    assert_eq!(given.join(","), nicks[1..].join(","));
}

#[test]
fn a_list_ends_with_its_connection_and_is_each_connection_s_own() {
    let mut house = House::new();
    let (ana, eve) = (house.client("ana"), house.client("eve"));
    house.ask(ana, "MONITOR + bob");
    assert_eq!(house.ask(eve, "MONITOR L").len(), 1);
    house.say(ana, "QUIT");
    house.client("bob");
    assert!(house.read(eve).is_empty());
    house.hub.verify();
}

#[test]
fn modifiers_come_in_any_case_and_one_at_a_time() {
    let mut house = House::new();
    let ana = house.client("ana");
    house.ask(ana, "MONITOR + bob");
    assert_eq!(house.ask(ana, "monitor l").len(), 2);
    assert_eq!(only(house.ask(ana, "MONITOR s")), ":majlis.local 731 ana :bob");
    for wrong in ["MONITOR +-", "MONITOR + ", "MONITOR -", "MONITOR bob", "MONITOR LS"] {
        assert!(only(house.ask(ana, wrong)).contains(" 461 ana MONITOR :"), "{wrong}");
    }
    assert!(house.ask(ana, "VERSION").join(" ").contains(" MONITOR=100 "));
}
