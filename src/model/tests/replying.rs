//! Answering messages, and going to what was answered.

use super::*;
use crate::irc::{Abilities, HistoryMark};

fn answer(number: u64, answered: u64) -> Message {
    Message { reply_to: Some(format!("{answered:06}")), ..message(number) }
}

fn quote_of(row: &TimelineItem) -> (String, String, String) {
    (row.reply_to(), row.quote_sender(), row.quote_text())
}

fn quote(msgid: &str, sender: &str, text: &str) -> (String, String, String) {
    (msgid.to_owned(), sender.to_owned(), text.to_owned())
}

#[test]
fn only_what_the_server_has_a_name_for_can_be_answered() {
    let (world, network, room) = World::online();
    let made = Message { msgid: "made-2-ab".to_owned(), ..message(2) };
    world.events(&network, vec![live(messages([1])), live(vec![made])]);
    let can_answer = |text| room.can_answer(&row_of(&room, text));
    assert!(!can_answer("message 1"), "not before the server passes such on");
    let abilities = Abilities { takes_tags: true, ..Abilities::default() };
    world.events(&network, vec![Event::Abilities(Box::new(abilities))]);
    assert!(can_answer("message 1") && !can_answer("message 2"));
    world.act(|_| room.begin_reply(&row_of(&room, "message 2")));
    assert_eq!(room.reply_to(), "");
}

#[test]
fn the_next_message_answers_and_the_one_after_does_not() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages([1]))]);
    world.act(|_| room.begin_reply(&row_of(&room, "message 1")));
    assert_eq!((&*room.reply_sender(), &*room.reply_text()), ("Ana María", "message 1"));
    world.act(|_| room.send_text("yes"));
    assert_eq!(room.reply_to(), "");
    world.act(|_| room.send_text("no"));
    let answered: Vec<_> = world.sent().into_iter().map(|sent| sent.reply_to).collect();
    assert_eq!(answered, [Some("000001".to_owned()), None]);
    let expected = quote("000001", "Ana María", "message 1");
    assert_eq!(quote_of(&row_of(&room, "yes")), expected);

    let world = world.restarted();
    assert_eq!(world.config().pending[0].reply_to.as_deref(), Some("000001"));
    assert_eq!(quote_of(&row_of(&room_of(&world.network()), "yes")), expected);
}

#[test]
fn leaving_the_reply_answers_nothing() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages([1]))]);
    world.act(|_| room.begin_reply(&row_of(&room, "message 1")));
    world.act(|_| room.end_reply());
    world.act(|_| room.send_text("well"));
    assert_eq!(world.sent()[0].reply_to, None);
}

#[test]
fn what_is_answered_shows_also_where_it_is_in_the_archive_alone() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(1..=300)), live(messages(301..=600))]);
    assert!(!texts(&room).contains(&"message 1".to_owned()), "it was let go");
    world.events(&network, vec![live(vec![answer(601, 1), answer(602, 999)])]);
    let shown = quote_of(&row_of(&room, "message 601"));
    assert_eq!(shown, quote("000001", "Ana María", "message 1"));
    let unknown = quote_of(&row_of(&room, "message 602"));
    assert_eq!(unknown, quote("000999", "", ""));
}

#[test]
fn a_jump_shows_what_is_around_a_message_of_long_ago() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(1..=300)), live(messages(301..=900))]);
    world.act(|_| room.timeline().set_follows_end(false));
    assert!(world.wait(room.reveal_message("000050".into())));
    let shown = texts(&room);
    assert_eq!((shown.first(), shown.last()), (numbered([1]).first(), numbered([99]).first()));
    assert!(!room.timeline().is_end());
    // What comes meanwhile leaves no hole: it follows when one goes back.
    world.events(&network, vec![live(messages([901]))]);
    assert_eq!(texts(&room), shown);
    world.act(|_| room.jump_to_end());
    assert_eq!(texts(&room).last(), numbered([901]).first());
}

#[test]
fn a_jump_beyond_the_archive_fetches_all_the_way_there() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages(250..=300))]);
    world.act(|_| room.set_draft(""));
    world.asked();
    let found: Rc<RefCell<Option<bool>>> = Rc::default();
    let told = Rc::clone(&found);
    let jumping = room.clone();
    world.act(|_| {
        glib::spawn_future_local(async move {
            told.replace(Some(jumping.reveal_message("000100".into()).await));
        });
    });
    for (oldest, page) in [(250, 150..250), (150, 50..150)] {
        let Some(Command::FetchBefore { before: Some(HistoryMark { msgid, .. }), .. }) =
            world.asked().pop()
        else {
            panic!("the page before is asked for");
        };
        assert_eq!(msgid, format!("{oldest:06}"));
        world.events(&network, vec![said(Origin::Older { is_start: false }, messages(page))]);
    }
    assert_eq!(found.take(), Some(true));
    assert!(texts(&room).contains(&"message 100".to_owned()));
    assert!(!room.timeline().is_loading());
}

#[test]
fn a_jump_to_what_is_nowhere_ends() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages([7])), Event::State(State::Offline)]);
    assert!(!world.wait(room.reveal_message("nowhere".into())));
    assert_eq!(texts(&room), numbered([7]));
    assert!(!room.timeline().is_loading());
}

#[test]
fn a_day_is_found_by_its_first_message() {
    let (world, network, room) = World::online();
    world.events(&network, vec![said(Origin::Older { is_start: true }, vec![])]);
    world.events(&network, vec![live(messages([10, 20, 30]))]);
    let at = |number: u64| {
        let seconds = i64::try_from(START_MS / 1000 + number).expect("of this century");
        glib::DateTime::from_unix_local(seconds).expect("of this century")
    };
    for (time, found) in
        [(15, Some("000020")), (20, Some("000020")), (1, Some("000010")), (31, None)]
    {
        let revealed = world.wait(room.reveal_time(at(time)));
        assert_eq!(revealed.as_deref(), found, "{time}");
    }
}
