//! WebSocket frames (RFC 6455, 5): bytes into messages, and lines into bytes.
//!
//! Owns framing and its limits. It knows neither sockets nor IRC: what a message says is [`speak`](super::speak)'s, and how
//! a request becomes a WebSocket is [`upgrade`](super::upgrade)'s.
//!
//! Our own code, because frames are few rules and the libraries for them bring a socket loop and a buffer of their own for
//! each connection, where here all connections share one read buffer, and all receivers of a message its bytes.

use std::sync::Arc;

/// The longest payload of a control frame (RFC 6455, 5.5).
const CONTROL_MAX_BYTES: usize = 125;

/// Two bytes, eight of length and four of mask.
const HEAD_MAX_BYTES: usize = 14;

const FINAL: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
/// Lengths from here on stand in the two or eight bytes that follow.
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;

/// What messages to a guest are marked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `text.ircv3.net`, and guests who named no subprotocol.
    Text,
    /// `binary.ircv3.net`.
    Binary,
}

/// Why a connection is closed (RFC 6455, 7.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CloseCode(pub(crate) u16);

impl CloseCode {
    /// All is said.
    pub(crate) const NORMAL: Self = Self(1000);
    /// The frames break the protocol.
    pub(crate) const PROTOCOL_ERROR: Self = Self(1002);
    /// A text is no UTF-8.
    pub(crate) const NOT_UTF8: Self = Self(1007);
    /// A message is longer than it may be.
    pub(crate) const TOO_BIG: Self = Self(1009);

    /// Whether a peer may send this code (RFC 6455, 7.4.1 and 7.4.2, and the codes registered since).
    fn may_be_sent(self) -> bool {
        matches!(self.0, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }
}

/// What a frame from the guest completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// A whole message; a text is UTF-8.
    Message(Vec<u8>),
    /// To be answered with a pong of the same payload.
    Ping(Vec<u8>),
    /// Nothing to do.
    Pong,
    /// The guest closes; to be answered with this.
    Close(CloseCode),
}

/// Cuts a guest's bytes into frames, and puts messages together from them.
///
/// Holds at most one message and one control frame, and no memory between messages.
#[derive(Debug)]
pub(crate) struct Framer {
    max_message_bytes: usize,
    head: [u8; HEAD_MAX_BYTES],
    head_bytes: usize,
    /// The frame whose payload is coming.
    frame: Option<Frame>,
    /// The payload of a control frame, which may come between the fragments of a message.
    control: Vec<u8>,
    message: Vec<u8>,
    /// What the message that is coming began as.
    begun: Option<Kind>,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    opcode: Opcode,
    is_final: bool,
    mask: [u8; 4],
    payload_bytes: usize,
    taken_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opcode {
    Continuation,
    Data(Kind),
    Close,
    Ping,
    Pong,
}

impl Opcode {
    fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Data(Kind::Text),
            0x2 => Self::Data(Kind::Binary),
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }

    fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Data(Kind::Text) => 0x1,
            Self::Data(Kind::Binary) => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
        }
    }

    fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

impl Framer {
    /// A framer at the beginning of a stream, for messages of at most so many bytes.
    pub(crate) fn new(max_message_bytes: usize) -> Self {
        Self {
            max_message_bytes,
            head: [0; HEAD_MAX_BYTES],
            head_bytes: 0,
            frame: None,
            control: Vec::new(),
            message: Vec::new(),
            begun: None,
        }
    }

