//! A guest who speaks IRC.

use std::time::Instant;

use majlis_wire::Identity;

use super::{Line, PATIENCE, Server, Wire};

/// What a client asks for that wants everything.
pub(crate) const ALL_CAPABILITIES: &str = "account-tag batch cap-notify draft/chathistory echo-message \
    extended-join labeled-response message-tags multi-prefix server-time standard-replies userhost-in-names";

/// What it takes to know one's own echo.
pub(crate) const LABELS: &str =
    "batch echo-message labeled-response message-tags server-time draft/chathistory";

/// How many lines are kept for the words of a failure.
const SEEN_LINES: usize = 50;

/// One connection.
pub(crate) struct Irc {
    pub(crate) wire: Wire,
    /// The last lines that came, for the words of a failure.
    seen: Vec<Line>,
}

impl Irc {
    pub(crate) fn new(wire: Wire) -> Self {
        Self { wire, seen: Vec::new() }
    }

    /// A registered guest without encryption.
    pub(crate) fn plain(server: &Server, nick: &str, capabilities: &str) -> Self {
        Self::register(Wire::plain(server), nick, capabilities)
    }

    /// A registered guest under TLS, who shows this key.
    pub(crate) fn tls(
        server: &Server,
        nick: &str,
        capabilities: &str,
        device: Option<&Identity>,
    ) -> Self {
        Self::register(Wire::tls(server, device), nick, capabilities)
    }

    fn register(wire: Wire, nick: &str, capabilities: &str) -> Self {
        let mut irc = Self::new(wire);
        if !capabilities.is_empty() {
            irc.send("CAP LS 302");
            irc.send(&format!("CAP REQ :{capabilities}"));
        }
        irc.send(&format!("NICK {nick}"));
        irc.send(&format!("USER {nick} 0 * :{nick} the guest"));
        if !capabilities.is_empty() {
            let answer = irc.wait_for(|line| line.command() == "CAP" && line.param(1) != "LS");
            assert_eq!(answer.param(1), "ACK", "{answer:?}");
            irc.send("CAP END");
        }
        irc.wait_for(|line| line.is("001", &[nick]));
        irc.wait_for(|line| matches!(line.command(), "376" | "422"));
        irc
    }

    /// Sends a line.
    pub(crate) fn send(&mut self, line: &str) {
        self.wire.send(format!("{line}\r\n").as_bytes());
    }

    /// Sends a line to a server that may have been killed this moment; whoever reads sees the end.
    pub(crate) fn send_if_alive(&mut self, line: &str) {
        self.wire.send_until(format!("{line}\r\n").as_bytes(), Instant::now() + PATIENCE);
    }

    /// Joins a room and waits until everything about it was said.
    pub(crate) fn join(&mut self, room: &str) {
        self.send(&format!("JOIN {room}"));
        self.wait_for(|line| line.command() == "366" && line.param(1) == room);
    }

    /// The next line, whatever it is; `None` at the end.
    #[track_caller]
    pub(crate) fn next(&mut self) -> Option<Line> {
        self.next_until(Instant::now() + PATIENCE)
    }

    #[track_caller]
    fn next_until(&mut self, deadline: Instant) -> Option<Line> {
        let line = self.wire.next_line(deadline).map(Line::new)?;
        if line.command() == "PING" {
            self.send(&format!("PONG :{}", line.last()));
        }
        self.seen.push(line.clone());
        if self.seen.len() > SEEN_LINES {
            self.seen.remove(0);
        }
        Some(line)
    }

    /// The next line that is wanted; those before it are passed over.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, wanted: impl Fn(&Line) -> bool) -> Line {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let is_late = Instant::now() > deadline;
            assert!(!is_late, "what was waited for did not come; instead: {:#?}", self.seen);
            match self.next_until(deadline) {
                Some(line) if wanted(&line) => return line,
                Some(_) => {}
                None => panic!("the server closed; before that: {:#?}", self.seen),
            }
        }
    }

    /// Everything that was under way: the lines up to the answer to a PING.
    #[track_caller]
    pub(crate) fn settle(&mut self) -> Vec<Line> {
        self.send("PING settle");
        let mut lines = Vec::new();
        loop {
            match self.next() {
                Some(line) if line.command() == "PONG" && line.last() == "settle" => return lines,
                Some(line) => lines.push(line),
                None => panic!("the server closed; before that: {:#?}", self.seen),
            }
        }
    }

    /// Says something under a label and waits for its echo.
    #[track_caller]
    pub(crate) fn say(&mut self, room: &str, text: &str, label: &str) -> Line {
        self.send(&format!("@label={label} PRIVMSG {room} :{text}"));
        let echo = self.wait_for(|line| line.tag("label").as_deref() == Some(label));
        assert!(echo.is("PRIVMSG", &[room, text]), "{echo:?}");
        echo
    }

    /// The messages of the answer to a CHATHISTORY command, or its FAIL as the only line.
    #[track_caller]
    pub(crate) fn history(&mut self, arguments: &str) -> Vec<Line> {
        self.answer(&format!("CHATHISTORY {arguments}"))
    }

    /// What stands in the batch that answers a command, or the only line of the answer.
    #[track_caller]
    pub(crate) fn answer(&mut self, command: &str) -> Vec<Line> {
        self.send(&format!("@label=answer {command}"));
        let first = self.wait_for(|line| line.tag("label").as_deref() == Some("answer"));
        if first.command() != "BATCH" {
            return vec![first];
        }
        self.batch(&first)
    }

    /// What stands in the batch that this line began, inner batches laid flat.
    #[track_caller]
    fn batch(&mut self, start: &Line) -> Vec<Line> {
        let name = start.param(0).strip_prefix('+').expect("a batch begins with +").to_owned();
        let mut lines = Vec::new();
        loop {
            let line = self.next().expect("a batch has an end");
            if line.command() == "BATCH" {
                if line.param(0).strip_prefix('-') == Some(&name) {
                    return lines;
                }
            } else {
                lines.push(line);
            }
        }
    }

    /// Reads to the server's end of the connection; the last line.
    #[track_caller]
    pub(crate) fn last_words(&mut self) -> Line {
        while self.next().is_some() {}
        self.seen.last().expect("the server says why it closes").clone()
    }
}
