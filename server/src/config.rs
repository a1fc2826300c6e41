//! The program's arguments, and the validated settings made of them.
//!
//! [`Arguments`] is what clap reads and `--help` prints; [`Config`] is what the rest of the server may rely on. Nothing is
//! opened here.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use majlis_protocol::Name;

use crate::operator::{AccountCommand, InviteCommand};

/// The port that Majlis has always listened on.
pub const DEFAULT_PORT: u16 = 33000;

/// The room that everybody finds, unless the operator names another.
pub const DEFAULT_LOBBY: &str = "#lobby";

/// The most reactor threads that can be asked for.
const MAX_REACTORS: usize = 64;

/// Chat for the people on one network.
///
/// Started without arguments, it listens on port 33000 of every address of this machine, keeps its data in one folder, and
/// prints how to join. The Majlis application, any IRC program, and on this machine `nc localhost 33000` come in by the
/// same port.
#[derive(Debug, Parser)]
#[command(name = "majlis-server", version, max_term_width = 100)]
pub struct Arguments {
    /// What to do other than serving.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Listen here instead of on port 33000 of every address.
    ///
    /// May be given several times. Port 0 takes any free port; which one is printed.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Vec<SocketAddr>,

    /// Keep everything in this folder: the history, the key, the certificate.
    ///
    /// It is made if it is not there. Two servers cannot share one.
    #[arg(long, value_name = "DIR", env = "MAJLIS_DATA", global = true)]
    pub data: Option<PathBuf>,

    /// Let people on the network talk without encryption.
    ///
    /// Without this, IRC without TLS and the plain room (nc, telnet) are for this machine only.
    #[arg(long)]
    pub allow_plaintext: bool,

    /// What people see this place called. [default: the name of this machine]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// The room where everybody arrives.
    #[arg(long, value_name = "ROOM", default_value = DEFAULT_LOBBY)]
    pub lobby: String,

    /// How many threads serve connections. [default: one for each processor]
    #[arg(long, value_name = "COUNT")]
    pub reactors: Option<NonZeroU16>,
}

/// What the program does other than serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Make, list and end accounts, of a server at work or of its folder at rest.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Make, list and end the codes by which people make accounts.
    #[command(subcommand)]
    Invite(InviteCommand),
}

/// Settings that hold together.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; never empty.
    pub listen: Vec<SocketAddr>,
    /// Whether `listen` is our own choice, so that a machine without IPv6 may do with IPv4.
    pub listens_everywhere: bool,
    /// The data folder.
    pub data: PathBuf,
    /// Whether the network may talk without encryption.
    pub allow_plaintext: bool,
    /// What people see this place called.
    pub network_name: String,
    /// The room where everybody arrives.
    pub lobby: Name,
    /// How many reactor threads, 1 to 64.
    pub reactors: u16,
}

/// Why the arguments do not make settings; the words are for the operator.
#[derive(Debug)]
pub struct ConfigError(String);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl TryFrom<Arguments> for Config {
    type Error = ConfigError;

    fn try_from(arguments: Arguments) -> Result<Self, ConfigError> {
        let listens_everywhere = arguments.listen.is_empty();
        let listen = if listens_everywhere {
            vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, DEFAULT_PORT))]
        } else {
            arguments.listen
        };
        Ok(Self {
            listen,
            listens_everywhere,
            data: arguments.data.or_else(default_data_folder).ok_or_else(|| {
                ConfigError(
                    "No home folder is known; say where to keep the data with --data.".into(),
                )
            })?,
            allow_plaintext: arguments.allow_plaintext,
            network_name: network_name(arguments.name)?,
            lobby: Name::room(&arguments.lobby).map_err(|error| {
                ConfigError(format!("--lobby {:?} cannot be a room: {error}", arguments.lobby))
            })?,
            reactors: arguments.reactors.map_or_else(default_reactors, NonZeroU16::get).min(64),
        })
    }
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
    u16::try_from(processors.min(MAX_REACTORS)).expect("at most 64")
}

/// Most bytes that a place's name may have, so that it fits ISUPPORT's line beside the other tokens.
const NETWORK_NAME_MAX_BYTES: usize = 60;

fn network_name(asked: Option<String>) -> Result<String, ConfigError> {
    let name = match asked {
        Some(name) => name.trim().to_owned(),
        None => machine_name(),
    };
    if name.is_empty() || name.len() > NETWORK_NAME_MAX_BYTES || name.contains(char::is_control) {
        return Err(ConfigError(format!(
            "--name wants 1 to {NETWORK_NAME_MAX_BYTES} bytes of text; {name:?} is not that."
        )));
    }
    Ok(name)
}

/// The host name without its domain, or a neutral word where there is none of use.
fn machine_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .and_then(|name| name.trim().split('.').next().map(str::to_owned))
        .filter(|name| !name.is_empty() && name.len() <= NETWORK_NAME_MAX_BYTES)
        .unwrap_or_else(|| "Majlis".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(arguments: &[&str]) -> Result<Config, ConfigError> {
        let all = ["majlis-server", "--data", "/nowhere"].iter().chain(arguments);
        Arguments::parse_from(all).try_into()
    }

    #[test]
    fn without_arguments_everything_has_a_value() {
        let config = config(&[]).unwrap();
        assert_eq!(config.listen, [SocketAddr::from((Ipv6Addr::UNSPECIFIED, 33000))]);
        assert!(config.listens_everywhere && !config.allow_plaintext);
        assert_eq!(config.lobby.as_str(), "#lobby");
        assert!((1..=64).contains(&config.reactors));
        assert!(!config.network_name.is_empty());
    }

    #[test]
    fn addresses_may_repeat_and_replace_the_default() {
        let config = config(&["--listen", "127.0.0.1:0", "--listen", "[::1]:5"]).unwrap();
        assert_eq!(config.listen.len(), 2);
        assert!(!config.listens_everywhere);
    }

    #[test]
    fn what_cannot_be_is_said() {
        assert!(config(&["--lobby", "no hash"]).unwrap_err().to_string().contains("--lobby"));
        assert!(config(&["--name", "  "]).unwrap_err().to_string().contains("--name"));
        assert!(config(&["--name", &"x".repeat(60)]).is_ok());
        assert!(config(&["--name", &"x".repeat(61)]).is_err());
    }

    #[test]
    fn the_arguments_are_well_formed() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
