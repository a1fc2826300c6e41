//! Servers that nobody here wrote, as real processes on ports that were free.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use majlis_wire::Identity;
use tempfile::TempDir;

use super::super::house::config;
use crate::irc::NetworkConfig;

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);
/// What `./dev` sets where all programs are that tests need.
const COMPLETE: &str = "MAJLIS_INSIDE_ROOT";

/// The modules by which `InspIRCd` knows the extensions that the application uses, but for labels.
const EXTENSIONS: &[&str] = &[
    "cap",
    "ircv3",
    "ircv3_accounttag",
    "ircv3_batch",
    "ircv3_capnotify",
    "ircv3_ctctags",
    "ircv3_echomessage",
    "ircv3_msgid",
    "ircv3_servertime",
    "monitor",
    "muteban",
];

/// What is talked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `InspIRCd` with all extensions.
    Inspircd,
    /// The same with echoes but no labels.
    InspircdWithoutLabels,
    /// `InspIRCd` without any extension, so that it does not even know `CAP`.
    BareInspircd,
    /// `ngIRCd`.
    Ngircd,
}

impl Kind {
    fn program(self) -> &'static str {
        if self == Self::Ngircd { "ngircd" } else { "inspircd" }
    }

    fn modules(self) -> Vec<&'static str> {
        match self {
            Self::Inspircd => [EXTENSIONS, &["ircv3_labeledresponse"]].concat(),
            Self::InspircdWithoutLabels => EXTENSIONS.to_vec(),
            Self::BareInspircd | Self::Ngircd => Vec::new(),
        }
    }

    fn template(self) -> &'static str {
        if self == Self::Ngircd {
            include_str!("ngircd.conf")
        } else {
            include_str!("inspircd.conf")
        }
    }

    fn command(self) -> Command {
        let mut command = Command::new(self.program());
        if self == Self::Ngircd {
            command.arg("--nodaemon");
        } else {
            // Where everybody is root of a root of their own, it would rather not start.
            command.args(["--nofork", "--nopid", "--runasroot"]);
        }
        command
    }

    /// Whether the program is there. Where it is not, that is said past the harness, which keeps what a test prints to
    /// itself; and where `./dev` has brought all that tests need, it is a failure.
    pub(super) fn is_here(self) -> bool {
        let mut command = self.command();
        let found = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        let is_missing = found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if is_missing {
            let words = format!("NOT TESTED: {} is not on this machine", self.program());
            assert!(std::env::var_os(COMPLETE).is_none(), "{words}");
            writeln!(io::stderr(), "{words}; ./dev test has it").expect("somebody listens");
        }
        !is_missing
    }
}

/// A server at work; ended when this goes.
#[derive(Debug)]
pub(super) struct Server {
    kind: Kind,
    plain: SocketAddr,
    encrypted: SocketAddr,
    identity: Identity,
    folder: TempDir,
    child: Child,
}

impl Server {
    pub(super) fn start(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let path = |name| folder.path().join(name);
        let identity = Identity::load_or_make(&path("certificate.pem"), &path("key.pem"), &[])
            .expect("the folder takes a new key");
        let (plain, encrypted) = (free_port(), free_port());
        let modules = kind.modules().into_iter().map(|name| format!("<module name=\"{name}\">"));
        let settings = kind
            .template()
            .replace("@MODULES@", &modules.collect::<Vec<_>>().join("\n"))
            .replace("@FOLDER@", &folder.path().display().to_string())
            .replace("@PLAIN@", &plain.port().to_string())
            .replace("@TLS@", &encrypted.port().to_string());
        fs::write(path("settings.conf"), settings).expect("the folder takes a file");
        let child = spawn(kind, &folder);
        let mut server = Self { kind, plain, encrypted, identity, folder, child };
        server.wait_until_it_listens();
        server
    }

    /// Where to connect, with TLS or without, as somebody of this name.
    pub(super) fn config(&self, display_name: &str, encrypt: bool) -> NetworkConfig {
        let address = if encrypt { self.encrypted } else { self.plain };
        NetworkConfig {
            encrypt,
            pin: encrypt.then(|| self.identity.fingerprint()),
            display_name: display_name.to_owned(),
            ..config(address)
        }
    }

    /// Ends it as a power cut would.
    pub(super) fn kill(&mut self) {
        // One that has ended already has nothing to be killed.
        let _ = self.child.kill();
        self.child.wait().expect("it is a child of ours");
    }

    /// Starts it again after that, where it was.
    pub(super) fn start_again(&mut self) {
        self.child = spawn(self.kind, &self.folder);
        self.wait_until_it_listens();
    }

    fn wait_until_it_listens(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(self.encrypted).is_err() {
            let has_ended = self.child.try_wait().expect("it is a child of ours").is_some();
            if has_ended || Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                panic!("{:?} does not start: {log}", self.kind);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(kind: Kind, folder: &TempDir) -> Child {
    let log = File::create(folder.path().join("log")).expect("the folder takes a file");
    let output = log.try_clone().expect("a file can be had twice");
    kind.command()
        .arg("--config")
        .arg(folder.path().join("settings.conf"))
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(log)
        .spawn()
        .expect("it was looked whether the program is here")
}

/// A port of this machine that nobody listens on.
fn free_port() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("this machine has ports");
    listener.local_addr().expect("the listener is bound")
}
