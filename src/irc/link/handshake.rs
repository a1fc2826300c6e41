//! TLS over a new socket, and what its failure means.
//!
//! Whether a key is trusted is the wire's to judge, and before it is nothing is said to the server.

use std::io::{self, ErrorKind};

use majlis_wire::{ClientTls, Stream, Trust, Verdict};
use mio::net::TcpStream;

use super::thread::Desk;
use super::transport::Reading;
use crate::irc::NetworkConfig;
use crate::irc::event::{Event, Failure};

/// TLS over a socket that is connected; where that cannot begin, why.
pub(super) fn secure(
    socket: TcpStream,
    config: &NetworkConfig,
    desk: &mut Desk,
) -> Result<Stream, String> {
    let identity = desk.device.identity()?;
    let trust = config.pin.map_or(Trust::Authorities, Trust::Pinned);
    let tls = ClientTls::new(trust, Some(identity));
    Stream::connect_tls(socket, &tls, &config.host).map_err(|error| error.to_string())
}

/// Why a handshake did not succeed.
#[derive(Debug)]
pub(super) enum HandshakeFailure {
    /// The key is not to be trusted; what to tell the person.
    Distrust(Event),
    /// Something else.
    Broken(Failure),
}

/// Why a handshake has failed, if it has: by what the last read or write gave, and the verdict about the server's key.
pub(super) fn handshake_failure(
    moved: &io::Result<Reading>,
    verdict: Option<Verdict>,
) -> Option<HandshakeFailure> {
    let distrust = match verdict {
        Some(Verdict::Unknown { found }) => Some(Event::TrustNeeded { found }),
        Some(Verdict::Changed { expected, found }) => Some(Event::KeyChanged { expected, found }),
        Some(Verdict::Trusted) | None => None,
    };
    if let Some(event) = distrust {
        return Some(HandshakeFailure::Distrust(event));
    }
    let failure = match moved {
        Ok(Reading::Drained | Reading::More) => return None,
        Err(error) if error.kind() == ErrorKind::InvalidData => Failure::NotAChatServer,
        Ok(Reading::Ended) | Err(_) => Failure::Lost,
    };
    Some(HandshakeFailure::Broken(failure))
}
