//! One conversation: a room, or one other person.
//!
//! | module | owns |
//! |---|---|
//! | `messages` | what comes and goes, what is unread, what the last line was |
//! | `pages` | older and newer pages from the archive and the server |
//! | `about` | reactions and deletions |
//! | `reading` | how far one has read, here and on other devices |
//! | `typing` | who is writing |
//! | `reveal` | going to a message or a day |
//! | `writing` | how much of what is written fits, and correcting it |
//! | `replies` | answering a message, and what replies show |
//! | `members` | who is inside |
//! | `setup` | who may enter and speak, topic and name |
//! | `tending` | what operators do, and asking people in |
//!
//! Here is what a channel is, and how it is kept.

mod about;
mod members;
mod messages;
mod pages;
mod reading;
mod replies;
mod reveal;
mod setup;
mod tending;
mod typing;
mod writing;

use std::rc::Rc;

use gio::prelude::*;
use glib::subclass::prelude::*;

use crate::i18n::{gettext_f, isolate};
use crate::irc::{Command, HistoryMark, event};
use crate::store::{ConversationKey, ConversationRow, NetworkKey, RestoredConversation};

use super::services::{Services, Turn};
use super::timeline::Sender;
use super::{Member, Network, Presence, Timeline};

use self::members::Members;

pub(super) use self::messages::said_by;
pub(super) use self::pages::PAGE;
pub use self::setup::{Access, Ban, RoomSetup, SetupAbilities};
pub use self::writing::Fit;

/// How long a draft may change before it is kept.
const DRAFT_DELAY: std::time::Duration = std::time::Duration::from_millis(500);

mod imp {
    use std::cell::{Cell, OnceCell, RefCell};
    use std::rc::Rc;
    use std::sync::OnceLock;

    use glib::prelude::*;
    use glib::subclass::Signal;
    use glib::subclass::prelude::*;

    use crate::irc::HistoryMark;
    use crate::store::{ConversationKey, NetworkKey};

    use super::about::Held;
    use super::messages::Line;
    use super::pages::Fetch;
    use super::typing::{OwnWriting, Timer, Writers};
    use super::{Members, Network, Presence, Services, Timeline};

    #[derive(Debug, Default, glib::Properties)]
    #[properties(wrapper_type = super::Channel)]
    pub struct Channel {
        /// Stays the same for as long as the archive does.
        #[property(name = "id", get = Self::id, type = u64)]
        pub(super) key: Cell<ConversationKey>,
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
        /// Whether we were put out of the room, or left it on another device: we go in again only when asked to. Kept over
        /// restarts.
        #[property(get)]
        pub(super) is_left: Cell<bool>,
        /// Whether the other person can be spoken to right now; of a room nothing is said.
        #[property(get, builder(Presence::Unknown))]
        pub(super) presence: Cell<Presence>,
        /// Whether it stands above the others. Kept over restarts.
        #[property(get, set = Self::set_pinned)]
        pub(super) pinned: Cell<bool>,
        /// Whether nobody wants to be told of what is said here. Kept over restarts.
        #[property(get, set = Self::set_muted)]
        pub(super) muted: Cell<bool>,
        pub(super) room_key: RefCell<Option<String>>,
        /// Messages of others that came and were not read.
        #[property(get)]
        pub(super) unread_count: Cell<u32>,
        /// Those among the unread that name us; with a person, all of them.
        #[property(get)]
        pub(super) mention_count: Cell<u32>,
        /// Whether these two have changed and nobody was told.
        pub(super) has_untold_counts: Cell<bool>,
        /// What was said last, or waits to be, with who said it, in one line.
        #[property(get)]
        pub(super) last_line: RefCell<String>,
        /// What was typed and not sent; kept over restarts. The composer sets it.
        #[property(get, set = Self::set_draft)]
        pub(super) draft: RefCell<String>,
        /// The identifier of the message that is answered next; empty where none is.
        #[property(get)]
        pub(super) reply_to: RefCell<String>,
        /// Who said the message that is answered next.
        #[property(get)]
        pub(super) reply_sender: RefCell<String>,
        /// What the message that is answered next says.
        #[property(get)]
        pub(super) reply_text: RefCell<String>,
        /// Whether the person looks at it right now, so that what comes is read. The window sets it.
        #[property(get, set = Self::set_watched)]
        pub(super) watched: Cell<bool>,
        /// The people in the room (`Member`), sorted by role and name; with a person, empty.
        #[property(name = "members", get = Self::member_list, type = gio::ListStore)]
        pub(super) members: Members,
        /// Who is writing here, as a sentence; empty where nobody is.
        #[property(get)]
        pub(super) typing_text: RefCell<String>,
        /// What was said.
        #[property(get)]
        pub(super) timeline: Timeline,
        pub(super) services: OnceCell<Rc<Services>>,
        pub(super) network_key: Cell<NetworkKey>,
        pub(super) is_open: Cell<bool>,
        /// Whether the server has nothing older than the archive.
        pub(super) is_complete: Cell<bool>,
        pub(super) read_mark: RefCell<Option<HistoryMark>>,
        /// The newest message that ever came.
        pub(super) newest: RefCell<Option<HistoryMark>>,
        pub(super) last_said: RefCell<Option<Line>>,
        /// Whether others said it after whatever waits was typed.
        pub(super) is_said_newer: Cell<bool>,
        /// Whether it differs from what the archive holds.
        pub(super) is_changed: Cell<bool>,
        pub(super) draft_timer: RefCell<Option<glib::SourceId>>,
        pub(super) fetch: Cell<Fetch>,
        pub(super) writers: RefCell<Writers>,
        pub(super) writers_timer: Timer,
        pub(super) own_writing: RefCell<OwnWriting>,
        pub(super) own_writing_timer: Timer,
        /// The time up to which the server knows that we have read.
        pub(super) told_read_ms: Cell<u64>,
        /// Whether the server is told so in a moment.
        pub(super) tells_read_soon: Cell<bool>,
        /// Deletions of ours that can still be undone.
        pub(super) held: RefCell<Held>,
        /// Who waits for a page on the way to a goal; told whether it brought anything.
        pub(super) way: RefCell<Option<async_channel::Sender<bool>>>,
        /// The words of the other person's being away that were shown last.
        pub(super) shown_away: RefCell<Option<String>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Channel {
        const NAME: &'static str = "MajlisChannel";
        type Type = super::Channel;
    }

