//! One conversation: a room, or one other person.

use std::cell::{Cell, RefCell};

use glib::prelude::*;
use glib::subclass::prelude::*;

use super::{Member, Network, Timeline, TimelineItem};

mod imp {
    use super::*;

    #[derive(Debug, glib::Properties)]
    #[properties(wrapper_type = super::Channel)]
    pub struct Channel {
        /// Stays the same for as long as the archive does.
        #[property(get)]
        pub(super) id: Cell<u64>,
        /// Whose conversation it is.
        #[property(get)]
        pub(super) network: glib::WeakRef<Network>,
        /// The room's name with its `#`, or the other person's nick.
        #[property(get)]
        pub(super) name: RefCell<String>,
        /// The name as people read it: without `#`, or what the person calls themselves.
        #[property(get)]
        pub(super) title: RefCell<String>,
        /// The room's topic in one line; often empty.
        #[property(get)]
        pub(super) topic: RefCell<String>,
        /// Whether it is a room, not a person.
        #[property(get)]
        pub(super) is_room: Cell<bool>,
        /// Whether we are in the room; for a person, whether we are online.
        #[property(get)]
        pub(super) joined: Cell<bool>,
        /// Messages of others that came and were not read.
        #[property(get)]
        pub(super) unread_count: Cell<u32>,
        /// Those among the unread that name us; with a person, all of them.
        #[property(get)]
        pub(super) mention_count: Cell<u32>,
        /// What was said last, with who said it, in one line.
        #[property(get)]
        pub(super) last_line: RefCell<String>,
        /// What was typed and not sent; kept over restarts. The composer sets it.
        #[property(get, set)]
        pub(super) draft: RefCell<String>,
        /// Whether the person looks at it right now, so that what comes is read. The window sets it.
        #[property(get, set)]
        pub(super) watched: Cell<bool>,
        /// The people in the room (`Member`), sorted by role and name; with a person, empty.
        #[property(get)]
        pub(super) members: gio::ListStore,
        /// What was said.
        #[property(get)]
        pub(super) timeline: Timeline,
    }

    impl Default for Channel {
        fn default() -> Self {
            Self {
                id: Cell::default(),
                network: glib::WeakRef::new(),
                name: RefCell::default(),
                title: RefCell::default(),
                topic: RefCell::default(),
                is_room: Cell::default(),
                joined: Cell::default(),
                unread_count: Cell::default(),
                mention_count: Cell::default(),
                last_line: RefCell::default(),
                draft: RefCell::default(),
                watched: Cell::default(),
                members: gio::ListStore::new::<Member>(),
                timeline: glib::Object::new(),
            }
        }
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Channel {
        const NAME: &'static str = "MajlisChannel";
        type Type = super::Channel;
    }

    #[glib::derived_properties]
    impl ObjectImpl for Channel {}
}

glib::wrapper! {
    /// One conversation: a room, or one other person.
    ///
    /// Properties: `id`, `network`, `name`, `title`, `topic`, `is-room`, `joined`, `unread-count`, `mention-count`, `last-line`,
    /// `members` (sorted), `timeline`; and `draft` and `watched`, which the widgets set.
    pub struct Channel(ObjectSubclass<imp::Channel>);
}

impl Channel {
    /// Says something: each line that is not empty is one message, in order. Slashes mean nothing here.
    pub fn send_text(&self, text: &str) {
        let _ = text;
    }

    /// Sends a failed message again, as a new one at the end.
    pub fn retry(&self, item: &TimelineItem) {
        let _ = item;
    }

    /// Takes a failed or waiting message back.
    pub fn discard(&self, item: &TimelineItem) {
        let _ = item;
    }

    /// Everything up to the newest message is read.
    pub fn mark_read(&self) {}

    /// Leaves the room for good, or closes the conversation with a person; what was said stays in the archive.
    pub fn leave(&self) {}

    /// Asks for a page before the oldest row, from the archive and then from the server; does nothing while one is on its way.
    pub fn load_older(&self) {}

    /// Asks for a page after the newest row, where the window is not at its end.
    pub fn load_newer(&self) {}

    /// Goes back to the newest messages, where the window is not at its end.
    pub fn jump_to_end(&self) {}
}
