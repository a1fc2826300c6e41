//! userhost-in-names: NAMES says full masks.

use super::{House, pair};

#[test]
fn full_masks_are_told_where_they_are_wanted() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "userhost-in-names", "");
    let full = ":majlis.local 353 ana = #a :@ana!~ana@192.0.2.1 bob!~bob@192.0.2.1";
    assert_eq!(house.ask(ana, "NAMES #a")[0], full);
    assert_eq!(house.ask(bob, "NAMES #a")[0], ":majlis.local 353 bob = #a :@ana bob");
    house.say(bob, "PART #a");
    house.ask(bob, "CAP REQ userhost-in-names");
    assert!(house.ask(bob, "JOIN #a")[1].ends_with(":@ana!~ana@192.0.2.1 bob!~bob@192.0.2.1"));
}

#[test]
fn it_goes_with_all_prefixes() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "userhost-in-names multi-prefix", "");
    house.say(ana, "MODE #a +v ana");
    house.read(ana);
    assert!(house.ask(ana, "NAMES #a")[0].contains(" :@+ana!~ana@192.0.2.1 bob!"));
}
