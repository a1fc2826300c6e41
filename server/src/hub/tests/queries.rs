//! NAMES, LIST, WHO, WHOIS, LUSERS, MOTD.

use super::{House, only};
use crate::event::Restored;
use crate::hub::HubSettings;

#[test]
fn names_may_be_asked_for_any_room() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = house.client_with("eve", None, "userhost-in-names");
    let names = house.ask(eve, "NAMES #A,#x");
    let expected = [
        ":majlis.local 353 eve = #a :@ana!~ana@192.0.2.1",
        ":majlis.local 366 eve #a :End of NAMES list",
        ":majlis.local 366 eve #x :End of NAMES list",
    ];
    assert_eq!(names, expected);
    assert_eq!(only(house.ask(ana, "NAMES")), ":majlis.local 366 ana * :End of NAMES list");
}

#[test]
fn many_names_take_several_lines_and_none_is_lost() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    for number in 10..90 {
        house.member(&format!("somebody-{number}"), "#a");
    }
    let lines = house.ask(ana, "NAMES #a");
    let names: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix(":majlis.local 353 ana = #a :"))
        .flat_map(|names| names.split(' '))
        .collect();
    assert!(lines.len() > 3);
    assert_eq!(names.len(), 81);
}

#[test]
fn rooms_are_listed() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.say(ana, "TOPIC #a :Roses");
    house.read(ana);
    let listed = house.ask(ana, "LIST");
    let expected = [
        ":majlis.local 321 ana Channel :Users Name",
        ":majlis.local 322 ana #lobby 0 :",
        ":majlis.local 322 ana #a 1 :Roses",
        ":majlis.local 323 ana :End of LIST",
    ];
    assert_eq!(listed, expected);
    assert_eq!(house.ask(ana, "LIST #A,#x").len(), 3);
}

#[test]
fn who_lists_members_one_person_or_those_who_match() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.member("bob", "#a");
    let members = house.ask(ana, "WHO #A");
    let expected = [
        ":majlis.local 352 ana #a ~ana 192.0.2.1 majlis.local ana H@ :0 ana",
        ":majlis.local 352 ana #a ~bob 192.0.2.1 majlis.local bob H :0 bob",
        ":majlis.local 315 ana #A :End of WHO list",
    ];
    assert_eq!(members, expected);
    let one = house.ask(ana, "WHO BOB");
    assert_eq!(one[0], ":majlis.local 352 ana * ~bob 192.0.2.1 majlis.local bob H :0 bob");
    assert_eq!(one.len(), 2);
    assert_eq!(house.ask(ana, "WHO *").len(), 3);
    assert_eq!(house.ask(ana, "WHO 0").len(), 3);
    assert_eq!(house.ask(ana, "WHO b?b").len(), 2);
    assert_eq!(only(house.ask(ana, "WHO #x")), ":majlis.local 315 ana #x :End of WHO list");
}

#[test]
fn whois_tells_what_is_known() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.client_with("bob", Some(1), "");
    house.say(bob, "JOIN #a");
    house.wait(7_500);
    house.read_all();
    let known = house.ask(ana, "WHOIS BOB");
    let expected = [
        ":majlis.local 311 ana bob ~bob 192.0.2.1 * :bob",
        ":majlis.local 319 ana bob :#a",
        ":majlis.local 312 ana bob majlis.local :Majlis",
        ":majlis.local 671 ana bob :is using a secure connection",
        ":majlis.local 317 ana bob 7 1767225600 :seconds idle, signon time",
        ":majlis.local 318 ana BOB :End of WHOIS list",
    ];
    assert_eq!(known, expected);
    assert_eq!(house.ask(ana, "WHOIS majlis.local bob").len(), 6);
    let unknown = house.ask(ana, "WHOIS nobody");
    let expected = [
        ":majlis.local 401 ana nobody :No such nick",
        ":majlis.local 318 ana nobody :End of WHOIS list",
    ];
    assert_eq!(unknown, expected);
    assert_eq!(only(house.ask(ana, "WHOIS")), ":majlis.local 431 ana :No nickname given");
}

#[test]
fn users_are_counted() {
    let mut house = House::new();
    let ana = house.client("ana");
    let bob = house.client("bob");
    house.say(bob, "QUIT");
    house.open(crate::event::Guest::Irc, None);
    let counted = house.ask(ana, "LUSERS");
    let expected = [
        ":majlis.local 251 ana :There are 1 users and 0 invisible on 1 servers",
        ":majlis.local 252 ana 0 :operator(s) online",
        ":majlis.local 253 ana 1 :unknown connection(s)",
        ":majlis.local 254 ana 1 :channels formed",
        ":majlis.local 255 ana :I have 1 clients and 0 servers",
        ":majlis.local 265 ana 1 2 :Current local users 1, max 2",
        ":majlis.local 266 ana 1 2 :Current global users 1, max 2",
    ];
    assert_eq!(counted, expected);
}

