//! UTF8ONLY: nothing but UTF-8 comes in or goes out.

use super::{House, only, pair};

#[test]
fn it_is_told() {
    let mut house = House::new();
    let ana = house.client("ana");
    assert!(house.ask(ana, "VERSION").join(" ").contains(" UTF8ONLY "));
}

#[test]
fn what_is_not_utf_8_is_refused_and_reaches_nobody() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "standard-replies", "message-tags setname");
    for (line, command) in [
        (&b"PRIVMSG #a :caf\xe9"[..], "PRIVMSG"),
        (b"NOTICE bob :\xff", "NOTICE"),
        (b"TOPIC #a :\xed\xa0\x80", "TOPIC"),
        (b"SETNAME :\xc0\xaf", "SETNAME"),
        (b"@+x=\xe9 TAGMSG #a", "TAGMSG"),
        (b"PART #a :\xf8", "PART"),
        (b"P\xffRT #a", "*"),
    ] {
        house.say_bytes(ana, line);
        let words = "INVALID_UTF8 :The line was left out: it is not UTF-8";
        assert_eq!(only(house.read(ana)), format!(":majlis.local FAIL {command} {words}"));
    }
    assert!(house.read(bob).is_empty());
    house.say_bytes(ana, "PRIVMSG #a :café".as_bytes());
    assert_eq!(only(house.read(bob)).split(" :").last(), Some("café"));
}

#[test]
fn what_is_cut_is_cut_between_characters() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "away-notify");
    for (line, kept) in [("AWAY", 99), ("KICK #a bob", 99)] {
        house.say(ana, &format!("{line} :x{}", "ب".repeat(110)));
        let heard = only(house.read(bob));
        assert!(heard.ends_with(&format!(":x{}", "ب".repeat(kept))), "{heard}");
    }
}
