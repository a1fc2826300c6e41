//! setname: another realname while connected.

use super::{House, only, pair};

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
fn a_failure_is_told_by_fail_whatever_was_negotiated() {
    let refused = ":majlis.local FAIL SETNAME INVALID_REALNAME :Realname is not valid";
    for caps in ["", "setname", "standard-replies"] {
        let mut house = House::new();
        let ana = house.client_with("ana", None, caps);
        for realname in ["", "   ", "\u{2}bold\u{2}", &"x".repeat(121)] {
            assert_eq!(only(house.ask(ana, &format!("SETNAME :{realname}"))), refused, "{caps}");
        }
    }
}

#[test]
fn it_works_silently_where_it_was_not_negotiated() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "setname");
    assert!(house.ask(ana, "SETNAME Ana").is_empty());
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 SETNAME :Ana");
    assert!(house.ask(bob, "WHOIS ana")[0].ends_with(" * :Ana"));
}

#[test]
fn those_without_a_common_room_are_not_told() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "setname", "");
    let eve = house.client_with("eve", None, "setname");
    house.say(ana, "SETNAME Ana");
    assert!(house.read(eve).is_empty());
}

#[test]
fn the_limit_is_told() {
    let mut house = House::new();
    let ana = house.client("ana");
    assert!(house.ask(ana, "VERSION").join(" ").contains(" NAMELEN=120 "));
}
