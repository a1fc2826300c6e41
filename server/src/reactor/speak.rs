//! What the bytes of each kind of guest mean.
//!
//! The dispatch of one connection: from its first bytes to lines for the hub, to texts for the hub, or to a page. When
//! things happen is [`conn`](super::conn)'s.

use majlis_protocol::{
    CapabilitySet, LineDecoder, LineError, LineLimits, MessageBuf, ParseError, Salvage,
};

use super::conn::{Conn, Life, Phase, PlainGuest, Turn};
use super::fan_out::Manner;
use super::http::{self, Answer, RequestHead, Site};
use super::sniff::{self, Spoken};
use super::text::{Ending, TextFramer};
use super::websocket::{self, CloseCode, Framer, Incoming, Kind};
use crate::event::{CloseReason, ConnId, Dialect, Guest, HubInput, LineFault, Peer};

/// To an IRC client that may not talk without TLS.
const REFUSAL_IRC: &[u8] = b"ERROR :This server talks over encrypted connections only. \
    Connect to the same port with TLS.\r\n";

/// To anybody else who may not; HTTP has its page.
const REFUSAL_TEXT: &[u8] = b"This server talks over encrypted connections only. \
    Use the Majlis application, or an IRC program with TLS on the same port.\n";

impl Conn {
    /// Takes what arrived.
    pub(super) fn handle_bytes(&mut self, bytes: &[u8], turn: &mut Turn<'_>) -> Life {
        match &mut self.phase {
            Phase::Sniffing { first, quiet_since } => {
                first.extend_from_slice(bytes);
                *quiet_since = turn.now;
                match sniff::classify(first, self.stream.is_encrypted()) {
                    Some(spoken) => self.settle(spoken, turn),
                    None => Life::GoesOn,
                }
            }
            Phase::Irc(_) => {
                self.read_lines(bytes, turn);
                Life::GoesOn
            }
            Phase::Web(_) => self.read_frames(bytes, turn),
            Phase::Plain(_) => self.read_texts(bytes, turn),
            Phase::Http(head) => {
                let site = Site {
                    port: self.local_port,
                    web: &turn.settings.doors.web,
                    pages: turn.settings.pages.as_deref().filter(|_| self.peer.is_loopback()),
                };
                match head.push(bytes, &site) {
                    Some(Answer::Page(response)) => {
                        turn.counts.pages.add(1);
                        self.say_last(&response, turn)
                    }
                    Some(Answer::WebSocket { response, kind, taken }) => {
                        self.open_web(&response, kind, turn);
                        self.handle_bytes(&bytes[taken..], turn)
                    }
                    None => Life::GoesOn,
                }
            }
            Phase::Handshaking
            | Phase::HalfClosed { .. }
            | Phase::Leaving { .. }
            | Phase::Draining { .. } => Life::GoesOn,
        }
    }

    /// Takes silence, or the end, for what it means while sniffing: a guest of the plain room, or nobody.
    pub(super) fn settle_silent(&mut self, turn: &mut Turn<'_>) -> Life {
        match &self.phase {
            Phase::Sniffing { first, .. } if first.is_empty() && !self.may_speak() => {
                Life::Over(CloseReason::Eof)
            }
            Phase::Sniffing { .. } => self.settle(Spoken::Text, turn),
            _ => Life::GoesOn,
        }
    }

    /// What came without a newline is a text now.
    pub(super) fn say_unfinished(&mut self, turn: &mut Turn<'_>) {
        let Phase::Plain(guest) = &mut self.phase else { return };
        guest.quiet_at = None;
        let texts: Vec<_> = std::iter::from_fn(|| guest.framer.take_unfinished()).collect();
        self.say_texts(texts, turn);
    }

    /// The guest speaks this; what was sniffed is its beginning.
    fn settle(&mut self, spoken: Spoken, turn: &mut Turn<'_>) -> Life {
        let Phase::Sniffing { first, .. } = &mut self.phase else { return Life::GoesOn };
        let first = std::mem::take(first);
        match spoken {
            Spoken::Tls => return self.start_tls(&first, turn),
            _ if !self.may_speak() => return self.refuse(spoken, turn),
            Spoken::Irc => self.open_irc(turn),
            Spoken::Text => self.open_plain(turn),
            Spoken::Http => self.phase = Phase::Http(RequestHead::default()),
        }
        self.handle_bytes(&first, turn)
    }

    fn start_tls(&mut self, hello: &[u8], turn: &Turn<'_>) -> Life {
        self.phase = Phase::Handshaking;
        match self.stream.start_tls(turn.settings.tls.clone(), hello) {
            Ok(()) => Life::GoesOn,
            Err(error) => Life::Over(CloseReason::Io(error.to_string())),
        }
    }

