//! Reads of history: whose turn it is, and what waits behind them.
//!
//! Owns that no more reads are outstanding than the readers' queues hold, so that nobody ever blocks on one, and that a
//! parked connection's later lines run in order after its answer (architecture.md, "Parking"). What is asked and how the
//! answer looks is the affair of the commands that ask.

use std::collections::{HashSet, VecDeque};

use super::Hub;
use super::command::{Ending, Turn, history, redact, search};
use super::connection::{Deferred, Parked, Wait};
use super::reply::Response;
use crate::event::{ConnId, HistoryError, HistoryPage, HistoryQuery, MsgId, Outbound};

/// What was asked, by which command, for the answer's form.
#[derive(Clone, Debug)]
pub(super) enum Question {
    History(history::Question),
    Redaction(redact::Redaction),
    Search,
}

/// The line for history, and that for searches, which may take long: who waits in one does not wait for the other.
#[derive(Debug)]
pub(super) struct Reads {
    history: Line,
    searches: Line,
}

/// Whose questions are with the readers, and who comes next.
#[derive(Debug)]
struct Line {
    max: usize,
    asking: HashSet<ConnId>,
    waiting: VecDeque<ConnId>,
}

impl Reads {
    pub(super) fn new(max: usize) -> Self {
        Self { history: Line::new(max), searches: Line::new(max) }
    }

    fn lines(&mut self) -> [&mut Line; 2] {
        [&mut self.history, &mut self.searches]
    }

    /// Takes an ended connection out of those that wait. What is outstanding still gets its answer, which then is nobody's.
    pub(super) fn forget(&mut self, conn: ConnId) {
        for line in self.lines() {
            line.waiting.retain(|&waiting| waiting != conn);
        }
    }

    pub(super) fn clear_waiting(&mut self) {
        for line in self.lines() {
            line.waiting.clear();
        }
    }

    fn queue(&mut self, conn: ConnId, query: &HistoryQuery) {
        let line = if query.is_search() { &mut self.searches } else { &mut self.history };
        line.waiting.push_back(conn);
    }

    fn note_answer(&mut self, conn: ConnId) {
        for line in self.lines() {
            line.asking.remove(&conn);
        }
    }

    fn take_next(&mut self) -> Option<ConnId> {
        self.lines().into_iter().find_map(Line::take_next)
    }
}

impl Line {
    fn new(max: usize) -> Self {
        Self { max: max.max(1), asking: HashSet::new(), waiting: VecDeque::new() }
    }

    fn take_next(&mut self) -> Option<ConnId> {
        if self.asking.len() >= self.max {
            return None;
        }
        let next = self.waiting.pop_front()?;
        self.asking.insert(next);
        Some(next)
    }
}

impl Hub {
    /// Parks a connection until its question is answered.
    pub(super) fn park(
        &mut self,
        conn: ConnId,
        response: Response,
        question: Question,
        query: HistoryQuery,
    ) {
        self.reads.queue(conn, &query);
        let wait = Wait::History { question, query: Some(query), redacted: Vec::new() };
        self.connections[&conn].parked = Some(Box::new(Parked { response, wait }));
        self.start_reads();
    }

    fn start_reads(&mut self) {
        while let Some(conn) = self.reads.take_next() {
            let query = match self.connections[&conn].parked.as_deref_mut() {
                Some(Parked { wait: Wait::History { query, .. }, .. }) => query.take(),
                _ => None,
            };
            let query = query.expect("who waits for a reader is parked with a query");
            self.out.events.push(Outbound::ReadHistory { conn, query });
        }
    }

    /// Gives a parked connection its answer, and runs what it said meanwhile.
    pub(super) fn handle_history(
        &mut self,
        conn: ConnId,
        result: Result<HistoryPage, HistoryError>,
    ) {
        self.reads.note_answer(conn);
        self.start_reads();
        let Some(connection) = self.connections.get_mut(&conn) else { return };
        let Some(parked) = connection.parked.take() else { return };
        let Parked { response, wait: Wait::History { question, redacted, .. } } = *parked else {
            return;
        };
        let user = connection.user();
        let result = result.map(|page| without(page, &redacted));
        let mut turn = Turn { conn, user, response, ending: Ending::Reply };
        match (question, user) {
            (Question::Redaction(redaction), Some(user)) => {
                redact::answer(self, &mut turn, user, redaction, result);
            }
            (Question::Search, _) => search::answer(self, &mut turn.response, user, result),
            (Question::History(question), _) => {
                history::answer(self, &mut turn.response, user, &question, result);
            }
            (Question::Redaction(_), None) => {}
        }
        self.end_turn(turn);
        self.run_waiting(conn);
    }

    /// A message was taken back: whatever was or is being read meanwhile, nobody is given it any more.
    pub(super) fn note_redaction(&mut self, msgid: MsgId) {
        for connection in self.connections.values_mut() {
            if let Some(Wait::History { redacted, .. }) =
                connection.parked.as_mut().map(|parked| &mut parked.wait)
            {
                redacted.push(msgid);
            }
        }
    }

    /// Runs what a connection said while it was parked; and ends it if that was its last.
    pub(super) fn run_waiting(&mut self, conn: ConnId) {
        while let Some(input) = self.next_waiting(conn) {
            self.run(conn, &input);
        }
        let connection = self.connections.get(&conn);
        if connection.is_some_and(|connection| {
            connection.ends_by_ms.is_some() && connection.parked.is_none()
        }) {
            self.handle_last_word(conn);
        }
    }

    /// The next line of a connection that is open and not parked (again).
    fn next_waiting(&mut self, conn: ConnId) -> Option<Deferred> {
        let connection = self.connections.get_mut(&conn)?;
        if connection.parked.is_some() { None } else { connection.waiting.pop_front() }
    }
}

/// A page as it is once these messages are gone.
fn without(page: HistoryPage, redacted: &[MsgId]) -> HistoryPage {
    let stays = |msgid: MsgId| !redacted.contains(&msgid);
    match page {
        HistoryPage::Messages(mut rows) => {
            rows.retain(|row| stays(row.msgid));
            HistoryPage::Messages(rows)
        }
        HistoryPage::Message(found) => {
            HistoryPage::Message(found.filter(|found| stays(found.msgid)))
        }
        HistoryPage::Targets(rows) => HistoryPage::Targets(rows),
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Reads {
    /// `asking` connections wait for an answer, `waiting` ones for their turn to ask.
    pub(super) fn verify(&self, asking: usize, waiting: usize) {
        let lines = [&self.history, &self.searches];
        for line in lines {
            assert!(line.asking.len() <= line.max, "more is read than the readers can queue");
            let is_full = line.asking.len() == line.max;
            assert!(line.waiting.is_empty() || is_full, "somebody waits while readers are free");
        }
        let owed: usize = lines.iter().map(|line| line.asking.len()).sum();
        assert!(asking <= owed, "somebody waits for an answer that nobody owes");
        let in_line: usize = lines.iter().map(|line| line.waiting.len()).sum();
        assert_eq!(waiting, in_line, "who waits to ask is in line, once");
    }
}
