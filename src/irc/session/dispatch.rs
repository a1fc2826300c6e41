//! Which handler a line goes to, and the labels and batches around it.
//!
//! Owns no meaning: the table below names one method for each command, and those live with their families.

use majlis_protocol::{
    Encoder, MULTILINE_BATCH, MULTILINE_CONCAT_TAG, Message, MessageBuf, Timestamp, WireLine,
    combined_text, numeric,
};

use super::batch::{Batch, BatchUse, Gathered};
use super::{Now, Phase, Session, answers, presence, rooms};
use crate::irc::HistoryMark;
use crate::irc::event::{Event, Failure};

/// A line with what surrounds it.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// What the line says.
    pub(super) message: &'a Message<'a>,
    /// The batch that it belongs to.
    pub(super) batch: Option<Batch>,
    /// The label of the request that it answers, its own or its batch's.
    pub(super) label: Option<u64>,
    /// When it was said.
    pub(super) time_ms: u64,
    /// When it came.
    pub(super) now: Now,
}

impl<'a> Line<'a> {
    /// Who sent it, without user and host; empty where nobody is named.
    pub(super) fn nick(&self) -> &'a str {
        let source = self.message.source().unwrap_or_default();
        source.split(['!', '@']).next().unwrap_or_default()
    }

    /// A parameter; empty where it is missing.
    pub(super) fn param(&self, index: usize) -> &'a str {
        self.message.param(index).unwrap_or_default()
    }

    /// The last parameter: an error's words.
    pub(super) fn words(&self) -> String {
        self.message.params().last().copied().unwrap_or_default().to_owned()
    }

    /// Whether it is a `FAIL` of this command (IRCv3 standard-replies).
    pub(super) fn is_fail_of(&self, command: &str) -> bool {
        self.message.command().eq_ignore_ascii_case("FAIL") && self.param(0) == command
    }

    /// Its place in history.
    pub(super) fn mark(&self) -> HistoryMark {
        let msgid = self.message.tag("msgid").unwrap_or_default().into_owned();
        HistoryMark { time_ms: self.time_ms, msgid }
    }

    /// What the line's batch is for.
    pub(super) fn purpose(&self) -> BatchUse {
        self.batch.map(|batch| batch.purpose).unwrap_or_default()
    }
}

/// The answer to WHO with WHOX.
const RPL_WHOSPCRPL: &str = "354";
/// The account's nick is locked.
const ERR_NICKLOCKED: &str = "902";
/// Two people got one nick on different servers of a network.
const ERR_NICKCOLLISION: &str = "436";
/// The nick cannot be had just now.
const ERR_UNAVAILRESOURCE: &str = "437";

/// What means the same from history as live; anything else there has happened already.
const IN_HISTORY: &[&str] = &["PRIVMSG", "NOTICE", "TAGMSG", "REDACT", "CHATHISTORY"];

