//! Messages of many lines, walking through client-batch, draft/multiline and what they say of labels, echoes and history.

use majlis_protocol::{Capability, Message};

use super::accounts::{house as house_of_accounts, signed_in};
use super::private::kept;
use super::{House, only, tag, untagged};
use crate::event::{CloseReason, ConnId, Guest, HistoryPage, Restored, StoredKind, Write};
use crate::hub::HubSettings;
use crate::hub::settings::Limits;

const CAPS: &str = "draft/multiline batch message-tags echo-message labeled-response";

fn house_with(change: impl FnOnce(&mut Limits)) -> House {
    let mut settings = HubSettings::default();
    change(&mut settings.limits);
    House::with(settings, Restored { next_room: 1, ..Restored::default() })
}

/// Somebody with these capabilities in `#a`.
fn member(house: &mut House, nick: &str, caps: &str) -> ConnId {
    let conn = house.client_with(nick, None, caps);
    house.say(conn, "JOIN #a");
    house.read_all();
    conn
}

/// Ana, who can send such messages, and Bob, who understands none; both in `#a`.
fn ana_and_bob(house: &mut House) -> (ConnId, ConnId) {
    (member(house, "ana", CAPS), member(house, "bob", "message-tags"))
}

/// Sends lines one after the other; what came back.
fn ask_all(house: &mut House, conn: ConnId, lines: &[&str]) -> Vec<String> {
    for line in lines {
        house.say(conn, line);
    }
    house.read(conn)
}

/// Says lines in a batch that is opened with these tags; what came back.
fn say_batch(
    house: &mut House,
    conn: ConnId,
    tags: &str,
    target: &str,
    lines: &[&str],
) -> Vec<String> {
    house.say(conn, &format!("{tags}BATCH +1 draft/multiline {target}"));
    for line in lines {
        house.say(conn, &format!("@batch=1 PRIVMSG {target} :{line}"));
    }
    house.ask(conn, "BATCH -1")
}

fn fail(rest: &str) -> String {
    format!(":majlis.local FAIL BATCH {rest}")
}

fn invalid(text: &str) -> String {
    fail(&format!("MULTILINE_INVALID :{text}"))
}

/// The texts of the PRIVMSG and NOTICE lines.
fn texts(lines: &[String]) -> Vec<String> {
    let texts = lines.iter().filter_map(|line| {
        let message = Message::parse(line.as_bytes()).ok()?;
        let is_said = ["PRIVMSG", "NOTICE"].contains(&message.command());
        message.param(1).filter(|_| is_said).map(ToOwned::to_owned)
    });
    texts.collect()
}

// client-batch

#[test]
fn without_its_capabilities_the_command_is_unknown_and_the_tag_means_nothing() {
    let mut house = House::new();
    let hears = member(&mut house, "hears", "");
    for (nick, caps) in [("eve", "message-tags"), ("max", "draft/multiline"), ("ned", "batch")] {
        let conn = member(&mut house, nick, caps);
        let unknown = format!(":majlis.local 421 {nick} BATCH :Unknown command");
        assert_eq!(only(house.ask(conn, "BATCH +1 draft/multiline #a")), unknown);
        assert_eq!(only(house.ask(conn, "BATCH -1")), unknown);
        assert!(house.ask(conn, "@batch=1 PRIVMSG #a :hello").is_empty());
        assert_eq!(texts(&house.read(hears)), ["hello"]);
    }
}

#[test]
fn the_command_is_for_sessions_and_needs_parameters() {
    let mut house = House::new();
    let stranger = house.open(Guest::Irc, None);
    house.say(stranger, &format!("CAP REQ :{CAPS}"));
    house.read(stranger);
    let refused = ":majlis.local 451 * :You have not registered";
    assert_eq!(only(house.ask(stranger, "BATCH +1 draft/multiline #a")), refused);
    assert_eq!(only(house.ask(stranger, "@batch=1 PRIVMSG #a :x")), refused);
    let (ana, _) = ana_and_bob(&mut house);
    let few = ":majlis.local 461 ana BATCH :Not enough parameters";
    assert_eq!(only(house.ask(ana, "BATCH")), few);
    assert_eq!(only(house.ask(ana, "BATCH +1")), few);
    assert!(house.ask(ana, "@batch=1 PRIVMSG #a :x").is_empty(), "it failed, and is ignored");
}

