//! Who others are, whether they are here, whom we do not hear, and what operators do.

use std::thread;
use std::time::{Duration, Instant};

use crate::irc::event::{Member, Refusal, Role};
use crate::irc::question::*;
use crate::model::{Access, NewRoom, Presence as Shown, RoomListing, SearchHit};

use super::*;

/// How long an answer may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

fn said_by(nick: &str, conversation: &str, number: u64) -> Event {
    let messages = vec![Message { nick: nick.into(), ..message(number) }];
    Event::Messages {
        conversation: conversation.into(),
        origin: Origin::Live,
        messages,
        happened: Vec::new(),
    }
}

/// Begins to wait for something, answers what was asked meanwhile, and gives what came of it.
fn answered<T: 'static>(
    world: &World,
    network: &Network,
    wait: impl Future<Output = T> + 'static,
    answer: impl Fn(&Question) -> Answer,
) -> (T, Vec<Question>) {
    let (told, result) = async_channel::bounded(1);
    world.act(|_| {
        glib::spawn_future_local(async move {
            let _ = told.try_send(wait.await);
        })
    });
    let mut asked = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    loop {
        for command in world.asked() {
            if let Command::Ask { number, question } = command {
                let answer = answer(&question);
                asked.push(question);
                world.events(network, vec![Event::Answer { number, answer }]);
            }
        }
        if let Ok(result) = result.try_recv() {
            return (result, asked);
        }
        assert!(Instant::now() < deadline, "it is answered");
        // Searches have a thread of their own.
        thread::sleep(Duration::from_millis(1));
        world.act(|_| ());
    }
}

fn whois(account: Option<&str>) -> Answer {
    Answer::Whois(Box::new(Whois {
        nick: "ana".into(),
        display_name: Some("Ana María".into()),
        host: "10.0.0.7".into(),
        account: account.map(str::to_owned),
        rooms: vec![ROOM.into(), "#elsewhere".into()],
        signed_on_ms: Some(START_MS),
        ..Whois::default()
    }))
}

fn can_mute() -> Event {
    Event::Abilities(Box::new(Abilities {
        extban_prefix: Some("$".into()),
        extban_letters: "am".into(),
        account_extban: Some("a".into()),
        ..Abilities::default()
    }))
}

fn modes(letter: char, param: &str, is_set: bool) -> Question {
    let changes = vec![ModeChange::about(letter, param, is_set)];
    Question::Do(Deed::SetModes { room: ROOM.into(), changes })
}

#[test]
fn who_somebody_is_comes_from_the_server_with_the_rooms_that_we_share() {
    let (world, network, room) = World::online();
    let asking = network.clone();
    let look = async move { asking.look_up("ana").await };
    let (profile, _) = answered(&world, &network, look, |_| whois(Some("ana")));
    let profile = profile.unwrap();
    assert_eq!((profile.nick.as_str(), profile.display_name.as_str()), ("ana", "Ana María (ana)"));
    assert_eq!(profile.account.as_deref(), Some("ana"));
    assert_eq!(profile.shared_rooms, [room]);
    assert!(profile.since.is_some_and(|since| !since.is_empty()));
}

#[test]
fn what_is_asked_without_a_connection_is_answered_in_words() {
    let (world, network, _) = World::online();
    world.events(&network, vec![Event::State(State::Offline)]);
    let asking = network.clone();
    let (profile, asked) =
        answered(&world, &network, async move { asking.look_up("ana").await }, |_| Answer::Done);
    assert_eq!(profile, Err("This can be done only while there is a connection.".into()));
    assert_eq!(asked, []);
}

