//! Every selector against a list in memory, and the plans by which SQLite finds the same.

use majlis_protocol::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::event::{StoredKind, StoredMessage, Write};
use crate::store::tests::{message, open, room};

/// The order of a room as anybody would write it down: a list, filtered and cut.
struct Model(Vec<StoredMessage>);

impl Model {
    /// What somebody is given who may read from then on.
    fn since(&self, since: Timestamp) -> Self {
        Self(self.0.iter().filter(|message| message.time >= since).cloned().collect())
    }

    fn in_room(&self, room: RoomId) -> Vec<&StoredMessage> {
        self.0.iter().filter(|message| message.room == room).collect()
    }

    fn answer(&self, query: &HistoryQuery) -> Result<HistoryPage, HistoryError> {
        match query {
            HistoryQuery::Messages { room, since, selector, kinds, limit } => {
                let seen = self.since(*since);
                let page = seen.messages(*room, *selector, *kinds, *limit as usize)?;
                Ok(HistoryPage::Messages(page.into_iter().cloned().collect()))
            }
            HistoryQuery::Message { room, msgid } => {
                let is_meant = |message: &&&StoredMessage| {
                    message.msgid == *msgid && message.kind.is_redactable()
                };
                let found = self.in_room(*room).iter().find(is_meant).map(|&found| found.clone());
                Ok(HistoryPage::Message(found.map(Box::new)))
            }
            HistoryQuery::Search(_) => unreachable!("it has tests of its own"),
            HistoryQuery::Targets { rooms, from, to, limit } => {
                let mut rows: Vec<TargetRow> = rooms
                    .iter()
                    .filter_map(|&Readable { room, since }| {
                        let seen = self.since(since);
                        let all = seen.in_room(room);
                        let last = last(of_kinds(&all, StoredKinds::SAID), 1).pop();
                        last.map(|last| TargetRow { room, newest: last.time })
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
        kinds: StoredKinds,
        limit: usize,
    ) -> Result<Vec<&StoredMessage>, HistoryError> {
        let all = self.in_room(room);
        let some = |part: &[_]| of_kinds(part, kinds);
        let until = |bound| self.split(room, bound).map(|(before, _)| some(&all[..before]));
        let since = |bound| self.split(room, bound).map(|(_, after)| some(&all[after..]));
        match selector {
            Selector::Before(bound) => Ok(last(until(bound)?, limit)),
            Selector::After(bound) => Ok(first(since(bound)?, limit)),
            Selector::Latest(None) => Ok(last(some(&all), limit)),
            Selector::Latest(Some(bound)) => Ok(last(since(bound)?, limit)),
            Selector::Around(bound) => {
                let (pivot, _) = self.split(room, bound)?;
                let mut page = last(some(&all[..pivot]), limit / 2);
                page.extend(first(some(&all[pivot..]), limit - limit / 2));
                Ok(page)
            }
            Selector::Between(from, to) => {
                let ((from_low, from_high), (to_low, to_high)) =
                    (self.split(room, from)?, self.split(room, to)?);
                let forwards = all.get(from_high..to_low).unwrap_or_default();
                let backwards = all.get(to_high..from_low).unwrap_or_default();
                assert!(forwards.is_empty() || backwards.is_empty());
                Ok([first(some(forwards), limit), last(some(backwards), limit)].concat())
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

fn of_kinds<'a>(part: &[&'a StoredMessage], kinds: StoredKinds) -> Vec<&'a StoredMessage> {
    part.iter().copied().filter(|message| kinds.contains(message.kind)).collect()
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

/// Of all kinds. Many share a millisecond, and some have an identifier that sorts before an earlier one (another run of the server).
fn messages_strategy() -> impl Strategy<Value = Vec<StoredMessage>> {
    let kind = prop_oneof![Just(StoredKind::Privmsg), prop::sample::select(StoredKind::ALL),];
    let step = (1..=ROOMS, 0..3u64, 0..1000u128, kind);
    prop::collection::vec(step, 0..MESSAGES as usize).prop_map(|steps| {
        let mut time = 100;
        let numbered = steps.into_iter().enumerate();
        let said = numbered.map(|(index, (room, pause, run, kind))| {
            time += pause;
            StoredMessage { kind, ..message(room, run << 64 | index as u128, time) }
        });
        said.collect()
    })
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
    let since = || prop_oneof![Just(0), 95..190u64].prop_map(Timestamp);
    let kinds = prop_oneof![
        Just(StoredKinds::SAID),
        prop::sample::subsequence(StoredKind::ALL, 0..=12)
            .prop_map(|kinds| kinds.into_iter().collect()),
    ];
    let messages = (1..=ROOMS, since(), selector, kinds, limit()).prop_map(
        |(room, since, selector, kinds, limit)| HistoryQuery::Messages {
            room: RoomId(room),
            since,
            selector,
            kinds,
            limit,
        },
    );
    let ids: Vec<MsgId> = said.iter().map(|message| message.msgid).chain([MsgId(7)]).collect();
    let message = (1..=ROOMS, prop::sample::select(ids))
        .prop_map(|(room, msgid)| HistoryQuery::Message { room: RoomId(room), msgid });
    let rooms = (prop::sample::subsequence(vec![1, 2, 3, 4], 0..=4), since());
    let rooms = rooms.prop_map(|(ids, since)| {
        ids.into_iter().map(|id| Readable { room: RoomId(id), since }).collect()
    });
    let time = || (95..190u64).prop_map(Timestamp);
    let targets = (rooms, time(), time(), 0..4u32)
        .prop_map(|(rooms, from, to, limit)| HistoryQuery::Targets { rooms, from, to, limit });
    prop_oneof![9 => messages, 2 => targets, 1 => message].boxed()
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

/// A question of who may read a room from its beginning.
fn all_of(room: RoomId, selector: Selector, kinds: StoredKinds) -> HistoryQuery {
    HistoryQuery::Messages { room, since: Timestamp(0), selector, kinds, limit: 5 }
}

#[test]
fn a_bound_in_another_room_is_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    store.commit_batch(&[room(1), room(2), Write::Message(message(1, 7, 100))]).unwrap();
    let selector = Selector::After(Bound::Msgid(MsgId(7)));
    let query = all_of(RoomId(2), selector, StoredKinds::SAID);
    assert_eq!(store.reader().unwrap().read(&query), Err(HistoryError::UnknownBound));
}

#[test]
fn a_reader_sees_what_is_committed_after_it_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let reader = store.reader().unwrap();
    store.commit_batch(&[room(1), Write::Message(message(1, 7, 100))]).unwrap();
    let selector = Selector::Latest(None);
    let query = all_of(RoomId(1), selector, StoredKinds::SAID);
    assert_eq!(reader.read(&query), Ok(HistoryPage::Messages(vec![message(1, 7, 100)])));
}

#[test]
fn what_was_taken_back_is_nowhere_and_still_a_bound() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let said = [1, 2, 3].map(|id| Write::Message(message(1, id, 100)));
    store.commit_batch(&[&[room(1)], &said[..]].concat()).unwrap();
    let (room, msgid) = (RoomId(1), MsgId(2));
    for _ in 0..2 {
        store.commit_batch(&[Write::MessageRedacted { room, msgid }]).unwrap();
    }
    let reader = store.reader().unwrap();
    for kinds in [StoredKinds::SAID, StoredKind::ALL.iter().copied().collect()] {
        let page = |selector| {
            let query = all_of(room, selector, kinds);
            let Ok(HistoryPage::Messages(rows)) = reader.read(&query) else { panic!("no page") };
            rows.into_iter().map(|row| row.msgid.0).collect::<Vec<_>>()
        };
        assert_eq!(page(Selector::Latest(None)), [1, 3]);
        assert_eq!(page(Selector::After(Bound::Msgid(msgid))), [3]);
        assert_eq!(page(Selector::Before(Bound::Msgid(msgid))), [1]);
    }
    let one = HistoryQuery::Message { room, msgid };
    assert_eq!(reader.read(&one), Ok(HistoryPage::Message(None)));
}

#[test]
fn what_concerns_several_rooms_is_in_each_with_one_identifier() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let quit = |room| StoredMessage { kind: StoredKind::Quit, ..message(room, 9, 100) };
    let writes = [room(1), room(2), Write::Message(quit(1)), Write::Message(quit(2))];
    store.commit_batch(&writes).unwrap();
    for room in [1, 2] {
        let (selector, kinds) = (Selector::Latest(None), [StoredKind::Quit].into_iter().collect());
        let query = all_of(RoomId(room), selector, kinds);
        let page = store.reader().unwrap().read(&query);
        assert_eq!(page, Ok(HistoryPage::Messages(vec![quit(room)])));
    }
}

#[test]
fn every_page_is_a_range_of_an_index() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let reader = store.reader().unwrap();
    let plan = |sql: &str| plan_of(&reader.conn, sql);
    let page = "SEARCH message USING INDEX sqlite_autoindex_message_1 (room=? AND seq>? AND seq<?)";
    assert_eq!(plan(OLDEST_FIRST), [page]);
    assert_eq!(plan(NEWEST_FIRST), [page]);
    let said = "SEARCH message USING INDEX message_said (room=? AND seq>? AND seq<?)";
    assert_eq!(plan(SAID_OLDEST_FIRST), [said]);
    assert_eq!(plan(SAID_NEWEST_FIRST), [said]);
    assert_eq!(plan(NEWEST_TIME), ["SEARCH message USING INDEX message_said (room=?)"]);
    assert_eq!(
        plan(LAST_BEFORE_TIME),
        ["SEARCH message USING COVERING INDEX message_by_time (room=? AND time<?)"]
    );
    let one = "SEARCH message USING INDEX sqlite_autoindex_message_2 (msgid=? AND room=?)";
    assert_eq!(plan(FIND_MESSAGE), [one]);
    assert_eq!(plan(ONE_MESSAGE), [one]);
}

/// By which steps SQLite goes about it.
pub(in crate::store) fn plan_of(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let parameters = statement.parameter_count();
    let nulls = rusqlite::params_from_iter(std::iter::repeat_n(rusqlite::types::Null, parameters));
    statement.query_map(nulls, |row| row.get("detail")).unwrap().map(Result::unwrap).collect()
}
