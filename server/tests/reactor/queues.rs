//! What waits for guests who read late, or never.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use majlis_protocol::Capability;
use majlis_server::event::{Action, CloseReason, HubInput, Outbound, Relay};

use crate::house::{A_WHILE, House, PATIENCE, ROOM, act, hear, privmsg, to_room};

/// Says long lines in the room, all of which one guest reads, until the hub is told of something.
fn talk_until_somebody_goes(house: &mut House, awake: &mut TcpStream) -> HubInput {
    let line = "x".repeat(400);
    let mut heard = vec![0; ":ana!a@h PRIVMSG #lobby :\r\n".len() + line.len()];
    let start = Instant::now();
    loop {
        house.release([to_room(privmsg(&line), None)]);
        awake.read_exact(&mut heard).unwrap();
        if let Some(input) = house.poll(Duration::ZERO) {
            return input;
        }
        assert!(start.elapsed() < 3 * PATIENCE, "nobody is let go");
    }
}

#[test]
fn guest_who_never_reads_is_let_go() {
    let mut house = House::with(64, |settings| settings.doors.sendq_bytes = 100_000);
    let (mut sleeper, sleeping) = house.irc_guest();
    let (mut awake, waking) = house.irc_guest();
    house.release([sleeping, waking].map(|conn| Outbound::Joined { conn, room: ROOM }));
    let told = talk_until_somebody_goes(&mut house, &mut awake);
    let HubInput::Closed { conn, reason } = told else { panic!("{told:?} instead of an end") };
    assert_eq!((conn, reason), (sleeping, CloseReason::SendQ));
    let mut rest = Vec::new();
    // It ends, by FIN or reset.
    let _ = sleeper.read_to_end(&mut rest);
    house.reply(waking, "PING x\r\n");
    hear(&mut awake, "PING x\r\n");
}

#[test]
fn more_at_once_than_the_queue_holds_ends_nobody_whose_socket_takes_it() {
    let mut house = House::with(64, |settings| settings.doors.sendq_bytes = 100_000);
    let (mut guest, conn) = house.irc_guest();
    let said: Vec<_> = (0..1_000).map(|number| format!("{number:0400}")).collect();
    let joined = Outbound::Joined { conn, room: ROOM };
    let relays = said.iter().map(|text| to_room(privmsg(text), None));
    house.release(std::iter::once(joined).chain(relays).collect::<Vec<_>>());
    for text in &said {
        hear(&mut guest, &format!(":ana!a@h PRIVMSG #lobby :{text}\r\n"));
    }
    let reply = |text: &String| Outbound::Reply { conn, bytes: text.as_bytes().into() };
    house.release(said.iter().map(reply).collect::<Vec<_>>());
    hear(&mut guest, &said.concat());
    assert!(house.poll(Duration::ZERO).is_none(), "nobody was let go");
}

#[test]
fn an_answer_longer_than_the_queue_comes_whole_and_the_room_behind_it() {
    let mut house = House::with(64, |settings| settings.doors.sendq_bytes = 100_000);
    let (mut guest, conn) = house.irc_guest();
    house.release([Outbound::Joined { conn, room: ROOM }]);
    // More than any socket takes at once.
    let answer = "y".repeat(20_000_000);
    house.reply(conn, &answer);
    let line = "x".repeat(400);
    house.release((0..200).map(|_| to_room(privmsg(&line), None)).collect::<Vec<_>>());
    assert!(house.poll(A_WHILE).is_none(), "it may take its time to read");
    let mut heard = vec![0; answer.len()];
    guest.read_exact(&mut heard).unwrap();
    assert!(heard == answer.as_bytes());
    hear(&mut guest, &format!(":ana!a@h PRIVMSG #lobby :{line}\r\n").repeat(200));
    assert!(house.poll(Duration::ZERO).is_none(), "nobody was let go");
}

#[test]
fn typing_gives_way_before_the_connection_does() {
    const SENDQ_BYTES: usize = 100_000;
    let mut house = House::with(64, |settings| settings.doors.sendq_bytes = SENDQ_BYTES);
    let (mut sleeper, sleeping) = house.irc_guest();
    let (mut awake, waking) = house.irc_guest();
    let tags = |conn| Outbound::Capabilities {
        conn,
        enabled: [Capability::MessageTags].into_iter().collect(),
    };
    house.release([sleeping, waking].map(|conn| Outbound::Joined { conn, room: ROOM }));
    house.release([sleeping, waking].map(tags));
    // Far more typing than socket and queue hold ends nobody's connection, and whoever reads gets all of it.
    let typing = Action::Tagmsg { target: format!("#{}", "t".repeat(400)).into() };
    let typing_bytes = ":ana!a@h TAGMSG #\r\n".len() + 400;
    let mut heard = vec![0; typing_bytes * 100];
    for _ in 0..600 {
        let many = (0..100).map(|_| to_room(act(typing.clone()), None));
        house.release(many.collect::<Vec<_>>());
        awake.read_exact(&mut heard).unwrap();
    }
    assert!(house.poll(Duration::ZERO).is_none(), "somebody was let go for not reading typing");
    // What lasts still finds its half of the queue; more than that ends the connection, and nobody waits.
    let line = "x".repeat(400);
    let lines = SENDQ_BYTES / 2 / (line.len() + 100);
    let mut heard = vec![0; ":ana!a@h PRIVMSG #lobby :\r\n".len() + line.len()];
    for _ in 0..lines {
        house.release([to_room(privmsg(&line), None)]);
        awake.read_exact(&mut heard).unwrap();
    }
    assert!(house.poll(Duration::ZERO).is_none(), "there was room for what lasts");
    let told = talk_until_somebody_goes(&mut house, &mut awake);
    let HubInput::Closed { conn, reason } = told else { panic!("{told:?} instead of an end") };
    assert_eq!((conn, reason), (sleeping, CloseReason::SendQ));
    let mut rest = Vec::new();
    // It ends, by FIN or reset.
    let _ = sleeper.read_to_end(&mut rest);
}

#[test]
fn a_reaction_is_no_typing_and_reaches_who_reads_late() {
    let mut house = House::with(64, |settings| settings.doors.sendq_bytes = 100_000);
    let (mut guest, conn) = house.irc_guest();
    let enabled = [Capability::MessageTags].into_iter().collect();
    house
        .release([Outbound::Joined { conn, room: ROOM }, Outbound::Capabilities { conn, enabled }]);
    // More typing than socket and queue hold, so that no more of it is let in.
    let typing = act(Action::Tagmsg { target: format!("#{}", "t".repeat(400)).into() });
    for _ in 0..600 {
        house.release((0..100).map(|_| to_room(typing.clone(), None)).collect::<Vec<_>>());
    }
    let filling = format!("PING {}", "x".repeat(1_000));
    house.reply(conn, &format!("{filling}\r\n"));
    let reaction = Action::Tagmsg { target: "#lobby".into() };
    let client_tags = "+draft/react=x;+reply=y".into();
    house.release([to_room(Relay { client_tags, ..(*act(reaction)).clone() }.into(), None)]);
    house.reply(conn, "PING last\r\n");
    let lines = BufReader::new(&mut guest).lines().map(Result::unwrap);
    let mut lines = lines.skip_while(|line| *line != filling).skip(1);
    assert_eq!(lines.next().unwrap(), "@+draft/react=x;+reply=y :ana!a@h TAGMSG #lobby");
    assert_eq!(lines.next().unwrap(), "PING last");
}
