//! What was said: batches, pages, gaps, what is unread.

use std::cell::Cell;

use crate::irc::HistoryMark;
use crate::irc::event::{Failure, Happening, Role};

use super::*;

fn mark(number: u64) -> HistoryMark {
    let message = message(number);
    HistoryMark { time_ms: message.time_ms, msgid: message.msgid }
}

fn older(world: &World, room: &Channel) {
    world.act(|_| room.load_older());
}

#[test]
fn a_batch_is_one_signal_however_many_events_it_has() {
    let (world, network, room) = World::online();
    let signals = Rc::new(Cell::new(0));
    let count = Rc::clone(&signals);
    room.timeline().connect_items_changed(move |_, _, _, _| count.set(count.get() + 1));
    world.events(&network, (1..=50).map(|number| live(messages([number]))).collect());
    assert_eq!(signals.get(), 1);
    assert_eq!(texts(&room), numbered(1..=50));
    assert_eq!(bare(&room.last_line()), "Ana María: message 50");
}

/// So many messages within two milliseconds, under identifiers that tell nothing of their order.
fn at_once(numbers: std::ops::RangeInclusive<u64>) -> Vec<Message> {
    let drawn = |number: u64| Message {
        msgid: format!("{:05}", number * 7_919 % 10_007),
        time_ms: START_MS + number / 100,
        ..message(number)
    };
    numbers.map(drawn).collect()
}

#[test]
fn what_is_said_in_one_instant_stays_in_the_order_in_which_it_came() {
    let (world, network, room) = World::online();
    for number in 41..=60 {
        world.events(&network, vec![live(at_once(number..=number))]);
    }
    assert_eq!(texts(&room), numbered(41..=60));
    older(&world, &room);
    let is_start = false;
    world.events(&network, vec![said(Origin::Older { is_start }, at_once(11..=40))]);
    assert_eq!(texts(&room), numbered(11..=60));
    assert_eq!(room.unread_count(), 20);
    world.events(&network, vec![live(at_once(61..=199))]);
    assert_eq!(room.unread_count(), 159);
    assert_eq!(bare(&room.last_line()), "Ana María: message 199");
    world.act(|_| room.mark_read());
    world.events(&network, vec![live(at_once(200..=201))]);

    let world = world.restarted();
    let (network, room) = (world.network(), room_of(&world.network()));
    assert_eq!(texts(&room), numbered(152..=201));
    assert_eq!(room.unread_count(), 2);
    let is_unread = |row: &TimelineItem| row.kind() == ItemKind::Unread;
    let shown = rows(&room.timeline());
    let marker = shown.iter().position(is_unread).expect("two are unread");
    assert_eq!(shown[marker + 1].text(), "message 200");
    for first in [102, 52, 11] {
        older(&world, &room);
        assert_eq!(texts(&room), numbered(first..=201));
    }
    world.come_online(&network);
    world.events(&network, vec![said(Origin::Gap { more: false }, at_once(201..=205))]);
    assert_eq!(texts(&room), numbered(11..=205));
    let found = world.wait(room.reveal_message(at_once(60..=60).remove(0).msgid));
    assert!(found && texts(&room).contains(&"message 60".to_owned()));
}

#[test]
fn what_follows_what_was_read_within_one_instant_is_unread_whatever_it_is_called() {
    for ids in [["a", "b"], ["b", "a"]] {
        let (world, network, room) = World::online();
        let [one, two] = ids.map(|id| Message { msgid: id.into(), ..message(1) });
        world.events(&network, vec![live(vec![one])]);
        world.act(|_| room.mark_read());
        world.events(&network, vec![live(vec![two])]);
        assert_eq!(room.unread_count(), 1);
        let world = world.restarted();
        let room = room_of(&world.network());
        assert_eq!(room.unread_count(), 1);
        world.act(|_| room.mark_read());
        assert_eq!(room_of(&world.restarted().network()).unread_count(), 0);
    }
}

