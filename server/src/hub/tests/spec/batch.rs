//! batch: messages that belong together, as far as the server sends them.

use std::collections::BTreeSet;

use super::{House, accounts, pair, reference, tag, untagged};
use crate::event::HistoryPage;

#[test]
fn every_batch_has_a_reference_of_its_own_and_ends() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "batch labeled-response", "");
    let mut seen = BTreeSet::new();
    for line in ["WHOIS bob", "LIST", "NAMES #a", "VERSION", "LUSERS"] {
        let lines = house.ask(ana, &format!("@label=l {line}"));
        let reference = reference(&lines[0]).to_owned();
        assert!(reference.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        let (last, inner) = lines[1..].split_last().expect("it ends");
        assert_eq!(*last, format!(":majlis.local BATCH -{reference}"));
        assert!(inner.iter().all(|line| tag(line, "batch") == Some(&reference)));
        assert_eq!(tag(&lines[0], "batch"), None, "neither end belongs to the batch");
        assert!(seen.insert(reference), "{line}");
    }
}

#[test]
fn nested_batches_refer_to_the_outer_one_at_both_ends() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "batch labeled-response draft/extended-isupport");
    let lines = house.ask(ana, "@label=l VERSION");
    let outer = reference(&lines[0]).to_owned();
    let begin = lines.iter().position(|line| line.ends_with(" draft/isupport")).expect("it begins");
    let inner = reference(&lines[begin]).to_owned();
    assert_ne!(inner, outer);
    let ends = format!(":majlis.local BATCH -{inner}");
    let end = lines.iter().position(|line| untagged(line) == ends).expect("it ends");
    for border in [begin, end] {
        assert_eq!(tag(&lines[border], "batch"), Some(&*outer));
    }
    assert!(lines[begin + 1..end].iter().all(|line| tag(line, "batch") == Some(&*inner)));
}

#[test]
fn an_empty_batch_is_one() {
    let mut house = House::new();
    let with = "batch message-tags server-time draft/chathistory";
    let (ana, _) = pair(&mut house, with, "");
    house.say(ana, "CHATHISTORY LATEST #a * 5");
    house.answer(Ok(HistoryPage::Messages(Vec::new())));
    let lines = house.read(ana);
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1], format!(":majlis.local BATCH -{}", reference(&lines[0])));
}

#[test]
fn whoever_did_not_ask_for_batches_gets_none() {
    let mut house = accounts::house();
    let ana =
        accounts::signed_in(&mut house, "ana", None, "labeled-response draft/extended-isupport");
    for line in ["@label=l WHOIS ana", "@label=l VERSION", "ISUPPORT"] {
        let lines = house.ask(ana, line);
        assert!(lines.iter().all(|line| line.starts_with(":majlis.local ")), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains(" BATCH ")), "{lines:?}");
    }
}
