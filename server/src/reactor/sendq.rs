//! What waits to be sent to one guest, bounded in bytes.
//!
//! The bytes are shared between all who get the same. Typing notices are worth the least: they give way when the queue
//! is more than half full. Who comes and goes may wait a moment for more, so that many share one write; whatever else comes
//! takes along what waits before it, so the order is always that of the stream. How long that moment is, is the reactor's to
//! say; what to do about a queue that overflows is [`conn`](super::conn)'s.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;

/// How many pieces one system call takes.
pub(crate) const SLICES_MAX: usize = 64;

/// So many pieces that could wait are worth a write.
const PIECES_HELD: usize = 64;

/// What a piece is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worth {
    /// Somebody is typing, or the like: tags without a text.
    Typing,
    /// Somebody came, went or changed: it lasts, and it is as good a moment later.
    News,
    /// Everything else.
    Lasting,
}

/// Bytes that are sent together, shared by all who get the same.
///
/// A thin pointer, because a room of a thousand that a hundred people come into at once holds a hundred thousand of them.
#[derive(Clone, Debug)]
pub(crate) struct Piece(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bytes: Arc<[u8]>,
    worth: Worth,
}

impl Piece {
    /// These bytes, worth this to each who receives them.
    pub(crate) fn new(bytes: Arc<[u8]>, worth: Worth) -> Self {
        Self(Arc::new(Shared { bytes, worth }))
    }

    /// What is sent.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Whether these are the same bytes, and no copy.
    #[cfg(test)]
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn worth(&self) -> Worth {
        self.0.worth
    }
}

/// What is meant for one guest lasts.
impl From<Arc<[u8]>> for Piece {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self::new(bytes, Worth::Lasting)
    }
}

/// More waits than the queue may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overflow;

/// The queue.
#[derive(Debug)]
pub(crate) struct SendQ {
    pieces: VecDeque<Piece>,
    /// How much of the first piece is sent already.
    sent_bytes: usize,
    waiting_bytes: usize,
    max_bytes: usize,
    /// What an answer that did not fit is let in with, until as little waits again as may.
    extra_bytes: usize,
    /// Whether what waits is to be sent now.
    is_due: bool,
}

