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
        ":majlis.local 461 ana MODE :More changes with a parameter than one MODE makes",
        ":ana!~ana@192.0.2.1 MODE #a +vvvv b c d e",
    ];
    assert_eq!(lines, expected);
    assert_eq!(house.ask(ana, &format!("MODE #a {}", "x".repeat(400))).len(), 16);
}

#[test]
fn rooms_modes_are_shown_with_when_the_room_was_made() {
    let mut house = House::new();
    house.now.wall.0 += 7_000;
    let ana = house.member("ana", "#a");
    let eve = house.client("eve");
    house.now.wall.0 += 7_000;
    house.say(ana, "MODE #a +mklS-t key 7 3");
    house.read(ana);
    let created = |nick| format!(":majlis.local 329 {nick} #a 1767225607");
    let inside = [":majlis.local 324 ana #a +mnklS key 7 3".to_owned(), created("ana")];
    assert_eq!(house.ask(ana, "MODE #a"), inside);
    let outside = [":majlis.local 324 eve #a +mnlS 7 3".to_owned(), created("eve")];
    assert_eq!(house.ask(eve, "MODE #a"), outside, "without the key");
}

#[test]
fn a_list_may_be_asked_for_with_or_without_a_sign_and_by_anybody_who_sees_the_room() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.client("eve");
    house.say(ana, "MODE #a +b x");
    house.read_all();
    for conn in [ana, bob, eve] {
        for letters in ["b", "+b", "-b"] {
            let lines = house.ask(conn, &format!("MODE #a {letters}"));
            assert!(lines[0].contains(" #a x!*@* ana!~ana@192.0.2.1 1767225600"), "{lines:?}");
            assert!(lines[1].contains(" 368 ") && lines.len() == 2);
        }
    }
    for letters in ["e", "+I"] {
        assert!(only(house.ask(bob, &format!("MODE #a {letters}"))).contains(" 482 bob #a "));
    }
    assert!(only(house.ask(bob, "MODE #a +b y")).contains(" 482 bob #a "));
}

#[test]
fn several_modes_take_their_parameters_in_order() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.member("bob", "#a");
    let source = ":ana!~ana@192.0.2.1 MODE #a";
    for (change, told) in [
        ("+mvl-n+k bob 5 key", "+mvl-n+k bob 5 key"),
        ("-kl+n wrong", "-kl+n *"),
        ("+v-v bob bob", "-v bob"),
        ("+o-o+v bob bob bob", "+o-o+v bob bob bob"),
        ("+i-i+i", "+i-i+i"),
        ("-m+m", "-m+m"),
        ("++--+s", "+s"),
        ("s", ""),
        ("-s", "-s"),
        ("+", ""),
        ("-", ""),
        ("+l 5 6 7", "+l 5"),
        ("+l 5", ""),
        ("+l 05", ""),
        ("+l 6", "+l 6"),
        ("-l", "-l"),
        ("-l 6", ""),
    ] {
        let lines = house.ask(ana, &format!("MODE #a {change}"));
        let told: Vec<String> = [told]
            .iter()
            .filter(|told| !told.is_empty())
            .map(|told| format!("{source} {told}"))
            .collect();
        assert_eq!(lines, told, "{change}");
    }
}

#[test]
fn a_mode_without_the_parameter_it_needs_is_left_out_and_the_rest_is_done() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    for letter in ["o", "h", "v", "k", "l", "S"] {
        let lines = house.ask(ana, &format!("MODE #a +m{letter}-m"));
        let expected = [
            ":majlis.local 461 ana MODE :Not enough parameters",
            ":ana!~ana@192.0.2.1 MODE #a +m-m",
        ];
        assert_eq!(lines, expected, "{letter}");
    }
}

#[test]
fn numbers_and_keys_that_are_none_are_refused_with_their_reason() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    for letter in ["l", "S"] {
        for wrong in ["0", "-1", "abc", "1x", "99999999999", "*"] {
            let refused = format!(":majlis.local 696 ana #a {letter} {wrong} :A number is wanted");
            assert_eq!(only(house.ask(ana, &format!("MODE #a +{letter} {wrong}"))), refused);
        }
    }
    let refused = ":majlis.local 525 ana #a :Key is not well-formed";
    for wrong in ["a,b", ":a b", ":", "::a", "a\u{7}b"] {
        assert_eq!(only(house.ask(ana, &format!("MODE #a +k {wrong}"))), refused, "{wrong}");
    }
    assert!(house.ask(ana, "MODE #a")[0].ends_with(" #a +nt"), "nothing was changed");
}

