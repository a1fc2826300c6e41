//! CHATHISTORY and the parking behind it (draft/chathistory; architecture.md, "Parking").

use majlis_protocol::Timestamp;

use super::{House, only, tag, untagged};
use crate::event::{
    Bound, CloseReason, ConnId, HistoryError, HistoryPage, HistoryQuery, MsgId, Readable, Restored,
    RoomId, Selector, StoredKind, StoredKinds, StoredMessage, TargetRow,
};
use crate::hub::HubSettings;

const CAPS: &str = "draft/chathistory batch message-tags server-time labeled-response";
const MSGID: &str = "00000000000000000000000001";

fn reader(house: &mut House) -> ConnId {
    let ana = house.client_with("ana", None, CAPS);
    house.say(ana, "JOIN #a");
    house.read_all();
    ana
}

fn row(number: u64) -> StoredMessage {
    StoredMessage {
        room: RoomId(2),
        msgid: MsgId(u128::from(number)),
        time: Timestamp(number),
        source: "bob!~bob@192.0.2.9".to_owned(),
        account: None,
        kind: StoredKind::Notice,
        target: "#a".to_owned(),
        text: format!("text {number}"),
        client_tags: "+x=1".to_owned(),
        author: None,
    }
}

#[test]
fn what_does_not_fit_beside_a_rooms_longer_name_is_replayed_under_that_of_then() {
    let mut house = House::new();
    let ana = reader(&mut house);
    let room = 512 - ":ana!~ana@192.0.2.1 PRIVMSG #a :\r\n".len();
    for text in ["x".repeat(room), "y".repeat(room - 7)] {
        house.say(ana, &format!("PRIVMSG #a :{text}"));
    }
    house.say(ana, "RENAME #a #a-longer");
    house.read_all();
    house.say(ana, "CHATHISTORY LATEST #a-longer * 5");
    house.recall();
    let lines = house.read(ana);
    let targets = lines.iter().filter_map(|line| untagged(line).split(" PRIVMSG ").nth(1));
    let targets: Vec<_> = targets.filter_map(|rest| rest.split(' ').next()).collect();
    assert_eq!(targets, ["#a", "#a-longer"], "{lines:?}");
}

#[test]
fn every_subcommand_asks_its_own_question() {
    let mut house = House::new();
    let ana = reader(&mut house);
    let (msgid, time) = (Bound::Msgid(MsgId(1)), Bound::Time(Timestamp(1_000)));
    let t = "timestamp=1970-01-01T00:00:01.000Z";
    let (room, since) = (RoomId(2), Timestamp(0));
    for (line, selector, limit) in [
        (format!("BEFORE #a msgid={MSGID} 50"), Selector::Before(msgid), 50),
        (format!("after #A {t} 1"), Selector::After(time), 1),
        ("LATEST #a * 200".to_owned(), Selector::Latest(None), 200),
        (format!("LATEST #a {t} 201"), Selector::Latest(Some(time)), 200),
        (format!("AROUND #a {t} 99999999999999"), Selector::Around(time), 200),
        (format!("BETWEEN #a {t} msgid={MSGID} 5"), Selector::Between(time, msgid), 5),
    ] {
        house.say(ana, &format!("CHATHISTORY {line}"));
        let asked = house.reads.back().expect("a read").1.clone();
        assert_eq!(
            asked,
            HistoryQuery::Messages { room, since, selector, kinds: StoredKinds::SAID, limit },
            "{line}"
        );
        house.answer(Ok(HistoryPage::Messages(Vec::new())));
        house.read(ana);
    }
    house.say(ana, &format!("CHATHISTORY TARGETS {t} timestamp=1970-01-01T00:00:02.000Z 7"));
    let asked = house.reads.back().expect("a read").1.clone();
    let (from, to) = (Timestamp(1_000), Timestamp(2_000));
    assert_eq!(
        asked,
        HistoryQuery::Targets { rooms: vec![Readable { room, since }], from, to, limit: 7 }
    );
}

