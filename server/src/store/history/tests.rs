//! Every selector against a list in memory, and the plans by which SQLite finds the same.

use majlis_protocol::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::event::{StoredMessage, Write};
use crate::store::tests::{message, open, room};

/// The order of a room as anybody would write it down: a list, filtered and cut.
struct Model(Vec<StoredMessage>);

impl Model {
    fn in_room(&self, room: RoomId) -> Vec<&StoredMessage> {
        self.0.iter().filter(|message| message.room == room).collect()
    }

    fn answer(&self, query: &HistoryQuery) -> Result<HistoryPage, HistoryError> {
        match query {
            HistoryQuery::Messages { room, selector, limit } => {
                let page = self.messages(*room, *selector, *limit as usize)?;
                Ok(HistoryPage::Messages(page.into_iter().cloned().collect()))
            }
            HistoryQuery::Targets { rooms, from, to, limit } => {
                let mut rows: Vec<TargetRow> = rooms
                    .iter()
                    .filter_map(|&room| {
                        self.in_room(room).last().map(|last| TargetRow { room, newest: last.time })
                    })
                    .filter(|row| {
                        (*from < row.newest && row.newest < *to)
                            || (*to < row.newest && row.newest < *from)
                    })
                    .collect();
                rows.sort_by_key(|row| (row.newest, row.room));
                let kept = if from > to {
                    last(rows, *limit as usize)
                } else {
                    first(rows, *limit as usize)
                };
                Ok(HistoryPage::Targets(kept))
            }
        }
    }

    fn messages(
        &self,
        room: RoomId,
        selector: Selector,
        limit: usize,
    ) -> Result<Vec<&StoredMessage>, HistoryError> {
        let all = self.in_room(room);
        let until = |bound| self.split(room, bound).map(|(before, _)| all[..before].to_vec());
        let since = |bound| self.split(room, bound).map(|(_, after)| all[after..].to_vec());
        match selector {
            Selector::Before(bound) => Ok(last(until(bound)?, limit)),
            Selector::After(bound) => Ok(first(since(bound)?, limit)),
            Selector::Latest(None) => Ok(last(all, limit)),
            Selector::Latest(Some(bound)) => Ok(last(since(bound)?, limit)),
            Selector::Around(bound) => {
                let (pivot, _) = self.split(room, bound)?;
                let mut page = last(all[..pivot].to_vec(), limit / 2);
                page.extend(first(all[pivot..].to_vec(), limit - limit / 2));
                Ok(page)
            }
            Selector::Between(from, to) => {
                let ((from_low, from_high), (to_low, to_high)) =
                    (self.split(room, from)?, self.split(room, to)?);
                let forwards = all.get(from_high..to_low).unwrap_or_default();
                let backwards = all.get(to_high..from_low).unwrap_or_default();
                assert!(forwards.is_empty() || backwards.is_empty());
                Ok([first(forwards.to_vec(), limit), last(backwards.to_vec(), limit)].concat())
            }
        }
    }

    /// How many messages stand before the bound, and how many up to and with it.
    fn split(&self, room: RoomId, bound: Bound) -> Result<(usize, usize), HistoryError> {
        let all = self.in_room(room);
        match bound {
            Bound::Time(time) => Ok((
                all.iter().filter(|message| message.time < time).count(),
                all.iter().filter(|message| message.time <= time).count(),
            )),
            Bound::Msgid(msgid) => {
                let place = all.iter().position(|message| message.msgid == msgid);
                place.map(|place| (place, place + 1)).ok_or(HistoryError::UnknownBound)
            }
        }
    }
}

fn first<T>(mut rows: Vec<T>, limit: usize) -> Vec<T> {
    rows.truncate(limit);
    rows
}

fn last<T>(mut rows: Vec<T>, limit: usize) -> Vec<T> {
    rows.split_off(rows.len().saturating_sub(limit))
}

const ROOMS: u64 = 3;
const MESSAGES: u32 = 40;

/// Many share a millisecond, and some have an identifier that sorts before an earlier one (another run of the server).
fn messages_strategy() -> impl Strategy<Value = Vec<StoredMessage>> {
    prop::collection::vec((1..=ROOMS, 0..3u64, 0..1000u128), 0..MESSAGES as usize).prop_map(
        |steps| {
            let mut time = 100;
            let numbered = steps.into_iter().enumerate();
            let said = numbered.map(|(index, (room, pause, run))| {
                time += pause;
                message(room, run << 64 | index as u128, time)
            });
            said.collect()
        },
    )
}

