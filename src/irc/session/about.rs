//! What is done about messages: reactions (IRCv3 react), and taking them back (draft/message-redaction).
//!
//! They come live and from history, in whatever order; what of them counts in the end is for who keeps them to say.

use majlis_protocol::{Capability, Encoder};

use super::batch::BatchUse;
use super::dispatch::Line;
use super::message::{REPLY_TAG, make_id, replied_to};
use super::{Phase, Session};
use crate::irc::event::{Deletion, Event, MSGID_MAX_BYTES, REACTION_MAX_BYTES, Reaction, Refusal};

/// Adds a reaction (IRCv3 react, "Format").
pub(super) const REACT_TAG: &str = "+draft/react";
/// Takes a reaction back.
const UNREACT_TAG: &str = "+draft/unreact";

/// What was done about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// Somebody reacted, or takes it back.
    Reaction(Reaction),
    /// Somebody deleted it.
    Deletion(Deletion),
}

impl Session {
    /// `TAGMSG target`, all of it in its tags.
    pub(super) fn handle_tagmsg(&mut self, line: &Line<'_>) {
        if self.live.phase < Phase::Welcomed || line.nick().is_empty() {
            return;
        }
        self.hear_typing(line);
        if let Some(reaction) = self.read_reaction(line) {
            self.deliver_about(line, About::Reaction(reaction));
        }
    }

    /// `REDACT target msgid [:reason]`.
    pub(super) fn handle_redact(&mut self, line: &Line<'_>) {
        let msgid = line.param(1);
        if self.live.phase < Phase::Welcomed || msgid.is_empty() || msgid.len() > MSGID_MAX_BYTES {
            return;
        }
        let deletion = Deletion {
            msgid: msgid.to_owned(),
            nick: line.nick().to_owned(),
            display_name: self.display_name_of(line.nick()),
            reason: line.param(2).to_owned(),
            time_ms: line.time_ms,
        };
        self.deliver_about(line, About::Deletion(deletion));
    }

    fn read_reaction(&self, line: &Line<'_>) -> Option<Reaction> {
        let msgid = replied_to(line)?;
        let set = line.message.tag(REACT_TAG);
        let is_set = set.is_some();
        let sign = set.or_else(|| line.message.tag(UNREACT_TAG))?;
        if sign.trim().is_empty() || sign.len() > REACTION_MAX_BYTES {
            return None;
        }
        let made = || make_id(line.time_ms, &[line.nick(), &msgid, &sign]);
        let own_id = line.message.tag("msgid").filter(|id| id.len() <= MSGID_MAX_BYTES);
        Some(Reaction {
            event_id: own_id.map_or_else(made, std::borrow::Cow::into_owned),
            msgid,
            sign: sign.into_owned(),
            nick: line.nick().to_owned(),
            display_name: self.display_name_of(line.nick()),
            is_own: self.is_by_us(line),
            is_set,
            time_ms: line.time_ms,
        })
    }

    fn deliver_about(&mut self, line: &Line<'_>, about: About) {
        let is_own = self.is_by_us(line);
        let conversation = self.conversation_of(line.nick(), line.param(0), is_own);
        match line.purpose() {
            BatchUse::Answer => self.live.history.add_about(about),
            BatchUse::Ordinary | BatchUse::Replay => self.tell_about(&conversation, vec![about]),
            BatchUse::Found => {}
        }
    }

    /// Tells what was done about messages of one conversation.
    pub(super) fn tell_about(&mut self, conversation: &str, abouts: Vec<About>) {
        let (mut reactions, mut deletions) = (Vec::new(), Vec::new());
        for about in abouts {
            match about {
                About::Reaction(reaction) => reactions.push(reaction),
                About::Deletion(deletion) => deletions.push(deletion),
            }
        }
        let conversation = conversation.to_owned();
        if !reactions.is_empty() {
            self.tell(Event::Reactions { conversation: conversation.clone(), reactions });
        }
        if !deletions.is_empty() {
            self.tell(Event::Deleted { conversation, deletions });
        }
    }

    /// Puts a reaction to a message, or takes it back.
    pub(super) fn react(&mut self, target: &str, msgid: &str, sign: &str, is_set: bool) {
        let tag = if is_set { REACT_TAG } else { UNREACT_TAG };
        let line = Encoder::new("TAGMSG").tag(REPLY_TAG, msgid).tag(tag, sign).param(target);
        self.ask_about(Capability::MessageTags, &line);
    }

    /// Has a message deleted.
    pub(super) fn delete(&mut self, target: &str, msgid: &str, reason: &str) {
        let line = Encoder::new("REDACT").param(target).param(msgid);
        let line = if reason.is_empty() { line } else { line.trailing(reason) };
        if !self.ask_about(Capability::MessageRedaction, &line) {
            self.tell_not_deleted(target, msgid);
        }
    }

    /// Sends what is answered by its echo; false, which was told, where that cannot be done now.
    fn ask_about(&mut self, needed: Capability, line: &Encoder<'_>) -> bool {
        let is_sent =
            self.live.phase == Phase::Registered && self.has(needed) && self.live.output.send(line);
        if !is_sent {
            self.tell(Event::Refused(Refusal::NotConnected));
        }
        is_sent
    }

    /// `FAIL REDACT code target msgid :words`.
    pub(super) fn handle_not_deleted(&mut self, line: &Line<'_>) {
        self.tell_not_deleted(line.param(2), line.param(3));
        self.tell(Event::ServerText { text: line.words() });
    }

    fn tell_not_deleted(&mut self, target: &str, msgid: &str) {
        let (conversation, msgid) = (target.to_owned(), msgid.to_owned());
        self.tell(Event::NotDeleted { conversation, msgid });
    }
}
