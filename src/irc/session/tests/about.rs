//! Reactions and deletions: live, from history, and asked for.

use super::server::Abilities;
use super::world::{World, config};
use crate::irc::Command;
use crate::irc::event::{
    Deletion, Event, Happening, Origin, REACTION_MAX_BYTES, Reaction, Refusal, Role,
};

fn online() -> World {
    let mut abilities = Abilities::majlis();
    abilities.capabilities.push_str(" draft/event-playback draft/message-redaction");
    World::online(abilities, &config(&[]))
}

fn reactions(world: &World) -> Vec<&Reaction> {
    let told = world.events.iter().filter_map(|event| match event {
        Event::Reactions { conversation, reactions } if conversation == "#lobby" => Some(reactions),
        _ => None,
    });
    told.flatten().collect()
}

fn deletions(world: &World) -> Vec<&Deletion> {
    let told = world.events.iter().filter_map(|event| match event {
        Event::Deleted { conversation, deletions } if conversation == "#lobby" => Some(deletions),
        _ => None,
    });
    told.flatten().collect()
}

#[test]
fn reactions_and_taking_them_back_are_told() {
    let mut world = online();
    for line in [
        "@msgid=r1;time=2023-11-14T22:13:25.000Z;+reply=m1;+draft/react=👍 :bo!u@h TAGMSG #lobby",
        "@msgid=r2;+reply=m1;+draft/unreact=👍 :bo!u@h TAGMSG #lobby",
        "@msgid=r3;+draft/reply=m1;+draft/react=🎉 :Ana_Lima!u@h TAGMSG #lobby",
        "@msgid=r4;+draft/react=👍 :bo!u@h TAGMSG #lobby",
        "@msgid=r5;+reply=m1;+draft/react= :bo!u@h TAGMSG #lobby",
        &format!(
            "@+reply=m1;+draft/react={} :bo!u@h TAGMSG #lobby",
            "x".repeat(REACTION_MAX_BYTES + 1)
        ),
        &format!(
            "@msgid=r6;+reply=m1;+draft/react={} :bo!u@h TAGMSG #lobby",
            "x".repeat(REACTION_MAX_BYTES)
        ),
    ] {
        world.inject(line);
    }
    let told: Vec<_> = reactions(&world)
        .into_iter()
        .map(|one| (one.event_id.as_str(), one.msgid.as_str(), one.is_set, one.is_own))
        .collect();
    let expected = [
        ("r1", "m1", true, false),
        ("r2", "m1", false, false),
        ("r3", "m1", true, true),
        ("r6", "m1", true, false),
    ];
    assert_eq!(told, expected);
    let first = reactions(&world)[0];
    assert_eq!((first.sign.as_str(), first.time_ms), ("👍", 1_700_000_005_000));
    assert_eq!(first.display_name.as_deref(), Some("Bo the Builder (bo)"));
}

#[test]
fn a_reaction_is_sent_with_the_message_it_is_about() {
    let mut world = online();
    let react = |is_set| Command::React {
        target: "#lobby".into(),
        msgid: "m1".into(),
        sign: "👍".into(),
        is_set,
    };
    world.command(react(true));
    world.command(react(false));
    world.settle();
    let sent: Vec<_> =
        world.server.received.iter().filter(|line| line.contains("TAGMSG")).collect();
    let expected =
        ["@+reply=m1;+draft/react=👍 TAGMSG #lobby", "@+reply=m1;+draft/unreact=👍 TAGMSG #lobby"];
    assert_eq!(sent, expected);
    world.cut();
    world.command(react(true));
    assert_eq!(world.events.last(), Some(&Event::Refused(Refusal::NotConnected)));
}

