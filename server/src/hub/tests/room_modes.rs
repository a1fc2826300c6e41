//! What each mode of a room does, at its edges.

use super::{House, only};
use crate::hub::channel::Rank;

/// Makes somebody signed in to an account of their own name.
fn sign_in(house: &mut House, nick: &str) {
    let user = house.hub.users.find(nick).expect("they are there");
    house.hub.users[user].account = Some(nick.into());
}

#[test]
fn a_key_opens_the_door() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = house.client("eve");
    assert_eq!(only(house.ask(ana, "MODE #a +k sesame")), ":ana!~ana@192.0.2.1 MODE #a +k sesame");
    let refused = ":majlis.local 475 eve #a :Cannot join channel (+k)";
    for line in ["JOIN #a", "JOIN #a wrong", "JOIN #x,#a sesame"] {
        assert_eq!(house.ask(eve, line).last().map(String::as_str), Some(refused), "{line}");
    }
    assert_eq!(house.ask(ana, "MODE #a")[0], ":majlis.local 324 ana #a +ntk sesame");
    assert_eq!(house.ask(eve, "MODE #a")[0], ":majlis.local 324 eve #a +nt", "it stays inside");
    assert!(house.ask(eve, "JOIN #y,#a ,sesame").iter().any(|line| line.contains(" JOIN #a")));
    house.read(ana);
    assert_eq!(only(house.ask(ana, "MODE #a -k")), ":ana!~ana@192.0.2.1 MODE #a -k *");
    assert!(house.ask(ana, "MODE #a -k").is_empty());
}

#[test]
fn keys_are_checked() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    for key in ["a,b", ":x y", &"x".repeat(33)] {
        let refused = ":majlis.local 525 ana #a :Key is not well-formed";
        assert_eq!(only(house.ask(ana, &format!("MODE #a +k {key}"))), refused);
    }
    assert!(only(house.ask(ana, "MODE #a +k")).contains(" 461 ana MODE "));
    assert!(only(house.ask(ana, &format!("MODE #a +k {}", "x".repeat(32)))).contains(" +k x"));
}

#[test]
fn a_limit_is_kept() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let (bob, eve) = (house.client("bob"), house.client("eve"));
    assert_eq!(only(house.ask(ana, "MODE #a +l 2")), ":ana!~ana@192.0.2.1 MODE #a +l 2");
    house.say(bob, "JOIN #a");
    let full = ":majlis.local 471 eve #a :Cannot join channel (+l)";
    assert_eq!(only(house.ask(eve, "JOIN #a")), full);
    house.read(ana);
    for wrong in ["0", "-1", "x", "99999999999"] {
        let refused = format!(":majlis.local 696 ana #a l {wrong} :A number is wanted");
        assert_eq!(only(house.ask(ana, &format!("MODE #a +l {wrong}"))), refused);
    }
    assert_eq!(only(house.ask(ana, "MODE #a -l")), ":ana!~ana@192.0.2.1 MODE #a -l");
    assert_eq!(house.ask(eve, "JOIN #a")[0], ":eve!~eve@192.0.2.1 JOIN #a");
}

#[test]
fn an_invitation_is_needed() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = house.client("eve");
    house.say(ana, "MODE #a +i");
    let refused = ":majlis.local 473 eve #a :Cannot join channel (+i)";
    assert_eq!(only(house.ask(eve, "JOIN #a")), refused);
    house.say(ana, "MODE #a +I eve");
    assert_eq!(house.ask(eve, "JOIN #a")[0], ":eve!~eve@192.0.2.1 JOIN #a");
}

#[test]
fn a_moderated_room_hears_those_with_a_rank() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.say(ana, "MODE #a +m");
    house.read_all();
    let refused = ":majlis.local 404 bob #a :Cannot send to channel (+m)";
    assert_eq!(only(house.ask(bob, "PRIVMSG #a :x")), refused);
    assert!(house.ask(bob, "NOTICE #a :x").is_empty());
    assert!(house.read(ana).is_empty());
    house.say(ana, "MODE #a +v bob");
    house.read_all();
    assert!(house.ask(bob, "PRIVMSG #a :x").is_empty());
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.1 PRIVMSG #a :x");
}

#[test]
fn programs_questions_stay_out_and_deeds_do_not() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.say(ana, "MODE #a +C");
    house.read(ana);
    for (text, passes) in [
        ("\u{1}VERSION\u{1}", false),
        ("\u{1}ACTIONX\u{1}", false),
        ("\u{1}ACTION waves\u{1}", true),
        ("\u{1}ACTION\u{1}", true),
        ("hello", true),
    ] {
        assert_eq!(house.ask(ana, &format!("PRIVMSG #a :{text}")).is_empty(), passes, "{text:?}");
    }
}

