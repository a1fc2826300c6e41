//! CAP, labels and batches.

use super::{House, only, tag, untagged};
use crate::event::Guest;

const OFFERED: &[&str] = &[
    "account-notify",
    "draft/account-registration",
    "account-tag",
    "away-notify",
    "batch",
    "cap-notify",
    "draft/channel-rename",
    "draft/chathistory",
    "chghost",
    "echo-message",
    "draft/extended-isupport",
    "extended-join",
    "extended-monitor",
    "invite-notify",
    "labeled-response",
    "message-tags",
    "multi-prefix",
    "no-implicit-names",
    "draft/pre-away",
    "sasl",
    "server-time",
    "setname",
    "standard-replies",
    "userhost-in-names",
];

/// The names in the lines of an answer to CAP LS.
fn names(lines: &[String]) -> Vec<&str> {
    lines.iter().flat_map(|line| line.rsplit(" :").next().unwrap_or_default().split(' ')).collect()
}

#[test]
fn everything_is_offered_and_before_302_on_one_line() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    let old = house.ask(ana, "CAP LS");
    assert_eq!(old.len(), 1);
    assert!(names(&old).contains(&"server-time"));
    let lines = house.ask(ana, "CAP LS 302");
    let offered = names(&lines);
    let is_there = |name: &str| offered.iter().any(|offer| offer.split('=').next() == Some(name));
    assert!(OFFERED.iter().all(|name| is_there(name)), "{offered:?}");
    let (last, more) = lines.split_last().expect("there is an answer");
    assert!(more.iter().all(|line| line.contains(" LS * :")) && !last.contains(" LS * :"));
}

#[test]
fn negotiation_holds_registration_until_its_end() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    house.ask(ana, "CAP LS 302");
    assert!(house.ask(ana, "NICK ana").is_empty());
    assert!(house.ask(ana, "USER ana 0 * :Ana").is_empty());
    let acknowledged = ":majlis.local CAP * ACK :batch -batch server-time";
    assert_eq!(only(house.ask(ana, "CAP REQ :batch -batch  server-time batch")), acknowledged);
    let enabled = ":majlis.local CAP * LIST :batch cap-notify server-time";
    assert_eq!(only(house.ask(ana, "CAP LIST")), enabled);
    assert!(house.ask(ana, "CAP END")[0].contains(" 001 ana "));
    let list = ":majlis.local CAP ana LIST :batch cap-notify server-time";
    assert_eq!(only(house.ask(ana, "cap list")), list);
}

#[test]
fn a_request_is_granted_whole_or_not_at_all() {
    let mut house = House::new();
    let ana = house.client("ana");
    let refused = ":majlis.local CAP ana NAK :batch tls";
    assert_eq!(only(house.ask(ana, "CAP REQ :batch tls")), refused);
    assert_eq!(only(house.ask(ana, "CAP LIST")), ":majlis.local CAP ana LIST :");
    assert_eq!(only(house.ask(ana, "CAP REQ :BATCH")), ":majlis.local CAP ana NAK :BATCH");
    assert_eq!(only(house.ask(ana, "CAP REQ batch")), ":majlis.local CAP ana ACK :batch");
    assert_eq!(only(house.ask(ana, "CAP REQ -batch")), ":majlis.local CAP ana ACK :-batch");
    assert_eq!(only(house.ask(ana, "CAP REQ :")), ":majlis.local CAP ana ACK :");
}

#[test]
fn with_302_cap_notify_comes_and_stays() {
    let mut house = House::new();
    let (old, new) = (house.client("old"), house.client("new"));
    house.ask(old, "CAP LS");
    assert_eq!(only(house.ask(old, "CAP LIST")), ":majlis.local CAP old LIST :");
    house.ask(old, "CAP REQ cap-notify");
    let gone = ":majlis.local CAP old ACK :-cap-notify";
    assert_eq!(only(house.ask(old, "CAP REQ -cap-notify")), gone);
    house.ask(new, "CAP LS 307");
    let kept = ":majlis.local CAP new NAK :-cap-notify";
    assert_eq!(only(house.ask(new, "CAP REQ -cap-notify")), kept);
}

#[test]
fn other_subcommands_are_refused() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    let refused = ":majlis.local 410 * DANCE :Invalid CAP subcommand";
    assert_eq!(only(house.ask(ana, "CAP DANCE")), refused);
}

#[test]
fn long_lists_take_several_lines() {
    let mut house = House::new();
    let ana = house.client("ana");
    for number in 10..60 {
        house.say(ana, &format!("JOIN #quite-a-long-name-of-a-room-{number}"));
    }
    house.read(ana);
    let rooms = house.ask(ana, "WHOIS ana").into_iter().filter(|line| line.contains(" 319 "));
    let rooms: Vec<String> = rooms.collect();
    assert!(rooms.len() > 1);
    assert_eq!(rooms.iter().map(|line| line.matches('@').count()).sum::<usize>(), 50);
}

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
    assert_eq!(last, "@label=l ERROR :Closing link: 192.0.2.1 (Quit)");
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
