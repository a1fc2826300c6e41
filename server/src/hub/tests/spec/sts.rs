//! sts: not offered. A policy would have clients refuse this server for as long as it says if its certificate is none that they
//! can check, and on a local network it is the server's own (server.md, "Later").

use super::{House, accounts, only};
use crate::event::{Guest, Peer};
use crate::hub::testing::peer_of;

#[test]
fn no_policy_is_told_under_tls_or_without_and_none_can_be_asked_for() {
    let mut house = House::new();
    let open: fn() -> Peer = || peer_of(None);
    for peer in [open, accounts::tls] {
        let conn = house.open_from(Guest::Irc, peer());
        assert!(!house.ask(conn, "CAP LS 302").join(" ").contains("sts"));
        assert_eq!(only(house.ask(conn, "CAP REQ sts")), ":majlis.local CAP * NAK :sts");
    }
}
