//! Who should have got what: every delivery is counted once, and what is lost, doubled or astray is found out.
//!
//! Pure: it is told what was said and what arrived. Servers keep the order of one sender's messages, so for each pair of
//! receiver and sender one number is enough: which message comes next.

use std::collections::VecDeque;
use std::fmt;
use std::time::Instant;

use crate::histogram::Histogram;
use crate::mark::Mark;

/// What went wrong; all zero is what a server owes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Messages that did not reach somebody, once for each of them.
    pub lost: u64,
    /// Deliveries that had been made before, or came after a later one.
    pub doubled: u64,
    /// Deliveries of what nobody said, or to its own sender.
    pub stray: u64,
}

impl Faults {
    /// Whether there were none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lost, {} doubled, {} stray", self.lost, self.doubled, self.stray)
    }
}

/// The books of one run: a room of `members`, of whom the first are the senders.
#[derive(Debug)]
pub struct Ledger {
    senders: Vec<Sender>,
    members: usize,
    /// By member and sender: the number that has to come next.
    next: Vec<u32>,
    delivered: u64,
    faults: Faults,
    latency: Histogram,
    /// Whether times count; they do not while the run warms up.
    is_timing: bool,
}

#[derive(Clone, Debug, Default)]
struct Sender {
    sent: u32,
    /// The messages that have not reached everybody, oldest first; the first one's number is `sent` less their count.
    under_way: VecDeque<UnderWay>,
}

#[derive(Clone, Copy, Debug)]
struct UnderWay {
    sent_at: Instant,
    receivers_left: usize,
}

impl Ledger {
    /// Nothing said yet. Each message goes to every member but its sender.
    pub fn new(members: usize, senders: usize) -> Self {
        Self {
            senders: vec![Sender::default(); senders],
            members,
            next: vec![0; members * senders],
            delivered: 0,
            faults: Faults::default(),
            latency: Histogram::default(),
            is_timing: false,
        }
    }

    /// From now on the times of deliveries count.
    pub fn start_timing(&mut self) {
        self.is_timing = true;
    }

    /// A sender says its next message.
    pub fn note_sent(&mut self, sender: u16, now: Instant) -> Mark {
        let books = &mut self.senders[usize::from(sender)];
        let number = books.sent;
        books.sent += 1;
        let receivers_left = self.members - 1;
        books.under_way.push_back(UnderWay { sent_at: now, receivers_left });
        Mark { sender, number }
    }

    /// A delivery arrived; says whether with it the message has reached everybody.
    pub fn note_delivery(&mut self, member: usize, mark: Mark, now: Instant) -> bool {
        let sender = usize::from(mark.sender);
        let sender_count = self.senders.len();
        let is_meant = sender != member && member < self.members;
        let Some(books) =
            self.senders.get_mut(sender).filter(|it| is_meant && mark.number < it.sent)
        else {
            self.faults.stray += 1;
            return false;
        };
        let next = &mut self.next[member * sender_count + sender];
        if mark.number < *next {
            self.faults.doubled += 1;
            return false;
        }
        self.faults.lost += u64::from(mark.number - *next);
        *next = mark.number + 1;
        self.delivered += 1;
        let (is_complete, sent_at) = books.arrive(mark.number);
        if let (Some(sent_at), true) = (sent_at, self.is_timing) {
            self.latency.record(now.saturating_duration_since(sent_at));
        }
        is_complete
    }

    /// How many deliveries arrived that were due.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// How many messages were said.
    pub fn sent(&self) -> u64 {
        self.senders.iter().map(|sender| u64::from(sender.sent)).sum()
    }

    /// Whether everything that was said has reached everybody.
    pub fn is_settled(&self) -> bool {
        self.senders.iter().all(|sender| sender.under_way.is_empty())
    }

    /// The time from saying to arriving, of each delivery since [`start_timing`](Self::start_timing).
    pub fn latency(&self) -> &Histogram {
        &self.latency
    }

