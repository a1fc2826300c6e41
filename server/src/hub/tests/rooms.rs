//! JOIN, PART, TOPIC, and the lives of rooms.

use super::{House, only};
use crate::event::Write;

#[test]
fn joining_is_told_and_the_room_is_described() {
    let mut house = House::new();
    let ana = house.client("ana");
    let made = house.ask(ana, "JOIN #Garden key");
    let expected = [
        ":ana!~ana@192.0.2.1 JOIN #Garden",
        ":majlis.local 353 ana = #Garden :@ana",
        ":majlis.local 366 ana #Garden :End of NAMES list",
    ];
    assert_eq!(made, expected);
    house.say(ana, "TOPIC #garden :Roses");
    house.read(ana);
    let bob = house.client("bob");
    let entered = house.ask(bob, "JOIN #gARDEN");
    let expected = [
        ":bob!~bob@192.0.2.1 JOIN #Garden",
        ":majlis.local 332 bob #Garden :Roses",
        ":majlis.local 333 bob #Garden ana!~ana@192.0.2.1 1767225600",
        ":majlis.local 353 bob = #Garden :@ana bob",
        ":majlis.local 366 bob #Garden :End of NAMES list",
    ];
    assert_eq!(entered, expected);
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.1 JOIN #Garden");
    assert!(house.ask(bob, "JOIN #garden").is_empty());
}

#[test]
fn arriving_first_in_the_lobby_makes_nobody_its_operator() {
    let mut house = House::new();
    let ana = house.client("ana");
    assert_eq!(house.ask(ana, "JOIN #lobby")[1], ":majlis.local 353 ana = #lobby :ana");
}

#[test]
fn names_of_rooms_are_checked() {
    let mut house = House::new();
    let ana = house.client("ana");
    let no_room = ":majlis.local 476 ana lobby :The name of a room begins with #";
    assert_eq!(only(house.ask(ana, "JOIN lobby")), no_room);
    let empty = ":majlis.local 476 ana # :A name cannot be empty";
    assert_eq!(only(house.ask(ana, "JOIN #")), empty);
    let lines = house.ask(ana, "JOIN #مجلس,bad,#مشروع-GTK");
    assert_eq!(lines.iter().filter(|line| line.contains(" 366 ")).count(), 2);
    assert_eq!(lines.iter().filter(|line| line.contains(" 476 ana bad ")).count(), 1);
}

#[test]
fn parting_is_told_and_a_guests_room_ends_with_its_last_member() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let told = ":ana!~ana@192.0.2.1 PART #a :to bed";
    assert_eq!(only(house.ask(ana, "PART #A :to bed")), told);
    assert_eq!(only(house.read(bob)), told);
    let not_in = ":majlis.local 442 ana #a :You're not on that channel";
    assert_eq!(only(house.ask(ana, "PART #a")), not_in);
    assert_eq!(only(house.ask(bob, "PART #a")), ":bob!~bob@192.0.2.1 PART #a");
    assert!(matches!(house.writes.last(), Some(Write::RoomRemoved(_))));
    let gone = ":majlis.local 403 bob #a :No such channel";
    assert_eq!(only(house.ask(bob, "PART #a")), gone);
}

#[test]
fn the_next_room_of_a_name_is_another() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.say(ana, "TOPIC #a :old");
    house.say(ana, "PART #a");
    house.say(ana, "JOIN #a");
    let made: Vec<u64> = house
        .writes
        .iter()
        .filter_map(|write| match write {
            Write::RoomMade(room) if room.name == "#a" => Some(room.room.0),
            _ => None,
        })
        .collect();
    assert_eq!(made.len(), 2);
    assert_ne!(made[0], made[1]);
    house.read(ana);
    assert_eq!(only(house.ask(ana, "TOPIC #a")), ":majlis.local 331 ana #a :No topic is set");
}

#[test]
fn the_lobby_outlives_its_members() {
    let mut house = House::new();
    let ana = house.member("ana", "#lobby");
    house.say(ana, "PART #lobby");
    assert!(matches!(house.writes.as_slice(), [Write::RoomMade(lobby)] if lobby.lasting));
}

