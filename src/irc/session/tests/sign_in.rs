//! Signing in, making an account, and what a server that is not what it seems gets to hear.

use super::accounts::by_password;
use super::server::Abilities;
use super::world::{World, config};
use crate::irc::event::{Event, Failure, SignInFailure, State};
use crate::irc::session::sasl::MAJLIS_ITERATIONS;
use crate::irc::{Command, KnownServer, NetworkConfig, Registration, Secret, SignIn};

const PASSWORD: &str = "tulips-tulips";

fn with(sign_in: SignIn) -> NetworkConfig {
    NetworkConfig { sign_in: Some(sign_in), ..config(&[]) }
}

fn world_of(abilities: Abilities, sign_in: SignIn) -> World {
    let mut world = World::new(abilities, &with(sign_in));
    world.server.accounts.add("Ana_Lima", PASSWORD);
    world
}

fn offering(mechanisms: &str) -> Abilities {
    let mut abilities =
        Abilities::majlis().without(&["sasl=SCRAM-SHA-256-PLUS,SCRAM-SHA-256,EXTERNAL,PLAIN"]);
    abilities.capabilities = format!("{} sasl{mechanisms}", abilities.capabilities);
    abilities
}

/// Opens and settles; why the connection did not last, if it did not.
fn outcome(world: &mut World) -> Option<SignInFailure> {
    world.failure = None;
    world.open();
    world.settle();
    match world.failure.take() {
        Some(Failure::SignIn(failure)) => Some(failure),
        other => {
            assert_eq!(other, None, "nothing else ends it");
            None
        }
    }
}

fn signed_in(world: &World) -> Vec<(&str, bool)> {
    let told = world.events.iter().filter_map(|event| match event {
        Event::SignedIn { account, is_new } => Some((account.as_str(), *is_new)),
        _ => None,
    });
    told.collect()
}

fn said_password(world: &World) -> bool {
    let in_base_64 = majlis_protocol::base64::encode(format!("\0Ana_Lima\0{PASSWORD}").as_bytes());
    let lines = &world.server.received;
    lines.iter().any(|line| line.contains(PASSWORD) || line.contains(&in_base_64))
}

#[test]
fn the_best_mechanism_signs_in_and_nothing_says_the_password() {
    for (mechanisms, chosen) in [
        ("=SCRAM-SHA-256-PLUS,SCRAM-SHA-256,EXTERNAL,PLAIN", "SCRAM-SHA-256-PLUS"),
        ("=PLAIN,SCRAM-SHA-256", "SCRAM-SHA-256"),
        // SASL 3.1 does not say.
        ("", "SCRAM-SHA-256"),
    ] {
        let mut world = world_of(offering(mechanisms), by_password(PASSWORD));
        assert_eq!(outcome(&mut world), None);
        assert_eq!(world.received("AUTHENTICATE")[0], format!("AUTHENTICATE {chosen}"));
        assert_eq!(signed_in(&world), [("Ana_Lima", false)]);
        assert!(world.events.contains(&Event::State(State::Online)));
        assert!(!said_password(&world), "{:?}", world.server.received);
    }
}

#[test]
fn plain_is_for_servers_that_know_nothing_better_and_under_encryption_only() {
    let mut world = world_of(offering("=PLAIN"), by_password(PASSWORD));
    assert_eq!(outcome(&mut world), None);
    assert_eq!(signed_in(&world), [("Ana_Lima", false)]);

    let mut world = world_of(offering("=PLAIN"), by_password(PASSWORD));
    world.opening.is_encrypted = false;
    world.opening.channel_binding = None;
    assert_eq!(outcome(&mut world), Some(SignInFailure::Unencrypted));
    assert!(!said_password(&world));
}

