//! A large room, and what happens when many of its members lose their connections and come back at once.

use std::io;
use std::time::{Duration, Instant};

use super::room::rest;
use super::{AT_ONCE, Figures, Metric, ROOM, Size, check, cost, each, kib_each, ms};
use crate::contestant::Running;
use crate::crowd::Crowd;
use crate::traffic::{Pace, Plan, Traffic};

/// How long the talk goes on after everybody is back.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// Measures a room of many, and the return of some of them.
pub fn measure_herd(running: &Running, is_encrypted: bool, size: &Size) -> io::Result<Figures> {
    let process = running.process();
    let mut crowd = Crowd::new(running.target(is_encrypted), Some(ROOM))?;
    let mut figures = Figures::new();
    let (memory, cpu) = (process.memory_bytes()?, process.cpu()?);
    crowd.gather(size.many, AT_ONCE)?;
    rest(&mut crowd)?;
    figures.push((Metric::ManyRegister, each(cpu, process.cpu()?, size.many)));
    figures.push((Metric::ManyMemory, kib_each(memory, process.memory_bytes()?, size.many)));

    let plan = Plan {
        members: size.many,
        senders: 10,
        pace: Pace::InFlight(1),
        text_bytes: size.text_bytes,
        warm_up: Duration::from_secs(1),
        duration: size.duration,
    };
    figures.push((Metric::ManyTalk, cost(&Traffic::run(plan, &mut crowd, Some(&process))?)?));

    // The others go on talking, slowly enough for a machine that is busy with the herd.
    let stay = size.many - size.returning;
    let mut talk = Traffic::new(Plan { members: stay, pace: Pace::PerSecond(5.0), ..plan });
    let measure = talk.begin(Some(&process))?;
    let started = Instant::now();
    crowd.scatter(stay..size.many);
    while crowd.missing() > 0 {
        crowd.admit(size.returning)?;
        talk.step(&mut crowd)?;
    }
    figures.push((Metric::HerdSeconds, started.elapsed().as_secs_f64()));
    let until = Instant::now() + AFTERWARDS;
    while Instant::now() < until {
        talk.step(&mut crowd)?;
    }
    let outcome = talk.end(&measure, &mut crowd, Some(&process))?;
    check(&outcome)?;
    figures.push((Metric::HerdP99, ms(outcome.p99)));
    Ok(figures)
}
