//! The threads that read history, so that neither the hub nor the committer waits for the disk's past. One of them searches: that
//! may take a second, in which nobody waits for their history.

use std::thread;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::event::{ConnId, HistoryError, HistoryQuery, HubInput, InboundBatch};

use super::error::StoreError;
use super::{HistoryReader, Store};

/// Bounded queues of questions before a few threads; the answers go into the hub's inbox, in no particular order.
///
/// The threads end once this is dropped, or once nobody takes their answers.
#[derive(Debug)]
pub struct Readers {
    questions: Sender<(ConnId, HistoryQuery)>,
    searches: Sender<(ConnId, HistoryQuery)>,
}

impl Readers {
    /// How many questions may be without an answer at a time, and how many searches. The hub counts, and parks whoever asks
    /// beyond it.
    pub const CAPACITY: usize = 64;

    /// Starts `count` threads (at least one) and one that searches, each with a connection of its own.
    pub fn spawn(
        store: &Store,
        count: usize,
        answers: &Sender<InboundBatch>,
    ) -> Result<Self, StoreError> {
        let (questions, queue) = bounded(Self::CAPACITY);
        for number in 0..count.max(1) {
            start(store, format!("reader-{number}"), queue.clone(), answers.clone())?;
        }
        let (searches, queue) = bounded(Self::CAPACITY);
        start(store, "searcher".to_owned(), queue, answers.clone())?;
        Ok(Self { questions, searches })
    }

    /// Queues a question; its answer comes as [`HubInput::History`]. Never blocks.
    ///
    /// # Panics
    ///
    /// When more than [`Readers::CAPACITY`] questions or searches wait: the hub would have miscounted.
    pub fn read(&self, conn: ConnId, query: HistoryQuery) {
        let queue = if query.is_search() { &self.searches } else { &self.questions };
        match queue.try_send((conn, query)) {
            // Without readers there is no hub any more that the answer could be for.
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                panic!("the hub keeps to {} questions at a time", Self::CAPACITY)
            }
        }
    }
}

fn start(
    store: &Store,
    name: String,
    queue: Receiver<(ConnId, HistoryQuery)>,
    answers: Sender<InboundBatch>,
) -> Result<(), StoreError> {
    let reader = store.reader()?;
    thread::Builder::new()
        .name(name)
        .spawn(move || answer_all(&reader, &queue, &answers))
        .map(drop)
        .map_err(|error| StoreError::from_io(store.folder.dir(), &error))
}

fn answer_all(
    reader: &HistoryReader,
    questions: &Receiver<(ConnId, HistoryQuery)>,
    answers: &Sender<InboundBatch>,
) {
    for (conn, query) in questions {
        let result = reader.read(&query);
        if let Err(HistoryError::Failed(words)) = &result {
            tracing::error!(error = %words, "history could not be read");
        }
        let inputs = vec![HubInput::History { conn, result }];
        if answers.send(InboundBatch { inputs }).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use majlis_protocol::Timestamp;

    use super::*;
    use crate::event::{HistoryPage, RoomId, Search, Selector, StoredKinds};
    use crate::store::tests::{conn, message, open, room};

    const PATIENCE: Duration = Duration::from_secs(20);

    fn question(room: u64) -> HistoryQuery {
        let (room, selector) = (RoomId(room), Selector::Latest(None));
        let (since, kinds) = (Timestamp(0), StoredKinds::SAID);
        HistoryQuery::Messages { room, since, selector, kinds, limit: 9 }
    }

    #[test]
    fn every_question_is_answered_to_its_asker() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = open(dir.path());
        let said = message(1, 7, 1000);
        store.commit_batch(&[room(1), crate::event::Write::Message(said.clone())]).unwrap();
        let (answers, inbox) = bounded(4);
        let readers = Readers::spawn(&store, 2, &answers).unwrap();
        for slot in (0..).take(Readers::CAPACITY) {
            readers.read(conn(slot), question(u64::from(slot % 2)));
        }

        let mut answered: Vec<u32> = Vec::new();
        while answered.len() < Readers::CAPACITY {
            for input in inbox.recv_timeout(PATIENCE).unwrap().inputs {
                let HubInput::History { conn, result } = input else { panic!("{input:?}") };
                let expected = if conn.slot % 2 == 1 { vec![said.clone()] } else { Vec::new() };
                assert_eq!(result, Ok(HistoryPage::Messages(expected)));
                answered.push(conn.slot);
            }
        }
        answered.sort_unstable();
        let askers: Vec<u32> = (0..).take(Readers::CAPACITY).collect();
        assert_eq!(answered, askers, "an answer went to nobody, or twice");
    }

    #[test]
    fn nobody_waits_for_their_history_behind_searches() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = open(dir.path());
        let (answers, inbox) = bounded(0);
        let readers = Readers::spawn(&store, 1, &answers).unwrap();
        for slot in (1..).take(Readers::CAPACITY) {
            readers.read(conn(slot), HistoryQuery::Search(Search::default()));
        }
        readers.read(conn(0), question(1));
        let is_search = |batch: &InboundBatch| !matches!(&batch.inputs[..], [HubInput::History { conn, .. }] if conn.slot == 0);
        // Each answer is taken slowly, so that a busy machine runs both threads meanwhile.
        let slowly = inbox.iter().inspect(|_| thread::sleep(Duration::from_millis(20)));
        let before = slowly.take_while(is_search).count();
        assert!(before < Readers::CAPACITY, "it came last");
    }

    #[test]
    #[should_panic(expected = "at a time")]
    fn a_question_too_many_is_a_fault() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = open(dir.path());
        let (answers, _inbox) = bounded(0);
        let readers = Readers::spawn(&store, 1, &answers).unwrap();
        // One waits in the thread for the inbox, which nobody empties; the others wait in the queue.
        for slot in (0..).take(Readers::CAPACITY + 2) {
            readers.read(conn(slot), question(1));
        }
    }

    #[test]
    fn threads_end_with_the_readers() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = open(dir.path());
        let (answers, inbox) = bounded(4);
        let readers = Readers::spawn(&store, 2, &answers).unwrap();
        drop((readers, answers));
        assert!(matches!(
            inbox.recv_timeout(PATIENCE),
            Err(crossbeam_channel::RecvTimeoutError::Disconnected)
        ));
    }
}
