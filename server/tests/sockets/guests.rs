//! Every kind of guest in one room, word for word (server.md, "One port, four kinds of guest").

use std::time::{Duration, Instant};

use crate::common::{ALL_CAPABILITIES, Irc, LABELS, Line, Server, Wire, device};

const GREETING: &str = "Greetings from the server! Now type your name and press enter!";

fn welcome(name: &str) -> String {
    format!("Welcome {name}! If you ever want to quit, type shutdown to exit.")
}

/// Somebody with `nc`: reads the greeting, types a name and Enter.
fn nc(server: &Server, name: &str) -> Wire {
    let mut wire = Wire::plain(server);
    wire.expect(&format!("{GREETING}\n"));
    wire.send(format!("{name}\n").as_bytes());
    wire.expect(&format!("{}\n", welcome(name)));
    wire
}

/// A script that sends its texts as they are, without newlines.
fn script(server: &Server, name: &str) -> Wire {
    let mut wire = Wire::plain(server);
    wire.expect(&format!("{GREETING}\n"));
    wire.send(name.as_bytes());
    wire.expect(&welcome(name));
    wire
}

fn joined(nick: &str) -> impl Fn(&Line) -> bool {
    move |line| line.nick() == nick && line.is("JOIN", &["#lobby"])
}

fn said(nick: &str, text: &str) -> impl Fn(&Line) -> bool {
    move |line| line.nick() == nick && line.is("PRIVMSG", &["#lobby", text])
}

#[test]
fn all_kinds_of_guests_hear_each_other() {
    let server = Server::start();
    let mut ana = Irc::tls(&server, "ana", ALL_CAPABILITIES, None);
    ana.join("#lobby");
    let mut bo = Irc::plain(&server, "bo", "");
    bo.join("#lobby");
    ana.wait_for(joined("bo"));

    let mut cy = nc(&server, "cy");
    ana.wait_for(joined("cy"));
    bo.wait_for(joined("cy"));
    let mut dee = script(&server, "dee");
    cy.expect("dee has joined the chat!\n");
    ana.wait_for(joined("dee"));
    bo.wait_for(joined("dee"));

    let echo = ana.say("#lobby", "hello from TLS", "1");
    let heard = bo.wait_for(said("ana", "hello from TLS"));
    assert_eq!((heard.tag("msgid"), heard.tag("time")), (None, None), "bo asked for no tags");
    cy.expect("ana: hello from TLS\n");
    dee.expect("ana: hello from TLS");

    bo.send("PRIVMSG #lobby :hello from IRC");
    let heard = ana.wait_for(said("bo", "hello from IRC"));
    assert!(heard.msgid() > echo.msgid(), "{heard:?}");
    assert!(heard.tag("time").is_some(), "{heard:?}");
    cy.expect("bo: hello from IRC\n");
    dee.expect("bo: hello from IRC");

    cy.send(b"hello from nc\n");
    cy.expect("cy: hello from nc\n");
    dee.expect("cy: hello from nc");
    ana.wait_for(said("cy", "hello from nc"));
    bo.wait_for(said("cy", "hello from nc"));

    dee.send(b"hello from a script");
    cy.expect("dee: hello from a script\n");
    dee.expect("dee: hello from a script");
    ana.wait_for(said("dee", "hello from a script"));
    bo.wait_for(said("dee", "hello from a script"));

    ana.send("PRIVMSG #lobby :\u{1}ACTION waves\u{1}");
    cy.expect("* ana waves\n");
    dee.expect("* ana waves");

    cy.send(b"shutdown\n");
    assert_eq!(cy.read_to_end(), "");
    dee.expect("cy has left the chat.");
    let gone = |line: &Line| line.nick() == "cy" && line.command() == "QUIT";
    ana.wait_for(gone);
    bo.wait_for(gone);
    dee.send(b"shutdown");
    assert_eq!(dee.read_to_end(), "");
    ana.wait_for(|line| line.nick() == "dee" && line.command() == "QUIT");
}

