//! METADATA, along the text of draft/metadata-2: the capability, every subcommand, and its failures. Who is told of a change
//! is next door, in [`metadata_told`](super::metadata_told).

use super::accounts::{house, restored, settings, sign_in, signed_in, tls};
use super::{House, only, tag, untagged};
use crate::event::{
    AccountId, ConnId, ControlRequest, Guest, MetadataValue, Restored, RestoredRoom, RoomId,
    Subject, Write,
};
use crate::hub::settings::Limits;
use crate::hub::{HubSettings, METADATA_VALUE_MAX_BYTES};

pub(super) const CAPS: &str = "batch draft/metadata-2";

pub(super) fn house_with(change: impl FnOnce(&mut Limits)) -> House {
    let mut settings = HubSettings::default();
    change(&mut settings.limits);
    House::with(settings, Restored { next_room: 1, ..Restored::default() })
}

/// A client that takes part in metadata.
pub(super) fn client(house: &mut House, nick: &str) -> ConnId {
    house.client_with(nick, None, CAPS)
}

/// The lines within the only batch of an answer, which is of this kind, without tags.
#[track_caller]
pub(super) fn batch(lines: &[String], kind: &str) -> Vec<String> {
    let (first, rest) = lines.split_first().expect("an answer");
    let words: Vec<&str> = untagged(first).splitn(4, ' ').collect();
    assert_eq!((words[1], words[3]), ("BATCH", kind), "{lines:?}");
    let reference = words[2].strip_prefix('+').expect("a batch begins");
    let (last, inner) = rest.split_last().expect("a batch ends");
    assert_eq!(untagged(last), format!(":majlis.local BATCH -{reference}"));
    assert!(inner.iter().all(|line| tag(line, "batch") == Some(reference)), "{inner:?}");
    inner.iter().map(|line| untagged(line).to_owned()).collect()
}

/// The values that had to be kept, and the keys that were to be forgotten, in order.
fn kept(house: &House) -> Vec<(Subject, String, Option<String>)> {
    let changes = house.writes.iter().filter_map(|write| match write {
        Write::MetadataSet(MetadataValue { subject, key, value }) => {
            Some((*subject, key.clone(), Some(value.clone())))
        }
        Write::MetadataRemoved { subject, key } => Some((*subject, key.clone(), None)),
        _ => None,
    });
    changes.collect()
}

fn fail(words: &str) -> String {
    format!(":majlis.local FAIL METADATA {words}")
}

#[test]
fn the_capability_says_every_limit_and_nothing_of_what_is_unlimited() {
    let value = |change: fn(&mut Limits)| {
        let mut house = house_with(change);
        let ana = house.open(Guest::Irc, None);
        let lines = house.ask(ana, "CAP LS 302").join(" ");
        let mut words = lines.split(' ').map(|word| word.trim_start_matches(':'));
        let word = words.find_map(|word| word.strip_prefix("draft/metadata-2="));
        word.expect("it is offered").to_owned()
    };
    let usual = "before-connect,max-subs=50,max-keys=20,max-value-bytes=200";
    assert_eq!(value(|_| {}), usual);
    let limited = |limits: &mut Limits| {
        limits.metadata_subs = usize::MAX;
        limits.metadata_keys = usize::MAX;
        limits.metadata_value_bytes = 10;
    };
    assert_eq!(value(limited), "before-connect,max-value-bytes=10");
}

#[test]
fn both_metadata_capabilities_together_are_refused() {
    let mut house = House::new();
    let ana = house.client("ana");
    let refused = ":majlis.local CAP ana NAK :batch draft/metadata-2 metadata-notify";
    assert_eq!(only(house.ask(ana, "CAP REQ :batch draft/metadata-2 metadata-notify")), refused);
}

#[test]
fn the_command_needs_its_capability_and_batches_in_any_order() {
    let mut house = House::new();
    for (first, second) in [("batch", "draft/metadata-2"), ("draft/metadata-2", "batch")] {
        let ana = house.client("ana");
        for capability in [first, second] {
            let unknown = ":majlis.local 421 ana METADATA :Unknown command";
            assert_eq!(only(house.ask(ana, "METADATA * LIST")), unknown);
            house.ask(ana, &format!("CAP REQ {capability}"));
        }
        assert!(batch(&house.ask(ana, "METADATA * LIST"), "metadata ana").is_empty());
        house.say(ana, "QUIT");
    }
}

