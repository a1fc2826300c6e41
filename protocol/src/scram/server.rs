//! The server's side.

use std::sync::Arc;

use super::keys::{Key, Verifier, hash, is_equal, mac, xor};
use super::message::{BindingFlag, ClientFinal, ClientFirst, is_nonce};
use super::{Binding, ScramError, TLS_EXPORTER};
use crate::base64;

/// A client has said who it is; next the server looks their verifier up.
#[derive(Debug)]
pub struct ServerStart {
    header: String,
    client_first_bare: String,
    username: String,
    authzid: Option<String>,
    client_nonce: String,
    binding: Vec<u8>,
}

/// The server has asked for the proof.
#[derive(Debug)]
pub struct ServerExchange {
    start: ServerStart,
    server_first: String,
    nonce: String,
    verifier: Arc<Verifier>,
}

impl ServerStart {
    /// Reads the client's first message.
    ///
    /// [`ScramError::BadBinding`] when the client binds otherwise than the mechanism wants, or says that it could and was
    /// not offered to where it was: somebody in the middle took the offer away (RFC 5802, section 6).
    pub fn new(client_first: &[u8], binding: Binding) -> Result<Self, ScramError> {
        let first = ClientFirst::parse(client_first)?;
        let keying_material: &[u8] = match (&binding, first.flag) {
            (Binding::None { .. }, BindingFlag::Unsupported)
            | (Binding::None { offered: false }, BindingFlag::NotOffered) => &[],
            (Binding::TlsExporter(material), BindingFlag::Used(TLS_EXPORTER)) => material,
            _ => return Err(ScramError::BadBinding),
        };
        Ok(Self {
            binding: [first.header.as_bytes(), keying_material].concat(),
            header: first.header.to_owned(),
            client_first_bare: first.bare.to_owned(),
            client_nonce: first.nonce.to_owned(),
            username: first.username,
            authzid: first.authzid,
        })
    }

    /// Whose password is to be proved.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Who they want to act as, where that is said.
    pub fn authzid(&self) -> Option<&str> {
        self.authzid.as_deref()
    }

    /// The server's first message. `nonce` is never to be used again: printable ASCII without commas.
    pub fn challenge(self, verifier: Arc<Verifier>, nonce: &str) -> (ServerExchange, String) {
        debug_assert!(is_nonce(nonce), "a server's nonce is its own to choose rightly");
        let nonce = format!("{}{nonce}", self.client_nonce);
        let salt = base64::encode(&verifier.salt);
        let server_first = format!("r={nonce},s={salt},i={}", verifier.iterations);
        let message = server_first.clone();
        (ServerExchange { start: self, server_first, nonce, verifier }, message)
    }
}

impl ServerExchange {
    /// Whose password is to be proved.
    pub fn username(&self) -> &str {
        self.start.username()
    }

    /// Checks the client's last message, and answers with the server's, by which the client knows the server.
    pub fn finish(self, client_final: &[u8]) -> Result<String, ScramError> {
        let last = ClientFinal::parse(client_final)?;
        if last.nonce != self.nonce {
            return Err(ScramError::BadMessage);
        }
        if !is_equal(&last.binding, &self.start.binding) {
            let has_header = last.binding.starts_with(self.start.header.as_bytes());
            return Err(if has_header { ScramError::BadBinding } else { ScramError::BadMessage });
        }
        let said = [&*self.start.client_first_bare, &*self.server_first, last.without_proof];
        let said = said.join(",");
        let signature = mac(&self.verifier.stored_key, said.as_bytes());
        let client_key: Key = xor(&last.proof, &signature);
        if !is_equal(&hash(&client_key), &self.verifier.stored_key) {
            return Err(ScramError::BadProof);
        }
        let signature = mac(&self.verifier.server_key, said.as_bytes());
        Ok(format!("v={}", base64::encode(&signature)))
    }
}
