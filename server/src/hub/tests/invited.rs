//! An invite's code as the first password (privacy.md, "Sign-in").

use std::sync::Arc;

use majlis_protocol::scram::{Binding, LEAST_ITERATIONS, Password, Verifier};

use super::accounts::{PASSWORD, restored, settings, signed_in, tls};
use super::spec::sasl::{FAILED, newcomer, scram, sign_in};
use super::{House, only};
use crate::event::{ConnId, ControlRequest, Guest, Invite, Reserved, Restored, Write};
use crate::hub::testing::OPENING;
use crate::hub::{HubSettings, RegistrationPolicy, invite_hash};

const CODE: &str = "ABCDE-12345-FGHJK-67890";
const OTHER: &str = "ZZZZZ-12345-FGHJK-67890";
const BOUND: Binding = Binding::TlsExporter([0; 32]);

fn reserved(name: &str, code: &str) -> Invite {
    let password = Password::new(code).unwrap();
    let verifier = Verifier::derive(&password, b"another salt too", LEAST_ITERATIONS).into();
    Invite { reserved: Some(Reserved { name: name.to_owned(), verifier }), ..open(code) }
}

fn open(code: &str) -> Invite {
    Invite { hash: invite_hash(code), made: OPENING, note: String::new(), reserved: None }
}

fn house_with(registration: RegistrationPolicy) -> House {
    let invites = vec![reserved("نور", CODE), open(OTHER)];
    let settings = HubSettings { registration, ..settings() };
    House::with(settings, Restored { invites, ..restored() })
}

fn house() -> House {
    house_with(RegistrationPolicy::Invite)
}

fn logged_in(name: &str) -> [String; 2] {
    [
        format!(":majlis.local 900 * *!*@192.0.2.1 {name} :You are now logged in as {name}"),
        ":majlis.local 903 * :SASL authentication successful".to_owned(),
    ]
}

fn register(house: &mut House, conn: ConnId, line: &str) -> String {
    house.say(conn, line);
    house.work();
    house.read(conn).remove(0)
}

#[test]
fn a_code_for_a_name_is_proved_without_being_said() {
    for binding in [BOUND, Binding::None { offered: true }] {
        let mut house = house();
        let conn = newcomer(&mut house, None);
        assert_eq!(scram(&mut house, conn, binding, "نور", CODE), logged_in("نور"));
        assert!(house.writes.contains(&Write::InviteRemoved(invite_hash(CODE))));
        house.say(conn, "NICK نور");
        house.say(conn, "USER n 0 * :Nour");
        assert!(house.ask(conn, "CAP END")[0].contains(" 001 نور "));
        house.hub.verify();
        // The code is the account's password from now on.
        let again = newcomer(&mut house, None);
        assert_eq!(scram(&mut house, again, binding, "نور", CODE), logged_in("نور"));
        let accounts = house.writes.iter().filter(|write| matches!(write, Write::AccountMade(_)));
        assert_eq!(accounts.count(), 1, "it makes one account");
    }
}

#[test]
fn said_under_encryption_any_code_will_do() {
    for (name, code) in [("نور", CODE), ("نور", "abcde12345fghjk67890"), ("zoë", OTHER)] {
        let mut house = house();
        let conn = newcomer(&mut house, None);
        assert_eq!(sign_in(&mut house, conn, name, code), logged_in(name), "{code}");
        let again = newcomer(&mut house, None);
        assert_eq!(sign_in(&mut house, again, name, code), logged_in(name), "{code}");
        house.hub.verify();
    }
}

#[test]
fn a_code_makes_one_account_and_only_for_its_name() {
    let mut house = house();
    for (name, code) in [("zoë", CODE), ("نور", OTHER), ("نور", "wrong"), ("a b", OTHER)] {
        let conn = newcomer(&mut house, None);
        assert_eq!(sign_in(&mut house, conn, name, code), [FAILED], "{name} {code}");
    }
    let conn = newcomer(&mut house, None);
    assert_eq!(scram(&mut house, conn, BOUND, "نور", OTHER), [FAILED]);
    assert_eq!(scram(&mut house, conn, BOUND, "zoë", OTHER), [FAILED], "which invite is meant?");
    // Names that cannot be new: an account's, and what looks like one.
    assert_eq!(sign_in(&mut house, conn, "ana", OTHER), [FAILED]);
    assert_eq!(sign_in(&mut house, conn, "аna", OTHER), [FAILED]);
    assert!(sign_in(&mut house, conn, "zoë", OTHER)[0].contains(" 900 "));
    let late = newcomer(&mut house, None);
    assert_eq!(sign_in(&mut house, late, "mia", OTHER), [FAILED], "it is used up");
    house.hub.verify();
}

#[test]
fn of_two_with_one_code_the_first_gets_the_account() {
    let mut house = house();
    let conns = [(); 2].map(|()| newcomer(&mut house, None));
    for (conn, name) in conns.into_iter().zip(["zoë", "mia"]) {
        house.ask(conn, "AUTHENTICATE PLAIN");
        let text = majlis_protocol::base64::encode(format!("\0{name}\0{OTHER}").as_bytes());
        house.say(conn, &format!("AUTHENTICATE {text}"));
    }
    house.work();
    assert_eq!(house.read(conns[0]), logged_in("zoë"));
    assert_eq!(house.read(conns[1]), [FAILED]);
    house.hub.verify();
}

