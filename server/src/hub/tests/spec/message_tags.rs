//! message-tags: what of a client's tags goes on, TAGMSG, and how long tags may be.

use super::{House, keys, only, pair, tag, untagged};
use crate::event::Guest;

const TAGS: &str = "message-tags";

/// A line with so many bytes of tag data, all of it for other clients.
fn line(data_bytes: usize, command: &str) -> String {
    format!("@+x={} {command}", "v".repeat(data_bytes - "+x=".len()))
}

#[test]
fn client_only_tags_go_on_as_they_are_with_all_three_commands() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, TAGS, TAGS);
    let tags = r"+a=1;+draft/reply=x;+v.example/b=raw+:=,escaped\:\s\\\b\;+c;+d=";
    for command in ["PRIVMSG #a :x", "NOTICE #a :x", "TAGMSG #a", "PRIVMSG bob :x", "TAGMSG bob"] {
        house.say(ana, &format!("@{tags} {command}"));
        let heard = only(house.read(bob));
        assert!(heard.contains(&format!(";{tags} :ana!")), "{heard}");
    }
}

#[test]
fn tags_without_the_prefix_are_removed_also_forged_ones() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, TAGS, "message-tags server-time account-tag batch");
    let forged =
        "unknown;time=2000-01-01T00:00:00.000Z;msgid=forged;account=bob;batch=1;bot;label=l;+x=1";
    house.say(ana, &format!("@{forged} PRIVMSG #a :x"));
    let heard = only(house.read(bob));
    assert_eq!(keys(&heard), ["time", "msgid", "+x"]);
    assert_eq!(tag(&heard, "time"), Some("2026-01-01T00:00:00.000Z"));
    assert_ne!(tag(&heard, "msgid"), Some("forged"));
}

#[test]
fn the_server_s_tags_stand_before_the_client_s() {
    let mut house = House::new();
    let all = "message-tags server-time account-tag batch labeled-response echo-message";
    let (ana, bob) = pair(&mut house, all, all);
    let user = house.hub.users.find("ana").expect("ana is there");
    house.hub.users[user].account = Some("ana".into());
    house.say(ana, "MODE ana +B");
    house.read_all();
    let echo = only(house.ask(ana, "@+x;label=l PRIVMSG #a :beep"));
    assert_eq!(keys(&echo), ["label", "time", "account", "msgid", "bot", "+x"]);
    assert_eq!(keys(&only(house.read(bob))), ["time", "account", "msgid", "bot", "+x"]);
}

#[test]
fn of_a_key_that_comes_twice_the_last_goes_on() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, TAGS, TAGS);
    house.say(ana, "@+x=1;+y;+x=2;+X=3 PRIVMSG #a :x");
    assert_eq!(keys(&only(house.read(bob)))[1..], ["+x", "+y", "+X"]);
    house.say(ana, "@+x=1;+x=2 PRIVMSG #a :x");
    assert_eq!(tag(&only(house.read(bob)), "+x"), Some("2"));
}

#[test]
fn a_strange_key_is_no_reason_to_refuse_a_message() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, TAGS, TAGS);
    for key in ["+ä", "+a_b", "+", "+a.b/c/d", "++a", "=x", ";;"] {
        house.say(ana, &format!("@{key} PRIVMSG #a :x"));
        assert_eq!(untagged(&only(house.read(bob))), ":ana!~ana@192.0.2.1 PRIVMSG #a :x", "{key}");
    }
}

#[test]
fn tagmsg_reaches_only_those_who_negotiated_tags() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, TAGS, "server-time account-tag batch");
    house.say(ana, "@+x TAGMSG #a");
    house.say(ana, "@+x TAGMSG bob");
    assert!(house.read(bob).is_empty());
    house.say(ana, "@+x PRIVMSG #a :x");
    assert_eq!(keys(&only(house.read(bob))), ["time"], "nor do they get the tags");
    assert!(only(house.ask(bob, "TAGMSG #a")).contains(" 421 bob TAGMSG "));
}

