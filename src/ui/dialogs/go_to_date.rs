//! Lets a person choose a day of a conversation.

use adw::prelude::*;

use crate::i18n::gettext;

/// Shows a calendar, and hands on the first moment of the day that is chosen.
pub(crate) fn present_go_to_date(
    parent: &impl IsA<gtk::Widget>,
    go: impl Fn(glib::DateTime) + 'static,
) {
    let calendar = gtk::Calendar::new();
    // With large letters it is wider than a narrow window.
    let scrolled = gtk::ScrolledWindow::builder()
        .vscrollbar_policy(gtk::PolicyType::Never)
        .propagate_natural_width(true)
        .child(&calendar)
        .build();
    let dialog = adw::AlertDialog::builder()
        .heading(gettext("Go to Date"))
        .extra_child(&scrolled)
        .default_response("go")
        .close_response("cancel")
        .build();
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("go", &gettext("_Go"))]);
    dialog.set_response_appearance("go", adw::ResponseAppearance::Suggested);
    dialog.connect_response(Some("go"), move |_, _| {
        let (year, month, day) = calendar.date().ymd();
        if let Ok(day) = glib::DateTime::from_local(year, month, day, 0, 0, 0.0) {
            go(day);
        }
    });
    dialog.present(Some(parent));
}