#[test]
fn too_little_said_and_unknown_subcommands_are_refused() {
    let mut house = House::new();
    let ana = client(&mut house, "ana");
    for line in ["", " *", " * GET", " * SET", " * SUB", " * UNSUB"] {
        let refused = fail("NEED_MORE_PARAMS :Not enough parameters");
        assert_eq!(only(house.ask(ana, &format!("METADATA{line}"))), refused, "{line}");
    }
    let refused = fail("SUBCOMMAND_INVALID destr0y :Invalid subcommand");
    assert_eq!(only(house.ask(ana, "METADATA * destr0y")), refused);
}

#[test]
fn what_is_set_is_answered_got_and_listed() {
    let mut house = House::new();
    let ana = client(&mut house, "ana");
    let bob = client(&mut house, "bob");
    let set = only(house.ask(ana, "METADATA * SET url :http://www.example.com"));
    assert_eq!(set, ":majlis.local 761 ana * url * :http://www.example.com");
    let set = only(house.ask(ana, "metadata ANA set display-name :نور الهدى"));
    assert_eq!(set, ":majlis.local 761 ana ana display-name * :نور الهدى");
    let empty = only(house.ask(ana, "METADATA * SET empty :"));
    assert_eq!(empty, ":majlis.local 761 ana * empty * :", "the empty value is one");
    let got = house.ask(bob, "METADATA Ana GET url blargh $x$ display-name empty");
    let expected = [
        ":majlis.local 761 bob ana url * :http://www.example.com",
        ":majlis.local 766 bob ana blargh :key not set",
        &fail("KEY_INVALID $x$ :invalid key"),
        ":majlis.local 761 bob ana display-name * :نور الهدى",
        ":majlis.local 761 bob ana empty * :",
    ];
    assert_eq!(batch(&got, "metadata ana"), expected);
    let listed = [
        ":majlis.local 761 bob ana display-name * :نور الهدى",
        ":majlis.local 761 bob ana empty * :",
        ":majlis.local 761 bob ana url * :http://www.example.com",
    ];
    assert_eq!(batch(&house.ask(bob, "METADATA ana LIST"), "metadata ana"), listed);
    assert_eq!(batch(&house.ask(ana, "METADATA * LIST"), "metadata ana").len(), 3);
    assert!(kept(&house).is_empty(), "a guest's values live as long as the guest");
}

#[test]
fn without_a_value_the_key_is_removed() {
    let mut house = House::new();
    let ana = client(&mut house, "ana");
    let not_set = fail("KEY_NOT_SET * url :key not set");
    assert_eq!(only(house.ask(ana, "METADATA * SET url")), not_set);
    house.ask(ana, "METADATA * SET url :x");
    let removed = ":majlis.local 766 ana * url :key not set";
    assert_eq!(only(house.ask(ana, "METADATA * SET url")), removed);
    assert!(batch(&house.ask(ana, "METADATA * LIST"), "metadata ana").is_empty());
    assert_eq!(only(house.ask(ana, "METADATA * SET url")), not_set);
}

#[test]
fn keys_are_of_few_characters_and_bounded() {
    let mut house = House::new();
    let ana = client(&mut house, "ana");
    let longest = "k".repeat(60);
    for key in ["a", "0", "_./-", "soju.im/pinned", &longest] {
        assert!(
            only(house.ask(ana, &format!("METADATA * SET {key} :x"))).contains(" 761 "),
            "{key}"
        );
    }
    for key in ["URL", "a:b", "a b", "é", "a*", &format!("{longest}k")] {
        let shown = if key.contains(' ') { "*" } else { key };
        let refused = fail(&format!("KEY_INVALID {shown} :invalid key"));
        let line = if key.contains(' ') {
            format!("METADATA * GET :{key}")
        } else {
            format!("METADATA * SET {key} :x")
        };
        let answer = house.ask(ana, &line);
        assert!(answer.iter().any(|line| untagged(line) == refused), "{key}: {answer:?}");
    }
    let refused = fail("KEY_INVALID * :invalid key");
    assert_eq!(only(house.ask(ana, "METADATA * SET :")), refused);
}

