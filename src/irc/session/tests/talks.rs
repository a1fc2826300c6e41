//! What people said to an account while this device was away.

use super::server::Abilities;
use super::world::{START_MS, World, config, mark};
use crate::irc::{HistoryMark, NetworkConfig, SignIn};

/// Somebody with an account, who knows these messages of earlier talks.
fn world(known: &[(&str, HistoryMark)]) -> World {
    let people = known.iter().map(|(name, mark)| ((*name).to_owned(), mark.clone())).collect();
    let sign_in = SignIn {
        account: Some("Ana_Lima".to_owned()),
        password: None,
        has_device: true,
        registration: None,
        is_server_checked: true,
    };
    let config = NetworkConfig { sign_in: Some(sign_in), people, ..config(&[]) };
    let mut world = World::new(Abilities::majlis(), &config);
    world.server.accounts.device = Some("Ana_Lima".to_owned());
    world
}

/// Connects, as far as the server's welcome, which is on its way.
fn open_to_welcome(world: &mut World) {
    world.open();
    while !world.server.has_welcomed() {
        world.deliver_down(usize::MAX);
        world.deliver_up(usize::MAX);
    }
}

#[test]
fn what_was_said_to_us_meanwhile_is_fetched_and_what_is_known_is_not() {
    let mut world = world(&[("bo", mark("m1", 1)), ("cy", mark("m6", 6))]);
    for number in 1..=5 {
        world.server.tell_as("bo", &format!("to you {number}"), START_MS + number);
    }
    world.server.tell_as("cy", "known", START_MS + 6);
    world.open();
    world.settle();
    assert_eq!(world.told_texts("bo"), ["to you 2", "to you 3", "to you 4", "to you 5"]);
    assert!(world.received("CHATHISTORY").iter().all(|line| !line.contains(" cy ")));
}

#[test]
fn a_new_device_is_told_of_talks_that_it_never_had() {
    let mut world = world(&[]);
    world.server.tell_as("bo", "are you there?", START_MS);
    world.open();
    world.settle();
    assert_eq!(world.told_texts("bo"), ["are you there?"]);
}

#[test]
fn what_is_said_before_that_is_known_follows_what_was_missed() {
    let mut world = world(&[]);
    world.server.tell_as("bo", "first", START_MS);
    open_to_welcome(&mut world);
    world.tell_as("bo", "second");
    world.tell_as("dee", "hello");
    // Not every talk is kept: dee may be a guest.
    world.server.rooms.remove("dee");
    world.settle();
    assert_eq!(world.told_texts("bo"), ["first", "second"]);
    assert_eq!(world.told_texts("dee"), ["hello"]);
}

#[test]
fn nothing_is_lost_or_doubled_where_the_connection_is_lost_amid_that() {
    let mut world = world(&[]);
    world.server.tell_as("bo", "first", START_MS);
    open_to_welcome(&mut world);
    world.tell_as("bo", "second");
    world.deliver_down(usize::MAX);
    world.cut();
    assert_eq!(world.told_texts("bo"), ["second"]);
    world.open();
    world.settle();
    assert_eq!(world.told_texts("bo"), ["second", "first"]);
}

#[test]
fn where_it_cannot_be_known_what_people_say_is_told_all_the_same() {
    let mut world = world(&[]);
    open_to_welcome(&mut world);
    world.tell_as("bo", "hello");
    world.deliver_down(usize::MAX);
    assert_eq!(world.told_texts("bo"), [""; 0]);
    world.lose_down();
    world.wait(60_000);
    assert_eq!(world.told_texts("bo"), ["hello"]);
}

#[test]
fn a_guest_has_no_such_history() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    assert!(world.received("CHATHISTORY TARGETS").is_empty());
    world.tell_as("bo", "are you there?");
    world.settle();
    assert_eq!(world.told_texts("bo"), ["are you there?"]);
}
