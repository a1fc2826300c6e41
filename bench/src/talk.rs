//! A single client that says something and waits for the answer.

use std::io::{self, ErrorKind, IoSlice};
use std::time::{Duration, Instant};

use majlis_wire::Stream;
use mio::{Events, Interest, Poll, Token};

use crate::client::Target;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// The client.
#[derive(Debug)]
pub struct Talk {
    poll: Poll,
    events: Events,
    stream: Stream,
    out: Vec<u8>,
    read: Vec<u8>,
    /// How much of `read` was given out.
    taken: usize,
    buffer: Vec<u8>,
}

impl Talk {
    /// Connects and registers under this nick, with these capabilities.
    pub fn register(target: &Target, nick: &str, capabilities: &str) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut stream = target.connect()?;
        poll.registry().register(&mut stream, Token(0), Interest::READABLE | Interest::WRITABLE)?;
        let mut talk = Self {
            poll,
            events: Events::with_capacity(8),
            stream,
            out: Vec::new(),
            read: Vec::new(),
            taken: 0,
            buffer: vec![0; 64 * 1024],
        };
        talk.say(&format!(
            "CAP REQ :{capabilities}\r\nNICK {nick}\r\nUSER {nick} 0 * :{nick}\r\nCAP END\r\n"
        ));
        talk.wait_for(|line| line.contains(" 001 "))?;
        Ok(talk)
    }

    /// Says lines, which end with their line endings; they leave while an answer is [waited for](Self::wait_for).
    pub fn say(&mut self, lines: &str) {
        self.out.extend_from_slice(lines.as_bytes());
    }

    /// Reads lines up to the first that is meant; lines without their endings.
    pub fn wait_for(&mut self, mut is_meant: impl FnMut(&str) -> bool) -> io::Result<String> {
        let started = Instant::now();
        loop {
            while let Some(end) = self.read[self.taken..].iter().position(|&byte| byte == b'\n') {
                let line = &self.read[self.taken..self.taken + end];
                let line = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
                self.taken += end + 1;
                if is_meant(&line) {
                    return Ok(line);
                }
            }
            self.read.drain(..self.taken);
            self.taken = 0;
            if started.elapsed() > PATIENCE {
                return Err(io::Error::new(ErrorKind::TimedOut, "the server does not answer"));
            }
            self.turn(Some(Duration::from_secs(1)))?;
        }
    }

    fn turn(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.flush()?;
        self.poll.poll(&mut self.events, timeout)?;
        loop {
            match self.stream.read(&mut self.buffer) {
                Ok(0) => {
                    return Err(io::Error::new(
                        ErrorKind::UnexpectedEof,
                        "the server closed a connection",
                    ));
                }
                Ok(count) => self.read.extend_from_slice(&self.buffer[..count]),
                Err(error) if is_not_yet(&error) => break,
                Err(error) => return Err(error),
            }
        }
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.out.is_empty() {
            match self.stream.write_vectored(&[IoSlice::new(&self.out)]) {
                Ok(count) => drop(self.out.drain(..count)),
                Err(error) if is_not_yet(&error) => break,
                Err(error) => return Err(error),
            }
        }
        match self.stream.flush() {
            Err(error) if !is_not_yet(&error) => Err(error),
            _ => Ok(()),
        }
    }
}

fn is_not_yet(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected | ErrorKind::Interrupted)
}
