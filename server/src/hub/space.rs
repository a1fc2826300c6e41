//! A disk with little room left: what would fill it is refused before a commit can fail, until there is room again.
//!
//! Owns when that is so and the words for it. Reading, history and typing go on; so do leaving, modes and moderation, whose
//! few bytes the watermark keeps room for. They go into no history meanwhile.

use super::Hub;
use super::refusal::Refusal;

/// Said to whoever wants something kept.
const DISK_FULL: &str =
    "The server's disk is full; nothing new can be kept until its operator makes room";

impl Hub {
    /// Notes how much room the disk has.
    pub(super) fn handle_space(&mut self, free_bytes: u64) {
        self.free_bytes = Some(free_bytes);
    }

    /// Whether what would fill the disk is refused just now.
    pub fn is_read_only(&self) -> bool {
        self.free_bytes.is_some_and(|free| free < self.settings.limits.least_free_bytes)
    }

    /// Refuses a command that wants something kept, while nothing can be.
    pub(super) fn check_space(&self, command: &str, context: &str) -> Result<(), Refusal> {
        if self.is_read_only() {
            Err(Refusal::read_only(command, context, DISK_FULL))
        } else {
            Ok(())
        }
    }
}
