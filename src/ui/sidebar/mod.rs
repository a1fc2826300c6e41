//! The list of rooms and people, and which of them is open.

mod channel_row;
mod current;
mod page;

pub(crate) use channel_row::ChannelRow;
pub(crate) use page::SidebarPage;

use current::CurrentSelection;
