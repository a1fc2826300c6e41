//! What comes and goes in a channel, what of it is unread, and what the last line was.

use glib::subclass::prelude::*;
use uuid::Uuid;

use crate::i18n::{gettext_f, isolate};
use crate::irc::event::{Message, MessageKind, Occurrence, Origin};
use crate::irc::{Command, HistoryMark};
use crate::model::services::Turn;
use crate::model::{SendState, TimelineItem};
use crate::store::{About, ArchivedMessage, ArchivedPage, Waiting};

use super::about::deleted_words;
use super::reading::{BEFORE_EVERYTHING, is_behind};
use super::{Channel, Sender};

/// Who said something last, and what.
#[derive(Clone, Debug)]
pub(super) struct Line {
    msgid: String,
    name: String,
    text: String,
    is_own: bool,
    is_action: bool,
}

impl Channel {
    /// Says something: one message where the server takes as many lines, otherwise one for each line that is not empty, in
    /// order. Slashes mean nothing here.
    pub fn send_text(&self, text: &str) {
        self.say(text, false);
    }

    /// Says something as what one does (`/me`).
    pub(in crate::model) fn act(&self, text: &str) {
        self.say(text, true);
    }

    /// Sends a failed message again, as a new one at the end; as several, where the server has since come to take less.
    pub fn retry(&self, item: &TimelineItem) {
        let Some(network) = self.network() else { return };
        let Some(failed) = item.send_id().filter(|_| item.state() == SendState::Failed) else {
            return;
        };
        let Some(old) = self.timeline().window().take_waiting(failed) else { return };
        let texts = network.messages_of(&self.name(), &old.text, old.is_action).into_iter();
        let mut again: Vec<_> = texts.map(|text| new_message(text, old.is_action)).collect();
        let Some(first) = again.first_mut() else { return };
        first.reply_to = old.reply_to;
        self.imp().is_said_newer.set(false);
        for waiting in &again {
            self.timeline().window().add_waiting(waiting.clone(), network.sender());
        }
        self.publish();
        let rest = again.split_off(1);
        network.hand_over(self, again, Some(failed));
        if !rest.is_empty() {
            network.hand_over(self, rest, None);
        }
    }

    /// Takes a failed or waiting message back.
    pub fn discard(&self, item: &TimelineItem) {
        if let Some(id) = item.send_id() {
            self.take_back(id);
            self.publish();
        }
    }

    /// What was there before the program started.
    pub(super) fn show_restored(
        &self,
        newest: ArchivedPage,
        unread_count: u32,
        mention_count: u32,
    ) {
        let imp = self.imp();
        let messages = &newest.messages;
        if let Some(last) = messages.last() {
            imp.newest.replace(Some(last.mark()));
        }
        let heard = messages.iter().rfind(|archived| self.is_heard(&archived.message.nick));
        imp.last_said.replace(heard.map(|last| Line::of_message(&last.message)));
        if let Some(last) = heard.filter(|last| last.about.deletion.is_some()) {
            self.forget_last_said(&last.message.msgid);
        }
        for archived in messages {
            self.learn_title(&archived.message);
        }
        imp.unread_count.set(unread_count);
        imp.mention_count.set(if self.is_room() { mention_count } else { unread_count });
        if imp.is_open.get() {
            self.add_first_page(newest);
        }
        if unread_count > 0 {
            self.timeline().window().unread_after.clone_from(&imp.read_mark.borrow());
        }
        self.timeline().publish();
        self.refresh_last_line();
    }

    /// What waited when the program ended.
    pub(in crate::model) fn restore_waiting(&self, waiting: Waiting, sender: Sender) {
        let is_newer = self.newest().is_some_and(|newest| newest.time_ms > waiting.created_ms);
        self.imp().is_said_newer.set(is_newer);
        self.timeline().window().add_waiting(waiting, sender);
        self.timeline().publish();
        self.refresh_last_line();
    }

