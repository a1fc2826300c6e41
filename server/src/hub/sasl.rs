//! One sign-in by SASL, as far as it is (IRCv3 SASL 3.1 and 3.2, RFC 4422).
//!
//! Owns which mechanisms there are and over which connections each is offered, the chunks that a message comes in, and
//! where in its exchange a connection is. Who is let in is the [`authenticate`](super::command::authenticate) command's
//! affair.

use majlis_protocol::base64;
use majlis_protocol::scram::{Binding, ServerExchange};

use crate::event::{AccountId, InviteHash, Peer};

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    ScramPlus,
    Scram,
    Plain,
    External,
}

impl Mechanism {
    /// The best first.
    const ALL: [Self; 4] = [Self::ScramPlus, Self::Scram, Self::External, Self::Plain];

    fn name(self) -> &'static str {
        match self {
            Self::ScramPlus => "SCRAM-SHA-256-PLUS",
            Self::Scram => "SCRAM-SHA-256",
            Self::Plain => "PLAIN",
            Self::External => "EXTERNAL",
        }
    }

    /// Whether it works, and is safe, over this connection.
    fn is_offered(self, peer: &Peer) -> bool {
        match self {
            Self::ScramPlus => peer.channel_binding.is_some(),
            Self::Scram => true,
            Self::Plain => may_say_passwords(peer),
            Self::External => peer.device_key.is_some(),
        }
    }

    /// The mechanism of that name, if it is offered over this connection.
    pub(super) fn find(name: &str, peer: &Peer) -> Option<Self> {
        let named = |mechanism: &Self| mechanism.name().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(named).filter(|mechanism| mechanism.is_offered(peer))
    }

    /// The names of all that are offered over this connection, with commas between.
    pub(super) fn list(peer: &Peer) -> String {
        let offered = Self::ALL.into_iter().filter(|mechanism| mechanism.is_offered(peer));
        offered.map(Self::name).collect::<Vec<_>>().join(",")
    }

    /// What SCRAM is bound to over this connection; nothing for what is not SCRAM.
    pub(super) fn binding(self, peer: &Peer) -> Option<Binding> {
        match self {
            Self::ScramPlus => peer.channel_binding.map(Binding::TlsExporter),
            Self::Scram => Some(Binding::None { offered: peer.channel_binding.is_some() }),
            Self::Plain | Self::External => None,
        }
    }
}

/// Whether a password may be said in so many words: where nobody on the way can read it.
pub(super) fn may_say_passwords(peer: &Peer) -> bool {
    peer.encrypted || peer.address.to_canonical().is_loopback()
}

/// A sign-in under way.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) mechanism: Mechanism,
    pub(super) step: Step,
    /// The chunks so far.
    text: String,
}

/// What is awaited.
#[derive(Debug)]
pub(super) enum Step {
    /// The client's first message.
    First,
    /// The proof of who knows this password.
    Proof(Box<ServerExchange>, Holder),
    /// The client's nod to the server's own proof.
    Nod(Holder),
}

/// Whose password is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// An account's.
    Account(AccountId),
    /// The code of an invite, which is its account's first password.
    Invite(InviteHash),
    /// Nobody's: there is none that fits.
    Nobody,
}

/// What a chunk leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// There is more to come.
    More,
    /// The message is complete.
    Message(Vec<u8>),
    /// A chunk, or the whole, is longer than allowed.
    TooLong,
    /// It is not base 64.
    Malformed,
}

/// The longest chunk; a shorter one is the last.
const CHUNK_BYTES: usize = 400;

impl Exchange {
    pub(super) fn new(mechanism: Mechanism, step: Step) -> Self {
        Self { mechanism, step, text: String::new() }
    }

    /// Takes one chunk in; all of a message are at most `max_bytes` long.
    pub(super) fn push(&mut self, chunk: &str, max_bytes: usize) -> Chunk {
        let chunk_text = if chunk == "+" { "" } else { chunk };
        if chunk.len() > CHUNK_BYTES || self.text.len() + chunk_text.len() > max_bytes {
            return Chunk::TooLong;
        }
        self.text.push_str(chunk_text);
        if chunk_text.len() == CHUNK_BYTES {
            return Chunk::More;
        }
        base64::decode(&std::mem::take(&mut self.text)).map_or(Chunk::Malformed, Chunk::Message)
    }
}

