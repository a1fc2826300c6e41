//! Filling gaps.

use super::server::Abilities;
use super::world::{World, config, mark, outgoing};
use crate::irc::NetworkConfig;
use crate::irc::event::{Event, Origin};
use crate::irc::session::conversation::HELD_MAX;

fn say(world: &mut World, numbers: std::ops::Range<usize>) {
    for number in numbers {
        world.say_as("bo", "#lobby", &format!("n{number}"));
    }
}

fn texts(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("n{number}")).collect()
}

fn known(msgid: &str, at_ms: u64) -> NetworkConfig {
    NetworkConfig { rooms: vec![("#lobby".into(), Some(mark(msgid, at_ms)))], ..config(&[]) }
}

#[test]
fn a_room_never_seen_gives_its_newest_page() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    say(&mut world, 0..10);
    world.open();
    world.settle();
    assert_eq!(world.told_texts("#lobby"), texts(7..10));
    assert_eq!(world.received("CHATHISTORY"), ["CHATHISTORY LATEST #lobby * 3"]);
}

#[test]
fn what_was_said_before_comes_under_the_names_that_people_are_known_by() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    say(&mut world, 0..1);
    world.open();
    world.settle();
    let told = world.told("#lobby");
    assert_eq!(told[0].display_name.as_deref(), Some("Bo the Builder (bo)"));
}

#[test]
fn what_was_said_while_away_comes_page_by_page_before_what_is_live() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    say(&mut world, 0..2);
    world.settle();
    world.cut();
    say(&mut world, 2..12);
    world.open();
    world.deliver_up(usize::MAX);
    world.deliver_down(usize::MAX);
    world.deliver_up(usize::MAX);
    say(&mut world, 12..14);
    world.settle();
    assert_eq!(world.told_texts("#lobby"), texts(0..14));
    let is_gap =
        |event: &&Event| matches!(event, Event::Messages { origin: Origin::Gap { .. }, .. });
    assert!(world.events.iter().filter(is_gap).count() >= 4);
}

#[test]
fn a_room_that_was_empty_has_a_gap_all_the_same() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    world.cut();
    say(&mut world, 0..10);
    world.open();
    world.settle();
    assert_eq!(world.told_texts("#lobby"), texts(0..10));
}

#[test]
fn the_archive_says_where_the_gap_begins() {
    let mut world = World::new(Abilities::majlis(), &known("m4", 0));
    say(&mut world, 0..10);
    world.open();
    world.settle();
    assert_eq!(world.told_texts("#lobby"), texts(4..10));
}

#[test]
fn an_unknown_identifier_falls_back_to_its_time() {
    let mut world = World::new(Abilities::majlis(), &known("gone", 1000));
    say(&mut world, 0..2);
    world.wait(1000);
    say(&mut world, 2..4);
    world.wait(1);
    say(&mut world, 4..9);
    world.open();
    world.settle();
    assert_eq!(world.told_texts("#lobby"), texts(2..9), "none of that millisecond is missing");
}

#[test]
fn a_server_without_history_by_identifier_is_asked_by_time() {
    let mut abilities = Abilities::majlis();
    abilities.tokens.push_str(" MSGREFTYPES=timestamp");
    let mut world = World::online(abilities, &config(&[]));
    say(&mut world, 0..2);
    world.settle();
    world.cut();
    for number in 2..9 {
        world.wait(1);
        say(&mut world, number..number + 1);
    }
    world.open();
    world.settle();
    assert_eq!(world.told_texts("#lobby"), texts(0..9));
    assert!(world.received("CHATHISTORY AFTER #lobby msgid").is_empty());
}

#[test]
fn more_live_messages_than_can_be_held_come_from_history() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    say(&mut world, 0..1);
    world.settle();
    world.cut();
    say(&mut world, 1..2);
    world.open();
    // Up to where the first page of the gap was asked for, and not yet read.
    while world.received("CHATHISTORY").is_empty() {
        world.deliver_up(usize::MAX);
        world.deliver_down(1);
    }
    say(&mut world, 2..HELD_MAX + 50);
    world.settle();
    assert_eq!(world.told_texts("#lobby"), texts(0..HELD_MAX + 50));
}

#[test]
fn a_server_that_answers_no_page_does_not_hold_up_the_room() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    world.cut();
    world.open();
    while world.received("CHATHISTORY").is_empty() {
        world.deliver_up(usize::MAX);
        world.deliver_down(1);
    }
    world.lose_down();
    for _ in 0..4 {
        world.wait(20_000);
        world.say_as("bo", "#lobby", "on time");
        world.deliver_down(usize::MAX);
    }
    assert_eq!(world.told_texts("#lobby"), vec!["on time"; 4]);
}

#[test]
fn what_arrived_before_the_loss_is_found_and_the_rest_sent_in_order() {
    let mut world =
        World::online(Abilities { takes_once: false, ..Abilities::majlis() }, &config(&[]));
    for number in 0..6 {
        world.send(number, "#lobby", &format!("n{number}"));
    }
    let bytes = world.bytes_up();
    world.deliver_up(bytes / 2);
    world.cut();
    world.send(6, "#lobby", "n6");
    world.open();
    world.settle();
    assert_eq!(world.kept_texts("#lobby"), texts(0..7));
    assert_eq!(world.told_texts("#lobby"), texts(0..7));
}

#[test]
fn pending_ones_of_an_earlier_run_are_looked_for_before_they_are_sent() {
    let mut config = known("m1", 0);
    config.pending =
        (1..4).map(|number| outgoing(number, "#lobby", &format!("n{number}"))).collect();
    let mut world = World::new(Abilities { takes_once: false, ..Abilities::majlis() }, &config);
    say(&mut world, 0..1);
    world.server.keep_sent("Ana_Lima", "#lobby", "n1", &outgoing(1, "", "").id.to_string());
    world.open();
    world.settle();
    assert_eq!(world.kept_texts("#lobby"), texts(0..4));
    assert_eq!(world.told_texts("#lobby"), texts(1..4));
}

#[test]
fn our_message_under_an_earlier_nick_is_ours_but_a_forged_one_is_not() {
    let mut config = known("m1", 0);
    config.pending = vec![outgoing(1, "#lobby", "n1"), outgoing(2, "#lobby", "n2")];
    let mut world = World::new(Abilities { takes_once: false, ..Abilities::majlis() }, &config);
    say(&mut world, 0..1);
    world.server.keep_sent("old_nick", "#lobby", "n1", &outgoing(1, "", "").id.to_string());
    world.server.keep_sent("mallory", "#lobby", "forged", &outgoing(2, "", "").id.to_string());
    world.open();
    world.settle();
    assert_eq!(world.kept_texts("#lobby"), ["n0", "n1", "forged", "n2"]);
    let own: Vec<bool> = world.told("#lobby").iter().map(|message| message.is_own).collect();
    assert_eq!(own, [true, false, true]);
}

#[test]
fn private_words_in_doubt_are_sent_again_where_there_is_no_private_history() {
    let mut config = config(&[]);
    config.pending = vec![outgoing(1, "bo", "psst")];
    let mut world = World::new(Abilities::majlis(), &config);
    world.open();
    world.settle();
    assert_eq!(world.received("CHATHISTORY LATEST bo").len(), 1);
    assert_eq!(world.received("PRIVMSG bo"), ["PRIVMSG bo :psst"]);
}
