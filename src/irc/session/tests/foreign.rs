//! Servers that can do less than ours: nothing waits for ever, nothing is said twice, nothing is offered in vain.

use super::server::Abilities;
use super::world::{World, config, outgoing};
use crate::irc::event::{Event, Failure, Refusal};
use crate::irc::{self, Command, Outgoing};

fn failed(world: &World) -> Vec<(u128, Refusal)> {
    let failed = world.events.iter().filter_map(|event| match event {
        Event::SendFailed { id, reason } => Some((id.as_u128(), reason.clone())),
        _ => None,
    });
    failed.collect()
}

fn told_abilities(world: &World) -> irc::Abilities {
    let mut told = world.events.iter().rev().filter_map(|event| match event {
        Event::Abilities(abilities) => Some((**abilities).clone()),
        _ => None,
    });
    told.next().expect("they are told at the beginning")
}

#[test]
fn what_is_not_echoed_where_there_are_no_labels_has_failed_and_holds_nothing_up() {
    let abilities = Abilities::majlis().without(&["labeled-response", "message-tags"]);
    let mut world = World::online(abilities, &config(&[]));
    world.send(1, "#lobby", "swallowed");
    world.deliver_up(usize::MAX);
    world.lose_down();
    world.inject(":server PONG server :sent-1");
    assert_eq!(failed(&world), [(1, Refusal::Server(String::new()))]);
    world.send(2, "#lobby", "heard");
    world.settle();
    let own: Vec<_> = world.told("#lobby").iter().filter_map(|message| message.send_id).collect();
    assert_eq!(own, [outgoing(2, "", "").id]);
    assert_eq!(failed(&world).len(), 1);
}

#[test]
fn without_history_what_was_on_its_way_is_not_said_twice() {
    for missing in [&["draft/chathistory"][..], &["draft/chathistory", "echo-message"]] {
        let mut world = World::online(Abilities::majlis().without(missing), &config(&["#den"]));
        world.send(1, "#den", "on its way");
        world.deliver_up(usize::MAX);
        world.cut();
        world.send(2, "#den", "typed meanwhile");
        world.open();
        world.settle();
        assert_eq!(failed(&world), [(1, Refusal::InDoubt)]);
        assert_eq!(world.kept_texts("#den"), ["on its way", "typed meanwhile"]);
    }
}

#[test]
fn without_history_what_was_never_sent_goes_once_after_a_restart_and_what_may_have_been_has_failed()
{
    let [sent, unsent, later] =
        [(1, "sent"), (2, "unsent"), (3, "later")].map(|(id, text)| outgoing(id, "#den", text));
    let unnoted = |outgoing: Outgoing| Outgoing { is_noted: false, ..outgoing };
    let pending = vec![sent, unnoted(unsent), unnoted(later)];
    for missing in [&["draft/chathistory"][..], &["draft/chathistory", "echo-message"]] {
        let config = irc::NetworkConfig { pending: pending.clone(), ..config(&["#den"]) };
        let mut world = World::new(Abilities::majlis().without(missing), &config);
        world.open();
        while world.deliver_up(usize::MAX) | world.deliver_down(usize::MAX) {}
        assert_eq!(failed(&world), [(1, Refusal::InDoubt)]);
        assert_eq!(world.received("PRIVMSG"), [""; 0], "nothing goes before it is noted");
        world.settle();
        assert_eq!(world.kept_texts("#den"), ["unsent", "later"]);
        assert_eq!(failed(&world).len(), 1);
    }
}

#[test]
fn what_was_noted_and_not_sent_before_the_connection_was_lost_goes_over_the_next_one() {
    let mut world =
        World::online(Abilities::majlis().without(&["draft/chathistory"]), &config(&["#den"]));
    world.command(Command::Send(Outgoing { is_noted: false, ..outgoing(1, "#den", "hello") }));
    world.cut();
    assert!(world.note());
    world.open();
    world.settle();
    assert_eq!(world.kept_texts("#den"), ["hello"]);
    assert_eq!(failed(&world), []);
}

#[test]
fn a_nick_that_is_too_long_is_cut_and_then_numbered_within_its_length() {
    let config = irc::NetworkConfig { display_name: "Alexandra Lima".into(), ..config(&[]) };
    let mut world = World::new(Abilities::majlis(), &config);
    world.server.taken.insert("alexandra".into());
    world.open();
    world.inject(":server 432 * Alexandra_Lima :Nickname too long");
    world.settle();
    assert_eq!(world.received("NICK"), ["NICK Alexandra_Lima", "NICK Alexandra", "NICK Alexandr2"]);
}

#[test]
fn a_short_nick_that_is_refused_is_not_tried_again() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    world.open();
    world.inject(":server 432 * Ana_Lima :Erroneous nickname");
    let refused = Failure::NameRefused("Erroneous nickname".into());
    assert_eq!(world.session.poll_hang_up(), Some(&refused));
}