    /// Takes bytes up to the end of one frame; how many that was (none only of none), and what the frame completed.
    ///
    /// After an error the stream means nothing any more: the connection is to be closed with the code.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(usize, Option<Incoming>), CloseCode> {
        let mut taken = 0;
        let mut frame = if let Some(frame) = self.frame {
            frame
        } else {
            taken = self.take_head(bytes)?;
            if self.head_bytes < head_length(&self.head[..self.head_bytes])? {
                return Ok((taken, None));
            }
            self.open_frame()?
        };
        taken += self.take_payload(&mut frame, &bytes[taken..]);
        if frame.taken_bytes < frame.payload_bytes {
            self.frame = Some(frame);
            return Ok((taken, None));
        }
        self.frame = None;
        Ok((taken, self.finish(frame)?))
    }

    fn take_head(&mut self, bytes: &[u8]) -> Result<usize, CloseCode> {
        for (taken, &byte) in bytes.iter().enumerate() {
            if self.head_bytes == head_length(&self.head[..self.head_bytes])? {
                return Ok(taken);
            }
            self.head[self.head_bytes] = byte;
            self.head_bytes += 1;
        }
        Ok(bytes.len())
    }

    /// Makes a frame of the head that has come whole, if it may come now.
    fn open_frame(&mut self) -> Result<Frame, CloseCode> {
        let head = &self.head[..std::mem::take(&mut self.head_bytes)];
        let opcode = Opcode::from_bits(head[0] & 0x0f).ok_or(CloseCode::PROTOCOL_ERROR)?;
        let is_final = head[0] & FINAL != 0;
        let is_in_turn = match opcode {
            Opcode::Continuation => self.begun.is_some(),
            Opcode::Data(_) => self.begun.is_none(),
            Opcode::Close | Opcode::Ping | Opcode::Pong => is_final,
        };
        let payload_bytes = payload_length(head)?;
        let is_short = !opcode.is_control() || payload_bytes <= CONTROL_MAX_BYTES;
        if !is_in_turn || !is_short {
            return Err(CloseCode::PROTOCOL_ERROR);
        }
        if !opcode.is_control() && payload_bytes > self.max_message_bytes - self.message.len() {
            return Err(CloseCode::TOO_BIG);
        }
        if let Opcode::Data(kind) = opcode {
            self.begun = Some(kind);
        }
        let mask = head.last_chunk().copied().ok_or(CloseCode::PROTOCOL_ERROR)?;
        Ok(Frame { opcode, is_final, mask, payload_bytes, taken_bytes: 0 })
    }

    fn take_payload(&mut self, frame: &mut Frame, bytes: &[u8]) -> usize {
        let taken = bytes.len().min(frame.payload_bytes - frame.taken_bytes);
        let payload = if frame.opcode.is_control() { &mut self.control } else { &mut self.message };
        let mask = frame.mask.iter().cycle().skip(frame.taken_bytes % frame.mask.len());
        payload.extend(bytes[..taken].iter().zip(mask).map(|(byte, mask)| byte ^ mask));
        frame.taken_bytes += taken;
        taken
    }

    /// What the frame completed, now that all of it is here.
    fn finish(&mut self, frame: Frame) -> Result<Option<Incoming>, CloseCode> {
        Ok(match frame.opcode {
            Opcode::Ping => Some(Incoming::Ping(std::mem::take(&mut self.control))),
            Opcode::Pong => {
                self.control = Vec::new();
                Some(Incoming::Pong)
            }
            Opcode::Close => {
                Some(Incoming::Close(check_close(&std::mem::take(&mut self.control))?))
            }
            Opcode::Continuation | Opcode::Data(_) if !frame.is_final => None,
            Opcode::Continuation | Opcode::Data(_) => {
                let message = std::mem::take(&mut self.message);
                let is_text = self.begun.take() == Some(Kind::Text);
                if is_text && std::str::from_utf8(&message).is_err() {
                    return Err(CloseCode::NOT_UTF8);
                }
                Some(Incoming::Message(message))
            }
        })
    }
}

/// How long the head that begins so is; clients have to mask (RFC 6455, 5.1), and nothing was agreed on that reserved bits
/// could mean (5.2).
fn head_length(head: &[u8]) -> Result<usize, CloseCode> {
    let &[first, second, ..] = head else { return Ok(2) };
    if first & RESERVED != 0 || second & MASKED == 0 {
        return Err(CloseCode::PROTOCOL_ERROR);
    }
    let extension_bytes = match second & LENGTH {
        LENGTH_16 => 2,
        LENGTH_64 => 8,
        _ => 0,
    };
    Ok(2 + extension_bytes + 4)
}

/// The length of the payload, which has to be written as short as possible (RFC 6455, 5.2).
fn payload_length(head: &[u8]) -> Result<usize, CloseCode> {
    let extension = &head[2..head.len() - 4];
    let length = extension.iter().fold(0_u64, |length, &byte| length << 8 | u64::from(byte));
    let (length, least) = match extension.len() {
        0 => (u64::from(head[1] & LENGTH), 0),
        2 => (length, u64::from(LENGTH_16)),
        _ => (length, 1 << 16),
    };
    if length < least || length >> 63 != 0 {
        return Err(CloseCode::PROTOCOL_ERROR);
    }
    // Where addresses are too short for a length, so is every limit.
    usize::try_from(length).map_err(|_| CloseCode::TOO_BIG)
}

