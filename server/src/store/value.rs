//! How the event types lie in SQLite's columns.

use majlis_protocol::Timestamp;
use majlis_wire::Fingerprint;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::event::{AccountId, MsgId, RoomId, StoredKind, Subject};

/// SQLite's integers are signed. Neither a counter nor a clock comes near the end, and what a client names as a time may
/// saturate: nothing is stored beyond it.
pub(super) fn time_to_sql(time: Timestamp) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

pub(super) fn room_to_sql(room: RoomId) -> i64 {
    i64::try_from(room.0).unwrap_or(i64::MAX)
}

pub(super) fn account_to_sql(account: AccountId) -> i64 {
    i64::try_from(account.0).unwrap_or(i64::MAX)
}

/// The columns of a room and of an account, of which one is set.
pub(super) fn subject_to_sql(subject: Subject) -> (Option<i64>, Option<i64>) {
    match subject {
        Subject::Room(room) => (Some(room_to_sql(room)), None),
        Subject::Account(account) => (None, Some(account_to_sql(account))),
    }
}

/// Big-endian, so that the bytes sort as the number does.
pub(super) fn msgid_to_sql(msgid: MsgId) -> [u8; 16] {
    msgid.0.to_be_bytes()
}

/// What was taken back; no [`StoredKind`] has this number.
pub(super) const REDACTED: i64 = 12;

pub(super) fn kind_to_sql(kind: StoredKind) -> i64 {
    i64::from(kind as u8)
}

pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    number(row, column).map(Timestamp)
}

pub(super) fn room(row: &Row<'_>, column: usize) -> rusqlite::Result<RoomId> {
    number(row, column).map(RoomId)
}

pub(super) fn account(row: &Row<'_>, column: usize) -> rusqlite::Result<AccountId> {
    number(row, column).map(AccountId)
}

/// Of the columns of a room and, at the next place, of an account.
pub(super) fn subject(row: &Row<'_>, column: usize) -> rusqlite::Result<Subject> {
    match row.get::<_, Option<i64>>(column)? {
        Some(_) => room(row, column).map(Subject::Room),
        None => account(row, column + 1).map(Subject::Account),
    }
}

pub(super) fn msgid(row: &Row<'_>, column: usize) -> rusqlite::Result<MsgId> {
    row.get(column).map(|bytes| MsgId(u128::from_be_bytes(bytes)))
}

pub(super) fn fingerprint(row: &Row<'_>, column: usize) -> rusqlite::Result<Fingerprint> {
    row.get::<_, [u8; 32]>(column).map(Fingerprint::new)
}

pub(super) fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<StoredKind> {
    let kind: i64 = row.get(column)?;
    let known = usize::try_from(kind).ok().and_then(|kind| StoredKind::ALL.get(kind).copied());
    known.ok_or(rusqlite::Error::IntegralValueOutOfRange(column, kind))
}

/// One more than the highest identifier that a table ever gave, which AUTOINCREMENT remembers past the row's end.
pub(super) fn next_of_sequence(conn: &Connection, table: &str) -> rusqlite::Result<u64> {
    let highest = conn
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = ?1", [table], |row| number(row, 0))
        .optional()?;
    Ok(highest.unwrap_or(0) + 1)
}
