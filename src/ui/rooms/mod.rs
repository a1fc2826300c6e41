//! Rooms: finding one, making one, setting it up; asking others in, and being asked.

mod access_row;
mod create_dialog;
mod directory_dialog;
mod directory_row;
mod invitation;
mod invite_dialog;
mod leaving;
mod qr_code;
mod settings_dialog;

pub(crate) use create_dialog::CreateRoomDialog;
pub(crate) use directory_dialog::RoomDirectoryDialog;
pub(crate) use invitation::invitation;
pub(crate) use invite_dialog::InviteDialog;
pub(crate) use leaving::leave_undoably;
pub(crate) use settings_dialog::RoomSettingsDialog;

use directory_row::DirectoryRow;
