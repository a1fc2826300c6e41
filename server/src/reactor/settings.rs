//! What a reactor may be told, with the defaults.

use std::sync::Arc;
use std::time::Duration;

use majlis_protocol::LineLimits;

use super::callers::Callers;
use super::flood::Flood;
use super::http::Pages;
use super::upgrade::WebSettings;

/// The least that has to be able to wait for one connection: the longest message of many lines that can be configured, as anybody
/// receives it.
pub const SENDQ_LEAST_BYTES: usize = 384 * 1024;

/// Limits and habits of the reactors.
#[derive(Clone, Debug, PartialEq)]
pub struct Doors {
    /// Whether guests from the network may talk without TLS; those of this machine always may.
    pub allow_plaintext: bool,
    /// How many bytes may wait for one connection; more end it.
    pub sendq_bytes: usize,
    /// How fast one connection may speak.
    pub flood: Flood,
    /// How long a connection may take until it speaks: TLS, first bytes, HTTP head.
    pub handshake_timeout: Duration,
    /// Silence after which a guest is greeted in the plain room.
    pub sniff_timeout: Duration,
    /// Silence after which a guest who may not talk without TLS is let go, without a word.
    pub refused_silence: Duration,
    /// Quiet after which a text of the plain room is complete without a newline.
    pub text_quiet: Duration,
    /// The longest IRC lines.
    pub line_limits: LineLimits,
    /// The longest message of a WebSocket; longer than any line may be.
    pub websocket_bytes: usize,
    /// Who is let in by WebSocket.
    pub web: WebSettings,
    /// How many connections one address may have on the whole server; this machine's own are not counted.
    pub connections_per_address: usize,
    /// How many connections the whole server holds.
    pub connections: usize,
}

/// What a reactor needs; one copy for all.
#[derive(Clone, Debug)]
pub struct ReactorSettings {
    /// Limits and habits.
    pub doors: Doors,
    /// The server's side of TLS.
    pub tls: Arc<majlis_wire::ServerConfig>,
    /// How many connections one reactor holds.
    pub max_connections: usize,
    /// Who has how many of them; one count for all reactors.
    pub callers: Arc<Callers>,
    /// How long who comes and goes may wait for more of it, so that many share one write.
    pub news_wait: Duration,
    /// What is shown to whoever runs the server, on this machine alone; nothing where there is none.
    pub pages: Option<Arc<dyn Pages>>,
}

impl Default for Doors {
    fn default() -> Self {
        Self {
            allow_plaintext: false,
            sendq_bytes: 1024 * 1024,
            flood: Flood { burst: 40, per_second: 10.0 },
            handshake_timeout: Duration::from_secs(20),
            sniff_timeout: Duration::from_millis(700),
            refused_silence: Duration::from_secs(5),
            text_quiet: Duration::from_millis(150),
            line_limits: LineLimits::FROM_CLIENT,
            websocket_bytes: 16 * 1024,
            web: WebSettings::default(),
            connections_per_address: 256,
            connections: 65_536,
        }
    }
}

impl ReactorSettings {
    /// The defaults, with this side of TLS.
    pub fn new(tls: Arc<majlis_wire::ServerConfig>) -> Self {
        Self {
            doors: Doors::default(),
            tls,
            max_connections: 16_384,
            callers: Arc::default(),
            news_wait: Duration::from_millis(100),
            pages: None,
        }
    }
}
