//! Registration, rooms and people, one rule each.

use super::server::Abilities;
use super::world::{World, config, outgoing};
use crate::irc::Command;
use crate::irc::event::{
    Denial, Event, Failure, Happening, Member, MessageKind, Origin, Refusal, Role, State,
};
use crate::irc::session::registration::{REGISTRATION_MS, SETTLE_MS};
use crate::irc::session::{LOST_AFTER_MS, PENDING_MAX, PING_AFTER_MS, WINDOW};

fn online() -> World {
    World::online(Abilities::majlis(), &config(&[]))
}

#[test]
fn a_session_says_who_it_is_and_settles_in_the_lobby() {
    let world = online();
    assert_eq!(world.received("CAP LS"), ["CAP LS 302"]);
    assert_eq!(world.received("USER"), ["USER majlis 0 * :Ana Lima"]);
    assert_eq!(world.received("JOIN"), ["JOIN #lobby"]);
    let registered = Event::Registered {
        nick: "Ana_Lima".into(),
        network_name: Some("Home".into()),
        lobby: Some("#lobby".into()),
    };
    let order = [
        Event::State(State::Registering),
        registered,
        Event::Joined { room: "#lobby".into() },
        Event::Topic { room: "#lobby".into(), topic: "About #lobby".into() },
        Event::State(State::Online),
    ];
    let mut events = world.events.iter();
    for event in &order {
        assert!(events.any(|told| told == event), "{event:?} is missing or misplaced");
    }
}

#[test]
fn a_taken_nick_gets_a_number_and_never_an_underscore() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    world.server.taken.extend(["ana_lima".to_owned(), "ana_lima2".to_owned()]);
    world.open();
    world.settle();
    assert_eq!(world.received("NICK"), ["NICK Ana_Lima", "NICK Ana_Lima2", "NICK Ana_Lima3"]);
    let is_third =
        |event: &Event| matches!(event, Event::Registered { nick, .. } if nick == "Ana_Lima3");
    assert!(world.events.iter().any(is_third));
}

#[test]
fn a_server_that_refuses_every_nick_is_left() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    world.open();
    for _ in 0..200 {
        world.inject(":server 433 * x :That nick is taken.");
    }
    let refused = Failure::NameRefused("That nick is taken.".into());
    assert_eq!(world.cut(), Some(refused));
}

#[test]
fn a_name_without_a_letter_makes_no_nick() {
    let mut config = config(&[]);
    config.display_name = " … ".into();
    let mut world = World::new(Abilities::majlis(), &config);
    world.open();
    assert_eq!(world.session.poll_hang_up(), Some(&Failure::NameRefused(String::new())));
}

#[test]
fn capabilities_refused_together_are_asked_for_one_by_one() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    world.open();
    world.deliver_up(usize::MAX);
    world.inject(":server CAP * LS :batch server-time sasl");
    world.inject(":server CAP * NAK :batch server-time");
    world.inject(":server CAP * ACK :batch");
    world.inject(":server CAP * NAK :server-time");
    world.deliver_up(usize::MAX);
    assert_eq!(
        world.received("CAP"),
        [
            "CAP LS 302",
            "CAP REQ :batch server-time",
            "CAP REQ :batch",
            "CAP REQ :server-time",
            "CAP END"
        ]
    );
}

#[test]
fn a_server_without_any_extension_will_do() {
    let abilities = Abilities { capabilities: String::new(), ..Abilities::majlis() };
    let mut world = World::online(abilities, &config(&["#den"]));
    world.send(1, "#den", "hello");
    world.say_as("bo", "#den", "hi");
    world.settle();
    let told = world.told("#den");
    assert_eq!(world.told_texts("#den"), ["hi", "hello"]);
    assert!(told[1].is_own && told[1].send_id == Some(outgoing(1, "", "").id));
    assert_eq!(world.received("PING"), ["PING sent-1"]);
}

