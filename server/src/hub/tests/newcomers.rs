//! Rooms where newcomers read nothing of before (`+H`): who reads since when.

use majlis_protocol::Timestamp;

use super::accounts::{PASSWORD, house, restored, settings, signed_in};
use super::{House, only};
use crate::event::{
    ConnId, HistoryPage, HistoryQuery, KeptRoom, Restored, RestoredRoom, StoredKind, Write,
};
use crate::hub::testing::OPENING;

const CAPS: &str = "draft/chathistory soju.im/search message-tags";
const MINUTE_MS: u64 = 60_000;
const ALL: Timestamp = Timestamp(0);

/// An operator in a room with the mode, which is a minute old.
fn closed(house: &mut House) -> ConnId {
    let op = house.client_with("op", Some(1), CAPS);
    house.say(op, "JOIN #a");
    house.say(op, "MODE #a +H");
    house.wait(MINUTE_MS);
    house.read_all();
    op
}

fn minutes(count: u64) -> Timestamp {
    Timestamp(OPENING.0 + count * MINUTE_MS)
}

/// Since when somebody reads the room, which is asked for in every way that there is.
fn reads_since(house: &mut House, conn: ConnId) -> Timestamp {
    let moment = "timestamp=2026-01-01T00:00:00.000Z";
    let (msgid, targets) = ("msgid=00000000000000000000000001", format!("{moment} {moment} 5"));
    let commands = [
        "CHATHISTORY LATEST #a * 5".to_owned(),
        format!("CHATHISTORY BEFORE #a {moment} 5"),
        format!("CHATHISTORY AFTER #a {msgid} 5"),
        format!("CHATHISTORY AROUND #a {msgid} 5"),
        format!("CHATHISTORY BETWEEN #a {msgid} {moment} 5"),
        format!("CHATHISTORY TARGETS {targets}"),
        "SEARCH in=#a;text=tea".to_owned(),
        "SEARCH text=tea".to_owned(),
    ];
    let all = commands.map(|command| {
        house.say(conn, &command);
        let query =
            house.reads.back().unwrap_or_else(|| panic!("{command} asks nothing")).1.clone();
        house.answer(Ok(HistoryPage::Messages(Vec::new())));
        house.read(conn);
        match query {
            HistoryQuery::Messages { since, .. } => since,
            HistoryQuery::Targets { rooms, .. } => rooms[0].since,
            HistoryQuery::Search(search) => search.rooms[0].since,
            HistoryQuery::Message { .. } => panic!("{command} asks for one message"),
        }
    });
    assert!(all.iter().all(|since| *since == all[0]), "{all:?}");
    all[0]
}

#[test]
fn newcomers_read_what_was_said_since_they_came() {
    let mut house = House::new();
    let op = closed(&mut house);
    let ana = house.client_with("ana", None, CAPS);
    house.say(ana, "JOIN #a");
    assert_eq!(reads_since(&mut house, ana), minutes(1));
    house.wait(MINUTE_MS);
    house.say(ana, "JOIN #a");
    assert_eq!(reads_since(&mut house, ana), minutes(1), "they were in already");
    house.say(ana, "PART #a");
    house.say(ana, "JOIN #a");
    assert_eq!(reads_since(&mut house, ana), minutes(2), "they came anew");
    house.say(op, "MODE #a -H");
    assert_eq!(reads_since(&mut house, ana), ALL);
}

#[test]
fn who_keeps_order_reads_everything() {
    let mut house = House::new();
    let op = closed(&mut house);
    let ana = house.client_with("ana", None, CAPS);
    house.say(ana, "JOIN #a");
    assert_eq!(reads_since(&mut house, op), ALL);
    for (change, since) in [("+v", minutes(1)), ("+h", ALL), ("-h+o", ALL), ("-o", minutes(1))] {
        house.say(op, &format!("MODE #a {change} ana ana"));
        assert_eq!(reads_since(&mut house, ana), since, "{change}");
    }
}

#[test]
fn who_is_outside_reads_nothing() {
    let mut house = House::new();
    let op = closed(&mut house);
    let ana = house.client_with("ana", None, CAPS);
    let history = only(house.ask(ana, "CHATHISTORY LATEST #a * 5"));
    let text = "FAIL CHATHISTORY INVALID_TARGET LATEST #a :Messages could not be retrieved";
    assert!(history.ends_with(text), "{history}");
    let search = only(house.ask(ana, "SEARCH in=#a;text=tea"));
    assert!(search.contains("FAIL SEARCH INVALID_PARAMS in"), "{search}");
    house.say(op, "MODE #a -H");
    house.say(ana, "CHATHISTORY LATEST #a * 5");
    assert_eq!(house.reads.len(), 1, "whoever may join may read");
}

