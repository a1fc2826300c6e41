//! What every test over real sockets needs: a server of its own, and guests of each kind.
//!
//! Everything happens on loopback with ports that the system chose, in folders that go away; the only processes ended are
//! those started here.

mod irc;
mod line;
mod server;
mod wire;

use std::time::Duration;

pub(crate) use irc::{ALL_CAPABILITIES, Irc, LABELS};
pub(crate) use line::Line;
pub(crate) use server::{Server, command, command_by_shell, run_to_its_end, run_with_input};
pub(crate) use wire::Wire;

/// How long anything that has to happen may take; far more than it does, for machines with a lot to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A device's key, as the application makes it at its first start.
pub(crate) fn device() -> majlis_wire::Identity {
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    majlis_wire::Identity::load_or_make(&dir.path().join("cert"), &dir.path().join("key"), &[])
        .expect("a key can be made")
}
