//! What the server takes from the machine while it works.

use std::thread;
use std::time::{Duration, Instant};

use crate::common::PATIENCE;

const EVERY: Duration = Duration::from_millis(500);

/// How much more memory the end may take than the time after the warm-up, in hundredths.
const GROWTH_PERCENT_MAX: u64 = 10;

/// What caches and fragments may take however little there is.
const GROWTH_KIB: u64 = 4 * 1024;

/// How many files are open depends on who is there at the moment; so many more may be at the end.
const FILES_MORE_MAX: usize = 100;

/// Memory in KiB and open files, one of each at a time.
#[derive(Debug)]
pub(crate) struct Samples(Vec<(u64, usize)>);

impl Samples {
    /// Looks again and again until then.
    pub(crate) fn take(pid: u32, until: Instant) -> Self {
        let mut samples = vec![(memory_of(pid), files_of(pid))];
        while Instant::now() < until {
            thread::sleep(EVERY);
            samples.push((memory_of(pid), files_of(pid)));
        }
        Self(samples)
    }

    /// Waits until as few files are open as when nobody but the listeners was there. Beginnings without an end take their time.
    #[track_caller]
    pub(crate) fn are_back_at_the_beginning(&self, pid: u32) {
        let fewest = self.0.iter().map(|&(_, files)| files).min().expect("there is a first sample");
        let start = Instant::now();
        while files_of(pid) > fewest {
            assert!(start.elapsed() < 2 * PATIENCE, "files stay open although everybody left");
            thread::sleep(EVERY);
        }
    }

    /// Holds the last quarter against the one after the warm-up.
    #[track_caller]
    pub(crate) fn are_flat(&self, parts: u32) {
        let part = self.0.len() / usize::try_from(parts).expect("there are few parts");
        assert!(part > 2, "there are too few samples");
        let (early, late) = (&self.0[part..2 * part], &self.0[self.0.len() - part..]);
        let (early_kib, late_kib) =
            (median(early.iter().map(|it| it.0)), median(late.iter().map(|it| it.0)));
        let most = |of: &[(u64, usize)]| of.iter().map(|it| it.1).max().expect("there are samples");
        println!(
            "{} samples: memory {early_kib} KiB early, {late_kib} KiB late; files at most {} early, {} late",
            self.0.len(),
            most(early),
            most(late),
        );
        let allowed_kib = (early_kib * GROWTH_PERCENT_MAX / 100).max(GROWTH_KIB);
        assert!(
            late_kib <= early_kib + allowed_kib,
            "memory grew from {early_kib} to {late_kib} KiB"
        );
        assert!(most(late) <= most(early) + FILES_MORE_MAX, "more and more files are open");
    }
}

fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values[values.len() / 2]
}

fn memory_of(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix(" kB"));
    value.and_then(|value| value.trim().parse().ok()).expect("a process has memory")
}

/// How many files and sockets a process has open.
pub(crate) fn files_of(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).expect("it runs").count()
}
