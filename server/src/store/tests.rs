//! The store as the hub and the operator meet it: what comes back after a restart, and what is refused.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use majlis_protocol::Timestamp;
use majlis_protocol::scram::Verifier;
use majlis_wire::Fingerprint;
use rusqlite::Connection;

use super::history::tests::plan_of;
use super::*;
use crate::event::{
    Account, AccountId, Author, ConnId, Founder, HistoryPage, HistoryQuery, Letters, ListEntry,
    ListKind, MsgId, RestoredRoom, RoomId, RoomModes, Selector, SendRecord, StoredKind,
    StoredKinds, StoredMessage, Topic,
};

pub(super) const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// A day in 2033, so that nothing here is ever older than a real clock allows.
const TODAY: Timestamp = Timestamp(2_000_000_000_000);

pub(super) fn open(dir: &Path) -> (Store, Restored) {
    Store::open_at(dir, TODAY).unwrap()
}

pub(super) fn conn(slot: u32) -> ConnId {
    ConnId { reactor: 0, slot, generation: 0 }
}

fn room_of(id: u64) -> RestoredRoom {
    RestoredRoom::new(RoomId(id), &format!("#مجلس{id}"), Timestamp(id), id.is_multiple_of(2))
}

pub(super) fn room(id: u64) -> Write {
    Write::RoomMade(room_of(id))
}

pub(super) fn message(room: u64, id: u128, time: u64) -> StoredMessage {
    StoredMessage {
        room: RoomId(room),
        msgid: MsgId(id),
        time: Timestamp(time),
        source: "zoë!zoe@127.0.0.1".into(),
        account: id.is_multiple_of(2).then(|| "zoë".into()),
        kind: if id.is_multiple_of(3) { StoredKind::Notice } else { StoredKind::Privmsg },
        target: format!("#مجلس{room}"),
        text: format!("سلام {id} \u{1}ACTION waves\u{1}"),
        client_tags: "+a=b;+c".into(),
        author: id.is_multiple_of(2).then_some(Author([7; 16])),
    }
}

fn sent(id: u32, time: u64) -> SendRecord {
    SendRecord {
        device_key: Fingerprint::new([7; 32]),
        send_id: format!("send-{id}"),
        msgid: MsgId(u128::from(id)),
        time: Timestamp(time),
        target: (id != 1).then(|| "#a".to_owned()),
    }
}

fn latest(store: &Store, room: u64) -> Vec<StoredMessage> {
    let selector = Selector::Latest(None);
    let query = HistoryQuery::Messages {
        room: RoomId(room),
        since: Timestamp(0),
        selector,
        kinds: StoredKinds::SAID,
        limit: 1000,
    };
    match store.reader().unwrap().read(&query).unwrap() {
        HistoryPage::Messages(rows) => rows,
        other => panic!("asked for messages, got {other:?}"),
    }
}

#[test]
fn a_new_store_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let (_store, restored) = open(dir.path());
    let secret = restored.secret;
    assert_ne!(secret, [0; 32]);
    assert_eq!(restored, Restored { next_room: 1, next_account: 1, secret, ..Restored::default() });
}

#[test]
fn everything_comes_back_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let topic =
        Topic { text: "tea".into(), setter: "ana!a@h".into(), time: Timestamp(TODAY.0 - 5) };
    let with_topic = RestoredRoom { topic: Some(topic.clone()), ..room_of(3) };
    let record = sent(1, TODAY.0 - 4);
    {
        let (mut store, _) = open(dir.path());
        store
            .commit_batch(&[
                room(2),
                Write::RoomMade(with_topic.clone()),
                Write::Message(message(2, 10, TODAY.0 - 9)),
                Write::Sent(record.clone()),
            ])
            .unwrap();
        store
            .commit_batch(&[
                Write::Message(message(2, 11, TODAY.0 - 3)),
                Write::TopicSet { room: RoomId(2), topic: Some(topic.clone()) },
            ])
            .unwrap();
    }
    let (store, restored) = open(dir.path());
    assert_eq!(
        restored,
        Restored {
            rooms: vec![RestoredRoom { topic: Some(topic), ..room_of(2) }, with_topic],
            sent: vec![record],
            next_room: 4,
            newest: Timestamp(TODAY.0 - 3),
            next_account: 1,
            secret: restored.secret,
            ..Restored::default()
        }
    );
    assert_eq!(
        latest(&store, 2),
        [message(2, 10, TODAY.0 - 9), message(2, 11, TODAY.0 - 3)],
        "every field of a message comes back as it was"
    );
}