#[test]
fn values_are_bounded_and_fit_on_every_line_with_the_longest_names() {
    let mut house = house_with(|limits| limits.username_bytes = 32);
    let nick = "ب".repeat(32);
    let room = format!("#{}", "ا".repeat(47));
    let address = "2001:db8:1111:2222:3333:4444:5555:6666";
    let longest = |house: &mut House, nick: &str| {
        let conn = house.open_at(Guest::Irc, None, address);
        house.say(conn, &format!("CAP REQ :{CAPS}"));
        house.say(conn, "CAP END");
        house.say(conn, &format!("NICK {nick}"));
        house.say(conn, &format!("USER {} 0 * :x", "u".repeat(40)));
        house.say(conn, &format!("JOIN {room}"));
        house.read_all();
        conn
    };
    let ana = longest(&mut house, &nick);
    let bob = longest(&mut house, &"ت".repeat(32));
    let key = "k".repeat(60);
    house.say(bob, &format!("METADATA * SUB {key}"));
    let most = "v".repeat(METADATA_VALUE_MAX_BYTES);
    for target in ["*", &room] {
        house.read_all();
        let answer = only(house.ask(ana, &format!("METADATA {target} SET {key} :{most}")));
        assert!(answer.ends_with(&format!(" * :{most}")), "{answer}");
        let told = only(house.read(bob));
        assert!(
            told.ends_with(&format!(
                " METADATA {} {key} * :{most}",
                if target == "*" { &nick } else { target }
            )),
            "{told}"
        );
        let refused = only(house.ask(ana, &format!("METADATA {target} SET k :{most}v")));
        assert_eq!(refused, fail("VALUE_INVALID :value is too long"));
        let got = house
            .ask(bob, &format!("METADATA {} LIST", if target == "*" { &nick } else { target }));
        assert!(got.iter().any(|line| line.ends_with(&most)));
    }
}

#[test]
fn the_limit_of_a_value_is_the_operators() {
    let mut house = house_with(|limits| limits.metadata_value_bytes = 4);
    let ana = client(&mut house, "ana");
    assert!(only(house.ask(ana, "METADATA * SET url :بب")).contains(" 761 "));
    let refused = fail("VALUE_INVALID :value is too long");
    assert_eq!(only(house.ask(ana, "METADATA * SET url :ببx")), refused);
    assert_eq!(batch(&house.ask(ana, "METADATA * GET url"), "metadata ana").len(), 1);
}

#[test]
fn as_many_keys_as_one_may_have_and_no_more() {
    let mut house = house_with(|limits| {
        limits.metadata_keys = 2;
        limits.metadata_room_keys = 1;
    });
    let ana = client(&mut house, "ana");
    house.ask(ana, "JOIN #a");
    for (target, keys) in [("*", &["a", "b"][..]), ("#a", &["a"])] {
        for key in keys {
            let line = format!("METADATA {target} SET {key} :x");
            assert!(only(house.ask(ana, &line)).contains(" 761 "), "{line}");
        }
        let refused = fail(&format!("LIMIT_REACHED {target} :metadata limit reached"));
        assert_eq!(only(house.ask(ana, &format!("METADATA {target} SET c :x"))), refused);
        let again = only(house.ask(ana, &format!("METADATA {target} SET a :y")));
        assert!(again.contains(" 761 "), "{again}");
        house.ask(ana, &format!("METADATA {target} SET a"));
        assert!(only(house.ask(ana, &format!("METADATA {target} SET c :x"))).contains(" 761 "));
    }
}

#[test]
fn changes_are_limited_with_the_time_to_wait() {
    let mut house = house_with(|limits| {
        limits.metadata_changes = 2;
        limits.metadata_window_ms = 10_000;
    });
    let (ana, bob) = (client(&mut house, "ana"), client(&mut house, "bob"));
    for value in ["1", "2"] {
        let line = format!("METADATA * SET url :{value}");
        assert!(only(house.ask(ana, &line)).contains(" 761 "));
    }
    house.wait(4_500);
    let refused = fail("RATE_LIMITED * url 6 :too many changes");
    assert_eq!(only(house.ask(ana, "METADATA * SET url :3")), refused);
    let refused = fail("RATE_LIMITED ana url 6 :too many changes");
    assert_eq!(only(house.ask(ana, "METADATA ana SET url")), refused);
    assert!(batch(&house.ask(ana, "METADATA * GET url"), "metadata ana")[0].ends_with(" * :2"));
    assert!(only(house.ask(bob, "METADATA * SET url :3")).contains(" 761 "), "each for itself");
    house.wait(5_499);
    assert!(only(house.ask(ana, "METADATA * SET url :3")).contains(" RATE_LIMITED * url 1 "));
    house.wait(1);
    assert!(only(house.ask(ana, "METADATA * SET url :3")).contains(" 761 "));
}

