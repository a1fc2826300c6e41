//! What the server's threads count, put together for whoever runs it: Prometheus' text format, and whether all is well.
//!
//! Each figure belongs to one thread, which alone changes it; nobody waits for anybody. `docs/metrics.md` tells what to make
//! of them.

use std::fmt::{Display, Write};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::disk::DiskFigures;
use crate::event::Counter;
use crate::hub_thread::Clock;
use crate::reactor::{Counts, Pages, Speaks};

/// How long hub and committer may take to come round before something is wrong.
const STUCK_AFTER: Duration = Duration::from_secs(10);

/// Upper bounds of the classes that commits are counted in, in seconds.
const COMMIT_SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0];

/// What the hub's thread knows.
#[derive(Debug, Default)]
pub struct HubFigures {
    /// People.
    pub users: Counter,
    /// Connections that are no session yet.
    pub registering: Counter,
    /// Rooms.
    pub rooms: Counter,
    /// Accounts.
    pub accounts: Counter,
    /// Refused sign-ins.
    pub failed_sign_ins: Counter,
    /// 1 while nothing new is kept.
    pub read_only: Counter,
    /// 1 while the clock is not believed.
    pub clock_doubted: Counter,
}

/// What the committer knows.
#[derive(Debug, Default)]
pub struct CommitFigures {
    /// Messages that went into a history.
    pub messages: Counter,
    /// Questions handed to the readers of history.
    pub history_reads: Counter,
    /// Passwords handed to the workers.
    pub hashes: Counter,
    /// Milliseconds from the start to when it last came round, and the hub with it.
    pub pulse_ms: Counter,
    /// By class of [`COMMIT_SECONDS`], and the slower ones.
    commits: [Counter; COMMIT_SECONDS.len() + 1],
    commit_micros: Counter,
}

impl CommitFigures {
    /// Something was committed.
    pub fn note_commit(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let class = COMMIT_SECONDS.iter().position(|&bound| seconds <= bound);
        self.commits[class.unwrap_or(COMMIT_SECONDS.len())].add(1);
        self.commit_micros.add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }
}

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    clock: Clock,
    /// The hub's.
    pub hub: Arc<HubFigures>,
    /// The committer's.
    pub commit: Arc<CommitFigures>,
    /// The disk's.
    pub disk: Arc<DiskFigures>,
    reactors: OnceLock<Vec<Arc<Counts>>>,
}

impl Metrics {
    /// Nothing counted yet. The clock is the hub's.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            hub: Arc::default(),
            commit: Arc::default(),
            disk: Arc::default(),
            reactors: OnceLock::new(),
        }
    }

    /// These are the reactors; said once, when they have started.
    pub fn set_reactors(&self, counts: Vec<Arc<Counts>>) {
        let _ = self.reactors.set(counts);
    }

    fn reactors(&self) -> &[Arc<Counts>] {
        self.reactors.get().map_or(&[], Vec::as_slice)
    }

    fn sum(&self, figure: impl Fn(&Counts) -> u64) -> u64 {
        self.reactors().iter().map(|counts| figure(counts)).sum()
    }
}

impl Pages for Metrics {
    fn is_alive(&self) -> bool {
        let silent_ms = self.clock.now().monotonic_ms.saturating_sub(self.commit.pulse_ms.get());
        u128::from(silent_ms) < STUCK_AFTER.as_millis()
    }

    fn metrics(&self) -> String {
        let mut page = Page(String::new());
        let build = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
        page.family("build_info", "gauge", "The version, as a label.", &[(&build, 1)]);
        let uptime = self.clock.now().monotonic_ms / 1000;
        page.one("uptime_seconds", "gauge", "Since the server started.", uptime);
        self.write_connections(&mut page);
        self.write_people(&mut page);
        self.write_commits(&mut page);
        let disk = &self.disk;
        let help = "Size of the database with its log.";
        page.one("database_bytes", "gauge", help, disk.database_bytes.get());
        let help = "Room left on the database's disk.";
        page.one("disk_free_bytes", "gauge", help, disk.free_bytes.get());
        page.0
    }
}

