//! labeled-response: a label is answered exactly once.

use majlis_protocol::LineLimits;

use super::{House, accounts, only, pair, reference, tag, untagged};

const CAPS: &str = "batch labeled-response";

#[test]
fn no_line_one_line_and_many_lines_each_answer_a_label_once() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "batch labeled-response");
    assert_eq!(only(house.ask(ana, "@label=l;x PONG")), "@label=l :majlis.local ACK");
    let ping = only(house.ask(ana, "@label=a\\:b PING x"));
    assert_eq!(ping, "@label=a\\:b :majlis.local PONG majlis.local :x");
    let unknown = only(house.ask(ana, "@label=l DANCE"));
    assert_eq!(unknown, "@label=l :majlis.local 421 ana DANCE :Unknown command");

    let lines = house.ask(ana, "@label=l JOIN #a");
    let reference = untagged(&lines[0]).split(' ').nth(2).and_then(|word| word.strip_prefix('+'));
    let reference = reference.expect("a batch begins");
    assert_eq!(lines[0], format!("@label=l :majlis.local BATCH +{reference} labeled-response"));
    let (last, inner) = lines[1..].split_last().expect("a batch ends");
    assert_eq!(*last, format!(":majlis.local BATCH -{reference}"));
    assert!(inner.iter().all(|line| tag(line, "batch") == Some(reference)));
    let inner: Vec<&str> = inner.iter().map(|line| untagged(line)).collect();
    let expected = [
        ":ana!~ana@192.0.2.1 JOIN #a",
        ":majlis.local 353 ana = #a :@ana",
        ":majlis.local 366 ana #a :End of NAMES list",
    ];
    assert_eq!(inner, expected);
}

#[test]
fn the_label_of_a_quit_is_on_its_last_line() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "batch labeled-response");
    let last = only(house.ask(ana, "@label=l QUIT"));
    assert_eq!(last, "@label=l ERROR :Closing link: 192.0.2.1 (Quit: )");
}

#[test]
fn labels_count_only_with_both_capabilities_and_in_size() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "labeled-response");
    assert!(house.ask(ana, "@label=l PONG").is_empty());
    house.ask(ana, "CAP REQ batch");
    let fitting = "x".repeat(64);
    let answered = only(house.ask(ana, &format!("@label={fitting} PONG")));
    assert_eq!(tag(&answered, "label"), Some(&*fitting));
    assert!(house.ask(ana, &format!("@label={fitting}x PONG")).is_empty());
    assert!(house.ask(ana, "@label PONG").is_empty());
}

#[test]
fn every_command_answers_its_label_exactly_once() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, CAPS, "");
    for line in [
        "ADMIN",
        "AWAY :x",
        "AWAY",
        "CAP LIST",
        "CAP REQ nonsense",
        "HELP",
        "HELP KICK",
        "INFO",
        "INVITE",
        "INVITE bob #a",
        "INVITE nobody #a",
        "ISON bob",
        "ISUPPORT",
        "JOIN #b",
        "JOIN #b",
        "JOIN #b,#c",
        "JOIN bad",
        "KICK #a nobody,bob",
        "KICK #a",
        "LINKS",
        "LIST",
        "LUSERS",
        "MODE #a",
        "MODE #a +b",
        "MODE #a +bmz x",
        "MODE ana",
        "MODE ana +i",
        "MONITOR + bob,eve",
        "MONITOR C",
        "MOTD",
        "NAMES #a",
        "NICK ana",
        "NICK anna",
        "NICK bob",
        "NOTICE bob :x",
        "NOTICE nobody :x",
        "OPER a b",
        "PART #b",
        "PART #b,#c",
        "PING x",
        "PONG x",
        "PRIVMSG bob :x",
        "PRIVMSG nobody,#x :x",
        "PRIVMSG",
        "RENAME #a #z",
        "SETNAME :Ana",
        "SETNAME :",
        "STATS u",
        "TAGMSG bob",
        "TIME",
        "TOPIC #z :t",
        "TOPIC #z",
        "USERHOST bob",
        "USER a 0 * :b",
        "VERSION",
        "WALLOPS x",
        "WHO bob",
        "WHOIS bob",
        "WHOIS nobody",
        "WHOWAS bob",
        "DANCE",
        "001 x",
    ] {
        let lines = house.ask(ana, &format!("@label=l {line}"));
        let labels = lines.iter().filter(|answer| tag(answer, "label") == Some("l")).count();
        assert_eq!(labels, 1, "{line}: {lines:?}");
        assert_eq!(tag(&lines[0], "label"), Some("l"), "{line}: {lines:?}");
        if lines.len() > 1 {
            let reference = reference(&lines[0]);
            let (last, inner) = lines[1..].split_last().expect("a batch ends");
            assert_eq!(*last, format!(":majlis.local BATCH -{reference}"), "{line}");
            assert!(inner.iter().any(|answer| tag(answer, "batch") == Some(reference)), "{line}");
        }
        house.read(bob);
    }
}

