//! Any text as the tags of a message: what is read of them, and that what is read can be written again.
//!
//! `./dev fuzz tags`

#![no_main]

use libfuzzer_sys::fuzz_target;
use majlis_protocol::{Encoder, Message, Tags, escape_tag_value, unescape_tag_value};

fuzz_target!(|text: &str| {
    read_alone(text);
    read_on_a_message(text);
    escape(text);
});

/// No tag reaches into the next.
fn read_alone(text: &str) {
    for tag in Tags::new(text) {
        assert!(!tag.key.is_empty() && !tag.key.contains([';', '=']), "{tag:?}");
        assert!(!tag.raw_value.is_some_and(|value| value.contains(';')), "{tag:?}");
        assert!(Tags::new(text).get(tag.key).is_some(), "{tag:?}");
    }
}

fn read_on_a_message(text: &str) {
    let line = format!("@{text} PING x");
    let Ok(message) = Message::parse(line.as_bytes()) else { return };
    for tag in message.tags() {
        let value = tag.value();
        let mut written = Vec::new();
        let encoder = Encoder::new("PING").tag(tag.key, &value).param("x");
        // A key may be read that no specification allows to be written.
        let Ok(()) = encoder.write_to(&mut written) else { continue };
        let written = written.strip_suffix(b"\r\n").expect("a line ends with CR LF");
        let again = Message::parse(written).expect("what was written is a message");
        assert_eq!(again.tag(tag.key).as_deref(), Some(&*value));
        assert_eq!(again.param(0), Some("x"), "a tag reached into the message");
    }
}

fn escape(text: &str) {
    let escaped = escape_tag_value(text);
    assert!(!escaped.contains([';', ' ', '\r', '\n']));
    assert_eq!(unescape_tag_value(&escaped), text);
    unescape_tag_value(text);
}