#[test]
fn how_a_server_looks_one_up_is_not_for_the_person_but_its_last_words_are() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    world.open();
    world.inject(":server NOTICE * :*** Looking up your hostname...");
    assert!(!world.events.iter().any(|event| matches!(event, Event::ServerText { .. })));
    let looking = "*** Looking up your hostname...".to_owned();
    assert_eq!(world.cut(), Some(Failure::Closed(looking)));
}

#[test]
fn only_what_reaches_the_others_is_offered() {
    let of = |abilities: Abilities| told_abilities(&World::online(abilities, &config(&[])));
    let majlis = of(Abilities::majlis());
    assert!(majlis.takes_tags && majlis.registers && majlis.signs_in);
    assert!(!of(Abilities::majlis().without(&["echo-message"])).takes_tags);
    let mut silent = Abilities::majlis();
    silent.tokens.push_str(" CLIENTTAGDENY=*,-reply");
    assert!(!of(silent).takes_tags);
    let bare = of(Abilities { capabilities: String::new(), ..Abilities::majlis() });
    assert!(!bare.takes_tags && !bare.registers && !bare.signs_in && !bare.deletes);
}

#[test]
fn messages_without_a_time_keep_the_order_in_which_they_came() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    for text in ["one", "two", "three"] {
        world.inject(&format!(":bo!u@h PRIVMSG #lobby :{text}"));
    }
    let times: Vec<_> = world.told("#lobby").iter().map(|message| message.time_ms).collect();
    assert!(times.len() == 3 && times.is_sorted_by(|one, next| one < next), "{times:?}");
}

/// A server with history that keeps no tag of ours and would take a message twice.
fn forgetful() -> Abilities {
    Abilities { keeps_tags: false, ..Abilities::elsewhere() }
}

#[test]
fn words_that_arrived_before_the_connection_was_lost_are_known_by_what_they_say() {
    let mut world = World::online(forgetful(), &config(&["#den"]));
    world.say_as("bo", "#den", "hello");
    world.settle();
    for number in 1..=2 {
        world.send(number, "#den", "hello");
    }
    world.send(3, "#den", "bye");
    world.deliver_up(usize::MAX);
    world.cut();
    world.open();
    world.settle();
    assert_eq!(world.kept_texts("#den"), ["hello", "hello", "hello", "bye"]);
    let ours = world.told("#den").into_iter().filter_map(|message| message.send_id);
    assert_eq!(ours.map(|id| id.as_u128()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(failed(&world), []);
}

#[test]
fn words_in_doubt_stay_so_where_the_server_does_not_tell() {
    let mut world = World::online(forgetful(), &config(&["#den"]));
    world.say_as("bo", "#den", "hello");
    world.settle();
    world.send(1, "#den", "bye");
    world.deliver_up(usize::MAX);
    world.cut();
    world.server.refuses_history = true;
    world.open();
    world.settle();
    assert_eq!(failed(&world), [(1, Refusal::InDoubt)]);
    assert_eq!(world.kept_texts("#den"), ["hello", "bye"]);
}

#[test]
fn words_in_doubt_go_again_after_a_page_that_never_came_where_they_are_taken_once() {
    for (abilities, expected) in
        [(Abilities::majlis(), &[][..]), (Abilities::elsewhere(), &[(1, Refusal::InDoubt)])]
    {
        let mut world = World::online(abilities, &config(&["#den"]));
        world.say_as("bo", "#den", "hello");
        world.settle();
        world.send(1, "#den", "bye");
        world.deliver_up(usize::MAX);
        world.cut();
        open_without_pages(&mut world);
        assert_eq!(failed(&world), expected);
        assert_eq!(world.kept_texts("#den"), ["hello", "bye"]);
    }
}

#[test]
fn what_a_page_that_never_came_would_have_had_comes_with_the_next_connection() {
    let mut world = World::online(Abilities::majlis(), &config(&["#den"]));
    world.say_as("bo", "#den", "hello");
    world.settle();
    world.cut();
    world.say_as("bo", "#den", "missed");
    open_without_pages(&mut world);
    world.say_as("bo", "#den", "heard");
    world.settle();
    assert_eq!(world.told_texts("#den"), ["hello", "heard"]);
    world.cut();
    world.open();
    world.settle();
    assert_eq!(world.told_texts("#den"), ["hello", "heard", "missed"]);
}

/// Connects to a server whose first page of history does not come.
fn open_without_pages(world: &mut World) {
    world.open();
    while world.received("CHATHISTORY").is_empty() {
        world.deliver_down(usize::MAX);
        world.deliver_up(usize::MAX);
    }
    world.lose_down();
    world.wait(60_000);
    world.settle();
}
