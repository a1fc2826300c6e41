//! AWAY.

use super::{House, only};

#[test]
fn away_is_acknowledged_and_shown() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let gone = ":majlis.local 306 ana :You have been marked as being away";
    assert_eq!(only(house.ask(ana, "AWAY :at tea")), gone);
    assert!(house.read(bob).is_empty(), "who did not ask is not told");
    assert_eq!(only(house.ask(bob, "PRIVMSG ana :there?")), ":majlis.local 301 bob ana :at tea");
    assert!(house.ask(bob, "NOTICE ana :there?").is_empty());
    assert!(house.ask(bob, "PRIVMSG #a :there?").is_empty());
    assert!(house.ask(bob, "WHO ana")[0].contains(" ana G :0 ana"));
    let known = house.ask(bob, "WHOIS ana");
    assert!(known.contains(&":majlis.local 301 bob ana :at tea".to_owned()));
    let back = ":majlis.local 305 ana :You are no longer marked as being away";
    house.read(ana);
    assert_eq!(only(house.ask(ana, "AWAY :")), back);
    assert_eq!(only(house.ask(ana, "AWAY")), back);
    assert!(house.ask(bob, "WHO ana")[0].contains(" ana H :0 ana"));
}

#[test]
fn away_words_are_cut_at_their_limit() {
    let mut house = House::new();
    let ana = house.client("ana");
    for (said, kept) in [(200, 200), (201, 200)] {
        house.ask(ana, &format!("AWAY :{}", "x".repeat(said)));
        let line = house.ask(ana, "PRIVMSG ana :x").pop().unwrap_or_default();
        assert_eq!(line, format!(":majlis.local 301 ana ana :{}", "x".repeat(kept)));
    }
}
