//! Taking back what was said (draft/message-redaction).

use proptest::prelude::*;

use super::accounts::{restored, settings, signed_in, verifier};
use super::{House, only, tag, untagged};
use crate::event::{
    CloseReason, ConnId, ControlRequest, HistoryError, Restored, StoredKind, Write,
};
use crate::hub::HubSettings;

const CAPS: &str = "draft/message-redaction draft/chathistory draft/event-playback message-tags \
    echo-message batch labeled-response server-time";
const UNKNOWN: &str = "00000000000000000000000009";

/// A client in a room, with everything; others' lines about it are read.
fn member(house: &mut House, nick: &str, device: Option<u8>) -> ConnId {
    let conn = house.client_with(nick, device, CAPS);
    house.say(conn, "JOIN #a");
    house.read_all();
    conn
}

/// Says something, and which identifier it got.
fn say_too_much(house: &mut House, conn: ConnId, target: &str) -> String {
    house.say(conn, &format!("PRIVMSG {target} :a word too much"));
    let row = house.history.iter().rfind(|row| row.kind == StoredKind::Privmsg).unwrap();
    let msgid = row.msgid.to_string();
    house.read_all();
    msgid
}

/// Asks for a message to be taken back and has it looked up; what the asker then reads.
fn redact(house: &mut House, conn: ConnId, arguments: &str) -> Vec<String> {
    house.say(conn, &format!("REDACT {arguments}"));
    if !house.reads.is_empty() {
        house.recall();
    }
    house.read(conn)
}

fn redactions(house: &House) -> usize {
    house.writes.iter().filter(|write| matches!(write, Write::MessageRedacted { .. })).count()
}

#[track_caller]
fn assert_refused(house: &mut House, conn: ConnId, arguments: &str, code: &str) {
    let before = redactions(house);
    let answer = only(redact(house, conn, arguments));
    let expected = format!(":majlis.local FAIL REDACT {code}");
    assert!(answer.starts_with(&expected), "{answer}");
    assert_eq!(redactions(house), before);
}

#[track_caller]
fn assert_redacted(house: &mut House, conn: ConnId, arguments: &str) {
    let before = redactions(house);
    let echo = only(redact(house, conn, arguments));
    assert!(untagged(&echo).contains(" REDACT "), "{echo}");
    assert_eq!(redactions(house), before + 1);
}

#[test]
fn an_author_takes_back_what_they_said_and_all_who_understand_hear_of_it() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", None);
    let eve = house.client_with("eve", None, "message-tags echo-message");
    house.say(eve, "JOIN #a");
    let msgid = say_too_much(&mut house, bob, "#a");
    house.say(bob, &format!("@label=l REDACT #A {msgid} :bad example"));
    assert!(house.read(bob).is_empty() && house.read(ana).is_empty(), "it is looked up first");
    house.recall();
    let line = format!(":bob!~bob@192.0.2.1 REDACT #a {msgid} :bad example");
    let (echo, heard) = (only(house.read(bob)), only(house.read(ana)));
    assert_eq!((untagged(&echo), tag(&echo, "label")), (&*line, Some("l")));
    assert_eq!((untagged(&heard), tag(&heard, "label")), (&*line, None));
    assert_eq!(tag(&echo, "msgid"), tag(&heard, "msgid"));
    assert!(house.read(eve).is_empty(), "she does not know the command");
}

#[test]
fn without_echoes_a_label_is_acknowledged() {
    let mut house = House::new();
    let caps = CAPS.replace("echo-message", "");
    let ana = house.client_with("ana", None, &caps);
    house.say(ana, "JOIN #a");
    let msgid = say_too_much(&mut house, ana, "#a");
    assert!(redact(&mut house, ana, &format!("#a {msgid}")).is_empty());
    let msgid = say_too_much(&mut house, ana, "#a");
    house.say(ana, &format!("@label=l REDACT #a {msgid}"));
    house.recall();
    assert_eq!(only(house.read(ana)), "@label=l :majlis.local ACK");
    assert_eq!(redactions(&house), 2);
}

#[test]
fn the_command_comes_with_its_capability() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let unknown = ":majlis.local 421 ana REDACT :Unknown command";
    assert_eq!(only(house.ask(ana, &format!("REDACT #a {UNKNOWN}"))), unknown);
    let ana = house.client_with("bob", None, CAPS);
    let too_few = ":majlis.local 461 bob REDACT :Not enough parameters";
    assert_eq!(only(house.ask(ana, "REDACT #a")), too_few);
}

