//! NAMES, LIST, WHO, WHOIS, LUSERS, MOTD.

use super::{House, only};
use crate::event::Restored;
use crate::hub::HubSettings;

#[test]
fn names_may_be_asked_for_any_room() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = house.client_with("eve", None, "userhost-in-names");
    let names = house.ask(eve, "NAMES #A,#x");
    let expected = [
        ":majlis.local 353 eve = #a :@ana!~ana@192.0.2.1",
        ":majlis.local 366 eve #a :End of NAMES list",
        ":majlis.local 366 eve #x :End of NAMES list",
    ];
    assert_eq!(names, expected);
    assert_eq!(only(house.ask(ana, "NAMES")), ":majlis.local 366 ana * :End of NAMES list");
}

#[test]
fn many_names_take_several_lines_and_none_is_lost() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    for number in 10..90 {
        house.member(&format!("somebody-{number}"), "#a");
    }
    let lines = house.ask(ana, "NAMES #a");
    let names: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix(":majlis.local 353 ana = #a :"))
        .flat_map(|names| names.split(' '))
        .collect();
    assert!(lines.len() > 3);
    assert_eq!(names.len(), 81);
}

#[test]
fn rooms_are_listed() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.say(ana, "TOPIC #a :Roses");
    house.read(ana);
    let listed = house.ask(ana, "LIST");
    let expected = [
        ":majlis.local 321 ana Channel :Users Name",
        ":majlis.local 322 ana #lobby 0 :",
        ":majlis.local 322 ana #a 1 :Roses",
        ":majlis.local 323 ana :End of LIST",
    ];
    assert_eq!(listed, expected);
    assert_eq!(house.ask(ana, "LIST #A,#x").len(), 3);
}

#[test]
fn who_lists_members_one_person_or_those_who_match() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.member("bob", "#a");
    let members = house.ask(ana, "WHO #A");
    let expected = [
        ":majlis.local 352 ana #a ~ana 192.0.2.1 majlis.local ana H@ :0 ana",
        ":majlis.local 352 ana #a ~bob 192.0.2.1 majlis.local bob H :0 bob",
        ":majlis.local 315 ana #A :End of WHO list",
    ];
    assert_eq!(members, expected);
    let one = house.ask(ana, "WHO BOB");
    assert_eq!(one[0], ":majlis.local 352 ana * ~bob 192.0.2.1 majlis.local bob H :0 bob");
    assert_eq!(one.len(), 2);
    assert_eq!(house.ask(ana, "WHO *").len(), 3);
    assert_eq!(house.ask(ana, "WHO 0").len(), 3);
    assert_eq!(house.ask(ana, "WHO b?b").len(), 2);
    assert_eq!(only(house.ask(ana, "WHO #x")), ":majlis.local 315 ana #x :End of WHO list");
}

#[test]
fn whois_tells_what_is_known() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.client_with("bob", Some(1), "");
    house.say(bob, "JOIN #a");
    house.wait(7_500);
    house.read_all();
    let known = house.ask(ana, "WHOIS BOB");
    let expected = [
        ":majlis.local 311 ana bob ~bob 192.0.2.1 * :bob",
        ":majlis.local 319 ana bob :#a",
        ":majlis.local 312 ana bob majlis.local :Majlis",
        ":majlis.local 671 ana bob :is using a secure connection",
        ":majlis.local 317 ana bob 7 1767225600 :seconds idle, signon time",
        ":majlis.local 318 ana BOB :End of WHOIS list",
    ];
    assert_eq!(known, expected);
    assert_eq!(house.ask(ana, "WHOIS majlis.local bob").len(), 6);
    let unknown = house.ask(ana, "WHOIS nobody");
    let expected = [
        ":majlis.local 401 ana nobody :No such nick",
        ":majlis.local 318 ana nobody :End of WHOIS list",
    ];
    assert_eq!(unknown, expected);
    assert_eq!(only(house.ask(ana, "WHOIS")), ":majlis.local 431 ana :No nickname given");
}

#[test]
fn users_are_counted() {
    let mut house = House::new();
    let ana = house.client("ana");
    let bob = house.client("bob");
    house.say(bob, "QUIT");
    house.open(crate::event::Guest::Irc, None);
    let counted = house.ask(ana, "LUSERS");
    let expected = [
        ":majlis.local 251 ana :There are 1 users and 0 invisible on 1 servers",
        ":majlis.local 252 ana 0 :operator(s) online",
        ":majlis.local 253 ana 1 :unknown connection(s)",
        ":majlis.local 254 ana 1 :channels formed",
        ":majlis.local 255 ana :I have 1 clients and 0 servers",
        ":majlis.local 265 ana 1 2 :Current local users 1, max 2",
        ":majlis.local 266 ana 1 2 :Current global users 1, max 2",
    ];
    assert_eq!(counted, expected);
}

#[test]
fn the_message_of_the_day_is_told() {
    let settings = HubSettings { motd: vec!["Tea at five".to_owned()], ..HubSettings::default() };
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = house.client("ana");
    let expected = [
        ":majlis.local 375 ana :- majlis.local Message of the day - ",
        ":majlis.local 372 ana :- Tea at five",
        ":majlis.local 376 ana :End of MOTD",
    ];
    assert_eq!(house.ask(ana, "MOTD"), expected);
}
