//! Where it was measured, and when, and which versions.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use majlis_protocol::Timestamp;

use crate::contestant::Contestant;

/// The machine and the programs.
#[derive(Debug)]
pub(super) struct Machine {
    /// The day, as 2026-01-02.
    pub(super) date: String,
    pub(super) processor: String,
    pub(super) processors: usize,
    pub(super) kernel: String,
    pub(super) system: String,
    /// What each server says that it is.
    pub(super) versions: Vec<(Contestant, String)>,
}

impl Machine {
    /// This machine, now.
    pub(super) fn look_at(servers: &[Contestant], programs: &Path) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let now = Timestamp(u64::try_from(now).unwrap_or(u64::MAX)).to_string();
        let versions =
            servers.iter().filter_map(|&server| Some((server, version(server, programs)?)));
        Self {
            date: now[..10].to_owned(),
            processor: line_of("/proc/cpuinfo", "model name"),
            processors: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .unwrap_or_default()
                .trim()
                .to_owned(),
            system: line_of("/etc/os-release", "PRETTY_NAME").trim_matches('"').to_owned(),
            versions: versions.collect(),
        }
    }

    #[cfg(test)]
    pub(super) fn unknown() -> Self {
        let (date, processor, kernel, system) = Default::default();
        Self { date, processor, processors: 2, kernel, system, versions: Vec::new() }
    }

    /// One sentence for under the table.
    pub(super) fn sentence(&self) -> String {
        let versions: Vec<&str> =
            self.versions.iter().map(|(_, version)| version.as_str()).collect();
        format!(
            "{}, {} processors ({}), {}, Linux {}; {}",
            self.date,
            self.processors,
            self.processor,
            self.system,
            self.kernel,
            versions.join(", ")
        )
    }
}

/// What stands behind the first `key` of a file of keys and values.
fn line_of(file: &str, key: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.map(|line| line.trim_start().trim_start_matches([':', '=']).trim().to_owned())
        .unwrap_or_default()
}

fn version(server: Contestant, programs: &Path) -> Option<String> {
    let program = match server {
        Contestant::Floor => return None,
        Contestant::Majlis => programs.join("majlis-server"),
        Contestant::Inspircd => "inspircd".into(),
        Contestant::Ngircd => "ngircd".into(),
    };
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    // ngIRCd goes on with how it was built.
    let words = text.lines().next()?.split([' ', '-']).take(if server == Contestant::Majlis {
        3
    } else {
        2
    });
    Some(words.collect::<Vec<_>>().join(" "))
}
