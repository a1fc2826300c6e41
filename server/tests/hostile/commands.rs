//! Floods of every command, conditions made to be slow, and questions for what one may not know.

use std::time::{Duration, Instant};

use majlis_protocol::escape_tag_value;

use crate::common::{ALL_CAPABILITIES, Irc, Wire};
use crate::siege::Siege;

const WITHOUT_FLOOD_LIMIT: &str = "[limits]\nflood_per_second = \"off\"\n";

/// Every command that there is, and one that there is not.
const COMMANDS: &[&str] = &[
    "PRIVMSG",
    "PONG",
    "PING",
    "TAGMSG",
    "NOTICE",
    "BATCH",
    "JOIN",
    "PART",
    "CHATHISTORY",
    "MARKREAD",
    "METADATA",
    "NAMES",
    "WHO",
    "WHOIS",
    "MODE",
    "KICK",
    "INVITE",
    "AWAY",
    "SETNAME",
    "TOPIC",
    "LIST",
    "LUSERS",
    "MOTD",
    "VERSION",
    "ISUPPORT",
    "INFO",
    "TIME",
    "ADMIN",
    "LINKS",
    "STATS",
    "HELP",
    "HELPOP",
    "RENAME",
    "OPER",
    "KILL",
    "WALLOPS",
    "REHASH",
    "KLINE",
    "UNKLINE",
    "DLINE",
    "UNDLINE",
    "MONITOR",
    "ISON",
    "USERHOST",
    "WHOWAS",
    "DEVICE",
    "PASSWORD",
    "CAP",
    "NICK",
    "USER",
    "PASS",
    "AUTHENTICATE",
    "REDACT",
    "SEARCH",
    "REGISTER",
    "VERIFY",
    "NOSUCHCOMMAND",
];

#[test]
fn a_flood_of_every_command_disturbs_nobody() {
    let mut siege = Siege::with_settings(WITHOUT_FLOOD_LIMIT);
    siege.withstands(96, |server| {
        let mut ana = Irc::plain(server, "ana", ALL_CAPABILITIES);
        ana.join("#lobby");
        let many = (0..200).map(|n| format!("x{n}")).collect::<Vec<_>>().join(",");
        let arguments = [
            String::new(),
            " #lobby".to_owned(),
            " ana :text".to_owned(),
            " #lobby ana +bbbb * * * *".to_owned(),
            format!(" {}", &many[..480 - 20]),
            " * * * * * * * * * * * * * *".to_owned(),
            " :".to_owned(),
            " -1 99999999999999999999 %s%n \u{202e} \u{1f4a9}".to_owned(),
        ];
        let start = Instant::now();
        for command in COMMANDS {
            for arguments in &arguments {
                let line = format!("{command}{arguments}");
                ana.send(&vec![line; 25].join("\r\n"));
            }
            ana.settle();
        }
        let took = start.elapsed();
        assert!(took < Duration::from_mins(1), "eleven thousand commands took {took:?}");
    });
}

#[test]
fn a_flood_of_every_command_by_a_newcomer_disturbs_nobody() {
    let mut siege = Siege::start();
    siege.withstands(32, |server| {
        for command in COMMANDS {
            let mut newcomer = Irc::new(Wire::plain(server));
            newcomer.send("CAP LS 302");
            newcomer.send(&vec![format!("{command} a b :c"); 15].join("\r\n"));
            newcomer.settle();
        }
    });
}

#[test]
fn masks_made_to_backtrack_cost_next_to_nothing() {
    let mut siege = Siege::with_settings(WITHOUT_FLOOD_LIMIT);
    siege.withstands(48, |server| {
        let mut ana = Irc::plain(server, "ana", "");
        ana.join("#trap");
        for n in 0..90 {
            ana.send(&format!("MODE #trap +b {}b{n}!*@*", "*a".repeat(60)));
        }
        let answers = ana.settle();
        assert!(answers.iter().all(|line| line.command() == "MODE"), "{answers:?}");
        ana.send("MODE #trap b");
        assert!(ana.settle().iter().filter(|line| line.command() == "367").count() >= 90);
        let start = Instant::now();
        for n in 0..30 {
            let mut victim = Irc::plain(server, &format!("{}{n}", "a".repeat(20)), "");
            victim.join("#trap");
            victim.send("PRIVMSG #trap :not banned");
        }
        for question in ["WHO", "LIST", "WHOIS", "NAMES"] {
            ana.send(&format!("{question} {}b", "*a".repeat(100)));
        }
        ana.settle();
        let took = start.elapsed();
        assert!(took < Duration::from_secs(20), "thirty people took {took:?} to come in");
    });
}