#[test]
fn join_0_leaves_every_room() {
    let mut house = House::new();
    let ana = house.member("ana", "#a,#b");
    let parts = house.ask(ana, "JOIN 0");
    assert_eq!(parts, [":ana!~ana@192.0.2.1 PART #a", ":ana!~ana@192.0.2.1 PART #b"]);
}

#[test]
fn only_operators_set_a_locked_topic() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.client("eve");
    let refused = ":majlis.local 482 bob #a :You're not channel operator";
    assert_eq!(only(house.ask(bob, "TOPIC #a :mine")), refused);
    let outside = ":majlis.local 442 eve #a :You're not on that channel";
    assert_eq!(only(house.ask(eve, "TOPIC #a :mine")), outside);
    let told = ":ana!~ana@192.0.2.1 TOPIC #a :Roses";
    assert_eq!(only(house.ask(ana, "TOPIC #A :Roses")), told);
    assert_eq!(only(house.read(bob)), told);
    let shown = house.ask(eve, "TOPIC #a");
    let expected = [
        ":majlis.local 332 eve #a :Roses",
        ":majlis.local 333 eve #a ana!~ana@192.0.2.1 1767225600",
    ];
    assert_eq!(shown, expected);
    assert_eq!(only(house.ask(ana, "TOPIC #a :")), ":ana!~ana@192.0.2.1 TOPIC #a :");
    assert_eq!(only(house.ask(ana, "TOPIC #a")), ":majlis.local 331 ana #a :No topic is set");
    let topics = house.writes.iter().filter_map(|write| match write {
        Write::TopicSet { topic, .. } => Some(topic.as_ref().map(|topic| topic.text.as_str())),
        _ => None,
    });
    assert_eq!(topics.collect::<Vec<_>>(), [Some("Roses"), None]);
    assert_eq!(only(house.ask(ana, "TOPIC #x")), ":majlis.local 403 ana #x :No such channel");
}

#[test]
fn each_room_goes_with_the_key_at_its_place() {
    let mut house = House::new();
    let ana = house.member("ana", "#a,#b,#c");
    house.say(ana, "MODE #a +k one");
    house.say(ana, "MODE #c +k three");
    for (keys, joined) in [
        ("one,,three", "#a #b #c"),
        ("one", "#a #b"),
        (",,three", "#b #c"),
        ("three,x,one", "#b"),
        ("one,x,three,y", "#a #b #c"),
    ] {
        let bob = house.client("bob");
        let lines = house.ask(bob, &format!("JOIN #a,#b,#c {keys}"));
        let joins = lines.iter().filter_map(|line| line.strip_prefix(":bob!~bob@192.0.2.1 JOIN "));
        assert_eq!(joins.collect::<Vec<_>>().join(" "), joined, "{keys}");
        let refused = lines.iter().filter(|line| line.contains(" 475 bob ")).count();
        assert_eq!(refused, 3 - joined.split(' ').count(), "{keys}");
        house.say(bob, "QUIT");
    }
}

#[test]
fn empty_names_are_passed_over_and_nothing_at_all_is_too_little() {
    let mut house = House::new();
    let ana = house.client("ana");
    assert_eq!(house.ask(ana, "JOIN ,#a,,#b,").len(), 6);
    for line in ["JOIN", "JOIN :", "JOIN ,", "PART", "PART :", "PART ,,"] {
        let name = &line[..4];
        let few = format!(":majlis.local 461 ana {name} :Not enough parameters");
        assert_eq!(only(house.ask(ana, line)), few, "{line}");
    }
    assert_eq!(house.ask(ana, "PART ,#a,,#b, :bye").len(), 2);
}

#[test]
fn what_is_no_room_cannot_be_entered() {
    let mut house = House::new();
    let ana = house.client("ana");
    for name in ["a", "&a", "+a", "#a\u{7}b", "#a*", "#", "@#a"] {
        let refused = only(house.ask(ana, &format!("JOIN {name}")));
        assert!(refused.contains(&format!(" 476 ana {name} :")), "{refused}");
    }
    assert!(only(house.ask(ana, "JOIN :#a b")).contains(" 476 ana * :"));
    for (chars, is_fit) in [(48, true), (49, false)] {
        let name = format!("#{}", "r".repeat(chars - 1));
        let lines = house.ask(ana, &format!("JOIN {name}"));
        assert_eq!(lines[0].contains(" JOIN #r"), is_fit, "{lines:?}");
    }
}

