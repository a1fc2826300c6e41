//! Talking on servers that nobody here wrote: the same thread, the same session, fewer extensions.

mod server;

use uuid::Uuid;

use self::server::{Kind, Server};
use super::house::Home;
use crate::irc::event::{Event, Message, Origin, Refusal, Role, State};
use crate::irc::{Abilities, Answer, Command, Deed, ModeChange, Outgoing, Question};

const ROOM: &str = "#den";

/// Somebody with our application.
struct Person {
    home: Home,
    nick: &'static str,
    abilities: Abilities,
    said_count: u128,
}

impl Person {
    /// Comes online and into the room.
    fn come_in(server: &Server, nick: &'static str, encrypt: bool) -> Self {
        let home = Home::new();
        home.connect_with(server.config(nick, encrypt));
        let mut person = Self { home, nick, abilities: Abilities::default(), said_count: 0 };
        person.abilities = person.wait(|event| match event {
            Event::Abilities(abilities) => Some(*abilities),
            _ => None,
        });
        person.home.wait_for(&Event::State(State::Online));
        person.join();
        person
    }

    /// Goes into the room, and waits until it is known who is there.
    fn join(&mut self) {
        self.home.ask(Command::Join { room: ROOM.to_owned(), known: None });
        self.home.wait_for(&Event::Joined { room: ROOM.to_owned() });
        let nick = self.nick;
        self.wait(|event| match event {
            Event::Members { members, .. } => members.into_iter().find(|one| one.nick == nick),
            _ => None,
        });
    }

    /// What this finds in one of the next events; others are passed over.
    fn wait<T>(&mut self, find: impl Fn(Event) -> Option<T>) -> T {
        loop {
            if let Some(found) = find(self.home.next()) {
                return found;
            }
        }
    }

    /// Says something, and gives what it is called.
    fn say(&mut self, target: &str, text: &str) -> Uuid {
        self.said_count += 1;
        let id = Uuid::from_u128(self.said_count);
        let (target, text) = (target.to_owned(), text.to_owned());
        self.home.ask(Command::Send(Outgoing {
            id,
            target,
            text,
            is_action: false,
            reply_to: None,
            is_noted: true,
        }));
        id
    }

    /// The next message in a conversation.
    fn hear(&mut self, conversation: &str) -> Message {
        let mut messages = self.wait(|event| match event {
            Event::Messages { conversation: place, origin: Origin::Live, messages, .. } => {
                (place == conversation).then_some(messages)
            }
            Event::SendFailed { id, reason } => panic!("{id} was refused: {reason:?}"),
            _ => None,
        });
        assert_eq!(messages.len(), 1, "one was said: {messages:?}");
        messages.remove(0)
    }

    /// Says something and waits until it has arrived, under what it was called.
    fn say_and_hear(&mut self, target: &str, text: &str) {
        let id = self.say(target, text);
        let mut message = self.hear(target);
        while !message.is_own {
            message = self.hear(target);
        }
        assert_eq!((message.text.as_str(), message.send_id), (text, Some(id)));
    }

    /// Asks something, and gives the answer.
    fn ask(&mut self, question: Question) -> Answer {
        self.home.ask(Command::Ask { number: 1, question });
        self.wait(|event| match event {
            Event::Answer { answer, .. } => Some(answer),
            _ => None,
        })
    }

    fn do_it(&mut self, deed: Deed) {
        let answer = self.ask(Question::Do(deed));
        assert!(matches!(answer, Answer::Done), "{answer:?}");
    }
}

/// Two people in one room; with TLS, or without.
fn meet(server: &Server, encrypt: bool) -> (Person, Person) {
    let mut ana = Person::come_in(server, "Ana", encrypt);
    let bo = Person::come_in(server, "Bo", encrypt);
    let member = ana.wait(|event| match event {
        Event::MemberJoined { member, .. } => Some(member),
        _ => None,
    });
    assert_eq!(member.nick, "Bo");
    (ana, bo)
}

