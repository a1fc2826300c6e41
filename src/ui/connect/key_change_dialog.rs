//! The dialog that stands in the way when a server shows another key than the trusted one.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use adw::prelude::*;

use crate::config::RESOURCE_ROOT;
use crate::i18n::gettext_f;
use crate::model::{KeyChange, Network};
use crate::ui::text::{isolate, sentence};

/// The dialogs that are open. A network has one at most, however often its server shows the key.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyChangeDialogs {
    open: Rc<RefCell<HashMap<Network, adw::AlertDialog>>>,
}

impl KeyChangeDialogs {
    /// Asks whether to trust a network's new key. Nothing is sent to the server unless the person says so;
    /// closing the dialog in any other way stays offline.
    pub(crate) fn present(
        &self,
        parent: &impl IsA<gtk::Widget>,
        network: &Network,
        change: &KeyChange,
    ) {
        // The key may be a third one by now.
        let former = self.open.borrow_mut().remove(network);
        if let Some(former) = former {
            former.force_close();
        }
        let dialog = key_change_dialog(network, change);
        let open = Rc::downgrade(&self.open);
        dialog.connect_closed(glib::clone!(
            #[weak]
            network,
            move |dialog| {
                let Some(open) = open.upgrade() else { return };
                let mut open = open.borrow_mut();
                if open.get(&network).is_some_and(|shown| shown == dialog) {
                    open.remove(&network);
                }
            }
        ));
        dialog.present(Some(parent));
        self.open.borrow_mut().insert(network.clone(), dialog);
    }
}

fn key_change_dialog(network: &Network, change: &KeyChange) -> adw::AlertDialog {
    let builder =
        gtk::Builder::from_resource(&format!("{RESOURCE_ROOT}/ui/connect/key_change_dialog.ui"));
    let dialog: adw::AlertDialog = object(&builder, "dialog");
    dialog.set_body(&sentence(&gettext_f(
        // Translators: {address} is the address of a server, such as "majlis.local".
        "{address} is not the server that you trusted: somebody may be standing between you. Only go on when whoever runs it says that they gave it a new key, and these new words are theirs.",
        &[("address", &isolate(&network.address()))],
    )));
    for (label, words, fingerprint) in [
        ("old_words", &change.old_words, &change.old_fingerprint),
        ("new_words", &change.new_words, &change.new_fingerprint),
    ] {
        let label: gtk::Label = object(&builder, label);
        label.set_label(&words.replace(' ', "\n"));
        label.set_tooltip_text(Some(fingerprint));
    }
    let fingerprint = change.new_fingerprint.clone();
    dialog.connect_response(
        Some("trust"),
        glib::clone!(
            #[weak]
            network,
            move |_, _| {
                network.trust(&fingerprint, true);
                network.go_online();
            }
        ),
    );
    dialog
}

fn object<T: IsA<glib::Object>>(builder: &gtk::Builder, name: &str) -> T {
    builder.object(name).expect("the Blueprint beside this file names it")
}
