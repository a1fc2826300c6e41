//! The widgets, one `.rs` beside one `.blp` each.
//!
//! ```text
//! Window                       one per program
//! ├─ ConnectView               FindPage, AddressDialog, TrustPage, YouPage; the dialog for a changed key
//! └─ ChatView                  folds when narrow
//!    ├─ SidebarPage            ChannelRow
//!    └─ ConversationPage       folds its people when narrow
//!       ├─ TimelineView        TimelineRow: MessageRow or DividerRow
//!       ├─ Composer
//!       └─ PeoplePane          PersonRow
//! people                       ProfileDialog, AwayDialog
//! rooms                        RoomDirectoryDialog, CreateRoomDialog, RoomSettingsDialog, InviteDialog
//! search                       SearchDialog: HitRow
//! help                         HelpDialog: the user's guide
//! dialogs                      JoinRoomDialog, Picker, About …
//! ```
//!
//! Widgets show what the [`model`](crate::model) knows and hand on what the person does. They keep nothing
//! that a restart should find again, and never touch the network or the disk.

mod chat_view;
mod connect;
mod conversation;
mod dialogs;
mod emoji_chooser;
mod formatting;
mod help;
mod people;
mod rooms;
mod search;
mod sidebar;
mod text;
mod toast;
mod toast_label;
mod trouble_label;
mod window;

pub use window::{Wanted, Window};

pub(crate) use dialogs::present_about;
pub(crate) use help::HelpDialog;
