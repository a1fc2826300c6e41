//! account-extban: masks of accounts.

use super::{House, only};

#[test]
fn accounts_are_meant_by_an_extended_ban() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let (bob, eve) = (house.client("bob"), house.client("eve"));
    let user = house.hub.users.find("bob").expect("bob is there");
    house.hub.users[user].account = Some("Robert".into());
    assert!(only(house.ask(ana, "MODE #a +b $a:robert")).ends_with(" +b $a:robert"));
    assert!(only(house.ask(bob, "JOIN #a")).contains(" 474 "));
    assert!(house.ask(eve, "JOIN #a")[0].contains(" JOIN #a"));
    house.say(ana, "MODE #a +e $a:Robert");
    assert!(house.ask(bob, "JOIN #a")[0].contains(" JOIN #a"));
    house.say(bob, "PART #a");
    house.say(ana, "MODE #a +iI-b $a:robert $a:robert");
    house.read_all();
    assert!(house.ask(bob, "JOIN #a")[0].contains(" JOIN #a"));
}

#[test]
fn its_letter_is_told_with_the_prefix() {
    let mut house = House::new();
    let ana = house.client("ana");
    let tokens = house.ask(ana, "VERSION").join(" ");
    assert!(tokens.contains(" EXTBAN=$,am ") && tokens.contains(" ACCOUNTEXTBAN=a "));
}
