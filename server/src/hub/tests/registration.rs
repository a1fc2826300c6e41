//! NICK, USER, PASS, PING, QUIT, and what the table of commands itself refuses.

use majlis_protocol::{LineError, ParseError, Salvage};

use super::{House, only};
use crate::event::{CloseReason, Guest, HubInput, LineFault};

#[test]
fn a_newcomer_is_greeted_in_full() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    assert!(house.ask(ana, "PASS secret").is_empty());
    assert!(house.ask(ana, "NICK ana").is_empty());
    let greeting = house.ask(ana, "USER ana 0 * :Ana Maria");
    assert_eq!(greeting[0], ":majlis.local 001 ana :Welcome to the Majlis Network, ana");
    assert!(greeting[1].starts_with(":majlis.local 002 ana :Your host is majlis.local, running"));
    assert_eq!(
        greeting[2],
        ":majlis.local 003 ana :This server was started 2026-01-01T00:00:00.000Z"
    );
    assert!(greeting[3].starts_with(":majlis.local 004 ana majlis.local majlis-"));
    let mut codes: Vec<&str> = greeting.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    codes.dedup();
    let expected =
        ["001", "002", "003", "004", "005", "251", "252", "253", "254", "255", "265", "266", "422"];
    assert_eq!(codes, expected);
}

#[test]
fn isupport_tells_the_limits_that_are_kept() {
    let mut house = House::new();
    let ana = house.client("ana");
    let lines = house.ask(ana, "VERSION").join(" ");
    for token in [
        "CASEMAPPING=ascii",
        "UTF8MAPPING=rfc8265",
        "UTF8ONLY",
        "NETWORK=Majlis",
        "CHANTYPES=#",
        "PREFIX=(ohv)@%+",
        "STATUSMSG=@%+",
        "CHANMODES=beI,k,lS,CHMPRimnst",
        "ELIST=CMNTU",
        "SAFELIST",
        "WHOX",
        "MONITOR=100",
        "EXCEPTS=e",
        "INVEX=I",
        "EXTBAN=$,am",
        "ACCOUNTEXTBAN=a",
        "MAXLIST=beI:100",
        "KEYLEN=32",
        "BOT=B",
        "AWAYLEN=200",
        "KICKLEN=200",
        "NAMELEN=120",
        "MODES=4",
        "CHANLIMIT=#:100",
        "LINELEN=512",
        "NICKLEN=32",
        "USERLEN=16",
        "HOSTLEN=39",
        "CHANNELLEN=48",
        "TOPICLEN=280",
        "TARGMAX=PRIVMSG:4,NOTICE:4,TAGMSG:4,NAMES:4,KICK:4,JOIN:,PART:,WHOIS:1",
        "CHATHISTORY=200",
        "MSGREFTYPES=msgid,timestamp",
        "majlis-chat.github.io/LOBBY=#lobby",
    ] {
        assert!(lines.contains(&format!(" {token} ")), "{token} is not in {lines}");
    }
}

#[test]
fn user_may_come_before_nick() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    assert!(house.ask(ana, "USER ana 0 * :Ana").is_empty());
    assert!(house.ask(ana, "NICK ana")[0].contains(" 001 ana "));
}

#[test]
fn before_registration_little_is_allowed() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    for line in ["JOIN #a", "PRIVMSG #a :x", "MODE", "WHO *", "CHATHISTORY", "LUSERS"] {
        assert_eq!(only(house.ask(ana, line)), ":majlis.local 451 * :You have not registered");
    }
    assert_eq!(only(house.ask(ana, "PING :a b")), ":majlis.local PONG majlis.local :a b");
    assert!(house.ask(ana, "PONG x").is_empty());
}

#[test]
fn unknown_and_short_commands_are_refused() {
    let mut house = House::new();
    let ana = house.client("ana");
    assert_eq!(only(house.ask(ana, "DANCE now")), ":majlis.local 421 ana DANCE :Unknown command");
    for line in ["join", "PART", "TOPIC", "WHO", "MODE", "PING", "CAP", "USER a 0 *", "PASS"] {
        let name = line.split(' ').next().unwrap_or_default().to_uppercase();
        let expected = format!(":majlis.local 461 ana {name} :Not enough parameters");
        assert_eq!(only(house.ask(ana, line)), expected);
    }
    for line in ["PASS x", "USER a 0 * :b"] {
        assert_eq!(only(house.ask(ana, line)), ":majlis.local 462 ana :You may not reregister");
    }
}

