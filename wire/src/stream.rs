//! One connection's bytes, plain or under TLS, over a non-blocking socket.
//!
//! Owns the socket and the TLS state; knows nothing of what the bytes mean, and keeps no queue beyond what TLS itself
//! needs. Nothing here ever waits: `WouldBlock` says that the socket has to become ready first. It is made for
//! edge-triggered readiness (mio): read until `WouldBlock`, and [`flush`](Stream::flush) whenever the socket is writable.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::Shutdown;
use std::sync::{Arc, OnceLock};

use mio::event::Source;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustls::pki_types::{IpAddr, ServerName};
use rustls::{ClientConnection, Connection, ServerConfig, ServerConnection};

use crate::{ClientTls, Fingerprint, Verdict};

/// How much may wait encrypted inside a stream; a writer is told `WouldBlock` past this.
const TLS_BUFFER_BYTES: usize = 64 * 1024;

/// How often one `read` asks the socket before it lets others have their turn: a peer could send records that carry
/// nothing for ever.
const MAX_PULLS: usize = 16;

/// A plain or encrypted byte stream.
#[derive(Debug)]
pub struct Stream {
    socket: TcpStream,
    tls: Option<Box<Tls>>,
    is_closing: bool,
}

#[derive(Debug)]
struct Tls {
    connection: Connection,
    verdict: Option<Arc<OnceLock<Verdict>>>,
    decrypted_bytes: usize,
}

impl Stream {
    /// Bytes as they are.
    pub fn plain(socket: TcpStream) -> Self {
        Self { socket, tls: None, is_closing: false }
    }

    /// A server's side of TLS; `already_read` is what the peer sent first. See [`start_tls`](Stream::start_tls).
    pub fn accept_tls(
        socket: TcpStream,
        config: Arc<ServerConfig>,
        already_read: &[u8],
    ) -> io::Result<Self> {
        let mut stream = Self::plain(socket);
        stream.start_tls(config, already_read)?;
        Ok(stream)
    }

    /// A client's side of TLS, to the server that goes by this host name or IP address.
    ///
    /// The socket may still be connecting. `InvalidInput` when no certificate can carry such a name.
    pub fn connect_tls(socket: TcpStream, tls: &ClientTls, host: &str) -> io::Result<Self> {
        let (config, verdict) = tls.config();
        let connection = ClientConnection::new(config, server_name(host)?)
            .map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
        let tls = Tls::new(Connection::Client(connection), Some(verdict));
        Ok(Self { socket, tls: Some(Box::new(tls)), is_closing: false })
    }

    /// Puts TLS, server's side, over a stream that was plain so far; `already_read` is what the peer sent first.
    ///
    /// The handshake goes on by itself in [`read`](Stream::read) and [`flush`](Stream::flush). `InvalidData` when what
    /// was read is no handshake; the peer has been told so.
    pub fn start_tls(&mut self, config: Arc<ServerConfig>, already_read: &[u8]) -> io::Result<()> {
        let connection = ServerConnection::new(config).map_err(invalid_data)?;
        let tls = self.tls.insert(Box::new(Tls::new(Connection::Server(connection), None)));
        let mut rest = already_read;
        // It takes nothing once the peer said `close_notify`; and an empty slice would look like the end to it.
        while !rest.is_empty() && tls.connection.read_tls(&mut rest)? > 0 {
            tls.process(&mut self.socket)?;
        }
        Ok(())
    }