#[test]
fn a_reference_is_of_letters_digits_and_hyphens() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    let text = "A batch is named by letters, digits and hyphens, behind + or -";
    for (word, named) in [("+a_b", "a_b"), ("+é", "é"), ("+", "*"), ("-a.b", "a.b"), ("ab", "ab")]
    {
        let failed = fail(&format!("INVALID_REFTAG {named} :{text}"));
        let line = format!("BATCH {word} draft/multiline #a");
        assert_eq!(only(house.ask(ana, &line)), failed, "{word}");
    }
    house.say(ana, "BATCH +a_b draft/multiline #a");
    house.read(ana);
    assert!(house.ask(ana, "@batch=a_b PRIVMSG #a :x").is_empty());
    assert!(house.ask(ana, "BATCH -a_b").is_empty());
    assert!(house.read(bob).is_empty());
    assert_eq!(ask_all(&mut house, ana, &["BATCH +aZ-9 draft/multiline #a"]), [""; 0]);
}

#[test]
fn an_unknown_type_fails_and_all_that_comes_of_it_is_ignored() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    let failed = fail("UNKNOWN_TYPE 1 multiline :No such type of batch is known here");
    assert_eq!(only(house.ask(ana, "BATCH +1 multiline #a")), failed);
    assert!(house.ask(ana, "@batch=1 PRIVMSG #a :x").is_empty());
    assert!(house.ask(ana, "BATCH -1").is_empty());
    assert!(house.read(bob).is_empty());
    let gone = invalid("No such batch is open");
    assert_eq!(only(house.ask(ana, "@batch=1 PRIVMSG #a :x")), gone, "it is closed");
    assert_eq!(only(house.ask(ana, "BATCH -1")), gone);
    let labelled = only(house.ask(ana, "@label=l BATCH +1 x"));
    assert!(labelled.starts_with("@label=l :majlis.local FAIL BATCH UNKNOWN_TYPE 1 x "));
}

#[test]
fn a_batch_left_open_for_too_long_is_over() {
    let mut house = house_with(|limits| limits.batch_ms = 5_000);
    let (ana, bob) = ana_and_bob(&mut house);
    house.say(ana, "@label=l BATCH +1 draft/multiline #a");
    house.wait(4_999);
    assert!(house.ask(ana, "@batch=1 PRIVMSG #a :one").is_empty());
    house.wait(4_999);
    assert!(house.read(ana).is_empty());
    house.wait(1);
    let text = "The batch was left open for too long";
    assert_eq!(only(house.read(ana)), format!("@label=l {}", fail(&format!("TIMEOUT 1 :{text}"))));
    house.wait(10_000);
    assert!(house.ask(ana, "@batch=1 PRIVMSG #a :two").is_empty());
    assert!(house.ask(ana, "BATCH -1").is_empty());
    assert!(house.read(bob).is_empty());
}

#[test]
fn a_batch_is_over_in_time_though_a_sign_of_life_is_awaited() {
    let mut house = house_with(|limits| (limits.batch_ms, limits.ping_after_ms) = (9_000, 5_000));
    let (ana, _) = ana_and_bob(&mut house);
    house.say(ana, "BATCH +1 draft/multiline #a");
    house.wait(5_000);
    assert_eq!(only(house.read(ana)), "PING :majlis.local");
    house.wait(4_000);
    assert!(only(house.read(ana)).starts_with(":majlis.local FAIL BATCH TIMEOUT 1 "));
}

#[test]
fn what_is_not_of_the_open_batch_ends_it_and_is_then_like_any_other() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    let broken = invalid("Something that is not of the open batch came before its end");
    for (line, answer) in [
        ("@label=2 PRIVMSG #a :between", "PRIVMSG #a :between"),
        ("@label=2 TOPIC #a :new", "TOPIC #a :new"),
        ("@label=2 BATCH -2", "MULTILINE_INVALID :No such batch is open"),
        ("@label=2 CAP REQ -draft/multiline", "ACK :-draft/multiline"),
    ] {
        house.say(ana, "CAP REQ draft/multiline");
        house.read(ana);
        house.say(ana, "@label=1 BATCH +1 draft/multiline #a");
        house.say(ana, "@batch=1 PRIVMSG #a :one");
        let lines = house.ask(ana, line);
        assert_eq!(lines[0], format!("@label=1 {broken}"), "{line}");
        assert!(lines[1].starts_with("@label=2") && lines[1].ends_with(answer), "{lines:?}");
        house.say(ana, "BATCH -1");
        house.read(ana);
    }
    assert_eq!(texts(&house.read(bob)), ["between"], "nothing of the batches was said");
}

