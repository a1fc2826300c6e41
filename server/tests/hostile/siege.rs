//! A server under attack, and two people who go on talking there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::common::{Irc, LABELS, Server};

/// How long a message may take from one to the other, attack or not; far more than it does, for machines with a lot to do.
const SERVED_WITHIN: Duration = Duration::from_secs(5);

/// How often they talk meanwhile; slower than they may.
const TALKS_EVERY: Duration = Duration::from_millis(250);

const ROOM: &str = "#bystanders";

pub(crate) struct Siege {
    pub(crate) server: Server,
    bystanders: [Irc; 2],
    said: usize,
    _folder: TempDir,
}

impl Siege {
    pub(crate) fn start() -> Self {
        Self::with_settings("")
    }

    /// The same with a settings file.
    pub(crate) fn with_settings(toml: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, toml).unwrap();
        let arguments = ["--config", file.to_str().unwrap()];
        let server = Server::start_in(&folder.path().join("data"), &arguments);
        Self::around(server, folder)
    }

    /// The two people come into a server that runs.
    pub(crate) fn around(server: Server, folder: TempDir) -> Self {
        let bystanders = ["bystander1", "bystander2"].map(|nick| {
            let mut irc = Irc::tls(&server, nick, LABELS, None);
            irc.join(ROOM);
            irc
        });
        let mut siege = Self { server, bystanders, said: 0, _folder: folder };
        siege.others_are_served();
        siege
    }

    /// One says something, and the other hears it soon.
    #[track_caller]
    pub(crate) fn others_are_served(&mut self) {
        talk(&mut self.bystanders, &mut self.said);
    }

    /// Does this while the two talk, and once more afterwards. Meanwhile the server takes at most so many MiB more than
    /// before.
    #[track_caller]
    pub(crate) fn withstands<T>(
        &mut self,
        more_mib: u64,
        attack: impl FnOnce(&Server) -> T + Send,
    ) -> T
    where
        T: Send,
    {
        let Self { server, bystanders, said, .. } = self;
        let before_kib = resident_kib(server);
        let is_over = AtomicBool::new(false);
        let (done, most_kib) = thread::scope(|scope| {
            let attacker = scope.spawn(|| {
                let _ended = SetWhenDropped(&is_over);
                attack(server)
            });
            let mut most_kib = before_kib;
            while !is_over.load(Ordering::Relaxed) {
                talk(bystanders, said);
                most_kib = most_kib.max(resident_kib(server));
                thread::park_timeout(TALKS_EVERY);
            }
            (attacker.join(), most_kib.max(resident_kib(server)))
        });
        let done = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let grown_kib = most_kib.saturating_sub(before_kib);
        assert!(grown_kib <= more_mib * 1024, "it took {grown_kib} KiB more than before");
        self.others_are_served();
        done
    }
}

/// Set also where the attack fails.
struct SetWhenDropped<'a>(&'a AtomicBool);

impl Drop for SetWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// How much memory the server has in use.
fn resident_kib(server: &Server) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("it runs");
    let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix(" kB"));
    value.and_then(|value| value.trim().parse().ok()).expect("a process has memory")
}

/// How many files and sockets the server has open.
pub(crate) fn open_files(server: &Server) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", server.pid())).expect("it runs").count()
}

#[track_caller]
fn talk(bystanders: &mut [Irc; 2], said: &mut usize) {
    *said += 1;
    bystanders.reverse();
    let [speaker, listener] = bystanders;
    let (text, label) = (format!("message {said}"), said.to_string());
    let start = Instant::now();
    speaker.say(ROOM, &text, &label);
    listener.wait_for(|line| line.is("PRIVMSG", &[ROOM, &text]));
    let took = start.elapsed();
    assert!(took < SERVED_WITHIN, "the others wait: a message took {took:?}");
}
