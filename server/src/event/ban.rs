//! Bans from the whole server, as they are kept.

use majlis_protocol::Timestamp;

/// Whom the server does not let in. What a mask means is the hub's to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerBan {
    /// Whom it means, in canonical spelling; no other ban has the same.
    pub mask: String,
    /// What those it meets are told; possibly empty.
    pub reason: String,
    /// `nick!user@host` of who set it, or `operator` for whoever runs the program.
    pub setter: String,
    /// When it was set.
    pub set: Timestamp,
    /// When it ends; without that, never.
    pub until: Option<Timestamp>,
}

/// What an operator's subcommand asks about bans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BanRequest {
    /// Ban somebody.
    Add {
        /// A name with `*` and `?`, `$a:` and an account, an address or a range.
        mask: String,
        /// For how long, in milliseconds; without that, until it is lifted.
        span_ms: Option<u64>,
        /// What they are told; one line.
        reason: String,
    },
    /// Whom the server does not let in.
    List,
    /// Lift a ban.
    Remove {
        /// Its mask.
        mask: String,
    },
}
