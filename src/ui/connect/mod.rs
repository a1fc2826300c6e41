//! The way into a chat: finding a place, trusting a server's key once, saying who one is, and refusing a key that changed.

mod address_dialog;
mod attempt;
mod find_page;
mod found_row;
mod key_change_dialog;
mod nearby_group;
mod trust_page;
mod view;
mod you_page;

pub(crate) use key_change_dialog::KeyChangeDialogs;
pub(crate) use view::ConnectView;

use address_dialog::{AddressDialog, Asking};
use find_page::FindPage;
use found_row::FoundRow;
use nearby_group::NearbyGroup;
use trust_page::TrustPage;
use you_page::YouPage;
