//! Saying something, and slash commands.

use super::*;
use crate::irc::Abilities;
use crate::irc::MultilineLimits;
use crate::irc::event::{Failure, Refusal};
use crate::irc::session::WINDOW;
use crate::model::services::Turn;

#[test]
fn what_is_said_is_pending_until_its_echo_and_then_kept() {
    let (world, network, room) = World::online();
    world.act(|_| room.send_text("hello"));
    assert_eq!(texts(&room), ["hello…"]);
    assert_eq!(bare(&room.last_line()), "You: hello");
    let [outgoing] = &world.sent()[..] else { panic!("sent once") };
    assert_eq!((outgoing.target.as_str(), outgoing.text.as_str()), (ROOM, "hello"));

    world.events(&network, vec![live(vec![echo(outgoing, 1)])]);
    assert_eq!(texts(&room), ["hello"]);
    let world = world.restarted();
    assert_eq!(texts(&room_of(&world.network())), ["hello"]);
    assert_eq!(world.config().pending, []);
}

#[test]
fn it_is_on_disk_before_it_is_handed_over() {
    let (world, _, room) = World::online();
    world.asked();
    world.context.with_thread_default(|| room.send_text("hello")).unwrap();
    assert_eq!(world.asked(), [], "nothing is asked before the archive answered");
    let kept = world.wait(async { world.chat.services().archive.restore(0).await });
    assert_eq!(kept.unwrap()[0].outbox[0].waiting.text, "hello");
    world.settle();
    assert_eq!(world.sent().len(), 1);
}

#[test]
fn what_is_typed_offline_waits_over_a_restart_and_goes_once() {
    let world = World::new();
    let network = world.act(|chat| add_network(chat, &settings("majlis.local")));
    world.come_online(&network);
    world.events(&network, vec![Event::State(State::Offline)]);
    let room = room_of(&network);
    world.act(|_| room.send_text("one"));
    world.act(|_| room.send_text("two\n\nthree  \n"));
    world.asked();
    world.act(|_| network.go_online());
    let in_order =
        |pending: &[Outgoing]| pending.iter().map(|o| o.text.clone()).collect::<Vec<_>>();
    assert_eq!(in_order(&world.config().pending), ["one", "two", "three"]);

    let world = world.restarted();
    let room = room_of(&world.network());
    assert_eq!(texts(&room), ["one…", "two…", "three…"]);
    let pending = world.config().pending;
    assert_eq!(in_order(&pending), ["one", "two", "three"]);
    assert!(!pending.iter().any(|one| one.is_noted), "it was never sent, and that is known");
    assert_eq!(world.sent(), [], "the connection has them already");

    let network = world.network();
    world.come_online(&network);
    let ids = vec![pending[0].id, pending[1].id];
    world.asked();
    world.events(&network, vec![Event::ToBeNoted { ids: ids.clone() }]);
    assert_eq!(world.asked(), [Command::Noted { ids }]);
    world.events(&network, vec![live(vec![message(1), echo(&pending[0], 2)])]);
    assert_eq!(texts(&room), ["message 1", "one", "two…", "three…"]);
    let pending = world.restarted().config().pending;
    let noted: Vec<_> = pending.iter().map(|one| (one.text.as_str(), one.is_noted)).collect();
    assert_eq!(noted, [("two", true), ("three", false)]);
}

#[test]
fn what_goes_at_once_is_noted_from_the_beginning_and_what_has_to_wait_is_not() {
    let (world, network, room) = World::online();
    world.act(|_| room.send_text(&"line\n".repeat(WINDOW + 2)));
    let noted = |sent: &[Outgoing]| sent.iter().filter(|one| one.is_noted).count();
    let sent = world.sent();
    assert_eq!((sent.len(), noted(&sent)), (WINDOW + 2, WINDOW));
    assert!(sent[..WINDOW].iter().all(|one| one.is_noted), "the oldest go first");
    world.act(|_| room.send_text("one more"));
    assert_eq!(noted(&world.sent()), 0);
    let state = State::Waiting { retry_in_ms: 1, failure: Failure::Lost };
    world.events(&network, vec![Event::State(state)]);
    let pending = world.restarted().config().pending;
    assert_eq!((pending.len(), noted(&pending)), (WINDOW + 3, WINDOW));
}

