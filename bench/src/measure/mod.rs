//! Measurements: each takes a running server and says what it found, as figures with a name.

mod flat;
mod herd;
mod history;
mod room;

use std::io;
use std::time::Duration;

use crate::traffic::Outcome;

pub use self::flat::measure_flatness;
pub use self::herd::measure_herd;
pub use self::history::{fill_history, measure_history};
pub use self::room::measure_room;

/// The room of all measurements but that of history.
pub const ROOM: &str = "#bench";

/// How many clients are on their way in at a time.
pub const AT_ONCE: usize = 64;

/// How large and how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Members of the room.
    pub members: usize,
    /// Members of the large room.
    pub many: usize,
    /// How many of those go and come back at once.
    pub returning: usize,
    /// Messages in the history.
    pub messages: usize,
    /// How long each mix counts.
    pub duration: Duration,
    /// The length of each text.
    pub text_bytes: usize,
}

/// One thing that is measured; each has an entry of its own in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Processor time for each delivery: one sender.
    OneSender,
    /// Ten senders, each with one message in flight.
    TenSenders,
    /// Twenty-five senders, each with four.
    Busy,
    /// Processor time for each client that registers and joins.
    Register,
    /// Memory for each client that has joined and rests.
    Memory,
    /// The same after the talk of all mixes.
    MemoryAfter,
    /// Of steady talk, 99 of 100 deliveries take at most so long.
    P99,
    /// The same while one member never reads.
    P99Deaf,
    /// Processor time for each delivery of ten senders: in the only room, with nobody else there.
    Flat,
    /// With as many rooms more as there are members.
    FlatRooms,
    /// And with five thousand clients more, which rest.
    FlatIdle,
    /// A page of 100 messages out of a long history: half of them take at most so long.
    HistoryP50,
    /// And 99 of 100.
    HistoryP99,
    /// Processor time for each client of many that register and join one room.
    ManyRegister,
    /// Memory for each of them.
    ManyMemory,
    /// Processor time for each delivery of ten senders to all of them.
    ManyTalk,
    /// How long it takes until everybody is back of those who come back at once.
    HerdSeconds,
    /// Of steady talk among the others meanwhile, 99 of 100 deliveries take at most so long.
    HerdP99,
}

impl Metric {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 18] = [
        Self::OneSender,
        Self::TenSenders,
        Self::Busy,
        Self::Register,
        Self::Memory,
        Self::MemoryAfter,
        Self::P99,
        Self::P99Deaf,
        Self::Flat,
        Self::FlatRooms,
        Self::FlatIdle,
        Self::HistoryP50,
        Self::HistoryP99,
        Self::ManyRegister,
        Self::ManyMemory,
        Self::ManyTalk,
        Self::HerdSeconds,
        Self::HerdP99,
    ];

    /// What it is called in the JSON.
    pub fn key(self) -> &'static str {
        self.names().0
    }

    /// What it is called in the table, with its unit.
    pub fn title(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::OneSender => ("cpu_1x1_us", "1 sender: CPU µs a delivery"),
            Self::TenSenders => ("cpu_10x1_us", "10 senders: CPU µs a delivery"),
            Self::Busy => ("cpu_25x4_us", "25 senders × 4 in flight: CPU µs a delivery"),
            Self::Register => ("register_us", "registration and JOIN: CPU µs a client"),
            Self::Memory => ("memory_kib", "memory at rest: KiB a client"),
            Self::MemoryAfter => ("memory_after_kib", "memory after the talk: KiB a client"),
            Self::P99 => ("p99_ms", "steady talk: p99 ms"),
            Self::P99Deaf => ("p99_deaf_ms", "steady talk, one member never reads: p99 ms"),
            Self::Flat => ("flat_us", "10 senders, one room: CPU µs a delivery"),
            Self::FlatRooms => ("flat_rooms_us", "10 senders, 1,000 rooms more: CPU µs a delivery"),
            Self::FlatIdle => {
                ("flat_idle_us", "10 senders, 5,000 idle clients more: CPU µs a delivery")
            }
            Self::HistoryP50 => ("history_p50_ms", "CHATHISTORY of 100 from 1,000,000: median ms"),
            Self::HistoryP99 => ("history_p99_ms", "CHATHISTORY of 100 from 1,000,000: p99 ms"),
            Self::ManyRegister => {
                ("many_register_us", "10,000 members: registration and JOIN, CPU µs a client")
            }
            Self::ManyMemory => ("many_memory_kib", "10,000 members: memory at rest, KiB a client"),
            Self::ManyTalk => ("many_us", "10,000 members, 10 senders: CPU µs a delivery"),
            Self::HerdSeconds => {
                ("herd_s", "1,000 of 10,000 come back at once: seconds until all are there")
            }
            Self::HerdP99 => ("herd_p99_ms", "meanwhile, among the others: p99 ms"),
        }
    }
}

/// What was found.
pub type Figures = Vec<(Metric, f64)>;

/// What a run cost for each delivery; an error when the server did not deliver everything once.
fn cost(outcome: &Outcome) -> io::Result<f64> {
    check(outcome)?;
    outcome.cpu_us.ok_or_else(|| io::Error::other("there is no process to look at"))
}

fn check(outcome: &Outcome) -> io::Result<()> {
    if outcome.faults.is_none() && outcome.deliveries > 0 {
        Ok(())
    } else {
        let words = format!(
            "{} of {} deliveries: {}",
            outcome.deliveries, outcome.messages, outcome.faults
        );
        Err(io::Error::other(format!("the server did not deliver everything once: {words}")))
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What something cost, for each client, in microseconds or KiB.
fn each(before: Duration, after: Duration, clients: usize) -> f64 {
    after.saturating_sub(before).as_secs_f64() * 1e6 / clients as f64
}

fn kib_each(before_bytes: u64, after_bytes: u64, clients: usize) -> f64 {
    after_bytes.saturating_sub(before_bytes) as f64 / 1024.0 / clients as f64
}
