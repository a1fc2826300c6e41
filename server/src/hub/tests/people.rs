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

#[test]
fn conditions_of_a_list_are_combined_and_their_letters_come_in_any_case() {
    let mut house = House::new();
    let ana = house.member("ana", "#old,#older,#secret");
    house.say(ana, "MODE #secret +s");
    house.say(ana, "TOPIC #old :x");
    for _ in 0..10 {
        house.wait(60_000);
        house.say(ana, "PONG");
    }
    let bob = house.member("bob", "#new,#old");
    house.read_all();
    for (line, rooms) in [
        ("LIST c>5,>0", vec!["#old", "#older"]),
        ("LIST C>5,>1", vec!["#old"]),
        ("LIST t<20", vec!["#old"]),
        ("LIST T>5,C>5,>1,#o*,!#older", vec!["#old"]),
        ("LIST #o* C>5,<2", vec!["#older"]),
        ("LIST !#o*,!#lobby", vec!["#new"]),
        ("LIST *e*", vec!["#older", "#new"]),
        ("LIST #OLD,#nowhere,#new", vec!["#old", "#new"]),
        ("LIST #secret", vec![]),
        ("LIST >99", vec![]),
        ("LIST >-1", vec!["#lobby", "#old", "#older", "#new"]),
        ("LIST :", vec!["#lobby", "#old", "#older", "#new"]),
    ] {
        assert_eq!(listed(&mut house, bob, line), rooms, "{line}");
        let lines = house.ask(bob, line);
        assert_eq!(lines[0], ":majlis.local 321 bob Channel :Users Name");
        assert_eq!(lines.last().map(String::as_str), Some(":majlis.local 323 bob :End of LIST"));
    }
    assert_eq!(listed(&mut house, ana, "LIST #secret"), ["#secret"]);
}

#[test]
fn who_was_is_counted_from_the_latest() {
    let mut house = House::new();
    let ana = house.client("ana");
    for _ in 0..3 {
        let bob = house.client("bob");
        house.say(bob, "QUIT");
    }
    let entries = |house: &mut House, line: &str| {
        let lines = house.ask(ana, line);
        assert!(lines.last().is_some_and(|line| line.contains(" 369 ana bob :End of WHOWAS")));
        lines.iter().filter(|line| line.contains(" 314 ana bob ~bob 192.0.2.1 * :bob")).count()
    };
    for (count, found) in
        [("", 3), (" 1", 1), (" 2", 2), (" 3", 3), (" 99", 3), (" 0", 3), (" -1", 3), (" x", 3)]
    {
        assert_eq!(entries(&mut house, &format!("WHOWAS bob{count}")), found, "{count}");
    }
    for line in ["WHOWAS", "WHOWAS :"] {
        assert!(only(house.ask(ana, line)).contains(" 431 ana :"), "{line}");
    }
    assert_eq!(
        house.ask(ana, "WHOWAS bo*")[0],
        ":majlis.local 406 ana bo* :There was no such nickname"
    );
    assert_eq!(
        house.ask(ana, "WHOWAS ana")[0],
        ":majlis.local 406 ana ana :There was no such nickname"
    );
}

#[test]
fn an_operator_and_the_absent_are_marked_in_a_userhost() {
    let mut house = House::new();
    let ana = house.client("ana");
    let user = house.hub.users.find("ana").expect("ana is there");
    house.hub.users.set_mode(user, 'o', true);
    house.say(ana, "AWAY :x");
    house.read(ana);
    assert_eq!(only(house.ask(ana, "USERHOST ANA")), ":majlis.local 302 ana :ana*=-~ana@192.0.2.1");
    assert!(only(house.ask(ana, "USERHOST")).contains(" 461 ana USERHOST :"));
}

#[test]
fn as_many_as_are_there_are_told_and_none_is_cut() {
    let mut house = House::new();
    let ana = house.client(&"ب".repeat(32));
    let nicks: Vec<String> = (10..60).map(|number| format!("person{number}")).collect();
    for nick in &nicks {
        house.client(nick);
    }
    let lines = house.ask(ana, &format!("ISON {}", nicks.join(" ")));
    assert!(lines.len() > 1);
    let told = lines.iter().filter_map(|line| line.split(" :").nth(1)).collect::<Vec<_>>();
    assert_eq!(told.join(" "), nicks.join(" "));
}
