//! A window over what was said in one conversation, as the list that the timeline's widget shows.
//!
//! | module | owns |
//! |---|---|
//! | `entry` | what a conversation is made of, and its order |
//! | `window` | the stretch that is held in memory (pure) |
//! | `layout` | from there to rows: days, groups, folds, the unread marker (pure) |
//! | `reactions` | reactions to one message by their signs (pure) |
//! | `words` | the words of rows that nobody said |
//! | `happening` | the words of what people do to a room |
//! | `item` | one row as an object |
//!
//! Here is the shell: it lays the window out, finds what differs from the rows that stand, and tells
//! it in one signal. Changing the window tells nothing; [`Timeline::publish`] does, once a batch.

mod entry;
mod happening;
mod item;
mod layout;
mod reactions;
#[cfg(test)]
mod tests;
mod window;
mod words;

use std::cell::RefMut;

use gio::prelude::*;
use glib::object::PropertyNotificationFreezeGuard;
use glib::subclass::prelude::*;

use self::layout::{Row, lay_out};
use self::window::{End, Window};

pub(crate) use self::entry::Sender;
pub use self::item::{ItemKind, SendState, TimelineItem};
pub use self::reactions::ReactionGroup;
pub(crate) use self::window::{HELD_MAX, PAGE};
pub(crate) use self::words::moment;

mod imp {
    use std::cell::{Cell, RefCell};

    use gio::subclass::prelude::*;
    use glib::prelude::*;

    use super::words::local_day;
    use super::{TimelineItem, Window};

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
    /// `is-start`, `is-end`, and `follows-end`, which the widget sets.
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
        if self.imp().is_loading.replace(is_loading) != is_loading {
            self.notify_is_loading();
        }
    }

    /// Lets go of all but the newest page: what no view shows needs no more, and what one begins to show is shown from its end.
    pub fn shrink(&self) {
        self.set_follows_end(true);
        self.window().shrink();
        self.publish();
    }

    /// Shows what changed since the last time, in one signal; letting go of rows, where there are too
    /// many, is another one.
    pub(super) fn publish(&self) {
        let end = if self.follows_end() { End::Oldest } else { End::Newest };
        let fresh_count = self.window().take_fresh_count();
        if end == End::Oldest && fresh_count > PAGE {
            // They would pass by in no time, and making their rows takes some.
            self.window().shrink();
        }
        self.publish_and_trim(end);
    }

    /// The same after an older page, for which newer rows make room.
    pub(super) fn publish_older(&self) {
        self.publish_and_trim(End::Newest);
    }

    /// The same after a newer page, for which older rows make room.
    pub(super) fn publish_newer(&self) {
        self.publish_and_trim(End::Oldest);
    }

    fn publish_and_trim(&self, end: End) {
        // Rows that would go at once are never made.
        if self.window().is_longer_than(2 * HELD_MAX) {
            self.window().trim(end);
        }
        self.show();
        if self.window().is_longer_than(HELD_MAX) {
            self.window().trim(end);
            self.show();
        }
        self.notify_ends();
    }

    fn show(&self) {
        let Difference { start, removed, added, silent } = self.bring_rows_up_to_date();
        if removed + added > 0 {
            self.items_changed(count(start), count(removed), count(added));
        }
        drop(silent);
    }

    /// Makes the rows what the window says. The rows that stay keep silent about what changed in them
    /// until the answer is dropped, when everything here is in order again.
    fn bring_rows_up_to_date(&self) -> Difference {
        let window = self.imp().window.borrow();
        let mut items = self.imp().rows.borrow_mut();
        let rows = lay_out(&window);
        let today = words::today();
        let mut difference = Difference::between(&items, &rows);
        let fresh = &rows[difference.start..difference.start + difference.added];
        let fresh: Vec<_> = fresh.iter().map(|row| TimelineItem::new(row, today)).collect();
        items.splice(difference.start..difference.start + difference.removed, fresh);
        for (item, row) in items.iter().zip(&rows) {
            difference.silent.push(item.freeze_notify());
            item.show(&row.content, today);
        }
        difference
    }

    fn notify_ends(&self) {
        let window = self.window();
        let (is_start, is_end) = (window.is_start, window.is_end());
        drop(window);
        if self.imp().is_start.replace(is_start) != is_start {
            self.notify_is_start();
        }
        if self.imp().is_end.replace(is_end) != is_end {
            self.notify_is_end();
        }
    }
}

/// One stretch of rows that gives way to another.
struct Difference {
    start: usize,
    removed: usize,
    added: usize,
    silent: Vec<PropertyNotificationFreezeGuard>,
}

impl Difference {
    /// The smallest stretch outside of which both are the same.
    fn between(items: &[TimelineItem], rows: &[Row<'_>]) -> Self {
        let is_same = |(item, row): &(&TimelineItem, &Row<'_>)| item.is_row(&row.key);
        let start = items.iter().zip(rows).take_while(is_same).count();
        let ends = items[start..].iter().rev().zip(rows[start..].iter().rev());
        let kept = start + ends.take_while(is_same).count();
        Self { start, removed: items.len() - kept, added: rows.len() - kept, silent: Vec::new() }
    }
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).expect("a window is bounded, and so is what a person types")
}
