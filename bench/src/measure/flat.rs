//! Whether talk costs more when there is more beside it: other rooms, other clients.

use std::io;
use std::time::Duration;

use super::room::rest;
use super::{AT_ONCE, Figures, Metric, ROOM, Size, cost};
use crate::contestant::Running;
use crate::crowd::Crowd;
use crate::traffic::{Pace, Plan, Traffic};

const IDLE_CLIENTS: usize = 5_000;

/// Measures the same talk three times: alone, beside as many rooms as there are members, and beside idle clients, too.
pub fn measure_flatness(running: &Running, is_encrypted: bool, size: &Size) -> io::Result<Figures> {
    let process = running.process();
    let plan = Plan {
        members: size.members,
        senders: 10,
        pace: Pace::InFlight(1),
        text_bytes: size.text_bytes,
        warm_up: Duration::from_millis(500),
        duration: size.duration,
    };
    let mut crowd = Crowd::new(running.target(is_encrypted), Some(ROOM))?;
    let mut figures = Figures::new();
    crowd.gather(size.members, AT_ONCE)?;
    rest(&mut crowd)?;
    figures.push((Metric::Flat, cost(&Traffic::run(plan, &mut crowd, Some(&process))?)?));

    for number in 0..size.members {
        crowd.say(number, |out| {
            out.extend_from_slice(format!("JOIN #beside{number}\r\n").as_bytes());
        })?;
    }
    rest(&mut crowd)?;
    figures.push((Metric::FlatRooms, cost(&Traffic::run(plan, &mut crowd, Some(&process))?)?));

    let mut idle = Crowd::new(running.target(is_encrypted), None)?.with_nick_stem("idle");
    idle.gather(IDLE_CLIENTS, AT_ONCE)?;
    rest(&mut idle)?;
    figures.push((Metric::FlatIdle, cost(&Traffic::run(plan, &mut crowd, Some(&process))?)?));
    Ok(figures)
}
