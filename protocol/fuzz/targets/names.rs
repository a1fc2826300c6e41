//! Any text as a name, an address, a time, a list of tokens, a message of many lines, and as something to cut.
//!
//! `./dev fuzz names`

#![no_main]

use libfuzzer_sys::fuzz_target;
use majlis_protocol::{
    Isupport, MultilineText, Name, ROOM_MAX_BYTES, ServerAddress, Timestamp, combined_text,
    escape_tag_value, fold, nick_from_display_name, split_text, unescape_tag_value, wire_lines,
};

fuzz_target!(|text: &str| {
    check_names(text);
    check_pieces(text);
    check_lines(text);
    assert_eq!(unescape_tag_value(&escape_tag_value(text)), text);
    if let Ok(address) = text.parse::<ServerAddress>() {
        assert_eq!(address.to_string().parse(), Ok(address));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        assert_eq!(time.to_string().parse(), Ok(time));
    }
    let params: Vec<&str> = text.split(' ').collect();
    Isupport::new().parse_tokens(&params);
});

fn check_names(text: &str) {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded);
    for name in [Name::nick(text), Name::room(text)].into_iter().flatten() {
        assert!(name.as_str().len() <= ROOM_MAX_BYTES);
        assert!(!name.as_str().contains(|c: char| c.is_whitespace() || c.is_control() || c == ','));
        assert_eq!(name.folded(), folded);
        assert_eq!(fold(name.as_str()), folded);
        assert!(!name.skeleton().is_empty());
    }
    if let Ok(name) = Name::nick(text) {
        assert_eq!(Name::nick(name.as_str()), Ok(name));
    }
    if let Ok(name) = Name::room(text) {
        assert_eq!(Name::room(name.as_str()), Ok(name));
    }
    if let Some(nick) = nick_from_display_name(text) {
        assert_eq!(Name::nick(&nick).as_ref().map(Name::as_str), Ok(nick.as_str()));
    }
}

fn check_pieces(text: &str) {
    let pieces: Vec<&str> = split_text(text, 8).collect();
    assert!(pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= 8));
    assert_eq!(pieces.concat().replace(' ', ""), text.replace(' ', ""));
}

fn check_lines(text: &str) {
    let mut whole = MultilineText::default();
    for line in wire_lines(text) {
        whole.push(line);
    }
    assert_eq!(whole.text_bytes(), combined_text(text).len());
    let again = whole.into_kept();
    assert!(wire_lines(&again).eq(wire_lines(text)));
    assert_eq!(combined_text(&again), combined_text(text));
}