#[test]
fn nicks_are_checked() {
    let mut house = House::new();
    house.client("Ana");
    let new = house.open(Guest::Irc, None);
    for line in ["NICK", "NICK :"] {
        assert_eq!(only(house.ask(new, line)), ":majlis.local 431 * :No nickname given");
    }
    for (nick, words) in [
        ("#a", "A name cannot begin with “#”"),
        ("a!b", "A name cannot contain “!”"),
        ("42", "A name needs at least one letter"),
    ] {
        let expected = format!(":majlis.local 432 * {nick} :{words}");
        assert_eq!(only(house.ask(new, &format!("NICK {nick}"))), expected);
    }
    assert!(only(house.ask(new, "NICK :a b")).starts_with(":majlis.local 432 * * :"));
    let taken = ":majlis.local 433 * aNA :Nickname is already in use";
    assert_eq!(only(house.ask(new, "NICK aNA")), taken);
    // The first letter is Cyrillic.
    let alike = ":majlis.local 433 * аna :Nickname looks like one that is in use";
    assert_eq!(only(house.ask(new, "NICK аna")), alike);
}

#[test]
fn names_of_any_script_are_welcome_and_plain_look_alikes_too() {
    let mut house = House::new();
    for nick in ["هبة_سليم", "نور_", "Zoë", "李雷", "user1", "userl"] {
        house.client(nick);
    }
}

#[test]
fn a_nick_taken_meanwhile_is_asked_for_again() {
    let mut house = House::new();
    let (one, two) = (house.open(Guest::Irc, None), house.open(Guest::Irc, None));
    house.say(one, "NICK ana");
    house.say(two, "NICK ana");
    house.say(one, "USER a 0 * :A");
    let taken = only(house.ask(two, "USER b 0 * :B"));
    assert_eq!(taken, ":majlis.local 433 * ana :Nickname is already in use");
    assert!(house.ask(two, "NICK ana2")[0].contains(" 001 ana2 "));
}

#[test]
fn a_new_nick_is_told_to_everybody_who_shares_a_room_once() {
    let mut house = House::new();
    let ana = house.member("ana", "#a,#b");
    let bob = house.member("bob", "#a,#b");
    let eve = house.member("eve", "#c");
    let told = ":ana!~ana@192.0.2.1 NICK Ana_Maria";
    assert_eq!(only(house.ask(ana, "NICK Ana_Maria")), told);
    assert_eq!(only(house.read(bob)), told);
    assert!(house.read(eve).is_empty());
    assert!(house.ask(ana, "NICK Ana_Maria").is_empty());
    assert_eq!(only(house.ask(ana, "NICK ANA_MARIA")), ":Ana_Maria!~ana@192.0.2.1 NICK ANA_MARIA");
    let taken = ":majlis.local 433 ANA_MARIA bob :Nickname is already in use";
    assert_eq!(only(house.ask(ana, "NICK bob")), taken);
    house.client("ana");
}

#[test]
fn user_names_are_plain_and_marked_and_hosts_begin_with_no_colon() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    house.say(ana, "NICK ana");
    house.say(ana, "USER a!b@c-0123456789012345 0 * :Ana");
    house.read(ana);
    let joined = house.ask(ana, "JOIN #a");
    assert_eq!(joined[0], ":ana!~abc-01234567890@192.0.2.1 JOIN #a");

    let bob = house.open(Guest::Irc, None);
    house.say(bob, "NICK bob");
    let hidden = house.ask(bob, "USER هبة 0 * :\u{2}\u{3}");
    assert!(!hidden.is_empty());
    let whois = house.ask(ana, "WHOIS bob");
    assert_eq!(whois[0], ":majlis.local 311 ana bob ~guest 192.0.2.1 * :bob");

    let shown = |text: &str| super::super::user::shown_host(text.parse().expect("an address"));
    assert_eq!(shown("::1"), "0::1");
    assert_eq!(shown("2001:db8::1"), "2001:db8::1");
    assert_eq!(shown("::ffff:192.0.2.7"), "192.0.2.7");
}