#[test]
fn a_server_that_once_offered_scram_is_never_told_a_password() {
    let mut config = with(SignIn { registration: None, ..by_password(PASSWORD) });
    config.known.has_scram = true;
    let mut world = World::new(offering("=PLAIN"), &config);
    world.server.accounts.add("Ana_Lima", PASSWORD);
    assert_eq!(outcome(&mut world), Some(SignInFailure::NotOffered));
    assert!(!said_password(&world));

    // What one connection has learned holds for the next.
    let mut world = world_of(Abilities::majlis(), by_password(PASSWORD));
    assert_eq!(outcome(&mut world), None);
    assert!(world.events.contains(&Event::ScramOffered));
    world.cut();
    world.server.abilities = offering("=PLAIN");
    assert_eq!(outcome(&mut world), Some(SignInFailure::NotOffered));
    assert!(!said_password(&world));
}

#[test]
fn what_ones_account_said_under_another_nick_is_ones_own() {
    let mut world = world_of(Abilities::majlis(), by_password(PASSWORD));
    assert_eq!(outcome(&mut world), None);
    world.settle();
    world.inject("@account=ana_lima;msgid=m1 :Ana!u@h PRIVMSG #lobby :from my other device");
    world.inject("@account=bo;msgid=m2 :Ana!u@h PRIVMSG #lobby :from somebody else");
    world.inject("@account=Ana_Lima;msgid=m3 :Ana!u@h PRIVMSG cy :to cy");
    world.inject("@account=Ana_Lima;msgid=m4 :Ana!u@h PRIVMSG Ana_Lima :to this device");
    let own = |place: &str| world.told(place).iter().map(|one| one.is_own).collect::<Vec<_>>();
    assert_eq!(own("#lobby"), [true, false]);
    assert_eq!(own("cy"), [true]);
    assert_eq!(own("Ana"), [true], "where it can be answered");
}

#[test]
fn what_another_device_says_is_no_echo_of_ours() {
    let abilities = Abilities::majlis().without(&["labeled-response"]);
    let mut world = world_of(abilities, by_password(PASSWORD));
    assert_eq!(outcome(&mut world), None);
    world.settle();
    world.send(1, "#lobby", "bye");
    world.inject("@account=ana_lima;msgid=m1 :Ana!u@h PRIVMSG #lobby :hello");
    world.settle();
    let told = world.told("#lobby").into_iter();
    let told: Vec<_> = told.map(|one| (one.text.as_str(), one.send_id.is_some())).collect();
    assert_eq!(told, [("hello", false), ("bye", true)]);
}

#[test]
fn a_new_name_is_registered_by_the_same_password() {
    let mut world = World::new(Abilities::majlis(), &with(by_password(PASSWORD)));
    assert_eq!(outcome(&mut world), None);
    assert_eq!(signed_in(&world), [("Ana_Lima", true)]);
    assert_eq!(world.received("REGISTER"), [format!("REGISTER * * :{PASSWORD}")]);
    assert!(world.events.contains(&Event::State(State::Online)));

    world.cut();
    assert_eq!(outcome(&mut world), None, "and from then on it signs in");
    assert_eq!(world.received("REGISTER"), [""; 0]);
}

#[test]
fn servers_that_make_accounts_later_are_asked_again() {
    for before in ["", "=before-connect"] {
        let mut abilities =
            Abilities::majlis().without(&["draft/account-registration=before-connect"]);
        abilities.capabilities =
            format!("{} draft/account-registration{before}", abilities.capabilities);
        let mut world = World::new(abilities, &with(by_password(PASSWORD)));
        world.server.accounts.registers_later = !before.is_empty();
        assert_eq!(outcome(&mut world), None);
        assert_eq!(signed_in(&world), [("Ana_Lima", true)], "{before}");
        assert!(world.events.contains(&Event::State(State::Online)));
    }
}

