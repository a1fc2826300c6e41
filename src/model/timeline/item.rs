//! One row of a timeline, as an object that widgets bind to.

use glib::prelude::*;
use glib::subclass::prelude::*;
use uuid::Uuid;

use crate::irc::event::{MessageKind, is_made};
use crate::store::{About, ArchivedMessage};

use super::entry::{Day, RowKey, WaitingEntry};
use super::layout::{Answered, Row, RowContent};
use super::reactions::{ReactionGroup, group};
use super::words;

/// What kind of row it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, glib::Enum)]
#[enum_type(name = "MajlisItemKind")]
pub enum ItemKind {
    /// Begins a day; `text` names it.
    Day,
    /// Somebody said something.
    #[default]
    Message,
    /// Words that ask for no answer, usually a program's.
    Notice,
    /// People came or went, or are away, or something else happened to the room; `text` is the whole sentence.
    Membership,
    /// Where the unread messages begin.
    Unread,
}

/// How far a message of ours has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, glib::Enum)]
#[enum_type(name = "MajlisSendState")]
pub enum SendState {
    /// Not yet echoed by the server.
    Pending,
    /// On the server's disk. Everybody else's messages are always this.
    #[default]
    Sent,
    /// Refused for good; `failure` says why.
    Failed,
}

mod imp {
    use std::cell::{Cell, OnceCell, RefCell};

    use glib::prelude::*;
    use glib::subclass::prelude::*;

    use super::{ItemKind, ReactionGroup, RowKey, SendState};

    #[derive(Debug, Default, glib::Properties)]
    #[properties(wrapper_type = super::TimelineItem)]
    pub struct TimelineItem {
        /// What kind of row it is.
        #[property(get, builder(ItemKind::Message))]
        pub(super) kind: Cell<ItemKind>,
        /// What the sender calls themselves.
        #[property(get)]
        pub(super) sender: RefCell<String>,
        /// The sender's nick.
        #[property(get)]
        pub(super) sender_nick: RefCell<String>,
        /// What was said; for rows that nobody said, the sentence to show.
        #[property(get)]
        pub(super) text: RefCell<String>,
        /// When, in local time.
        #[property(get)]
        pub(super) time: RefCell<Option<glib::DateTime>>,
        /// The time of day, ready to show.
        #[property(get)]
        pub(super) time_text: RefCell<String>,
        /// How far a message of ours has come.
        #[property(get, builder(SendState::Sent))]
        pub(super) state: Cell<SendState>,
        /// Why it failed, in words; empty otherwise.
        #[property(get)]
        pub(super) failure: RefCell<String>,
        /// Whether it is ours.
        #[property(get)]
        pub(super) is_own: Cell<bool>,
        /// Whether it names us.
        #[property(get)]
        pub(super) is_mention: Cell<bool>,
        /// Whether it was said with `/me`.
        #[property(get)]
        pub(super) is_action: Cell<bool>,
        /// Whether it goes on where the row above ended: same sender, within five minutes.
        #[property(get)]
        pub(super) is_grouped: Cell<bool>,
        /// The server's identifier; empty for what has none (yet).
        #[property(get)]
        pub(super) msgid: RefCell<String>,
        /// The identifier of the message that this one answers; empty where it answers none.
        #[property(get)]
        pub(super) reply_to: RefCell<String>,
        /// Who said the answered message; empty where nothing is known of it.
        #[property(get)]
        pub(super) quote_sender: RefCell<String>,
        /// How the answered message begins.
        #[property(get)]
        pub(super) quote_text: RefCell<String>,
        /// Who deleted it and why, as a sentence; empty where nobody did.
        #[property(get)]
        pub(super) deletion: RefCell<String>,
        /// Whether it is about to be deleted.
        #[property(get)]
        pub(super) is_leaving: Cell<bool>,
        /// The signs put to it and how many there are of each, in one line; empty where there are none.
        #[property(get)]
        pub(super) reaction_summary: RefCell<String>,
        pub(super) reactions: RefCell<Vec<ReactionGroup>>,
        /// Whether all of a long text is shown. The widget sets it.
        #[property(get, set)]
        pub(super) is_unfolded: Cell<bool>,
        /// Whether it is among those to be copied. The widget sets it.
        #[property(get, set)]
        pub(super) is_selected: Cell<bool>,
        /// Whether it stands out for a moment, since one went to it.
        #[property(get)]
        pub(super) is_highlighted: Cell<bool>,
        pub(super) key: OnceCell<RowKey>,
        pub(super) time_ms: Cell<Option<u64>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for TimelineItem {
        const NAME: &'static str = "MajlisTimelineItem";
        type Type = super::TimelineItem;
    }

