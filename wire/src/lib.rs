//! A plain-or-TLS byte stream over a non-blocking socket, and the certificates and pins that go with it.
//!
//! What the server's reactor, the application's socket thread and the load generator share: [`Stream`] moves bytes,
//! [`Identity`] is a key with its certificate, [`Fingerprint`] is a key's name, [`Trust`] says whom a client believes.
//! Nothing here knows what the bytes mean.

mod certificate;
mod device;
mod fingerprint;
mod provider;
mod stream;
mod trust;

pub use certificate::{Identity, IdentityError};
pub use device::server_config;
pub use fingerprint::{BadCertificate, BadFingerprint, Fingerprint, WORD_COUNT};
pub use rustls::ServerConfig;
pub use stream::Stream;
pub use trust::{ClientTls, Trust, Verdict};
