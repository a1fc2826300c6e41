//! The servers that are measured: how each is started, with nothing in its way, and ended.
//!
//! All get the same certificate and key, listen on this machine alone, and are ended by the process that was started.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use majlis_wire::{ClientTls, Identity, Trust};

use crate::client::Target;
use crate::process::Process;

/// How long a server may take to listen, and to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contestant {
    /// The kernel's own floor: a loop that writes the same bytes to everybody ([`floor`](crate::floor)). Without TLS.
    Floor,
    /// `majlis-server`.
    Majlis,
    /// `InspIRCd`, C++.
    Inspircd,
    /// `ngIRCd`, C.
    Ngircd,
}

impl Contestant {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Majlis, Self::Inspircd, Self::Ngircd, Self::Floor];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "kernel's floor",
            Self::Majlis => "Majlis",
            Self::Inspircd => "InspIRCd",
            Self::Ngircd => "ngIRCd",
        }
    }

    /// Whether it speaks TLS.
    pub fn has_tls(self) -> bool {
        self != Self::Floor
    }

    /// The program and its arguments; `folder` has its settings.
    fn command(self, programs: &Path, folder: &Path, plain: SocketAddr) -> Command {
        let (program, arguments): (PathBuf, Vec<String>) = match self {
            Self::Floor => (
                programs.join("majlis-bench"),
                vec!["floor".into(), "--listen".into(), plain.to_string()],
            ),
            Self::Majlis => (
                programs.join("majlis-server"),
                vec![
                    "--config".into(),
                    path(folder, "majlis.toml"),
                    "--data".into(),
                    path(folder, "data"),
                ],
            ),
            Self::Inspircd => (
                "inspircd".into(),
                // Where everybody is root of a root of their own, it would rather not start.
                vec![
                    "--nofork".into(),
                    "--nopid".into(),
                    "--runasroot".into(),
                    "--config".into(),
                    path(folder, "inspircd.conf"),
                ],
            ),
            Self::Ngircd => (
                "ngircd".into(),
                vec!["--nodaemon".into(), "--config".into(), path(folder, "ngircd.conf")],
            ),
        };
        let mut command = Command::new(program);
        command.args(arguments);
        command
    }

    /// The settings file, if it has one.
    fn settings(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Floor => None,
            Self::Majlis => Some(("majlis.toml", include_str!("majlis.toml"))),
            Self::Inspircd => Some(("inspircd.conf", include_str!("inspircd.conf"))),
            Self::Ngircd => Some(("ngircd.conf", include_str!("ngircd.conf"))),
        }
    }
}

/// A server at work; killed when this goes.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// Where it talks without TLS.
    plain: SocketAddr,
    /// Where it talks with TLS.
    encrypted: SocketAddr,
    identity: Identity,
}

impl Running {
    /// Starts a server in this folder, which is made where it is missing, and waits until it listens.
    ///
    /// `programs` is the folder of our own programs; the others are on the path.
    pub fn start(contestant: Contestant, programs: &Path, folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let folder = &folder.canonicalize()?;
        let identity =
            Identity::load_or_make(&folder.join("certificate.pem"), &folder.join("key.pem"), &[])
                .map_err(io::Error::other)?;
        let plain = free_port()?;
        let encrypted = if contestant == Contestant::Majlis { plain } else { free_port()? };
        if let Some((name, template)) = contestant.settings() {
            let settings = template
                .replace("@FOLDER@", &folder.display().to_string())
                .replace("@PLAIN@", &plain.port().to_string())
                .replace("@TLS@", &encrypted.port().to_string());
            fs::write(folder.join(name), settings)?;
        }
        let log = fs::File::create(folder.join("log.txt"))?;
        let child = contestant
            .command(programs, folder, plain)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("{} cannot be started: {error}", contestant.name()),
                )
            })?;
        let mut running = Self { child, plain, encrypted, identity };
        running.wait_until_it_listens(folder)?;
        Ok(running)
    }

    /// Where to connect, with TLS or without.
    pub fn target(&self, is_encrypted: bool) -> Target {
        let trust = Trust::Pinned(self.identity.fingerprint());
        if is_encrypted {
            Target { address: self.encrypted, tls: Some(ClientTls::new(trust, None)) }
        } else {
            Target { address: self.plain, tls: None }
        }
    }

    /// The process, for what it costs.
    pub fn process(&self) -> Process {
        Process::new(self.child.id())
    }

    fn wait_until_it_listens(&mut self, folder: &Path) -> io::Result<()> {
        let started = Instant::now();
        while TcpStream::connect(self.plain).is_err() {
            if started.elapsed() > PATIENCE || self.child.try_wait()?.is_some() {
                let log = fs::read_to_string(folder.join("log.txt")).unwrap_or_default();
                return Err(io::Error::other(format!("the server does not start: {log}")));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already has nothing to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

/// An address that nobody listens on.
fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_in_the_settings_is_filled() {
        for (_, template) in Contestant::ALL.into_iter().filter_map(Contestant::settings) {
            let filled =
                template.replace("@FOLDER@", "").replace("@PLAIN@", "").replace("@TLS@", "");
            let left = filled
                .lines()
                .filter(|line| !line.starts_with('#'))
                .find(|line| line.contains('@'));
            assert!(left.is_none_or(|line| line.contains("@localhost")), "{left:?}");
        }
    }
}
