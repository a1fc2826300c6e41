//! The list of rooms and people, and which of them is open.

mod channel_menu;
mod channel_row;
mod current;
mod order;
mod page;
mod server_switcher;

pub(crate) use channel_row::ChannelRow;
pub(crate) use page::SidebarPage;
pub(crate) use server_switcher::ServerSwitcher;

use channel_menu::present_channel_menu;
use current::CurrentSelection;
use order::{Order, Section};
