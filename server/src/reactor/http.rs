//! The little of HTTP/1.1 (RFC 9112) that tells a browser what it found here.
//!
//! Owns the bounded reading of one request's head and the pages. Every answer closes the connection, but for one that makes
//! it a WebSocket, which is [`upgrade`](super::upgrade)'s affair.

use std::fmt::{self, Write};

use super::upgrade::{self, Fields, Refusal, WebSettings};
use super::websocket::Kind;

/// The longest request line and header fields together.
pub(crate) const HEAD_MAX_BYTES: usize = 8 * 1024;

/// What whoever runs the server can look at from the server's own machine.
pub trait Pages: fmt::Debug + Send + Sync {
    /// Whether the server does its work (`/healthz`).
    fn is_alive(&self) -> bool;
    /// All figures in Prometheus' text format 0.0.4 (`/metrics`).
    fn metrics(&self) -> String;
}

/// What an answer depends on besides the request.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    /// The port that the guest reached, for the page to name.
    pub(crate) port: u16,
    /// Who is let in by WebSocket.
    pub(crate) web: &'a WebSettings,
    /// The operator's pages, for a guest of this machine.
    pub(crate) pages: Option<&'a dyn Pages>,
}

/// A request's head while it arrives.
#[derive(Debug, Default)]
pub(crate) struct RequestHead {
    bytes: Vec<u8>,
}

/// What a request is answered with.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A whole response, and then the end.
    Page(Vec<u8>),
    /// A response after which the connection is a WebSocket.
    WebSocket {
        /// The response.
        response: Vec<u8>,
        /// What messages to the guest are marked as.
        kind: Kind,
        /// How many of the bytes last pushed belong to the head.
        taken: usize,
    },
}

impl RequestHead {
    /// Takes bytes of the request; the answer as soon as the head is complete or cannot become so.
    pub(crate) fn push(&mut self, bytes: &[u8], site: &Site<'_>) -> Option<Answer> {
        // The end may straddle what was there and what came.
        let held = self.bytes.len();
        let searched = held.saturating_sub(END.len() - 1);
        let room = HEAD_MAX_BYTES - held;
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if let Some(end) = find_end(&self.bytes[searched..]) {
            let end = searched + end;
            return Some(respond(&self.bytes[..end], site, end - held));
        }
        let is_full = self.bytes.len() == HEAD_MAX_BYTES;
        is_full.then(|| Answer::Page(error_page(Status::FieldsTooLarge, true)))
    }
}

const END: &[u8] = b"\r\n\r\n";
const BARE_END: &[u8] = b"\n\n";

/// Where the first empty line ends.
fn find_end(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len()).find_map(|start| {
        let rest = &bytes[start..];
        let end = [END, BARE_END].into_iter().find(|end| rest.starts_with(end))?;
        Some(start + end.len())
    })
}

/// The answer to everybody who asks without encryption from where that is not allowed.
pub(crate) fn forbidden() -> Vec<u8> {
    error_page(Status::Forbidden, true)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Ok,
    BadRequest,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Misdirected,
    UpgradeRequired,
    FieldsTooLarge,
    ForbiddenPage,
    Unavailable,
}

impl Status {
    fn line(self) -> &'static str {
        match self {
            Self::Ok => "200 OK",
            Self::BadRequest => "400 Bad Request",
            Self::Forbidden | Self::ForbiddenPage => "403 Forbidden",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::Misdirected => "421 Misdirected Request",
            Self::UpgradeRequired => "426 Upgrade Required",
            Self::FieldsTooLarge => "431 Request Header Fields Too Large",
            Self::Unavailable => "503 Service Unavailable",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Ok | Self::Unavailable => "",
            Self::BadRequest => "This is no request that a chat server understands.",
            Self::Forbidden => {
                "This chat server talks over encrypted connections only. Use https instead of http, \
                 or the Majlis application."
            }
            Self::ForbiddenPage => {
                "Pages from where this one comes from may not talk to this chat server. Whoever runs \
                 it can name them in its settings, under web.origins."
            }
            Self::NotFound => "There is nothing here. The first page says what this is.",
            Self::MethodNotAllowed => "Pages here can only be read.",
            Self::Misdirected => {
                "This chat server does not know that name for itself. Use its address; or whoever \
                 runs it can name it in its settings, under web.hosts."
            }
            Self::UpgradeRequired => "This chat server speaks version 13 of WebSocket.",
            Self::FieldsTooLarge => "That is more than a chat server reads.",
        }
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Malformed => Self::BadRequest,
            Refusal::Version => Self::UpgradeRequired,
            Refusal::Origin => Self::ForbiddenPage,
            Refusal::Host => Self::Misdirected,
        }
    }
}

