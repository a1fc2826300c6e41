//! Servers and conversations.

use rusqlite::{Row, named_params, params};
use uuid::Uuid;

use crate::irc::{Fingerprint, HistoryMark, KnownServer};

use super::apart;
use super::archive::{Answer, Archive};
use super::message::{from_ms, to_ms};

/// A server in the archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetworkKey(i64);

/// A conversation in the archive, on whatever server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConversationKey(i64);

/// What is kept of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub struct NetworkRow {
    /// Which.
    pub key: NetworkKey,
    /// Host name or address literal.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Whether to use TLS.
    pub encrypt: bool,
    /// The trusted key.
    pub pin: Option<Fingerprint>,
    /// What the person calls themselves there.
    pub display_name: String,
    /// What the network calls itself; empty until it told.
    pub name: String,
    /// The account that we sign in to; `None` for a guest.
    pub account: Option<String>,
    /// Whether the server knows this device's key as one of the account's.
    pub has_device: bool,
    /// Whether a person or their link vouched for the key.
    pub is_checked: bool,
    /// What its connections have shown of it.
    pub known: KnownServer,
    /// Whether the person wants to be away from it until they say otherwise.
    pub stays_offline: bool,
}

/// What is kept of a conversation, besides what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub struct ConversationRow {
    /// Which.
    pub key: ConversationKey,
    /// On which server.
    pub network: NetworkKey,
    /// The room's name, or the other person's nick.
    pub name: String,
    /// Possibly empty.
    pub topic: String,
    /// Whether it is shown; an open room is one to be in.
    pub is_open: bool,
    /// Whether the server has nothing older than the archive.
    pub is_complete: bool,
    /// The newest message that was read.
    pub read_mark: Option<HistoryMark>,
    /// What was typed and not sent.
    pub draft: String,
    /// Whether it stands above the others.
    pub is_pinned: bool,
    /// Whether nobody wants to be told of what is said there.
    pub is_muted: bool,
    /// The password that a room wants from whoever comes in, where it was given.
    pub room_key: Option<String>,
    /// Whether we are no longer in the room, by somebody's will, and go in only when asked to.
    pub is_left: bool,
}

impl NetworkKey {
    /// A key that nothing has. Keys are drawn, not counted, so that whoever makes one need not ask
    /// the disk first.
    pub fn draw() -> Self {
        Self(draw())
    }

    pub(super) fn number(self) -> i64 {
        self.0
    }
}

/// The key's digits.
impl std::fmt::Display for NetworkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ConversationKey {
    /// A key that nothing has; see [`NetworkKey::draw`].
    pub fn draw() -> Self {
        Self(draw())
    }

    /// As a number, never negative.
    pub fn number(self) -> i64 {
        self.0
    }

    pub(super) fn from_number(number: i64) -> Self {
        Self(number)
    }
}

/// A number of 63 random bits.
fn draw() -> i64 {
    let (bits, _) = Uuid::new_v4().as_u64_pair();
    i64::from_ne_bytes((bits >> 1).to_ne_bytes())
}

