//! How a connection stands, and whether somebody is here, as properties that widgets can bind to.

use crate::irc;

/// How a network's connection stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, glib::Enum)]
#[enum_type(name = "MajlisConnectionState")]
pub enum ConnectionState {
    /// Not wanted.
    #[default]
    Offline,
    /// Looking the name up, opening a socket.
    Connecting,
    /// In the TLS handshake.
    Securing,
    /// Saying who we are, entering rooms, filling gaps.
    Registering,
    /// There.
    Online,
    /// Lost or not reached; it will be tried again by itself.
    Waiting,
    /// Given up, until asked to connect.
    Failed,
}

/// Whether somebody can be spoken to right now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, glib::Enum)]
#[enum_type(name = "MajlisPresence")]
pub enum Presence {
    /// Nothing says so.
    #[default]
    Unknown,
    /// They are not connected; what one writes may be kept for them.
    Offline,
    /// They are connected and say that they are away.
    Away,
    /// They are here.
    Here,
}

impl From<irc::Presence> for Presence {
    fn from(presence: irc::Presence) -> Self {
        match presence {
            irc::Presence::Unknown => Self::Unknown,
            irc::Presence::Offline => Self::Offline,
            irc::Presence::Away => Self::Away,
            irc::Presence::Here => Self::Here,
        }
    }
}
