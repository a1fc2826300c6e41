//! One server that the local network tells of, as rows show it.

use glib::subclass::prelude::*;

use super::NetworkSettings;
use super::settings::address_words;
use crate::discovery::{Found, Place, SightingId};

mod imp {
    use std::cell::{Cell, RefCell};

    use glib::prelude::*;
    use glib::subclass::prelude::*;

    use super::{Place, SightingId, address_words};

    #[derive(Debug, Default, glib::Properties)]
    #[properties(wrapper_type = super::FoundPlace)]
    pub struct FoundPlace {
        /// What it says that it is called.
        #[property(get)]
        pub(super) name: RefCell<String>,
        /// Host and port, as people write them.
        #[property(name = "address", get = Self::address, type = String)]
        pub(super) place: RefCell<Option<Place>>,
        /// How many people are there; -1 where it does not say.
        #[property(get)]
        pub(super) people_count: Cell<i32>,
        /// Whether it was there and no longer is.
        #[property(get)]
        pub(super) is_gone: Cell<bool>,
        /// Whether somebody is on their way into it.
        #[property(get, set)]
        pub(super) is_joining: Cell<bool>,
        pub(super) id: Cell<SightingId>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for FoundPlace {
        const NAME: &'static str = "MajlisFoundPlace";
        type Type = super::FoundPlace;
    }

    impl FoundPlace {
        fn address(&self) -> String {
            let place = self.place.borrow();
            place.as_ref().map(|place| address_words(&place.host, place.port)).unwrap_or_default()
        }
    }

    #[glib::derived_properties]
    impl ObjectImpl for FoundPlace {}
}

glib::wrapper! {
    /// One server that the local network tells of.
    ///
    /// Properties: `name`, `address`, `people-count`, `is-gone` (read-only), and `is-joining`.
    pub struct FoundPlace(ObjectSubclass<imp::FoundPlace>);
}

impl FoundPlace {
    /// A place that was just found.
    pub(super) fn new(id: SightingId, found: &Found) -> Self {
        let place: Self = glib::Object::new();
        place.update(id, found);
        place
    }

    /// Which one it is.
    pub(super) fn id(&self) -> SightingId {
        self.imp().id.get()
    }

    /// Whether it is there.
    pub(super) fn is_at(&self, place: &Place) -> bool {
        self.imp().place.borrow().as_ref() == Some(place)
    }

    /// It is there, perhaps again, and says this of itself.
    pub(super) fn update(&self, id: SightingId, found: &Found) {
        let imp = self.imp();
        imp.id.set(id);
        if !self.is_at(&found.place) {
            imp.place.replace(Some(found.place.clone()));
            self.notify_address();
        }
        if imp.name.replace(found.name.clone()) != found.name {
            self.notify_name();
        }
        let count = found.people_count.and_then(|count| i32::try_from(count).ok()).unwrap_or(-1);
        if imp.people_count.replace(count) != count {
            self.notify_people_count();
        }
        self.set_gone(false);
    }

    /// Whether it is no longer there.
    pub(super) fn set_gone(&self, is_gone: bool) {
        if self.imp().is_gone.replace(is_gone) != is_gone {
            self.notify_is_gone();
        }
    }

    /// What somebody would have typed to come here: the address, and nothing of what the network says about identity.
    pub fn settings(&self) -> NetworkSettings {
        let place = self.imp().place.borrow();
        let Place { host, port } = place.clone().expect("set when it is made");
        NetworkSettings { host, port, encrypt: true, ..NetworkSettings::default() }
    }
}