/// Answers a whole head, of which so many bytes came last.
fn respond(head: &[u8], site: &Site<'_>, taken: usize) -> Answer {
    let parsed = std::str::from_utf8(head).ok().and_then(|head| head.split_once('\n'));
    let parsed =
        parsed.and_then(|(line, rest)| Some((parse_request_line(line)?, Fields::parse(rest)?)));
    let Some(((method, target, version), fields)) = parsed else {
        return Answer::Page(error_page(Status::BadRequest, true));
    };
    if !fields.name_a_host(version) {
        return Answer::Page(error_page(Status::BadRequest, method != "HEAD"));
    }
    if method == "GET" && version == "HTTP/1.1" && fields.ask_for_websocket() {
        return match upgrade::accept(&fields, site.web) {
            Ok((response, kind)) => Answer::WebSocket { response, kind, taken },
            Err(refusal) => Answer::Page(error_page(refusal.into(), true)),
        };
    }
    Answer::Page(read_page(method, target, &fields, site))
}

fn read_page(method: &str, target: &str, fields: &Fields<'_>, site: &Site<'_>) -> Vec<u8> {
    let (with_body, port) = (method != "HEAD", site.port);
    match (method, path(target), site.pages) {
        ("GET" | "HEAD", Some("/healthz" | "/metrics"), Some(_))
            if !upgrade::is_for_this_machine(fields, site.web) =>
        {
            error_page(Status::Misdirected, with_body)
        }
        ("GET" | "HEAD", Some("/healthz"), Some(pages)) => {
            let (status, word) = if pages.is_alive() {
                (Status::Ok, "ok\n")
            } else {
                (Status::Unavailable, "stuck\n")
            };
            bare_text(status, word, with_body)
        }
        ("GET" | "HEAD", Some("/metrics"), Some(pages)) => {
            bare_text(Status::Ok, &pages.metrics(), with_body)
        }
        (method, path, _) => public_page(method, path, port, with_body),
    }
}

fn public_page(method: &str, path: Option<&str>, port: u16, with_body: bool) -> Vec<u8> {
    match (method, path) {
        ("GET" | "HEAD", Some("/" | "/index.html")) => {
            response(Status::Ok, &page("Majlis", &welcome(port)), with_body)
        }
        ("GET" | "HEAD", Some(_)) => error_page(Status::NotFound, with_body),
        ("GET" | "HEAD", None) => error_page(Status::BadRequest, with_body),
        _ => error_page(Status::MethodNotAllowed, true),
    }
}

/// Method, target and version of an HTTP/1 request.
fn parse_request_line(line: &str) -> Option<(&str, &str, &str)> {
    let mut words = line.strip_suffix('\r').unwrap_or(line).split(' ');
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(method), Some(target), Some(version @ ("HTTP/1.1" | "HTTP/1.0")), None) => {
            Some((method, target, version))
        }
        _ => None,
    }
}

/// The path of a target in origin or absolute form (RFC 9112, 3.2), without its query.
fn path(target: &str) -> Option<&str> {
    let absolute = ["http://", "https://"].iter().find_map(|scheme| target.strip_prefix(scheme));
    let path = match absolute {
        Some(rest) => rest.find('/').map_or("/", |start| &rest[start..]),
        None => target,
    };
    path.starts_with('/').then(|| path.split(['?', '#']).next().unwrap_or(path))
}

fn welcome(port: u16) -> String {
    format!(
        "<p>This is a chat server for the people on this network. There are three ways in:</p>\n\
         <ul>\n\
         <li>Install the application <strong>Majlis</strong> and enter the address that you see \
         above, with port {port}.</li>\n\
         <li>Any IRC program: the same address, port {port}, with TLS.</li>\n\
         <li>On the server's own computer: <code>nc localhost {port}</code>, then type a \
         name.</li>\n\
         </ul>\n"
    )
}

fn error_page(status: Status, with_body: bool) -> Vec<u8> {
    response(status, &page(status.line(), &format!("<p>{}</p>\n", status.words())), with_body)
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>body {{ max-width: 36em; margin: 4em auto; padding: 0 1em; \
         font: 1.1em/1.6 system-ui, sans-serif }}</style>\n</head>\n\
         <body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )
}

fn response(status: Status, page: &str, with_body: bool) -> Vec<u8> {
    typed_response(status, "text/html; charset=utf-8", page, with_body)
}

