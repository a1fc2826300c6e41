//! A server under everything at once for as long as asked (`./dev soak`): joins, leaves, talk, history and faults. Its memory and
//! its files stay as they are, and in the end everything that was echoed is there, once, in the order that everybody heard.
//!
//! Fifteen seconds by itself; `MAJLIS_SOAK_MINUTES` says otherwise.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, unused_imports, reason = "it is shared with the other tests over sockets")]
#[path = "../sockets/common/mod.rs"]
mod common;

mod life;
mod samples;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use common::{Irc, LABELS, Line, Server};
use samples::Samples;

const ROOMS: [&str; 3] = ["#lobby", "#garden", "#مجلس"];

/// The last thing said in each room.
const END: &str = "that is all";

const DEFAULT_SPAN: Duration = Duration::from_secs(15);

/// Until the server has seen everything once, its memory grows; what counts comes after this part of the time.
const WARM_UP_PARTS: u32 = 4;

/// What was echoed: its identifier by room and text.
type Echoed = Mutex<HashMap<(String, String), String>>;

fn span() -> Duration {
    std::env::var("MAJLIS_SOAK_MINUTES").map_or(DEFAULT_SPAN, |minutes| {
        Duration::from_secs_f64(minutes.parse::<f64>().expect("a number of minutes") * 60.0)
    })
}

#[test]
fn everything_at_once_leaves_the_server_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings.toml");
    std::fs::write(&settings, "[limits]\nflood_per_second = \"off\"\n").unwrap();
    let arguments = ["--config", settings.to_str().unwrap()];
    let server = Server::start_in(&folder.path().join("data"), &arguments);
    // They stay to the end, so that the rooms do, too.
    let mut listeners =
        [Irc::tls(&server, "listener-tls", LABELS, None), Irc::plain(&server, "listener", LABELS)];
    let echoed = Echoed::default();
    let (samples, heard) = thread::scope(|scope| {
        let listening: Vec<_> = listeners
            .iter_mut()
            .map(|irc| {
                for room in ROOMS {
                    irc.join(room);
                }
                scope.spawn(|| listen(irc))
            })
            .collect();
        let until = Instant::now() + span();
        life::lead(scope, &server, until, &echoed);
        let samples = Samples::take(server.pid(), until);
        life::end_in_all_rooms(&server, &echoed);
        let heard: Vec<Heard> = listening.into_iter().map(|it| it.join().unwrap()).collect();
        (samples, heard)
    });
    let echoed = echoed.into_inner().unwrap();
    println!("{} messages were echoed", echoed.len());
    samples.are_flat(WARM_UP_PARTS);
    everything_is_there_once_in_one_order(&server, &echoed, &heard);
    samples.are_back_at_the_beginning(server.pid());
    assert!(server.terminate().success());
}

/// What somebody heard in each room, in order.
type Heard = HashMap<String, Vec<String>>;

fn listen(irc: &mut Irc) -> Heard {
    let mut heard = Heard::new();
    let mut ended = 0;
    while ended < ROOMS.len() {
        let line = irc.next().expect("the server goes on");
        if line.command() == "PRIVMSG" {
            heard.entry(line.param(0).to_owned()).or_default().push(line.msgid());
            ended += usize::from(line.last() == END);
        }
    }
    heard
}

fn everything_is_there_once_in_one_order(
    server: &Server,
    echoed: &HashMap<(String, String), String>,
    heard: &[Heard],
) {
    let mut historian = Irc::tls(server, "historian", LABELS, None);
    for room in ROOMS {
        historian.join(room);
        let history = whole_history(&mut historian, room);
        let ids: Vec<String> = history.iter().map(Line::msgid).collect();
        let unique: HashSet<&String> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "something is in {room} twice");
        // What means nothing may well come twice; what was echoed is there once.
        let mut places: HashMap<&str, Vec<&String>> = HashMap::new();
        for (line, id) in history.iter().zip(&ids) {
            places.entry(line.last()).or_default().push(id);
        }
        for ((_, text), id) in echoed.iter().filter(|((of, _), _)| of == room) {
            let found = places.get(&**text).map(Vec::as_slice);
            assert_eq!(found, Some(&[id][..]), "{text:?} is not in {room} once, as it was echoed");
        }
        for heard in heard {
            assert_eq!(
                heard.get(room),
                Some(&ids),
                "somebody heard another order in {room}, or a hole"
            );
        }
        let times: Vec<_> = history.iter().map(|line| line.tag("time").unwrap()).collect();
        assert!(times.is_sorted(), "times go back in {room}");
    }
}

/// All that a room remembers, oldest first.
fn whole_history(irc: &mut Irc, room: &str) -> Vec<Line> {
    let mut history: VecDeque<Line> = VecDeque::new();
    let mut page = irc.history(&format!("LATEST {room} * 200"));
    while !page.is_empty() {
        assert!(page.iter().all(|line| line.is("PRIVMSG", &[room])), "{page:?}");
        let oldest = page[0].msgid();
        page.into_iter().rev().for_each(|line| history.push_front(line));
        page = irc.history(&format!("BEFORE {room} msgid={oldest} 200"));
    }
    history.into()
}
