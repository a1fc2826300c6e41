//! Writing, and reading on another device.

use super::server::Abilities;
use super::world::{World, config};
use crate::irc::Command;
use crate::irc::event::{Event, TypingState};

#[test]
fn others_writing_is_told_and_our_own_is_not() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    let before = world.events.len();
    for (value, source, target) in [
        ("active", "bo", "#lobby"),
        ("paused", "bo", "Ana_Lima"),
        ("done", "cy", "#lobby"),
        ("dancing", "bo", "#lobby"),
        ("active", "Ana_Lima", "#lobby"),
    ] {
        world.inject(&format!("@+typing={value} :{source}!u@h TAGMSG {target}"));
    }
    let told = |conversation: &str, nick: &str, name: Option<&str>, state| Event::Typing {
        conversation: conversation.into(),
        nick: nick.into(),
        display_name: name.map(Into::into),
        state,
    };
    let bo = Some("Bo the Builder (bo)");
    let expected = [
        told("#lobby", "bo", bo, TypingState::Active),
        told("bo", "bo", bo, TypingState::Paused),
        told("#lobby", "cy", None, TypingState::Done),
    ];
    assert_eq!(world.events[before..], expected);
}

#[test]
fn our_writing_is_told_where_there_are_tags() {
    let typing = |state| Command::Typing { target: "#lobby".into(), state };
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    world.command(typing(TypingState::Active));
    world.command(typing(TypingState::Done));
    world.settle();
    let sent = world.server.received[world.server.received.len() - 2..].to_vec();
    for (line, state) in sent.iter().zip(["active", "done"]) {
        let (tags, said) = line.split_once(' ').expect("it has tags");
        assert!(tags.contains(&format!("+typing={state}")), "{tags}");
        assert_eq!(said, "TAGMSG #lobby");
    }
    let label = sent[0].split_once("label=").expect("it has a label").1.split([';', ' ']).next();
    let before = world.events.len();
    let label = label.unwrap_or_default();
    world.inject(&format!("@label={label} :server 404 Ana_Lima #lobby :Cannot send (+m)"));
    assert_eq!(world.events[before..], [], "nobody misses it where it is not taken");
    let mut world = World::online(Abilities::majlis().without(&["message-tags"]), &config(&[]));
    world.command(typing(TypingState::Active));
    world.settle();
    assert_eq!(world.received("TAGMSG"), [""; 0]);
}

#[test]
fn read_marks_are_told_both_ways() {
    let mut abilities = Abilities::majlis();
    abilities.capabilities.push_str(" draft/read-marker");
    let mut world = World::online(abilities, &config(&[]));
    let before = world.events.len();
    for mark in
        ["*", "timestamp=2023-11-14T22:13:25.000Z", "2023-11-14T22:13:25.000Z", "timestamp=x", ""]
    {
        world.inject(&format!(":server MARKREAD #lobby {mark}"));
    }
    world.inject(":server MARKREAD bo timestamp=2023-11-14T22:13:25.000Z");
    let told = |conversation: &str, time_ms| Event::ReadUpTo {
        conversation: conversation.into(),
        time_ms,
    };
    let expected =
        [told("#lobby", 0), told("#lobby", 1_700_000_005_000), told("bo", 1_700_000_005_000)];
    assert_eq!(world.events[before..], expected);
    world.command(Command::MarkRead { target: "#lobby".into(), time_ms: 1_700_000_005_000 });
    world.command(Command::AskReadMark { target: "bo".into() });
    world.settle();
    let expected = ["MARKREAD #lobby timestamp=2023-11-14T22:13:25.000Z", "MARKREAD bo"];
    assert_eq!(world.received("MARKREAD"), expected);
}
