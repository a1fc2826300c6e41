//! Accounts, their devices and invites: how they are written and read back.

use std::sync::Arc;

use majlis_protocol::Timestamp;
use majlis_protocol::scram::Verifier;
use majlis_wire::Fingerprint;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::event::{Account, AccountId, Invite, InviteHash, KeptRoom, Reserved, RoomId};

use super::value::{self, account_to_sql, room_to_sql, time_to_sql};

pub(super) fn insert(conn: &Connection, account: &Account) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO account (id, name, made, verifier) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            account_to_sql(account.id),
            account.name,
            time_to_sql(account.made),
            account.verifier.to_string()
        ])?;
    account.devices.iter().try_for_each(|&key| add_device(conn, account.id, key, account.made))
}

/// Whoever had the old password may have signed devices in; they do it again with the new one.
pub(super) fn set_password(
    conn: &Connection,
    account: AccountId,
    verifier: &Verifier,
) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE account SET verifier = ?2 WHERE id = ?1")?
        .execute(params![account_to_sql(account), verifier.to_string()])?;
    conn.prepare_cached("DELETE FROM device WHERE account = ?1")?
        .execute([account_to_sql(account)])?;
    Ok(())
}

/// Whoever has the name next is somebody else, to whom its rooms do not belong.
pub(super) fn delete(conn: &Connection, account: AccountId) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE room SET founder = NULL WHERE founder = (SELECT name FROM account WHERE id = ?1)",
    )?
    .execute([account_to_sql(account)])?;
    conn.prepare_cached("DELETE FROM account WHERE id = ?1")?.execute([account_to_sql(account)])?;
    Ok(())
}

pub(super) fn add_device(
    conn: &Connection,
    account: AccountId,
    key: Fingerprint,
    time: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO device (key, account, added) VALUES (?1, ?2, ?3)")?
        .execute(params![key.as_bytes(), account_to_sql(account), time_to_sql(time)])?;
    Ok(())
}

pub(super) fn delete_device(conn: &Connection, key: Fingerprint) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM device WHERE key = ?1")?.execute([key.as_bytes()])?;
    Ok(())
}

pub(super) fn insert_invite(conn: &Connection, invite: &Invite) -> rusqlite::Result<()> {
    let reserved = invite.reserved.as_ref();
    conn.prepare_cached(
        "INSERT INTO invite (hash, made, note, name, verifier) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        invite.hash.0,
        time_to_sql(invite.made),
        invite.note,
        reserved.map(|reserved| &reserved.name),
        reserved.map(|reserved| reserved.verifier.to_string()),
    ])?;
    Ok(())
}

pub(super) fn delete_invite(conn: &Connection, hash: InviteHash) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM invite WHERE hash = ?1")?.execute([hash.0])?;
    Ok(())
}

pub(super) fn keep_room(conn: &Connection, kept: KeptRoom) -> rusqlite::Result<()> {
    let KeptRoom { account, room, since } = kept;
    conn.prepare_cached("INSERT INTO kept_room (account, room, since) VALUES (?1, ?2, ?3)")?
        .execute([account_to_sql(account), room_to_sql(room), time_to_sql(since)])?;
    Ok(())
}

pub(super) fn forget_room(
    conn: &Connection,
    account: AccountId,
    room: RoomId,
) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM kept_room WHERE account = ?1 AND room = ?2")?
        .execute([account_to_sql(account), room_to_sql(room)])?;
    Ok(())
}

pub(super) fn read_kept_rooms(conn: &Connection) -> rusqlite::Result<Vec<KeptRoom>> {
    conn.prepare("SELECT account, room, since FROM kept_room ORDER BY id")?
        .query_map([], |row| {
            let (account, room) = (value::account(row, 0)?, value::room(row, 1)?);
            Ok(KeptRoom { account, room, since: value::time(row, 2)? })
        })?
        .collect()
}

pub(super) fn read_all(conn: &Connection) -> rusqlite::Result<Vec<Account>> {
    let mut accounts: Vec<Account> = conn
        .prepare("SELECT id, name, made, verifier FROM account ORDER BY id")?
        .query_map([], account)?
        .collect::<rusqlite::Result<_>>()?;
    let mut devices =
        conn.prepare("SELECT key FROM device WHERE account = ?1 ORDER BY added, key")?;
    for account in &mut accounts {
        account.devices = devices
            .query_map([account_to_sql(account.id)], |row| value::fingerprint(row, 0))?
            .collect::<rusqlite::Result<_>>()?;
    }
    Ok(accounts)
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: value::account(row, 0)?,
        name: row.get(1)?,
        made: value::time(row, 2)?,
        verifier: verifier(row, 3)?,
        devices: Vec::new(),
    })
}

fn verifier(row: &Row<'_>, column: usize) -> rusqlite::Result<Arc<Verifier>> {
    row.get::<_, String>(column)?.parse().map(Verifier::into).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

pub(super) fn read_invites(conn: &Connection) -> rusqlite::Result<Vec<Invite>> {
    conn.prepare("SELECT hash, made, note, name, verifier FROM invite ORDER BY made, hash")?
        .query_map([], |row| {
            Ok(Invite {
                hash: InviteHash(row.get(0)?),
                made: value::time(row, 1)?,
                note: row.get(2)?,
                reserved: match row.get(3)? {
                    Some(name) => Some(Reserved { name, verifier: verifier(row, 4)? }),
                    None => None,
                },
            })
        })?
        .collect()
}

/// One more than the highest that was ever given.
pub(super) fn next_id(conn: &Connection) -> rusqlite::Result<u64> {
    value::next_of_sequence(conn, "account")
}

/// The folder's secret; `fresh` becomes it where there is none yet.
pub(super) fn secret(conn: &Connection, fresh: [u8; 32]) -> rusqlite::Result<[u8; 32]> {
    conn.execute("INSERT OR IGNORE INTO secret (id, bytes) VALUES (1, ?1)", [fresh])?;
    let found = conn.query_row("SELECT bytes FROM secret", [], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or(fresh))
}
