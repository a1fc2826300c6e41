//! The small dialogs: joining a room, a room's password, choosing a room or a person, deleting a message, choosing a day, signing
//! in, one's devices, settings, and what Majlis is.

mod about;
mod delete_message;
mod devices;
mod go_to_date;
mod join_room;
mod picker;
mod preferences;
mod room_key;
mod server;
mod sign_in;

use gtk::prelude::*;

pub(crate) use about::present_about;
pub(crate) use delete_message::present_delete_message;
pub(crate) use devices::DevicesPage;
pub(crate) use go_to_date::present_go_to_date;
pub(crate) use join_room::{JoinRoomDialog, room_name};
pub(crate) use picker::{present_go_to_room, present_pick_person};
pub(crate) use preferences::PreferencesDialog;
pub(crate) use room_key::present_room_key;
pub(crate) use server::ServerDialog;
pub(crate) use sign_in::SignInDialog;

/// Begins a dialog with the caret in this field. On a narrow window the dialog comes from below, and would begin on its
/// first button: what is typed then would press that and go on in the composer.
pub(crate) fn begin_in(field: &impl IsA<gtk::Widget>) {
    field.upcast_ref::<gtk::Widget>().connect_map(|field| {
        glib::idle_add_local_once(glib::clone!(
            #[weak]
            field,
            move || {
                field.grab_focus();
            }
        ));
    });
}
