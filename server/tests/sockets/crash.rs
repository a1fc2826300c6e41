//! `kill -9` under load and at every step of a commit, again and again: what anybody saw is there afterwards, once, and in one
//! order for all. `MAJLIS_KILLS=1000` has more of them.
//!
//! Talkers keep several messages in flight, each under a label and a send identifier; what has no echo when the server
//! dies they send again to the next one. Listeners only listen. In the end the whole history is held against what each of
//! them saw.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use majlis_protocol::vendor::SEND_TAG;
use majlis_wire::Identity;

use crate::common::{Irc, LABELS, Line, PATIENCE, Server, device};

/// How many kills there are unless `MAJLIS_KILLS` says otherwise.
const KILLS: u32 = 20;
const TALKERS: usize = 3;
const IN_FLIGHT: usize = 8;
const ROOM: &str = "#lobby";

/// Somebody who talks, over all lives of the server.
struct Talker {
    nick: String,
    device: Identity,
    said: u32,
    /// What has no echo yet, oldest first.
    pending: VecDeque<String>,
    /// What was echoed, and the identifier it was echoed with.
    echoed: HashMap<String, String>,
    resent: usize,
}

impl Talker {
    fn new(number: usize) -> Self {
        Self {
            nick: format!("talker{number}"),
            device: device(),
            said: 0,
            pending: VecDeque::new(),
            echoed: HashMap::new(),
            resent: 0,
        }
    }

    fn come_in(&self, server: &Server) -> Irc {
        let mut irc = Irc::tls(server, &self.nick, LABELS, Some(&self.device));
        irc.join(ROOM);
        irc
    }

    /// Sends again what is pending, then talks until the server is gone.
    fn talk(&mut self, server: &Server, ready: &Sender<()>) {
        let mut irc = self.come_in(server);
        ready.send(()).expect("somebody waits for everybody to be in");
        self.resend(&mut irc);
        loop {
            while self.pending.len() < IN_FLIGHT {
                self.say_next(&mut irc);
            }
            match irc.next() {
                Some(line) => self.note(&line),
                None => return,
            }
        }
    }

    fn say_next(&mut self, irc: &mut Irc) {
        let text = format!("{} says {}", self.nick, self.said);
        self.said += 1;
        self.pending.push_back(text.clone());
        send(irc, &text);
    }

    /// Waits for all that is pending, says one thing more, and tells how long that took to be echoed.
    fn time_of_a_commit(&mut self, irc: &mut Irc) -> Duration {
        self.wait_for_echoes(irc);
        let start = Instant::now();
        self.say_next(irc);
        self.wait_for_echoes(irc);
        start.elapsed()
    }

    fn wait_for_echoes(&mut self, irc: &mut Irc) {
        while !self.pending.is_empty() {
            let line = irc.next().expect("this server stays");
            self.note(&line);
        }
    }

    /// Sends again what is pending, and waits until nothing is.
    fn finish(&mut self, server: &Server) {
        let mut irc = self.come_in(server);
        self.resend(&mut irc);
        self.wait_for_echoes(&mut irc);
    }

    fn resend(&mut self, irc: &mut Irc) {
        self.resent += self.pending.len();
        for text in &self.pending {
            send(irc, text);
        }
    }

    fn note(&mut self, line: &Line) {
        let Some(label) = line.tag("label") else { return };
        assert!(line.is("PRIVMSG", &[ROOM]), "{line:?} answers a message");
        let text = line.last().to_owned();
        assert_eq!(label, label_of(&text), "an echo came under another's label");
        assert_eq!(self.pending.pop_front().as_deref(), Some(&*text), "echoes keep their order");
        assert_eq!(self.echoed.insert(text, line.msgid()), None, "{line:?} came twice");
    }
}

fn send(irc: &mut Irc, text: &str) {
    let label = label_of(text);
    irc.send_if_alive(&format!("@label={label};{SEND_TAG}={label} PRIVMSG {ROOM} :{text}"));
}

fn label_of(text: &str) -> String {
    text.replace(' ', "-")
}

/// What a listener heard in one life of the server.
type Heard = Vec<String>;

fn listen(mut irc: Irc) -> Heard {
    let mut heard = Vec::new();
    while let Some(line) = irc.next() {
        if line.command() == "PRIVMSG" {
            heard.push(line.msgid());
        }
    }
    heard
}

fn kills() -> u32 {
    std::env::var("MAJLIS_KILLS").map_or(KILLS, |count| count.parse().expect("a number of kills"))
}

#[test]
fn what_anybody_saw_survives_kills_under_load() {
    let data = tempfile::tempdir().unwrap();
    let mut talkers: Vec<Talker> = (0..TALKERS).map(Talker::new).collect();
    let mut heard: Vec<Heard> = Vec::new();
    let kills = kills();
    for round in 0..kills {
        let server = Server::start_in(data.path(), &[]);
        let until_kill = Duration::from_millis(u64::from(round * 97 % 400));
        heard.extend(live_and_die(&server, &mut talkers, until_kill));
    }
    let server = Server::start_in(data.path(), &[]);
    for talker in &mut talkers {
        talker.finish(&server);
    }
    let history = whole_history(&server);

    let resent: usize = talkers.iter().map(|talker| talker.resent).sum();
    assert!(history.len() > 200, "only {} messages: that was no load", history.len());
    assert!(resent > kills as usize, "only {resent} messages were in flight at the kills");
    println!("{kills} kills, {} messages, {resent} sent again", history.len());
    each_message_is_there_once(&history, &talkers);
    each_talker_is_in_order(&history, &talkers);
    everybody_heard_the_same_order(&history, &heard, history.len() / 2);
}