#[test]
fn only_operators_say_what_newcomers_read() {
    let mut house = House::new();
    let _op = closed(&mut house);
    let ana = house.client_with("ana", None, CAPS);
    house.say(ana, "JOIN #a");
    house.read(ana);
    assert!(only(house.ask(ana, "MODE #a -H")).contains(" 482 ana #a "));
    assert!(only(house.ask(ana, "MODE #a")[..1].to_vec()).ends_with(" 324 ana #a +Hnt"));
}

#[test]
fn what_was_said_before_is_as_unknown_to_who_would_take_it_back() {
    let mut house = House::new();
    let op = house.client_with("op", Some(1), CAPS);
    house.say(op, "JOIN #a");
    house.say(op, "MODE #a +H");
    house.say(op, "PRIVMSG #a :before");
    house.wait(MINUTE_MS);
    let ana = house.client_with("ana", None, &format!("{CAPS} draft/message-redaction"));
    house.say(ana, "JOIN #a");
    house.say(op, "PRIVMSG #a :after");
    house.read_all();
    let said = house.history.iter().filter(|row| row.kind == StoredKind::Privmsg);
    let msgids: Vec<_> = said.map(|row| row.msgid).collect();
    for (msgid, code) in msgids.into_iter().zip(["UNKNOWN_MSGID", "REDACT_FORBIDDEN"]) {
        house.say(ana, &format!("REDACT #a {msgid}"));
        house.recall();
        let answer = only(house.read(ana));
        assert!(answer.contains(&format!("FAIL REDACT {code} #a {msgid} :")), "{answer}");
    }
}

#[test]
fn an_account_is_in_its_rooms_while_its_person_is_away() {
    let mut house = house();
    let _op = closed(&mut house);
    let ana = signed_in(&mut house, "ana", None, CAPS);
    house.say(ana, "JOIN #a");
    house.say(ana, "QUIT");
    house.wait(MINUTE_MS);
    let ana = signed_in(&mut house, "ana", None, CAPS);
    assert_eq!(reads_since(&mut house, ana), minutes(1));
    house.say(ana, "PART #a");
    house.say(ana, "JOIN #a");
    assert_eq!(reads_since(&mut house, ana), minutes(2), "they had left");
}

#[test]
fn a_guest_who_makes_an_account_was_there_as_long_as_the_guest() {
    let mut house = house();
    let _op = closed(&mut house);
    let nour = house.client_with("nour", Some(2), CAPS);
    house.say(nour, "JOIN #a");
    house.wait(MINUTE_MS);
    house.say(nour, &format!("REGISTER * * :{PASSWORD}"));
    house.work();
    let answer = house.read(nour);
    assert!(answer.iter().any(|line| line.contains("REGISTER SUCCESS")), "{answer:?}");
    house.say(nour, "QUIT");
    let nour = signed_in(&mut house, "nour", None, CAPS);
    assert_eq!(reads_since(&mut house, nour), minutes(1));
}

#[test]
fn a_guest_who_takes_over_their_ghost_was_there_as_long_as_it() {
    let mut house = House::new();
    let _op = closed(&mut house);
    let ghost = house.client_with("ana", Some(2), CAPS);
    house.say(ghost, "JOIN #a");
    house.wait(1_000);
    let ana = house.client_with("ana", Some(2), CAPS);
    house.say(ana, "JOIN #a");
    assert_eq!(reads_since(&mut house, ana), minutes(1));
}

#[test]
fn since_when_an_account_is_in_a_room_outlasts_a_restart() {
    let mut before = house();
    let op = closed(&mut before);
    let ana = signed_in(&mut before, "ana", None, CAPS);
    before.say(ana, "JOIN #a");
    before.say(op, "QUIT");
    let kept = |write: &Write| if let Write::RoomKept(kept) = write { Some(*kept) } else { None };
    let kept: Vec<KeptRoom> = before.writes.iter().filter_map(kept).collect();
    let [KeptRoom { room, since, .. }] = kept[..] else { panic!("{kept:?}") };
    assert_eq!(since, minutes(1));

    let mut restored_room = RestoredRoom::new(room, "#a", OPENING, true);
    restored_room.modes.flags.set('H', true);
    let next_room = room.0 + 1;
    let rooms = vec![restored_room];
    let restored = Restored { rooms, kept_rooms: kept, next_room, ..restored() };
    let mut after = House::with(settings(), restored);
    after.wait(10 * MINUTE_MS);
    let ana = signed_in(&mut after, "ana", None, CAPS);
    assert_eq!(reads_since(&mut after, ana), minutes(1));
}
