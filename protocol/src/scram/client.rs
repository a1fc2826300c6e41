//! The client's side.

use super::keys::{Key, Password, SaltedKeys, hash, is_equal, mac, xor};
use super::message::{ServerFirst, encode_name, is_nonce, parse_server_final};
use super::{Binding, ScramError, TLS_EXPORTER};
use crate::base64;

/// A client has named itself.
#[derive(Debug)]
pub struct ClientStart {
    header: String,
    bare: String,
    nonce: String,
    binding: Vec<u8>,
    least_iterations: u32,
}

/// The client has proved itself; next the server does.
#[derive(Debug)]
pub struct ClientExchange {
    server_signature: Key,
}

impl ClientStart {
    /// Begins for a name. `nonce` is never to be used again: printable ASCII without commas. A server that asks for fewer
    /// rounds than `least_iterations` is refused: it may be somebody in the middle who wants a cheap hash to guess at.
    ///
    /// With [`Binding::None`], `offered` says that the server offered -PLUS and this client cannot; where the client could
    /// and nothing was offered, it says so, for a server that knows better.
    pub fn new(username: &str, nonce: &str, binding: Binding, least_iterations: u32) -> Self {
        debug_assert!(is_nonce(nonce), "a client's nonce is its own to choose rightly");
        let (header, material): (_, &[u8]) = match &binding {
            Binding::None { offered: true } => ("n,,".to_owned(), &[]),
            Binding::None { offered: false } => ("y,,".to_owned(), &[]),
            Binding::TlsExporter(material) => (format!("p={TLS_EXPORTER},,"), material),
        };
        Self {
            binding: [header.as_bytes(), material].concat(),
            header,
            bare: format!("n={},r={nonce}", encode_name(username)),
            nonce: nonce.to_owned(),
            least_iterations,
        }
    }

    /// The client's first message.
    pub fn message(&self) -> String {
        format!("{}{}", self.header, self.bare)
    }

    /// Reads the server's first message and gives the client's last. Hashes, so it takes its time.
    pub fn prove(
        self,
        server_first: &[u8],
        password: &Password,
    ) -> Result<(ClientExchange, String), ScramError> {
        let first = ServerFirst::parse(server_first, &self.nonce)?;
        if first.iterations < self.least_iterations {
            return Err(ScramError::BadIterations);
        }
        let keys = SaltedKeys::derive(password, &first.salt, first.iterations);
        let without_proof = format!("c={},r={}", base64::encode(&self.binding), first.nonce);
        let server_first = std::str::from_utf8(server_first).map_err(|_| ScramError::BadMessage)?;
        let said = [&*self.bare, server_first, &*without_proof].join(",");
        let signature = mac(&hash(&keys.client_key), said.as_bytes());
        let proof = base64::encode(&xor(&keys.client_key, &signature));
        let server_signature = mac(&keys.server_key, said.as_bytes());
        Ok((ClientExchange { server_signature }, format!("{without_proof},p={proof}")))
    }
}

impl ClientExchange {
    /// Reads the server's last message: whether it is the server that knows the password, too.
    pub fn finish(self, server_final: &[u8]) -> Result<(), ScramError> {
        let signature = parse_server_final(server_final)?;
        if is_equal(&signature, &self.server_signature) {
            Ok(())
        } else {
            Err(ScramError::BadProof)
        }
    }
}