#[test]
fn without_labels_echoes_are_known_by_their_order() {
    let abilities =
        Abilities::majlis().without(&["labeled-response", "message-tags", "draft/chathistory"]);
    let mut world = World::online(abilities, &config(&[]));
    world.send(1, "#lobby", "same");
    world.send(2, "#lobby", "other");
    world.send(3, "#lobby", "same");
    world.settle();
    let ids: Vec<_> = world.told("#lobby").iter().map(|message| message.send_id).collect();
    let expected: Vec<_> = [1, 2, 3].map(|number| Some(outgoing(number, "", "").id)).into();
    assert_eq!(ids, expected);
}

#[test]
fn without_echoes_the_label_is_answered_by_ack() {
    let abilities = Abilities::majlis().without(&["echo-message"]);
    let mut world = World::online(abilities, &config(&[]));
    world.send(1, "#lobby", "hello");
    world.settle();
    assert_eq!(world.told_texts("#lobby"), ["hello"]);
    assert!(world.received("PING").is_empty());
    world.cut();
    world.open();
    world.settle();
    assert_eq!(world.told_texts("#lobby"), ["hello"], "history has it, too, under another name");
}

#[test]
fn a_refused_message_says_why_and_goes_no_further() {
    let mut world = online();
    world.send(1, "#elsewhere", "hello");
    world.send(2, "#lobby", "still here");
    world.settle();
    let failed =
        Event::SendFailed { id: outgoing(1, "", "").id, reason: Refusal::Denied(Denial::NotHeard) };
    assert!(world.events.contains(&failed));
    assert_eq!(world.told_texts("#lobby"), ["still here"]);
    world.cut();
    world.open();
    world.settle();
    assert!(world.received("PRIVMSG").is_empty());
}

#[test]
fn what_cannot_be_said_in_one_line_fails_at_once() {
    let mut world = online();
    for (number, text) in [(1, "two\nlines"), (2, &*"x".repeat(600))] {
        world.send(number, "#lobby", text);
    }
    world.send(3, "#lobby,#other", "both");
    let failed = world.events.iter().filter(|event| matches!(event, Event::SendFailed { .. }));
    assert_eq!(failed.count(), 3);
    world.settle();
    assert!(world.received("PRIVMSG").is_empty());
}

#[test]
fn one_pending_message_too_many_fails() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    for number in 0..=PENDING_MAX as u128 {
        world.send(number, "#lobby", "hello");
    }
    let failed = world.events.iter().filter(|event| matches!(event, Event::SendFailed { .. }));
    assert_eq!(failed.count(), 1);
}

#[test]
fn no_more_than_the_window_is_on_its_way() {
    let mut world = online();
    for number in 0..20 {
        world.send(number, "#lobby", "hello");
    }
    world.deliver_up(usize::MAX);
    assert_eq!(world.received("PRIVMSG").len(), WINDOW);
    world.settle();
    assert_eq!(world.received("PRIVMSG").len(), 20);
}

#[test]
fn a_cancelled_message_is_not_sent() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    world.send(1, "#lobby", "no");
    world.send(2, "#lobby", "yes");
    world.command(Command::CancelSend { id: outgoing(1, "", "").id });
    world.open();
    world.settle();
    assert_eq!(world.kept_texts("#lobby"), ["yes"]);
}

#[test]
fn members_come_with_roles_and_again_with_what_they_call_themselves() {
    let world = online();
    let lists: Vec<&Vec<Member>> = world
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Members { members, .. } => Some(members),
            _ => None,
        })
        .collect();
    let [first, second] = lists[..] else { panic!("two lists, not {}", lists.len()) };
    let bo = |members: &[Member]| members.iter().find(|member| member.nick == "bo").cloned();
    assert_eq!(bo(first).map(|bo| (bo.role, bo.display_name)), Some((Role::Operator, None)));
    let bo = bo(second).expect("the server named bo");
    assert_eq!(bo.display_name.as_deref(), Some("Bo the Builder (bo)"));
    assert!(bo.is_away);
}

