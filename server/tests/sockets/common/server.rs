//! One server process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use majlis_wire::Fingerprint;
use tempfile::TempDir;

use super::PATIENCE;

/// A running server, killed when this goes.
pub(crate) struct Server {
    /// Locked, so that whoever holds the server can kill it while others talk to it.
    child: Mutex<Child>,
    /// The first address it listens on.
    pub(crate) address: SocketAddr,
    /// Its key.
    pub(crate) fingerprint: Fingerprint,
    /// What it printed until it was ready.
    pub(crate) printed: Vec<String>,
    /// What it wrote to standard error, once it has ended.
    complaints: Option<JoinHandle<String>>,
    own_folder: Option<TempDir>,
}

impl Server {
    /// Starts one on a free port of 127.0.0.1, with a folder that goes with it.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with further arguments.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut server = Self::start_in(folder.path(), arguments);
        server.own_folder = Some(folder);
        server
    }

    /// Starts one on a free port of 127.0.0.1, on data that outlives it.
    pub(crate) fn start_in(data: &Path, arguments: &[&str]) -> Self {
        let mut command = command(data);
        command.args(["--listen", "127.0.0.1:0"]).args(arguments);
        Self::start_by(&mut command)
    }

    /// Starts one as this command does, which ends in its own arguments.
    pub(crate) fn start_by(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let complaints = collect_complaints(&mut child);
        let Some(printed) = read_welcome(&mut child) else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the server did not become ready: {:?}", complaints.join());
        };
        let value = |label: &str| {
            printed
                .iter()
                .find_map(|line| line.strip_prefix(label)?.strip_prefix(' '))
                .unwrap_or_else(|| panic!("no {label:?} in {printed:#?}"))
        };
        let address = value("Listening on").parse().expect("an address is printed");
        let fingerprint = value("Fingerprint:").parse().expect("a fingerprint is printed");
        Self {
            child: Mutex::new(child),
            address,
            fingerprint,
            printed,
            complaints: Some(complaints),
            own_folder: None,
        }
    }

    /// Ends it as a power cut would: no handler runs, nothing is flushed.
    pub(crate) fn kill(&self) {
        let mut child = self.child();
        child.kill().expect("it was started here");
        child.wait().expect("it was started here");
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(&self) -> ExitStatus {
        self.signal("TERM");
        wait_bounded(&mut self.child())
    }

    /// Waits until it has ended by itself: how, and what it wrote to standard error.
    pub(crate) fn wait_for_its_end(mut self) -> (ExitStatus, String) {
        let status = wait_bounded(&mut self.child());
        let complaints = self.complaints.take().expect("it is asked once");
        (status, complaints.join().expect("it only reads"))
    }

    /// Asks it to read its settings again.
    pub(crate) fn reload(&self) {
        self.signal("HUP");
    }

    /// Whether it is still there.
    pub(crate) fn is_running(&self) -> bool {
        self.child().try_wait().expect("it was started here").is_none()
    }

    /// Its process's number.
    pub(crate) fn pid(&self) -> u32 {
        self.child().id()
    }

    /// Sends it a signal by this name.
    pub(crate) fn signal(&self, name: &str) {
        let arguments = [format!("-{name}"), self.pid().to_string()];
        let sent = Command::new("kill").args(arguments).status();
        assert!(sent.expect("there is a kill command").success());
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; either way it is gone afterwards.
        let _ = self.child().kill();
        let _ = self.child().wait();
        let complaints = self.complaints.take().and_then(|thread| thread.join().ok());
        let complaints = complaints.unwrap_or_default();
        eprint!("{complaints}");
        // No panic may be reached from the network, not even one that a thread survives.
        assert!(thread::panicking() || !complaints.contains("panicked"), "the server panicked");
    }
}

/// Runs the program where it is expected to end by itself: how it ended, and what it wrote to standard error.
pub(crate) fn run_to_its_end(data: &Path, arguments: &[&str]) -> (ExitStatus, String) {
    let mut child = command(data)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let status = wait_bounded(&mut child);
    let mut words = String::new();
    let mut errors = child.stderr.take().expect("it was asked for");
    errors.read_to_string(&mut words).expect("its words are text");
    (status, words)
}

/// The same with words on its standard input: how it ended, what it printed, and what it wrote to standard error.
pub(crate) fn run_with_input(
    data: &Path,
    arguments: &[&str],
    input: &str,
) -> (ExitStatus, String, String) {
    let mut child = command(data)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut stdin = child.stdin.take().expect("it was asked for");
    // A program that wants no input may have ended already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let status = wait_bounded(&mut child);
    let read = |mut stream: Box<dyn Read>| {
        let mut words = String::new();
        stream.read_to_string(&mut words).expect("its words are text");
        words
    };
    let printed = read(Box::new(child.stdout.take().expect("it was asked for")));
    let complaints = read(Box::new(child.stderr.take().expect("it was asked for")));
    (status, printed, complaints)
}

/// The program with a data folder, and nothing of the environment that tests run in.
pub(crate) fn command(data: &Path) -> Command {
    command_through(Command::new(env!("CARGO_BIN_EXE_majlis-server")), data)
}

/// The program started by a shell that says this first, and then `exec "$@"`.
pub(crate) fn command_by_shell(script: &str, data: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{script}; exec \"$@\""), "sh"]);
    shell.arg(env!("CARGO_BIN_EXE_majlis-server"));
    command_through(shell, data)
}

fn command_through(mut command: Command, data: &Path) -> Command {
    // What a test starts concerns nobody else on the network.
    command.arg("--no-announce").arg("--data").arg(data);
    command.env_remove("MAJLIS_DATA").stdin(Stdio::null());
    command
}

fn collect_complaints(child: &mut Child) -> JoinHandle<String> {
    let mut stderr = child.stderr.take().expect("it was asked for");
    thread::spawn(move || {
        let mut complaints = Vec::new();
        // Whatever was read until an error is worth showing.
        let _ = stderr.read_to_end(&mut complaints);
        String::from_utf8_lossy(&complaints).into_owned()
    })
}

/// Everything up to the link, which is printed when all else is ready; what comes after is read and dropped. `None` if that never comes.
fn read_welcome(child: &mut Child) -> Option<Vec<String>> {
    let stdout = child.stdout.take().expect("it was asked for");
    let (lines, printed) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // Nobody listens any more once the server is ready.
            let _ = lines.send(line);
        }
    });
    let deadline = Instant::now() + PATIENCE;
    let mut welcome: Vec<String> = Vec::new();
    while !welcome.last().is_some_and(|line| line.starts_with("Link:")) {
        let left = deadline.saturating_duration_since(Instant::now());
        welcome.push(printed.recv_timeout(left).ok()?);
    }
    Some(welcome)
}

fn wait_bounded(child: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().expect("it was started here") {
            return status;
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            panic!("the server did not end");
        }
        thread::sleep(Duration::from_millis(10));
    }
}
