//! Accounts, as they are kept, and the hashing of passwords.

use std::fmt;
use std::sync::Arc;

use majlis_protocol::Timestamp;
use majlis_protocol::scram::{Password, Verifier};
use majlis_wire::Fingerprint;

use super::RoomId;

/// One account's life, from its making to its end; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub u64);

/// An account as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its identity.
    pub id: AccountId,
    /// The registered name in its canonical spelling.
    pub name: String,
    /// When it was made.
    pub made: Timestamp,
    /// What is kept of its password.
    pub verifier: Arc<Verifier>,
    /// The keys of the devices that sign in by themselves, oldest first.
    pub devices: Vec<Fingerprint>,
}

/// Where two accounts' private messages are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// What its history hangs on; no room that anybody can name.
    pub room: RoomId,
    /// One of the two.
    pub one: AccountId,
    /// The other; the same where somebody writes to themselves.
    pub other: AccountId,
}

/// The SHA-256 of an invite code; the code itself is known only to whoever holds it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InviteHash(pub [u8; 32]);

impl InviteHash {
    /// All of it, in hexadecimal.
    pub fn to_hex(self) -> String {
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
    }

    /// Exactly what [`to_hex`](Self::to_hex) writes.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        for (at, byte) in hash.iter_mut().enumerate().filter(|_| is_hex) {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
        }
        is_hex.then_some(Self(hash))
    }
}

/// The first digits in hexadecimal, by which an operator names an invite.
impl fmt::Display for InviteHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for InviteHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InviteHash({self})")
    }
}

/// An invite that nobody has used yet: it makes one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// What tells its code.
    pub hash: InviteHash,
    /// When it was made.
    pub made: Timestamp,
    /// For whom, in the operator's words; possibly empty.
    pub note: String,
    /// The name that it is for alone, and which is for it alone.
    pub reserved: Option<Reserved>,
}

/// A name that waits for whoever has the invite's code, and signs in with it as with a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The account's name to be.
    pub name: String,
    /// What is kept of the code as its first password.
    pub verifier: Arc<Verifier>,
}

/// A password to be hashed by the workers; the answer is [`HubInput::Hashed`](super::HubInput::Hashed).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashJob {
    /// What was typed.
    pub password: Password,
    /// With which salt.
    pub salt: Box<[u8]>,
    /// How many times.
    pub iterations: u32,
}

impl HashJob {
    /// Does it: takes a tenth of a second and more.
    pub fn run(&self) -> Verifier {
        Verifier::derive(&self.password, &self.salt, self.iterations)
    }
}