#[test]
fn the_message_of_the_day_is_told() {
    let settings = HubSettings { motd: vec!["Tea at five".to_owned()], ..HubSettings::default() };
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = house.client("ana");
    let expected = [
        ":majlis.local 375 ana :- majlis.local Message of the day - ",
        ":majlis.local 372 ana :- Tea at five",
        ":majlis.local 376 ana :End of MOTD",
    ];
    assert_eq!(house.ask(ana, "MOTD"), expected);
}

#[test]
fn names_of_several_rooms_end_each_for_itself() {
    let mut house = House::new();
    let ana = house.member("ana", "#a,#b,#secret");
    house.say(ana, "MODE #secret +s");
    let eve = house.client("eve");
    let names = house.ask(eve, "NAMES #b,#secret,nonsense,#a");
    let expected = [
        ":majlis.local 353 eve = #b :@ana",
        ":majlis.local 366 eve #b :End of NAMES list",
        ":majlis.local 366 eve #secret :End of NAMES list",
        ":majlis.local 366 eve nonsense :End of NAMES list",
        ":majlis.local 353 eve = #a :@ana",
        ":majlis.local 366 eve #a :End of NAMES list",
    ];
    assert_eq!(names, expected);
    let inside = house.ask(ana, "NAMES #secret");
    assert_eq!(
        inside.last().map(String::as_str),
        Some(":majlis.local 366 ana #secret :End of NAMES list")
    );
    assert!(inside.contains(&":majlis.local 353 ana @ #secret :@ana".to_owned()));
    assert_eq!(only(house.ask(eve, "NAMES :")), ":majlis.local 366 eve * :End of NAMES list");
}

#[test]
fn the_invisible_are_found_by_those_who_share_a_room_or_know_their_name() {
    let mut house = House::new();
    let ana = house.member("ana", "#a,#b");
    let bob = house.member("bob", "#a");
    let eve = house.client("eve");
    house.say(ana, "MODE ana +i");
    house.say(bob, "MODE bob +i");
    house.read_all();
    let counts = |house: &mut House, conn, line| house.ask(conn, line).len();
    for (line, inside, outside) in [
        ("NAMES #a", 2, 1),
        ("NAMES #b", 2, 1),
        ("WHO #a", 3, 1),
        ("WHO *", 4, 2),
        ("WHO a*", 2, 1),
        ("WHO *!*@192.0.2.1", 4, 2),
        ("WHO ana", 2, 2),
    ] {
        assert_eq!(counts(&mut house, bob, line), inside, "{line} from inside");
        assert_eq!(counts(&mut house, eve, line), outside, "{line} from outside");
    }
    let rooms = |house: &mut House, conn| {
        let lines = house.ask(conn, "WHOIS ana");
        lines.iter().find(|line| line.contains(" 319 ")).cloned()
    };
    assert_eq!(rooms(&mut house, eve), None);
    assert_eq!(rooms(&mut house, bob).as_deref(), Some(":majlis.local 319 bob ana :@#a @#b"));
    assert_eq!(rooms(&mut house, ana).as_deref(), Some(":majlis.local 319 ana ana :@#a @#b"));
}

#[test]
fn a_who_ends_with_what_was_asked() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    for mask in ["ana", "nobody", "#a", "#x", "*", "a*", "*!*@*", "0", "ANA"] {
        let last = house.ask(ana, &format!("WHO {mask}")).pop();
        assert_eq!(last, Some(format!(":majlis.local 315 ana {mask} :End of WHO list")));
    }
    assert!(only(house.ask(ana, "WHO")).contains(" 461 ana WHO :"));
}

#[test]
fn a_who_of_a_room_names_it_and_marks_everybody() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.say(bob, "AWAY :x");
    house.say(ana, "MODE #a +v bob");
    house.read_all();
    let members = house.ask(bob, "WHO #A");
    assert_eq!(members[0], ":majlis.local 352 bob #a ~ana 192.0.2.1 majlis.local ana H@ :0 ana");
    assert_eq!(members[1], ":majlis.local 352 bob #a ~bob 192.0.2.1 majlis.local bob G+ :0 bob");
    let one = house.ask(bob, "WHO bob");
    assert_eq!(one[0], ":majlis.local 352 bob * ~bob 192.0.2.1 majlis.local bob G :0 bob");
}

#[test]
fn operators_alone_may_be_asked_for() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.member("bob", "#a");
    let bob = house.hub.users.find("bob").expect("bob is there");
    house.hub.users.set_mode(bob, 'o', true);
    for line in ["WHO #a o", "WHO * o", "WHO bob o"] {
        let lines = house.ask(ana, line);
        assert_eq!(lines.len(), 2, "{line}");
        assert!(lines[0].contains(" bob H* :0 bob"), "{lines:?}");
    }
    assert_eq!(house.ask(ana, "WHO ana o").len(), 1);
}

