//! bot-mode: programs say that they are one.

use super::{DEEDS, HEARING, House, keys, only, pair, untagged};

#[test]
fn what_a_bot_says_is_marked() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.client_with("bob", None, "message-tags");
    house.say(bob, "JOIN #a");
    house.say(ana, "MODE ana +B");
    house.read_all();
    house.say(ana, "PRIVMSG #a :beep");
    let line = only(house.read(bob));
    assert!(line.starts_with("@msgid=") && line.contains(";bot :ana!"), "{line}");
    house.say(ana, "NICK robot");
    assert!(only(house.read(bob)).contains(";bot :ana!"));
}

#[test]
fn the_mode_is_told_and_shown_in_who_and_whois() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "");
    assert!(house.ask(ana, "VERSION").join(" ").contains(" BOT=B "));
    assert_eq!(only(house.ask(ana, "MODE ana +B")), ":ana!~ana@192.0.2.1 MODE ana +B");
    assert!(house.ask(bob, "WHO ana")[0].contains(" ana HB :0 "));
    assert!(house.ask(bob, "WHO #a")[0].contains(" ana H@B :0 "), "behind the prefix");
    assert_eq!(house.ask(bob, "WHO #a %nf")[0], ":majlis.local 354 bob ana H@B");
    let told = ":majlis.local 335 bob ana :is a bot on Majlis".to_owned();
    assert!(house.ask(bob, "WHOIS ana").contains(&told));
    house.say(ana, "MODE ana -B");
    assert!(house.ask(bob, "WHO ana")[0].contains(" ana H :0 "));
    assert!(!house.ask(bob, "WHOIS ana").contains(&told));
}

#[test]
fn everything_that_a_bot_does_is_marked_without_a_value() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "message-tags", HEARING);
    house.client("eve");
    house.say(ana, "MODE ana +B");
    house.read_all();
    for line in DEEDS {
        house.say(ana, line);
        let heard = only(house.read(bob));
        assert!(keys(&heard).contains(&"bot"), "{heard}");
        assert!(!heard.contains("bot="), "{heard}");
    }
    house.say(ana, "JOIN #a");
    let heard = house.read(bob).remove(0);
    assert_eq!(untagged(&heard), ":anna!~ana@192.0.2.1 JOIN #a");
    assert_eq!(keys(&heard), ["msgid", "bot"]);
}

#[test]
fn the_mark_needs_message_tags() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "server-time account-tag batch");
    house.say(ana, "MODE ana +B");
    house.say(ana, "PRIVMSG #a :x");
    assert_eq!(keys(&only(house.read(bob))), ["time"]);
}