    /// Takes messages in, as the session tells them.
    pub(in crate::model) fn receive(
        &self,
        origin: Origin,
        messages: Vec<Message>,
        happened: Vec<Occurrence>,
        turn: &mut Turn,
    ) {
        if origin == Origin::Live {
            self.end_typing_of(&messages);
        }
        let messages: Vec<_> = messages.into_iter().map(|message| self.judge(message)).collect();
        let page = ArchivedPage { messages, happened };
        match origin {
            Origin::Older { is_start } => self.take_older(&page, is_start),
            Origin::Live | Origin::Gap { .. } => self.take_newer(&page.messages, origin),
        }
        let ArchivedPage { messages, happened } = page;
        if origin != Origin::Live && !messages.is_empty() {
            self.find_abouts(messages.iter().map(|one| one.message.msgid.clone()).collect());
        }
        match origin {
            Origin::Older { .. } => {
                turn.keep_older(self.key(), messages);
                turn.keep_happened(self.key(), happened);
            }
            Origin::Live | Origin::Gap { .. } => {
                turn.keep_messages(self.key(), messages);
                self.take_happened(happened, turn);
            }
        }
        turn.touch(self);
    }

    /// A message of ours was refused for good; false if it is not here.
    pub(in crate::model) fn fail(&self, id: Uuid, reason: &str) -> bool {
        let is_here = self.timeline().window().fail_waiting(id, reason);
        if is_here {
            drop(self.services().archive.mark_failed(id, reason.to_owned()));
        }
        is_here
    }

    /// A message of ours is not to be said.
    pub(super) fn take_back(&self, id: Uuid) {
        let Some(waiting) = self.timeline().window().take_waiting(id) else { return };
        if let Some(network) = self.network() {
            network.forget_outgoing(id);
            if waiting.failure.is_none() {
                network.ask(Command::CancelSend { id });
            }
        }
        drop(self.services().archive.take_back(id));
    }

    pub(super) fn handle_watched(&self, watched: bool) {
        if watched {
            self.mark_read();
            self.retry_older();
        } else {
            // Who comes back later finds the marker where they left.
            self.timeline().window().unread_after = None;
            self.timeline().publish();
        }
    }

    /// What was said last, whatever waits, with who said it, in one line.
    pub fn last_said(&self) -> String {
        let last_said = self.imp().last_said.borrow();
        last_said.as_ref().map(|line| line.words(self.is_room())).unwrap_or_default()
    }

    pub(super) fn refresh_last_line(&self) {
        let timeline = self.timeline();
        let waiting = timeline.window().waiting().next_back().map(Line::of_waiting);
        let waiting = waiting.filter(|_| !self.imp().is_said_newer.get());
        let words = waiting.map_or_else(|| self.last_said(), |line| line.words(self.is_room()));
        if *self.imp().last_line.borrow() != words {
            self.imp().last_line.replace(words);
            self.notify_last_line();
        }
    }

    fn say(&self, text: &str, is_action: bool) {
        let Some(network) = self.network() else { return };
        let texts = network.messages_of(&self.name(), text, is_action).into_iter();
        let mut messages: Vec<_> = texts.map(|text| new_message(text, is_action)).collect();
        let Some(first) = messages.first_mut() else { return };
        first.reply_to = self.take_reply();
        self.note_said();
        self.jump_to_end();
        self.mark_read();
        let sender = network.sender();
        self.timeline().window().unread_after = None;
        self.imp().is_said_newer.set(false);
        for message in &messages {
            self.timeline().window().add_waiting(message.clone(), sender.clone());
        }
        self.publish();
        network.hand_over(self, messages, None);
    }

    /// Says of a message whether it names us.
    fn judge(&self, message: Message) -> ArchivedMessage {
        let network = self.network().filter(|_| !message.is_own);
        let is_mention = network.is_some_and(|network| network.is_named_in(&message.text));
        ArchivedMessage { message, is_mention, about: About::default() }
    }

    fn take_newer(&self, messages: &[ArchivedMessage], origin: Origin) {
        let imp = self.imp();
        if imp.read_mark.borrow().is_none() {
            let is_before_our_time = self.is_room() && origin != Origin::Live;
            let read = messages.last().filter(|_| is_before_our_time).map(ArchivedMessage::mark);
            imp.read_mark.replace(Some(read.unwrap_or(BEFORE_EVERYTHING)));
            imp.is_changed.set(true);
        }
        for archived in messages {
            self.take_news(archived);
            self.timeline().window().receive(archived.clone());
            if let Some((id, network)) = archived.message.send_id.zip(self.network()) {
                network.forget_outgoing(id);
            }
        }
    }

