//! Sending what the person says, and learning what became of it.
//!
//! A message is sent when its echo came: by its label, by the vendor tag, or where the server has neither in the order of
//! sending. A server without echoes says it by answering the label with `ACK`, or else the PING that was sent behind it. Where
//! there are echoes and no labels, that PING says that no echo is to come any more.

use majlis_protocol::{
    Capability, Encoder, MULTILINE_BATCH, MULTILINE_CONCAT_TAG, WireLine, fold, vendor,
};
use uuid::Uuid;

use super::conversation::Stage;
use super::dispatch::Line;
use super::message::{REPLY_TAG, make_id};
use super::outbox::Progress;
use super::output::Labelled;
use super::{Now, Phase, Session};
use crate::irc::event::{Event, Message, MessageKind, Origin, Refusal};
use crate::irc::fit::wire_lines;
use crate::irc::{MultilineLimits, Outgoing, text_max_bytes};

/// How the token begins of a PING that is sent behind a message.
const PING_BEHIND: &str = "sent-";

impl Session {
    /// Takes a message in, behind all others.
    pub(super) fn add_to_outbox(&mut self, outgoing: Outgoing, progress: Progress) {
        if let Err(refused) = self.outbox.push(outgoing, progress) {
            let reason = Refusal::TooManyWaiting;
            self.tell(Event::SendFailed { id: refused.id, reason });
        }
    }

    /// Sends while the window is open, in order within each conversation.
    pub(super) fn send_what_may_go(&mut self) {
        let limits = self.multiline_limits();
        let conversations = &self.conversations;
        while let Some(pending) = self.outbox.next_to_send(|key| conversations.is_open(key)) {
            let number = self.live.labels.next_number();
            pending.progress = Progress::InFlight(number);
            let outgoing = pending.outgoing.clone();
            if !self.live.send_message(&outgoing, number, limits) {
                self.outbox.remove(outgoing.id);
                let reason = Refusal::CannotBeSaid;
                self.events.push(Event::SendFailed { id: outgoing.id, reason });
            }
        }
        let ids = self.outbox.take_unnoted(|key| conversations.is_open(key));
        if !ids.is_empty() {
            self.events.push(Event::ToBeNoted { ids });
        }
    }

    /// Takes a message that arrived out of the outbox; whether it waited there.
    pub(super) fn confirm(&mut self, message: &Message) -> bool {
        message.send_id.is_some_and(|id| self.outbox.remove(id).is_some())
    }

    /// Whether a message waits under this identifier with this text.
    pub(super) fn waits_with_text(&self, id: Uuid, text: &str) -> bool {
        self.outbox.get(id).is_some_and(|outgoing| outgoing.text == text)
    }

    /// The message of ours that an echo without any mark must be: the oldest on its way there with that text; a server may
    /// change texts, so failing that the oldest of all.
    pub(super) fn oldest_in_flight(&self, target: &str, text: &str) -> Option<Uuid> {
        let key = fold(target);
        let same = self.outbox.in_flight_to(&key, Some(text));
        same.or_else(|| self.outbox.in_flight_to(&key, None))
    }

    /// The answer to a label is complete.
    pub(super) fn finish_label(&mut self, label: u64, now: Now) {
        match self.live.labels.close(label) {
            Some(Labelled::Send(id)) if self.outbox.in_flight_as(label) == Some(id) => {
                self.accept(id, now);
            }
            Some(Labelled::Join(key)) if self.is_joining(&key) => {
                self.fail_join(&key, Refusal::Server(String::new()));
            }
            Some(Labelled::History) if self.live.history.is_under_way_as(label) => {
                self.finish_page(now);
            }
            Some(Labelled::Question(number)) => self.finish_question_line(number),
            _ => {}
        }
    }

    /// `PONG server :token`.
    pub(super) fn handle_pong(&mut self, line: &Line<'_>) {
        let words = line.words();
        if self.finish_deed_behind(&words) {
            return;
        }
        let number = words.strip_prefix(PING_BEHIND).and_then(|number| number.parse().ok());
        match number.and_then(|number| self.outbox.in_flight_as(number)) {
            // Nobody got it, or it would have been echoed; some servers do not say why.
            Some(id) if self.has(Capability::EchoMessage) => {
                self.fail_send(id, Refusal::Server(String::new()));
            }
            Some(id) => self.accept(id, line.now),
            None => {}
        }
    }

    /// The server took a message and does not echo it: it is told as if it had.
    fn accept(&mut self, id: Uuid, now: Now) {
        let Some(outgoing) = self.outbox.get(id).cloned() else { return };
        let nick = self.live.nick.clone();
        let message = Message {
            msgid: make_id(now.wall_ms, &[&nick, &outgoing.target, &id.to_string()]),
            time_ms: now.wall_ms,
            display_name: None,
            is_own: true,
            send_id: Some(id),
            kind: if outgoing.is_action { MessageKind::Action } else { MessageKind::Text },
            text: outgoing.text,
            reply_to: outgoing.reply_to,
            nick,
        };
        self.seen.insert(&sent_key(id));
        let was_awaited = self.confirm(&message);
        self.tell_message(&outgoing.target, Origin::Live, message, was_awaited);
    }

    /// Whether a message from history was told when the server took it, under an identifier made here.
    pub(super) fn was_told_as_sent(&self, message: &Message) -> bool {
        message.send_id.is_some_and(|id| self.seen.contains(&sent_key(id)))
    }

