//! Lets a person choose a day of a conversation.

use adw::prelude::*;

use super::{focus_first, object};
use crate::config::RESOURCE_ROOT;

/// Shows a calendar, and hands on the first moment of the day that is chosen.
pub(crate) fn present_go_to_date(
    parent: &impl IsA<gtk::Widget>,
    go: impl Fn(glib::DateTime) + 'static,
) {
    let builder = gtk::Builder::from_resource(&format!("{RESOURCE_ROOT}/ui/dialogs/go_to_date.ui"));
    let dialog: adw::Dialog = object(&builder, "dialog");
    let calendar: gtk::Calendar = object(&builder, "calendar");
    focus_first(&calendar);
    object::<gtk::Button>(&builder, "cancel_button").connect_clicked(glib::clone!(
        #[weak]
        dialog,
        move |_| {
            dialog.close();
        }
    ));
    object::<gtk::Button>(&builder, "go_button").connect_clicked(glib::clone!(
        #[weak]
        dialog,
        move |_| {
            let (year, month, day) = calendar.date().ymd();
            dialog.close();
            if let Ok(day) = glib::DateTime::from_local(year, month, day, 0, 0, 0.0) {
                go(day);
            }
        }
    ));
    dialog.present(Some(parent));
}
