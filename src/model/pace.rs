//! How long the main loop is held at a time. What comes in great numbers is taken in shares, and between two of them whatever
//! else waits goes first: frames, keys, the pointer.

use std::time::{Duration, Instant};

use glib::Priority;

/// So long may a share take. A frame has sixteen milliseconds for everything, at sixty a second.
const SHARE: Duration = Duration::from_millis(4);

/// Frames may follow each other without a gap, and then nothing that goes behind them ever had its turn. So who lets them go first
/// waits no longer than this.
const PATIENCE: Duration = Duration::from_millis(30);

/// Waits until nothing else is to be done, or for as long as one may be made to wait.
pub(super) async fn let_others_go_first() {
    let idle = glib::timeout_future_with_priority(Priority::DEFAULT_IDLE, Duration::ZERO);
    // Late or not, it is our turn.
    let _ = glib::future_with_timeout(PATIENCE, idle).await;
}

/// Fewer things are let go of at once.
const MANY: usize = 1000;

/// Lets go of things, of many in shares: it can take as long as making them.
pub(super) fn let_go<T: 'static>(things: Vec<T>) {
    if things.len() < MANY {
        return;
    }
    glib::spawn_future_local(async move {
        let mut share = Share::begin();
        for thing in things {
            drop(thing);
            share.rest_if_over().await;
        }
    });
}

/// A share of the main loop's time.
#[derive(Debug)]
pub(super) struct Share {
    began: Instant,
}

impl Share {
    /// One that begins now.
    pub(super) fn begin() -> Self {
        Self { began: Instant::now() }
    }

    /// Lets all others go first, if this share is used up; then it is a new one.
    pub(super) async fn rest_if_over(&mut self) {
        if self.is_over() {
            let_others_go_first().await;
            *self = Self::begin();
        }
    }

    /// Whether it is used up.
    pub(super) fn is_over(&self) -> bool {
        self.began.elapsed() >= SHARE
    }
}
