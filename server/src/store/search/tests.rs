//! What a search finds, and what it does not look at.

use std::fs;

use super::*;
use crate::event::{HistoryPage, HistoryQuery, MsgId, RoomId, StoredKind, StoredMessage, Write};
use crate::store::history::tests::plan_of;
use crate::store::tests::{message, open, room};
use crate::store::{HistoryReader, Store};

fn said(room: u64, id: u128, text: &str) -> StoredMessage {
    let source = if id.is_multiple_of(2) { "Ana!~a@h" } else { "bob!~b@h" };
    let time = 1_000 + u64::try_from(id).unwrap();
    let message = message(room, id, time);
    StoredMessage { source: source.into(), text: text.into(), ..message }
}

/// A store with rooms 1 and 2, and what was said in them, in this order, from identifier 1 on.
fn told(dir: &std::path::Path, texts: &[(u64, &str)]) -> (Store, HistoryReader) {
    let (mut store, _) = open(dir);
    let said = texts.iter().zip(1..).map(|(&(room, text), id)| said(room, id, text));
    let writes: Vec<Write> =
        [room(1), room(2)].into_iter().chain(said.map(Write::Message)).collect();
    store.commit_batch(&writes).unwrap();
    let reader = store.reader().unwrap();
    (store, reader)
}

fn wanted(rooms: &[u64]) -> Search {
    let from_the_beginning = |&id: &u64| Readable { room: RoomId(id), since: Timestamp(0) };
    let rooms = rooms.iter().map(from_the_beginning).collect();
    Search { rooms, limit: 100, ..Search::default() }
}

fn found(reader: &HistoryReader, wanted: &Search) -> Vec<u128> {
    match reader.read(&HistoryQuery::Search(wanted.clone())) {
        Ok(HistoryPage::Messages(rows)) => rows.iter().map(|row| row.msgid.0).collect(),
        other => panic!("{other:?}"),
    }
}

fn with_text(reader: &HistoryReader, text: &str) -> Vec<u128> {
    found(reader, &Search { text: Some(text.to_owned()), ..wanted(&[1, 2]) })
}

#[test]
fn words_are_found_in_whatever_way_they_are_written() {
    let dir = tempfile::tempdir().unwrap();
    let texts = [
        "That was FAST!",
        "Fasting is hard",
        "breakfast",
        "قرأتُ الكِتابَ أمس",
        "كتابي في البيت",
        "我在李雷家",
        "Zoë est là",
        "tea, tea \"and\" OR",
        "nice 👍",
        "\u{1}ACTION waves\u{1}",
        "a batch\nof li\rnes 👍\r👍\n",
    ];
    let texts = texts.map(|text| (1, text));
    let (_store, reader) = told(dir.path(), &texts);
    for (text, expected) in [
        ("fast", &[1, 2][..]),
        ("fast hard", &[2]),
        ("batch lines", &[11]),
        ("nes", &[]),
        ("👍👍", &[11]),
        ("كتاب", &[4, 5]),
        ("الكتاب", &[4, 5]),
        ("امس", &[4]),
        ("李雷", &[6]),
        ("雷", &[6]),
        ("雷李", &[]),
        ("zoe LÀ", &[7]),
        ("OR", &[8]),
        ("tea OR nothing", &[]),
        ("t*", &[]),
        ("words:tea", &[]),
        ("\"", &[8]),
        ("👍", &[9, 11]),
        ("wave", &[10]),
        ("action", &[]),
    ] {
        assert_eq!(with_text(&reader, text), expected, "{text}");
    }
}

#[test]
fn every_condition_counts_and_nothing_of_other_rooms_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let texts = [1, 2, 1, 2, 1, 2, 1, 2].map(|room| (room, "tea for two"));
    let (_store, reader) = told(dir.path(), &texts);
    for text in [None, Some("tea".to_owned())] {
        let both = Search { text: text.clone(), ..wanted(&[1, 2]) };
        let one = Search { text, ..wanted(&[1]) };
        let (after, before) = (Some(Timestamp(1_003)), Some(Timestamp(1_006)));
        let ana = Some("ana".to_owned());
        for (wanted, expected) in [
            (one.clone(), &[1, 3, 5, 7][..]),
            (both.clone(), &[1, 2, 3, 4, 5, 6, 7, 8]),
            (Search { limit: 3, ..both.clone() }, &[6, 7, 8]),
            (Search { limit: 2, after, ..both.clone() }, &[3, 4]),
            (Search { limit: 2, before, ..both.clone() }, &[5, 6]),
            (Search { after, before, ..both.clone() }, &[3, 4, 5, 6]),
            (Search { after, before, ..one.clone() }, &[3, 5]),
            (Search { limit: 1, after, ..one.clone() }, &[3]),
            (Search { from: ana.clone(), limit: 2, ..both.clone() }, &[6, 8]),
            (Search { from: ana, ..one }, &[]),
            (Search { limit: 0, ..both.clone() }, &[]),
            (Search { rooms: Vec::new(), ..both }, &[]),
        ] {
            assert_eq!(found(&reader, &wanted), expected, "{wanted:?}");
        }
    }
}

