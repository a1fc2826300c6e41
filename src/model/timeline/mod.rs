//! A window over what was said in one conversation, as the list that the timeline's widget shows.
//!
//! | module | owns |
//! |---|---|
//! | `entry` | what a conversation is made of, and its order |
//! | `window` | the stretch that is held in memory (pure) |
//! | `layout` | from there to rows: days, groups, folds, the unread marker (pure) |
//! | `filling` | from the rows that stand to those, a few at a time (pure) |
//! | `reactions` | reactions to one message by their signs (pure) |
//! | `words` | the words of rows that nobody said |
//! | `happening` | the words of what people do to a room |
//! | `item` | one row as an object |
//!
//! Here is the shell: it lays the window out, and changes the rows that stand into those that are wanted. Changing the window
//! tells nothing; [`Timeline::publish`] does, once a batch.

mod entry;
mod filling;
mod happening;
mod item;
mod layout;
mod reactions;
#[cfg(test)]
mod tests;
mod window;
mod words;

use std::cell::RefMut;
use std::ops::Range;
use std::time::Duration;

use gio::prelude::*;
use glib::object::PropertyNotificationFreezeGuard;
use glib::subclass::prelude::*;

use self::filling::{Pace, plan};
use self::layout::lay_out;
use self::window::{End, Window};
use super::pace;

pub(crate) use self::entry::Sender;
pub use self::item::{ItemKind, SendState, TimelineItem};
pub use self::reactions::ReactionGroup;
pub(crate) use self::window::{HELD_MAX, PAGE};
pub(crate) use self::words::moment;

/// Where a view looks on, the next few rows come after this time: about once a frame.
const NEXT_ROWS: Duration = Duration::from_millis(16);

mod imp {
    use std::cell::{Cell, RefCell};

    use gio::subclass::prelude::*;
    use glib::prelude::*;

    use super::words::local_day;
    use super::{Pace, TimelineItem, Window};

    #[derive(Debug, glib::Properties)]
    #[properties(wrapper_type = super::Timeline)]
    pub struct Timeline {
        /// Whether a page is on its way.
        #[property(get)]
        pub(super) is_loading: Cell<bool>,
        /// Whether the first row is the beginning of everything.
        #[property(get)]
        pub(super) is_start: Cell<bool>,
        /// Whether the last row is the newest; otherwise newer ones wait in the archive.
        #[property(get)]
        pub(super) is_end: Cell<bool>,
        /// Whether the view stays at the newest row. The widget tells; it settles which end is let go
        /// when the window is full.
        #[property(get, set)]
        pub(super) follows_end: Cell<bool>,
        /// Whether a view makes a widget of each row, which takes its time. The view tells.
        #[property(get, set = Self::set_shown)]
        pub(super) is_shown: Cell<bool>,
        /// Whether a page was asked for.
        pub(super) awaits_page: Cell<bool>,
        /// In which order rows come, while not all that are wanted stand.
        pub(super) filling: Cell<Option<Pace>>,
        /// Whether somebody sees to the rest of them.
        pub(super) is_seen_to: Cell<bool>,
        /// How many are to come.
        pub(super) missing_count: Cell<usize>,
        pub(super) window: RefCell<Window>,
        pub(super) rows: RefCell<Vec<TimelineItem>>,
    }

    impl Default for Timeline {
        fn default() -> Self {
            Self {
                is_loading: Cell::new(false),
                is_start: Cell::new(false),
                is_end: Cell::new(true),
                follows_end: Cell::new(true),
                is_shown: Cell::default(),
                awaits_page: Cell::default(),
                filling: Cell::default(),
                is_seen_to: Cell::default(),
                missing_count: Cell::default(),
                window: RefCell::new(Window::new(local_day)),
                rows: RefCell::default(),
            }
        }
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Timeline {
        const NAME: &'static str = "MajlisTimeline";
        type Type = super::Timeline;
        type Interfaces = (gio::ListModel,);
    }

    impl Timeline {
        fn set_shown(&self, is_shown: bool) {
            self.is_shown.set(is_shown);
            if !is_shown && self.filling.get().is_some() {
                self.obj().show(Pace::AtOnce);
            }
        }
    }

    #[glib::derived_properties]
    impl ObjectImpl for Timeline {}

    impl ListModelImpl for Timeline {
        fn item_type(&self) -> glib::Type {
            TimelineItem::static_type()
        }

        fn n_items(&self) -> u32 {
            super::count(self.rows.borrow().len())
        }

        fn item(&self, position: u32) -> Option<glib::Object> {
            let rows = self.rows.borrow();
            rows.get(position as usize).cloned().map(Cast::upcast)
        }
    }
}

glib::wrapper! {
    /// A window over what was said in one conversation, oldest first.
    ///
    /// It holds a bounded number of rows; pages come and go at its ends. Properties: `is-loading`,
    /// `is-start`, `is-end`, and `follows-end` and `is-shown`, which the widget sets.
    pub struct Timeline(ObjectSubclass<imp::Timeline>)
        @implements gio::ListModel;
}

impl Default for Timeline {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl Timeline {
    /// What is held, to read or to change; `publish` afterwards.
    pub(super) fn window(&self) -> RefMut<'_, Window> {
        self.imp().window.borrow_mut()
    }

    /// Whether a change of the rows, as `items-changed` tells it, is what was just said: it came at the end, above nothing but
    /// words of ours, and is no page.
    pub fn is_news(&self, position: u32, removed: u32, added: u32) -> bool {
        let rows = self.imp().rows.borrow();
        let below = rows.get((position + added) as usize..).unwrap_or_default();
        let is_page = self.is_loading() && (position == 0 || !below.is_empty());
        let is_ours = |row: &TimelineItem| row.is_own() || row.kind() == ItemKind::Day;
        let is_at_end = self.is_end() && below.iter().all(is_ours);
        added > removed && is_at_end && !is_page
    }