#[test]
fn the_newest_page_is_there_at_once_and_the_gap_begins_behind_it() {
    let (world, network, _) = World::online();
    world.events(&network, vec![live(messages(1..=250))]);
    let world = world.restarted();
    let room = room_of(&world.network());
    assert_eq!(texts(&room), numbered(201..=250));
    assert_eq!(bare(&room.last_line()), "Ana María: message 250");
    assert_eq!(world.config().rooms, [(ROOM.to_owned(), Some(mark(250)))]);
    let gap = said(Origin::Gap { more: false }, messages(250..=255));
    world.events(&world.network(), vec![gap]);
    assert_eq!(texts(&room), numbered(201..=255));
}

#[test]
fn older_pages_come_from_the_archive_and_then_from_the_server() {
    let (world, network, _) = World::online();
    world.events(&network, vec![live(messages(271..=350))]);
    let world = world.restarted();
    let (network, room) = (world.network(), room_of(&world.network()));
    world.come_online(&network);
    world.asked();

    older(&world, &room);
    assert_eq!(texts(&room), numbered(271..=350));
    let fetch = Command::FetchBefore { room: ROOM.into(), before: Some(mark(271)), limit: 50 };
    assert_eq!(world.asked(), [fetch], "the archive had less than a page");
    assert!(room.timeline().is_loading());
    older(&world, &room);
    assert_eq!(world.asked(), [], "one at a time");

    let page = said(Origin::Older { is_start: false }, messages(221..=270));
    world.events(&network, vec![page]);
    assert!(!room.timeline().is_loading() && !room.timeline().is_start());
    older(&world, &room);
    assert_eq!(world.asked().len(), 1, "the archive has nothing older");
    let page = said(Origin::Older { is_start: true }, messages(210..=220));
    world.events(&network, vec![page]);
    assert!(room.timeline().is_start());
    assert_eq!(texts(&room), numbered(210..=350));

    let world = world.restarted();
    let room = room_of(&world.network());
    (0..3).for_each(|_| older(&world, &room));
    assert_eq!(texts(&room), numbered(210..=350), "all of it without a server");
    assert!(room.timeline().is_start());
}

#[test]
fn what_was_said_before_is_asked_for_once_it_may_be_read() {
    let modes = |modes: &str| Happening::Modes(modes.into());
    let operator = |nick: &str| Happening::Role {
        nick: nick.into(),
        display_name: None,
        role: Role::Operator,
    };
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(271..=280))]);
    for (what, may_be_read) in [
        (modes("-H"), true),
        (modes("-n"), false),
        (operator("Hiba"), true),
        (operator("bo"), false),
    ] {
        older(&world, &room);
        world.events(&network, vec![said(Origin::Older { is_start: true }, Vec::new())]);
        assert!(room.timeline().is_start());
        world.asked();
        world.events(&network, vec![happened("a", "Bo", what.clone())]);
        assert_eq!(room.timeline().is_start(), !may_be_read, "{what:?}");
        older(&world, &room);
        assert_eq!(world.asked().len(), usize::from(may_be_read), "{what:?}");
    }
}

#[test]
fn a_room_that_was_left_amid_a_fetch_can_be_looked_through_again() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(301..=310))]);
    older(&world, &room);
    assert!(room.timeline().is_loading());
    world.act(|_| room.leave());
    assert!(!room.timeline().is_loading());
    world.act(|_| network.join(ROOM));
    world.events(&network, vec![Event::Joined { room: ROOM.into() }]);
    world.asked();
    // What was asked for before arrives late, and is not what is asked for now.
    let page = |numbers| said(Origin::Older { is_start: false }, messages(numbers));
    world.events(&network, vec![page(251..=300)]);
    older(&world, &room);
    world.events(&network, vec![page(201..=250)]);
    older(&world, &room);
    assert!(!texts(&room).is_empty());
    let asked = world.asked();
    let fetches = asked.iter().filter(|command| matches!(command, Command::FetchBefore { .. }));
    assert!(fetches.count() > 0, "it goes on: {asked:?}");
}

