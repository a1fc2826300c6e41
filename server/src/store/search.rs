//! Searching what was said (soju.im/search): by words, by who said it, and when.
//!
//! Candidates come from one index, in the order of the commits, and are looked at one by one until there are enough or the
//! time for it is up: from that of words where there are any, otherwise from that of what was said, room by room. Either
//! way nothing is touched that was said elsewhere, so that how long a search takes tells nothing of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use majlis_protocol::{Timestamp, combined_text, fold, query_of};
use rusqlite::{Connection, OptionalExtension, Params, Transaction};

use crate::event::{HistoryError, HistoryRow, Readable, RoomId, Search};

use super::history::{Place, columns, message, page};
use super::value::{room_to_sql, time_to_sql};
use super::words::query_in;

/// How long one search may take, so that those who wait behind it for their history do not wait for long.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// How many steps of SQLite's machine lie between two looks at the clock.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// When the search of a connection that only reads has to be done.
#[derive(Debug)]
pub(super) struct Deadline {
    started: Instant,
    /// In milliseconds from then on; there is none at [`u64::MAX`].
    at_ms: Arc<AtomicU64>,
}

impl Deadline {
    /// Has the connection give up whatever it does when a deadline is over; there is none yet.
    pub(super) fn watch(conn: &mut Connection) -> rusqlite::Result<Self> {
        let (started, at_ms) = (Instant::now(), Arc::new(AtomicU64::new(u64::MAX)));
        let deadline = Self { started, at_ms: Arc::clone(&at_ms) };
        let is_over = move || elapsed_ms(started) > at_ms.load(Ordering::Relaxed);
        conn.progress_handler(STEPS_BETWEEN_LOOKS, Some(is_over))?;
        Ok(deadline)
    }

    /// Does something that may take so long.
    fn limit<T>(&self, time_limit: Duration, work: impl FnOnce() -> T) -> T {
        let limit_ms = u64::try_from(time_limit.as_millis()).unwrap_or(u64::MAX);
        let at_ms = elapsed_ms(self.started).saturating_add(limit_ms);
        self.at_ms.store(at_ms, Ordering::Relaxed);
        let done = work();
        self.at_ms.store(u64::MAX, Ordering::Relaxed);
        done
    }
}

fn elapsed_ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Finds at most as many messages as are wanted and one page holds, oldest first; fails where that would take too long.
pub(super) fn search(
    snapshot: &Transaction<'_>,
    deadline: &Deadline,
    wanted: &Search,
) -> Result<Vec<HistoryRow>, HistoryError> {
    let mut rows = deadline.limit(TIME_LIMIT, || find(snapshot, wanted))?;
    if wanted.after.is_none() {
        rows.reverse();
    }
    Ok(rows)
}

fn find(snapshot: &Transaction<'_>, wanted: &Search) -> rusqlite::Result<Vec<HistoryRow>> {
    let is_oldest_first = wanted.after.is_some();
    let direction = if is_oldest_first { 1 } else { -1 };
    let mut found = Vec::new();
    for part in parts(wanted) {
        found.extend(find_part(snapshot, &part, is_oldest_first)?);
        keep_first(&mut found, direction, wanted);
    }
    page::collect(found.into_iter().map(|(_, row)| Ok(row)))
}

/// The same search in parts: one in all rooms that may be read from their beginning, and one in each other, where what was
/// said earlier is no candidate.
fn parts(wanted: &Search) -> impl Iterator<Item = Search> {
    let is_bounded = |readable: &Readable| readable.since > Timestamp(0);
    let (bounded, whole): (Vec<_>, Vec<_>) = wanted.rooms.iter().copied().partition(is_bounded);
    let bounded = bounded.into_iter().map(|readable| Search {
        rooms: vec![readable],
        after: wanted.after.max(Some(readable.since)),
        ..wanted.clone()
    });
    let whole = Some(whole).filter(|rooms| !rooms.is_empty());
    whole.map(|rooms| Search { rooms, ..wanted.clone() }).into_iter().chain(bounded)
}

fn find_part(
    snapshot: &Transaction<'_>,
    wanted: &Search,
    is_oldest_first: bool,
) -> rusqlite::Result<Vec<(i64, HistoryRow)>> {
    match wanted.text.as_deref().and_then(query_of) {
        Some(query) => {
            let rooms: Vec<RoomId> = wanted.rooms.iter().map(|readable| readable.room).collect();
            let query = query_in(&rooms, &query);
            let sql = if is_oldest_first { WORDS_OLDEST } else { WORDS_NEWEST };
            let (low, high) = span(snapshot, wanted)?;
            gather(snapshot, wanted, sql, (query, low, high), |_| true)
        }
        None => look_through(snapshot, wanted, if is_oldest_first { OLDEST } else { NEWEST }),
    }
}

/// Puts what was found in several places in order, and lets go of what is more than is wanted.
fn keep_first(found: &mut Vec<(i64, HistoryRow)>, direction: i64, wanted: &Search) {
    found.sort_by_key(|&(id, _)| id * direction);
    found.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
}