    #[glib::derived_properties]
    impl ObjectImpl for TimelineItem {}
}

glib::wrapper! {
    /// One row of a timeline.
    ///
    /// Properties (read-only but for the last two; a row's may change while it is shown): `kind`, `sender`,
    /// `sender-nick`, `text`, `time`, `time-text`, `state`, `failure`, `is-own`, `is-mention`,
    /// `is-action`, `is-grouped`, `msgid`, `reply-to`, `quote-sender`, `quote-text`,
    /// `deletion`, `is-leaving`, `reaction-summary`, `is-highlighted`; and `is-unfolded` and `is-selected`, which the widgets set.
    pub struct TimelineItem(ObjectSubclass<imp::TimelineItem>);
}

/// Sets a property's cell and notifies, if the value is another one.
macro_rules! update {
    ($item:ident.$cell:ident = $value:expr, $notify:ident) => {
        if $item.imp().$cell.get() != $value {
            $item.imp().$cell.set($value);
            $item.$notify();
        }
    };
}

/// The same for text, which is copied only then.
macro_rules! update_text {
    ($item:ident.$cell:ident = $value:expr, $notify:ident) => {
        if *$item.imp().$cell.borrow() != *$value {
            $item.imp().$cell.replace(String::from($value));
            $item.$notify();
        }
    };
}

impl TimelineItem {
    /// The row as it is now, seen from `today`.
    pub(super) fn new(row: &Row<'_>, today: Day) -> Self {
        let item: Self = glib::Object::new();
        item.imp().key.set(row.key.clone()).expect("the object is new");
        item.show(&row.content, today);
        item
    }

    /// The signs put to it, the first one first.
    pub fn reactions(&self) -> Vec<ReactionGroup> {
        self.imp().reactions.borrow().clone()
    }

    /// Whether the server has a name for the message, by which it can be answered or deleted.
    pub fn is_known_to_server(&self) -> bool {
        let msgid = self.imp().msgid.borrow();
        !msgid.is_empty() && !is_made(&msgid)
    }

    /// Makes it stand out for this long.
    pub fn highlight(&self, time: std::time::Duration) {
        self.set_highlighted(true);
        let item = self.downgrade();
        glib::timeout_add_local_once(time, move || {
            if let Some(item) = item.upgrade() {
                item.set_highlighted(false);
            }
        });
    }

    fn set_highlighted(&self, is_highlighted: bool) {
        if self.imp().is_highlighted.replace(is_highlighted) != is_highlighted {
            self.notify_is_highlighted();
        }
    }

    /// Which row it is.
    pub(super) fn key(&self) -> &RowKey {
        self.imp().key.get().expect("set where it is made")
    }

    /// What we had called it, if it is a message that went or is to go out from here.
    pub(crate) fn send_id(&self) -> Option<Uuid> {
        match self.key() {
            RowKey::Sent(id) => Some(*id),
            _ => None,
        }
    }

    /// Brings the properties to what the row is now; tells only what changed.
    pub(super) fn show(&self, content: &RowContent<'_>, today: Day) {
        match content {
            RowContent::Day(day) => self.show_words(ItemKind::Day, &words::day(*day, today)),
            RowContent::Unread => self.show_words(ItemKind::Unread, ""),
            RowContent::Remark { words, time_ms } => {
                self.show_words(ItemKind::Membership, words);
                self.show_time(*time_ms);
            }
            RowContent::Changes { changes, time_ms } => {
                self.show_words(ItemKind::Membership, &words::changes(changes));
                self.show_time(*time_ms);
            }
            RowContent::Said { archived, is_grouped, is_leaving, answered } => {
                self.show_answered(answered.as_ref());
                self.show_about(&archived.about);
                update!(self.is_leaving = *is_leaving, notify_is_leaving);
                self.show_said(archived, *is_grouped);
            }
            RowContent::Waiting { entry, is_grouped, answered } => {
                self.show_answered(answered.as_ref());
                self.show_waiting(entry, *is_grouped);
            }
        }
    }