    pub(super) fn set_loading(&self, is_loading: bool) {
        self.imp().awaits_page.set(is_loading);
        self.tell_loading();
    }

    /// An older page is on its way until its last row stands.
    fn tell_loading(&self) {
        let imp = self.imp();
        let is_filling = imp.filling.get() == Some(Pace::Backwards);
        let is_loading = imp.awaits_page.get() || (imp.is_loading.get() && is_filling);
        if imp.is_loading.replace(is_loading) != is_loading {
            self.notify_is_loading();
        }
    }

    /// Lets go of all but the newest page: what no view shows needs no more, and what one begins to show is shown from its end.
    pub fn shrink(&self) {
        self.set_follows_end(true);
        self.window().shrink();
        self.publish();
    }

    /// Shows what changed since the last time: where a view looks on, a few rows now, and the rest of them by itself.
    pub(super) fn publish(&self) {
        let imp = self.imp();
        let end = if self.follows_end() { End::Oldest } else { End::Newest };
        imp.missing_count.set(imp.missing_count.get() + self.window().take_fresh_count());
        if end == End::Oldest && imp.missing_count.get() > PAGE {
            // They would pass by in no time, and making their rows takes some.
            self.window().shrink();
        }
        self.show_and_trim(Pace::Onwards, end);
    }

    /// The same after an older page, for which newer rows make room.
    pub(super) fn publish_older(&self) {
        self.show_and_trim(Pace::Backwards, End::Newest);
    }

    /// The same after a newer page, for which older rows make room.
    pub(super) fn publish_newer(&self) {
        self.show_and_trim(Pace::Onwards, End::Oldest);
    }

    /// The same after the window went to another place, where somebody waits to be.
    pub(super) fn publish_place(&self) {
        self.window().take_fresh_count();
        self.show(Pace::AtOnce);
    }

    fn show_and_trim(&self, pace: Pace, end: End) {
        // Rows that would go at once are never made.
        if self.window().is_longer_than(2 * HELD_MAX) {
            self.window().trim(end);
        }
        self.begin_showing(pace);
        if self.window().is_longer_than(HELD_MAX) {
            self.window().trim(end);
            self.begin_showing(pace);
        }
    }

    /// Where rows are coming anyhow, what changed comes with the next of them.
    fn begin_showing(&self, pace: Pace) {
        if self.imp().filling.get().is_none() {
            self.show(pace);
        }
    }

    /// Brings the rows closer to what the window says, or all the way.
    fn show(&self, pace: Pace) {
        let imp = self.imp();
        let is_seen = self.is_shown() && !imp.rows.borrow().is_empty();
        let pace = if is_seen { pace } else { Pace::AtOnce };
        let Change { edits, missing, is_whole, silent } = self.plan_change(pace);
        for (range, added) in edits {
            let (start, removed, added_count) = (range.start, range.len(), added.len());
            imp.rows.borrow_mut().splice(range, added);
            self.items_changed(count(start), count(removed), count(added_count));
        }
        drop(silent);
        imp.missing_count.set(missing);
        imp.filling.set((!is_whole).then_some(pace));
        if !is_whole && !imp.is_seen_to.replace(true) {
            self.fill();
        }
        self.tell_loading();
        self.tell_ends();
    }

    /// Goes on showing until everything is shown.
    fn fill(&self) {
        let timeline = self.downgrade();
        glib::spawn_future_local(async move {
            loop {
                glib::timeout_future(NEXT_ROWS).await;
                pace::let_others_go_first().await;
                let Some(timeline) = timeline.upgrade() else { return };
                let Some(pace) = timeline.imp().filling.get() else {
                    timeline.imp().is_seen_to.set(false);
                    return;
                };
                timeline.show(pace);
            }
        });
    }

    /// Finds what is to change in the rows. Those that stay are what the window says already, and keep silent about it until the
    /// answer is dropped, when everything here is in order again.
    fn plan_change(&self, pace: Pace) -> Change {
        let window = self.imp().window.borrow();
        let items = self.imp().rows.borrow();
        let rows = lay_out(&window);
        let today = words::today();
        let standing: Vec<_> = items.iter().map(TimelineItem::key).collect();
        let wanted: Vec<_> = rows.iter().map(|row| &row.key).collect();
        let plan = plan(&standing, &wanted, pace, HELD_MAX);
        let silent = plan.kept.iter().map(|&(item, row)| {
            let guard = items[item].freeze_notify();
            items[item].show(&rows[row].content, today);
            guard
        });
        let silent = silent.collect();
        let edits = plan.edits.into_iter().map(|edit| {
            let added = rows[edit.added].iter().map(|row| TimelineItem::new(row, today));
            (edit.range, added.collect())
        });
        Change { edits: edits.collect(), missing: plan.missing, is_whole: plan.is_whole, silent }
    }

    fn tell_ends(&self) {
        let imp = self.imp();
        let window = self.window();
        // An end is reached when its row stands.
        let is_filling = imp.filling.get().is_some();
        let is_start = window.is_start && (!is_filling || imp.is_start.get());
        let is_end = window.is_end() && (!is_filling || imp.is_end.get());
        drop(window);
        if imp.is_start.replace(is_start) != is_start {
            self.notify_is_start();
        }
        if imp.is_end.replace(is_end) != is_end {
            self.notify_is_end();
        }
    }
}

/// What is to change in the rows: which make room for which, one after the other.
struct Change {
    edits: Vec<(Range<usize>, Vec<TimelineItem>)>,
    missing: usize,
    is_whole: bool,
    silent: Vec<PropertyNotificationFreezeGuard>,
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).expect("a window is bounded, and so is what a person types")
}