/// All that two people do in an evening.
fn spend_an_evening(kind: Kind, encrypt: bool) {
    if !kind.is_here() {
        return;
    }
    let mut server = Server::start(kind);
    let (mut ana, mut bo) = meet(&server, encrypt);
    offers_what_it_has(kind, &ana.abilities);
    talk(&mut ana, &mut bo);
    look_around(&mut ana, &mut bo);
    look_after_the_room(&mut ana, &mut bo);
    come_and_go(&mut ana, &mut bo);
    lose_the_server(&mut server, &mut ana, &mut bo);
}

fn offers_what_it_has(kind: Kind, abilities: &Abilities) {
    let has_tags = matches!(kind, Kind::Inspircd | Kind::InspircdWithoutLabels);
    assert_eq!(abilities.takes_tags, has_tags, "replies and reactions");
    assert_eq!(abilities.multiline, None);
    let has_more = abilities.has_rename
        || abilities.has_search
        || abilities.deletes
        || abilities.keeps_read_marks
        || abilities.registers
        || abilities.signs_in;
    assert!(!has_more, "{abilities:?}");
    assert!(abilities.flags.contains('i') && abilities.flags.contains('m'), "{abilities:?}");
}

fn talk(ana: &mut Person, bo: &mut Person) {
    for text in ["hello", "salām, سلام 🌻"] {
        ana.say_and_hear(ROOM, text);
        let heard = bo.hear(ROOM);
        assert_eq!((heard.nick.as_str(), heard.text.as_str(), heard.is_own), ("Ana", text, false));
    }
    // The same words twice are two messages, and each is known again.
    let ids = [ana.say(ROOM, "same"), ana.say(ROOM, "same"), ana.say(ROOM, "other")];
    let mut told = Vec::new();
    while told.len() < ids.len() {
        told.extend(ana.wait(|event| match event {
            Event::Messages { messages, .. } => Some(messages),
            Event::SendFailed { id, reason } => panic!("{id} was refused: {reason:?}"),
            _ => None,
        }));
    }
    let told: Vec<_> = told.into_iter().map(|message| message.send_id).collect();
    assert_eq!(told, ids.map(Some));

    bo.say_and_hear("Ana", "between us");
    let heard = ana.hear("Bo");
    assert_eq!((heard.nick.as_str(), heard.text.as_str()), ("Bo", "between us"));
    let lost = ana.say("Nobody", "are you there?");
    let failed = ana.wait(|event| match event {
        Event::SendFailed { id, reason } => Some((id, reason)),
        _ => None,
    });
    assert_eq!(failed.0, lost);
    assert!(matches!(failed.1, Refusal::Denied(_)), "the server says why: {failed:?}");
}

/// Every question is answered, though by nothing but numerics.
fn look_around(ana: &mut Person, bo: &mut Person) {
    let Answer::Whois(whois) = ana.ask(Question::Whois { nick: "Bo".to_owned() }) else {
        panic!("the server knows who Bo is")
    };
    assert_eq!((whois.nick.as_str(), whois.display_name.as_deref()), ("Bo", Some("Bo")));
    assert_eq!(whois.rooms, [ROOM]);
    let Answer::Rooms { rooms, is_last: true, .. } =
        ana.ask(Question::Rooms { matching: String::new() })
    else {
        panic!("there is one page of rooms")
    };
    assert_eq!((rooms[0].name.as_str(), rooms[0].people_count), (ROOM, 2));

    // Nothing is older than what was said while one was there, and nobody waits for it.
    ana.home.ask(Command::FetchBefore { room: ROOM.to_owned(), before: None, limit: 50 });
    ana.home.wait_for(&Event::Messages {
        conversation: ROOM.to_owned(),
        origin: Origin::Older { is_start: true },
        messages: Vec::new(),
        happened: Vec::new(),
    });
    bo.home.ask(Command::SetAway { words: Some("at lunch".to_owned()) });
    bo.home.wait_for(&Event::OwnAway { is_away: true });
    ana.say("Bo", "hungry?");
    let words = ana.wait(|event| match event {
        Event::AwayWords { nick, words, .. } => Some((nick, words)),
        _ => None,
    });
    assert_eq!(words, ("Bo".to_owned(), "at lunch".to_owned()));
}