    /// A 4xx or 5xx numeric, or `FAIL command code context… :words` (IRCv3 standard-replies): a request was refused,
    /// the one with the line's label, or where there are none, the one that its parameters name.
    pub(super) fn handle_refusal(&mut self, line: &Line<'_>) {
        if self.live.phase < Phase::Welcomed {
            self.live.last_words = Some(line.words());
            return;
        }
        if self.refuse_question(line) {
            return;
        }
        let labelled = line.label.and_then(|label| self.live.labels.get(label)).cloned();
        match labelled {
            _ if line.is_fail_of("REDACT") => self.handle_not_deleted(line),
            Some(Labelled::Send(id)) => self.fail_send(id, line.refusal()),
            Some(Labelled::Join(key)) if self.is_joining(&key) => {
                self.fail_join(&key, line.refusal());
            }
            Some(Labelled::History) => self.fail_page(line.now),
            Some(Labelled::Typing) => {}
            _ if self.has(Capability::LabeledResponse) => self.tell_refusal(line),
            _ => self.handle_unlabelled_refusal(line),
        }
    }

    fn handle_unlabelled_refusal(&mut self, line: &Line<'_>) {
        let params = line.message.params();
        let named = &params[..params.len().saturating_sub(1)];
        if named.contains(&"CHATHISTORY") {
            self.fail_page(line.now);
            return;
        }
        if let (Some(&"BATCH"), Some(id)) = (named.first(), self.outbox.many_lines_in_flight()) {
            self.fail_send(id, line.refusal());
            return;
        }
        for key in named.iter().map(|param| fold(param)) {
            if self.is_joining(&key) {
                self.fail_join(&key, line.refusal());
                return;
            }
            if let Some(id) = self.outbox.in_flight_to(&key, None) {
                self.fail_send(id, line.refusal());
                return;
            }
        }
        self.tell_refusal(line);
    }

    fn tell_refusal(&mut self, line: &Line<'_>) {
        self.tell(Event::Refused(line.refusal()));
    }

    /// Nobody can say whether these arrived: the person decides whether to say them again.
    pub(super) fn fail_doubts(&mut self, key: &str) {
        for id in self.outbox.remove_in_doubt(key) {
            let reason = Refusal::InDoubt;
            self.tell(Event::SendFailed { id, reason });
        }
    }

    fn fail_send(&mut self, id: Uuid, reason: Refusal) {
        if self.outbox.remove(id).is_some() {
            self.tell(Event::SendFailed { id, reason });
        }
    }

    fn is_joining(&self, key: &str) -> bool {
        self.conversations.get(key).is_some_and(|room| matches!(room.stage, Stage::Joining))
    }
}

impl super::Live {
    /// Puts a message on its way; `false` where it cannot be said in IRC, or not on this server.
    fn send_message(
        &mut self,
        outgoing: &Outgoing,
        number: u64,
        limits: Option<MultilineLimits>,
    ) -> bool {
        // A comma would make several targets of one.
        if outgoing.target.contains(',') || !self.send_lines(outgoing, number, limits) {
            return false;
        }
        if self.enabled.contains(Capability::LabeledResponse) {
            self.labels.open_as(number, Labelled::Send(outgoing.id));
        } else {
            let token = format!("{PING_BEHIND}{number}");
            self.output.send(&Encoder::new("PING").param(&token));
        }
        true
    }

    fn send_lines(
        &mut self,
        outgoing: &Outgoing,
        number: u64,
        limits: Option<MultilineLimits>,
    ) -> bool {
        let label = number.to_string();
        let id = outgoing.id.to_string();
        let text = if outgoing.is_action {
            format!("\u{1}ACTION {}\u{1}", outgoing.text)
        } else {
            outgoing.text.clone()
        };
        let mut tags = Vec::new();
        if self.enabled.contains(Capability::LabeledResponse) {
            tags.push(("label", label.as_str()));
        }
        if self.enabled.contains(Capability::MessageTags) {
            tags.push((vendor::SEND_TAG, id.as_str()));
            tags.extend(outgoing.reply_to.iter().map(|msgid| (REPLY_TAG, msgid.as_str())));
        }
        let lines: Vec<_> = match limits {
            Some(_) => wire_lines(&text, text_max_bytes(&self.nick, &outgoing.target)).collect(),
            None => vec![WireLine { text: &text, is_joined: false }],
        };
        if let [line] = lines[..] {
            let line = Encoder::new("PRIVMSG").param(&outgoing.target).trailing(line.text);
            return self.output.send(&tagged(line, &tags));
        }
        if limits
            .is_none_or(|limits| text.len() > limits.max_bytes || lines.len() > limits.max_lines)
        {
            return false;
        }
        let (opening, ending) = (format!("+m{number}"), format!("-m{number}"));
        let opener = Encoder::new("BATCH").param(&opening).param(MULTILINE_BATCH);
        if !self.output.send(&tagged(opener.param(&outgoing.target), &tags)) {
            return false;
        }
        for line in lines {
            let mut encoder = Encoder::new("PRIVMSG").tag("batch", &opening[1..]);
            if line.is_joined {
                encoder = encoder.tag_flag(MULTILINE_CONCAT_TAG);
            }
            self.output.send(&encoder.param(&outgoing.target).trailing(line.text));
        }
        self.output.send(&Encoder::new("BATCH").param(&ending))
    }
}

/// A line with these tags.
fn tagged<'a>(line: Encoder<'a>, tags: &[(&'a str, &'a str)]) -> Encoder<'a> {
    tags.iter().fold(line, |line, (key, value)| line.tag(key, value))
}

/// Under what a message is remembered that was told without the server's identifier.
fn sent_key(id: Uuid) -> String {
    format!("sent-{id}")
}