#[test]
fn a_ban_means_the_account_or_the_place_and_can_be_lifted() {
    let (world, network, room) = World::online();
    world.events(&network, vec![can_mute()]);
    for (account, mask) in [(Some("ana"), "$a:ana"), (None, "*!*@10.0.0.7")] {
        let banning = room.clone();
        let answer = |question: &Question| match question {
            Question::Whois { .. } => whois(account),
            _ => Answer::Done,
        };
        let (banned, asked) =
            answered(&world, &network, async move { banning.ban("ana").await }, answer);
        assert_eq!(banned.as_deref(), Ok(mask));
        assert_eq!(asked[1..], [modes('b', mask, true)]);
        let muting = room.clone();
        let (muted, _) =
            answered(&world, &network, async move { muting.mute("ana").await }, answer);
        assert_eq!(muted, Ok(format!("$m:{mask}")));
    }
    let lifting = room.clone();
    let lift = async move { lifting.set_ban("$a:ana", false).await };
    let (_, asked) = answered(&world, &network, lift, |_| Answer::Done);
    assert_eq!(asked, [modes('b', "$a:ana", false)]);
}

#[test]
fn what_the_server_refuses_is_told_in_its_words() {
    let (world, network, room) = World::online();
    let removing = room.clone();
    let remove = async move { removing.remove_person("ana", "Enough").await };
    let (removed, asked) = answered(&world, &network, remove, |_| {
        Answer::Refused(Refusal::Server("You're not an operator".into()))
    });
    assert_eq!(removed, Err("You're not an operator".into()));
    let (room, nick, reason) = (ROOM.into(), "ana".into(), "Enough".into());
    assert_eq!(asked, [Question::Do(Deed::Remove { room, nick, reason })]);
}

#[test]
fn who_looks_after_the_room_is_known() {
    let (world, network, room) = World::online();
    let me = |role| Member {
        nick: "hiba".into(),
        display_name: None,
        role,
        is_away: false,
        is_registered: false,
    };
    let members = |role| Event::Members { room: ROOM.into(), members: vec![me(role)], more: false };
    world.events(&network, vec![members(Role::Voice)]);
    assert!(!room.is_operator());
    world.events(&network, vec![members(Role::Operator)]);
    assert!(room.is_operator());
}

#[test]
fn whom_we_ignore_is_neither_shown_nor_counted_and_stays_so_after_a_restart() {
    let (world, network, room) = World::online();
    world.events(&network, vec![said_by("ben", ROOM, 1), said_by("ana", ROOM, 2)]);
    assert_eq!(texts(&room), numbered([1, 2]));
    let told = listen(&network, "ignored-changed");
    world.act(|_| network.set_ignored("Ana", true));
    assert_eq!(texts(&room), numbered([1]));
    assert!(network.ignores("ANA") && told.take().is_empty());
    let unread = room.unread_count();
    world.events(&network, vec![said_by("ana", ROOM, 3), said_by("ana", "ana", 4)]);
    assert_eq!((room.unread_count(), channels(&network).len()), (unread, 1));
    assert_eq!(bare(&room.last_line()), "Ana María: message 2");

    let world = world.restarted();
    let network = world.network();
    let room = room_of(&network);
    assert_eq!(network.ignored_people(), ["ana"]);
    assert_eq!(texts(&room), numbered([1]));
    assert_eq!(bare(&room.last_line()), "Ana María: message 1");
    assert_eq!(room.unread_count(), 1, "only what Ben said");
    world.act(|_| network.set_ignored("ana", false));
    assert_eq!(texts(&room), numbered([1, 2, 3]));
}

#[test]
fn who_is_ignored_stays_so_under_another_nick() {
    let (world, network, _) = World::online();
    world.act(|_| network.set_ignored("ana", true));
    world.events(&network, vec![Event::Nick { old: "ana".into(), new: "anna".into() }]);
    assert_eq!(network.ignored_people(), ["anna"]);
}

#[test]
fn the_people_we_talk_with_are_watched_and_shown_as_they_are() {
    let (world, network, _) = World::online();
    world.asked();
    let ana = world.act(|_| network.open_private("ana"));
    assert!(world.asked().contains(&Command::Watch { nicks: vec!["ana".into()] }));
    let presence = |presence| Event::Presence { nick: "Ana".into(), presence };
    world.events(&network, vec![presence(Presence::Away)]);
    assert_eq!(ana.presence(), Shown::Away);
    world.events(&network, vec![presence(Presence::Offline)]);
    assert_eq!(ana.presence(), Shown::Offline);
    world.act(|_| ana.leave());
    assert!(world.asked().contains(&Command::Watch { nicks: vec![] }));
}