/// The code to answer a close with (RFC 6455, 5.5.1).
fn check_close(payload: &[u8]) -> Result<CloseCode, CloseCode> {
    match payload {
        [] => Ok(CloseCode::NORMAL),
        &[high, low, ref reason @ ..] => {
            let code = CloseCode(u16::from_be_bytes([high, low]));
            if !code.may_be_sent() {
                return Err(CloseCode::PROTOCOL_ERROR);
            }
            std::str::from_utf8(reason).map(|_| code).map_err(|_| CloseCode::NOT_UTF8)
        }
        [_] => Err(CloseCode::PROTOCOL_ERROR),
    }
}

/// Complete IRC lines as messages, one each, without their endings (websocket, "WebSocket features and encoding").
pub(crate) fn frame_lines(lines: &[u8], kind: Kind) -> Arc<[u8]> {
    let mut frames = Vec::with_capacity(lines.len() + 4);
    for line in lines.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() {
            push_frame(&mut frames, Opcode::Data(kind), line);
        }
    }
    frames.into()
}

/// The answer to a ping with this payload.
pub(crate) fn pong(payload: &[u8]) -> Arc<[u8]> {
    let mut frame = Vec::new();
    push_frame(&mut frame, Opcode::Pong, payload);
    frame.into()
}

/// The last frame of a connection.
pub(crate) fn close(code: CloseCode) -> Arc<[u8]> {
    let mut frame = Vec::new();
    push_frame(&mut frame, Opcode::Close, &code.0.to_be_bytes());
    frame.into()
}

