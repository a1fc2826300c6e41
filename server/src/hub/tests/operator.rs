//! OPER, KILL, WALLOPS, REHASH.

use std::sync::Arc;

use majlis_protocol::scram::{LEAST_ITERATIONS, Password, Verifier};

use super::accounts::{restored, signed_in};
use super::{House, only};
use crate::event::{ConnId, Guest, Peer, Restored};
use crate::hub::testing::peer_of;
use crate::hub::{HubSettings, Operator};

pub(super) fn house_with_operator() -> House {
    house_with_operator_and(Restored { next_room: 1, ..Restored::default() })
}

pub(super) fn house_with_operator_and(restored: Restored) -> House {
    let operators = operators("sesame");
    House::with(HubSettings { operators, ..HubSettings::default() }, restored)
}

/// Nour, with this password.
fn operators(password: &str) -> Vec<Operator> {
    let password = Password::new(password).expect("a password");
    let verifier: Arc<Verifier> =
        Verifier::derive(&password, b"sixteen bytes of", LEAST_ITERATIONS).into();
    vec![Operator { name: "Nour".to_owned(), verifier }]
}

pub(super) fn oper(house: &mut House, conn: ConnId, words: &str) -> Vec<String> {
    // As by TLS.
    house.hub.connections[&conn].peer.encrypted = true;
    house.say(conn, &format!("OPER {words}"));
    house.work();
    house.read(conn)
}

/// Two devices of `ana`'s, under one nick, of which the first is an operator's.
fn operator_and_another_device(house: &mut House) -> (ConnId, ConnId) {
    let [desk, phone] = [(); 2].map(|()| signed_in(house, "ana", None, ""));
    oper(house, desk, "nour sesame");
    house.read_all();
    (desk, phone)
}

#[test]
fn one_devices_password_makes_no_operator_of_another() {
    let mut house = house_with_operator_and(restored());
    let (desk, phone) = operator_and_another_device(&mut house);
    let carol = house.client("carol");
    assert!(house.ask(carol, "WHOIS ana").iter().any(|line| line.contains(" 313 ")), "all see it");
    for line in ["KILL carol :x", "WALLOPS :x", "REHASH", "KLINE eve", "UNKLINE eve", "STATS k"] {
        assert!(house.ask(phone, line)[0].contains(" 481 ana "), "{line}");
    }
    assert!(house.is_open(carol));
    house.hub.verify();
    house.say(desk, "QUIT");
    assert_eq!(only(house.read(phone)), ":ana!~ana@192.0.2.1 MODE ana -o", "nobody is it now");
    assert!(!house.ask(carol, "WHOIS ana").iter().any(|line| line.contains(" 313 ")));
    house.hub.verify();
}

#[test]
fn who_gives_it_up_gives_it_up_everywhere() {
    let mut house = house_with_operator_and(restored());
    let (desk, phone) = operator_and_another_device(&mut house);
    assert_eq!(only(house.ask(phone, "MODE ana -o")), ":ana!~ana@192.0.2.1 MODE ana -o");
    house.read_all();
    assert!(only(house.ask(desk, "REHASH")).contains(" 481 ana "));
    house.hub.verify();
}

#[test]
fn whom_the_settings_name_no_longer_is_no_operator() {
    let mut house = house_with_operator();
    let ana = house.client("ana");
    oper(&mut house, ana, "nour sesame");
    let mut settings = HubSettings { operators: operators("sesame"), ..HubSettings::default() };
    house.settle_again(settings.clone());
    assert!(house.read(ana).is_empty(), "nothing has changed");
    settings.operators = operators("another");
    house.settle_again(settings);
    assert_eq!(only(house.read(ana)), ":ana!~ana@192.0.2.1 MODE ana -o");
    assert!(only(house.ask(ana, "REHASH")).contains(" 481 ana "));
    house.hub.verify();
}

#[test]
fn who_takes_over_a_ghost_is_no_operator_by_that() {
    let mut house = house_with_operator();
    let ghost = house.client_with("ana", Some(1), "");
    oper(&mut house, ghost, "nour sesame");
    let ana = house.client_with("ana", Some(1), "");
    assert!(!house.is_open(ghost));
    assert_eq!(only(house.ask(ana, "MODE ana")), ":majlis.local 221 ana +");
    assert!(only(house.ask(ana, "REHASH")).contains(" 481 ana "));
    house.hub.verify();
}

#[test]
fn an_operators_password_is_not_taken_where_others_can_read_it() {
    let mut house = house_with_operator();
    let ana = house.client("ana");
    let refused = ":majlis.local 491 ana :OPER is for encrypted connections; connect by TLS";
    assert_eq!(only(house.ask(ana, "OPER nour sesame")), refused);
    assert!(house.jobs.is_empty());
    let peer = Peer { address: "127.0.0.1".parse().unwrap(), ..peer_of(None) };
    let local = house.open_from(Guest::Irc, peer);
    house.say(local, "NICK local");
    house.say(local, "USER x 0 * :X");
    house.say(local, "OPER nour sesame");
    assert_eq!(house.jobs.len(), 1, "nobody else reads what stays on this machine");
}