#[test]
fn a_password_in_small_letters_is_no_name_in_the_room() {
    let server = Server::start();
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join("#lobby");
    let mut bot = Irc::new(Wire::plain(&server));
    for line in ["pass hunter2", "nick bot", "user bot 0 * :A bot"] {
        bot.send(line);
    }
    bot.wait_for(|line| line.is("001", &["bot"]));
    let mut typist = Wire::plain(&server);
    typist.expect(&format!("{GREETING}\n"));
    typist.send(b"PASS hunter2\n");
    assert!(typist.read_line().starts_with("That looks like a password"));
    assert!(ana.settle().is_empty(), "nobody came in");
}

#[test]
fn irc_sees_a_plain_guest_as_a_member_who_is_marked() {
    let server = Server::start();
    let mut ana = Irc::tls(&server, "ana", ALL_CAPABILITIES, None);
    ana.join("#lobby");
    let _cy = nc(&server, "cy");
    let joined = ana.wait_for(joined("cy"));
    assert!(joined.source().starts_with("cy!~plain@"), "{joined:?}");
    assert_eq!(joined.param(1), "*", "no account: {joined:?}");
    ana.send("NAMES #lobby");
    let names = ana.wait_for(|line| line.command() == "353");
    assert!(names.last().split(' ').any(|member| member.starts_with("cy!")), "{names:?}");
}

#[test]
fn a_name_that_cannot_be_had_is_asked_for_again() {
    let server = Server::start();
    let _ana = Irc::plain(&server, "ana", "");
    let mut guest = Wire::plain(&server);
    guest.expect(&format!("{GREETING}\n"));
    for taken in ["ana", "ANA", "аna", "#room", "no!body"] {
        guest.send(format!("{taken}\n").as_bytes());
        let refusal = guest.read_line();
        assert!(refusal.ends_with(". Type another name and press enter!"), "{refusal}");
    }
    guest.send("هبة سليم\n".as_bytes());
    guest.expect(&format!("{}\n", welcome("هبة_سليم")));
    guest.send("مرحبا\n".as_bytes());
    guest.expect("هبة_سليم: مرحبا\n");
}

#[test]
fn a_script_that_does_not_wait_is_served() {
    let server = Server::start();
    let mut wire = Wire::plain(&server);
    wire.send(b"eve");
    wire.expect(&format!("{GREETING}\n{}", welcome("eve")));
    wire.send(b"one");
    wire.expect("eve: one");
    std::thread::sleep(Duration::from_millis(300));
    wire.send(b"two");
    wire.expect("eve: two");
}

#[test]
fn whoever_pipes_a_file_in_is_answered_before_the_end() {
    let server = Server::start();
    let mut wire = Wire::plain(&server);
    wire.send(b"piper\nfirst line\nsecond line\n");
    wire.finish_sending();
    let heard = wire.read_to_end();
    let expected =
        [GREETING, &welcome("piper"), "piper: first line", "piper: second line"].join("\n");
    assert!(heard.starts_with(&expected), "{heard:?}");
}

#[test]
fn telnet_ends_its_lines_in_its_own_way() {
    let server = Server::start();
    let mut wire = Wire::plain(&server);
    wire.expect(&format!("{GREETING}\n"));
    wire.send(b"\xff\xfb\x1fteo\r\n");
    wire.expect(&format!("{}\r\n", welcome("teo")));
    wire.send(b"hi\r\n");
    wire.expect("teo: hi\r\n");
}

#[test]
fn silence_is_greeted_and_may_still_turn_out_to_be_irc() {
    let server = Server::start();
    let mut wire = Wire::plain(&server);
    wire.expect_quiet(Duration::from_millis(400));
    wire.expect(&format!("{GREETING}\n"));
    wire.send(b"NICK late\r\n");
    wire.send(b"USER late 0 * :Late\r\n");
    let mut irc = Irc::new(wire);
    irc.wait_for(|line| line.is("001", &["late"]));
}

