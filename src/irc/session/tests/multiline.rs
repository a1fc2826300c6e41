//! Messages of many lines (draft/multiline): sent, echoed, heard, from history, and where the server has none.

use super::server::Abilities;
use super::world::{World, config, outgoing};
use crate::irc::event::{Event, MessageKind, Origin, Refusal};
use crate::irc::{Command, MultilineLimits};

fn abilities(value: &str) -> Abilities {
    let mut abilities = Abilities::majlis();
    abilities.capabilities.push_str(" draft/multiline=");
    abilities.capabilities.push_str(value);
    abilities
}

fn online() -> World {
    World::online(abilities("max-bytes=4096,max-lines=5"), &config(&[]))
}

/// The lines that carry a message, without what is numbered in them.
fn sent_lines(world: &World) -> Vec<String> {
    let lines = world.server.received.iter();
    let carriers = lines.filter(|line| line.contains("BATCH") || line.contains("PRIVMSG"));
    carriers.cloned().collect()
}

#[test]
fn many_lines_go_as_one_batch_with_its_tags_on_the_first() {
    let mut world = online();
    let mut message = outgoing(1, "#lobby", "one\n\nthree");
    message.reply_to = Some("m7".into());
    world.command(Command::Send(message));
    world.deliver_up(usize::MAX);
    let id = outgoing(1, "", "").id;
    let label = world.server.received.iter().find_map(|line| {
        line.strip_prefix("@label=")?.split_once(';').map(|(label, _)| label.to_owned())
    });
    let label = label.expect("the batch has a label");
    assert_eq!(
        sent_lines(&world),
        [
            format!(
                "@label={label};+majlis-chat.github.io/send={id};+reply=m7 BATCH +m{label} draft/multiline #lobby"
            ),
            format!("@batch=m{label} PRIVMSG #lobby :one"),
            format!("@batch=m{label} PRIVMSG #lobby :"),
            format!("@batch=m{label} PRIVMSG #lobby :three"),
            format!("BATCH -m{label}"),
        ]
    );
    world.inject(&format!(
        "@label={label};msgid=x1;+reply=m7 :Ana_Lima!u@h BATCH +q draft/multiline #lobby"
    ));
    for line in ["one", "", "three"] {
        world.inject(&format!("@batch=q :Ana_Lima!u@h PRIVMSG #lobby :{line}"));
        assert!(world.told("#lobby").is_empty(), "the message is not whole");
    }
    world.inject(":Ana_Lima!u@h BATCH -q");
    let told = world.told("#lobby");
    assert_eq!(
        (told.len(), told[0].text.as_str(), told[0].msgid.as_str()),
        (1, "one\n\nthree", "x1")
    );
    assert!(told[0].is_own && told[0].send_id == Some(id));
    assert_eq!(told[0].reply_to.as_deref(), Some("m7"));
}

#[test]
fn a_long_line_is_cut_on_the_wire_and_whole_again() {
    let mut world = online();
    let text = "word ".repeat(200);
    world.command(Command::Send(outgoing(1, "#lobby", text.trim_end())));
    world.deliver_up(usize::MAX);
    let lines = sent_lines(&world);
    assert!(lines.len() > 4 && lines.iter().all(|line| line.len() < 510), "{lines:?}");
    let joined = lines.iter().filter(|line| line.contains("draft/multiline-concat")).count();
    assert_eq!(joined, lines.len() - 3, "all but the first line go on");
    let bodies = lines.iter().filter_map(|line| line.split_once(" PRIVMSG #lobby :"));
    let whole: String = bodies.map(|(_, body)| body).collect();
    assert_eq!(whole, text.trim_end());
}