    fn show_about(&self, about: &About) {
        let deletion = about.deletion.as_ref().map(words::deletion).unwrap_or_default();
        update_text!(self.deletion = deletion.as_str(), notify_deletion);
        // What was deleted has nothing to react to.
        let groups = if about.deletion.is_some() { Vec::new() } else { group(&about.reactions) };
        if *self.imp().reactions.borrow() != groups {
            let summary = words::reactions(&groups);
            self.imp().reactions.replace(groups);
            // Names may have changed where the line has not.
            self.imp().reaction_summary.replace(summary);
            self.notify_reaction_summary();
        }
    }

    fn show_answered(&self, answered: Option<&Answered<'_>>) {
        let (msgid, sender, text) =
            answered.map_or(("", "", ""), |one| (one.msgid, one.sender, one.text));
        update_text!(self.reply_to = msgid, notify_reply_to);
        update_text!(self.quote_sender = sender, notify_quote_sender);
        update_text!(self.quote_text = first_line(text), notify_quote_text);
    }

    fn show_words(&self, kind: ItemKind, text: &str) {
        update!(self.kind = kind, notify_kind);
        update_text!(self.text = text, notify_text);
    }

    fn show_said(&self, archived: &ArchivedMessage, is_grouped: bool) {
        let message = &archived.message;
        let is_notice = message.kind == MessageKind::Notice;
        let kind = if is_notice { ItemKind::Notice } else { ItemKind::Message };
        self.show_words(kind, &message.text);
        self.show_sender(
            &message.nick,
            message.display_name.as_ref().unwrap_or(&message.nick),
            message.is_own,
        );
        self.show_time(message.time_ms);
        self.show_state(SendState::Sent, "");
        update!(self.is_action = message.kind == MessageKind::Action, notify_is_action);
        update!(self.is_mention = archived.is_mention, notify_is_mention);
        update!(self.is_grouped = is_grouped, notify_is_grouped);
        update_text!(self.msgid = message.msgid.as_str(), notify_msgid);
    }

    fn show_waiting(&self, entry: &WaitingEntry, is_grouped: bool) {
        let waiting = &entry.waiting;
        self.show_words(ItemKind::Message, &waiting.text);
        self.show_sender(&entry.sender.nick, &entry.sender.display_name, true);
        self.show_time(waiting.created_ms);
        match &waiting.failure {
            Some(reason) => self.show_state(SendState::Failed, reason),
            None => self.show_state(SendState::Pending, ""),
        }
        update!(self.is_action = waiting.is_action, notify_is_action);
        update!(self.is_grouped = is_grouped, notify_is_grouped);
    }

    fn show_sender(&self, nick: &str, name: &str, is_own: bool) {
        update_text!(self.sender_nick = nick, notify_sender_nick);
        update_text!(self.sender = name, notify_sender);
        update!(self.is_own = is_own, notify_is_own);
    }

    fn show_state(&self, state: SendState, failure: &str) {
        update_text!(self.failure = failure, notify_failure);
        update!(self.state = state, notify_state);
    }

    fn show_time(&self, time_ms: u64) {
        let imp = self.imp();
        if imp.time_ms.replace(Some(time_ms)) != Some(time_ms) {
            let time = words::local_time(time_ms);
            imp.time_text.replace(time.as_ref().map(words::time_of_day).unwrap_or_default());
            imp.time.replace(time);
            self.notify_time();
            self.notify_time_text();
        }
    }
}

/// A long message's beginning, on one line.
fn first_line(text: &str) -> &str {
    const CHARS_MAX: usize = 200;
    let line = text.trim_start().lines().next().unwrap_or_default();
    line.char_indices().nth(CHARS_MAX).map_or(line, |(end, _)| &line[..end])
}
