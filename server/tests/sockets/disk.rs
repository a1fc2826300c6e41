//! A disk that fills up: refused in words while there is room for those, and never half kept when there is none.

use std::time::{Duration, Instant};

use crate::common::{Irc, LABELS, Line, PATIENCE, Server, command_by_shell};

const CAPABILITIES: &str = "batch echo-message labeled-response message-tags server-time draft/chathistory standard-replies";

/// Says something and tells whether it was taken; the command of the answer otherwise.
fn try_to_say(irc: &mut Irc, text: &str) -> Result<(), String> {
    irc.send(&format!("@label=try PRIVMSG #lobby :{text}"));
    let answer = irc.wait_for(|line| line.tag("label").as_deref() == Some("try"));
    match answer.command() {
        "PRIVMSG" => Ok(()),
        _ => Err(format!("{} {}", answer.command(), answer.params().join(" "))),
    }
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "it did not come to that");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn below_the_watermark_it_is_read_only_and_comes_back_by_itself() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("majlis.toml");
    let write = |least: &str| {
        std::fs::write(&file, format!("[limits]\nleast_free_bytes = {least}\n")).unwrap();
    };
    write("\"off\"");
    let server = Server::start_in(data.path(), &["--config", file.to_str().unwrap()]);
    let mut ana = Irc::plain(&server, "ana", CAPABILITIES);
    ana.join("#lobby");
    assert_eq!(try_to_say(&mut ana, "kept"), Ok(()));
    // More than any disk has.
    write("1_125_899_906_842_624");
    server.reload();
    wait_until(|| try_to_say(&mut ana, "maybe kept").is_err());
    let refusal = try_to_say(&mut ana, "not kept").unwrap_err();
    assert!(refusal.starts_with("FAIL PRIVMSG TEMPORARILY_UNAVAILABLE #lobby "), "{refusal}");
    let history = ana.history("LATEST #lobby * 100");
    assert_eq!(history[0].last(), "kept", "reading goes on");
    assert!(history.iter().all(|line| line.last() != "not kept"));
    let mut bo = Irc::plain(&server, "bo", "message-tags");
    bo.join("#lobby");
    ana.send("@+typing=active TAGMSG #lobby");
    bo.wait_for(|line| line.command() == "TAGMSG");
    write("\"off\"");
    server.reload();
    wait_until(|| try_to_say(&mut ana, "kept again").is_ok());
}

#[test]
fn a_write_that_fails_ends_the_server_and_nobody_saw_what_was_not_kept() {
    let data = tempfile::tempdir().unwrap();
    // No file may grow over a megabyte, which ends a process that does not ask to be told instead.
    let mut command = command_by_shell("trap '' XFSZ; ulimit -f 2048", data.path());
    command.args(["--listen", "127.0.0.1:0"]);
    let server = Server::start_by(&mut command);
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join("#lobby");
    let mut echoed = Vec::new();
    let fill = "x".repeat(400);
    loop {
        let text = format!("{fill} {}", echoed.len());
        ana.send_if_alive(&format!("PRIVMSG #lobby :{text}"));
        let mut is_echoed = false;
        while let Some(line) = ana.next() {
            is_echoed = line.is("PRIVMSG", &["#lobby", &text]);
            if is_echoed {
                break;
            }
        }
        if !is_echoed {
            break;
        }
        echoed.push(text);
        assert!(echoed.len() < 5_000, "the limit on files does nothing");
    }
    let (status, words) = server.wait_for_its_end();
    assert!(!status.success(), "{words}");
    assert!(words.contains("majlis.db") && words.contains("start the server again"), "{words}");
    assert!(!words.contains("panicked"), "{words}");

    let server = Server::start_in(data.path(), &[]);
    let mut ana = Irc::plain(&server, "ana", LABELS);
    ana.join("#lobby");
    let history = ana.history("LATEST #lobby * 10");
    let kept: Vec<&str> = history.iter().map(Line::last).collect();
    assert_eq!(kept, echoed[echoed.len() - kept.len()..], "kept and seen are not the same");
}