#[test]
fn that_somebody_is_away_is_said_once_in_the_conversation() {
    let (world, network, _) = World::online();
    let ana = world.act(|_| network.open_private("ana"));
    let away = |words: &str| Event::AwayWords {
        nick: "ana".into(),
        words: words.into(),
        time_ms: START_MS,
    };
    let lines = || {
        let rows = rows(&ana.timeline()).into_iter();
        let lines = rows.filter(|row| row.kind() == ItemKind::Membership);
        lines.map(|row| bare(&row.text())).collect::<Vec<_>>()
    };
    world.events(&network, vec![away("at lunch"), away("at lunch")]);
    assert_eq!(lines(), ["ana is away: at lunch"]);
    let here = Event::Presence { nick: "ana".into(), presence: Presence::Here };
    world.events(&network, vec![here, away("at lunch")]);
    assert_eq!(lines().len(), 2, "they were back meanwhile");
}

#[test]
fn our_being_away_is_said_again_on_a_new_connection() {
    let (world, network, _) = World::online();
    world.act(|_| network.go_away(" at lunch "));
    world.events(&network, vec![Event::OwnAway { is_away: true }]);
    assert!(network.away());
    let words = Some("at lunch".to_owned());
    assert!(world.asked().contains(&Command::SetAway { words: words.clone() }));
    world.come_online(&network);
    assert!(!network.away());
    assert!(world.asked().contains(&Command::SetAway { words }));
    world.act(|_| network.come_back());
    assert_eq!(world.asked(), [Command::SetAway { words: None }]);
    world.come_online(&network);
    assert!(!world.asked().contains(&Command::SetAway { words: None }));
}

#[test]
fn being_asked_into_a_room_and_a_rooms_new_name_are_told() {
    let (world, network, room) = World::online();
    let invited = listen(&network, "invited");
    let renamed = Event::Renamed { old: ROOM.into(), new: "#garden".into() };
    let asked = Event::Invited { room: "#tea".into(), nick: "ana".into(), by: "Ana María".into() };
    world.events(&network, vec![asked.clone(), renamed]);
    assert_eq!(invited.take(), ["#tea", "Ana María"]);
    world.act(|_| network.set_ignored("Ana", true));
    world.events(&network, vec![asked]);
    assert!(invited.take().is_empty(), "whom we do not hear asks in vain");
    assert_eq!((room.name(), room.title()), ("#garden".into(), "garden".into()));
    assert_eq!(world.restarted().config().rooms[0].0, "#garden");
}

#[test]
fn a_renamed_room_keeps_what_it_has_and_a_left_one_of_that_name_gives_way() {
    let (world, network, tea) = World::online();
    world.act(|_| network.join("#tea"));
    world.events(&network, vec![Event::Joined { room: "#tea".into() }]);
    let left = channels(&network).into_iter().find(|one| one.name() == "#tea").unwrap();
    world.act(|_| left.leave());
    world.events(&network, vec![live(messages(1..=3))]);
    world.act(|_| {
        tea.set_draft("half a sen");
        tea.set_pinned(true);
        tea.set_muted(true);
    });
    let unread = tea.unread_count();
    assert_eq!(unread, 3);
    let renamed = Event::Renamed { old: ROOM.into(), new: "#tea".into() };
    world.events(&network, vec![renamed]);
    let next = Event::Messages {
        conversation: "#tea".into(),
        origin: Origin::Live,
        messages: messages([4]),
        happened: Vec::new(),
    };
    world.events(&network, vec![next]);
    assert_eq!((tea.name(), texts(&tea)), ("#tea".into(), numbered(1..=4)));

    let world = world.restarted();
    let [room] = &channels(&world.network())[..] else { panic!("one open room") };
    assert_eq!((room.name(), texts(room)), ("#tea".into(), numbered(1..=4)));
    assert_eq!((room.unread_count(), room.draft()), (4, "half a sen".into()));
    assert!(room.pinned() && room.muted());
}

