//! How a connection stands, as a property that widgets can bind to.

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
