//! Ghosts (identity.md, "Taking over a ghost").

use super::{House, only};
use crate::event::Guest;

#[test]
fn the_same_device_takes_its_nick_back_unseen() {
    let mut house = House::new();
    let ghost = house.client_with("Ana", Some(1), "");
    house.say(ghost, "JOIN #a,#b");
    let bob = house.member("bob", "#a");
    house.read(ghost);
    let ana = house.open(Guest::Irc, Some(1));
    house.say(ana, "NICK ana");
    house.say(ana, "USER x 0 * :Ana Maria");
    assert!(house.read(ana)[0].contains(" 001 Ana "));
    let last = "ERROR :Closing link: 192.0.2.1 (You came back from another connection)";
    assert_eq!(only(house.read(ghost)), last);
    assert!(!house.is_open(ghost));
    assert!(house.read(bob).is_empty());

    house.say(bob, "PRIVMSG #a :not yet for you");
    assert!(house.read(ana).is_empty());
    let joined = house.ask(ana, "JOIN #a");
    assert_eq!(joined[0], ":Ana!~Ana@192.0.2.1 JOIN #a");
    assert_eq!(joined[1], ":majlis.local 353 Ana = #a :@Ana bob");
    assert!(house.read(bob).is_empty());
    house.say(bob, "PRIVMSG #a :welcome back");
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.1 PRIVMSG #a :welcome back");
}

#[test]
fn rooms_that_are_not_joined_again_are_left_in_time() {
    let mut house = House::new();
    let ghost = house.client_with("ana", Some(1), "");
    house.say(ghost, "JOIN #a,#b");
    let bob = house.member("bob", "#a,#b");
    let ana = house.client_with("ana", Some(1), "");
    house.say(ana, "JOIN #a");
    house.read_all();
    house.wait(59_999);
    assert!(house.read(bob).is_empty());
    house.wait(1);
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PART #b :Did not come back");
    assert!(house.read(ana).is_empty());
}

#[test]
fn leaving_again_after_a_takeover_is_told() {
    let mut house = House::new();
    house.client_with("ana", Some(1), "");
    let bob = house.member("bob", "#a");
    let ghost = house.client_with("ana", Some(1), "");
    house.say(ghost, "JOIN #a");
    let ana = house.client_with("ana", Some(1), "");
    house.read_all();
    assert_eq!(only(house.ask(ana, "PART #a")), ":ana!~ana@192.0.2.1 PART #a");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PART #a");
    house.say(ana, "QUIT");
    assert!(house.read(bob).is_empty());
}

#[test]
fn another_device_or_none_gets_433() {
    let mut house = House::new();
    house.client_with("ana", Some(1), "");
    house.client("bob");
    for (nick, device) in [("ana", Some(2)), ("ana", None), ("bob", Some(1)), ("bob", None)] {
        let conn = house.open(Guest::Irc, device);
        let taken = format!(":majlis.local 433 * {nick} :Nickname is already in use");
        assert_eq!(only(house.ask(conn, &format!("NICK {nick}"))), taken);
    }
}
