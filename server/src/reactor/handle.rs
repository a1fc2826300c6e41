//! How other threads speak to a reactor: sockets, the ordered stream, and the end.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded};
use mio::{Registry, Token, Waker};

use super::callers::{Callers, Place};
use super::counts::Counts;
use super::settings::ReactorSettings;
use crate::event::Outbound;

/// How many sockets may wait to be taken in.
const NEWCOMERS: usize = 1024;

/// How many released batches may wait; the committer waits when there are more.
const ORDERS: usize = 64;

/// The token that wakes a reactor.
pub(super) const WAKER: Token = Token(usize::MAX);

/// A reactor, as the listener and the committer see it.
#[derive(Clone, Debug)]
pub struct ReactorHandle {
    shared: Arc<Shared>,
    newcomers: Sender<Newcomer>,
    orders: Sender<Order>,
}

/// The reactor's own ends.
#[derive(Debug)]
pub(super) struct Mailbox {
    shared: Arc<Shared>,
    pub(super) newcomers: Receiver<Newcomer>,
    pub(super) orders: Receiver<Order>,
}

#[derive(Debug)]
struct Shared {
    waker: Waker,
    conn_count: AtomicUsize,
    max_connections: usize,
    callers: Arc<Callers>,
    counts: Arc<Counts>,
}

/// A connection that the reactor is to take in.
#[derive(Debug)]
pub(super) struct Newcomer {
    pub(super) socket: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) place: Place,
}

/// Why a reactor does not take a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnedAway {
    /// It has as many as it may hold, or has ended.
    Full,
    /// The address has as many as it may have.
    TooManyFromThere,
}

/// What a reactor is told; one queue for all, so that the end comes after what was released before it.
#[derive(Debug)]
pub(super) enum Order {
    Release(Arc<[Outbound]>),
    Resettle(Arc<ReactorSettings>),
    ShutDown,
}

impl ReactorHandle {
    /// What the reactor has counted so far.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.shared.counts)
    }

    /// Whether one more newcomer can wait to be taken in. For the listener's thread alone.
    pub fn has_room(&self) -> bool {
        !self.newcomers.is_full()
    }

    /// Gives the reactor a new connection, or closes it. For the listener's thread alone.
    pub fn accept(&self, socket: TcpStream, peer: SocketAddr) -> Result<(), TurnedAway> {
        let taken = self.try_accept(socket, peer);
        if taken.is_err() {
            self.shared.counts.turned_away.add(1);
        }
        taken
    }

    fn try_accept(&self, socket: TcpStream, peer: SocketAddr) -> Result<(), TurnedAway> {
        let place = self.shared.callers.admit(peer.ip());
        let place = place.ok_or(TurnedAway::TooManyFromThere)?;
        if self.shared.conn_count.fetch_add(1, Ordering::Relaxed) >= self.shared.max_connections {
            self.shared.note_gone();
            return Err(TurnedAway::Full);
        }
        self.newcomers.try_send(Newcomer { socket, peer, place }).map_err(|_| {
            self.shared.note_gone();
            TurnedAway::Full
        })?;
        self.shared.wake();
        Ok(())
    }

    /// Hands over the next events of the ordered stream; waits while many are waiting. Every reactor gets all of them.
    pub fn release(&self, batch: Arc<[Outbound]>) {
        self.order(Order::Release(batch));
    }

    /// Has the reactor go by other settings from now on. How many connections it holds stays.
    pub fn resettle(&self, settings: Arc<ReactorSettings>) {
        settings.callers.set_most(settings.doors.connections_per_address);
        self.order(Order::Resettle(settings));
    }

    /// Has the reactor send what waits, for a second at most, and end.
    pub fn shutdown(&self) {
        self.order(Order::ShutDown);
    }

    fn order(&self, order: Order) {
        // A reactor that has ended has nobody left to tell.
        if self.orders.send(order).is_ok() {
            self.shared.wake();
        }
    }
}

impl Mailbox {
    /// What the reactor counts.
    pub(super) fn counts(&self) -> &Counts {
        &self.shared.counts
    }

    /// A connection that [`ReactorHandle::accept`] gave is gone.
    pub(super) fn note_gone(&self) {
        self.shared.note_gone();
    }
}

impl Shared {
    fn wake(&self) {
        if let Err(error) = self.waker.wake() {
            tracing::error!(%error, "a reactor cannot be woken");
        }
    }

    fn note_gone(&self) {
        self.conn_count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Both ends of a reactor's mailbox.
pub(super) fn mailbox(
    registry: &Registry,
    settings: &ReactorSettings,
) -> io::Result<(ReactorHandle, Mailbox)> {
    let waker = Waker::new(registry, WAKER)?;
    settings.callers.set_most(settings.doors.connections_per_address);
    let shared = Arc::new(Shared {
        waker,
        conn_count: AtomicUsize::new(0),
        max_connections: settings.max_connections,
        callers: Arc::clone(&settings.callers),
        counts: Arc::default(),
    });
    let (to_newcomers, newcomers) = bounded(NEWCOMERS);
    let (to_orders, orders) = bounded(ORDERS);
    let handle =
        ReactorHandle { shared: shared.clone(), newcomers: to_newcomers, orders: to_orders };
    Ok((handle, Mailbox { shared, newcomers, orders }))
}