#[test]
fn the_signed_in_alone_enter_or_speak() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.client("eve");
    house.say(ana, "MODE #a +RM");
    house.read_all();
    let enter = ":majlis.local 477 eve #a :Cannot join channel (+R): sign in first";
    assert_eq!(only(house.ask(eve, "JOIN #a")), enter);
    let speak = ":majlis.local 404 bob #a :Cannot send to channel (+M): sign in first";
    assert_eq!(only(house.ask(bob, "PRIVMSG #a :x")), speak);
    sign_in(&mut house, "eve");
    sign_in(&mut house, "bob");
    assert_eq!(house.ask(eve, "JOIN #a")[0], ":eve!~eve@192.0.2.1 JOIN #a");
    assert!(house.ask(bob, "PRIVMSG #a :x").iter().all(|line| line.contains(" JOIN ")));
}

#[test]
fn a_secret_room_is_nobodys_business() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = house.client("eve");
    house.say(ana, "MODE #a +s");
    house.read(ana);
    assert!(house.ask(ana, "NAMES #a")[0].contains(" 353 ana @ #a :@ana"));
    assert!(house.ask(ana, "LIST").iter().any(|line| line.contains(" #a ")));
    assert!(house.ask(eve, "LIST").iter().all(|line| !line.contains(" #a ")));
    assert_eq!(only(house.ask(eve, "NAMES #a")), ":majlis.local 366 eve #a :End of NAMES list");
    assert_eq!(house.ask(eve, "WHO #a").len(), 1);
    assert!(house.ask(eve, "WHOIS ana").iter().all(|line| !line.contains(" 319 ")));
    assert!(house.ask(ana, "WHOIS ana").iter().any(|line| line.contains(" 319 ")));
    for line in ["TOPIC #a", "MODE #a", "MODE #a b"] {
        let refused = ":majlis.local 442 eve #a :You're not on that channel";
        assert_eq!(only(house.ask(eve, line)), refused, "{line}");
    }
}

#[test]
fn slow_mode_makes_people_wait() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.client_with("bob", None, "message-tags");
    house.say(bob, "JOIN #a");
    house.read_all();
    assert_eq!(only(house.ask(ana, "MODE #a +S 10")), ":ana!~ana@192.0.2.1 MODE #a +S 10");
    house.read_all();
    assert!(house.ask(bob, "PRIVMSG #a :one").is_empty());
    house.wait(7_500);
    let refused = ":majlis.local 404 bob #a :Cannot send to channel (+S): wait 3 seconds";
    assert_eq!(only(house.ask(bob, "PRIVMSG #a :two")), refused);
    assert!(house.ask(bob, "@+typing=active TAGMSG #a").is_empty(), "typing is no speech");
    house.wait(2_499);
    assert!(only(house.ask(bob, "PRIVMSG #a :two")).contains(" wait 1 seconds"));
    house.wait(1);
    assert!(house.ask(bob, "PRIVMSG #a :two").is_empty());
    for _ in 0..2 {
        assert!(house.ask(ana, "PRIVMSG #a :operators do not").iter().all(|l| !l.contains("404")));
    }
}

#[test]
fn slow_mode_is_not_over_for_who_leaves_and_comes_back() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.say(ana, "MODE #a +S 10");
    let bob = house.client_with("bob", Some(1), "");
    house.say(bob, "JOIN #a");
    assert!(house.ask(bob, "PRIVMSG #a :one").iter().all(|line| !line.contains(" 404 ")));
    house.say(bob, "PART #a");
    house.say(bob, "JOIN #a");
    house.read(bob);
    let refused = ":majlis.local 404 bob #a :Cannot send to channel (+S): wait 10 seconds";
    assert_eq!(only(house.ask(bob, "PRIVMSG #a :two")), refused);
    house.say(bob, "QUIT");
    let bob = house.client_with("bob", Some(1), "");
    house.say(bob, "JOIN #a");
    house.read(bob);
    assert_eq!(only(house.ask(bob, "PRIVMSG #a :two")), refused, "the same device is the same");
    house.say(ana, "MODE #a -S");
    house.say(ana, "MODE #a +S 10");
    house.read(bob);
    assert!(house.ask(bob, "PRIVMSG #a :two").is_empty(), "it begins anew");
}

