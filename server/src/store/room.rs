//! Rooms on disk: what they are called, who made them, their topics, modes, lists and ranks.

use majlis_protocol::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, Row, params};

use crate::event::{
    AccountId, Founder, Letters, ListEntry, ListKind, RestoredRoom, RoomId, RoomModes, Topic,
};

use super::value::{self, account_to_sql, room_to_sql, time_to_sql};

pub(super) fn insert(conn: &Connection, room: &RestoredRoom) -> rusqlite::Result<()> {
    let (account, device) = match &room.founder {
        Some(Founder::Account(account)) => (Some(account), None),
        Some(Founder::Device(key)) => (None, Some(key.as_bytes())),
        None => (None, None),
    };
    conn.prepare_cached(
        "INSERT INTO room (id, name, made, lasting, founder, founder_key, used)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        room_to_sql(room.room),
        room.name,
        time_to_sql(room.made),
        room.lasting,
        account,
        device,
        time_to_sql(room.used),
    ])?;
    set_topic(conn, room.room, room.topic.as_ref())?;
    set_modes(conn, room.room, &room.modes)?;
    room.entries
        .iter()
        .try_for_each(|(kind, entry)| insert_entry(conn, room.room, *kind, entry))?;
    room.ranks.iter().try_for_each(|&(account, ranks)| set_ranks(conn, room.room, account, ranks))
}

pub(super) fn delete(conn: &Connection, room: RoomId) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM room WHERE id = ?1")?.execute([room_to_sql(room)])?;
    Ok(())
}

pub(super) fn set_name(conn: &Connection, room: RoomId, name: &str) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE room SET name = ?2 WHERE id = ?1")?
        .execute(params![room_to_sql(room), name])?;
    Ok(())
}

pub(super) fn set_used(conn: &Connection, room: RoomId, time: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE room SET used = ?2 WHERE id = ?1")?
        .execute(params![room_to_sql(room), time_to_sql(time)])?;
    Ok(())
}

/// An empty set takes the ranks away.
pub(super) fn set_ranks(
    conn: &Connection,
    room: RoomId,
    account: AccountId,
    ranks: Letters,
) -> rusqlite::Result<()> {
    let (room, account) = (room_to_sql(room), account_to_sql(account));
    if ranks.is_empty() {
        conn.prepare_cached("DELETE FROM room_rank WHERE room = ?1 AND account = ?2")?
            .execute([room, account])?;
    } else {
        conn.prepare_cached(
            "INSERT OR REPLACE INTO room_rank (room, account, ranks) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![room, account, ranks.to_string()])?;
    }
    Ok(())
}

pub(super) fn set_lasting(conn: &Connection, room: RoomId, lasting: bool) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE room SET lasting = ?2 WHERE id = ?1")?
        .execute(params![room_to_sql(room), lasting])?;
    Ok(())
}

pub(super) fn set_topic(
    conn: &Connection,
    room: RoomId,
    topic: Option<&Topic>,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE room SET topic = ?2, topic_setter = ?3, topic_time = ?4 WHERE id = ?1",
    )?
    .execute(params![
        room_to_sql(room),
        topic.map(|topic| &topic.text),
        topic.map(|topic| &topic.setter),
        topic.map(|topic| time_to_sql(topic.time)),
    ])?;
    Ok(())
}

pub(super) fn set_modes(
    conn: &Connection,
    room: RoomId,
    modes: &RoomModes,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE room SET modes = ?2, door_key = ?3, people_limit = ?4, slow_seconds = ?5
         WHERE id = ?1",
    )?
    .execute(params![
        room_to_sql(room),
        modes.flags.to_string(),
        modes.key,
        modes.limit,
        modes.slow_seconds,
    ])?;
    Ok(())
}

pub(super) fn insert_entry(
    conn: &Connection,
    room: RoomId,
    kind: ListKind,
    entry: &ListEntry,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO room_entry (room, kind, mask, setter, time)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        room_to_sql(room),
        kind.letter().to_string(),
        entry.mask,
        entry.setter,
        time_to_sql(entry.time),
    ])?;
    Ok(())
}

pub(super) fn delete_entry(
    conn: &Connection,
    room: RoomId,
    kind: ListKind,
    mask: &str,
) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM room_entry WHERE room = ?1 AND kind = ?2 AND mask = ?3")?
        .execute(params![room_to_sql(room), kind.letter().to_string(), mask])?;
    Ok(())
}

/// Every room, in the order of their making.
pub(super) fn read_all(conn: &Connection) -> rusqlite::Result<Vec<RestoredRoom>> {
    let mut rooms: Vec<RestoredRoom> = conn
        .prepare(
            "SELECT id, name, made, lasting, topic, topic_setter, topic_time,
                    modes, door_key, people_limit, slow_seconds, founder, founder_key, used
             FROM room WHERE id NOT IN (SELECT room FROM conversation) ORDER BY id",
        )?
        .query_map([], read)?
        .collect::<Result<_, _>>()?;
    for room in &mut rooms {
        room.entries = read_entries(conn, room.room)?;
        room.ranks = read_ranks(conn, room.room)?;
    }
    Ok(rooms)
}

fn read(row: &Row<'_>) -> rusqlite::Result<RestoredRoom> {
    Ok(RestoredRoom {
        room: value::room(row, 0)?,
        name: row.get(1)?,
        made: value::time(row, 2)?,
        lasting: row.get(3)?,
        topic: read_topic(row)?,
        modes: RoomModes {
            flags: Letters::of(&row.get::<_, String>(7)?),
            key: row.get(8)?,
            limit: row.get(9)?,
            slow_seconds: row.get(10)?,
        },
        founder: read_founder(row)?,
        entries: Vec::new(),
        ranks: Vec::new(),
        used: value::time(row, 13)?,
    })
}

fn read_topic(row: &Row<'_>) -> rusqlite::Result<Option<Topic>> {
    let Some(text) = row.get(4)? else { return Ok(None) };
    Ok(Some(Topic { text, setter: row.get(5)?, time: value::time(row, 6)? }))
}

fn read_founder(row: &Row<'_>) -> rusqlite::Result<Option<Founder>> {
    if let Some(account) = row.get(11)? {
        return Ok(Some(Founder::Account(account)));
    }
    let has_key = row.get::<_, Option<Vec<u8>>>(12)?.is_some();
    has_key.then(|| value::fingerprint(row, 12).map(Founder::Device)).transpose()
}

fn read_ranks(conn: &Connection, room: RoomId) -> rusqlite::Result<Vec<(AccountId, Letters)>> {
    conn.prepare_cached("SELECT account, ranks FROM room_rank WHERE room = ?1 ORDER BY account")?
        .query_map([room_to_sql(room)], |row| {
            Ok((value::account(row, 0)?, Letters::of(&row.get::<_, String>(1)?)))
        })?
        .collect()
}

fn read_entries(conn: &Connection, room: RoomId) -> rusqlite::Result<Vec<(ListKind, ListEntry)>> {
    conn.prepare_cached(
        "SELECT kind, mask, setter, time FROM room_entry WHERE room = ?1 ORDER BY id",
    )?
    .query_map([room_to_sql(room)], |row| {
        let letter: String = row.get(0)?;
        let kind = letter.chars().next().and_then(ListKind::from_letter);
        let kind =
            kind.ok_or_else(|| Error::InvalidColumnType(0, "kind".to_owned(), Type::Text))?;
        let entry =
            ListEntry { mask: row.get(1)?, setter: row.get(2)?, time: value::time(row, 3)? };
        Ok((kind, entry))
    })?
    .collect()
}