#[test]
fn signs_of_life_may_come_between() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    let lines = [
        "BATCH +1 draft/multiline #a",
        "@batch=1 PRIVMSG #a :one",
        "PING x",
        "pong x",
        "@batch=1 PRIVMSG #a :two",
        "BATCH -1",
    ];
    let lines = ask_all(&mut house, ana, &lines);
    assert!(lines[0].contains(" PONG ") && lines.len() == 5, "{lines:?}");
    assert_eq!(texts(&house.read(bob)), ["one", "two"]);
}

#[test]
fn batches_do_not_nest_and_are_not_open_twice() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    for (inner, text) in [
        (
            "@batch=1 BATCH +2 draft/multiline #a",
            "Only PRIVMSG or NOTICE can be in a multiline batch",
        ),
        ("@batch=1 BATCH -1", "Only PRIVMSG or NOTICE can be in a multiline batch"),
        ("BATCH +1 draft/multiline #a", "This batch is open already"),
        ("@batch=2 PRIVMSG #a :x", "Something that is not of the open batch came before its end"),
    ] {
        house.say(ana, "BATCH +1 draft/multiline #a");
        house.say(ana, "@batch=1 PRIVMSG #a :one");
        assert_eq!(only(house.ask(ana, inner)), invalid(text), "{inner}");
        assert!(house.ask(ana, "@batch=1 PRIVMSG #a :two").is_empty());
        assert!(house.ask(ana, "BATCH -1").is_empty());
    }
    let alone = "@batch=9 BATCH +2 draft/multiline #a";
    assert_eq!(only(house.ask(ana, alone)), invalid("No such batch is open"));
    assert!(house.read(bob).is_empty());
}

#[test]
fn another_batch_ends_the_open_one_and_is_said_itself() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    house.say(ana, "BATCH +1 draft/multiline #a");
    house.say(ana, "@batch=1 PRIVMSG #a :one");
    let broken = invalid("Something that is not of the open batch came before its end");
    assert_eq!(only(house.ask(ana, "BATCH +2 draft/multiline #a")), broken);
    house.say(ana, "@batch=2 PRIVMSG #a :two");
    assert_eq!(house.ask(ana, "BATCH -2").len(), 3);
    assert_eq!(texts(&house.read(bob)), ["two"]);
}

#[test]
fn references_are_told_apart_by_case_and_may_be_used_again() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    house.say(ana, "BATCH +a draft/multiline #a");
    assert!(only(house.ask(ana, "@batch=A PRIVMSG #a :x")).contains("MULTILINE_INVALID"));
    house.say(ana, "BATCH -a");
    for _ in 0..2 {
        assert_eq!(say_batch(&mut house, ana, "", "#a", &["one"]).len(), 3);
    }
    assert_eq!(texts(&house.read(bob)), ["one", "one"]);
}

#[test]
fn a_line_that_cannot_be_read_may_have_been_the_batch_s() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    house.say(ana, "@label=l BATCH +1 draft/multiline #a");
    house.say(ana, "@batch=1 PRIVMSG #a :one");
    house.say(ana, &format!("@batch=1 PRIVMSG #a :{}", "x".repeat(600)));
    let failed = format!("@label=l {}", invalid("A line of the batch cannot be read"));
    assert_eq!(
        house.read(ana),
        [failed, ":majlis.local 417 ana :Input line was too long".to_owned()]
    );
    assert!(ask_all(&mut house, ana, &["@batch=1 PRIVMSG #a :two", "BATCH -1"]).is_empty());
    assert!(house.read(bob).is_empty());
}

#[test]
fn who_hangs_up_amid_a_batch_said_nothing() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    house.say(ana, "BATCH +1 draft/multiline #a");
    house.say(ana, "@batch=1 PRIVMSG #a :one");
    house.hang_up(ana, CloseReason::Eof);
    assert!(only(house.read(bob)).contains(" QUIT "));
    house.hub.verify();
}

// draft/multiline: what is sent