impl Archive {
    /// Keeps a server as it is now.
    pub fn put_network(&self, row: NetworkRow) -> Answer<()> {
        self.ask(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO networks (id, host, port, encrypt, pin, display_name, name, account,
                         has_device, is_checked, is_majlis, has_scram, stays_offline)
                     VALUES (:id, :host, :port, :encrypt, :pin, :display_name, :name, :account,
                         :has_device, :is_checked, :is_majlis, :has_scram, :stays_offline)
                     ON CONFLICT (id) DO UPDATE SET host = :host, port = :port,
                         encrypt = :encrypt, pin = :pin, display_name = :display_name,
                         name = :name, account = :account, has_device = :has_device,
                         is_checked = :is_checked, is_majlis = :is_majlis,
                         has_scram = :has_scram, stays_offline = :stays_offline",
                )?
                .execute(named_params! {
                    ":id": row.key.0,
                    ":host": row.host,
                    ":port": row.port,
                    ":encrypt": row.encrypt,
                    ":pin": row.pin.map(|pin| pin.to_string()),
                    ":display_name": row.display_name,
                    ":name": row.name,
                    ":account": row.account,
                    ":has_device": row.has_device,
                    ":is_checked": row.is_checked,
                    ":is_majlis": row.known.is_majlis,
                    ":has_scram": row.known.has_scram,
                    ":stays_offline": row.stays_offline,
                })?;
            apart::keep(connection);
            Ok(())
        })
    }

    /// Forgets a server with everything that was said there.
    pub fn remove_network(&self, key: NetworkKey) -> Answer<()> {
        self.ask(move |connection| {
            connection.execute("DELETE FROM networks WHERE id = ?", params![key.0])?;
            apart::keep(connection);
            Ok(())
        })
    }

    /// Keeps that somebody, by their folded nick, is not to be heard, or is again.
    pub fn set_ignored(&self, network: NetworkKey, nick: String, is_ignored: bool) -> Answer<()> {
        self.ask(move |connection| {
            let sql = if is_ignored {
                "INSERT INTO ignored (network, nick) VALUES (?, ?) ON CONFLICT DO NOTHING"
            } else {
                "DELETE FROM ignored WHERE network = ? AND nick = ?"
            };
            connection.execute(sql, params![network.0, nick])?;
            Ok(())
        })
    }

    /// Keeps a conversation as it is now; its server must be there.
    pub fn put_conversation(&self, row: ConversationRow) -> Answer<()> {
        self.ask(move |connection| {
            let read = row.read_mark;
            connection
                .prepare_cached(
                    "INSERT INTO conversations (id, network, name, topic, is_open, is_complete,
                         read_time_ms, read_msgid, draft, is_pinned, is_muted, room_key, is_left)
                     VALUES (:id, :network, :name, :topic, :is_open, :is_complete,
                         :read_time_ms, :read_msgid, :draft, :is_pinned, :is_muted, :room_key,
                         :is_left)
                     ON CONFLICT (id) DO UPDATE SET name = :name, topic = :topic,
                         is_open = :is_open, is_complete = :is_complete,
                         read_time_ms = :read_time_ms, read_msgid = :read_msgid, draft = :draft,
                         is_pinned = :is_pinned, is_muted = :is_muted, room_key = :room_key,
                         is_left = :is_left",
                )?
                .execute(named_params! {
                    ":id": row.key.0,
                    ":network": row.network.0,
                    ":name": row.name,
                    ":topic": row.topic,
                    ":is_open": row.is_open,
                    ":is_complete": row.is_complete,
                    ":read_time_ms": read.as_ref().map(|mark| from_ms(mark.time_ms)),
                    ":read_msgid": read.as_ref().map(|mark| &mark.msgid),
                    ":draft": row.draft,
                    ":is_pinned": row.is_pinned,
                    ":is_muted": row.is_muted,
                    ":room_key": row.room_key,
                    ":is_left": row.is_left,
                })?;
            Ok(())
        })
    }
}

/// Reads a row of `SELECT * FROM networks`.
pub(super) fn read_network(row: &Row<'_>) -> rusqlite::Result<NetworkRow> {
    let pin: Option<String> = row.get("pin")?;
    Ok(NetworkRow {
        key: NetworkKey(row.get("id")?),
        host: row.get("host")?,
        port: row.get("port")?,
        encrypt: row.get("encrypt")?,
        // A pin that does not read back counts as none: the person is asked again.
        pin: pin.and_then(|text| text.parse().ok()),
        display_name: row.get("display_name")?,
        name: row.get("name")?,
        account: row.get("account")?,
        has_device: row.get("has_device")?,
        is_checked: row.get("is_checked")?,
        known: KnownServer { is_majlis: row.get("is_majlis")?, has_scram: row.get("has_scram")? },
        stays_offline: row.get("stays_offline")?,
    })
}

/// Reads a row of `SELECT * FROM conversations`.
pub(super) fn read_conversation(row: &Row<'_>) -> rusqlite::Result<ConversationRow> {
    let read_time_ms: Option<i64> = row.get("read_time_ms")?;
    let read_msgid: Option<String> = row.get("read_msgid")?;
    Ok(ConversationRow {
        key: ConversationKey(row.get("id")?),
        network: NetworkKey(row.get("network")?),
        name: row.get("name")?,
        topic: row.get("topic")?,
        is_open: row.get("is_open")?,
        is_complete: row.get("is_complete")?,
        read_mark: read_time_ms
            .zip(read_msgid)
            .map(|(time_ms, msgid)| HistoryMark { time_ms: to_ms(time_ms), msgid }),
        draft: row.get("draft")?,
        is_pinned: row.get("is_pinned")?,
        is_muted: row.get("is_muted")?,
        room_key: row.get("room_key")?,
        is_left: row.get("is_left")?,
    })
}