#[test]
fn quitting_is_told_once_and_ends_the_connection() {
    let mut house = House::new();
    let ana = house.member("ana", "#a,#b");
    let bob = house.member("bob", "#a,#b");
    let last = only(house.ask(ana, "QUIT :good night"));
    assert_eq!(last, "ERROR :Closing link: 192.0.2.1 (Quit: good night)");
    assert!(!house.is_open(ana));
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 QUIT :Quit: good night");
    house.client("ana");
}

#[test]
fn quitting_before_registration_ends_the_connection() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    assert_eq!(only(house.ask(ana, "QUIT")), "ERROR :Closing link: 192.0.2.1 (Quit: )");
    assert!(!house.is_open(ana));
}

#[test]
fn what_a_closed_connection_still_says_counts_for_nothing() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.say(ana, "QUIT");
    house.read_all();
    house.say(ana, "PRIVMSG #a :still here");
    house.hang_up(ana, CloseReason::Asked);
    assert!(house.read(bob).is_empty());
}

#[test]
fn a_lost_connection_is_told_with_its_reason() {
    for (reason, words) in [
        (CloseReason::Eof, "Connection closed"),
        (CloseReason::Io("broken\r\npipe".to_owned()), "Connection lost: broken  pipe"),
        (CloseReason::SendQ, "Connection too slow"),
    ] {
        let mut house = House::new();
        let ana = house.member("ana", "#a");
        let bob = house.member("bob", "#a");
        house.hang_up(ana, reason);
        assert_eq!(only(house.read(bob)), format!(":ana!~ana@192.0.2.1 QUIT :{words}"));
    }
}

#[test]
fn what_can_be_read_of_a_bad_line_is_answered_to() {
    let mut house = House::new();
    let caps = "standard-replies labeled-response batch";
    let ana = house.client_with("ana", None, caps);
    let salvage = Salvage::of(b"@label=x1 PRIVMSG #lobby :\xff");
    for (error, code) in [
        (ParseError::NotUtf8, "INVALID_UTF8"),
        (ParseError::ContainsNul, "INVALID_MESSAGE"),
        (ParseError::ContainsLineBreak, "INVALID_MESSAGE"),
    ] {
        let (fault, salvage) = (LineFault::Parse(error), salvage.clone());
        house.input(HubInput::BadLine { conn: ana, fault, salvage });
        let expected =
            format!("@label=x1 :majlis.local FAIL PRIVMSG {code} :The line was left out");
        let line = only(house.read(ana));
        assert!(line.starts_with(&expected), "{line}");
    }
}

#[test]
fn lines_that_are_no_messages_get_one_line_each() {
    let mut house = House::new();
    let (old, new) = (house.client("old"), house.client_with("new", None, "standard-replies"));
    let mut answer = |conn, fault| {
        house.input(HubInput::BadLine { conn, fault, salvage: Salvage::default() });
        only(house.read(conn))
    };
    for error in [LineError::TagsTooLong, LineError::BodyTooLong] {
        let too_long = ":majlis.local 417 new :Input line was too long";
        assert_eq!(answer(new, LineFault::Line(error)), too_long);
    }
    let words = "The line was left out: it is not UTF-8";
    let not_utf8 = LineFault::Parse(ParseError::NotUtf8);
    assert_eq!(answer(new, not_utf8), format!(":majlis.local FAIL * INVALID_UTF8 :{words}"));
    assert_eq!(answer(old, not_utf8), format!(":majlis.local NOTICE old :{words}"));
    assert!(
        answer(new, LineFault::Parse(ParseError::ContainsNul)).contains("FAIL * INVALID_MESSAGE :")
    );
    let bad = LineFault::Parse(ParseError::BadCommand);
    assert_eq!(answer(old, bad), ":majlis.local 421 old * :Unknown command");
}

