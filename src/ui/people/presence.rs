//! Whether somebody is here, as a dot at their picture and in words.

use gtk::prelude::*;

use crate::i18n::gettext;
use crate::model::Presence;

/// Shows it at the edge of a picture; nothing where nothing is known.
pub(crate) fn show_presence(image: &gtk::Image, presence: Presence) {
    image.set_visible(presence != Presence::Unknown);
    for (class, of) in
        [("here", Presence::Here), ("away", Presence::Away), ("offline", Presence::Offline)]
    {
        if presence == of {
            image.add_css_class(class);
        } else {
            image.remove_css_class(class);
        }
    }
}

/// The same in a word; none where nothing is known.
pub(crate) fn presence_words(presence: Presence) -> Option<String> {
    match presence {
        Presence::Unknown => None,
        // Translators: A person who is not connected.
        Presence::Offline => Some(gettext("Offline")),
        // Translators: A person who is not at their computer.
        Presence::Away => Some(gettext("Away")),
        // Translators: A person who is connected and at their computer.
        Presence::Here => Some(gettext("Here")),
    }
}
