//! What a server says of itself on the local network (DNS-SD, RFC 6763): the kind of service, and the properties beside it.
//!
//! Owns the words; sending and hearing them is done elsewhere. Anybody on a network can say anything there: what is read is
//! bounded and fit to be shown, and nothing of it proves who says it.

use std::net::IpAddr;

/// The kind of service that a Majlis server is (RFC 6763, section 4.1.2), in the one domain of mDNS.
pub const SERVICE_TYPE: &str = "_majlis._tcp.local.";

/// Most bytes of a place's name, here as in the server's settings.
pub const PLACE_NAME_MAX_BYTES: usize = 60;

/// Most bytes of a version.
const VERSION_MAX_BYTES: usize = 20;

/// How many hexadecimal digits a hint at the key has, at most.
const KEY_HINT_MAX_DIGITS: usize = 16;

/// Who announces more people than this knows how many there are as little as we do.
const PEOPLE_MAX: u32 = 1_000_000;

const NAME: &str = "name";
const PEOPLE: &str = "people";
const KEY: &str = "key";
const VERSION: &str = "version";

/// The properties of an announcement; each may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcement {
    /// What people call the place: at most 60 bytes, without what would disturb a line of text; empty where nothing is said.
    pub name: String,
    /// How many people are there, at most a million.
    pub people_count: Option<u32>,
    /// How the key's fingerprint begins, in lower-case hexadecimal digits, at most 16: it tells two servers of one name apart
    /// for somebody who looks, and proves nothing, since anybody can repeat it. Possibly empty.
    pub key_hint: String,
    /// The server's version; possibly empty.
    pub version: String,
}

impl Announcement {
    /// The properties to send; what is missing is left out.
    pub fn properties(&self) -> Vec<(&'static str, String)> {
        let people = self.people_count.map(|count| count.to_string()).unwrap_or_default();
        let all = [
            (NAME, self.name.clone()),
            (PEOPLE, people),
            (KEY, self.key_hint.clone()),
            (VERSION, self.version.clone()),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Reads properties as they came from the network: of two with one key the first counts (RFC 6763, section 6.4), and what
    /// makes no sense is as good as missing.
    pub fn read<'a>(properties: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut values = [None; 4];
        for (key, value) in properties {
            let place =
                [NAME, PEOPLE, KEY, VERSION].iter().position(|it| key.eq_ignore_ascii_case(it));
            if let Some(place) = place {
                values[place].get_or_insert(value);
            }
        }
        let [name, people, key, version] = values.map(Option::unwrap_or_default);
        Self {
            name: shown(name, PLACE_NAME_MAX_BYTES),
            people_count: read_count(people),
            key_hint: read_hint(key),
            version: shown(version, VERSION_MAX_BYTES),
        }
    }
}

/// A name as bytes from the network make it: one line without what turns, hides or breaks text, cut where it is too long.
pub fn shown_place_name(bytes: &[u8]) -> String {
    shown(bytes, PLACE_NAME_MAX_BYTES)
}

/// Whether an address is one of a private network (RFC 1918, RFC 4193), or of one link alone (RFC 3927, RFC 4291).
pub fn is_private(address: IpAddr) -> bool {
    is_link_local(address)
        || match address {
            IpAddr::V4(address) => address.is_private(),
            IpAddr::V6(address) => address.is_unique_local(),
        }
}

/// Whether an address is of one link alone; in IPv6, every interface has one.
pub fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

fn shown(bytes: &[u8], max_bytes: usize) -> String {
    // More than this is never looked at, so that a long text costs no more than a short one.
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * max_bytes)]);
    let mut shown = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let word: String = word.chars().filter(|&c| !disturbs(c)).collect();
        if !word.is_empty() && !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(&word);
    }
    shown.truncate(shown.floor_char_boundary(max_bytes));
    shown.truncate(shown.trim_end().len());
    shown
}

/// Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX #9), characters without a glyph that join
/// nothing, and what stands for bytes that are no text.
fn disturbs(c: char) -> bool {
    matches!(
        c,
        '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}' | '\u{E0000}'..='\u{E0FFF}' | '\u{AD}'
    )
}

fn read_count(digits: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok()?;
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&count| is_number && count <= PEOPLE_MAX)
}

