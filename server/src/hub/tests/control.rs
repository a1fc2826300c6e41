//! The operator's subcommands, of a server at work and of a folder at rest.

use std::sync::Arc;

use majlis_protocol::Timestamp;
use majlis_protocol::scram::Verifier;

use super::accounts::{house, restored, signed_in};
use super::{House, only};
use crate::event::{ControlRequest, Guest, InviteHash, Write};
use crate::hub::testing::OPENING;
use crate::hub::{control_at_rest, invite_hash};

fn verifier() -> Arc<Verifier> {
    Verifier::decoy(b"test", "x", 4096).into()
}

fn add(name: &str) -> ControlRequest {
    ControlRequest::AccountAdd { name: name.to_owned(), verifier: verifier() }
}

fn remove(name: &str) -> ControlRequest {
    ControlRequest::AccountRemove { name: name.to_owned() }
}

fn passwd(name: &str) -> ControlRequest {
    ControlRequest::AccountPassword { name: name.to_owned(), verifier: verifier() }
}

fn names(house: &mut House) -> Vec<String> {
    let lines = house.control(ControlRequest::AccountList).unwrap();
    lines.iter().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn accounts_are_made_listed_and_ended() {
    let mut house = house();
    assert_eq!(house.control(add("Zoë")), Ok(vec!["Zoë has an account now.".to_owned()]));
    assert_eq!(names(&mut house), ["ana", "bob", "Zoë"]);
    let lines = house.control(ControlRequest::AccountList).unwrap();
    assert_eq!(lines[2], format!("Zoë\t{OPENING}\t0 devices"));
    assert!(matches!(house.writes.last(), Some(Write::AccountMade(_))));
    for (name, why) in [
        ("ZOË", "Zoë has an account."),
        ("аna", "аna looks like another account's name."),
        ("a b", "\"a b\" cannot be a name:"),
    ] {
        let refused = house.control(add(name)).unwrap_err();
        assert!(refused.to_lowercase().starts_with(&why.to_lowercase()), "{refused}");
    }
    assert!(house.control(remove("zoë")).is_ok());
    assert_eq!(house.control(remove("zoë")), Err("There is no account \"zoë\".".to_owned()));
    assert_eq!(names(&mut house), ["ana", "bob"]);
    house.hub.verify();
}

#[test]
fn whoever_has_the_old_password_has_to_leave() {
    let mut house = house();
    let desk = signed_in(&mut house, "ana", Some(1), "");
    house.say(desk, "DEVICE ADD");
    let phone = signed_in(&mut house, "ana", None, "");
    let bob = signed_in(&mut house, "bob", None, "");
    house.read_all();
    assert!(house.control(passwd("ana")).is_ok());
    let last = "ERROR :Closing link: 192.0.2.1 (The password was changed; sign in again)";
    for conn in [desk, phone] {
        assert!(house.read(conn).contains(&last.to_owned()));
        assert!(!house.is_open(conn));
    }
    assert!(house.is_open(bob));
    house.hub.verify();
    let lines = house.control(ControlRequest::AccountList).unwrap();
    assert!(lines[0].ends_with("0 devices"), "{lines:?}");
}

#[test]
fn a_proof_of_the_old_password_comes_too_late() {
    let mut house = house();
    let conn = house.open_from(Guest::Irc, super::accounts::tls());
    house.say(conn, "CAP REQ sasl");
    house.say(conn, "AUTHENTICATE SCRAM-SHA-256");
    let first = majlis_protocol::base64::encode(b"n,,n=ana,r=r");
    house.say(conn, &format!("AUTHENTICATE {first}"));
    house.read(conn);
    assert!(house.control(passwd("ana")).is_ok());
    let answer = house.ask(conn, "AUTHENTICATE Yz1iaXdz");
    assert!(answer.last().unwrap().contains(" 904 "), "{answer:?}");
}

#[test]
fn an_account_that_ends_takes_its_sessions_with_it() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    let carol = house.client("carol");
    for conn in [ana, carol] {
        house.say(conn, "JOIN #a");
    }
    house.read_all();
    assert!(house.control(remove("ana")).is_ok());
    assert_eq!(only(house.read(carol)), ":ana!~ana@192.0.2.1 QUIT :The account was removed");
    house.hub.verify();
    house.client("ana");
}

#[test]
fn a_removed_account_s_rooms_are_not_for_the_next_of_its_name() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    house.say(ana, "JOIN #hers");
    house.read_all();
    assert!(house.control(remove("ana")).is_ok());
    let verifier = super::accounts::verifier();
    let again = ControlRequest::AccountAdd { name: "ana".to_owned(), verifier };
    assert!(house.control(again).is_ok());
    let other = signed_in(&mut house, "ana", None, "");
    let joined = house.ask(other, "JOIN #hers");
    assert!(joined[1].ends_with(":ana"), "{joined:?}");
}

