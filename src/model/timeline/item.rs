//! One row of a timeline.

use std::cell::{Cell, RefCell};

use glib::prelude::*;
use glib::subclass::prelude::*;

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
    /// People came or went; `text` is the whole sentence.
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
    use super::*;

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
    /// Properties (all read-only; a row's may change while it is shown): `kind`, `sender`, `sender-nick`, `text`, `time`,
    /// `time-text`, `state`, `failure`, `is-own`, `is-mention`, `is-action`, `is-grouped`, `msgid`.
    pub struct TimelineItem(ObjectSubclass<imp::TimelineItem>);
}
