//! Any bytes after a WebSocket's handshake, in any pieces: what messages they make, and that pieces do not matter.
//!
//! `./dev fuzz frames`
//!
//! The module is pure, so it is compiled in as it stands, without the server around it.

#![no_main]
#![allow(dead_code, reason = "the module has more in it than is fed here")]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/reactor/websocket.rs"]
mod websocket;

use websocket::{CloseCode, Framer, Incoming, Kind};

const MAX_MESSAGE_BYTES: usize = 300;

fuzz_target!(|input: &[u8]| {
    let Some((&piece_bytes, bytes)) = input.split_first() else { return };
    let piece_bytes = usize::from(piece_bytes).max(1);
    let whole = read(bytes, bytes.len().max(1));
    assert_eq!(whole, read(bytes, piece_bytes));
    assert!(websocket::frame_lines(bytes, Kind::Binary).len() <= bytes.len() * 3 + 10);
});

/// Everything up to the end or the first error.
fn read(bytes: &[u8], piece_bytes: usize) -> (Vec<Incoming>, Option<CloseCode>) {
    let mut framer = Framer::new(MAX_MESSAGE_BYTES);
    let mut all = Vec::new();
    for mut piece in bytes.chunks(piece_bytes) {
        while !piece.is_empty() {
            match framer.push(piece) {
                Ok((taken, incoming)) => {
                    assert!(taken > 0, "the framer stands still");
                    piece = &piece[taken..];
                    incoming.iter().for_each(check);
                    all.extend(incoming);
                }
                Err(code) => return (all, Some(code)),
            }
        }
    }
    (all, None)
}

fn check(incoming: &Incoming) {
    match incoming {
        Incoming::Message(message) => assert!(message.len() <= MAX_MESSAGE_BYTES),
        Incoming::Ping(payload) => assert!(payload.len() <= 125),
        Incoming::Pong | Incoming::Close(_) => {}
    }
}
