//! What happens around the program and may have broken its connections: the network changed, or the machine slept.
//!
//! Whether the Internet can be reached is nobody's question here: any network may be the one with the server.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use gio::prelude::*;

/// How often the clocks are compared.
const LOOK: Duration = Duration::from_secs(20);
/// A clock on the wall that went on so much further than the one that stands still in sleep tells of a sleep.
const SLEEP: Duration = Duration::from_secs(10);
/// Changes come in flocks; the last one counts.
const SETTLE: Duration = Duration::from_millis(300);

/// Calls back whenever connections should be looked after, for as long as the program runs.
pub fn watch(look_after: impl Fn() + 'static) {
    let look_after = Rc::new(Settling { is_pending: Cell::new(false), action: look_after });
    let on_network = Rc::clone(&look_after);
    gio::NetworkMonitor::default().connect_network_changed(move |_, _| on_network.call());
    let on_wake = Rc::clone(&look_after);
    watch_sleep(move || on_wake.call());
    watch_clocks(move || look_after.call());
}

struct Settling<F> {
    is_pending: Cell<bool>,
    action: F,
}

impl<F: Fn() + 'static> Settling<F> {
    fn call(self: &Rc<Self>) {
        if !self.is_pending.replace(true) {
            let settling = Rc::clone(self);
            glib::timeout_add_local_once(SETTLE, move || {
                settling.is_pending.set(false);
                (settling.action)();
            });
        }
    }
}

/// The session manager tells before and after the machine sleeps.
fn watch_sleep(wake: impl Fn() + 'static) {
    glib::spawn_future_local(async move {
        let Ok(bus) = gio::bus_get_future(gio::BusType::System).await else { return };
        let listening = bus.subscribe_to_signal(
            Some("org.freedesktop.login1"),
            Some("org.freedesktop.login1.Manager"),
            Some("PrepareForSleep"),
            Some("/org/freedesktop/login1"),
            None,
            gio::DBusSignalFlags::NONE,
            move |signal| {
                if signal.parameters.get::<(bool,)>() == Some((false,)) {
                    wake();
                }
            },
        );
        // For as long as the program runs.
        std::future::pending::<()>().await;
        drop(listening);
    });
}

/// Where nobody tells of sleep, the clocks do.
fn watch_clocks(wake: impl Fn() + 'static) {
    let before = Cell::new(Clocks::read());
    glib::timeout_add_local(LOOK, move || {
        let now = Clocks::read();
        if now.slept_since(&before.replace(now)) {
            wake();
        }
        glib::ControlFlow::Continue
    });
}

/// The clock on the wall, and the one that stands still while the machine sleeps.
#[derive(Clone, Copy, Debug)]
struct Clocks {
    wall: SystemTime,
    awake_us: i64,
}

impl Clocks {
    fn read() -> Self {
        Self { wall: SystemTime::now(), awake_us: glib::monotonic_time() }
    }

    fn slept_since(&self, before: &Self) -> bool {
        let wall = self.wall.duration_since(before.wall).unwrap_or_default();
        let awake_us = u64::try_from(self.awake_us - before.awake_us).unwrap_or(0);
        wall > Duration::from_micros(awake_us) + SLEEP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_that_ran_ahead_tells_of_sleep() {
        let before = Clocks { wall: SystemTime::UNIX_EPOCH, awake_us: 5_000_000 };
        let after = |wall_s, awake_s: i64| Clocks {
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(wall_s),
            awake_us: before.awake_us + awake_s * 1_000_000,
        };
        assert!(!after(20, 20).slept_since(&before));
        assert!(!after(30, 20).slept_since(&before), "clocks are set now and then");
        assert!(after(31, 20).slept_since(&before));
        let backwards = Clocks { wall: SystemTime::UNIX_EPOCH - Duration::from_secs(9), ..before };
        assert!(!backwards.slept_since(&before));
    }
}
