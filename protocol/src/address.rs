//! Where a server is, as people type it, paste it and hand it on.
//!
//! Owns the forms of an address; looking names up and trusting keys is done elsewhere.

use std::fmt::{self, Write};
use std::net::Ipv6Addr;
use std::str::FromStr;

/// The port of Majlis.
pub const DEFAULT_PORT: u16 = 33000;
/// The port of `ircs://` links (RFC 7194).
const IRCS_PORT: u16 = 6697;
/// The port of `irc://` links.
const IRC_PORT: u16 = 6667;

/// The longest host name (RFC 1035, section 2.3.4).
const HOST_MAX_BYTES: usize = 253;
const INVITE_MAX_BYTES: usize = 128;
/// No server takes a longer name of a room.
const ROOM_MAX_BYTES: usize = 256;

/// A server's address, and what an invitation says about it.
///
/// It is read from `host`, `host:port`, `[IPv6]:port`, a bare IPv6 address, and `ircs://`, `irc://` and `majlis://` links;
/// spaces around it do not count. Its text is the `majlis://` link:
/// `majlis://host:33000/?spki=sha256-BASE64URL#ROOM&invite=CODE`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServerAddress {
    /// A host name, an IPv4 address, or an IPv6 address without brackets, possibly with a zone (`fe80::1%eth0`).
    pub host: String,
    /// The port, never 0; 33000 where nothing else was said.
    pub port: u16,
    /// Whether to use TLS.
    pub encrypt: bool,
    /// The SHA-256 of the server's public key (SPKI), if the link says it.
    pub spki: Option<[u8; 32]>,
    /// The invitation's code, if the link has one: at most 128 of `A-Za-z0-9-._~`.
    pub invite: Option<String>,
    /// The room that the link leads to, if to one: its name with its `#`, at most 256 bytes, without spaces.
    pub room: Option<String>,
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// There is nothing in it.
    Empty,
    /// What should be the host is neither a name nor an address.
    BadHost,
    /// What should be the port is no number from 1 to 65535.
    BadPort,
    /// It is a link of another kind.
    UnknownScheme,
    /// The link's fingerprint is none.
    BadFingerprint,
    /// The link's invitation is none.
    BadInvite,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "there is no address",
            Self::BadHost => "this is neither a host name nor an address",
            Self::BadPort => "the port is not a number from 1 to 65535",
            Self::UnknownScheme => "this is not the link of a chat server",
            Self::BadFingerprint => "the link's fingerprint is damaged",
            Self::BadInvite => "the link's invitation is damaged",
        })
    }
}

impl std::error::Error for AddressError {}

impl FromStr for ServerAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            return Self::at(text, DEFAULT_PORT, true);
        };
        match scheme.to_ascii_lowercase().as_str() {
            "majlis" => parse_majlis(rest),
            "ircs" => parse_irc(rest, IRCS_PORT, true),
            "irc" => parse_irc(rest, IRC_PORT, false),
            _ => Err(AddressError::UnknownScheme),
        }
    }
}

impl ServerAddress {
    fn at(authority: &str, default_port: u16, encrypt: bool) -> Result<Self, AddressError> {
        let (host, port) = split_port(authority)?;
        check_host(host)?;
        let port = port.map_or(Ok(default_port), parse_port)?;
        Ok(Self { host: host.to_owned(), port, encrypt, spki: None, invite: None, room: None })
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "majlis://[{}]:{}/", self.host, self.port)?;
        } else {
            write!(f, "majlis://{}:{}/", self.host, self.port)?;
        }
        let mut separator = '?';
        if let Some(spki) = &self.spki {
            write!(f, "{separator}spki={SPKI_PREFIX}{}", base64url(spki))?;
            separator = '&';
        }
        if !self.encrypt {
            write!(f, "{separator}encrypt=no")?;
        }
        let mut separator = '#';
        if let Some(room) = &self.room {
            write!(f, "#{}", percent_encoded(room.strip_prefix('#').unwrap_or(room)))?;
            separator = '&';
        }
        match &self.invite {
            Some(invite) => write!(f, "{separator}invite={invite}"),
            None => Ok(()),
        }
    }
}

const SPKI_PREFIX: &str = "sha256-";

