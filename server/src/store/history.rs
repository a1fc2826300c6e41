//! Pages of history (draft/chathistory), each one range of one index.
//!
//! Messages of a room stand in one sequence, the order of the commits, along which time never goes back. A bound becomes a
//! place in it, a selector becomes a span between two places and the end at which to begin.

use std::io;

use majlis_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::event::{
    Author, Bound, HistoryError, HistoryPage, HistoryQuery, HistoryRow, MsgId, Readable, RoomId,
    Search, Selector, StoredKind, StoredKinds, TargetRow,
};

use super::ended;
use super::search::{Deadline, search};
use super::value::{self, msgid_to_sql, room_to_sql, time_to_sql};

pub(super) mod page;
#[cfg(test)]
pub(super) mod tests;

/// Reads pages of history on a connection of its own; belongs to one thread.
#[derive(Debug)]
pub struct HistoryReader {
    pub(super) conn: Connection,
    deadline: Deadline,
}

impl HistoryReader {
    pub(super) fn new(mut conn: Connection) -> rusqlite::Result<Self> {
        let deadline = Deadline::watch(&mut conn)?;
        Ok(Self { conn, deadline })
    }

    /// Answers from one state of the database, whatever is committed meanwhile.
    pub fn read(&self, query: &HistoryQuery) -> Result<HistoryPage, HistoryError> {
        let snapshot = self.conn.unchecked_transaction()?;
        let ended = ended::rooms(&snapshot)?;
        let is_there = |room: &RoomId| !ended.contains(room);
        let all_there = |rooms: &[Readable]| -> Vec<Readable> {
            rooms.iter().copied().filter(|readable| is_there(&readable.room)).collect()
        };
        match query {
            HistoryQuery::Messages { room, .. } if !is_there(room) => {
                Ok(HistoryPage::Messages(Vec::new()))
            }
            HistoryQuery::Messages { room, since, selector, kinds, limit } => {
                let readable = Readable { room: *room, since: *since };
                messages(&snapshot, readable, *selector, *kinds, *limit).map(HistoryPage::Messages)
            }
            HistoryQuery::Message { room, msgid } => {
                let found = redactable(&snapshot, *room, *msgid)?;
                let found = found.filter(|found| is_there(&found.room));
                Ok(HistoryPage::Message(found.map(Box::new)))
            }
            HistoryQuery::Search(wanted) => {
                let wanted = Search { rooms: all_there(&wanted.rooms), ..wanted.clone() };
                search(&snapshot, &self.deadline, &wanted).map(HistoryPage::Messages)
            }
            HistoryQuery::Targets { rooms, from, to, limit } => {
                targets(&snapshot, &all_there(rooms), *from, *to, *limit).map(HistoryPage::Targets)
            }
        }
    }
}

impl From<rusqlite::Error> for HistoryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

fn messages(
    snapshot: &Transaction<'_>,
    readable: Readable,
    selector: Selector,
    kinds: StoredKinds,
    limit: u32,
) -> Result<Vec<HistoryRow>, HistoryError> {
    let room = readable.room;
    let start = start_of(snapshot, readable)?;
    let place = |bound| Place::find(snapshot, room, bound)?.not_before(start, bound);
    let read = |span: Span, limit| span.read(snapshot, room, kinds, limit);
    let span = match selector {
        Selector::Before(bound) => Span::backwards(start, place(bound)?.before),
        Selector::After(bound) => Span::forwards(place(bound)?.after, END),
        Selector::Latest(None) => Span::backwards(start, END),
        Selector::Latest(Some(bound)) => Span::backwards(place(bound)?.after, END),
        Selector::Between(first, second) => Span::between(&place(first)?, &place(second)?),
        Selector::Around(bound) => {
            let pivot = place(bound)?.before;
            let mut page = read(Span::backwards(start, pivot), limit / 2)?;
            page.extend(read(Span::forwards(pivot, END), limit - limit / 2)?);
            return Ok(page);
        }
    };
    Ok(read(span, limit)?)
}

/// A place between two neighbours of a room's sequence: just after the message of this number, which counts from 1.
type Gap = i64;

const START: Gap = 0;
const END: Gap = i64::MAX;