#[test]
fn comings_and_goings_are_told_for_each_room() {
    let mut world = World::online(Abilities::majlis(), &config(&["#den"]));
    world.events.clear();
    for room in ["#lobby", "#den"] {
        world.inject(&format!(":zoë!u@h JOIN {room} zed :Zoë"));
    }
    world.inject("@time=2026-01-02T03:04:05.678Z :zoë!u@h QUIT :good night");
    let joined = world.events.iter().filter(|event| {
        matches!(event, Event::MemberJoined { member, .. }
            if member.is_registered && member.display_name.as_deref() == Some("Zoë"))
    });
    assert_eq!(joined.count(), 2);
    let mut left: Vec<&str> = world
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Happened { room, occurrence }
                if occurrence.what == Happening::Left
                    && occurrence.time_ms == 1_767_323_045_678
                    && occurrence.display_name.as_deref() == Some("Zoë") =>
            {
                Some(room.as_str())
            }
            _ => None,
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, ["#den", "#lobby"]);
}

#[test]
fn people_change() {
    let mut world = online();
    world.events.clear();
    world.inject(":bo!u@h AWAY");
    world.inject(":bo!u@h ACCOUNT bob");
    world.inject(":bo!u@h SETNAME :Bob");
    world.inject(":bo!u@h NICK Bobby");
    world.inject(":server MODE #lobby -o+v Bobby bobby");
    world.inject(":nobody!u@h AWAY :gone");
    world.events.retain(|event| !matches!(event, Event::Happened { .. }));
    let person = |is_registered, display_name: &str| Event::Person {
        nick: "bo".into(),
        display_name: Some(display_name.into()),
        is_away: false,
        is_registered,
    };
    let renamed = Event::Person {
        nick: "Bobby".into(),
        display_name: Some("Bob (Bobby)".into()),
        is_away: false,
        is_registered: true,
    };
    let role = |nick: &str, role| Event::Role { room: "#lobby".into(), nick: nick.into(), role };
    assert_eq!(
        world.events,
        [
            person(false, "Bo the Builder (bo)"),
            person(true, "Bo the Builder (bo)"),
            person(true, "Bob (bo)"),
            Event::Nick { old: "bo".into(), new: "Bobby".into() },
            renamed,
            role("Bobby", Role::None),
            role("bobby", Role::Voice),
        ]
    );
}

#[test]
fn a_nick_that_was_chosen_is_kept_and_one_that_was_forced_is_not() {
    let mut world = online();
    world.inject(":Ana_Lima!u@h NICK Guest7");
    world.cut();
    world.open();
    world.settle();
    assert_eq!(world.received("NICK"), ["NICK Ana_Lima"]);
    world.command(Command::SetName { nick: "ana".into(), display_name: "ana".into() });
    world.settle();
    world.cut();
    world.open();
    world.settle();
    assert_eq!(world.received("NICK"), ["NICK ana"]);
}

#[test]
fn a_room_that_was_left_is_not_joined_again_nor_is_one_that_put_us_out() {
    let mut world = World::online(Abilities::majlis(), &config(&["#den", "#attic"]));
    world.command(Command::Part { room: "#lobby".into(), reason: String::new() });
    world.settle();
    world.inject(":bo!u@h KICK #attic Ana_Lima :enough");
    assert!(world.events.contains(&Event::Left { room: "#lobby".into(), reason: String::new() }));
    assert!(world.events.contains(&Event::Left { room: "#attic".into(), reason: "enough".into() }));
    world.cut();
    world.open();
    world.settle();
    assert_eq!(world.received("JOIN"), ["JOIN #den"]);
    world.command(Command::Join { room: "#lobby".into(), known: None });
    world.settle();
    world.cut();
    world.open();
    world.settle();
    assert_eq!(world.received("JOIN"), ["JOIN #den", "JOIN #lobby"]);
}

#[test]
fn a_closed_room_is_told_and_does_not_keep_us_from_being_online() {
    for missing in [&["nothing"], &["labeled-response"]] {
        let mut world = World::new(Abilities::majlis().without(missing), &config(&["#attic"]));
        world.server.closed_rooms.insert("#attic".into());
        world.open();
        world.settle();
        let failed =
            Event::JoinFailed { room: "#attic".into(), reason: Refusal::Denied(Denial::Banned) };
        assert!(world.events.contains(&failed));
        assert!(world.events.contains(&Event::State(State::Online)));
    }
}

