//! Whatever a server sends in great numbers: each piece is small, and what is kept of it is bounded.

use std::time::{Duration, Instant};

use super::*;
use crate::irc::event::{Happening, Member, Occurrence, Role};
use crate::irc::{Answer, ListedRoom};
use crate::model::{self, RoomListing};

impl World {
    /// Lets all of this come in and be shown; the longest that the main loop was held by it.
    fn longest_hold(&self, network: &Network, events: Vec<Event>) -> Duration {
        let events = events.into_iter().map(|event| (network.id(), event)).collect();
        self.tell.try_send(EventBatch { events }).unwrap();
        let (mut longest, mut last) = (Duration::ZERO, Instant::now());
        let turn_all = || {
            while self.chat.is_taking() || last.elapsed() < Duration::from_millis(200) {
                let began = cpu_time();
                if self.context.iteration(false) {
                    longest = longest.max(cpu_time().saturating_sub(began));
                    last = Instant::now();
                }
            }
        };
        self.context.with_thread_default(turn_all).unwrap();
        longest
    }
}

/// What this thread has used of a processor: it is not slower where others have the machine meanwhile.
fn cpu_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

fn member(number: usize, display_name: Option<String>) -> Member {
    Member {
        nick: format!("nick{number}"),
        display_name,
        role: Role::None,
        is_away: false,
        is_registered: false,
    }
}

fn everybody(room: &str, count: usize, is_named: bool) -> Event {
    // In another order by name than by nick.
    let name = |number: usize| is_named.then(|| format!("Name {}", number * 7919 % count));
    let members = (0..count).map(|number| member(number, name(number))).collect();
    Event::Members { room: room.into(), members, more: false }
}

fn joined(room: &str) -> Event {
    Event::Joined { room: room.into() }
}

fn left(room: &str) -> Event {
    Event::Left { room: room.into(), reason: String::new() }
}

/// One person takes so many nicks, one after the other, in all of these rooms.
fn nicks(count: usize, rooms: &[String]) -> Vec<Event> {
    let nick = |number: usize| if number == 0 { "nick1".into() } else { format!("other{number}") };
    let one = |number: usize| {
        let told = Event::Nick { old: nick(number), new: nick(number + 1) };
        let happened = move |room: &String| Event::Happened {
            room: room.clone(),
            occurrence: Occurrence {
                event_id: format!("e{number}"),
                time_ms: START_MS + number as u64,
                nick: nick(number),
                display_name: None,
                what: Happening::Nick(nick(number + 1)),
            },
        };
        std::iter::once(told).chain(rooms.iter().map(happened))
    };
    (0..count).flat_map(one).collect()
}

fn topics(count: usize) -> Vec<Event> {
    let topic = |number: usize| format!("{number} {}", "x".repeat(400));
    (0..count).map(|number| Event::Topic { room: ROOM.into(), topic: topic(number) }).collect()
}

fn person(number: usize, nick: &str) -> Event {
    Event::Person {
        nick: nick.into(),
        display_name: Some(format!("Name {number}")),
        is_away: number.is_multiple_of(2),
        is_registered: false,
    }
}

/// The server says that we have written to so many people.
fn written_to(count: u64) -> Vec<Event> {
    let one = |number: u64| Event::Messages {
        conversation: format!("p{number}"),
        origin: Origin::Live,
        messages: vec![Message { is_own: true, ..message(number) }],
        happened: Vec::new(),
    };
    (0..count).map(one).collect()
}

fn names(room: &Channel) -> Vec<String> {
    let members = room.members();
    members.iter::<model::Member>().flatten().map(|member| member.display_name()).collect()
}

#[test]
fn a_long_list_of_members_comes_in_parts_and_is_whole_and_sorted() {
    let (world, network, room) = World::online();
    for (count, is_named) in [(1500, false), (1500, true), (700, true), (150, true), (300, false)] {
        world.events(&network, vec![everybody(ROOM, count, is_named)]);
        let names = names(&room);
        assert_eq!(names.len(), count);
        assert!(names.is_sorted());
    }
    world.events(&network, vec![everybody(ROOM, 1500, true), left(ROOM)]);
    assert_eq!(names(&room), [""; 0]);
    world.events(&network, vec![joined(ROOM), everybody(ROOM, 3, true)]);
    assert_eq!(names(&room).len(), 3);
}

#[test]
fn conversations_that_the_server_makes_up_have_an_end() {
    let (world, network, _) = World::online();
    world.events(&network, written_to(1500));
    assert_eq!(channels(&network).len(), 1001);
}