#[test]
fn a_greeting_ends_with_counts_and_the_message_of_the_day() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    house.say(ana, "NICK ana");
    let greeting = house.ask(ana, "USER ana 0 * :Ana");
    assert!(greeting.iter().all(|line| line.split(' ').nth(2) == Some("ana")));
    let count = house.ask(ana, "LUSERS").len();
    assert!(greeting[greeting.len() - 1 - count..].starts_with(&house.ask(ana, "LUSERS")));
    assert_eq!(greeting.last(), house.ask(ana, "MOTD").last());
    let words: Vec<&str> = greeting[3].split(' ').collect();
    assert_eq!(words.len(), 8, "004 has a server, a version and three sets of modes");
    assert_eq!(words[5..], ["Biow", "CHIMPRSbehiklmnostv", "ISbehklov"]);
}

#[test]
fn tokens_come_by_thirteen_at_most_and_each_once() {
    let mut house = House::new();
    let ana = house.client("ana");
    let mut seen = std::collections::BTreeSet::new();
    for line in house.ask(ana, "ISUPPORT") {
        let words = line.strip_prefix(":majlis.local 005 ana ").expect("nothing else is told");
        let tokens = words.strip_suffix(" :are supported by this server").expect("it ends so");
        assert!((1..=13).contains(&tokens.split(' ').count()), "{line}");
        for token in tokens.split(' ') {
            assert!(seen.insert(token.split('=').next().unwrap_or_default().to_owned()), "{token}");
        }
    }
}

#[test]
fn commands_are_read_in_any_case_and_a_source_of_the_client_s_counts_for_nothing() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    for line in ["privmsg #a :x", "PrivMsg #a x", ":bob PRIVMSG #a x", ":x!y@z   PRIVMSG   #a   :x"]
    {
        house.say(ana, line);
        assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PRIVMSG #a :x", "{line}");
    }
    house.say(ana, "PRIVMSG #a : two  spaces ");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PRIVMSG #a : two  spaces ");
    house.say(ana, "PRIVMSG #a ::-)");
    assert_eq!(only(house.read(bob)), ":ana!~ana@192.0.2.1 PRIVMSG #a ::-)");
}

#[test]
fn what_is_no_command_is_unknown() {
    let mut house = House::new();
    let ana = house.client("ana");
    for (line, named) in [
        ("DANCE", "DANCE"),
        ("dance x :y z", "dance"),
        ("001 ana :Welcome", "001"),
        ("CONNECT x", "CONNECT"),
        ("SQUIT x :y", "SQUIT"),
        ("RESTART", "RESTART"),
        ("SUMMON x", "SUMMON"),
        ("TRACE", "TRACE"),
        ("SERVER x 1 :y", "SERVER"),
        (" PING x", "*"),
        (":ana", "*"),
        ("PI-NG x", "*"),
    ] {
        let unknown = format!(":majlis.local 421 ana {named} :Unknown command");
        assert_eq!(only(house.ask(ana, line)), unknown, "{line}");
    }
    let new = house.open(Guest::Irc, None);
    assert_eq!(only(house.ask(new, "DANCE")), ":majlis.local 421 * DANCE :Unknown command");
}

#[test]
fn a_ping_needs_a_token_and_gives_it_back() {
    let mut house = House::new();
    let ana = house.client("ana");
    assert!(only(house.ask(ana, "PING")).contains(" 461 ana PING :"));
    assert_eq!(only(house.ask(ana, "PING :")), ":majlis.local 409 ana :No origin specified");
    for (token, back) in [("x", ":x"), ("::x", "::x"), (":a  b ", ":a  b "), ("a b", ":a")] {
        let pong = format!(":majlis.local PONG majlis.local {back}");
        assert_eq!(only(house.ask(ana, &format!("PING {token}"))), pong);
    }
    assert!(house.ask(ana, "PONG").is_empty() && house.ask(ana, "PONG a b").is_empty());
}

#[test]
fn a_pong_comes_after_all_that_was_caused_before() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "echo-message");
    house.say(ana, "JOIN #a");
    house.say(ana, "PRIVMSG #a :x");
    house.say(ana, "PRIVMSG ana :y");
    house.say(ana, "WHOIS ana");
    let lines = house.ask(ana, "PING end");
    assert_eq!(lines.iter().filter(|line| line.contains(" PRIVMSG ")).count(), 3);
    assert_eq!(lines.last().map(String::as_str), Some(":majlis.local PONG majlis.local :end"));
}

