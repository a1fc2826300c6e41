//! The plain room, word for word (server.md).

use super::{House, only};
use crate::event::{CloseReason, Guest};

#[test]
fn a_visit_from_greeting_to_goodbye() {
    let mut house = House::new();
    let bob = house.plain("bob");
    let ana = house.open(Guest::Plain, None);
    let greeting = "Greetings from the server! Now type your name and press enter!";
    assert_eq!(only(house.read(ana)), greeting);
    house.text(ana, "ana");
    let welcome = "Welcome ana! If you ever want to quit, type shutdown to exit.";
    assert_eq!(only(house.read(ana)), welcome);
    assert_eq!(only(house.read(bob)), "ana has joined the chat!");
    house.text(ana, "hello everybody");
    assert_eq!(only(house.read(ana)), "ana: hello everybody");
    assert_eq!(only(house.read(bob)), "ana: hello everybody");
    house.text(ana, "please do not shutdown");
    house.read_all();
    house.text(ana, " shutdown\t");
    assert!(!house.is_open(ana));
    assert!(house.read(ana).is_empty());
    assert_eq!(only(house.read(bob)), "ana has left the chat.");
}

#[test]
fn both_kinds_of_guest_share_the_lobby() {
    let mut house = House::new();
    let irc = house.member("irc", "#lobby");
    let nc = house.plain("Noor Al Din");
    house.text(nc, "salaam");
    assert_eq!(only(house.read(irc)), ":Noor_Al_Din!~plain@192.0.2.1 PRIVMSG #lobby :salaam");
    house.read(nc);
    house.say(irc, "PRIVMSG #lobby :\u{1}ACTION waves\u{1}");
    assert_eq!(only(house.read(nc)), "* irc waves");
    house.say(irc, "PRIVMSG #lobby :\u{2}bold\u{2}");
    assert_eq!(only(house.read(nc)), "irc: bold");
    house.say(irc, "PRIVMSG Noor_Al_Din :psst");
    assert_eq!(only(house.read(nc)), "irc (to you alone): psst");
    let whois = house.ask(irc, "WHOIS Noor_Al_Din");
    assert_eq!(whois[0], ":majlis.local 311 irc Noor_Al_Din ~plain 192.0.2.1 * :Noor Al Din");
    let marked = "320 irc Noor_Al_Din :is a guest of the plain room; nobody has proved this name";
    assert_eq!(whois[3], format!(":majlis.local {marked}"));
    house.hang_up(nc, CloseReason::Eof);
    let left = ":Noor_Al_Din!~plain@192.0.2.1 QUIT :Connection closed";
    assert_eq!(only(house.read(irc)), left);
}

#[test]
fn a_password_is_nobodys_name() {
    let mut house = House::new();
    let irc = house.member("irc", "#lobby");
    let new = house.open(Guest::Plain, None);
    house.read(new);
    let refusal = "That looks like a password, and everybody is told of a name. \
        Type another name and press enter!";
    for line in ["pass hunter2", "PASS hunter2", "Pass  :hunter2"] {
        house.text(new, line);
        assert_eq!(only(house.read(new)), refusal);
    }
    assert!(house.read(irc).is_empty());
    house.text(new, "pass");
    assert!(only(house.read(new)).starts_with("Welcome pass!"));
}

#[test]
fn a_name_that_cannot_be_had_is_refused_in_one_line_and_asked_for_again() {
    let mut house = House::new();
    house.client("ana");
    let new = house.open(Guest::Plain, None);
    house.read(new);
    for (name, answer) in [
        ("Ana", "The name Ana is taken."),
        ("аna", "The name аna looks like one that is taken."),
        ("#room", "That name cannot be yours: a name cannot begin with “#”."),
        ("1234", "That name cannot be yours: a name needs at least one letter."),
    ] {
        house.text(new, name);
        let expected = format!("{answer} Type another name and press enter!");
        assert_eq!(only(house.read(new)), expected);
    }
    house.text(new, "  ");
    assert!(house.read(new).is_empty());
    house.text(new, "Zoë");
    assert!(only(house.read(new)).starts_with("Welcome Zoë!"));
}

#[test]
fn leaving_before_a_name_is_given_is_told_to_nobody() {
    let mut house = House::new();
    let bob = house.plain("bob");
    let new = house.open(Guest::Plain, None);
    house.text(new, "shutdown");
    assert!(!house.is_open(new));
    assert!(house.read(bob).is_empty());
}

#[test]
fn long_texts_are_split_at_words_and_nothing_is_lost() {
    let mut house = House::new();
    let irc = house.member("irc", "#lobby");
    let nc = house.plain("nc");
    let text = "word ".repeat(400);
    house.text(nc, &text);
    let prefix = ":nc!~plain@192.0.2.1 PRIVMSG #lobby :";
    let heard: Vec<String> = house.read(irc);
    let words: Vec<&str> = heard
        .iter()
        .filter_map(|line| line.strip_prefix(prefix))
        .flat_map(|text| text.split(' '))
        .collect();
    assert_eq!(words, ["word"; 400]);
    assert_eq!(house.read(nc).len(), heard.len());
}

#[test]
fn a_device_key_gives_a_plain_guest_nothing() {
    let mut house = House::new();
    let first = house.open(Guest::Plain, Some(1));
    house.text(first, "ana");
    let second = house.open(Guest::Plain, Some(1));
    house.read(second);
    house.text(second, "ana");
    assert!(only(house.read(second)).starts_with("The name ana is taken."));
    let third = house.open(Guest::Irc, Some(1));
    assert!(only(house.ask(third, "NICK ana")).contains(" 433 "));
}