#[test]
fn slow_mode_is_for_who_speaks_from_outside_as_well() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.say(ana, "MODE #a -n+S 10");
    let eve = house.client("eve");
    assert!(house.ask(eve, "PRIVMSG #a :one").is_empty());
    assert!(only(house.ask(eve, "PRIVMSG #a :two")).contains(" (+S): wait 10 seconds"));
    house.wait(10_000);
    assert!(house.ask(eve, "PRIVMSG #a :two").is_empty());
}

#[test]
fn a_status_message_reaches_ranks_alone_and_is_not_kept() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.member("eve", "#a");
    house.say(ana, "MODE #a +v bob");
    house.read_all();
    house.writes.clear();
    house.say(ana, "PRIVMSG +#a :with a voice");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PRIVMSG +#a :with a voice");
    assert!(house.read(eve).is_empty());
    house.say(bob, "NOTICE @#a :for operators");
    assert_eq!(only(house.read(ana)), ":bob!~bob@192.0.2.1 NOTICE @#a :for operators");
    assert!(house.writes.is_empty());
    assert!(only(house.ask(eve, "PRIVMSG @#a :x")).contains(" 482 eve #a "));
    assert!(only(house.ask(ana, "PRIVMSG @#x :x")).contains(" 403 ana @#x "));
}

#[test]
fn ranks_are_three_and_show_in_order() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.client_with("bob", None, "multi-prefix");
    house.say(bob, "JOIN #a");
    house.say(ana, "MODE #a +ohv bob bob bob");
    assert!(house.ask(bob, "NAMES #a").iter().any(|line| line.ends_with(":@ana @%+bob")));
    house.say(bob, "MODE #a -o bob");
    assert!(house.ask(bob, "NAMES #a").iter().any(|line| line.ends_with(":@ana %+bob")));
    assert!(house.ask(ana, "NAMES #a").iter().any(|line| line.ends_with(":@ana %bob")));
    assert!(house.ask(bob, "MODE #a -h bob").iter().any(|line| line.ends_with(" MODE #a -h bob")));
    assert!(Rank::Operator > Rank::HalfOperator && Rank::HalfOperator > Rank::Voice);
}

#[test]
fn a_denial_is_said_once() {
    let mut house = House::new();
    house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let refused = ":majlis.local 482 bob #a :You're not channel operator";
    assert_eq!(only(house.ask(bob, "MODE #a +ikl-nt key 5")), refused);
}

#[test]
fn a_room_of_an_account_lasts_until_its_founder_says_otherwise() {
    let mut house = House::new();
    let ana = house.client("ana");
    sign_in(&mut house, "ana");
    house.say(ana, "JOIN #hers");
    let bob = house.member("bob", "#hers");
    assert!(house.ask(ana, "MODE #hers")[0].ends_with(" #hers +Pnt"));
    house.say(ana, "PART #hers");
    house.say(bob, "PART #hers");
    assert!(house.hub.channels.find("#hers").is_some(), "it lasts");
    house.read_all();
    assert!(house.ask(ana, "JOIN #hers")[1].ends_with(":@ana"), "it is still hers");
    assert!(only(house.ask(ana, "MODE #lobby -P")).contains(" 482 "));
    assert!(only(house.ask(ana, "MODE #hers -P")).ends_with(" MODE #hers -P"));
    house.say(ana, "PART #hers");
    assert!(house.hub.channels.find("#hers").is_none());
}

#[test]
fn an_empty_room_that_is_to_last_no_longer_ends() {
    let mut house = House::new();
    let ana = house.client("ana");
    sign_in(&mut house, "ana");
    house.say(ana, "JOIN #hers");
    house.say(ana, "PART #hers");
    house.say(ana, "MODE #hers -P");
    house.wait(1);
    assert!(house.hub.channels.find("#hers").is_none());
}

#[test]
fn people_have_modes_of_their_own() {
    let mut house = House::new();
    let ana = house.client("ana");
    let bob = house.client("bob");
    assert_eq!(only(house.ask(ana, "MODE ana +iB")), ":ana!~ana@192.0.2.1 MODE ana +iB");
    assert_eq!(only(house.ask(ana, "MODE ana")), ":majlis.local 221 ana +Bi");
    assert!(house.ask(ana, "MODE ana +o").is_empty(), "OPER alone gives it");
    let lines = house.ask(ana, "MODE ana +wz");
    assert_eq!(lines[0], ":ana!~ana@192.0.2.1 MODE ana +w");
    assert_eq!(lines[1], ":majlis.local 501 ana :Unknown MODE flag");
    assert_eq!(house.ask(bob, "WHO *").len(), 2, "the invisible are not found by chance");
    assert!(house.ask(bob, "WHO ana")[0].contains(" ana HB :0 "));
    assert!(
        house
            .ask(bob, "WHOIS ana")
            .contains(&":majlis.local 335 bob ana :is a bot on Majlis".to_owned())
    );
}

