//! Choosing who may enter a room, among the kinds that the server knows.

use adw::prelude::*;

use crate::i18n::gettext;
use crate::model::{Access, Network};

/// Offers every kind of access that the server knows.
pub(super) fn fill_access_row(row: &adw::ComboRow, network: &Network) {
    let words: Vec<String> = known(network).map(access_words).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    row.set_model(Some(&gtk::StringList::new(&words)));
}

/// Which kind is chosen.
pub(super) fn chosen_access(row: &adw::ComboRow, network: &Network) -> Access {
    known(network).nth(row.selected() as usize).unwrap_or_default()
}

/// Chooses a kind.
pub(super) fn choose_access(row: &adw::ComboRow, network: &Network, access: Access) {
    let position = known(network).position(|one| one == access);
    row.set_selected(position.and_then(|position| u32::try_from(position).ok()).unwrap_or(0));
}

fn known(network: &Network) -> impl Iterator<Item = Access> {
    Access::ALL.into_iter().filter(|&access| network.knows_access(access))
}

fn access_words(access: Access) -> String {
    match access {
        // Translators: who may enter a room.
        Access::Everybody => gettext("Everybody"),
        // Translators: who may enter a room.
        Access::Invited => gettext("By invitation"),
        // Translators: who may enter a room.
        Access::SignedIn => gettext("Signed-in people"),
    }
}