#[test]
fn a_guest_leaves_a_name_that_becomes_an_account_s() {
    let mut house = house();
    let guest = house.client("carol");
    assert!(house.control(add("Carol")).is_ok());
    let last = "ERROR :Closing link: 192.0.2.1 (The name belongs to an account now)";
    assert_eq!(only(house.read(guest)), last);
    house.hub.verify();
}

#[test]
fn invites_are_made_listed_and_ended() {
    let mut house = house();
    let hash = invite_hash("ABCDE-12345");
    let new =
        |hash| ControlRequest::InviteNew { hash, note: "for نور".to_owned(), reserved: None };
    assert!(house.control(new(hash)).is_ok());
    assert!(house.control(new(InviteHash([1; 32]))).is_ok());
    let list = house.control(ControlRequest::InviteList).unwrap();
    assert_eq!(
        list,
        [format!("{hash}\t{OPENING}\t*\tfor نور"), format!("01010101\t{OPENING}\t*\tfor نور")]
    );
    let revoke = || ControlRequest::InviteRevoke { id: hash.to_string() };
    assert!(house.control(revoke()).is_ok());
    assert_eq!(house.control(revoke()), Err(format!("There is no unused invite \"{hash}\".")));
    assert_eq!(house.control(ControlRequest::InviteList).unwrap().len(), 1);
    assert!(house.writes.ends_with(&[Write::InviteRemoved(hash)]));
}

#[test]
fn at_rest_the_same_rules_hold() {
    let now = Timestamp(5);
    let (reply, write) = control_at_rest(restored(), add("carol"), now);
    assert_eq!(reply, Ok(vec!["carol has an account now.".to_owned()]));
    let Some(Write::AccountMade(made)) = write else { panic!("{write:?}") };
    assert_eq!((made.id.0, made.name.as_str(), made.made), (3, "carol", now));
    let (reply, write) = control_at_rest(restored(), add("ANA"), now);
    assert_eq!((reply, write), (Err("ANA has an account.".to_owned()), None));
}

#[test]
fn a_room_is_removed_with_its_history_and_those_inside_are_put_out() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", Some(1), "");
    house.say(ana, "JOIN #lobby,#lasting");
    let guest = house.member("guest", "#lasting,#other");
    let rooms = house.control(ControlRequest::RoomList).unwrap();
    assert!(rooms.contains(&format!("#lasting\t{OPENING}\t2 people\tlasting")), "{rooms:?}");
    assert!(rooms.contains(&format!("#other\t{OPENING}\t1 people\tends when empty")));
    house.read_all();
    let remove = |name: &str| ControlRequest::RoomRemove { name: name.to_owned() };
    assert!(house.control(remove("#LASTING")).is_ok());
    assert!(matches!(house.writes.last(), Some(Write::RoomRemoved(_))));
    assert_eq!(only(house.read(ana)), ":majlis.local KICK #lasting ana :The room was removed");
    assert_eq!(only(house.read(guest)), ":majlis.local KICK #lasting guest :The room was removed");
    house.hub.verify();
    assert!(house.control(remove("#lasting")).unwrap_err().contains("There is no room"));
    assert!(house.control(remove("#lobby")).unwrap_err().contains("it stays"));
    house.say(guest, "JOIN #lasting");
    assert!(house.read(guest).iter().any(|line| line.contains("@guest")), "it is a new one");
    house.hub.verify();
}

#[test]
fn who_tells_each_person_once() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", Some(1), "");
    signed_in(&mut house, "ana", Some(1), "");
    house.say(ana, "JOIN #lobby,#a");
    house.member("guest", "#lobby");
    let people = house.control(ControlRequest::Who).unwrap();
    assert_eq!(people.len(), 2, "{people:?}");
    assert!(people[0].starts_with("ana!") && people[0].contains("\tana\t2 sessions\t"));
    assert!(people[0].ends_with("\t#lobby,#a"), "{people:?}");
    assert!(people[1].contains("\t-\t1 sessions\t") && people[1].ends_with("\t#lobby"));
}

#[test]
fn rooms_of_a_folder_at_rest_are_listed_and_removed() {
    let room = crate::event::RestoredRoom::new(crate::event::RoomId(7), "#Old", OPENING, true);
    let restored = || crate::event::Restored { rooms: vec![room.clone()], ..Default::default() };
    let (listed, write) = control_at_rest(restored(), ControlRequest::RoomList, OPENING);
    assert_eq!((listed.unwrap().len(), write), (1, None));
    let remove = |name: &str| ControlRequest::RoomRemove { name: name.to_owned() };
    let (reply, write) = control_at_rest(restored(), remove("#old"), OPENING);
    assert!(reply.is_ok() && write == Some(Write::RoomRemoved(crate::event::RoomId(7))));
    for request in [remove("#new"), ControlRequest::Who] {
        let (reply, write) = control_at_rest(restored(), request, OPENING);
        assert!(reply.is_err() && write.is_none());
    }
}
