//! Questions and deeds: what is sent, what answers, and that every one is answered.

use super::accounts::by_password;
use super::server::Abilities;
use super::world::{World, config};
use crate::irc::event::{Denial, Event, Refusal};
use crate::irc::question::*;
use crate::irc::session::answers::{LISTED_AT_ONCE, LISTED_MAX};
use crate::irc::session::questions::{ANSWER_MS, WAITING_MAX};
use crate::irc::{Command, NetworkConfig, Secret};

fn plain() -> Abilities {
    Abilities { capabilities: String::new(), ..Abilities::majlis() }
}

fn whois(nick: &str) -> Question {
    Question::Whois { nick: nick.to_owned() }
}

fn modes(changes: Vec<ModeChange>) -> Question {
    Question::Do(Deed::SetModes { room: "#lobby".into(), changes })
}

pub(super) fn one_of_each() -> Vec<Question> {
    let room = || "#lobby".to_owned();
    vec![
        whois("bo"),
        Question::Rooms { matching: String::new() },
        Question::Setup { room: room() },
        Question::Bans { room: room() },
        Question::Search(SearchQuery { text: "tea".into(), ..SearchQuery::default() }),
        Question::Devices,
        Question::Do(Deed::Invite { room: room(), nick: "bo".into() }),
    ]
}

fn ask(world: &mut World, number: u32, question: Question) {
    world.command(Command::Ask { number, question });
    world.settle();
}

fn answers(world: &World) -> Vec<(u32, &Answer)> {
    let told = world.events.iter().filter_map(|event| match event {
        Event::Answer { number, answer } => Some((*number, answer)),
        _ => None,
    });
    told.collect()
}

/// Has the server answer the last labelled line: these lines in one batch.
fn answer_label(world: &mut World, lines: &[&str]) {
    let label = world.last_label();
    world.inject(&format!("@label={label} :server BATCH +q labeled-response"));
    for line in lines {
        world.inject(&format!("@batch=q {line}"));
    }
    world.inject(":server BATCH -q");
}

const WHOIS: [&str; 8] = [
    ":server 311 Ana_Lima Bo majlis 10.0.0.7 * :Bo the Builder",
    ":server 319 Ana_Lima Bo :@#lobby #den",
    ":server 312 Ana_Lima Bo server :Home",
    ":server 301 Ana_Lima Bo :at lunch",
    ":server 330 Ana_Lima Bo bo :is logged in as",
    ":server 671 Ana_Lima Bo :is using a secure connection",
    ":server 317 Ana_Lima Bo 42 1700000000 :seconds idle, signon time",
    ":server 318 Ana_Lima bo :End of WHOIS list",
];

fn bo() -> Whois {
    Whois {
        nick: "Bo".into(),
        display_name: Some("Bo the Builder".into()),
        host: "10.0.0.7".into(),
        account: Some("bo".into()),
        away: Some("at lunch".into()),
        rooms: vec!["#lobby".into(), "#den".into()],
        signed_on_ms: Some(1_700_000_000_000),
        idle_seconds: Some(42),
        is_secure: true,
        ..Whois::default()
    }
}

#[test]
fn who_somebody_is_comes_as_one_answer_with_labels_or_without() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    ask(&mut world, 7, whois("bo"));
    assert_eq!(world.received("WHOIS"), ["WHOIS bo bo"]);
    answer_label(&mut world, &WHOIS);
    assert_eq!(answers(&world), [(7, &Answer::Whois(Box::new(bo())))]);

    let mut world = World::online(plain(), &config(&[]));
    ask(&mut world, 8, whois("bo"));
    for line in WHOIS {
        world.inject(line);
    }
    assert_eq!(answers(&world), [(8, &Answer::Whois(Box::new(bo())))]);
}

