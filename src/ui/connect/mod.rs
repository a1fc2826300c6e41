//! The way into a chat: typing an address, trusting a server's key once, and refusing a key that changed.

mod address_page;
mod key_change_dialog;
mod trust_page;
mod view;

pub(crate) use key_change_dialog::present_key_change;
pub(crate) use view::ConnectView;

use address_page::AddressPage;
use trust_page::TrustPage;
