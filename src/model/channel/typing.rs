//! Who is writing here: others, as far as they tell, and we, as far as we may tell (IRCv3 typing).

use std::cell::RefCell;

use glib::prelude::*;
use glib::subclass::prelude::*;

use crate::i18n::{gettext_f, isolate, ngettext_f};
use crate::irc::event::{Message, TypingState};
use crate::irc::{Command, fold};

use super::{Channel, imp};

/// Nothing is told within this time of what was told last.
const THROTTLE_MS: u64 = 3_000;
/// Whoever has not changed the text for so long pauses.
const PAUSE_MS: u64 = 5_000;
/// Somebody is taken to write for so long after they said so, …
const ACTIVE_MS: u64 = 6_000;
/// … and for so long after they said that they pause.
const PAUSED_MS: u64 = 30_000;
/// More people than this are not followed.
const WRITERS_MAX: usize = 100;

/// What is to be done when its time has come.
pub(super) type Timer = RefCell<Option<glib::SourceId>>;

/// People who are writing.
#[derive(Debug, Default)]
pub(super) struct Writers(Vec<Writer>);

#[derive(Debug)]
struct Writer {
    key: String,
    name: String,
    until_ms: u64,
}

impl Writers {
    fn handle(&mut self, key: &str, name: &str, state: TypingState, now_ms: u64) {
        self.0.retain(|writer| writer.key != key);
        let lasts_ms = match state {
            TypingState::Active => ACTIVE_MS,
            TypingState::Paused => PAUSED_MS,
            TypingState::Done => return,
        };
        if self.0.len() < WRITERS_MAX {
            let (key, name) = (key.to_owned(), name.to_owned());
            self.0.push(Writer { key, name, until_ms: now_ms + lasts_ms });
            // In an order that does not change each time somebody says it again.
            self.0.sort_by(|one, other| one.key.cmp(&other.key));
        }
    }

    fn expire(&mut self, now_ms: u64) {
        self.0.retain(|writer| writer.until_ms > now_ms);
    }

    fn deadline_ms(&self) -> Option<u64> {
        self.0.iter().map(|writer| writer.until_ms).min()
    }

    fn words(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|writer| isolate(&writer.name)).collect();
        match &names[..] {
            [] => String::new(),
            // Translators: stands under a conversation.
            [name] => gettext_f("{name} is typing…", &[("name", name)]),
            [one, two] => {
                // Translators: stands under a conversation.
                gettext_f("{one} and {two} are typing…", &[("one", one), ("two", two)])
            }
            many => ngettext_f(
                // Translators: stands under a conversation; {count} is never below 3.
                "{count} person is typing…",
                "{count} people are typing…",
                u32::try_from(many.len()).unwrap_or(u32::MAX),
                &[("count", &many.len().to_string())],
            ),
        }
    }
}

/// What we told of our own writing, and what is to be told next.
#[derive(Debug, Default)]
pub(super) struct OwnWriting {
    told: Option<TypingState>,
    told_ms: Option<u64>,
    changed_ms: u64,
    wanted: Option<TypingState>,
}

impl OwnWriting {
    /// The text changed; `is_writing` says whether there is any that is to be said.
    fn handle_changed(&mut self, is_writing: bool, now_ms: u64) {
        self.changed_ms = now_ms;
        let is_told = matches!(self.told, Some(TypingState::Active | TypingState::Paused));
        self.wanted = if is_writing {
            Some(TypingState::Active)
        } else {
            is_told.then_some(TypingState::Done)
        };
    }

    /// The text was said: everybody sees that.
    fn handle_said(&mut self) {
        self.told = None;
        self.wanted = None;
    }

    /// What is to be told now.
    fn poll(&mut self, now_ms: u64) -> Option<TypingState> {
        if self.pauses_at_ms().is_some_and(|at_ms| at_ms <= now_ms) {
            self.wanted = Some(TypingState::Paused);
        }
        if self.told_ms.is_some_and(|told_ms| now_ms < told_ms + THROTTLE_MS) {
            return None;
        }
        let state = self.wanted.take()?;
        (self.told, self.told_ms) = (Some(state), Some(now_ms));
        Some(state)
    }

    /// When to poll again.
    fn deadline_ms(&self) -> Option<u64> {
        match self.wanted {
            Some(_) => self.told_ms.map(|told_ms| told_ms + THROTTLE_MS),
            None => self.pauses_at_ms(),
        }
    }

    fn pauses_at_ms(&self) -> Option<u64> {
        let is_active = self.told == Some(TypingState::Active) && self.wanted.is_none();
        is_active.then_some(self.changed_ms + PAUSE_MS)
    }
}

impl Channel {
    /// The text that is being written here changed. Others are told, where the person lets them.
    pub(super) fn note_writing(&self, text: &str) {
        let is_command = text.starts_with('/') && !text.starts_with("//");
        let is_writing = !text.trim().is_empty() && !is_command;
        let may_tell = self.services().sends_typing.get();
        self.imp().own_writing.borrow_mut().handle_changed(is_writing && may_tell, now_ms());
        self.tell_writing();
    }

    /// The text was said.
    pub(super) fn note_said(&self) {
        self.imp().own_writing.borrow_mut().handle_said();
    }