#[test]
fn several_rooms_are_told_of_one_by_one_with_the_reason_on_each() {
    let mut house = House::new();
    let bob = house.member("bob", "#a,#b");
    let ana = house.client("ana");
    house.say(ana, "JOIN #a,#b");
    let source = ":ana!~ana@192.0.2.1";
    assert_eq!(house.read(bob), ["#a", "#b"].map(|room| format!("{source} JOIN {room}")));
    house.read(ana);
    let lines = house.ask(ana, "PART #a,#x,#b,#a :to bed now");
    let expected = [
        format!("{source} PART #a :to bed now"),
        ":majlis.local 403 ana #x :No such channel".to_owned(),
        format!("{source} PART #b :to bed now"),
        ":majlis.local 442 ana #a :You're not on that channel".to_owned(),
    ];
    assert_eq!(lines, expected);
    assert_eq!(house.read(bob), [&*expected[0], &*expected[2]]);
    house.say(ana, "JOIN #a");
    house.read(ana);
    assert_eq!(only(house.ask(ana, "PART #a :")), format!("{source} PART #a"));
}

#[test]
fn a_zero_is_a_part_of_every_room_and_of_none_where_there_is_none() {
    let mut house = House::new();
    let ana = house.member("ana", "#a,#b");
    let bob = house.member("bob", "#b");
    assert_eq!(house.ask(ana, "JOIN 0").len(), 2);
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PART #b");
    assert!(house.ask(ana, "JOIN 0").is_empty());
    assert!(only(house.ask(ana, "JOIN 0,#a")[..1].to_vec()).contains(" 476 ana 0 :"));
}

#[test]
fn topics_are_told_to_all_and_shown_with_who_set_them_and_when() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.now.wall.0 += 65_000;
    for topic in ["Roses", " two  spaces ", ":-)", "Roses"] {
        let told = format!(":ana!~ana@192.0.2.1 TOPIC #a :{topic}");
        assert_eq!(only(house.ask(ana, &format!("TOPIC #a :{topic}"))), told);
        assert_eq!(only(house.read(bob)), told);
        let shown = [
            format!(":majlis.local 332 bob #a :{topic}"),
            ":majlis.local 333 bob #a ana!~ana@192.0.2.1 1767225665".to_owned(),
        ];
        assert_eq!(house.ask(bob, "TOPIC #a"), shown);
    }
    house.say(ana, "NICK anna");
    house.read(bob);
    assert!(house.ask(bob, "TOPIC #a")[1].contains(" ana!~ana@"), "it stays who it was");
    house.say(ana, "TOPIC #a :");
    assert_eq!(house.read(bob), [":anna!~ana@192.0.2.1 TOPIC #a :"]);
    let eve = house.client("eve");
    assert!(house.ask(eve, "JOIN #a").iter().all(|line| !line.contains(" 33")), "there is none");
}

#[test]
fn a_topic_s_errors_come_in_order() {
    let mut house = House::new();
    house.member("ana", "#a");
    let bob = house.member("bob", "#b");
    let eve = house.member("eve", "#a");
    for (conn, line, answer) in [
        (bob, "TOPIC", "461 bob TOPIC :Not enough parameters"),
        (bob, "TOPIC #x", "403 bob #x :No such channel"),
        (bob, "TOPIC #x :y", "403 bob #x :No such channel"),
        (bob, "TOPIC bob :y", "403 bob bob :No such channel"),
        (bob, "TOPIC #a :y", "442 bob #a :You're not on that channel"),
        (eve, "TOPIC #a :y", "482 eve #a :You're not channel operator"),
        (eve, "TOPIC #a :", "482 eve #a :You're not channel operator"),
        (eve, "TOPIC #a", "331 eve #a :No topic is set"),
    ] {
        assert_eq!(only(house.ask(conn, line)), format!(":majlis.local {answer}"), "{line}");
    }
}
