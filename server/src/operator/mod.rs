//! The operator's subcommands: of a server at work, or of its folder at rest.
//!
//! Owns what they look like, reading a password from standard input, and drawing an invite's code. Passwords are hashed
//! here, and only what is kept of them leaves this process.

mod keeping;
mod password;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Subcommand;
use majlis_protocol::Timestamp;
use majlis_protocol::scram::{Password, PasswordError, SALT_BYTES, Verifier};
use majlis_wire::IdentityError;

pub use self::keeping::{BackupCommand, ExportCommand, RestoreCommand};
use self::password::read_password;
use crate::control;
use crate::event::{BanRequest, ControlReply, ControlRequest, Reserved, parse_span};
use crate::hub::{self, invite_hash};
use crate::store::{ExportError, Store, StoreError};

/// What can be done to accounts.
#[derive(Clone, Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account; its password is read from standard input.
    Add {
        /// The name.
        name: String,
    },
    /// Tell each account's name, when it was made, and how many devices sign in to it by themselves.
    List,
    /// Give an account another password, read from standard input. Its devices have to sign in with it.
    Passwd {
        /// Whose.
        name: String,
    },
    /// End an account. Its name is anybody's from then on.
    Remove {
        /// Whose.
        name: String,
    },
}

/// What can be done to invites.
#[derive(Clone, Debug, Subcommand)]
pub enum InviteCommand {
    /// Make a code that makes one account, and print it.
    New {
        /// For whom, to know it again in the list.
        #[arg(default_value = "")]
        note: String,
        /// The one name that the code makes an account of; it is kept for it, and the code is its first password.
        #[arg(long)]
        name: Option<String>,
    },
    /// Tell the invites that were not used yet, and the names that they are for alone. Their codes are known to whoever has them.
    List,
    /// End an invite.
    Revoke {
        /// The first word of its line in the list.
        id: String,
    },
}

/// What can be done to rooms.
#[derive(Clone, Debug, Subcommand)]
pub enum RoomCommand {
    /// Tell each room's name, when it was made, how many people are in it, and whether it outlives them.
    List,
    /// End a room and forget what was said there. Whoever is in it is put out.
    Remove {
        /// Its name, with `#` (in quotes, since shells take that for a comment).
        name: String,
    },
}

/// What can be done to bans from the server.
#[derive(Clone, Debug, Subcommand)]
pub enum BanCommand {
    /// Let somebody in no more, and end their connections. This machine's own addresses are never banned.
    Add {
        /// A name with * and ?, an account as in '$a:name', an address, or a range as in 192.0.2.0/24.
        mask: String,
        /// What they are told.
        #[arg(default_value = "")]
        reason: String,
        /// For how long, as in 36h or 7d. [default: until it is lifted]
        #[arg(long = "for", value_name = "TIME", value_parser = parse_ban_span)]
        span: Option<Duration>,
    },
    /// Tell each ban's mask, when it was set, until when it is, who set it, and why.
    List,
    /// Lift a ban.
    Remove {
        /// The first word of its line in the list.
        mask: String,
    },
}

fn parse_ban_span(text: &str) -> Result<Duration, String> {
    let span = parse_span(text).filter(|span| !span.is_zero());
    span.ok_or_else(|| "a time is wanted, as in 36h or 7d".to_owned())
}

/// Why a subcommand did not do what it should; the words are for the operator.
#[derive(Debug)]
pub enum OperatorError {
    /// The password cannot be one.
    Password(PasswordError),
    /// The server, or the rules, say no.
    Refused(String),
    /// The folder cannot be used.
    Store(StoreError),
    /// Certificate or key of a backup.
    Identity(IdentityError),
    /// What was said cannot be written out.
    Export(ExportError),
    /// A file that is to be made cannot be.
    File(PathBuf, io::Error),
    /// Standard input, the control socket, or the system's random numbers.
    System(io::Error),
}

impl fmt::Display for OperatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password(why) => write!(f, "Nothing was done: {why}."),
            Self::Refused(words) => f.write_str(words),
            Self::Store(error) => error.fmt(f),
            Self::Identity(error) => error.fmt(f),
            Self::Export(error) => error.fmt(f),
            Self::File(path, error) => {
                write!(f, "{} cannot be made: {error}. Name another file.", path.display())
            }
            Self::System(error) => write!(f, "The server cannot be asked: {error}."),
        }
    }
}

impl std::error::Error for OperatorError {}

