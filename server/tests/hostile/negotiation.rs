//! Abuse of what clients and server agree on: CAP, labels, batches, SASL.

use majlis_protocol::base64;

use crate::common::{ALL_CAPABILITIES, Irc, Line, Server, Wire};
use crate::siege::Siege;

fn newcomer(server: &Server) -> Irc {
    Irc::new(Wire::plain(server))
}

/// Answers to one line, up to the answer to a PING.
fn ask(irc: &mut Irc, line: &str) -> Vec<Line> {
    irc.send(line);
    irc.settle()
}

#[track_caller]
fn is_answered_by(irc: &mut Irc, line: &str, command: &str) -> Vec<Line> {
    let answers = ask(irc, line);
    assert!(answers.iter().any(|line| line.command() == command), "{line:?}: {answers:?}");
    answers
}

#[test]
fn senseless_negotiation_is_refused_and_changes_nothing() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let mut ana = newcomer(server);
        ask(&mut ana, "CAP LS 302");
        for (request, command) in [
            ("CAP REQ :no-such-capability", "CAP"),
            ("CAP REQ :message-tags no-such-capability", "CAP"),
            ("CAP REQ :-cap-notify", "CAP"),
            ("CAP REQ :message-tags=value", "CAP"),
            ("CAP REQ :--message-tags", "CAP"),
            ("CAP", "461"),
            ("CAP DANCE", "410"),
        ] {
            let answers = is_answered_by(&mut ana, request, command);
            assert!(answers.iter().all(|line| line.command() != "CAP" || line.param(1) == "NAK"), "{answers:?}");
        }
        for odd in ["CAP LS 99999999999999999999999", "CAP LS -1", "CAP LS \u{661}", "CAP REQ", "CAP REQ :", "CAP REQ :   ", "CAP ACK :message-tags"] {
            ask(&mut ana, odd);
        }
        let long = format!("CAP REQ :{}", "message-tags -message-tags ".repeat(18));
        is_answered_by(&mut ana, long.trim_end(), "CAP");
        let answers = is_answered_by(&mut ana, "CAP LIST", "CAP");
        assert!(answers.iter().all(|line| !line.last().contains("no-such")), "{answers:?}");
        ana.send("NICK ana\r\nUSER ana 0 * :Ana\r\nCAP END\r\nCAP END\r\nCAP END");
        ana.wait_for(|line| line.is("001", &["ana"]));
        // Everything on and off again and again, in the middle of talk.
        for _ in 0..10 {
            ana.send(&format!("CAP REQ :{ALL_CAPABILITIES}\r\nJOIN #lobby\r\nCAP REQ :-message-tags -batch -labeled-response"));
        }
        ana.settle();
    });
}

#[test]
fn whoever_negotiates_for_ever_is_let_go() {
    let mut siege = Siege::with_settings("[limits]\nregistration_time = \"2s\"\n");
    siege.withstands(16, |server| {
        let mut ana = newcomer(server);
        ana.send("CAP LS 302\r\nNICK ana\r\nUSER ana 0 * :Ana");
        loop {
            ana.send_if_alive("CAP LS 302");
            let Some(line) = ana.next() else { break };
            assert!(!line.is("001", &[]), "{line:?}");
        }
    });
}

