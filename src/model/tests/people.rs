//! Who is there, and conversations with one person.

use crate::irc::event::{Denial, Failure, Member, Refusal, Role};

use super::*;

fn member(nick: &str, role: Role) -> Member {
    Member {
        nick: nick.into(),
        display_name: Some(format!("The {nick}")),
        role,
        is_away: false,
        is_registered: false,
    }
}

fn names(room: &Channel) -> Vec<String> {
    let members = room.members();
    members.iter::<super::super::Member>().flatten().map(|member| member.display_name()).collect()
}

fn private(messages: Vec<Message>) -> Event {
    Event::Messages {
        conversation: "ana".into(),
        origin: Origin::Live,
        messages,
        happened: Vec::new(),
    }
}

#[test]
fn the_list_follows_who_comes_and_goes() {
    let (world, network, room) = World::online();
    let in_room = || ROOM.to_owned();
    let all =
        vec![member("hiba", Role::None), member("ana", Role::None), member("zoe", Role::Operator)];
    world.events(&network, vec![Event::Members { room: in_room(), members: all, more: false }]);
    assert_eq!(names(&room), ["The zoe", "The ana", "The hiba"]);
    let ben = member("ben", Role::None);
    world.events(
        &network,
        vec![
            Event::MemberJoined { room: in_room(), member: ben },
            happened("1", "The ben", Happening::Joined),
            Event::MemberLeft { room: in_room(), nick: "ana".into() },
            happened("2", "The ana", Happening::Left),
            Event::Role { room: in_room(), nick: "hiba".into(), role: Role::Operator },
            Event::Person {
                nick: "zoe".into(),
                display_name: Some("A".into()),
                is_away: true,
                is_registered: false,
            },
            Event::Topic { room: in_room(), topic: "tea".into() },
        ],
    );
    assert_eq!(names(&room), ["A", "The hiba", "The ben"]);
    assert_eq!(room.topic(), "tea");
    assert_eq!(bare(&rows(&room.timeline())[1].text()), "The ben joined · The ana left");

    world.events(&network, vec![Event::Left { room: in_room(), reason: "Enough".into() }]);
    assert!(!room.joined());
    assert_eq!(names(&room).len(), 0);
}

#[test]
fn who_was_put_out_goes_in_again_only_when_asked() {
    let (world, network, room) = World::online();
    assert!(!room.is_left());
    world.events(&network, vec![Event::Left { room: ROOM.into(), reason: "Enough".into() }]);
    assert!(room.is_left());
    let world = world.restarted();
    assert_eq!(world.config().rooms, []);
    assert!(room_of(&world.network()).is_left());

    world.act(|_| world.network().join(ROOM));
    assert!(!room_of(&world.network()).is_left());
    let world = world.restarted();
    assert_eq!(world.config().rooms.len(), 1);

    let (network, room) = (world.network(), room_of(&world.network()));
    world.events(&network, vec![Event::Left { room: ROOM.into(), reason: String::new() }]);
    assert!(room.is_left(), "on another device");
    world.come_online(&network);
    assert!(!room.is_left(), "the server had us in");
}

#[test]
fn our_own_name_changes_when_the_server_says_so() {
    let (world, network, room) = World::online();
    world.act(|_| network.run_command(&room, "/nick هبة سليم")).unwrap();
    assert_eq!(network.display_name(), "Hiba Salim");
    let renamed = Event::Nick { old: "hiba".into(), new: "هبة_سليم".into() };
    world.events(&network, vec![renamed]);
    assert_eq!((network.nick(), network.display_name()), ("هبة_سليم".into(), "هبة سليم".into()));
    assert_eq!(world.restarted().config().display_name, "هبة سليم");
}

#[test]
fn a_crowd_of_strangers_opens_only_so_many_conversations_and_is_told_once() {
    let (world, network, _) = World::online();
    let told = listen(&network, "server-text");
    let words = |nick: String, is_own| Event::Messages {
        conversation: nick.clone(),
        origin: Origin::Live,
        messages: vec![Message { nick, is_own, ..message(1) }],
        happened: Vec::new(),
    };
    world.events(&network, (0..502).map(|number| words(format!("x{number}"), false)).collect());
    assert_eq!(channels(&network).len(), 501, "and the room");
    assert_eq!(told.take().len(), 1);
    world.events(&network, vec![words("x1".into(), false), words("mine".into(), true)]);
    assert_eq!(channels(&network).len(), 502, "whom we write to has one all the same");
    assert!(told.take().is_empty());
}