    #[glib::derived_properties]
    impl ObjectImpl for Channel {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![Signal::builder("noted").param_types([String::static_type()]).build()]
            })
        }
    }

    impl Channel {
        fn id(&self) -> u64 {
            self.key.get().number().unsigned_abs()
        }

        fn member_list(&self) -> gio::ListStore {
            self.members.list.clone()
        }

        fn set_draft(&self, draft: String) {
            if self.draft.replace(draft) != *self.draft.borrow() {
                self.obj().keep_draft_soon();
                let draft = self.draft.borrow().clone();
                self.obj().note_writing(&draft);
            }
        }

        fn set_pinned(&self, pinned: bool) {
            if self.pinned.replace(pinned) != pinned {
                self.obj().keep();
            }
        }

        fn set_muted(&self, muted: bool) {
            if self.muted.replace(muted) != muted {
                self.obj().keep();
            }
        }

        fn set_watched(&self, watched: bool) {
            if self.watched.replace(watched) != watched {
                self.obj().handle_watched(watched);
            }
        }
    }
}

glib::wrapper! {
    /// One conversation: a room, or one other person.
    ///
    /// Properties: `id`, `network`, `name`, `title`, `topic`, `is-room`, `joined`, `is-left`, `presence`,
    /// `unread-count`, `mention-count`, `last-line`, `reply-to`, `reply-sender`, `reply-text`, `typing-text`, `members` (sorted),
    /// `timeline`; and `pinned`, `muted`, `draft` and `watched`, which
    /// the widgets set.
    pub struct Channel(ObjectSubclass<imp::Channel>);
}

impl Channel {
    /// A conversation that nothing is known of.
    pub(super) fn new(network: &Network, network_key: NetworkKey, name: &str) -> Self {
        let row = ConversationRow {
            key: ConversationKey::draw(),
            network: network_key,
            name: name.to_owned(),
            topic: String::new(),
            is_open: true,
            is_complete: false,
            read_mark: None,
            draft: String::new(),
            is_pinned: false,
            is_muted: false,
            room_key: None,
            is_left: false,
        };
        let channel = Self::with_row(network, row);
        channel.keep();
        channel
    }

    /// A conversation as it was left.
    pub(super) fn restore(network: &Network, restored: RestoredConversation) -> Self {
        let channel = Self::with_row(network, restored.row);
        channel.show_ignored();
        channel.show_restored(restored.newest, restored.unread_count, restored.mention_count);
        channel
    }

