//! draft/chathistory, requirement by requirement, as far as the hub keeps them; which messages a selector means is the
//! store's to test.

use majlis_protocol::Timestamp;

use super::accounts::{house as house_with_accounts, signed_in};
use super::{House, only, tag, untagged};
use crate::event::{
    Bound, ConnId, HistoryPage, HistoryQuery, MsgId, Restored, Selector, TargetRow,
};
use crate::hub::HubSettings;

const CAPS: &str = "draft/chathistory batch message-tags server-time labeled-response";

fn reader(house: &mut House) -> ConnId {
    let ana = house.client_with("ana", None, CAPS);
    house.say(ana, "JOIN #a");
    house.read_all();
    ana
}

fn selector(house: &House) -> Selector {
    match house.reads.back() {
        Some((_, HistoryQuery::Messages { selector, .. })) => *selector,
        other => panic!("{other:?}"),
    }
}

/// "`CHATHISTORY` MUST be sent to the client to state the maximum number of messages"; and it is what is kept.
#[test]
fn isupport_states_the_limit_that_is_kept() {
    let mut settings = HubSettings::default();
    settings.limits.history_messages = 7;
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = reader(&mut house);
    house.say(ana, "CAP REQ draft/extended-isupport");
    house.read(ana);
    let tokens = house.ask(ana, "ISUPPORT").join(" ");
    assert!(tokens.contains(" CHATHISTORY=7 ") && tokens.contains(" MSGREFTYPES=msgid,timestamp "));
    for (asked, given) in [(6, 6), (7, 7), (8, 7)] {
        house.say(ana, &format!("CHATHISTORY LATEST #a * {asked}"));
        let Some((_, HistoryQuery::Messages { limit, .. })) = house.reads.back() else {
            panic!("nothing is read")
        };
        assert_eq!(*limit, given);
        house.recall();
    }
}

/// "A `timestamp` parameter MUST have the format …, as in the server-time extension. A `msgid` parameter MUST have …".
#[test]
fn bounds_have_their_form_and_keep_their_order() {
    let mut house = House::new();
    let ana = reader(&mut house);
    let (one, two) = ("timestamp=1970-01-01T00:00:01.000Z", "timestamp=1970-01-01T00:00:02.000Z");
    for (first, second) in [(one, two), (two, one)] {
        house.say(ana, &format!("CHATHISTORY BETWEEN #a {first} {second} 5"));
        let bound = |text| Bound::Time(Timestamp(if text == one { 1_000 } else { 2_000 }));
        assert_eq!(selector(&house), Selector::Between(bound(first), bound(second)));
        house.recall();
    }
    house.read(ana);
    for wrong in ["timestamp=1", "1970-01-01T00:00:01.000Z", "msgid", "timestamp="] {
        let lines = house.ask(ana, &format!("CHATHISTORY AFTER #a {wrong} 5"));
        assert!(only(lines).contains(" FAIL CHATHISTORY INVALID_PARAMS AFTER "), "{wrong}");
    }
}

/// "Only one timestamp or msgid MUST be given, not both."
#[test]
fn two_bounds_where_one_belongs_are_too_many() {
    let mut house = House::new();
    let ana = reader(&mut house);
    for kind in ["BEFORE", "AFTER", "LATEST", "AROUND"] {
        let line = format!("CHATHISTORY {kind} #a timestamp=1970-01-01T00:00:01Z msgid=x 5");
        let expected =
            format!(":majlis.local FAIL CHATHISTORY INVALID_PARAMS {kind} :Too many parameters");
        assert_eq!(only(house.ask(ana, &line)), expected);
    }
}

/// "the batch MUST have type `chathistory` and take a single additional parameter, the canonical name of the target"; the
/// label is on it alone (labeled-response).
#[test]
fn the_answer_is_one_labelled_batch_with_the_canonical_name() {
    let mut house = House::new();
    let ana = reader(&mut house);
    house.say(ana, "PRIVMSG #a :x");
    house.say(ana, "@label=l CHATHISTORY LATEST #A * 5");
    house.recall();
    let lines = house.read(ana);
    assert!(lines[0].starts_with("@label=l :majlis.local BATCH +"));
    assert!(lines[0].ends_with(" chathistory #a"), "{lines:?}");
    let labels = lines.iter().filter(|line| tag(line, "label").is_some());
    assert_eq!((labels.count(), lines.len()), (1, 3));
    let reference = untagged(&lines[0]).split(' ').nth(2).map(|word| &word[1..]);
    assert_eq!(tag(&lines[1], "batch"), reference);
}