#[test]
fn a_server_that_was_taken_back_answers_anew() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(301..=310))]);
    older(&world, &room);
    assert!(room.timeline().is_loading());
    let position = world.act(|chat| chat.set_network_aside(&network)).expect("it was there");
    world.act(|chat| chat.take_network_back(&network, position));
    assert!(!room.timeline().is_loading());
    world.come_online(&network);
    world.asked();
    older(&world, &room);
    world.events(&network, vec![said(Origin::Older { is_start: false }, messages(251..=300))]);
    assert_eq!(texts(&room), numbered(251..=310));
}

#[test]
fn a_fetch_in_vain_is_not_repeated_until_it_may_bring_something() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(5..=9))]);
    world.asked();
    let fail = || {
        assert_eq!(world.asked().len(), 1);
        world.events(&network, vec![said(Origin::Older { is_start: false }, vec![])]);
        assert!(!room.timeline().is_loading() && !room.timeline().is_start());
        older(&world, &room);
        assert_eq!(world.asked(), []);
    };
    older(&world, &room);
    fail();
    // The person looks again.
    world.act(|_| room.set_watched(true));
    fail();
    // The connection is another one.
    let lost = State::Waiting { retry_in_ms: 1000, failure: Failure::Lost };
    world.events(&network, vec![Event::State(lost)]);
    world.come_online(&network);
    fail();
    world.act(|_| {
        room.set_watched(false);
        room.set_watched(true);
    });
    world.events(&network, vec![said(Origin::Older { is_start: true }, messages(1..=4))]);
    assert_eq!(texts(&room), numbered(1..=9));
}

#[test]
fn what_was_let_go_comes_back_though_nothing_older_was_found() {
    let (world, network, room) = World::online();
    for start in [1, 41] {
        world.events(&network, vec![live(messages(start..start + 40))]);
    }
    world.events(&network, vec![Event::State(State::Offline)]);
    older(&world, &room);
    assert!(!room.timeline().is_loading() && !room.timeline().is_start(), "in vain");
    world.act(|_| room.timeline().shrink());
    assert_eq!(texts(&room), numbered(31..=80));
    older(&world, &room);
    assert_eq!(texts(&room), numbered(1..=80));
}

#[test]
fn without_a_connection_the_archive_is_not_asked_over_and_over() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(5..=9)), Event::State(State::Offline)]);
    let loads = Rc::new(Cell::new(0));
    let count = Rc::clone(&loads);
    // As the view does, whose rows leave room for more.
    room.timeline().connect_is_loading_notify(glib::clone!(
        #[weak]
        room,
        move |timeline| if !timeline.is_loading() {
            count.set(count.get() + 1);
            room.load_older();
        }
    ));
    older(&world, &room);
    world.settle();
    assert_eq!(loads.get(), 1);
    assert!(!room.timeline().is_loading());
}

#[test]
fn scrolling_up_and_down_shows_everything_and_holds_little() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(1..=1500))]);
    world.events(&network, vec![said(Origin::Older { is_start: true }, vec![])]);
    let mut seen = texts(&room);
    room.timeline().set_follows_end(false);
    while !room.timeline().is_start() {
        older(&world, &room);
        let shown = texts(&room);
        let known = shown.iter().position(|text| *text == seen[0]).expect("no hole");
        seen.splice(0..0, shown[..known].to_vec());
        assert!(shown.len() <= 400);
    }
    assert_eq!(seen, numbered(1..=1500));
    assert!(!room.timeline().is_end());

    world.events(&network, vec![live(messages([1501]))]);
    assert!(!texts(&room).contains(&"message 1501".to_owned()), "it would leave a hole");
    while !room.timeline().is_end() {
        world.act(|_| room.load_newer());
        assert!(texts(&room).len() <= 400);
    }
    assert_eq!(texts(&room).last().unwrap(), "message 1501");
}

#[test]
fn saying_something_goes_back_to_the_end() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(1..=1000))]);
    room.timeline().set_follows_end(false);
    (0..8).for_each(|_| older(&world, &room));
    assert!(!room.timeline().is_end());
    world.act(|_| room.send_text("hello"));
    assert!(room.timeline().is_end());
    let shown = texts(&room);
    assert_eq!(shown[..50], numbered(951..=1000));
    assert_eq!(shown[50..], ["hello…"]);
}

