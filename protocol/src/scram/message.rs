//! The texts that are exchanged, taken apart (RFC 5802, section 7).

use std::borrow::Cow;

use super::ScramError;
use super::keys::{Key, is_salt, parse_iterations};
use crate::base64;

/// The longest nonce that is taken, the server's part included.
const NONCE_MAX_BYTES: usize = 512;

/// How a client says that it binds the exchange (`gs2-cbind-flag`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BindingFlag<'a> {
    /// `n`: it cannot.
    Unsupported,
    /// `y`: it could, and believes that the server cannot.
    NotOffered,
    /// `p=`: it does, in this way.
    Used(&'a str),
}

/// The client's first message.
#[derive(Debug)]
pub(super) struct ClientFirst<'a> {
    pub(super) flag: BindingFlag<'a>,
    /// Flag and authorization identity with their commas, as sent.
    pub(super) header: &'a str,
    /// What follows the header.
    pub(super) bare: &'a str,
    /// Who they want to act as, where that is said.
    pub(super) authzid: Option<String>,
    pub(super) username: String,
    pub(super) nonce: &'a str,
}

impl<'a> ClientFirst<'a> {
    pub(super) fn parse(message: &'a [u8]) -> Result<Self, ScramError> {
        let message = std::str::from_utf8(message).map_err(|_| ScramError::BadMessage)?;
        Self::parse_text(message).ok_or(ScramError::BadMessage)
    }

    fn parse_text(message: &'a str) -> Option<Self> {
        let (flag, rest) = message.split_once(',')?;
        let (authzid, bare) = rest.split_once(',')?;
        let header = &message[..message.len() - bare.len()];
        let flag = match flag {
            "n" => BindingFlag::Unsupported,
            "y" => BindingFlag::NotOffered,
            _ => BindingFlag::Used(flag.strip_prefix("p=").filter(|name| !name.is_empty())?),
        };
        let authzid = match authzid {
            "" => None,
            authzid => Some(decode_name(authzid.strip_prefix("a=")?)?),
        };
        // An `m=` in front would be an extension that has to be understood; there is none.
        let mut attributes = bare.split(',');
        let username = decode_name(attributes.next()?.strip_prefix("n=")?)?;
        let nonce = attributes.next()?.strip_prefix("r=").filter(|nonce| is_nonce(nonce))?;
        attributes.all(is_extension).then_some(Self {
            flag,
            header,
            bare,
            authzid,
            username,
            nonce,
        })
    }
}

/// The server's first message.
#[derive(Debug)]
pub(super) struct ServerFirst<'a> {
    pub(super) nonce: &'a str,
    pub(super) salt: Vec<u8>,
    pub(super) iterations: u32,
}

impl<'a> ServerFirst<'a> {
    /// `own_nonce` is the client's, which the whole begins with and goes beyond.
    pub(super) fn parse(message: &'a [u8], own_nonce: &str) -> Result<Self, ScramError> {
        let message = std::str::from_utf8(message).map_err(|_| ScramError::BadMessage)?;
        let mut attributes = message.split(',');
        let mut next = |key| attributes.next().and_then(|text| text.strip_prefix(key));
        let (nonce, salt, count) = (next("r="), next("s="), next("i="));
        let added =
            |nonce: &&str| nonce.strip_prefix(own_nonce).is_some_and(|added| !added.is_empty());
        let nonce = nonce.filter(|nonce| is_nonce(nonce)).filter(added);
        let salt = salt.and_then(base64::decode).filter(|salt| is_salt(salt));
        let (Some(nonce), Some(salt), Some(count), true) =
            (nonce, salt, count, attributes.all(is_extension))
        else {
            return Err(ScramError::BadMessage);
        };
        let iterations = parse_iterations(count).ok_or(ScramError::BadIterations)?;
        Ok(Self { nonce, salt, iterations })
    }
}

/// The client's last message.
#[derive(Debug)]
pub(super) struct ClientFinal<'a> {
    pub(super) without_proof: &'a str,
    /// The header of the first message, and the keying material after it.
    pub(super) binding: Vec<u8>,
    pub(super) nonce: &'a str,
    pub(super) proof: Key,
}

impl<'a> ClientFinal<'a> {
    pub(super) fn parse(message: &'a [u8]) -> Result<Self, ScramError> {
        let message = std::str::from_utf8(message).map_err(|_| ScramError::BadMessage)?;
        Self::parse_text(message).ok_or(ScramError::BadMessage)
    }

    fn parse_text(message: &'a str) -> Option<Self> {
        let (without_proof, proof) = message.rsplit_once(",p=")?;
        let mut attributes = without_proof.split(',');
        let binding = base64::decode(attributes.next()?.strip_prefix("c=")?)?;
        let nonce = attributes.next()?.strip_prefix("r=")?;
        let proof = base64::decode(proof)?.try_into().ok()?;
        attributes.all(is_extension).then_some(Self { without_proof, binding, nonce, proof })
    }
}

/// The server's last message: its signature, or an error.
pub(super) fn parse_server_final(message: &[u8]) -> Result<Key, ScramError> {
    let message = std::str::from_utf8(message).map_err(|_| ScramError::BadMessage)?;
    let first = message.split(',').next().unwrap_or_default();
    if first.starts_with("e=") {
        return Err(ScramError::BadProof);
    }
    let signature = first.strip_prefix("v=").and_then(base64::decode);
    signature.and_then(|signature| signature.try_into().ok()).ok_or(ScramError::BadMessage)
}

/// A name in which `,` and `=` are written `=2C` and `=3D` (`saslname`).
pub(super) fn encode_name(name: &str) -> Cow<'_, str> {
    if name.contains(['=', ',']) {
        name.replace('=', "=3D").replace(',', "=2C").into()
    } else {
        name.into()
    }
}

fn decode_name(text: &str) -> Option<String> {
    let mut pieces = text.split('=');
    let mut name = pieces.next()?.to_owned();
    for piece in pieces {
        match (piece.strip_prefix("2C"), piece.strip_prefix("3D")) {
            (Some(rest), _) => name.extend([",", rest]),
            (_, Some(rest)) => name.extend(["=", rest]),
            _ => return None,
        }
    }
    (!name.is_empty() && !name.contains('\0')).then_some(name)
}

/// Printable ASCII without the comma, which ends it.
pub(super) fn is_nonce(text: &str) -> bool {
    let is_printable = |byte: u8| byte.is_ascii_graphic() && byte != b',';
    (1..=NONCE_MAX_BYTES).contains(&text.len()) && text.bytes().all(is_printable)
}

/// An extension that may be passed over: a letter, `=` and a value.
fn is_extension(text: &str) -> bool {
    let mut chars = text.chars();
    let letter = chars.next();
    letter.is_some_and(|c| c.is_ascii_alphabetic() && c != 'm')
        && chars.next() == Some('=')
        && chars.next().is_some()
        && !text.contains('\0')
}
