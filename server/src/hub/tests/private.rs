//! Private messages of accounts: kept, waiting, and nobody else's (identity.md, "Private messages").

use majlis_protocol::Timestamp;

use super::accounts::{house, restored, settings, signed_in};
use super::{House, only};
use crate::event::{
    AccountId, ControlRequest, Conversation, HistoryPage, HistoryQuery, Readable, Restored, RoomId,
    StoredMessage, Write,
};

const HISTORY: &str = "batch message-tags server-time draft/chathistory";

pub(super) fn kept(house: &House) -> Vec<StoredMessage> {
    let messages = house.writes.iter().filter_map(|write| match write {
        Write::Message(message) => Some(message.clone()),
        _ => None,
    });
    messages.collect()
}

#[test]
fn what_accounts_say_to_each_other_is_kept_in_one_place() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    let bob = signed_in(&mut house, "bob", None, "");
    house.say(ana, "PRIVMSG bob :hello");
    house.say(bob, "NOTICE ana :beep");
    let kept = kept(&house);
    let said: Vec<_> = kept.iter().map(|row| (&*row.source, &*row.target, &*row.text)).collect();
    let source = |nick| format!("{nick}!~{nick}@192.0.2.1");
    let (from_ana, from_bob) = (source("ana"), source("bob"));
    assert_eq!(said, [(&*from_ana, "bob", "hello"), (&*from_bob, "ana", "beep")]);
    assert_eq!(kept[0].room, kept[1].room);
    let conversation = Conversation { room: kept[0].room, one: AccountId(1), other: AccountId(2) };
    let made: Vec<_> = house
        .writes
        .iter()
        .filter(|write| matches!(write, Write::ConversationMade { .. }))
        .collect();
    assert_eq!(made, [&Write::ConversationMade { conversation, time: house.now.wall }]);
}

#[test]
fn of_what_guests_say_or_hear_nothing_is_kept() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, HISTORY);
    let guest = house.client_with("carol", None, HISTORY);
    house.say(ana, "PRIVMSG carol :hello");
    house.say(guest, "PRIVMSG ana :hello");
    assert!(kept(&house).is_empty());
    house.read_all();
    let refused = |target| {
        format!(
            ":majlis.local FAIL CHATHISTORY INVALID_TARGET LATEST {target} \
             :Messages could not be retrieved"
        )
    };
    assert_eq!(only(house.ask(guest, "CHATHISTORY LATEST ana * 5")), refused("ana"));
    assert_eq!(only(house.ask(ana, "CHATHISTORY LATEST carol * 5")), refused("carol"));
}

#[test]
fn who_is_away_finds_it_at_the_next_sign_in() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "echo-message");
    let lines = house.ask(ana, "PRIVMSG Bob :are you there?");
    assert_eq!(
        lines,
        [
            ":ana!~ana@192.0.2.1 PRIVMSG bob :are you there?",
            ":majlis.local 301 ana bob :Not here now, and will read it at the next sign-in",
        ]
    );
    let message = kept(&house).remove(0);
    let guest = house.client("carol");
    let unknown = ":majlis.local 401 carol bob :No such nick";
    assert_eq!(only(house.ask(guest, "PRIVMSG bob :psst")), unknown);

    let bob = signed_in(&mut house, "bob", None, HISTORY);
    house.say(bob, "CHATHISTORY TARGETS timestamp=2026-01-01T00:00:00.000Z timestamp=2027-01-01T00:00:00.000Z 9");
    let (_, query) = house.reads.back().unwrap();
    let HistoryQuery::Targets { rooms, .. } = query else { panic!("{query:?}") };
    assert_eq!(*rooms, [Readable { room: message.room, since: Timestamp(0) }]);
    house.answer(Ok(HistoryPage::Targets(vec![crate::event::TargetRow {
        room: message.room,
        newest: message.time,
    }])));
    let lines = house.read(bob);
    assert!(lines[1].ends_with(&format!("CHATHISTORY TARGETS ana {}", message.time)), "{lines:?}");
    house.say(bob, "CHATHISTORY LATEST ana * 5");
    let (_, query) = house.reads.back().unwrap();
    assert!(matches!(query, HistoryQuery::Messages { room, .. } if *room == message.room));
    house.answer(Ok(HistoryPage::Messages(vec![message])));
    let lines = house.read(bob);
    assert!(lines[0].ends_with(" chathistory ana"), "{lines:?}");
    assert!(lines[1].ends_with(":ana!~ana@192.0.2.1 PRIVMSG bob :are you there?"), "{lines:?}");
}