#[test]
fn commands_about_people_are_carried_out_and_refusals_told() {
    let (world, network, room) = World::online();
    let (profile, list) =
        (listen(&network, "profile-requested"), listen(&network, "directory-requested"));
    let told = listen(&network, "server-text");
    world.asked();
    let run = |text: &str| world.act(|_| network.run_command(&room, text));
    assert_eq!(run("/whois ana"), Ok(()));
    assert_eq!(run("/list"), Ok(()));
    assert_eq!((profile.take(), list.take()), (vec!["ana".to_owned()], Vec::new()));
    assert_eq!(run("/ignore ana"), Ok(()));
    assert!(network.ignores("ana"));
    assert_eq!(run("/ignore ana"), Ok(()));
    assert!(!network.ignores("ana"));
    assert_eq!(run("/away at lunch"), Ok(()));
    assert_eq!(network.away_words(), "at lunch");
    assert_eq!(run("/away"), Ok(()));
    assert_eq!(network.away_words(), "");
    world.asked();
    assert_eq!(run("/kick ana that is enough"), Ok(()));
    let [Command::Ask { number, question }] = &world.asked()[..] else { panic!("one question") };
    let (nick, reason) = ("ana".to_owned(), "that is enough".to_owned());
    assert_eq!(*question, Question::Do(Deed::Remove { room: ROOM.into(), nick, reason }));
    let answer = Answer::Refused(Refusal::Server("You're not an operator".into()));
    world.events(&network, vec![Event::Answer { number: *number, answer }]);
    assert_eq!(told.take(), ["You're not an operator"]);
    let ana = world.act(|_| network.open_private("ana"));
    assert_eq!(network.run_command(&ana, "/ban ana"), Err("This is for rooms.".into()));
}

#[test]
fn a_new_room_is_set_up_once_we_are_its_operator_and_one_that_is_there_is_left_alone() {
    let (world, network, _) = World::online();
    let told = listen(&network, "server-text");
    let wanted = |name: &str| NewRoom {
        name: name.into(),
        topic: "Tea at five".into(),
        access: Access::Invited,
    };
    let member = |nick: &str, role| Member {
        nick: nick.into(),
        display_name: None,
        role,
        is_away: false,
        is_registered: false,
    };
    world.act(|_| network.create_room(wanted("#tea")));
    world.act(|_| network.create_room(wanted("#old")));
    world.asked();
    let all = |room: &str, members| Event::Members { room: room.into(), members, more: false };
    let joined = |room: &str| Event::Joined { room: room.into() };
    let others = vec![member("hiba", Role::None), member("ana", Role::Operator)];
    world.events(&network, vec![joined("#old"), all("#old", others)]);
    assert_eq!(world.asked(), []);
    assert_eq!(told.take(), ["There is a room old already; you are in it now."]);
    let me = vec![member("hiba", Role::Operator)];
    world.events(&network, vec![joined("#tea"), all("#tea", me)]);
    let mut asked = Vec::new();
    for _ in 0..2 {
        for command in world.asked() {
            let Command::Ask { number, question } = command else { continue };
            asked.push(question);
            world.events(&network, vec![Event::Answer { number, answer: Answer::Done }]);
        }
    }
    let (room, topic) = ("#tea".to_owned(), "Tea at five".to_owned());
    let changes = vec![ModeChange::flag('i', true)];
    let deeds = [Deed::SetModes { room: room.clone(), changes }, Deed::SetTopic { room, topic }];
    assert_eq!(asked, deeds.map(Question::Do));
}

#[test]
fn the_rooms_of_a_server_come_in_parts_into_one_list() {
    let (world, network, _) = World::online();
    let list = gio::ListStore::new::<RoomListing>();
    let (asking, into) = (network.clone(), list.clone());
    let looking = async move { asking.list_rooms("", &into).await };
    let (told, result) = async_channel::bounded(1);
    world.act(|_| glib::spawn_future_local(async move { told.try_send(looking.await) }));
    let number = world.asked().into_iter().find_map(|command| match command {
        Command::Ask { number, .. } => Some(number),
        _ => None,
    });
    let number = number.expect("the server is asked");
    let part = |name: &str, is_last| {
        let room = ListedRoom { name: name.into(), people_count: 3, topic: "tea".into() };
        let answer = Answer::Rooms { rooms: vec![room], is_last, is_cut: is_last };
        Event::Answer { number, answer }
    };
    world.events(&network, vec![part("#a", false)]);
    assert_eq!((list.n_items(), result.is_empty()), (1, true), "it is there before the rest");
    world.events(&network, vec![part("#b", true)]);
    assert_eq!(result.try_recv(), Ok(Ok(true)));
    let titles: Vec<_> = list.iter::<RoomListing>().flatten().map(|room| room.title()).collect();
    assert_eq!(titles, ["a", "b"]);
}

