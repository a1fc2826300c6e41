//! A crowd of clients on one thread, and how it comes in.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

use crate::client::{Client, Stage, Target};
use crate::mark::Mark;

/// How much one read takes.
const READ_BYTES: usize = 128 * 1024;

/// After how long without any news the crowd gives up on coming in.
const PATIENCE: Duration = Duration::from_mins(1);

/// After how long a connection that has heard nothing is tried again. Some servers let few callers wait; who comes beyond them
/// believes to be connected and is not.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(3);

/// Clients by number; number 0 is the first that came.
#[derive(Debug)]
pub struct Crowd {
    poll: Poll,
    events: Events,
    target: Target,
    room: Option<String>,
    /// What the nicks of this crowd begin with; a number follows.
    nick_stem: &'static str,
    clients: Vec<Option<Client>>,
    /// Numbers that have yet to connect.
    to_connect: VecDeque<usize>,
    /// Numbers that have connected and not arrived, and since when they try.
    coming: Vec<(usize, Instant)>,
    /// Counts connections, so that who comes back has a nick that nobody can still have.
    connections: u64,
    to_flush: Vec<usize>,
    buffer: Vec<u8>,
}

impl Crowd {
    /// Nobody yet; those who come will join the room, if one is named.
    pub fn new(target: Target, room: Option<&str>) -> io::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            target,
            room: room.map(ToOwned::to_owned),
            nick_stem: "n",
            clients: Vec::new(),
            to_connect: VecDeque::new(),
            coming: Vec::new(),
            connections: 0,
            to_flush: Vec::new(),
            buffer: vec![0; READ_BYTES],
        })
    }

    /// The same with nicks that begin with another word, so that two crowds can be on one server.
    #[must_use]
    pub fn with_nick_stem(self, nick_stem: &'static str) -> Self {
        Self { nick_stem, ..self }
    }

    /// How many clients there are, with those that have yet to connect.
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    /// The room that they are in.
    pub fn room(&self) -> Option<&str> {
        self.room.as_deref()
    }

    /// Brings the crowd to `count` clients, with at most `at_once` of them on the way in at a time.
    pub fn gather(&mut self, count: usize, at_once: usize) -> io::Result<()> {
        self.to_connect.extend(self.clients.len()..count);
        self.clients.resize_with(count.max(self.clients.len()), || None);
        let mut last_news = (Instant::now(), self.missing());
        while self.missing() > 0 {
            self.admit(at_once)?;
            self.turn(Some(Duration::from_secs(1)), &mut |_, _, _| {})?;
            if self.missing() < last_news.1 {
                last_news = (Instant::now(), self.missing());
            } else if last_news.0.elapsed() > PATIENCE {
                return Err(io::Error::new(
                    ErrorKind::TimedOut,
                    format!("{} clients do not come in", self.missing()),
                ));
            }
        }
        Ok(())
    }

    /// Breaks these connections without a word; whose they were has to be [let in](Self::admit) again.
    pub fn scatter(&mut self, numbers: Range<usize>) {
        for number in numbers {
            self.clients[number] = None;
            self.to_connect.push_back(number);
        }
    }

    /// How many have not arrived.
    pub fn missing(&self) -> usize {
        self.to_connect.len() + self.coming.len()
    }

    /// Has those connect who have yet to, as long as at most `at_once` are on their way in.
    pub fn admit(&mut self, at_once: usize) -> io::Result<()> {
        self.give_up_the_unheard();
        while self.coming.len() < at_once {
            let Some(number) = self.to_connect.pop_front() else { return Ok(()) };
            let mut stream = self.target.connect()?;
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, Token(number), interest)?;
            self.connections += 1;
            let nick = format!("{}{}", self.nick_stem, self.connections);
            self.clients[number] = Some(Client::new(stream, &nick));
            self.coming.push((number, Instant::now()));
        }
        Ok(())
    }

    /// Has this client read nothing any more.
    pub fn deafen(&mut self, number: usize) -> io::Result<()> {
        self.client(number)?.go_deaf()
    }

    /// Has this client say something; it is written at the end of the next [turn](Self::turn), or by [`flush`](Self::flush).
    pub fn say(&mut self, number: usize, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        write(&mut self.client(number)?.out);
        self.to_flush.push(number);
        Ok(())
    }

    /// Writes what is to be said.
    pub fn flush(&mut self) -> io::Result<()> {
        for number in std::mem::take(&mut self.to_flush) {
            self.client(number)?.flush()?;
        }
        Ok(())
    }

    /// Waits for news, for this long at most, and takes them; each mark is handed on with the number of who read it.
    pub fn turn(
        &mut self,
        timeout: Option<Duration>,
        on_mark: &mut impl FnMut(usize, Mark, Instant),
    ) -> io::Result<()> {
        self.flush()?;
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            result => result?,
        }
        let mut refused = Vec::new();
        for event in &self.events {
            let Token(number) = event.token();
            // The connection may have been broken in the meantime.
            let Some(client) = self.clients[number].as_mut() else { continue };
            let was = client.stage;
            let mut result = Ok(());
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                let mut on_mark = |mark, now| on_mark(number, mark, now);
                result = client.read(&mut self.buffer, self.room.as_deref(), &mut on_mark);
            }
            if !client.out.is_empty() || client.stream.is_handshaking() {
                result = result.and_then(|()| client.flush());
            }
            match result {
                Ok(()) if was != Stage::Arrived && client.stage == Stage::Arrived => {
                    self.coming.retain(|(coming, _)| *coming != number);
                }
                Ok(()) => {}
                Err(error)
                    if was != Stage::Arrived && error.kind() == ErrorKind::ConnectionReset =>
                {
                    refused.push(number);
                }
                Err(error) => return Err(error),
            }
        }
        for number in refused {
            self.try_again(number);
        }
        Ok(())
    }

    fn give_up_the_unheard(&mut self) {
        let is_unheard =
            |number: usize| self.clients[number].as_ref().is_some_and(|client| !client.has_heard);
        let too_long = self.coming.iter().filter(|(_, since)| since.elapsed() > TRY_AGAIN_AFTER);
        let unheard: Vec<usize> =
            too_long.map(|(number, _)| *number).filter(|&number| is_unheard(number)).collect();
        for number in unheard {
            self.try_again(number);
        }
    }

    fn try_again(&mut self, number: usize) {
        self.clients[number] = None;
        self.coming.retain(|(coming, _)| *coming != number);
        self.to_connect.push_back(number);
    }

    fn client(&mut self, number: usize) -> io::Result<&mut Client> {
        let client = self.clients.get_mut(number).and_then(Option::as_mut);
        client.ok_or_else(|| {
            io::Error::new(ErrorKind::NotConnected, format!("client {number} is not there"))
        })
    }
}