#[test]
fn an_invite_that_is_revoked_amid_the_sign_in_makes_nothing() {
    let mut house = house();
    let conn = newcomer(&mut house, None);
    house.ask(conn, "AUTHENTICATE PLAIN");
    let text = majlis_protocol::base64::encode(format!("\0zoë\0{OTHER}").as_bytes());
    house.say(conn, &format!("AUTHENTICATE {text}"));
    let id = invite_hash(OTHER).to_string();
    assert!(house.control(ControlRequest::InviteRevoke { id }).is_ok());
    house.work();
    assert_eq!(house.read(conn), [FAILED]);
}

#[test]
fn a_kept_name_is_registered_with_its_code_only() {
    for policy in [RegistrationPolicy::Open, RegistrationPolicy::Invite] {
        let mut house = house_with(policy);
        let conn = house.open_from(Guest::Irc, tls());
        house.say(conn, "NICK نور");
        house.say(conn, "USER n 0 * :N");
        house.read(conn);
        for code in ["*", OTHER] {
            let refused = register(&mut house, conn, &format!("REGISTER * {code} tulips-tulips"));
            assert!(refused.contains("FAIL REGISTER INVALID_INVITE نور"), "{refused}");
        }
        let made = register(&mut house, conn, &format!("REGISTER * {CODE} tulips-tulips"));
        assert!(made.contains("REGISTER SUCCESS نور"), "{made}");
        house.hub.verify();
    }
}

#[test]
fn where_registration_is_closed_no_code_opens() {
    let mut house = house_with(RegistrationPolicy::Closed);
    let conn = newcomer(&mut house, None);
    assert_eq!(sign_in(&mut house, conn, "zoë", OTHER), [FAILED]);
    assert_eq!(scram(&mut house, conn, BOUND, "نور", CODE), [FAILED]);
}

#[test]
fn a_guest_under_the_name_makes_room_for_who_is_invited() {
    let mut house = house();
    let guest = house.client("نور");
    let zoe = house.client("zoë");
    let conn = newcomer(&mut house, None);
    assert_eq!(sign_in(&mut house, conn, "zoë", OTHER), [FAILED], "no name was kept for them");
    assert!(house.is_open(zoe));
    assert_eq!(scram(&mut house, conn, BOUND, "نور", CODE), logged_in("نور"));
    let last = "ERROR :Closing link: 192.0.2.1 (The name belongs to an account now)";
    assert_eq!(only(house.read(guest)), last);
    house.hub.verify();
}

#[test]
fn somebody_who_is_here_already_stays() {
    let mut house = house();
    let guest = house.open_from(Guest::Irc, tls());
    for line in ["CAP REQ sasl", "NICK نور", "USER n 0 * :N", "CAP END"] {
        house.say(guest, line);
    }
    house.read(guest);
    let lines = scram(&mut house, guest, BOUND, "نور", CODE);
    assert!(lines[0].contains(" 900 نور ") && house.is_open(guest), "{lines:?}");
    let ana = signed_in(&mut house, "ana", None, "sasl");
    let already =
        ":majlis.local 907 ana :You have already authenticated using SASL, to another account";
    assert_eq!(sign_in(&mut house, ana, "zoë", OTHER), [already]);
    house.hub.verify();
}

#[test]
fn guessing_codes_is_slowed() {
    let mut house = house();
    for _ in 0..10 {
        let conn = newcomer(&mut house, None);
        assert_eq!(sign_in(&mut house, conn, "zoë", "wrong"), [FAILED]);
    }
    let conn = newcomer(&mut house, None);
    assert!(sign_in(&mut house, conn, "zoë", OTHER)[0].contains("Too many tries"));
}

#[test]
fn the_operator_keeps_a_name_once() {
    let mut house = house();
    let verifier: Arc<Verifier> = Verifier::decoy(b"x", "x", 4096).into();
    let mut new = |name: &str, code: &str| {
        let reserved = Some(Reserved { name: name.to_owned(), verifier: Arc::clone(&verifier) });
        let (hash, note) = (invite_hash(code), "note".to_owned());
        house.control(ControlRequest::InviteNew { hash, note, reserved })
    };
    let hash = invite_hash("c");
    assert_eq!(new("Zoë", "c"), Ok(vec![format!("Invite {hash} makes the account Zoë.")]));
    assert_eq!(new("zoË", "d"), Err(format!("zoË is kept for who has invite {hash}.")));
    assert_eq!(new("ana", "d"), Err("ana has an account.".to_owned()));
    assert!(new("a b", "d").is_err());
    let add = ControlRequest::AccountAdd { name: "zoë".to_owned(), verifier };
    assert!(house.control(add).unwrap_err().contains("is kept for"));
    let list = house.control(ControlRequest::InviteList).unwrap();
    assert!(list.contains(&format!("{hash}\t{OPENING}\tZoë\tnote")), "{list:?}");
    let ana = newcomer(&mut house, None);
    assert!(sign_in(&mut house, ana, "ana", PASSWORD)[0].contains(" 900 "));
}
