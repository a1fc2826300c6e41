//! The dialog that stands in the way when a server shows another key than the trusted one.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use adw::prelude::*;

use crate::config::RESOURCE_ROOT;
use crate::i18n::gettext_f;
use crate::model::{KeyChange, Network};
use crate::ui::dialogs::object;
use crate::ui::text::{isolate, sentence};

/// The dialogs that are open. A network has one at most, however often its server shows the key.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyChangeDialogs {
    open: Rc<RefCell<HashMap<Network, OpenDialog>>>,
}

/// One of them, and whether another has taken its place, so that its end decides nothing.
#[derive(Debug)]
struct OpenDialog {
    dialog: adw::AlertDialog,
    is_replaced: Rc<Cell<bool>>,
}

impl KeyChangeDialogs {
    /// Asks whether to trust a network's new key, and tells what was decided. Nothing is sent to the server unless the person
    /// says so; closing the dialog in any other way is a no.
    pub(crate) fn present(
        &self,
        parent: &impl IsA<gtk::Widget>,
        network: &Network,
        change: &KeyChange,
        decided: impl Fn(&Network, bool) + 'static,
    ) {
        // The key may be a third one by now.
        let former = self.open.borrow_mut().remove(network);
        if let Some(former) = former {
            former.is_replaced.set(true);
            former.dialog.force_close();
        }
        let is_replaced = Rc::<Cell<bool>>::default();
        let was_replaced = Rc::clone(&is_replaced);
        let dialog = key_change_dialog(network, change, move |network, is_trusted| {
            if !was_replaced.get() {
                decided(network, is_trusted);
            }
        });
        let (open, was_replaced) = (Rc::downgrade(&self.open), Rc::clone(&is_replaced));
        dialog.connect_closed(glib::clone!(
            #[weak]
            network,
            move |_| {
                if let Some(open) = open.upgrade().filter(|_| !was_replaced.get()) {
                    open.borrow_mut().remove(&network);
                }
            }
        ));
        dialog.present(Some(parent));
        self.open.borrow_mut().insert(network.clone(), OpenDialog { dialog, is_replaced });
    }
}

fn key_change_dialog(
    network: &Network,
    change: &KeyChange,
    decided: impl Fn(&Network, bool) + 'static,
) -> adw::AlertDialog {
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
        None,
        glib::clone!(
            #[weak]
            network,
            move |_, response| {
                let is_trusted = response == "trust";
                if is_trusted {
                    network.trust(&fingerprint, true);
                }
                decided(&network, is_trusted);
            }
        ),
    );
    dialog
}
