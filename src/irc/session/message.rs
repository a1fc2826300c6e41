//! What was said, where, and by whom; telling it once, in order.

use majlis_protocol::{Capability, fold, vendor};
use uuid::Uuid;

use super::batch::BatchUse;
use super::dispatch::Line;
use super::output::Labelled;
use super::roster::Person;
use super::{Phase, Session};
use crate::irc::HistoryMark;
use crate::irc::event::{Event, MADE_ID, MSGID_MAX_BYTES, Message, MessageKind, Origin, is_made};

/// Says which message another one is about (IRCv3 reply).
pub(super) const REPLY_TAG: &str = "+reply";
/// The same before it was ratified.
const REPLY_DRAFT_TAG: &str = "+draft/reply";

/// How many equal messages within one millisecond are told apart where the server gives no identifiers.
const EQUALS_MAX: u32 = 16;

/// Something said, on one line or on many.
#[derive(Clone, Copy, Debug)]
struct Said<'a> {
    /// The line that has its tags and its source.
    line: &'a Line<'a>,
    /// Where.
    target: &'a str,
    /// What.
    text: &'a str,
}

impl Session {
    /// `PRIVMSG target :text`.
    pub(super) fn handle_privmsg(&mut self, line: &Line<'_>) {
        let said = Said { line, target: line.param(0), text: line.param(1) };
        self.handle_said(&said, MessageKind::Text);
    }

    /// A message of many lines (draft/multiline), by the line that opened its batch and the command of its lines.
    pub(super) fn handle_gathered(&mut self, line: &Line<'_>, command: &str, text: &str) {
        let kind = match command {
            "PRIVMSG" => MessageKind::Text,
            "NOTICE" => MessageKind::Notice,
            _ => return,
        };
        self.handle_said(&Said { line, target: line.param(2), text }, kind);
    }

    /// `NOTICE target :text`; one of the server's own is for the person rather than part of a conversation.
    pub(super) fn handle_notice(&mut self, line: &Line<'_>) {
        let is_of_server = !line.message.source().is_some_and(|source| source.contains('!'));
        let is_to_room = self.live.features.room_of(line.param(0)).is_some();
        if self.live.phase < Phase::Welcomed {
            // How it looks us up concerns nobody, unless it is the last that it says.
            self.live.last_words = Some(line.words());
        } else if is_of_server && !is_to_room {
            self.tell(Event::ServerText { text: line.words() });
        } else {
            let said = Said { line, target: line.param(0), text: line.param(1) };
            self.handle_said(&said, MessageKind::Notice);
        }
    }

    fn handle_said(&mut self, said: &Said<'_>, kind: MessageKind) {
        let line = said.line;
        let is_said = ![line.nick(), said.target, said.text].contains(&"");
        if self.live.phase < Phase::Welcomed || !is_said {
            return;
        }
        let Some((kind, text)) = read_text(kind, said.text) else { return };
        let said = &Said { text, ..*said };
        let (is_own, send_id) = self.recognise(said);
        let conversation = self.conversation_of(line.nick(), said.target, is_own);
        let message = Message {
            msgid: self.identify(said),
            time_ms: line.time_ms,
            nick: line.nick().to_owned(),
            display_name: self.display_name_of(line.nick()),
            is_own,
            send_id,
            kind,
            text: text.to_owned(),
            reply_to: replied_to(line),
        };
        match line.purpose() {
            BatchUse::Answer => self.live.history.add_to_page(message),
            BatchUse::Found => self.take_found(line, conversation, message),
            BatchUse::Replay => self.deliver(&conversation, Origin::Gap { more: false }, message),
            BatchUse::Ordinary => {
                self.learn_account(line);
                self.deliver(&conversation, Origin::Live, message);
            }
        }
    }

    /// The room, or whom we are talking with.
    pub(super) fn conversation_of(&self, nick: &str, target: &str, is_own: bool) -> String {
        let name = match self.live.features.room_of(target) {
            Some(room) => room,
            // What another device of ours says to us under another nick is answered there.
            None if is_own && (self.is_own(nick) || !self.is_own(target)) => target,
            None => nick,
        };
        self.conversations.get(&fold(name)).map_or(name, |known| known.name.as_str()).to_owned()
    }

    /// Whether a message is ours, and what we had called it.
    ///
    /// One that waits for its echo is ours under an earlier nick, too; then its text must be the same, since others can
    /// read its identifier and use it.
    fn recognise(&self, said: &Said<'_>) -> (bool, Option<Uuid>) {
        let &Said { line, target, text } = said;
        let tag = line.message.tag(vendor::SEND_TAG).and_then(|id| id.parse::<Uuid>().ok());
        if !self.is_by_us(line) {
            let waiting = tag.filter(|&id| self.waits_with_text(id, text));
            return (waiting.is_some(), waiting);
        }
        let labelled = line.label.and_then(|label| self.live.labels.get(label));
        match (labelled, tag) {
            (Some(Labelled::Send(id)), _) => (true, Some(*id)),
            (_, Some(id)) => (true, Some(id)),
            _ if self.is_echo_by_order(line) => (true, self.oldest_in_flight(target, text)),
            _ => (true, None),
        }
    }

    /// Whether echoes come without a label, in the order in which we sent. Another device of ours has another nick there.
    fn is_echo_by_order(&self, line: &Line<'_>) -> bool {
        line.purpose() == BatchUse::Ordinary
            && self.is_own(line.nick())
            && self.has(Capability::EchoMessage)
            && !self.has(Capability::LabeledResponse)
    }