#[test]
fn nothing_is_found_of_before_a_room_may_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let texts = [1, 2, 1, 2, 1, 2, 1, 2].map(|room| (room, "tea for two"));
    let (_store, reader) = told(dir.path(), &texts);
    let from = |since: [u64; 2]| {
        let rooms = [1, 2].into_iter().zip(since);
        rooms.map(|(id, since)| Readable { room: RoomId(id), since: Timestamp(since) }).collect()
    };
    for text in [None, Some("tea".to_owned())] {
        let some = Search { text, ..wanted(&[]) };
        let after = Some(Timestamp(1_003));
        for (since, limit, after, expected) in [
            ([1_005, 0], 9, None, &[2, 4, 5, 6, 7, 8][..]),
            ([1_005, 0], 5, None, &[4, 5, 6, 7, 8]),
            ([1_005, 1_006], 9, None, &[5, 6, 7, 8]),
            ([1_005, 0], 3, after, &[4, 5, 6]),
            ([1_001, 0], 3, after, &[3, 4, 5]),
            ([1_009, 1_006], 9, None, &[6, 8]),
            ([1_009, 1_009], 9, None, &[]),
        ] {
            let wanted = Search { rooms: from(since), limit, after, ..some.clone() };
            assert_eq!(found(&reader, &wanted), expected, "{wanted:?}");
        }
    }
}

#[test]
fn only_what_was_said_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, reader) = told(dir.path(), &[(1, "tea")]);
    let others = StoredKind::ALL.iter().skip(1).zip(10..);
    let others =
        others.map(|(&kind, id)| Write::Message(StoredMessage { kind, ..said(1, id, "tea") }));
    store.commit_batch(&others.collect::<Vec<_>>()).unwrap();
    assert_eq!(with_text(&reader, "tea"), [1, 10], "a PRIVMSG and a NOTICE");
    assert_eq!(found(&reader, &wanted(&[1])), [1, 10]);
    assert_eq!(found(&reader, &wanted(&[1, 2])), [1, 10]);
}

#[test]
fn nothing_gone_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let texts = [(1, "tea one"), (1, "tea two"), (2, "tea three"), (1, "tea four")];
    let (mut store, reader) = told(dir.path(), &texts);
    let redacted = Write::MessageRedacted { room: RoomId(1), msgid: MsgId(4) };
    store.commit_batch(&[redacted]).unwrap();
    assert_eq!(with_text(&reader, "tea"), [1, 2, 3]);
    store.commit_batch(&[Write::MessagesForgotten { before: Timestamp(1_002) }]).unwrap();
    assert_eq!(with_text(&reader, "tea"), [2, 3]);
    store.commit_batch(&[Write::RoomRemoved(RoomId(1))]).unwrap();
    assert_eq!(with_text(&reader, "tea"), [3]);
}

#[test]
fn nothing_of_what_was_taken_back_is_left_in_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let around: Vec<(u64, String)> = (0..300).map(|n| (1, format!("word{n} other"))).collect();
    let mut texts: Vec<(u64, &str)> = around.iter().map(|(room, text)| (*room, &**text)).collect();
    texts.insert(150, (1, "xyzzyplugh unsaid"));
    let (mut store, reader) = told(dir.path(), &texts);
    let holds = |words: &str| {
        let files = fs::read_dir(dir.path()).unwrap().map(|file| fs::read(file.unwrap().path()));
        let mut contents = files.map(Result::unwrap);
        contents.any(|file| file.windows(words.len()).any(|window| window == words.as_bytes()))
    };
    assert!(holds("xyzzyplugh unsaid"));
    let redacted = Write::MessageRedacted { room: RoomId(1), msgid: MsgId(151) };
    let snapshot = reader.conn.unchecked_transaction().unwrap();
    snapshot.query_row("SELECT count(*) FROM message", [], |_| Ok(())).unwrap();
    store.commit_batch(&[redacted]).unwrap();
    assert!(holds("xyzzyplugh unsaid"), "somebody still reads it");
    drop(snapshot);
    store.commit_batch(&[room(3)]).unwrap();
    assert!(holds("word299"));
    assert!(!holds("zzyplugh"), "neither in the message nor in the index of words, nor in the log");
}

/// How much SQLite does for a search that was run before.
fn steps(reader: &mut HistoryReader, wanted: &Search) -> u64 {
    found(reader, wanted);
    let steps = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&steps);
    let count = move || counted.fetch_add(1, Ordering::Relaxed) == u64::MAX;
    reader.conn.progress_handler(1, Some(count)).unwrap();
    found(reader, wanted);
    steps.load(Ordering::Relaxed)
}

