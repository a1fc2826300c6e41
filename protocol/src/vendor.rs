//! Majlis's own words on the wire: tags and ISUPPORT tokens under its vendor name.
//!
//! Any other program may ignore them and still take part in everything.

/// The vendor name that stands before every word of Majlis's own (message-tags, "Vendor-Specific").
pub const VENDOR: &str = "majlis-chat.github.io";

/// The client-only tag that carries the identifier (a UUID as text) by which a message is taken only once.
pub const SEND_TAG: &str = "+majlis-chat.github.io/send";

/// The longest value of [`SEND_TAG`] that a server takes.
pub const SEND_ID_MAX_BYTES: usize = 64;

/// The ISUPPORT token that names the lobby, the room that newcomers are brought into.
pub const LOBBY_TOKEN: &str = "majlis-chat.github.io/LOBBY";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_under_the_vendor_name() {
        assert_eq!(
            SEND_TAG.strip_prefix('+').and_then(|tag| tag.split_once('/')),
            Some((VENDOR, "send"))
        );
        assert_eq!(LOBBY_TOKEN.split_once('/'), Some((VENDOR, "LOBBY")));
    }
}