    /// The server's identifier, or one made of time and content.
    fn identify(&self, said: &Said<'_>) -> String {
        let &Said { line, target, text } = said;
        if let Some(msgid) = line.message.tag("msgid").filter(|msgid| !msgid.is_empty()) {
            return msgid.into_owned();
        }
        let made = make_id(line.time_ms, &[line.nick(), target, text]);
        if line.purpose() != BatchUse::Ordinary {
            return made;
        }
        let mut numbered = (1..EQUALS_MAX).map(|count| format!("{made}-{count}"));
        let is_new = |id: &String| !self.seen.contains(id);
        if is_new(&made) { made } else { numbered.find(is_new).unwrap_or(made) }
    }

    pub(super) fn display_name_of(&self, nick: &str) -> Option<String> {
        self.live.roster.person(nick).and_then(Person::shown_name)
    }

    /// Each message says whether its sender is signed in (IRCv3 account-tag).
    fn learn_account(&mut self, line: &Line<'_>) {
        if self.has(Capability::AccountTag) {
            let is_registered = line.message.tag("account").is_some();
            self.update_person(line.nick(), |person| person.is_registered = is_registered);
        }
    }

    /// Tells a message now, or after the gap before it.
    pub(super) fn deliver(&mut self, conversation: &str, origin: Origin, message: Message) {
        let was_awaited = self.confirm(&message);
        let is_talk = self.live.awaits_talks && !self.live.features.is_room(conversation);
        let free = match self.conversations.ensure(conversation) {
            Some((key, known)) => {
                if is_talk && known.begin_filling() {
                    self.live.held_talks.insert(key);
                }
                known.hold(message)
            }
            None => Some(message),
        };
        if let Some(message) = free {
            self.tell_message(conversation, origin, message, was_awaited);
        }
    }

    /// Tells a message unless it was told before; one that we wait for is told in any case, so that it waits no longer.
    pub(super) fn tell_message(
        &mut self,
        conversation: &str,
        origin: Origin,
        message: Message,
        was_awaited: bool,
    ) {
        let is_new = !self.was_told_as_sent(&message) && self.seen.insert(&message.msgid);
        if !is_new && !was_awaited {
            return;
        }
        let key = fold(conversation);
        // Without echoes nothing says whether ours came before this one: history has to be asked from further back.
        let is_in_order =
            self.has(Capability::EchoMessage) || self.outbox.in_flight_to(&key, None).is_none();
        if let Some(known) = self.conversations.get_mut(&key).filter(|_| is_in_order) {
            known.pass(&message);
        }
        if let Some(Event::Messages { conversation: last, origin: last_origin, messages, .. }) =
            self.events.last_mut()
            && (last.as_str(), *last_origin) == (conversation, origin)
        {
            messages.push(message);
            return;
        }
        let conversation = conversation.to_owned();
        let (messages, happened) = (vec![message], Vec::new());
        self.tell(Event::Messages { conversation, origin, messages, happened });
    }
}

/// The place of a message in history. An identifier made here means nothing to the server and is left out.
pub(super) fn mark_of(message: &Message) -> HistoryMark {
    let msgid = if is_made(&message.msgid) { String::new() } else { message.msgid.clone() };
    HistoryMark { time_ms: message.time_ms, msgid }
}

/// An identifier for what has none: the same for the same time and content (FNV-1a, 64 bits).
pub(super) fn make_id(time_ms: u64, parts: &[&str]) -> String {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{MADE_ID}{time_ms}-{hash:016x}")
}

/// What a message answers (IRCv3 reply; older programs send the name that the draft had).
pub(super) fn replied_to(line: &Line<'_>) -> Option<String> {
    let msgid = line.message.tag(REPLY_TAG).or_else(|| line.message.tag(REPLY_DRAFT_TAG))?;
    let is_followed = !msgid.is_empty() && msgid.len() <= MSGID_MAX_BYTES;
    is_followed.then(|| msgid.into_owned())
}

/// Takes a CTCP ACTION out of its wrapping; `None` for any other CTCP, which is for programs.
fn read_text(kind: MessageKind, text: &str) -> Option<(MessageKind, &str)> {
    let Some(wrapped) = text.strip_prefix('\u{1}') else { return Some((kind, text)) };
    let deed = wrapped.strip_suffix('\u{1}').unwrap_or(wrapped).strip_prefix("ACTION ")?;
    Some((MessageKind::Action, deed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_unwrapped_and_other_ctcp_is_for_programs() {
        let read = |text| read_text(MessageKind::Text, text);
        assert_eq!(read("hello"), Some((MessageKind::Text, "hello")));
        assert_eq!(read("\u{1}ACTION waves\u{1}"), Some((MessageKind::Action, "waves")));
        assert_eq!(read("\u{1}ACTION waves"), Some((MessageKind::Action, "waves")));
        assert_eq!(read("\u{1}VERSION\u{1}"), None);
        assert_eq!(read("\u{1}"), None);
    }

    #[test]
    fn a_made_identifier_tells_contents_apart_and_is_known_as_such() {
        let id = make_id(5, &["ana", "#a", "hi"]);
        assert_eq!(id, make_id(5, &["ana", "#a", "hi"]));
        assert_ne!(id, make_id(5, &["ana", "#ah", "i"]));
        assert_ne!(id, make_id(6, &["ana", "#a", "hi"]));
        assert!(is_made(&id));
    }
}
