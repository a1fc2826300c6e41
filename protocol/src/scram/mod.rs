//! SCRAM-SHA-256 and SCRAM-SHA-256-PLUS: proving that one knows a password without saying it (RFC 5802, RFC 7677), bound to
//! the TLS connection that it is proved over (`tls-exporter`, RFC 9266).
//!
//! Owns both sides of the exchange as state machines: [`ServerStart`] → [`ServerExchange`] and [`ClientStart`] →
//! [`ClientExchange`], which take and give the bare messages; base 64 and lines are SASL's and IRC's. It draws no random
//! number: nonces and salts are handed in. [`Verifier`] is what a server keeps of a password.

mod client;
mod keys;
mod message;
mod server;
#[cfg(test)]
mod tests;

use std::fmt;

pub use client::{ClientExchange, ClientStart};
pub use keys::{Password, PasswordError, SALT_BYTES, SaltedKeys, Verifier, VerifierError};
pub use server::{ServerExchange, ServerStart};

/// The keying material that ties a sign-in to its TLS connection (RFC 9266, section 2).
pub type ChannelBinding = [u8; 32];

/// How the exchange is bound to the connection it runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// SCRAM-SHA-256. `offered` says whether the server offered -PLUS on this connection: then a client that could have
    /// used it and was kept from it is refused.
    None {
        /// Whether SCRAM-SHA-256-PLUS was offered.
        offered: bool,
    },
    /// SCRAM-SHA-256-PLUS over the connection with this keying material.
    TlsExporter(ChannelBinding),
}

/// The one channel binding type that is spoken here.
const TLS_EXPORTER: &str = "tls-exporter";

/// The fewest hashing rounds that are taken for a password at all (RFC 7677, section 4).
pub const LEAST_ITERATIONS: u32 = 4_096;

/// The most: enough for years to come, and no way to keep a machine busy for minutes.
pub const MOST_ITERATIONS: u32 = 10_000_000;

/// Why an exchange ends without success. None of it says whether the name or the password was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScramError {
    /// The other side's message is not what the specification allows here.
    BadMessage,
    /// The client binds another way, or not at all, or believes that the server cannot.
    BadBinding,
    /// The proof does not fit: a wrong name or password, or a connection that is not the one they think.
    BadProof,
    /// The server asks for fewer rounds than the client takes, or for more than anybody should.
    BadIterations,
}

impl fmt::Display for ScramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadMessage => "the sign-in message is malformed",
            Self::BadBinding => "the sign-in is not bound to this connection",
            Self::BadProof => "the proof does not fit",
            Self::BadIterations => "the number of hashing rounds is not acceptable",
        })
    }
}

impl std::error::Error for ScramError {}
