//! Names made to be taken for others, and races for one name.

use std::sync::Barrier;
use std::thread;

use crate::common::{Irc, Line, Server, Wire};
use crate::siege::Siege;

/// The answer to a wish for this name: 001, or the numeric that refuses it.
fn wish(server: &Server, nick: &str) -> Line {
    let mut irc = Irc::new(Wire::plain(server));
    irc.send(&format!("NICK {nick}"));
    irc.send("USER u 0 * :U");
    irc.wait_for(|line| matches!(line.command(), "001" | "432" | "433"))
}

#[test]
fn names_that_look_like_anothers_are_taken_already() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let _ana = Irc::plain(server, "ana", "");
        let _paul = Irc::plain(server, "paul1", "");
        let alike =
            ["ana", "ANA", "\u{430}na", "an\u{430}", "\u{ff41}na", "\u{440}\u{430}ul1", "PAUL1"];
        for nick in alike {
            assert_eq!(wish(server, nick).command(), "433", "{nick:?}");
        }
    });
}

#[test]
fn names_with_what_cannot_be_seen_are_no_names() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        for odd in [
            "\u{202e}",
            "\u{202a}",
            "\u{2066}",
            "\u{2069}",
            "\u{200b}",
            "\u{200d}",
            "\u{200e}",
            "\u{2060}",
            "\u{feff}",
            "\u{ad}",
            "\u{34f}",
            "\u{180e}",
            "\u{e0041}",
            "\u{fe0f}",
            "\u{7f}",
            "\u{9b}",
            "\u{1b}",
            "\u{a0}",
            "\u{2028}",
            "\u{fffe}",
            "\u{e000}",
            "\u{115f}",
            "\u{3164}",
        ] {
            for nick in
                [format!("{odd}bob"), format!("b{odd}b"), format!("bob{odd}"), odd.to_owned()]
            {
                let answer = wish(server, &nick);
                assert_eq!(
                    answer.command(),
                    "432",
                    "{:?}: {answer:?}",
                    nick.escape_unicode().to_string()
                );
            }
            let mut irc = Irc::plain(server, "host", "");
            irc.send(&format!("JOIN #r{odd}m"));
            let answers = irc.settle();
            let is_in = answers.iter().any(|line| line.command() == "JOIN");
            assert!(!is_in, "{:?}: {answers:?}", odd.escape_unicode().to_string());
        }
    });
}

#[test]
fn a_name_cannot_be_stolen_by_joining_marks_without_end() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let towers = format!("a{}", "\u{301}".repeat(100));
        assert_eq!(wish(server, &towers).command(), "432");
        assert_eq!(wish(server, &"n".repeat(400)).command(), "432");
        // Right to left and left to right in one name would be read in another order than it is written.
        assert_eq!(wish(server, "abc\u{5d0}\u{5d1}").command(), "432");
    });
}

#[test]
fn of_many_who_want_one_name_at_once_one_gets_it() {
    const RACERS: usize = 24;
    let mut siege = Siege::start();
    siege.withstands(32, |server| {
        for round in 0..5 {
            let spellings =
                [format!("race{round}"), format!("RACE{round}"), format!("r\u{430}ce{round}")];
            let start = Barrier::new(RACERS);
            let racers: Vec<(Irc, bool)> = thread::scope(|scope| {
                let racers: Vec<_> = (0..RACERS)
                    .map(|n| {
                        let (start, nick) = (&start, &spellings[n % 3]);
                        scope.spawn(move || {
                            let mut irc = Irc::new(Wire::plain(server));
                            start.wait();
                            irc.send(&format!("NICK {nick}\r\nUSER u 0 * :U"));
                            let answer =
                                irc.wait_for(|line| matches!(line.command(), "001" | "433"));
                            (irc, answer.command() == "001")
                        })
                    })
                    .collect();
                racers.into_iter().map(|racer| racer.join().unwrap()).collect()
            });
            assert_eq!(racers.iter().filter(|(_, has_it)| *has_it).count(), 1);
        }
    });
}

#[test]
fn of_many_who_make_one_room_at_once_one_is_its_operator() {
    const RACERS: usize = 16;
    let mut siege = Siege::start();
    siege.withstands(32, |server| {
        let racers: Vec<Irc> =
            (0..RACERS).map(|n| Irc::plain(server, &format!("racer{n}"), "")).collect();
        let start = Barrier::new(RACERS);
        let operators: usize = thread::scope(|scope| {
            let racers: Vec<_> = racers
                .into_iter()
                .map(|mut irc| {
                    let start = &start;
                    scope.spawn(move || {
                        start.wait();
                        irc.join("#race");
                        start.wait();
                        irc.send("NAMES #race");
                        let names = irc.wait_for(|line| line.command() == "353");
                        names.last().matches('@').count()
                    })
                })
                .collect();
            let counts: Vec<usize> =
                racers.into_iter().map(|racer| racer.join().unwrap()).collect();
            *counts.iter().max().unwrap()
        });
        assert_eq!(operators, 1);
    });
}
