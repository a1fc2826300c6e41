//! What was said in rooms that have ended: nobody reads it any more, and it is deleted in shares.
//!
//! A room's row goes at once, and with it all that is the room's but its messages, of which there may be millions; a trigger
//! notes the room as ended. That is on disk, so what a restart interrupts goes on after it.

use rusqlite::{Connection, OptionalExtension, params};

use super::value::{self, room_to_sql};
use super::write::FORGOTTEN_AT_ONCE;
use crate::event::RoomId;

/// Deletes a bounded number of messages, so that nobody waits long for it; whether some may be left.
pub(super) fn forget_share(conn: &Connection) -> rusqlite::Result<bool> {
    let mut left = FORGOTTEN_AT_ONCE;
    while left > 0 {
        let Some(room) = first(conn)? else { return Ok(false) };
        let gone = delete_messages(conn, room, left)?;
        if gone < left {
            conn.prepare_cached("DELETE FROM ended_room WHERE room = ?1")?
                .execute([room_to_sql(room)])?;
        }
        left -= gone;
    }
    Ok(true)
}

fn first(conn: &Connection) -> rusqlite::Result<Option<RoomId>> {
    conn.prepare_cached("SELECT room FROM ended_room ORDER BY room LIMIT 1")?
        .query_row([], |row| value::room(row, 0))
        .optional()
}

fn delete_messages(conn: &Connection, room: RoomId, at_most: i64) -> rusqlite::Result<i64> {
    let gone = conn
        .prepare_cached(
            "DELETE FROM message
             WHERE id IN (SELECT id FROM message WHERE room = ?1 ORDER BY seq LIMIT ?2)",
        )?
        .execute(params![room_to_sql(room), at_most])?;
    Ok(i64::try_from(gone).expect("it is at most `at_most`"))
}

/// Whether there is anything left to delete.
pub(super) fn is_any(conn: &Connection) -> rusqlite::Result<bool> {
    first(conn).map(|room| room.is_some())
}

/// The rooms of which something may be left.
pub(super) fn rooms(conn: &Connection) -> rusqlite::Result<Vec<RoomId>> {
    conn.prepare_cached("SELECT room FROM ended_room")?
        .query_map([], |row| value::room(row, 0))?
        .collect()
}

#[cfg(test)]
mod tests {
    use majlis_protocol::Timestamp;

    use super::*;
    use crate::event::{
        AccountId, Conversation, HistoryPage, HistoryQuery, MsgId, Readable, Search, Selector,
        StoredKinds, Write,
    };
    use crate::store::account_tests::account;
    use crate::store::tests::{message, open, room};
    use crate::store::{HistoryReader, Store};

    fn count(store: &Store, sql: &str) -> i64 {
        store.conn.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn messages(store: &Store) -> i64 {
        count(store, "SELECT count(*) FROM message")
    }

    /// So many messages more than a share, in that room, from this identifier on.
    fn flood(room: u64, first_id: u128, more: i64) -> Vec<Write> {
        let end = first_id + u128::try_from(FORGOTTEN_AT_ONCE + more).unwrap();
        (first_id..end).map(|id| Write::Message(message(room, id, 1000))).collect()
    }

    fn is_readable(reader: &HistoryReader, room: RoomId, msgid: MsgId) -> bool {
        let (selector, kinds) = (Selector::Latest(None), StoredKinds::SAID);
        let since = Timestamp(0);
        let all = Readable { room, since };
        let search = Search { rooms: vec![all], limit: 5, ..Search::default() };
        let (from, to) = (Timestamp(0), Timestamp(u64::MAX));
        let answers = [
            HistoryQuery::Messages { room, since, selector, kinds, limit: 5 },
            HistoryQuery::Message { room, msgid },
            HistoryQuery::Search(search),
            HistoryQuery::Targets { rooms: vec![all], from, to, limit: 5 },
        ]
        .map(|query| match reader.read(&query).unwrap() {
            HistoryPage::Messages(rows) => !rows.is_empty(),
            HistoryPage::Message(row) => row.is_some(),
            HistoryPage::Targets(rows) => !rows.is_empty(),
        });
        assert!(answers.iter().all(|&is_there| is_there == answers[0]), "{answers:?}");
        answers[0]
    }

    #[test]
    fn a_long_history_is_out_of_reach_at_once_and_goes_in_shares_over_restarts() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = open(dir.path());
        store
            .commit_batch(&[&[room(1), room(2)][..], &flood(1, 10, FORGOTTEN_AT_ONCE + 1)].concat())
            .unwrap();
        store.commit_batch(&[Write::Message(message(2, 5, 2000))]).unwrap();
        let reader = store.reader().unwrap();
        assert!(is_readable(&reader, RoomId(1), MsgId(11)));

        store.commit_batch(&[Write::RoomRemoved(RoomId(1))]).unwrap();
        assert_eq!(messages(&store), FORGOTTEN_AT_ONCE + 2, "a share goes with the room");
        assert!(!is_readable(&reader, RoomId(1), MsgId(2 * 5000 + 10)));
        assert!(is_readable(&reader, RoomId(2), MsgId(5)));

        drop((store, reader));
        let (mut store, restored) = open(dir.path());
        assert_eq!((restored.rooms.len(), restored.next_room), (1, 3));
        assert!(store.forget_more().unwrap());
        assert_eq!(messages(&store), 2);
        assert!(!store.forget_more().unwrap());
        assert_eq!((messages(&store), count(&store, "SELECT count(*) FROM ended_room")), (1, 0));
        assert!(!store.forget_more().unwrap());
        assert!(is_readable(&store.reader().unwrap(), RoomId(2), MsgId(5)));
        let words = "SELECT count(*) FROM message_words WHERE message_words MATCH '2xwaves'";
        assert_eq!(count(&store, words), 1);
    }

    #[test]
    fn short_histories_go_with_their_rooms_and_an_account_s_conversations_alike() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = open(dir.path());
        let conversation = Conversation { room: RoomId(9), one: AccountId(1), other: AccountId(2) };
        let made = [
            Write::AccountMade(account(1, "ana")),
            Write::AccountMade(account(2, "bo")),
            room(1),
            room(2),
            room(3),
            Write::Message(message(1, 1, 1000)),
            Write::Message(message(2, 2, 1000)),
            Write::ConversationMade { conversation, time: Timestamp(1) },
        ];
        store.commit_batch(&[&made[..], &flood(9, 10, 1)].concat()).unwrap();
        let ended = [1, 2, 3].map(|id| Write::RoomRemoved(RoomId(id)));
        store.commit_batch(&ended).unwrap();
        assert_eq!(messages(&store), FORGOTTEN_AT_ONCE + 1);
        assert!(!store.forget_more().unwrap());
        store.commit_batch(&[Write::AccountRemoved(AccountId(2))]).unwrap();
        assert_eq!(messages(&store), 1);
        assert!(!is_readable(&store.reader().unwrap(), RoomId(9), MsgId(5010)));
        assert!(!store.forget_more().unwrap());
        assert_eq!(messages(&store), 0);
    }
}