#[test]
fn tagmsg_is_delivered_as_other_messages_are() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, TAGS, TAGS);
    let eve = house.client_with("eve", None, TAGS);
    house.say(ana, "MODE #a +m");
    house.read_all();
    for (conn, line, answer) in [
        (eve, "TAGMSG #a", "404 eve #a :Cannot send to channel"),
        (bob, "TAGMSG #a", "404 bob #a :Cannot send to channel (+m)"),
        (bob, "TAGMSG @#a", "482 bob #a :You're not channel operator"),
        (bob, "TAGMSG nobody", "401 bob nobody :No such nick"),
        (bob, "TAGMSG #x", "403 bob #x :No such channel"),
        (bob, "TAGMSG", "411 bob :No recipient given (TAGMSG)"),
        (bob, "TAGMSG a,b,c,d,e", "407 bob a,b,c,d,e :Too many targets; nothing was done"),
    ] {
        assert_eq!(only(house.ask(conn, line)), format!(":majlis.local {answer}"));
    }
    house.say(ana, "MODE #a +v bob");
    house.read_all();
    house.say(bob, "@+x TAGMSG @#a,eve :passed over");
    assert!(only(house.read(ana)).ends_with(" :bob!~bob@192.0.2.1 TAGMSG @#a"));
    assert!(only(house.read(eve)).ends_with(" :bob!~bob@192.0.2.1 TAGMSG eve"));
}

#[test]
fn a_client_s_tag_data_may_have_4094_bytes() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, TAGS, "message-tags server-time account-tag");
    house.say(ana, &line(4094, "TAGMSG #a"));
    let heard = only(house.read(bob));
    assert_eq!(tag(&heard, "+x").map(str::len), Some(4091), "none of it is cut");
    let refused = ":majlis.local 417 ana :Input line was too long";
    assert_eq!(only(house.ask(ana, &line(4095, "TAGMSG #a"))), refused);
    assert_eq!(only(house.ask(ana, &line(8191, "TAGMSG #a"))), refused);
    assert!(house.read(bob).is_empty());
    let own = format!("@{} TAGMSG #a", "v".repeat(4095));
    assert_eq!(only(house.ask(ana, &own)), refused, "without the prefix, too");
}

#[test]
fn the_rest_of_the_line_has_512_bytes_whatever_its_tags() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, TAGS, "");
    let body = |bytes: usize| format!("PING :{}", "x".repeat(bytes - "PING :\r\n".len()));
    for before in ["", "@+x ", &line(4094, "")] {
        assert!(only(house.ask(ana, &format!("{before}{}", body(512)))).contains(" PONG "));
        let refused = ":majlis.local 417 ana :Input line was too long";
        assert_eq!(only(house.ask(ana, &format!("{before}{}", body(513)))), refused);
    }
}

#[test]
fn too_long_a_line_is_refused_before_registration_too() {
    let mut house = House::new();
    let conn = house.open(Guest::Irc, None);
    let refused = ":majlis.local 417 * :Input line was too long";
    assert_eq!(only(house.ask(conn, &line(4095, "PING x"))), refused);
}

#[test]
fn whoever_gives_tags_up_gets_none() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, TAGS, TAGS);
    house.ask(bob, "CAP REQ -message-tags");
    house.say(ana, "@+x PRIVMSG #a :x");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PRIVMSG #a :x");
    assert!(!house.ask(bob, "VERSION").join(" ").contains("CLIENTTAGDENY"), "no tag is blocked");
}

#[test]
fn client_tags_count_only_with_message_tags() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.client_with("bob", None, "message-tags");
    house.say(bob, "JOIN #a");
    house.read_all();
    house.say(ana, "@+x=1 PRIVMSG #a :hi");
    assert!(!only(house.read(bob)).contains("+x"));
}