#[test]
fn labels_come_back_as_they_were_or_not_at_all() {
    let mut siege = Siege::start();
    siege.withstands(16, |server| {
        let mut ana = Irc::plain(server, "ana", ALL_CAPABILITIES);
        let label_of = |ana: &mut Irc, tag: &str| {
            ana.send(&format!("@{tag} PING labelled"));
            ana.wait_for(|line| line.command() == "PONG" && line.last() == "labelled").tag("label")
        };
        let longest = "l".repeat(64);
        assert_eq!(label_of(&mut ana, &format!("label={longest}")), Some(longest.clone()));
        assert_eq!(
            label_of(&mut ana, &format!("label={longest}l")),
            None,
            "64 bytes at most (labeled-response)"
        );
        assert_eq!(label_of(&mut ana, "label"), None);
        assert_eq!(label_of(&mut ana, "label="), None);
        assert_eq!(label_of(&mut ana, "+label=x"), None);
        assert_eq!(label_of(&mut ana, "label=a;label=b").as_deref(), Some("b"));
        assert_eq!(label_of(&mut ana, r"label=\:\s\r\n\\").as_deref(), Some("; \r\n\\"));
        ana.join("#lobby");
        let mut bo = Irc::tls(server, "bo", ALL_CAPABILITIES, None);
        bo.join("#lobby");
        ana.send("@label=secret PRIVMSG #lobby :hi");
        let heard = bo.wait_for(|line| line.is("PRIVMSG", &["#lobby", "hi"]));
        assert_eq!(heard.tag("label"), None, "a label is for who made it");
    });
}

#[test]
fn batches_that_make_no_sense_end_in_failures() {
    let mut siege =
        Siege::with_settings("[limits]\nbatch_time = \"1s\"\nflood_per_second = \"off\"\n");
    siege.withstands(24, |server| {
        let wanted = format!("{ALL_CAPABILITIES} draft/multiline");
        let mut ana = Irc::plain(server, "ana", &wanted);
        ana.join("#lobby");
        let mut bo = Irc::tls(server, "bo", ALL_CAPABILITIES, None);
        bo.join("#lobby");
        for lines in [
            &["BATCH"][..],
            &["BATCH x"],
            &["BATCH +"],
            &["BATCH -never"],
            &["BATCH +1 no-such-type"],
            &["BATCH +2 draft/multiline"],
            &["BATCH +3 draft/multiline #lobby", "BATCH +4 draft/multiline #lobby", "BATCH -3"],
            &["BATCH +5 draft/multiline #lobby", "@batch=5 JOIN #other", "BATCH -5"],
            &["BATCH +6 draft/multiline #lobby", "@batch=6 PRIVMSG #other :x", "BATCH -6"],
            &[
                "BATCH +7 draft/multiline #lobby",
                "@batch=7 PRIVMSG #lobby :a",
                "BATCH +7 draft/multiline #lobby",
                "BATCH -7",
            ],
            &["@batch=none PRIVMSG #lobby :in no batch"],
            &["BATCH +8 draft/multiline #lobby", "@batch=8 BATCH -8", "BATCH -8"],
            &["BATCH +9 netsplit a b", "BATCH +10 chathistory #lobby"],
        ] {
            let mut answers = Vec::new();
            for line in lines {
                answers.extend(ask(&mut ana, line));
            }
            assert!(!answers.is_empty(), "{lines:?} ended in nothing");
        }
        // One that never ends is bounded, and given up.
        ana.send("BATCH +11 draft/multiline #lobby");
        let line = format!("@batch=11 PRIVMSG #lobby :{}", "x".repeat(400));
        ana.send(&vec![line; 5_000].join("\r\n"));
        let failure = ana.wait_for(|line| line.is("FAIL", &["BATCH"]));
        assert!(failure.param(1).starts_with("MULTILINE_"), "{failure:?}");
        ana.settle();
        ana.send("BATCH +12 draft/multiline #lobby\r\n@batch=12 PRIVMSG #lobby :late");
        ana.wait_for(|line| line.is("FAIL", &["BATCH"]));
        let heard = bo.settle();
        assert!(heard.iter().all(|line| !line.last().contains("late")), "{heard:?}");
    });
}

