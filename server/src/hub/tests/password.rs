//! PASSWORD: people change their own.

use super::accounts::{PASSWORD, house, signed_in};
use super::spec::sasl::{FAILED, newcomer, sign_in};
use super::{House, only};
use crate::event::{BanRequest, ConnId, ControlRequest, Guest, Write};

const NEW: &str = "lilies and violets";

fn ask(house: &mut House, conn: ConnId, line: &str) -> String {
    house.say(conn, line);
    house.work();
    only(house.read(conn))
}

const DONE: &str =
    ":majlis.local PASSWORD SET ana :Your password was changed; your devices sign in with it once";

#[test]
fn whoever_has_just_signed_in_sets_another() {
    let mut house = house();
    let desk = signed_in(&mut house, "ana", Some(1), "");
    house.say(desk, "DEVICE ADD");
    let phone = signed_in(&mut house, "ana", None, "");
    let other = signed_in(&mut house, "ana_s", None, "");
    let bob = signed_in(&mut house, "bob", None, "");
    house.say(desk, "JOIN #a");
    house.read_all();
    assert_eq!(ask(&mut house, desk, &format!("PASSWORD SET :{NEW}")), DONE);
    house.hub.verify();
    let last = "ERROR :Closing link: 192.0.2.1 (The password was changed; sign in again)";
    for conn in [phone, other] {
        assert_eq!(house.read(conn).last().map(String::as_str), Some(last));
        assert!(!house.is_open(conn));
    }
    assert!(house.is_open(desk) && house.is_open(bob));
    assert_eq!(house.ask(desk, "NAMES #a")[0], ":majlis.local 353 ana = #a :@ana");
    assert_eq!(house.ask(desk, "DEVICE LIST"), [":majlis.local DEVICE END ana"]);
    assert!(house.writes.iter().any(|write| matches!(write, Write::PasswordSet { .. })));
    assert!(!format!("{:?}", house.writes).contains("lilies"), "the password is nowhere");
    let old = newcomer(&mut house, None);
    assert_eq!(sign_in(&mut house, old, "ana", PASSWORD), [FAILED]);
    assert!(sign_in(&mut house, old, "ana", NEW)[0].contains(" 900 "));
    let again = ask(&mut house, desk, &format!("PASSWORD SET :{NEW}"));
    assert!(again.contains("REAUTHENTICATION_REQUIRED"), "one proof, one change: {again}");
}

#[test]
fn after_a_while_the_old_one_is_asked_for() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    let set = format!("PASSWORD SET :{NEW}");
    house.wait(299_999);
    house.say(ana, "PONG");
    house.say(ana, &set);
    assert_eq!(house.jobs.len(), 1, "five minutes are not over");
    house.jobs.clear();
    let mut house = super::accounts::house();
    let ana = signed_in(&mut house, "ana", None, "");
    for _ in 0..5 {
        house.wait(60_000);
        house.say(ana, "PONG");
    }
    let needed = ":majlis.local FAIL PASSWORD REAUTHENTICATION_REQUIRED ana \
                  :Prove your current password first: PASSWORD CHECK :current";
    assert_eq!(ask(&mut house, ana, &set), needed);
    let wrong = ":majlis.local FAIL PASSWORD INVALID_CREDENTIALS ana :That is not your password";
    for typed in ["wrong-wrong", "x"] {
        assert_eq!(ask(&mut house, ana, &format!("PASSWORD CHECK :{typed}")), wrong);
    }
    assert_eq!(ask(&mut house, ana, &set), needed);
    let right = ask(&mut house, ana, &format!("PASSWORD CHECK :{PASSWORD}"));
    assert!(right.starts_with(":majlis.local PASSWORD CHECK ana :"), "{right}");
    assert_eq!(ask(&mut house, ana, &set), DONE);
}