fn parse_majlis(rest: &str) -> Result<ServerAddress, AddressError> {
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (_, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut address = ServerAddress::at(authority(rest), DEFAULT_PORT, true)?;
    for (key, value) in fields(query) {
        match key {
            "spki" => address.spki = Some(parse_spki(value)?),
            "encrypt" => address.encrypt = value != "no",
            _ => {}
        }
    }
    for (key, value) in fields(fragment) {
        if key == "invite" {
            address.invite = Some(parse_invite(value)?);
        }
    }
    let room = fragment.split('&').find(|field| !field.contains('='));
    address.room = room.and_then(parse_room);
    Ok(address)
}

/// `host:port/#room`, as most programs write it, or `host:port/room`.
fn parse_irc(rest: &str, port: u16, encrypt: bool) -> Result<ServerAddress, AddressError> {
    let mut address = ServerAddress::at(authority(rest), port, encrypt)?;
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    let room = path.strip_prefix('#').unwrap_or(path);
    address.room = parse_room(room.split(['?', ',', '#']).next().unwrap_or_default());
    Ok(address)
}

/// A room's name without its `#`; what cannot be one leads to the server alone.
fn parse_room(text: &str) -> Option<String> {
    let name = percent_decoded(text)?;
    let is_name_char = |c: char| !c.is_whitespace() && !c.is_control() && c != ',';
    let is_name = !name.is_empty() && name.len() < ROOM_MAX_BYTES && name.chars().all(is_name_char);
    is_name.then(|| format!("#{name}"))
}

/// Letters of any script stay readable; what has a meaning in a link, or could end one amid a sentence, is encoded (RFC 3986,
/// section 2.1).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, '-' | '_') {
            encoded.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                write!(encoded, "%{byte:02X}").expect("a string takes whatever is written");
            }
        }
    }
    encoded
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).ok()
}

/// What stands before a link's path, query or fragment.
fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

fn fields(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('&').filter_map(|field| field.split_once('='))
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), AddressError> {
    if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, after) = bracketed.split_once(']').ok_or(AddressError::BadHost)?;
        return match (is_ipv6(host), after.strip_prefix(':')) {
            (false, _) => Err(AddressError::BadHost),
            (true, None) if !after.is_empty() => Err(AddressError::BadPort),
            (true, port) => Ok((host, port)),
        };
    }
    match authority.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Ok((authority, None)),
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((authority, None)),
    }
}

fn check_host(host: &str) -> Result<(), AddressError> {
    if host.is_empty() {
        return Err(AddressError::Empty);
    }
    let is_label = |label: &str| !label.is_empty() && label.chars().all(is_host_char);
    let is_name = host.strip_suffix('.').unwrap_or(host).split('.').all(is_label);
    if host.len() > HOST_MAX_BYTES || !(is_name || is_ipv6(host)) {
        return Err(AddressError::BadHost);
    }
    Ok(())
}

/// Names announced on a local network may be in any script (RFC 6762, section 16).
fn is_host_char(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

fn is_ipv6(host: &str) -> bool {
    let (address, zone) = host.split_once('%').unwrap_or((host, "0"));
    let is_zone_char = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    address.parse::<Ipv6Addr>().is_ok() && !zone.is_empty() && zone.chars().all(is_zone_char)
}

fn parse_port(text: &str) -> Result<u16, AddressError> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if is_number && port != 0 => Ok(port),
        _ => Err(AddressError::BadPort),
    }
}

fn parse_invite(text: &str) -> Result<String, AddressError> {
    let is_code_char = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if text.is_empty() || text.len() > INVITE_MAX_BYTES || !text.bytes().all(is_code_char) {
        return Err(AddressError::BadInvite);
    }
    Ok(text.to_owned())
}

fn parse_spki(text: &str) -> Result<[u8; 32], AddressError> {
    text.strip_prefix(SPKI_PREFIX).and_then(from_base64url).ok_or(AddressError::BadFingerprint)
}

const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The 43 characters of 32 bytes, without padding (RFC 4648, section 5).
fn base64url(bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(43);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=chunk.len() {
            let digit = group >> (18 - 6 * place) & 63;
            text.push(char::from(BASE64URL[digit as usize]));
        }
    }
    text
}