#[test]
fn what_is_refused_for_another_reason_does_not_count_and_0_counts_nothing() {
    let mut house = house_with(|limits| limits.metadata_changes = 1);
    let ana = client(&mut house, "ana");
    for line in ["METADATA * SET url", "METADATA * SET $ :x", "METADATA bob SET url :x"] {
        assert!(only(house.ask(ana, line)).contains(" FAIL "));
    }
    assert!(only(house.ask(ana, "METADATA * SET url :x")).contains(" 761 "));
    let mut house = house_with(|limits| limits.metadata_changes = 0);
    let ana = client(&mut house, "ana");
    for value in 0..100 {
        assert!(only(house.ask(ana, &format!("METADATA * SET url :{value}"))).contains(" 761 "));
    }
}

#[test]
fn other_limits_count_from_then_on() {
    let mut house = house_with(|limits| limits.metadata_changes = 1);
    let ana = client(&mut house, "ana");
    house.ask(ana, "METADATA * SET url :1");
    assert!(only(house.ask(ana, "METADATA * SET url :2")).contains(" RATE_LIMITED "));
    house.hub.handle_settings(HubSettings::default());
    assert!(only(house.ask(ana, "METADATA * SET url :2")).contains(" 761 "));
}

#[test]
fn other_limits_are_told_to_those_who_were_told_any() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "cap-notify");
    let bob = house.open(Guest::Irc, None);
    house.ask(bob, "CAP LS 302");
    let mut settings = HubSettings::default();
    settings.limits.metadata_keys = 7;
    house.hub.handle_settings(settings);
    house.say(bob, "CAP END");
    let news = "NEW :draft/metadata-2=before-connect,max-subs=50,max-keys=7,max-value-bytes=200";
    assert_eq!(only(house.read(bob)), format!(":majlis.local CAP * {news}"));
    assert!(house.read(ana).is_empty());
}

#[test]
fn nobody_sets_or_clears_what_is_anothers() {
    let mut house = House::new();
    let (ana, bob) = (client(&mut house, "ana"), client(&mut house, "bob"));
    house.say(bob, "METADATA * SET url :mine");
    let refused = fail("KEY_NO_PERMISSION bob url :permission denied");
    assert_eq!(only(house.ask(ana, "METADATA bob SET url :x")), refused);
    assert_eq!(only(house.ask(ana, "METADATA bob SET url")), refused);
    let refused = fail("KEY_NO_PERMISSION bob * :permission denied");
    assert_eq!(only(house.ask(ana, "METADATA BOB CLEAR")), refused);
    let invalid = fail("KEY_INVALID $url$ :invalid key");
    assert_eq!(only(house.ask(ana, "METADATA bob SET $url$ :x")), invalid);
    assert_eq!(batch(&house.ask(ana, "METADATA bob LIST"), "metadata bob").len(), 1);
}

#[test]
fn a_rooms_values_are_its_operators_to_set_and_everybodys_to_see() {
    let mut house = House::new();
    let (ana, bob) = (client(&mut house, "ana"), client(&mut house, "bob"));
    for conn in [ana, bob] {
        house.say(conn, "JOIN #a");
    }
    let eve = client(&mut house, "eve");
    house.read_all();
    let set = only(house.ask(ana, "METADATA #A SET url :http://www.example.com"));
    assert_eq!(set, ":majlis.local 761 ana #a url * :http://www.example.com");
    for (conn, rank) in [(bob, "+v"), (bob, "+h"), (eve, "")] {
        if !rank.is_empty() {
            house.say(ana, &format!("MODE #a {rank} bob"));
            house.read_all();
        }
        let refused = fail("KEY_NO_PERMISSION #a url :permission denied");
        assert_eq!(only(house.ask(conn, "METADATA #a SET url :x")), refused);
        let refused = fail("KEY_NO_PERMISSION #a * :permission denied");
        assert_eq!(only(house.ask(conn, "METADATA #a CLEAR")), refused);
    }
    let listed = batch(&house.ask(eve, "METADATA #a LIST"), "metadata #a");
    assert_eq!(listed, [":majlis.local 761 eve #a url * :http://www.example.com"]);
    house.say(ana, "MODE #a +s");
    for line in ["LIST", "GET url", "SYNC", "SET url :x", "CLEAR"] {
        let refused = fail("INVALID_TARGET #a :invalid metadata target");
        assert_eq!(only(house.ask(eve, &format!("METADATA #a {line}"))), refused, "{line}");
    }
    house.say(ana, "MODE #a +o bob");
    house.read_all();
    assert!(only(house.ask(bob, "METADATA #a SET url :theirs")).contains(" 761 "));
}