#[test]
fn nicks_may_hold_what_irc_always_allowed() {
    let mut house = House::new();
    let conn = house.client("x");
    for nick in [r"[a]", r"{b}", r"c\d", "e|f", "g_h", "i-j", "k^l", "m`n", "Z9", "9a"] {
        let told = house.ask(conn, &format!("NICK {nick}"));
        assert!(only(told).ends_with(&format!(" NICK {nick}")), "{nick}");
        assert!(house.ask(conn, &format!("WHOIS {nick}"))[0].contains(" 311 "), "{nick}");
    }
    for nick in
        ["#a", "&a", "@a", "+a", "%a", "a!b", "a@b", "a,b", "a.b", "a*", "a?", "$a", "~a", "a:b"]
    {
        assert!(only(house.ask(conn, &format!("NICK {nick}"))).contains(" 432 9a "), "{nick}");
    }
    for (chars, is_fit) in [(32, true), (33, false)] {
        let told = only(house.ask(conn, &format!("NICK {}", "n".repeat(chars))));
        assert_eq!(told.contains(" NICK n"), is_fit, "{told}");
    }
}

#[test]
fn a_nick_is_said_in_any_case_and_only_the_last_before_registration_counts() {
    let mut house = House::new();
    let conn = house.open(Guest::Irc, None);
    for line in ["NICK one", "NICK two", "NICK #bad", "USER a 0 * :first"] {
        house.say(conn, line);
    }
    let greeting = house.read(conn);
    assert!(greeting[0].contains(" 432 * #bad ") && greeting[1].contains(" 001 two "));
    assert!(house.ask(conn, "nick two").is_empty(), "it is the same");
    assert_eq!(only(house.ask(conn, "NICK Two")), ":two!~a@192.0.2.1 NICK Two");
    assert!(house.ask(conn, "WHOIS tWO")[0].contains(" 311 Two Two ~a "));
    let other = house.open(Guest::Irc, None);
    assert!(only(house.ask(other, "NICK TWO")).contains(" 433 * TWO :"));
    assert!(house.ask(other, "NICK one").is_empty(), "the first was never taken");
}

#[test]
fn a_username_and_a_realname_are_never_missing() {
    let mut house = House::new();
    for (index, (user, shown)) in [
        ("USER x 0 * :", " ~x 192.0.2.1 * :n0"),
        ("USER !!! 0 * :Real Name", " ~guest 192.0.2.1 * :Real Name"),
        ("USER x y z w v", " ~x 192.0.2.1 * :w"),
        ("USER x 8 * ::)", " ~x 192.0.2.1 * ::)"),
    ]
    .into_iter()
    .enumerate()
    {
        let conn = house.open(Guest::Irc, None);
        house.say(conn, &format!("NICK n{index}"));
        house.say(conn, user);
        house.read(conn);
        let told = &house.ask(conn, &format!("WHOIS n{index}"))[0];
        assert!(told.ends_with(shown), "{told}");
    }
    let conn = house.open(Guest::Irc, None);
    for line in ["USER", "USER x", "USER x 0", "USER x 0 *", "USER  0 * :x"] {
        assert!(only(house.ask(conn, line)).contains(" 461 * USER :"), "{line}");
    }
}

#[test]
fn passwords_come_before_registration_and_the_last_counts() {
    let mut house = House::new();
    let conn = house.open(Guest::Irc, None);
    assert!(house.ask(conn, "PASS a").is_empty() && house.ask(conn, "PASS b").is_empty());
    house.say(conn, "NICK ana");
    house.say(conn, "USER a 0 * :A");
    house.read(conn);
    assert!(only(house.ask(conn, "PASS b")).contains(" 462 ana :"));
}

#[test]
fn whoever_quits_is_answered_by_an_error_and_others_by_a_quit() {
    for (line, words) in [
        ("QUIT", "Quit: "),
        ("QUIT :", "Quit: "),
        ("QUIT :bye for now", "Quit: bye for now"),
        ("QUIT bye for now", "Quit: bye"),
    ] {
        let mut house = House::new();
        let ana = house.member("ana", "#a");
        let bob = house.member("bob", "#a");
        let last = format!("ERROR :Closing link: 192.0.2.1 ({words})");
        assert_eq!(only(house.ask(ana, line)), last);
        assert_eq!(only(house.read(bob)), format!(":ana!~ana@192.0.2.1 QUIT :{words}"));
    }
}
