//! What people do to a room, as lines of its timeline.

use glib::subclass::prelude::*;

use crate::i18n::{gettext_f, isolate};
use crate::irc::event::{Happening, Role};
use crate::irc::fold;

use super::Channel;

impl Channel {
    /// Somebody did something to the room.
    pub(in crate::model) fn take_happening(&self, name: &str, what: &Happening, time_ms: u64) {
        if let Happening::Removed { nick, .. } = what {
            self.imp().put_out.replace(Some(fold(nick)));
        }
        self.timeline().window().add_remark(words(name, what), time_ms);
    }

    /// Somebody inside is called otherwise.
    pub(in crate::model) fn take_renaming(&self, old: &str, new: &str) {
        let values = [("old", &*isolate(old)), ("new", &*isolate(new))];
        // Translators: a person changed their name.
        let words = gettext_f("{old} is now called {new}", &values);
        let now_ms = u64::try_from(glib::real_time() / 1000).unwrap_or(0);
        self.timeline().window().add_remark(words, now_ms);
        self.timeline().publish();
    }
}

fn words(by: &str, what: &Happening) -> String {
    let by = isolate(by);
    let who = |nick: &String, name: &Option<String>| isolate(name.as_ref().unwrap_or(nick));
    match what {
        Happening::Topic(topic) if topic.is_empty() => {
            // Translators: {by} is a person.
            gettext_f("{by} removed the topic", &[("by", &by)])
        }
        Happening::Topic(topic) => {
            // Translators: {by} is a person.
            gettext_f("{by} set the topic: {topic}", &[("by", &by), ("topic", &isolate(topic))])
        }
        Happening::Removed { nick, display_name, reason } => {
            let name = who(nick, display_name);
            let values = [("by", &*by), ("name", &*name), ("reason", &*isolate(reason))];
            if reason.is_empty() {
                // Translators: {by} put {name} out of the room.
                gettext_f("{by} removed {name}", &values)
            } else {
                // Translators: {by} put {name} out of the room; {reason} is in their words.
                gettext_f("{by} removed {name}: {reason}", &values)
            }
        }
        Happening::Role { nick, display_name, role } => {
            let name = who(nick, display_name);
            let values = [("by", &*by), ("name", &*name)];
            match role {
                // Translators: {by} lets {name} look after the room.
                Role::Operator => gettext_f("{by} made {name} an operator", &values),
                // Translators: {by} lets {name} speak where others may not.
                Role::Voice => gettext_f("{by} let {name} speak", &values),
                // Translators: {by} took away what {name} could do beyond others.
                Role::None => gettext_f("{by} took {name}’s role away", &values),
            }
        }
        Happening::Modes(modes) => {
            let values = [("by", &*by), ("modes", &*isolate(modes))];
            // Translators: {modes} are letters such as "+m".
            gettext_f("{by} changed the room’s settings: {modes}", &values)
        }
    }
}
