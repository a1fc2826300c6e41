//! server-time: when it was.

use super::{DEEDS, HEARING, House, only, pair, tag};

#[test]
fn everything_that_people_do_bears_its_time() {
    let mut house = House::new();
    let caps = format!("server-time echo-message {HEARING}");
    let (ana, bob) = pair(&mut house, &caps, &caps);
    house.client("eve");
    house.now.wall.0 += 1_234;
    let time = Some("2026-01-01T00:00:01.234Z");
    for line in DEEDS {
        for answer in house.ask(ana, line) {
            let is_numeric = answer.starts_with(":majlis.local ");
            assert_eq!(tag(&answer, "time"), time.filter(|_| !is_numeric), "{line}: {answer}");
        }
        assert_eq!(tag(&only(house.read(bob)), "time"), time, "{line}");
    }
}

#[test]
fn there_is_none_before_it_is_acknowledged() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "message-tags");
    house.say(ana, "PRIVMSG #a :x");
    assert_eq!(tag(&only(house.read(bob)), "time"), None);
    assert_eq!(
        only(house.ask(bob, "CAP REQ server-time")),
        ":majlis.local CAP bob ACK :server-time"
    );
    house.say(ana, "PRIVMSG #a :x");
    assert!(tag(&only(house.read(bob)), "time").is_some());
    house.ask(bob, "CAP REQ -server-time");
    house.say(ana, "PRIVMSG #a :x");
    assert_eq!(tag(&only(house.read(bob)), "time"), None);
}

#[test]
fn it_needs_no_other_capability() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "server-time");
    house.say(ana, "PRIVMSG #a :x");
    let line = "@time=2026-01-01T00:00:00.000Z :ana!~ana@192.0.2.1 PRIVMSG #a :x";
    assert_eq!(only(house.read(bob)), line);
}

#[test]
fn times_never_go_back() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "server-time echo-message");
    house.say(ana, "JOIN #a");
    house.now.wall.0 += 5_000;
    house.say(ana, "PRIVMSG #a :one");
    house.now.wall.0 -= 4_000;
    house.say(ana, "PRIVMSG #a :two");
    let lines = house.read(ana);
    let times: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("PRIVMSG"))
        .map(|line| tag(line, "time"))
        .collect();
    assert_eq!(times, [Some("2026-01-01T00:00:05.000Z"); 2]);
}