pub(super) type Handler = fn(&mut Session, &Line<'_>);

/// Every command that means something to us, the frequent ones first.
const HANDLERS: &[(&str, Handler)] = &[
    ("PRIVMSG", Session::handle_privmsg),
    (numeric::RPL_WHOREPLY, Session::handle_who_reply),
    (RPL_WHOSPCRPL, Session::handle_whox_reply),
    (numeric::RPL_NAMREPLY, Session::handle_names_reply),
    ("JOIN", Session::handle_join),
    ("QUIT", Session::handle_quit),
    ("PART", Session::handle_part),
    ("NICK", Session::handle_nick),
    ("AWAY", Session::handle_away),
    ("MODE", Session::handle_mode),
    ("NOTICE", Session::handle_notice),
    ("TAGMSG", Session::handle_tagmsg),
    ("REDACT", Session::handle_redact),
    ("MARKREAD", Session::handle_markread),
    ("CHATHISTORY", Session::handle_talk),
    ("PING", Session::handle_ping),
    ("PONG", Session::handle_pong),
    ("ACCOUNT", Session::handle_account),
    ("SETNAME", Session::handle_setname),
    ("TOPIC", Session::handle_topic),
    ("KICK", Session::handle_kick),
    ("FAIL", Session::handle_fail),
    ("WARN", Session::handle_remark),
    ("NOTE", Session::handle_remark),
    ("CAP", Session::handle_cap),
    ("ERROR", Session::handle_error),
    ("AUTHENTICATE", Session::handle_authenticate),
    ("REGISTER", Session::handle_register),
    ("DEVICE", Session::handle_device),
    ("PASSWORD", Session::handle_password),
    (numeric::RPL_LOGGEDIN, Session::handle_logged_in),
    (numeric::RPL_SASLSUCCESS, Session::handle_sasl_success),
    (numeric::RPL_SASLMECHS, Session::handle_mechanisms),
    (ERR_NICKLOCKED, Session::handle_sasl_failure),
    (numeric::ERR_SASLFAIL, Session::handle_sasl_failure),
    (numeric::ERR_SASLTOOLONG, Session::handle_sasl_failure),
    (numeric::ERR_SASLABORTED, Session::handle_sasl_failure),
    (numeric::ERR_SASLALREADY, Session::handle_sasl_failure),
    (numeric::RPL_WELCOME, Session::handle_welcome),
    (numeric::RPL_ISUPPORT, Session::handle_isupport),
    (numeric::RPL_MOTD, Session::handle_motd_line),
    (numeric::RPL_ENDOFMOTD, Session::handle_motd_end),
    (numeric::ERR_NOMOTD, Session::handle_motd_end),
    (numeric::RPL_NOTOPIC, Session::handle_no_topic),
    (numeric::RPL_TOPIC, Session::handle_topic_reply),
    (numeric::RPL_ENDOFNAMES, Session::handle_names_end),
    (numeric::RPL_ENDOFWHO, Session::handle_who_end),
    (numeric::ERR_ERRONEUSNICKNAME, Session::handle_nick_refused),
    (numeric::ERR_NICKNAMEINUSE, Session::handle_nick_taken),
    (ERR_NICKCOLLISION, Session::handle_nick_taken),
    (ERR_UNAVAILRESOURCE, Session::handle_nick_taken),
];

impl Session {
    pub(super) fn dispatch_line(&mut self, line: &[u8], now: Now) {
        match Message::parse(line) {
            Ok(message) => self.dispatch_message(&message, line, now),
            // Whoever greets us with that speaks something else; later, one broken line is no reason to leave.
            Err(_) if self.live.phase == Phase::Registering => {
                self.hang_up(Failure::NotAChatServer);
            }
            Err(error) => tracing::debug!(%error, "a line of the server is passed over"),
        }
    }

    fn dispatch_message(&mut self, message: &Message<'_>, bytes: &[u8], now: Now) {
        let reference = message.tag("batch");
        if let Some(gathered) = self.live.batches.gathered(reference.as_deref()) {
            gather(gathered, message);
            return;
        }
        let batch = self.live.batches.get(reference.as_deref());
        let own_label = message.tag("label").and_then(|label| label.parse().ok());
        let line = Line {
            message,
            batch,
            label: own_label.or(batch.and_then(|batch| batch.label)),
            time_ms: self.time_of(message, now),
            now,
        };
        if message.command().eq_ignore_ascii_case("BATCH") {
            self.handle_batch(&line, own_label, bytes);
            return;
        }
        self.dispatch_command(&line);
        if let Some(label) = own_label {
            self.finish_label(label, now);
        }
    }

    fn dispatch_command(&mut self, line: &Line<'_>) {
        let command = line.message.command();
        if line.purpose() != BatchUse::Ordinary {
            self.live.history.note_line(line.purpose(), line.mark());
            if !IN_HISTORY.iter().any(|known| known.eq_ignore_ascii_case(command)) {
                self.take_happened(line);
                return;
            }
        }
        let mut handlers = HANDLERS
            .iter()
            .chain(presence::HANDLERS)
            .chain(answers::HANDLERS)
            .chain(rooms::HANDLERS);
        let handler = handlers.find(|(known, _)| known.eq_ignore_ascii_case(command));
        match handler {
            Some((_, handler)) => handler(self, line),
            None if is_error_numeric(command) => self.handle_refusal(line),
            None => {}
        }
    }

    /// `BATCH +reference type parameters…` or `BATCH -reference`; `bytes` are the whole line.
    fn handle_batch(&mut self, line: &Line<'_>, own_label: Option<u64>, bytes: &[u8]) {
        let reference = line.param(0);
        if let Some(reference) = reference.strip_prefix('+') {
            let purpose = self.purpose_of_batch(line);
            let parent = line.batch.unwrap_or_default();
            self.live.batches.open(reference, Batch::within(parent, own_label, purpose));
            if let (MULTILINE_BATCH, Ok(opener)) = (line.param(1), MessageBuf::parse(bytes)) {
                self.live.batches.gather(reference, opener);
            }
        } else if let Some(reference) = reference.strip_prefix('-') {
            let Some((batch, gathered)) = self.live.batches.close(reference) else { return };
            if let Some(gathered) = gathered {
                self.finish_gathering(gathered, batch, line.now);
            }
            match batch.purpose {
                BatchUse::Answer if batch.ends_page => self.finish_page(line.now),
                BatchUse::Found if batch.ends_page => self.finish_search(line),
                _ => {}
            }
            if let (true, Some(label)) = (batch.ends_label, batch.label) {
                self.finish_label(label, line.now);
            }
        }
    }

    /// When a line was said (IRCv3 server-time). Where the server does not say it, it is now, and lines keep the order in which
    /// they came: nothing else would tell those of one millisecond apart. Numerics answer, and have no place in that order.
    fn time_of(&mut self, message: &Message<'_>, now: Now) -> u64 {
        let told = message.tag("time").and_then(|time| time.parse::<Timestamp>().ok());
        if let Some(time) = told {
            return time.0;
        }
        if message.command().starts_with(|first: char| first.is_ascii_digit()) {
            return now.wall_ms;
        }
        let last_ms = &mut self.live.last_untimed_ms;
        *last_ms = now.wall_ms.max(*last_ms + 1);
        *last_ms
    }

    /// All lines of a message came: it is taken as if it had come on one.
    fn finish_gathering(&mut self, gathered: Gathered, batch: Batch, now: Now) {
        let opener = gathered.opener.get();
        let line = Line {
            message: &opener,
            batch: Some(batch),
            label: batch.label,
            time_ms: self.time_of(&opener, now),
            now,
        };
        let text = gathered.text.into_kept();
        self.live.history.note_line(line.purpose(), line.mark());
        self.handle_gathered(&line, &gathered.command, &combined_text(&text));
    }

    fn purpose_of_batch(&self, line: &Line<'_>) -> BatchUse {
        match line.param(1) {
            "chathistory" | "draft/chathistory" => {
                let is_answer = self.live.history.is_answered_by(line.label, line.param(2));
                if is_answer { BatchUse::Answer } else { BatchUse::Replay }
            }
            "draft/chathistory-targets" if self.live.history.is_answered_by(line.label, "") => {
                BatchUse::Answer
            }
            "soju.im/search" => BatchUse::Found,
            _ => BatchUse::Ordinary,
        }
    }

    fn handle_ping(&mut self, line: &Line<'_>) {
        let token = line.words();
        self.live.output.send(&Encoder::new("PONG").trailing(&token));
    }

    /// The server hangs up and says why.
    fn handle_error(&mut self, line: &Line<'_>) {
        self.live.last_words = Some(line.words());
    }

    /// `WARN` and `NOTE` (IRCv3 standard-replies): words for the person, whatever they are about.
    fn handle_remark(&mut self, line: &Line<'_>) {
        self.tell(Event::ServerText { text: line.words() });
    }
}

/// Adds a line to the message that it is part of.
fn gather(gathered: &mut Gathered, message: &Message<'_>) {
    let is_joined = message.tag(MULTILINE_CONCAT_TAG).is_some();
    let text = message.param(1).unwrap_or_default();
    gathered.push(&message.command().to_ascii_uppercase(), WireLine { text, is_joined });
}

/// Whether a numeric is one of the base protocol's refusals.
fn is_error_numeric(command: &str) -> bool {
    command.len() == 3 && command.starts_with(['4', '5'])
}