#[test]
fn what_is_no_target_is_refused_by_every_subcommand() {
    let mut house = House::new();
    let ana = client(&mut house, "ana");
    client(&mut house, "bob");
    for line in ["GET url", "LIST", "SET url :x", "SET url", "CLEAR", "SYNC"] {
        for target in ["nobody", "$a:user", "#nowhere"] {
            let refused = fail(&format!("INVALID_TARGET {target} :invalid metadata target"));
            assert_eq!(only(house.ask(ana, &format!("METADATA {target} {line}"))), refused);
        }
    }
    for line in ["SUB url", "UNSUB url", "SUBS"] {
        for target in ["bob", "#lobby", "nobody"] {
            let refused = fail(&format!("INVALID_TARGET {target} :invalid metadata target"));
            assert_eq!(only(house.ask(ana, &format!("METADATA {target} {line}"))), refused);
        }
    }
}

#[test]
fn clearing_removes_all_and_names_each() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, CAPS);
    house.ask(ana, "JOIN #a");
    for (target, name) in [("*", "ana"), ("#a", "#a")] {
        for key in ["b", "a"] {
            house.ask(ana, &format!("METADATA {target} SET {key} :x"));
        }
        let expected = ["a", "b"].map(|key| format!(":majlis.local 761 ana {name} {key} * :"));
        let cleared = house.ask(ana, &format!("METADATA {target} CLEAR"));
        assert_eq!(batch(&cleared, &format!("metadata {name}")), expected);
        let again = house.ask(ana, &format!("METADATA {target} CLEAR"));
        assert!(batch(&again, &format!("metadata {name}")).is_empty());
    }
    let removed = kept(&house).iter().filter(|(.., value)| value.is_none()).count();
    assert_eq!(removed, 4);
}

#[test]
fn subscriptions_are_made_ended_and_listed() {
    let mut house = House::new();
    let ana = client(&mut house, "ana");
    let subs = |house: &mut House| batch(&house.ask(ana, "METADATA * SUBS"), "metadata-subs");
    assert!(subs(&mut house).is_empty());
    let made = ":majlis.local 770 ana avatar website foo bar";
    assert_eq!(only(house.ask(ana, "METADATA * SUB avatar website foo bar")), made);
    let ended = ":majlis.local 771 ana bar foo never";
    assert_eq!(only(house.ask(ana, "METADATA ana UNSUB bar foo never")), ended);
    assert_eq!(subs(&mut house), [":majlis.local 772 ana avatar website"]);
    assert_eq!(
        only(house.ask(ana, "METADATA * SUB website avatar")),
        ":majlis.local 770 ana website avatar",
        "what is subscribed to already is told again"
    );
    assert_eq!(subs(&mut house), [":majlis.local 772 ana avatar website"], "and stands once");
    let lines = house.ask(ana, "METADATA * SUB foo $url bar");
    let expected =
        [fail("KEY_INVALID $url :invalid key"), ":majlis.local 770 ana foo bar".to_owned()];
    assert_eq!(lines, expected);
    let lines = house.ask(ana, "METADATA * UNSUB $url bar");
    let expected = [fail("KEY_INVALID $url :invalid key"), ":majlis.local 771 ana bar".to_owned()];
    assert_eq!(lines, expected);
    let bob = client(&mut house, "bob");
    assert!(
        batch(&house.ask(bob, "METADATA * SUBS"), "metadata-subs").is_empty(),
        "each their own"
    );
}

