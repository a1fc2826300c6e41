//! draft/extended-isupport: what the server supports, at any time and in a batch.

use super::{House, only, reference, tag};
use crate::event::Guest;

#[test]
fn isupport_may_be_asked_for_before_registration_in_a_batch() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    assert!(only(house.ask(ana, "ISUPPORT")).contains(" 451 "));
    house.ask(ana, "CAP REQ :draft/extended-isupport batch");
    let lines = house.ask(ana, "ISUPPORT");
    let (first, rest) = lines.split_first().expect("there is an answer");
    let (last, tokens) = rest.split_last().expect("there is an end");
    let reference = first
        .strip_prefix(":majlis.local BATCH +")
        .and_then(|line| line.strip_suffix(" draft/isupport"));
    let reference = reference.expect("a batch begins");
    assert_eq!(*last, format!(":majlis.local BATCH -{reference}"));
    let start = format!("@batch={reference} :majlis.local 005 * ");
    assert!(tokens.len() > 1 && tokens.iter().all(|line| line.starts_with(&start)));
    house.say(ana, "NICK ana");
    house.say(ana, "USER ana 0 * :ana");
    let greeting = house.ask(ana, "CAP END");
    let bare =
        greeting.iter().filter(|line| line.contains(" 005 ")).any(|line| line.starts_with(':'));
    assert!(!bare, "no token stands outside a batch");
    assert!(greeting[0].starts_with(":majlis.local 001 "));
}

#[test]
fn a_labelled_answer_holds_the_batch_of_tokens() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "draft/extended-isupport batch labeled-response");
    let lines = house.ask(ana, "@label=x VERSION");
    assert!(lines[0].starts_with("@label=x :majlis.local BATCH +"));
    let outer = lines[0].split('+').nth(1).and_then(|rest| rest.split(' ').next()).expect("one");
    assert!(lines[1].starts_with(&format!("@batch={outer} :majlis.local 351 ana majlis-")));
    assert!(lines[2].starts_with(&format!("@batch={outer} :majlis.local BATCH +")));
    let inner_end = &lines[lines.len() - 2];
    assert!(inner_end.starts_with(&format!("@batch={outer} :majlis.local BATCH -")));
    assert_eq!(*lines.last().expect("an end"), format!(":majlis.local BATCH -{outer}"));
}

#[test]
fn the_batch_needs_both_capabilities_and_holds_nothing_else() {
    let mut house = House::new();
    for caps in ["", "batch", "draft/extended-isupport"] {
        let conn = house.client_with(&format!("x{}", caps.len()), None, caps);
        for command in ["ISUPPORT", "VERSION"] {
            let lines = house.ask(conn, command);
            assert!(lines.iter().all(|line| line.starts_with(":majlis.local ")), "{caps}");
        }
        house.say(conn, "QUIT");
    }
    for order in ["batch draft/extended-isupport", "draft/extended-isupport batch"] {
        let conn = house.open(Guest::Irc, None);
        for capability in order.split(' ') {
            house.ask(conn, &format!("CAP REQ {capability}"));
        }
        let lines = house.ask(conn, "ISUPPORT");
        let reference = reference(&lines[0]);
        let inner = &lines[1..lines.len() - 1];
        assert!(inner.iter().all(|line| tag(line, "batch") == Some(reference)), "{order}");
        assert!(inner.iter().all(|line| line.contains(" 005 * ")), "{order}");
    }
}

#[test]
fn the_command_lists_what_registration_did() {
    let mut house = House::new();
    let conn = house.open(Guest::Irc, None);
    house.say(conn, "NICK ana");
    house.say(conn, "USER ana 0 * :Ana");
    let greeting = house.read(conn);
    let told = greeting.into_iter().filter(|line| line.contains(" 005 ")).collect::<Vec<_>>();
    assert_eq!(house.ask(conn, "ISUPPORT"), told);
}
