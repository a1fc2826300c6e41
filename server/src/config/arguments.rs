//! The program's arguments, as clap reads them and `--help` prints them.

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::log::LogFormat;
use crate::operator::{
    AccountCommand, BackupCommand, BanCommand, ExportCommand, InviteCommand, RestoreCommand,
    RoomCommand,
};

/// Chat for the people on one network.
///
/// Started without arguments, it listens on port 33000 of every address of this machine, keeps its data in one folder, and
/// prints how to join. The Majlis application, any IRC program, and on this machine `nc localhost 33000` come in by the
/// same port.
#[derive(Debug, Parser)]
#[command(name = "majlis-server", version, max_term_width = 100)]
pub struct Arguments {
    /// What else to do than to serve.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The everyday settings.
    #[command(flatten)]
    pub flags: Flags,
}

/// What the program does other than serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Read the settings, report what is wrong with them, and start nothing.
    Check,
    /// Read a password from standard input and print what to write for it into the settings.
    HashPassword,
    /// Make, list and end accounts, of a server at work or of its folder at rest.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Make, list and end the codes by which people make accounts.
    #[command(subcommand)]
    Invite(InviteCommand),
    /// Ban people from the server, list bans and lift them.
    #[command(subcommand)]
    Ban(BanCommand),
    /// List and end rooms, of a server at work or of its folder at rest.
    #[command(subcommand)]
    Room(RoomCommand),
    /// Tell who is there: name, account, sessions, since when, rooms.
    Who,
    /// Copy everything into a new folder, also while the server runs.
    Backup(BackupCommand),
    /// Make the data folder what it was when a backup was made; the server is stopped.
    Restore(RestoreCommand),
    /// Write the manual, completions for shells, or the page of all settings; for packages.
    #[command(subcommand, hide = true)]
    Generate(Generated),
    /// Write what was said as lines of JSON, also while the server runs.
    Export(ExportCommand),
}

/// What the program can tell of itself.
#[derive(Clone, Debug, Subcommand)]
pub enum Generated {
    /// A manual page for each command, into this folder.
    Man {
        /// It is made if it is not there.
        folder: PathBuf,
    },
    /// Completions for bash, fish and zsh, into this folder.
    Completions {
        /// It is made if it is not there.
        folder: PathBuf,
    },
    /// Every setting of the file, in Markdown, to standard output.
    Settings,
}

/// The everyday settings; each counts more than the file's.
#[derive(Clone, Debug, Default, Args)]
pub struct Flags {
    /// Read settings from this TOML file.
    #[arg(long, value_name = "FILE", env = "MAJLIS_CONFIG", global = true)]
    pub config: Option<PathBuf>,

    /// Listen here instead of on port 33000 of every address.
    ///
    /// May be given several times. Port 0 takes any free port; which one is printed.
    #[arg(long, value_name = "ADDRESS:PORT", global = true)]
    pub listen: Vec<SocketAddr>,

    /// Keep everything in this folder: the history, the key, the certificate.
    ///
    /// It is made if it is not there. Two servers cannot share one.
    #[arg(long, value_name = "DIR", env = "MAJLIS_DATA", global = true)]
    pub data: Option<PathBuf>,

    /// Let people on the network talk without encryption.
    ///
    /// Without this, IRC without TLS and the plain room (nc, telnet) are for this machine only.
    #[arg(long, global = true)]
    pub allow_plaintext: bool,

    /// Do not tell the local network (by mDNS) that this server is there.
    ///
    /// People then need its address, or an invitation.
    #[arg(long, global = true)]
    pub no_announce: bool,

    /// What people see this place called. [default: the name of this machine]
    #[arg(long, value_name = "NAME", global = true)]
    pub name: Option<String>,

    /// The room where everybody arrives. [default: #lobby]
    #[arg(long, value_name = "ROOM", global = true)]
    pub lobby: Option<String>,

    /// How many threads serve connections. [default: one for each processor]
    #[arg(long, value_name = "COUNT", global = true)]
    pub reactors: Option<NonZeroU16>,

    /// How the log on standard error is written; `RUST_LOG` says how much of it.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, global = true)]
    pub log_format: LogFormat,

    /// Forget what was said longer ago than this, as in 90d. [default: forever]
    #[arg(long, value_name = "TIME", global = true)]
    pub retention: Option<String>,
}