#[test]
fn others_messages_of_many_lines_are_one_live_and_within_history() {
    let mut world = online();
    world.inject("@msgid=x1;time=2023-11-14T22:13:25.000Z :bo!u@h BATCH +1 draft/multiline #lobby");
    world.inject("@batch=1 :bo!u@h PRIVMSG #lobby :how is ");
    world.inject("@batch=1;draft/multiline-concat :bo!u@h PRIVMSG #lobby :everyone?");
    world.inject("@batch=1 :bo!u@h NOTICE #lobby :smuggled");
    world.inject("@batch=1 :bo!u@h PRIVMSG #lobby :Good?");
    world.inject("BATCH -1");
    world.command(Command::FetchBefore { room: "#lobby".into(), before: None, limit: 10 });
    world.deliver_up(usize::MAX);
    let label = world.last_label();
    world.inject(&format!("@label={label} :server BATCH +h chathistory #lobby"));
    world.inject("@batch=h;msgid=x0 :bo!u@h BATCH +i draft/multiline #lobby");
    world.inject("@batch=i :bo!u@h NOTICE #lobby :a");
    world.inject("@batch=i :bo!u@h NOTICE #lobby :b");
    world.inject("@batch=h BATCH -i");
    world.inject("BATCH -h");
    let told = world.told("#lobby");
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].text.as_str(), told[0].time_ms),
        ("how is everyone?\nGood?", 1_700_000_005_000)
    );
    let older = world.events.iter().find_map(|event| match event {
        Event::Messages { origin: Origin::Older { .. }, messages, .. } => Some(messages),
        _ => None,
    });
    let older = older.expect("the page is answered");
    assert_eq!((older.len(), older[0].text.as_str(), older[0].msgid.as_str()), (1, "a\nb", "x0"));
    assert_eq!(older[0].kind, MessageKind::Notice);
}

#[test]
fn what_the_server_takes_is_told_and_told_again_when_it_changes() {
    let mut world = online();
    let limits = |max_bytes, max_lines| Some(MultilineLimits { max_bytes, max_lines });
    let told = |world: &World| {
        let all = world.events.iter().filter_map(|event| match event {
            Event::Abilities(abilities) => Some(abilities.multiline),
            _ => None,
        });
        all.collect::<Vec<_>>()
    };
    assert_eq!(told(&world), [limits(4096, 5)]);
    world.inject(":server CAP * DEL :draft/multiline");
    world.inject(":server CAP * NEW :draft/multiline=max-bytes=100");
    world.inject(":server CAP * ACK :draft/multiline");
    assert_eq!(told(&world)[1..], [None, limits(100, 1000)]);
    let without = World::online(Abilities::majlis(), &config(&[]));
    assert_eq!(told(&without), [None]);
}

#[test]
fn where_it_does_not_fit_any_more_it_fails_and_does_not_come_apart() {
    for abilities in [Abilities::majlis(), abilities("max-bytes=4096,max-lines=1")] {
        let mut world = World::online(abilities, &config(&[]));
        world.send(1, "#lobby", "one\ntwo");
        world.settle();
        let id = outgoing(1, "", "").id;
        let failed = Event::SendFailed { id, reason: Refusal::CannotBeSaid };
        assert!(world.events.contains(&failed), "{:?}", world.events);
        assert_eq!(sent_lines(&world), [""; 0]);
    }
}

#[test]
fn a_batch_refused_without_labels_fails_its_message_and_no_other() {
    let mut abilities = abilities("max-bytes=4096,max-lines=5");
    abilities = abilities.without(&["labeled-response", "echo-message"]);
    let mut world = World::online(abilities, &config(&[]));
    world.send(1, "#lobby", "alone");
    world.send(2, "#lobby", "one\ntwo");
    world.deliver_up(usize::MAX);
    world.inject(":server FAIL BATCH MULTILINE_MAX_LINES 1 :Too many lines.");
    let failed: Vec<_> = world
        .events
        .iter()
        .filter_map(|event| match event {
            Event::SendFailed { id, .. } => Some(*id),
            _ => None,
        })
        .collect();
    assert_eq!(failed, [outgoing(2, "", "").id]);
}
