//! Limits, at their edge and one over.

use super::{House, only};
use crate::event::Restored;
use crate::hub::HubSettings;
use crate::hub::settings::Limits;

fn house_with(change: impl FnOnce(&mut Limits)) -> House {
    let mut settings = HubSettings::default();
    change(&mut settings.limits);
    House::with(settings, Restored { next_room: 1, ..Restored::default() })
}

#[test]
fn rooms_per_person() {
    let mut house = house_with(|limits| limits.rooms_per_person = 2);
    let ana = house.member("ana", "#a,#b");
    let refused = ":majlis.local 405 ana #c :You have joined too many channels";
    assert_eq!(only(house.ask(ana, "JOIN #c")), refused);
    assert!(house.ask(ana, "JOIN #a").is_empty());
    house.say(ana, "PART #a");
    house.read(ana);
    assert_eq!(house.ask(ana, "JOIN #c").len(), 3);
}

#[test]
fn rooms_on_the_server() {
    let mut house = house_with(|limits| limits.rooms = 2);
    let ana = house.member("ana", "#a");
    let refused = ":majlis.local 405 ana #b :This server has as many channels as it can hold";
    assert_eq!(only(house.ask(ana, "JOIN #b")), refused);
    assert_eq!(house.ask(ana, "JOIN #lobby").len(), 3);
}

#[test]
fn topics() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let fitting = "ب".repeat(140);
    assert!(only(house.ask(ana, &format!("TOPIC #a :{fitting}"))).ends_with(&fitting));
    let refused = ":majlis.local 417 ana :Input line was too long";
    assert_eq!(only(house.ask(ana, &format!("TOPIC #a :{fitting}x"))), refused);
}

#[test]
fn reasons_and_realnames_are_cut_between_characters() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let part = only(house.ask(ana, &format!("PART #a :x{}", "ب".repeat(150))));
    assert!(part.ends_with(&format!(":x{}", "ب".repeat(99))), "{part}");
    let bob = house.open(crate::event::Guest::Irc, None);
    house.say(bob, "NICK bob");
    house.say(bob, &format!("USER b 0 * :x{}", "ب".repeat(150)));
    house.read(bob);
    let who = house.ask(ana, "WHO bob");
    assert!(who[0].ends_with(&format!(":0 x{}", "ب".repeat(59))), "{who:?}");
}

#[test]
fn targets() {
    let mut house = house_with(|limits| limits.targets = 2);
    let ana = house.client("ana");
    assert_eq!(house.ask(ana, "PRIVMSG ana,ana :x").len(), 2);
    assert!(only(house.ask(ana, "PRIVMSG a,b,c :x")).contains(" 407 "));
    assert_eq!(house.ask(ana, "NAMES a,b").len(), 2);
    assert!(only(house.ask(ana, "NAMES a,b,c")).contains(" 407 "));
}

/// The tokens of 005, in which a limit that is off has no number.
fn tokens(house: &mut House) -> Vec<String> {
    let reader = house.client("reader");
    let lines = house.ask(reader, "ISUPPORT").join(" ");
    house.say(reader, "QUIT");
    lines.split(' ').map(str::to_owned).collect()
}

#[test]
fn limits_that_are_off_keep_nobody_back() {
    let mut house = house_with(|limits| {
        for limit in [
            &mut limits.rooms_per_person,
            &mut limits.rooms,
            &mut limits.rooms_per_founder,
            &mut limits.targets,
            &mut limits.mode_changes,
            &mut limits.list_entries,
            &mut limits.invitations,
            &mut limits.kicks,
            &mut limits.list_masks,
            &mut limits.watched,
            &mut limits.who_matches,
        ] {
            *limit = usize::MAX;
        }
    });
    let told = tokens(&mut house);
    for token in ["CHANLIMIT=#:", "MODES", "MONITOR"] {
        assert!(told.contains(&token.to_owned()), "{token} in {told:?}");
    }
    assert!(
        told.iter().any(|token| token.starts_with("TARGMAX=PRIVMSG:,") && token.contains("KICK:,"))
    );
    assert!(!told.iter().any(|token| token.starts_with("MAXLIST")));
    let ana = house.client("ana");
    let rooms: Vec<String> = (0..150).map(|n| format!("#r{n}")).collect();
    for some in rooms.chunks(50) {
        house.say(ana, &format!("JOIN {}", some.join(",")));
    }
    house.read(ana);
    let names = house.ask(ana, &format!("NAMES {}", rooms[..20].join(",")));
    assert_eq!(names.len(), 40);
    for n in 0..40 {
        house.say(ana, &format!("MODE #r0 +bbbbb a{n} b{n} c{n} d{n} e{n}"));
    }
    assert_eq!(house.read(ana).len(), 40);
    assert_eq!(house.ask(ana, "MODE #r0 +b").len(), 201);
    let nicks = |round| (0..60).map(|n| format!("n{round}x{n}")).collect::<Vec<String>>();
    for round in 0..3 {
        assert!(!house.ask(ana, &format!("MONITOR + {}", nicks(round).join(","))).is_empty());
    }
    let nicks = nicks(0);
    assert_eq!(house.ask(ana, &format!("PRIVMSG {} :x", nicks.join(","))).len(), 60);
    assert!(house.ask(ana, &format!("LIST {}", rooms[..40].join(","))).len() == 42);
    assert!(house.ask(ana, &format!("KICK #r0 {}", nicks[..10].join(","))).len() == 10);
    house.hub.verify();
}