#[test]
fn many_subscriptions_take_several_lines_and_stand_once() {
    let mut house = House::new();
    let ana = client(&mut house, "ana");
    for first in [10, 23, 36] {
        let keys: Vec<String> = (first..first + 13).map(|number| format!("key{number}")).collect();
        let answer = only(house.ask(ana, &format!("METADATA * SUB {}", keys.join(" "))));
        assert_eq!(answer, format!(":majlis.local 770 ana {}", keys.join(" ")));
    }
    let lines = batch(&house.ask(ana, "METADATA * SUBS"), "metadata-subs");
    assert_eq!(lines.len(), 3);
    let keys: Vec<&str> = lines
        .iter()
        .flat_map(|line| line.strip_prefix(":majlis.local 772 ana ").unwrap().split(' '))
        .collect();
    assert_eq!(keys, (10..49).map(|number| format!("key{number}")).collect::<Vec<_>>());
    let long = |letter: &str| letter.repeat(60);
    let keys: Vec<String> =
        ["a", "b", "c", "d", "e", "f", "g"].iter().map(|key| long(key)).collect();
    assert_eq!(house.ask(ana, &format!("METADATA * SUB {}", keys[..4].join(" "))).len(), 1);
    house.ask(ana, &format!("METADATA * SUB {}", keys[4..].join(" ")));
    assert!(batch(&house.ask(ana, "METADATA * SUBS"), "metadata-subs").len() > 3);
}

#[test]
fn the_first_key_that_is_too_many_is_named_and_ends_the_command() {
    let mut house = house_with(|limits| limits.metadata_subs = 5);
    let ana = client(&mut house, "ana");
    house.ask(ana, "METADATA * SUB website avatar foo");
    let lines = house.ask(ana, "METADATA * SUB email city country bar baz");
    let expected = [
        fail("TOO_MANY_SUBS country :too many subscriptions"),
        ":majlis.local 770 ana email city".to_owned(),
    ];
    assert_eq!(lines, expected);
    let refused = fail("TOO_MANY_SUBS other :too many subscriptions");
    assert_eq!(only(house.ask(ana, "METADATA * SUB other bar")), refused);
    // The limit is reached before it is looked at that one has this key already.
    let refused = fail("TOO_MANY_SUBS website :too many subscriptions");
    assert_eq!(only(house.ask(ana, "METADATA * SUB website")), refused);
    let listed = batch(&house.ask(ana, "METADATA * SUBS"), "metadata-subs");
    assert_eq!(listed, [":majlis.local 772 ana website avatar foo email city"]);
    house.ask(ana, "METADATA * UNSUB foo");
    assert_eq!(only(house.ask(ana, "METADATA * SUB bar")), ":majlis.local 770 ana bar");
}

#[test]
fn before_registration_one_sets_and_subscribes_for_oneself() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    house.say(ana, &format!("CAP REQ :{CAPS}"));
    house.read(ana);
    assert_eq!(
        only(house.ask(ana, "METADATA * SUB display-name")),
        ":majlis.local 770 * display-name"
    );
    let set = only(house.ask(ana, "METADATA * SET display-name :a b c"));
    assert_eq!(set, ":majlis.local 761 * * display-name * :a b c");
    house.say(ana, "NICK abc");
    for target in ["abc", "bob", "#lobby"] {
        let refused = fail(&format!("INVALID_TARGET {target} :invalid metadata target"));
        assert_eq!(only(house.ask(ana, &format!("METADATA {target} LIST"))), refused);
        assert_eq!(only(house.ask(ana, &format!("METADATA {target} SUBS"))), refused);
    }
    let listed = batch(&house.ask(ana, "METADATA * LIST"), "metadata *");
    assert_eq!(listed, [":majlis.local 761 * * display-name * :a b c"]);
    assert_eq!(batch(&house.ask(ana, "METADATA * SYNC"), "metadata *").len(), 1);
    house.say(ana, "USER u s e r");
    let greeting = house.ask(ana, "CAP END");
    let begin = greeting.iter().position(|line| line.contains(" BATCH +")).expect("a batch");
    let end = greeting.iter().position(|line| line.contains(" BATCH -")).expect("its end");
    assert!(greeting[..begin].iter().any(|line| line.contains(" 001 abc ")));
    assert!(greeting[end..].iter().any(|line| line.contains(" 376 ") || line.contains(" 422 ")));
    let own = batch(&greeting[begin..=end], "metadata abc");
    assert_eq!(own, [":majlis.local METADATA abc display-name * :a b c"]);
    let listed = batch(&house.ask(ana, "METADATA * LIST"), "metadata abc");
    assert_eq!(listed, [":majlis.local 761 abc abc display-name * :a b c"]);
    let subs = batch(&house.ask(ana, "METADATA * SUBS"), "metadata-subs");
    assert_eq!(subs, [":majlis.local 772 abc display-name"]);
    house.hub.verify();
}

