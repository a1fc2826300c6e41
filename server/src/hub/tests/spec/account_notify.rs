//! account-notify: who signs in.

use super::sasl::sign_in;
use super::{House, accounts, only};
use crate::event::{ConnId, Guest};

/// A guest under TLS, in `#a`.
fn visitor(house: &mut House, caps: &str) -> ConnId {
    let conn = house.open_from(Guest::Irc, accounts::tls());
    let req = format!("CAP REQ :sasl {caps}");
    for line in [&req, "NICK visitor", "USER v 0 * :V", "CAP END", "JOIN #a"] {
        house.say(conn, line);
    }
    house.read_all();
    conn
}

const TOLD: &str = ":visitor!~v@192.0.2.1 ACCOUNT ana";

#[test]
fn those_who_share_a_room_are_told_once() {
    let mut house = accounts::house();
    let told = house.client_with("told", None, "account-notify");
    let bare = house.client("bare");
    let eve = house.client_with("eve", None, "account-notify");
    for conn in [told, bare] {
        house.say(conn, "JOIN #a,#b");
    }
    let guest = visitor(&mut house, "");
    house.say(guest, "JOIN #b");
    house.read_all();
    assert_eq!(sign_in(&mut house, guest, "ana", accounts::PASSWORD).len(), 2);
    assert_eq!(only(house.read(told)), TOLD);
    assert!(house.read(bare).is_empty() && house.read(eve).is_empty());
}

#[test]
fn one_is_told_of_oneself_in_a_room_or_not() {
    let mut house = accounts::house();
    let guest = visitor(&mut house, "account-notify");
    let lines = sign_in(&mut house, guest, "ana", accounts::PASSWORD);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[1], TOLD);
    assert!(lines[0].contains(" 900 ") && lines[2].contains(" 903 "));

    let alone = house.open_from(Guest::Irc, accounts::tls());
    for line in ["CAP REQ :sasl account-notify", "NICK alone", "USER v 0 * :V", "CAP END"] {
        house.say(alone, line);
    }
    house.read(alone);
    let lines = sign_in(&mut house, alone, "bob", accounts::PASSWORD);
    assert_eq!(lines[1], ":alone!~v@192.0.2.1 ACCOUNT bob");
}

#[test]
fn making_an_account_tells_it_too() {
    let mut house = accounts::house();
    let guest = visitor(&mut house, "account-notify");
    house.say(guest, "REGISTER * * tulips-tulips");
    house.work();
    let lines = house.read(guest);
    assert_eq!(lines[2], ":visitor!~v@192.0.2.1 ACCOUNT visitor", "{lines:?}");
}

#[test]
fn signing_in_again_or_before_registration_tells_nobody() {
    let mut house = accounts::house();
    let told = house.client_with("told", None, "account-notify");
    house.say(told, "JOIN #a");
    let ana = accounts::signed_in(&mut house, "ana", None, "account-notify");
    house.say(ana, "JOIN #a");
    house.read_all();
    assert_eq!(sign_in(&mut house, ana, "ana", accounts::PASSWORD).len(), 2);
    assert!(house.read(told).is_empty());
}
