//! Talk in a room: who speaks how fast, for how long, and what came of it.

use std::io;
use std::time::{Duration, Instant};

use crate::crowd::Crowd;
use crate::ledger::{Faults, Ledger};
use crate::mark::write_message;
use crate::process::Process;

/// After how long without a delivery, once nobody speaks any more, what is missing counts as lost.
const SETTLING_TIME: Duration = Duration::from_secs(10);

/// How long one turn waits for news.
const TURN: Duration = Duration::from_millis(100);

/// When a sender speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Closed loop: as soon as an earlier message has reached everybody; each sender has so many under way.
    InFlight(usize),
    /// Open loop: all senders together, in turn, so many times a second, whatever the server does meanwhile. A message's
    /// time counts from when it was due.
    PerSecond(f64),
}

/// What is to be said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// How many of the crowd hear and are counted, from number 0.
    pub members: usize,
    /// How many of them speak, from number 0.
    pub senders: usize,
    /// When they do.
    pub pace: Pace,
    /// The length of each text.
    pub text_bytes: usize,
    /// How long they speak before it counts.
    pub warm_up: Duration,
    /// How long it counts.
    pub duration: Duration,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Deliveries while it counted.
    pub deliveries: u64,
    /// Messages in all.
    pub messages: u64,
    /// Deliveries a second while it counted.
    pub per_second: f64,
    /// The server's processor time for each delivery; none without a process to look at.
    pub cpu_us: Option<f64>,
    /// Half of all deliveries took at most so long from saying to arriving.
    pub p50: Duration,
    /// And 99 of 100.
    pub p99: Duration,
    /// What went wrong.
    pub faults: Faults,
}

/// Talk that is going on.
#[derive(Debug)]
pub struct Traffic {
    plan: Plan,
    ledger: Ledger,
    /// Senders whose next word is due.
    ready: Vec<u16>,
    /// Open loop: when the next word is due, and whose it is.
    next: (Instant, u16),
    is_speaking: bool,
}

impl Traffic {
    /// Talk that begins with the first [step](Self::step).
    pub fn new(plan: Plan) -> Self {
        let senders = u16::try_from(plan.senders).expect("a mark has room for 65,536 senders");
        let in_flight = match plan.pace {
            Pace::InFlight(count) => count,
            Pace::PerSecond(_) => 0,
        };
        Self {
            plan,
            ledger: Ledger::new(plan.members, plan.senders),
            ready: (0..in_flight).flat_map(|_| 0..senders).collect(),
            next: (Instant::now(), 0),
            is_speaking: true,
        }
    }

    /// Speaks, listens, and says what came of it. The crowd has to have arrived.
    pub fn run(plan: Plan, crowd: &mut Crowd, process: Option<&Process>) -> io::Result<Outcome> {
        let mut traffic = Self::new(plan);
        let starts_at = Instant::now() + plan.warm_up;
        while Instant::now() < starts_at {
            traffic.step(crowd)?;
        }
        let measure = traffic.begin(process)?;
        while measure.started.elapsed() < plan.duration {
            traffic.step(crowd)?;
        }
        traffic.end(&measure, crowd, process)
    }

    /// From now on it counts.
    pub fn begin(&mut self, process: Option<&Process>) -> io::Result<Measure> {
        self.ledger.start_timing();
        Ok(Measure {
            started: Instant::now(),
            delivered: self.ledger.delivered(),
            cpu: process.map(Process::cpu).transpose()?,
        })
    }

    /// Says what is due and takes what arrives.
    pub fn step(&mut self, crowd: &mut Crowd) -> io::Result<()> {
        self.speak(crowd)?;
        let timeout = match self.plan.pace {
            Pace::InFlight(_) => TURN,
            Pace::PerSecond(_) => self.next.0.saturating_duration_since(Instant::now()),
        };
        self.listen(crowd, timeout)
    }

    /// Ends the talk: what was said by now counts, and what has not arrived yet is waited for.
    pub fn end(
        mut self,
        measure: &Measure,
        crowd: &mut Crowd,
        process: Option<&Process>,
    ) -> io::Result<Outcome> {
        let seconds = measure.started.elapsed().as_secs_f64();
        let cpu = process.map(Process::cpu).transpose()?;
        let deliveries = self.ledger.delivered() - measure.delivered;
        self.is_speaking = false;
        self.ready.clear();
        self.settle(crowd)?;
        let cpu_us = cpu.zip(measure.cpu).map(|(after, before)| {
            after.saturating_sub(before).as_secs_f64() * 1e6 / (deliveries.max(1) as f64)
        });
        Ok(Outcome {
            deliveries,
            messages: self.ledger.sent(),
            per_second: deliveries as f64 / seconds,
            cpu_us,
            p50: self.ledger.latency().quantile(500),
            p99: self.ledger.latency().quantile(990),
            faults: self.ledger.faults(),
        })
    }

    fn speak(&mut self, crowd: &mut Crowd) -> io::Result<()> {
        if !self.is_speaking {
            return Ok(());
        }
        let now = Instant::now();
        for sender in std::mem::take(&mut self.ready) {
            self.say(sender, now, crowd)?;
        }
        if let Pace::PerSecond(per_second) = self.plan.pace {
            while self.next.0 <= now && per_second > 0.0 {
                let (due, sender) = self.next;
                self.say(sender, due, crowd)?;
                let senders = u16::try_from(self.plan.senders).unwrap_or(u16::MAX);
                self.next =
                    (due + Duration::from_secs_f64(per_second.recip()), (sender + 1) % senders);
            }
        }
        Ok(())
    }

    fn say(&mut self, sender: u16, due: Instant, crowd: &mut Crowd) -> io::Result<()> {
        let room = crowd.room().unwrap_or_default().to_owned();
        let mark = self.ledger.note_sent(sender, due);
        crowd.say(sender.into(), |out| write_message(out, &room, mark, self.plan.text_bytes))
    }

    /// Waits until everything has arrived, or nothing more does; and a moment longer, since what comes twice comes late.
    fn settle(&mut self, crowd: &mut Crowd) -> io::Result<()> {
        let mut last_news = (Instant::now(), self.ledger.delivered());
        while !self.ledger.is_settled() && last_news.0.elapsed() < SETTLING_TIME {
            self.listen(crowd, TURN)?;
            if self.ledger.delivered() > last_news.1 {
                last_news = (Instant::now(), self.ledger.delivered());
            }
        }
        self.listen(crowd, TURN)
    }

    /// Takes what arrives within this time.
    fn listen(&mut self, crowd: &mut Crowd, timeout: Duration) -> io::Result<()> {
        let Self { plan, ledger, ready, is_speaking, .. } = self;
        let goes_on = *is_speaking && matches!(plan.pace, Pace::InFlight(_));
        crowd.turn(Some(timeout), &mut |member, mark, now| {
            // Others may be in the room, such as those who come back; nobody keeps books about them.
            if member < plan.members && ledger.note_delivery(member, mark, now) && goes_on {
                ready.push(mark.sender);
            }
        })
    }
}

/// Where the counters stood when it began to count.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    started: Instant,
    delivered: u64,
    cpu: Option<Duration>,
}