fn read_hint(digits: &[u8]) -> String {
    let digits = &digits[..digits.len().min(KEY_HINT_MAX_DIGITS)];
    let is_hint = digits.iter().all(u8::is_ascii_hexdigit);
    let hint = if is_hint { digits } else { &[] };
    hint.iter().map(|&digit| char::from(digit.to_ascii_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(properties: &[(&str, &[u8])]) -> Announcement {
        Announcement::read(properties.iter().copied())
    }

    #[test]
    fn what_a_server_says_is_understood() {
        let properties: &[(&str, &[u8])] = &[
            ("name", "بيت نور".as_bytes()),
            ("people", b"12"),
            ("key", b"00ff12aB"),
            ("version", b"0.1.0"),
            ("later", b"unknown"),
        ];
        let announcement = read(properties);
        assert_eq!(announcement.name, "بيت نور");
        assert_eq!(announcement.people_count, Some(12));
        assert_eq!((&*announcement.key_hint, &*announcement.version), ("00ff12ab", "0.1.0"));
    }

    #[test]
    fn the_first_of_a_key_counts_whatever_its_case() {
        assert_eq!(read(&[("NAME", b"one"), ("name", b"two")]).name, "one");
    }

    #[test]
    fn names_cannot_disturb_what_stands_around_them() {
        for (sent, name) in [
            ("a\nb\r\n\tc\0d", "a b c d"),
            ("  \u{202E}evil\u{2066} \u{200B} name\u{FEFF} ", "evil name"),
            ("\u{E0041}\u{1b}[31mred", "[31mred"),
            // What joins letters within a word stays, and so does a flag.
            ("می\u{200C}خواهم", "می\u{200C}خواهم"),
            ("🏳\u{FE0F}\u{200D}🌈", "🏳\u{FE0F}\u{200D}🌈"),
            (" \u{202E} ", ""),
        ] {
            assert_eq!(shown_place_name(sent.as_bytes()), name, "{sent:?}");
        }
        assert_eq!(shown_place_name(b"caf\xff\xfe"), "caf", "bytes that are no text are left out");
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        let long = "م".repeat(1000);
        assert_eq!(shown_place_name(long.as_bytes()).len(), PLACE_NAME_MAX_BYTES);
        let odd = format!("a{long}");
        assert_eq!(shown_place_name(odd.as_bytes()).len(), PLACE_NAME_MAX_BYTES - 1);
    }

    #[test]
    fn absurd_counts_are_no_counts() {
        for (sent, count) in [
            ("0", Some(0)),
            ("1000000", Some(1_000_000)),
            ("1000001", None),
            ("99999999999999999999", None),
            ("-1", None),
            ("+1", None),
            (" 1", None),
            ("١", None),
            ("", None),
        ] {
            assert_eq!(read(&[("people", sent.as_bytes())]).people_count, count, "{sent:?}");
        }
    }

    #[test]
    fn a_hint_is_hexadecimal_or_none() {
        assert_eq!(read(&[("key", &[b'a'; 64])]).key_hint, "a".repeat(16));
        assert_eq!(read(&[("key", b"sha256-AA")]).key_hint, "");
    }

    #[test]
    fn private_addresses_are_told_from_others() {
        let is = |text: &str| is_private(text.parse().expect("it is an address"));
        for text in ["10.0.0.1", "172.16.0.1", "192.168.1.9", "169.254.3.4", "fd00::1", "fe80::1"] {
            assert!(is(text), "{text}");
        }
        for text in ["127.0.0.1", "0.0.0.0", "8.8.8.8", "224.0.0.251", "172.32.0.1", "100.64.0.1"] {
            assert!(!is(text), "{text}");
        }
        for text in ["::1", "::", "2001:db8::1", "ff02::fb", "::ffff:192.168.1.9"] {
            assert!(!is(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_announcement_brings_back_what_it_was_made_of(
            name in "[a-zA-Zء-ي李雷é]{1,10}( [a-z]{1,5}){0,3}",
            people_count in proptest::option::of(0..=PEOPLE_MAX),
            key_hint in "[0-9a-f]{0,16}",
            version in "[0-9.a-z-]{0,20}",
        ) {
            let announcement = Announcement { name, people_count, key_hint, version };
            let properties = announcement.properties();
            let sent = properties.iter().map(|(key, value)| (*key, value.as_bytes()));
            prop_assert_eq!(Announcement::read(sent), announcement);
        }

        #[test]
        fn whatever_comes_is_fit_to_be_shown(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let name = shown_place_name(&bytes);
            prop_assert!(name.len() <= PLACE_NAME_MAX_BYTES);
            prop_assert!(!name.chars().any(|c| c.is_control() || disturbs(c)), "{:?}", name);
            prop_assert_eq!(shown_place_name(name.as_bytes()), name);
        }
    }
}