#[test]
fn a_key_is_taken_away_with_any_word_and_another_takes_its_place() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    for (change, told) in [
        ("+k one", "+k one"),
        ("+k two", "+k two"),
        ("+k two", ""),
        ("-k wrong", "-k *"),
        ("-k", ""),
        ("+k مفتاح", "+k مفتاح"),
        ("-k", "-k *"),
    ] {
        let told = format!(":ana!~ana@192.0.2.1 MODE #a {told}");
        house.say(ana, &format!("MODE #a {change}"));
        let heard = house.read(bob);
        assert!(heard.is_empty() && told.ends_with(' ') || heard == [told], "{change}: {heard:?}");
    }
}

#[test]
fn a_rank_needs_somebody_who_is_there() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.client("eve");
    for (conn, line, answer) in [
        (ana, "MODE #a +o nobody", "401 ana nobody :No such nick"),
        (ana, "MODE #a -v nobody", "401 ana nobody :No such nick"),
        (ana, "MODE #a +o EVE", "441 ana eve #a :They aren't on that channel"),
        (ana, "MODE #a +o #a", "401 ana #a :No such nick"),
        (bob, "MODE #a +o bob", "482 bob #a :You're not channel operator"),
        (bob, "MODE #a +v nobody", "482 bob #a :You're not channel operator"),
        (bob, "MODE #x +o bob", "403 bob #x :No such channel"),
        (bob, "MODE #a q", "472 bob q :is unknown mode char to me for #a"),
        (ana, "MODE #a +é", "472 ana é :is unknown mode char to me for #a"),
    ] {
        assert_eq!(only(house.ask(conn, line)), format!(":majlis.local {answer}"), "{line}");
    }
    assert!(house.ask(bob, "MODE #a -o bob").is_empty(), "there is nothing to give up");
    assert_eq!(only(house.ask(ana, "MODE #a -o ana")), ":ana!~ana@192.0.2.1 MODE #a -o ana");
    assert!(only(house.ask(ana, "MODE #a +o ana")).contains(" 482 ana #a "));
}

#[test]
fn whoever_is_outside_changes_nothing() {
    let mut house = House::new();
    house.member("ana", "#a");
    let eve = house.client("eve");
    for change in ["+i", "-t", "+k x", "-k", "+l 5", "+o eve", "+b x", "-b x"] {
        assert!(only(house.ask(eve, &format!("MODE #a {change}"))).contains(" 482 eve #a "));
    }
}

#[test]
fn one_s_own_modes_are_shown_and_changed_and_nobody_else_s() {
    let mut house = House::new();
    let ana = house.client("ana");
    house.client("bob");
    let source = ":ana!~ana@192.0.2.1 MODE ana";
    for (line, answers) in [
        ("MODE ana", vec![":majlis.local 221 ana +".to_owned()]),
        ("MODE Ana +i", vec![format!("{source} +i")]),
        ("MODE ana +i", vec![]),
        ("MODE ana iw", vec![format!("{source} +w")]),
        ("MODE ana", vec![":majlis.local 221 ana +iw".to_owned()]),
        ("MODE ana -i+B-w", vec![format!("{source} -i+B-w")]),
        ("MODE ana +o", vec![]),
        ("MODE ana -o", vec![]),
        ("MODE ana +", vec![]),
        (
            "MODE ana +iX",
            vec![format!("{source} +i"), ":majlis.local 501 ana :Unknown MODE flag".to_owned()],
        ),
        ("MODE ana +XYZ", vec![":majlis.local 501 ana :Unknown MODE flag".to_owned()]),
        (
            "MODE bob",
            vec![":majlis.local 502 ana :Cannot see or change mode for other users".to_owned()],
        ),
        (
            "MODE bob +i",
            vec![":majlis.local 502 ana :Cannot see or change mode for other users".to_owned()],
        ),
        ("MODE nobody +i", vec![":majlis.local 401 ana nobody :No such nick".to_owned()]),
        ("MODE", vec![":majlis.local 461 ana MODE :Not enough parameters".to_owned()]),
    ] {
        assert_eq!(house.ask(ana, line), answers, "{line}");
    }
}
