//! What happens in a room is kept and told again (draft/chathistory, `draft/event-playback`).

use super::accounts::signed_in;
use super::{House, only, tag, untagged};
use crate::event::{
    CloseReason, ConnId, HistoryQuery, Restored, StoredKind, StoredKinds, StoredMessage,
};
use crate::hub::HubSettings;

const CAPS: &str = "draft/chathistory draft/event-playback batch message-tags server-time \
    account-tag extended-join draft/channel-rename draft/message-redaction";

/// The lines of a room's newest history, without the batch around them.
fn page(house: &mut House, conn: ConnId, room: &str, limit: u32) -> Vec<String> {
    house.read(conn);
    house.say(conn, &format!("CHATHISTORY LATEST {room} * {limit}"));
    house.recall();
    let lines = house.read(conn);
    assert!(untagged(&lines[0]).contains(" BATCH +"), "{lines:?}");
    lines[1..lines.len() - 1].to_vec()
}

fn without_tags(lines: &[String]) -> Vec<&str> {
    lines.iter().map(|line| untagged(line)).collect()
}

/// What happened in every room, but for who came in.
fn happened(house: &House) -> Vec<(&StoredKind, &str, &str)> {
    let rows = house.history.iter().filter(|row| row.kind != StoredKind::Join);
    rows.map(|row| (&row.kind, &*row.target, &*row.text)).collect()
}

#[test]
fn everything_that_happens_is_told_again_as_it_was() {
    let mut house = House::new();
    let [ana, eve] = ["ana", "eve"].map(|nick| house.client_with(nick, None, CAPS));
    house.say(ana, "JOIN #a");
    house.say(eve, "JOIN #a");
    house.read_all();
    let bob = house.client_with("bob", None, CAPS);
    for (conn, line) in [
        (bob, "JOIN #a"),
        (ana, "TOPIC #a :roses and tea"),
        (ana, "TOPIC #a :"),
        (ana, "MODE #a +ov-n bob bob"),
        (ana, "PRIVMSG #a :hello"),
        (bob, "NICK bobby"),
        (bob, "PART #a :bye now"),
        (bob, "JOIN #a"),
        (bob, "PART #a"),
        (bob, "JOIN #a"),
        (ana, "KICK #a bobby :go"),
        (bob, "JOIN #a"),
        (bob, "QUIT :gone"),
    ] {
        house.say(conn, line);
    }
    let live = house.read(eve);
    let live: Vec<String> =
        live.into_iter().filter(|line| !line.contains("majlis.local")).collect();
    let told = page(&mut house, ana, "#a", 13);
    let batch = tag(&told[0], "batch").unwrap();
    let told: Vec<String> =
        told.iter().map(|line| line.replacen(&format!("batch={batch};"), "", 1)).collect();
    assert_eq!(told, live, "with the same times, identifiers and accounts");
    assert!(told.iter().all(|line| tag(line, "msgid").is_some()));
}

#[test]
fn a_rename_is_told_and_the_rest_goes_by_the_name_of_now() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, CAPS);
    house.say(ana, "JOIN #old");
    house.say(ana, "TOPIC #old :roses");
    house.say(ana, "RENAME #old #new :a typo");
    house.read(ana);
    let told = page(&mut house, ana, "#new", 9);
    let expected = [
        ":ana!~ana@192.0.2.1 JOIN #new * :ana",
        ":ana!~ana@192.0.2.1 TOPIC #new :roses",
        ":ana!~ana@192.0.2.1 RENAME #old #new :a typo",
    ];
    assert_eq!(without_tags(&told), expected);
}

#[test]
fn without_the_capability_only_what_was_said_is_asked_for() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "draft/chathistory batch message-tags");
    house.say(ana, "JOIN #a");
    let bob = house.client_with("bob", None, "message-tags");
    for number in 1..=3 {
        house.say(bob, "JOIN #a");
        house.say(bob, &format!("PRIVMSG #a :{number}"));
        house.say(bob, "@+reply=x;+draft/react=y TAGMSG #a");
        house.say(bob, "PART #a");
    }
    house.read(ana);
    house.say(ana, "CHATHISTORY LATEST #a * 2");
    let HistoryQuery::Messages { kinds, limit, .. } = house.reads[0].1 else { panic!("no read") };
    assert_eq!((kinds, limit), (StoredKinds::SAID, 2));
    house.recall();
    house.read(ana);
    let told = page(&mut house, ana, "#a", 2);
    let source = ":bob!~bob@192.0.2.1";
    let expected = [2, 3].map(|number| format!("{source} PRIVMSG #a :{number}"));
    assert_eq!(without_tags(&told), expected, "the page is full of messages");
}

