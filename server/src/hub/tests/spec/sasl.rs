//! Signing in (IRCv3 SASL 3.1 and 3.2; RFC 5802, 7677, 9266 and 4616).

use majlis_protocol::base64;
use majlis_protocol::scram::{Binding, ClientStart, LEAST_ITERATIONS, Password};

use super::accounts::{PASSWORD, house, signed_in, tls};
use super::{House, only};
use crate::event::{ConnId, Guest, Peer};
use crate::hub::HubSettings;
use crate::hub::testing::{device_key, peer_of};

pub(in super::super) const FAILED: &str = ":majlis.local 904 * :SASL authentication failed";

/// A connection that has enabled SASL and not registered.
pub(in super::super) fn newcomer(house: &mut House, device: Option<u8>) -> ConnId {
    let conn = house.open_from(Guest::Irc, device.map_or_else(tls, |device| peer_of(Some(device))));
    house.say(conn, "CAP REQ sasl");
    house.read(conn);
    conn
}

fn plain(authzid: &str, name: &str, password: &str) -> String {
    base64::encode(format!("{authzid}\0{name}\0{password}").as_bytes())
}

/// Signs in by PLAIN; what comes back.
pub(in super::super) fn sign_in(
    house: &mut House,
    conn: ConnId,
    name: &str,
    password: &str,
) -> Vec<String> {
    assert_eq!(only(house.ask(conn, "AUTHENTICATE PLAIN")), ":majlis.local AUTHENTICATE +");
    house.say(conn, &format!("AUTHENTICATE {}", plain("", name, password)));
    house.work();
    house.read(conn)
}

fn challenge(house: &mut House, conn: ConnId, message: &str) -> String {
    let line = format!("AUTHENTICATE {}", base64::encode(message.as_bytes()));
    let answer = only(house.ask(conn, &line));
    let text =
        answer.strip_prefix(":majlis.local AUTHENTICATE ").unwrap_or_else(|| panic!("{answer}"));
    String::from_utf8(base64::decode(text).unwrap()).unwrap()
}

pub(in super::super) fn scram(
    house: &mut House,
    conn: ConnId,
    binding: Binding,
    name: &str,
    password: &str,
) -> Vec<String> {
    let mechanism = match binding {
        Binding::TlsExporter(_) => "SCRAM-SHA-256-PLUS",
        Binding::None { .. } => "SCRAM-SHA-256",
    };
    house.ask(conn, &format!("AUTHENTICATE {mechanism}"));
    let client = ClientStart::new(name, "nonce", binding, LEAST_ITERATIONS);
    let first = challenge(house, conn, &client.message());
    let password = Password::new(password).unwrap();
    let (client, proof) = client.prove(first.as_bytes(), &password).unwrap();
    let line = format!("AUTHENTICATE {}", base64::encode(proof.as_bytes()));
    let answer = only(house.ask(conn, &line));
    let Some(last) = answer.strip_prefix(":majlis.local AUTHENTICATE ") else {
        return vec![answer];
    };
    assert_eq!(client.finish(&base64::decode(last).unwrap()), Ok(()));
    house.ask(conn, "AUTHENTICATE +")
}

fn logged_in(nick: &str, mask: &str) -> [String; 2] {
    [
        format!(":majlis.local 900 {nick} {mask} ana :You are now logged in as ana"),
        format!(":majlis.local 903 {nick} :SASL authentication successful"),
    ]
}

#[test]
fn each_mechanism_lets_the_right_person_in() {
    let mut house = house();
    let success = logged_in("*", "*!*@192.0.2.1");
    let conn = newcomer(&mut house, None);
    assert_eq!(sign_in(&mut house, conn, "ana", PASSWORD), success);
    let conn = newcomer(&mut house, None);
    let offered = Binding::None { offered: true };
    assert_eq!(scram(&mut house, conn, offered, "ana", PASSWORD), success);
    let conn = newcomer(&mut house, None);
    let bound = Binding::TlsExporter([0; 32]);
    assert_eq!(scram(&mut house, conn, bound, "ANA", PASSWORD), success);
}

#[test]
fn nobody_else_gets_in_and_every_failure_looks_the_same() {
    let mut house = house();
    let bound = Binding::TlsExporter([0; 32]);
    for (name, password) in [("ana", "roses-roses"), ("nobody", PASSWORD), ("", PASSWORD)] {
        let conn = newcomer(&mut house, None);
        assert_eq!(sign_in(&mut house, conn, name, password), [FAILED], "{name}");
        if !name.is_empty() {
            assert_eq!(scram(&mut house, conn, bound, name, password), [FAILED], "{name}");
        }
    }
}

