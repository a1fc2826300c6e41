//! The words of what people do to a room, as lines of its timeline.

use crate::i18n::{gettext_f, isolate};
use crate::irc::event::{Happening, Occurrence, Role};

/// What somebody did, as a sentence. That they came or went is told by [`changes`](super::words::changes), folded.
pub(super) fn happening_words(occurrence: &Occurrence) -> String {
    let by = isolate(occurrence.display_name.as_ref().unwrap_or(&occurrence.nick));
    let who = |nick: &String, name: &Option<String>| isolate(name.as_ref().unwrap_or(nick));
    match &occurrence.what {
        Happening::Joined | Happening::Left => String::new(),
        Happening::Nick(nick) => {
            let values = [("old", &*isolate(&occurrence.nick)), ("new", &*isolate(nick))];
            // Translators: a person changed their name.
            gettext_f("{old} is now called {new}", &values)
        }
        Happening::Renamed(name) => {
            let values = [("by", &*by), ("room", &*isolate(name))];
            // Translators: {by} gave the room another name; {room} is the new one, such as "#tea".
            gettext_f("{by} renamed the room to {room}", &values)
        }
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