#[test]
fn nobody_is_told_later_what_they_are_not_told_at_once() {
    let mut house = House::new();
    let caps = "draft/chathistory draft/event-playback batch server-time";
    let ana = house.client_with("ana", None, caps);
    house.say(ana, "CHATHISTORY LATEST #lobby * 5");
    let HistoryQuery::Messages { kinds, .. } = house.reads[0].1 else { panic!("no read") };
    for &kind in StoredKind::ALL {
        let is_told = !matches!(kind, StoredKind::Tagmsg | StoredKind::Rename | StoredKind::Redact);
        assert_eq!(kinds.contains(kind), is_told, "{kind:?}");
    }
}

#[test]
fn what_concerns_several_rooms_is_kept_in_each() {
    let mut house = House::new();
    let _ana = house.member("ana", "#a,#b,#c");
    let bob = house.member("bob", "#a,#b");
    let start = house.history.len();
    house.say(bob, "NICK robert");
    house.hang_up(bob, CloseReason::Eof);
    let kept: Vec<&StoredMessage> = house.history[start..].iter().collect();
    assert_eq!(kept.len(), 4);
    for pair in kept.chunks(2) {
        assert_eq!(pair[0].msgid, pair[1].msgid);
        assert_ne!(pair[0].room, pair[1].room);
    }
    assert_eq!((kept[0].kind, &*kept[0].text), (StoredKind::Nick, "robert"));
    assert_eq!((kept[2].kind, &*kept[2].text), (StoredKind::Quit, "Connection closed"));
    assert_eq!(kept[2].source, "robert!~bob@192.0.2.1");
}

#[test]
fn a_key_is_not_kept() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.say(ana, "MODE #a +lk-n 5 sesame");
    house.say(ana, "MODE #a -k sesame");
    let expected = [(&StoredKind::Mode, "", "+lk-n 5 *"), (&StoredKind::Mode, "", "-k *")];
    assert_eq!(happened(&house), expected);
}

#[test]
fn a_persons_other_devices_come_in_by_the_same_event() {
    let mut house = super::accounts::house();
    let one = signed_in(&mut house, "ana", None, "message-tags");
    let other = signed_in(&mut house, "ana", None, "message-tags");
    house.read_all();
    house.say(one, "JOIN #a");
    let join = |lines: Vec<String>| lines.iter().find(|line| line.contains(" JOIN ")).cloned();
    let (one, other) = (join(house.read(one)).unwrap(), join(house.read(other)).unwrap());
    assert_eq!(one, other);
    let joins = house.history.iter().filter(|row| row.kind == StoredKind::Join);
    let msgids: Vec<String> = joins.map(|row| row.msgid.to_string()).collect();
    assert_eq!(msgids, [tag(&one, "msgid").unwrap()], "kept once");
}

#[test]
fn where_events_are_not_kept_what_is_said_still_is() {
    let settings = HubSettings { keeps_events: false, ..HubSettings::default() };
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = house.client_with("ana", None, CAPS);
    for line in ["JOIN #a", "TOPIC #a :x", "PRIVMSG #a :hello", "@+reply=x TAGMSG #a", "PART #a"] {
        if line.starts_with("PART") {
            assert_eq!(house.history.len(), 2);
        }
        house.say(ana, line);
    }
    let told = house.read(ana);
    assert!(told.iter().all(|line| line.contains("majlis.local") || tag(line, "msgid").is_some()));
}

#[test]
fn events_come_only_with_the_capability_and_nobody_sees_more_of_a_plain_guest() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, CAPS);
    house.say(ana, "JOIN #lobby");
    let nour = house.plain("نور");
    house.text(nour, "shutdown");
    house.read(ana);
    let told = page(&mut house, ana, "#lobby", 9);
    let expected = [
        ":ana!~ana@192.0.2.1 JOIN #lobby * :ana",
        ":نور!~plain@192.0.2.1 JOIN #lobby * :نور",
        ":نور!~plain@192.0.2.1 QUIT :Left the plain room",
    ];
    assert_eq!(without_tags(&told), expected);
    let answer = only(house.ask(ana, "CAP REQ -draft/event-playback"));
    assert!(answer.contains(" ACK "), "{answer}");
    assert!(page(&mut house, ana, "#lobby", 9).is_empty());
}