#[test]
fn an_unknown_name_gets_the_same_salt_each_time() {
    let mut house = house();
    let mut first = |name: &str| {
        let conn = newcomer(&mut house, None);
        house.ask(conn, "AUTHENTICATE SCRAM-SHA-256");
        let challenge = challenge(&mut house, conn, &format!("n,,n={name},r=r"));
        let (nonce, rest) = challenge.split_once(',').unwrap();
        (nonce.to_owned(), rest.to_owned())
    };
    let (known, unknown, again) = (first("ana"), first("nobody"), first("Nobody"));
    assert_eq!(unknown.1, again.1);
    assert_ne!(unknown.0, again.0, "no nonce comes twice");
    assert_eq!(known.1.len(), unknown.1.len());
    assert!(known.1.ends_with(",i=4096") && unknown.1.ends_with(",i=4096"));
}

#[test]
fn a_challenge_arrives_whole_however_long_the_nonces_are() {
    let mut house = house();
    let conn = newcomer(&mut house, None);
    house.ask(conn, "AUTHENTICATE SCRAM-SHA-256");
    let nonce = "n".repeat(64);
    let challenge = challenge(&mut house, conn, &format!("n,,n=ana,r={nonce}"));
    assert!(challenge.starts_with(&format!("r={nonce}")) && challenge.ends_with(",i=4096"));
}

#[test]
fn a_relayed_sign_in_is_refused() {
    let mut house = house();
    let conn = newcomer(&mut house, None);
    let elsewhere = Binding::TlsExporter([9; 32]);
    assert_eq!(scram(&mut house, conn, elsewhere, "ana", PASSWORD), [FAILED]);
    // The offer of -PLUS was taken away on the way.
    house.ask(conn, "AUTHENTICATE SCRAM-SHA-256");
    let first = base64::encode(b"y,,n=ana,r=r");
    assert_eq!(only(house.ask(conn, &format!("AUTHENTICATE {first}"))), FAILED);
}

#[test]
fn a_device_signs_in_by_its_key_once_it_was_added() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", Some(5), "");
    let other = newcomer(&mut house, Some(5));
    house.ask(other, "AUTHENTICATE EXTERNAL");
    assert_eq!(only(house.ask(other, "AUTHENTICATE +")), FAILED);
    let key = device_key(5).to_string();
    assert_eq!(only(house.ask(ana, "DEVICE ADD")), format!(":majlis.local DEVICE ADD ana {key}"));
    house.ask(other, "AUTHENTICATE EXTERNAL");
    assert_eq!(house.ask(other, "AUTHENTICATE +"), logged_in("*", "*!*@192.0.2.1"));
    let third = newcomer(&mut house, Some(5));
    house.ask(third, "AUTHENTICATE EXTERNAL");
    let bob = base64::encode(b"bob");
    assert_eq!(only(house.ask(third, &format!("AUTHENTICATE {bob}"))), FAILED);
}

#[test]
fn passwords_are_said_under_encryption_or_on_this_machine_only() {
    let mut house = house();
    let conn = house.open(Guest::Irc, None);
    house.ask(conn, "CAP REQ sasl");
    let answer = house.ask(conn, "AUTHENTICATE PLAIN");
    let offered = ":majlis.local 908 * SCRAM-SHA-256 :are available SASL mechanisms";
    assert_eq!(answer, [offered, FAILED]);
    let answer = scram(&mut house, conn, Binding::None { offered: false }, "ana", PASSWORD);
    assert_eq!(answer, logged_in("*", "*!*@192.0.2.1"));
}

#[test]
fn the_command_comes_with_its_capability() {
    let mut house = house();
    let conn = house.open_from(Guest::Irc, tls());
    let unknown = ":majlis.local 421 * AUTHENTICATE :Unknown command";
    assert_eq!(only(house.ask(conn, "AUTHENTICATE PLAIN")), unknown);
    house.ask(conn, "CAP REQ sasl");
    let few = ":majlis.local 461 * AUTHENTICATE :Not enough parameters";
    assert_eq!(only(house.ask(conn, "AUTHENTICATE")), few);
    let offered = ":majlis.local CAP * LS :sasl=SCRAM-SHA-256-PLUS,SCRAM-SHA-256,PLAIN";
    let list = house.ask(conn, "CAP LS 302").join("\n");
    assert!(list.contains(&offered[offered.find("sasl").unwrap()..]), "{list}");
    assert!(!house.ask(conn, "CAP LS").join("\n").contains("sasl="));
}

