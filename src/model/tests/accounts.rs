//! Names of one's own: joining with a password, coming back, losing the keyring, several servers.

use crate::irc::event::{Failure, SignInFailure};
use crate::irc::{KnownServer, SignIn};
use crate::model::Blame;

use super::*;

/// A chat in which Hiba made her name her own.
fn protected(keyring: Keyring) -> (World, Network) {
    let world = World::in_folder_with(tempfile::tempdir().unwrap(), keyring);
    let network = world.act(|chat| chat.prepare_network(&settings("majlis.local")));
    world.act(|_| network.join_as("Hiba Salim", Some("tulips"), Some(" code ")));
    (world, network)
}

fn signed_in(world: &World, network: &Network) {
    let account = "Hiba_Salim".to_owned();
    world.events(network, vec![Event::SignedIn { account, is_new: true }]);
    world.come_online(network);
}

fn sign_in(world: &World) -> SignIn {
    world.config().sign_in.expect("more than a guest")
}

fn fail(world: &World, network: &Network, failure: SignInFailure) {
    world.events(network, vec![Event::State(State::Failed(Failure::SignIn(failure)))]);
}

#[test]
fn a_guest_signs_in_to_nothing() {
    let (world, network, _) = World::online();
    assert_eq!((network.account(), world.config().sign_in), (String::new(), None));
}

#[test]
fn that_a_name_is_somebody_elses_is_told_once_and_not_of_one_that_was_cut() {
    let (world, network, _) = World::online();
    let told = listen(&network, "name-taken");
    let come_in_as = |nick: &str| {
        let registered =
            Event::Registered { nick: nick.into(), network_name: None, lobby: Some(ROOM.into()) };
        world.events(&network, vec![registered, Event::State(State::Online)]);
    };
    let mut heard = Vec::new();
    for nick in ["Hiba_S", "Hiba_Salim2"] {
        world.act(|_| network.join_as("Hiba Salim", None, None));
        come_in_as(nick);
        heard.push(told.take().concat());
    }
    assert_eq!(heard, ["", "Hiba_Salim2"]);
    come_in_as("Hiba_Salim2");
    assert_eq!(told.take(), [""; 0], "coming back brings nothing new");
}

#[test]
fn a_name_of_ones_own_is_kept_and_signs_in_after_a_restart() {
    let (world, network) = protected(Keyring::default());
    let asked = sign_in(&world);
    let registration = asked.registration.expect("nobody has the name yet");
    assert_eq!(registration.invite.map(|code| code.reveal().to_owned()).as_deref(), Some("code"));
    assert!(asked.is_server_checked, "an authority vouches where nothing is pinned");
    let told = listen(&network, "server-text");
    signed_in(&world, &network);
    assert_eq!(told.take(), ["The name Hiba Salim is yours now."]);
    assert_eq!(network.account(), "Hiba_Salim");
    assert_eq!(world.keyring.passwords(), ["tulips"]);

    let world = world.restarted();
    let again = sign_in(&world);
    assert_eq!(again.account.as_deref(), Some("Hiba_Salim"));
    assert_eq!(again.password, Some(Secret::new("tulips")));
    assert_eq!(again.registration, None, "once is enough");
}

#[test]
fn the_code_of_an_invitation_is_the_password_of_who_chose_none() {
    let world = World::new();
    let network = world.act(|chat| chat.prepare_network(&settings("majlis.local")));
    world.act(|_| network.join_as("Hiba Salim", Some(""), Some(" ABCDE-12345 ")));
    let code = Some(Secret::new("ABCDE-12345"));
    let asked = sign_in(&world);
    assert_eq!(asked.password, code);
    assert_eq!(asked.registration.expect("the name may be new").invite, code);
    let told = listen(&network, "server-text");
    world.events(
        &network,
        vec![Event::SignedIn { account: "Hiba_Salim".to_owned(), is_new: false }],
    );
    let told = told.take();
    assert_eq!(told[0], "You are signed in as Hiba Salim.");
    assert!(told[1].contains("code of your invitation is your password"), "{told:?}");
    assert_eq!(world.keyring.passwords(), ["ABCDE-12345"]);
}

#[test]
fn nothing_is_registered_with_a_key_that_nobody_vouches_for() {
    let world = World::new();
    let network = world.act(|chat| chat.prepare_network(&settings("majlis.local")));
    let key = "ab".repeat(32);
    for is_checked in [false, true] {
        world.act(|_| network.trust(&key, is_checked));
        world.act(|_| network.join_as("Hiba", Some("tulips"), None));
        assert_eq!(sign_in(&world).is_server_checked, is_checked);
    }
}

