//! Searching what was said (soju.im/search): by words, by who said it, and when.
//!
//! Candidates come from one index, in the order of the commits, and are looked at one by one until there are enough or the
//! time for it is up: which of three indexes, the search itself decides. Time never goes back along the order, so a time
//! is a place in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use majlis_protocol::{Timestamp, combined_text, fold, query_of};
use rusqlite::{Connection, OptionalExtension, Params, Transaction};

use crate::event::{HistoryError, HistoryRow, Search};

use super::history::{Place, columns, message, page};
use super::value::{room_to_sql, time_to_sql};

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
    let query = wanted.text.as_deref().map(query_of);
    let (after, before) = (wanted.after.unwrap_or(Timestamp(0)), wanted.before);
    let end = before.map_or(i64::MAX, |before| time_to_sql(before).saturating_add(1));
    match (query.flatten(), &wanted.rooms[..]) {
        (Some(query), _) => {
            let (low, high) =
                (last_before(snapshot, time_to_sql(after))?, last_before(snapshot, end)?);
            let sql = if wanted.after.is_some() { WORDS_OLDEST } else { WORDS_NEWEST };
            gather(snapshot, wanted, sql, (query, low, high))
        }
        (None, &[room]) => {
            let low = Place::last_before(snapshot, room, time_to_sql(after))?;
            let high = Place::last_before(snapshot, room, end)?;
            let sql = if wanted.after.is_some() { ROOM_OLDEST } else { ROOM_NEWEST };
            gather(snapshot, wanted, sql, (room_to_sql(room), low, high))
        }
        (None, _) => {
            let (low, high) =
                (last_before(snapshot, time_to_sql(after))?, last_before(snapshot, end)?);
            let sql = if wanted.after.is_some() { ALL_OLDEST } else { ALL_NEWEST };
            gather(snapshot, wanted, sql, (low, high))
        }
    }
}

const WORDS_NEWEST: &str = concat!(
    columns!(),
    "FROM message_words CROSS JOIN message ON id = message_words.rowid
     WHERE message_words MATCH ?1 AND message_words.rowid > ?2 AND message_words.rowid <= ?3
     ORDER BY message_words.rowid DESC"
);

const WORDS_OLDEST: &str = concat!(
    columns!(),
    "FROM message_words CROSS JOIN message ON id = message_words.rowid
     WHERE message_words MATCH ?1 AND message_words.rowid > ?2 AND message_words.rowid <= ?3
     ORDER BY message_words.rowid"
);

const ROOM_NEWEST: &str = concat!(
    columns!(),
    "FROM message WHERE room = ?1 AND kind <= 1 AND seq > ?2 AND seq <= ?3 ORDER BY seq DESC"
);

const ROOM_OLDEST: &str = concat!(
    columns!(),
    "FROM message WHERE room = ?1 AND kind <= 1 AND seq > ?2 AND seq <= ?3 ORDER BY seq"
);

const ALL_NEWEST: &str =
    concat!(columns!(), "FROM message WHERE kind <= 1 AND id > ?1 AND id <= ?2 ORDER BY id DESC");

const ALL_OLDEST: &str =
    concat!(columns!(), "FROM message WHERE kind <= 1 AND id > ?1 AND id <= ?2 ORDER BY id");

/// Looks at the candidates until enough fit, or a page is full.
fn gather(
    snapshot: &Transaction<'_>,
    wanted: &Search,
    sql: &str,
    params: impl Params,
) -> rusqlite::Result<Vec<HistoryRow>> {
    let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
    // What has no word in it (a symbol, a picture) is in no index of words.
    let literal = wanted.text.as_deref().filter(|text| query_of(text).is_none());
    let fits = |row: &HistoryRow| {
        let nick = row.source.split('!').next().unwrap_or_default();
        wanted.rooms.contains(&row.room)
            && wanted.from.as_ref().is_none_or(|from| fold(nick) == *from)
            && literal.is_none_or(|text| combined_text(&row.text).contains(text.trim()))
    };
    let mut statement = snapshot.prepare_cached(sql)?;
    let rows = statement.query_map(params, message)?;
    page::collect(rows.filter(|row| row.as_ref().map_or(true, fits)).take(limit))
}

const NEXT_FROM: &str = "SELECT id, time FROM message WHERE id >= ?1 ORDER BY id LIMIT 1";

/// The number of the last message that was said before a time; 0 where there is none.
fn last_before(snapshot: &Transaction<'_>, time: i64) -> rusqlite::Result<i64> {
    let mut statement = snapshot.prepare_cached(NEXT_FROM)?;
    let newest = "SELECT max(id) FROM message";
    let newest: Option<i64> = snapshot.prepare_cached(newest)?.query_row([], |row| row.get(0))?;
    // All up to `low` were said before; none from `high` on was.
    let (mut low, mut high) = (0, newest.unwrap_or(0) + 1);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        let next: Option<(i64, i64)> =
            statement.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match next {
            Some((id, said)) if id < high && said < time => low = id,
            _ => high = middle,
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests;
