//! How an HTTP request becomes a WebSocket (RFC 6455, 4.2), and which ones may.
//!
//! A page in somebody's browser can reach every server on their network. So a browser, which always says where its page is
//! from (`Origin`), is let in for pages of this very server and for those that the operator names. And since a page's owner
//! can have their own name lead to a server here, the name that was called (`Host`) has to be one of this machine's.

use std::net::{Ipv4Addr, Ipv6Addr};

use aws_lc_rs::digest;
use majlis_protocol::base64;

use super::websocket::Kind;

/// Who is let in by WebSocket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebSettings {
    /// Origins of pages that may talk here besides this server's own (`https://chat.example`); `*` stands for all.
    pub origins: Vec<String>,
    /// Names of this machine, without ports; its addresses and `localhost` always count.
    pub hosts: Vec<String>,
}

/// Why a request cannot become a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A field that the handshake needs is missing or malformed.
    Malformed,
    /// It speaks another version of the protocol than 13.
    Version,
    /// The page it comes from may not talk here.
    Origin,
    /// The name it called is none of this machine's.
    Host,
}

/// The fields of a request's head.
#[derive(Debug)]
pub(crate) struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    /// Reads all lines after the request line; `None` where one is no field (RFC 9112, 5).
    pub(crate) fn parse(lines: &'a str) -> Option<Self> {
        let lines = lines.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let field = |line: &'a str| {
            let (name, value) = line.split_once(':')?;
            let is_name = !name.is_empty() && !name.contains(|c: char| c.is_whitespace());
            let value = value.trim_matches([' ', '\t']);
            // A NUL or a bare CR may not even be passed on (RFC 9110, 5.5).
            let is_value = !value.contains(|c: char| c.is_control() && c != '\t');
            (is_name && is_value).then_some((name, value))
        };
        lines.filter(|line| !line.is_empty()).map(field).collect::<Option<_>>().map(Self)
    }

    /// The value of a field that may come only once; `None` also where it came more often.
    fn only(&self, name: &str) -> Option<&'a str> {
        let mut values = self.all(name);
        values.next().filter(|_| values.next().is_none())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|&(_, v)| v)
    }

    /// The elements of a field whose value is a list.
    fn elements(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.all(name).flat_map(|value| value.split(',')).map(str::trim)
    }

    /// Whether it is said once, as it has to be, which host is meant (RFC 9112, 3.2). Requests of HTTP/1.0 need not say it.
    pub(crate) fn name_a_host(&self, version: &str) -> bool {
        let is_host = |host: &str| !host.contains([' ', '\t', '@', '/', '\\', '?', '#']);
        match (self.all("Host").count(), version) {
            (0, version) => version == "HTTP/1.0",
            (1, _) => self.all("Host").all(is_host),
            _ => false,
        }
    }

    /// Whether the request asks for a WebSocket at all.
    pub(crate) fn ask_for_websocket(&self) -> bool {
        self.elements("Upgrade").any(|protocol| protocol.eq_ignore_ascii_case("websocket"))
    }
}

/// The answer to a request that asks for a WebSocket, and the kind of message that was agreed on.
pub(crate) fn accept(
    fields: &Fields<'_>,
    settings: &WebSettings,
) -> Result<(Vec<u8>, Kind), Refusal> {
    let host = fields.only("Host").ok_or(Refusal::Malformed)?;
    if !fields.elements("Connection").any(|option| option.eq_ignore_ascii_case("upgrade")) {
        return Err(Refusal::Malformed);
    }
    if fields.only("Sec-WebSocket-Version") != Some("13") {
        return Err(Refusal::Version);
    }
    let key = fields.only("Sec-WebSocket-Key").filter(|key| is_key(key));
    let key = key.ok_or(Refusal::Malformed)?;
    if !is_own_host(host, &settings.hosts) {
        return Err(Refusal::Host);
    }
    if !fields.all("Origin").all(|origin| may_come_from(origin, host, &settings.origins)) {
        return Err(Refusal::Origin);
    }
    let agreed = agree(fields);
    let protocol =
        agreed.map_or_else(String::new, |(name, _)| format!("Sec-WebSocket-Protocol: {name}\r\n"));
    let response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n{protocol}\r\n",
        accept_value(key)
    );
    Ok((response.into_bytes(), agreed.map_or(Kind::Text, |(_, kind)| kind)))
}

