//! Bans from the whole server: KLINE, DLINE, and the operator's subcommand.

use super::accounts::{self, PASSWORD, signed_in};
use super::operator::{house_with_operator, oper};
use super::{House, only};
use crate::event::{BanRequest, ConnId, ControlRequest, Guest, Restored, ServerBan, Write};
use crate::hub::testing::OPENING;
use crate::hub::{HubSettings, control_at_rest};
use majlis_protocol::{Timestamp, base64};

const SPAM: &str = "465 * :You are banned from this server: spam";
const LAST: &str = "ERROR :Closing link: 192.0.2.1 (Banned from this server: spam)";

fn ban(mask: &str) -> ControlRequest {
    let reason = "spam".to_owned();
    ControlRequest::Ban(BanRequest::Add { mask: mask.to_owned(), span_ms: None, reason })
}

fn lift(mask: &str) -> ControlRequest {
    ControlRequest::Ban(BanRequest::Remove { mask: mask.to_owned() })
}

/// An operator at `192.0.2.9`.
fn operator(house: &mut House) -> ConnId {
    let nour = house.open_at(Guest::Irc, None, "192.0.2.9");
    house.say(nour, "NICK nour");
    house.say(nour, "USER nour 0 * :Nour");
    oper(house, nour, "nour sesame");
    nour
}

#[test]
fn a_banned_address_is_told_why_before_it_says_anything() {
    let mut house = House::new();
    for mask in ["192.0.2.1", "192.0.2.0/24", "192.0.2.*", "*@192.0.2.1"] {
        assert!(house.control(ban(mask)).is_ok(), "{mask}");
        let ana = house.open(Guest::Irc, None);
        assert_eq!(house.read(ana), [format!(":majlis.local {SPAM}"), LAST.to_owned()], "{mask}");
        assert!(!house.is_open(ana));
        let plain = house.open(Guest::Plain, None);
        assert_eq!(only(house.read(plain)), "Banned from this server: spam.");
        let other = house.open_at(Guest::Irc, None, "198.51.100.1");
        assert!(house.is_open(other));
        assert!(house.control(lift(mask)).is_ok(), "{mask}");
        let ana = house.open(Guest::Irc, None);
        assert!(house.is_open(ana));
        house.hub.verify();
    }
}

#[test]
fn those_present_have_to_leave_and_others_see_why() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let other = house.open_at(Guest::Irc, None, "198.51.100.1");
    for line in ["NICK bob", "USER bob 0 * :Bob", "JOIN #a"] {
        house.say(other, line);
    }
    let newcomer = house.open(Guest::Irc, None);
    let plain = house.plain("carol");
    house.read_all();
    assert!(house.control(ban("192.0.2.1")).is_ok());
    house.hub.verify();
    assert_eq!(
        house.read(ana),
        [format!(":majlis.local {}", SPAM.replace('*', "ana")), LAST.to_owned()]
    );
    assert_eq!(house.read(newcomer), [format!(":majlis.local {SPAM}"), LAST.to_owned()]);
    assert_eq!(only(house.read(plain)), "Banned from this server: spam.");
    let quit = ":ana!~ana@192.0.2.1 QUIT :Banned from this server: spam";
    assert_eq!(only(house.read(other)), quit);
}

#[test]
fn this_machine_is_not_banned_by_address() {
    let mut house = House::new();
    let ana = house.open_at(Guest::Irc, None, "127.0.0.1");
    for mask in ["*", "127.0.0.1", "0.0.0.0/0", "::/0"] {
        assert!(house.control(ban(mask)).is_ok());
    }
    assert!(house.is_open(ana));
    let again = house.open_at(Guest::Plain, None, "::1");
    assert!(house.is_open(again));
    assert!(house.control(ban("ana")).is_ok());
    house.say(ana, "NICK ana");
    assert_eq!(house.ask(ana, "USER a 0 * :A")[0], format!(":majlis.local {SPAM}"));
    assert!(!house.is_open(ana), "names are held to account wherever they come from");
}

#[test]
fn a_banned_name_is_turned_away_at_registration_and_refused_to_others() {
    let mut house = House::new();
    assert!(house.control(ban("b?d*")).is_ok());
    let bad = house.open(Guest::Irc, None);
    house.say(bad, "NICK BADly");
    let lines = house.ask(bad, "USER x 0 * :X");
    assert_eq!(lines, [format!(":majlis.local {SPAM}"), LAST.to_owned()]);
    let ana = house.client("ana");
    let refused = ":majlis.local 432 ana bed :That name is banned here: spam";
    assert_eq!(only(house.ask(ana, "NICK bed")), refused);
    assert!(house.ask(ana, "NICK abed")[0].contains("NICK"));
    let plain = house.open(Guest::Plain, None);
    house.read(plain);
    house.text(plain, "bid");
    assert_eq!(only(house.read(plain)), "Banned from this server: spam.");
    assert!(!house.is_open(plain));
    house.hub.verify();
}

