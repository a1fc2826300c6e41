//! OPER, KILL, WALLOPS, REHASH.

use std::sync::Arc;

use majlis_protocol::scram::{LEAST_ITERATIONS, Password, Verifier};

use super::{House, only};
use crate::event::{ConnId, Restored};
use crate::hub::{HubSettings, Operator};

pub(super) fn house_with_operator() -> House {
    house_with_operator_and(Restored { next_room: 1, ..Restored::default() })
}

pub(super) fn house_with_operator_and(restored: Restored) -> House {
    let password = Password::new("sesame").expect("a password");
    let verifier: Arc<Verifier> =
        Verifier::derive(&password, b"sixteen bytes of", LEAST_ITERATIONS).into();
    let operators = vec![Operator { name: "Nour".to_owned(), verifier }];
    House::with(HubSettings { operators, ..HubSettings::default() }, restored)
}

pub(super) fn oper(house: &mut House, conn: ConnId, words: &str) -> Vec<String> {
    house.say(conn, &format!("OPER {words}"));
    house.work();
    house.read(conn)
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
