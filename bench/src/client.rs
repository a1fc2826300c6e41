//! One client of the crowd: a socket, what it still has to say, and how far it has come in.

use std::io::{self, ErrorKind, IoSlice};
use std::net::SocketAddr;
use std::time::Instant;

use majlis_protocol::Message;
use majlis_wire::{ClientTls, Stream};
use mio::net::TcpStream;
use socket2::SockRef;

use crate::mark::{Mark, read_mark};

/// Which server the clients connect to, and how.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whom they believe; without, they talk without TLS.
    pub tls: Option<ClientTls>,
}

impl Target {
    /// A connection that is being made.
    pub(crate) fn connect(&self) -> io::Result<Stream> {
        let socket = TcpStream::connect(self.address)?;
        match &self.tls {
            None => Ok(Stream::plain(socket)),
            Some(tls) => Stream::connect_tls(socket, tls, &self.address.ip().to_string()),
        }
    }
}

/// How far a client has come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It has said its name, or will as soon as the connection stands.
    Registering,
    /// It is welcome and has asked to join.
    Joining,
    /// It is where it wants to be.
    Arrived,
}

/// The client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) stream: Stream,
    pub(crate) stage: Stage,
    /// Whether the server has said anything.
    pub(crate) has_heard: bool,
    /// What has yet to be written.
    pub(crate) out: Vec<u8>,
    /// The beginning of a line whose end has not come yet.
    partial: Vec<u8>,
    /// Whether it leaves everything unread from now on.
    is_deaf: bool,
}

impl Client {
    /// A client that introduces itself as soon as it is connected.
    pub(crate) fn new(stream: Stream, nick: &str) -> Self {
        let out = format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n").into_bytes();
        Self {
            stream,
            stage: Stage::Registering,
            has_heard: false,
            out,
            partial: Vec::new(),
            is_deaf: false,
        }
    }

    /// Reads nothing from now on, and lets the kernel hold little for it.
    pub(crate) fn go_deaf(&mut self) -> io::Result<()> {
        self.is_deaf = true;
        SockRef::from(self.stream.socket()).set_recv_buffer_size(4096)
    }

    /// Reads what has arrived: marks are handed on, everything else is looked at as far as it concerns coming in.
    pub(crate) fn read(
        &mut self,
        buffer: &mut [u8],
        room: Option<&str>,
        on_mark: &mut impl FnMut(Mark, Instant),
    ) -> io::Result<()> {
        while !self.is_deaf {
            let count = match self.stream.read(buffer) {
                Ok(0) => {
                    return Err(io::Error::new(
                        ErrorKind::UnexpectedEof,
                        "the server closed a connection",
                    ));
                }
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.has_heard = true;
            self.take_lines(&buffer[..count], room, on_mark)?;
            // A socket that gave less than was asked for is empty; asking it again would only cost a system call.
            if count < buffer.len() && !self.stream.is_encrypted() {
                break;
            }
        }
        Ok(())
    }

    fn take_lines(
        &mut self,
        bytes: &[u8],
        room: Option<&str>,
        on_mark: &mut impl FnMut(Mark, Instant),
    ) -> io::Result<()> {
        let now = Instant::now();
        let mut rest = bytes;
        if !self.partial.is_empty() {
            let end = line_end(rest);
            self.partial.extend_from_slice(&rest[..end]);
            rest = &rest[end..];
            if self.partial.last() != Some(&b'\n') {
                return Ok(());
            }
            let line = std::mem::take(&mut self.partial);
            self.take_line(&line, now, room, on_mark)?;
        }
        while !rest.is_empty() {
            let (line, after) = rest.split_at(line_end(rest));
            if line.last() != Some(&b'\n') {
                self.partial.extend_from_slice(line);
                break;
            }
            self.take_line(line, now, room, on_mark)?;
            rest = after;
        }
        Ok(())
    }

    fn take_line(
        &mut self,
        line: &[u8],
        now: Instant,
        room: Option<&str>,
        on_mark: &mut impl FnMut(Mark, Instant),
    ) -> io::Result<()> {
        if let Some(mark) = read_mark(line) {
            on_mark(mark, now);
        } else if self.stage != Stage::Arrived
            || line.starts_with(b"PING")
            || line.starts_with(b"ERROR")
        {
            self.take_news(line, room)?;
        }
        Ok(())
    }

    /// What the server says while the client comes in, and what it asks.
    fn take_news(&mut self, line: &[u8], room: Option<&str>) -> io::Result<()> {
        let line = line.trim_ascii_end();
        let Ok(message) = Message::parse(line) else { return Ok(()) };
        match (message.command(), self.stage) {
            ("PING", _) => {
                let token = message.param(0).unwrap_or_default();
                self.out.extend_from_slice(format!("PONG :{token}\r\n").as_bytes());
            }
            ("001", Stage::Registering) => match room {
                Some(room) => {
                    self.out.extend_from_slice(format!("JOIN {room}\r\n").as_bytes());
                    self.stage = Stage::Joining;
                }
                None => self.stage = Stage::Arrived,
            },
            ("366", Stage::Joining) => self.stage = Stage::Arrived,
            ("ERROR" | "403" | "405" | "432" | "433" | "464" | "465" | "471" | "473", _) => {
                return Err(io::Error::other(format!(
                    "the server refused: {}",
                    String::from_utf8_lossy(line)
                )));
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes what it can of what there is to say.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while !self.out.is_empty() {
            match self.stream.write_vectored(&[IoSlice::new(&self.out)]) {
                Ok(count) => drop(self.out.drain(..count)),
                // Not connected yet is the same as not yet writable.
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) =>
                {
                    break;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        // A client that said its last word of the day need not keep the room for it.
        if self.out.is_empty() {
            self.out = Vec::new();
        }
        match self.stream.flush() {
            Err(error) if error.kind() != ErrorKind::NotConnected => Err(error),
            _ => Ok(()),
        }
    }
}

/// How many bytes there are up to and with the first newline, or in all.
fn line_end(mut bytes: &[u8]) -> usize {
    io::BufRead::skip_until(&mut bytes, b'\n').expect("reading from memory does not fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_their_newline() {
        assert_eq!(line_end(b"ab\ncd\n"), 3);
        assert_eq!(line_end(b"abc"), 3);
        assert_eq!(line_end(b""), 0);
    }
}