#[test]
fn deletions_are_asked_for_told_and_refused() {
    let mut world = online();
    let delete = |reason: &str| Command::Delete {
        target: "#lobby".into(),
        msgid: "m1".into(),
        reason: reason.into(),
    };
    world.command(delete(""));
    world.command(delete("too much"));
    world.settle();
    assert_eq!(world.received("REDACT"), ["REDACT #lobby m1", "REDACT #lobby m1 :too much"]);
    world.inject(":bo!u@h REDACT #lobby m1 :too much");
    world.inject(":bo!u@h REDACT #lobby");
    let [told] = deletions(&world)[..] else { panic!("one was deleted") };
    let words = (told.msgid.as_str(), told.nick.as_str(), told.reason.as_str());
    assert_eq!(words, ("m1", "bo", "too much"));
    world.inject(":server FAIL REDACT REDACT_FORBIDDEN #lobby m2 :You are not authorised.");
    let not_deleted = Event::NotDeleted { conversation: "#lobby".into(), msgid: "m2".into() };
    assert!(world.events.contains(&not_deleted));
    let words = Event::ServerText { text: "You are not authorised.".into() };
    assert!(world.events.contains(&words), "why is told, too");
}

#[test]
fn what_history_holds_besides_messages_changes_no_room_and_no_person() {
    let mut world = online();
    world.command(Command::FetchBefore { room: "#lobby".into(), before: None, limit: 10 });
    world.deliver_up(usize::MAX);
    let label = world.last_label();
    let before = world.events.len();
    world.inject(&format!("@label={label} :server BATCH +h chathistory #lobby"));
    for line in [
        ":bo!u@h PART #lobby :bye",
        ":Ana_Lima!u@h PART #lobby",
        ":cy!u@h JOIN #lobby",
        ":bo!u@h NICK :bob",
        ":bo!u@h KICK #lobby Ana_Lima :out",
        ":bo!u@h MODE #lobby +o cy",
        ":bo!u@h TOPIC #lobby :another",
        ":bo!u@h QUIT :bye",
    ] {
        world.inject(&format!("@batch=h;msgid=e;time=2023-11-14T22:13:21.000Z {line}"));
    }
    world.inject("@batch=h;msgid=x1;time=2023-11-14T22:13:22.000Z :bo!u@h PRIVMSG #lobby :hi");
    world.inject("@batch=h;msgid=r1;+reply=x1;+draft/react=👍 :bo!u@h TAGMSG #lobby");
    world.inject("@batch=h :bo!u@h REDACT #lobby x0 :oops");
    world.inject("BATCH -h");
    let told = &world.events[before..];
    let Event::Messages { origin: Origin::Older { is_start: false }, happened, .. } = &told[0]
    else {
        panic!("{told:?}");
    };
    let happened: Vec<_> = happened.iter().map(|one| (one.nick.as_str(), &one.what)).collect();
    let me = || "Ana_Lima".to_owned();
    let cy = || "cy".to_owned();
    let expected = [
        ("bo", &Happening::Left),
        ("cy", &Happening::Joined),
        ("bo", &Happening::Nick("bob".into())),
        (
            "bo",
            &Happening::Removed {
                nick: me(),
                display_name: Some("Real Name (Ana_Lima)".into()),
                reason: "out".into(),
            },
        ),
        ("bo", &Happening::Role { nick: cy(), display_name: None, role: Role::Operator }),
        ("bo", &Happening::Topic("another".into())),
        ("bo", &Happening::Left),
    ];
    assert_eq!(happened, expected, "that we left is no news to us");
    assert!(matches!(told[1], Event::Reactions { .. }), "{told:?}");
    assert!(matches!(told[2], Event::Deleted { .. }), "{told:?}");
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn pages_in_which_nobody_said_anything_are_passed_over() {
    let mut world = online();
    world.command(Command::FetchBefore { room: "#lobby".into(), before: None, limit: 10 });
    for page in 0..3 {
        world.deliver_up(usize::MAX);
        let label = world.last_label();
        world.inject(&format!("@label={label} :server BATCH +h chathistory #lobby"));
        if page < 2 {
            let msgid = format!("e{page}");
            world.inject(&format!("@batch=h;msgid={msgid} :bo!u@h JOIN #lobby"));
            world.inject(&format!("@batch=h;msgid={msgid}z :bo!u@h PART #lobby"));
        }
        world.inject("BATCH -h");
    }
    let asked = world.received("CHATHISTORY");
    let asked: Vec<_> = asked.iter().rev().take(3).rev().copied().collect();
    let expected = [
        "CHATHISTORY LATEST #lobby * 3",
        "CHATHISTORY BEFORE #lobby msgid=e0 3",
        "CHATHISTORY BEFORE #lobby msgid=e1 3",
    ];
    assert_eq!(asked, expected);
    let answer = world.events.last().expect("it is answered");
    let Event::Messages { origin, messages, happened, .. } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!((origin, messages.len()), (&Origin::Older { is_start: true }, 0));
    let happened: Vec<_> = happened.iter().map(|one| one.event_id.as_str()).collect();
    assert_eq!(happened, ["e1", "e1z", "e0", "e0z"], "the pages come backwards, and all is told");
}

#[test]
fn a_gap_is_filled_past_pages_in_which_nobody_said_anything() {
    let mut world = online();
    world.say_as("bo", "#lobby", "before");
    world.settle();
    world.cut();
    world.open();
    while world.received("CHATHISTORY").is_empty() {
        world.deliver_down(usize::MAX);
        world.deliver_up(usize::MAX);
    }
    world.lose_down();
    let label = world.last_label();
    world.inject(&format!("@label={label} :server BATCH +h chathistory #lobby"));
    world.inject("@batch=h;msgid=e9;time=2033-11-14T22:13:22.000Z :bo!u@h PART #lobby");
    world.inject("BATCH -h");
    world.deliver_up(usize::MAX);
    assert!(
        world
            .received("CHATHISTORY")
            .last()
            .is_some_and(|line| line.contains("AFTER #lobby msgid=e9"))
    );
}

#[test]
fn what_people_do_to_a_room_is_told_and_what_the_server_does_is_not() {
    let mut world = online();
    world.inject(":cy!u@h JOIN #lobby");
    world.events.clear();
    for line in [
        ":bo!u@h TOPIC #lobby :tea",
        ":server MODE #lobby +n",
        ":bo!u@h MODE #lobby +bo-m *!*@x cy",
        ":bo!u@h KICK #lobby cy :out",
    ] {
        world.inject(line);
    }
    let told: Vec<_> = world
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Happened { occurrence, .. } => {
                Some((occurrence.nick.as_str(), occurrence.what.clone()))
            }
            _ => None,
        })
        .collect();
    let cy = || "cy".to_owned();
    let expected = [
        ("bo", Happening::Topic("tea".into())),
        ("bo", Happening::Role { nick: cy(), display_name: None, role: Role::Operator }),
        ("bo", Happening::Modes("+b-m".into())),
        ("bo", Happening::Removed { nick: cy(), display_name: None, reason: "out".into() }),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_happened_is_known_again_by_its_identifier() {
    let mut world = online();
    world.events.clear();
    let mode = ":bo!u@h MODE #lobby +ov-m Ana_Lima Ana_Lima";
    world.inject(&format!("@msgid=e7;time=2023-11-14T22:13:21.000Z {mode}"));
    world.inject("@time=2023-11-14T22:13:22.000Z :bo!u@h TOPIC #lobby :tea");
    let live: Vec<_> = world
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Happened { occurrence, .. } => Some(occurrence.clone()),
            _ => None,
        })
        .collect();
    let ids: Vec<_> = live.iter().map(|one| one.event_id.as_str()).collect();
    assert_eq!(ids[..3], ["e7", "e7/1", "e7/2"], "of one line, each its own");
    assert!(ids[3].starts_with("made-"), "the server gave none");
    world.command(Command::FetchBefore { room: "#lobby".into(), before: None, limit: 10 });
    world.deliver_up(usize::MAX);
    let label = world.last_label();
    world.lose_down();
    world.inject(&format!("@label={label} :server BATCH +h chathistory #lobby"));
    world.inject(&format!("@batch=h;msgid=e7;time=2023-11-14T22:13:21.000Z {mode}"));
    world.inject("@batch=h;time=2023-11-14T22:13:22.000Z :bo!u@h TOPIC #lobby :tea");
    world.inject("@batch=h;msgid=x1;time=2023-11-14T22:13:23.000Z :bo!u@h PRIVMSG #lobby :hi");
    world.inject("BATCH -h");
    let Some(Event::Messages { happened, .. }) = world.events.last() else {
        panic!("{:?}", world.events);
    };
    let again: Vec<_> = happened.iter().map(|one| one.event_id.as_str()).collect();
    assert_eq!(again, ids);
}
