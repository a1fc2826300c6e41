//! Writing and reading: who types, and how far one has read, here and elsewhere.

use super::*;
use crate::irc::Abilities;
use crate::irc::event::TypingState;

fn online() -> (World, Network, Channel) {
    let (world, network, room) = World::online();
    let abilities = Abilities { keeps_read_marks: true, ..Abilities::default() };
    world.events(&network, vec![Event::Abilities(Box::new(abilities))]);
    world.asked();
    (world, network, room)
}

fn read_up_to(number: u64) -> Event {
    Event::ReadUpTo { conversation: ROOM.into(), time_ms: START_MS + number * 1000 }
}

fn typing(nick: &str, state: TypingState) -> Event {
    Event::Typing {
        conversation: ROOM.into(),
        nick: nick.into(),
        display_name: Some("Ana María".into()),
        state,
    }
}

/// How far it was told that we have read.
fn marks(world: &World) -> Vec<(String, u64)> {
    let asked = world.asked().into_iter().filter_map(|command| match command {
        Command::MarkRead { target, time_ms } => Some((target, (time_ms - START_MS) / 1000)),
        _ => None,
    });
    asked.collect()
}

#[test]
fn what_was_read_elsewhere_is_read_here() {
    let (world, network, room) = online();
    world.events(&network, vec![live(messages(1..=5))]);
    assert_eq!(room.unread_count(), 5);
    world.events(&network, vec![read_up_to(3)]);
    assert_eq!(room.unread_count(), 2);
    let kinds: Vec<_> = rows(&room.timeline()).iter().map(TimelineItem::kind).collect();
    let marker = kinds.iter().position(|kind| *kind == ItemKind::Unread);
    assert_eq!(marker, Some(4), "the marker stands behind what was read: {kinds:?}");
    world.events(&network, vec![read_up_to(2)]);
    assert_eq!(room.unread_count(), 2, "what was read stays read");
    world.events(&network, vec![read_up_to(5)]);
    assert_eq!(room.unread_count(), 0);
    assert!(!rows(&room.timeline()).iter().any(|row| row.kind() == ItemKind::Unread));
    let world = world.restarted();
    assert_eq!(room_of(&world.network()).unread_count(), 0);
}

#[test]
fn on_a_new_device_only_what_was_not_read_elsewhere_is_unread() {
    let (world, network, room) = online();
    world.events(&network, vec![read_up_to(3)]);
    world.events(&network, vec![said(Origin::Gap { more: false }, messages(1..=5))]);
    assert_eq!(room.unread_count(), 2);
}

#[test]
fn what_is_read_here_is_told_once_in_a_while() {
    let (world, network, room) = online();
    world.act(|_| room.set_watched(true));
    world.events(&network, vec![live(messages([1]))]);
    world.events(&network, vec![live(messages([2]))]);
    assert_eq!(marks(&world), [], "not at each message");
    world.wait(glib::timeout_future(std::time::Duration::from_millis(1100)));
    assert_eq!(marks(&world), [(ROOM.to_owned(), 2)]);
    world.events(&network, vec![read_up_to(2)]);
    world.wait(glib::timeout_future(std::time::Duration::from_millis(1100)));
    assert_eq!(marks(&world), [], "the server knows");
    // What was read while there was no connection is told when there is one.
    world.events(&network, vec![read_up_to(1)]);
    world.wait(glib::timeout_future(std::time::Duration::from_millis(1100)));
    assert_eq!(marks(&world), [(ROOM.to_owned(), 2)]);
}

#[test]
fn the_marker_stays_while_one_looks() {
    let (world, network, room) = online();
    world.events(&network, vec![live(messages([1]))]);
    world.act(|_| room.mark_read());
    world.events(&network, vec![live(messages([2, 3]))]);
    world.act(|_| room.set_watched(true));
    let marker = || {
        let rows = rows(&room.timeline());
        rows.iter().position(|row| row.kind() == ItemKind::Unread)
    };
    let place = marker();
    assert!(place.is_some());
    world.events(&network, vec![live(messages(4..=8)), read_up_to(8)]);
    assert_eq!(marker(), place);
}

#[test]
fn who_writes_is_shown_until_they_say_it_or_leave() {
    let (world, network, room) = online();
    world.events(&network, vec![typing("ana", TypingState::Active)]);
    assert_eq!(bare(&room.typing_text()), "Ana María is typing…");
    world.events(&network, vec![live(messages([1]))]);
    assert_eq!(room.typing_text(), "");
    world.events(
        &network,
        vec![typing("ana", TypingState::Paused), typing("ana", TypingState::Done)],
    );
    assert_eq!(room.typing_text(), "");
    let left = Event::MemberLeft { room: ROOM.into(), nick: "ana".into() };
    world.events(&network, vec![typing("ana", TypingState::Active), left]);
    assert_eq!(room.typing_text(), "");
}

#[test]
fn our_writing_is_told_unless_it_is_a_command_or_the_person_does_not_want_it() {
    let (world, _, room) = online();
    let told = |world: &World| {
        let asked = world.asked().into_iter().filter_map(|command| match command {
            Command::Typing { state, .. } => Some(state),
            _ => None,
        });
        asked.collect::<Vec<_>>()
    };
    world.act(|_| room.set_draft("/join #x"));
    world.act(|_| room.set_draft(""));
    assert_eq!(told(&world), []);
    world.act(|chat| chat.set_sends_typing(false));
    world.act(|_| room.set_draft("hello"));
    assert_eq!(told(&world), []);
    world.act(|chat| chat.set_sends_typing(true));
    world.act(|_| room.set_draft("//hello"));
    assert_eq!(told(&world), [TypingState::Active]);
    world.act(|_| room.send_text("/hello"));
    world.act(|_| room.set_draft(""));
    world.wait(glib::timeout_future(std::time::Duration::from_millis(3100)));
    assert_eq!(told(&world), [], "what was said needs no word of its end");
}
