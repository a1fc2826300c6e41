//! What the network tells of, and how the list of it behaves while somebody is about to choose.

use std::time::Duration;

use async_channel::Sender;
use gio::prelude::*;
use glib::MainContext;

use crate::discovery::{Found, News, Place, SightingId};
use crate::model::{FoundPlace, Hold, Nearby, Outlook};

/// Somebody who looks, and what they are told.
struct Search {
    context: MainContext,
    nearby: Nearby,
    tell: Sender<News>,
}

impl Search {
    /// With so much patience.
    fn begin(patience: Duration) -> Self {
        let context = MainContext::new();
        let (tell, news) = async_channel::unbounded();
        let nearby = Nearby::default();
        context.with_thread_default(|| nearby.follow(Some(news), patience)).unwrap();
        Self { context, nearby, tell }
    }

    fn patient() -> Self {
        Self::begin(Duration::from_hours(1))
    }

    fn hear(&self, news: News) {
        self.tell.send_blocking(news).unwrap();
        while self.context.iteration(false) {}
    }

    fn find(&self, last_byte: u8) {
        self.hear(found(last_byte, 0));
    }

    fn lose(&self, last_byte: u8) {
        self.hear(News::Gone(SightingId(last_byte.into())));
    }

    fn places(&self) -> Vec<FoundPlace> {
        self.nearby.places().iter().map(Result::unwrap).collect()
    }

    /// The names in their order, those that are gone in brackets.
    fn list(&self) -> Vec<String> {
        let shown = |place: &FoundPlace| {
            if place.is_gone() { format!("({})", place.name()) } else { place.name() }
        };
        self.places().iter().map(shown).collect()
    }
}

/// The server whose number and address end in this.
fn found(last_byte: u8, people: u32) -> News {
    let place = Place { host: format!("10.0.0.{last_byte}"), port: 33000 };
    let name = last_byte.to_string();
    News::Found(SightingId(last_byte.into()), Found { place, name, people_count: Some(people) })
}

#[test]
fn places_come_at_the_end_and_go() {
    let search = Search::patient();
    assert_eq!(search.nearby.outlook(), Outlook::Looking);
    search.find(9);
    search.find(1);
    assert_eq!(search.list(), ["9", "1"]);
    assert_eq!(search.nearby.outlook(), Outlook::Places);
    search.lose(9);
    assert_eq!(search.list(), ["1"]);
    search.lose(1);
    assert_eq!(search.nearby.outlook(), Outlook::Looking);
}

#[test]
fn a_place_that_says_something_else_keeps_its_row() {
    let search = Search::patient();
    search.find(1);
    search.find(2);
    let first = search.places()[0].clone();
    assert_eq!((first.people_count(), &*first.address()), (0, "10.0.0.1:33000"));
    search.hear(found(1, 7));
    assert_eq!(search.places()[0], first);
    assert_eq!(first.people_count(), 7);
}

#[test]
fn no_row_goes_away_under_the_pointer() {
    let search = Search::patient();
    search.find(1);
    search.find(2);
    search.nearby.set_hold(Hold::Removals);
    search.lose(1);
    search.find(3);
    assert_eq!(search.list(), ["(1)", "2", "3"]);
    // Who comes back is told under another number, at the same address.
    let News::Found(_, again) = found(1, 0) else { unreachable!() };
    search.hear(News::Found(SightingId(77), again));
    assert_eq!(search.list(), ["1", "2", "3"]);
    search.lose(2);
    search.nearby.set_hold(Hold::Nothing);
    assert_eq!(search.list(), ["1", "3"]);
}

#[test]
fn no_row_comes_between_the_pointer_and_what_is_behind_the_list() {
    let search = Search::patient();
    search.nearby.set_hold(Hold::Growth(2));
    for last_byte in 1..=4 {
        search.find(last_byte);
    }
    search.hear(found(4, 5));
    search.lose(3);
    search.lose(1);
    assert_eq!(search.list(), ["(1)", "2"], "there is room for two");
    search.nearby.set_hold(Hold::Nothing);
    assert_eq!(search.list(), ["2", "4"]);
    assert_eq!(search.places()[1].people_count(), 5);
}

#[test]
fn after_a_while_it_is_said_that_nothing_was_found() {
    let search = Search::begin(Duration::from_millis(1));
    while search.nearby.outlook() != Outlook::Nothing {
        search.context.iteration(true);
    }
    search.find(1);
    assert_eq!(search.nearby.outlook(), Outlook::Places);
    search.lose(1);
    assert_eq!(search.nearby.outlook(), Outlook::Nothing);
}

#[test]
fn whoever_stops_looking_forgets_what_was_found() {
    let search = Search::patient();
    search.find(1);
    search.nearby.stop();
    assert_eq!(search.list(), [""; 0]);
    while search.context.iteration(false) {}
    assert!(search.tell.is_closed(), "nobody listens any more");
}

#[test]
fn a_place_is_come_to_like_a_typed_address() {
    let search = Search::patient();
    search.find(1);
    let settings = search.places()[0].settings();
    assert_eq!((settings.host.as_str(), settings.port), ("10.0.0.1", 33000));
    assert!(settings.encrypt, "nobody is led to talk in the clear");
    assert_eq!(
        (settings.fingerprint, settings.invite),
        (None, None),
        "nothing is trusted by itself"
    );
}