#[test]
fn the_value_names_the_limits_and_news_of_them_are_told() {
    let mut house =
        house_with(|limits| (limits.multiline_bytes, limits.multiline_lines) = (600, 7));
    let ana = house.open(Guest::Irc, None);
    let value = "draft/multiline=max-bytes=600,max-lines=7";
    assert!(house.ask(ana, "CAP LS 302").iter().any(|line| line.contains(value)));
    let old = house.client_with("old", None, "cap-notify");
    assert!(house.ask(old, "CAP LS").iter().all(|line| !line.contains("max-bytes")));
    let mut settings = HubSettings::default();
    settings.limits.multiline_lines = 8;
    settings.limits.multiline_bytes = 600;
    house.hub.handle_settings(settings.clone());
    house.say(ana, "NICK ana");
    let news = ":majlis.local CAP * NEW :draft/multiline=max-bytes=600,max-lines=8";
    assert_eq!(only(house.read(ana)), news);
    house.hub.handle_settings(settings);
    house.say(ana, "PING x");
    assert!(only(house.read(ana)).contains(" PONG "), "what stays the same is no news");
    assert!(house.read(old).is_empty(), "values came with 302");
}

#[test]
fn a_message_waits_for_its_end_and_then_comes_to_each_in_their_way() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", CAPS);
    let able = member(&mut house, "able", "draft/multiline batch message-tags server-time");
    let old = member(&mut house, "old", "message-tags server-time");
    let bare = member(&mut house, "bare", "");
    house.say(ana, "BATCH +123 draft/multiline #A");
    house.say(ana, "@batch=123 PRIVMSG #a hello");
    house.say(ana, "@batch=123 PRIVMSG #a :");
    house.say(ana, "@batch=123 privmsg #A :how is ");
    house.say(ana, "@batch=123;draft/multiline-concat PRIVMSG #a :everyone?");
    for conn in [ana, able, old, bare] {
        assert!(house.read(conn).is_empty());
    }
    let echo = house.ask(ana, "BATCH -123");
    let msgid = tag(&echo[0], "msgid").expect("it has an identifier").to_owned();
    let source = ":ana!~ana@192.0.2.1";
    let batch = [
        format!("@batch={msgid} {source} PRIVMSG #a :hello"),
        format!("@batch={msgid} {source} PRIVMSG #a :"),
        format!("@batch={msgid} {source} PRIVMSG #a :how is "),
        format!("@batch={msgid};draft/multiline-concat {source} PRIVMSG #a :everyone?"),
        format!("{source} BATCH -{msgid}"),
    ];
    assert_eq!(echo[0], format!("@msgid={msgid} {source} BATCH +{msgid} draft/multiline #a"));
    assert_eq!(echo[1..], batch);
    let heard = house.read(able);
    let time = "time=2026-01-01T00:00:00.000Z";
    let opening = format!("@{time};msgid={msgid} {source} BATCH +{msgid} draft/multiline #a");
    assert_eq!(heard[0], opening);
    assert_eq!(heard[1..], batch);
    let expected = [
        format!("@{time};msgid={msgid} {source} PRIVMSG #a :hello"),
        format!("@{time} {source} PRIVMSG #a :how is "),
        format!("@{time} {source} PRIVMSG #a :everyone?"),
    ];
    assert_eq!(house.read(old), expected);
    let expected = expected.map(|line| untagged(&line).to_owned());
    assert_eq!(house.read(bare), expected);
    house.hub.verify();
}

#[test]
fn a_notice_may_have_many_lines_too() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    let lines = [
        "BATCH +1 draft/multiline #a",
        "@batch=1 NOTICE #a :one",
        "@batch=1 notice #a :two",
        "BATCH -1",
    ];
    let echo = ask_all(&mut house, ana, &lines);
    assert!(untagged(&echo[1]).ends_with(" NOTICE #a :one"), "{echo:?}");
    assert_eq!(texts(&house.read(bob)), ["one", "two"]);
    assert_eq!(kept(&house)[0].kind, StoredKind::Notice);
}