#[test]
fn modes_lists_founder_and_name_come_back_as_they_were_left() {
    let dir = tempfile::tempdir().unwrap();
    let entry =
        |mask: &str| ListEntry { mask: mask.into(), setter: "ana!a@h".into(), time: Timestamp(5) };
    let full = RestoredRoom {
        founder: Some(Founder::Device(Fingerprint::new([7; 32]))),
        modes: RoomModes {
            flags: Letters::of("Cis"),
            key: Some("sesame".into()),
            limit: Some(u32::MAX),
            slow_seconds: Some(3),
        },
        entries: vec![
            (ListKind::Exception, entry("z!*@*")),
            (ListKind::Ban, entry("$a:نور")),
            (ListKind::InviteException, entry("a!*@*")),
        ],
        ..room_of(1)
    };
    let owned = RestoredRoom { founder: Some(Founder::Account("ana".into())), ..room_of(2) };
    {
        let (mut store, _) = open(dir.path());
        store
            .commit_batch(&[Write::RoomMade(full.clone()), Write::RoomMade(owned.clone())])
            .unwrap();
    }
    {
        let (mut store, restored) = open(dir.path());
        assert_eq!(restored.rooms, [full.clone(), owned.clone()]);
        let (room, kind) = (RoomId(1), ListKind::Ban);
        store
            .commit_batch(&[
                Write::EntryRemoved { room, kind, mask: "$a:نور".into() },
                Write::EntryAdded { room, kind, entry: entry("b!*@*") },
                Write::ModesSet { room, modes: RoomModes::default() },
                Write::LastingSet { room, lasting: true },
                Write::RoomRenamed { room, name: "#other".into() },
            ])
            .unwrap();
    }
    let changed = RestoredRoom {
        name: "#other".into(),
        lasting: true,
        modes: RoomModes::default(),
        entries: vec![
            full.entries[0].clone(),
            full.entries[2].clone(),
            (ListKind::Ban, entry("b!*@*")),
        ],
        ..full
    };
    assert_eq!(open(dir.path()).1.rooms, [changed, owned]);
}

#[test]
fn a_removed_topic_stays_removed() {
    let dir = tempfile::tempdir().unwrap();
    let topic = Topic { text: "tea".into(), setter: "ana!a@h".into(), time: Timestamp(5) };
    {
        let (mut store, _) = open(dir.path());
        store
            .commit_batch(&[Write::RoomMade(RestoredRoom { topic: Some(topic), ..room_of(1) })])
            .unwrap();
        store.commit_batch(&[Write::TopicSet { room: RoomId(1), topic: None }]).unwrap();
    }
    assert_eq!(open(dir.path()).1.rooms, [room_of(1)]);
}

#[test]
fn a_room_takes_its_history_along_and_never_gives_its_identity_again() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut store, _) = open(dir.path());
        store
            .commit_batch(&[
                room(1),
                room(5),
                Write::Message(message(1, 1, 100)),
                Write::Message(message(5, 2, 200)),
            ])
            .unwrap();
        store.commit_batch(&[Write::RoomRemoved(RoomId(5))]).unwrap();
        assert_eq!(latest(&store, 5), []);
    }
    let (store, restored) = open(dir.path());
    assert_eq!((restored.next_room, restored.rooms), (6, vec![room_of(1)]));
    let kept: i64 =
        store.conn.query_row("SELECT count(*) FROM message", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 1);
}

#[test]
fn a_batch_is_taken_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    store.commit_batch(&[room(1), Write::Message(message(1, 1, 100))]).unwrap();
    let twice = [Write::Message(message(1, 2, 101)), Write::Message(message(1, 1, 102))];
    let homeless = [Write::Message(message(1, 3, 103)), Write::Message(message(9, 4, 104))];
    for batch in [twice, homeless] {
        let error = store.commit_batch(&batch).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Contradiction, "{error}");
        assert_eq!(latest(&store, 1), [message(1, 1, 100)]);
    }
    store.commit_batch(&[Write::Message(message(1, 5, 105))]).unwrap();
    assert_eq!(latest(&store, 1).len(), 2, "the store goes on after a refused batch");
}

