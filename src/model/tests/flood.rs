//! Much at once: nothing is lost, everything stays in order, and the main loop is never held for long.

use std::cell::Cell;
use std::time::Duration;

use crate::irc::NetworkId;

use super::*;

/// So many messages cannot be taken within one share of the main loop's time.
const MANY: u64 = 20_000;

impl World {
    /// Puts events on the way without waiting for what comes of them.
    fn throw(&self, network: NetworkId, events: Vec<Event>) {
        let events = events.into_iter().map(|event| (network, event)).collect();
        self.tell.try_send(EventBatch { events }).unwrap();
    }

    /// Turns the main loop until something holds.
    fn turn_until(&self, holds: impl Fn() -> bool) {
        while !holds() {
            self.context.with_thread_default(|| self.context.iteration(true)).unwrap();
        }
    }

    /// How many messages of the room are in the archive.
    fn kept(&self, room: &Channel) -> usize {
        let archive = &self.chat.services().archive;
        let page = self.wait(async { archive.page_before(room.key(), None, u32::MAX).await });
        let numbers: Vec<_> =
            page.unwrap().messages.into_iter().map(|one| one.message.text).collect();
        assert!(numbers.iter().eq(&numbered(1..=numbers.len() as u64)), "none is missing between");
        numbers.len()
    }
}

fn last_id() -> String {
    message(MANY).msgid
}

#[test]
fn a_flood_in_one_batch_lets_others_have_their_turn() {
    let (world, network, room) = World::online();
    let seen = Rc::new(Cell::new(0));
    let (looks, newest) = (Rc::clone(&seen), room.clone());
    // As a frame would: behind what is urgent, before what is idle.
    let looking = world.context.spawn_local(async move {
        loop {
            glib::timeout_future_with_priority(glib::Priority::HIGH_IDLE, Duration::ZERO).await;
            let is_amid = newest.newest().is_some_and(|mark| mark.msgid != last_id());
            looks.set(looks.get() + u32::from(is_amid));
        }
    });
    world.throw(network.id(), vec![live(messages(1..=MANY))]);
    world.turn_until(|| room.newest().is_some_and(|mark| mark.msgid == last_id()));
    looking.abort();
    assert!(seen.get() > 1, "the whole flood was one turn");
    world.settle();
    let shown = texts(&room);
    let count = shown.len() as u64;
    assert!(count < MANY / 10, "what nobody could have read has no rows: {count}");
    assert_eq!(shown, numbered(MANY + 1 - count..=MANY));
    assert_eq!(world.kept(&room), 20_000);
}

#[test]
fn what_follows_at_once_is_shown_together() {
    let (world, network, room) = World::online();
    let signals = Rc::new(Cell::new(0));
    let count = Rc::clone(&signals);
    room.timeline().connect_items_changed(move |_, _, _, _| count.set(count.get() + 1));
    let counts = Rc::new(Cell::new(0));
    let count = Rc::clone(&counts);
    room.connect_unread_count_notify(move |_| count.set(count.get() + 1));
    for number in 1..=200 {
        world.throw(network.id(), vec![live(messages([number]))]);
    }
    world.settle();
    let shown = texts(&room);
    assert_eq!(shown, numbered(201 - shown.len() as u64..=200));
    assert_eq!(room.unread_count(), 200);
    assert!(signals.get() < 100, "{} signals for 200 messages", signals.get());
    assert!(counts.get() < 100, "told {} times how many are unread", counts.get());
}

#[test]
fn a_room_that_is_left_amid_a_flood_stays_left() {
    let (world, network, room) = World::online();
    world.throw(network.id(), vec![live(messages(1..=MANY))]);
    world.turn_until(|| room.newest().is_some());
    world.act(|_| room.leave());
    assert_eq!(channels(&network).len(), 0);
    assert_eq!(texts(&room), [""; 0]);
    world.kept(&room);
}

#[test]
fn a_flood_that_the_program_ends_in_is_kept() {
    let (world, network, room) = World::online();
    world.throw(network.id(), vec![live(messages(1..=MANY))]);
    world.turn_until(|| room.newest().is_some());
    world.wait(world.chat.shutdown(""));
    let world = World::in_folder_with(world.folder, world.keyring);
    let room = room_of(&world.network());
    assert_eq!(world.kept(&room), 20_000);
    assert_eq!(texts(&room), numbered(MANY - 49..=MANY));
}
