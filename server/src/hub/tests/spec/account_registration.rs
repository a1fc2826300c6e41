//! draft/account-registration: how it is offered and what it refuses. Accounts being made is with
//! [`accounts`](super::accounts).

use super::{House, accounts, only};
use crate::event::{Guest, Restored};
use crate::hub::HubSettings;

#[test]
fn it_works_before_connecting_and_says_so() {
    let mut house = accounts::house();
    let conn = house.open_from(Guest::Irc, accounts::tls());
    let list = house.ask(conn, "CAP LS 302").join(" ");
    assert!(list.contains("draft/account-registration=before-connect"), "{list}");
    assert!(!list.contains("email-required") && !list.contains("custom-account-name"));
    let answer = only(house.ask(conn, "REGISTER * * tulips-tulips"));
    assert_eq!(answer, ":majlis.local FAIL REGISTER NEED_NICK * :Say your nick first");
}

#[test]
fn the_email_address_is_optional_and_not_looked_at() {
    for email in ["*", "carol@example.org", "nonsense"] {
        let mut house = accounts::house();
        let conn = house.open_from(Guest::Irc, accounts::tls());
        house.say(conn, "NICK carol");
        house.say(conn, &format!("REGISTER carol {email} tulips-tulips"));
        house.work();
        let lines = house.read(conn);
        assert!(lines[0].starts_with(":majlis.local REGISTER SUCCESS carol :"), "{lines:?}");
        assert!(lines[1].contains(" 900 * carol!*@192.0.2.1 carol :"), "{lines:?}");
    }
}

#[test]
fn the_name_is_the_nick_s_in_any_spelling() {
    let mut house = accounts::house();
    let conn = house.open_from(Guest::Irc, accounts::tls());
    house.say(conn, "NICK Carol");
    house.say(conn, "REGISTER cAROL * tulips-tulips");
    house.work();
    assert!(house.read(conn)[0].starts_with(":majlis.local REGISTER SUCCESS Carol :"));
}

#[test]
fn a_taken_name_cannot_be_registered_and_is_told_as_such_after_a_nick_only() {
    let mut house = accounts::house();
    let conn = house.open_from(Guest::Irc, accounts::tls());
    assert!(only(house.ask(conn, "REGISTER ana * tulips-tulips")).contains(" NEED_NICK * "));
    house.say(conn, "NICK ana");
    assert!(only(house.ask(conn, "REGISTER ana * tulips-tulips")).contains(" ACCOUNT_EXISTS ana "));
}

#[test]
fn whoever_owes_the_server_s_password_makes_no_account() {
    let settings = HubSettings { password: Some("sesame".to_owned()), ..accounts::settings() };
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let conn = house.open_from(Guest::Irc, accounts::tls());
    house.say(conn, "NICK carol");
    for pass in ["PING x", "PASS wrong"] {
        house.ask(conn, pass);
        let refused = ":majlis.local 464 * :Password incorrect";
        assert_eq!(only(house.ask(conn, "REGISTER * * tulips-tulips")), refused);
    }
    house.ask(conn, "PASS sesame");
    house.say(conn, "REGISTER * * tulips-tulips");
    house.work();
    assert!(house.read(conn)[0].contains(" REGISTER SUCCESS carol "));
}

#[test]
fn short_commands_are_refused() {
    let mut house = accounts::house();
    let conn = house.client("carol");
    for (line, command) in [("REGISTER * *", "REGISTER"), ("VERIFY carol", "VERIFY")] {
        let few = format!(":majlis.local 461 carol {command} :Not enough parameters");
        assert_eq!(only(house.ask(conn, line)), few);
    }
}
