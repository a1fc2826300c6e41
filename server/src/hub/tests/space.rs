//! A disk that is nearly full, and one that has room again.

use super::accounts::{house, signed_in};
use super::{House, only, untagged};
use crate::event::{HubInput, StoredKind};
use crate::hub::Limits;

const CAPABILITIES: &str = "echo-message standard-replies message-tags labeled-response batch draft/chathistory draft/metadata-2";

fn space(house: &mut House, free_bytes: u64) {
    house.input(HubInput::Space { free_bytes });
}

fn watermark() -> u64 {
    Limits::default().least_free_bytes
}

#[test]
fn what_would_fill_the_disk_is_refused_below_the_watermark_and_taken_at_it() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", Some(1), CAPABILITIES);
    house.say(ana, "JOIN #lobby,#made");
    house.read_all();
    let refused = [
        (
            "PRIVMSG #lobby :hello",
            "FAIL PRIVMSG TEMPORARILY_UNAVAILABLE #lobby :The server's disk is full",
        ),
        ("PRIVMSG bob :hello", "FAIL PRIVMSG TEMPORARILY_UNAVAILABLE bob :"),
        ("@label=x NOTICE #lobby :hello", "FAIL NOTICE TEMPORARILY_UNAVAILABLE #lobby :"),
        ("JOIN #new", "FAIL JOIN TEMPORARILY_UNAVAILABLE #new :"),
        ("TOPIC #made :new", "FAIL TOPIC TEMPORARILY_UNAVAILABLE #made :"),
        ("RENAME #made #other", "FAIL RENAME TEMPORARILY_UNAVAILABLE #made :"),
        (
            "MARKREAD #made timestamp=2026-01-01T00:00:00.000Z",
            "FAIL MARKREAD TEMPORARILY_UNAVAILABLE #made :",
        ),
        ("METADATA * SET url :x", "FAIL METADATA TEMPORARILY_UNAVAILABLE * :"),
        ("DEVICE ADD", "FAIL DEVICE TEMPORARILY_UNAVAILABLE ADD :"),
    ];
    space(&mut house, watermark() - 1);
    assert!(house.hub.is_read_only());
    for (line, words) in refused {
        let count = house.writes.len();
        let answer = only(house.ask(ana, line));
        assert!(untagged(&answer).contains(words), "{line}: {answer}");
        assert_eq!(house.writes.len(), count, "{line} was stored");
    }
    assert!(house.ask(ana, "NOTICE #lobby :hello").is_empty(), "a notice is not answered");

    space(&mut house, watermark());
    assert!(!house.hub.is_read_only());
    let echo = only(house.ask(ana, "PRIVMSG #lobby :hello"));
    assert!(echo.contains("PRIVMSG #lobby :hello"), "{echo}");
    house.hub.verify();
}

#[test]
fn what_lasts_of_tags_alone_and_what_takes_back_are_refused_likewise() {
    let mut house = House::new();
    let caps = format!("{CAPABILITIES} draft/message-redaction");
    let ana = house.client_with("ana", None, &caps);
    house.say(ana, "JOIN #made");
    house.say(ana, "PRIVMSG #made :too much");
    let msgid = house.history.iter().rfind(|row| row.kind == StoredKind::Privmsg).unwrap().msgid;
    let redact = format!("REDACT #made {msgid}");
    house.read_all();
    space(&mut house, watermark() - 1);
    let kept = house.history.clone();
    let answer = only(house.ask(ana, "@+reply=1;+draft/react=x TAGMSG #made"));
    assert!(answer.contains("FAIL TAGMSG TEMPORARILY_UNAVAILABLE #made :"), "{answer}");
    house.say(ana, &redact);
    house.recall();
    let answer = only(house.read(ana));
    assert!(answer.contains("FAIL REDACT TEMPORARILY_UNAVAILABLE #made :"), "{answer}");
    assert_eq!(house.history, kept);

    space(&mut house, watermark());
    house.say(ana, &redact);
    house.recall();
    assert!(untagged(&only(house.read(ana))).contains(" REDACT #made "));
    assert!(!house.history.iter().any(|row| row.msgid == msgid));
}

#[test]
fn what_happens_meanwhile_is_told_and_not_kept() {
    let mut house = House::new();
    let ana = house.member("ana", "#a,#b");
    let bob = house.member("bob", "#a");
    space(&mut house, watermark() - 1);
    let count = house.history.len();
    for (line, words) in
        [("MODE #a +m", "MODE #a +m"), ("NICK anna", "NICK anna"), ("PART #a :bye", "PART #a :bye")]
    {
        house.say(ana, line);
        assert!(only(house.read(bob)).ends_with(words), "{line}");
    }
    assert_eq!(house.history.len(), count);
    space(&mut house, watermark());
    house.say(ana, "NICK ana");
    assert_eq!(house.history.len(), count + 1, "in the one room that is left");
}

#[test]
fn reading_typing_and_leaving_go_on_while_nothing_is_kept() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", Some(1), CAPABILITIES);
    house.say(ana, "JOIN #lobby,#made");
    let bo = house.client_with("bo", None, CAPABILITIES);
    let guest = house.client_with("guest", None, CAPABILITIES);
    space(&mut house, 0);
    house.say(bo, "JOIN #lobby");
    house.read_all();
    assert!(house.ask(bo, "@+typing=active TAGMSG #lobby")[0].contains("TAGMSG"));
    assert!(only(house.read(ana)).contains("TAGMSG"));
    house.say(bo, "CHATHISTORY LATEST #lobby * 5");
    assert_eq!(house.reads.len(), 1);
    house.say(guest, "PRIVMSG bo :between guests nothing is kept");
    house.answer(Ok(crate::event::HistoryPage::Messages(Vec::new())));
    assert!(house.read(bo).iter().any(|line| line.ends_with(":between guests nothing is kept")));
    house.read_all();
    assert!(house.ask(ana, "MODE #made +m")[0].contains("MODE #made"));
    assert!(house.ask(ana, "TOPIC #lobby")[0].contains(" 331 "));
    assert!(house.ask(bo, "PART #lobby")[0].contains("PART #lobby"));
}

#[test]
fn an_earlier_message_is_still_known_when_it_is_sent_again() {
    let mut house = House::new();
    let ana = house.client_with("ana", Some(1), CAPABILITIES);
    house.say(ana, "JOIN #lobby");
    let line = "@+majlis-chat.github.io/send=one PRIVMSG #lobby :hello";
    house.read_all();
    let first = only(house.ask(ana, line));
    space(&mut house, 0);
    assert_eq!(only(house.ask(ana, line)), first);
}

#[test]
fn a_plain_guest_is_told_in_words() {
    let mut house = House::new();
    let nc = house.plain("nc");
    space(&mut house, 0);
    house.text(nc, "hello");
    assert!(only(house.read(nc)).starts_with("The server's disk is full"));
    space(&mut house, u64::MAX);
    house.text(nc, "hello");
    assert_eq!(only(house.read(nc)), "nc: hello");
}

#[test]
fn the_watermark_can_be_none_at_all() {
    let mut house = House::new();
    let mut settings = crate::hub::HubSettings::default();
    settings.limits.least_free_bytes = 0;
    house.hub.handle_settings(settings);
    space(&mut house, 0);
    assert!(!house.hub.is_read_only());
}
