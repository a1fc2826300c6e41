//! UTF8ONLY: nothing but UTF-8 comes in or goes out.

use majlis_protocol::MessageBuf;

use super::{House, only, pair};
use crate::event::{ConnId, HubInput, LineFault};

fn say_bytes(house: &mut House, conn: ConnId, line: &[u8]) {
    house.input(match MessageBuf::parse(line) {
        Ok(message) => HubInput::Message { conn, message },
        Err(error) => HubInput::BadLine { conn, fault: LineFault::Parse(error) },
    });
}

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
    for line in [
        &b"PRIVMSG #a :caf\xe9"[..],
        b"NOTICE bob :\xff",
        b"TOPIC #a :\xed\xa0\x80",
        b"SETNAME :\xc0\xaf",
        b"@+x=\xe9 TAGMSG #a",
        b"PART #a :\xf8",
    ] {
        say_bytes(&mut house, ana, line);
        let refused = ":majlis.local FAIL * INVALID_UTF8 :The line was left out: it is not UTF-8";
        assert_eq!(only(house.read(ana)), refused);
    }
    assert!(house.read(bob).is_empty());
    say_bytes(&mut house, ana, "PRIVMSG #a :café".as_bytes());
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