impl From<io::Error> for OperatorError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl AccountCommand {
    /// Does it to the accounts in a data folder; what to print. New passwords are hashed so many times.
    pub fn run(self, folder: &Path, iterations: u32) -> Result<Vec<String>, OperatorError> {
        let request = match self {
            Self::Add { name } => {
                ControlRequest::AccountAdd { name, verifier: read_verifier(iterations)? }
            }
            Self::List => ControlRequest::AccountList,
            Self::Passwd { name } => {
                ControlRequest::AccountPassword { name, verifier: read_verifier(iterations)? }
            }
            Self::Remove { name } => ControlRequest::AccountRemove { name },
        };
        ask(folder, request)
    }
}

impl InviteCommand {
    /// Does it to the invites in a data folder; what to print. A code that is a password is hashed so many times.
    pub fn run(self, folder: &Path, iterations: u32) -> Result<Vec<String>, OperatorError> {
        match self {
            Self::New { note, name } => {
                let code = new_code()?;
                let note = one_line(&note);
                let hash = invite_hash(&code);
                let reserve = |name: String| {
                    let verifier = verifier_of(&code, iterations)?;
                    Ok::<_, OperatorError>(Reserved { name: one_line(&name), verifier })
                };
                let reserved = name.map(reserve).transpose()?;
                ask(folder, ControlRequest::InviteNew { hash, note, reserved })?;
                Ok(vec![code])
            }
            Self::List => ask(folder, ControlRequest::InviteList),
            Self::Revoke { id } => ask(folder, ControlRequest::InviteRevoke { id }),
        }
    }
}

impl RoomCommand {
    /// Does it to the rooms in a data folder; what to print.
    pub fn run(self, folder: &Path) -> Result<Vec<String>, OperatorError> {
        let request = match self {
            Self::List => ControlRequest::RoomList,
            Self::Remove { name } => ControlRequest::RoomRemove { name },
        };
        ask(folder, request)
    }
}

/// A line for each person who is there; what to print.
pub fn who(folder: &Path) -> Result<Vec<String>, OperatorError> {
    ask(folder, ControlRequest::Who)
}

impl BanCommand {
    /// Does it to the bans in a data folder; what to print.
    pub fn run(self, folder: &Path) -> Result<Vec<String>, OperatorError> {
        let request = match self {
            Self::Add { mask, reason, span } => BanRequest::Add {
                mask: one_line(&mask),
                span_ms: span.map(|span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX)),
                reason: one_line(&reason),
            },
            Self::List => BanRequest::List,
            Self::Remove { mask } => BanRequest::Remove { mask: one_line(&mask) },
        };
        ask(folder, ControlRequest::Ban(request))
    }
}

/// Hashes what standard input has on its first line, so many times.
pub fn read_verifier(iterations: u32) -> Result<Arc<Verifier>, OperatorError> {
    verifier_of(&read_password()?, iterations)
}

/// What stands in a request has no line's end and no tab in it.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn verifier_of(password: &str, iterations: u32) -> Result<Arc<Verifier>, OperatorError> {
    let password = Password::new(password).map_err(OperatorError::Password)?;
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(io::Error::from)?;
    Ok(Verifier::derive(&password, &salt, iterations).into())
}

/// Letters and digits that are hard to mistake for each other.
const CODE_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 100 bits in four groups of five.
fn new_code() -> io::Result<String> {
    let mut random = [0; 20];
    getrandom::fill(&mut random).map_err(io::Error::from)?;
    let groups = random.chunks(5).map(|group| {
        let digits = group.iter().map(|byte| char::from(CODE_ALPHABET[usize::from(byte & 31)]));
        digits.collect::<String>()
    });
    Ok(groups.collect::<Vec<_>>().join("-"))
}

/// Asks the server at work, or does it to the folder itself where there is none.
fn ask(folder: &Path, request: ControlRequest) -> Result<Vec<String>, OperatorError> {
    let reply = match control::call(folder, &request)? {
        Some(reply) => reply,
        None => at_rest(folder, request).map_err(OperatorError::Store)?,
    };
    reply.map_err(OperatorError::Refused)
}

fn at_rest(folder: &Path, request: ControlRequest) -> Result<ControlReply, StoreError> {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX));
    let (mut store, restored) = Store::open(folder)?;
    let (reply, write) = hub::control_at_rest(restored, request, now);
    store.commit_batch(write.as_slice())?;
    // What is told to be gone is gone then; nobody waits here.
    while write.is_some() && store.forget_more()? {}
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_long_and_never_the_same() {
        let codes: HashSet<String> = (0..100).map(|_| new_code().unwrap()).collect();
        assert_eq!(codes.len(), 100);
        for code in codes {
            assert_eq!(code.len(), 23);
            let bare = code.replace('-', "").to_ascii_lowercase();
            assert_eq!(invite_hash(&code), invite_hash(&bare), "case and hyphens do not matter");
        }
    }
}
