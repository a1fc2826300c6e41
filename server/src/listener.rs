//! Opens the listening sockets and hands each new connection to a reactor, in turn.
//!
//! One thread for all addresses. What a guest speaks is for the reactor to find out.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

use crate::reactor::{ReactorHandle, TurnedAway};

/// How many callers may wait for their accept; the kernel cuts it to its own limit.
const BACKLOG: i32 = 1024;

/// How long to rest when there is no descriptor left for the next caller, or no reactor that keeps up.
const FULL_PAUSE: Duration = Duration::from_millis(100);

/// Whoever is turned away is counted; the log says no more often than this that it happens, so that callers cannot fill it.
const COMPLAINS_EVERY: Duration = Duration::from_mins(1);

/// After how much silence the kernel asks whether the other machine is still there, and how often it asks again. People in
/// the plain room may be silent for days and are never pinged; only this tells them from a machine that was unplugged.
const KEEPALIVE_AFTER: Duration = Duration::from_mins(2);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(20);

const STOP: Token = Token(usize::MAX);

/// Makes a listening socket that somebody else opened like one of [`bind`]'s.
pub fn adopt(socket: StdListener) -> io::Result<StdListener> {
    let options = SockRef::from(&socket);
    options.set_tcp_keepalive(&keepalive())?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn keepalive() -> TcpKeepalive {
    TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_EVERY)
}

/// Opens a listening socket. An IPv6 "any" address takes IPv4 callers, too. Accepted sockets inherit the keep-alive.
pub fn bind(address: SocketAddr) -> io::Result<StdListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    // A server that comes back must get its port although old connections still linger there.
    socket.set_reuse_address(true)?;
    socket.set_tcp_keepalive(&keepalive())?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// The running listener; dropping it does not stop the thread, [`Listener::stop`] does.
#[derive(Debug)]
pub struct Listener {
    waker: Waker,
    thread: JoinHandle<()>,
}

impl Listener {
    /// Starts accepting. `reactors` must not be empty.
    pub fn spawn(sockets: Vec<StdListener>, reactors: Vec<ReactorHandle>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), STOP)?;
        let mut acceptor = Acceptor {
            listeners: Vec::new(),
            reactors,
            next_reactor: 0,
            postponed: Vec::new(),
            complained_at: None,
        };
        for (index, socket) in sockets.into_iter().enumerate() {
            let mut listener = TcpListener::from_std(socket);
            poll.registry().register(&mut listener, Token(index), Interest::READABLE)?;
            acceptor.listeners.push(listener);
        }
        let thread = std::thread::Builder::new()
            .name("listener".to_owned())
            .spawn(move || acceptor.run(poll))?;
        Ok(Self { waker, thread })
    }

    /// Closes the sockets; nobody new comes in after this returns.
    pub fn stop(self) {
        if let Err(error) = self.waker.wake() {
            tracing::error!(%error, "the listener cannot be woken");
            return;
        }
        if self.thread.join().is_err() {
            tracing::error!("the listener panicked");
        }
    }
}

#[derive(Debug)]
struct Acceptor {
    listeners: Vec<TcpListener>,
    reactors: Vec<ReactorHandle>,
    next_reactor: usize,
    /// Listeners whose callers wait until there is a descriptor again, or a reactor with room for newcomers.
    postponed: Vec<usize>,
    /// When the log last said that callers are turned away.
    complained_at: Option<Instant>,
}

impl Acceptor {
    fn run(mut self, mut poll: Poll) {
        let mut events = Events::with_capacity(64);
        loop {
            // A full process must still hear that it is to stop, so the rest is taken in the poll.
            let rest = (!self.postponed.is_empty()).then_some(FULL_PAUSE);
            if let Err(error) = poll.poll(&mut events, rest) {
                if error.kind() == io::ErrorKind::Interrupted {
                    continue;
                }
                tracing::error!(%error, "the listener cannot poll");
                return;
            }
            let mut ready = std::mem::take(&mut self.postponed);
            let was_full = !ready.is_empty();
            for event in &events {
                match event.token() {
                    STOP => return,
                    Token(index) if !ready.contains(&index) => ready.push(index),
                    Token(_) => {}
                }
            }
            for index in ready {
                self.accept_waiting(index, was_full);
            }
        }
    }

    /// Takes everybody who waits; readiness is told once only. That there is no room is logged when it begins.
    fn accept_waiting(&mut self, index: usize, was_full: bool) {
        loop {
            // Whoever is not taken yet waits with the kernel, which is better than being turned away for coming in a crowd.
            let Some(reactor) = self.choose_reactor() else {
                self.postponed.push(index);
                return;
            };
            match self.listeners[index].accept() {
                Ok((socket, peer)) => self.hand_over(reactor, socket, peer),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if is_about_one_caller(&error) => {}
                Err(error) => {
                    if !was_full {
                        tracing::warn!(%error, "cannot take new connections; trying again");
                    }
                    self.postponed.push(index);
                    return;
                }
            }
        }
    }

    /// The next in turn that has room for a newcomer.
    fn choose_reactor(&self) -> Option<usize> {
        let count = self.reactors.len();
        let mut in_turn = (0..count).map(|step| (self.next_reactor + step) % count);
        in_turn.find(|&reactor| self.reactors[reactor].has_room())
    }

    fn hand_over(&mut self, reactor: usize, socket: mio::net::TcpStream, peer: SocketAddr) {
        // Lines are small and already gathered once a turn; waiting for more would only add delay.
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, %peer, "the caller left at once");
            return;
        }
        self.next_reactor = (reactor + 1) % self.reactors.len();
        match self.reactors[reactor].accept(socket.into(), peer) {
            Ok(()) => {}
            Err(TurnedAway::Full) => self.complain(peer),
            Err(TurnedAway::TooManyFromThere) => {
                tracing::debug!(%peer, "turned away: too many connections of this address");
            }
        }
    }

    fn complain(&mut self, peer: SocketAddr) {
        let now = Instant::now();
        if self.complained_at.is_none_or(|at| now.duration_since(at) >= COMPLAINS_EVERY) {
            self.complained_at = Some(now);
            tracing::warn!(%peer, "turned away: too many connections; the next ones are only counted");
        }
    }
}

/// Whether `accept` failed because this one caller is gone again, which says nothing about the next.
fn is_about_one_caller(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};

    use super::*;

    #[test]
    fn accepted_sockets_notice_a_machine_that_is_gone() {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        listener.set_nonblocking(false).unwrap();
        let _caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        assert!(SockRef::from(&accepted).keepalive().unwrap());
    }
}
