//! echo-message: one's own messages come back.

use super::{House, only, pair, tag, untagged};

#[test]
fn what_was_said_comes_back_in_its_final_form() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "echo-message", "");
    for (said, told) in [
        ("PRIVMSG #A hello", "PRIVMSG #a :hello"),
        ("NOTICE #a :\u{2}hello\u{2} there", "NOTICE #a :\u{2}hello\u{2} there"),
        ("PRIVMSG BOB :psst", "PRIVMSG bob :psst"),
        ("NOTICE bob :beep", "NOTICE bob :beep"),
        ("PRIVMSG @#a :ops", "PRIVMSG @#a :ops"),
        ("PRIVMSG #a :\u{1}ACTION waves\u{1}", "PRIVMSG #a :\u{1}ACTION waves\u{1}"),
    ] {
        let line = format!(":ana!~ana@192.0.2.1 {told}");
        assert_eq!(only(house.ask(ana, said)), line);
        if !said.contains('@') {
            assert_eq!(only(house.read(bob)), line, "everybody gets the same");
        }
    }
}

#[test]
fn what_was_not_delivered_does_not_come_back() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "echo-message");
    assert!(only(house.ask(ana, "PRIVMSG nobody :x")).contains(" 401 "));
    assert!(house.ask(ana, "NOTICE nobody :x").is_empty());
}

#[test]
fn tags_alone_come_back_where_tags_are_negotiated() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "echo-message message-tags", "");
    let echo = only(house.ask(ana, "@+x=1 TAGMSG #a"));
    assert_eq!((untagged(&echo), tag(&echo, "+x")), (":ana!~ana@192.0.2.1 TAGMSG #a", Some("1")));
}

#[test]
fn without_it_nothing_comes_back() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "message-tags", "");
    for line in ["PRIVMSG #a :x", "NOTICE bob :x", "TAGMSG #a"] {
        assert!(house.ask(ana, line).is_empty());
    }
    assert_eq!(house.ask(ana, "PRIVMSG ana :x").len(), 1, "one hears what one tells oneself");
}

#[test]
fn a_message_to_oneself_comes_and_its_echo_has_the_label() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "message-tags echo-message batch labeled-response");
    let lines = house.ask(ana, "@label=l PRIVMSG ana :note");
    assert_eq!(lines.len(), 2);
    assert_eq!(lines.iter().filter(|line| tag(line, "label") == Some("l")).count(), 1);
    assert!(lines.iter().all(|line| untagged(line) == ":ana!~ana@192.0.2.1 PRIVMSG ana :note"));
    assert_eq!(tag(&lines[0], "msgid"), tag(&lines[1], "msgid"));
}
