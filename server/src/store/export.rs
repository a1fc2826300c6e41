//! What was said and what happened, as lines of JSON for other programs.
//!
//! Read from one state of the database, one message at a time, whatever a server at work does meanwhile. Each line is one
//! object; `docs/backup.md` tells its fields. A new kind of message is another value of `command`, a new column another
//! field.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use majlis_protocol::Name;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::error::{StoreError, StoreErrorKind};
use super::folder::DATABASE_NAME;
use super::history::each_message;
use super::{account, conversation, copy, room, schema};
use crate::event::{AccountId, HistoryRow, RoomId};

/// Whose history is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exported {
    /// One room's, by its name.
    Room(String),
    /// That of all rooms, and of private conversations only if they are wanted.
    All {
        /// Whether they are.
        private: bool,
    },
}

/// Why an export ended before its end.
#[derive(Debug)]
pub enum ExportError {
    /// There is no such room.
    NoSuchRoom(String),
    /// The database.
    Store(StoreError),
    /// Whatever takes the lines.
    Output(io::Error),
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchRoom(name) => {
                write!(
                    f,
                    "There is no room {name:?}; majlis-server room list tells which there are."
                )
            }
            Self::Store(error) => error.fmt(f),
            Self::Output(error) => write!(f, "What was said cannot be written: {error}."),
        }
    }
}

impl std::error::Error for ExportError {}

/// Where messages were said.
enum Place {
    Room(String),
    Between([String; 2]),
}

/// Writes a line for each message and event, room by room, each room's oldest first; returns how many.
pub fn export(folder: &Path, wanted: &Exported, out: &mut dyn Write) -> Result<u64, ExportError> {
    let database = folder.join(DATABASE_NAME);
    let conn = copy::open_to_read(&database).map_err(ExportError::Store)?;
    let explain = |error| ExportError::Store(StoreError::from_sqlite(&database, &error));
    if !schema::is_current(&conn, &database).map_err(ExportError::Store)? {
        let detail = "start this version once, and it is brought up to date";
        let error = StoreError::new(StoreErrorKind::OlderVersion, &database, detail);
        return Err(ExportError::Store(error));
    }
    let snapshot = conn.unchecked_transaction().map_err(explain)?;
    let places = places(&snapshot, wanted).map_err(explain)?;
    if let (Exported::Room(name), true) = (wanted, places.is_empty()) {
        return Err(ExportError::NoSuchRoom(name.clone()));
    }
    let mut count = 0;
    for (id, place) in places {
        each_message(&snapshot, id, |row| {
            count += 1;
            writeln!(out, "{}", line(&place, &row))
        })
        .map_err(explain)?
        .map_err(ExportError::Output)?;
    }
    out.flush().map_err(ExportError::Output)?;
    Ok(count)
}

fn places(conn: &Connection, wanted: &Exported) -> rusqlite::Result<Vec<(RoomId, Place)>> {
    let rooms = room::read_all(conn)?.into_iter().map(|room| (room.room, room.name));
    match wanted {
        Exported::Room(name) => {
            let wanted = Name::room(name).ok();
            let is_wanted = |name: &str| {
                let name = Name::room(name).ok();
                name.is_some_and(|name| {
                    wanted.as_ref().is_some_and(|it| it.folded() == name.folded())
                })
            };
            let found = rooms.filter(|(_, name)| is_wanted(name));
            Ok(found.map(|(id, name)| (id, Place::Room(name))).collect())
        }
        Exported::All { private } => {
            let mut all: Vec<_> = rooms.map(|(id, name)| (id, Place::Room(name))).collect();
            if *private {
                all.extend(conversations(conn)?);
            }
            Ok(all)
        }
    }
}

fn conversations(conn: &Connection) -> rusqlite::Result<Vec<(RoomId, Place)>> {
    let accounts = account::read_all(conn)?;
    let names: HashMap<AccountId, String> =
        accounts.into_iter().map(|account| (account.id, account.name)).collect();
    let name = |id| names.get(&id).cloned().unwrap_or_default();
    let conversations = conversation::read_all(conn)?;
    Ok(conversations
        .into_iter()
        .map(|it| (it.room, Place::Between([name(it.one), name(it.other)])))
        .collect())
}

