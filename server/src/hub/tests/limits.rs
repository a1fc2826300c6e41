//! Limits, at their edge and one over.

use super::{House, only};
use crate::event::Restored;
use crate::hub::HubSettings;
use crate::hub::settings::Limits;

fn house_with(change: impl FnOnce(&mut Limits)) -> House {
    let mut settings = HubSettings::default();
    change(&mut settings.limits);
    House::with(settings, Restored { next_room: 1, ..Restored::default() })
}

#[test]
fn rooms_per_person() {
    let mut house = house_with(|limits| limits.rooms_per_person = 2);
    let ana = house.member("ana", "#a,#b");
    let refused = ":majlis.local 405 ana #c :You have joined too many channels";
    assert_eq!(only(house.ask(ana, "JOIN #c")), refused);
    assert!(house.ask(ana, "JOIN #a").is_empty());
    house.say(ana, "PART #a");
    house.read(ana);
    assert_eq!(house.ask(ana, "JOIN #c").len(), 3);
}

#[test]
fn rooms_on_the_server() {
    let mut house = house_with(|limits| limits.rooms = 2);
    let ana = house.member("ana", "#a");
    let refused = ":majlis.local 405 ana #b :This server has as many channels as it can hold";
    assert_eq!(only(house.ask(ana, "JOIN #b")), refused);
    assert_eq!(house.ask(ana, "JOIN #lobby").len(), 3);
}

#[test]
fn topics() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let fitting = "ب".repeat(140);
    assert!(only(house.ask(ana, &format!("TOPIC #a :{fitting}"))).ends_with(&fitting));
    let refused = ":majlis.local 417 ana :Input line was too long";
    assert_eq!(only(house.ask(ana, &format!("TOPIC #a :{fitting}x"))), refused);
}

#[test]
fn reasons_and_realnames_are_cut_between_characters() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let part = only(house.ask(ana, &format!("PART #a :x{}", "ب".repeat(150))));
    assert!(part.ends_with(&format!(":x{}", "ب".repeat(99))), "{part}");
    let bob = house.open(crate::event::Guest::Irc, None);
    house.say(bob, "NICK bob");
    house.say(bob, &format!("USER b 0 * :x{}", "ب".repeat(150)));
    house.read(bob);
    let who = house.ask(ana, "WHO bob");
    assert!(who[0].ends_with(&format!(":0 x{}", "ب".repeat(59))), "{who:?}");
}

#[test]
fn targets() {
    let mut house = house_with(|limits| limits.targets = 2);
    let ana = house.client("ana");
    assert_eq!(house.ask(ana, "PRIVMSG ana,ana :x").len(), 2);
    assert!(only(house.ask(ana, "PRIVMSG a,b,c :x")).contains(" 407 "));
    assert_eq!(house.ask(ana, "NAMES a,b").len(), 2);
    assert!(only(house.ask(ana, "NAMES a,b,c")).contains(" 407 "));
}

#[test]
fn matches_of_who() {
    let mut house = house_with(|limits| limits.who_matches = 2);
    let ana = house.client("ana");
    for nick in ["ab", "ac"] {
        house.client(nick);
    }
    assert_eq!(house.ask(ana, "WHO a*").len(), 3);
}

#[test]
fn the_longest_names_fit_on_every_line() {
    let mut house = house_with(|_| {});
    let nick = "ب".repeat(32);
    let room = format!("#{}", "ا".repeat(47));
    let ana = house.client_with(&nick, None, "userhost-in-names extended-join");
    let others: Vec<String> = ["ت", "ث", "ج", "ح"].iter().map(|letter| letter.repeat(32)).collect();
    house.say(ana, &format!("JOIN {room}"));
    for other in &others {
        house.member(other, &room);
    }
    house.say(ana, &format!("TOPIC {room} :{}", "x".repeat(280)));
    house.read_all();
    let told = only(house.ask(ana, &format!("MODE {room} +oooo {}", others.join(" "))));
    assert!(told.ends_with(&others.join(" ")));
    assert_eq!(house.ask(ana, &format!("WHO {room}")).len(), 6);
    assert!(house.ask(ana, &format!("TOPIC {room}"))[0].ends_with(&"x".repeat(280)));
    assert_eq!(house.ask(ana, &format!("WHOIS {nick}")).len(), 6);
    assert_eq!(
        only(house.ask(ana, &format!("PART {room} :{}", "x".repeat(200)))).matches('x').count(),
        200
    );
}