#[test]
fn what_anybody_saw_survives_a_kill_at_every_step_of_a_commit() {
    let data = tempfile::tempdir().unwrap();
    let mut talkers = [Talker::new(0)];
    let mut heard: Vec<Heard> = Vec::new();
    let (mut after_echo, mut before_echo) = (0, 0);
    let kills = kills();
    for step in 0..kills {
        let server = Server::start_in(data.path(), &[]);
        let talker = &mut talkers[0];
        let mut irc = talker.come_in(&server);
        talker.resend(&mut irc);
        let took = talker.time_of_a_commit(&mut irc);
        let listener = {
            let mut irc = Irc::plain(&server, "listener", "message-tags");
            irc.join(ROOM);
            thread::spawn(move || listen(irc))
        };
        talker.say_next(&mut irc);
        let sent_at = Instant::now();
        // From the first byte on its way to well after the echo.
        let until_kill = took * 2 * step / kills;
        while sent_at.elapsed() < until_kill {
            std::hint::spin_loop();
        }
        server.kill();
        while let Some(line) = irc.next() {
            talker.note(&line);
        }
        heard.push(listener.join().expect("it only listens"));
        after_echo += usize::from(talker.pending.is_empty());
        before_echo += talker.pending.len();
    }
    let server = Server::start_in(data.path(), &[]);
    talkers[0].finish(&server);
    let history = whole_history(&server);
    println!("{kills} kills, {after_echo} after the echo, {before_echo} before it");
    assert!(after_echo > 0 && before_echo > 0, "all were killed on one side of the echo");
    each_message_is_there_once(&history, &talkers);
    each_talker_is_in_order(&history, &talkers);
    everybody_heard_the_same_order(&history, &heard, 0);
}

/// One life of the server: everybody comes in, the talkers talk, and it is killed.
fn live_and_die(server: &Server, talkers: &mut [Talker], until_kill: Duration) -> Vec<Heard> {
    let listeners = [
        Irc::tls(server, "over-tls", LABELS, None),
        Irc::plain(server, "over-tcp", "message-tags"),
    ];
    let (ready, everybody) = mpsc::channel();
    thread::scope(|scope| {
        let listening: Vec<_> = listeners
            .into_iter()
            .map(|mut irc| {
                irc.join(ROOM);
                scope.spawn(move || listen(irc))
            })
            .collect();
        for talker in talkers.iter_mut() {
            let ready = ready.clone();
            scope.spawn(move || talker.talk(server, &ready));
        }
        let all_in = (0..TALKERS).all(|_| everybody.recv_timeout(PATIENCE).is_ok());
        thread::sleep(until_kill);
        server.kill();
        assert!(all_in, "not everybody came in");
        listening.into_iter().map(|thread| thread.join().expect("it only listens")).collect()
    })
}

/// All that the room remembers, oldest first, fetched page by page.
fn whole_history(server: &Server) -> Vec<Line> {
    let mut irc = Irc::tls(server, "historian", LABELS, None);
    irc.join(ROOM);
    let mut history: VecDeque<Line> = VecDeque::new();
    let mut page = irc.history(&format!("LATEST {ROOM} * 100"));
    while !page.is_empty() {
        assert!(page.iter().all(|line| line.is("PRIVMSG", &[ROOM])), "{page:?}");
        let oldest = page[0].msgid();
        page.into_iter().rev().for_each(|line| history.push_front(line));
        page = irc.history(&format!("BEFORE {ROOM} msgid={oldest} 100"));
    }
    history.into()
}

fn each_message_is_there_once(history: &[Line], talkers: &[Talker]) {
    let ids: HashSet<String> = history.iter().map(Line::msgid).collect();
    assert_eq!(ids.len(), history.len(), "an identifier came twice");
    let by_text: HashMap<&str, String> =
        history.iter().map(|line| (line.last(), line.msgid())).collect();
    assert_eq!(by_text.len(), history.len(), "a message is there twice");

    let mut echoed_count = 0;
    for talker in talkers {
        assert_eq!(talker.echoed.len(), talker.said as usize, "everything was echoed in the end");
        for (text, id) in &talker.echoed {
            assert_eq!(by_text.get(&**text), Some(id), "{text:?} is not there as it was echoed");
        }
        echoed_count += talker.echoed.len();
    }
    assert_eq!(history.len(), echoed_count, "something is there that nobody said");
}

fn each_talker_is_in_order(history: &[Line], talkers: &[Talker]) {
    for talker in talkers {
        let said = history.iter().filter(|line| line.nick() == talker.nick).map(Line::last);
        let in_order = (0..talker.said).map(|number| format!("{} says {number}", talker.nick));
        assert!(said.eq(in_order), "{} is out of order", talker.nick);
    }
}

/// What a listener heard has no hole and nothing out of place: it is one stretch of the history.
fn everybody_heard_the_same_order(history: &[Line], heard: &[Heard], least: usize) {
    let history: Vec<String> = history.iter().map(Line::msgid).collect();
    let place: HashMap<&String, usize> = history.iter().zip(0..).collect();
    for stretch in heard {
        let Some(first) = stretch.first() else { continue };
        let start = *place.get(first).expect("what was heard is on disk");
        for (heard, kept) in stretch.iter().zip(&history[start..]) {
            assert_eq!(heard, kept, "somebody heard another order, or a hole");
        }
        assert!(start + stretch.len() <= history.len(), "somebody heard what is not on disk");
    }
    let total: usize = heard.iter().map(Vec::len).sum();
    assert!(total >= least, "the listeners heard only {total} of {}", history.len());
}
