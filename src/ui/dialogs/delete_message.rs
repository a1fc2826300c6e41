//! Asks why somebody else's message is to be deleted.

use adw::prelude::*;

use super::begin_in;
use crate::i18n::{gettext, gettext_f};
use crate::ui::text::isolate;

/// Asks for a reason, which may be left out, and hands it on; nothing happens where the person thinks better of it.
pub(crate) fn present_delete_message(
    parent: &impl IsA<gtk::Widget>,
    sender: &str,
    delete: impl Fn(&str) + 'static,
) {
    let values = [("name", &*isolate(sender))];
    let reason = adw::EntryRow::builder().title(gettext("Reason (Optional)")).build();
    let group = adw::PreferencesGroup::new();
    group.add(&reason);
    let dialog = adw::AlertDialog::builder()
        .heading(gettext("Delete Message?"))
        // Translators: {name} is who said it.
        .body(gettext_f("Everybody sees that you deleted {name}’s message, and why.", &values))
        .extra_child(&group)
        .default_response("delete")
        .close_response("cancel")
        .build();
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("delete", &gettext("_Delete"))]);
    dialog.set_response_appearance("delete", adw::ResponseAppearance::Destructive);
    reason.set_activates_default(true);
    begin_in(&reason);
    dialog.connect_response(Some("delete"), move |_, _| delete(reason.text().trim()));
    dialog.present(Some(parent));
}
