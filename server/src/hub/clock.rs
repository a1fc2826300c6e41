//! The wall clock: what people are shown, and whether it can be believed.
//!
//! A message's time is never before that of the one before it, so that a time is a place in history. But a clock that was
//! wrong by years, for a moment or before the last start, is not followed for years.

use majlis_protocol::Timestamp;

use super::Hub;
use crate::event::Now;

/// By so much the clock may be wrong without anybody being told: a machine that has none of its own may start with the hour at
/// which it last saved the time, until it has asked the network.
const JUMP_MS: u64 = 2 * 60 * 60 * 1000;

/// A clock that jumped by more is believed after so long.
const DOUBT_MS: u64 = 60 * 60 * 1000;

/// 2025-01-01: no clock is right that shows a time from before there was this program.
const EARLIEST: Timestamp = Timestamp(1_735_689_600_000);

/// What is known of the wall clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct WallClock {
    /// What it showed last.
    pub(super) shown: Timestamp,
    /// From when on, on the monotonic clock, it is believed.
    believed_ms: u64,
}

impl WallClock {
    /// One that shows `now`. It is in doubt where the newest message is from the future, or where all that was ever said would be
    /// forgotten at once.
    pub(super) fn new(now: Now, newest: Timestamp, retention_ms: Option<u64>) -> Self {
        let is_over = |retention_ms| newest.0.saturating_add(retention_ms) < now.wall.0;
        let forgets_all = newest.0 > 0 && retention_ms.is_some_and(is_over);
        let is_doubted = forgets_all || is_from_the_future(newest, now.wall);
        let doubt_ms = if is_doubted { DOUBT_MS } else { 0 };
        Self { shown: now.wall, believed_ms: now.monotonic_ms + doubt_ms }
    }

    /// It shows `now`, so long after the last look.
    fn look(&mut self, now: Now, passed_ms: u64) {
        let expected = self.shown.0.saturating_add(passed_ms);
        if now.wall.0.abs_diff(expected) > JUMP_MS {
            self.believed_ms = now.monotonic_ms + DOUBT_MS;
        }
        self.shown = now.wall;
    }
}

/// Whether a message of this time can only be from a clock that was wrong.
pub fn is_from_the_future(said: Timestamp, shown: Timestamp) -> bool {
    said.0.saturating_sub(shown.0) > JUMP_MS && shown >= EARLIEST
}

/// What people are shown after `before` when the clock shows `shown`.
pub(super) fn held(before: Timestamp, shown: Timestamp) -> Timestamp {
    if is_from_the_future(before, shown) { shown } else { before.max(shown) }
}

impl Hub {
    pub(super) fn set_now(&mut self, now: Now) {
        let monotonic_ms = self.now.monotonic_ms.max(now.monotonic_ms);
        let passed_ms = monotonic_ms - self.now.monotonic_ms;
        self.clock.look(Now { monotonic_ms, ..now }, passed_ms);
        self.now = Now { wall: held(self.now.wall, now.wall), monotonic_ms };
    }

    /// Whether the clock jumped of late, so that nothing is forgotten because of what it shows.
    pub(super) fn doubts_clock(&self) -> bool {
        self.now.monotonic_ms < self.clock.believed_ms
    }
}