/// Exactly what [`base64url`] writes, and nothing else: no padding, no stray bits at the end.
fn from_base64url(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (place, character) in text.bytes().enumerate() {
        let digit = BASE64URL.iter().position(|&known| known == character)?;
        for bit in (0..6).filter(|bit| digit & (32 >> bit) != 0) {
            let at = place * 6 + bit;
            *bytes.get_mut(at / 8)? |= 128 >> (at % 8);
        }
    }
    (base64url(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> (String, u16, bool) {
        let address: ServerAddress = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        (address.host, address.port, address.encrypt)
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let table = [
            ("host", "host", 33000, true),
            (" host.local. ", "host.local.", 33000, true),
            ("host:7000", "host", 7000, true),
            ("192.168.1.2:7000", "192.168.1.2", 7000, true),
            ("::1", "::1", 33000, true),
            ("fe80::1%eth0", "fe80::1%eth0", 33000, true),
            ("[fe80::1%eth0]", "fe80::1%eth0", 33000, true),
            ("[::1]:7000", "::1", 7000, true),
            ("مجلس.local", "مجلس.local", 33000, true),
            ("ircs://irc.example.org", "irc.example.org", 6697, true),
            ("IRCS://irc.example.org:7000/#room", "irc.example.org", 7000, true),
            ("irc://irc.example.org/", "irc.example.org", 6667, false),
            ("majlis://host", "host", 33000, true),
            ("majlis://[::1]:5/?later=x&encrypt=no", "::1", 5, false),
        ];
        for (text, host, port, encrypt) in table {
            assert_eq!(parsed(text), (host.to_owned(), port, encrypt), "{text}");
        }
    }

    #[test]
    fn an_invitation_says_the_key_and_the_code() {
        let link = "majlis://host:33000/?spki=sha256-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8#invite=a-b_c.d~1";
        let address: ServerAddress = link.parse().unwrap();
        assert_eq!(address.spki, Some(std::array::from_fn(|index| u8::try_from(index).unwrap())));
        assert_eq!(address.invite.as_deref(), Some("a-b_c.d~1"));
        assert_eq!(address.to_string(), link);
    }

    #[test]
    fn a_link_leads_to_a_room_of_any_script() {
        let room = |text: &str| text.parse::<ServerAddress>().unwrap().room;
        let table = [
            ("majlis://host/#garden", Some("#garden")),
            ("majlis://host/?encrypt=no#garden&invite=ab", Some("#garden")),
            ("majlis://host/#invite=ab&garden", Some("#garden")),
            ("majlis://host/#%D9%85%D8%AC%D9%84%D8%B3", Some("#مجلس")),
            ("majlis://host/#مجلس", Some("#مجلس")),
            ("ircs://host/#garden", Some("#garden")),
            ("irc://host/garden?key", Some("#garden")),
            ("irc://host/#one,two", Some("#one")),
            ("majlis://host/#invite=ab", None),
            ("majlis://host/#two%20words", None),
            ("majlis://host/#%zz", None),
            ("majlis://host/#%+1", None),
            ("majlis://host/#%FF", None),
            ("majlis://host/#", None),
            ("ircs://host/", None),
            ("host", None),
        ];
        for (text, expected) in table {
            assert_eq!(room(text).as_deref(), expected, "{text}");
        }
        let long = |bytes| room(&format!("majlis://host/#{}", "a".repeat(bytes)));
        assert!(long(ROOM_MAX_BYTES - 1).is_some());
        assert!(long(ROOM_MAX_BYTES).is_none());
        for name in ["#garden", "#a&b=c.d!", "##", "#100%", "#مشروع-GTK"] {
            let mut address: ServerAddress = "majlis://host".parse().unwrap();
            address.room = Some(name.to_owned());
            assert_eq!(address.to_string().parse(), Ok(address));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_in_kinds() {
        use AddressError::{BadFingerprint, BadHost, BadInvite, BadPort, Empty, UnknownScheme};
        let long_host = "a".repeat(HOST_MAX_BYTES + 1);
        let long_invite = format!("majlis://h/#invite={}", "a".repeat(INVITE_MAX_BYTES + 1));
        let table = [
            ("", Empty),
            ("  ", Empty),
            (":7000", Empty),
            ("majlis://", Empty),
            ("two words", BadHost),
            ("a..b", BadHost),
            ("host/path", BadHost),
            ("user@host", BadHost),
            ("1:2:3", BadHost),
            ("[host]:1", BadHost),
            ("[::1", BadHost),
            ("fe80::1%", BadHost),
            ("a\u{202E}b", BadHost),
            (&long_host, BadHost),
            ("host:", BadPort),
            ("host:0", BadPort),
            ("host:65536", BadPort),
            ("host:+1", BadPort),
            ("host:٣", BadPort),
            ("[::1]x", BadPort),
            ("https://host", UnknownScheme),
            ("majlis://host/?spki=", BadFingerprint),
            (
                "majlis://host/?spki=sha256-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9",
                BadFingerprint,
            ),
            (
                "majlis://host/?spki=sha256-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                BadFingerprint,
            ),
            (
                "majlis://host/?spki=sha1-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
                BadFingerprint,
            ),
            ("majlis://host/#invite=", BadInvite),
            ("majlis://host/#invite=a b", BadInvite),
            (&long_invite, BadInvite),
        ];
        for (text, error) in table {
            assert_eq!(text.parse::<ServerAddress>(), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_link_brings_back_what_it_was_made_of(
            host in prop_oneof!["[a-z0-9-]{1,10}(\\.[a-z]{1,5})?", Just("fe80::1%eth0".to_owned())],
            port in 1u16..,
            encrypt: bool,
            spki: Option<[u8; 32]>,
            invite in proptest::option::of("[A-Za-z0-9._~-]{1,30}"),
            room in proptest::option::of("#[^\\s\\pC,]{1,20}"),
        ) {
            let address = ServerAddress { host, port, encrypt, spki, invite, room };
            prop_assert_eq!(address.to_string().parse(), Ok(address));
        }

        #[test]
        fn any_text_ends_in_a_value_or_an_error(text in "(majlis://|ircs://)?\\PC*") {
            if let Ok(address) = text.parse::<ServerAddress>() {
                prop_assert_eq!(address.to_string().parse(), Ok(address));
            }
        }
    }
}