#[test]
fn a_person_who_changes_nicks_without_end_is_followed_and_costs_nobody_else() {
    let (world, network, _) = World::online();
    world.act(|_| network.open_private("nick1"));
    world.asked();
    world.events(&network, nicks(5000, &[]));
    let asked = world.asked();
    assert!(asked.len() < 500, "the server was asked {} times", asked.len());
    assert_eq!(asked.last(), Some(&Command::Watch { nicks: vec!["other5000".into()] }));
    let channels = channels(&world.restarted().network());
    assert_eq!(channels[1].name(), "other5000");
}

#[test]
fn the_last_of_many_topics_is_kept() {
    let (world, network, room) = World::online();
    world.events(&network, topics(5000));
    assert!(room.topic().starts_with("4999 "));
    assert_eq!(room_of(&world.restarted().network()).topic(), room.topic());
}

#[test]
fn who_is_not_heard_is_not_heard_under_the_last_of_many_nicks() {
    let (world, network, room) = World::online();
    world.events(&network, vec![live(messages([1]))]);
    world.act(|_| network.set_ignored("nick1", true));
    world.events(&network, nicks(100, &[]));
    let said = Message { nick: "other100".into(), ..message(2) };
    world.events(&network, vec![live(vec![said])]);
    assert_eq!(texts(&room), numbered([1]));
    assert_eq!(world.restarted().network().ignored_people(), ["other100"]);
}

/// What a release build takes is a fraction of this.
#[test]
#[ignore = "it measures"]
fn the_main_loop_is_never_held_for_long() {
    let hold = |world: &World, network: &Network, what: &str, events: Vec<Event>| {
        let hold = world.longest_hold(network, events);
        eprintln!("{what}: {hold:?}");
        assert!(hold < Duration::from_millis(100), "{what}: {hold:?}");
    };
    let (world, network, _) = World::online();
    for is_named in [false, true] {
        hold(&world, &network, "50,000 members", vec![everybody(ROOM, 50_000, is_named)]);
    }
    hold(&world, &network, "leaving them", vec![left(ROOM)]);

    world.events(&network, vec![joined(ROOM), everybody(ROOM, 1000, true)]);
    hold(&world, &network, "10,000 nicks", nicks(10_000, &[ROOM.to_owned()]));
    let people = (0..10_000).map(|number| person(number, "nick5"));
    hold(&world, &network, "10,000 times away and back", people.collect());
    hold(&world, &network, "20,000 topics", topics(20_000));
    let roles = [Role::Operator, Role::None].into_iter().cycle().take(20_000);
    let role = |role| Event::Role { room: ROOM.into(), nick: "nick7".into(), role };
    hold(&world, &network, "20,000 roles", roles.map(role).collect());
    let come_and_go = |number| {
        let came = Event::MemberJoined { room: ROOM.into(), member: member(number, None) };
        [came, Event::MemberLeft { room: ROOM.into(), nick: format!("nick{number}") }]
    };
    hold(&world, &network, "10,000 guests", (5000..15_000).flat_map(come_and_go).collect());
    hold(&world, &network, "3,000 people", written_to(3000));

    let (world, network, _) = World::online();
    let rooms: Vec<String> = (0..2000).map(|number| format!("#r{number}")).collect();
    let all_joined = rooms.iter().map(|room| joined(room)).collect();
    hold(&world, &network, "2,000 rooms", all_joined);
    world.events(&network, rooms.iter().map(|room| everybody(room, 2, false)).collect());
    hold(&world, &network, "10 nicks in them", nicks(10, &rooms));
    let people = (0..100).map(|number| person(number, "nick0"));
    hold(&world, &network, "100 times away and back in them", people.collect());
    for room in &rooms[..100] {
        let said = Event::Messages {
            conversation: room.clone(),
            origin: Origin::Live,
            messages: messages(1..=50),
            happened: Vec::new(),
        };
        world.events(&network, vec![said]);
    }
    world.act(|_| network.set_ignored("nick1", true));
    hold(&world, &network, "100 nicks of who is not heard", nicks(100, &[]));

    let list = gio::ListStore::new::<RoomListing>();
    let (asking, into) = (network.clone(), list.clone());
    world.act(|_| glib::spawn_future_local(async move { asking.list_rooms("", &into).await }));
    let room = |number| ListedRoom {
        name: format!("#r{number}"),
        people_count: 1,
        topic: "x".repeat(300),
    };
    let page = |page| Answer::Rooms {
        rooms: (page * 200..(page + 1) * 200).map(room).collect(),
        is_last: false,
        is_cut: false,
    };
    let answers = (0..50).map(|number| Event::Answer { number: 1, answer: page(number) });
    hold(&world, &network, "10,000 rooms listed", answers.collect());
    assert_eq!(list.n_items(), 10_000);
}
