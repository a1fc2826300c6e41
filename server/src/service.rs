//! What systemd and the program tell each other: that it is ready, alive, or stopping, and sockets that were opened for it.
//!
//! Without systemd nothing of this does anything (`sd_notify(3)`, `sd_listen_fds(3)`).

use std::io;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use listenfd::ListenFd;
use rustix::time::{ClockId, clock_gettime};

/// Where news of the service go.
#[derive(Debug)]
pub struct Service {
    socket: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

impl Service {
    /// What the environment says of the service manager; nobody, where it says nothing.
    pub fn from_environment() -> Self {
        let socket = std::env::var_os("NOTIFY_SOCKET").and_then(|path| {
            let address = address(path.as_bytes());
            let opened = address.and_then(|address| Ok((UnixDatagram::unbound()?, address)));
            opened
                .inspect_err(
                    |error| tracing::warn!(%error, "the service manager cannot be told anything"),
                )
                .ok()
        });
        let number =
            |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let is_for_us =
            number("WATCHDOG_PID").is_none_or(|process| process == u64::from(std::process::id()));
        let watchdog = number("WATCHDOG_USEC").filter(|micros| is_for_us && *micros > 0);
        Self { socket, watchdog: watchdog.map(Duration::from_micros) }
    }

    /// How often a sign of life is due: half of the time after which the manager gives up.
    pub fn watchdog_interval(&self) -> Option<Duration> {
        self.watchdog.filter(|_| self.socket.is_some()).map(|patience| patience / 2)
    }

    /// People are let in from now on.
    pub fn tell_ready(&self, status: &str) {
        self.tell(&format!("READY=1\nSTATUS={status}"));
    }

    /// The settings are being read again; [`tell_ready`](Self::tell_ready) says when that is done.
    pub fn tell_reloading(&self) {
        let now = clock_gettime(ClockId::Monotonic);
        let micros = now.tv_sec * 1_000_000 + now.tv_nsec / 1_000;
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={micros}"));
    }

    /// It is still alive.
    pub fn tell_alive(&self) {
        self.tell("WATCHDOG=1");
    }

    /// It says goodbye to everybody.
    pub fn tell_stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=Saying goodbye");
    }

    fn tell(&self, news: &str) {
        let Some((socket, address)) = &self.socket else { return };
        if let Err(error) = socket.send_to_addr(news.as_bytes(), address) {
            tracing::warn!(%error, "the service manager cannot be told anything");
        }
    }
}

/// A path, or with `@` before it a name that is in no folder.
fn address(path: &[u8]) -> io::Result<SocketAddr> {
    match path.strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(std::ffi::OsStr::from_bytes(path)),
    }
}

/// The sockets that the service manager listens on for this program; none where it does not.
///
/// To be called once, and before there are threads: it takes them out of the environment.
pub fn inherited_sockets() -> io::Result<Vec<TcpListener>> {
    let mut given = ListenFd::from_env();
    (0..given.len()).filter_map(|index| given.take_tcp_listener(index).transpose()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_reach_a_socket_in_a_folder_and_one_that_is_in_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let abstract_name = format!("majlis-test-{}", std::process::id());
        let places = [
            (UnixDatagram::bind(&path).unwrap(), path.as_os_str().as_bytes().to_vec()),
            (
                UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&abstract_name).unwrap())
                    .unwrap(),
                format!("@{abstract_name}").into_bytes(),
            ),
        ];
        for (manager, path) in places {
            let socket = Some((UnixDatagram::unbound().unwrap(), address(&path).unwrap()));
            let service = Service { socket, watchdog: Some(Duration::from_secs(30)) };
            assert_eq!(service.watchdog_interval(), Some(Duration::from_secs(15)));
            service.tell_ready("Serving");
            service.tell_reloading();
            service.tell_alive();
            service.tell_stopping();
            let heard = || {
                let mut bytes = [0; 200];
                let count = manager.recv(&mut bytes).unwrap();
                String::from_utf8(bytes[..count].to_vec()).unwrap()
            };
            assert_eq!(heard(), "READY=1\nSTATUS=Serving");
            assert!(heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
            assert_eq!(heard(), "WATCHDOG=1");
            assert!(heard().starts_with("STOPPING=1\n"));
        }
    }

    #[test]
    fn without_a_manager_nothing_is_due() {
        let service = Service { socket: None, watchdog: Some(Duration::from_secs(1)) };
        assert_eq!(service.watchdog_interval(), None);
        service.tell_ready("Serving");
    }
}