#[test]
fn another_password_is_proved_set_and_used_from_then_on() {
    let mut world = World::new(
        Abilities::majlis(),
        &NetworkConfig { sign_in: Some(by_password("old-password")), ..config(&[]) },
    );
    world.server.accounts.add("Ana_Lima", "old-password");
    world.open();
    world.settle();
    world.events.clear();
    ask(&mut world, 1, Question::Do(Deed::ProvePassword(Secret::new("wrong one"))));
    assert_eq!(world.received("PASSWORD"), ["PASSWORD CHECK :wrong one"]);
    let fail = ":server FAIL PASSWORD INVALID_CREDENTIALS Ana_Lima :That is not your password";
    answer_label(&mut world, &[fail]);
    assert_eq!(answers(&world), [(1, &Answer::Refused(Refusal::WrongPassword))]);

    world.events.clear();
    let devices_added = world.received("DEVICE ADD").len();
    ask(&mut world, 2, Question::Do(Deed::SetPassword(Secret::new("new-password"))));
    answer_label(&mut world, &[":server PASSWORD SET Ana_Lima :Your password was changed"]);
    assert_eq!(answers(&world), [(2, &Answer::Done)]);
    world.settle();
    let added = world.received("DEVICE ADD").len();
    assert_eq!(added, devices_added + 1, "the server had forgotten it");
    let sign_in = world.session.sign_in.as_ref().expect("it signs in");
    assert_eq!(sign_in.password, Some(Secret::new("new-password")));
}

#[test]
fn a_password_is_never_said_in_the_clear() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    world.opening.is_encrypted = false;
    world.open();
    world.settle();
    for (number, deed) in [Deed::ProvePassword, Deed::SetPassword].into_iter().enumerate() {
        let number = u32::try_from(number).unwrap();
        ask(&mut world, number, Question::Do(deed(Secret::new("secret"))));
    }
    let refused = Answer::Refused(Refusal::Unencrypted);
    assert_eq!(answers(&world), [(0, &refused), (1, &refused)]);
    assert_eq!(world.received("PASSWORD"), [""; 0]);
}

#[test]
fn devices_are_listed_and_forgotten() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    let own = world.opening.device.expect("the tests have a device").to_string();
    world.command(Command::Ask { number: 1, question: Question::Devices });
    world.deliver_up(usize::MAX);
    world.lose_down();
    assert_eq!(world.received("DEVICE"), ["DEVICE LIST"]);
    let lines = [
        format!(":server DEVICE LIST Ana_Lima {own}"),
        ":server DEVICE LIST Ana_Lima abcd".to_owned(),
        ":server DEVICE END Ana_Lima".to_owned(),
    ];
    answer_label(&mut world, &lines.each_ref().map(String::as_str));
    let devices = [(own, true), ("abcd".to_owned(), false)];
    let devices = devices.map(|(key, is_own)| Device { key, is_own }).to_vec();
    assert_eq!(answers(&world), [(1, &Answer::Devices(devices))]);

    world.events.clear();
    let forget = Question::Do(Deed::ForgetDevice("abcd".into()));
    world.command(Command::Ask { number: 2, question: forget });
    world.deliver_up(usize::MAX);
    world.lose_down();
    assert_eq!(world.received("DEVICE").last(), Some(&"DEVICE REMOVE abcd"));
    let fail = ":server FAIL DEVICE NO_SUCH_DEVICE abcd :Your account has no such device";
    answer_label(&mut world, &[fail]);
    let words = "Your account has no such device".to_owned();
    assert_eq!(answers(&world), [(2, &Answer::Refused(Refusal::Server(words)))]);
}

#[test]
fn nobody_of_that_name_is_a_refusal() {
    for abilities in [Abilities::majlis(), plain()] {
        let has_labels = !abilities.capabilities.is_empty();
        let mut world = World::online(abilities, &config(&[]));
        ask(&mut world, 1, whois("cy"));
        let lines =
            [":server 401 Ana_Lima cy :No such nick", ":server 318 Ana_Lima cy :End of WHOIS list"];
        if has_labels {
            answer_label(&mut world, &lines);
        } else {
            for line in lines {
                world.inject(line);
            }
        }
        let refused = Answer::Refused(Refusal::Denied(Denial::NobodyThere));
        assert_eq!(answers(&world), [(1, &refused)]);
        let texts = world.events.iter().filter(|event| matches!(event, Event::ServerText { .. }));
        assert_eq!(texts.count(), 0, "it is told once");
    }
}

