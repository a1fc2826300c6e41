//! The small dialogs: joining a room, choosing a room or a person, forgetting a server, and what Majlis is.

mod about;
mod forget_server;
mod join_room;
mod picker;

pub(crate) use about::present_about;
pub(crate) use forget_server::present_forget_server;
pub(crate) use join_room::JoinRoomDialog;
pub(crate) use picker::{present_go_to_room, present_new_message};