/// Looks through the rooms one after the other, at no more of each than may be among those that are wanted of all.
fn look_through(
    snapshot: &Transaction<'_>,
    wanted: &Search,
    (sql, direction): (&str, i64),
) -> rusqlite::Result<Vec<(i64, HistoryRow)>> {
    let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
    let mut found: Vec<(i64, HistoryRow)> = Vec::new();
    for &Readable { room, .. } in &wanted.rooms {
        let low = match wanted.after {
            Some(after) => Place::last_before(snapshot, room, time_to_sql(after))?,
            None => 0,
        };
        let high = match wanted.before {
            Some(before) => Place::last_before(snapshot, room, end_of(before))?,
            None => i64::MAX,
        };
        let last = found.last().filter(|_| found.len() >= limit).map(|&(id, _)| id * direction);
        let may_fit = |id: i64| last.is_none_or(|last| id * direction < last);
        found.extend(gather(snapshot, wanted, sql, (room_to_sql(room), low, high), may_fit)?);
        keep_first(&mut found, direction, wanted);
    }
    Ok(found)
}

macro_rules! words {
    ($order:literal) => {
        concat!(
            columns!(),
            ", id FROM message_words CROSS JOIN message ON id = message_words.rowid
             WHERE message_words MATCH ?1 AND message_words.rowid > ?2 AND message_words.rowid <= ?3
             ORDER BY message_words.rowid",
            $order
        )
    };
}

const WORDS_NEWEST: &str = words!(" DESC");

const WORDS_OLDEST: &str = words!("");

macro_rules! of_room {
    ($order:literal) => {
        concat!(
            columns!(),
            ", id FROM message WHERE room = ?1 AND kind <= 1 AND seq > ?2 AND seq <= ?3 ORDER BY seq",
            $order
        )
    };
}

/// With the sign by which what comes first is the least.
const NEWEST: (&str, i64) = (of_room!(" DESC"), -1);

const OLDEST: (&str, i64) = (of_room!(""), 1);

/// Looks at the candidates until enough fit, or none can be among those that are wanted any more.
fn gather(
    snapshot: &Transaction<'_>,
    wanted: &Search,
    sql: &str,
    params: impl Params,
    may_fit: impl Fn(i64) -> bool,
) -> rusqlite::Result<Vec<(i64, HistoryRow)>> {
    let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
    // What has no word in it (a symbol, a picture) is in no index of words.
    let literal = wanted.text.as_deref().filter(|text| query_of(text).is_none());
    let fits = |row: &HistoryRow| {
        let nick = row.source.split('!').next().unwrap_or_default();
        // Nothing goes to anybody by the index's word alone.
        wanted.rooms.iter().any(|readable| readable.room == row.room)
            && wanted.from.as_ref().is_none_or(|from| fold(nick) == *from)
            && wanted.after.is_none_or(|after| row.time >= after)
            && wanted.before.is_none_or(|before| row.time <= before)
            && literal.is_none_or(|text| combined_text(&row.text).contains(text.trim()))
    };
    let mut statement = snapshot.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| Ok((row.get(ID)?, message(row)?)))?;
    rows.take_while(|row| row.as_ref().map_or(true, |&(id, _)| may_fit(id)))
        .filter(|row| row.as_ref().map_or(true, |(_, row)| fits(row)))
        .take(limit)
        .collect()
}

/// Where the message's number stands, behind the columns that [`message`] reads.
const ID: usize = 10;

/// Between which numbers of messages all lie that were said in the rooms at the wanted times.
fn span(snapshot: &Transaction<'_>, wanted: &Search) -> rusqlite::Result<(i64, i64)> {
    let number = |sql: &str, readable: &Readable, time: i64| {
        let mut statement = snapshot.prepare_cached(sql)?;
        statement.query_row([room_to_sql(readable.room), time], |row| row.get(0)).optional()
    };
    let (mut low, mut high) = (0, i64::MAX);
    if let Some(after) = wanted.after {
        let firsts = wanted.rooms.iter().map(|room| number(FIRST_FROM, room, time_to_sql(after)));
        let firsts: Vec<Option<i64>> = firsts.collect::<Result<_, _>>()?;
        low = firsts.into_iter().flatten().min().map_or(i64::MAX, |first| first - 1);
    }
    if let Some(before) = wanted.before {
        let lasts = wanted.rooms.iter().map(|room| number(LAST_BEFORE, room, end_of(before)));
        let lasts: Vec<Option<i64>> = lasts.collect::<Result<_, _>>()?;
        high = lasts.into_iter().flatten().max().unwrap_or(0);
    }
    Ok((low, high))
}

const FIRST_FROM: &str =
    "SELECT id FROM message WHERE room = ?1 AND time >= ?2 ORDER BY time, seq LIMIT 1";

const LAST_BEFORE: &str =
    "SELECT id FROM message WHERE room = ?1 AND time < ?2 ORDER BY time DESC, seq DESC LIMIT 1";

/// The first moment that is no longer within what was said then or earlier.
fn end_of(time: Timestamp) -> i64 {
    time_to_sql(time).saturating_add(1)
}

#[cfg(test)]
mod tests;