#[test]
fn sent_records_are_forgotten_after_seven_days() {
    let dir = tempfile::tempdir().unwrap();
    let oldest_kept = TODAY.0 - 7 * DAY_MS;
    {
        let (mut store, _) = open(dir.path());
        let records = [sent(1, oldest_kept - 2), sent(2, oldest_kept - 1), sent(3, oldest_kept)];
        for record in records {
            store.commit_batch(&[Write::Sent(record)]).unwrap();
        }
        store.commit_batch(&[Write::Sent(sent(4, TODAY.0 - 1))]).unwrap();
        let kept: i64 =
            store.conn.query_row("SELECT count(*) FROM sent", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 3, "the newest record's time prunes while the server runs");
    }
    let (_store, restored) = open(dir.path());
    assert_eq!(restored.sent, [sent(3, oldest_kept), sent(4, TODAY.0 - 1)]);
}

#[test]
fn the_newest_hundred_thousand_sent_records_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut store, _) = open(dir.path());
        let first: Vec<Write> = (0..100_000).map(|id| Write::Sent(sent(id, TODAY.0))).collect();
        store.commit_batch(&first).unwrap();
        store.commit_batch(&[Write::Sent(sent(100_000, TODAY.0))]).unwrap();
    }
    let (_store, restored) = open(dir.path());
    assert_eq!(restored.sent.len(), 100_000);
    assert_eq!(restored.sent.first(), Some(&sent(1, TODAY.0)));
    assert_eq!(restored.sent.last(), Some(&sent(100_000, TODAY.0)));
}

#[test]
fn a_send_identifier_that_comes_again_is_the_newer_messages() {
    let dir = tempfile::tempdir().unwrap();
    let again = SendRecord { msgid: MsgId(99), ..sent(1, TODAY.0) };
    {
        let (mut store, _) = open(dir.path());
        let of_another = SendRecord { device_key: Fingerprint::new([8; 32]), ..sent(1, TODAY.0) };
        store
            .commit_batch(&[
                Write::Sent(sent(1, TODAY.0)),
                Write::Sent(of_another),
                Write::Sent(again.clone()),
            ])
            .unwrap();
    }
    let restored = open(dir.path()).1.sent;
    assert_eq!(restored.len(), 2);
    assert_eq!(restored.last(), Some(&again));
}

#[test]
fn a_log_cut_anywhere_holds_whole_batches_in_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    store.commit_batch(&[room(1)]).unwrap();
    let batch_sizes = [1u128, 40, 2, 80, 1];
    let mut next_id = 0;
    for size in batch_sizes {
        let batch: Vec<Write> =
            (next_id..next_id + size).map(|id| Write::Message(message(1, id, TODAY.0))).collect();
        store.commit_batch(&batch).unwrap();
        next_id += size;
    }
    let database = fs::read(dir.path().join("majlis.db")).unwrap();
    let log = fs::read(dir.path().join("majlis.db-wal")).unwrap();

    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    for cut in (0..=log.len()).step_by(1500).chain([log.len()]) {
        let crashed = tempfile::tempdir().unwrap();
        fs::write(crashed.path().join("majlis.db"), &database).unwrap();
        fs::write(crashed.path().join("majlis.db-wal"), &log[..cut]).unwrap();
        let (store, _) = open(crashed.path());
        let found: Vec<u128> = latest(&store, 1).iter().map(|message| message.msgid.0).collect();
        assert!(found.iter().copied().eq(0..found.len() as u128), "{found:?}");
        *seen.entry(found.len()).or_default() += 1;
    }
    let whole_batches = [0, 1, 41, 43, 123, 124];
    assert!(seen.keys().all(|count| whole_batches.contains(count)), "{seen:?}");
    assert!(seen.len() >= 5 && seen.contains_key(&124), "the cuts missed the batches: {seen:?}");
}

#[test]
fn two_servers_never_share_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    let error = Store::open(dir.path()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Locked);
    assert!(error.to_string().contains("--data"), "{error}");
    drop(first);
    open(dir.path());
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let database = dir.path().join("majlis.db");
    let newer = Connection::open(&database).unwrap();
    newer.pragma_update(None, "user_version", 1000).unwrap();
    drop(newer);
    let before = fs::read(&database).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::NewerVersion);
    assert!(error.to_string().contains("newer"), "{error}");
    assert_eq!(fs::read(&database).unwrap(), before);
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("majlis.db");
    let letter = "Dear Sir, this is no database. ".repeat(200);
    fs::write(&database, &letter).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{error}");
    assert_eq!(fs::read_to_string(&database).unwrap(), letter);
}