#[test]
fn a_long_list_of_rooms_comes_in_parts_and_has_an_end() {
    let mut world = World::online(plain(), &config(&[]));
    ask(&mut world, 1, Question::Rooms { matching: "x".into() });
    assert_eq!(world.received("LIST"), ["LIST *x*"]);
    for number in 0..LISTED_MAX + 5 {
        world.inject(&format!(":server 322 Ana_Lima #r{number} 3 :about {number}"));
    }
    world.inject(":server 323 Ana_Lima :End of LIST");
    let (mut count, mut ends) = (0, Vec::new());
    for (number, answer) in answers(&world) {
        let Answer::Rooms { rooms, is_last, is_cut } = answer else { panic!("{answer:?}") };
        assert!(number == 1 && rooms.len() <= LISTED_AT_ONCE);
        count += rooms.len();
        ends.push((*is_last, *is_cut));
    }
    assert_eq!(count, LISTED_MAX);
    assert_eq!(ends.iter().filter(|(is_last, _)| *is_last).collect::<Vec<_>>(), [&(true, true)]);
    assert_eq!(ends.last(), Some(&(true, true)));
}

#[test]
fn a_deed_is_done_or_refused() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    let (nick, reason) = ("bo".to_owned(), "Enough now".to_owned());
    ask(&mut world, 1, Question::Do(Deed::Remove { room: "#lobby".into(), nick, reason }));
    assert_eq!(world.received("KICK"), ["KICK #lobby bo :Enough now"]);
    let label = world.last_label();
    world.inject(&format!("@label={label} :server 482 Ana_Lima #lobby :You're not an operator"));
    let refused = Answer::Refused(Refusal::Denied(Denial::NotOperator));
    assert_eq!(answers(&world), [(1, &refused)]);

    ask(&mut world, 2, modes(vec![ModeChange::flag('m', true)]));
    let label = world.last_label();
    world.inject(&format!("@label={label} :Ana_Lima!u@h MODE #lobby +m"));
    assert_eq!(answers(&world).last(), Some(&(2, &Answer::Done)));
}

#[test]
fn without_labels_a_deed_ends_with_the_ping_behind_it() {
    let mut world = World::online(plain(), &config(&[]));
    world.command(Command::Ask { number: 3, question: modes(vec![ModeChange::flag('m', true)]) });
    world.deliver_up(usize::MAX);
    assert_eq!(world.received("PING"), ["PING done-3"]);
    world.inject(":server 482 Ana_Lima #lobby :You're not an operator");
    assert_eq!(answers(&world), []);
    world.settle();
    let refused = Answer::Refused(Refusal::Denied(Denial::NotOperator));
    assert_eq!(answers(&world), [(3, &refused)]);
}

#[test]
fn many_modes_go_on_as_many_lines_as_the_server_takes() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    let changes = ["a", "b", "c", "d"].map(|mask| ModeChange::about('b', mask, true));
    ask(&mut world, 1, modes(changes.into()));
    assert_eq!(world.received("MODE"), ["MODE #lobby +b+b+b a b c", "MODE #lobby +b d"]);
    let second: u64 = world.last_label().parse().unwrap();
    world.inject(&format!("@label={} :server ACK", second - 1));
    assert_eq!(answers(&world), [], "half of it is not yet answered");
    world.inject(&format!("@label={second} :server ACK"));
    assert_eq!(answers(&world), [(1, &Answer::Done)]);
}

