//! One room: how it fills, what its members weigh, and what talk in it costs.

use std::io;
use std::time::{Duration, Instant};

use super::{AT_ONCE, Figures, Metric, ROOM, Size, check, cost, each, kib_each, ms};
use crate::contestant::Running;
use crate::crowd::Crowd;
use crate::traffic::{Pace, Plan, Traffic};

/// The mixes: senders, and how many messages each has in flight.
const MIXES: [(Metric, usize, usize); 3] =
    [(Metric::OneSender, 1, 1), (Metric::TenSenders, 10, 1), (Metric::Busy, 25, 4)];

/// How much a server that has just taken everybody in may still have to do.
const REST: Duration = Duration::from_secs(2);

/// Steady talk: so many messages a second of ten senders, as a busy room of people may have.
const STEADY_PER_SECOND: f64 = 20.0;

/// How long the texts are of the burst before it, which fills what the kernel holds for somebody who does not read.
const BURST_TEXT_BYTES: usize = 400;

/// Measures one room, with TLS or without.
pub fn measure_room(running: &Running, is_encrypted: bool, size: &Size) -> io::Result<Figures> {
    let process = running.process();
    let mut crowd = Crowd::new(running.target(is_encrypted), Some(ROOM))?;
    let mut figures = Figures::new();

    // The first of all touch what is there once for everybody: code, stacks, caches.
    crowd.gather(AT_ONCE, AT_ONCE)?;
    rest(&mut crowd)?;
    let (memory, cpu, others) = (process.memory_bytes()?, process.cpu()?, size.members - AT_ONCE);
    crowd.gather(size.members, AT_ONCE)?;
    rest(&mut crowd)?;
    figures.push((Metric::Register, each(cpu, process.cpu()?, others)));
    figures.push((Metric::Memory, kib_each(memory, process.memory_bytes()?, others)));

    for (metric, senders, in_flight) in MIXES {
        let plan = Plan {
            members: size.members,
            senders,
            pace: Pace::InFlight(in_flight),
            text_bytes: size.text_bytes,
            warm_up: Duration::from_millis(500),
            duration: size.duration,
        };
        figures.push((metric, cost(&Traffic::run(plan, &mut crowd, Some(&process))?)?));
    }
    rest(&mut crowd)?;
    figures.push((Metric::MemoryAfter, kib_each(memory, process.memory_bytes()?, others)));

    let others = size.members - 1;
    figures.push((Metric::P99, steady_p99(&mut crowd, others, size)?));
    crowd.deafen(others)?;
    figures.push((Metric::P99Deaf, steady_p99(&mut crowd, others, size)?));
    Ok(figures)
}

/// A burst, then steady talk; how long it takes, for 99 of 100 deliveries, to reach these members.
fn steady_p99(crowd: &mut Crowd, members: usize, size: &Size) -> io::Result<f64> {
    let burst = Plan {
        members,
        senders: 25,
        pace: Pace::InFlight(4),
        text_bytes: BURST_TEXT_BYTES,
        warm_up: Duration::ZERO,
        duration: Duration::from_secs(1),
    };
    check(&Traffic::run(burst, crowd, None)?)?;
    let steady = Plan {
        senders: 10,
        pace: Pace::PerSecond(STEADY_PER_SECOND),
        text_bytes: size.text_bytes,
        duration: size.duration,
        ..burst
    };
    let outcome = Traffic::run(steady, crowd, None)?;
    check(&outcome)?;
    Ok(ms(outcome.p99))
}

/// Takes what still comes, until the server is at rest.
pub(super) fn rest(crowd: &mut Crowd) -> io::Result<()> {
    let until = Instant::now() + REST;
    while Instant::now() < until {
        crowd.turn(Some(Duration::from_millis(100)), &mut |_, _, _| {})?;
    }
    Ok(())
}