#[test]
fn how_long_a_search_takes_tells_nothing_of_other_rooms() {
    let dir = tempfile::tempdir().unwrap();
    let texts: Vec<_> = (0..3_000).map(|n| (1 + u64::from(n % 100 > 0), "zebra 👍")).collect();
    let (mut store, mut reader) = told(dir.path(), &texts);
    store.commit_batch(&[room(3), Write::Message(said(3, 9_000, "tea"))]).unwrap();
    for (from, limit) in [(None, 5), (Some("nobody".to_owned()), 100)] {
        let search = |text: Option<&str>, rooms: &[u64]| {
            let text = text.map(str::to_owned);
            Search { text, from: from.clone(), limit, ..wanted(rooms) }
        };
        let unsaid = steps(&mut reader, &search(Some("unsaid"), &[3]));
        assert_eq!(steps(&mut reader, &search(Some("zebra"), &[3])), unsaid);
        assert!(steps(&mut reader, &search(Some("👍"), &[3])) < 1_000);
        assert!(steps(&mut reader, &search(None, &[3])) < 1_000);
        assert!(steps(&mut reader, &search(None, &[1, 3])) < 5_000, "of room 1 there is little");
    }
    let zebras = steps(&mut reader, &Search { text: Some("zebra".to_owned()), ..wanted(&[2]) });
    assert!(zebras > 1_000, "steps are counted: {zebras}");
}

#[test]
fn whoever_talks_in_many_rooms_finds_what_is_in_any() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let rooms: Vec<u64> = (1..=1_000).collect();
    let made = rooms.iter().map(|&id| room(id));
    let told = rooms.iter().map(|&id| Write::Message(said(id, id.into(), "tea 李雷")));
    store.commit_batch(&made.chain(told).collect::<Vec<_>>()).unwrap();
    let reader = store.reader().unwrap();
    for text in [None, Some("te"), Some("李雷 tea"), Some("雷")] {
        let text = text.map(str::to_owned);
        let newest = Search { text: text.clone(), limit: 2, ..wanted(&rooms) };
        assert_eq!(found(&reader, &newest), [999, 1_000], "{text:?}");
        let oldest = Search { after: Some(Timestamp(1_501)), ..newest };
        assert_eq!(found(&reader, &oldest), [501, 502], "{text:?}");
    }
}

#[test]
fn a_message_from_the_future_hides_nothing_from_a_search() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, reader) = told(dir.path(), &[(1, "tea"); 9]);
    let wrong = StoredMessage { time: Timestamp(90_000), ..said(1, 10, "tea") };
    let later = (11..20).map(|id| said(1, id, "tea"));
    let writes = std::iter::once(wrong).chain(later).map(Write::Message);
    store.commit_batch(&writes.collect::<Vec<_>>()).unwrap();
    for text in [None, Some("tea".to_owned())] {
        let some = Search { text, after: Some(Timestamp(1_008)), ..wanted(&[1, 2]) };
        assert_eq!(found(&reader, &some), [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
        let some = Search { before: Some(Timestamp(1_012)), ..some };
        assert_eq!(found(&reader, &some), [8, 9, 11, 12]);
        let some = Search { after: None, limit: 3, ..some };
        assert_eq!(found(&reader, &some), [9, 11, 12]);
    }
}

#[test]
fn a_search_that_takes_too_long_fails_and_the_next_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let deadline = Deadline::watch(&mut store.conn).unwrap();
    let count = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500000)
        SELECT max(x) FROM n";
    let run = || store.conn.query_row(count, [], |row| row.get::<_, u32>(0));
    let too_long = deadline.limit(Duration::ZERO, run);
    assert_eq!(
        too_long.unwrap_err().sqlite_error_code(),
        Some(rusqlite::ErrorCode::OperationInterrupted)
    );
    assert_eq!(run(), Ok(500_000));
}

#[test]
fn every_search_is_a_range_of_an_index() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    for sql in [WORDS_NEWEST, WORDS_OLDEST] {
        let plan = plan_of(&store.conn, sql);
        assert!(plan[0].starts_with("SCAN message_words VIRTUAL TABLE INDEX"), "{plan:?}");
        assert_eq!(plan[1..], ["SEARCH message USING INTEGER PRIMARY KEY (rowid=?)"]);
    }
    for (sql, _) in [NEWEST, OLDEST] {
        let plan = ["SEARCH message USING INDEX message_said (room=? AND seq>? AND seq<?)"];
        assert_eq!(plan_of(&store.conn, sql), plan);
    }
    for (sql, comparison) in [(FIRST_FROM, '>'), (LAST_BEFORE, '<')] {
        let index = "SEARCH message USING COVERING INDEX message_by_time";
        assert_eq!(plan_of(&store.conn, sql), [format!("{index} (room=? AND time{comparison}?)")]);
    }
}
