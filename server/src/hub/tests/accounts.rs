//! Accounts and what they own (identity.md; draft/account-registration).

use std::sync::{Arc, LazyLock};

use majlis_protocol::base64;
use majlis_protocol::scram::{LEAST_ITERATIONS, Password, Verifier};

use super::{House, only};
use crate::event::{Account, AccountId, ConnId, Guest, Invite, Peer, Restored, Write};
use crate::hub::secret::invite_hash;
use crate::hub::testing::{OPENING, device_key, peer_of};
use crate::hub::{HubSettings, RegistrationPolicy};

/// Of every account here.
pub(super) const PASSWORD: &str = "tulips and roses";

static VERIFIER: LazyLock<Arc<Verifier>> = LazyLock::new(|| {
    let password = Password::new(PASSWORD).unwrap();
    Verifier::derive(&password, b"sixteen bytes of", LEAST_ITERATIONS).into()
});

/// What fits [`PASSWORD`].
pub(super) fn verifier() -> Arc<Verifier> {
    Arc::clone(&VERIFIER)
}

/// The accounts `ana` and `bob`.
pub(super) fn restored() -> Restored {
    let account = |id, name: &str| Account {
        id: AccountId(id),
        name: name.to_owned(),
        made: OPENING,
        verifier: Arc::clone(&VERIFIER),
        devices: Vec::new(),
    };
    let accounts = vec![account(1, "ana"), account(2, "bob")];
    Restored { accounts, next_account: 3, next_room: 1, secret: [3; 32], ..Restored::default() }
}

pub(super) fn settings() -> HubSettings {
    HubSettings { password_iterations: LEAST_ITERATIONS, ..HubSettings::default() }
}

/// A house with the accounts `ana` and `bob`.
pub(super) fn house() -> House {
    House::with(settings(), restored())
}

/// Under TLS, without a device's key.
pub(super) fn tls() -> Peer {
    Peer { encrypted: true, channel_binding: Some([0; 32]), ..peer_of(None) }
}

/// A session under this nick, signed in to the account of that name.
pub(super) fn signed_in(house: &mut House, nick: &str, device: Option<u8>, caps: &str) -> ConnId {
    let (conn, greeting) = sign_on(house, nick, device, caps);
    assert!(greeting.iter().any(|line| line.contains(&format!(" 001 {nick} "))), "{greeting:?}");
    conn
}

fn sign_on(house: &mut House, nick: &str, device: Option<u8>, caps: &str) -> (ConnId, Vec<String>) {
    let peer = device.map_or_else(tls, |device| peer_of(Some(device)));
    let conn = house.open_from(Guest::Irc, peer);
    house.say(conn, "CAP LS 302");
    house.say(conn, &format!("NICK {nick}"));
    house.say(conn, &format!("USER {nick} 0 * :{nick}"));
    house.say(conn, &format!("CAP REQ :sasl {caps}"));
    sign_in(house, conn, nick.split('_').next().unwrap());
    house.read(conn);
    let greeting = house.ask(conn, "CAP END");
    (conn, greeting)
}

/// Signs a connection under TLS in to an account.
pub(super) fn sign_in(house: &mut House, conn: ConnId, account: &str) {
    house.say(conn, "AUTHENTICATE PLAIN");
    let text = base64::encode(format!("\0{account}\0{PASSWORD}").as_bytes());
    house.say(conn, &format!("AUTHENTICATE {text}"));
    house.work();
}

fn newcomer(house: &mut House, nick: &str) -> ConnId {
    let conn = house.open_from(Guest::Irc, tls());
    house.say(conn, &format!("NICK {nick}"));
    house.say(conn, &format!("USER {nick} 0 * :{nick}"));
    house.read(conn);
    conn
}

/// Asks for an account and has its password hashed.
fn register(house: &mut House, conn: ConnId, line: &str) -> Vec<String> {
    house.say(conn, line);
    house.work();
    house.read(conn)
}

fn house_with(registration: RegistrationPolicy, codes: &[&str]) -> House {
    let invites = codes
        .iter()
        .map(|code| Invite {
            hash: invite_hash(code),
            made: OPENING,
            note: String::new(),
            reserved: None,
        })
        .collect();
    let settings = HubSettings { registration, ..settings() };
    House::with(settings, Restored { invites, ..restored() })
}

