//! How much there is of everything, for whoever runs the server.

use super::Hub;

/// Numbers of one moment, but for those of what has happened, which only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// People, each once, whatever number of sessions they have.
    pub users: usize,
    /// Connections that are no session yet.
    pub registering: usize,
    /// Rooms that people can name.
    pub rooms: usize,
    /// Accounts.
    pub accounts: usize,
    /// Sign-ins and passwords that were refused since the start.
    pub failed_sign_ins: u64,
    /// Whether nothing new is kept, since the disk is nearly full.
    pub is_read_only: bool,
    /// Whether nothing is forgotten, since the clock jumped.
    pub doubts_clock: bool,
}

impl Hub {
    /// Counts.
    pub fn census(&self) -> Census {
        Census {
            users: self.users.len(),
            registering: self.registering,
            rooms: self.room_count(),
            accounts: self.accounts.len(),
            failed_sign_ins: self.failed_sign_ins,
            is_read_only: self.is_read_only(),
            doubts_clock: self.doubts_clock(),
        }
    }
}