impl Metrics {
    fn write_connections(&self, page: &mut Page) {
        let by_kind = |figure: &dyn Fn(&Counts, Speaks) -> u64| -> Vec<(String, u64)> {
            let of = |kind| self.sum(|counts| figure(counts, kind));
            Speaks::ALL.into_iter().map(|kind| (label(kind), of(kind))).collect()
        };
        let help = "Connections that speak now, by what they speak.";
        page.family("connections", "gauge", help, &by_kind(&Counts::open));
        let help = "Connections that ever spoke, by what they speak.";
        page.family("connections_opened_total", "counter", help, &by_kind(&Counts::opened));
        let turned_away = self.sum(|counts| counts.turned_away.get());
        let help = "Connections that were not taken in: too many in all, or from one address.";
        page.one("connections_turned_away_total", "counter", help, turned_away);
        let sendq = self.sum(|counts| counts.sendq_closes.get());
        let help = "Connections ended because they did not read what waited for them.";
        page.one("sendq_closes_total", "counter", help, sendq);
        let floods = self.sum(|counts| counts.floods.get());
        let help = "Times that somebody sent faster than allowed and was slowed down.";
        page.one("floods_total", "counter", help, floods);
        let deliveries = self.sum(|counts| counts.deliveries.get());
        let help = "Events handed to somebody, once for each receiver.";
        page.one("deliveries_total", "counter", help, deliveries);
        let pages = self.sum(|counts| counts.pages.get());
        page.one("http_pages_total", "counter", "Pages asked for by HTTP.", pages);
    }

    fn write_people(&self, page: &mut Page) {
        let hub = &self.hub;
        page.one(
            "users",
            "gauge",
            "People, whatever number of devices they have.",
            hub.users.get(),
        );
        let help = "Connections that have not said who they are yet.";
        page.one("registering", "gauge", help, hub.registering.get());
        page.one("rooms", "gauge", "Rooms.", hub.rooms.get());
        page.one("accounts", "gauge", "Accounts.", hub.accounts.get());
        let help = "Sign-ins and passwords that were refused.";
        page.one("sign_in_failures_total", "counter", help, hub.failed_sign_ins.get());
        let help = "1 while nothing new is kept because the disk is nearly full.";
        page.one("read_only", "gauge", help, hub.read_only.get());
    }

    fn write_commits(&self, page: &mut Page) {
        let commit = &self.commit;
        let help = "Messages that went into a history.";
        page.one("messages_total", "counter", help, commit.messages.get());
        let help = "Questions for history.";
        page.one("history_reads_total", "counter", help, commit.history_reads.get());
        page.one("password_hashes_total", "counter", "Passwords hashed.", commit.hashes.get());
        page.head("commit_seconds", "histogram", "How long a batch took to be on disk.");
        let mut count = 0;
        let bounds = COMMIT_SECONDS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
        for (bound, commits) in bounds.zip(&commit.commits) {
            count += commits.get();
            page.line(&format!("commit_seconds_bucket{{le=\"{bound}\"}}"), count);
        }
        let seconds = Duration::from_micros(commit.commit_micros.get()).as_secs_f64();
        page.line("commit_seconds_sum", seconds);
        page.line("commit_seconds_count", count);
    }
}

fn label(kind: Speaks) -> String {
    let (speaks, tls) = match kind {
        Speaks::Irc => ("irc", false),
        Speaks::IrcTls => ("irc", true),
        Speaks::Web => ("websocket", false),
        Speaks::WebTls => ("websocket", true),
        Speaks::Plain => ("plain room", false),
        Speaks::PlainTls => ("plain room", true),
    };
    format!("{{speaks=\"{speaks}\",tls=\"{tls}\"}}")
}

/// Prometheus' text format.
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        writeln!(self.0, "# HELP majlis_{name} {help}\n# TYPE majlis_{name} {kind}")
            .expect("a String takes everything");
    }

    fn line(&mut self, name: &str, value: impl Display) {
        writeln!(self.0, "majlis_{name} {value}").expect("a String takes everything");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.family(name, kind, help, &[("", value)]);
    }

    fn family<L: AsRef<str>>(&mut self, name: &str, kind: &str, help: &str, values: &[(L, u64)]) {
        self.head(name, kind, help);
        for (labels, value) in values {
            self.line(&format!("{name}{}", labels.as_ref()), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_counted_in_the_class_that_holds_them() {
        let metrics = Metrics::new(Clock::start());
        for micros in [1_000, 1_001, 2_500, 1_000_000, 1_000_001] {
            metrics.commit.note_commit(Duration::from_micros(micros));
        }
        let page = metrics.metrics();
        for line in [
            "majlis_commit_seconds_bucket{le=\"0.001\"} 1",
            "majlis_commit_seconds_bucket{le=\"0.0025\"} 3",
            "majlis_commit_seconds_bucket{le=\"0.5\"} 3",
            "majlis_commit_seconds_bucket{le=\"1\"} 4",
            "majlis_commit_seconds_bucket{le=\"+Inf\"} 5",
            "majlis_commit_seconds_sum 2.004502",
            "majlis_commit_seconds_count 5",
        ] {
            assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
        }
    }

    #[test]
    fn a_pulse_that_stays_away_is_noticed() {
        let metrics = Metrics::new(Clock::start());
        assert!(metrics.is_alive());
        let late = Metrics::new(Clock::started_before(STUCK_AFTER));
        assert!(!late.is_alive());
        late.commit.pulse_ms.set(late.clock.now().monotonic_ms);
        assert!(late.is_alive());
    }
}