#[test]
fn a_whois_ends_with_what_was_asked_and_takes_the_first_of_several() {
    let mut house = House::new();
    let ana = house.client("ana");
    house.client("bob");
    for (asked, codes) in [
        ("bob", "311 312 317 318"),
        ("BOB", "311 312 317 318"),
        ("bob,ana,nobody", "311 312 317 318"),
        ("nobody", "401 318"),
        ("nobody,bob", "401 318"),
        ("*", "401 318"),
    ] {
        let lines = house.ask(ana, &format!("WHOIS {asked}"));
        let told: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').nth(1)).collect();
        assert_eq!(told.join(" "), codes, "{asked}");
        let end = format!(":majlis.local 318 ana {asked} :End of WHOIS list");
        assert_eq!(lines.last(), Some(&end));
    }
    for line in ["WHOIS", "WHOIS :"] {
        assert!(only(house.ask(ana, line)).contains(" 431 ana :"), "{line}");
    }
}

#[test]
fn a_whois_may_name_this_server_and_no_other() {
    let mut house = House::new();
    let ana = house.client("ana");
    house.client("bob");
    for server in ["majlis.local", "MAJLIS.*", "bob", "ana"] {
        assert!(house.ask(ana, &format!("WHOIS {server} bob"))[0].contains(" 311 ana bob "));
    }
    let refused = [
        ":majlis.local 402 ana other.example :No such server",
        ":majlis.local 318 ana bob :End of WHOIS list",
    ];
    assert_eq!(house.ask(ana, "WHOIS other.example bob"), refused);
    let unknown = house.ask(ana, "WHOIS nobody nobody");
    assert_eq!(unknown[0], ":majlis.local 401 ana nobody :No such nick");
}

#[test]
fn a_whois_tells_everything_that_there_is_to_tell() {
    let mut house = super::accounts::house();
    let asker = house.client("eve");
    let ana = super::accounts::signed_in(&mut house, "ana", Some(7), "");
    for line in ["JOIN #a,#b", "MODE #a +v ana", "AWAY :at tea", "MODE ana +Bw"] {
        house.say(ana, line);
    }
    let user = house.hub.users.find("ana").expect("ana is there");
    house.hub.users.set_mode(user, 'o', true);
    house.wait(3_000);
    house.read_all();
    let common = |nick: &str| {
        [
            "311 NICK ana ~ana 192.0.2.1 * :ana",
            "319 NICK ana :@#a @#b",
            "312 NICK ana majlis.local :Majlis",
            "301 NICK ana :at tea",
            "313 NICK ana :is an operator of this server",
            "330 NICK ana ana :is logged in as",
            "335 NICK ana :is a bot on Majlis",
            "671 NICK ana :is using a secure connection",
            "317 NICK ana 3 1767225600 :seconds idle, signon time",
            "318 NICK ana :End of WHOIS list",
        ]
        .map(|line| format!(":majlis.local {}", line.replace("NICK", nick)))
    };
    assert_eq!(house.ask(asker, "WHOIS ana"), common("eve"));
    let mut own = common("ana").to_vec();
    own.insert(8, ":majlis.local 379 ana ana :is using modes +Bow".to_owned());
    assert_eq!(house.ask(ana, "WHOIS ana"), own);
}

#[test]
fn only_the_registered_are_counted_and_the_most_that_there_were() {
    let mut house = House::new();
    let ana = house.client("ana");
    let bob = house.client("bob");
    let new = house.open(crate::event::Guest::Irc, None);
    house.say(new, "NICK new");
    house.say(bob, "MODE bob +i");
    house.say(ana, "JOIN #a,#b");
    house.read_all();
    let lines = house.ask(ana, "LUSERS");
    let expected = [
        "251 ana :There are 1 users and 1 invisible on 1 servers",
        "252 ana 0 :operator(s) online",
        "253 ana 1 :unknown connection(s)",
        "254 ana 3 :channels formed",
        "255 ana :I have 2 clients and 0 servers",
        "265 ana 2 2 :Current local users 2, max 2",
        "266 ana 2 2 :Current global users 2, max 2",
    ];
    assert_eq!(lines, expected.map(|line| format!(":majlis.local {line}")));
    house.say(new, "QUIT");
    house.say(bob, "QUIT");
    let lines = house.ask(ana, "LUSERS");
    assert!(lines[2].contains(" 253 ana 0 ") && lines[5].contains(" 265 ana 1 2 "), "{lines:?}");
}

#[test]
fn where_there_is_no_message_of_the_day_it_is_said() {
    let mut house = House::new();
    let ana = house.client("ana");
    let none = ":majlis.local 422 ana :There is no message of the day";
    assert_eq!(only(house.ask(ana, "MOTD")), none);
}

#[test]
fn many_rooms_of_somebody_take_several_lines() {
    let mut house = House::new();
    let ana = house.client("ana");
    for number in 10..60 {
        house.say(ana, &format!("JOIN #quite-a-long-name-of-a-room-{number}"));
    }
    house.read(ana);
    let rooms = house.ask(ana, "WHOIS ana").into_iter().filter(|line| line.contains(" 319 "));
    let rooms: Vec<String> = rooms.collect();
    assert!(rooms.len() > 1);
    assert_eq!(rooms.iter().map(|line| line.matches('@').count()).sum::<usize>(), 50);
}
