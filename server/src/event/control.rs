//! What an operator asks of the server's accounts, by its subcommands: over the control socket, or of a folder at rest.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use majlis_protocol::scram::Verifier;

use super::{BanRequest, InviteHash, Reserved};

/// A question over the control socket; never used again within a run of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlId(pub u64);

/// What the operator gets to read: lines, or why it was not done.
pub type ControlReply = Result<Vec<String>, String>;

/// What an operator asks for.
///
/// On the wire it is one line, with tabs between its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlRequest {
    /// Make an account.
    AccountAdd {
        /// Its name.
        name: String,
        /// What to keep of its password.
        verifier: Arc<Verifier>,
    },
    /// Which accounts there are.
    AccountList,
    /// Give an account another password.
    AccountPassword {
        /// Whose.
        name: String,
        /// What to keep of it.
        verifier: Arc<Verifier>,
    },
    /// End an account.
    AccountRemove {
        /// Whose.
        name: String,
    },
    /// Make an invite, whose code the operator's program has drawn and keeps to itself.
    InviteNew {
        /// What tells the code.
        hash: InviteHash,
        /// For whom; one line.
        note: String,
        /// The one name that it makes an account of, where it is bound to one.
        reserved: Option<Reserved>,
    },
    /// Which invites were not used.
    InviteList,
    /// End an invite.
    InviteRevoke {
        /// The first digits of its hash, as the list shows them.
        id: String,
    },
    /// Which rooms there are.
    RoomList,
    /// End a room, and its history with it.
    RoomRemove {
        /// Its name.
        name: String,
    },
    /// Who is there.
    Who,
    /// Something about bans.
    Ban(BanRequest),
}

impl fmt::Display for ControlRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountAdd { name, verifier } => write!(f, "account add\t{name}\t{verifier}"),
            Self::AccountList => f.write_str("account list"),
            Self::AccountPassword { name, verifier } => {
                write!(f, "account passwd\t{name}\t{verifier}")
            }
            Self::AccountRemove { name } => write!(f, "account remove\t{name}"),
            Self::InviteNew { hash, note, reserved } => {
                write!(f, "invite new\t{}\t{note}", hash.to_hex())?;
                let reserved = reserved.as_ref();
                reserved
                    .map_or(Ok(()), |Reserved { name, verifier }| write!(f, "\t{name}\t{verifier}"))
            }
            Self::InviteList => f.write_str("invite list"),
            Self::InviteRevoke { id } => write!(f, "invite revoke\t{id}"),
            Self::RoomList => f.write_str("room list"),
            Self::RoomRemove { name } => write!(f, "room remove\t{name}"),
            Self::Who => f.write_str("who"),
            Self::Ban(BanRequest::Add { mask, span_ms, reason }) => {
                write!(f, "ban add\t{mask}\t{}\t{reason}", span_ms.unwrap_or(0))
            }
            Self::Ban(BanRequest::List) => f.write_str("ban list"),
            Self::Ban(BanRequest::Remove { mask }) => write!(f, "ban remove\t{mask}"),
        }
    }
}

/// The line is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadControlRequest;

impl FromStr for ControlRequest {
    type Err = BadControlRequest;

    fn from_str(line: &str) -> Result<Self, BadControlRequest> {
        let words: Vec<&str> = line.split('\t').collect();
        let verifier = |text: &str| text.parse().map(Arc::new).map_err(|_| BadControlRequest);
        Ok(match words[..] {
            ["account add", name, text] => {
                Self::AccountAdd { name: name.to_owned(), verifier: verifier(text)? }
            }
            ["account list"] => Self::AccountList,
            ["account passwd", name, text] => {
                Self::AccountPassword { name: name.to_owned(), verifier: verifier(text)? }
            }
            ["account remove", name] => Self::AccountRemove { name: name.to_owned() },
            ["invite new", hash, note, ref rest @ ..] => Self::InviteNew {
                hash: InviteHash::from_hex(hash).ok_or(BadControlRequest)?,
                note: note.to_owned(),
                reserved: match *rest {
                    [] => None,
                    [name, text] => {
                        Some(Reserved { name: name.to_owned(), verifier: verifier(text)? })
                    }
                    _ => return Err(BadControlRequest),
                },
            },
            ["invite list"] => Self::InviteList,
            ["invite revoke", id] => Self::InviteRevoke { id: id.to_owned() },
            ["room list"] => Self::RoomList,
            ["room remove", name] => Self::RoomRemove { name: name.to_owned() },
            ["who"] => Self::Who,
            ["ban add", mask, span_ms, reason] => {
                let span_ms: u64 = span_ms.parse().map_err(|_| BadControlRequest)?;
                let span_ms = Some(span_ms).filter(|span_ms| *span_ms > 0);
                let (mask, reason) = (mask.to_owned(), reason.to_owned());
                Self::Ban(BanRequest::Add { mask, span_ms, reason })
            }
            ["ban list"] => Self::Ban(BanRequest::List),
            ["ban remove", mask] => Self::Ban(BanRequest::Remove { mask: mask.to_owned() }),
            _ => return Err(BadControlRequest),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_as_they_are_written() {
        let verifier = Arc::new(Verifier::decoy(b"test", "ana", 4096));
        let name = "هبة_سليم".to_owned();
        for request in [
            ControlRequest::AccountAdd { name: name.clone(), verifier: verifier.clone() },
            ControlRequest::AccountList,
            ControlRequest::AccountPassword { name: name.clone(), verifier: verifier.clone() },
            ControlRequest::InviteNew {
                hash: InviteHash([0xA5; 32]),
                note: String::new(),
                reserved: Some(Reserved { name: name.clone(), verifier }),
            },
            ControlRequest::AccountRemove { name },
            ControlRequest::InviteNew {
                hash: InviteHash([0xA5; 32]),
                note: "for you".to_owned(),
                reserved: None,
            },
            ControlRequest::InviteNew {
                hash: InviteHash([0; 32]),
                note: String::new(),
                reserved: None,
            },
            ControlRequest::InviteList,
            ControlRequest::InviteRevoke { id: "a5a5a5a5".to_owned() },
            ControlRequest::RoomList,
            ControlRequest::RoomRemove { name: "#مجلس".to_owned() },
            ControlRequest::Who,
            ControlRequest::Ban(BanRequest::Add {
                mask: "192.0.2.0/24".to_owned(),
                span_ms: Some(5),
                reason: "for a while".to_owned(),
            }),
            ControlRequest::Ban(BanRequest::Add {
                mask: "نور*".to_owned(),
                span_ms: None,
                reason: String::new(),
            }),
            ControlRequest::Ban(BanRequest::List),
            ControlRequest::Ban(BanRequest::Remove { mask: "$a:ana".to_owned() }),
        ] {
            assert_eq!(request.to_string().parse(), Ok(request));
        }
    }

    #[test]
    fn other_lines_are_refused() {
        for line in [
            "",
            "account",
            "account list\t",
            "account add\tana\tx",
            "invite new\tzz\t",
            "ban add\tx\tsoon\t",
            "\t",
        ] {
            assert_eq!(line.parse::<ControlRequest>(), Err(BadControlRequest), "{line:?}");
        }
    }
}
