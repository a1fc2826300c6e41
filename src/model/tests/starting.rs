//! Beginning, trusting, coming back, ending.

use std::fs;
use std::time::Instant;

use crate::irc::Fingerprint;
use crate::irc::event::Failure;

use super::*;

#[test]
fn a_new_server_is_kept_and_connected_and_again_after_a_restart() {
    let world = World::new();
    assert!(world.chat.is_restored());
    assert_eq!(world.networks().len(), 0);
    let network = world.act(|chat| add_network(chat, &settings("majlis.local")));
    assert_eq!(network.state(), ConnectionState::Connecting);
    assert_eq!((network.name(), network.nick()), ("majlis.local".into(), "Hiba_Salim".into()));
    let config = world.config();
    assert_eq!((config.host.as_str(), config.port, config.encrypt), ("majlis.local", 33000, true));
    assert_eq!(config.display_name, "Hiba Salim");
    world.come_online(&network);
    assert_eq!((network.name(), network.nick()), ("Home".into(), "hiba".into()));
    assert_eq!((network.state(), network.state_text()), (ConnectionState::Online, String::new()));

    let world = world.restarted();
    assert_eq!(world.network().name(), "Home");
    assert_eq!(channels(&world.network()).len(), 1, "the room is shown before any connection");
    let config = world.config();
    assert_eq!(config.host, "majlis.local");
    assert_eq!(config.rooms, [(ROOM.to_owned(), None)]);
}

#[test]
fn the_same_server_is_not_added_twice() {
    let world = World::new();
    let first = world.act(|chat| add_network(chat, &settings("majlis.local")));
    let renamed = NetworkSettings { display_name: "Zoë".into(), ..settings("MAJLIS.local") };
    let second = world.act(|chat| add_network(chat, &renamed));
    assert_eq!(first, second);
    assert_eq!(world.networks().len(), 1);
    assert_eq!(world.config().display_name, "Zoë");
}

#[test]
fn an_unknown_key_is_asked_about_once_and_then_pinned() {
    let world = World::new();
    let network = world.act(|chat| add_network(chat, &settings("majlis.local")));
    let found = Fingerprint::new([0; 32]);
    let told = listen(&network, "trust-needed");
    world.events(&network, vec![Event::TrustNeeded { found }, Event::State(State::Offline)]);
    let [words, fingerprint] = &told.take()[..] else { panic!("words and fingerprint") };
    assert_eq!(words, "abandon abandon abandon abandon abandon abandon");
    assert_eq!(world.config().pin, None);

    world.act(|_| network.trust("not a fingerprint", true));
    assert_eq!(network.key_words(), None);
    world.act(|_| network.trust(fingerprint, false));
    assert!(!network.is_key_checked());
    world.act(|_| network.vouch_for_key());
    assert!(network.is_key_checked());
    world.act(|_| network.go_online());
    assert_eq!(world.config().pin, Some(found));
    assert_eq!(world.restarted().config().pin, Some(found));
}

#[test]
fn a_changed_key_is_told_with_both_words_and_pins_nothing() {
    let world = World::new();
    let pinned = Fingerprint::new([0; 32]);
    let known =
        NetworkSettings { fingerprint: Some(pinned.to_string()), ..settings("majlis.local") };
    let network = world.act(|chat| add_network(chat, &known));
    assert_eq!(world.config().pin, Some(pinned));
    let told = listen(&network, "key-changed");
    let found = Fingerprint::new([0xff; 32]);
    world.events(&network, vec![Event::KeyChanged { expected: pinned, found }]);
    assert_eq!(
        told.take(),
        [
            "abandon abandon abandon abandon abandon abandon",
            "zoo zoo zoo zoo zoo zoo",
            &pinned.to_string(),
            &found.to_string(),
        ]
    );
    assert_eq!(world.restarted().config().pin, Some(pinned));
}

#[test]
fn a_link_with_another_key_does_not_replace_the_trusted_one() {
    let world = World::new();
    let link = |byte| NetworkSettings {
        fingerprint: Some(Fingerprint::new([byte; 32]).to_string()),
        ..settings("majlis.local")
    };
    world.act(|chat| add_network(chat, &link(1)));
    world.act(|chat| add_network(chat, &link(2)));
    assert_eq!(world.config().pin, Some(Fingerprint::new([1; 32])));
    assert_eq!(world.restarted().config().pin, Some(Fingerprint::new([1; 32])));
}