#[test]
fn errors_of_every_kind_bear_the_label() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, CAPS);
    for (line, code) in [
        ("PRIVMSG nobody :x", "401"),
        ("JOIN", "461"),
        ("DANCE", "421"),
        ("KILL x :y", "481"),
        ("SETNAME :", "FAIL"),
        ("REGISTER bob * x", "FAIL"),
    ] {
        let answer = only(house.ask(ana, &format!("@label=l {line}")));
        assert_eq!(tag(&answer, "label"), Some("l"), "{answer}");
        assert_eq!(untagged(&answer).split(' ').nth(1), Some(code), "{answer}");
    }
    let long = format!("@label=l PRIVMSG ana :{}", "x".repeat(LineLimits::FROM_CLIENT.body_bytes));
    let answer = only(house.ask(ana, &long));
    assert_eq!(answer, ":majlis.local 417 ana :Input line was too long", "nobody read its label");
    house.say_bytes(ana, b"@label=l PRIVMSG ana :\xff");
    assert_eq!(tag(&only(house.read(ana)), "label"), Some("l"));
}

#[test]
fn an_answer_that_was_waited_for_bears_the_label() {
    let mut house = accounts::house();
    let ana = accounts::signed_in(&mut house, "ana", None, CAPS);
    house.say(ana, "@label=l AUTHENTICATE PLAIN");
    assert_eq!(only(house.read(ana)), "@label=l :majlis.local AUTHENTICATE +");
    let text = majlis_protocol::base64::encode(b"\0ana\0wrong");
    assert!(house.ask(ana, &format!("@label=m AUTHENTICATE {text}")).is_empty());
    house.work();
    let failed = "@label=m :majlis.local 904 ana :SASL authentication failed";
    assert_eq!(only(house.read(ana)), failed);
}

#[test]
fn others_never_see_a_label() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "batch labeled-response message-tags", "message-tags");
    for line in
        ["PRIVMSG #a :x", "NOTICE bob :x", "TAGMSG #a", "TOPIC #a :x", "MODE #a +m", "PART #a"]
    {
        house.say(ana, &format!("@label=l {line}"));
        let heard = only(house.read(bob));
        assert_eq!(tag(&heard, "label"), None, "{heard}");
    }
}

#[test]
fn of_several_labels_the_last_counts() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, CAPS);
    assert_eq!(only(house.ask(ana, "@label=a;label=b PONG")), "@label=b :majlis.local ACK");
}

#[test]
fn a_message_to_several_is_one_answer() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "batch labeled-response echo-message message-tags", "");
    let lines = house.ask(ana, "@label=l PRIVMSG #a,bob,nobody :x");
    let reference = reference(&lines[0]).to_owned();
    assert_eq!(tag(&lines[0], "label"), Some("l"));
    assert_eq!(lines.len(), 5);
    assert!(lines[1..4].iter().all(|line| tag(line, "batch") == Some(&reference)), "{lines:?}");
}