#[test]
fn each_refusal_has_its_name() {
    let try_with = |sign_in: SignIn, prepare: fn(&mut World)| {
        let mut world = World::new(Abilities::majlis(), &with(sign_in));
        prepare(&mut world);
        outcome(&mut world)
    };
    let taken = |world: &mut World| world.server.accounts.add("Ana_Lima", PASSWORD);
    let invited = |world: &mut World| world.server.accounts.invite = Some("code".into());
    let wrong = Some(SignInFailure::WrongPassword);
    assert_eq!(try_with(by_password("roses-roses"), taken), wrong);
    let kept = SignIn { registration: None, ..by_password("roses-roses") };
    assert_eq!(try_with(kept, taken), wrong, "a kept password makes no account");
    let weak = Some(SignInFailure::WeakPassword(Some(6)));
    assert_eq!(try_with(by_password("rose"), |_| {}), weak);
    let broken = try_with(by_password("two\nlines"), |_| {});
    assert!(matches!(broken, Some(SignInFailure::BadPassword(_))), "{broken:?}");
    assert_eq!(try_with(by_password(PASSWORD), invited), Some(SignInFailure::InviteNeeded));
    let invite = Some(Secret::new("code"));
    let registration = Some(Registration { invite });
    let with_code = SignIn { registration, ..by_password(PASSWORD) };
    assert_eq!(try_with(with_code, invited), None);
    let nick_taken = |world: &mut World| {
        world.server.taken.insert("ana_lima".into());
    };
    let unavailable = Some(SignInFailure::NameUnavailable("That nick is taken.".into()));
    assert_eq!(try_with(by_password(PASSWORD), nick_taken), unavailable);
}

#[test]
fn a_server_without_accounts_is_not_joined_as_a_guest() {
    let abilities = Abilities::majlis().without(&[
        "sasl=SCRAM-SHA-256-PLUS,SCRAM-SHA-256,EXTERNAL,PLAIN",
        "draft/account-registration=before-connect",
    ]);
    let mut world = World::new(abilities, &with(by_password(PASSWORD)));
    assert_eq!(outcome(&mut world), Some(SignInFailure::NotOffered));
    assert!(!world.events.iter().any(|event| matches!(event, Event::Registered { .. })));

    let mut world = World::new(Abilities::majlis(), &with(by_password(PASSWORD)));
    world.open();
    world.inject(":server 001 Ana_Lima :Welcome!");
    let refused = Failure::SignIn(SignInFailure::NotOffered);
    assert_eq!(world.session.poll_hang_up(), Some(&refused), "one that knows no CAP");
}

#[test]
fn nobody_in_between_can_relay_a_sign_in_or_learn_the_password() {
    let mut world = world_of(Abilities::majlis(), by_password(PASSWORD));
    // The connection of whoever is in between is another.
    world.server.accounts.binding = [1; 32];
    assert_eq!(outcome(&mut world), Some(SignInFailure::WrongPassword));
    assert!(signed_in(&world).is_empty());

    // They say that nobody has the name, and would like to hear the password.
    let sign_in = SignIn { is_server_checked: false, ..by_password(PASSWORD) };
    let mut world = World::new(Abilities::majlis(), &with(sign_in));
    assert_eq!(outcome(&mut world), Some(SignInFailure::UncheckedServer));
    assert!(!said_password(&world));

    // Or that they know nothing better than hearing it, from the beginning or once SCRAM was tried.
    for mechanisms in ["=PLAIN", ""] {
        let sign_in =
            SignIn { is_server_checked: false, registration: None, ..by_password(PASSWORD) };
        let mut world = World::new(offering(mechanisms), &with(sign_in));
        world.server.accounts.has_scram = false;
        assert_eq!(outcome(&mut world), Some(SignInFailure::UncheckedServer), "{mechanisms:?}");
        assert!(!said_password(&world));
    }
}

#[test]
fn whoever_takes_us_in_without_proof_is_an_impostor() {
    for said_count in 1..4 {
        let mut world = world_of(Abilities::majlis(), by_password(PASSWORD));
        world.open();
        while world.received("AUTHENTICATE").len() < said_count {
            world.deliver_down(usize::MAX);
            world.prove();
            world.deliver_up(usize::MAX);
        }
        // What the true server answers never comes.
        world.lose_down();
        world.inject(":server 903 Ana_Lima :SASL authentication successful");
        let refused = Failure::SignIn(SignInFailure::Impostor);
        assert_eq!(world.session.poll_hang_up(), Some(&refused), "after {said_count} lines");
        assert!(signed_in(&world).is_empty());
    }
}

