//! The program's arguments and its settings file, and the validated settings made of them.
//!
//! [`Arguments`] is what clap reads and `--help` prints, `file` knows every setting of the TOML file, and [`Config`] is what
//! the rest of the server may rely on. Flags count more than the file. Nothing but that file is opened here.

mod arguments;
mod file;
mod page;
mod reader;
#[cfg(test)]
mod tests;
mod value;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::time::Duration;

use majlis_protocol::{Name, PLACE_NAME_MAX_BYTES};

pub use self::arguments::{Arguments, Command, Flags, Generated};
pub use self::page::settings_page;
use crate::event::span_text;
use crate::hub::HubSettings;
use crate::reactor::Doors;

/// The port that Majlis has always listened on.
pub const DEFAULT_PORT: u16 = 33000;

/// The most reactor threads that can be asked for.
const MAX_REACTORS: u64 = 64;

/// Settings that hold together.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; never empty.
    pub listen: Vec<SocketAddr>,
    /// Whether `listen` is our own choice, so that a machine without IPv6 may do with IPv4.
    pub listens_everywhere: bool,
    /// The data folder, where one was named.
    data: Option<PathBuf>,
    /// The files of certificate and key, where they are the operator's own.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// How many reactor threads, 1 to 64.
    pub reactors: u16,
    /// Whether the local network is told that the server is there.
    pub announces: bool,
    /// What the reactors need to know.
    pub doors: Doors,
    /// What the hub needs to know.
    pub hub: HubSettings,
}

/// Why there are no settings: a line for each problem, for the operator to read.
#[derive(Debug)]
pub struct ConfigError(Vec<String>);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the settings file, if one is named, and puts the flags over it.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let mut config = Self::usual();
        if let Some(path) = &flags.config {
            let text = read_file(path)?;
            file::apply(&mut config, &path.display().to_string(), &text)?;
        }
        config.apply(flags)?;
        if config.data.is_none() {
            return Err(problem(
                "No home folder is known; say where to keep the data with --data.",
            ));
        }
        Ok(config)
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        self.data.as_deref().expect("settings without a data folder are never given out")
    }

    /// How the settings are understood, a line for each, for the operator to read.
    pub fn summary(&self) -> Vec<String> {
        let listen: Vec<String> = self.listen.iter().map(ToString::to_string).collect();
        let is_open = self.doors.allow_plaintext;
        let hub = &self.hub;
        let kept = hub.limits.retention_ms.map(Duration::from_millis).map(span_text);
        let lines = vec![
            "The settings are in order.".to_owned(),
            format!("Name: {}, as {}", hub.network_name, hub.server_name),
            format!("Listening on: {}", listen.join(", ")),
            format!("Data: {}", self.data().display()),
            format!("Lobby: {}", hub.lobby.as_str()),
            format!("Without encryption: {}", if is_open { "everybody" } else { "this machine" }),
            format!("Announced on the network: {}", if self.announces { "yes" } else { "no" }),
            format!("What was said is kept: {}", kept.as_deref().unwrap_or("forever")),
            format!("Operators: {}", hub.operators.len()),
        ];
        [lines, file::limits(self)].concat()
    }

    /// The settings that `new` has otherwise and that cannot change while the server runs.
    pub fn fixed_changes(&self, new: &Self) -> Vec<&'static str> {
        let (limits, new_limits) = (&self.hub.limits, &new.hub.limits);
        let fixed = [
            ("listen", self.listen != new.listen),
            ("data", self.data != new.data),
            ("tls.certificate and tls.key", self.identity != new.identity),
            ("reactors", self.reactors != new.reactors),
            ("server_name", self.hub.server_name != new.hub.server_name),
            ("lobby", self.hub.lobby != new.hub.lobby),
            ("limits.connections", self.doors.connections != new.doors.connections),
            ("limits.sent_records", limits.sent_records != new_limits.sent_records),
            ("limits.sent_age", limits.sent_age_ms != new_limits.sent_age_ms),
        ];
        fixed.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
    }

    /// These settings with all changes that can be followed while the server runs.
    #[must_use]
    pub fn with_changes_of(&self, new: Self) -> Self {
        let mut followed = Self {
            listen: self.listen.clone(),
            listens_everywhere: self.listens_everywhere,
            data: self.data.clone(),
            identity: self.identity.clone(),
            reactors: self.reactors,
            ..new
        };
        followed.doors.connections = self.doors.connections;
        followed.hub.server_name.clone_from(&self.hub.server_name);
        followed.hub.lobby = self.hub.lobby.clone();
        followed.hub.limits.sent_records = self.hub.limits.sent_records;
        followed.hub.limits.sent_age_ms = self.hub.limits.sent_age_ms;
        followed
    }

    /// What counts where nobody says anything.
    fn usual() -> Self {
        let machine = machine_name();
        let mut doors = Doors::default();
        doors.web.hosts = vec![machine.clone(), format!("{machine}.local")];
        Self {
            listen: vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, DEFAULT_PORT))],
            listens_everywhere: true,
            data: default_data_folder(),
            identity: None,
            reactors: default_reactors(),
            announces: true,
            doors,
            hub: HubSettings { network_name: machine, ..HubSettings::default() },
        }
    }

    fn apply(&mut self, flags: &Flags) -> Result<(), ConfigError> {
        if !flags.listen.is_empty() {
            self.listen.clone_from(&flags.listen);
            self.listens_everywhere = false;
        }
        if let Some(data) = &flags.data {
            self.data = Some(data.clone());
        }
        self.doors.allow_plaintext |= flags.allow_plaintext;
        self.announces &= !flags.no_announce;
        if let Some(name) = &flags.name {
            self.hub.network_name = check_network_name(name)
                .map_err(|wanted| problem(&format!("--name wants {wanted}, not {name:?}.")))?;
        }
        if let Some(lobby) = &flags.lobby {
            self.hub.lobby = Name::room(lobby).map_err(|error| {
                problem(&format!("--lobby {lobby:?} cannot be a room: {error}"))
            })?;
        }
        if let Some(retention) = &flags.retention {
            self.hub.limits.retention_ms = file::parse_retention(retention).map_err(|wanted| {
                problem(&format!("--retention wants {wanted}, not {retention:?}."))
            })?;
        }
        self.reactors = flags.reactors.map_or(self.reactors, NonZeroU16::get).min(64);
        Ok(())
    }
}

