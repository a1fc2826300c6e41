//! Ranks of registered people in lasting rooms (identity.md, "A room's life").

use super::accounts::{house, restored, settings, signed_in};
use super::{House, only};
use crate::event::{
    AccountId, ControlRequest, Founder, Letters, Restored, RestoredRoom, RoomId, Write,
};
use crate::hub::testing::OPENING;

/// The ranks that were to be kept, in order.
fn kept(house: &House) -> Vec<(u64, String)> {
    let ranks = |write: &Write| match write {
        Write::RanksSet { account, ranks, .. } => Some((account.0, ranks.to_string())),
        _ => None,
    };
    house.writes.iter().filter_map(ranks).collect()
}

#[test]
fn an_operator_who_comes_back_is_one_still() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    let bob = signed_in(&mut house, "bob", None, "");
    house.say(ana, "JOIN #hers");
    house.say(bob, "JOIN #hers");
    house.say(ana, "MODE #hers +ov bob bob");
    house.say(bob, "PART #hers");
    house.read_all();
    let names = house.ask(bob, "JOIN #hers");
    assert!(names[1].ends_with(":@ana @bob"), "{names:?}");
    let told = [":bob!~bob@192.0.2.1 JOIN #hers", ":majlis.local MODE #hers +ov bob bob"];
    assert_eq!(house.read(ana), told);
    let event = house.history.last().expect("what happens is kept");
    assert_eq!((&*event.source, &*event.text), ("majlis.local", "+ov bob bob"));
    // What is taken away is gone for good, and each rank by itself.
    house.say(ana, "MODE #hers -o bob");
    house.say(bob, "QUIT");
    let bob = signed_in(&mut house, "bob_s", None, "");
    let names = house.ask(bob, "JOIN #hers");
    assert!(names[1].ends_with(":@ana +bob_s"), "whatever the nick: {names:?}");
    house.say(ana, "MODE #hers -v bob_s");
    let expected = [(2, "o"), (2, "ov"), (2, "v"), (2, "")];
    assert_eq!(kept(&house), expected.map(|(account, ranks)| (account, ranks.to_owned())));
    house.hub.verify();
}

#[test]
fn ranks_outlive_a_restart_and_others_hear_of_them() {
    let room = RestoredRoom {
        founder: Some(Founder::Account("ana".to_owned())),
        ranks: vec![(AccountId(2), Letters::of("h"))],
        ..RestoredRoom::new(RoomId(1), "#hers", OPENING, true)
    };
    let restored = Restored { rooms: vec![room], next_room: 2, ..restored() };
    let mut house = House::with(settings(), restored);
    let carol = house.member("carol", "#hers");
    let bob = signed_in(&mut house, "bob", None, "");
    house.say(bob, "JOIN #hers");
    assert_eq!(house.read(carol)[1], ":majlis.local MODE #hers +h bob");
    let ana = signed_in(&mut house, "ana", None, "");
    house.say(ana, "JOIN #hers");
    assert_eq!(house.read(carol)[1], ":majlis.local MODE #hers +o ana");
    house.say(ana, "QUIT");
    assert!(kept(&house).is_empty(), "a founder's are not kept");
}

#[test]
fn the_lobby_is_kept_by_those_whom_the_settings_name() {
    let lobby_operators = vec![majlis_protocol::Name::nick("ANA").unwrap()];
    let settings = crate::hub::HubSettings { lobby_operators, ..settings() };
    let mut house = House::with(settings, restored());
    let carol = house.member("carol", "#lobby");
    assert_eq!(house.ask(carol, "NAMES #lobby")[0], ":majlis.local 353 carol = #lobby :carol");
    let bob = signed_in(&mut house, "bob", None, "");
    let ana = signed_in(&mut house, "ana_s", None, "");
    house.say(bob, "JOIN #lobby,#other");
    house.read_all();
    let names = house.ask(ana, "JOIN #lobby");
    assert!(names[1].ends_with(":carol bob @ana_s"), "{names:?}");
    assert_eq!(house.read(carol)[1], ":majlis.local MODE #lobby +o ana_s");
    assert!(house.ask(ana, "JOIN #other")[1].ends_with(":@bob ana_s"), "of the lobby alone");
    house.say(ana, "MODE #lobby +h bob");
    assert_eq!(kept(&house), [(2, "h".to_owned())], "whom they name is kept like anywhere");
}

#[test]
fn guests_and_passing_rooms_keep_nothing() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    let carol = house.member("carol", "#passing");
    house.say(ana, "JOIN #passing,#hers");
    house.say(carol, "MODE #passing +o ana");
    house.say(carol, "JOIN #hers");
    house.say(ana, "MODE #hers +o carol");
    assert!(kept(&house).is_empty());
    house.say(carol, "PART #hers");
    house.read_all();
    assert!(house.ask(carol, "JOIN #hers")[1].ends_with(":@ana carol"));
}

#[test]
fn a_room_that_begins_to_last_keeps_what_people_are_and_one_that_ends_to_does_not() {
    let mut house = super::operator::house_with_operator_and(restored());
    let nour = house.member("nour", "#a");
    super::operator::oper(&mut house, nour, "nour sesame");
    let bob = signed_in(&mut house, "bob", None, "");
    house.say(bob, "JOIN #a");
    house.say(nour, "MODE #a +v bob");
    house.say(nour, "MODE #a +P");
    assert_eq!(kept(&house), [(2, "v".to_owned())]);
    house.say(nour, "MODE #a -P");
    assert_eq!(kept(&house).last(), Some(&(2, String::new())));
    house.hub.verify();
}

#[test]
fn whoever_signs_in_where_they_have_a_rank_keeps_it() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    house.say(ana, "JOIN #hers");
    let guest = house.open_from(crate::event::Guest::Irc, super::accounts::tls());
    for line in ["CAP REQ sasl", "NICK visitor", "USER v 0 * :V", "CAP END", "JOIN #hers"] {
        house.say(guest, line);
    }
    house.say(ana, "MODE #hers +h visitor");
    assert!(kept(&house).is_empty());
    let text =
        majlis_protocol::base64::encode(format!("\0bob\0{}", super::accounts::PASSWORD).as_bytes());
    house.say(guest, "AUTHENTICATE PLAIN");
    house.say(guest, &format!("AUTHENTICATE {text}"));
    house.work();
    assert_eq!(kept(&house), [(2, "h".to_owned())]);
}

#[test]
fn an_account_that_ends_leaves_no_rank() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "");
    let bob = signed_in(&mut house, "bob", None, "");
    for conn in [ana, bob] {
        house.say(conn, "JOIN #hers");
    }
    house.say(ana, "MODE #hers +o bob");
    assert!(house.control(ControlRequest::AccountRemove { name: "bob".to_owned() }).is_ok());
    house.hub.verify();
    let verifier = super::accounts::verifier();
    let again = ControlRequest::AccountAdd { name: "bob".to_owned(), verifier };
    assert!(house.control(again).is_ok());
    let bob = signed_in(&mut house, "bob", None, "");
    assert!(house.ask(bob, "JOIN #hers")[1].ends_with(":@ana bob"));
    assert_eq!(
        only(house.ask(bob, "MODE #hers +m")),
        ":majlis.local 482 bob #hers :You're not channel operator"
    );
}
