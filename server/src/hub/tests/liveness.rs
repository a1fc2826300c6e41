//! What silence leads to, and how the house closes.

use super::{House, only};
use crate::event::{CloseReason, Guest, HistoryPage};

#[test]
fn a_silent_client_is_asked_and_then_dropped() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.wait(89_999);
    house.say(bob, "PONG");
    assert!(house.read(ana).is_empty());
    house.wait(1);
    assert_eq!(only(house.read(ana)), "PING :majlis.local");
    house.wait(59_999);
    house.say(bob, "PONG");
    assert!(house.read(ana).is_empty());
    house.wait(1);
    assert_eq!(only(house.read(ana)), "ERROR :Closing link: 192.0.2.1 (Ping timeout)");
    let told = house.read(bob);
    assert_eq!(told.last().map(String::as_str), Some(":ana!~ana@192.0.2.1 QUIT :Ping timeout"));
}

#[test]
fn an_answer_in_time_is_enough() {
    let mut house = House::new();
    let ana = house.client("ana");
    for _ in 0..3 {
        house.wait(90_000);
        assert_eq!(only(house.read(ana)), "PING :majlis.local");
        house.wait(59_999);
        house.say(ana, "PONG :majlis.local");
    }
    assert!(house.is_open(ana));
}

#[test]
fn who_does_not_register_in_time_is_dropped() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    house.say(ana, "CAP LS 302");
    house.read(ana);
    house.wait(59_999);
    house.say(ana, "PING x");
    house.read(ana);
    house.wait(1);
    let last = "ERROR :Closing link: 192.0.2.1 (Registration timeout)";
    assert_eq!(only(house.read(ana)), last);
}

#[test]
fn a_plain_guest_has_time_for_a_name_and_then_all_the_time() {
    let mut house = House::new();
    let slow = house.open(Guest::Plain, None);
    let ana = house.plain("ana");
    house.read(slow);
    house.wait(299_999);
    assert!(house.is_open(slow));
    house.wait(1);
    assert_eq!(only(house.read(slow)), "No name was typed in time.");
    house.wait(86_400_000);
    assert!(house.is_open(ana));
    assert!(house.read(ana).is_empty());
}

#[test]
fn at_the_end_everybody_is_told_and_nothing_else_happens() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.plain("bob");
    house.read_all();
    let writes = house.writes.len();
    house.shutdown();
    assert_eq!(only(house.read(ana)), "ERROR :Closing link: 192.0.2.1 (The server is stopping)");
    assert_eq!(only(house.read(bob)), "The server is stopping.");
    assert_eq!(house.writes.len(), writes, "guests' rooms stay for the next start");
}

#[test]
fn what_comes_after_the_end_does_no_harm() {
    let mut house = House::new();
    house.client_with("ana", Some(1), "");
    let ana = house.client_with("ana", Some(1), "draft/chathistory");
    house.say(ana, "JOIN #a");
    house.say(ana, "CHATHISTORY LATEST #a * 5");
    house.shutdown();
    house.say(ana, "PING x");
    house.answer(Ok(HistoryPage::Messages(Vec::new())));
    house.hang_up(ana, CloseReason::Asked);
    house.wait(600_000);
    let late = house.open(Guest::Irc, Some(1));
    house.say(late, "NICK ana");
    house.say(late, "USER a 0 * :Ana");
    assert!(house.is_open(late));
}
