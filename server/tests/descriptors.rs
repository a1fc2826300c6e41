//! What the program does when it may open no further file: it goes on, and above all it still stops.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than any answer takes, short enough to wait for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running program, killed when this goes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(data: &std::path::Path, descriptors: u32) -> (Running, SocketAddr) {
    let script = format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_majlis-server")])
        .args(["--listen", "127.0.0.1:0", "--reactors", "1", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| line.unwrap().strip_prefix("Listening on ")?.parse().ok());
    std::thread::spawn(move || lines.count());
    (Running(child), address.unwrap())
}

/// Whether the caller is greeted in the plain room.
fn is_greeted(mut caller: &TcpStream) -> bool {
    caller.set_read_timeout(Some(PATIENCE)).unwrap();
    caller.read_exact(&mut [0; 9]).is_ok()
}

#[test]
fn full_server_takes_callers_again_and_can_be_stopped() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, address) = start(data.path(), 40);
    let mut callers: Vec<_> = (0..60).map(|_| TcpStream::connect(address).unwrap()).collect();
    assert!(is_greeted(&callers[0]));
    let waiting = callers.split_off(50);
    drop(callers);
    assert!(is_greeted(&waiting[9]), "whoever waited has their turn once others are gone");

    let _too_many: Vec<_> = (0..60).map(|_| TcpStream::connect(address).unwrap()).collect();
    let pid = server.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let start = Instant::now();
    while server.0.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < PATIENCE, "it does not stop");
        std::thread::sleep(Duration::from_millis(20));
    }
}