#[test]
fn a_room_without_an_answer_does_not_keep_us_from_being_online() {
    let mut world = World::new(Abilities::majlis(), &config(&["#den"]));
    world.open();
    world.inject(":server 001 Ana_Lima :Welcome!");
    world.inject(":server 422 Ana_Lima :No message of the day.");
    assert!(!world.events.contains(&Event::State(State::Online)));
    world.wait(SETTLE_MS);
    assert!(world.events.contains(&Event::State(State::Online)));
}

#[test]
fn what_may_have_arrived_in_a_room_that_is_closed_now_is_left_to_the_person() {
    let mut config = config(&["#attic"]);
    config.pending = vec![outgoing(1, "#attic", "hello"), outgoing(2, "#elsewhere", "hello")];
    let mut world = World::new(Abilities::majlis(), &config);
    world.server.closed_rooms.insert("#attic".into());
    world.open();
    world.settle();
    let failed = world.events.iter().filter(|event| matches!(event, Event::SendFailed { .. }));
    assert_eq!(failed.count(), 2);
    assert!(world.received("PRIVMSG").is_empty());
}

#[test]
fn actions_notices_and_private_words_find_their_place() {
    let mut world = online();
    world.inject(":bo!u@h PRIVMSG #lobby :\u{1}ACTION waves\u{1}");
    world.inject(":bo!u@h NOTICE Ana_Lima :psst");
    world.inject(":Ana_Lima!u@h PRIVMSG bo :what?");
    world.inject(":bo!u@h PRIVMSG Ana_Lima :\u{1}VERSION\u{1}");
    world.inject(":server NOTICE Ana_Lima :The server restarts.");
    let waves = world.told("#lobby")[0];
    assert_eq!((waves.kind, waves.text.as_str()), (MessageKind::Action, "waves"));
    assert_eq!(waves.display_name.as_deref(), Some("Bo the Builder (bo)"));
    let private = world.told("bo");
    assert_eq!(private.len(), 2);
    assert_eq!((private[0].kind, private[0].is_own), (MessageKind::Notice, false));
    assert_eq!((private[1].kind, private[1].is_own), (MessageKind::Text, true));
    assert!(world.events.contains(&Event::ServerText { text: "The server restarts.".into() }));
}

#[test]
fn words_of_the_server_reach_the_person() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    world.open();
    world.inject(":server 001 Ana_Lima :Welcome!");
    world.inject(":server 372 Ana_Lima :- Be kind.");
    world.inject(":server 372 Ana_Lima :- Or else.");
    world.inject(":server 376 Ana_Lima :End.");
    world.inject("NOTE * HELLO :A remark.");
    for text in ["Be kind.\nOr else.", "A remark."] {
        assert!(world.events.contains(&Event::ServerText { text: text.into() }), "{text}");
    }
}

#[test]
fn silence_is_asked_about_and_then_is_loss() {
    let mut world = online();
    assert_eq!(world.session.poll_timeout(), Some(PING_AFTER_MS));
    world.wait(PING_AFTER_MS);
    world.settle();
    assert_eq!(world.received("PING"), ["PING there"]);
    world.wait(PING_AFTER_MS);
    world.wait(LOST_AFTER_MS - 1);
    assert!(world.is_open);
    world.wait(1);
    assert!(!world.is_open);
}

#[test]
fn a_ping_is_answered() {
    let mut world = online();
    world.inject("PING :a token");
    world.settle();
    assert_eq!(world.received("PONG"), ["PONG :a token"]);
}

#[test]
fn a_closed_connection_says_why() {
    let open = || {
        let mut world = World::new(Abilities::majlis(), &config(&[]));
        world.open();
        world
    };
    let mut banned = open();
    banned.inject("ERROR :You are banned.");
    assert_eq!(banned.cut(), Some(Failure::Closed("You are banned.".into())));

    let mut stranger = open();
    stranger.inject("HTTP/1.1 400 Bad Request");
    assert_eq!(stranger.cut(), Some(Failure::NotAChatServer));

    let mut mail = open();
    mail.inject("220 mail ESMTP");
    mail.session.handle_timeout(crate::irc::Now { mono_ms: REGISTRATION_MS, wall_ms: 0 });
    assert_eq!(mail.cut(), Some(Failure::NotAChatServer));

    let mut mute = open();
    mute.session.handle_timeout(crate::irc::Now { mono_ms: REGISTRATION_MS, wall_ms: 0 });
    assert_eq!(mute.cut(), Some(Failure::NoAnswer));

    let mut old = open();
    old.inject(":server 421 * CAP :Unknown command");
    old.inject(":server 001 Ana_Lima :Welcome!");
    assert_eq!(old.cut(), Some(Failure::Lost));

    let mut strict = open();
    strict.inject(":server 464 * :Password needed.");
    assert_eq!(strict.cut(), Some(Failure::Closed("Password needed.".into())));

    assert_eq!(open().cut(), Some(Failure::Lost));
    assert_eq!(online().cut(), Some(Failure::Lost));
}

