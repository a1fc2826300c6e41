//! extended-monitor: what changes about people elsewhere.

use super::sasl::sign_in;
use super::{House, accounts, only};
use crate::event::Guest;

#[test]
fn extended_monitoring_tells_what_changes_about_people_elsewhere() {
    let mut house = House::new();
    let bob = house.member("bob", "#a");
    let with = "extended-monitor away-notify setname";
    let ana = house.client_with("ana", None, with);
    let eve = house.client_with("eve", None, "away-notify setname");
    for conn in [ana, eve] {
        house.ask(conn, "MONITOR + bob");
    }
    house.say(bob, "AWAY :at tea");
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.1 AWAY :at tea");
    house.say(bob, "SETNAME :Bobby");
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.1 SETNAME :Bobby");
    assert!(house.read(eve).is_empty());
    house.say(ana, "JOIN #a");
    house.read(ana);
    house.say(bob, "AWAY");
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.1 AWAY", "once, for both reasons");
}

#[test]
fn each_kind_of_news_needs_its_own_capability() {
    let mut house = accounts::house();
    let visitor = house.open_from(Guest::Irc, accounts::tls());
    for line in ["NICK visitor", "USER v 0 * :V", "CAP REQ sasl"] {
        house.say(visitor, line);
    }
    let kinds = ["away-notify", "setname", "account-notify"];
    let watchers = kinds.map(|kind| {
        let nick = format!("w-{kind}");
        let conn = house.client_with(&nick, None, &format!("extended-monitor {kind}"));
        house.ask(conn, "MONITOR + visitor");
        conn
    });
    house.read(visitor);
    house.say(visitor, "AWAY :x");
    house.say(visitor, "SETNAME :Vera");
    house.read(visitor);
    sign_in(&mut house, visitor, "ana", accounts::PASSWORD);
    for (conn, told) in watchers.into_iter().zip(["AWAY :x", "SETNAME :Vera", "ACCOUNT ana"]) {
        assert_eq!(only(house.read(conn)), format!(":visitor!~v@192.0.2.1 {told}"));
    }
}

#[test]
fn whoever_is_no_longer_watched_is_not_told_of() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "extended-monitor away-notify");
    let bob = house.client("bob");
    house.ask(ana, "MONITOR + bob");
    house.ask(ana, "MONITOR - bob");
    house.say(bob, "AWAY :x");
    assert!(house.read(ana).is_empty());
}

#[test]
fn an_address_that_changes_is_told() {
    let mut house = House::new();
    house.client_with("ana", Some(1), "");
    let bob = house.client_with("bob", None, "extended-monitor chghost");
    house.ask(bob, "MONITOR + ana");
    let again = house.open_at(Guest::Irc, Some(1), "198.51.100.7");
    house.say(again, "NICK ana");
    house.say(again, "USER ana 0 * :ana");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 CHGHOST ~ana 198.51.100.7");
}