#[test]
fn changes_in_one_mode() {
    let mut house = house_with(|limits| limits.mode_changes = 2);
    assert!(tokens(&mut house).contains(&"MODES=2".to_owned()));
    let ana = house.member("ana", "#a");
    assert!(only(house.ask(ana, "MODE #a +bb x y")).ends_with(" +bb x!*@* y!*@*"));
    let answer = house.ask(ana, "MODE #a -bbb x y z");
    assert!(answer.iter().any(|line| line.ends_with(" -bb x!*@* y!*@*")), "{answer:?}");
}

#[test]
fn entries_of_lists() {
    let mut house = house_with(|limits| limits.list_entries = 2);
    assert!(tokens(&mut house).contains(&"MAXLIST=beI:2".to_owned()));
    let ana = house.member("ana", "#a");
    assert_eq!(house.ask(ana, "MODE #a +be x y").len(), 1);
    assert!(only(house.ask(ana, "MODE #a +I z")).contains(" 478 ana #a I "));
}

#[test]
fn devices() {
    let mut house = super::accounts::house();
    house.hub.settings.limits.devices_per_account = 1;
    for (device, expected) in [(1, "DEVICE ADD ana"), (2, "LIMIT_REACHED")] {
        let ana = super::accounts::signed_in(&mut house, "ana", Some(device), "");
        assert!(only(house.ask(ana, "DEVICE ADD")).contains(expected));
    }
    house.hub.settings.limits.devices_per_account = usize::MAX;
    let ana = super::accounts::signed_in(&mut house, "ana", Some(3), "");
    assert!(only(house.ask(ana, "DEVICE ADD")).contains("DEVICE ADD ana"));
}

#[test]
fn passwords_may_be_of_any_length_where_that_is_off() {
    let mut house = super::accounts::house();
    house.hub.settings.limits.password_least_chars = 0;
    let carol = house.open_from(crate::event::Guest::Irc, super::accounts::tls());
    house.say(carol, "NICK carol");
    house.say(carol, "REGISTER * * x");
    house.work();
    assert!(house.read(carol)[0].contains("REGISTER SUCCESS carol"));
}

#[test]
fn the_past() {
    let mut house = house_with(|limits| limits.past_users = 1);
    for nick in ["ab", "ac"] {
        let conn = house.client(nick);
        house.say(conn, "QUIT");
    }
    let ana = house.client("ana");
    assert!(house.ask(ana, "WHOWAS ab")[0].contains(" 406 "));
    assert!(house.ask(ana, "WHOWAS ac")[0].contains(" 314 "));
    house.hub.settings.limits.past_users = 0;
    let conn = house.client("ad");
    house.say(conn, "QUIT");
    assert!(house.ask(ana, "WHOWAS ad")[0].contains(" 406 "));
}

#[test]
fn matches_of_who() {
    let mut house = house_with(|limits| limits.who_matches = 2);
    let ana = house.client("ana");
    for nick in ["ab", "ac"] {
        house.client(nick);
    }
    assert_eq!(house.ask(ana, "WHO a*").len(), 3);
}

#[test]
fn the_longest_names_fit_on_every_line() {
    let mut house = house_with(|_| {});
    let nick = "ب".repeat(32);
    let room = format!("#{}", "ا".repeat(47));
    let ana = house.client_with(&nick, None, "userhost-in-names extended-join");
    let others: Vec<String> = ["ت", "ث", "ج", "ح"].iter().map(|letter| letter.repeat(32)).collect();
    house.say(ana, &format!("JOIN {room}"));
    for other in &others {
        house.member(other, &room);
    }
    house.say(ana, &format!("TOPIC {room} :{}", "x".repeat(280)));
    house.read_all();
    let told = only(house.ask(ana, &format!("MODE {room} +oooo {}", others.join(" "))));
    assert!(told.ends_with(&others.join(" ")));
    assert_eq!(house.ask(ana, &format!("WHO {room}")).len(), 6);
    assert!(house.ask(ana, &format!("TOPIC {room}"))[0].ends_with(&"x".repeat(280)));
    assert_eq!(house.ask(ana, &format!("WHOIS {nick}")).len(), 6);
    assert_eq!(
        only(house.ask(ana, &format!("PART {room} :{}", "x".repeat(200)))).matches('x').count(),
        200
    );
}