    fn with_row(network: &Network, row: ConversationRow) -> Self {
        let channel: Self = glib::Object::new();
        let imp = channel.imp();
        imp.services.set(network.services()).expect("the object is new");
        imp.network.set(Some(network));
        imp.key.set(row.key);
        imp.network_key.set(row.network);
        imp.is_room.set(is_room(&row.name));
        imp.title.replace(title(&row.name).to_owned());
        imp.name.replace(row.name);
        imp.topic.replace(row.topic);
        imp.is_open.set(row.is_open);
        imp.is_complete.set(row.is_complete);
        imp.read_mark.replace(row.read_mark);
        imp.draft.replace(row.draft);
        imp.pinned.set(row.is_pinned);
        imp.muted.set(row.is_muted);
        imp.room_key.replace(row.room_key);
        imp.is_left.set(row.is_left);
        channel.connect_quotes();
        channel
    }

    /// Leaves the room for good, or closes the conversation with a person; what was said stays in the
    /// archive, what waits to be sent is taken back.
    pub fn leave(&self) {
        let Some(network) = self.network() else { return };
        let waiting: Vec<_> = self.timeline().window().waiting().map(|w| w.id).collect();
        for id in waiting {
            self.take_back(id);
        }
        self.delete_all_held();
        if self.is_room() {
            network.ask(Command::Part { room: self.name(), reason: String::new() });
        }
        self.abandon_fetch();
        self.imp().is_open.set(false);
        self.keep();
        self.timeline().window().clear();
        self.timeline().publish();
        network.close(self);
    }

    /// Opens it again, with its newest page.
    pub(super) fn reopen(&self) {
        self.imp().is_open.set(true);
        self.keep();
        self.load_older();
    }

    /// The password that the room wants from whoever comes in, where it is known.
    pub(super) fn room_key(&self) -> Option<String> {
        self.imp().room_key.borrow().clone()
    }

    /// Remembers it; none where it is empty.
    pub(super) fn set_room_key(&self, key: &str) {
        let key = Some(key.to_owned()).filter(|key| !key.is_empty());
        if *self.imp().room_key.borrow() != key {
            self.imp().room_key.replace(key);
            self.keep();
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.imp().is_open.get()
    }

    /// The newest message that ever came.
    pub(super) fn newest(&self) -> Option<HistoryMark> {
        self.imp().newest.borrow().clone()
    }

    /// What is kept of it.
    pub(super) fn row(&self) -> ConversationRow {
        let imp = self.imp();
        ConversationRow {
            key: imp.key.get(),
            network: imp.network_key.get(),
            name: self.name(),
            topic: self.topic(),
            is_open: imp.is_open.get(),
            is_complete: imp.is_complete.get(),
            read_mark: imp.read_mark.borrow().clone(),
            draft: self.draft(),
            is_pinned: self.pinned(),
            is_muted: self.muted(),
            room_key: self.room_key(),
            is_left: self.is_left(),
        }
    }

    pub(super) fn key(&self) -> ConversationKey {
        self.imp().key.get()
    }

    /// Shows what changed since the last time, in one signal each, and keeps it.
    pub(super) fn publish(&self) {
        if self.watched() {
            self.mark_read();
        }
        self.timeline().publish();
        self.tell_counts();
        self.refresh_last_line();
        if self.imp().is_changed.get() {
            self.keep();
        }
    }

    /// Keeps what changed and was not kept yet, at the end of the program.
    pub(super) fn keep_rest(&self) {
        if self.imp().draft_timer.take().map(glib::SourceId::remove).is_some()
            || self.imp().is_changed.get()
        {
            self.keep();
        }
    }

    pub(super) fn set_joined(&self, joined: bool) {
        if self.imp().joined.replace(joined) != joined {
            self.notify_joined();
        }
        if !joined {
            self.imp().members.clear();
        }
    }

    pub(super) fn set_left(&self, is_left: bool) {
        if self.imp().is_left.replace(is_left) != is_left {
            self.notify_is_left();
            self.keep();
        }
    }

    pub(super) fn set_topic(&self, topic: &str, turn: &mut Turn) {
        if *self.imp().topic.borrow() != topic {
            self.imp().topic.replace(topic.to_owned());
            self.notify_topic();
            self.keep_with(turn);
        }
    }

    /// Calls it otherwise: the room's spelling changed, or the other person's nick.
    pub(super) fn rename(&self, name: &str, turn: &mut Turn) {
        if *self.imp().name.borrow() != name {
            self.imp().name.replace(name.to_owned());
            self.notify_name();
            self.set_title(title(name));
            self.keep_with(turn);
        }
    }

    pub(super) fn set_title(&self, title: &str) {
        if *self.imp().title.borrow() != title {
            self.imp().title.replace(title.to_owned());
            self.notify_title();
        }
    }

    pub(super) fn set_presence(&self, presence: Presence) {
        if presence == Presence::Here {
            // When they go away again, it is news.
            self.imp().shown_away.take();
        }
        if self.imp().presence.replace(presence) != presence {
            self.notify_presence();
        }
    }

    /// Says once, where it was just written to them, that the other person is away.
    pub(super) fn show_away(&self, words: &str, time_ms: u64) {
        if self.imp().shown_away.borrow().as_deref() == Some(words) {
            return;
        }
        self.imp().shown_away.replace(Some(words.to_owned()));
        let values = [("name", &*isolate(&self.title())), ("words", &isolate(words))];
        // Translators: {words} are {name}'s own, or the server's: "at lunch", "They will read it when they are back".
        let line = gettext_f("{name} is away: {words}", &values);
        self.timeline().window().add_remark(line, time_ms);
    }

    /// Shows what it shows without those whom we do not hear.
    pub(super) fn show_ignored(&self) {
        self.hide_ignored();
        self.timeline().publish();
    }

    /// The same, to be shown with what else changed.
    pub(super) fn hide_ignored(&self) {
        let Some(network) = self.network() else { return };
        self.timeline().window().hidden = network.ignored_people().into_iter().collect();
    }

    fn services(&self) -> Rc<Services> {
        Rc::clone(self.imp().services.get().expect("set when the channel was made"))
    }

    fn keep(&self) {
        self.imp().is_changed.set(false);
        // A failure is told by the archive itself.
        drop(self.services().archive.put_conversation(self.row()));
    }

    /// Keeps it when it is shown: the server may change it a thousand times before.
    fn keep_with(&self, turn: &mut Turn) {
        self.imp().is_changed.set(true);
        turn.touch(self);
    }

    fn keep_draft_soon(&self) {
        let mut timer = self.imp().draft_timer.borrow_mut();
        if timer.is_none() {
            let channel = self.downgrade();
            *timer = Some(glib::timeout_add_local_once(DRAFT_DELAY, move || {
                if let Some(channel) = channel.upgrade() {
                    channel.imp().draft_timer.replace(None);
                    channel.keep();
                }
            }));
        }
    }
}

/// Who is inside, as the session tells it.
impl Channel {
    pub(super) fn set_members(&self, members: &[event::Member], more: bool, me: &str) {
        self.imp().members.take_all(members, more, me);
    }

