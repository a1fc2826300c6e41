//! The protocol side of the application: a pure `Session` and the socket thread around it.
//!
//! | module | owns | does not |
//! |---|---|---|
//! | `command` | what the main loop may ask | answer |
//! | `event` | what the main loop is told | decide what is shown |
//! | `fit` | how much fits into a message, and onto a line of the wire | send it |
//! | `question` | what the main loop asks and is answered | know how |
//! | `secret` | a password on its way | keep it |
//! | `session` | all chat rules of one network: registration, rooms, members, history, sending once | touch a socket, a clock or a random number |
//! | `link` | the one socket thread: names, sockets, TLS, backoff, queues | know what a line means |
//!
//! Nothing in here knows GTK or `GLib`: requests come in through a bounded queue, events leave in batches through a bounded
//! channel, and both carry plain values.

pub mod command;
pub mod event;
mod fit;
pub mod link;
pub mod question;
mod secret;
pub mod session;

pub use command::{
    Command, HistoryMark, KnownServer, NetworkConfig, Outgoing, Registration, Request, SignIn,
};
pub use event::{Event, EventBatch};
pub use fit::{MultilineLimits, messages, text_max_bytes};
pub use link::{DeviceKey, LinkHandle};
pub use majlis_protocol::{
    AddressError, Name, ServerAddress, fold, nick_from_display_name, query_of, words_of,
};
pub use majlis_wire::Fingerprint;
pub use question::{
    Abilities, Answer, Deed, Device, ListedRoom, ModeChange, Presence, Question, RoomSetup,
    SearchQuery, Whois,
};
pub use secret::Secret;
pub(crate) use session::shown_name;
pub use session::{Now, Opening, Session};

/// Which network a request or an event is about; the main loop gives the numbers and never uses one twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetworkId(pub u32);
