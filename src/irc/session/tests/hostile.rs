//! Whatever a server says: no panic, and nothing without bounds.

use proptest::prelude::*;

use super::accounts::by_password;
use super::server::Abilities;
use super::world::{World, config, outgoing};
use crate::irc::event::Event;
use crate::irc::{Command, Now, Session};

const COMMANDS: &[&str] = &[
    "001",
    "005",
    "301",
    "305",
    "306",
    "311",
    "315",
    "317",
    "318",
    "319",
    "322",
    "323",
    "324",
    "330",
    "331",
    "332",
    "352",
    "353",
    "354",
    "366",
    "367",
    "368",
    "372",
    "376",
    "401",
    "404",
    "421",
    "422",
    "432",
    "433",
    "730",
    "731",
    "900",
    "903",
    "904",
    "908",
    "ACCOUNT",
    "ACK",
    "AUTHENTICATE",
    "AWAY",
    "BATCH",
    "CAP",
    "DEVICE",
    "ERROR",
    "FAIL",
    "INVITE",
    "JOIN",
    "KICK",
    "MODE",
    "NICK",
    "NOTE",
    "NOTICE",
    "PART",
    "PING",
    "PONG",
    "PRIVMSG",
    "QUIT",
    "REGISTER",
    "RENAME",
    "SETNAME",
    "TOPIC",
];
const WORDS: &[&str] = &[
    "#lobby",
    "@#lobby",
    "#",
    "Ana_Lima",
    "bo",
    "*",
    "",
    "+b1",
    "-b1",
    "b1",
    "chathistory",
    "soju.im/search",
    "#den",
    "done-3",
    "+o",
    "-v+o",
    "LS",
    "ACK",
    "NAK",
    "NEW",
    "DEL",
    "batch labeled-response message-tags",
    "sasl=PLAIN draft/account-registration",
    "sasl",
    "+",
    "cj1kcmF3bm1vcmUscz1BQUFBLGk9NDA5Ng==",
    "REGISTER",
    "ACCOUNT_EXISTS",
    "SUCCESS",
    "CHATHISTORY=0",
    "PREFIX=(",
    "PREFIX=(vo)+@",
    "CHANTYPES=",
    "STATUSMSG=@",
    "labeled-response",
    "@bo +ana bo!u@h",
    "sent-1",
    "\u{1}ACTION",
    "\u{1}",
    "0 x",
    "é🎉",
];
const TAGS: &[&str] = &[
    "",
    "@label=1 ",
    "@label=2 ",
    "@batch=b1 ",
    "@batch=b1;msgid=x ",
    "@time=9999-99-99T99:99:99Z ",
    "@msgid=y;+majlis-chat.github.io/send=00000000-0000-0000-0000-000000000001 ",
    "@batch=;label= ",
];
const SOURCES: &[&str] = &["", ":server ", ":bo!u@h ", ":Ana_Lima!u@h ", ":! ", ":@ "];

fn line() -> impl Strategy<Value = Vec<u8>> {
    let sensible = (
        prop::sample::select(TAGS),
        prop::sample::select(SOURCES),
        prop::sample::select(COMMANDS),
        prop::collection::vec(prop::sample::select(WORDS), 0..6),
    );
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..600),
        9 => sensible.prop_map(|(tags, source, command, words)| {
            let (last, middle) = words.split_last().unwrap_or((&"", &[]));
            format!("{tags}{source}{command} {} :{last}", middle.join(" ")).into_bytes()
        }),
    ]
}

fn feed(session: &mut Session, lines: &[Vec<u8>]) {
    for (number, line) in (0..).zip(lines) {
        let now = Now { mono_ms: number * 500, wall_ms: number };
        session.handle_line(line, now);
        session.handle_timeout(now);
        if let Some(question) = session.take_question() {
            session.handle_proof(question.prove(), now);
        }
        let mut output = Vec::new();
        session.take_output(&mut output);
        assert!(output.len() < 100_000, "a line of the server makes {} bytes", output.len());
    }
    session.handle_closed();
}

proptest! {
    #[test]
    fn no_line_makes_a_session_panic(
        is_online: bool,
        signs_in: bool,
        lines in prop::collection::vec(line(), 0..80),
    ) {
        let mut config = config(&["#den"]);
        config.sign_in = signs_in.then(|| by_password("tulips"));
        let mut world = World::new(Abilities::majlis(), &config);
        world.open();
        if is_online {
            world.settle();
        }
        world.send(1, "#lobby", "hello");
        world.send(2, "bo", "hello");
        let before = None;
        world.command(Command::FetchBefore { room: "#lobby".into(), before, limit: 10 });
        for (number, question) in (0..).zip(super::questions::one_of_each()) {
            world.command(Command::Ask { number, question });
        }
        world.command(Command::Watch { nicks: vec!["bo".into(), "cy".into()] });
        feed(&mut world.session, &lines);
    }
}

#[test]
fn what_says_nothing_to_nobody_opens_no_conversation() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    for line in [
        ":bo!u@h PRIVMSG",
        ":bo!u@h PRIVMSG Ana_Lima",
        ":bo!u@h PRIVMSG  :hi",
        "PRIVMSG Ana_Lima :hi",
    ] {
        world.inject(line);
    }
    let told = world.events.iter().filter(|event| matches!(event, Event::Messages { .. }));
    assert_eq!(told.count(), 0);
}

#[test]
fn a_sign_in_that_nobody_began_is_not_gone_on_with() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    for line in ["AUTHENTICATE", "AUTHENTICATE ====", "AUTHENTICATE +"] {
        world.inject(line);
    }
    let long = "A".repeat(400);
    (0..20).for_each(|_| world.inject(&format!("AUTHENTICATE {long}")));
    world.send(1, "#lobby", "still here");
    world.settle();
    assert_eq!(world.told("#lobby")[0].send_id, Some(outgoing(1, "", "").id));
    assert_eq!(world.received("AUTHENTICATE"), [""; 0]);
}

#[test]
fn conversations_have_an_end() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    for number in 0..5000 {
        world.inject(&format!(":stranger{number}!u@h PRIVMSG Ana_Lima :hi"));
    }
    let told = world.events.iter().filter(|event| matches!(event, Event::Messages { .. }));
    assert_eq!(told.count(), 5000, "all of it is told");
    world.send(1, "#lobby", "still here");
    world.settle();
    assert_eq!(world.told("#lobby")[0].send_id, Some(outgoing(1, "", "").id));
}

#[test]
fn an_endless_page_is_cut() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    world.open();
    while world.received("CHATHISTORY").is_empty() {
        world.deliver_up(usize::MAX);
        world.deliver_down(1);
    }
    world.lose_down();
    let label = world.last_label();
    world.inject(&format!("@label={label} BATCH +b chathistory #lobby"));
    for number in 0..10_000 {
        world.inject(&format!("@batch=b;msgid=x{number} :bo!u@h PRIVMSG #lobby :x"));
    }
    world.inject("BATCH -b");
    assert_eq!(world.told("#lobby").len(), 12, "four times the three that were asked for");
}