    fn refuse(&mut self, spoken: Spoken, turn: &mut Turn<'_>) -> Life {
        match spoken {
            Spoken::Irc => self.say_last(REFUSAL_IRC, turn),
            Spoken::Http => self.say_last(&http::forbidden(), turn),
            Spoken::Text | Spoken::Tls => self.say_last(REFUSAL_TEXT, turn),
        }
    }

    fn open_irc(&mut self, turn: &mut Turn<'_>) {
        self.phase = Phase::Irc(LineDecoder::new(turn.settings.doors.line_limits));
        let dialect = Dialect::irc(CapabilitySet::empty());
        self.open(Guest::Irc, Manner::irc(dialect), turn);
    }

    fn open_web(&mut self, response: &[u8], kind: Kind, turn: &mut Turn<'_>) {
        self.phase = Phase::Web(Box::new(Framer::new(turn.settings.doors.websocket_bytes)));
        self.say_first(response);
        let dialect = Dialect::irc(CapabilitySet::empty());
        self.open(Guest::Irc, Manner::web(dialect, kind), turn);
    }

    fn open_plain(&mut self, turn: &mut Turn<'_>) {
        let framer = TextFramer::new();
        self.phase = Phase::Plain(Box::new(PlainGuest { framer, is_new: true, quiet_at: None }));
        // Until the first text shows how they end theirs, people with a terminal are the most likely.
        self.open(Guest::Plain, Manner::plain(Ending::Lf), turn);
    }

    fn open(&mut self, guest: Guest, manner: Manner, turn: &mut Turn<'_>) {
        let peer = Peer {
            address: self.peer,
            encrypted: self.stream.is_encrypted(),
            device_key: self.stream.peer_fingerprint(),
            channel_binding: self.stream.channel_binding(),
        };
        if let Some(speaks) = self.speaks() {
            turn.counts.note_opened(speaks);
        }
        turn.fan_out.open(self.id, manner);
        turn.outbox.push(HubInput::Opened { conn: self.id, guest, peer });
    }

    /// Reads line by line, for as long as there is something in the bucket.
    fn read_lines(&mut self, bytes: &[u8], turn: &mut Turn<'_>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.is_paced(turn.now) {
                self.wait_for_bucket(rest, turn);
                return;
            }
            let Phase::Irc(decoder) = &mut self.phase else { return };
            let taken = decoder.push(first_piece(rest, b"\n"));
            rest = &rest[taken..];
            let mut price = 0;
            while let Some(line) = decoder.next_line() {
                let input = line_input(self.id, line);
                price += input.as_ref().map_or(1, price_of);
                if let Some(input) = input {
                    turn.outbox.push(input);
                }
            }
            self.pay(price, taken, turn);
        }
    }

    /// Reads frame by frame, for as long as there is something in the bucket.
    fn read_frames(&mut self, bytes: &[u8], turn: &mut Turn<'_>) -> Life {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.is_paced(turn.now) {
                self.wait_for_bucket(rest, turn);
                break;
            }
            let Phase::Web(framer) = &mut self.phase else { break };
            let (taken, incoming) = match framer.push(rest) {
                Ok(step) => step,
                Err(code) => return self.fail_web(code, turn),
            };
            rest = &rest[taken..];
            self.pay(0, taken, turn);
            let life = incoming.map_or(Life::GoesOn, |incoming| self.take_frame(incoming, turn));
            if life != Life::GoesOn {
                return life;
            }
        }
        Life::GoesOn
    }

    fn take_frame(&mut self, incoming: Incoming, turn: &mut Turn<'_>) -> Life {
        let input = match &incoming {
            Incoming::Message(message) => {
                message_input(self.id, message, turn.settings.doors.line_limits)
            }
            _ => None,
        };
        self.pay(input.as_ref().map_or(1, price_of), 0, turn);
        match incoming {
            Incoming::Message(_) => {
                if let Some(input) = input {
                    turn.outbox.push(input);
                }
                Life::GoesOn
            }
            Incoming::Ping(payload) => self.push(&websocket::pong(&payload).into()),
            Incoming::Pong => Life::GoesOn,
            Incoming::Close(code) => self.close_web(code, CloseReason::Eof, turn),
        }
    }

    /// The guest broke the protocol, after which nothing that they send means anything.
    fn fail_web(&mut self, code: CloseCode, turn: &mut Turn<'_>) -> Life {
        let words = match code {
            CloseCode::NOT_UTF8 => "a text was not UTF-8",
            CloseCode::TOO_BIG => "a message was too long",
            _ => "WebSocket protocol error",
        };
        self.close_web(code, CloseReason::Io(words.to_owned()), turn)
    }

    /// Reads text by text, for as long as there is something in the bucket.
    fn read_texts(&mut self, bytes: &[u8], turn: &mut Turn<'_>) -> Life {
        let mut texts = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.is_paced(turn.now) {
                self.wait_for_bucket(rest, turn);
                break;
            }
            let Phase::Plain(guest) = &mut self.phase else { return Life::GoesOn };
            let taken = guest.framer.push(first_piece(rest, b"\n\r"));
            rest = &rest[taken..];
            if guest.is_new && guest.framer.first_line().is_some_and(sniff::is_irc_opening) {
                return self.become_irc(rest, turn);
            }
            let count_before = texts.len();
            texts.extend(std::iter::from_fn(|| guest.framer.next_text()));
            guest.is_new &= texts.is_empty();
            self.pay(texts.len() - count_before, taken, turn);
        }
        self.say_texts(texts, turn);
        if let Phase::Plain(guest) = &mut self.phase {
            let is_unfinished = guest.framer.has_unfinished();
            guest.quiet_at = is_unfinished.then(|| turn.now + turn.settings.doors.text_quiet);
        }
        Life::GoesOn
    }

    fn say_texts(&mut self, texts: Vec<String>, turn: &mut Turn<'_>) {
        let Phase::Plain(guest) = &mut self.phase else { return };
        if texts.is_empty() {
            return;
        }
        guest.is_new = false;
        if let Some(ending) = guest.framer.ending() {
            turn.fan_out.set_manner(self.id, Manner::plain(ending));
        }
        for text in texts {
            turn.outbox.push(HubInput::Text { conn: self.id, text });
        }
    }

    /// The silent guest was an IRC client after all: the hub sees the plain guest leave and another one come.
    fn become_irc(&mut self, rest: &[u8], turn: &mut Turn<'_>) -> Life {
        self.tell_closed(CloseReason::Asked, turn);
        self.id.generation = self.id.generation.wrapping_add(1);
        let was = std::mem::replace(
            &mut self.phase,
            Phase::Irc(LineDecoder::new(turn.settings.doors.line_limits)),
        );
        self.open_irc(turn);
        let mut said = match was {
            Phase::Plain(guest) => guest.framer.into_held(),
            _ => Vec::new(),
        };
        said.extend_from_slice(rest);
        self.handle_bytes(&said, turn)
    }

    /// Keeps what came too fast until the bucket fills again.
    fn wait_for_bucket(&mut self, rest: &[u8], turn: &Turn<'_>) {
        self.unread = rest.to_vec();
        turn.counts.floods.add(1);
    }

    fn pay(&mut self, messages: usize, bytes: usize, turn: &Turn<'_>) {
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        self.bucket.pay(turn.settings.doors.flood, turn.now, count(messages), count(bytes));
    }
}