#[test]
fn who_is_here_under_another_nick_is_reached_by_the_accounts_name() {
    let mut house = house();
    let ana =
        signed_in(&mut house, "ana", None, "echo-message message-tags draft/message-redaction");
    let bob = signed_in(&mut house, "bob", None, "message-tags draft/message-redaction");
    house.say(bob, "NICK robert");
    house.read_all();
    let lines = house.ask(ana, "PRIVMSG bob :hello");
    assert!(only(lines).ends_with(" PRIVMSG bob :hello"), "nobody says that they are not here");
    let told = only(house.read(bob));
    assert!(told.ends_with(":ana!~ana@192.0.2.1 PRIVMSG robert :hello"), "{told}");
    assert_eq!(kept(&house)[0].target, "bob");
    let msgid = kept(&house)[0].msgid;
    house.say(ana, &format!("REDACT bob {msgid} :not so"));
    house.recall();
    let told = only(house.read(bob));
    assert!(told.ends_with(&format!(" REDACT robert {msgid} :not so")), "{told}");
    house.say(bob, "AWAY :lunch");
    house.read_all();
    let lines = house.ask(ana, "PRIVMSG bob :still there?");
    assert_eq!(lines[1], ":majlis.local 301 ana robert :lunch");
    assert!(house.ask(ana, "NOTICE bob :x").iter().all(|line| !line.contains(" 301 ")));
    assert_eq!(house.read(bob).len(), 2);
    // What does not fit beside the nick that they have is refused, like anything that is too long.
    let longest = "r".repeat(32);
    house.say(bob, &format!("NICK {longest}"));
    house.read_all();
    let room = 512 - ":ana!~ana@192.0.2.1 PRIVMSG  :\r\n".len() - longest.len();
    assert!(
        only(house.ask(ana, &format!("PRIVMSG bob :{}", "x".repeat(room + 1)))).contains(" 417 ")
    );
    assert!(
        house.ask(ana, &format!("PRIVMSG bob :{}", "x".repeat(room)))[0].contains(" PRIVMSG bob ")
    );
    assert_eq!(house.read(bob).len(), 1);
}

#[test]
fn a_word_to_ones_own_account_from_another_nick_arrives_once() {
    let mut house = house();
    let robert = signed_in(&mut house, "bob", None, "echo-message");
    house.say(robert, "NICK robert");
    let other = signed_in(&mut house, "bob_x", None, "echo-message");
    house.read_all();
    let lines = house.ask(robert, "PRIVMSG bob :note");
    let told = |target| format!(":robert!~bob@192.0.2.1 PRIVMSG {target} :note");
    assert_eq!(lines, [told("robert"), told("bob")], "received, and echoed");
    assert_eq!(house.read(other), [told("bob_x")]);
}

#[test]
fn what_was_said_under_other_nicks_is_replayed_as_between_those_of_now() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, HISTORY);
    let bob = signed_in(&mut house, "bob", None, HISTORY);
    house.say(bob, "NICK robert");
    house.say(ana, "PRIVMSG robert :one");
    house.say(bob, "PRIVMSG ana :two");
    house.say(ana, "PRIVMSG bob :three");
    house.say(bob, "NICK rob");
    house.say(ana, "NICK anna");
    house.read_all();
    let mut replayed = |conn, of| {
        house.say(conn, &format!("CHATHISTORY LATEST {of} * 5"));
        house.recall();
        let lines = house.read(conn);
        let body =
            |line: &String| super::untagged(line).split_once(" PRIVMSG ").map(|p| p.1.to_owned());
        lines.iter().filter_map(body).collect::<Vec<_>>()
    };
    assert_eq!(replayed(ana, "bob"), ["bob :one", "anna :two", "bob :three"]);
    assert_eq!(replayed(bob, "anna"), ["rob :one", "anna :two", "rob :three"]);
}

#[test]
fn what_would_not_fit_beside_the_nick_of_now_is_replayed_with_that_of_then() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, HISTORY);
    let bob = signed_in(&mut house, "bob", None, HISTORY);
    let text = "x".repeat(512 - ":ana!~ana@192.0.2.1 PRIVMSG bob :\r\n".len());
    assert!(house.ask(ana, &format!("PRIVMSG bob :{text}")).is_empty());
    house.say(bob, "NICK robert");
    house.say(bob, "CHATHISTORY LATEST ana * 5");
    house.recall();
    assert!(house.read(bob).iter().any(|line| line.ends_with(&format!(" PRIVMSG bob :{text}"))));
}

#[test]
fn two_who_never_talked_have_an_empty_history() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, HISTORY);
    let lines = house.ask(ana, "CHATHISTORY LATEST BOB * 5");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with(" chathistory bob"), "{lines:?}");
    assert!(house.reads.is_empty());
}

#[test]
fn nobody_else_finds_a_conversation() {
    let conversation = Conversation { room: RoomId(7), one: AccountId(1), other: AccountId(2) };
    let restored = Restored { conversations: vec![conversation], next_room: 8, ..restored() };
    let mut house = House::with(settings(), restored);
    let added = ControlRequest::AccountAdd {
        name: "carol".to_owned(),
        verifier: crate::hub::tests::accounts::verifier(),
    };
    house.control(added).unwrap();
    let carol = signed_in(&mut house, "carol", None, HISTORY);
    let ana = signed_in(&mut house, "ana", None, HISTORY);
    house.say(carol, "CHATHISTORY LATEST ana * 5");
    house.say(carol, "CHATHISTORY LATEST bob * 5");
    assert!(house.reads.is_empty());
    house.say(ana, "CHATHISTORY LATEST bob * 5");
    let (_, query) = house.reads.back().unwrap();
    assert!(matches!(query, HistoryQuery::Messages { room: RoomId(7), .. }));
}

#[test]
fn a_later_owner_of_a_name_finds_nothing_of_the_earlier() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, HISTORY);
    let bob = signed_in(&mut house, "bob", None, HISTORY);
    house.say(ana, "PRIVMSG bob :secret");
    house.say(bob, "QUIT");
    house.control(ControlRequest::AccountRemove { name: "bob".to_owned() }).unwrap();
    let added = ControlRequest::AccountAdd {
        name: "bob".to_owned(),
        verifier: crate::hub::tests::accounts::verifier(),
    };
    house.control(added).unwrap();
    let bob = signed_in(&mut house, "bob", None, HISTORY);
    assert_eq!(house.ask(bob, "CHATHISTORY LATEST ana * 5").len(), 2, "an empty batch");
    assert!(house.reads.is_empty());
}
