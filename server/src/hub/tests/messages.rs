//! PRIVMSG, NOTICE and TAGMSG.

use super::{House, only, tag};
use crate::event::{StoredKind, Write};

#[test]
fn a_room_hears_what_is_said_and_the_speaker_only_if_they_ask_to() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.member("eve", "#b");
    assert!(house.ask(ana, "PRIVMSG #A :hello there").is_empty());
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PRIVMSG #a :hello there");
    house.say(bob, "CAP REQ echo-message");
    house.read(bob);
    assert_eq!(only(house.ask(bob, "NOTICE #a hi")), ":bob!~bob@192.0.2.1 NOTICE #a :hi");
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.1 NOTICE #a :hi");
    assert!(house.read(eve).is_empty());
}

#[test]
fn what_is_said_in_a_room_is_kept_as_it_was_relayed() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "message-tags server-time echo-message");
    house.say(ana, "JOIN #a");
    house.read(ana);
    let echo = only(house.ask(ana, "@+x=1;label=l;+y PRIVMSG #A :hello"));
    let Some(Write::Message(kept)) = house.writes.last() else { panic!("nothing was kept") };
    assert_eq!((&*kept.text, &*kept.target, &*kept.client_tags), ("hello", "#a", "+x=1;+y"));
    assert_eq!((&*kept.source, kept.kind), ("ana!~ana@192.0.2.1", StoredKind::Privmsg));
    assert_eq!(tag(&echo, "msgid"), Some(&*kept.msgid.to_string()));
    assert_eq!(tag(&echo, "time"), Some("2026-01-01T00:00:00.000Z"));
    assert!(echo.contains(";+x=1;+y ") && !echo.contains("label"), "{echo}");
}

#[test]
fn people_hear_what_is_said_to_them_and_nobody_keeps_it() {
    let mut house = House::new();
    let ana = house.client("ana");
    let bob = house.client("Bob");
    house.say(ana, "PRIVMSG bOB :psst");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PRIVMSG Bob :psst");
    assert!(!house.writes.iter().any(|write| matches!(write, Write::Message(_))));
}

#[test]
fn what_cannot_be_delivered_is_refused() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = house.client("eve");
    for (line, answer) in [
        ("PRIVMSG", "411 eve :No recipient given (PRIVMSG)"),
        ("PRIVMSG ,", "411 eve :No recipient given (PRIVMSG)"),
        ("PRIVMSG ana", "412 eve :No text to send"),
        ("PRIVMSG ana :", "412 eve :No text to send"),
        ("PRIVMSG nobody :x", "401 eve nobody :No such nick"),
        ("PRIVMSG #nowhere :x", "403 eve #nowhere :No such channel"),
        ("PRIVMSG #A :x", "404 eve #a :Cannot send to channel"),
        ("PRIVMSG a,b,c,d,e :x", "407 eve a,b,c,d,e :Too many targets; nothing was done"),
        ("TAGMSG ana", "421 eve TAGMSG :Unknown command"),
    ] {
        assert_eq!(only(house.ask(eve, line)), format!(":majlis.local {answer}"), "{line}");
    }
    assert!(house.read(ana).is_empty());
}

#[test]
fn several_targets_are_served_one_by_one() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let errors = house.ask(ana, "PRIVMSG #a,bob,nobody,#x :hi");
    let expected =
        [":majlis.local 401 ana nobody :No such nick", ":majlis.local 403 ana #x :No such channel"];
    assert_eq!(errors, expected);
    assert_eq!(house.read(bob).len(), 2);
}

#[test]
fn a_notice_is_never_answered_with_an_error_unless_a_label_asks() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "batch labeled-response");
    for line in ["NOTICE", "NOTICE ana", "NOTICE nobody :x", "NOTICE a,b,c,d,e :x"] {
        assert!(house.ask(ana, line).is_empty(), "{line}");
    }
    let answer = only(house.ask(ana, "@label=l NOTICE nobody :x"));
    assert_eq!(answer, "@label=l :majlis.local 401 ana nobody :No such nick");
}

#[test]
fn tags_alone_go_to_those_who_understand_tags() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "message-tags echo-message batch labeled-response");
    let bob = house.client_with("bob", None, "message-tags");
    let eve = house.client("eve");
    for conn in [ana, bob, eve] {
        house.say(conn, "JOIN #a");
    }
    house.read_all();
    let echo = only(house.ask(ana, "@+typing=active;label=1 TAGMSG #a"));
    assert_eq!(tag(&echo, "label"), Some("1"));
    assert!(only(house.read(bob)).ends_with(";+typing=active :ana!~ana@192.0.2.1 TAGMSG #a"));
    assert!(house.read(eve).is_empty());
    let none = only(house.ask(ana, "@+typing=active TAGMSG"));
    assert_eq!(none, ":majlis.local 411 ana :No recipient given (TAGMSG)");
    assert!(!house.writes.iter().any(|write| matches!(write, Write::Message(_))));
}

#[test]
fn a_text_arrives_whole_or_not_at_all() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "echo-message");
    house.say(ana, "JOIN #a");
    house.read(ana);
    let room = 512 - ":ana!~ana@192.0.2.1 PRIVMSG #a :\r\n".len();
    let fitting = "ب".repeat(room / 2);
    let echo = only(house.ask(ana, &format!("PRIVMSG #a :{fitting}")));
    assert!(echo.ends_with(&fitting));
    let refused = ":majlis.local 417 ana :Input line was too long";
    assert_eq!(only(house.ask(ana, &format!("PRIVMSG #a :{fitting}xx"))), refused);
    let exact = "x".repeat(room);
    assert!(only(house.ask(ana, &format!("PRIVMSG #a :{exact}"))).ends_with(&exact));
    assert_eq!(only(house.ask(ana, &format!("PRIVMSG #a :{exact}x"))), refused);
}

#[test]
fn a_message_s_errors_come_in_order() {
    let mut house = House::new();
    house.member("bob", "#a");
    let ana = house.client("ana");
    for (line, answer) in [
        ("PRIVMSG", "411 ana :No recipient given (PRIVMSG)"),
        ("PRIVMSG :", "411 ana :No recipient given (PRIVMSG)"),
        ("PRIVMSG :bob x", "412 ana :No text to send"),
        ("PRIVMSG nobody", "412 ana :No text to send"),
        ("PRIVMSG nobody :", "412 ana :No text to send"),
        ("PRIVMSG nobody :x", "401 ana nobody :No such nick"),
        ("PRIVMSG majlis.local :x", "401 ana majlis.local :No such nick"),
        ("PRIVMSG $* :x", "401 ana $* :No such nick"),
        ("PRIVMSG bob!~bob@192.0.2.1 :x", "401 ana bob!~bob@192.0.2.1 :No such nick"),
        ("PRIVMSG # :x", "403 ana # :No such channel"),
        ("PRIVMSG #a :x", "404 ana #a :Cannot send to channel"),
    ] {
        assert_eq!(only(house.ask(ana, line)), format!(":majlis.local {answer}"), "{line}");
    }
}

#[test]
fn whoever_is_away_is_told_of_to_who_writes_to_them_alone() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.say(ana, "AWAY :at tea");
    house.read_all();
    assert_eq!(only(house.ask(bob, "PRIVMSG ana :x")), ":majlis.local 301 bob ana :at tea");
    assert_eq!(house.read(ana).len(), 1, "it came all the same");
    for line in ["NOTICE ana :x", "PRIVMSG #a :x"] {
        assert!(house.ask(bob, line).is_empty(), "{line}");
    }
}
