//! Open connections: talk both ways, losses, goodbyes, and a main loop that stands still.

use std::time::{Duration, Instant};

use majlis_protocol::base64;
use uuid::Uuid;

use super::house::{Door, Home, NETWORK, config};
use crate::irc::event::{Event, Failure, Happening, State};
use crate::irc::link::{EVENT_BATCHES_MAX, REQUESTS_MAX};
use crate::irc::{Command, NetworkConfig, NetworkId, Outgoing, Request, Secret, SignIn};

/// So many rooms one is in, and so many nicks somebody takes.
const ROOMS: usize = 300;
const NICKS: usize = 100;

fn online() -> (Home, Door, super::house::Guest) {
    let door = Door::open();
    let mut home = Home::new();
    home.connect(door.address());
    let mut guest = door.accept();
    guest.welcome();
    home.wait_for(&Event::State(State::Online));
    (home, door, guest)
}

fn texts(event: &Event) -> Vec<String> {
    match event {
        Event::Messages { messages, .. } => {
            messages.iter().map(|message| message.text.clone()).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn words_go_both_ways() {
    let (mut home, _door, mut guest) = online();
    guest.say(":bo!u@h PRIVMSG Ana :hello\r\n");
    assert_eq!(texts(&home.next()), ["hello"]);
    let (target, text) = ("bo".to_owned(), "good day".to_owned());
    let id = Uuid::from_u128(1);
    home.ask(Command::Send(Outgoing {
        id,
        target,
        text,
        is_action: false,
        reply_to: None,
        is_noted: true,
    }));
    assert!(guest.hear("PRIVMSG").contains("PRIVMSG bo :good day\r\n"));
}

#[test]
fn a_server_that_closes_is_called_again_and_told_what_waits() {
    let (mut home, door, mut guest) = online();
    guest.say("ERROR :The server restarts.\r\n");
    drop(guest);
    let State::Waiting { failure, retry_in_ms } = home.next_state() else {
        panic!("it was closed");
    };
    assert_eq!(failure, Failure::Closed("The server restarts.".into()));
    let (target, text) = ("bo".to_owned(), "typed meanwhile".to_owned());
    let id = Uuid::from_u128(1);
    home.ask(Command::Send(Outgoing {
        id,
        target,
        text,
        is_action: false,
        reply_to: None,
        is_noted: true,
    }));
    let start = Instant::now();
    let mut guest = door.accept();
    assert!(start.elapsed() < Duration::from_millis(retry_in_ms + 500));
    guest.welcome();
    guest.hear("PRIVMSG bo :typed meanwhile");
    home.wait_for(&Event::State(State::Online));
}

#[test]
fn a_goodbye_is_said_and_waited_for_only_so_long() {
    let (mut home, _door, mut guest) = online();
    let start = Instant::now();
    home.ask(Command::Disconnect { reason: "good night".into() });
    guest.hear("QUIT :good night");
    assert_eq!(home.next_state(), State::Offline);
    assert!(start.elapsed() < Duration::from_secs(2), "the server did not close by itself");
    home.ask(Command::ConnectNow);
    assert!(home.is_quiet(), "nobody wants to be online");
}

#[test]
fn the_end_is_bounded_and_says_goodbye() {
    let (home, _door, mut guest) = online();
    let start = Instant::now();
    home.link.shutdown();
    assert!(start.elapsed() < Duration::from_secs(2));
    assert!(home.batches.is_closed());
    assert!(guest.hear_all().contains("QUIT"));
}

#[test]
fn two_networks_do_not_meet() {
    let (mut home, _door, mut first) = online();
    let other = Door::open();
    let command = Command::Connect(Box::new(config(other.address())));
    let request = Request { network: NetworkId(8), command };
    home.link.send(request).expect("the queue is long");
    let mut second = other.accept();
    second.welcome();
    home.wait_for(&Event::State(State::Online));
    first.say(":bo!u@h PRIVMSG Ana :first\r\n");
    let batch = home.batches.recv_blocking().expect("the thread runs");
    assert_eq!(batch.events[0].0, NETWORK);
    second.say(":bo!u@h PRIVMSG Ana :second\r\n");
    let batch = home.batches.recv_blocking().expect("the thread runs");
    assert_eq!(
        (batch.events[0].0, texts(&batch.events[0].1)),
        (NetworkId(8), vec!["second".into()])
    );
}

#[test]
fn what_concerns_every_room_comes_in_batches_and_nothing_of_it_is_lost() {
    let (mut home, _door, mut guest) = online();
    let join = |number| format!(":Ana!u@h JOIN #r{number}\r\n:bo!u@h JOIN #r{number}\r\n");
    guest.say(&(0..ROOMS).map(join).collect::<String>());
    let last = format!("#r{}", ROOMS - 1);
    while !matches!(home.next(), Event::MemberJoined { room, .. } if room == last) {}
    let nick = |number| if number == 0 { "bo".to_owned() } else { format!("bo{number}") };
    let change = |number| format!(":{}!u@h NICK {}\r\n", nick(number), nick(number + 1));
    guest.say(&(0..NICKS).map(change).collect::<String>());

    let (mut nicks, mut happened_count) = (Vec::new(), 0);
    while happened_count < ROOMS * NICKS {
        let batch = home.batches.recv_blocking().expect("the thread runs");
        assert!(batch.events.len() < 5000, "{} events at once", batch.events.len());
        for (_, event) in batch.events {
            match event {
                Event::Nick { new, .. } => nicks.push(new),
                Event::Happened { occurrence, .. } => {
                    happened_count += usize::from(matches!(occurrence.what, Happening::Nick(_)));
                }
                _ => {}
            }
        }
    }
    assert_eq!(nicks, (1..=NICKS).map(nick).collect::<Vec<_>>());
}

#[test]
fn a_line_of_ten_megabytes_is_left_out_and_holds_nobody_up() {
    let (mut home, _door, mut endless) = online();
    let door = Door::open();
    let command = Command::Connect(Box::new(config(door.address())));
    home.link.send(Request { network: NetworkId(8), command }).expect("the queue is long");
    let mut other = door.accept();
    other.welcome();
    home.wait_for(&Event::State(State::Online));
    endless.say(":bo!u@h PRIVMSG Ana :");
    for megabyte in 0..10 {
        endless.say(&"x".repeat(1024 * 1024));
        other.say(&format!("PING :{megabyte}\r\n"));
        other.hear(&format!("PONG :{megabyte}"));
    }
    endless.say("\r\n:bo!u@h PRIVMSG Ana :and now in short\r\n");
    assert_eq!(texts(&home.next()), ["and now in short"]);
}

#[test]
fn a_main_loop_that_stands_still_slows_the_server_down_and_loses_nothing() {
    let (mut home, _door, mut guest) = online();
    let text = "x".repeat(400);
    let line = |number: usize| format!("@msgid=m{number} :bo!u@h PRIVMSG Ana :{number} {text}\r\n");
    let mut said_count = 0;
    let mut last_moved = Instant::now();
    let mut rest = Vec::new();
    while last_moved.elapsed() < Duration::from_millis(500) {
        if rest.is_empty() {
            rest = line(said_count).into_bytes();
            said_count += 1;
        }
        let count = guest.say_some(&rest).expect("the guest is there");
        rest.drain(..count);
        if count > 0 {
            last_moved = Instant::now();
        }
        assert!(said_count < 1_000_000, "the thread reads without end");
    }
    assert_eq!(home.batches.len(), EVENT_BATCHES_MAX);

    let mut heard = Vec::new();
    while heard.len() < said_count {
        if !rest.is_empty() {
            let count = guest.say_some(&rest).expect("the guest is there");
            rest.drain(..count);
        }
        if let Ok(batch) = home.batches.try_recv() {
            heard.extend(batch.events.iter().flat_map(|(_, event)| texts(event)));
        }
    }
    for (number, text) in heard.iter().enumerate() {
        assert!(text.starts_with(&format!("{number} ")), "{number} is missing or misplaced");
    }
    guest.say(":bo!u@h PRIVMSG Ana :and on it goes\r\n");
    assert_eq!(texts(&home.next()), ["and on it goes"]);
}

#[test]
fn a_full_queue_gives_requests_back() {
    let (home, _door, mut guest) = online();
    // The events of these notices stop the thread from taking requests.
    let mut is_full = false;
    let deadline = Instant::now() + Duration::from_secs(15);
    while !is_full {
        assert!(Instant::now() < deadline, "the queue has no end");
        if home.batches.len() < EVENT_BATCHES_MAX {
            // Not all of it: the thread may have stopped reading between the look and the word.
            guest.say_some(b":server NOTICE Ana :still there?\r\n").expect("the guest listens");
            continue;
        }
        let request = Request { network: NETWORK, command: Command::ConnectNow };
        is_full = (0..=REQUESTS_MAX).any(|_| home.link.send(request.clone()).is_err());
    }
    home.link.shutdown();
}

#[test]
fn a_silent_server_is_left_at_the_end_all_the_same() {
    let door = Door::open();
    let home = Home::new();
    home.connect_with(NetworkConfig { encrypt: true, ..config(door.address()) });
    let _mute = door.accept();
    let start = Instant::now();
    home.link.shutdown();
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_password_is_hashed_without_holding_anybody_up() {
    let (mut home, _door, mut other) = online();
    let door = Door::open();
    let config = NetworkConfig {
        sign_in: Some(SignIn {
            account: Some("ana".to_owned()),
            password: Some(Secret::new("tulips")),
            has_device: false,
            registration: None,
            is_server_checked: false,
        }),
        ..config(door.address())
    };
    let command = Command::Connect(Box::new(config));
    home.link.send(Request { network: NetworkId(8), command }).expect("the queue is long");
    let mut server = door.accept();
    server.hear("USER");
    server.say("CAP * LS :sasl=SCRAM-SHA-256\r\n");
    server.hear("CAP REQ");
    server.say("CAP * ACK :sasl\r\n");
    server.hear("AUTHENTICATE SCRAM-SHA-256");
    server.say("AUTHENTICATE +\r\n");
    let first = server.hear("AUTHENTICATE");
    let first = first.trim().rsplit(' ').next().and_then(base64::decode).expect("it is base 64");
    let first = String::from_utf8(first).expect("SCRAM is text");
    let nonce = first.split(",r=").nth(1).expect("it has a nonce");
    // Many seconds' worth of hashing.
    let challenge = format!("r={nonce}more,s=c2FsdA==,i=10000000");
    server.say(&format!("AUTHENTICATE {}\r\n", base64::encode(challenge.as_bytes())));

    for number in 0..20 {
        other.say(&format!("PING :{number}\r\n"));
        other.hear(&format!("PONG :{number}"));
    }
    assert!(server.is_silent(), "and all that while the proof was being made");
    home.ask(Command::Disconnect { reason: String::new() });
    while home.next() != Event::State(State::Offline) {}
}