#[test]
fn a_sign_in_can_be_given_up_and_begun_again() {
    let mut house = house();
    let conn = newcomer(&mut house, None);
    let aborted = ":majlis.local 906 * :SASL authentication aborted";
    assert_eq!(only(house.ask(conn, "AUTHENTICATE *")), aborted);
    house.ask(conn, "AUTHENTICATE PLAIN");
    assert_eq!(only(house.ask(conn, "AUTHENTICATE *")), aborted);
    assert_eq!(sign_in(&mut house, conn, "ana", PASSWORD).len(), 2);
}

#[test]
fn registering_amid_a_sign_in_gives_it_up() {
    let mut house = house();
    let conn = newcomer(&mut house, None);
    house.ask(conn, "AUTHENTICATE PLAIN");
    house.say(conn, "NICK guest");
    house.say(conn, "USER g 0 * :G");
    let lines = house.ask(conn, "CAP END");
    assert_eq!(lines[0], ":majlis.local 906 * :SASL authentication aborted");
    assert!(lines[1].contains(" 001 guest "));
}

#[test]
fn long_passwords_come_in_chunks() {
    let mut house = house();
    let long = "x".repeat(1_024);
    let text = plain("", "ana", &long);
    assert!(text.len() > 800);
    for (password, expected) in [(long.as_str(), 904), ("x", 904)] {
        let conn = newcomer(&mut house, None);
        house.ask(conn, "AUTHENTICATE PLAIN");
        for chunk in plain("", "ana", password).as_bytes().chunks(400) {
            house.say(conn, &format!("AUTHENTICATE {}", std::str::from_utf8(chunk).unwrap()));
        }
        assert_eq!(house.jobs.len(), 1);
        house.work();
        assert!(only(house.read(conn)).contains(&format!(" {expected} ")));
    }
    let too_long = ":majlis.local 905 * :SASL message too long";
    let conn = newcomer(&mut house, None);
    house.ask(conn, "AUTHENTICATE PLAIN");
    assert_eq!(only(house.ask(conn, &format!("AUTHENTICATE {}", "A".repeat(401)))), too_long);
    house.ask(conn, "AUTHENTICATE PLAIN");
    for _ in 0..10 {
        assert!(house.ask(conn, &format!("AUTHENTICATE {}", "A".repeat(400))).is_empty());
    }
    let beyond = format!("AUTHENTICATE {}", "A".repeat(100));
    assert_eq!(only(house.ask(conn, &beyond)), too_long);
}

#[test]
fn what_is_malformed_fails() {
    let mut house = house();
    for message in ["!!!!", "A", &base64::encode(b"ana"), &base64::encode(b"a\0ana\0x\0y")] {
        let conn = newcomer(&mut house, None);
        house.ask(conn, "AUTHENTICATE PLAIN");
        assert_eq!(only(house.ask(conn, &format!("AUTHENTICATE {message}"))), FAILED, "{message}");
    }
    let conn = newcomer(&mut house, None);
    house.ask(conn, "AUTHENTICATE PLAIN");
    let other = plain("bob", "ana", PASSWORD);
    assert_eq!(only(house.ask(conn, &format!("AUTHENTICATE {other}"))), FAILED, "not as bob");
}

#[test]
fn a_connection_waits_for_its_hash_and_nobody_else_does() {
    let mut house = house();
    let carol = house.client("carol");
    let conn = newcomer(&mut house, None);
    house.ask(conn, "AUTHENTICATE PLAIN");
    house.say(conn, &format!("AUTHENTICATE {}", plain("", "ana", PASSWORD)));
    assert!(house.ask(conn, "PING x").is_empty());
    assert_eq!(only(house.ask(carol, "PING x")), ":majlis.local PONG majlis.local :x");
    house.work();
    let lines = house.read(conn);
    assert!(lines[0].contains(" 900 ") && lines[1].contains(" 903 "), "{lines:?}");
    assert_eq!(lines[2], ":majlis.local PONG majlis.local :x");
}

#[test]
fn when_the_workers_have_enough_to_do_others_try_again() {
    let mut house = House::with(
        {
            let mut settings = super::accounts::settings();
            settings.limits.hash_queue = 1;
            settings
        },
        super::accounts::restored(),
    );
    let (first, second) = (newcomer(&mut house, None), newcomer(&mut house, None));
    for conn in [first, second] {
        house.ask(conn, "AUTHENTICATE PLAIN");
        house.say(conn, &format!("AUTHENTICATE {}", plain("", "ana", PASSWORD)));
    }
    let busy = ":majlis.local 904 * :Too many people are signing in just now; try again";
    assert_eq!(only(house.read(second)), busy);
    house.work();
    assert_eq!(house.read(first).len(), 2);
    assert_eq!(sign_in(&mut house, second, "ana", PASSWORD).len(), 2);
}