#[test]
fn going_offline_while_the_keyring_is_locked_holds() {
    let (world, network) = protected(Keyring::default());
    signed_in(&world, &network);
    let held = world.keyring.lock();
    let world = world.restarted();
    let network = world.network();
    assert_eq!(network.state(), ConnectionState::Connecting);
    world.act(|_| network.go_offline(""));
    assert_eq!(network.state(), ConnectionState::Offline);
    drop(held);
    world.settle();
    assert!(!world.asked().iter().any(|command| matches!(command, Command::Connect(_))));
    assert_eq!(network.state(), ConnectionState::Offline);

    let held = world.keyring.lock();
    world.act(|_| network.go_online());
    world.act(|_| network.go_online());
    assert_eq!(network.state(), ConnectionState::Connecting);
    drop(held);
    world.settle();
    assert_eq!(sign_in(&world).password, Some(Secret::new("tulips")));
}

#[test]
fn a_server_that_is_forgotten_is_not_connected_once_the_keyring_opens() {
    let (world, network) = protected(Keyring::default());
    signed_in(&world, &network);
    let held = world.keyring.lock();
    let world = world.restarted();
    world.act(|chat| chat.set_network_aside(&world.network()));
    drop(held);
    world.settle();
    assert!(!world.asked().iter().any(|command| matches!(command, Command::Connect(_))));
}

#[test]
fn a_server_that_was_only_tried_asks_nothing_of_the_keyring() {
    let world = World::new();
    let network = world.act(|chat| chat.prepare_network(&settings("mailjs.local")));
    world.act(|_| network.join_as("Hiba", Some("tulips"), None));
    world.act(|chat| chat.remove_network(&network));
    assert_eq!(world.keyring.errand_count.get(), 0);
}

#[test]
fn a_keyring_that_nobody_opens_does_not_hold_up_the_end() {
    let (world, network) = protected(Keyring::default());
    signed_in(&world, &network);
    let held = world.keyring.lock();
    world.act(|chat| chat.set_network_aside(&network));
    world.wait(world.chat.shutdown(""));
    drop(held);
    assert!(World::in_folder(world.folder).networks().is_empty());
}

#[test]
fn a_device_signs_in_without_a_password() {
    let (world, network) = protected(Keyring::absent());
    world.events(&network, vec![Event::DeviceAdded]);
    let told = listen(&network, "server-text");
    signed_in(&world, &network);
    assert_eq!(told.take().len(), 1, "nobody will be asked for the password");
    let again = sign_in(&world.restarted());
    assert!(again.has_device && again.password.is_none());
}

#[test]
fn without_a_keyring_the_password_is_asked_for_and_the_reason_said() {
    let (world, network) = protected(Keyring::absent());
    let told = listen(&network, "server-text");
    signed_in(&world, &network);
    assert!(told.take()[1].contains("no keyring"));

    let world = world.restarted();
    let network = world.network();
    assert_eq!(world.asked(), [], "nothing is tried without it");
    assert_eq!(network.state(), ConnectionState::Offline);
    assert_eq!(network.state_text(), "Your password is needed");
    assert!(network.password_text().contains("no keyring"));
    world.act(|_| network.sign_in("tulips", None));
    assert_eq!(network.password_text(), "");
    assert_eq!(sign_in(&world).password, Some(Secret::new("tulips")));
}

#[test]
fn a_device_that_was_taken_off_falls_back_to_the_keyring() {
    let (world, network) = protected(Keyring::default());
    world.events(&network, vec![Event::DeviceAdded]);
    signed_in(&world, &network);
    let world = world.restarted();
    let network = world.network();
    assert_eq!(sign_in(&world).password, None);
    fail(&world, &network, SignInFailure::DeviceForgotten);
    let again = sign_in(&world);
    assert_eq!((again.has_device, again.password), (false, Some(Secret::new("tulips"))));
    fail(&world, &network, SignInFailure::WrongPassword);
    assert!(network.password_text().contains("not their password"));
    assert_eq!(network.blame(), Blame::Password);
}

#[test]
fn a_first_try_that_fails_leaves_a_guest() {
    let (world, network) = protected(Keyring::default());
    for (failure, blame) in [
        (SignInFailure::InviteNeeded, Blame::Invite),
        (SignInFailure::NotOffered, Blame::Account),
        (SignInFailure::NameUnavailable("Taken.".into()), Blame::Name),
        (SignInFailure::WrongPassword, Blame::Password),
    ] {
        fail(&world, &network, failure);
        assert_eq!(network.blame(), blame);
    }
    assert_eq!(network.password_text(), "", "its page tells about it");
    world.asked();
    world.act(|_| network.go_online());
    assert_eq!(world.config().sign_in, None);
    assert!(world.keyring.passwords().is_empty());
}

