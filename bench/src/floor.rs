//! The kernel's own floor: the least that a server can do, which is to write the same bytes to everybody.
//!
//! One thread, one room, no rules, no disk, no TLS, no memory of who is who. It reads what is ready, puts a source before
//! each message, and gives everybody what all others said in one write each. What it costs is what the system calls cost.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

const LISTENER: Token = Token(usize::MAX);
const READ_BYTES: usize = 64 * 1024;

/// Relays for ever, or until the system refuses.
pub fn run(address: SocketAddr) -> io::Result<()> {
    let mut floor = Floor::new(address)?;
    let mut events = Events::with_capacity(1024);
    loop {
        floor.poll.poll(&mut events, None)?;
        for event in &events {
            match event.token() {
                LISTENER => floor.accept()?,
                Token(number) if event.is_readable() => floor.read(number),
                Token(_) => {}
            }
        }
        floor.relay();
    }
}

struct Floor {
    poll: Poll,
    listener: TcpListener,
    clients: Vec<Option<Client>>,
    /// Who spoke in this turn, and what, ready to be sent.
    said: Vec<(usize, Vec<u8>)>,
    buffer: Vec<u8>,
}

struct Client {
    socket: TcpStream,
    unread: Vec<u8>,
    /// What the socket did not take.
    waiting: Vec<u8>,
    is_member: bool,
}

impl Floor {
    fn new(address: SocketAddr) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(address)?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        Ok(Self {
            poll,
            listener,
            clients: Vec::new(),
            said: Vec::new(),
            buffer: vec![0; READ_BYTES],
        })
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let (mut socket, _) = match self.listener.accept() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                accepted => accepted?,
            };
            socket.set_nodelay(true)?;
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut socket, Token(self.clients.len()), interest)?;
            let client =
                Client { socket, unread: Vec::new(), waiting: Vec::new(), is_member: false };
            self.clients.push(Some(client));
        }
    }

    /// Whoever fails or closes is forgotten.
    fn read(&mut self, number: usize) {
        let Some(client) = &mut self.clients[number] else { return };
        let mut said = Vec::new();
        loop {
            match client.socket.read(&mut self.buffer) {
                Ok(count) if count > 0 => {
                    client.unread.extend_from_slice(&self.buffer[..count]);
                    if count < self.buffer.len() {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                _ => {
                    self.clients[number] = None;
                    return;
                }
            }
        }
        let whole = client.unread.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let lines: Vec<u8> = client.unread.drain(..whole).collect();
        for line in lines.split_inclusive(|&byte| byte == b'\n') {
            client.take_line(line, number, &mut said);
        }
        if !said.is_empty() {
            self.said.push((number, said));
        }
    }

    /// Everybody gets what all others said in this turn.
    fn relay(&mut self) {
        if self.said.is_empty() {
            return;
        }
        let all: Vec<u8> = self.said.iter().flat_map(|(_, said)| said).copied().collect();
        for (number, client) in self.clients.iter_mut().enumerate() {
            let Some(member) = client.as_mut().filter(|client| client.is_member) else { continue };
            let is_speaker = self.said.iter().any(|(speaker, _)| *speaker == number);
            let sent = if is_speaker {
                let others = self.said.iter().filter(|(speaker, _)| *speaker != number);
                member.send(&others.flat_map(|(_, said)| said).copied().collect::<Vec<u8>>())
            } else {
                member.send(&all)
            };
            if sent.is_err() {
                *client = None;
            }
        }
        self.said.clear();
    }
}

impl Client {
    /// As much of IRC as the load generator needs to come in and talk.
    fn take_line(&mut self, line: &[u8], number: usize, said: &mut Vec<u8>) {
        if line.starts_with(b"PRIVMSG") {
            said.extend_from_slice(format!(":n{number}!u@h ").as_bytes());
            said.extend_from_slice(line);
        } else if line.starts_with(b"NICK") {
            // An error shows itself at the next write or read.
            let _ = self.send(b":floor 001 n :Welcome\r\n");
        } else if line.starts_with(b"JOIN") {
            self.is_member = true;
            let _ = self.send(b":floor 366 n #bench :End\r\n");
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !self.waiting.is_empty() {
            self.waiting.extend_from_slice(bytes);
            let waiting = std::mem::take(&mut self.waiting);
            return self.write(&waiting);
        }
        self.write(bytes)
    }

    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.socket.write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.waiting = bytes.to_vec();
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
