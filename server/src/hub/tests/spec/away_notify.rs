//! away-notify: who goes away and comes back.

use super::{House, only, pair};

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
fn nobody_is_told_of_their_own_absence() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "away-notify", "");
    assert!(only(house.ask(ana, "AWAY :x")).contains(" 306 "));
    assert!(only(house.ask(ana, "AWAY")).contains(" 305 "));
    house.say(ana, "AWAY :x");
    house.read(ana);
    assert!(house.ask(ana, "JOIN #b").iter().all(|line| !line.contains(" AWAY ")));
}

#[test]
fn other_words_are_told_and_those_elsewhere_hear_nothing() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "away-notify");
    let eve = house.client_with("eve", None, "away-notify");
    for words in ["at tea", "at supper", "a  b"] {
        house.say(ana, &format!("AWAY :{words}"));
        assert_eq!(only(house.read(bob)), format!(":ana!~ana@192.0.2.1 AWAY :{words}"));
    }
    house.say(ana, "AWAY :");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 AWAY");
    house.say(ana, "AWAY");
    assert!(house.read(bob).is_empty());
    assert!(house.read(eve).is_empty());
}

#[test]
fn whoever_comes_in_and_is_here_is_not_told_of() {
    let mut house = House::new();
    let (_, bob) = pair(&mut house, "", "away-notify");
    let kim = house.client("kim");
    house.say(kim, "JOIN #a");
    assert_eq!(only(house.read(bob)), ":kim!~kim@192.0.2.1 JOIN #a");
}