#[test]
fn lines_that_cannot_be_in_a_batch_fail_it_whole() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    let only_speech = "Only PRIVMSG or NOTICE can be in a multiline batch";
    let tags = "All other tags belong on the line that opens a multiline batch";
    for (line, failed) in [
        ("@batch=1 NOTICE #a :x", invalid("PRIVMSG and NOTICE cannot be in one multiline batch")),
        ("@batch=1 TAGMSG #a", invalid(only_speech)),
        ("@batch=1 JOIN #b", invalid(only_speech)),
        ("@batch=1 QUIT", invalid(only_speech)),
        (
            "@batch=1 PRIVMSG #b :x",
            fail("MULTILINE_INVALID_TARGET #a #b :Invalid multiline target"),
        ),
        (
            "@batch=1 PRIVMSG @#a :x",
            fail("MULTILINE_INVALID_TARGET #a @#a :Invalid multiline target"),
        ),
        ("@batch=1 PRIVMSG", fail("MULTILINE_INVALID_TARGET #a * :Invalid multiline target")),
        ("@batch=1 PRIVMSG #a", invalid("Invalid multiline batch with a line without text")),
        (
            "@batch=1;draft/multiline-concat PRIVMSG #a :",
            invalid("Invalid multiline batch with concatenated blank line"),
        ),
        ("@batch=1;+x=y PRIVMSG #a :x", invalid(tags)),
        ("@batch=1;time=2026 PRIVMSG #a :x", invalid(tags)),
    ] {
        house.say(ana, "@label=l BATCH +1 draft/multiline #a");
        house.say(ana, "@batch=1 PRIVMSG #a :one");
        assert_eq!(only(house.ask(ana, line)), format!("@label=l {failed}"), "{line}");
        assert!(house.ask(ana, "@batch=1 PRIVMSG #a :two").is_empty());
        assert!(house.ask(ana, "BATCH -1").is_empty());
    }
    assert!(house.is_open(ana));
    assert!(house.read(bob).is_empty() && kept(&house).is_empty());
}

#[test]
fn a_label_on_a_line_is_one_tag_too_many_and_is_answered() {
    let mut house = House::new();
    let (ana, _) = ana_and_bob(&mut house);
    let failed = invalid("All other tags belong on the line that opens a multiline batch");
    house.say(ana, "BATCH +1 draft/multiline #a");
    let answer = only(house.ask(ana, "@batch=1;label=x PRIVMSG #a :x"));
    assert_eq!(answer, format!("@label=x {failed}"));
    house.say(ana, "@label=l BATCH +1 draft/multiline #a");
    let lines = house.ask(ana, "@batch=1;label=x PRIVMSG #a :x");
    assert_eq!(lines, [format!("@label=l {failed}"), "@label=x :majlis.local ACK".to_owned()]);
}

#[test]
fn blank_lines_are_lines_but_not_alone() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    let blank = invalid("Invalid multiline batch with blank lines only");
    assert_eq!(only(say_batch(&mut house, ana, "", "#a", &["", ""])), blank);
    assert_eq!(only(say_batch(&mut house, ana, "", "#a", &[""])), blank);
    let empty = invalid("Invalid multiline batch without lines");
    assert_eq!(only(say_batch(&mut house, ana, "", "#a", &[])), empty);
    let no_target = invalid("A multiline batch names its target when it is opened");
    assert_eq!(only(house.ask(ana, "BATCH +1 draft/multiline")), no_target);
    assert_eq!(say_batch(&mut house, ana, "", "#a", &["", "x", ""]).len(), 5);
    assert_eq!(texts(&house.read(bob)), ["x"]);
}

#[test]
fn lines_are_counted_and_one_more_is_too_many() {
    let mut house = house_with(|limits| limits.multiline_lines = 3);
    let (ana, bob) = ana_and_bob(&mut house);
    assert_eq!(say_batch(&mut house, ana, "", "#a", &["1", "", "3"]).len(), 5);
    assert_eq!(house.read(bob).len(), 2);
    house.say(ana, "@label=l BATCH +1 draft/multiline #a");
    for line in ["1", "2", "3"] {
        let concat = "@draft/multiline-concat;batch=1";
        assert!(house.ask(ana, &format!("{concat} PRIVMSG #a :{line}")).is_empty());
    }
    let failed = fail("MULTILINE_MAX_LINES 3 :Multiline batch max-lines exceeded");
    let failed = format!("@label=l {failed}");
    assert_eq!(only(house.ask(ana, "@batch=1 PRIVMSG #a :4")), failed);
    assert!(ask_all(&mut house, ana, &["@batch=1 PRIVMSG #a :5", "BATCH -1"]).is_empty());
    assert!(house.read(bob).is_empty());
}

#[test]
fn bytes_are_counted_with_the_line_feeds_and_one_more_is_too_many() {
    let mut house = house_with(|limits| limits.multiline_bytes = 10);
    let (ana, bob) = ana_and_bob(&mut house);
    // Four bytes, a line feed, five bytes.
    assert_eq!(say_batch(&mut house, ana, "", "#a", &["éé", "12345"]).len(), 4);
    let failed = fail("MULTILINE_MAX_BYTES 10 :Multiline batch max-bytes exceeded");
    assert_eq!(only(say_batch(&mut house, ana, "", "#a", &["éé", "123456"])), failed);
    let joined = |text: &str| format!("@batch=1;draft/multiline-concat PRIVMSG #a :{text}");
    house.read(bob);
    house.say(ana, "BATCH +1 draft/multiline #a");
    house.say(ana, "@batch=1 PRIVMSG #a :12345");
    assert!(house.ask(ana, &joined("67890")).is_empty(), "nothing stands between these");
    assert_eq!(only(house.ask(ana, &joined("x"))), failed);
    house.say(ana, "BATCH -1");
    assert!(house.read(bob).is_empty());
}