#[test]
fn a_registered_name_is_for_who_signs_in() {
    let mut house = house();
    let guest = house.open(Guest::Irc, None);
    house.say(guest, "NICK Ana");
    let refused = ":majlis.local 433 * Ana :Nickname belongs to an account; sign in to use it";
    assert_eq!(only(house.ask(guest, "USER x 0 * :X")), refused);
    assert!(house.ask(guest, "NICK visitor")[0].contains(" 001 visitor "));
    let refused = refused.replace("433 *", "433 visitor");
    assert_eq!(only(house.ask(guest, "NICK Ana")), refused);
    signed_in(&mut house, "ana", None, "");
}

#[test]
fn what_looks_like_a_registered_name_is_nobody_s() {
    let mut house = house();
    house.hub.verify();
    let guest = house.client("visitor");
    // A Cyrillic letter in front; and an ASCII look-alike.
    for look_alike in ["аna", "b0b"] {
        let refused = format!(
            ":majlis.local 433 visitor {look_alike} :Nickname looks like one that is in use"
        );
        assert_eq!(only(house.ask(guest, &format!("NICK {look_alike}"))), refused);
    }
    let plain = house.open(Guest::Plain, None);
    house.read(plain);
    house.text(plain, "ana");
    let refused =
        "The name ana belongs to somebody who signs in. Type another name and press enter!";
    assert_eq!(only(house.read(plain)), refused);
}

#[test]
fn one_account_under_one_nick_is_one_user_with_many_sessions() {
    let mut house = house();
    let desk = signed_in(&mut house, "ana", None, "");
    house.say(desk, "JOIN #a");
    let bob = house.member("carol", "#a");
    let (phone, greeting) = sign_on(&mut house, "ana", None, "");
    house.hub.verify();
    assert!(house.read(bob).is_empty(), "nobody sees another come");
    let join = greeting.iter().position(|line| line == ":ana!~ana@192.0.2.1 JOIN #a");
    let names = ":majlis.local 353 ana = #a :@ana carol";
    assert_eq!(greeting[join.expect("it is in the room at once") + 1], names);

    // What one sends the others see.
    house.read_all();
    house.say(desk, "PRIVMSG #a :hello");
    let hello = ":ana!~ana@192.0.2.1 PRIVMSG #a :hello";
    assert_eq!(only(house.read(phone)), hello);
    assert_eq!(only(house.read(bob)), hello);
    // Both receive.
    house.say(bob, "PRIVMSG ana :psst");
    assert_eq!(house.read(desk), house.read(phone));
    // Joins and parts are the user's.
    house.say(phone, "JOIN #b");
    assert_eq!(house.read(desk)[0], ":ana!~ana@192.0.2.1 JOIN #b");
    house.say(desk, "PART #a");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PART #a");
    assert!(house.read(phone).contains(&":ana!~ana@192.0.2.1 PART #a".to_owned()));
    house.hub.verify();
    // So is the nick.
    house.say(desk, "PART #b");
    house.read_all();
    house.say(desk, "NICK ana_s");
    assert_eq!(only(house.read(phone)), ":ana!~ana@192.0.2.1 NICK ana_s");
    // The user stays until the last session goes.
    house.say(bob, "JOIN #c");
    house.say(desk, "JOIN #c");
    house.read_all();
    house.say(desk, "QUIT");
    assert!(house.read(bob).is_empty());
    house.say(phone, "QUIT");
    assert_eq!(only(house.read(bob)), ":ana_s!~ana@192.0.2.1 QUIT :Quit: ");
    house.hub.verify();
}

#[test]
fn a_private_message_is_echoed_to_the_other_sessions() {
    let mut house = house();
    let desk = signed_in(&mut house, "ana", None, "");
    let phone = signed_in(&mut house, "ana", None, "echo-message");
    let old = signed_in(&mut house, "ana", None, "");
    let carol = house.client("carol");
    house.say(desk, "PRIVMSG carol :psst");
    let said = ":ana!~ana@192.0.2.1 PRIVMSG carol :psst";
    assert_eq!(only(house.read(carol)), said);
    assert_eq!(only(house.read(phone)), said);
    assert!(house.read(old).is_empty() && house.read(desk).is_empty());
    house.say(desk, "PRIVMSG ana :note to self");
    let note = ":ana!~ana@192.0.2.1 PRIVMSG ana :note to self";
    for conn in [desk, phone, old] {
        assert_eq!(only(house.read(conn)), note);
    }
}

