//! extended-join: a JOIN says account and realname.

use super::{House, accounts, only};

#[test]
fn an_extended_join_says_account_and_realname() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "extended-join");
    assert_eq!(house.ask(ana, "JOIN #a")[0], ":ana!~ana@192.0.2.1 JOIN #a * :ana");
}

#[test]
fn each_is_told_in_the_form_that_they_know() {
    let mut house = accounts::house();
    let new = house.client_with("new", None, "extended-join");
    let old = house.client("old");
    for conn in [new, old] {
        house.say(conn, "JOIN #a");
    }
    house.read_all();
    let ana = accounts::signed_in(&mut house, "ana", None, "extended-join");
    house.say(ana, "SETNAME :Ana Maria");
    let joined = ":ana!~ana@192.0.2.1 JOIN #a ana :Ana Maria";
    assert_eq!(house.ask(ana, "JOIN #a")[0], joined);
    assert_eq!(only(house.read(new)), joined);
    assert_eq!(only(house.read(old)), ":ana!~ana@192.0.2.1 JOIN #a");
}

#[test]
fn an_asterisk_is_nobody_s_account() {
    let mut house = House::new();
    let conn = house.client("ana");
    assert!(only(house.ask(conn, "NICK *")).contains(" 432 ana * :"));
}