#[test]
fn how_the_connection_stands_is_said_in_words() {
    let (world, network, room) = World::online();
    let lost = State::Waiting { retry_in_ms: 1000, failure: Failure::Lost };
    world.events(&network, vec![Event::State(lost)]);
    assert_eq!(network.state(), ConnectionState::Waiting);
    assert_eq!(network.state_text(), "The connection was lost. Reconnecting…");
    assert_eq!(network.failure_text(), "The connection was lost.");
    assert!(!room.joined());
    world.events(&network, vec![Event::State(State::Connecting)]);
    assert_eq!(
        (network.state_text(), network.failure_text()),
        ("Reconnecting…".into(), String::new())
    );
    let lost = State::Waiting { retry_in_ms: 1000, failure: Failure::NoAnswer };
    world.events(&network, vec![Event::State(lost)]);
    world.asked();
    world.act(|_| network.go_online());
    assert_eq!(world.asked(), [Command::ConnectNow]);

    let failed = listen(&network, "failed");
    world.events(&network, vec![Event::State(State::Failed(Failure::NameNotFound))]);
    assert_eq!(failed.take(), ["There is no computer of this name."]);
    world.act(|_| network.go_online());
    assert!(matches!(&world.asked()[..], [Command::Connect(_)]));
}

#[test]
fn a_forgotten_server_leaves_nothing() {
    let (world, network, _) = World::online();
    world.events(&network, vec![live(messages(1..=3))]);
    world.asked();
    world.act(|chat| chat.remove_network(&network));
    assert_eq!(world.asked(), [Command::Disconnect { reason: String::new() }]);
    world.events(&network, vec![live(messages(4..=5)), Event::State(State::Offline)]);
    assert_eq!(world.restarted().networks().len(), 0);
}

#[test]
fn a_damaged_archive_is_told_and_everything_works() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("majlis")).unwrap();
    fs::write(folder.path().join("majlis/archive.db"), "no archive".repeat(1000)).unwrap();
    let context = MainContext::new();
    let (tell, events) = async_channel::unbounded();
    let start = |_: &Place| Ok(Link { send: Box::new(|_| ()), events });
    let place = Place::new(folder.path().join("majlis"));
    let chat = context
        .with_thread_default(|| Chat::start_with(place, Box::new(Keyring::default()), start))
        .unwrap();
    let told = listen(&chat, "archive-trouble");
    let world =
        World { context, chat, asked: Rc::default(), tell, folder, keyring: Keyring::default() };
    world.settle();
    let words = told.take().concat();
    assert!(words.contains("damaged") && words.contains("archive-set-aside-"), "{words}");
    world.act(|chat| add_network(chat, &settings("majlis.local")));
    assert_eq!(world.restarted().networks().len(), 1);
}

#[test]
fn the_end_says_goodbye_and_does_not_wait_for_ever() {
    let (world, _, _) = World::online();
    world.asked();
    let start = Instant::now();
    world.wait(world.chat.shutdown("good night"));
    // How long it takes is the machine's; that it ends at all is ours.
    assert!(start.elapsed().as_secs() < 60);
    assert_eq!(world.asked(), [Command::Disconnect { reason: "good night".into() }]);
}

#[test]
fn without_a_socket_thread_it_says_so_and_shows_what_was() {
    let (world, _, room) = World::online();
    world.act(|_| room.set_draft("half"));
    world.events_everywhere(&Event::State(State::Offline));
    world.wait(world.chat.shutdown(""));
    let context = MainContext::new();
    let place = Place::new(world.folder.path().join("majlis"));
    let start = |_: &Place| Err(std::io::Error::other("no threads left"));
    let chat = context
        .with_thread_default(|| Chat::start_with(place, Box::new(Keyring::default()), start))
        .unwrap();
    let (tell, _) = async_channel::unbounded();
    let keyring = Keyring::default();
    let world = World { context, chat, asked: Rc::default(), tell, folder: world.folder, keyring };
    world.settle();
    assert_eq!(world.network().state(), ConnectionState::Failed);
    assert_eq!(
        bare(&world.network().state_text()),
        "This computer cannot connect: no threads left"
    );
    assert_eq!(room_of(&world.network()).draft(), "half");
}
