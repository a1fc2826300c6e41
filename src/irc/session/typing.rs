//! What people do beside talking: writing (IRCv3 typing), and reading, on another device of ours (draft/read-marker).

use majlis_protocol::{Capability, Encoder, Timestamp};

use super::batch::BatchUse;
use super::dispatch::Line;
use super::output::{Labelled, labelled};
use super::{Phase, Session};
use crate::irc::event::{Event, TypingState};

/// Says how somebody's writing goes (IRCv3 typing, "Format").
const TYPING_TAG: &str = "+typing";

impl Session {
    /// A TAGMSG may say that its sender is writing.
    pub(super) fn hear_typing(&mut self, line: &Line<'_>) {
        let Some(state) = line.message.tag(TYPING_TAG) else { return };
        let state = match &*state {
            "active" => TypingState::Active,
            "paused" => TypingState::Paused,
            "done" => TypingState::Done,
            _ => return,
        };
        if line.purpose() != BatchUse::Ordinary || self.is_own(line.nick()) {
            return;
        }
        let conversation = self.conversation_of(line.nick(), line.param(0), false);
        let (nick, display_name) = (line.nick().to_owned(), self.display_name_of(line.nick()));
        self.tell(Event::Typing { conversation, nick, display_name, state });
    }

    /// Says that we are writing, or not any more. Where it cannot be said, nobody misses it.
    pub(super) fn tell_typing(&mut self, target: &str, state: TypingState) {
        let value = match state {
            TypingState::Active => "active",
            TypingState::Paused => "paused",
            TypingState::Done => "done",
        };
        let is_heard =
            self.has(Capability::MessageTags) && self.live.features.passes_on(TYPING_TAG);
        if self.live.phase == Phase::Registered && is_heard {
            let label = self.open_label(Labelled::Typing);
            let line = Encoder::new("TAGMSG").tag(TYPING_TAG, value);
            self.live.output.send(&labelled(line, label.as_deref()).param(target));
        }
    }

    /// `MARKREAD target timestamp=…`, or `*` where nothing was ever marked.
    pub(super) fn handle_markread(&mut self, line: &Line<'_>) {
        let time_ms = match line.param(1) {
            "*" => 0,
            mark => {
                let time = mark.strip_prefix("timestamp=").and_then(|time| time.parse().ok());
                let Some(Timestamp(time_ms)) = time else { return };
                time_ms
            }
        };
        let conversation = self.conversation_of("", line.param(0), true);
        self.tell(Event::ReadUpTo { conversation, time_ms });
    }

    /// Says how far we have read.
    pub(super) fn mark_read(&mut self, target: &str, time_ms: u64) {
        let mark = format!("timestamp={}", Timestamp(time_ms));
        self.send_markread(&Encoder::new("MARKREAD").param(target).param(&mark));
    }

    /// Asks how far we have read with somebody; of rooms it is told when they are joined.
    pub(super) fn ask_read_mark(&mut self, target: &str) {
        self.send_markread(&Encoder::new("MARKREAD").param(target));
    }

    fn send_markread(&mut self, line: &Encoder<'_>) {
        if self.live.phase == Phase::Registered && self.has(Capability::ReadMarker) {
            self.live.output.send(line);
        }
    }
}