#[test]
fn one_account_may_be_here_under_several_nicks() {
    let mut house = house();
    signed_in(&mut house, "ana", None, "");
    let other = signed_in(&mut house, "ana_phone", None, "");
    house.hub.verify();
    let taken = ":majlis.local 433 ana_phone ana :Nickname is already in use";
    assert_eq!(only(house.ask(other, "NICK ana")), taken);
}

#[test]
fn a_signed_in_session_is_not_taken_over_by_its_device() {
    let mut house = house();
    let desk = signed_in(&mut house, "ana_s", Some(1), "");
    let guest = house.open(Guest::Irc, Some(1));
    house.say(guest, "NICK ana_s");
    let taken = ":majlis.local 433 * ana_s :Nickname is already in use";
    assert_eq!(only(house.read(guest)), taken);
    assert!(house.is_open(desk));
}

#[test]
fn an_account_is_made_while_connected() {
    let mut house = house();
    let conn = newcomer(&mut house, "Zoë");
    assert_eq!(
        register(&mut house, conn, "REGISTER * * tulips-tulips"),
        [
            ":majlis.local REGISTER SUCCESS Zoë :Account successfully registered",
            ":majlis.local 900 Zoë Zoë!~Zo@192.0.2.1 Zoë :You are now logged in as Zoë",
        ]
    );
    house.hub.verify();
    let made = house.writes.iter().find_map(|write| match write {
        Write::AccountMade(account) => Some(account),
        _ => None,
    });
    let made = made.expect("it is kept");
    assert_eq!((made.id, made.name.as_str(), made.made), (AccountId(3), "Zoë", OPENING));
    assert!(!format!("{:?}", house.writes).contains("tulips"), "the password is nowhere");
    let again = register(&mut house, conn, "REGISTER * * tulips-tulips");
    let already =
        ":majlis.local FAIL REGISTER ALREADY_AUTHENTICATED Zoë :You are signed in already";
    assert_eq!(only(again), already);
}

#[test]
fn an_account_is_made_before_connecting() {
    let mut house = house();
    let conn = house.open_from(Guest::Irc, tls());
    let ls = house.ask(conn, "CAP LS 302").join("\n");
    assert!(ls.contains("draft/account-registration=before-connect"), "{ls}");
    let no_nick = register(&mut house, conn, "REGISTER * * tulips-tulips");
    assert_eq!(only(no_nick), ":majlis.local FAIL REGISTER NEED_NICK * :Say your nick first");
    house.say(conn, "NICK carol");
    house.say(conn, "USER c 0 * :C");
    let lines = register(&mut house, conn, "REGISTER carol * tulips-tulips");
    let in_as = ":majlis.local 900 * carol!*@192.0.2.1 carol :You are now logged in as carol";
    assert_eq!(lines[1], in_as);
    assert!(house.ask(conn, "CAP END")[0].contains(" 001 carol "));
    house.hub.verify();
    assert!(house.hub.users.iter().all(|(_, user)| user.account.is_some()));
}