#[test]
fn others_find_the_server_by_a_link_that_carries_its_key() {
    let world = World::new();
    let key = "ab".repeat(32);
    let at = |host: &str| NetworkSettings { fingerprint: Some(key.clone()), ..settings(host) };
    let network = world.act(|chat| add_network(chat, &at("majlis.local")));
    let invitation = network.invitation(None);
    let read = NetworkSettings::parse(&invitation.link, "x").unwrap();
    assert_eq!((read.host.as_str(), read.fingerprint), ("majlis.local", Some(key.clone())));
    assert_eq!(invitation.words.map(|words| words.split(' ').count()), Some(6));
    assert!(!invitation.is_local);
    assert!(world.act(|chat| add_network(chat, &at("127.0.0.1"))).invitation(None).is_local);
}

#[test]
fn what_is_pinned_and_muted_stays_so() {
    let (world, _, room) = World::online();
    world.act(|_| {
        room.set_pinned(true);
        room.set_muted(true);
    });
    let world = world.restarted();
    let room = room_of(&world.network());
    assert!(room.pinned() && room.muted());
}

#[test]
fn what_was_said_is_found_here_and_for_what_is_missing_on_the_server() {
    let (world, network, room) = World::online();
    let has_search = Abilities { has_search: true, ..Abilities::default() };
    world.events(&network, vec![Event::Abilities(Box::new(has_search)), live(messages(1..=3))]);
    world.asked();
    let (chat, hits) = (world.chat.clone(), gio::ListStore::new::<SearchHit>());
    let (into, within) = (hits.clone(), room.clone());
    let search = async move { chat.search("message 2", "", Some(&within), &into).await };
    let server = |question: &Question| {
        let Question::Search(query) = question else { panic!("{question:?}") };
        assert_eq!((query.text.as_str(), query.place.as_deref()), ("message 2", Some(ROOM)));
        let older = Message { msgid: "old".into(), time_ms: 1000, ..message(2) };
        let found = [message(2), older].map(|message| (ROOM.to_owned(), message));
        Answer::Found(found.into())
    };
    answered(&world, &network, search, server);
    let hits: Vec<SearchHit> = hits.iter().flatten().collect();
    let ids: Vec<_> = hits.iter().map(SearchHit::msgid).collect();
    assert_eq!(ids, ["000002", "old"], "each once, the newest first");
    assert_eq!(hits[0].channel(), Some(room));
    assert_eq!(bare(&hits[0].before()), "Ana María: message 1");
    assert_eq!(bare(&hits[0].after()), "Ana María: message 3");
}

#[test]
fn one_goes_to_a_message_that_is_far_back_and_on_from_there() {
    let (world, network, room) = World::online();
    for start in 0..12 {
        world.events(&network, vec![live(messages(start * 100..start * 100 + 100))]);
    }
    assert!(!texts(&room).contains(&"message 150".to_owned()));
    let going = room.clone();
    let go = async move { going.reveal_message("000150".into()).await };
    let (is_there, _) = answered(&world, &network, go, |_| Answer::Done);
    assert!(is_there && !room.timeline().is_end());
    assert_eq!(texts(&room), numbered(100..200));
    world.act(|_| room.load_newer());
    assert!(texts(&room).contains(&"message 249".to_owned()), "without a hole");
}

#[test]
fn a_rooms_link_leads_back_to_it() {
    let (_world, network, room) = World::online();
    for link in [network.room_link(&room), network.invitation(Some(&room)).link] {
        let link = NetworkSettings::parse(&link, "").unwrap();
        assert!(network.is_at(&link.host, link.port));
        assert_eq!(link.room.as_deref(), Some(ROOM));
    }
}