/// A message as the chunks it is sent in; one that fills its last chunk is ended by `+`.
pub(super) fn chunks(message: &str) -> Vec<String> {
    let text = base64::encode(message.as_bytes());
    let pieces = text.as_bytes().chunks(CHUNK_BYTES);
    let mut chunks: Vec<String> =
        pieces.map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
    if text.len().is_multiple_of(CHUNK_BYTES) {
        chunks.push("+".to_owned());
    }
    chunks
}

/// The parts of a PLAIN message: authorization identity, name and password (RFC 4616).
pub(super) fn parse_plain(message: &[u8]) -> Option<(&str, &str, &str)> {
    let text = std::str::from_utf8(message).ok()?;
    let mut parts = text.split('\0');
    let found = (parts.next()?, parts.next()?, parts.next()?);
    let is_whole = parts.next().is_none() && !found.1.is_empty() && !found.2.is_empty();
    is_whole.then_some(found)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn peer(address: &str, device: bool, bound: bool) -> Peer {
        Peer {
            address: address.parse::<IpAddr>().unwrap(),
            encrypted: bound,
            device_key: device.then(|| majlis_wire::Fingerprint::new([1; 32])),
            channel_binding: bound.then_some([2; 32]),
        }
    }

    #[test]
    fn each_connection_is_offered_what_is_safe_over_it() {
        let list = |address, device, bound| Mechanism::list(&peer(address, device, bound));
        assert_eq!(list("192.0.2.1", false, false), "SCRAM-SHA-256");
        assert_eq!(list("127.0.0.1", false, false), "SCRAM-SHA-256,PLAIN");
        assert_eq!(list("::1", false, false), "SCRAM-SHA-256,PLAIN");
        assert_eq!(list("192.0.2.1", false, true), "SCRAM-SHA-256-PLUS,SCRAM-SHA-256,PLAIN");
        let all = "SCRAM-SHA-256-PLUS,SCRAM-SHA-256,EXTERNAL,PLAIN";
        assert_eq!(list("192.0.2.1", true, true), all);
        assert_eq!(Mechanism::find("PLAIN", &peer("192.0.2.1", false, false)), None);
        let found = Mechanism::find("plain", &peer("::1", false, false));
        assert_eq!(found, Some(Mechanism::Plain));
    }

    #[test]
    fn messages_come_in_chunks_of_400_bytes() {
        let push_all = |chunks: &[&str], max| {
            let mut exchange = Exchange::new(Mechanism::Plain, Step::First);
            chunks.iter().fold(Chunk::More, |_, chunk| exchange.push(chunk, max))
        };
        let full = "A".repeat(400);
        assert_eq!(push_all(&["+"], 9), Chunk::Message(vec![]));
        assert_eq!(push_all(&["AAAA"], 9), Chunk::Message(vec![0; 3]));
        assert_eq!(push_all(&[&full], 800), Chunk::More);
        assert_eq!(push_all(&[&full, "+"], 800), Chunk::Message(vec![0; 300]));
        assert_eq!(push_all(&[&full, "AAAA"], 404), Chunk::Message(vec![0; 303]));
        assert_eq!(push_all(&[&full, "AAAA"], 403), Chunk::TooLong);
        assert_eq!(push_all(&[&"A".repeat(401)], 800), Chunk::TooLong);
        assert_eq!(push_all(&["A"], 9), Chunk::Malformed);
        for length in [1, 299, 300, 301, 600] {
            let chunks = chunks(&"x".repeat(length));
            let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
            assert_eq!(push_all(&chunks, 9_999), Chunk::Message(vec![b'x'; length]), "{length}");
        }
    }

    #[test]
    fn plain_has_three_parts() {
        assert_eq!(parse_plain(b"\0ana\0tulips"), Some(("", "ana", "tulips")));
        assert_eq!(parse_plain(b"bob\0ana\0tulips"), Some(("bob", "ana", "tulips")));
        for message in [&b""[..], b"\0ana", b"\0\0x", b"\0ana\0", b"\0ana\0x\0", b"\0\xFF\0x"] {
            assert_eq!(parse_plain(message), None, "{}", message.escape_ascii());
        }
    }
}