fn look_after_the_room(ana: &mut Person, bo: &mut Person) {
    let room = ROOM.to_owned();
    ana.do_it(Deed::SetTopic { room: room.clone(), topic: "Tea at four".to_owned() });
    bo.home.wait_for(&Event::Topic { room: room.clone(), topic: "Tea at four".to_owned() });
    let changes = vec![
        ModeChange { is_set: true, letter: 'm', param: None },
        ModeChange { is_set: true, letter: 'v', param: Some("Bo".to_owned()) },
        ModeChange { is_set: true, letter: 'b', param: Some("eve!*@*".to_owned()) },
    ];
    ana.do_it(Deed::SetModes { room: room.clone(), changes });
    bo.home.wait_for(&Event::Role { room: room.clone(), nick: "Bo".to_owned(), role: Role::Voice });
    let Answer::Setup(setup) = ana.ask(Question::Setup { room: room.clone() }) else {
        panic!("whoever is inside may know")
    };
    assert!(setup.modes.contains('m'), "{setup:?}");
    let answer = ana.ask(Question::Bans { room: room.clone() });
    assert!(matches!(&answer, Answer::Bans(bans) if bans == &["eve!*@*"]), "{answer:?}");
    // Who may not is told so, and the question is over.
    let changes = vec![ModeChange { is_set: false, letter: 'm', param: None }];
    let answer = bo.ask(Question::Do(Deed::SetModes { room, changes }));
    assert!(matches!(answer, Answer::Refused(Refusal::Denied(_))), "{answer:?}");
}

fn come_and_go(ana: &mut Person, bo: &mut Person) {
    bo.home.ask(Command::SetName { nick: "Bob".to_owned(), display_name: "Bob".to_owned() });
    for person in [&mut *ana, &mut *bo] {
        person.home.wait_for(&Event::Nick { old: "Bo".to_owned(), new: "Bob".to_owned() });
    }
    bo.nick = "Bob";
    let room = ROOM.to_owned();
    bo.home.ask(Command::Part { room: room.clone(), reason: "good night".to_owned() });
    bo.home.wait_for(&Event::Left { room: room.clone(), reason: String::new() });
    ana.home.wait_for(&Event::MemberLeft { room: room.clone(), nick: "Bob".to_owned() });
    bo.home.ask(Command::Join { room: room.clone(), known: None });
    bo.home.wait_for(&Event::Topic { room, topic: "Tea at four".to_owned() });
}

/// What was typed meanwhile is said once.
fn lose_the_server(server: &mut Server, ana: &mut Person, bo: &mut Person) {
    server.kill();
    for person in [&mut *ana, &mut *bo] {
        person.wait(|event| matches!(event, Event::State(State::Waiting { .. })).then_some(()));
    }
    let id = ana.say(ROOM, "typed meanwhile");
    server.start_again();
    for person in [&mut *bo, &mut *ana] {
        person.home.ask(Command::ConnectNow);
        person.home.wait_for(&Event::Joined { room: ROOM.to_owned() });
    }
    let message = ana.hear(ROOM);
    assert_eq!((message.text.as_str(), message.send_id), ("typed meanwhile", Some(id)));
    bo.say_and_hear(ROOM, "there you are");
    assert_eq!(ana.hear(ROOM).nick, bo.nick, "the nick that was chosen is kept");
}

#[test]
fn an_evening_on_inspircd() {
    spend_an_evening(Kind::Inspircd, true);
}

#[test]
fn an_evening_on_inspircd_without_encryption() {
    spend_an_evening(Kind::Inspircd, false);
}

#[test]
fn an_evening_on_inspircd_where_echoes_have_no_labels() {
    spend_an_evening(Kind::InspircdWithoutLabels, true);
}

#[test]
fn an_evening_on_inspircd_without_any_extension() {
    spend_an_evening(Kind::BareInspircd, true);
}

#[test]
fn an_evening_on_ngircd() {
    spend_an_evening(Kind::Ngircd, true);
}

#[test]
fn an_evening_on_ngircd_without_encryption() {
    spend_an_evening(Kind::Ngircd, false);
}