#[test]
fn it_is_noted_on_disk_before_it_may_go() {
    let (world, network, _) = World::online();
    world.events(&network, vec![Event::State(State::Offline)]);
    world.act(|_| room_of(&network).send_text("hello"));
    let id = world.sent()[0].id;
    let note = || network.handle_event(Event::ToBeNoted { ids: vec![id] }, &mut Turn::default());
    world.context.with_thread_default(note).unwrap();
    assert_eq!(world.asked(), [], "nothing is told before the archive answered");
    let kept = world.wait(async { world.chat.services().archive.restore(0).await });
    assert!(kept.unwrap()[0].outbox[0].is_noted);
    world.settle();
    assert_eq!(world.asked(), [Command::Noted { ids: vec![id] }]);
}

#[test]
fn a_refused_message_says_why_and_is_retried_as_a_new_one_or_taken_back() {
    let (world, network, room) = World::online();
    world.act(|_| room.send_text("one\ntwo\nthree"));
    let sent = world.sent();
    let refused = |id: Uuid| Event::SendFailed { id, reason: "Slowly".to_owned().into() };
    world.events(&network, vec![refused(sent[0].id), refused(sent[1].id)]);
    assert_eq!(texts(&room), ["one (Slowly)", "two (Slowly)", "three…"]);

    world.act(|_| room.retry(&row_of(&room, "one")));
    assert_eq!(texts(&room), ["two (Slowly)", "three…", "one…"]);
    let [again] = &world.sent()[..] else { panic!("sent once") };
    assert_ne!(again.id, sent[0].id);
    world.act(|_| room.discard(&row_of(&room, "two")));
    world.act(|_| room.discard(&row_of(&room, "three")));
    assert_eq!(texts(&room), ["one…"]);
    assert_eq!(world.asked(), [Command::CancelSend { id: sent[2].id }]);

    let world = world.restarted();
    assert_eq!(texts(&room_of(&world.network())), ["one…"]);
    assert_eq!(world.config().pending, std::slice::from_ref(again));
}

#[test]
fn what_is_said_after_a_refused_message_is_news_and_the_last_line() {
    let (world, network, room) = World::online();
    world.act(|_| room.send_text("one"));
    let id = world.sent()[0].id;
    world.events(&network, vec![Event::SendFailed { id, reason: "Slowly".to_owned().into() }]);
    assert_eq!(bare(&room.last_line()), "You: one");
    let news: Rc<RefCell<Vec<bool>>> = Rc::default();
    room.timeline().connect_items_changed({
        let news = Rc::clone(&news);
        move |timeline, position, removed, added| {
            news.borrow_mut().push(timeline.is_news(position, removed, added));
        }
    });
    world.events(&network, vec![live(messages([1]))]);
    assert_eq!(texts(&room), ["message 1", "one (Slowly)"]);
    assert_eq!(news.take(), [true]);
    for line in [room.last_line(), room.last_said()] {
        assert_eq!(bare(&line), "Ana María: message 1");
    }

    world.act(|_| room.send_text("two"));
    assert_eq!(bare(&room.last_line()), "You: two");
    assert_eq!(bare(&room.last_said()), "Ana María: message 1");
}

#[test]
fn the_first_words_of_a_conversation_are_news_and_a_page_is_none() {
    let (world, network, _) = World::online();
    let ana = world.act(|_| network.open_private("ana"));
    let news: Rc<RefCell<Vec<bool>>> = Rc::default();
    ana.timeline().connect_items_changed({
        let news = Rc::clone(&news);
        move |timeline, position, removed, added| {
            news.borrow_mut().push(timeline.is_news(position, removed, added));
        }
    });
    let from_ana = |origin, numbers: [u64; 1]| Event::Messages {
        conversation: "ana".into(),
        origin,
        messages: messages(numbers),
        happened: Vec::new(),
    };
    world.events(&network, vec![from_ana(Origin::Live, [2])]);
    assert_eq!(news.take(), [true]);
    world.act(|_| ana.load_older());
    world.events(&network, vec![from_ana(Origin::Older { is_start: true }, [1])]);
    assert_eq!(texts(&ana), numbered([1, 2]));
    assert_eq!(news.take(), [false]);
}