impl SendQ {
    /// An empty queue for at most this many bytes.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self {
            pieces: VecDeque::new(),
            sent_bytes: 0,
            waiting_bytes: 0,
            max_bytes,
            extra_bytes: 0,
            is_due: false,
        }
    }

    /// Puts a piece at the end. Typing is left out when the queue is over half full, and thrown out for what lasts.
    pub(crate) fn push(&mut self, piece: &Piece) -> Result<(), Overflow> {
        let length = piece.bytes().len();
        if piece.worth() == Worth::Typing && self.waiting_bytes + length > self.max_bytes / 2 {
            return Ok(());
        }
        let max_bytes = self.max_bytes + self.extra_bytes;
        if self.waiting_bytes + length > max_bytes {
            self.drop_typing();
        }
        if self.waiting_bytes + length > max_bytes {
            return Err(Overflow);
        }
        self.push_last(piece.clone());
        Ok(())
    }

    /// Puts at the end what somebody asked for. It may be longer than the queue, as the list of a large room is; so one that does
    /// not fit is let in, and what comes behind it has the room that it would have had.
    pub(crate) fn push_answer(&mut self, piece: &Piece) -> Result<(), Overflow> {
        let pushed = self.push(piece);
        if pushed.is_ok() || self.extra_bytes > 0 {
            return pushed;
        }
        self.extra_bytes = piece.bytes().len();
        self.push_last(piece.clone());
        Ok(())
    }

    /// Puts last words at the end, over the bound if need be.
    pub(crate) fn push_last(&mut self, piece: Piece) {
        if piece.bytes().is_empty() {
            return;
        }
        self.waiting_bytes += piece.bytes().len();
        self.is_due |= piece.worth() != Worth::News;
        self.pieces.push_back(piece);
        self.is_due |= self.pieces.len() >= PIECES_HELD;
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether more waits than half of what may.
    pub(crate) fn is_over_half(&self) -> bool {
        self.waiting_bytes > self.max_bytes / 2
    }

    /// Whether something waits that is to be sent now: news alone waits until there are [`PIECES_HELD`] of it.
    pub(crate) fn is_due(&self) -> bool {
        self.is_due && !self.is_empty()
    }

    /// Has what waits be sent now.
    pub(crate) fn set_due(&mut self) {
        self.is_due = !self.is_empty();
    }

    /// What is to be sent next, at most [`SLICES_MAX`] pieces; how many of `slices` were filled.
    pub(crate) fn fill<'a>(&'a self, slices: &mut [IoSlice<'a>; SLICES_MAX]) -> usize {
        let mut skipped_bytes = self.sent_bytes;
        let mut count = 0;
        for (slice, piece) in slices.iter_mut().zip(&self.pieces) {
            *slice = IoSlice::new(&piece.bytes()[skipped_bytes..]);
            skipped_bytes = 0;
            count += 1;
        }
        count
    }

    /// So many bytes of what [`fill`](Self::fill) gave are sent. An empty queue holds no memory: there are many, mostly empty.
    pub(crate) fn advance(&mut self, count: usize) {
        self.waiting_bytes = self.waiting_bytes.saturating_sub(count);
        if self.waiting_bytes <= self.max_bytes {
            self.extra_bytes = 0;
        }
        self.sent_bytes += count;
        while let Some(length) = self.pieces.front().map(|piece| piece.bytes().len()) {
            if self.sent_bytes < length {
                return;
            }
            self.sent_bytes -= length;
            self.pieces.pop_front();
        }
        self.pieces = VecDeque::new();
        self.is_due = false;
    }

    /// Throws out all typing but a piece that is partly sent.
    fn drop_typing(&mut self) {
        let mut is_begun = self.sent_bytes > 0;
        let waiting_bytes = &mut self.waiting_bytes;
        self.pieces.retain(|piece| {
            let stays = piece.worth() != Worth::Typing || std::mem::take(&mut is_begun);
            is_begun = false;
            if !stays {
                *waiting_bytes -= piece.bytes().len();
            }
            stays
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn piece(text: &str, worth: Worth) -> Piece {
        Piece::new(text.as_bytes().into(), worth)
    }

    /// What would be sent now.
    fn waiting(queue: &SendQ) -> Vec<u8> {
        let mut slices = [IoSlice::new(&[]); SLICES_MAX];
        let count = queue.fill(&mut slices);
        slices[..count].iter().flat_map(|slice| slice.to_vec()).collect()
    }

    #[test]
    fn bytes_leave_in_order_wherever_the_socket_cuts_them() {
        let mut queue = SendQ::new(100);
        for text in ["abc", "", "de", "f"] {
            queue.push(&piece(text, Worth::Lasting)).unwrap();
        }
        for (sent, rest) in [(0, "abcdef"), (2, "cdef"), (1, "def"), (2, "f"), (1, "")] {
            queue.advance(sent);
            assert_eq!(waiting(&queue), rest.as_bytes());
        }
        assert!(queue.is_empty());
    }

    #[test]
    fn bound_holds_to_the_byte() {
        let mut queue = SendQ::new(10);
        queue.push(&piece("1234567890", Worth::Lasting)).unwrap();
        assert_eq!(queue.push(&piece("x", Worth::Lasting)), Err(Overflow));
        queue.advance(1);
        assert_eq!(queue.push(&piece("xy", Worth::Lasting)), Err(Overflow));
        assert_eq!(queue.push(&piece("x", Worth::Lasting)), Ok(()));
        queue.push_last(piece("bye", Worth::Lasting));
        assert_eq!(waiting(&queue), b"234567890xbye");
    }

    #[test]
    fn one_answer_may_be_longer_than_the_queue() {
        let mut queue = SendQ::new(10);
        queue.push(&piece("12345", Worth::Lasting)).unwrap();
        queue.push_answer(&piece("long answer!", Worth::Lasting)).unwrap();
        queue.push(&piece("67890", Worth::Lasting)).unwrap();
        assert_eq!(queue.push(&piece("x", Worth::Lasting)), Err(Overflow));
        assert_eq!(queue.push_answer(&piece("x", Worth::Lasting)), Err(Overflow), "a second one");
        queue.advance(11);
        assert_eq!(queue.push_answer(&piece("another", Worth::Lasting)), Ok(()));
        queue.advance(11);
        assert_eq!(waiting(&queue), b"another");
        assert_eq!(queue.push(&piece("four", Worth::Lasting)), Err(Overflow), "as before");
    }

    #[test]
    fn typing_gives_way() {
        let mut queue = SendQ::new(10);
        queue.push(&piece("ttttt", Worth::Typing)).unwrap();
        assert_eq!(queue.push(&piece("t", Worth::Typing)), Ok(()), "left out in silence");
        assert_eq!(waiting(&queue), b"ttttt");
        queue.push(&piece("12345678", Worth::Lasting)).unwrap();
        assert_eq!(waiting(&queue), b"12345678", "thrown out");
    }

    #[test]
    fn typing_that_is_partly_sent_stays_whole() {
        let mut queue = SendQ::new(10);
        queue.push(&piece("tt", Worth::Typing)).unwrap();
        queue.push(&piece("uu", Worth::Typing)).unwrap();
        queue.advance(1);
        queue.push(&piece("12345678", Worth::Lasting)).unwrap();
        assert_eq!(waiting(&queue), b"t12345678");
    }

    #[test]
    fn news_waits_for_more_and_all_else_takes_it_along() {
        let mut queue = SendQ::new(100);
        for _ in 1..PIECES_HELD {
            queue.push(&piece("n", Worth::News)).unwrap();
            assert!(!queue.is_due());
        }
        queue.push(&piece("n", Worth::News)).unwrap();
        assert!(queue.is_due(), "enough for a write");
        queue.advance(1);
        assert!(queue.is_due(), "what was begun is gone through with");
        queue.advance(PIECES_HELD - 1);
        for worth in [Worth::Lasting, Worth::Typing] {
            queue.push(&piece("n", Worth::News)).unwrap();
            assert!(!queue.is_due());
            queue.push(&piece("x", worth)).unwrap();
            assert!(queue.is_due());
            assert_eq!(waiting(&queue), b"nx");
            queue.advance(2);
        }
        queue.set_due();
        assert!(!queue.is_due(), "nothing waits");
        queue.push(&piece("n", Worth::News)).unwrap();
        queue.set_due();
        assert!(queue.is_due());
    }

    #[test]
    fn news_lasts() {
        let mut queue = SendQ::new(4);
        queue.push(&piece("nn", Worth::News)).unwrap();
        assert_eq!(queue.push(&piece("xxx", Worth::Lasting)), Err(Overflow));
        assert_eq!(waiting(&queue), b"nn");
    }

    #[test]
    fn an_empty_queue_holds_no_memory() {
        let mut queue = SendQ::new(100);
        queue.push(&piece("abc", Worth::Lasting)).unwrap();
        queue.advance(3);
        assert_eq!(queue.pieces.capacity(), 0);
    }

    #[test]
    fn one_call_takes_a_bounded_number_of_pieces() {
        let mut queue = SendQ::new(1000);
        for _ in 0..=SLICES_MAX {
            queue.push(&piece("x", Worth::Lasting)).unwrap();
        }
        assert_eq!(waiting(&queue).len(), SLICES_MAX);
    }

    proptest! {
        #[test]
        fn what_is_counted_is_what_waits(
            steps in proptest::collection::vec((0_usize..8, any::<bool>(), 0_usize..12), 0..60),
        ) {
            let mut queue = SendQ::new(32);
            for (bytes, is_typing, sent) in steps {
                let worth = if is_typing { Worth::Typing } else { Worth::Lasting };
                let _ = queue.push(&Piece::new(vec![b'x'; bytes].into(), worth));
                queue.advance(sent.min(waiting(&queue).len()));
                prop_assert_eq!(queue.waiting_bytes, waiting(&queue).len());
                prop_assert!(queue.waiting_bytes <= 32);
            }
        }
    }
}