#[test]
fn the_greeting_holds_a_batch_even_if_there_is_nothing() {
    let mut house = House::new();
    for (caps, expected) in [(CAPS, 2), ("batch", 0), ("draft/metadata-2", 0)] {
        let conn = house.open(Guest::Irc, None);
        house.say(conn, &format!("CAP REQ :{caps}"));
        house.say(conn, "NICK ana");
        house.say(conn, "USER u s e r");
        house.read(conn);
        let greeting = house.ask(conn, "CAP END");
        let borders: Vec<String> =
            greeting.into_iter().filter(|line| line.contains(" BATCH ")).collect();
        assert_eq!(borders.len(), expected, "{caps}");
        if expected == 2 {
            assert!(batch(&borders, "metadata ana").is_empty());
        }
        house.say(conn, "QUIT");
    }
}

#[test]
fn who_leaves_before_registration_leaves_nothing() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    house.say(ana, &format!("CAP REQ :{CAPS}"));
    house.say(ana, "METADATA * SET url :x");
    house.say(ana, "METADATA * SUB url");
    house.say(ana, "QUIT");
    house.hub.verify();
}

#[test]
fn what_was_set_before_signing_in_is_the_accounts() {
    let mut house = house();
    let first = signed_in(&mut house, "ana", None, CAPS);
    house.ask(first, "METADATA * SET url :old");
    house.ask(first, "METADATA * SUB url name");
    let conn = house.open_from(Guest::Irc, tls());
    house.say(conn, &format!("CAP REQ :sasl {CAPS}"));
    house.say(conn, "METADATA * SET name :Ana");
    sign_in(&mut house, conn, "ana");
    assert_eq!(only(house.read(first)), ":majlis.local METADATA ana name * :Ana");
    house.read(conn);
    let listed = batch(&house.ask(conn, "METADATA * LIST"), "metadata *");
    assert_eq!(listed.len(), 2, "the account's and the new one: {listed:?}");
    let ana = Subject::Account(AccountId(1));
    let expected = [("url", "old"), ("name", "Ana")]
        .map(|(key, value)| (ana, key.to_owned(), Some(value.to_owned())));
    assert_eq!(kept(&house), expected);
    house.hub.verify();
}

#[test]
fn an_accounts_values_outlive_its_sessions_and_a_guests_do_not() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, CAPS);
    let eve = client(&mut house, "eve");
    for conn in [ana, eve] {
        house.say(conn, "METADATA * SET url :x");
        house.say(conn, "QUIT");
    }
    let eve = client(&mut house, "eve");
    assert!(batch(&house.ask(eve, "METADATA * LIST"), "metadata eve").is_empty());
    let absent = batch(&house.ask(eve, "METADATA ANA GET url"), "metadata ana");
    assert_eq!(absent, [":majlis.local 761 eve ana url * :x"], "the account can be asked about");
    let refused = fail("KEY_NO_PERMISSION ana url :permission denied");
    assert_eq!(only(house.ask(eve, "METADATA ana SET url :y")), refused);
    let ana = signed_in(&mut house, "ana", None, CAPS);
    assert_eq!(batch(&house.ask(ana, "METADATA * LIST"), "metadata ana").len(), 1);
    house.hub.verify();
}

#[test]
fn a_guests_values_are_the_accounts_that_they_make_as_far_as_there_is_room() {
    let mut settings = settings();
    settings.limits.metadata_keys = 2;
    let mut house = House::with(settings, restored());
    let desk = signed_in(&mut house, "ana", None, CAPS);
    house.ask(desk, "METADATA * SET a :account");
    let guest = house.client_with("visitor", Some(4), &format!("{CAPS} sasl"));
    for key in ["b", "c"] {
        house.ask(guest, &format!("METADATA * SET {key} :guest"));
    }
    let bob = signed_in(&mut house, "bob", None, CAPS);
    house.say(bob, "METADATA * SUB a b c");
    for conn in [guest, bob] {
        house.say(conn, "JOIN #a");
    }
    house.read_all();
    sign_in(&mut house, guest, "ana");
    let expected = ["a * :account", "b * :guest", "c *"]
        .map(|change| format!(":majlis.local METADATA visitor {change}"));
    assert_eq!(house.read(bob), expected, "what is theirs now, and what has no room any more");
    house.read_all();
    let listed = batch(&house.ask(desk, "METADATA visitor LIST"), "metadata visitor");
    let expected = [("a", "account"), ("b", "guest")]
        .map(|(key, value)| format!(":majlis.local 761 ana visitor {key} * :{value}"));
    assert_eq!(listed, expected);
    house.hub.verify();
}