    /// Somebody says how their writing goes.
    pub(in crate::model) fn hear_typing(&self, nick: &str, name: Option<&str>, state: TypingState) {
        let name = name.unwrap_or(nick);
        if !self.is_heard(nick) {
            return;
        }
        self.imp().writers.borrow_mut().handle(&fold(nick), name, state, now_ms());
        self.show_writers();
    }

    /// Who has said something, or left, does not write any more.
    pub(super) fn end_typing<'a>(&self, nicks: impl Iterator<Item = &'a str>) {
        let mut writers = self.imp().writers.borrow_mut();
        if writers.0.is_empty() {
            return;
        }
        nicks.for_each(|nick| writers.handle(&fold(nick), "", TypingState::Done, 0));
        drop(writers);
        self.show_writers();
    }

    pub(super) fn end_typing_of(&self, messages: &[Message]) {
        self.end_typing(messages.iter().map(|message| &*message.nick));
    }

    fn tell_writing(&self) {
        let state = self.imp().own_writing.borrow_mut().poll(now_ms());
        if let (Some(state), Some(network)) = (state, self.network()) {
            network.ask(Command::Typing { target: self.name(), state });
        }
        let deadline_ms = self.imp().own_writing.borrow().deadline_ms();
        self.wake(|imp| &imp.own_writing_timer, deadline_ms, Self::tell_writing);
    }

    fn show_writers(&self) {
        let imp = self.imp();
        imp.writers.borrow_mut().expire(now_ms());
        let words = imp.writers.borrow().words();
        if *imp.typing_text.borrow() != words {
            imp.typing_text.replace(words);
            self.notify_typing_text();
        }
        let deadline_ms = imp.writers.borrow().deadline_ms();
        self.wake(|imp| &imp.writers_timer, deadline_ms, Self::show_writers);
    }

    /// Does this when the time has come, in the place of what was to be done before.
    fn wake(&self, timer: fn(&imp::Channel) -> &Timer, at_ms: Option<u64>, action: fn(&Self)) {
        if let Some(before) = timer(self.imp()).take() {
            before.remove();
        }
        let Some(at_ms) = at_ms else { return };
        let wait = std::time::Duration::from_millis(at_ms.saturating_sub(now_ms()) + 1);
        let channel = self.downgrade();
        let source = glib::timeout_add_local_once(wait, move || {
            if let Some(channel) = channel.upgrade() {
                // What has come needs no removing.
                timer(channel.imp()).take();
                action(&channel);
            }
        });
        timer(self.imp()).replace(Some(source));
    }
}

fn now_ms() -> u64 {
    u64::try_from(glib::monotonic_time() / 1000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use TypingState::{Active, Done, Paused};

    #[test]
    fn writing_is_told_again_and_again_but_not_too_often() {
        let mut own = OwnWriting::default();
        own.handle_changed(true, 0);
        assert_eq!(own.poll(0), Some(Active));
        own.handle_changed(true, 1_000);
        assert_eq!((own.poll(2_999), own.deadline_ms()), (None, Some(3_000)));
        assert_eq!(own.poll(3_000), Some(Active));
        assert_eq!(
            own.deadline_ms(),
            Some(6_000),
            "without a change it pauses five seconds after the last"
        );
        assert_eq!(own.poll(6_000), Some(Paused));
        assert_eq!((own.poll(90_000), own.deadline_ms()), (None, None), "once");
        own.handle_changed(false, 90_000);
        assert_eq!(own.poll(90_000), Some(Done));
        assert_eq!((own.poll(99_000), own.deadline_ms()), (None, None), "once");
    }

    #[test]
    fn what_was_never_told_is_not_ended_and_what_was_said_needs_no_word() {
        let mut own = OwnWriting::default();
        own.handle_changed(false, 0);
        assert_eq!(own.poll(0), None);
        own.handle_changed(true, 10_000);
        assert_eq!(own.poll(10_000), Some(Active));
        own.handle_said();
        own.handle_changed(false, 10_001);
        assert_eq!((own.poll(20_000), own.deadline_ms()), (None, None));
        own.handle_changed(true, 11_000);
        assert_eq!(own.poll(11_000), None, "not within three seconds of the last");
        assert_eq!(own.poll(13_000), Some(Active));
    }

    #[test]
    fn writers_are_forgotten_in_time_and_bounded() {
        let mut writers = Writers::default();
        let bare = |writers: &Writers| writers.words().replace(['\u{2068}', '\u{2069}'], "");
        writers.handle("ana", "Ana", Active, 0);
        assert_eq!(bare(&writers), "Ana is typing…");
        writers.handle("bo", "Bo", Paused, 0);
        assert_eq!(bare(&writers), "Ana and Bo are typing…");
        writers.handle("cy", "Cy", Active, 1_000);
        assert_eq!(bare(&writers), "3 people are typing…");
        writers.expire(5_999);
        assert_eq!(writers.0.len(), 3);
        writers.expire(6_000);
        assert_eq!(
            (bare(&writers), writers.deadline_ms()),
            ("Bo and Cy are typing…".into(), Some(7_000))
        );
        writers.handle("cy", "Cy", Done, 6_000);
        writers.expire(29_999);
        assert_eq!(bare(&writers), "Bo is typing…");
        writers.expire(30_000);
        assert_eq!(bare(&writers), "");
        for number in 0..500 {
            writers.handle(&number.to_string(), "x", Active, 40_000);
        }
        assert_eq!(writers.0.len(), WRITERS_MAX);
    }
}
