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

use adw::prelude::*;

pub(crate) use about::present_about;
pub(crate) use delete_message::present_delete_message;
pub(crate) use devices::DevicesPage;
pub(crate) use go_to_date::present_go_to_date;
pub(crate) use join_room::{JoinRoomDialog, room_name};
pub(crate) use picker::{present_go_to_room, present_pick_person};
pub(crate) use preferences::PreferencesDialog;
pub(crate) use room_key::present_room_key;
pub(crate) use server::ServerDialog;
pub(crate) use sign_in::{SignInDialog, present_name_taken};

/// What has this name in a Blueprint that is no widget's template.
pub(crate) fn object<T: IsA<glib::Object>>(builder: &gtk::Builder, name: &str) -> T {
    builder.object(name).expect("the Blueprint beside the caller names it")
}

/// Begins a dialog with the caret in this field. On a narrow window the dialog comes from below, and would begin on its
/// first button: what is typed then would press that and go on in the composer. It is made as high as its words need there.
pub(crate) fn begin_in(field: &impl IsA<gtk::Widget>) {
    focus_first(field);
    field.upcast_ref::<gtk::Widget>().connect_map(|field| {
        glib::idle_add_local_once(glib::clone!(
            #[weak]
            field,
            move || make_room(&field)
        ));
    });
}

/// Begins a dialog with the focus on this; on a narrow window it would be on the second of its groups.
pub(crate) fn focus_first(widget: &impl IsA<gtk::Widget>) {
    widget.upcast_ref::<gtk::Widget>().connect_map(|widget| {
        glib::idle_add_local_once(glib::clone!(
            #[weak]
            widget,
            move || {
                widget.grab_focus();
            }
        ));
    });
}

/// A dialog is as high as it would be with every text on one line, and stays so; this makes it as high as what this widget is in
/// needs now. Nothing becomes lower, so that nothing moves under the pointer.
pub(crate) fn make_room(widget: &impl IsA<gtk::Widget>) {
    make_room_and_more(widget, |_| 0);
}

/// The same, and as much more as this tells for the dialog's width.
pub(crate) fn make_room_and_more(widget: &impl IsA<gtk::Widget>, more: impl Fn(i32) -> i32) {
    let dialog = widget.ancestor(adw::Dialog::static_type()).and_downcast::<adw::Dialog>();
    let Some((dialog, child)) = dialog.and_then(|one| one.child().map(|child| (one, child))) else {
        return;
    };
    let (_, wanted, ..) = child.measure(gtk::Orientation::Vertical, child.width());
    let wanted = wanted + more(child.width());
    if (1..wanted).contains(&child.height()) {
        dialog.set_content_height(wanted);
    }
}