#[test]
fn files_are_private() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("deep/data");
    let (mut store, _) = open(&dir);
    store.commit_batch(&[room(1)]).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let names: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(names.len() >= 4, "{names:?}");
    for path in names {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_database_that_others_could_read_becomes_private() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let database = dir.path().join("majlis.db");
    fs::set_permissions(&database, fs::Permissions::from_mode(0o644)).unwrap();
    drop(open(dir.path()));
    assert_eq!(fs::metadata(&database).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
    // Permissions do not bind root; the kernel's own tree refuses root, too.
    let is_root = fs::write(dir.path().join("probe"), "").is_ok();
    let refused = if is_root { Path::new("/sys") } else { dir.path() };
    let error = Store::open(refused).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Permission, "{error}");
    assert!(error.to_string().contains(&refused.display().to_string()), "{error}");
}

#[test]
fn failures_of_sqlite_become_the_kind_an_operator_acts_on() {
    use rusqlite::ffi;
    let table = [
        (ffi::SQLITE_BUSY, StoreErrorKind::Locked, "--data"),
        (ffi::SQLITE_FULL, StoreErrorKind::DiskFull, "Make room"),
        (ffi::SQLITE_CORRUPT, StoreErrorKind::Corrupt, "backup"),
        (ffi::SQLITE_NOTADB, StoreErrorKind::Corrupt, "backup"),
        (ffi::SQLITE_READONLY, StoreErrorKind::Permission, "user that runs"),
        (ffi::SQLITE_CANTOPEN, StoreErrorKind::Permission, "user that runs"),
        (ffi::SQLITE_CONSTRAINT, StoreErrorKind::Contradiction, "report"),
        (ffi::SQLITE_IOERR, StoreErrorKind::Io, "Check the disk"),
    ];
    for (code, kind, advice) in table {
        let failure = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        let error = StoreError::from_sqlite(Path::new("/srv/majlis.db"), &failure);
        assert_eq!(error.kind(), kind);
        let words = error.to_string();
        assert!(words.contains(advice) && words.contains("/srv/majlis.db"), "{words}");
    }
}

#[test]
fn the_writer_waits_for_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let pragma = |name: &str| -> String {
        store
            .conn
            .query_row(&format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"), [], |row| {
                row.get(0)
            })
            .unwrap()
    };
    assert_eq!((pragma("journal_mode").as_str(), pragma("synchronous").as_str()), ("wal", "2"));
    assert_eq!(pragma("foreign_keys"), "1");
}

#[test]
fn messages_are_forgotten_before_a_time_and_a_bounded_number_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let said = [message(2, 1, 1000), message(2, 2, 2000), message(2, 3, 3000)];
    let writes = said.iter().cloned().map(Write::Message);
    store.commit_batch(&[&[room(2)][..], &writes.collect::<Vec<_>>()].concat()).unwrap();
    store.commit_batch(&[Write::MessagesForgotten { before: Timestamp(2000) }]).unwrap();
    assert_eq!(latest(&store, 2), said[1..]);

    let many = u128::try_from(write::FORGOTTEN_AT_ONCE).unwrap();
    let flood: Vec<_> = (4..4 + many).map(|id| Write::Message(message(2, id, 4000))).collect();
    store.commit_batch(&flood).unwrap();
    let forget = [Write::MessagesForgotten { before: Timestamp(5000) }];
    store.commit_batch(&forget).unwrap();
    assert_eq!(latest(&store, 2).len(), 2, "as many as are forgotten at once, and no more");
    assert!(!store.forget_more().unwrap(), "the rest follows, without being asked for again");
    assert!(latest(&store, 2).is_empty());
    store.commit_batch(&[Write::Message(message(2, 1_000_000, 6000))]).unwrap();
    assert_eq!(latest(&store, 2).len(), 1, "the room goes on");
}

#[test]
fn messages_from_the_future_keep_nothing_from_being_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let many = u128::try_from(write::FORGOTTEN_AT_ONCE).unwrap();
    let wrong = (0..many).map(|id| Write::Message(message(1, id, 9000)));
    let right = (many..3 * many).map(|id| Write::Message(message(2, id, 1000)));
    let writes: Vec<_> = [room(1), room(2)].into_iter().chain(wrong).chain(right).collect();
    store.commit_batch(&writes).unwrap();
    store.commit_batch(&[Write::MessagesForgotten { before: Timestamp(2000) }]).unwrap();
    assert!(!latest(&store, 2).is_empty());
    assert!(store.forget_more().unwrap(), "it was a full share");
    assert!(latest(&store, 2).is_empty());
    assert!(!store.forget_more().unwrap());
    assert!(!latest(&store, 1).is_empty());
    let plan = [
        "SEARCH message USING INTEGER PRIMARY KEY (rowid=?)",
        "LIST SUBQUERY 1",
        "SCAN room",
        "SEARCH message USING COVERING INDEX message_by_time (room=? AND time<?)",
    ];
    assert_eq!(plan_of(&store.conn, write::FORGET_MESSAGES), plan);
}

