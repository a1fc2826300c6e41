//! NICK, USER, PASS, PING, QUIT, and what the table of commands itself refuses.

use majlis_protocol::{LineError, ParseError};

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
        "CHANMODES=beI,k,lS,CMPRimnst",
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
fn lines_that_are_no_messages_get_one_line_each() {
    let mut house = House::new();
    let (old, new) = (house.client("old"), house.client_with("new", None, "standard-replies"));
    let mut answer = |conn, fault| {
        house.input(HubInput::BadLine { conn, fault });
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