fn bound_strategy(said: &[StoredMessage]) -> BoxedStrategy<Bound> {
    let time = (95..190u64).prop_map(|time| Bound::Time(Timestamp(time)));
    let far = prop::sample::select(vec![0, u64::MAX]).prop_map(|time| Bound::Time(Timestamp(time)));
    let unknown = Just(Bound::Msgid(MsgId(u128::MAX)));
    if said.is_empty() {
        return prop_oneof![time, far, unknown].boxed();
    }
    let known: Vec<MsgId> = said.iter().map(|message| message.msgid).collect();
    let known = prop::sample::select(known).prop_map(Bound::Msgid);
    prop_oneof![8 => time, 1 => far, 1 => unknown, 12 => known].boxed()
}

fn query_strategy(said: &[StoredMessage]) -> BoxedStrategy<HistoryQuery> {
    let bound = || bound_strategy(said);
    let selector = prop_oneof![
        bound().prop_map(Selector::Before),
        bound().prop_map(Selector::After),
        Just(Selector::Latest(None)),
        bound().prop_map(|bound| Selector::Latest(Some(bound))),
        bound().prop_map(Selector::Around),
        (bound(), bound()).prop_map(|(from, to)| Selector::Between(from, to)),
    ];
    let limit = || 0..MESSAGES;
    let messages = (1..=ROOMS, selector, limit()).prop_map(|(room, selector, limit)| {
        HistoryQuery::Messages { room: RoomId(room), selector, limit }
    });
    let rooms = prop::sample::subsequence(vec![1, 2, 3, 4], 0..=4)
        .prop_map(|ids| ids.into_iter().map(RoomId).collect());
    let time = || (95..190u64).prop_map(Timestamp);
    let targets = (rooms, time(), time(), 0..4u32)
        .prop_map(|(rooms, from, to, limit)| HistoryQuery::Targets { rooms, from, to, limit });
    prop_oneof![9 => messages, 2 => targets].boxed()
}

fn case_strategy() -> impl Strategy<Value = (Vec<StoredMessage>, Vec<HistoryQuery>)> {
    messages_strategy().prop_flat_map(|said| {
        let queries = prop::collection::vec(query_strategy(&said), 60);
        (Just(said), queries)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_page_is_what_a_list_would_give((said, queries) in case_strategy()) {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = open(dir.path());
        let rooms = (1..=ROOMS).map(room);
        let messages = said.iter().cloned().map(Write::Message);
        store.commit_batch(&rooms.chain(messages).collect::<Vec<_>>()).unwrap();
        let (reader, model) = (store.reader().unwrap(), Model(said));
        for query in queries {
            prop_assert_eq!(reader.read(&query), model.answer(&query), "{:?}", query);
        }
    }
}

#[test]
fn a_bound_in_another_room_is_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    store.commit_batch(&[room(1), room(2), Write::Message(message(1, 7, 100))]).unwrap();
    let selector = Selector::After(Bound::Msgid(MsgId(7)));
    let query = HistoryQuery::Messages { room: RoomId(2), selector, limit: 5 };
    assert_eq!(store.reader().unwrap().read(&query), Err(HistoryError::UnknownBound));
}

#[test]
fn a_reader_sees_what_is_committed_after_it_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let reader = store.reader().unwrap();
    store.commit_batch(&[room(1), Write::Message(message(1, 7, 100))]).unwrap();
    let query =
        HistoryQuery::Messages { room: RoomId(1), selector: Selector::Latest(None), limit: 5 };
    assert_eq!(reader.read(&query), Ok(HistoryPage::Messages(vec![message(1, 7, 100)])));
}

#[test]
fn every_page_is_a_range_of_an_index() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let reader = store.reader().unwrap();
    let plan = |sql: &str| -> Vec<String> {
        let mut statement = reader.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = statement.parameter_count();
        let nulls =
            rusqlite::params_from_iter(std::iter::repeat_n(rusqlite::types::Null, parameters));
        statement.query_map(nulls, |row| row.get("detail")).unwrap().map(Result::unwrap).collect()
    };
    let page = "SEARCH message USING INDEX sqlite_autoindex_message_2 (room=? AND seq>? AND seq<?)";
    assert_eq!(plan(OLDEST_FIRST), [page]);
    assert_eq!(plan(NEWEST_FIRST), [page]);
    assert_eq!(
        plan(NEWEST_TIME),
        ["SEARCH message USING INDEX sqlite_autoindex_message_2 (room=?)"]
    );
    assert_eq!(
        plan(LAST_BEFORE_TIME),
        ["SEARCH message USING COVERING INDEX message_by_time (room=? AND time<?)"]
    );
    assert_eq!(
        plan(FIND_MESSAGE),
        ["SEARCH message USING INDEX sqlite_autoindex_message_1 (msgid=?)"]
    );
}