#[test]
fn every_page_asked_for_is_answered_once() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    let fetch = |before| Command::FetchBefore { room: "#lobby".into(), before, limit: 2 };
    world.command(fetch(None));
    for number in 0..5 {
        world.say_as("bo", "#lobby", &format!("m{number}"));
    }
    world.open();
    world.settle();
    world.command(fetch(Some(super::world::mark("m2", 0))));
    world.settle();
    world.command(fetch(Some(super::world::mark("m1", 0))));
    world.settle();
    world.command(fetch(Some(super::world::mark("m1", 0))));
    world.cut();
    let pages: Vec<(usize, bool)> = world
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Messages { origin: Origin::Older { is_start }, messages, .. } => {
                Some((messages.len(), *is_start))
            }
            _ => None,
        })
        .collect();
    assert_eq!(pages, [(0, false), (1, false), (0, true), (0, false)]);
}

#[test]
fn a_goodbye_is_said() {
    let mut world = online();
    world.command(Command::Disconnect { reason: "bye".into() });
    world.settle();
    assert_eq!(world.received("QUIT"), ["QUIT :bye"]);
}

#[test]
fn what_one_calls_oneself_is_told_with_the_nick_and_alone() {
    let mut world = online();
    let name = |nick: &str, display_name: &str| Command::SetName {
        nick: nick.into(),
        display_name: display_name.into(),
    };
    world.command(name("Ana_M", "Ana M"));
    world.settle();
    assert_eq!(world.received("SETNAME"), ["SETNAME :Ana M"]);
    world.command(name("Ana_M", "ana m"));
    world.settle();
    assert_eq!(world.received("NICK").len(), 2, "the nick stays");
    assert_eq!(world.received("SETNAME"), ["SETNAME :Ana M", "SETNAME :ana m"]);
    world.cut();
    world.open();
    world.settle();
    assert_eq!(world.received("USER"), ["USER majlis 0 * :ana m"]);
}

#[test]
fn one_list_of_a_room_is_enough_however_often_the_server_ends_it() {
    let mut world = online();
    world.events.clear();
    let now = world.now();
    for _ in 0..100 {
        world.session.handle_line(b":server 366 Ana_Lima #lobby :End of names.", now);
    }
    let lists = world.session.take_events();
    assert_eq!(lists.iter().filter(|event| matches!(event, Event::Members { .. })).count(), 1);
}

#[test]
fn a_room_gets_its_password_now_and_on_later_connections() {
    let mut config = config(&["#vault"]);
    config.room_keys = vec![("#vault".to_owned(), "sesame".to_owned())];
    let mut world = World::online(Abilities::majlis(), &config);
    assert!(world.received("JOIN").contains(&"JOIN #vault sesame"));
    let set = |key: &str| Command::SetRoomKey { room: "#den".into(), key: key.into() };
    for key in ["tulip", "two words", "two,keys", ""] {
        world.command(Command::Part { room: "#den".into(), reason: String::new() });
        world.settle();
        world.command(set(key));
        world.command(Command::Join { room: "#den".into(), known: None });
        world.settle();
    }
    let joins = world.received("JOIN #den");
    assert_eq!(joins, ["JOIN #den tulip", "JOIN #den", "JOIN #den", "JOIN #den"]);
    world.cut();
    world.open();
    world.settle();
    assert!(world.received("JOIN").contains(&"JOIN #vault sesame"));
}
