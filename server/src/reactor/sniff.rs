//! What a guest speaks, told from their first bytes.
//!
//! Pure: looks at bytes, decides, keeps nothing. What silence means is a matter of clocks and so of
//! [`conn`](super::conn).

/// What the first bytes are the beginning of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoken {
    /// A TLS record with a handshake in it.
    Tls,
    /// An IRC command.
    Irc,
    /// An HTTP request line.
    Http,
    /// Anything else: the plain room.
    Text,
}

/// A handshake record of any TLS version since SSL 3 (RFC 8446, 5.1).
const TLS_START: &[u8] = &[0x16, 0x03];

/// The commands that a client may begin with, and those by which some begin too early or end at once, who are told so in IRC; in
/// capitals, as clients send them. Those by which anybody introduces themselves may be small, as people type them: a password
/// would otherwise be somebody's name in the room.
const IRC_COMMANDS: [&[u8]; 18] = [
    b"CAP",
    b"NICK",
    b"USER",
    b"PASS",
    b"PING",
    b"PONG",
    b"AUTHENTICATE",
    b"REGISTER",
    b"WEBIRC",
    b"QUIT",
    b"JOIN",
    b"PRIVMSG",
    b"NOTICE",
    b"MODE",
    b"cap",
    b"nick",
    b"user",
    b"pass",
];

/// The methods of RFC 9110, 9.3, PATCH (RFC 5789) and the preface of HTTP/2 (RFC 9113, 3.4).
const HTTP_METHODS: [&[u8]; 10] = [
    b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH", b"PRI",
];

/// Classifies all that a guest has sent so far; `None` while more bytes may still decide.
///
/// A guest who once looked like HTTP is never taken for text: a page in somebody's browser could make it post words of
/// the page's choosing into the room. Under TLS there is no TLS.
pub(crate) fn classify(bytes: &[u8], is_encrypted: bool) -> Option<Spoken> {
    let tls = if is_encrypted { Likeness::None } else { likeness(bytes, TLS_START) };
    let candidates = [
        (tls, Spoken::Tls),
        (command_likeness(bytes, &IRC_COMMANDS), Spoken::Irc),
        (command_likeness(bytes, &HTTP_METHODS), Spoken::Http),
    ];
    if let Some((_, spoken)) = candidates.iter().find(|(found, _)| *found == Likeness::Whole) {
        return Some(*spoken);
    }
    let may_become = candidates.iter().any(|(found, _)| *found == Likeness::Begun);
    (!may_become).then_some(Spoken::Text)
}

/// Whether the first line of somebody who was greeted as a plain guest, after staying silent, shows an IRC client.
pub(crate) fn is_irc_opening(line: &[u8]) -> bool {
    let is_cap_ls =
        line.strip_prefix(b"CAP LS").is_some_and(|rest| matches!(rest, [] | [b' ', ..]));
    let is_nick = line.strip_prefix(b"NICK ").is_some_and(|nick| !nick.trim_ascii().is_empty());
    is_cap_ls || is_nick
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    None,
    Begun,
    Whole,
}

/// How much the bytes look like one of these words with a space behind it.
fn command_likeness(bytes: &[u8], words: &[&[u8]]) -> Likeness {
    let like = |word: &&[u8]| match bytes.get(word.len()) {
        Some(b' ') => likeness(bytes, word),
        Some(_) => Likeness::None,
        None => likeness(bytes, word).min(Likeness::Begun),
    };
    words.iter().map(like).max().unwrap_or(Likeness::None)
}

fn likeness(bytes: &[u8], pattern: &[u8]) -> Likeness {
    if bytes.starts_with(pattern) {
        Likeness::Whole
    } else if pattern.starts_with(bytes) {
        Likeness::Begun
    } else {
        Likeness::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out when the bytes arrive one at a time, and after how many.
    fn one_by_one(bytes: &[u8], is_encrypted: bool) -> Option<(Spoken, usize)> {
        (0..=bytes.len())
            .find_map(|count| classify(&bytes[..count], is_encrypted).map(|found| (found, count)))
    }

    #[test]
    fn first_bytes_tell_even_one_at_a_time() {
        for (bytes, spoken, decided_at) in [
            (&b"\x16\x03\x01\x02\x00\x01"[..], Spoken::Tls, 2),
            (b"CAP LS 302\r\n", Spoken::Irc, 4),
            (b"NICK ana\r\n", Spoken::Irc, 5),
            (b"USER a 0 * :A\r\n", Spoken::Irc, 5),
            (b"PASS secret\r\n", Spoken::Irc, 5),
            (b"AUTHENTICATE PLAIN\r\n", Spoken::Irc, 13),
            (b"QUIT :bye\r\n", Spoken::Irc, 5),
            (b"JOIN #a\r\n", Spoken::Irc, 5),
            (b"QUIT\n", Spoken::Text, 5),
            (b"GET / HTTP/1.1\r\n", Spoken::Http, 4),
            (b"POST /x HTTP/1.1\r\n", Spoken::Http, 5),
            (b"PRI * HTTP/2.0\r\n", Spoken::Http, 4),
            (b"ana\n", Spoken::Text, 1),
            (b"CAPTAIN\n", Spoken::Text, 4),
            (b"CAP\n", Spoken::Text, 4),
            (b"pass hunter2\r\n", Spoken::Irc, 5),
            (b"nick ana\n", Spoken::Irc, 5),
            (b"user a 0 * :A\n", Spoken::Irc, 5),
            (b"cap ls\n", Spoken::Irc, 4),
            (b"Nick Cave\n", Spoken::Text, 2),
            (b"captain\n", Spoken::Text, 4),
            (b"user\n", Spoken::Text, 5),
            (b"join #a\n", Spoken::Text, 1),
            (b"GET\n", Spoken::Text, 4),
            (b"\x16\x04", Spoken::Text, 2),
            (b"\n", Spoken::Text, 1),
            (b"\xff\xfb\x01", Spoken::Text, 1),
        ] {
            assert_eq!(one_by_one(bytes, false), Some((spoken, decided_at)), "{bytes:?}");
            assert_eq!(classify(bytes, false), Some(spoken), "{bytes:?} at once");
        }
    }

    #[test]
    fn words_of_two_tables_are_told_apart() {
        assert_eq!(classify(b"P", false), None);
        assert_eq!(classify(b"PA", false), None);
        assert_eq!(classify(b"PATCH ", false), Some(Spoken::Http));
        assert_eq!(classify(b"PASS ", false), Some(Spoken::Irc));
        assert_eq!(classify(b"", false), None);
    }

    #[test]
    fn there_is_no_tls_in_tls() {
        assert_eq!(classify(b"\x16\x03\x01", true), Some(Spoken::Text));
        assert_eq!(classify(b"NICK a", true), Some(Spoken::Irc));
    }

    #[test]
    fn greeted_guest_may_turn_out_to_speak_irc() {
        for line in [&b"CAP LS"[..], b"CAP LS 302", b"NICK ana", b"NICK \xd9\x86"] {
            assert!(is_irc_opening(line), "{line:?}");
        }
        for line in [&b"CAP LSX"[..], b"cap ls", b"NICK", b"NICK ", b"nick ana", b"USER a", b""] {
            assert!(!is_irc_opening(line), "{line:?}");
        }
    }
}
