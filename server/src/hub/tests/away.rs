//! AWAY, draft/pre-away, away-notify, SETNAME and chghost.

use super::{House, only};
use crate::event::Guest;

#[test]
fn away_is_acknowledged_and_shown() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let gone = ":majlis.local 306 ana :You have been marked as being away";
    assert_eq!(only(house.ask(ana, "AWAY :at tea")), gone);
    assert!(house.read(bob).is_empty(), "who did not ask is not told");
    assert_eq!(only(house.ask(bob, "PRIVMSG ana :there?")), ":majlis.local 301 bob ana :at tea");
    assert!(house.ask(bob, "NOTICE ana :there?").is_empty());
    assert!(house.ask(bob, "PRIVMSG #a :there?").is_empty());
    assert!(house.ask(bob, "WHO ana")[0].contains(" ana G :0 ana"));
    let known = house.ask(bob, "WHOIS ana");
    assert!(known.contains(&":majlis.local 301 bob ana :at tea".to_owned()));
    let back = ":majlis.local 305 ana :You are no longer marked as being away";
    house.read(ana);
    assert_eq!(only(house.ask(ana, "AWAY :")), back);
    assert_eq!(only(house.ask(ana, "AWAY")), back);
    assert!(house.ask(bob, "WHO ana")[0].contains(" ana H :0 ana"));
}

#[test]
fn away_words_are_cut_at_their_limit() {
    let mut house = House::new();
    let ana = house.client("ana");
    for (said, kept) in [(200, 200), (201, 200)] {
        house.ask(ana, &format!("AWAY :{}", "x".repeat(said)));
        let line = house.ask(ana, "PRIVMSG ana :x").pop().unwrap_or_default();
        assert_eq!(line, format!(":majlis.local 301 ana ana :{}", "x".repeat(kept)));
    }
}

#[test]
fn those_who_share_a_room_are_told_once() {
    let mut house = House::new();
    let bob = house.client_with("bob", None, "away-notify");
    house.say(bob, "JOIN #a,#b");
    let ana = house.member("ana", "#a,#b");
    house.say(ana, "AWAY :at tea");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 AWAY :at tea");
    house.say(ana, "AWAY :at tea");
    assert!(house.read(bob).is_empty(), "nothing changed");
    house.say(ana, "PART #a,#b");
    house.read(bob);
    house.say(ana, "JOIN #a");
    let told = [":ana!~ana@192.0.2.1 JOIN #a", ":ana!~ana@192.0.2.1 AWAY :at tea"];
    assert_eq!(house.read(bob), told);
    house.say(ana, "AWAY");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 AWAY");
}

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
fn a_realname_can_change() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "setname standard-replies");
    let bob = house.client_with("bob", None, "setname");
    let eve = house.client("eve");
    for conn in [ana, bob, eve] {
        house.say(conn, "JOIN #a");
    }
    house.read_all();
    let told = ":ana!~ana@192.0.2.1 SETNAME :Ana Maria";
    assert_eq!(only(house.ask(ana, "SETNAME :Ana Maria")), told);
    assert_eq!(only(house.read(bob)), told);
    assert!(house.read(eve).is_empty());
    assert!(house.ask(eve, "WHO ana")[0].ends_with(":0 Ana Maria"));
    assert!(house.ask(eve, "SETNAME :Eve").is_empty());
    house.read_all();
    let refused = ":majlis.local FAIL SETNAME INVALID_REALNAME :Realname is not valid";
    assert_eq!(only(house.ask(ana, "SETNAME :")), refused);
    assert_eq!(only(house.ask(ana, &format!("SETNAME :{}", "x".repeat(121)))), refused);
    assert!(only(house.ask(ana, &format!("SETNAME :{}", "x".repeat(120)))).contains(" SETNAME :x"));
    assert!(only(house.ask(ana, "SETNAME")).contains(" 461 ana SETNAME "));
}

#[test]
fn who_comes_back_from_another_address_is_seen_there() {
    let mut house = House::new();
    let ana = house.client_with("ana", Some(1), "");
    let bob = house.client_with("bob", None, "chghost");
    let eve = house.client("eve");
    for conn in [ana, bob, eve] {
        house.say(conn, "JOIN #a");
    }
    house.read_all();
    let again = house.open_at(Guest::Irc, Some(1), "198.51.100.7");
    house.say(again, "NICK ana");
    house.say(again, "USER ana 0 * :ana");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 CHGHOST ~ana 198.51.100.7");
    assert!(house.read(eve).is_empty());
    assert!(house.ask(eve, "WHO ana")[0].contains(" ~ana 198.51.100.7 "));
}