#[test]
fn each_line_has_to_fit_with_what_stands_before_it() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    let room = 512 - ":ana!~ana@192.0.2.1 PRIVMSG #a :\r\n".len();
    let fitting = "x".repeat(room);
    assert_eq!(say_batch(&mut house, ana, "", "#a", &["one", &fitting]).len(), 4);
    assert_eq!(texts(&house.read(bob)), ["one", &fitting]);
    let refused = invalid("A line of the batch is too long beside your name and the target");
    let longer = format!("{fitting}x");
    assert_eq!(only(say_batch(&mut house, ana, "", "#a", &["one", &longer])), refused);
    assert!(house.read(bob).is_empty());
}

// Tags, labels and echoes

#[test]
fn the_tags_of_the_opening_are_the_message_s() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    let echo = say_batch(&mut house, ana, "@+x=1;time=5;label=l;+y ", "#a", &["one", "two"]);
    assert!(echo[0].contains(";+x=1;+y ") && tag(&echo[0], "label") == Some("l"), "{echo:?}");
    assert_eq!(echo.iter().filter(|line| line.contains("label=")).count(), 1);
    assert!(echo[1..].iter().all(|line| !line.contains("+x") && !line.contains("msgid")));
    assert_eq!(tag(&echo[1], "batch"), untagged(&echo[0]).split(['+', ' ']).nth(3));
    let lines = house.read(bob);
    assert!(lines[0].contains(";+x=1;+y ") && !lines[0].contains("label"), "{lines:?}");
    assert!(!lines[1].contains("+x") && tag(&lines[1], "msgid").is_none(), "{lines:?}");
    assert_eq!(kept(&house)[0].client_tags, "+x=1;+y");
}

#[test]
fn the_label_waits_for_the_end_and_is_answered_once() {
    let mut house = House::new();
    let caps = "draft/multiline batch message-tags labeled-response";
    let ana = member(&mut house, "ana", caps);
    assert!(house.ask(ana, "@label=1 BATCH +1 draft/multiline #a").is_empty());
    assert!(house.ask(ana, "@batch=1 PRIVMSG #a :one").is_empty());
    assert_eq!(only(house.ask(ana, "BATCH -1")), "@label=1 :majlis.local ACK");
    house.say(ana, "@label=1 BATCH +1 draft/multiline #a");
    house.say(ana, "@batch=1 PRIVMSG #a :one");
    let both = ["@label=1 :majlis.local ACK", "@label=2 :majlis.local ACK"];
    assert_eq!(house.ask(ana, "@label=2 BATCH -1"), both);
}

#[test]
fn in_a_larger_answer_the_batch_is_nested_and_the_label_outside() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    house.say(bob, "AWAY :tea");
    house.read_all();
    let lines = say_batch(&mut house, ana, "@label=l ", "bob", &["one", "two"]);
    let outer = untagged(&lines[0]).split(['+', ' ']).nth(3).expect("a batch begins").to_owned();
    assert_eq!(lines[0], format!("@label=l :majlis.local BATCH +{outer} labeled-response"));
    let inner = tag(&lines[2], "batch").expect("a line of the message").to_owned();
    assert_ne!(inner, outer);
    let nested = [1, 4, 5].map(|index: usize| tag(&lines[index], "batch"));
    assert_eq!(nested, [Some(outer.as_str()); 3], "{lines:?}");
    assert!(untagged(&lines[1]).ends_with(&format!(" BATCH +{inner} draft/multiline bob")));
    assert!(untagged(&lines[4]).ends_with(&format!(" BATCH -{inner}")));
    assert!(lines[5].ends_with(" 301 ana bob :tea"));
    assert_eq!(lines[6], format!(":majlis.local BATCH -{outer}"));
}