#[test]
fn a_password_makes_an_operator() {
    let mut house = house_with_operator();
    let ana = house.client("ana");
    let expected =
        [":majlis.local 381 ana :You are now an IRC operator", ":ana!~ana@192.0.2.1 MODE ana +o"];
    assert_eq!(oper(&mut house, ana, "nour sesame"), expected);
    assert_eq!(only(house.ask(ana, "MODE ana")), ":majlis.local 221 ana +o");
    let bob = house.client("bob");
    assert!(house.ask(bob, "WHO ana")[0].contains(" ana H* :0 "));
    let known = ":majlis.local 313 bob ana :is an operator of this server".to_owned();
    assert!(house.ask(bob, "WHOIS ana").contains(&known));
    let counted = house.ask(bob, "LUSERS");
    assert!(counted.contains(&":majlis.local 252 bob 1 :operator(s) online".to_owned()));
    assert_eq!(only(house.ask(ana, "MODE ana -o")), ":ana!~ana@192.0.2.1 MODE ana -o");
    assert!(only(house.ask(ana, "REHASH")).contains(" 481 ana "));
}

#[test]
fn a_wrong_password_or_name_makes_none() {
    let mut house = house_with_operator();
    let ana = house.client("ana");
    let refused = ":majlis.local 464 ana :Password incorrect";
    for words in ["nour wrong", "nobody sesame"] {
        assert_eq!(only(oper(&mut house, ana, words)), refused, "{words}");
    }
    assert!(only(house.ask(ana, "OPER nour")).contains(" 461 ana OPER "));
    let mut house = House::new();
    let ana = house.client("ana");
    let none = ":majlis.local 491 ana :This server has no operators";
    assert_eq!(only(house.ask(ana, "OPER nour sesame")), none);
}

#[test]
fn passwords_cannot_be_guessed_at_any_rate() {
    let mut house = house_with_operator();
    let ana = house.client("ana");
    let mut answers = Vec::new();
    for _ in 0..200 {
        answers.extend(oper(&mut house, ana, "nour wrong"));
    }
    assert!(answers.last().is_some_and(|line| line.contains(" 263 ana OPER :")), "{answers:?}");
}

#[test]
fn an_operator_ends_connections() {
    let mut house = house_with_operator();
    let ana = house.client("ana");
    let (bob, eve) = (house.member("bob", "#a"), house.member("eve", "#a"));
    assert!(only(house.ask(bob, "KILL eve :x")).contains(" 481 bob "));
    oper(&mut house, ana, "nour sesame");
    assert!(house.ask(ana, "KILL BOB :enough of this").is_empty());
    let told = [
        ":ana!~ana@192.0.2.1 KILL bob :enough of this",
        "ERROR :Closing link: 192.0.2.1 (Killed (ana (enough of this)))",
    ];
    assert_eq!(house.read(bob), told);
    assert!(!house.is_open(bob));
    assert_eq!(only(house.read(eve)), ":bob!~bob@192.0.2.1 QUIT :Killed (ana (enough of this))");
    for (line, code) in
        [("KILL eve", " 461 "), ("KILL nobody :x", " 401 "), ("KILL ana :x", " 483 ")]
    {
        assert!(only(house.ask(ana, line)).contains(code), "{line}");
    }
}

#[test]
fn an_operator_speaks_to_those_who_listen() {
    let mut house = house_with_operator();
    let (ana, bob, eve) = (house.client("ana"), house.client("bob"), house.client("eve"));
    house.say(bob, "MODE bob +w");
    house.read(bob);
    assert!(only(house.ask(bob, "WALLOPS :x")).contains(" 481 bob "));
    oper(&mut house, ana, "nour sesame");
    assert!(only(house.ask(ana, "WALLOPS :")).contains(" 461 ana WALLOPS "));
    assert!(house.ask(ana, "WALLOPS :tea at five").is_empty());
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 WALLOPS :tea at five");
    assert!(house.read(eve).is_empty());
    house.say(ana, &format!("WALLOPS :{}", "x".repeat(495)));
    assert_eq!(only(house.read(bob)).len(), 510, "it is cut to a line");
}

#[test]
fn an_operator_has_the_settings_read_again() {
    let mut house = house_with_operator();
    let ana = house.client("ana");
    assert!(only(house.ask(ana, "REHASH")).contains(" 481 ana "));
    assert_eq!(house.rehashes, 0);
    oper(&mut house, ana, "nour sesame");
    assert_eq!(only(house.ask(ana, "REHASH")), ":majlis.local 382 ana majlis.toml :Rehashing");
    assert_eq!(house.rehashes, 1);
}

#[test]
fn what_operators_alone_may_do_is_refused_before_anything_else() {
    let mut house = house_with_operator();
    let ana = house.client("ana");
    let refused = ":majlis.local 481 ana :Permission Denied- You're not an IRC operator";
    for line in
        ["KILL", "KILL ana", "KILL nobody :x", "WALLOPS", "WALLOPS :x", "REHASH", "REHASH x"]
    {
        assert_eq!(only(house.ask(ana, line)), refused, "{line}");
    }
    for line in ["OPER", "OPER nour"] {
        assert!(only(house.ask(ana, line)).contains(" 461 ana OPER :"), "{line}");
    }
}

#[test]
fn whoever_is_killed_is_gone_from_every_room() {
    let mut house = house_with_operator();
    let ana = house.client("ana");
    let (bob, eve) = (house.member("bob", "#a,#b"), house.member("eve", "#a,#b"));
    oper(&mut house, ana, "nour sesame");
    house.say(ana, "KILL bob bye");
    assert_eq!(only(house.read(eve)), ":bob!~bob@192.0.2.1 QUIT :Killed (ana (bye))");
    assert!(house.read(bob).last().is_some_and(|line| line.starts_with("ERROR :")));
    assert!(house.ask(eve, "NAMES #a")[0].ends_with(" :eve"), "nobody is left of them");
    house.client("bob");
}