fn problem(words: &str) -> ConfigError {
    ConfigError(vec![words.to_owned()])
}

fn read_file(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| {
        problem(&format!("The settings file {} cannot be read: {error}.", path.display()))
    })
}

/// The address to try where the machine has no IPv6.
pub fn ipv4_everywhere() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::UNSPECIFIED, DEFAULT_PORT))
}

/// What systemd gave the service, or a folder of the person who started the program.
fn default_data_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("STATE_DIRECTORY").filter(|folder| !folder.is_empty()) {
        return Some(folder.into());
    }
    directories::ProjectDirs::from("", "", "majlis-server")
        .map(|folders| folders.data_dir().to_path_buf())
}

fn default_reactors() -> u16 {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u16::try_from(processors.min(64)).expect("at most 64")
}

/// Most bytes that a place's name may have, so that it fits ISUPPORT's line beside the other tokens, and an announcement.
const NETWORK_NAME_MAX_BYTES: usize = PLACE_NAME_MAX_BYTES;

fn check_network_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    if name.is_empty() || name.len() > NETWORK_NAME_MAX_BYTES || name.contains(char::is_control) {
        return Err(format!("1 to {NETWORK_NAME_MAX_BYTES} bytes of text"));
    }
    Ok(name.to_owned())
}

/// The host name without its domain, or a neutral word where there is none of use.
fn machine_name() -> String {
    // A service in a cage sees only processes in /proc.
    let places = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let name = places.iter().find_map(|place| std::fs::read_to_string(place).ok());
    name.and_then(|name| name.trim().split('.').next().map(str::to_owned))
        .filter(|name| !name.is_empty() && name.len() <= NETWORK_NAME_MAX_BYTES)
        .unwrap_or_else(|| "Majlis".to_owned())
}