#[test]
fn what_cannot_be_taken_back_fails_by_its_code() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", None);
    let elsewhere = member(&mut house, "eve", None);
    house.say(elsewhere, "PART #a");
    house.say(ana, "JOIN #b");
    house.read_all();
    let (msgid, other) = (say_too_much(&mut house, ana, "#a"), say_too_much(&mut house, ana, "#b"));
    let join = house.history[0].msgid.to_string();
    let who = "You cannot delete messages from there";
    assert_refused(
        &mut house,
        elsewhere,
        &format!("#a {msgid}"),
        &format!("INVALID_TARGET #a :{who}"),
    );
    assert_refused(&mut house, ana, &format!("#x {msgid}"), &format!("INVALID_TARGET #x :{who}"));
    assert_refused(&mut house, ana, &format!("@#a {msgid}"), "INVALID_TARGET @#a :");
    assert_refused(&mut house, ana, &format!("bob {msgid}"), "INVALID_TARGET bob :");
    let text = "This message does not exist or is too old";
    for unknown in [UNKNOWN, "foreign", &other, &join] {
        let code = format!("UNKNOWN_MSGID #a {unknown} :{text}");
        assert_refused(&mut house, ana, &format!("#A {unknown}"), &code);
    }
    let text = "You are not authorised to delete this message";
    let code = format!("REDACT_FORBIDDEN #a {msgid} :{text}");
    assert_refused(&mut house, bob, &format!("#A {msgid}"), &code);
}

#[test]
fn a_disk_that_fails_has_no_such_message() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", None);
    let msgid = say_too_much(&mut house, ana, "#a");
    house.say(ana, &format!("REDACT #a {msgid}"));
    house.answer(Err(HistoryError::Failed("disk".to_owned())));
    assert!(only(house.read(ana)).contains(" FAIL REDACT UNKNOWN_MSGID #a "));
}

#[test]
fn from_half_operators_on_a_room_is_kept_in_order() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", None);
    for (mode, may) in [("+v", false), ("+h", true), ("-h+o", true), ("-o", false)] {
        let letters = mode.chars().filter(|letter| letter.is_alphabetic()).count();
        house.say(ana, &format!("MODE #a {mode} {}", ["bob", "bob"][..letters].join(" ")));
        let msgid = say_too_much(&mut house, ana, "#a");
        if may {
            assert_redacted(&mut house, bob, &format!("#a {msgid} :spam"));
        } else {
            assert_refused(&mut house, bob, &format!("#a {msgid} :spam"), "REDACT_FORBIDDEN");
        }
    }
}

#[test]
fn an_operator_of_the_server_need_not_be_there() {
    let mut house = super::operator::house_with_operator();
    let ana = member(&mut house, "ana", None);
    let msgid = say_too_much(&mut house, ana, "#a");
    let oper = house.client_with("olga", None, CAPS);
    assert_refused(&mut house, oper, &format!("#a {msgid}"), "INVALID_TARGET");
    super::operator::oper(&mut house, oper, "nour sesame");
    assert_redacted(&mut house, oper, &format!("#a {msgid} :spam"));
    assert_eq!(
        untagged(&only(house.read(ana))),
        format!(":olga!~olga@192.0.2.1 REDACT #a {msgid} :spam")
    );
}

#[test]
fn whoever_has_the_nick_next_is_not_the_author() {
    let mut house = House::new();
    let _ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", None);
    let msgid = say_too_much(&mut house, bob, "#a");
    house.say(bob, "NICK robert");
    let next = member(&mut house, "bob", None);
    assert_refused(&mut house, next, &format!("#a {msgid}"), "REDACT_FORBIDDEN");
    house.say(next, "QUIT");
    house.read_all();
    assert_redacted(&mut house, bob, &format!("#a {msgid}"));
    let msgid = say_too_much(&mut house, bob, "#a");
    house.hang_up(bob, CloseReason::Eof);
    let back = member(&mut house, "robert", None);
    assert_refused(&mut house, back, &format!("#a {msgid}"), "REDACT_FORBIDDEN");
}

