//! Somebody asks us into a room.

use crate::i18n::{gettext, gettext_f, isolate};
use crate::model::Network;
use crate::ui::toast::toast_with_button;

/// Stands until it is answered; to close the words is to ignore them.
pub(crate) fn invitation(network: &Network, room: &str, by: &str) -> adw::Toast {
    let title = room.trim_start_matches('#');
    let values = [("name", &*isolate(by)), ("room", &isolate(title))];
    // Translators: {name} is a person who asks us into {room}.
    let words = gettext_f("{name} invites you to {room}", &values);
    let (network, room) = (network.clone(), room.to_owned());
    toast_with_button(&words, &gettext("_Join"), 0, move || network.join(&room))
}