#[test]
fn whole_masks_look_at_username_and_host() {
    let mut house = House::new();
    assert!(house.control(ban("*!~bot*@192.0.2.*")).is_ok());
    let mut come = |username: &str, address: &str| {
        let conn = house.open_at(Guest::Irc, None, address);
        house.say(conn, &format!("NICK {username}"));
        house.say(conn, &format!("USER {username} 0 * :X"));
        house.is_open(conn)
    };
    assert!(!come("Bot7", "192.0.2.1"));
    assert!(come("Bot8", "198.51.100.1") && come("ana", "192.0.2.1"));
}

#[test]
fn a_banned_account_cannot_sign_in_and_its_sessions_end() {
    let mut house = accounts::house();
    let ana = signed_in(&mut house, "ana_s", None, "");
    assert!(house.control(ban("$a:AN*")).is_ok());
    assert!(!house.is_open(ana));
    let conn = house.open_from(Guest::Irc, accounts::tls());
    house.say(conn, "CAP REQ sasl");
    house.say(conn, "AUTHENTICATE PLAIN");
    let text = base64::encode(format!("\0ana\0{PASSWORD}").as_bytes());
    house.say(conn, &format!("AUTHENTICATE {text}"));
    house.read(conn);
    house.say(conn, "PING waiting");
    house.work();
    assert_eq!(house.read(conn), [format!(":majlis.local {SPAM}"), LAST.to_owned()]);
    house.hub.verify();
    let wrong = house.open_from(Guest::Irc, accounts::tls());
    house.say(wrong, "CAP REQ sasl");
    house.say(wrong, "AUTHENTICATE PLAIN");
    let text = base64::encode(b"\0ana\0wrong-wrong");
    house.say(wrong, &format!("AUTHENTICATE {text}"));
    house.work();
    assert!(house.is_open(wrong), "only who proves it learns of it");
    signed_in(&mut house, "bob", None, "");
}

#[test]
fn bans_end_by_themselves() {
    let mut house = House::new();
    let reason = String::new();
    let span_ms = Some(60_000);
    let request = BanRequest::Add { mask: "192.0.2.1".to_owned(), span_ms, reason };
    assert!(house.control(ControlRequest::Ban(request)).is_ok());
    house.wait(59_999);
    let early = house.open(Guest::Irc, None);
    assert!(house.read(early)[0].ends_with(" 465 * :You are banned from this server"));
    house.wait(1);
    let ana = house.open(Guest::Irc, None);
    assert!(house.is_open(ana));
    assert!(house.writes.contains(&Write::BanRemoved { mask: "192.0.2.1".to_owned() }));
    assert_eq!(house.control(ControlRequest::Ban(BanRequest::List)), Ok(vec![]));
}

#[test]
fn bans_outlive_a_restart() {
    let kept = |mask: &str, until| ServerBan {
        mask: mask.to_owned(),
        reason: "spam".to_owned(),
        setter: "operator".to_owned(),
        set: Timestamp(0),
        until,
    };
    let bans =
        vec![kept("192.0.2.1", None), kept("198.51.100.1", Some(OPENING)), kept("a b", None)];
    let restored = Restored { bans, next_room: 1, ..Restored::default() };
    let mut house = House::with(HubSettings::default(), restored);
    let ana = house.open(Guest::Irc, None);
    assert!(!house.is_open(ana));
    let other = house.open_at(Guest::Irc, None, "198.51.100.1");
    assert!(house.is_open(other), "it is over");
}

#[test]
fn operators_set_list_and_lift_bans() {
    let mut house = house_with_operator();
    let nour = operator(&mut house);
    let ana = house.client("ana");
    let told = ":majlis.local NOTICE nour :ana!*@* is banned until 2026-01-01T00:10:00.000Z";
    assert_eq!(only(house.ask(nour, "KLINE 10 ana :bad manners")), told);
    assert!(!house.is_open(ana));
    let told = ":majlis.local NOTICE nour :192.0.2.0/29 is banned";
    assert_eq!(only(house.ask(nour, "DLINE 192.0.2.0/29")), told);
    let (set, until) = (OPENING.0 / 1000, OPENING.0 / 1000 + 600);
    let listed =
        format!(":majlis.local 216 nour k ana!*@* {set} {until} nour!~nour@192.0.2.9 :bad manners");
    let end = ":majlis.local 219 nour k :End of STATS report";
    assert_eq!(house.ask(nour, "STATS k"), [listed.as_str(), end]);
    let listed = format!(":majlis.local 225 nour D 192.0.2.0/29 {set} 0 nour!~nour@192.0.2.9 :");
    assert_eq!(house.ask(nour, "STATS d")[0], listed);
    assert_eq!(
        only(house.ask(nour, "UNKLINE ANA")),
        ":majlis.local NOTICE nour :ana!*@* is banned no more"
    );
    assert!(house.ask(nour, "UNDLINE 192.0.2.0/29")[0].contains("no more"));
    let none = ":majlis.local FAIL UNKLINE NO_SUCH_BAN ana!*@* :There is no such ban";
    assert_eq!(only(house.ask(nour, "UNKLINE ana")), none);
    house.client("ana");
    house.hub.verify();
}

