//! LIST's conditions, WHO by mask, ISON, USERHOST, WHOWAS.

use super::{House, only};

/// The rooms that a LIST gives.
fn listed(house: &mut House, asker: crate::event::ConnId, line: &str) -> Vec<String> {
    let lines = house.ask(asker, line);
    let rooms = lines.iter().filter(|line| line.contains(" 322 "));
    rooms.map(|line| line.split(' ').nth(3).unwrap_or_default().to_owned()).collect()
}

#[test]
fn rooms_are_listed_by_name_people_and_age() {
    let mut house = House::new();
    let ana = house.member("ana", "#old,#Both");
    house.say(ana, "TOPIC #old :x");
    for _ in 0..10 {
        house.wait(60_000);
        house.say(ana, "PONG");
    }
    house.read_all();
    house.member("bob", "#new,#both");
    for (line, rooms) in [
        ("LIST >1", vec!["#Both"]),
        ("LIST <1", vec!["#lobby"]),
        ("LIST C<5", vec!["#new"]),
        ("LIST C>5,*o*,!#o*", vec!["#lobby", "#Both"]),
        ("LIST T>9", vec!["#old"]),
        ("LIST T>10", vec![]),
        ("LIST T<11", vec!["#old"]),
        ("LIST #BOTH,#new", vec!["#Both", "#new"]),
        ("LIST #b*", vec!["#Both"]),
        ("LIST * >0,<2", vec!["#old", "#new"]),
        ("LIST C>x", vec!["#lobby", "#old", "#Both", "#new"]),
    ] {
        assert_eq!(listed(&mut house, ana, line), rooms, "{line}");
    }
    let many = format!("LIST {}", ["*"; 17].join(","));
    assert!(only(house.ask(ana, &many)).contains(" 407 "));
}

#[test]
fn people_are_found_by_their_whole_mask() {
    let mut house = House::new();
    let ana = house.client("ana");
    house.client("bob");
    assert_eq!(house.ask(ana, "WHO *!~bob@192.*").len(), 2);
    assert_eq!(house.ask(ana, "WHO *@192.0.2.0/24").len(), 3);
    assert_eq!(house.ask(ana, "WHO *@10.*").len(), 1);
}

#[test]
fn who_is_on_is_told() {
    let mut house = House::new();
    let ana = house.client("Ana");
    house.client("bob");
    assert_eq!(only(house.ask(ana, "ISON bob nobody :ANA x")), ":majlis.local 303 Ana :bob Ana");
    assert_eq!(only(house.ask(ana, "ISON nobody")), ":majlis.local 303 Ana :");
    assert!(only(house.ask(ana, "ISON")).contains(" 461 "));
}

#[test]
fn hosts_are_told_of_five() {
    let mut house = House::new();
    let ana = house.client("ana");
    let bob = house.client("bob");
    house.say(bob, "AWAY :x");
    let told = ":majlis.local 302 ana :ana=+~ana@192.0.2.1 bob=-~bob@192.0.2.1";
    assert_eq!(only(house.ask(ana, "USERHOST ana nobody BOB")), told);
    assert_eq!(only(house.ask(ana, "USERHOST nobody")), ":majlis.local 302 ana :");
    let five = only(house.ask(ana, "USERHOST a b c d bob ana"));
    assert!(five.contains("bob=") && !five.contains("ana="));
}

#[test]
fn who_was_is_remembered_the_latest_first() {
    let mut house = House::new();
    let ana = house.client("ana");
    for realname in ["first", "second"] {
        let bob = house.client("bob");
        house.say(bob, &format!("SETNAME :{realname}"));
        house.wait(1_000);
        house.say(bob, "NICK bobby");
        house.say(bob, "QUIT");
    }
    let lines = house.ask(ana, "WHOWAS BOB");
    let expected = [
        ":majlis.local 314 ana bob ~bob 192.0.2.1 * :second",
        ":majlis.local 312 ana bob majlis.local :2026-01-01T00:00:02.000Z",
        ":majlis.local 314 ana bob ~bob 192.0.2.1 * :first",
        ":majlis.local 312 ana bob majlis.local :2026-01-01T00:00:01.000Z",
        ":majlis.local 369 ana BOB :End of WHOWAS",
    ];
    assert_eq!(lines, expected);
    assert_eq!(house.ask(ana, "WHOWAS bob 1").len(), 3);
    assert_eq!(house.ask(ana, "WHOWAS bobby -1").len(), 5);
    let none = [
        ":majlis.local 406 ana nobody :There was no such nickname",
        ":majlis.local 369 ana nobody :End of WHOWAS",
    ];
    assert_eq!(house.ask(ana, "WHOWAS nobody"), none);
    assert!(only(house.ask(ana, "WHOWAS")).contains(" 431 "));
}