#[test]
fn a_guests_device_is_known_again() {
    let mut house = House::new();
    let _ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", Some(1));
    let (one, two) = (say_too_much(&mut house, bob, "#a"), say_too_much(&mut house, bob, "#a"));
    let ghost = member(&mut house, "bob", Some(1));
    assert_redacted(&mut house, ghost, &format!("#a {one}"));
    house.say(ghost, "QUIT");
    let other = member(&mut house, "bob", Some(2));
    assert_refused(&mut house, other, &format!("#a {two}"), "REDACT_FORBIDDEN");
    let back = member(&mut house, "robert", Some(1));
    assert_redacted(&mut house, back, &format!("#a {two}"));
}

#[test]
fn an_account_is_its_own_from_every_device_and_under_every_nick() {
    let mut house = House::with(settings(), restored());
    let _eve = member(&mut house, "eve", None);
    let one = signed_in(&mut house, "ana", None, CAPS);
    house.say(one, "JOIN #a");
    let msgid = say_too_much(&mut house, one, "#a");
    let other = signed_in(&mut house, "ana_2", None, CAPS);
    house.say(other, "JOIN #a");
    house.read_all();
    assert_redacted(&mut house, other, &format!("#a {msgid}"));
    let msgid = say_too_much(&mut house, one, "#a");
    house.say(one, "QUIT");
    house.say(other, "QUIT");
    house.control(ControlRequest::AccountRemove { name: "ana".to_owned() }).unwrap();
    let added = ControlRequest::AccountAdd { name: "ana".to_owned(), verifier: verifier() };
    house.control(added).unwrap();
    let heir = signed_in(&mut house, "ana", None, CAPS);
    house.say(heir, "JOIN #a");
    house.read_all();
    assert_refused(&mut house, heir, &format!("#a {msgid}"), "REDACT_FORBIDDEN");
}

#[test]
fn who_signs_in_keeps_what_they_said_as_a_guest() {
    let mut house = House::with(settings(), restored());
    let _eve = member(&mut house, "eve", None);
    let peer = super::accounts::tls();
    let conn = house.open_from(crate::event::Guest::Irc, peer);
    for line in
        ["CAP LS 302", "NICK guest", "USER g 0 * :G", &format!("CAP REQ :sasl {CAPS}"), "CAP END"]
    {
        house.say(conn, line);
    }
    house.say(conn, "JOIN #a");
    let msgid = say_too_much(&mut house, conn, "#a");
    house.say(conn, "AUTHENTICATE PLAIN");
    let text = format!("\0ana\0{}", super::accounts::PASSWORD);
    house.say(conn, &format!("AUTHENTICATE {}", majlis_protocol::base64::encode(text.as_bytes())));
    house.work();
    house.read_all();
    assert_redacted(&mut house, conn, &format!("#a {msgid}"));
    let msgid = say_too_much(&mut house, conn, "#a");
    assert_redacted(&mut house, conn, &format!("#a {msgid}"));
}

#[test]
fn in_private_all_devices_of_both_hear_of_it_and_only_the_author_may() {
    let mut house = House::with(settings(), restored());
    let [ana, ana2] = [0; 2].map(|_| signed_in(&mut house, "ana", None, CAPS));
    let [bob, bob2] = [0; 2].map(|_| signed_in(&mut house, "bob", None, CAPS));
    let msgid = say_too_much(&mut house, ana, "bob");
    assert_refused(&mut house, bob, &format!("ana {msgid}"), "REDACT_FORBIDDEN ana ");
    assert_redacted(&mut house, ana, &format!("BOB {msgid} :oh"));
    let line = format!(":ana!~ana@192.0.2.1 REDACT bob {msgid} :oh");
    for conn in [ana2, bob, bob2] {
        assert_eq!(untagged(&only(house.read(conn))), line);
    }
    let msgid = say_too_much(&mut house, ana, "bob");
    house.say(bob, "QUIT");
    house.say(bob2, "QUIT");
    assert_redacted(&mut house, ana, &format!("bob {msgid}"));
    assert_eq!(only(house.read(ana2)).split(" REDACT ").nth(1), Some(&*format!("bob {msgid}")));
}

#[test]
fn what_two_never_said_to_each_other_is_unknown() {
    let mut house = House::with(settings(), restored());
    let ana = signed_in(&mut house, "ana", None, CAPS);
    assert_refused(&mut house, ana, &format!("bob {UNKNOWN}"), "UNKNOWN_MSGID bob ");
    assert!(house.reads.is_empty());
}