    /// Takes what arrived into `buffer` (not empty); 0 is the end, by `close_notify` or by FIN.
    ///
    /// `WouldBlock` until the socket is readable again; `Interrupted` asks to be called again later, others first;
    /// `UnexpectedEof` when the end came amid the handshake; `InvalidData` when the peer broke the rules of TLS or is
    /// not trusted (see [`verdict`](Stream::verdict)).
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.tls {
            None => self.socket.read(buffer),
            Some(tls) => tls.read(&mut self.socket, buffer),
        }
    }

    /// Sends what it can of these chunks and says how many bytes it took, possibly within a chunk.
    ///
    /// At most 64 KiB wait inside, encrypted. `WouldBlock` when nothing can be taken now, and during the handshake.
    pub fn write_vectored(&mut self, chunks: &[IoSlice<'_>]) -> io::Result<usize> {
        match &mut self.tls {
            _ if self.is_closing => Err(ErrorKind::BrokenPipe.into()),
            None => Outlet(&mut self.socket).write_vectored(chunks),
            Some(tls) => tls.write(&mut self.socket, chunks),
        }
    }

    /// Moves on what waits inside; `true` when nothing is left.
    pub fn flush(&mut self) -> io::Result<bool> {
        let Some(tls) = &mut self.tls else { return Ok(true) };
        let is_empty = tls.push(&mut self.socket)?;
        if is_empty && self.is_closing {
            self.shut_down_writing();
        }
        Ok(is_empty)
    }

    /// Says that nothing more will be sent: `close_notify` under TLS, then FIN.
    ///
    /// What waits inside goes first; [`flush`](Stream::flush) says when it has gone.
    pub fn send_close(&mut self) {
        if std::mem::replace(&mut self.is_closing, true) {
            return;
        }
        match &mut self.tls {
            None => self.shut_down_writing(),
            Some(tls) => {
                tls.connection.send_close_notify();
                // An error shows itself at the next flush or read.
                let _ = self.flush();
            }
        }
    }

    /// Whether keys are still being agreed on.
    pub fn is_handshaking(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.connection.is_handshaking())
    }

    /// Whether this is TLS.
    pub fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether [`read`](Stream::read) would give something without asking the socket.
    pub fn has_buffered_input(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.decrypted_bytes > 0)
    }

    /// The peer's key: on a server the device's, if it showed one; on a client the server's. After the handshake.
    pub fn peer_fingerprint(&self) -> Option<Fingerprint> {
        let connection = &self.tls.as_ref()?.connection;
        if connection.is_handshaking() {
            return None;
        }
        Fingerprint::from_certificate(connection.peer_certificates()?.first()?).ok()
    }

    /// What ties a sign-in to this connection: keying material that both ends have and nobody in the middle (`tls-exporter`,
    /// RFC 9266). After the handshake; `None` before it, and without TLS.
    pub fn channel_binding(&self) -> Option<[u8; 32]> {
        let connection = &self.tls.as_ref()?.connection;
        connection.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(&[])).ok()
    }

    /// On a client, what was found out about the server, once it proved to hold its key.
    pub fn verdict(&self) -> Option<Verdict> {
        self.tls.as_ref()?.verdict.as_ref()?.get().copied()
    }

    /// The socket, for its addresses, options and pending error.
    pub fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// An error would mean that the peer is gone already.
    fn shut_down_writing(&self) {
        let _ = self.socket.shutdown(Shutdown::Write);
    }
}

impl Tls {
    fn new(mut connection: Connection, verdict: Option<Arc<OnceLock<Verdict>>>) -> Self {
        connection.set_buffer_limit(Some(TLS_BUFFER_BYTES));
        Self { connection, verdict, decrypted_bytes: 0 }
    }

    fn read(&mut self, socket: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        for _ in 0..MAX_PULLS {
            match self.connection.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // A FIN without `close_notify`. Every protocol above marks its ends itself, so that a cut shows there.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                taken => {
                    let taken = taken?;
                    self.decrypted_bytes = self.decrypted_bytes.saturating_sub(taken);
                    return Ok(taken);
                }
            }
            self.pull(socket)?;
        }
        Err(ErrorKind::Interrupted.into())
    }

    /// One read of the socket.
    fn pull(&mut self, socket: &mut TcpStream) -> io::Result<()> {
        let taken = self.connection.read_tls(socket)?;
        self.process(socket)?;
        if taken == 0 && self.connection.is_handshaking() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Decrypts what was read and sends what TLS itself has to answer.
    fn process(&mut self, socket: &mut TcpStream) -> io::Result<()> {
        let processed = self.connection.process_new_packets();
        // The handshake's next step, or the alert. An error in sending must not hide what arrived; it comes back.
        let _ = self.push(socket);
        self.decrypted_bytes = processed.map_err(invalid_data)?.plaintext_bytes_to_read();
        Ok(())
    }

    fn write(&mut self, socket: &mut TcpStream, chunks: &[IoSlice<'_>]) -> io::Result<usize> {
        let is_empty = self.push(socket)?;
        if self.connection.is_handshaking() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let taken = self.connection.writer().write_vectored(chunks)?;
        if taken == 0 && !is_empty {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.push(socket)?;
        Ok(taken)
    }

    /// Moves what is encrypted into the socket; `true` when nothing is left.
    fn push(&mut self, socket: &mut TcpStream) -> io::Result<bool> {
        while self.connection.wants_write() {
            match self.connection.write_tls(&mut Outlet(socket)) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

/// The way into a socket. One chunk, which is what there mostly is, goes by `send`: the kernel takes it without looking up
/// the list that `writev` brings.
struct Outlet<'a>(&'a mut TcpStream);

impl Write for Outlet<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn write_vectored(&mut self, chunks: &[IoSlice<'_>]) -> io::Result<usize> {
        match chunks {
            [chunk] => self.0.write(chunk),
            chunks => self.0.write_vectored(chunks),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Source for Stream {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.socket.register(registry, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.socket.reregister(registry, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.socket.deregister(registry)
    }
}

/// An address may carry a zone (`fe80::1%eth0`), which no certificate does.
fn server_name(host: &str) -> io::Result<ServerName<'static>> {
    let address = host.split('%').next().unwrap_or(host);
    match address.parse::<std::net::IpAddr>() {
        Ok(address) => Ok(ServerName::IpAddress(IpAddr::from(address))),
        Err(_) => ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(ErrorKind::InvalidInput, error)),
    }
}

fn invalid_data(error: rustls::Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}