fn line(place: &Place, row: &HistoryRow) -> Value {
    let (room, between) = match place {
        Place::Room(name) => (Some(name), None),
        Place::Between(names) => (None, Some(names)),
    };
    json!({
        "room": room,
        "between": between,
        "time": row.time.to_string(),
        "msgid": row.msgid.to_string(),
        "source": row.source,
        "account": row.account,
        "command": row.kind.command(),
        "target": row.target,
        "text": row.text,
        "tags": row.client_tags,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Conversation, MsgId, StoredKind, StoredMessage, Write as Change};
    use crate::store::account_tests::account;
    use crate::store::tests::{message, open, room};

    fn lines(folder: &Path, wanted: &Exported) -> Vec<Value> {
        let mut text = Vec::new();
        let count = export(folder, wanted, &mut text).unwrap();
        let lines: Vec<Value> = String::from_utf8(text)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len() as u64, count);
        lines
    }

    #[test]
    fn every_message_is_one_line_and_private_ones_only_on_request() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = open(dir.path());
        let conversation = Conversation { room: RoomId(9), one: AccountId(1), other: AccountId(2) };
        let hostile = "a \"quoted\"\tline\u{2028}\u{202e} \\";
        let mut strange = message(1, 8, 2000);
        strange.text = hostile.to_owned();
        store
            .commit_batch(&[
                Change::AccountMade(account(1, "ana")),
                Change::AccountMade(account(2, "bo")),
                room(1),
                room(2),
                Change::Message(message(2, 5, 900)),
                Change::Message(message(1, 7, 1000)),
                Change::Message(strange),
                Change::ConversationMade { conversation, time: majlis_protocol::Timestamp(1) },
                Change::Message(message(9, 11, 3000)),
            ])
            .unwrap();

        let all = lines(dir.path(), &Exported::All { private: false });
        assert_eq!(all.len(), 3);
        assert_eq!(all[1]["text"], hostile);
        assert_eq!(all[0]["time"], "1970-01-01T00:00:01.000Z");
        assert_eq!(all[0]["command"], "PRIVMSG");
        assert!(all.iter().all(|line| line["between"].is_null() && line["room"].is_string()));
        let whole = lines(dir.path(), &Exported::All { private: true });
        assert_eq!(whole.len(), 4);
        assert_eq!(whole[3]["between"], json!(["ana", "bo"]));
        assert!(whole[3]["room"].is_null());

        let name = all[2]["room"].as_str().unwrap().to_uppercase();
        let one = lines(dir.path(), &Exported::Room(name));
        assert_eq!(one, all[2..]);
        let nowhere = export(dir.path(), &Exported::Room("#nowhere".into()), &mut io::sink());
        assert!(matches!(nowhere, Err(ExportError::NoSuchRoom(_))));
    }

    #[test]
    fn what_happened_has_lines_of_its_own_and_what_was_taken_back_has_none() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = open(dir.path());
        let happened =
            |(id, &kind)| Change::Message(StoredMessage { kind, ..message(1, id, 1000) });
        let all = (10..).zip(StoredKind::ALL).map(happened);
        let redacted = Change::MessageRedacted { room: RoomId(1), msgid: MsgId(10) };
        let batch: Vec<Change> = [room(1)].into_iter().chain(all).chain([redacted]).collect();
        store.commit_batch(&batch).unwrap();
        let lines = lines(dir.path(), &Exported::All { private: false });
        let commands: Vec<&str> =
            lines.iter().map(|line| line["command"].as_str().unwrap()).collect();
        let expected =
            ["NOTICE", "TAGMSG", "JOIN", "PART", "QUIT", "KICK", "NICK", "TOPIC", "MODE"];
        assert_eq!(commands[..9], expected);
        assert_eq!(commands[9..], ["RENAME", "REDACT"]);
        let taken_back = MsgId(10).to_string();
        assert!(lines.iter().all(|line| line["msgid"] != taken_back));
    }

    #[test]
    fn an_output_that_fails_ends_it() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = open(dir.path());
        store.commit_batch(&[room(1), Change::Message(message(1, 7, 1000))]).unwrap();
        let mut full: &mut [u8] = &mut [0; 10];
        let failed = export(dir.path(), &Exported::All { private: false }, &mut full);
        assert!(matches!(failed, Err(ExportError::Output(_))), "{failed:?}");
    }
}