#[test]
fn accounts_that_cannot_be_are_refused() {
    let mut house = house();
    let carol = newcomer(&mut house, "carol");
    let mut fail = |line: &str, expected: &str| {
        let lines = register(&mut house, carol, line);
        assert_eq!(only(lines), format!(":majlis.local FAIL REGISTER {expected}"), "{line}");
    };
    fail(
        "REGISTER dave * tulips-tulips",
        "ACCOUNT_NAME_MUST_BE_NICK dave :An account bears the nick of who makes it",
    );
    fail("REGISTER * * 7777777", "WEAK_PASSWORD carol :A password has at least 8 characters");
    fail(
        "REGISTER * * :tulips\u{7}tulips",
        "UNACCEPTABLE_PASSWORD carol :the password has characters that a password cannot have",
    );
    fail("REGISTER * * :", "UNACCEPTABLE_PASSWORD carol :a password cannot be empty");
    let few = ":majlis.local 461 carol REGISTER :Not enough parameters";
    assert_eq!(only(house.ask(carol, "REGISTER * *")), few);
    let eight = register(&mut house, carol, "REGISTER * * 88888888");
    assert!(eight[0].contains("SUCCESS"), "{eight:?}");

    let ana = house.open_from(Guest::Irc, tls());
    house.say(ana, "NICK ana");
    let exists =
        ":majlis.local FAIL REGISTER ACCOUNT_EXISTS ana :An account of that name exists already";
    assert_eq!(only(register(&mut house, ana, "REGISTER * * tulips-tulips")), exists);

    let open = house.client("dave");
    let plain = ":majlis.local FAIL REGISTER UNACCEPTABLE_PASSWORD dave \
                 :A password can be set under encryption only; connect by TLS";
    assert_eq!(only(register(&mut house, open, "REGISTER * * tulips-tulips")), plain);
}

#[test]
fn of_two_who_register_one_name_one_gets_it() {
    let mut house = house();
    let conns = [(); 2].map(|()| {
        let conn = house.open_from(Guest::Irc, tls());
        house.say(conn, "NICK carol");
        conn
    });
    for conn in conns {
        house.say(conn, "REGISTER * * tulips-tulips");
    }
    house.work();
    assert!(house.read(conns[0])[0].contains("SUCCESS"));
    assert!(only(house.read(conns[1])).contains("ACCOUNT_EXISTS"));
    house.hub.verify();
}

#[test]
fn by_invitation_each_code_makes_one_account() {
    let mut house = house_with(RegistrationPolicy::Invite, &["AB12-CD34"]);
    let refused = ":majlis.local FAIL REGISTER INVALID_INVITE carol \
                   :Give an unused invite code in the place of the email address";
    let carol = newcomer(&mut house, "carol");
    for code in ["*", "AB12-CD35"] {
        let lines = register(&mut house, carol, &format!("REGISTER * {code} tulips-tulips"));
        assert_eq!(only(lines), refused);
    }
    let dave = newcomer(&mut house, "dave");
    house.say(carol, "REGISTER * ab12cd34 tulips-tulips");
    house.say(dave, "REGISTER * AB12-CD34 tulips-tulips");
    house.work();
    assert!(house.read(carol)[0].contains("SUCCESS"));
    assert_eq!(only(house.read(dave)), refused.replace("carol", "dave"), "it is used up");
    assert!(house.writes.contains(&Write::InviteRemoved(invite_hash("AB12CD34"))));
}

#[test]
fn where_registration_is_closed_it_is_not_offered() {
    let mut house = house_with(RegistrationPolicy::Closed, &[]);
    let carol = newcomer(&mut house, "carol");
    let refused = ":majlis.local FAIL REGISTER TEMPORARILY_UNAVAILABLE * \
                   :Only the operator makes accounts here";
    assert_eq!(only(register(&mut house, carol, "REGISTER * * tulips-tulips")), refused);
    assert!(!house.ask(carol, "CAP LS 302").join("").contains("account-registration"));
    let nak = ":majlis.local CAP carol NAK draft/account-registration";
    assert_eq!(
        only(house.ask(carol, "CAP REQ draft/account-registration")).replace(" :", " "),
        nak
    );
}

#[test]
fn registering_is_slowed() {
    let mut house = house();
    for tries in 1..=11 {
        let conn = newcomer(&mut house, &format!("guest{tries}"));
        let lines = register(&mut house, conn, "REGISTER * * tulips-tulips");
        let is_slowed = lines[0].contains("TEMPORARILY_UNAVAILABLE");
        assert_eq!(is_slowed, tries > 10, "{lines:?}");
    }
}

#[test]
fn nothing_is_left_to_verify() {
    let mut house = house();
    let conn = newcomer(&mut house, "carol");
    let refused = ":majlis.local FAIL VERIFY INVALID_CODE carol :No account waits for a code";
    assert_eq!(only(house.ask(conn, "VERIFY carol 123")), refused);
    let ana = signed_in(&mut house, "ana", None, "");
    let refused = ":majlis.local FAIL VERIFY ALREADY_AUTHENTICATED ana :You are signed in already";
    assert_eq!(only(house.ask(ana, "VERIFY ana 123")), refused);
}