#[test]
fn however_often_a_mode_is_switched_it_is_told_once() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "labeled-response batch");
    let often = format!("+{}", "i-i+".repeat(122));
    let told = only(house.ask(ana, &format!("@label=1 MODE ana {often}iw")));
    assert_eq!(told, "@label=1 :ana!~ana@192.0.2.1 MODE ana +iw");
    assert_eq!(only(house.ask(ana, "MODE ana -i+Bi-w")), ":ana!~ana@192.0.2.1 MODE ana +B-w");
    let told = only(house.ask(ana, "@label=2 MODE ana -i+i"));
    assert_eq!(told, "@label=2 :majlis.local ACK");
    assert_eq!(only(house.ask(ana, "MODE ana")), ":majlis.local 221 ana +Bi");
}

#[test]
fn the_plain_room_is_told_why_it_may_not_speak() {
    let mut house = House::new();
    let zed = house.plain("zed");
    let lobby = house.hub.channels.find("#lobby").expect("the lobby is there");
    house.hub.channels[lobby].modes.flags.set('m', true);
    house.text(zed, "hello");
    assert_eq!(house.read(zed), ["Cannot send to channel (+m)."]);
    house.hub.channels[lobby].modes.flags.set('i', true);
    let late = house.open(crate::event::Guest::Plain, None);
    house.text(late, "late");
    assert!(!house.is_open(late));
}

#[test]
fn of_several_prefixes_the_lowest_counts() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.member("eve", "#a");
    let kim = house.member("kim", "#a");
    house.say(ana, "MODE #a +hv bob eve");
    house.read_all();
    for (target, told, hears) in [
        ("@#a", "@#a", [false, false, false]),
        ("%#a", "%#a", [true, false, false]),
        ("@%#a", "%#a", [true, false, false]),
        ("%@#a", "%#a", [true, false, false]),
        ("@+#a", "+#a", [true, true, false]),
        ("@%+#a", "+#a", [true, true, false]),
        ("#a", "#a", [true, true, true]),
    ] {
        assert!(house.ask(ana, &format!("PRIVMSG {target} :x")).is_empty(), "{target}");
        let line = format!(":ana!~ana@192.0.2.1 PRIVMSG {told} :x");
        for (conn, hears) in [bob, eve, kim].into_iter().zip(hears) {
            assert_eq!(house.read(conn), Vec::from_iter(hears.then(|| line.clone())), "{target}");
        }
    }
    assert!(only(house.ask(kim, "PRIVMSG @%#a :x")).contains(" 482 kim #a "));
    assert!(only(house.ask(ana, "PRIVMSG @bob :x")).contains(" 401 ana @bob "));
    assert!(only(house.ask(ana, "PRIVMSG @%+ :x")).contains(" 401 ana @%+ "));
}

#[test]
fn with_no_outside_messages_rank_or_voice_does_not_help_from_outside() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = house.client("eve");
    for line in ["PRIVMSG #a :x", "PRIVMSG +#a :x"] {
        let answer = only(house.ask(eve, line));
        assert!(answer.contains(" 404 eve #a ") || answer.contains(" 482 eve #a "), "{answer}");
    }
    assert!(house.ask(eve, "NOTICE #a :x").is_empty());
    assert!(house.read(ana).is_empty());
    house.say(ana, "MODE #a -n+m");
    assert!(only(house.ask(eve, "PRIVMSG #a :x")).contains(" 404 eve #a "), "moderated is for all");
}

#[test]
fn a_limit_counts_those_inside_and_keeps_nobody_from_coming_back_in() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.member("bob", "#a");
    let eve = house.client("eve");
    for (limit, enters) in [(1, false), (2, false), (3, true)] {
        house.say(ana, &format!("MODE #a +l {limit}"));
        let lines = house.ask(eve, "JOIN #a");
        assert_eq!(lines[0].contains(" JOIN #a"), enters, "{lines:?}");
        assert_eq!(lines[0].contains(" 471 eve #a "), !enters);
    }
}
