//! What one reactor counts, for whoever runs the server.

use crate::event::Counter;

/// The figures of one reactor. All but [`turned_away`](Self::turned_away), which is the listener's, are the reactor's own.
#[derive(Debug, Default)]
pub struct Counts {
    kinds: [KindCounts; Speaks::ALL.len()],
    /// Connections that were not taken in: too many in all, or from their address.
    pub turned_away: Counter,
    /// Connections that ended because more waited for them than the SendQ holds.
    pub sendq_closes: Counter,
    /// Times that somebody spoke faster than they may, and had to wait.
    pub floods: Counter,
    /// Events put into somebody's SendQ, once for each receiver.
    pub deliveries: Counter,
    /// Pages asked for by HTTP.
    pub pages: Counter,
}

#[derive(Debug, Default)]
struct KindCounts {
    opened: Counter,
    closed: Counter,
}

/// What a connection speaks, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// IRC.
    Irc,
    /// IRC under TLS.
    IrcTls,
    /// IRC over a WebSocket.
    Web,
    /// IRC over a WebSocket under TLS.
    WebTls,
    /// The plain room.
    Plain,
    /// The plain room under TLS.
    PlainTls,
}

impl Speaks {
    /// Every kind, in the order of the figures.
    pub const ALL: [Self; 6] =
        [Self::Irc, Self::IrcTls, Self::Web, Self::WebTls, Self::Plain, Self::PlainTls];
}

impl Counts {
    /// A connection has begun to speak.
    pub(crate) fn note_opened(&self, speaks: Speaks) {
        self.kinds[speaks as usize].opened.add(1);
    }

    /// It does no more.
    pub(crate) fn note_closed(&self, speaks: Speaks) {
        self.kinds[speaks as usize].closed.add(1);
    }

    /// How many of a kind there have been.
    pub fn opened(&self, speaks: Speaks) -> u64 {
        self.kinds[speaks as usize].opened.get()
    }

    /// How many of a kind there are.
    pub fn open(&self, speaks: Speaks) -> u64 {
        // Read in this order, so that one that comes and goes meanwhile makes it no less than none.
        let closed = self.kinds[speaks as usize].closed.get();
        self.opened(speaks).saturating_sub(closed)
    }
}