/// How many tokens a line costs (see [`flood`](super::flood)): one for each target that it names, and another where everybody
/// who shares a room with somebody hears of it.
fn price_of(input: &HubInput) -> usize {
    let HubInput::Message { message, .. } = input else { return 1 };
    let message = message.get();
    let is_any =
        |names: &[&str]| names.iter().any(|name| message.command().eq_ignore_ascii_case(name));
    let targets = || message.param(0).map_or(1, |list| list.split(',').count());
    if is_any(&["PRIVMSG", "NOTICE", "TAGMSG", "JOIN", "PART"]) {
        targets()
    } else if is_any(&["NICK", "SETNAME", "RENAME", "METADATA"]) {
        2
    } else {
        1
    }
}

type Line<'a> = Result<&'a [u8], LineError>;

/// Up to and with the first line ending, so that no two lines are read at once.
fn first_piece<'a>(bytes: &'a [u8], line_ends: &[u8]) -> &'a [u8] {
    let end = bytes.iter().position(|byte| line_ends.contains(byte));
    end.map_or(bytes, |end| &bytes[..=end])
}

/// What a WebSocket's message is to the hub: one line. Some clients leave the line's ending on.
fn message_input(conn: ConnId, message: &[u8], limits: LineLimits) -> Option<HubInput> {
    let line = message.strip_suffix(b"\n").unwrap_or(message);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line_input(conn, limits.check(line).map(|()| line))
}

/// What a line is to the hub; nothing, where there is nothing in it.
fn line_input(conn: ConnId, line: Line<'_>) -> Option<HubInput> {
    let (fault, salvage) = match line.map(|line| (line, MessageBuf::parse(line))) {
        Ok((_, Ok(message))) => return Some(HubInput::Message { conn, message }),
        Ok((_, Err(ParseError::Empty))) => return None,
        Ok((line, Err(error))) => (LineFault::Parse(error), Salvage::of(line)),
        Err(error) => (LineFault::Line(error), Salvage::default()),
    };
    Some(HubInput::BadLine { conn, fault, salvage })
}
