//! Any text as a name, an address, a time, a list of tokens, and as something to cut.
//!
//! `cargo +nightly fuzz run names fuzz/corpus/names fuzz/seeds/names`, in `protocol/`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use majlis_protocol::{
    Isupport, Name, ROOM_MAX_BYTES, ServerAddress, Timestamp, escape_tag_value, fold,
    nick_from_display_name, split_text, unescape_tag_value,
};

fuzz_target!(|text: &str| {
    check_names(text);
    check_pieces(text);
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