#[test]
fn a_person_who_speaks_to_us_opens_a_conversation() {
    let (world, network, _) = World::online();
    world.events(&network, vec![private(messages(1..=2))]);
    let ana = channels(&network).pop().unwrap();
    assert_eq!((ana.name(), ana.title()), ("ana".into(), "Ana María".into()));
    assert_eq!((ana.unread_count(), ana.mention_count()), (2, 2));
    assert_eq!(bare(&ana.last_line()), "message 2");
    assert_eq!(world.chat.find_channel(ana.id()), Some(ana.clone()));

    world.act(|_| ana.leave());
    assert_eq!(world.chat.find_channel(ana.id()), None);
    world.events(&network, vec![private(messages([3]))]);
    assert_eq!(channels(&network), [channels(&network)[0].clone(), ana.clone()]);
    assert_eq!(texts(&ana), numbered(1..=3), "with what was said before");

    let world = world.restarted();
    let ana = channels(&world.network()).pop().unwrap();
    assert_eq!((ana.title(), ana.unread_count()), ("Ana María".into(), 3));
}

#[test]
fn a_conversation_follows_the_person_to_another_nick() {
    let (world, network, _) = World::online();
    world.events(&network, vec![private(messages([1]))]);
    let ana = channels(&network).pop().unwrap();
    let renamed = Event::Nick { old: "ana".into(), new: "anna".into() };
    world.events(&network, vec![renamed]);
    assert_eq!(ana.name(), "anna");
    let next = Event::Messages {
        conversation: "anna".into(),
        origin: Origin::Live,
        messages: messages([2]),
        happened: Vec::new(),
    };
    world.events(&network, vec![next]);
    assert_eq!(texts(&ana), numbered(1..=2));
}

#[test]
fn a_room_joined_offline_is_entered_with_the_next_connection() {
    let (world, network, _) = World::online();
    world.events(&network, vec![Event::State(State::Offline)]);
    let opened = listen(&network, "open-requested");
    world.act(|_| network.join("tea"));
    assert_eq!(opened.take(), ["#tea"]);
    world.asked();
    world.act(|_| network.go_online());
    assert_eq!(world.config().rooms, [(ROOM.to_owned(), None), ("#tea".to_owned(), None)]);
}

#[test]
fn a_room_joined_while_the_connection_is_lost_is_there_at_once_and_stays() {
    let (world, network, _) = World::online();
    let lost = State::Waiting { retry_in_ms: 1000, failure: Failure::Lost };
    world.events(&network, vec![Event::State(lost)]);
    let opened = listen(&network, "open-requested");
    world.asked();
    world.act(|_| network.join("tea"));
    assert_eq!(opened.take(), ["#tea"]);
    assert_eq!(world.asked(), [Command::Join { room: "#tea".into(), known: None }]);
    let rooms = world.restarted().config().rooms;
    assert_eq!(rooms, [(ROOM.to_owned(), None), ("#tea".to_owned(), None)]);
}

#[test]
fn a_room_with_a_password_asks_for_it_and_remembers_it() {
    /// Writes down of which rooms a password is needed, and whether one was wrong.
    fn listen_for_keys(network: &Network) -> Rc<RefCell<Vec<(String, bool)>>> {
        let needed: Rc<RefCell<Vec<_>>> = Rc::default();
        let told = Rc::clone(&needed);
        network.connect_key_needed(move |_, room, was_given| {
            told.borrow_mut().push((room.to_owned(), was_given));
        });
        needed
    }

    let (world, network, _) = World::online();
    let needed = listen_for_keys(&network);
    let wrong_key = || {
        let reason = Refusal::Denied(Denial::WrongKey);
        vec![Event::JoinFailed { room: "#vault".into(), reason }]
    };
    world.act(|_| network.join("#vault"));
    world.events(&network, wrong_key());
    world.act(|_| network.join_with_key("#vault", "guess"));
    world.events(&network, wrong_key());
    assert_eq!(needed.take(), [("#vault".to_owned(), false), ("#vault".to_owned(), true)]);
    world.asked();
    world.act(|_| network.join_with_key("#vault", "sesame"));
    let key = Command::SetRoomKey { room: "#vault".into(), key: "sesame".into() };
    let join = Command::Join { room: "#vault".into(), known: None };
    assert_eq!(world.asked(), [key, join]);
    world.events(&network, vec![Event::Joined { room: "#vault".into() }]);

    let world = world.restarted();
    assert_eq!(world.config().room_keys, [("#vault".to_owned(), "sesame".to_owned())]);
    // Nobody asked for the room just now, so nothing but words comes of it.
    let network = world.network();
    let (needed, told) = (listen_for_keys(&network), listen(&network, "server-text"));
    world.events(&network, wrong_key());
    assert!(needed.take().is_empty());
    assert!(told.take()[0].contains("vault"));
}