#[test]
fn a_refused_message_stays_refused_over_a_restart() {
    let (world, network, room) = World::online();
    world.act(|_| room.send_text("one"));
    let id = world.sent()[0].id;
    world.events(&network, vec![Event::SendFailed { id, reason: "Slowly".to_owned().into() }]);
    let world = world.restarted();
    assert_eq!(texts(&room_of(&world.network())), ["one (Slowly)"]);
    assert_eq!(world.config().pending, []);
}

#[test]
fn what_is_taken_back_while_the_disk_is_busy_is_not_sent() {
    let (world, _, room) = World::online();
    world.asked();
    let say_and_take_back = || {
        room.send_text("oops");
        room.discard(&row_of(&room, "oops"));
    };
    world.context.with_thread_default(say_and_take_back).unwrap();
    world.settle();
    assert_eq!(world.sent(), []);
    assert_eq!(world.restarted().config().pending, []);
}

#[test]
fn a_long_line_becomes_several_messages_that_fit() {
    let (world, _, room) = World::online();
    let text = "كلمة ".repeat(200);
    world.act(|_| room.send_text(&text));
    let sent = world.sent();
    assert!(sent.len() > 1);
    assert!(sent.iter().all(|outgoing| outgoing.text.len() < 400));
    let words = sent.iter().flat_map(|outgoing| outgoing.text.split_whitespace()).count();
    assert_eq!(words, 200);
}