#[test]
fn one_s_other_sessions_hear_it_and_to_oneself_it_comes_twice() {
    let mut house = house_of_accounts();
    let desk = signed_in(&mut house, "ana", None, CAPS);
    let phone = signed_in(&mut house, "ana", None, CAPS);
    let silent = signed_in(&mut house, "ana", None, "draft/multiline batch");
    signed_in(&mut house, "bob", None, "");
    house.read_all();
    assert_eq!(say_batch(&mut house, desk, "@label=l ", "bob", &["one", "two"]).len(), 4);
    assert_eq!(texts(&house.read(phone)), ["one", "two"]);
    assert!(house.read(silent).is_empty());
    let lines = say_batch(&mut house, desk, "@label=l ", "ana", &["one", "two"]);
    assert_eq!(lines.len(), 8);
    assert_eq!(lines.iter().filter(|line| line.contains("label=")).count(), 1);
    assert_eq!(tag(&lines[0], "msgid"), tag(&lines[4], "msgid"));
}

#[test]
fn a_repeated_message_of_many_lines_is_taken_once() {
    let mut house = House::new();
    let ana = house.client_with("ana", Some(1), CAPS);
    house.say(ana, "JOIN #a");
    let bob = house.member("bob", "#a");
    let first = |label| format!("@+majlis-chat.github.io/send=6e1f;label={label} ");
    let echo = say_batch(&mut house, ana, &first(1), "#a", &["one", "two"]);
    assert_eq!(house.read(bob).len(), 2);
    let again = say_batch(&mut house, ana, &first(2), "#a", &["one", "two"]);
    assert_eq!(tag(&again[0], "msgid"), tag(&echo[0], "msgid"));
    assert_eq!(tag(&again[0], "label"), Some("2"));
    assert_eq!(texts(&again), ["one", "two"]);
    assert!(house.read(bob).is_empty());
    assert_eq!(kept(&house).len(), 1);
    let sent = house.writes.iter().filter(|write| matches!(write, Write::Sent(_)));
    assert_eq!(sent.count(), 1);
}

// Rights

#[test]
fn rights_are_looked_at_once_and_for_the_whole() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = member(&mut house, "eve", CAPS);
    for (on, off, why) in
        [("+m", "-m", " (+m)"), ("+b $m:eve", "-b $m:eve", " (+b)"), ("+C", "-C", " (+C)")]
    {
        house.say(ana, &format!("MODE #a {on}"));
        house.read_all();
        let lines = say_batch(&mut house, eve, "@label=l ", "#a", &["x", "\u{1}VERSION\u{1}"]);
        let refused = only(lines);
        assert!(refused.starts_with("@label=l :majlis.local 404 eve #a "), "{refused}");
        assert!(refused.contains(why), "{refused}");
        house.say(ana, &format!("MODE #a {off}"));
    }
    house.read_all();
    say_batch(&mut house, eve, "", "#a", &["\u{1}ACTION waves", "twice\u{1}"]);
    assert_eq!(house.read(ana).len(), 2);
    let nobody = only(say_batch(&mut house, eve, "", "nobody", &["x"]));
    assert_eq!(nobody, ":majlis.local 401 eve nobody :No such nick");
}

#[test]
fn a_question_in_pieces_is_a_question() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = member(&mut house, "eve", CAPS);
    house.say(ana, "MODE #a +C");
    house.read_all();
    let lines = [
        "BATCH +1 draft/multiline #a",
        "@batch=1 PRIVMSG #a :\u{1}ACTION",
        "@batch=1;draft/multiline-concat PRIVMSG #a :S\u{1}",
        "BATCH -1",
    ];
    assert!(only(ask_all(&mut house, eve, &lines)).contains(" (+C)"));
}

#[test]
fn a_notice_is_refused_in_silence_but_a_batch_that_fails_is_not() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", CAPS);
    let notice = |target: &str, text: &str| {
        ["BATCH +1 draft/multiline TARGET", "@batch=1 NOTICE TARGET :TEXT", "BATCH -1"]
            .map(|line| line.replace("TARGET", target).replace("TEXT", text))
    };
    for line in notice("nobody", "x") {
        assert!(house.ask(ana, &line).is_empty());
    }
    let lines = notice("#a", "");
    let lines = lines.each_ref().map(String::as_str);
    assert!(only(ask_all(&mut house, ana, &lines)).contains("MULTILINE_INVALID"));
}

#[test]
fn slow_mode_counts_it_as_one() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = member(&mut house, "eve", CAPS);
    house.say(ana, "MODE #a +S 10");
    house.read_all();
    assert_eq!(say_batch(&mut house, eve, "", "#a", &["1", "2", "3"]).len(), 5);
    assert_eq!(house.read(ana).len(), 3);
    assert!(only(say_batch(&mut house, eve, "", "#a", &["4", "5"])).contains(" (+S)"));
    house.wait(10_000);
    assert_eq!(say_batch(&mut house, eve, "", "#a", &["4", "5"]).len(), 4);
}

