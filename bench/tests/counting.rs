//! A server that keeps a delivery back, or makes one twice, is caught; one that does not is let go.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use majlis_bench::client::Target;
use majlis_bench::crowd::Crowd;
use majlis_bench::ledger::Faults;
use majlis_bench::traffic::{Outcome, Pace, Plan, Traffic};

const MEMBERS: usize = 5;

/// What the server does with its delivery of this number.
#[derive(Clone, Copy)]
enum Fault {
    None,
    Drop(usize),
    Double(usize),
    /// The message of this number goes back to its speaker, too.
    Echo(usize),
}

/// Starts a relay for a few clients, as slow and simple as can be.
fn fake_server(fault: Fault) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (to_relay, lines) = channel::<(usize, String)>();
    thread::spawn(move || {
        let mut members = Vec::new();
        for (number, socket) in listener.incoming().take(MEMBERS).enumerate() {
            let socket = socket.unwrap();
            members.push(socket.try_clone().unwrap());
            read_lines(number, socket, to_relay.clone());
        }
        let mut count = 0;
        for (speaker, line) in lines {
            for (number, member) in members.iter_mut().enumerate() {
                let copies = match fault {
                    Fault::Echo(at) if number == speaker => {
                        usize::from(count / (MEMBERS - 1) == at)
                    }
                    _ if number == speaker => 0,
                    Fault::Drop(at) if count == at => 0,
                    Fault::Double(at) if count == at => 2,
                    _ => 1,
                };
                count += usize::from(number != speaker);
                for _ in 0..copies {
                    // The test may be over.
                    let _ = write!(member, ":n{speaker}!u@h {line}\r\n");
                }
            }
        }
    });
    address
}

/// Welcomes one client on a thread of its own and hands on what it says.
fn read_lines(number: usize, mut socket: TcpStream, to_relay: Sender<(usize, String)>) {
    thread::spawn(move || {
        let mut answers = socket.try_clone().unwrap();
        for line in BufReader::new(&mut socket).lines().map_while(Result::ok) {
            match line.split(' ').next() {
                Some("NICK") => {
                    write!(answers, ":fake 001 n :Welcome\r\nPING :cookie\r\n").unwrap();
                }
                Some("JOIN") => write!(answers, ":fake 366 n #bench :End\r\n").unwrap(),
                Some("PRIVMSG") => to_relay.send((number, line)).unwrap(),
                _ => {}
            }
        }
    });
}

fn talk(fault: Fault, pace: Pace) -> Outcome {
    let target = Target { address: fake_server(fault), tls: None };
    let mut crowd = Crowd::new(target, Some("#bench")).unwrap();
    // One at a time, so that the server's numbers are the crowd's.
    crowd.gather(MEMBERS, 1).unwrap();
    let plan = Plan {
        members: MEMBERS,
        senders: 2,
        pace,
        text_bytes: 40,
        warm_up: Duration::ZERO,
        duration: Duration::from_millis(300),
    };
    Traffic::run(plan, &mut crowd, None).unwrap()
}

#[test]
fn everything_once_is_right() {
    for pace in [Pace::InFlight(3), Pace::PerSecond(200.0)] {
        let outcome = talk(Fault::None, pace);
        assert_eq!(outcome.faults, Faults::default());
        assert!(outcome.messages > 10, "{outcome:?}");
        assert!(outcome.p50 <= outcome.p99 && !outcome.p99.is_zero(), "{outcome:?}");
    }
}

#[test]
fn open_loop_keeps_its_pace() {
    let outcome = talk(Fault::None, Pace::PerSecond(200.0));
    assert!((40..=62).contains(&outcome.messages), "{outcome:?}");
}

#[test]
fn a_delivery_that_is_kept_back_is_lost() {
    let outcome = talk(Fault::Drop(9), Pace::InFlight(3));
    assert_eq!(outcome.faults, Faults { lost: 1, ..Faults::default() });
}

#[test]
fn a_delivery_that_is_made_twice_is_doubled() {
    let outcome = talk(Fault::Double(9), Pace::InFlight(3));
    assert_eq!(outcome.faults, Faults { doubled: 1, ..Faults::default() });
}

#[test]
fn a_delivery_to_its_own_speaker_is_astray() {
    let outcome = talk(Fault::Echo(2), Pace::InFlight(3));
    assert_eq!(outcome.faults, Faults { stray: 1, ..Faults::default() });
}