#[test]
fn first_bytes_may_come_one_at_a_time() {
    let server = Server::start();
    let mut irc = Irc::new(Wire::plain(&server));
    for byte in b"NICK slow\r\nUSER slow 0 * :Slow\r\n" {
        irc.wire.send(&[*byte]);
        std::thread::sleep(Duration::from_millis(5));
    }
    irc.wait_for(|line| line.is("001", &["slow"]));
}

#[test]
fn the_plain_room_is_there_under_tls_too() {
    let server = Server::start();
    let mut wire = Wire::tls(&server, None);
    wire.send(b"sam\n");
    wire.expect(&format!("{GREETING}\n{}\n", welcome("sam")));
    wire.send(b"secret\n");
    wire.expect("sam: secret\n");
}

#[test]
fn nothing_that_irc_says_can_command_a_terminal() {
    let server = Server::start();
    let mut cy = nc(&server, "cy");
    let mut ana = Irc::plain(&server, "ana", "");
    ana.join("#lobby");
    cy.expect("ana has joined the chat!\n");
    ana.send("PRIVMSG #lobby :\u{1b}[2Jcleared\u{7}\u{9b}0m");
    cy.expect("ana: [2Jcleared0m\n");
}

#[test]
fn long_text_of_the_plain_room_arrives_whole() {
    let server = Server::start();
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join("#lobby");
    let mut cy = nc(&server, "cy");
    let words: Vec<String> = (0..600).map(|number| format!("كلمة{number}")).collect();
    let text = words.join(" ");
    assert!(text.len() > 4096);
    cy.send(format!("{text}\n").as_bytes());
    cy.send(b"the end\n");
    let mut heard: Vec<String> = Vec::new();
    loop {
        let line = ana.wait_for(|line| line.nick() == "cy" && line.command() == "PRIVMSG");
        match line.last() {
            "the end" => break,
            piece => heard.push(piece.to_owned()),
        }
    }
    let came: Vec<&str> = heard.iter().flat_map(|piece| piece.split(' ')).collect();
    assert_eq!(came.concat(), words.concat());
    assert!(heard.len() > 10);
}

#[test]
fn a_takeover_keeps_the_name_for_the_same_device_only() {
    let server = Server::start();
    let (mine, other) = (device(), device());
    let mut ghost = Irc::tls(&server, "ana", LABELS, Some(&mine));
    let mut thief = Irc::new(Wire::tls(&server, Some(&other)));
    thief.send("NICK ana");
    thief.send("USER ana 0 * :Ana");
    thief.wait_for(|line| line.command() == "433");
    let mut back = Irc::tls(&server, "ana", LABELS, Some(&mine));
    assert_eq!(ghost.last_words().command(), "ERROR");
    back.join("#lobby");
    back.say("#lobby", "here I am", "1");
}

#[test]
fn a_message_of_one_device_is_taken_once() {
    let server = Server::start();
    let device = device();
    let mut ana = Irc::tls(&server, "ana", LABELS, Some(&device));
    ana.join("#lobby");
    let mut bo = Irc::plain(&server, "bo", "message-tags");
    bo.join("#lobby");
    let send = "+majlis-chat.github.io/send=123e4567-e89b-12d3-a456-426614174000";
    let mut ids = Vec::new();
    for label in ["a", "b"] {
        ana.send(&format!("@label={label};{send} PRIVMSG #lobby :once"));
        ids.push(ana.wait_for(|line| line.tag("label").as_deref() == Some(label)).msgid());
    }
    assert_eq!(ids[0], ids[1]);
    ana.send("PRIVMSG #lobby :after");
    bo.wait_for(said("ana", "once"));
    let next = bo.wait_for(|line| line.command() == "PRIVMSG");
    assert_eq!(next.last(), "after", "the same message was relayed twice");
}

#[test]
fn an_answer_is_not_slower_than_it_has_to_be() {
    let server = Server::start();
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join("#lobby");
    let mut fastest = Duration::MAX;
    for number in 0..10 {
        let start = Instant::now();
        ana.say("#lobby", "quick", &format!("q{number}"));
        fastest = fastest.min(start.elapsed());
    }
    assert!(fastest < Duration::from_millis(100), "an echo takes {fastest:?}: something waits");
}
