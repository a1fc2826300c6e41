//! Two machines and a cable between them: network namespaces of this process, with a real server in the other one.
//!
//! A test that begins with [`in_private`] runs in a process and namespace of its own, so that nothing is announced anywhere
//! else, whatever goes wrong.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use async_channel::{Receiver, TryRecvError};
use majlis::discovery::{self, Found, News, Place, SightingId};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::netlink;

/// The cable's name on both machines.
pub(crate) const CABLE: &str = "majlis0";

/// A cable of both protocols, for `World::join`.
pub(crate) const BOTH: [&str; 2] = ["10.77.0.", "fd77::"];

/// Where the server is, by IPv4.
pub(crate) fn over_there() -> Place {
    place("10.77.0.2")
}

/// A server at this address.
pub(crate) fn place(host: &str) -> Place {
    Place { host: host.to_owned(), port: 33000 }
}

/// How long anything may take that has no deadline of its own.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Says to the process that it is the one with the namespace.
const INSIDE: &str = "MAJLIS_NETWORK_INSIDE";

/// One test at a time: they look at the clock, and the machine may be small.
static TURN: Mutex<()> = Mutex::new(());

/// Runs this test where it is alone on the network. Where the system forbids such a place, says so, and tests nothing.
pub(crate) fn in_private(name: &str, test: impl FnOnce(&World)) {
    if std::env::var_os(INSIDE).is_some() {
        return test(&World::new());
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--net"]);
    if let Some(reason) = refusal(&mut unshare) {
        // Past the harness, which shows what a passed test says to nobody.
        let mut stderr = std::io::stderr();
        let _ = writeln!(stderr, "SKIPPED {name}: no network namespaces here ({reason})");
        return;
    }
    let program = std::env::current_exe().expect("the program knows itself");
    let done = unshare
        .arg(program)
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .output()
        .expect("it was possible a moment ago");
    let words = [done.stdout, done.stderr].concat();
    let words = String::from_utf8_lossy(&words);
    assert!(done.status.success() && words.contains("1 passed"), "{words}");
}

/// Why a namespace cannot be had, if it cannot.
fn refusal(unshare: &mut Command) -> Option<String> {
    let arguments: Vec<_> = unshare.get_args().map(ToOwned::to_owned).collect();
    match Command::new("unshare").args(arguments).arg("true").output() {
        Ok(done) if done.status.success() => None,
        Ok(done) => Some(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

/// This machine, where the application looks around, and the other one.
pub(crate) struct World {
    there: File,
}

impl World {
    /// Two machines with nothing between them.
    fn new() -> Self {
        forget_doubts();
        let there = thread::spawn(|| {
            unshare(CloneFlags::CLONE_NEWNET).expect("this process may do so");
            forget_doubts();
            netlink::turn_on("lo").expect("every machine has it");
            File::open("/proc/thread-self/ns/net").expect("the system tells of threads")
        });
        Self { there: there.join().expect("the thread only makes a namespace") }
    }

    /// Does something on the other machine.
    pub(crate) fn over_there<T: Send>(&self, deed: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            let deed = scope.spawn(|| {
                setns(&self.there, CloneFlags::CLONE_NEWNET).expect("it was made here");
                deed()
            });
            deed.join().expect("what is done over there does not panic")
        })
    }

    /// Joins both by a cable whose ends have these addresses: 1 here, 2 there.
    pub(crate) fn join(&self, networks: &[&str]) {
        netlink::lay_cable(CABLE, &self.there).expect("a cable can be laid");
        let switch_on = |own: &str| {
            for network in networks {
                let address: IpAddr = format!("{network}{own}").parse().expect("it is an address");
                let prefix_bits = if address.is_ipv4() { 24 } else { 64 };
                netlink::give_address(CABLE, address, prefix_bits).expect("it is free");
            }
            netlink::turn_on(CABLE).expect("it is there");
        };
        self.over_there(|| switch_on("2"));
        switch_on("1");
    }

    /// Starts a server over there; more arguments come behind the usual.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut server = self.serve_in(folder.path(), arguments);
        server.folder = Some(folder);
        server
    }

    /// The same on data that outlives it.
    pub(crate) fn serve_in(&self, folder: &Path, arguments: &[&str]) -> Server {
        let mut command = Command::new(server_program());
        command
            .args(["--listen", "[::]:33000", "--reactors", "1", "--data"])
            .arg(folder.join("data"))
            .args(arguments)
            .env_remove("MAJLIS_CONFIG")
            .env("RUST_LOG", "debug")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        // A flag counts more than a file.
        if !arguments.contains(&"--config") {
            command.args(["--name", "Reading Room"]);
        }
        let child = self.over_there(|| command.spawn().expect("the program can be started"));
        Server::wait_until_ready(child)
    }
}

/// Nobody else has the addresses of a cable that was just laid; asking for that would take a second.
fn forget_doubts() {
    for which in ["all", "default"] {
        // Where that is not permitted, addresses only take longer.
        let _ = fs::write(format!("/proc/sys/net/ipv6/conf/{which}/accept_dad"), "0");
    }
}

/// Beside this test's own program, where cargo puts it.
fn server_program() -> PathBuf {
    let own = std::env::current_exe().expect("the program knows itself");
    let folder = own.parent().and_then(Path::parent).expect("tests lie in target/PROFILE/deps");
    let program = folder.join("majlis-server");
    assert!(program.exists(), "build it first: cargo build --package majlis-server");
    program
}

/// A server at work; killed when this goes.
pub(crate) struct Server {
    child: Child,
    /// How its key's fingerprint is printed.
    pub(crate) fingerprint: String,
    folder: Option<TempDir>,
}

impl Server {
    fn wait_until_ready(mut child: Child) -> Self {
        let printed = child.stdout.take().expect("it was asked for");
        let mut fingerprint = String::new();
        for line in BufReader::new(printed).lines().map_while(Result::ok) {
            if let Some(told) = line.strip_prefix("Fingerprint: ") {
                told.clone_into(&mut fingerprint);
                return Self { child, fingerprint, folder: None };
            }
        }
        let _ = child.kill();
        panic!("the server ended: {:?}", child.wait());
    }

    /// Where its things are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.as_ref().expect("it has one of its own").path()
    }

    /// Has it read its settings again.
    pub(crate) fn reload(&self) {
        self.signal(Signal::SIGHUP);
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(mut self) {
        self.signal(Signal::SIGTERM);
        assert!(self.child.wait().expect("it was started here").success());
    }

    /// Whether it is still there.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it was started here").is_none()
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("the system's numbers fit");
        kill(Pid::from_raw(pid), signal).expect("it was started here");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the application hears of the network.
pub(crate) struct Search {
    began: Instant,
    news: Receiver<News>,
}

impl Search {
    /// Starts to look around here.
    pub(crate) fn begin() -> Self {
        Self { began: Instant::now(), news: discovery::start().expect("a thread can be had") }
    }

    /// How long it has been going on.
    pub(crate) fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// The next news, if any come until then.
    pub(crate) fn hear(&self, patience: Duration) -> Option<News> {
        let deadline = Instant::now() + patience;
        loop {
            match self.news.try_recv() {
                Ok(news) => return Some(news),
                Err(TryRecvError::Closed) => panic!("nobody looks around any more"),
                Err(TryRecvError::Empty) if Instant::now() > deadline => return None,
                Err(TryRecvError::Empty) => thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    /// Waits for news that this is about, and passes over all other.
    pub(crate) fn wait_for<T>(&self, what: &str, read: impl Fn(&News) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        while let Some(news) = self.hear(deadline.saturating_duration_since(Instant::now())) {
            if let Some(found) = read(&news) {
                return found;
            }
        }
        panic!("{what} was not heard of in {PATIENCE:?}")
    }

    /// Waits until somebody is there.
    pub(crate) fn wait_for_found(&self) -> (SightingId, Found) {
        self.wait_for("a server", |news| match news {
            News::Found(id, found) => Some((*id, found.clone())),
            News::Gone(_) => None,
        })
    }

    /// Waits until a server is there by its IPv4 address, which counts more than any other.
    pub(crate) fn wait_for_server(&self) -> (SightingId, Found) {
        self.wait_for("the server", |news| match news {
            News::Found(id, found) if found.place == over_there() => Some((*id, found.clone())),
            _ => None,
        })
    }

    /// Waits until this one has gone.
    pub(crate) fn wait_for_gone(&self, id: SightingId) {
        self.wait_for("a goodbye", |news| (*news == News::Gone(id)).then_some(()));
    }

    /// Holds that nothing comes for so long.
    pub(crate) fn hear_nothing(&self, patience: Duration) {
        let news = self.hear(patience);
        assert_eq!(news, None, "there was nothing to hear");
    }
}
