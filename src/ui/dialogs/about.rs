//! What Majlis is, who made it, and under which licence.

use adw::prelude::*;

use crate::config::{APP_ID, VERSION};
use crate::i18n::gettext;

/// Shows the dialog over a window.
pub(crate) fn present_about(parent: &impl IsA<gtk::Widget>) {
    adw::AboutDialog::builder()
        .application_name(gettext("Majlis"))
        .application_icon(APP_ID)
        // Translators: Who made the program.
        .developer_name(gettext("The Majlis developers"))
        .version(VERSION)
        .comments(gettext("Chat with the people on your local network"))
        .website("https://github.com/majlis-chat/majlis")
        .issue_url("https://github.com/majlis-chat/majlis/issues")
        .license_type(gtk::License::Gpl30)
        // Translators: Put your names here, one on each line; they are shown in the About dialog.
        .translator_credits(gettext("translator-credits"))
        .build()
        .present(Some(parent));
}
