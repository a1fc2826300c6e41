//! The small dialogs: joining a room, choosing a room or a person, deleting a message, forgetting a server, and what Majlis is.

mod about;
mod delete_message;
mod forget_server;
mod join_room;
mod picker;

use gtk::prelude::*;

pub(crate) use about::present_about;
pub(crate) use delete_message::present_delete_message;
pub(crate) use forget_server::present_forget_server;
pub(crate) use join_room::JoinRoomDialog;
pub(crate) use picker::{present_go_to_room, present_new_message};

/// Begins a dialog with the caret in this field. On a narrow window the dialog comes from below, and would begin on its
/// first button: what is typed then would press that and go on in the composer.
fn begin_in(field: &impl IsA<gtk::Widget>) {
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