#[test]
fn how_a_room_is_set_up_is_read_with_its_parameters() {
    let mut abilities = Abilities::majlis();
    abilities.tokens.push_str(" CHANMODES=beI,k,lS,CHMPRimnst");
    let mut world = World::online(abilities, &config(&[]));
    ask(&mut world, 1, Question::Setup { room: "#lobby".into() });
    let lines = [
        ":server 324 Ana_Lima #lobby +nlSk 50 10 secret",
        ":server 329 Ana_Lima #lobby 1700000000",
    ];
    answer_label(&mut world, &lines);
    let setup =
        RoomSetup { modes: "nlSk".into(), key: Some("secret".into()), slow_seconds: Some(10) };
    assert_eq!(answers(&world), [(1, &Answer::Setup(Box::new(setup)))]);

    ask(&mut world, 2, Question::Bans { room: "#lobby".into() });
    let lines = [
        ":server 367 Ana_Lima #lobby $m:$a:bo ana 1700000000",
        ":server 368 Ana_Lima #lobby :End of channel ban list",
    ];
    answer_label(&mut world, &lines);
    assert_eq!(answers(&world).last(), Some(&(2, &Answer::Bans(vec!["$m:$a:bo".into()]))));
}

#[test]
fn a_search_is_written_as_tags_are_and_what_it_finds_is_not_news() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    let query = SearchQuery {
        text: "tea; now".into(),
        place: Some("#lobby".into()),
        from: Some("bo".into()),
        before_ms: Some(1_700_000_000_000),
        limit: 20,
    };
    ask(&mut world, 1, Question::Search(query));
    assert_eq!(
        world.received("SEARCH"),
        ["SEARCH text=tea\\:\\snow;in=#lobby;from=bo;before=2023-11-14T22:13:20.000Z;limit=20"]
    );
    let label = world.last_label();
    world.inject(&format!("@label={label} :server BATCH +s soju.im/search"));
    world.inject("@batch=s;msgid=old;time=2023-11-14T22:00:00.000Z :bo!u@h PRIVMSG #lobby :tea");
    world.inject(":server BATCH -s");
    let (1, Answer::Found(found)) = answers(&world)[0] else { panic!("{:?}", answers(&world)) };
    assert_eq!((found[0].0.as_str(), found[0].1.msgid.as_str()), ("#lobby", "old"));
    assert_eq!(world.told_texts("#lobby"), Vec::<&str>::new());
}

#[test]
fn every_question_is_answered_whatever_becomes_of_the_connection() {
    let mut world = World::new(Abilities::majlis(), &config(&[]));
    ask(&mut world, 0, whois("bo"));
    assert_eq!(answers(&world), [(0, &Answer::Refused(Refusal::NotConnected))]);
    world.open();
    world.settle();
    for number in 1..=3 {
        ask(&mut world, number, whois("bo"));
    }
    assert_eq!(world.received("WHOIS").len(), 1, "one at a time");
    world.cut();
    let numbers: Vec<u32> = answers(&world).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, [0, 1, 2, 3]);
}

#[test]
fn a_silent_server_is_not_waited_for_and_the_next_question_is_put() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    ask(&mut world, 1, whois("bo"));
    ask(&mut world, 2, whois("cy"));
    world.wait(ANSWER_MS - 1);
    assert_eq!(answers(&world), []);
    world.wait(1);
    world.settle();
    assert_eq!(answers(&world), [(1, &Answer::Refused(Refusal::NoAnswer))]);
    assert_eq!(world.received("WHOIS"), ["WHOIS bo bo", "WHOIS cy cy"]);
}

#[test]
fn questions_that_wait_have_an_end() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    for number in 0..=u32::try_from(WAITING_MAX).unwrap() {
        ask(&mut world, number, whois("bo"));
    }
    assert_eq!(answers(&world), []);
    ask(&mut world, 1000, whois("bo"));
    assert_eq!(answers(&world), [(1000, &Answer::Refused(Refusal::TooManyWaiting))]);
}

#[test]
fn what_no_line_can_say_is_refused_at_once() {
    let mut world = World::online(Abilities::majlis(), &config(&[]));
    ask(&mut world, 1, whois("two words"));
    assert_eq!(answers(&world), [(1, &Answer::Refused(Refusal::CannotBeSaid))]);
}
