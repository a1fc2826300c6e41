//! What is being talked about, as `GObject`s and list models that the widgets bind to.
//!
//! ```text
//! Chat                      one per program: the archive, the socket thread, every network
//! └─ networks: Network      one server: how the connection stands, who we are there
//!    └─ channels: Channel   one room or one person: drafts, counts, who is inside
//!       ├─ members: Member
//!       └─ timeline: Timeline → TimelineItem   a window over what was said
//! ```
//!
//! Beside it stands `Nearby`, with a `FoundPlace` for each server that the local network tells of.
//!
//! It decides what is shown, not how: it knows no widget. Nothing in it touches the disk or a socket;
//! it asks [`store`](crate::store) and [`irc`](crate::irc), whose threads answer into the main loop.
//! What events change is known at once; lists and properties tell of it together, a moment later where much comes.

mod channel;
mod chat;
mod completion;
mod found_place;
mod member;
mod mention;
mod nearby;
mod network;
mod pace;
mod room_listing;
mod search;
mod services;
mod settings;
mod slash;
mod state;
#[cfg(test)]
mod tests;
mod timeline;

pub use channel::{Access, Ban, Channel, Fit, RoomSetup, SetupAbilities, title as room_title};
pub use chat::{Chat, Paths};
pub use completion::{Completion, Offer};
pub use found_place::FoundPlace;
pub use member::{Member, Role};
pub use nearby::{Hold, Nearby, Outlook};
pub use network::{Blame, Device, KeyChange, Network, NewRoom, Profile, ServerInvitation};
pub use room_listing::RoomListing;
pub use search::SearchHit;
pub use settings::{NetworkSettings, check_display_name, check_nick, check_room_name};
pub use state::{ConnectionState, Presence};
pub use timeline::{ItemKind, ReactionGroup, SendState, Timeline, TimelineItem};
