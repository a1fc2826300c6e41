//! MODE.

use super::{House, only};

#[test]
fn modes_are_shown() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.member("bob", "#a");
    let shown = house.ask(ana, "MODE #A");
    let expected = [":majlis.local 324 ana #a +nt", ":majlis.local 329 ana #a 1767225600"];
    assert_eq!(shown, expected);
    assert_eq!(only(house.ask(ana, "MODE ANA")), ":majlis.local 221 ana +");
    for (line, answer) in [
        ("MODE bob", "502 ana :Cannot see or change mode for other users"),
        ("MODE ana +z", "501 ana :Unknown MODE flag"),
        ("MODE nobody", "401 ana nobody :No such nick"),
        ("MODE #x", "403 ana #x :No such channel"),
    ] {
        assert_eq!(only(house.ask(ana, line)), format!(":majlis.local {answer}"));
    }
}

#[test]
fn operators_give_and_take_ranks() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.client("eve");
    let told = ":ana!~ana@192.0.2.1 MODE #a +ov bob bob";
    assert_eq!(only(house.ask(ana, "MODE #a +ov Bob bob")), told);
    assert_eq!(only(house.read(bob)), told);
    assert!(house.ask(ana, "MODE #a +o bob").is_empty());
    assert_eq!(house.ask(bob, "NAMES #a")[0], ":majlis.local 353 bob = #a :@ana @bob");
    house.ask(bob, "CAP REQ multi-prefix");
    assert_eq!(house.ask(bob, "NAMES #a")[0], ":majlis.local 353 bob = #a :@ana @+bob");
    assert_eq!(only(house.ask(bob, "MODE #a -o ana")), ":bob!~bob@192.0.2.1 MODE #a -o ana");
    house.read(ana);
    for (line, answer) in [
        ("MODE #a +v ana", "482 ana #a :You're not channel operator"),
        ("MODE #a -t", "482 ana #a :You're not channel operator"),
        ("MODE #a +o", "461 ana MODE :Not enough parameters"),
        ("MODE #a z", "472 ana z :is unknown mode char to me for #a"),
    ] {
        assert_eq!(only(house.ask(ana, line)), format!(":majlis.local {answer}"));
    }
    for (line, answer) in [
        ("MODE #a +o nobody", "401 bob nobody :No such nick"),
        ("MODE #a +o eve", "441 bob eve #a :They aren't on that channel"),
    ] {
        assert_eq!(only(house.ask(bob, line)), format!(":majlis.local {answer}"));
    }
}

#[test]
fn what_can_be_changed_is_and_the_rest_is_answered() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let lines = house.ask(ana, "MODE #a -n+zt-t+v ana");
    let expected = [
        ":majlis.local 472 ana z :is unknown mode char to me for #a",
        ":ana!~ana@192.0.2.1 MODE #a -nt+v ana",
    ];
    assert_eq!(lines, expected);
    assert_eq!(house.ask(ana, "MODE #a")[0], ":majlis.local 324 ana #a +");
}

#[test]
fn an_open_room_hears_outsiders_and_an_unlocked_topic_is_anybodys() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.client("eve");
    house.say(ana, "MODE #a -nt");
    house.read_all();
    assert!(house.ask(eve, "PRIVMSG #a :from outside").is_empty());
    assert_eq!(only(house.read(ana)), ":eve!~eve@192.0.2.1 PRIVMSG #a :from outside");
    house.read_all();
    assert_eq!(only(house.ask(bob, "TOPIC #a :mine")), ":bob!~bob@192.0.2.1 TOPIC #a :mine");
}

#[test]
fn so_many_changes_are_made_at_once() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    for nick in ["b", "c", "d", "e", "f"] {
        house.member(nick, "#a");
    }
    let lines = house.ask(ana, "MODE #a +vvvvv b c d e f");
    let expected = [
        ":majlis.local 461 ana MODE :Not enough parameters",
        ":ana!~ana@192.0.2.1 MODE #a +vvvv b c d e",
    ];
    assert_eq!(lines, expected);
    assert_eq!(house.ask(ana, &format!("MODE #a {}", "x".repeat(400))).len(), 16);
}