#[test]
fn those_with_a_rank_alone_may_be_meant() {
    let mut house = House::new();
    let (ana, bob) = ana_and_bob(&mut house);
    let op = house.member("op", "#b");
    house.say(ana, "MODE #a +o op");
    house.say(op, "JOIN #a");
    house.say(ana, "MODE #a +o op");
    house.read_all();
    let echo = say_batch(&mut house, ana, "", "@#a", &["one", "two"]);
    assert!(untagged(&echo[0]).ends_with(" draft/multiline @#a"));
    assert!(untagged(&echo[1]).ends_with(" PRIVMSG @#a :one"));
    assert_eq!(texts(&house.read(op)), ["one", "two"]);
    assert!(house.read(bob).is_empty() && kept(&house).is_empty());
}

#[test]
fn the_plain_room_reads_its_lines() {
    let mut house = House::new();
    let nc = house.plain("nc");
    let ana = house.client_with("ana", None, CAPS);
    house.say(ana, "JOIN #lobby");
    house.read_all();
    say_batch(&mut house, ana, "", "#lobby", &["one", "", "two"]);
    assert_eq!(house.read(nc), ["ana: one", "ana: two"]);
    say_batch(&mut house, ana, "", "nc", &["one", "two"]);
    assert_eq!(house.read(nc), ["ana (to you alone): one", "ana (to you alone): two"]);
}

// History

#[test]
fn history_gives_it_back_as_it_was_and_counts_it_as_one() {
    let mut house = House::new();
    let ana = member(&mut house, "ana", CAPS);
    let able = "draft/multiline batch message-tags server-time draft/chathistory";
    let able = member(&mut house, "able", able);
    let old = member(&mut house, "old", "batch message-tags draft/chathistory");
    house.say(ana, "@+x=1 BATCH +1 draft/multiline #a");
    house.say(ana, "@batch=1 PRIVMSG #a :how is ");
    house.say(ana, "@batch=1;draft/multiline-concat PRIVMSG #a :everyone?");
    house.say(ana, "@batch=1 PRIVMSG #a :");
    house.say(ana, "@batch=1 PRIVMSG #a :well");
    house.say(ana, "BATCH -1");
    let live = house.read(able);
    house.read_all();
    let rows = kept(&house);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].text, "how is \reveryone?\n\nwell\n");

    house.say(able, "CHATHISTORY LATEST #a * 1");
    house.answer(Ok(HistoryPage::Messages(rows.clone())));
    let page = house.read(able);
    let outer = untagged(&page[0]).split(['+', ' ']).nth(3).expect("a batch begins").to_owned();
    assert_eq!(page[1], live[0].replacen('@', &format!("@batch={outer};"), 1));
    assert_eq!(page[2..6], live[1..5]);
    assert_eq!(page[6], format!("@batch={outer} {}", live[5]));
    assert_eq!(page[7], format!(":majlis.local BATCH -{outer}"));

    house.say(old, "CHATHISTORY LATEST #a * 1");
    house.answer(Ok(HistoryPage::Messages(rows)));
    let page = house.read(old);
    assert_eq!(texts(&page), ["how is ", "everyone?", "well"]);
    let outer = untagged(&page[0]).split(['+', ' ']).nth(3).expect("a batch begins").to_owned();
    let inside = &page[1..page.len() - 1];
    assert!(inside.iter().all(|line| tag(line, "batch") == Some(&outer)), "{page:?}");
    assert_eq!(page.iter().filter(|line| tag(line, "msgid").is_some()).count(), 1);
}

#[test]
fn what_accounts_say_in_many_lines_is_kept() {
    let mut house = house_of_accounts();
    let ana = signed_in(&mut house, "ana", None, CAPS);
    let lines = say_batch(&mut house, ana, "", "bob", &["one", "two"]);
    assert!(lines.last().is_some_and(|line| line.contains(" 301 ana bob ")), "{lines:?}");
    assert_eq!(kept(&house)[0].text, "one\ntwo\n");
}

#[test]
fn the_capability_works_in_full_with_what_it_depends_on() {
    let required = Capability::Multiline.requires();
    assert!(required.contains(Capability::Batch) && required.contains(Capability::MessageTags));
}
