//! How many changes share a commit: whether the committer waits a moment for more.
//!
//! A commit costs what it costs whatever is in it, and what is released together reaches each guest in one write. Where ten
//! people speak at a time, their words come to the committer two or three at a time all the same, since each goes its own
//! way through sockets and threads. So while it has fewer changes than the last commits had, it waits for the others, for
//! [`PATIENCE`] at most. Whoever speaks alone never waits: commits have one change each then, and no more is expected. When
//! a crowd falls silent, the expectation is down to one within some commits, each of which waited a millisecond in vain.

use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use crate::event::Output;

/// How long a commit waits for more; a fraction of what the way there and back takes on any network.
const PATIENCE: Duration = Duration::from_millis(1);

/// More than so many changes are never waited for: they share enough.
const CHANGES_EXPECTED_MAX: usize = 64;

/// How many outputs one commit takes.
const OUTPUTS_PER_COMMIT: usize = 32;

/// What is known of the last commits.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// How many changes a commit usually has, of late.
    usual: usize,
}

impl Gathering {
    /// This output with those that wait behind it, and those that soon will if there are usually more.
    pub(super) fn gather(&mut self, first: Output, outputs: &Receiver<Output>) -> Output {
        let until = Instant::now() + PATIENCE;
        let mut gathered = first;
        for _ in 1..OUTPUTS_PER_COMMIT {
            let more = outputs.try_recv().ok();
            let more = more.or_else(|| {
                let is_awaited = self.expects_more(gathered.writes.len());
                is_awaited.then(|| outputs.recv_deadline(until).ok()).flatten()
            });
            let Some(more) = more else { break };
            gathered.writes.extend(more.writes);
            gathered.events.extend(more.events);
        }
        self.note(gathered.writes.len());
        gathered
    }

    /// Whether a commit of so many changes is smaller than usual. What changes nothing waits for nobody.
    fn expects_more(&self, changes: usize) -> bool {
        changes > 0 && changes < self.usual
    }

    /// Notes how many changes a commit has. The expectation rises at once and sinks by a quarter.
    fn note(&mut self, changes: usize) {
        if changes > 0 {
            let lower = self.usual - self.usual.div_ceil(4);
            self.usual = changes.min(CHANGES_EXPECTED_MAX).max(lower);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use crossbeam_channel::{Sender, bounded};

    use super::*;
    use crate::event::{RoomId, Write};

    fn output(changes: usize) -> Output {
        let writes = vec![Write::RoomRemoved(RoomId(1)); changes];
        Output { writes, ..Output::default() }
    }

    fn queue() -> (Sender<Output>, Receiver<Output>) {
        bounded(8)
    }

    /// One that has seen a commit of so many changes.
    fn used_to(changes: usize) -> Gathering {
        let mut gathering = Gathering::default();
        gathering.note(changes);
        gathering
    }

    #[test]
    fn whoever_speaks_alone_waits_for_nobody() {
        for changes in [0, 1] {
            assert!(!used_to(1).expects_more(changes));
            assert!(!Gathering::default().expects_more(changes));
        }
        assert!(!used_to(10).expects_more(0), "what changes nothing");
    }

    #[test]
    fn as_many_as_usual_are_waited_for() {
        let (sender, receiver) = queue();
        // The others are said to come late, so late that without waiting they would be missed; on a busy machine they may be.
        let came_together = (0..100).any(|_| {
            let later = sender.clone();
            let others = thread::spawn(move || {
                thread::sleep(PATIENCE / 5);
                later.send(output(2)).expect("it is received");
            });
            let gathered = used_to(3).gather(output(1), &receiver).writes.len();
            others.join().expect("it does not panic");
            let _missed = receiver.try_recv();
            gathered == 3
        });
        assert!(came_together);
    }

    #[test]
    fn what_waits_already_is_taken_along_and_nobody_waits_for_ever() {
        let (sender, receiver) = queue();
        for _ in 0..3 {
            sender.send(output(1)).expect("there is room");
        }
        let started = Instant::now();
        assert_eq!(used_to(10).gather(output(1), &receiver).writes.len(), 4);
        assert!(started.elapsed() >= PATIENCE);
        drop(sender);
        assert_eq!(used_to(10).gather(output(1), &receiver).writes.len(), 1);
    }

    #[test]
    fn expectation_rises_at_once_up_to_a_bound_and_sinks_to_one() {
        assert!(used_to(CHANGES_EXPECTED_MAX + 1).expects_more(CHANGES_EXPECTED_MAX - 1));
        assert!(!used_to(CHANGES_EXPECTED_MAX + 1).expects_more(CHANGES_EXPECTED_MAX));
        let mut gathering = used_to(10);
        let commits_in_vain = (0..100).take_while(|_| {
            let waits = gathering.expects_more(1);
            gathering.note(1);
            waits
        });
        assert_eq!(commits_in_vain.count(), 5);
    }
}
