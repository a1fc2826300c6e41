//! Somebody asks us into a room.

use crate::i18n::{gettext, gettext_f, isolate};
use crate::model::Network;
use crate::ui::Window;
use crate::ui::toast::tell_with_button;

/// Tells of it until it is answered; to close the words is to ignore them.
pub(crate) fn present_invitation(window: &Window, network: &Network, room: &str, by: &str) {
    let title = room.trim_start_matches('#');
    let values = [("name", &*isolate(by)), ("room", &isolate(title))];
    // Translators: {name} is a person who asks us into {room}.
    let words = gettext_f("{name} invites you to {room}", &values);
    let (network, room) = (network.clone(), room.to_owned());
    tell_with_button(window, &words, &gettext("_Join"), 0, move || network.join(&room));
}