    /// What there is to know of a message that is newer than all before.
    fn take_news(&self, archived: &ArchivedMessage) {
        let imp = self.imp();
        let mark = archived.mark();
        // Of one millisecond, what comes later is newer, whatever the identifiers.
        let is_older = |newest: &HistoryMark| mark.time_ms < newest.time_ms || mark == *newest;
        if imp.newest.borrow().as_ref().is_some_and(is_older) {
            return;
        }
        if !self.is_heard(&archived.message.nick) {
            imp.newest.replace(Some(mark));
            return;
        }
        self.learn_title(&archived.message);
        imp.last_said.replace(Some(Line::of_message(&archived.message)));
        imp.is_said_newer.set(imp.is_said_newer.get() || !archived.message.is_own);
        let is_unread = imp.read_mark.borrow().as_ref().is_some_and(|read| is_behind(&mark, read));
        if is_unread && !archived.message.is_own && !self.watched() {
            if self.unread_count() == 0 {
                self.timeline().window().unread_after.clone_from(&imp.read_mark.borrow());
            }
            let is_mention = archived.is_mention || !self.is_room();
            // Told with the rest, when it is shown.
            imp.unread_count.set(self.unread_count() + 1);
            imp.mention_count.set(self.mention_count() + u32::from(is_mention));
            imp.has_untold_counts.set(true);
        }
        imp.newest.replace(Some(mark));
    }

    /// A message was deleted: if it was the last one, its words go from the list of rooms, too.
    pub(super) fn forget_last_said(&self, msgid: &str) {
        if let Some(last) = &mut *self.imp().last_said.borrow_mut()
            && last.msgid == msgid
        {
            last.text = deleted_words();
        }
    }

    /// Whether the person wants to hear somebody.
    pub(super) fn is_heard(&self, nick: &str) -> bool {
        !self.network().is_some_and(|network| network.ignores(nick))
    }

    /// Tells how much is unread, where it was only counted.
    pub(super) fn tell_counts(&self) {
        if self.imp().has_untold_counts.take() {
            self.notify_unread_count();
            self.notify_mention_count();
        }
    }

    pub(super) fn count_unread(&self, unread_count: u32, mention_count: u32) {
        if self.imp().unread_count.replace(unread_count) != unread_count {
            self.notify_unread_count();
        }
        if self.imp().mention_count.replace(mention_count) != mention_count {
            self.notify_mention_count();
        }
    }

    /// A person is called what they last called themselves.
    fn learn_title(&self, message: &Message) {
        if !self.is_room()
            && !message.is_own
            && let Some(name) = &message.display_name
        {
            self.set_title(name);
        }
    }
}

fn new_message(text: String, is_action: bool) -> Waiting {
    let now_ms = u64::try_from(glib::real_time() / 1000).unwrap_or(0);
    Waiting {
        id: Uuid::new_v4(),
        text,
        is_action,
        reply_to: None,
        created_ms: now_ms,
        failure: None,
    }
}

/// What somebody said, on one line with their name.
pub(in crate::model) fn said_by(name: &str, text: &str) -> String {
    let values = [("name", &*isolate(name)), ("text", &isolate(&one_line(text)))];
    // Translators: the last thing said in a room.
    gettext_f("{name}: {text}", &values)
}

/// Where there is room for one line, a text of many stands on it.
fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Line {
    fn of_message(message: &Message) -> Self {
        Self {
            msgid: message.msgid.clone(),
            name: message.display_name.as_ref().unwrap_or(&message.nick).clone(),
            text: one_line(&message.text),
            is_own: message.is_own,
            is_action: message.kind == MessageKind::Action,
        }
    }

    fn of_waiting(waiting: &Waiting) -> Self {
        Self {
            msgid: String::new(),
            name: String::new(),
            text: one_line(&waiting.text),
            is_own: true,
            is_action: waiting.is_action,
        }
    }

    fn words(&self, is_room: bool) -> String {
        let (name, text) = (isolate(&self.name), isolate(&self.text));
        let values = [("name", name.as_str()), ("text", text.as_str())];
        match self {
            // Translators: the last thing said, by oneself, with /me: "You: *waves*".
            Self { is_own: true, is_action: true, .. } => gettext_f("You: *{text}*", &values),
            // Translators: the last thing said, by oneself.
            Self { is_own: true, .. } => gettext_f("You: {text}", &values),
            // Translators: the last thing done, with /me: "Ana waves".
            Self { is_action: true, .. } => gettext_f("{name} {text}", &values),
            _ if is_room => said_by(&self.name, &self.text),
            _ => text,
        }
    }
}
