//! The local archive: what was said, kept on disk and readable offline.
//!
//! | module | owns | does not |
//! |---|---|---|
//! | `archive` | the handle, the one thread that writes to the disk, the queue between | know a table |
//! | `reader` | a thread beside it that only reads, for searches | hold anything up |
//! | `open` | opening the file, its version, setting a damaged one aside | know what is in it |
//! | `rescue` | what is taken over from a damaged file | |
//! | `apart` | the list of servers, in a file of its own | fail what was asked for |
//! | `place` | where the files are and who may read them | open them |
//! | `network` `message` `happened` `about` `lookup` `outbox` | the statements, one file a family of tables | keep anything in memory |
//! | `functions` | what statements can ask of this program | |
//! | `search` | finding what was said | |
//! | `restore` | what the application wants to see first | |
//!
//! `schema.sql` shows the tables as they are today; the numbered files under `migrations/` make them.
//! Nothing here knows GTK, `GLib` or the network.

mod about;
mod apart;
mod archive;
mod functions;
mod happened;
mod lookup;
mod message;
mod network;
mod open;
mod outbox;
mod place;
mod reader;
mod rescue;
mod restore;
mod search;
#[cfg(test)]
mod tests;

pub use about::{About, Abouts, REACTIONS_MAX};
pub use archive::{Answer, Archive, Opened, StoreError};
pub use lookup::{Found, Goal, Quote, Surroundings};
pub use message::{ArchivedMessage, ArchivedPage};
pub use network::{ConversationKey, ConversationRow, NetworkKey, NetworkRow};
pub use open::OpenTrouble;
pub use outbox::{OutboxEntry, Waiting};
pub use place::Place;
pub use restore::{RestoredConversation, RestoredNetwork};
pub use search::{FoundMessage, Neighbour, Search};
