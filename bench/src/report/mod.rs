//! What was found, for people and for programs.

mod json;
mod plot;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::compare::Comparison;
use crate::contestant::Contestant;
use crate::measure::Metric;
use machine::Machine;

mod machine;

/// All figures of all rounds.
#[derive(Debug)]
pub struct Results {
    machine: Machine,
    rounds: usize,
    servers: Vec<Contestant>,
    values: BTreeMap<(Metric, Wire, Contestant), Vec<f64>>,
    failures: Vec<String>,
}

/// With TLS or without; TLS comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wire {
    Tls,
    Plain,
}

impl Wire {
    const ALL: [Self; 2] = [Self::Tls, Self::Plain];

    fn name(self) -> &'static str {
        match self {
            Self::Tls => "TLS",
            Self::Plain => "plain",
        }
    }
}

impl Results {
    /// Nothing found yet.
    pub(crate) fn new(comparison: &Comparison) -> Self {
        Self {
            machine: Machine::look_at(&comparison.servers, &comparison.programs),
            rounds: comparison.rounds,
            servers: comparison.servers.clone(),
            values: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// Takes a figure of one round.
    pub(crate) fn add(
        &mut self,
        metric: Metric,
        is_encrypted: bool,
        contestant: Contestant,
        value: f64,
    ) {
        let wire = if is_encrypted { Wire::Tls } else { Wire::Plain };
        self.values.entry((metric, wire, contestant)).or_default().push(value);
    }

    /// Notes what a server could not do.
    pub(crate) fn add_failure(&mut self, words: String) {
        self.failures.push(words);
    }

    /// What servers could not do.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// The table, as Markdown.
    pub fn table(&self) -> String {
        table::write(self)
    }

    /// Writes `results.md`, `results.json` and `results.svg` into the folder.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::write(folder.join("results.md"), self.table())?;
        fs::write(folder.join("results.json"), json::write(self))?;
        fs::write(folder.join("results.svg"), plot::draw(self))
    }

    fn median(&self, metric: Metric, wire: Wire, contestant: Contestant) -> Option<f64> {
        self.values.get(&(metric, wire, contestant)).and_then(|values| median(values))
    }

    /// How Majlis stands to the best of the others: under 1 it is ahead. All these figures are better when smaller.
    fn ratio(&self, metric: Metric, wire: Wire) -> Option<f64> {
        let others = [Contestant::Inspircd, Contestant::Ngircd];
        let best = others
            .into_iter()
            .filter_map(|other| self.median(metric, wire, other))
            .reduce(f64::min)?;
        Some(self.median(metric, wire, Contestant::Majlis)? / best)
    }
}

/// The middle one, or what lies between the two in the middle.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// Three digits, more before the point if need be.
fn short(value: f64) -> String {
    match value {
        _ if value < 10.0 => format!("{value:.2}"),
        _ if value < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 100.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 100.0]), Some(3.0));
    }

    #[test]
    fn figures_have_three_digits() {
        assert_eq!(
            [0.123, 4.567, 45.67, 456.7, 4567.8].map(short),
            ["0.12", "4.57", "45.7", "457", "4568"]
        );
    }

    pub(super) fn results() -> Results {
        let mut results = Results {
            machine: Machine::unknown(),
            rounds: 3,
            servers: vec![Contestant::Majlis, Contestant::Ngircd],
            values: BTreeMap::new(),
            failures: vec!["a <bad> \"thing\"".to_owned()],
        };
        for value in [1.0, 2.0, 9.0] {
            results.add(Metric::OneSender, true, Contestant::Majlis, value);
            results.add(Metric::OneSender, true, Contestant::Ngircd, 2.0 * value);
            results.add(Metric::HistoryP50, true, Contestant::Majlis, value);
        }
        results
    }
}