#[test]
fn the_history_of_a_closed_room_is_not_for_those_outside() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let mut ana = Irc::plain(server, "ana", ALL_CAPABILITIES);
        let mut bo = Irc::tls(server, "bo", ALL_CAPABILITIES, None);
        ana.join("#closed");
        ana.send("MODE #closed +is");
        let secret = ana.say("#closed", "the secret", "1");
        ana.send("PRIVMSG bo :for bo alone");
        bo.wait_for(|line| line.is("PRIVMSG", &["bo", "for bo alone"]));

        let mut eve = Irc::plain(server, "eve", ALL_CAPABILITIES);
        eve.join("#lobby");
        eve.send("JOIN #closed");
        eve.wait_for(|line| line.command() == "473");
        let id = secret.msgid();
        for question in [
            "LATEST #closed * 100".to_owned(),
            "LATEST #CLOSED * 100".to_owned(),
            format!("BEFORE #closed msgid={id} 100"),
            format!("AROUND #lobby msgid={id} 100"),
            format!("AFTER #lobby msgid={id} 100"),
            "BETWEEN #closed timestamp=1970-01-01T00:00:00.000Z timestamp=2999-01-01T00:00:00.000Z 100".to_owned(),
            "TARGETS timestamp=1970-01-01T00:00:00.000Z timestamp=2999-01-01T00:00:00.000Z 100".to_owned(),
            "LATEST bo * 100".to_owned(),
            "LATEST ana * 100".to_owned(),
            "LATEST eve * 100".to_owned(),
            "LATEST * * 100".to_owned(),
            "LATEST #closed,#lobby * 100".to_owned(),
        ] {
            for line in eve.history(&question) {
                let said = format!("{line:?}");
                assert!(!said.contains("secret") && !said.contains("alone"), "{question}: {said}");
            }
        }
        tells_nothing_of_the_closed_room(&mut eve);
    });
}

/// Nor does anything else say what is in there, or that it is there at all.
fn tells_nothing_of_the_closed_room(eve: &mut Irc) {
    for question in [
        "LIST",
        "LIST *closed*",
        "NAMES #closed",
        "WHO #closed",
        "WHOIS ana",
        "TOPIC #closed",
        "MODE #closed b",
        "METADATA #closed LIST",
    ] {
        eve.send(question);
        for line in eve.settle() {
            let is_own = line.params().contains(&"#closed")
                && line.command().starts_with(['3', '4'])
                || line.command() == "FAIL";
            let tells = line.last().contains("closed")
                || line.command() == "322" && line.param(1) == "#closed";
            assert!(is_own || !tells, "{question}: {line:?}");
            assert!(line.command() != "353" && line.command() != "352", "{question}: {line:?}");
        }
    }
}

#[test]
fn quotes_and_operators_of_databases_are_text_like_any_other() {
    let mut siege = Siege::with_settings(WITHOUT_FLOOD_LIMIT);
    siege.withstands(24, |server| {
        let mut ana = Irc::plain(server, "ana", ALL_CAPABILITIES);
        ana.join("#lobby");
        for (n, text) in [
            "'; DROP TABLE messages; --",
            "\" OR 1=1",
            "%_\\",
            "NEAR(a b) AND NOT \"x\" *",
            "?1 :name @v $v",
            "\u{fdfa}'",
        ]
        .iter()
        .enumerate()
        {
            let echo = ana.say("#lobby", text, &format!("l{n}"));
            let history = ana.history("LATEST #lobby * 1");
            assert_eq!((history[0].last(), history[0].msgid()), (*text, echo.msgid()));
        }
        for odd in [
            "msgid='",
            "msgid=",
            "msgid=' OR ''='",
            "timestamp='",
            "timestamp=9999999999999999999",
            "id=1",
            "*",
        ] {
            let answers = ana.history(&format!("BEFORE #lobby {odd} 10"));
            assert!(answers.len() <= 10, "{odd}: {answers:?}");
        }
        for count in ["0", "-1", "99999999999999999999", "1e9", "", "10; --"] {
            ana.history(&format!("LATEST #lobby * {count}"));
        }
        ana.join("#it's");
        ana.say("#it's", "a room like any other", "last");
    });
}

#[test]
fn a_search_takes_operators_and_quotes_for_words() {
    let mut siege = Siege::with_settings(WITHOUT_FLOOD_LIMIT);
    siege.withstands(24, |server| {
        let mut ana = Irc::plain(server, "ana", &format!("{ALL_CAPABILITIES} soju.im/search"));
        ana.join("#lobby");
        ana.say("#lobby", "only apples here", "1");
        ana.say("#lobby", "apples or pears", "2");
        let mut search = |text: &str| {
            ana.send(&format!("SEARCH text={};in=#lobby", escape_tag_value(text)));
            let answers = ana.settle();
            assert!(!answers.is_empty(), "{text:?} is not answered");
            let failed = answers.iter().find(|line| line.command() == "FAIL");
            assert!(
                failed.is_none_or(|line| line.param(1) != "INTERNAL_ERROR"),
                "{text:?}: {failed:?}"
            );
            answers.iter().filter(|line| line.command() == "PRIVMSG").count()
        };
        assert_eq!(search("apples"), 2);
        assert_eq!(search("apples OR pears"), 1, "OR is a word");
        for odd in [
            "\"",
            "\"\"\"",
            "\"apples",
            "apples NOT pears",
            "NEAR(apples pears)",
            "text : apples",
            "^only",
            "-apples",
            "(apples",
            "apples)",
            "*",
            "app*",
            "'; DROP TABLE message; --",
            "{apples}",
            "+",
            "AND",
            "\\",
            "\u{202e}apples",
            "%",
            "_",
        ] {
            search(odd);
        }
        assert_eq!(search("apples"), 2);
        let long = "apples ".repeat(40);
        search(&long);
    });
}
