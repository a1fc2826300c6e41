//! One room in a list of all rooms, those that we are not in among them.

use glib::subclass::prelude::*;

use crate::irc::ListedRoom;

mod imp {
    use std::cell::{Cell, RefCell};

    use glib::prelude::*;
    use glib::subclass::prelude::*;

    #[derive(Debug, Default, glib::Properties)]
    #[properties(wrapper_type = super::RoomListing)]
    pub struct RoomListing {
        /// The room's name with its `#`.
        #[property(get)]
        pub(super) name: RefCell<String>,
        /// The name as people read it.
        #[property(get)]
        pub(super) title: RefCell<String>,
        /// Possibly empty.
        #[property(get)]
        pub(super) topic: RefCell<String>,
        /// How many people are inside.
        #[property(get)]
        pub(super) people_count: Cell<u32>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for RoomListing {
        const NAME: &'static str = "MajlisRoomListing";
        type Type = super::RoomListing;
    }

    #[glib::derived_properties]
    impl ObjectImpl for RoomListing {}
}

glib::wrapper! {
    /// One room in a list of all rooms.
    ///
    /// Properties (all read-only, and never changing): `name`, `title`, `topic`, `people-count`.
    pub struct RoomListing(ObjectSubclass<imp::RoomListing>);
}

impl RoomListing {
    /// A room as the server listed it.
    pub(super) fn new(listed: ListedRoom) -> Self {
        let listing: Self = glib::Object::new();
        let imp = listing.imp();
        imp.title.replace(super::channel::title(&listed.name).to_owned());
        imp.name.replace(listed.name);
        imp.topic.replace(listed.topic);
        imp.people_count.set(listed.people_count);
        listing
    }
}
