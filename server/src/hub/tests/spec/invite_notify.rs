//! invite-notify: those inside hear who is asked in.

use super::{House, only, pair};

#[test]
fn those_inside_who_want_to_know_are_told_and_nobody_twice() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "invite-notify", "invite-notify");
    let kim = house.member("kim", "#a");
    let eve = house.client_with("eve", None, "invite-notify");
    let out = house.client_with("out", None, "invite-notify");
    let told = ":ana!~ana@192.0.2.1 INVITE eve #a";
    assert_eq!(only(house.ask(ana, "INVITE EVE #A")), ":majlis.local 341 ana eve #a");
    assert_eq!(only(house.read(eve)), told);
    assert_eq!(only(house.read(bob)), told);
    assert!(house.read(kim).is_empty() && house.read(out).is_empty());
}

#[test]
fn who_is_invited_is_told_without_it() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "", "");
    let eve = house.client("eve");
    house.say(ana, "INVITE eve #a");
    assert_eq!(only(house.read(eve)), ":ana!~ana@192.0.2.1 INVITE eve #a");
}

#[test]
fn what_fails_is_told_to_nobody() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "invite-notify");
    house.say(ana, "INVITE bob #a");
    house.say(ana, "INVITE nobody #a");
    assert!(house.read(bob).is_empty());
}