/// "If the `batch` capability was negotiated"; without, the lines come all the same.
#[test]
fn without_batches_the_lines_come_bare() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "draft/chathistory");
    house.say(ana, "JOIN #a");
    house.say(ana, "PRIVMSG #a :x");
    house.read(ana);
    house.say(ana, "CHATHISTORY LATEST #a * 5");
    house.recall();
    assert_eq!(only(house.read(ana)), ":ana!~ana@192.0.2.1 PRIVMSG #a :x");
}

/// "The `msgid` tag … MUST be the `msgid` tag as originally sent"; the time is when the server received it.
#[test]
fn identifiers_and_times_are_those_of_the_first_time() {
    let mut house = House::new();
    let ana = reader(&mut house);
    let bob = house.member("bob", "#a");
    house.read_all();
    house.say(bob, "PRIVMSG #a :x");
    let live = only(house.read(ana));
    house.wait(1_000);
    house.say(ana, "CHATHISTORY LATEST #a * 1");
    house.recall();
    let told = house.read(ana).remove(1);
    assert_eq!(tag(&told, "msgid"), tag(&live, "msgid"));
    assert_eq!(tag(&told, "time"), tag(&live, "time"));
    assert_eq!(untagged(&told), untagged(&live));
}

/// "including outgoing messages"; "if either the current user or the target nickname has changed".
#[test]
fn a_conversation_has_both_sides_whatever_the_nicks() {
    let mut house = house_with_accounts();
    let ana = signed_in(&mut house, "ana", None, CAPS);
    let bob = signed_in(&mut house, "bob", None, CAPS);
    house.say(ana, "PRIVMSG bob :one");
    house.say(bob, "NICK bob_2");
    house.say(bob, "PRIVMSG ana :two");
    house.read_all();
    for name in ["bob", "bob_2"] {
        house.say(ana, &format!("CHATHISTORY LATEST {name} * 5"));
        house.recall();
        let lines = house.read(ana);
        assert!(lines[0].ends_with(&format!(" chathistory {name}")), "{lines:?}");
        let said: Vec<&str> = lines[1..3].iter().map(|line| untagged(line)).collect();
        let own = format!(":ana!~ana@192.0.2.1 PRIVMSG {name} :one");
        assert_eq!(said, [&*own, ":bob_2!~bob@192.0.2.1 PRIVMSG ana :two"]);
    }
}

/// "Servers MUST ensure that users cannot obtain history they are not authorised to view."
#[test]
fn who_may_not_come_in_may_not_read() {
    let mut house = House::new();
    let ana = reader(&mut house);
    let eve = house.client_with("eve", None, CAPS);
    for (on, off) in [
        ("+i", "-i"),
        ("+k key", "-k *"),
        ("+b eve!*@*", "-b eve!*@*"),
        ("+R", "-R"),
        ("+l 1", "-l"),
    ] {
        house.say(ana, &format!("MODE #a {on}"));
        let answer = only(house.ask(eve, "CHATHISTORY LATEST #a * 5"));
        assert!(answer.contains(" FAIL CHATHISTORY INVALID_TARGET LATEST #a "), "{on}: {answer}");
        house.say(ana, &format!("MODE #a {off}"));
        house.say(eve, "CHATHISTORY LATEST #a * 5");
        house.recall();
        assert_eq!(house.read(eve).len(), 2, "{off}");
    }
}

/// "they MUST be timestamps and not msgids"; the batch "MUST have type `draft/chathistory-targets`".
#[test]
fn targets_go_by_time_and_come_in_a_batch_of_their_own() {
    let mut house = House::new();
    let ana = reader(&mut house);
    let id = MsgId(1);
    let time = "timestamp=1970-01-01T00:00:01Z";
    for bounds in [format!("msgid={id} {time}"), format!("{time} msgid={id}"), format!("{time} *")]
    {
        let answer = only(house.ask(ana, &format!("CHATHISTORY TARGETS {bounds} 5")));
        assert!(answer.contains(" FAIL CHATHISTORY INVALID_PARAMS TARGETS "), "{answer}");
    }
    house.say(ana, &format!("CHATHISTORY TARGETS {time} timestamp=2100-01-01T00:00:00Z 5"));
    let room = house.history[0].room;
    let rows = vec![TargetRow { room, newest: Timestamp(5_000) }];
    house.answer(Ok(HistoryPage::Targets(rows)));
    let lines = house.read(ana);
    assert!(lines[0].ends_with(" draft/chathistory-targets"));
    let target = ":majlis.local CHATHISTORY TARGETS #a 1970-01-01T00:00:05.000Z";
    assert_eq!((untagged(&lines[1]), lines.len()), (target, 3));
}