#[test]
fn a_full_disk_is_told_apart_and_leaves_all_or_nothing_of_a_batch() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    store.commit_batch(&[room(1), Write::Message(message(1, 1, 1000))]).unwrap();
    let pages: i64 = store.conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    store.conn.pragma_update(None, "max_page_count", pages + 2).unwrap();
    let batch: Vec<Write> = (2..500).map(|id| Write::Message(message(1, id, 1001))).collect();
    let error = store.commit_batch(&batch).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::DiskFull);
    assert!(error.to_string().contains("no space left"), "{error}");
    assert_eq!(latest(&store, 1).len(), 1, "a part of the batch is there");
    drop(store);
    let (mut store, _) = open(dir.path());
    store.commit_batch(&batch).unwrap();
    assert_eq!(latest(&store, 1).len(), 499);
}

#[test]
fn the_database_is_kept_before_it_is_brought_to_a_newer_schema() {
    let dir = tempfile::tempdir().unwrap();
    let older = schema::MIGRATIONS.len() - 1;
    let mut conn = Connection::open(dir.path().join("majlis.db")).unwrap();
    words::register(&conn).unwrap();
    schema::migrate(&mut conn, Path::new("x"), &schema::MIGRATIONS[..older]).unwrap();
    conn.execute("INSERT INTO room (name, made, lasting) VALUES ('#old', 1, 1)", []).unwrap();
    drop(conn);
    let (store, restored) = open(dir.path());
    assert_eq!(restored.rooms.len(), 1);
    drop(store);
    let kept = dir.path().join(format!("majlis.db.schema-{older}"));
    let mode = fs::metadata(&kept).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let kept = Connection::open(kept).unwrap();
    let version: i64 = kept.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, i64::try_from(older).unwrap());
    let rooms: i64 = kept.query_row("SELECT count(*) FROM room", [], |row| row.get(0)).unwrap();
    assert_eq!(rooms, 1);
    let files = || fs::read_dir(dir.path()).unwrap().count();
    let before = files();
    drop(open(dir.path()));
    assert_eq!(files(), before, "a database of today is kept again");
}

#[test]
fn ranks_and_uses_of_rooms_come_back_and_end_with_the_account() {
    let dir = tempfile::tempdir().unwrap();
    let made = |id, name: &str| {
        Write::AccountMade(Account {
            id: AccountId(id),
            name: name.to_owned(),
            made: Timestamp(1),
            verifier: Verifier::decoy(b"test", name, 4096).into(),
            devices: Vec::new(),
        })
    };
    let set = |room, account, letters| Write::RanksSet {
        room: RoomId(room),
        account: AccountId(account),
        ranks: Letters::of(letters),
    };
    let ranks = |restored: &Restored| -> Vec<Vec<(u64, String)>> {
        let of = |room: &RestoredRoom| {
            room.ranks.iter().map(|(account, ranks)| (account.0, ranks.to_string())).collect()
        };
        restored.rooms.iter().map(of).collect()
    };
    {
        let (mut store, _) = open(dir.path());
        store.commit_batch(&[made(1, "ana"), made(2, "bob"), room(3), room(4)]).unwrap();
        let used = Write::RoomUsed { room: RoomId(4), time: Timestamp(77) };
        let writes =
            [set(3, 1, "o"), set(3, 2, "v"), set(4, 2, "ho"), set(3, 1, "v"), set(3, 2, ""), used];
        store.commit_batch(&writes).unwrap();
    }
    {
        let (mut store, restored) = open(dir.path());
        let expected = [vec![(1, "v".to_owned())], vec![(2, "ho".to_owned())]];
        assert_eq!(ranks(&restored), expected);
        assert_eq!(restored.rooms[0].used, restored.rooms[0].made);
        assert_eq!(restored.rooms[1].used, Timestamp(77));
        store.commit_batch(&[Write::AccountRemoved(AccountId(2))]).unwrap();
    }
    assert_eq!(ranks(&open(dir.path()).1)[1], []);
}
