//! Pages of history (draft/chathistory), each one range of one index.
//!
//! Messages of a room stand in one sequence, the order of the commits, along which time never goes back. A bound becomes a
//! place in it, a selector becomes a span between two places and the end at which to begin.

use std::io;

use majlis_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::event::{
    Bound, HistoryError, HistoryPage, HistoryQuery, HistoryRow, MsgId, RoomId, Selector, TargetRow,
};

use super::value::{self, msgid_to_sql, room_to_sql, time_to_sql};

mod page;
#[cfg(test)]
mod tests;

/// Reads pages of history on a connection of its own; belongs to one thread.
#[derive(Debug)]
pub struct HistoryReader {
    conn: Connection,
}

impl HistoryReader {
    pub(super) fn new(conn: Connection) -> Self {
        Self { conn }
    }

    /// Answers from one state of the database, whatever is committed meanwhile.
    pub fn read(&self, query: &HistoryQuery) -> Result<HistoryPage, HistoryError> {
        let snapshot = self.conn.unchecked_transaction()?;
        match query {
            HistoryQuery::Messages { room, selector, limit } => {
                messages(&snapshot, *room, *selector, *limit).map(HistoryPage::Messages)
            }
            HistoryQuery::Targets { rooms, from, to, limit } => {
                targets(&snapshot, rooms, *from, *to, *limit).map(HistoryPage::Targets)
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
    room: RoomId,
    selector: Selector,
    limit: u32,
) -> Result<Vec<HistoryRow>, HistoryError> {
    let place = |bound| Place::find(snapshot, room, bound);
    let span = match selector {
        Selector::Before(bound) => Span::backwards(START, place(bound)?.before),
        Selector::After(bound) => Span::forwards(place(bound)?.after, END),
        Selector::Latest(None) => Span::backwards(START, END),
        Selector::Latest(Some(bound)) => Span::backwards(place(bound)?.after, END),
        Selector::Between(first, second) => Span::between(&place(first)?, &place(second)?),
        Selector::Around(bound) => {
            let pivot = place(bound)?.before;
            let mut page = Span::backwards(START, pivot).read(snapshot, room, limit / 2)?;
            page.extend(Span::forwards(pivot, END).read(snapshot, room, limit - limit / 2)?);
            return Ok(page);
        }
    };
    Ok(span.read(snapshot, room, limit)?)
}

/// A place between two neighbours of a room's sequence: just after the message of this number, which counts from 1.
type Gap = i64;

const START: Gap = 0;
const END: Gap = i64::MAX;

/// The gaps on both sides of a bound: of one message, or of all that were said in one millisecond.
struct Place {
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

    fn of_time(snapshot: &Transaction<'_>, room: RoomId, time: i64) -> rusqlite::Result<Self> {
        let gap = |time: i64| {
            snapshot
                .prepare_cached(LAST_BEFORE_TIME)?
                .query_row([room_to_sql(room), time], |row| row.get(0))
                .optional()
                .map(|seq| seq.unwrap_or(START))
        };
        Ok(Self { before: gap(time)?, after: gap(time.saturating_add(1))? })
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

const OLDEST_FIRST: &str = "\
    SELECT room, msgid, time, source, account, kind, target, text, client_tags FROM message
    WHERE room = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4";

const NEWEST_FIRST: &str = "\
    SELECT room, msgid, time, source, account, kind, target, text, client_tags FROM message
    WHERE room = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq DESC LIMIT ?4";

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

    /// At most `limit` messages and as many as one page holds, oldest first.
    fn read(
        &self,
        snapshot: &Transaction<'_>,
        room: RoomId,
        limit: u32,
    ) -> rusqlite::Result<Vec<HistoryRow>> {
        let sql = if self.newest_first { NEWEST_FIRST } else { OLDEST_FIRST };
        let mut rows = snapshot
            .prepare_cached(sql)?
            .query_map(params![room_to_sql(room), self.low, self.high, limit], message)
            .and_then(page::collect)?;
        if self.newest_first {
            rows.reverse();
        }
        Ok(rows)
    }
}

/// Hands over every message of a room, oldest first, one at a time, until `take` fails.
pub(super) fn each_message(
    snapshot: &Connection,
    room: RoomId,
    mut take: impl FnMut(HistoryRow) -> io::Result<()>,
) -> rusqlite::Result<io::Result<()>> {
    let mut statement = snapshot.prepare_cached(OLDEST_FIRST)?;
    let mut rows = statement.query(params![room_to_sql(room), START, END, NO_LIMIT])?;
    while let Some(row) = rows.next()? {
        if let Err(error) = take(message(row)?) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

fn message(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
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
    })
}

/// Asks each room for its newest message; there are no more of them than one person may be in.
fn targets(
    snapshot: &Transaction<'_>,
    rooms: &[RoomId],
    from: Timestamp,
    to: Timestamp,
    limit: u32,
) -> Result<Vec<TargetRow>, HistoryError> {
    let (low, high) = (from.min(to), from.max(to));
    let mut found = Vec::with_capacity(rooms.len());
    for &room in rooms {
        match newest(snapshot, room)? {
            Some(newest) if low < newest && newest < high => found.push(TargetRow { room, newest }),
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

const NEWEST_TIME: &str = "SELECT time FROM message WHERE room = ?1 ORDER BY seq DESC LIMIT 1";

fn newest(snapshot: &Transaction<'_>, room: RoomId) -> rusqlite::Result<Option<Timestamp>> {
    snapshot
        .prepare_cached(NEWEST_TIME)?
        .query_row([room_to_sql(room)], |row| value::time(row, 0))
        .optional()
}