#[test]
fn a_time_is_told_from_a_mask() {
    let mut house = house_with_operator();
    let nour = operator(&mut house);
    for (words, told) in [
        ("7d spam", "spam!*@* is banned until 2026-01-08T00:00:00.000Z"),
        ("36h spam :why", "spam!*@* is banned until 2026-01-02T12:00:00.000Z"),
        ("0 spam :why", "spam!*@* is banned"),
        ("spam", "spam!*@* is banned"),
        ("7d", "7d!*@* is banned"),
    ] {
        let line = only(house.ask(nour, &format!("KLINE {words}")));
        assert_eq!(line, format!(":majlis.local NOTICE nour :{told}"), "{words}");
    }
    let bans = house.control(ControlRequest::Ban(BanRequest::List)).unwrap();
    assert_eq!(bans.len(), 2, "one mask is banned once: {bans:?}");
}

#[test]
fn bans_are_the_operators_and_never_meet_them() {
    let mut house = house_with_operator();
    let nour = operator(&mut house);
    let ana = house.client("ana");
    for line in ["KLINE bob", "DLINE 192.0.2.5", "UNKLINE bob", "UNDLINE 192.0.2.5", "STATS k"] {
        assert!(house.ask(ana, line)[0].contains(" 481 ana "), "{line}");
    }
    for line in ["KLINE", "DLINE", "UNKLINE", "UNDLINE", "KLINE 5 :"] {
        assert!(only(house.ask(nour, line)).contains(" 461 nour "), "{line}");
    }
    for (line, mask) in [
        ("KLINE n*", "KLINE INVALID_TARGET n*!*@*"),
        ("DLINE 192.0.2.0/24", "DLINE INVALID_TARGET 192.0.2.0/24"),
        ("KLINE *", "KLINE INVALID_TARGET *!*@*"),
        ("KLINE *@192.0.2.9", "KLINE INVALID_TARGET 192.0.2.9"),
    ] {
        let refused = format!(":majlis.local FAIL {mask} :That ban would meet you");
        assert_eq!(only(house.ask(nour, line)), refused, "{line}");
    }
    assert!(only(house.ask(nour, "DLINE ana")).contains("Give a name, $a:account"));
    assert!(only(house.ask(nour, "KLINE :a b")).contains("Give a name, $a:account"));
    // Somebody else's ban passes an operator by, for as long as they are one.
    assert!(house.control(ban("nour")).is_ok());
    assert!(house.is_open(nour));
    assert!(house.ask(nour, "NICK nour2")[0].contains(" NICK "));
    house.say(nour, "NICK nour");
    house.say(nour, "MODE nour -o");
    assert!(house.control(ban("nour")).is_ok());
    assert!(!house.is_open(nour));
}

#[test]
fn there_are_as_many_bans_as_allowed() {
    let mut house = house_with_operator();
    house.hub.settings.limits.bans = 2;
    let nour = operator(&mut house);
    for mask in ["a", "b"] {
        assert!(only(house.ask(nour, &format!("KLINE {mask}"))).ends_with("is banned"));
    }
    let full =
        ":majlis.local FAIL KLINE LIMIT_REACHED c!*@* :This server has as many bans as it can";
    assert_eq!(only(house.ask(nour, "KLINE c")), full);
    assert!(only(house.ask(nour, "KLINE B :again")).ends_with("B!*@* is banned"));
}

#[test]
fn the_subcommand_says_what_it_did() {
    let mut house = House::new();
    let done = |words: &str| Ok(vec![words.to_owned()]);
    assert_eq!(house.control(ban("Spam*")), done("Spam*!*@* is banned."));
    assert_eq!(
        house.control(ControlRequest::Ban(BanRequest::List)),
        Ok(vec![format!("Spam*!*@*\t{OPENING}\tforever\toperator\tspam")])
    );
    assert_eq!(house.control(lift("Spam*")), done("Spam*!*@* is banned no more."));
    assert_eq!(house.control(lift("Spam*")), Err("Spam*!*@* is not banned.".to_owned()));
    let wrong = house.control(ban("a b")).unwrap_err();
    assert!(wrong.starts_with("\"a b\" is neither a name"), "{wrong}");
    let (reply, write) = control_at_rest(Restored::default(), ban("$a:ana"), Timestamp(5));
    assert_eq!(reply, done("$a:ana is banned."));
    let Some(Write::BanAdded(added)) = write else { panic!("{write:?}") };
    assert_eq!((&*added.mask, added.set, added.until), ("$a:ana", Timestamp(5), None));
}
