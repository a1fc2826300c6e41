//! A window over what was said in one conversation, as the list that the timeline's widget shows.

mod item;

pub use item::{ItemKind, SendState, TimelineItem};

use std::cell::{Cell, RefCell};

use gio::subclass::prelude::*;
use glib::prelude::*;

mod imp {
    use super::*;

    #[derive(Debug, glib::Properties)]
    #[properties(wrapper_type = super::Timeline)]
    pub struct Timeline {
        /// Whether an older page is on its way.
        #[property(get)]
        pub(super) is_loading: Cell<bool>,
        /// Whether the first row is the beginning of everything.
        #[property(get)]
        pub(super) is_start: Cell<bool>,
        /// Whether the last row is the newest; otherwise newer ones wait in the archive.
        #[property(get)]
        pub(super) is_end: Cell<bool>,
        /// Whether the view stays at the newest row. The widget tells; it settles which end is let go when the window is full.
        #[property(get, set)]
        pub(super) follows_end: Cell<bool>,
        pub(super) rows: RefCell<Vec<TimelineItem>>,
    }

    impl Default for Timeline {
        fn default() -> Self {
            Self {
                is_loading: Cell::new(false),
                is_start: Cell::new(false),
                is_end: Cell::new(true),
                follows_end: Cell::new(true),
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
            u32::try_from(self.rows.borrow().len()).expect("the window is bounded")
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
    /// It holds a bounded number of rows; pages come and go at its ends. Properties: `is-loading`, `is-start`, `is-end`,
    /// and `follows-end`, which the widget sets.
    pub struct Timeline(ObjectSubclass<imp::Timeline>)
        @implements gio::ListModel;
}