#[test]
fn a_server_of_majlis_cannot_ask_for_a_cheap_hash() {
    let majlis = KnownServer { is_majlis: true, has_scram: true };
    let config = NetworkConfig { known: majlis, ..with(by_password(PASSWORD)) };
    let mut world = World::new(Abilities::majlis(), &config);
    world.server.accounts.add("Ana_Lima", PASSWORD);
    world.server.accounts.rounds = MAJLIS_ITERATIONS - 1;
    assert_eq!(outcome(&mut world), Some(SignInFailure::WeakHashing));
    assert!(
        !world.received("AUTHENTICATE").iter().any(|line| line.len() > 150),
        "no proof was said"
    );
    world.server.accounts.rounds = MAJLIS_ITERATIONS;
    assert_eq!(outcome(&mut world), None);
}

#[test]
fn a_device_is_added_once_and_then_signs_in_by_itself() {
    let mut world = world_of(Abilities::majlis(), by_password(PASSWORD));
    assert_eq!(outcome(&mut world), None);
    assert_eq!(world.received("DEVICE"), ["DEVICE ADD"]);
    assert!(world.events.contains(&Event::DeviceAdded));
    world.cut();
    assert_eq!(outcome(&mut world), None);
    assert_eq!(world.received("AUTHENTICATE")[0], "AUTHENTICATE EXTERNAL");
    assert_eq!(world.received("DEVICE"), [""; 0]);
    assert_eq!(signed_in(&world).len(), 2);

    // It was taken off the account; the password still opens it, and adds it again.
    world.cut();
    world.server.accounts.device = None;
    // By now it is known to be a server of Majlis.
    world.server.accounts.rounds = MAJLIS_ITERATIONS;
    assert_eq!(outcome(&mut world), None);
    let tried = world.received("AUTHENTICATE");
    assert_eq!(tried[0], "AUTHENTICATE EXTERNAL");
    assert!(tried.contains(&"AUTHENTICATE SCRAM-SHA-256-PLUS"));
    assert_eq!(world.received("DEVICE"), ["DEVICE ADD"]);

    let forgotten = SignIn {
        account: None,
        password: None,
        has_device: true,
        registration: None,
        is_server_checked: true,
    };
    let mut world = world_of(Abilities::majlis(), forgotten);
    assert_eq!(outcome(&mut world), Some(SignInFailure::DeviceForgotten));
}

#[test]
fn signing_out_has_the_device_forgotten() {
    let mut world = world_of(Abilities::majlis(), by_password(PASSWORD));
    assert_eq!(outcome(&mut world), None);
    world.command(Command::SignOut);
    world.settle();
    let key = "05".repeat(32);
    assert_eq!(world.received("DEVICE"), ["DEVICE ADD", &format!("DEVICE REMOVE {key}")]);
    assert_eq!(world.received("QUIT"), ["QUIT :"]);
}

#[test]
fn a_nick_that_is_refused_before_we_are_signed_in_is_asked_for_again() {
    let mut world = world_of(Abilities::majlis(), by_password(PASSWORD));
    world.server.taken.insert("ana_lima".into());
    assert_eq!(outcome(&mut world), None);
    assert_eq!(world.received("NICK"), ["NICK Ana_Lima", "NICK Ana_Lima"]);
}

#[test]
fn too_many_tries_are_told_in_the_servers_words() {
    let mut world = world_of(Abilities::majlis(), by_password(PASSWORD));
    world.open();
    while world.received("AUTHENTICATE").len() < 2 {
        world.deliver_up(usize::MAX);
        world.deliver_down(usize::MAX);
    }
    world.lose_down();
    world.inject(":server 904 * :Too many tries");
    let refused = Failure::SignIn(SignInFailure::Refused("Too many tries".into()));
    assert_eq!(world.session.poll_hang_up(), Some(&refused));
}

#[test]
fn a_late_answer_of_another_connection_changes_nothing() {
    let mut world = world_of(Abilities::majlis(), by_password(PASSWORD));
    world.open();
    let mut question = None;
    while question.is_none() {
        world.deliver_up(usize::MAX);
        world.deliver_down(usize::MAX);
        question = world.session.take_question();
    }
    world.cut();
    world.open();
    let now = world.now();
    world.session.handle_proof(question.expect("it was asked").prove(), now);
    world.settle();
    assert_eq!(signed_in(&world), [("Ana_Lima", false)]);
}