#[test]
fn history_holds_the_redaction_and_not_what_was_taken_back() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", None);
    let msgid = say_too_much(&mut house, ana, "#a");
    house.say(ana, &format!("@+reply={msgid};+draft/react=x TAGMSG #a"));
    let reaction = house.history.last().unwrap().msgid.to_string();
    house.read_all();
    assert_redacted(&mut house, ana, &format!("#a {reaction}"));
    assert_redacted(&mut house, ana, &format!("#a {msgid} :oops, sorry"));
    house.say(ana, "CHATHISTORY LATEST #a * 9");
    house.recall();
    let lines = house.read(ana);
    let told: Vec<&str> = lines[1..lines.len() - 1].iter().map(|line| untagged(line)).collect();
    let source = ":ana!~ana@192.0.2.1";
    let expected = [
        format!("{source} JOIN #a"),
        format!("{source} REDACT #a {reaction}"),
        format!("{source} REDACT #a {msgid} :oops, sorry"),
    ];
    assert_eq!(told, expected);
    house.say(ana, "CAP REQ -draft/message-redaction");
    house.read(ana);
    house.say(ana, "CHATHISTORY LATEST #a * 9");
    house.recall();
    assert_eq!(house.read(ana).len(), 3, "nobody is told of what they do not understand");
}

#[test]
fn two_redactions_in_flight_are_one() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", None);
    let msgid = say_too_much(&mut house, bob, "#a");
    house.say(bob, &format!("REDACT #a {msgid}"));
    house.say(ana, &format!("REDACT #a {msgid} :spam"));
    let found = house.history.last().unwrap().clone();
    house.recall();
    // It was looked up while it was still there.
    house.answer(Ok(crate::event::HistoryPage::Message(Some(Box::new(found)))));
    let lines = house.read(ana);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].contains(" FAIL REDACT UNKNOWN_MSGID #a "), "{lines:?}");
    assert_eq!((redactions(&house), house.read(bob).len()), (1, 1));
}

#[test]
fn a_page_that_was_read_before_does_not_bring_it_back() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", None);
    let msgid = say_too_much(&mut house, bob, "#a");
    house.say(bob, &format!("REDACT #a {msgid}"));
    house.say(ana, "CHATHISTORY LATEST #a * 1");
    let page = vec![house.history.last().unwrap().clone()];
    house.recall();
    house.answer(Ok(crate::event::HistoryPage::Messages(page)));
    let lines = house.read(ana);
    assert!(lines.iter().all(|line| !line.contains("a word too much")), "{lines:?}");
}

#[test]
fn a_room_that_ended_meanwhile_is_no_target() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", None);
    let msgid = say_too_much(&mut house, bob, "#a");
    house.say(bob, &format!("REDACT #a {msgid}"));
    let found = house.history.last().unwrap().clone();
    house.say(ana, "KICK #a bob");
    house.say(ana, "PART #a");
    house.read_all();
    house.answer(Ok(crate::event::HistoryPage::Message(Some(Box::new(found)))));
    assert!(only(house.read(bob)).contains(" FAIL REDACT INVALID_TARGET #a "));
    assert_eq!(redactions(&house), 0);
}

#[test]
fn who_asks_and_is_lost_takes_nothing_back() {
    let mut house = House::new();
    let _ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", None);
    let msgid = say_too_much(&mut house, bob, "#a");
    house.say(bob, &format!("REDACT #a {msgid}"));
    house.hang_up(bob, CloseReason::Io("reset".to_owned()));
    house.recall();
    assert_eq!(redactions(&house), 0);
    house.hub.verify();
}

#[test]
fn the_window_closes_for_authors_and_not_for_who_keeps_order() {
    let mut settings = HubSettings::default();
    settings.limits.redaction_window_ms = Some(60_000);
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", None);
    let (one, two) = (say_too_much(&mut house, bob, "#a"), say_too_much(&mut house, bob, "#a"));
    house.wait(60_000);
    assert_redacted(&mut house, bob, &format!("#a {one}"));
    house.wait(1);
    house.read_all();
    let text = "You can no longer delete this message";
    let code = format!("REDACT_WINDOW_EXPIRED #a {two} 60 :{text}");
    assert_refused(&mut house, bob, &format!("#a {two}"), &code);
    assert_redacted(&mut house, ana, &format!("#a {two}"));
}