#[test]
fn values_are_as_they_were_after_a_restart() {
    let value =
        |subject, key: &str| MetadataValue { subject, key: key.to_owned(), value: "x".to_owned() };
    let room = RestoredRoom::new(RoomId(1), "#lobby", crate::hub::testing::OPENING, true);
    let restored = Restored {
        rooms: vec![room],
        next_room: 2,
        metadata: vec![
            value(Subject::Room(RoomId(1)), "url"),
            value(Subject::Account(AccountId(1)), "name"),
        ],
        ..restored()
    };
    let mut house = House::with(settings(), restored);
    let ana = signed_in(&mut house, "ana", None, CAPS);
    let own = batch(&house.ask(ana, "METADATA * LIST"), "metadata ana");
    assert_eq!(own, [":majlis.local 761 ana ana name * :x"]);
    let room = batch(&house.ask(ana, "METADATA #lobby LIST"), "metadata #lobby");
    assert_eq!(room, [":majlis.local 761 ana #lobby url * :x"]);
    assert!(kept(&house).is_empty());
    house.hub.verify();
}

#[test]
fn values_end_with_the_room_and_with_the_account() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, CAPS);
    house.ask(ana, "METADATA * SET url :x");
    let eve = client(&mut house, "eve");
    house.ask(eve, "JOIN #a");
    house.ask(eve, "METADATA #a SET url :x");
    assert_eq!(kept(&house).len(), 2);
    house.say(eve, "PART #a");
    house.say(eve, "JOIN #a");
    house.read(eve);
    assert!(batch(&house.ask(eve, "METADATA #a LIST"), "metadata #a").is_empty());
    assert!(house.control(ControlRequest::AccountRemove { name: "ana".to_owned() }).is_ok());
    let refused = fail("INVALID_TARGET ana :invalid metadata target");
    assert_eq!(only(house.ask(eve, "METADATA ana LIST")), refused);
    house.hub.verify();
}

#[test]
fn a_label_is_on_the_batch_or_on_the_only_line() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, &format!("{CAPS} labeled-response"));
    let set = only(house.ask(ana, "@label=l METADATA * SET url :x"));
    assert_eq!(set, "@label=l :majlis.local 761 ana * url * :x");
    let listed = house.ask(ana, "@label=l METADATA * LIST");
    assert_eq!(tag(&listed[0], "label"), Some("l"));
    assert_eq!(batch(&listed, "metadata ana").len(), 1);
    let refused = only(house.ask(ana, "@label=l METADATA x LIST"));
    assert_eq!(refused, format!("@label=l {}", fail("INVALID_TARGET x :invalid metadata target")));
    let synced = house.ask(ana, "@label=l METADATA * SYNC");
    assert_eq!(batch(&synced[1..synced.len() - 1], "metadata ana").len(), 0);
    assert_eq!(tag(&synced[0], "label"), Some("l"));
}

#[test]
fn whois_tells_what_the_asker_subscribed_to() {
    let mut house = House::new();
    let (ana, bob) = (client(&mut house, "ana"), client(&mut house, "bob"));
    for key in ["avatar", "url"] {
        house.ask(bob, &format!("METADATA * SET {key} :x"));
    }
    let told = |house: &mut House, conn| {
        let lines = house.ask(conn, "WHOIS bob").into_iter();
        lines.filter(|line| line.contains(" 760 ")).collect::<Vec<_>>()
    };
    assert!(told(&mut house, ana).is_empty());
    house.ask(ana, "METADATA * SUB url");
    assert_eq!(told(&mut house, ana), [":majlis.local 760 ana bob url * :x"]);
    house.ask(ana, "CAP REQ -draft/metadata-2");
    assert!(told(&mut house, ana).is_empty());
}
