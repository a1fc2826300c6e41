//! multi-prefix: all prefixes in NAMES, WHO and WHOIS, the highest first.

use super::{House, pair};

#[test]
fn all_prefixes_are_shown_in_order_of_rank_where_they_are_wanted() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "multi-prefix");
    house.say(ana, "MODE #a +vh ana ana");
    house.say(ana, "MODE #a +vh bob bob");
    house.read_all();
    for (conn, anas, bobs) in [(ana, "@", "%"), (bob, "@%+", "%+")] {
        let names = &house.ask(conn, "NAMES #a")[0];
        assert!(names.ends_with(&format!(":{anas}ana {bobs}bob")), "{names}");
        let who = house.ask(conn, "WHO #a");
        assert!(who[0].contains(&format!(" ana H{anas} :0 ")), "{who:?}");
        assert!(who[1].contains(&format!(" bob H{bobs} :0 ")), "{who:?}");
        let whois = &house.ask(conn, "WHOIS bob")[1];
        assert!(whois.ends_with(&format!(" bob :{bobs}#a")), "{whois}");
    }
}

#[test]
fn it_counts_from_when_it_is_asked_for_and_in_joins_too() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "");
    house.say(ana, "MODE #a +v ana");
    house.read_all();
    house.say(bob, "PART #a");
    house.ask(bob, "CAP REQ multi-prefix");
    assert!(house.ask(bob, "JOIN #a")[1].ends_with(":@+ana bob"));
    house.ask(bob, "CAP REQ -multi-prefix");
    assert!(house.ask(bob, "NAMES #a")[0].ends_with(":@ana bob"));
}
