//! The words of the wire: IRC lines, message tags, numerics, capabilities and names.
//!
//! Both ends of Majlis share this crate. It owns what can be said without knowing who says it: how bytes become lines
//! ([`LineDecoder`]), lines become messages ([`Message`], [`MessageBuf`]) and messages become bytes ([`Encoder`]); what a
//! name may look like and when two names are the same ([`Name`]); the texts in which servers and people pass on addresses,
//! times and features. It does no I/O, reads no clock, draws no random number, and knows nothing of rooms' members or of
//! sockets: that is the hub's, the session's and their shells'.
//!
//! Whatever comes from a peer is bounded, ends in a value or a typed error, and never panics.
//!
//! The base protocol is that of modern.ircdocs.horse; extensions are IRCv3's, each named where it is used.

mod address;
mod announcement;
pub mod base64;
mod capability;
mod casemapping;
mod encode;
mod isupport;
mod line;
mod message;
mod multiline;
mod name_rules;
pub mod numeric;
pub mod scram;
mod split;
mod tags;
mod timestamp;
pub mod vendor;
mod words;

pub use address::{AddressError, DEFAULT_PORT, ServerAddress};
pub use announcement::{
    Announcement, PLACE_NAME_MAX_BYTES, SERVICE_TYPE, is_link_local, is_private, shown_place_name,
};
pub use capability::{Capability, CapabilitySet};
pub use casemapping::{Name, fold, nick_from_display_name};
pub use encode::{ECHO_MAX_BYTES, EncodeError, Encoder, is_tag_key};
pub use isupport::{ISUPPORT_TOKENS_MAX, Isupport};
pub use line::{LineDecoder, LineError, LineLimits};
pub use message::{Message, MessageBuf, PARAMS_MAX, ParseError, Salvage};
pub use multiline::{
    MULTILINE_BATCH, MULTILINE_CONCAT_TAG, MultilineText, WireLine, combined_text, is_multiline,
    wire_lines,
};
pub use name_rules::{NICK_MAX_BYTES, NICK_MAX_CHARS, NameError, ROOM_MAX_BYTES, ROOM_MAX_CHARS};
pub use split::split_text;
pub use tags::{Tag, Tags, escape_tag_value, unescape_tag_value};
pub use timestamp::{Timestamp, TimestampError};
pub use words::{query_of, words_of};