#[test]
fn somebody_who_hangs_up_gives_their_place_back() {
    let mut house = house();
    let conn = newcomer(&mut house, None);
    house.ask(conn, "AUTHENTICATE PLAIN");
    house.say(conn, &format!("AUTHENTICATE {}", plain("", "ana", PASSWORD)));
    let job = house.jobs.pop_front().unwrap();
    house.hang_up(conn, crate::event::CloseReason::Eof);
    house.hub.verify();
    house.jobs.push_back(job);
    house.work();
    house.hub.verify();
}

#[test]
fn a_program_that_says_all_at_once_and_ends_is_signed_in_and_heard() {
    let mut house = house();
    let cleo = house.member("cleo", "#a");
    let conn = newcomer(&mut house, None);
    house.say(conn, "AUTHENTICATE PLAIN");
    house.say(conn, &format!("AUTHENTICATE {}", plain("", "ana", PASSWORD)));
    for line in ["NICK ana", "USER ana 0 * :Ana", "CAP END", "JOIN #a", "PRIVMSG #a :done", "QUIT"]
    {
        house.say(conn, line);
    }
    house.hang_up(conn, crate::event::CloseReason::Eof);
    house.hub.verify();
    assert!(house.read(cleo).is_empty());
    house.work();
    house.hub.verify();
    let told = house.read(cleo);
    let commands = told.iter().filter_map(|line| line.split(' ').nth(1)).collect::<Vec<_>>();
    assert_eq!(commands, ["JOIN", "PRIVMSG", "QUIT"], "{told:?}");
}

#[test]
fn guessing_is_slowed_by_name_and_by_address() {
    let slow = ":majlis.local 904 * :Too many tries to sign in; wait a minute and try again";
    let mut house = house();
    for tries in 1..=11 {
        let conn = newcomer(&mut house, None);
        let expected = if tries <= 10 { FAILED } else { slow };
        assert_eq!(sign_in(&mut house, conn, "ana", "wrong-wrong"), [expected], "{tries}");
    }
    let conn = newcomer(&mut house, None);
    assert_eq!(sign_in(&mut house, conn, "bob", "wrong-wrong"), [FAILED], "another name");
    for tries in 13..=30 {
        let name = format!("n{tries}");
        assert_eq!(sign_in(&mut house, conn, &name, "wrong-wrong"), [FAILED], "{tries}");
    }
    assert_eq!(sign_in(&mut house, conn, "carol", "wrong-wrong"), [slow], "the address");
    let elsewhere = Peer { address: [192, 0, 2, 2].into(), ..tls() };
    let elsewhere = house.open_from(Guest::Irc, elsewhere);
    house.ask(elsewhere, "CAP REQ sasl");
    let answer = sign_in(&mut house, elsewhere, "ana", PASSWORD);
    assert_eq!(answer.len(), 2, "she herself signs in from where she is: {answer:?}");
    house.wait(59_999);
    let conn = newcomer(&mut house, None);
    assert_eq!(sign_in(&mut house, conn, "ana", PASSWORD), [slow]);
    house.wait(1);
    let conn = newcomer(&mut house, None);
    assert_eq!(sign_in(&mut house, conn, "ana", PASSWORD).len(), 2);
}

#[test]
fn unknown_keys_are_counted_by_address() {
    let mut house = house();
    let slow = ":majlis.local 904 * :Too many tries to sign in; wait a minute and try again";
    let known = signed_in(&mut house, "ana", Some(6), "");
    house.say(known, "DEVICE ADD");
    let by_key = |house: &mut House, device| {
        let conn = newcomer(house, Some(device));
        house.ask(conn, "AUTHENTICATE EXTERNAL");
        house.ask(conn, "AUTHENTICATE +")
    };
    for tries in 1..=30 {
        assert_eq!(by_key(&mut house, 6).len(), 2, "good ones do not count");
        assert_eq!(by_key(&mut house, 5), [FAILED], "{tries}");
    }
    assert_eq!(by_key(&mut house, 5), [slow]);
    assert_eq!(by_key(&mut house, 6), [slow]);
    let conn = newcomer(&mut house, None);
    assert_eq!(sign_in(&mut house, conn, "ana", PASSWORD), [slow], "they count together");
    house.wait(60_000);
    assert_eq!(by_key(&mut house, 6).len(), 2);
}