#[test]
fn devices_are_added_listed_and_removed() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", Some(1), "");
    let key = device_key(1).to_string();
    assert_eq!(only(house.ask(ana, "DEVICE ADD")), format!(":majlis.local DEVICE ADD ana {key}"));
    let known = ":majlis.local FAIL DEVICE ALREADY_ADDED :This device signs in by itself already";
    assert_eq!(only(house.ask(ana, "DEVICE ADD")), known);
    assert_eq!(
        house.ask(ana, "DEVICE LIST"),
        [format!(":majlis.local DEVICE LIST ana {key}"), ":majlis.local DEVICE END ana".to_owned(),]
    );
    let bob = signed_in(&mut house, "bob", Some(1), "");
    assert_eq!(only(house.ask(bob, "DEVICE ADD")), known);
    let unknown =
        format!(":majlis.local FAIL DEVICE NO_SUCH_DEVICE {key} :Your account has no such device");
    assert_eq!(only(house.ask(bob, &format!("DEVICE REMOVE {key}"))), unknown);
    let removed = format!(":majlis.local DEVICE REMOVE ana {key}");
    assert_eq!(only(house.ask(ana, &format!("DEVICE REMOVE {key}"))), removed);
    house.hub.verify();

    let keyless = signed_in(&mut house, "bob", None, "");
    let none = ":majlis.local FAIL DEVICE NO_KEY :This connection shows no key of a device";
    assert_eq!(only(house.ask(keyless, "DEVICE ADD")), none);
    let guest = house.client("carol");
    let needed = ":majlis.local FAIL DEVICE ACCOUNT_REQUIRED :Sign in first";
    assert_eq!(only(house.ask(guest, "DEVICE LIST")), needed);
    let invalid = ":majlis.local FAIL DEVICE INVALID_PARAMS DANCE :Unknown subcommand";
    assert_eq!(only(house.ask(ana, "DEVICE DANCE")), invalid);
}

#[test]
fn an_account_s_rooms_are_kept_while_away() {
    let mut house = house();
    let carol = house.member("carol", "#a,#b,#c,#d,#e");
    let ana = signed_in(&mut house, "ana", None, "");
    house.say(ana, "JOIN #a,#b,#c,#d,#own");
    house.say(ana, "PART #b");
    house.say(carol, "KICK #c ana");
    house.say(ana, "MODE #own +k secret");
    house.say(ana, "QUIT");
    house.say(carol, "MODE #d +b ana!*@*");
    house.read_all();
    let (ana, greeting) = sign_on(&mut house, "ana", None, "");
    let joins: Vec<&String> = greeting.iter().filter(|line| line.contains(" JOIN ")).collect();
    assert_eq!(joins, [":ana!~ana@192.0.2.1 JOIN #a", ":ana!~ana@192.0.2.1 JOIN #own"]);
    assert!(
        greeting.contains(&":majlis.local 353 ana = #a :@carol ana".to_owned()),
        "{greeting:?}"
    );
    assert_eq!(only(house.read(carol)), ":ana!~ana@192.0.2.1 JOIN #a");
    house.hub.verify();
    // What is kept is the account's, not another nick's.
    let (_, greeting) = sign_on(&mut house, "ana_s", None, "");
    assert!(!greeting.iter().any(|line| line.contains(" JOIN ")), "{greeting:?}");
    house.say(ana, "QUIT");
}

#[test]
fn a_guest_s_room_that_ended_is_kept_for_nobody() {
    let mut house = house();
    let carol = house.member("carol", "#a");
    let ana = signed_in(&mut house, "ana", None, "");
    house.say(ana, "JOIN #a");
    house.say(ana, "QUIT");
    house.say(carol, "QUIT");
    house.hub.verify();
    let (_, greeting) = sign_on(&mut house, "ana", None, "");
    assert!(!greeting.iter().any(|line| line.contains(" JOIN ")), "{greeting:?}");
}
