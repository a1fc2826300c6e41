//! message-ids: every message has an identifier of its own.

use std::collections::BTreeSet;

use super::{House, only, pair, tag};

#[test]
fn every_message_has_one_that_no_other_has() {
    let mut house = House::new();
    let with = "message-tags echo-message";
    let (ana, bob) = pair(&mut house, with, with);
    let mut seen = BTreeSet::new();
    for command in ["PRIVMSG #a :x", "PRIVMSG #a :x", "NOTICE #a :x", "TAGMSG #a", "PRIVMSG bob :x"]
    {
        let echo = only(house.ask(ana, command));
        let msgid = tag(&echo, "msgid").expect("it has one").to_owned();
        assert_eq!(tag(&only(house.read(bob)), "msgid"), Some(&*msgid), "the same to everybody");
        assert!(!msgid.is_empty() && !msgid.starts_with(':'));
        assert!(msgid.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',' && byte != b';'));
        assert!(seen.insert(msgid), "{command}");
    }
}

#[test]
fn a_message_to_several_is_several() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "message-tags echo-message", "");
    let echoes = house.ask(ana, "PRIVMSG #a,bob :x");
    assert_eq!(echoes.len(), 2);
    assert_ne!(tag(&echoes[0], "msgid"), tag(&echoes[1], "msgid"));
}

#[test]
fn it_needs_message_tags() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "server-time");
    house.say(ana, "PRIVMSG #a :x");
    assert_eq!(tag(&only(house.read(bob)), "msgid"), None);
    house.ask(bob, "CAP REQ message-tags");
    house.say(ana, "PRIVMSG #a :x");
    assert!(tag(&only(house.read(bob)), "msgid").is_some());
}