#[test]
fn slash_commands_are_carried_out() {
    let (world, network, room) = World::online();
    world.asked();
    let run = |text: &str| world.act(|_| network.run_command(&room, text));
    run("/me waves").unwrap();
    run("//me").unwrap();
    run("/topic tea\nat five").unwrap();
    run("/nick Hiba S").unwrap();
    run("/join مجلس").unwrap();
    let asked = world.asked();
    let texts: Vec<_> = asked
        .iter()
        .map(|command| match command {
            Command::Send(outgoing) => format!("{} {}", outgoing.text, outgoing.is_action),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        texts,
        [
            "waves true",
            "/me false",
            r##"SetTopic { room: "#lobby", topic: "tea at five" }"##,
            r#"SetName { nick: "Hiba_S", display_name: "Hiba S" }"#,
            r##"Join { room: "#مجلس", known: None }"##,
        ]
    );
    for mistake in ["/jion #x", "/join", "/join #", "/msg a!b x", "/nick \u{1f600}"] {
        let words = run(mistake).unwrap_err();
        assert!(!words.is_empty(), "{mistake}");
    }
    assert_eq!(world.asked(), [], "nothing was sent, and the text is the composer's to keep");
}

#[test]
fn another_name_in_the_settings_is_asked_for_and_ends_no_connection() {
    let (world, network, _) = World::online();
    let config = world.config();
    world.asked();
    world.act(|_| network.edit(&config.host, config.port, config.encrypt, " Hiba S "));
    let name = Command::SetName { nick: "Hiba_S".into(), display_name: "Hiba S".into() };
    assert_eq!(world.asked(), [name]);
    assert_eq!(network.state(), ConnectionState::Online);
}

#[test]
fn what_needs_a_connection_says_so_and_a_name_is_taken_over_without_one() {
    let (world, network, room) = World::online();
    world.events(&network, vec![Event::State(State::Offline)]);
    world.asked();
    let run = |text: &str| world.act(|_| network.run_command(&room, text));
    let refusal = run("/topic tea").unwrap_err();
    assert_eq!(refusal, "This can be done only while there is a connection.");
    run("/nick Noor").unwrap();
    assert_eq!(world.asked(), []);
    assert_eq!((&*network.display_name(), &*network.nick()), ("Noor", "Noor"));
    world.act(|_| network.go_online());
    assert_eq!(world.config().display_name, "Noor");
    run("/nick Nour").unwrap();
    assert_eq!(world.config().display_name, "Nour", "the connection under way has the former name");
    assert_eq!(world.restarted().config().display_name, "Nour");
}

#[test]
fn msg_opens_a_conversation_and_says_it_there() {
    let (world, network, room) = World::online();
    let opened = listen(&network, "open-requested");
    world.act(|_| network.run_command(&room, "/msg Ana see you")).unwrap();
    assert_eq!(opened.take(), ["Ana"]);
    let ana = channels(&network).pop().unwrap();
    assert!(!ana.is_room() && ana.joined());
    assert_eq!(texts(&ana), ["see you…"]);
    assert_eq!(world.sent()[0].target, "Ana");
    world.act(|_| assert_eq!(network.open_private("ana"), ana));
    assert!(network.run_command(&ana, "/topic x").is_err());
}

#[test]
fn quit_is_asked_with_its_words() {
    let (world, network, room) = World::online();
    let asked = listen(&network, "quit-requested");
    world.act(|_| network.run_command(&room, "/quit good night")).unwrap();
    world.act(|_| network.run_command(&room, "/shutdown")).unwrap();
    assert_eq!(asked.take(), ["good night", ""]);
}

#[test]
fn a_draft_is_there_after_a_restart() {
    let (world, _, room) = World::online();
    world.act(|_| room.set_draft("half a sen"));
    let world = world.restarted();
    assert_eq!(room_of(&world.network()).draft(), "half a sen");
}

fn many_lines(max_bytes: usize, max_lines: usize) -> Event {
    let multiline = Some(MultilineLimits { max_bytes, max_lines });
    Event::Abilities(Box::new(Abilities { multiline, ..Abilities::default() }))
}

#[test]
fn many_lines_are_one_message_where_the_server_takes_them() {
    let (world, network, room) = World::online();
    world.events(&network, vec![many_lines(100, 4)]);
    world.act(|_| room.send_text("one  \n\ntwo\n"));
    assert_eq!(texts(&room), ["one\n\ntwo…"]);
    assert_eq!(bare(&room.last_line()), "You: one two");
    let sent = world.sent();
    assert_eq!(sent.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["one\n\ntwo"]);
    world.act(|_| room.send_text("1\n2\n3\n4\n5"));
    assert_eq!(world.sent().len(), 2, "what is more than one holds goes as several");
    world.act(|_| network.run_command(&room, "/me a\nb")).unwrap();
    assert_eq!(world.sent().len(), 2, "what one does is done on one line");
}

#[test]
fn what_the_server_no_longer_takes_as_one_is_tried_again_as_several() {
    let (world, network, room) = World::online();
    world.events(&network, vec![many_lines(100, 4)]);
    world.act(|_| room.send_text("one\ntwo"));
    let id = world.sent()[0].id;
    let reason = Refusal::CannotBeSaid;
    let lost = Event::Abilities(Box::default());
    world.events(&network, vec![lost, Event::SendFailed { id, reason }]);
    let failed = rows(&room.timeline()).pop().expect("it failed");
    assert_eq!(failed.state(), SendState::Failed);
    world.act(|_| room.retry(&failed));
    assert_eq!(texts(&room), ["one…", "two…"]);
    assert_eq!(world.sent().len(), 2);
    let world = world.restarted();
    assert_eq!(texts(&room_of(&world.network())), ["one…", "two…"]);
}

#[test]
fn how_a_text_fits_is_known_while_it_is_written() {
    let (world, network, room) = World::online();
    world.events(&network, vec![many_lines(100, 4)]);
    assert_eq!(room.fit("a\nb"), Fit::Easily);
    assert_eq!(room.fit(&"x".repeat(79)), Fit::Easily);
    assert_eq!(room.fit(&"x".repeat(80)), Fit::Nearly(20));
    assert_eq!(room.fit(&"ن".repeat(45)), Fit::Nearly(5));
    assert_eq!(room.fit(&"x".repeat(100)), Fit::Nearly(0));
    assert_eq!(room.fit(&"x".repeat(101)), Fit::Several(2));
    assert_eq!(room.fit("1\n2\n3\n4\n5"), Fit::Several(2));
    world.events(&network, vec![Event::Abilities(Box::default())]);
    assert_eq!(room.fit("a\nb"), Fit::Several(2));
}

#[test]
fn the_newest_that_is_not_sent_can_be_corrected() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages([1])), Event::State(State::Offline)]);
    world.act(|_| room.begin_reply(&row_of(&room, "message 1")));
    world.act(|_| room.send_text("frist"));
    world.act(|_| room.send_text("second"));
    assert_eq!(world.act(|_| room.correct_last()).as_deref(), Some("second"));
    assert_eq!(world.act(|_| room.correct_last()).as_deref(), Some("frist"));
    assert_eq!((&*room.reply_to(), &*room.reply_text()), ("000001", "message 1"));
    assert_eq!(world.act(|_| room.correct_last()), None);
    assert_eq!(texts(&room), ["message 1"]);
    assert_eq!(world.restarted().config().pending, []);
}

