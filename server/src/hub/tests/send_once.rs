//! A device's message is taken once (identity.md, "Send once").

use super::accounts::{house, signed_in};
use super::{House, only, tag, untagged};
use crate::event::{CloseReason, Restored, SendRecord, Write};
use crate::hub::HubSettings;

const CAPS: &str = "message-tags server-time echo-message batch labeled-response";
const ID: &str = "@+majlis-chat.github.io/send=6e1f";

#[test]
fn the_same_message_again_gets_the_earlier_echo_and_is_not_relayed() {
    let mut house = House::new();
    let ana = house.client_with("ana", Some(1), CAPS);
    house.say(ana, "JOIN #a");
    let bob = house.member("bob", "#a");
    let first = only(house.ask(ana, &format!("{ID};label=1 PRIVMSG #a :hello")));
    assert_eq!(house.read(bob).len(), 1);
    house.hang_up(ana, CloseReason::Eof);
    house.wait(5_000);
    let ana = house.client_with("ana", Some(1), CAPS);
    house.read_all();
    let writes = house.writes.len();
    let again = only(house.ask(ana, &format!("{ID};label=2 PRIVMSG #a :hello")));
    assert_eq!(tag(&again, "msgid"), tag(&first, "msgid"));
    assert_eq!(tag(&again, "time"), tag(&first, "time"));
    assert_eq!(tag(&again, "label"), Some("2"));
    assert_eq!(untagged(&again), untagged(&first));
    assert!(house.read(bob).is_empty());
    assert_eq!(house.writes.len(), writes);
}

#[test]
fn another_device_another_identifier_and_no_device_are_other_messages() {
    let mut house = House::new();
    let ana = house.client_with("ana", Some(1), CAPS);
    let bob = house.client_with("bob", Some(2), CAPS);
    let eve = house.client_with("eve", None, CAPS);
    let hears = house.client("hears");
    for (conn, id) in [(ana, "1"), (bob, "1"), (ana, "2"), (eve, "1"), (eve, "1")] {
        house.say(conn, &format!("@+majlis-chat.github.io/send={id} PRIVMSG hears :x"));
    }
    assert_eq!(house.read(hears).len(), 5);
    let sent = house.writes.iter().filter(|write| matches!(write, Write::Sent(_))).count();
    assert_eq!(sent, 3);
}

#[test]
fn an_identifier_that_was_used_for_another_target_delivers_nothing_and_says_so() {
    let mut house = House::new();
    let ana = house.client_with("ana", Some(1), &format!("{CAPS} standard-replies"));
    house.say(ana, "JOIN #a");
    house.read(ana);
    let (gus, hal) = (house.client("gus"), house.client("hal"));
    let first = only(house.ask(ana, &format!("{ID} PRIVMSG gus :one")));
    house.read_all();
    for target in ["hal", "#a", "@#a"] {
        let refused = ":majlis.local FAIL PRIVMSG SEND_ID_IN_USE";
        let refused = format!("{refused} {target} :Another message was sent with this identifier");
        assert_eq!(
            untagged(&only(house.ask(ana, &format!("{ID} PRIVMSG {target} :two")))),
            refused
        );
    }
    assert!(
        only(house.ask(ana, &format!("{ID} PRIVMSG nobody :two"))).contains(" 401 ana nobody ")
    );
    assert!(
        house.ask(ana, &format!("{ID} NOTICE hal :two")).is_empty(),
        "notices are not answered"
    );
    assert!(house.read(hal).is_empty() && house.read(gus).is_empty());
    house.say(gus, "QUIT");
    let again = only(house.ask(ana, &format!("{ID} PRIVMSG GUS :one")));
    assert_eq!(
        tag(&again, "msgid"),
        tag(&first, "msgid"),
        "it was delivered, though nobody is there now"
    );
}