/// What programs read; the type is Prometheus' for its text format.
fn bare_text(status: Status, text: &str, with_body: bool) -> Vec<u8> {
    typed_response(status, "text/plain; version=0.0.4; charset=utf-8", text, with_body)
}

fn typed_response(status: Status, kind: &str, page: &str, with_body: bool) -> Vec<u8> {
    let mut text = format!(
        "HTTP/1.1 {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Connection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n",
        status.line(),
        page.len()
    );
    match status {
        Status::MethodNotAllowed => text.push_str("Allow: GET, HEAD\r\n"),
        Status::UpgradeRequired => text.push_str("Sec-WebSocket-Version: 13\r\n"),
        _ => {}
    }
    let body = if with_body { page } else { "" };
    write!(text, "\r\n{body}").expect("a String takes everything");
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The response to a request that arrives in pieces of this length.
    fn ask_in_pieces(request: &[u8], piece_bytes: usize) -> Option<String> {
        ask_with_pages(request, piece_bytes, None)
    }

    fn ask_with_pages(
        request: &[u8],
        piece_bytes: usize,
        pages: Option<&dyn Pages>,
    ) -> Option<String> {
        let mut head = RequestHead::default();
        let web = WebSettings::default();
        let site = Site { port: 33000, web: &web, pages };
        let mut pieces = request.chunks(piece_bytes);
        match pieces.find_map(|piece| head.push(piece, &site))? {
            Answer::Page(response) | Answer::WebSocket { response, .. } => {
                Some(String::from_utf8(response).unwrap())
            }
        }
    }

    fn status(request: &str) -> String {
        let response = ask_in_pieces(request.as_bytes(), 7).expect("a response");
        response.lines().next().unwrap().to_owned()
    }

    #[test]
    fn first_page_says_what_this_is_and_how_to_join() {
        for request in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /?a=b HTTP/1.0\n\n"] {
            for piece_bytes in [1, 3, 1000] {
                let response = ask_in_pieces(request.as_bytes(), piece_bytes).unwrap();
                assert!(response.starts_with("HTTP/1.1 200 OK\r\n"));
                assert!(response.contains("\r\nConnection: close\r\n"));
                let (head, body) = response.split_once("\r\n\r\n").unwrap();
                assert!(head.contains(&format!("Content-Length: {}", body.len())));
                assert!(body.contains("port 33000") && body.ends_with("</html>\n"));
            }
        }
    }

    #[test]
    fn head_is_answered_without_a_body() {
        let response = ask_in_pieces(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", 100).unwrap();
        assert!(response.starts_with("HTTP/1.1 200 ") && response.ends_with("\r\n\r\n"));
        assert!(!response.contains("<html"));
    }

    #[test]
    fn every_other_request_gets_its_status() {
        for (request, expected) in [
            ("GET /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found"),
            ("GET http://a.b/ HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK"),
            ("GET http://a.b HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK"),
            ("GET https://a.b/x?/ HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found"),
            ("POST / HTTP/1.1\r\nHost: x\r\n\r\nNICK x\r\n", "405 Method Not Allowed"),
            ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "405 Method Not Allowed"),
            ("GET * HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request"),
            ("GET well soon\r\n\r\n", "400 Bad Request"),
            ("GET / HTTP/2.0\r\n\r\n", "400 Bad Request"),
            ("GET /  HTTP/1.1\r\n\r\n", "400 Bad Request"),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 Bad Request"),
        ] {
            assert_eq!(status(request), format!("HTTP/1.1 {expected}"), "{request}");
        }
        assert_eq!(
            ask_in_pieces(b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", 5).unwrap().lines().next(),
            Some("HTTP/1.1 400 Bad Request")
        );
    }

    #[test]
    fn a_request_names_one_host() {
        let ask = |version: &str, fields: &str| status(&format!("GET / {version}\r\n{fields}\r\n"));
        let (new, old) = ("HTTP/1.1", "HTTP/1.0");
        for (version, fields) in [
            (new, "Host: x\r\n"),
            (new, "hOST:\r\n"),
            (new, "Host: [::1]:33000\r\n"),
            (old, ""),
            (old, "Host: x\r\n"),
        ] {
            assert_eq!(ask(version, fields), "HTTP/1.1 200 OK", "{version} {fields}");
        }
        for (version, fields) in [
            (new, ""),
            (new, "Host: x\r\nHost: x\r\n"),
            (old, "Host: x\r\nHost: y\r\n"),
            (new, "Host: a b\r\n"),
            (new, "Host: ana@x\r\n"),
            (new, "Host: x/y\r\n"),
        ] {
            assert_eq!(ask(version, fields), "HTTP/1.1 400 Bad Request", "{version} {fields}");
        }
        let unanswered = ask_in_pieces(b"HEAD / HTTP/1.1\r\n\r\n", 100).unwrap();
        assert!(unanswered.starts_with("HTTP/1.1 400 ") && unanswered.ends_with("\r\n\r\n"));
    }

    #[test]
    fn head_may_be_so_long_and_no_longer() {
        let head = |bytes: usize| {
            let start = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
            format!("{start}{}\r\n\r\n", "x".repeat(bytes - start.len() - 4))
        };
        assert_eq!(status(&head(HEAD_MAX_BYTES)), "HTTP/1.1 200 OK");
        let too_long = "HTTP/1.1 431 Request Header Fields Too Large";
        assert_eq!(status(&head(HEAD_MAX_BYTES + 1)), too_long);
        assert_eq!(status(&head(20 * HEAD_MAX_BYTES)), too_long);
    }

    #[test]
    fn a_websocket_is_told_apart_and_its_first_frames_are_not_lost() {
        let ask = |fields: &str| {
            format!(
                "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: WebSocket\r\n\
                 Connection: upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                 {fields}\r\n"
            )
        };
        let good = ask("Sec-WebSocket-Version: 13\r\n");
        assert_eq!(status(&good), "HTTP/1.1 101 Switching Protocols");
        let mut head = RequestHead::default();
        let web = WebSettings::default();
        let site = Site { port: 1, web: &web, pages: None };
        assert!(head.push(&good.as_bytes()[..30], &site).is_none());
        let rest = [&good.as_bytes()[30..], b"\x81\x80....\r\n\r\n"].concat();
        let Some(Answer::WebSocket { taken, .. }) = head.push(&rest, &site) else { panic!() };
        assert_eq!(&rest[taken..], b"\x81\x80....\r\n\r\n");

        assert_eq!(status(&ask("")), "HTTP/1.1 426 Upgrade Required");
        let refused = |field: &str| status(&ask(&format!("Sec-WebSocket-Version: 13\r\n{field}")));
        assert_eq!(refused("Origin: http://evil.example\r\n"), "HTTP/1.1 403 Forbidden");
        assert_eq!(refused("Host: evil.example\r\n"), "HTTP/1.1 400 Bad Request");
        let elsewhere = good.replace("Host: localhost", "Host: evil.example");
        assert_eq!(status(&elsewhere), "HTTP/1.1 421 Misdirected Request");
        let old = good.replace("HTTP/1.1", "HTTP/1.0");
        assert_eq!(status(&old), "HTTP/1.1 404 Not Found");
    }

    #[derive(Debug)]
    struct Figures {
        is_alive: bool,
    }

    impl Pages for Figures {
        fn is_alive(&self) -> bool {
            self.is_alive
        }

        fn metrics(&self) -> String {
            "figures 1\n".to_owned()
        }
    }

    #[test]
    fn the_operators_pages_are_for_this_machine_under_its_own_name() {
        let ask = |path: &str, host: &str, pages: Option<&dyn Pages>| {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            ask_with_pages(request.as_bytes(), 9, pages).unwrap()
        };
        let (alive, stuck) = (Figures { is_alive: true }, Figures { is_alive: false });
        let metrics = ask("/metrics", "localhost:33000", Some(&alive));
        assert!(metrics.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4;"));
        assert!(metrics.ends_with("\r\n\r\nfigures 1\n"), "{metrics}");
        assert!(ask("/healthz", "127.0.0.1", Some(&alive)).ends_with("\r\n\r\nok\n"));
        assert!(ask("/healthz", "127.0.0.1", Some(&stuck)).starts_with("HTTP/1.1 503 "));
        for path in ["/metrics", "/healthz"] {
            assert!(ask(path, "evil.example", Some(&alive)).starts_with("HTTP/1.1 421 "));
            assert!(ask(path, "localhost", None).starts_with("HTTP/1.1 404 "));
        }
        let nameless = ask_with_pages(b"GET /metrics HTTP/1.0\r\n\r\n", 9, Some(&alive)).unwrap();
        assert!(nameless.starts_with("HTTP/1.1 421 "));
    }

    #[test]
    fn unfinished_head_waits() {
        assert_eq!(ask_in_pieces(b"GET / HTTP/1.1\r\nHost: x\r\n", 4), None);
    }
}
