//! The servers that the local network tells of, while somebody looks.
//!
//! Rows never move under a pointer that is about to press one: what is new comes at the end, and what is gone stays, as
//! gone, while the list is held. Whoever shows it says so by [`Nearby::set_hold`].

use std::time::Duration;

use async_channel::Receiver;
use gio::prelude::*;
use glib::subclass::prelude::*;

use super::FoundPlace;
use crate::discovery::{self, Found, News, SightingId};

/// How long one looks until it is worth saying that nothing was found.
const PATIENCE: Duration = Duration::from_secs(5);

/// What can be said of a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, glib::Enum)]
#[enum_type(name = "MajlisOutlook")]
pub enum Outlook {
    /// It has only begun, or nobody looks.
    #[default]
    Looking,
    /// Nothing was found for a while.
    Nothing,
    /// There are places to choose from.
    Places,
}

/// What must not change just now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hold {
    /// Everything may.
    #[default]
    Nothing,
    /// Somebody is about to choose one: no row may go away.
    Removals,
    /// Somebody is about to choose something behind the list: where it has so many rows, none may come, either.
    Growth(u32),
}

mod imp {
    use std::cell::{Cell, RefCell};

    use glib::prelude::*;
    use glib::subclass::prelude::*;

    use super::{Found, FoundPlace, Hold, Outlook, SightingId};

    #[derive(Debug, glib::Properties)]
    #[properties(wrapper_type = super::Nearby)]
    pub struct Nearby {
        /// The places, in the order in which they were found.
        #[property(get)]
        pub(super) places: gio::ListStore,
        /// What can be said of the search.
        #[property(get, builder(Outlook::Looking))]
        pub(super) outlook: Cell<Outlook>,
        /// What was found and may not come yet.
        pub(super) waiting: RefCell<Vec<(SightingId, Found)>>,
        pub(super) hold: Cell<Hold>,
        pub(super) was_patient: Cell<bool>,
        /// What goes on while one looks.
        pub(super) tasks: RefCell<Vec<glib::JoinHandle<()>>>,
    }

    impl Default for Nearby {
        fn default() -> Self {
            Self {
                places: gio::ListStore::new::<FoundPlace>(),
                outlook: Cell::default(),
                waiting: RefCell::default(),
                hold: Cell::default(),
                was_patient: Cell::default(),
                tasks: RefCell::default(),
            }
        }
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Nearby {
        const NAME: &'static str = "MajlisNearby";
        type Type = super::Nearby;
    }

    #[glib::derived_properties]
    impl ObjectImpl for Nearby {
        fn dispose(&self) {
            self.obj().stop();
        }
    }
}

glib::wrapper! {
    /// The servers that the local network tells of, while somebody looks.
    ///
    /// Properties (read-only): `places` (of `FoundPlace`), `outlook`.
    pub struct Nearby(ObjectSubclass<imp::Nearby>);
}

impl Default for Nearby {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl Nearby {
    /// Whether the network may be looked at; a test may forbid it.
    pub fn is_allowed() -> bool {
        discovery::is_allowed()
    }

    /// Begins to look, with nothing found yet. Where that is not possible, nothing ever will be.
    pub fn start(&self) {
        let news = discovery::start();
        if let Err(error) = &news {
            tracing::warn!(%error, "the network cannot be looked at");
        }
        self.follow(news.ok(), PATIENCE);
    }

    /// Looks no longer, and forgets what was found.
    pub fn stop(&self) {
        let imp = self.imp();
        imp.tasks.take().iter().for_each(glib::JoinHandle::abort);
        imp.waiting.take();
        imp.was_patient.set(false);
        self.places().remove_all();
        self.show_outlook();
    }

    /// Whether somebody is about to choose something that must stay where it is.
    pub fn set_hold(&self, hold: Hold) {
        let imp = self.imp();
        imp.hold.set(hold);
        if hold == Hold::Nothing {
            self.places().retain(|place| !is_gone(place));
        }
        imp.waiting.take().into_iter().for_each(|(id, found)| self.handle_found(id, found));
        self.show_outlook();
    }

    /// Looks by what comes this way, and has so much patience.
    pub(in crate::model) fn follow(&self, news: Option<Receiver<News>>, patience: Duration) {
        self.stop();
        let (nearby, listener) = (self.downgrade(), self.downgrade());
        let impatience = glib::spawn_future_local(async move {
            glib::timeout_future(patience).await;
            if let Some(nearby) = nearby.upgrade() {
                nearby.imp().was_patient.set(true);
                nearby.show_outlook();
            }
        });
        let listening = glib::spawn_future_local(async move {
            let Some(news) = news else { return };
            while let Ok(news) = news.recv().await {
                let Some(nearby) = listener.upgrade() else { break };
                nearby.handle(news);
            }
        });
        self.imp().tasks.replace(vec![impatience, listening]);
    }

    fn handle(&self, news: News) {
        match news {
            News::Found(id, found) => self.handle_found(id, found),
            News::Gone(id) => self.handle_gone(id),
        }
        self.show_outlook();
    }

    fn handle_found(&self, id: SightingId, found: Found) {
        let imp = self.imp();
        let is_back = |it: &FoundPlace| it.is_gone() && it.is_at(&found.place);
        if let Some((_, place)) = self.find(|it| it.id() == id).or_else(|| self.find(is_back)) {
            return place.update(id, &found);
        }
        if matches!(imp.hold.get(), Hold::Growth(rows) if self.places().n_items() >= rows) {
            let mut waiting = imp.waiting.borrow_mut();
            waiting.retain(|(it, _)| *it != id);
            return waiting.push((id, found));
        }
        self.places().append(&FoundPlace::new(id, &found));
    }

    fn handle_gone(&self, id: SightingId) {
        let imp = self.imp();
        imp.waiting.borrow_mut().retain(|(it, _)| *it != id);
        let Some((position, place)) = self.find(|it| it.id() == id) else { return };
        if imp.hold.get() == Hold::Nothing {
            self.places().remove(position);
        } else {
            place.set_gone(true);
        }
    }

    fn find(&self, is_it: impl Fn(&FoundPlace) -> bool) -> Option<(u32, FoundPlace)> {
        let places = self.places();
        let mut all = (0..).zip(places.iter().map_while(Result::ok));
        all.find(|(_, place)| is_it(place))
    }

    fn show_outlook(&self) {
        let imp = self.imp();
        let outlook = match self.places().n_items() {
            0 if imp.was_patient.get() => Outlook::Nothing,
            0 => Outlook::Looking,
            _ => Outlook::Places,
        };
        if imp.outlook.replace(outlook) != outlook {
            self.notify_outlook();
        }
    }
}

fn is_gone(place: &glib::Object) -> bool {
    place.downcast_ref().is_some_and(FoundPlace::is_gone)
}