#[test]
fn good_sign_ins_do_not_count() {
    let mut house = house();
    for _ in 0..40 {
        let conn = newcomer(&mut house, None);
        assert_eq!(sign_in(&mut house, conn, "ana", PASSWORD).len(), 2);
        house.say(conn, "QUIT");
    }
}

#[test]
fn signing_in_again_is_fine_and_to_another_account_is_not() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "sasl");
    let again = sign_in(&mut house, ana, "ana", PASSWORD);
    assert_eq!(again, logged_in("ana", "ana!~ana@192.0.2.1"));
    let other = sign_in(&mut house, ana, "bob", PASSWORD);
    let already =
        ":majlis.local 907 ana :You have already authenticated using SASL, to another account";
    assert_eq!(other, [already]);
    // Before registration the last one counts.
    let conn = newcomer(&mut house, None);
    sign_in(&mut house, conn, "bob", PASSWORD);
    assert_eq!(sign_in(&mut house, conn, "ana", PASSWORD), logged_in("*", "*!*@192.0.2.1"));
}

#[test]
fn the_usual_count_is_600_000() {
    assert_eq!(HubSettings::default().password_iterations, 600_000);
}

#[test]
fn every_answer_names_the_client_as_far_as_it_has_a_name() {
    let mut house = house();
    let conn = newcomer(&mut house, None);
    house.say(conn, "NICK carol");
    let lines = sign_in(&mut house, conn, "ana", PASSWORD);
    assert_eq!(lines[0], ":majlis.local 900 * carol!*@192.0.2.1 ana :You are now logged in as ana");
    house.say(conn, "USER c 0 * :C");
    assert!(house.ask(conn, "CAP END")[0].contains(" 001 carol "));
    assert!(
        house.ask(conn, "WHOIS carol").iter().any(|line| line.contains(" 330 carol carol ana "))
    );
}

#[test]
fn after_a_failure_there_is_another_try_with_another_mechanism() {
    let mut house = house();
    let conn = newcomer(&mut house, None);
    assert_eq!(sign_in(&mut house, conn, "ana", "wrong-wrong"), [FAILED]);
    for name in ["GSSAPI", "EXTERNAL", "+", "=", "PLAIN2"] {
        let lines = house.ask(conn, &format!("AUTHENTICATE {name}"));
        assert!(lines[0].contains(" 908 * SCRAM-SHA-256-PLUS,SCRAM-SHA-256,PLAIN :"), "{name}");
        assert_eq!(lines[1], FAILED);
    }
    let bound = Binding::TlsExporter([0; 32]);
    assert_eq!(scram(&mut house, conn, bound, "ana", PASSWORD).len(), 2);
}

#[test]
fn a_message_that_fills_its_last_chunk_is_ended_by_a_plus() {
    let mut house = house();
    let conn = newcomer(&mut house, None);
    house.ask(conn, "AUTHENTICATE PLAIN");
    let password = "x".repeat(300 - "\0ana\0".len());
    let text = plain("", "ana", &password);
    assert_eq!(text.len(), 400);
    assert!(house.ask(conn, &format!("AUTHENTICATE {text}")).is_empty());
    assert!(house.jobs.is_empty(), "there is more to come");
    house.say(conn, "AUTHENTICATE +");
    assert_eq!(house.jobs.len(), 1);
}

#[test]
fn the_last_word_of_scram_is_the_client_s() {
    let mut house = house();
    for (nod, lets_in) in [("+", true), ("AAAA", false), ("*", false)] {
        let conn = newcomer(&mut house, None);
        house.ask(conn, "AUTHENTICATE SCRAM-SHA-256");
        let client =
            ClientStart::new("ana", "n", Binding::None { offered: true }, LEAST_ITERATIONS);
        let first = challenge(&mut house, conn, &client.message());
        let (_, proof) = client.prove(first.as_bytes(), &Password::new(PASSWORD).unwrap()).unwrap();
        challenge(&mut house, conn, &proof);
        let lines = house.ask(conn, &format!("AUTHENTICATE {nod}"));
        assert_eq!(lines.len() == 2 && lines[1].contains(" 903 "), lets_in, "{lines:?}");
    }
}

#[test]
fn an_empty_response_to_plain_fails() {
    let mut house = house();
    let conn = newcomer(&mut house, None);
    house.ask(conn, "AUTHENTICATE PLAIN");
    assert_eq!(only(house.ask(conn, "AUTHENTICATE +")), FAILED);
}