/// The gap from which on a room may be read.
fn start_of(snapshot: &Transaction<'_>, readable: Readable) -> rusqlite::Result<Gap> {
    let Readable { room, since } = readable;
    if since == Timestamp(0) {
        return Ok(START);
    }
    Place::last_before(snapshot, room, time_to_sql(since))
}

/// The gaps on both sides of a bound: of one message, or of all that were said in one millisecond.
pub(super) struct Place {
    before: Gap,
    after: Gap,
}

impl Place {
    fn find(snapshot: &Transaction<'_>, room: RoomId, bound: Bound) -> Result<Self, HistoryError> {
        match bound {
            Bound::Time(time) => Ok(Self::of_time(snapshot, room, time_to_sql(time))?),
            Bound::Msgid(msgid) => {
                Self::of_message(snapshot, room, msgid)?.ok_or(HistoryError::UnknownBound)
            }
        }
    }

    /// The same for who may read from the gap `start` on: a message before it is as unknown to them as one of another room,
    /// and a time before it is that of the beginning.
    fn not_before(self, start: Gap, bound: Bound) -> Result<Self, HistoryError> {
        let Self { before, after } = self;
        if matches!(bound, Bound::Msgid(_)) && before < start {
            return Err(HistoryError::UnknownBound);
        }
        Ok(Self { before: before.max(start), after: after.max(start) })
    }

    fn of_time(snapshot: &Transaction<'_>, room: RoomId, time: i64) -> rusqlite::Result<Self> {
        let gap = |time: i64| Self::last_before(snapshot, room, time);
        Ok(Self { before: gap(time)?, after: gap(time.saturating_add(1))? })
    }

    /// The gap behind the last message that was said before a time.
    pub(super) fn last_before(
        snapshot: &Transaction<'_>,
        room: RoomId,
        time: i64,
    ) -> rusqlite::Result<Gap> {
        snapshot
            .prepare_cached(LAST_BEFORE_TIME)?
            .query_row([room_to_sql(room), time], |row| row.get(0))
            .optional()
            .map(|seq| seq.unwrap_or(START))
    }

    fn of_message(
        snapshot: &Transaction<'_>,
        room: RoomId,
        msgid: MsgId,
    ) -> rusqlite::Result<Option<Self>> {
        snapshot
            .prepare_cached(FIND_MESSAGE)?
            .query_row(params![msgid_to_sql(msgid), room_to_sql(room)], |row| row.get(0))
            .optional()
            .map(|seq: Option<Gap>| seq.map(|seq| Self { before: seq - 1, after: seq }))
    }
}

const FIND_MESSAGE: &str = "SELECT seq FROM message WHERE msgid = ?1 AND room = ?2";

const LAST_BEFORE_TIME: &str = "\
    SELECT seq FROM message WHERE room = ?1 AND time < ?2 ORDER BY time DESC, seq DESC LIMIT 1";

/// What SQLite takes for no limit.
const NO_LIMIT: i64 = -1;

/// The messages between two gaps, and from which end they are counted.
struct Span {
    low: Gap,
    high: Gap,
    newest_first: bool,
}

/// What [`message`] reads.
macro_rules! columns {
    () => {
        "SELECT room, msgid, time, source, account, kind, target, text, client_tags, author "
    };
}
pub(super) use columns;

const SAID_OLDEST_FIRST: &str = concat!(
    columns!(),
    "FROM message WHERE room = ?1 AND kind <= 1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4"
);

const SAID_NEWEST_FIRST: &str = concat!(
    columns!(),
    "FROM message WHERE room = ?1 AND kind <= 1 AND seq > ?2 AND seq <= ?3
     ORDER BY seq DESC LIMIT ?4"
);

const OLDEST_FIRST: &str = concat!(
    columns!(),
    "FROM message WHERE room = ?1 AND seq > ?2 AND seq <= ?3 AND ?5 >> kind & 1
     ORDER BY seq LIMIT ?4"
);

const NEWEST_FIRST: &str = concat!(
    columns!(),
    "FROM message WHERE room = ?1 AND seq > ?2 AND seq <= ?3 AND ?5 >> kind & 1
     ORDER BY seq DESC LIMIT ?4"
);

impl Span {
    fn forwards(low: Gap, high: Gap) -> Self {
        Self { low, high, newest_first: false }
    }

    fn backwards(low: Gap, high: Gap) -> Self {
        Self { low, high, newest_first: true }
    }