#[test]
fn joining_shows_the_room_once_we_are_in() {
    let (world, network, _) = World::online();
    let opened = listen(&network, "open-requested");
    world.act(|_| network.join("#Tea"));
    assert_eq!(opened.take().len(), 0);
    world.events(&network, vec![Event::Joined { room: "#tea".into() }]);
    assert_eq!(opened.take(), ["#tea"]);
    world.act(|_| network.join("#TEA"));
    assert_eq!(opened.take(), ["#tea"], "we are there already");

    let told = listen(&network, "server-text");
    world.act(|_| network.join("#secret"));
    let failed =
        Event::JoinFailed { room: "#secret".into(), reason: "Invitation only".to_owned().into() };
    world.events(&network, vec![failed]);
    assert_eq!(told.take(), ["secret cannot be entered: Invitation only"]);
}

#[test]
fn somebody_who_never_spoke_to_us_is_called_as_in_the_room() {
    let (world, network, _) = World::online();
    let all = vec![member("ana", Role::None)];
    world.events(&network, vec![Event::Members { room: ROOM.into(), members: all, more: false }]);
    let (ana, ben) = world.act(|_| (network.open_private("ana"), network.open_private("ben")));
    assert_eq!((ana.title(), ana.name()), ("The ana".into(), "ana".into()));
    assert_eq!(ben.title(), "ben");
}

#[test]
fn what_people_do_to_a_room_is_told_in_a_line_each() {
    let (world, network, room) = World::online();
    let member = |nick: &str| Member {
        nick: nick.into(),
        display_name: None,
        role: Role::None,
        is_away: false,
        is_registered: false,
    };
    let members = vec![member("hiba"), member("bo"), member("cy")];
    let ids = std::cell::Cell::new(0);
    let happened = |what| happened(&ids.replace(ids.get() + 1).to_string(), "Ana María", what);
    let (bo, reason) = ("bo".to_owned(), String::new());
    world.events(
        &network,
        vec![
            Event::Members { room: ROOM.into(), members, more: false },
            happened(Happening::Topic("tea".into())),
            happened(Happening::Topic(String::new())),
            happened(Happening::Role {
                nick: bo.clone(),
                display_name: None,
                role: Role::Operator,
            }),
            happened(Happening::Modes("+m".into())),
            Event::MemberLeft { room: ROOM.into(), nick: "bo".into() },
            happened(Happening::Removed { nick: bo, display_name: Some("Bo".into()), reason }),
            Event::Nick { old: "cy".into(), new: "cyrus".into() },
            happened(Happening::Nick("cyrus".into())),
            happened(Happening::Renamed("#tea".into())),
        ],
    );
    let rows = rows(&room.timeline()).into_iter().filter(|row| row.kind() == ItemKind::Membership);
    let told: Vec<_> = rows.map(|row| bare(&row.text())).collect();
    let expected = [
        "Ana María set the topic: tea",
        "Ana María removed the topic",
        "Ana María made bo an operator",
        "Ana María lets only operators speak, and whom they choose",
        "Ana María removed Bo",
        "Ana_María is now called cyrus",
        "Ana María renamed the room to #tea",
    ];
    assert_eq!(told, expected, "that one was put out says that one left");
}

#[test]
fn what_happened_outlives_the_program_and_comes_back_with_its_page() {
    let (world, network, room) = World::online();
    let gap = |numbers: std::ops::RangeInclusive<u64>, happened| Event::Messages {
        conversation: ROOM.into(),
        origin: Origin::Gap { more: false },
        messages: messages(numbers),
        happened,
    };
    let occurred = |id: &str, number: u64| match happened(id, "The ben", Happening::Joined) {
        Event::Happened { occurrence, .. } => {
            Occurrence { time_ms: START_MS + number * 1000 + 1, ..occurrence }
        }
        event => unreachable!("{event:?}"),
    };
    let live = |id, number| Event::Happened { room: ROOM.into(), occurrence: occurred(id, number) };
    world.events(&network, vec![gap(1..=3, vec![]), live("b", 3)]);
    // After a reconnect the history tells of it once more, and of what was missed.
    world.events(&network, vec![gap(4..=6, vec![occurred("b", 3), occurred("c", 5)])]);
    let shape = |room: &Channel| {
        let is_there = |row: &TimelineItem| row.kind() != ItemKind::Unread;
        let rows = rows(&room.timeline()).into_iter().skip(1).filter(is_there);
        rows.map(|row| if row.kind() == ItemKind::Membership { '+' } else { '.' })
            .collect::<String>()
    };
    assert_eq!(shape(&room), "...+..+.");

    let world = world.restarted();
    let (network, room) = (world.network(), room_of(&world.network()));
    assert_eq!(shape(&room), "...+..+.");
    world.come_online(&network);
    world.act(|_| room.load_older());
    let older = Event::Messages {
        conversation: ROOM.into(),
        origin: Origin::Older { is_start: true },
        messages: messages([0]),
        happened: vec![occurred("a", 0)],
    };
    world.events(&network, vec![older]);
    assert_eq!(shape(&room), ".+...+..+.");
    assert_eq!(shape(&room_of(&world.restarted().network())), ".+...+..+.");
}
