//! account-tag: each command says its sender's account.

use super::sasl::sign_in;
use super::{DEEDS, HEARING, accounts, keys, only, tag, untagged};
use crate::event::Guest;

#[test]
fn every_command_of_somebody_signed_in_says_their_account() {
    let mut house = accounts::house();
    let told = house.client_with("told", None, &format!("account-tag {HEARING}"));
    house.client("eve");
    let ana = accounts::signed_in(&mut house, "ana", None, "message-tags");
    house.say(ana, "JOIN #a");
    house.say(told, "JOIN #a");
    house.read_all();
    for line in DEEDS.into_iter().chain(["JOIN #a", "PRIVMSG told :x", "AWAY", "KICK #a told"]) {
        house.say(ana, line);
        let mut heard = house.read(told);
        heard.retain(|line| !untagged(line).starts_with(":majlis.local "));
        let says_it = |line: &String| tag(line, "account") == Some("ana");
        assert!(!heard.is_empty() && heard.iter().all(says_it), "{line}: {heard:?}");
    }
    house.say(told, "JOIN #a");
    house.read(told);
    house.say(ana, "QUIT");
    assert_eq!(tag(&only(house.read(told)), "account"), Some("ana"));
}

#[test]
fn there_is_none_for_a_guest_and_none_of_its_own_accord() {
    let mut house = accounts::house();
    let told = house.client_with("told", None, "account-tag");
    let bare = house.client_with("bare", None, "message-tags server-time");
    let guest = house.client_with("guest", None, "");
    let ana = accounts::signed_in(&mut house, "ana", None, "");
    for (conn, has_account) in [(guest, false), (ana, true)] {
        house.say(conn, "PRIVMSG told,bare :x");
        assert_eq!(tag(&only(house.read(told)), "account").is_some(), has_account);
        assert!(!keys(&only(house.read(bare))).contains(&"account"));
    }
}

#[test]
fn signing_in_is_still_the_guest_s_doing_and_what_follows_is_the_account_s() {
    let mut house = accounts::house();
    let guest = house.open_from(Guest::Irc, accounts::tls());
    for line in ["CAP REQ sasl", "NICK visitor", "USER v 0 * :V", "CAP END", "JOIN #a"] {
        house.say(guest, line);
    }
    let told = house.client_with("told", None, "account-notify account-tag");
    house.say(told, "JOIN #a");
    house.read_all();
    sign_in(&mut house, guest, "ana", accounts::PASSWORD);
    assert_eq!(only(house.read(told)), ":visitor!~v@192.0.2.1 ACCOUNT ana");
    house.say(guest, "PRIVMSG #a :x");
    let heard = only(house.read(told));
    assert_eq!(tag(&heard, "account"), Some("ana"));
    assert_eq!(untagged(&heard), ":visitor!~v@192.0.2.1 PRIVMSG #a :x");
}
