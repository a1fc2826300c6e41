//! All measurements of all servers, in turn, several times, in one run.
//!
//! A machine is not the same from minute to minute. So a round measures everybody once, one after the other, and it is the
//! medians of the rounds that are compared.

use std::fs;
use std::io;
use std::path::PathBuf;

use clap::ValueEnum;

use crate::contestant::{Contestant, Running};
use crate::measure::{
    Figures, Metric, Size, fill_history, measure_flatness, measure_herd, measure_history,
    measure_room,
};
use crate::report::Results;

/// What is measured together, on one start of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// A room of 1,000: coming in, memory, talk, and a member that never reads.
    Room,
    /// The same talk beside other rooms and idle clients.
    Flat,
    /// Pages of a long history.
    History,
    /// A room of 10,000, of whom 1,000 come back at once.
    Many,
}

/// What to compare.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// How often.
    pub rounds: usize,
    /// Which servers; what only Majlis does is measured if it is among them.
    pub servers: Vec<Contestant>,
    /// Which measurements.
    pub parts: Vec<Part>,
    /// How large and how long.
    pub size: Size,
    /// Where our own programs are.
    pub programs: PathBuf,
    /// Where everything is written, the servers' data, too.
    pub output: PathBuf,
}

/// One measurement of one server.
#[derive(Clone, Copy, Debug)]
struct Session {
    part: Part,
    contestant: Contestant,
    is_encrypted: bool,
}

impl Comparison {
    /// Measures; what a server could not do is among the results, too. `note` hears what is going on.
    pub fn run(&self, note: &mut impl FnMut(&str)) -> io::Result<Results> {
        fs::create_dir_all(&self.output)?;
        let mut results = Results::new(self);
        let sessions = self.sessions();
        if sessions.iter().any(|session| session.part == Part::History) {
            note("filling a history");
            let folder = self.output.join("history");
            remove_if_there(&folder)?;
            let running = Running::start(Contestant::Majlis, &self.programs, &folder)?;
            fill_history(&running.target(false), self.size.messages)?;
        }
        for round in 1..=self.rounds {
            for session in &sessions {
                let wire = if session.is_encrypted { "TLS" } else { "plain" };
                let name = format!("{:?} of {}, {wire}", session.part, session.contestant.name());
                note(&format!("round {round} of {}: {name}", self.rounds));
                match self.measure(*session) {
                    Ok(figures) => {
                        for (metric, value) in figures {
                            results.add(metric, session.is_encrypted, session.contestant, value);
                        }
                    }
                    Err(error) => {
                        note(&format!("failed: {error}"));
                        results.add_failure(format!("round {round}, {name}: {error}"));
                    }
                }
            }
        }
        Ok(results)
    }

    fn sessions(&self) -> Vec<Session> {
        let mut sessions = Vec::new();
        for is_encrypted in [true, false] {
            for &contestant in &self.servers {
                let is_fit = contestant.has_tls() || !is_encrypted;
                let mut parts = match contestant {
                    Contestant::Majlis => vec![Part::Room, Part::Flat, Part::Many],
                    _ => vec![Part::Room],
                };
                if contestant == Contestant::Majlis && is_encrypted {
                    parts.push(Part::History);
                }
                let parts = parts.into_iter().filter(|part| is_fit && self.parts.contains(part));
                sessions.extend(parts.map(|part| Session { part, contestant, is_encrypted }));
            }
        }
        sessions
    }

    fn measure(&self, session: Session) -> io::Result<Figures> {
        let Session { part, contestant, is_encrypted } = session;
        let folder = match part {
            Part::History => self.output.join("history"),
            _ => self.output.join("server"),
        };
        if part != Part::History {
            remove_if_there(&folder)?;
        }
        let running = Running::start(contestant, &self.programs, &folder)?;
        let mut figures = match part {
            Part::Room => measure_room(&running, is_encrypted, &self.size)?,
            Part::Flat => measure_flatness(&running, is_encrypted, &self.size)?,
            Part::History => measure_history(&running, is_encrypted)?,
            Part::Many => measure_herd(&running, is_encrypted, &self.size)?,
        };
        // The floor keeps nobody's state; what it weighs says nothing.
        figures.retain(|(metric, _)| contestant != Contestant::Floor || metric_is_of_talk(*metric));
        Ok(figures)
    }
}

fn metric_is_of_talk(metric: Metric) -> bool {
    matches!(metric, Metric::OneSender | Metric::TenSenders | Metric::Busy)
}

fn remove_if_there(folder: &std::path::Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