    /// Counted from the first place towards the second, whichever is earlier.
    fn between(first: &Place, second: &Place) -> Self {
        if first.before <= second.before {
            Self::forwards(first.after, second.before)
        } else {
            Self::backwards(second.after, first.before)
        }
    }

    /// At most `limit` messages of these kinds and as many as one page holds, oldest first.
    fn read(
        &self,
        snapshot: &Transaction<'_>,
        room: RoomId,
        kinds: StoredKinds,
        limit: u32,
    ) -> rusqlite::Result<Vec<HistoryRow>> {
        let room = room_to_sql(room);
        let sql = match (kinds == StoredKinds::SAID, self.newest_first) {
            (true, true) => SAID_NEWEST_FIRST,
            (true, false) => SAID_OLDEST_FIRST,
            (false, true) => NEWEST_FIRST,
            (false, false) => OLDEST_FIRST,
        };
        let mut statement = snapshot.prepare_cached(sql)?;
        let rows = if kinds == StoredKinds::SAID {
            statement.query_map(params![room, self.low, self.high, limit], message)?
        } else {
            statement.query_map(params![room, self.low, self.high, limit, kinds.bits()], message)?
        };
        let mut rows = page::collect(rows)?;
        if self.newest_first {
            rows.reverse();
        }
        Ok(rows)
    }
}

/// Hands over every message of a room, and what happened there, oldest first, one at a time, until `take` fails. What was taken
/// back is not among them.
pub(super) fn each_message(
    snapshot: &Connection,
    room: RoomId,
    mut take: impl FnMut(HistoryRow) -> io::Result<()>,
) -> rusqlite::Result<io::Result<()>> {
    let kinds: StoredKinds = StoredKind::ALL.iter().copied().collect();
    let mut statement = snapshot.prepare_cached(OLDEST_FIRST)?;
    let mut rows =
        statement.query(params![room_to_sql(room), START, END, NO_LIMIT, kinds.bits()])?;
    while let Some(row) = rows.next()? {
        if let Err(error) = take(message(row)?) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
    Ok(HistoryRow {
        room: value::room(row, 0)?,
        msgid: value::msgid(row, 1)?,
        time: value::time(row, 2)?,
        source: row.get(3)?,
        account: row.get(4)?,
        kind: value::kind(row, 5)?,
        target: row.get(6)?,
        text: row.get(7)?,
        client_tags: row.get(8)?,
        author: row.get::<_, Option<_>>(9)?.map(Author),
    })
}

const ONE_MESSAGE: &str =
    concat!(columns!(), "FROM message WHERE msgid = ?1 AND room = ?2 AND kind <= 2");

/// A message that somebody said and nobody took back.
fn redactable(
    snapshot: &Transaction<'_>,
    room: RoomId,
    msgid: MsgId,
) -> rusqlite::Result<Option<HistoryRow>> {
    snapshot
        .prepare_cached(ONE_MESSAGE)?
        .query_row(params![msgid_to_sql(msgid), room_to_sql(room)], message)
        .optional()
}

/// Asks each room for its newest message; there are no more of them than one person may be in.
fn targets(
    snapshot: &Transaction<'_>,
    rooms: &[Readable],
    from: Timestamp,
    to: Timestamp,
    limit: u32,
) -> Result<Vec<TargetRow>, HistoryError> {
    let (low, high) = (from.min(to), from.max(to));
    let mut found = Vec::with_capacity(rooms.len());
    for &Readable { room, since } in rooms {
        match newest(snapshot, room)? {
            Some(newest) if since <= newest && low < newest && newest < high => {
                found.push(TargetRow { room, newest });
            }
            _ => {}
        }
    }
    found.sort_unstable_by_key(|row| (row.newest, row.room));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if from > to {
        found.drain(..found.len().saturating_sub(limit));
    }
    found.truncate(limit);
    Ok(found)
}

const NEWEST_TIME: &str =
    "SELECT time FROM message WHERE room = ?1 AND kind <= 1 ORDER BY seq DESC LIMIT 1";

fn newest(snapshot: &Transaction<'_>, room: RoomId) -> rusqlite::Result<Option<Timestamp>> {
    snapshot
        .prepare_cached(NEWEST_TIME)?
        .query_row([room_to_sql(room)], |row| value::time(row, 0))
        .optional()
}
