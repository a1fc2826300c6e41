//! Whether the server is still there.

/// After this much silence the server is asked for a sign of life.
pub const PING_AFTER_MS: u64 = 30_000;
/// The connection is lost where no sign comes within this time.
pub const LOST_AFTER_MS: u64 = 20_000;

/// What is to be done about silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing yet.
    Bearable,
    /// Ask for a sign of life.
    Ping,
    /// Nobody is there.
    Lost,
}

/// When the server was last heard, on the monotonic clock in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Liveness {
    heard_ms: u64,
    pinged_ms: Option<u64>,
}

impl Liveness {
    /// A connection that opened now.
    pub(super) fn new(now_ms: u64) -> Self {
        Self { heard_ms: now_ms, pinged_ms: None }
    }

    /// Something came; whatever it was, the server is there.
    pub(super) fn handle_heard(&mut self, now_ms: u64) {
        *self = Self::new(now_ms);
    }

    /// The server was asked for a sign of life before its silence was unbearable.
    pub(super) fn handle_doubt(&mut self, now_ms: u64) {
        self.pinged_ms.get_or_insert(now_ms);
    }

    /// What the silence until now asks for; `Ping` is said once for each silence.
    pub(super) fn handle_timeout(&mut self, now_ms: u64) -> Silence {
        if now_ms < self.deadline_ms() {
            return Silence::Bearable;
        }
        if self.pinged_ms.is_some() {
            return Silence::Lost;
        }
        self.pinged_ms = Some(now_ms);
        Silence::Ping
    }

    /// When to look again.
    pub(super) fn deadline_ms(&self) -> u64 {
        match self.pinged_ms {
            Some(pinged_ms) => pinged_ms + LOST_AFTER_MS,
            None => self.heard_ms + PING_AFTER_MS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_asked_about_once_and_then_means_loss() {
        let mut liveness = Liveness::new(0);
        assert_eq!(liveness.handle_timeout(PING_AFTER_MS - 1), Silence::Bearable);
        assert_eq!(liveness.handle_timeout(PING_AFTER_MS), Silence::Ping);
        assert_eq!(liveness.handle_timeout(PING_AFTER_MS + LOST_AFTER_MS - 1), Silence::Bearable);
        assert_eq!(liveness.handle_timeout(PING_AFTER_MS + LOST_AFTER_MS), Silence::Lost);
    }

    #[test]
    fn any_sign_of_life_starts_the_wait_anew() {
        let mut liveness = Liveness::new(0);
        assert_eq!(liveness.handle_timeout(PING_AFTER_MS), Silence::Ping);
        liveness.handle_heard(PING_AFTER_MS + 1);
        assert_eq!(liveness.handle_timeout(PING_AFTER_MS + LOST_AFTER_MS), Silence::Bearable);
        assert_eq!(liveness.deadline_ms(), PING_AFTER_MS + 1 + PING_AFTER_MS);
    }
}
