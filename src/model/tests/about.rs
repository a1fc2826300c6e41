//! Reactions and deletions.

use super::*;
use crate::irc::Abilities;
use crate::irc::event::{Deletion, Member, Reaction, Role};

fn online() -> (World, Network, Channel) {
    let (world, network, room) = World::online();
    let abilities = Abilities { takes_tags: true, deletes: true, ..Abilities::default() };
    world.events(&network, vec![Event::Abilities(Box::new(abilities)), live(messages([1, 2]))]);
    (world, network, room)
}

fn reaction(number: u64, nick: &str, is_set: bool, at: u64) -> Reaction {
    Reaction {
        msgid: format!("{number:06}"),
        sign: "👍".into(),
        nick: nick.into(),
        display_name: Some(nick.to_uppercase()),
        is_own: nick == "hiba",
        is_set,
        time_ms: START_MS + at,
        event_id: format!("r{at}"),
    }
}

fn reacted(reactions: Vec<Reaction>) -> Event {
    Event::Reactions { conversation: ROOM.into(), reactions }
}

fn deleted(number: u64, reason: &str) -> Event {
    let deletion = Deletion {
        msgid: format!("{number:06}"),
        nick: "bo".into(),
        display_name: None,
        reason: reason.into(),
        time_ms: START_MS,
    };
    Event::Deleted { conversation: ROOM.into(), deletions: vec![deletion] }
}

fn shown(channel: &Channel, text: &str) -> String {
    bare(&row_of(channel, text).reaction_summary())
}

#[test]
fn reactions_are_counted_toggled_and_there_after_a_restart() {
    let (world, network, room) = online();
    world.events(
        &network,
        vec![reacted(vec![reaction(1, "ana", true, 1), reaction(1, "bo", true, 2)])],
    );
    assert_eq!(shown(&room, "message 1"), "👍 2");
    world.asked();
    let row = row_of(&room, "message 1");
    world.act(|_| room.toggle_reaction(&row, "👍"));
    let react = |is_set| Command::React {
        target: ROOM.into(),
        msgid: "000001".into(),
        sign: "👍".into(),
        is_set,
    };
    assert_eq!(world.asked(), [react(true)]);
    assert_eq!(shown(&room, "message 1"), "👍 2", "the server has not told it yet");
    world.events(&network, vec![reacted(vec![reaction(1, "hiba", true, 3)])]);
    let group = row.reactions().remove(0);
    assert_eq!(
        (group.count(), group.is_own, group.names),
        (3, true, vec!["ANA".into(), "BO".into()])
    );
    world.act(|_| room.toggle_reaction(&row, "👍"));
    assert_eq!(world.asked(), [react(false)]);
    world.events(
        &network,
        vec![reacted(vec![reaction(1, "hiba", false, 4), reaction(1, "hiba", true, 3)])],
    );
    assert_eq!(shown(&room, "message 1"), "👍 2", "what is older does not count any more");
    let world = world.restarted();
    assert_eq!(shown(&room_of(&world.network()), "message 1"), "👍 2");
}

#[test]
fn a_reaction_told_before_its_message_is_found_with_it() {
    let (world, network, room) = online();
    world.act(|_| room.load_older());
    world.events(&network, vec![reacted(vec![reaction(0, "ana", true, 1)])]);
    world.events(&network, vec![said(Origin::Older { is_start: false }, messages([0]))]);
    assert_eq!(shown(&room, "message 0"), "👍 1");
}

#[test]
fn what_is_deleted_says_by_whom_and_why_and_loses_its_words_everywhere() {
    let (world, network, room) = online();
    let answer = Message { reply_to: Some("000002".into()), ..message(3) };
    world.events(&network, vec![live(vec![answer]), reacted(vec![reaction(2, "ana", true, 1)])]);
    world.events(&network, vec![deleted(2, "off topic"), deleted(3, "")]);
    let rows = rows(&room.timeline());
    let told: Vec<_> = rows.iter().map(|row| bare(&row.deletion())).collect();
    assert!(told.contains(&"Deleted by bo: off topic".to_owned()), "{told:?}");
    assert!(told.contains(&"Deleted by bo".to_owned()), "{told:?}");
    assert!(
        rows.iter().all(|row| row.reaction_summary().is_empty() && row.quote_text().is_empty())
    );
    assert_eq!(bare(&room.last_line()), "Ana María: Message deleted");
    let world = world.restarted();
    let room = room_of(&world.network());
    assert_eq!(texts(&room), ["message 1", "", ""]);
    assert_eq!(bare(&room.last_line()), "Ana María: Message deleted");
}

#[test]
fn a_deletion_of_ours_can_be_undone_for_a_while_and_goes_at_the_end_all_the_same() {
    let (world, network, room) = online();
    let own = Message { is_own: true, nick: "hiba".into(), ..message(3) };
    world.events(&network, vec![live(vec![own])]);
    world.asked();
    let (others, own) = (row_of(&room, "message 1"), row_of(&room, "message 3"));
    assert!(!room.can_delete(&others) && room.can_delete(&own));
    world.act(|_| room.delete(&others, ""));
    assert!(!others.is_leaving());
    world.act(|_| room.delete(&own, "typo"));
    assert!(own.is_leaving() && !room.can_delete(&own));
    world.act(|_| room.keep_message("000003"));
    assert!(!own.is_leaving());
    world.act(|_| room.delete(&own, "typo"));
    assert_eq!(world.asked(), []);
    world.events(&network, vec![Event::State(State::Offline)]);
    let asked = Rc::clone(&world.asked);
    let _next = world.restarted();
    let delete = asked.take().into_iter().find_map(|request| match request.command {
        Command::Delete { msgid, reason, .. } => Some((msgid, reason)),
        _ => None,
    });
    assert_eq!(delete, Some(("000003".to_owned(), "typo".to_owned())));
}

#[test]
fn who_looks_after_a_room_may_delete_what_others_said_and_a_refusal_keeps_it() {
    let (world, network, room) = online();
    let me = Member {
        nick: "hiba".into(),
        display_name: None,
        role: Role::Operator,
        is_away: false,
        is_registered: true,
    };
    world.events(
        &network,
        vec![Event::Members { room: ROOM.into(), members: vec![me], more: false }],
    );
    let row = row_of(&room, "message 1");
    world.act(|_| room.delete(&row, "spam"));
    assert!(row.is_leaving());
    world.act(|_| room.delete_all_held());
    let msgid = "000001".to_owned();
    world.events(&network, vec![Event::NotDeleted { conversation: ROOM.into(), msgid }]);
    assert!(!row.is_leaving() && row.text() == "message 1");
}

#[test]
fn what_happens_to_our_messages_now_is_noted_and_not_what_happened_long_ago() {
    let (world, network, room) = online();
    let own = Message { is_own: true, nick: "hiba".into(), ..message(3) };
    world.events(&network, vec![live(vec![own])]);
    let noted = listen(&room, "noted");
    let now_ms = u64::try_from(glib::real_time() / 1000).expect("after 1970");
    let now = |reaction: Reaction| Reaction { time_ms: now_ms, ..reaction };
    world.events(
        &network,
        vec![reacted(vec![
            now(reaction(3, "ana", true, 1)),
            now(reaction(3, "hiba", true, 2)),
            now(reaction(1, "ana", true, 3)),
            now(reaction(3, "bo", false, 4)),
            Reaction { time_ms: 5, ..reaction(3, "cy", true, 5) },
        ])],
    );
    assert_eq!(noted.take(), ["ANA reacted to your message: 👍"]);
}
