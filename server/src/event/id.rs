//! Identifiers: of connections, rooms and messages.

use std::fmt;
use std::str::FromStr;

use majlis_protocol::Timestamp;

/// One socket, for as long as it lives; never used again within a run of the server.
///
/// It carries the reactor that owns the socket, the slot there, and a generation that tells two sockets of one slot apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnId {
    /// Index of the reactor that owns the socket.
    pub reactor: u16,
    /// Place in that reactor's table of connections.
    pub slot: u32,
    /// How many sockets have had this slot before.
    pub generation: u32,
}

/// One room's life, from its making to its end; its history hangs on this, not on its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomId(pub u64);

/// A message's identifier, opaque to clients (the `msgid` tag); in order of making.
///
/// 128 bits: 48 of milliseconds since 1970, 32 that differ between runs of the server, 48 that count within a run. As text
/// it is 26 characters of Crockford's base 32, which sort as the numbers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MsgId(pub u128);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TEXT_CHARS: usize = 26;

impl fmt::Display for MsgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0u8; TEXT_CHARS];
        let mut rest = self.0;
        for place in text.iter_mut().rev() {
            *place = ALPHABET[(rest & 31) as usize];
            rest >>= 5;
        }
        f.write_str(std::str::from_utf8(&text).expect("the alphabet is ASCII"))
    }
}

/// The text is not a message identifier of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadMsgId;

impl FromStr for MsgId {
    type Err = BadMsgId;

    fn from_str(text: &str) -> Result<Self, BadMsgId> {
        if text.len() != TEXT_CHARS || text.as_bytes()[0] > b'7' {
            return Err(BadMsgId);
        }
        text.bytes().try_fold(MsgId(0), |id, byte| {
            let digit = ALPHABET.iter().position(|&c| c == byte).ok_or(BadMsgId)?;
            Ok(MsgId(id.0 << 5 | digit as u128))
        })
    }
}

/// Hands the hub its identifiers, so that the hub itself draws no random number.
#[derive(Debug)]
pub struct IdSource {
    run: u32,
    next_message: u64,
    next_room: u64,
}

impl IdSource {
    /// `run` differs between runs of the server; `next_room` is one more than the highest room ever stored.
    pub fn new(run: u32, next_room: u64) -> Self {
        Self { run, next_message: 0, next_room }
    }

    /// A message identifier for a message made at `time`.
    pub fn message(&mut self, time: Timestamp) -> MsgId {
        let count = u128::from(self.next_message) & 0xFFFF_FFFF_FFFF;
        self.next_message += 1;
        MsgId(u128::from(time.0) << 80 | u128::from(self.run) << 48 | count)
    }

    /// An identifier for a new room.
    pub fn room(&mut self) -> RoomId {
        self.next_room += 1;
        RoomId(self.next_room - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_number_agree() {
        for number in [0, 1, u128::MAX, 0x0191_2345_6789_ABCD_EF01_2345_6789_ABCD] {
            assert_eq!(MsgId(number).to_string().parse(), Ok(MsgId(number)));
        }
        assert_eq!("8ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<MsgId>(), Err(BadMsgId));
        assert_eq!("é".parse::<MsgId>(), Err(BadMsgId));
    }

    #[test]
    fn identifiers_sort_as_they_are_made() {
        let mut ids = IdSource::new(9, 1);
        let (a, b, c) =
            (ids.message(Timestamp(5)), ids.message(Timestamp(5)), ids.message(Timestamp(6)));
        assert!(a < b && b < c);
        assert!(a.to_string() < b.to_string() && b.to_string() < c.to_string());
    }
}