    /// The member of this nick.
    pub fn find_member(&self, nick: &str) -> Option<Member> {
        self.imp().members.find(nick)
    }

    /// Somebody came in.
    pub(super) fn add_member(&self, member: &event::Member) {
        self.imp().members.add(member, false);
    }

    /// Somebody left.
    pub(super) fn remove_member(&self, nick: &str) {
        self.end_typing(std::iter::once(nick));
        self.imp().members.remove(nick);
    }

    /// What happened in the room, just now.
    pub(super) fn take_happened(&self, happened: Vec<event::Occurrence>, turn: &mut Turn) {
        for occurrence in &happened {
            self.timeline().window().receive_happened(occurrence);
        }
        if happened.iter().any(|occurrence| self.may_open_the_past(&occurrence.what)) {
            self.forget_beginning();
        }
        turn.keep_happened(self.key(), happened);
        turn.touch(self);
    }

    /// Somebody has another nick.
    pub(super) fn rename_member(&self, old: &str, new: &str) {
        self.imp().members.rename(old, new);
    }

    pub(super) fn set_role(&self, nick: &str, role: super::Role) {
        self.imp().members.set_role(nick, role);
    }

    pub(super) fn set_person(&self, nick: &str, name: Option<&str>, away: bool, registered: bool) {
        self.imp().members.set_person(nick, name, away, registered);
    }
}

/// Whether a name is a room's (ISUPPORT `CHANTYPES` as nearly every server has it).
pub(super) fn is_room(name: &str) -> bool {
    name.starts_with(['#', '&'])
}

/// A room's whole name, where people may leave the beginning out.
pub(super) fn as_room(name: &str) -> String {
    if is_room(name) { name.to_owned() } else { format!("#{name}") }
}

/// A room's name as people read it.
pub fn title(name: &str) -> &str {
    let title = name.trim_start_matches('#');
    if title.is_empty() { name } else { title }
}