#[test]
fn another_account_s_password_proves_nothing() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "sasl");
    for _ in 0..5 {
        house.wait(60_000);
        house.say(ana, "PONG");
    }
    assert!(sign_in(&mut house, ana, "bob", PASSWORD)[0].contains(" 907 "));
    let refused = ask(&mut house, ana, &format!("PASSWORD SET :{NEW}"));
    assert!(refused.contains("REAUTHENTICATION_REQUIRED"), "{refused}");
    // Nor does one from before signing in to another account with a device's key.
    let bob = signed_in(&mut house, "bob", Some(1), "");
    house.say(bob, "DEVICE ADD");
    let conn = newcomer(&mut house, Some(1));
    assert!(sign_in(&mut house, conn, "ana", PASSWORD)[0].contains(" 900 "));
    house.say(conn, "AUTHENTICATE EXTERNAL");
    house.say(conn, "AUTHENTICATE +");
    for line in ["NICK bob_s", "USER b 0 * :B", "CAP END"] {
        house.say(conn, line);
    }
    house.read(conn);
    let refused = ask(&mut house, conn, &format!("PASSWORD SET :{NEW}"));
    assert!(refused.contains("REAUTHENTICATION_REQUIRED bob"), "{refused}");
    // A banned account's proof leaves nothing behind either, not even a connection.
    let late = newcomer(&mut house, None);
    let mask = "$a:ana".to_owned();
    let ban = BanRequest::Add { mask, span_ms: None, reason: String::new() };
    assert!(house.control(ControlRequest::Ban(ban)).is_ok());
    sign_in(&mut house, late, "ana", PASSWORD);
    assert!(!house.is_open(late));
}

#[test]
fn a_device_s_key_is_no_password() {
    let mut house = house();
    let desk = signed_in(&mut house, "ana", Some(1), "");
    house.say(desk, "DEVICE ADD");
    let phone = newcomer(&mut house, Some(1));
    house.say(phone, "AUTHENTICATE EXTERNAL");
    house.say(phone, "AUTHENTICATE +");
    for line in ["NICK ana", "USER a 0 * :A", "CAP END"] {
        house.say(phone, line);
    }
    house.read(phone);
    let refused = ask(&mut house, phone, &format!("PASSWORD SET :{NEW}"));
    assert!(refused.contains("REAUTHENTICATION_REQUIRED"), "{refused}");
}

#[test]
fn passwords_that_cannot_be_are_refused() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    for (line, expected) in [
        ("PASSWORD SET :7777777", "WEAK_PASSWORD ana :A password has at least 8 characters"),
        ("PASSWORD SET :", "UNACCEPTABLE_PASSWORD ana :a password cannot be empty"),
        ("PASSWORD DANCE :x", "INVALID_PARAMS DANCE :Unknown subcommand"),
    ] {
        assert_eq!(ask(&mut house, ana, line), format!(":majlis.local FAIL PASSWORD {expected}"));
    }
    assert!(ask(&mut house, ana, "PASSWORD SET").contains(" 461 ana PASSWORD "));
    let guest = house.client("carol");
    let needed = ":majlis.local FAIL PASSWORD ACCOUNT_REQUIRED * :Sign in first";
    assert_eq!(ask(&mut house, guest, "PASSWORD SET :12345678"), needed);
}

#[test]
fn it_is_said_where_nobody_reads_it_on_the_way() {
    let mut house = house();
    let ana = house.open(Guest::Irc, None);
    house.say(ana, "CAP REQ sasl");
    let offered = majlis_protocol::scram::Binding::None { offered: false };
    super::spec::sasl::scram(&mut house, ana, offered, "ana", PASSWORD);
    for line in ["NICK ana", "USER a 0 * :A", "CAP END"] {
        house.say(ana, line);
    }
    house.read(ana);
    for what in ["CHECK", "SET"] {
        let refused = ask(&mut house, ana, &format!("PASSWORD {what} :{PASSWORD}"));
        assert!(refused.contains("UNACCEPTABLE_PASSWORD ana :A password can be"), "{refused}");
    }
}

#[test]
fn guessing_is_slowed_as_at_the_door() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    for tries in 1..=11 {
        let answer = ask(&mut house, ana, "PASSWORD CHECK :wrong-wrong");
        let expected = if tries <= 10 { "INVALID_CREDENTIALS" } else { "TEMPORARILY_UNAVAILABLE" };
        assert!(answer.contains(expected), "{tries}: {answer}");
    }
}

#[test]
fn a_sign_in_with_the_old_password_comes_too_late() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    let late = newcomer(&mut house, None);
    house.ask(late, "AUTHENTICATE PLAIN");
    let text = majlis_protocol::base64::encode(format!("\0ana\0{PASSWORD}").as_bytes());
    house.say(ana, &format!("PASSWORD SET :{NEW}"));
    house.say(late, &format!("AUTHENTICATE {text}"));
    house.work();
    assert_eq!(house.read(late), [FAILED]);
}