#[test]
fn no_sense_in_place_of_a_sign_in_signs_nobody_in() {
    let mut siege = Siege::start();
    siege.withstands(32, |server| {
        let encoded = |text: &str| base64::encode(text.as_bytes());
        let scram = [
            "n",
            "n,,",
            "n,,n=ana",
            "n,,n=ana,r=",
            "n,,r=x,n=ana",
            "y,,n=ana,r=x\0",
            "p=tls-unique,,n=ana,r=x",
            "n,a=root,n=ana,r=abc",
            "n,,m=ext,n=ana,r=abc",
            "n,,n==2G,r=abc",
            "n,,n=ana,r=a,b,c,d=e",
        ];
        let plain =
            ["\0", "\0\0", "\0\0\0\0\0", "ana", "root\0ana\0pencil", "\0ana\0", "\0\u{202e}ana\0x"];
        let tries = scram.iter().map(|text| ("SCRAM-SHA-256", encoded(text)));
        let tries = tries.chain(plain.iter().map(|text| ("PLAIN", encoded(text))));
        let raw = ["+", "====", "a", "A===", "\u{e9}", "*x", "+ +", "++++"];
        let tries = tries.chain(raw.iter().map(|text| ("PLAIN", (*text).to_owned())));
        for (mechanism, message) in tries {
            let mut ana = newcomer(server);
            ana.send("CAP REQ :sasl\r\nNICK ana\r\nUSER ana 0 * :Ana");
            ana.send(&format!("AUTHENTICATE {mechanism}"));
            ana.wait_for(|line| line.is("AUTHENTICATE", &["+"]));
            ana.send(&format!("AUTHENTICATE {message}"));
            let answer = ana.wait_for(|line| {
                matches!(line.command(), "900" | "903" | "904" | "905" | "906" | "AUTHENTICATE")
            });
            if answer.command() == "AUTHENTICATE" {
                // A false name gets a false salt; the proof fails then.
                ana.send(&format!("AUTHENTICATE {}", encoded("c=biws,r=wrong,p=AAAA")));
                ana.wait_for(|line| line.command() == "904");
            } else {
                assert!(matches!(answer.command(), "904" | "905"), "{message:?}: {answer:?}");
            }
        }
    });
}

#[test]
fn sign_ins_out_of_order_without_end_or_too_long_are_refused() {
    let mut siege = Siege::with_settings("[limits]\nflood_per_second = \"off\"\n");
    siege.withstands(16, |server| {
        let mut ana = newcomer(server);
        ana.send("AUTHENTICATE PLAIN");
        ana.send("CAP REQ :sasl\r\nNICK ana\r\nUSER ana 0 * :Ana");
        ana.wait_for(|line| line.is("CAP", &["*", "ACK"]) || line.is("CAP", &["ana", "ACK"]));
        ana.settle();
        for (line, command) in [
            ("AUTHENTICATE", "461"),
            ("AUTHENTICATE *", "906"),
            ("AUTHENTICATE NO-SUCH-MECHANISM", "908"),
            ("AUTHENTICATE EXTERNAL", "904"),
            ("AUTHENTICATE +", "908"),
        ] {
            let answers = ask(&mut ana, line);
            let failed = |line: &Line| {
                matches!(line.command(), "904" | "906" | "908") || line.command() == command
            };
            assert!(answers.iter().any(failed), "{line:?}: {answers:?}");
        }
        // A piece is 400 bytes; a message of endless pieces is refused before it takes memory.
        let piece = "A".repeat(400);
        is_answered_by(&mut ana, "AUTHENTICATE PLAIN", "AUTHENTICATE");
        is_answered_by(&mut ana, &format!("AUTHENTICATE {piece}A"), "905");
        ana.send("AUTHENTICATE PLAIN");
        ana.send(&vec![format!("AUTHENTICATE {piece}"); 2_000].join("\r\n"));
        ana.wait_for(|line| matches!(line.command(), "904" | "905"));
        ana.settle();
        // Between two steps of one, another is begun.
        for _ in 0..20 {
            ana.send("AUTHENTICATE PLAIN\r\nAUTHENTICATE SCRAM-SHA-256\r\nAUTHENTICATE *");
        }
        ana.settle();
        ana.send("CAP END");
        ana.wait_for(|line| line.is("001", &["ana"]));
    });
}
