//! chghost: seen from another address.
//!
//! It happens to a guest whose device takes their nick over from elsewhere. Others without the capability are told nothing: a
//! QUIT and a JOIN would say that somebody left who did not (identity.md, "Taking over a ghost").

use super::{House, only};
use crate::event::Guest;

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

#[test]
fn it_is_told_once_and_to_those_who_share_a_room() {
    let mut house = House::new();
    let ana = house.client_with("ana", Some(1), "");
    let bob = house.client_with("bob", None, "chghost");
    let eve = house.client_with("eve", None, "chghost");
    for conn in [ana, bob] {
        house.say(conn, "JOIN #a,#b");
    }
    house.read_all();
    let again = house.open_at(Guest::Irc, Some(1), "2001:db8::7");
    house.say(again, "NICK ana");
    house.say(again, "USER ana 0 * :ana");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 CHGHOST ~ana 2001:db8::7");
    assert!(house.read(eve).is_empty());
    house.say(again, "JOIN #a");
    house.say(again, "PRIVMSG #a :x");
    assert_eq!(only(house.read(bob)), ":ana!~ana@2001:db8::7 PRIVMSG #a :x");
}