/// A whole frame; a server's are not masked.
fn push_frame(frames: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    frames.push(FINAL | opcode.bits());
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length), _) if length < LENGTH_16 => frames.push(length),
        (_, Ok(length)) => {
            frames.push(LENGTH_16);
            frames.extend_from_slice(&length.to_be_bytes());
        }
        (_, Err(_)) => {
            let length = u64::try_from(payload.len()).expect("addresses have at most 64 bits");
            frames.push(LENGTH_64);
            frames.extend_from_slice(&length.to_be_bytes());
        }
    }
    frames.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAX_BYTES: usize = 70_000;

    /// A client's frame, masked, with its length as short as it can be written.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        match payload.len() {
            length @ 0..126 => bytes.push(MASKED | u8::try_from(length).unwrap()),
            length @ 126..65_536 => {
                bytes.push(MASKED | LENGTH_16);
                bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            length => {
                bytes.push(MASKED | LENGTH_64);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        let mask = [0x37, 0xfa, 0x21, 0x3d];
        bytes.extend(mask);
        bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        bytes
    }

    /// What comes out of these bytes when they arrive in pieces of this length.
    fn read(bytes: &[u8], piece_bytes: usize) -> Result<Vec<Incoming>, CloseCode> {
        let mut framer = Framer::new(MAX_BYTES);
        let mut all = Vec::new();
        for mut piece in bytes.chunks(piece_bytes) {
            while !piece.is_empty() {
                let (taken, incoming) = framer.push(piece)?;
                assert!(taken > 0, "the framer stands still");
                piece = &piece[taken..];
                all.extend(incoming);
            }
        }
        Ok(all)
    }

    fn message(text: &str) -> Incoming {
        Incoming::Message(text.into())
    }

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(read(&hello, 1), Ok(vec![message("Hello")]));
        let ping = [0x89, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(read(&ping, 100), Ok(vec![Incoming::Ping(b"Hello".to_vec())]));
        assert_eq!(*frame_lines(b"Hello\r\n", Kind::Text), *b"\x81\x05Hello");
        assert_eq!(*pong(b"Hello"), *b"\x8a\x05Hello");
    }

    #[test]
    fn control_frames_may_come_between_fragments() {
        let frames = [
            frame(0x01, b"NICK "),
            frame(0x89, b"still there?"),
            frame(0x00, b""),
            frame(0x8a, b""),
            frame(0x80, "نور".as_bytes()),
            frame(0x82, b"\xff"),
        ];
        let expected = vec![
            Incoming::Ping(b"still there?".to_vec()),
            Incoming::Pong,
            message("NICK نور"),
            Incoming::Message(vec![0xff]),
        ];
        for piece_bytes in [1, 2, 5, 1000] {
            assert_eq!(read(&frames.concat(), piece_bytes).as_ref(), Ok(&expected));
        }
    }

    #[test]
    fn lengths_are_read_at_every_border() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, MAX_BYTES] {
            let text = "x".repeat(length);
            assert_eq!(read(&frame(0x81, text.as_bytes()), 997), Ok(vec![message(&text)]));
        }
    }

    #[test]
    fn a_message_may_be_so_long_and_no_longer() {
        let whole = frame(0x81, &vec![b'x'; MAX_BYTES + 1]);
        assert_eq!(read(&whole, 1000), Err(CloseCode::TOO_BIG));
        assert_eq!(read(&whole[..10], 1000), Ok(Vec::new()), "the head is not there yet");
        assert_eq!(read(&whole[..14], 1000), Err(CloseCode::TOO_BIG), "before a byte of it came");
        let parts = |last| [frame(0x01, &vec![b'x'; MAX_BYTES - 1]), frame(0x80, last)].concat();
        assert!(read(&parts(b"x"), 1000).is_ok());
        assert_eq!(read(&parts(b"xx"), 1000), Err(CloseCode::TOO_BIG));
        let endless = [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
        assert_eq!(read(&endless, 3), Err(CloseCode::TOO_BIG));
    }

    #[test]
    fn frames_against_the_protocol_end_it() {
        let cases: [(&str, Vec<u8>); 15] = [
            ("not masked", vec![0x81, 0x00]),
            ("a reserved bit", vec![0xc1, 0x80]),
            ("the second one", vec![0xa1, 0x80]),
            ("the third one", vec![0x91, 0x80]),
            ("a reserved opcode for data", frame(0x83, b"")),
            ("a reserved opcode for control", frame(0x8b, b"")),
            ("a continuation of nothing", frame(0x80, b"x")),
            ("a message within a message", [frame(0x01, b"x"), frame(0x81, b"y")].concat()),
            ("a ping in fragments", frame(0x09, b"")),
            ("a long ping", frame(0x89, &[b'x'; 126])),
            ("a length in too many bytes", vec![0x81, 0xfe, 0, 125, 0, 0, 0, 0]),
            ("and in far too many", vec![0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0]),
            ("a length with its highest bit", [&[0x81][..], &[0xff; 13]].concat()),
            ("half a close code", frame(0x88, b"\x03")),
            ("a close code that nobody sends", frame(0x88, &1005_u16.to_be_bytes())),
        ];
        for (what, bytes) in cases {
            for piece_bytes in [1, 1000] {
                assert_eq!(read(&bytes, piece_bytes), Err(CloseCode::PROTOCOL_ERROR), "{what}");
            }
        }
    }

    #[test]
    fn texts_are_utf8_even_over_fragments() {
        let halves = [frame(0x01, b"\xd9"), frame(0x80, b"\x86")].concat();
        assert_eq!(read(&halves, 1), Ok(vec![message("ن")]));
        for broken in [&b"\xd9"[..], b"\xff", b"\xed\xa0\x80"] {
            assert_eq!(read(&frame(0x81, broken), 10), Err(CloseCode::NOT_UTF8));
        }
        assert_eq!(read(&frame(0x88, b"\x03\xe8\xff"), 10), Err(CloseCode::NOT_UTF8));
    }

    #[test]
    fn a_close_is_answered_with_its_code() {
        let close = |payload: &[u8]| read(&frame(0x88, payload), 10);
        assert_eq!(close(b""), Ok(vec![Incoming::Close(CloseCode::NORMAL)]));
        assert_eq!(close(b"\x03\xe9going"), Ok(vec![Incoming::Close(CloseCode(1001))]));
        assert_eq!(close(b"\x0f\xa0"), Ok(vec![Incoming::Close(CloseCode(4000))]));
        assert_eq!(*super::close(CloseCode::NORMAL), *b"\x88\x02\x03\xe8");
    }

    #[test]
    fn every_line_is_one_message_without_its_ending() {
        let frames = frame_lines(b"PING a\r\n@t=1 :x NICK y\r\n", Kind::Binary);
        assert_eq!(*frames, *b"\x82\x06PING a\x82\x0e@t=1 :x NICK y");
        let long = format!("{}\r\n", "x".repeat(126));
        assert_eq!(frame_lines(long.as_bytes(), Kind::Text)[..4], [0x81, 126, 0, 126]);
        assert!(frame_lines(b"", Kind::Text).is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_do_the_same(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            piece_bytes in 1_usize..50,
        ) {
            prop_assert_eq!(read(&bytes, piece_bytes), read(&bytes, 1));
        }
    }
}
