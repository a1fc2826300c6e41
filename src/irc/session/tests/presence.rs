//! Who is here and who is away, and being asked in.

use super::server::Abilities;
use super::world::{World, config};
use crate::irc::Command;
use crate::irc::event::Event;
use crate::irc::question::Presence;

fn watching() -> World {
    let mut abilities = Abilities::majlis();
    abilities.tokens.push_str(" MONITOR=2");
    let mut world = World::online(abilities, &config(&[]));
    world.command(Command::Watch { nicks: vec!["cy".into(), "bo".into()] });
    world.settle();
    world
}

fn presences(world: &World) -> Vec<(&str, Presence)> {
    let told = world.events.iter().filter_map(|event| match event {
        Event::Presence { nick, presence } => Some((nick.as_str(), *presence)),
        _ => None,
    });
    told.collect()
}

#[test]
fn whom_we_share_a_room_with_is_here_or_away_and_others_are_monitored() {
    let mut world = watching();
    assert_eq!(world.received("MONITOR"), ["MONITOR + cy,bo"]);
    assert_eq!(presences(&world), [("bo", Presence::Away)], "WHO told it");
    world.inject(":bo!u@h AWAY");
    world.inject(":server 730 Ana_Lima :cy!u@h");
    world.inject(":cy!u@h AWAY :at lunch");
    world.inject(":server 731 Ana_Lima :cy");
    let told = [
        ("bo", Presence::Here),
        ("cy", Presence::Here),
        ("cy", Presence::Away),
        ("cy", Presence::Offline),
    ];
    assert_eq!(presences(&world)[1..], told);
    world.events.clear();
    world.cut();
    let told = [("bo", Presence::Unknown), ("cy", Presence::Unknown)];
    assert_eq!(presences(&world), told);
    world.open();
    world.settle();
    assert_eq!(world.received("MONITOR"), ["MONITOR + bo,cy"]);
}

#[test]
fn no_more_are_monitored_than_the_server_takes_and_none_where_it_knows_nothing_of_it() {
    let mut world = watching();
    world.command(Command::Watch { nicks: ["a", "b", "c"].map(str::to_owned).into() });
    world.settle();
    assert_eq!(world.received("MONITOR")[1..], ["MONITOR - bo,cy", "MONITOR + a,b"]);

    let mut world = World::online(Abilities::majlis(), &config(&[]));
    world.command(Command::Watch { nicks: vec!["cy".into()] });
    world.settle();
    assert_eq!(world.received("MONITOR"), Vec::<&str>::new());
}

#[test]
fn being_away_is_asked_for_and_told() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    world.command(Command::SetAway { words: Some("at lunch".into()) });
    world.inject(":server 306 Ana_Lima :You have been marked as being away");
    world.command(Command::SetAway { words: None });
    world.inject(":server 305 Ana_Lima :You are no longer marked as being away");
    world.settle();
    assert_eq!(world.received("AWAY"), ["AWAY :at lunch", "AWAY"]);
    let told: Vec<_> =
        world.events.iter().filter(|event| matches!(event, Event::OwnAway { .. })).collect();
    assert_eq!(told, [&Event::OwnAway { is_away: true }, &Event::OwnAway { is_away: false }]);
}

#[test]
fn whom_we_write_to_and_who_is_away_says_so() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    world.inject("@time=2023-11-14T22:13:20.000Z :server 301 Ana_Lima bo :at lunch");
    let words = Event::AwayWords {
        nick: "bo".into(),
        words: "at lunch".into(),
        time_ms: 1_700_000_000_000,
    };
    assert!(world.events.contains(&words));
}

#[test]
fn being_asked_into_a_room_is_told_and_others_being_asked_is_not() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    world.inject(":bo!u@h INVITE cy #den");
    world.inject(":bo!u@h INVITE Ana_Lima #den");
    let told: Vec<_> =
        world.events.iter().filter(|event| matches!(event, Event::Invited { .. })).collect();
    let by = "Bo the Builder (bo)".to_owned();
    assert_eq!(told, [&Event::Invited { room: "#den".into(), nick: "bo".into(), by }]);
}

#[test]
fn a_renamed_room_goes_on_under_its_new_name() {
    let mut world = World::online(Abilities::majlis(), &config(&["#den"]));
    world.inject(":bo!u@h RENAME #den #Garden :spring");
    assert!(world.events.contains(&Event::Renamed { old: "#den".into(), new: "#Garden".into() }));
    world.inject(":bo!u@h TOPIC #garden :roses");
    let topic = Event::Topic { room: "#Garden".into(), topic: "roses".into() };
    assert!(world.events.contains(&topic));
    world.cut();
    world.open();
    world.settle();
    assert_eq!(world.received("JOIN"), ["JOIN #Garden", "JOIN #lobby"]);
}
