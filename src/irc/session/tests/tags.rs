//! What tags say of a message: which one it answers.

use super::server::Abilities;
use super::world::{World, config, outgoing};
use crate::irc::event::MSGID_MAX_BYTES;
use crate::irc::{Command, Outgoing};

fn online() -> World {
    World::online(Abilities::majlis(), &config(&[]))
}

#[test]
fn a_reply_names_the_message_that_it_answers() {
    let mut world = online();
    let reply_to = Some("m7".to_owned());
    world.command(Command::Send(Outgoing { reply_to, ..outgoing(1, "#lobby", "yes") }));
    world.settle();
    let line = world.server.received.last().expect("it was sent");
    let tags = line.split(' ').next().unwrap_or_default();
    assert!(tags.split(';').any(|tag| tag == "+reply=m7"), "{line}");
}

#[test]
fn an_answer_is_known_by_the_tags_name_of_today_and_of_the_draft() {
    let mut world = online();
    let long = "m".repeat(MSGID_MAX_BYTES + 1);
    for (msgid, tag) in [
        ("a1", "+reply=m1"),
        ("a2", "+draft/reply=m2"),
        ("a3", "+reply="),
        ("a4", &format!("+reply={long}")),
        ("a5", "+reply=m5;+draft/reply=m6"),
    ] {
        world.inject(&format!("@msgid={msgid};{tag} :bo!u@h PRIVMSG #lobby :yes"));
    }
    let answered: Vec<_> =
        world.told("#lobby").iter().map(|message| message.reply_to.as_deref()).collect();
    assert_eq!(answered, [Some("m1"), Some("m2"), None, None, Some("m5")]);
}