#[test]
fn messages_come_back_in_a_batch_as_they_were_relayed() {
    let mut house = House::new();
    let ana = reader(&mut house);
    assert!(house.ask(ana, "@label=l CHATHISTORY LATEST #A * 2").is_empty());
    house.answer(Ok(HistoryPage::Messages(vec![row(1), row(2)])));
    let lines = house.read(ana);
    let reference = untagged(&lines[0]).split(' ').nth(2).map(|word| &word[1..]);
    let reference = reference.expect("a batch begins");
    let expected = [
        format!("@label=l :majlis.local BATCH +{reference} chathistory #a"),
        format!(
            "@batch={reference};time=1970-01-01T00:00:00.001Z;msgid={MSGID};+x=1 \
             :bob!~bob@192.0.2.9 NOTICE #a :text 1"
        ),
        format!(
            "@batch={reference};time=1970-01-01T00:00:00.002Z;msgid=00000000000000000000000002;+x=1 \
             :bob!~bob@192.0.2.9 NOTICE #a :text 2"
        ),
        format!(":majlis.local BATCH -{reference}"),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn an_empty_page_is_an_empty_batch_and_without_batches_there_is_none() {
    let mut house = House::new();
    let ana = reader(&mut house);
    house.say(ana, "CHATHISTORY LATEST #a * 2");
    house.answer(Ok(HistoryPage::Messages(Vec::new())));
    assert_eq!(house.read(ana).len(), 2);
    house.ask(ana, "CAP REQ :-batch -server-time -message-tags");
    house.say(ana, "CHATHISTORY LATEST #a * 2");
    house.answer(Ok(HistoryPage::Messages(vec![row(1)])));
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.9 NOTICE #a :text 1");
}

#[test]
fn targets_come_back_with_their_newest_times() {
    let mut house = House::new();
    let ana = reader(&mut house);
    let range = "timestamp=1970-01-01T00:00:01Z timestamp=1970-01-01T00:00:02Z";
    house.say(ana, &format!("@label=l CHATHISTORY TARGETS {range} 7"));
    let rows = [2, 99].map(|room| TargetRow { room: RoomId(room), newest: Timestamp(1_500) });
    house.answer(Ok(HistoryPage::Targets(rows.to_vec())));
    let lines = house.read(ana);
    assert_eq!(lines.len(), 3, "a room that is gone is left out: {lines:?}");
    assert!(lines[0].starts_with("@label=l :majlis.local BATCH +"));
    assert!(lines[0].ends_with(" draft/chathistory-targets"));
    let target = ":majlis.local CHATHISTORY TARGETS #a 1970-01-01T00:00:01.500Z";
    assert_eq!(untagged(&lines[1]), target);
}

#[test]
fn what_cannot_be_asked_fails_by_its_code() {
    let mut house = House::new();
    let ana = reader(&mut house);
    let t = "timestamp=1970-01-01T00:00:01.000Z";
    for (line, answer) in [
        ("", "INVALID_PARAMS * :Insufficient parameters"),
        ("DANCE #a * 5", "INVALID_PARAMS DANCE :Unknown command"),
        ("LATEST #a *", "INVALID_PARAMS LATEST :Insufficient parameters"),
        ("LATEST #a * 5 6", "INVALID_PARAMS LATEST :Too many parameters"),
        ("LATEST #a * 0", "INVALID_PARAMS LATEST 0 :Invalid limit"),
        ("LATEST #a * -1", "INVALID_PARAMS LATEST -1 :Invalid limit"),
        ("LATEST #a * x", "INVALID_PARAMS LATEST x :Invalid limit"),
        ("BEFORE #a * 5", "INVALID_PARAMS BEFORE * :Invalid message reference"),
        ("BEFORE #a timestamp=1 5", "INVALID_PARAMS BEFORE timestamp=1 :Invalid timestamp"),
        ("BETWEEN #a timestamp=1 5", "INVALID_PARAMS BETWEEN :Insufficient parameters"),
        ("LATEST #x * 5", "INVALID_TARGET LATEST #x :Messages could not be retrieved"),
        ("LATEST ana * 5", "INVALID_TARGET LATEST ana :Messages could not be retrieved"),
        (
            "BEFORE #a id=1 5",
            "INVALID_MSGREFTYPE BEFORE #a :Only timestamp= and msgid= are supported",
        ),
        (
            "BEFORE #a msgid=foreign 5",
            "MESSAGE_ERROR BEFORE #a :There is no such message in the history of this channel",
        ),
        ("TARGETS msgid=1 msgid=2 5", "INVALID_PARAMS TARGETS msgid=1 :Invalid timestamp"),
    ] {
        let answer = format!(":majlis.local FAIL CHATHISTORY {answer}");
        assert_eq!(only(house.ask(ana, &format!("CHATHISTORY {line}"))), answer, "{t}");
    }
    assert!(house.reads.is_empty());
}

#[test]
fn what_the_readers_cannot_find_fails_by_its_code() {
    let mut house = House::new();
    let ana = reader(&mut house);
    for (error, words) in [
        (HistoryError::UnknownBound, "There is no such message in the history of this channel"),
        (HistoryError::Failed("disk".to_owned()), "Messages could not be retrieved"),
    ] {
        house.say(ana, &format!("@label=l CHATHISTORY BEFORE #A msgid={MSGID} 5"));
        house.answer(Err(error));
        let answer =
            format!("@label=l :majlis.local FAIL CHATHISTORY MESSAGE_ERROR BEFORE #a :{words}");
        assert_eq!(only(house.read(ana)), answer);
    }
}

#[test]
fn the_command_comes_with_its_capability() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let unknown = ":majlis.local 421 ana CHATHISTORY :Unknown command";
    assert_eq!(only(house.ask(ana, "CHATHISTORY LATEST #a * 5")), unknown);
}

#[test]
fn whoever_may_join_may_read() {
    let mut house = House::new();
    let _ana = reader(&mut house);
    let eve = house.client_with("eve", None, CAPS);
    house.say(eve, "CHATHISTORY LATEST #a * 5");
    assert_eq!(house.reads.len(), 1);
}

#[test]
fn what_follows_a_question_waits_for_its_answer_and_keeps_its_order() {
    let mut house = House::new();
    let ana = reader(&mut house);
    house.say(ana, "@label=1 CHATHISTORY LATEST #a * 5");
    house.say(ana, "@label=2 PING x");
    house.say(ana, "@label=3 CHATHISTORY LATEST #a * 6");
    house.say(ana, "\u{1}");
    house.say(ana, "@label=4 PING y");
    assert!(house.read(ana).is_empty());
    assert_eq!(house.reads.len(), 1);
    house.answer(Ok(HistoryPage::Messages(Vec::new())));
    let labels: Vec<String> = house
        .read(ana)
        .iter()
        .filter_map(|line| tag(line, "label").map(ToOwned::to_owned))
        .collect();
    assert_eq!(labels, ["1", "2"]);
    house.answer(Ok(HistoryPage::Messages(Vec::new())));
    let lines = house.read(ana);
    assert_eq!(tag(&lines[0], "label"), Some("3"));
    assert_eq!(lines[2], ":majlis.local 421 ana * :Unknown command");
    assert_eq!(tag(&lines[3], "label"), Some("4"));
}

#[test]
fn others_do_not_wait() {
    let mut house = House::new();
    let ana = reader(&mut house);
    let bob = house.member("bob", "#a");
    house.say(ana, "CHATHISTORY LATEST #a * 5");
    assert_eq!(house.ask(bob, "PING x").len(), 1);
    house.say(bob, "PRIVMSG #a :meanwhile");
    assert_eq!(house.read(ana).len(), 1);
}

#[test]
fn what_came_before_an_orderly_end_is_done_after_the_answer() {
    for (last, reason) in [("QUIT :bye", "Quit: bye"), ("PING x", "Connection closed")] {
        let mut house = House::new();
        let ana = reader(&mut house);
        let bob = house.member("bob", "#a");
        house.say(ana, "CHATHISTORY LATEST #a * 5");
        house.say(ana, "PRIVMSG #a :after history");
        house.say(ana, last);
        house.hang_up(ana, CloseReason::Eof);
        house.hub.verify();
        assert!(house.read(bob).is_empty() && house.can_hear(ana));
        house.answer(Ok(HistoryPage::Messages(vec![row(1)])));
        house.hub.verify();
        let heard = house.read(ana);
        assert!(heard[1].ends_with(" NOTICE #a :text 1"), "{heard:?}");
        assert!(!house.can_hear(ana));
        let told = house.read(bob);
        let quit = format!(":ana!~ana@192.0.2.1 QUIT :{reason}");
        assert_eq!(told, [":ana!~ana@192.0.2.1 PRIVMSG #a :after history", &quit]);
    }
}

#[test]
fn nobody_who_sends_no_more_waits_long_for_an_answer() {
    let mut house = House::new();
    let ana = reader(&mut house);
    let bob = house.member("bob", "#a");
    house.say(ana, "CHATHISTORY LATEST #a * 5");
    house.say(ana, "PRIVMSG #a :after history");
    house.hang_up(ana, CloseReason::Eof);
    house.wait(9_999);
    assert!(house.can_hear(ana));
    house.wait(1);
    assert!(!house.can_hear(ana));
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 QUIT :Connection closed");
    house.answer(Ok(HistoryPage::Messages(Vec::new())));
    house.hub.verify();
}

#[test]
fn too_much_behind_a_question_ends_the_connection() {
    let mut settings = HubSettings::default();
    settings.limits.parked_inputs = 3;
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = reader(&mut house);
    house.say(ana, "CHATHISTORY LATEST #a * 5");
    (0..3).for_each(|_| house.say(ana, "PING x"));
    assert!(house.is_open(ana));
    house.say(ana, "PING x");
    let last = "ERROR :Closing link: 192.0.2.1 (Too much was sent while an answer was awaited)";
    assert_eq!(only(house.read(ana)), last);
    house.answer(Ok(HistoryPage::Messages(vec![row(1)])));
    house.hub.verify();
}

#[test]
fn nobody_waits_for_history_in_the_line_for_searches() {
    let mut settings = HubSettings::default();
    settings.limits.readers_queue = 1;
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let caps = format!("{CAPS} soju.im/search");
    let [ana, bob, cleo] = ["ana", "bob", "cleo"].map(|nick| house.client_with(nick, None, &caps));
    for (conn, line) in [
        (ana, "SEARCH text=tea"),
        (bob, "SEARCH text=tea"),
        (cleo, "CHATHISTORY LATEST #lobby * 5"),
    ] {
        house.say(conn, line);
        house.hub.verify();
    }
    let asking = |house: &House| house.reads.iter().map(|&(conn, _)| conn).collect::<Vec<_>>();
    assert_eq!(asking(&house), [ana, cleo]);
    house.answer(Ok(HistoryPage::Messages(Vec::new())));
    house.hub.verify();
    assert_eq!(asking(&house), [cleo, bob]);
}

#[test]
fn only_so_many_reads_are_outstanding_and_the_rest_waits_its_turn() {
    let mut settings = HubSettings::default();
    settings.limits.readers_queue = 2;
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let asking: Vec<ConnId> =
        (0..5).map(|number| house.client_with(&format!("a{number}"), None, CAPS)).collect();
    for &conn in &asking {
        house.say(conn, "CHATHISTORY LATEST #lobby * 5");
        house.hub.verify();
    }
    assert_eq!(house.reads.len(), 2);
    house.say(asking[3], "PING x");
    house.hang_up(asking[0], CloseReason::Io("reset".to_owned()));
    house.hang_up(asking[2], CloseReason::Io("reset".to_owned()));
    assert_eq!(house.reads.len(), 2, "a read that nobody needs any more still takes its place");
    house.answer(Ok(HistoryPage::Messages(Vec::new())));
    assert_eq!(house.reads.len(), 2);
    assert_eq!(house.reads[1].0, asking[3]);
    for _ in 0..3 {
        house.answer(Ok(HistoryPage::Messages(Vec::new())));
        house.hub.verify();
    }
    for conn in [asking[1], asking[3], asking[4]] {
        assert!(house.read(conn).len() >= 2);
    }
}