#[test]
fn a_reason_is_for_who_may_speak() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", None);
    let bob = member(&mut house, "bob", None);
    let msgid = say_too_much(&mut house, bob, "#a");
    house.say(ana, "MODE #a +m");
    house.read_all();
    let answer = only(redact(&mut house, bob, &format!("#a {msgid} :and another thing")));
    assert!(answer.contains(" 404 bob #a "), "{answer}");
    assert_redacted(&mut house, bob, &format!("#a {msgid}"));
}

#[test]
fn a_long_reason_is_cut_like_any_other() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", None);
    let msgid = say_too_much(&mut house, ana, "#a");
    let echo = only(redact(&mut house, ana, &format!("#a {msgid} :{}", "y".repeat(300))));
    assert!(echo.ends_with(&format!(" {msgid} :{}", "y".repeat(200))), "{echo}");
}

/// What the people of a room do; they are four, by number.
#[derive(Clone, Debug)]
enum Op {
    Speak(usize),
    Redact(usize, usize),
    /// The first, whose room it is, gives a rank or takes it.
    Rank(usize, &'static str),
    /// Leaves the server and comes back under the same nick.
    Return(usize),
    /// Two take each other's nicks.
    Swap(usize, usize),
}

fn op() -> impl Strategy<Value = Op> {
    let who = || 0..4usize;
    let rank = prop::sample::select(vec!["+h", "-h", "+o", "-o", "+v"]);
    prop_oneof![
        4 => who().prop_map(Op::Speak),
        6 => (who(), 0..8usize).prop_map(|(who, which)| Op::Redact(who, which)),
        1 => (1..4usize, rank).prop_map(|(who, rank)| Op::Rank(who, rank)),
        1 => (1..4usize).prop_map(Op::Return),
        1 => (1..4usize, 1..4usize).prop_map(|(one, other)| Op::Swap(one, other)),
    ]
}

/// The keys of their devices, as far as they have one.
const DEVICES: [Option<u8>; 4] = [None, None, Some(1), Some(2)];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn authors_and_keepers_may_and_nobody_else(ops in prop::collection::vec(op(), 1..60)) {
        let mut house = House::new();
        let mut nicks = ["p0", "p1", "p2", "p3"];
        let mut people: Vec<ConnId> =
            (0..4).map(|who| member(&mut house, nicks[who], DEVICES[who])).collect();
        let mut stays = [0, 1, 2, 3];
        let mut is_keeper = [true, false, false, false];
        let mut ranks = [(false, false); 4];
        // Who said what: in which stay, and with which device.
        let mut said: Vec<(String, u32, Option<u8>)> = Vec::new();
        for (step, op) in (4..).zip(ops) {
            match op {
                Op::Speak(who) => {
                    said.push((say_too_much(&mut house, people[who], "#a"), stays[who], DEVICES[who]));
                }
                Op::Redact(who, which) => {
                    let Some((msgid, stay, device)) = said.get(which).cloned() else { continue };
                    let is_author = stay == stays[who] || device.is_some() && device == DEVICES[who];
                    let before = redactions(&house);
                    redact(&mut house, people[who], &format!("#a {msgid}"));
                    let may = is_author || is_keeper[who];
                    prop_assert_eq!(redactions(&house) - before, usize::from(may));
                    if may {
                        said.remove(which);
                    }
                }
                Op::Rank(who, rank) => {
                    house.say(people[0], &format!("MODE #a {rank} {}", nicks[who]));
                    let on = rank.starts_with('+');
                    match &rank[1..] {
                        "o" => ranks[who].0 = on,
                        "h" => ranks[who].1 = on,
                        _ => {}
                    }
                    is_keeper[who] = ranks[who].0 || ranks[who].1;
                }
                Op::Return(who) => {
                    house.say(people[who], "QUIT");
                    people[who] = member(&mut house, nicks[who], DEVICES[who]);
                    (stays[who], ranks[who], is_keeper[who]) = (step, (false, false), false);
                }
                Op::Swap(one, other) => {
                    for (who, nick) in [(one, "for_now"), (other, nicks[one]), (one, nicks[other])] {
                        house.say(people[who], &format!("NICK {nick}"));
                    }
                    if one != other {
                        nicks.swap(one, other);
                    }
                }
            }
            house.read_all();
            house.hub.verify();
        }
    }
}
