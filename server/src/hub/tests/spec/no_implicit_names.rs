//! no-implicit-names: joining brings no list of members.

use super::{House, only, pair};

#[test]
fn joining_brings_no_names_and_asking_does() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "");
    house.say(ana, "TOPIC #a :Roses");
    house.say(bob, "PART #a");
    house.ask(bob, "CAP REQ no-implicit-names");
    let joined = [
        ":bob!~bob@192.0.2.1 JOIN #a",
        ":majlis.local 332 bob #a :Roses",
        ":majlis.local 333 bob #a ana!~ana@192.0.2.1 1767225600",
    ];
    assert_eq!(house.ask(bob, "JOIN #a"), joined);
    assert_eq!(only(house.ask(bob, "JOIN #new")), ":bob!~bob@192.0.2.1 JOIN #new");
    assert_eq!(house.ask(bob, "NAMES #a")[0], ":majlis.local 353 bob = #a :@ana bob");
    house.say(ana, "RENAME #a #b");
    assert!(house.read(bob).iter().all(|line| !line.contains(" 353 ") && !line.contains(" 366 ")));
}
