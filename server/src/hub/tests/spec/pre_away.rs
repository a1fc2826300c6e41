//! draft/pre-away: being away from the beginning.

use super::{House, accounts, only};
use crate::event::Guest;

#[test]
fn one_can_be_away_from_the_beginning() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    assert!(only(house.ask(ana, "AWAY *")).contains(" 451 "));
    house.ask(ana, "CAP REQ draft/pre-away");
    assert!(only(house.ask(ana, "AWAY *")).contains(" 306 "));
    house.say(ana, "NICK ana");
    house.say(ana, "USER ana 0 * :ana");
    house.say(ana, "CAP END");
    let bob = house.client("bob");
    assert_eq!(only(house.ask(bob, "PRIVMSG ana :x")), ":majlis.local 301 bob ana :*");
}

#[test]
fn words_are_kept_and_taken_back_before_registration() {
    for (lines, away) in [
        (&["AWAY :at tea"][..], Some("at tea")),
        (&["AWAY :at tea", "AWAY"], None),
        (&["AWAY *", "AWAY :at tea"], Some("at tea")),
        (&["AWAY"], None),
    ] {
        let mut house = House::new();
        let ana = house.open(Guest::Irc, None);
        house.ask(ana, "CAP REQ draft/pre-away");
        for line in lines {
            let code = if line.contains(' ') { " 306 * :" } else { " 305 * :" };
            assert!(only(house.ask(ana, line)).contains(code), "{line}");
        }
        for line in ["NICK ana", "USER ana 0 * :Ana", "CAP END"] {
            house.say(ana, line);
        }
        let bob = house.client("bob");
        let told = away.map(|words| format!(":majlis.local 301 bob ana :{words}"));
        assert_eq!(house.ask(bob, "PRIVMSG ana :x"), Vec::from_iter(told), "{lines:?}");
    }
}

#[test]
fn an_arrival_that_is_away_is_an_arrival() {
    let mut house = House::new();
    let bob = house.client("bob");
    house.ask(bob, "MONITOR + ana");
    let ana = house.open(Guest::Irc, None);
    for line in ["CAP REQ draft/pre-away", "AWAY *", "NICK ana", "USER ana 0 * :Ana", "CAP END"] {
        house.say(ana, line);
    }
    assert_eq!(only(house.read(bob)), ":majlis.local 730 bob :ana!~ana@192.0.2.1");
}

#[test]
fn another_connection_that_is_not_there_in_person_does_not_take_the_words_back() {
    let mut house = accounts::house();
    let desk = accounts::signed_in(&mut house, "ana", None, "");
    house.say(desk, "AWAY :at tea");
    let phone = accounts::signed_in(&mut house, "ana", None, "draft/pre-away");
    let bob = house.client("bobby");
    assert_eq!(only(house.ask(bob, "PRIVMSG ana :x")), ":majlis.local 301 bobby ana :at tea");
    house.read(phone);
    assert!(only(house.ask(phone, "AWAY *")).contains(" 306 ana :"));
    assert_eq!(only(house.ask(bob, "PRIVMSG ana :x")), ":majlis.local 301 bobby ana :at tea");
    house.say(desk, "QUIT");
    house.ask(phone, "AWAY *");
    assert_eq!(only(house.ask(bob, "PRIVMSG ana :x")), ":majlis.local 301 bobby ana :*");
}