/// Whether a request names one of this machine's own names, so that no page in a browser got here under a name of its own.
pub(crate) fn is_for_this_machine(fields: &Fields<'_>, settings: &WebSettings) -> bool {
    fields.only("Host").is_some_and(|host| is_own_host(host, &settings.hosts))
}

/// The first subprotocol of the guest's list that is spoken here (websocket, "WebSocket features and encoding").
fn agree(fields: &Fields<'_>) -> Option<(&'static str, Kind)> {
    fields.elements("Sec-WebSocket-Protocol").find_map(|name| match name {
        "text.ircv3.net" => Some(("text.ircv3.net", Kind::Text)),
        "binary.ircv3.net" => Some(("binary.ircv3.net", Kind::Binary)),
        _ => None,
    })
}

/// Whether this is 16 bytes in base64 (RFC 6455, 4.1).
fn is_key(key: &str) -> bool {
    base64::decode(key).is_some_and(|bytes| bytes.len() == 16)
}

/// Shows that the server has understood the key (RFC 6455, 1.3).
fn accept_value(key: &str) -> String {
    const MAGIC: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    let text = format!("{key}{MAGIC}");
    base64::encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref())
}

/// Whether a `Host` is an address or one of these names.
fn is_own_host(host: &str, names: &[String]) -> bool {
    if let Some((address, rest)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let is_port = rest.strip_prefix(':').map_or(rest.is_empty(), is_port);
        return is_port && address.parse::<Ipv6Addr>().is_ok();
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) => name,
        Some(_) => return false,
        None => host,
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    name.parse::<Ipv4Addr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// Whether a page from there may talk to the server that was called so.
fn may_come_from(origin: &str, host: &str, allowed: &[String]) -> bool {
    let own = ["http://", "https://"].iter().find_map(|scheme| origin.strip_prefix(scheme));
    own.is_some_and(|own| own.eq_ignore_ascii_case(host))
        || allowed.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    /// The fields of a good request, where these replace or, without a value, remove some.
    fn ask(changes: &[(&str, &str)], settings: &WebSettings) -> Result<(String, Kind), Refusal> {
        let usual = [
            ("Host", "192.0.2.1:33000"),
            ("Upgrade", "websocket"),
            ("Connection", "keep-alive, Upgrade"),
            ("Sec-WebSocket-Key", KEY),
            ("Sec-WebSocket-Version", "13"),
        ];
        let is_changed = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
        let kept = usual.iter().filter(|(name, _)| !is_changed(name));
        let added = changes.iter().filter(|(_, value)| !value.is_empty());
        let lines: Vec<String> =
            kept.chain(added).map(|(name, value)| format!("{name}:  {value}\r\n")).collect();
        let lines = lines.concat();
        let fields = Fields::parse(&lines).expect("the fields are well formed");
        assert!(fields.ask_for_websocket());
        accept(&fields, settings)
            .map(|(response, kind)| (String::from_utf8(response).unwrap(), kind))
    }

    fn usual(changes: &[(&str, &str)]) -> Result<(String, Kind), Refusal> {
        ask(changes, &WebSettings::default())
    }

    #[test]
    fn the_key_of_the_rfc_is_answered_as_there() {
        let (response, kind) = usual(&[]).unwrap();
        assert!(response.starts_with("HTTP/1.1 101 "));
        assert!(response.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
        assert!(response.ends_with("\r\n\r\n") && !response.contains("Sec-WebSocket-Protocol"));
        assert_eq!(kind, Kind::Text);
    }

    #[test]
    fn the_guests_first_choice_counts() {
        for (offered, agreed, kind) in [
            ("text.ircv3.net", Some("text.ircv3.net"), Kind::Text),
            ("binary.ircv3.net, text.ircv3.net", Some("binary.ircv3.net"), Kind::Binary),
            ("chat,text.ircv3.net,binary.ircv3.net", Some("text.ircv3.net"), Kind::Text),
            ("chat", None, Kind::Text),
        ] {
            let (response, found) = usual(&[("Sec-WebSocket-Protocol", offered)]).unwrap();
            let told =
                response.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Protocol: "));
            assert_eq!((told, found), (agreed, kind), "{offered}");
        }
    }

    #[test]
    fn what_the_handshake_needs_is_asked_for() {
        for (name, value, refusal) in [
            ("Host", "", Refusal::Malformed),
            ("Connection", "keep-alive", Refusal::Malformed),
            ("Sec-WebSocket-Key", "", Refusal::Malformed),
            ("Sec-WebSocket-Key", "c2hvcnQ=", Refusal::Malformed),
            ("Sec-WebSocket-Key", "not base64 at all!!!", Refusal::Malformed),
            ("Sec-WebSocket-Version", "", Refusal::Version),
            ("Sec-WebSocket-Version", "8", Refusal::Version),
        ] {
            assert_eq!(usual(&[(name, value)]), Err(refusal), "{name}: {value}");
        }
        let twice = usual(&[("Host", "192.0.2.1"), ("Host", "192.0.2.2")]);
        assert_eq!(twice, Err(Refusal::Malformed));
    }

    #[test]
    fn pages_from_elsewhere_stay_out_unless_named() {
        let settings = WebSettings {
            origins: vec!["https://chat.example".into(), "null".into()],
            ..WebSettings::default()
        };
        for (origin, is_let_in) in [
            ("http://192.0.2.1:33000", true),
            ("https://192.0.2.1:33000", true),
            ("HTTPS://CHAT.example", true),
            ("null", true),
            ("https://192.0.2.1", false),
            ("https://192.0.2.1:33000.evil.example", false),
            ("https://evil.example", false),
            ("http://chat.example", false),
            ("ftp://192.0.2.1:33000", false),
        ] {
            let answer = ask(&[("Origin", origin)], &settings);
            assert_eq!(answer.is_ok(), is_let_in, "{origin}");
            assert!(is_let_in || answer == Err(Refusal::Origin));
        }
        assert_eq!(usual(&[("Origin", "null")]), Err(Refusal::Origin));
        let all = WebSettings { origins: vec!["*".into()], ..WebSettings::default() };
        assert!(ask(&[("Origin", "https://evil.example")], &all).is_ok());
        let both = [("Origin", "http://192.0.2.1:33000"), ("Origin", "http://evil.example")];
        assert_eq!(usual(&both), Err(Refusal::Origin));
    }

    #[test]
    fn names_that_are_not_this_machines_stay_out() {
        let settings = WebSettings { hosts: vec!["nook.local".into()], ..WebSettings::default() };
        for (host, is_own) in [
            ("127.0.0.1:33000", true),
            ("[::1]:33000", true),
            ("[2001:db8::1]", true),
            ("localhost:33000", true),
            ("Nook.Local:33000", true),
            ("nook.local.", true),
            ("nook.local", true),
            ("nook", false),
            ("evil.example:33000", false),
            ("127.0.0.1.evil.example", false),
            ("[::1]evil", false),
            ("localhost:evil", false),
            ("localhost:+1", false),
            ("2001:db8::1", false),
        ] {
            let answer = ask(&[("Host", host)], &settings);
            assert_eq!(answer.is_ok(), is_own, "{host}");
            assert!(is_own || answer == Err(Refusal::Host));
        }
        let rebound = [("Host", "evil.example:33000"), ("Origin", "http://evil.example:33000")];
        assert_eq!(usual(&rebound), Err(Refusal::Host));
    }

    #[test]
    fn a_line_that_is_no_field_spoils_the_head() {
        for lines in ["no colon\r\n", "Host : x\r\n", ": x\r\n", " folded: x\r\n"] {
            assert!(Fields::parse(lines).is_none(), "{lines:?}");
        }
        assert!(!Fields::parse("Upgrade: h2c\r\n\r\n").unwrap().ask_for_websocket());
    }
}
