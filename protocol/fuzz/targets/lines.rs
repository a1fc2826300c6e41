//! Bytes into lines, lines into messages, and messages into lines again.
//!
//! `./dev fuzz lines`

#![no_main]

use libfuzzer_sys::fuzz_target;
use majlis_protocol::{Encoder, LineDecoder, LineError, LineLimits, Message, MessageBuf};

/// Small, so that a short input reaches them.
const LIMITS: LineLimits = LineLimits { tags_bytes: 64, body_bytes: 64 };

fuzz_target!(|input: &[u8]| {
    let Some((&piece_bytes, stream)) = input.split_first() else { return };
    let lines = decode(stream, usize::from(piece_bytes).max(1));
    assert_eq!(lines, decode(stream, stream.len().max(1)), "the cut of the stream shows");
    for line in lines.iter().flatten() {
        check_line(line);
    }
});

fn decode(stream: &[u8], piece_bytes: usize) -> Vec<Result<Vec<u8>, LineError>> {
    let mut decoder = LineDecoder::new(LIMITS);
    let mut lines = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let taken = decoder.push(&rest[..rest.len().min(piece_bytes)]);
        assert!(decoder.pending_bytes() <= LIMITS.tags_bytes + LIMITS.body_bytes);
        let line_count = lines.len();
        while let Some(line) = decoder.next_line() {
            lines.push(line.map(<[u8]>::to_vec));
        }
        assert!(taken > 0 || lines.len() > line_count, "the decoder stands still");
        rest = &rest[taken..];
    }
    lines
}

fn check_line(line: &[u8]) {
    let message = Message::parse(line);
    let owned = MessageBuf::parse(line);
    assert_eq!(owned.as_ref().map(MessageBuf::get).map_err(|&error| error), message);
    let Ok(message) = message else { return };

    let written = write(&message);
    let content = written.strip_suffix(b"\r\n").expect("a line ends with CR LF");
    let again = Message::parse(content).expect("what was written is a message");
    assert_eq!(
        (again.source(), again.command(), again.params()),
        (message.source(), message.command(), message.params())
    );
    assert!(again.tags().eq(message.tags()));
    assert!(message.tags().all(|tag| message.tag(tag.key).is_some()));
}

fn write(message: &Message<'_>) -> Vec<u8> {
    let tags: Vec<String> = message
        .tags()
        .map(|tag| tag.raw_value.map_or(tag.key.to_owned(), |value| format!("{}={value}", tag.key)))
        .collect();
    let tags = tags.join(";");
    let mut encoder = Encoder::new(message.command()).raw_tags(&tags);
    if let Some(source) = message.source() {
        encoder = encoder.source(source);
    }
    if let Some((last, words)) = message.params().split_last() {
        encoder = words.iter().fold(encoder, |line, word| line.param(word)).trailing(last);
    }
    let mut line = Vec::new();
    encoder.write_to(&mut line).expect("what was parsed can be written");
    line
}