    /// What went wrong, when nothing more is to arrive.
    pub fn faults(&self) -> Faults {
        let mut faults = self.faults;
        for member in 0..self.members {
            for (sender, books) in
                self.senders.iter().enumerate().filter(|(sender, _)| *sender != member)
            {
                faults.lost +=
                    u64::from(books.sent - self.next[member * self.senders.len() + sender]);
            }
        }
        faults
    }
}

impl Sender {
    /// One receiver has the message of this number; whether all have it now, and when it was said.
    fn arrive(&mut self, number: u32) -> (bool, Option<Instant>) {
        let under_way = u32::try_from(self.under_way.len()).unwrap_or(u32::MAX);
        let place = number.checked_sub(self.sent - under_way);
        let place = place.and_then(|place| self.under_way.get_mut(place as usize));
        let Some(message) = place else { return (false, None) };
        message.receivers_left -= 1;
        let (is_complete, sent_at) = (message.receivers_left == 0, message.sent_at);
        while self.under_way.front().is_some_and(|message| message.receivers_left == 0) {
            self.under_way.pop_front();
        }
        (is_complete, Some(sent_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three members, two of whom speak; each says two messages. The deliveries that are due, in an order that is right.
    fn said() -> (Ledger, Vec<(usize, Mark)>) {
        let mut ledger = Ledger::new(3, 2);
        let now = Instant::now();
        let mut due = Vec::new();
        for _ in 0..2 {
            for sender in 0..2 {
                let mark = ledger.note_sent(sender, now);
                due.extend(
                    (0..3)
                        .filter(|&member| member != usize::from(sender))
                        .map(|member| (member, mark)),
                );
            }
        }
        (ledger, due)
    }

    fn faults_of(deliveries: &[(usize, Mark)]) -> Faults {
        let (mut ledger, _) = said();
        for &(member, mark) in deliveries {
            ledger.note_delivery(member, mark, Instant::now());
        }
        ledger.faults()
    }

    #[test]
    fn everything_once_is_right() {
        let (mut ledger, due) = said();
        let complete = due
            .iter()
            .filter(|(member, mark)| ledger.note_delivery(*member, *mark, Instant::now()));
        assert_eq!(complete.count(), 4, "each message is complete once");
        assert!(ledger.faults().is_none() && ledger.is_settled());
        assert_eq!((ledger.sent(), ledger.delivered()), (4, 8));
    }

    #[test]
    fn each_delivery_that_is_missing_is_lost() {
        let (_, due) = said();
        for missing in 0..due.len() {
            let mut deliveries = due.clone();
            deliveries.remove(missing);
            assert_eq!(
                faults_of(&deliveries),
                Faults { lost: 1, ..Faults::default() },
                "{missing}"
            );
        }
        assert_eq!(faults_of(&[]).lost, 8);
    }

    #[test]
    fn each_delivery_that_comes_twice_is_doubled() {
        let (_, due) = said();
        for twice in &due {
            let deliveries = [&due[..], &[*twice]].concat();
            assert_eq!(faults_of(&deliveries), Faults { doubled: 1, ..Faults::default() });
        }
    }

    #[test]
    fn what_nobody_said_and_ones_own_is_astray() {
        let (_, due) = said();
        for (member, sender, number) in [(2, 0, 2), (2, 2, 0), (0, 0, 0), (3, 0, 0)] {
            let deliveries = [&due[..], &[(member, Mark { sender, number })]].concat();
            assert_eq!(faults_of(&deliveries), Faults { stray: 1, ..Faults::default() });
        }
    }

    #[test]
    fn times_count_once_it_has_warmed_up() {
        let (mut ledger, due) = said();
        ledger.note_delivery(due[0].0, due[0].1, Instant::now());
        assert!(ledger.latency().quantile(1000).is_zero());
        ledger.start_timing();
        ledger.note_delivery(due[1].0, due[1].1, Instant::now());
        assert!(!ledger.latency().quantile(1000).is_zero());
    }
}