#[test]
fn a_record_of_an_older_server_is_answered_whatever_the_target() {
    let mut house = House::new();
    let ana = house.client_with("ana", Some(1), CAPS);
    let hears = house.client("hears");
    let _ = only(house.ask(ana, &format!("{ID} PRIVMSG hears :x")));
    let sent = house.writes.iter().filter_map(|write| match write {
        Write::Sent(record) => Some(SendRecord { target: None, ..record.clone() }),
        _ => None,
    });
    let restored = Restored { next_room: 1, sent: sent.collect(), ..Restored::default() };
    assert_eq!(house.read(hears).len(), 1);
    let mut house = House::with(HubSettings::default(), restored);
    let ana = house.client_with("ana", Some(1), CAPS);
    let hears = house.client("hears");
    assert!(only(house.ask(ana, &format!("{ID} PRIVMSG hears :x"))).contains(" PRIVMSG hears "));
    assert!(house.read(hears).is_empty());
}

#[test]
fn a_refused_message_may_be_sent_again() {
    let mut house = House::new();
    let ana = house.client_with("ana", Some(1), CAPS);
    let _bob = house.member("bob", "#a");
    assert!(only(house.ask(ana, &format!("{ID} PRIVMSG #a :x"))).contains(" 404 "));
    house.say(ana, "JOIN #a");
    house.read(ana);
    assert!(only(house.ask(ana, &format!("{ID} PRIVMSG #a :x"))).contains(" PRIVMSG "));
}

#[test]
fn records_survive_a_restart_and_grow_old() {
    let mut house = House::new();
    let ana = house.client_with("ana", Some(1), CAPS);
    let echo = only(house.ask(ana, &format!("{ID} PRIVMSG ana :x")).split_off(1));
    let sent = house.writes.iter().filter_map(|write| match write {
        Write::Sent(record) => Some(record.clone()),
        _ => None,
    });
    let sent = sent.collect();
    let mut house =
        House::with(HubSettings::default(), Restored { next_room: 2, sent, ..Restored::default() });
    let ana = house.client_with("ana", Some(1), CAPS);
    let again = only(house.ask(ana, &format!("{ID} PRIVMSG ana :x")));
    assert_eq!(tag(&again, "msgid"), tag(&echo, "msgid"));
    let week_ms = 7 * 24 * 3_600_000;
    house.now.monotonic_ms = 0;
    house.now.wall.0 += week_ms + 1;
    house.wait(0);
    house.read(ana);
    let fresh = house.ask(ana, &format!("{ID} PRIVMSG ana :x"));
    assert_eq!(fresh.len(), 2);
    assert_ne!(tag(&fresh[0], "msgid"), tag(&echo, "msgid"));
}

#[test]
fn only_so_many_records_are_kept() {
    let mut settings = HubSettings::default();
    settings.limits.sent_records = 2;
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = house.client_with("ana", Some(1), CAPS);
    let hears = house.client("hears");
    for (id, is_heard) in [("1", true), ("2", true), ("1", false), ("3", true), ("1", true)] {
        house.say(ana, &format!("@+majlis-chat.github.io/send={id} PRIVMSG hears :x"));
        assert_eq!(house.read(hears).len(), usize::from(is_heard), "{id}");
    }
}

#[test]
fn an_account_s_message_is_one_from_whichever_device() {
    let mut house = house();
    let desk = signed_in(&mut house, "ana", Some(1), CAPS);
    let hears = house.client("hears");
    let first = only(house.ask(desk, &format!("{ID} PRIVMSG hears :x")));
    house.say(desk, "QUIT");
    let phone = signed_in(&mut house, "ana", None, CAPS);
    let again = only(house.ask(phone, &format!("{ID} PRIVMSG hears :x")));
    assert_eq!(tag(&again, "msgid"), tag(&first, "msgid"));
    assert_eq!(house.read(hears).len(), 1);
    let bob = signed_in(&mut house, "bob", Some(1), CAPS);
    house.say(bob, &format!("{ID} PRIVMSG hears :x"));
    assert_eq!(house.read(hears).len(), 1, "another account's is another message");
}
