//! Asks for the password of a room.

use adw::prelude::*;

use super::begin_in;
use crate::i18n::{gettext, gettext_f};
use crate::model::{Network, room_title};
use crate::ui::text::isolate;

/// Asks for what the room wants from whoever comes in, and tries again with it.
pub(crate) fn present_room_key(
    parent: &impl IsA<gtk::Widget>,
    network: &Network,
    room: &str,
    was_given: bool,
) {
    let values = [("room", &*isolate(room_title(room)))];
    let body = if was_given {
        // Translators: {room} is the name of a room.
        gettext_f("That was not the password of {room}. Who is inside can tell you.", &values)
    } else {
        // Translators: {room} is the name of a room.
        gettext_f("{room} lets in who knows its password. Who is inside can tell you.", &values)
    };
    let key = adw::PasswordEntryRow::builder().title(gettext("Password")).build();
    let group = adw::PreferencesGroup::new();
    group.add(&key);
    let dialog = adw::AlertDialog::builder()
        .heading(gettext("Password Needed"))
        .body(body)
        .extra_child(&group)
        .default_response("join")
        .close_response("cancel")
        .build();
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("join", &gettext("_Join"))]);
    dialog.set_response_appearance("join", adw::ResponseAppearance::Suggested);
    dialog.set_response_enabled("join", false);
    key.set_activates_default(true);
    key.connect_changed(glib::clone!(
        #[weak]
        dialog,
        move |key| dialog.set_response_enabled("join", !key.text().trim().is_empty())
    ));
    begin_in(&key);
    let room = room.to_owned();
    dialog.connect_response(
        Some("join"),
        glib::clone!(
            #[weak]
            network,
            move |_, _| network.join_with_key(&room, key.text().trim())
        ),
    );
    dialog.present(Some(parent));
}
