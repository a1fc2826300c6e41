//! Any bytes at the front door, in any pieces: what they are taken for, and what becomes of them as texts and as a request.
//!
//! `./dev fuzz first_bytes`
//!
//! The modules are pure, so they are compiled in as they stand, without the server around them.

#![no_main]
#![allow(dead_code, reason = "the modules have more in them than is fed here")]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/reactor/http.rs"]
mod http;
#[path = "../../src/reactor/sniff.rs"]
mod sniff;
#[path = "../../src/reactor/text.rs"]
mod text;
#[path = "../../src/reactor/upgrade.rs"]
mod upgrade;
#[path = "../../src/reactor/websocket.rs"]
mod websocket;

fuzz_target!(|input: &[u8]| {
    let Some((&piece_bytes, bytes)) = input.split_first() else { return };
    let piece_bytes = usize::from(piece_bytes).max(1);
    decide_once(bytes);
    read_texts(bytes, piece_bytes);
    request(bytes, piece_bytes);
});

/// What was decided early still holds when more has come.
fn decide_once(bytes: &[u8]) {
    for is_encrypted in [false, true] {
        let mut decided = None;
        for count in 0..=bytes.len().min(32) {
            let found = sniff::classify(&bytes[..count], is_encrypted);
            assert!(decided.is_none() || decided == found);
            decided = found;
        }
    }
    sniff::is_irc_opening(bytes);
}

fn read_texts(bytes: &[u8], piece_bytes: usize) {
    let mut framer = text::TextFramer::new();
    for mut piece in bytes.chunks(piece_bytes) {
        while !piece.is_empty() {
            let taken = framer.push(piece);
            piece = &piece[taken..];
            let texts: Vec<_> = std::iter::from_fn(|| framer.next_text()).collect();
            assert!(taken > 0 || !texts.is_empty(), "the framer stands still");
            texts.iter().for_each(|text| check_text(text));
        }
    }
    while let Some(text) = framer.take_unfinished() {
        check_text(&text);
    }
    assert!(!framer.has_unfinished());
}

fn check_text(text: &str) {
    assert!(text.len() <= text::TEXT_MAX_BYTES);
    assert!(!text.contains(char::is_control));
}

fn request(bytes: &[u8], piece_bytes: usize) {
    let mut head = http::RequestHead::default();
    let web = upgrade::WebSettings::default();
    let mut pieces = bytes.chunks(piece_bytes);
    let answer = pieces.find_map(|piece| {
        let site = http::Site { port: 33000, web: &web, pages: None };
        let answer = head.push(piece, &site)?;
        if let http::Answer::WebSocket { taken, .. } = &answer {
            assert!(*taken > 0 && *taken <= piece.len());
        }
        Some(answer)
    });
    assert!(answer.is_some() || bytes.len() < http::HEAD_MAX_BYTES);
    match answer {
        Some(http::Answer::Page(response)) => assert!(response.starts_with(b"HTTP/1.1 ")),
        Some(http::Answer::WebSocket { response, .. }) => {
            assert!(response.starts_with(b"HTTP/1.1 101 "));
        }
        None => {}
    }
}