#[test]
fn what_is_corrected_comes_back_as_it_is_typed() {
    let (world, network, room) = World::online();
    for typed in ["/me waves", "//join #tea", "/ said"] {
        world.act(|_| network.run_command(&room, typed)).unwrap();
    }
    world.asked();
    for typed in ["// said", "//join #tea", "/me waves"] {
        let again = world.act(|_| room.correct_last()).unwrap();
        assert_eq!(again, typed);
        world.act(|_| network.run_command(&room, &again)).unwrap();
        assert_eq!(world.sent().len(), 1, "{typed} is said again, and nothing else is done");
        world.act(|_| room.correct_last());
    }
}

#[test]
fn words_are_completed_by_the_sign_that_they_begin_with() {
    let (world, network, room) = World::online();
    let member = |nick: &str, name: &str| crate::irc::event::Member {
        nick: nick.into(),
        display_name: Some(name.into()),
        role: crate::irc::event::Role::None,
        is_away: false,
        is_registered: false,
    };
    let members = vec![
        member("hiba", "Hiba Salim"),
        member("ana_m", "Ana María"),
        member("بدر", "بدر"),
        member("mo", "Mo Ana"),
    ];
    world.events(&network, vec![Event::Members { room: ROOM.into(), members, more: false }]);
    let offers = |text: &str, is_asked| {
        room.complete(text, is_asked).map(|found| {
            let texts: Vec<_> = found.offers.into_iter().map(|offer| offer.text).collect();
            (found.start, texts.join("|"))
        })
    };
    assert_eq!(offers("@an", false), Some((0, "ana_m: |mo: ".into())));
    assert_eq!(offers("ask @ب", false), Some((4, "بدر ".into())));
    assert_eq!(offers("ask an", false), None);
    assert_eq!(offers("ask mar", true), Some((4, "ana_m ".into())), "any word of a name will do");
    assert_eq!(offers("@hib", false), None, "nobody speaks to themselves");
    assert_eq!(offers("see #lo", false), Some((4, "#lobby ".into())));
    assert_eq!(offers("/jo", false), Some((0, "/join ".into())));
    assert_eq!(offers("/quit", false), None, "it is written out, and the next Enter sends it");
    assert_eq!(offers("#lobby", false), None);
    assert_eq!(offers("a /jo", false), None);
    assert_eq!(offers("ok :tad", false), Some((3, "🎉 ".into())));
    assert_eq!(offers("", true), None);
    let detail = |text: &str| room.complete(text, false).map(|one| one.offers[0].detail.clone());
    assert_eq!(detail("@ana").as_deref(), Some("ana_m"));
    assert_eq!(
        detail("@ب").as_deref(),
        Some(""),
        "a nick that says the same as the name is not said twice"
    );
    assert_eq!(offers("hello ", true), None);
}
