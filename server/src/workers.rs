//! The threads that hash passwords, so that neither the hub nor a reactor ever does.

use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::event::{ConnId, HashJob, HubInput, InboundBatch};

/// A bounded queue of jobs before a few threads; the answers go into the hub's inbox.
///
/// The threads end once this is dropped, or once nobody takes their answers.
#[derive(Debug)]
pub struct Workers {
    jobs: Sender<(ConnId, HashJob)>,
}

impl Workers {
    /// How many jobs may be without an answer at a time. The hub counts, and refuses whoever comes beyond it.
    pub const CAPACITY: usize = 32;

    /// Starts `count` threads (at least one).
    pub fn spawn(count: usize, answers: &Sender<InboundBatch>) -> io::Result<Self> {
        let (jobs, queue) = bounded(Self::CAPACITY);
        for number in 0..count.max(1) {
            let (queue, answers) = (queue.clone(), answers.clone());
            thread::Builder::new()
                .name(format!("worker-{number}"))
                .spawn(move || work_off(&queue, &answers))?;
        }
        Ok(Self { jobs })
    }

    /// Queues a job; its answer comes as [`HubInput::Hashed`]. Never blocks.
    ///
    /// # Panics
    ///
    /// When more than [`Workers::CAPACITY`] jobs wait: the hub would have miscounted.
    pub fn hash(&self, conn: ConnId, job: HashJob) {
        match self.jobs.try_send((conn, job)) {
            // Without workers there is no hub any more that the answer could be for.
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                panic!("the hub keeps to {} jobs at a time", Self::CAPACITY)
            }
        }
    }
}

fn work_off(jobs: &Receiver<(ConnId, HashJob)>, answers: &Sender<InboundBatch>) {
    for (conn, job) in jobs {
        let inputs = vec![HubInput::Hashed { conn, verifier: job.run() }];
        if answers.send(InboundBatch { inputs }).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use majlis_protocol::scram::{LEAST_ITERATIONS, Password, Verifier};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn conn(slot: u32) -> ConnId {
        ConnId { reactor: 0, slot, generation: 0 }
    }

    fn job(word: &str) -> HashJob {
        let password = Password::new(word).unwrap();
        HashJob { password, salt: (*b"salt").into(), iterations: LEAST_ITERATIONS }
    }

    #[test]
    fn every_password_is_hashed_for_whoever_sent_it() {
        let (answers, inbox) = bounded(4);
        let workers = Workers::spawn(2, &answers).unwrap();
        let words = ["roses", "tulips", "lilies"];
        for (slot, word) in (0..).zip(words) {
            workers.hash(conn(slot), job(word));
        }
        let mut hashed: Vec<(u32, Verifier)> = Vec::new();
        while hashed.len() < words.len() {
            for input in inbox.recv_timeout(PATIENCE).unwrap().inputs {
                let HubInput::Hashed { conn, verifier } = input else { panic!("{input:?}") };
                hashed.push((conn.slot, verifier));
            }
        }
        hashed.sort_by_key(|(slot, _)| *slot);
        let expected: Vec<_> = (0..).zip(words.map(|word| job(word).run())).collect();
        assert_eq!(hashed, expected);
    }

    #[test]
    #[should_panic(expected = "at a time")]
    fn a_job_too_many_is_a_fault() {
        let (answers, _inbox) = bounded(0);
        let workers = Workers::spawn(1, &answers).unwrap();
        // One waits in the thread for the inbox, which nobody empties; the others wait in the queue.
        for slot in (0..).take(Workers::CAPACITY + 2) {
            workers.hash(conn(slot), job("x"));
        }
    }
}
