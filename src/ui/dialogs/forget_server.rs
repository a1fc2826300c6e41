//! Asks before a server, and all that was said there, is removed from this computer.

use adw::prelude::*;

use crate::i18n::{gettext, gettext_f};
use crate::model::{Chat, Network};
use crate::ui::text::isolate;

/// Asks, and forgets the server where the person says so.
pub(crate) fn present_forget_server(
    parent: &impl IsA<gtk::Widget>,
    chat: &Chat,
    network: &Network,
) {
    let dialog = adw::AlertDialog::new(
        Some(&gettext_f("Forget {server}?", &[("server", &isolate(&network.name()))])),
        Some(&gettext(
            "You leave the chat, and everything said there is removed from this computer. What others keep stays with them.",
        )),
    );
    dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("forget", &gettext("_Forget"))]);
    dialog.set_response_appearance("forget", adw::ResponseAppearance::Destructive);
    dialog.set_default_response(Some("cancel"));
    dialog.set_close_response("cancel");
    dialog.connect_response(
        Some("forget"),
        glib::clone!(
            #[weak]
            chat,
            #[weak]
            network,
            move |_, _| chat.remove_network(&network)
        ),
    );
    dialog.present(Some(parent));
}