#[test]
fn signing_out_forgets_the_password_and_stays_away() {
    let (world, network) = protected(Keyring::default());
    signed_in(&world, &network);
    world.asked();
    world.act(|_| network.sign_out());
    assert_eq!(world.asked(), [Command::SignOut]);
    assert_eq!(network.account(), "");
    assert!(world.keyring.passwords().is_empty());
    let world = world.restarted();
    assert_eq!(world.asked(), [], "until the person says otherwise");
    world.act(|_| world.network().go_online());
    assert_eq!(world.config().sign_in, None);
    let world = world.restarted();
    assert_eq!(world.asked().len(), 1, "and from then on again at each start");
}

#[test]
fn what_a_server_can_do_is_remembered_against_whoever_makes_it_look_like_less() {
    let (world, network) = protected(Keyring::default());
    assert_eq!(world.config().known, KnownServer::default());
    world.events(&network, vec![Event::ScramOffered]);
    signed_in(&world, &network);
    let known = KnownServer { is_majlis: true, has_scram: true };
    assert_eq!(world.restarted().config().known, known);
}

#[test]
fn a_server_that_moved_is_found_and_keeps_its_key_and_its_rooms() {
    let (world, network, _) = World::online();
    world.act(|_| network.trust(&"ab".repeat(32), true));
    world.act(|_| network.edit("garden.local", 4000, true, "Hiba"));
    let config = world.config();
    assert_eq!((config.host.as_str(), config.port), ("garden.local", 4000));
    assert_eq!((config.display_name.as_str(), config.rooms.len()), ("Hiba", 1));
    assert!(config.pin.is_some());
    assert_eq!(network.address(), "garden.local:4000");
    world.act(|_| network.edit("garden.local", 4000, true, "Hiba"));
    assert_eq!(world.asked(), [], "nothing changed");
    assert_eq!(world.restarted().config().host, "garden.local");
}

#[test]
fn a_forgotten_server_can_be_taken_back_and_then_not_any_more() {
    let (world, network) = protected(Keyring::default());
    signed_in(&world, &network);
    let other = world.act(|chat| add_network(chat, &settings("garden.local")));
    let position = world.act(|chat| chat.set_network_aside(&network)).expect("it was there");
    assert_eq!(world.networks(), std::slice::from_ref(&other));
    world.act(|chat| chat.take_network_back(&network, position));
    assert_eq!(world.networks(), [network.clone(), other]);
    world.act(|chat| chat.drop_network(&network));
    assert_eq!(world.networks().len(), 2, "what was taken back is not dropped");

    world.act(|chat| chat.set_network_aside(&network));
    let world = world.restarted();
    assert_eq!(world.networks().len(), 1);
    assert!(world.keyring.passwords().is_empty());
}

#[test]
fn a_changed_network_looks_after_those_who_want_to_be_online_only() {
    let (world, network, _) = World::online();
    let other = world.act(|chat| add_network(chat, &settings("garden.local")));
    fail(&world, &other, SignInFailure::WrongPassword);
    world.asked();
    world.act(Chat::look_after_connections);
    assert_eq!(world.asked(), [Command::ConnectNow]);
    world.events(&network, vec![Event::State(State::Offline)]);
    world.act(Chat::look_after_connections);
    assert_eq!(world.asked(), []);
}

#[test]
fn a_server_is_looked_at_first_also_where_that_was_asked_too_early() {
    let world = World::new();
    let network = world.act(|chat| chat.prepare_network(&settings("majlis.local")));
    world.act(|_| network.probe());
    assert!(matches!(&world.asked()[..], [Command::Probe(_)]));
    // As when the socket thread has only now begun.
    world.act(|_| network.start());
    assert!(matches!(&world.asked()[..], [Command::Probe(_)]), "nobody is joined by this");
    world.events(&network, vec![Event::Reached, Event::State(State::Offline)]);
    world.act(|_| network.join_as("Hiba", None, None));
    assert!(matches!(&world.asked()[..], [Command::Connect(_)]));
    world.act(|_| network.go_offline(""));
    world.events(&network, vec![Event::State(State::Offline)]);
    world.asked();
    world.act(|_| network.start());
    assert_eq!(world.asked(), []);
}