#[test]
fn a_late_answer_to_a_fetch_given_up_is_kept_and_not_shown() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(1001..=2000))]);
    room.timeline().set_follows_end(false);
    (0..20).for_each(|_| older(&world, &room));
    assert!(room.timeline().is_loading(), "the server was asked");
    world.act(|_| room.jump_to_end());
    world.events(&network, vec![said(Origin::Older { is_start: true }, messages(901..=1000))]);
    assert_eq!(texts(&room), numbered(1951..=2000));
    assert!(!room.timeline().is_start());
    (0..22).for_each(|_| older(&world, &room));
    assert_eq!(texts(&room)[0], "message 901");
    assert!(room.timeline().is_start());
}

#[test]
fn what_others_say_is_unread_until_it_is_looked_at() {
    let (world, network, room) = World::online();
    let first = said(Origin::Gap { more: false }, messages(1..=3));
    world.events(&network, vec![first]);
    assert_eq!(room.unread_count(), 0, "what was said before we came is not new");
    let mut named = message(5);
    named.text = "Hiba: tea?".into();
    world.events(&network, vec![live(vec![message(4), named])]);
    assert_eq!((room.unread_count(), room.mention_count()), (2, 1));
    assert!(row_of(&room, "Hiba: tea?").is_mention());
    let kinds =
        |room: &Channel| rows(&room.timeline()).iter().map(TimelineItem::kind).collect::<Vec<_>>();
    let has_marker = |room: &Channel| kinds(room).contains(&ItemKind::Unread);
    assert_eq!(kinds(&room)[4], ItemKind::Unread, "a day and three messages stand before it");

    let world = world.restarted();
    let (network, room) = (world.network(), room_of(&world.network()));
    assert_eq!((room.unread_count(), room.mention_count()), (2, 1));
    assert!(has_marker(&room));
    world.act(|_| room.set_watched(true));
    assert_eq!((room.unread_count(), room.mention_count()), (0, 0));
    assert!(has_marker(&room), "it stays while one looks");
    world.events(&network, vec![live(messages([6]))]);
    assert_eq!(room.unread_count(), 0);
    world.act(|_| room.set_watched(false));
    assert!(!has_marker(&room));

    let world = world.restarted();
    assert_eq!(room_of(&world.network()).unread_count(), 0);
}

#[test]
fn unread_messages_of_a_restart_and_a_gap_add_up() {
    let (world, network, room) = World::online();
    world.events(&network, vec![said(Origin::Gap { more: false }, messages(1..=3))]);
    world.events(&network, vec![live(messages(4..=5))]);
    assert_eq!(room.unread_count(), 2);
    let world = world.restarted();
    let gap = said(Origin::Gap { more: true }, messages(6..=8));
    world.events(&world.network(), vec![gap]);
    assert_eq!(room_of(&world.network()).unread_count(), 5);
}

#[test]
fn a_room_that_is_left_and_joined_again_has_its_past_without_a_hole() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(1..=5))]);
    world.asked();
    world.act(|_| room.leave());
    assert_eq!(world.asked(), [Command::Part { room: ROOM.into(), reason: String::new() }]);
    assert_eq!(channels(&network).len(), 0);
    world.events(
        &network,
        vec![live(messages([6])), Event::Left { room: ROOM.into(), reason: String::new() }],
    );
    assert_eq!(channels(&network).len(), 0, "a late message does not open it again");

    let world = world.restarted();
    let network = world.network();
    assert_eq!(world.config().rooms, []);
    let opened = listen(&network, "open-requested");
    world.events(&network, vec![Event::State(State::Registering)]);
    world.act(|_| network.join("lobby"));
    let known = Some(mark(5));
    assert_eq!(world.asked(), [Command::Join { room: ROOM.into(), known }]);
    world.come_online(&network);
    world.events(&network, vec![said(Origin::Gap { more: false }, messages(6..=8))]);
    assert_eq!(opened.take(), [ROOM]);
    assert_eq!(texts(&room_of(&network)), numbered(1..=8));
}
