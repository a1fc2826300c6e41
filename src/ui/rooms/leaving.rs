//! Leaving a room or closing a conversation, and thinking better of it.

use crate::i18n::{gettext_f, isolate};
use crate::model::Channel;
use crate::ui::Window;
use crate::ui::toast::tell_undoable;

/// Leaves, and offers to come back.
pub(crate) fn leave_undoably(window: &Window, channel: &Channel) {
    let Some(network) = channel.network() else { return };
    if network.channels().find(channel).is_none() {
        return;
    }
    let (name, is_room) = (channel.name(), channel.is_room());
    let title = isolate(&channel.title());
    channel.leave();
    let words = if is_room {
        // Translators: {room} is the room that one left.
        gettext_f("You left {room}", &[("room", &title)])
    } else {
        // Translators: {name} is the person with whom one talked.
        gettext_f("Conversation with {name} closed", &[("name", &title)])
    };
    tell_undoable(window, &words, move || {
        if is_room {
            network.join(&name);
        } else {
            network.open_private(&name);
        }
    });
}
