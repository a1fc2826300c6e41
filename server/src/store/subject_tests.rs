//! Read markers and metadata: what comes back after a restart, and what goes with its account or room.

use majlis_protocol::Timestamp;

use super::account_tests::account;
use super::tests::{open, room};
use crate::event::{AccountId, MetadataValue, ReadMarker, RoomId, Subject, Write};

const ROOM: Subject = Subject::Room(RoomId(3));
const OTHER_ROOM: Subject = Subject::Room(RoomId(4));
const ANA: Subject = Subject::Account(AccountId(1));
const BOB: Subject = Subject::Account(AccountId(2));

fn marker(account: u64, subject: Subject, time: u64) -> ReadMarker {
    ReadMarker { account: AccountId(account), subject, time: Timestamp(time) }
}

fn value(subject: Subject, key: &str, value: &str) -> MetadataValue {
    MetadataValue { subject, key: key.to_owned(), value: value.to_owned() }
}

/// The accounts 1 and 2 and the rooms 3 and 4.
fn world() -> Vec<Write> {
    let accounts = [account(1, "ana"), account(2, "bob")].map(Write::AccountMade);
    accounts.into_iter().chain([room(3), room(4)]).collect()
}

#[test]
fn markers_come_back_with_their_last_time() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut store, _) = open(dir.path());
        store.commit_batch(&world()).unwrap();
        let marked = [
            marker(1, ROOM, 5),
            marker(2, ROOM, 6),
            marker(1, BOB, 7),
            marker(1, ANA, 8),
            marker(1, ROOM, 9),
            marker(1, BOB, 10),
        ];
        store.commit_batch(&marked.map(Write::ReadMarked)).unwrap();
    }
    let expected = [marker(1, ROOM, 9), marker(2, ROOM, 6), marker(1, BOB, 10), marker(1, ANA, 8)];
    assert_eq!(open(dir.path()).1.read_markers, expected);
}

#[test]
fn markers_go_with_their_reader_and_with_what_was_read() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut store, _) = open(dir.path());
        store.commit_batch(&world()).unwrap();
        let marked = [
            marker(1, ROOM, 1),
            marker(1, OTHER_ROOM, 2),
            marker(1, BOB, 3),
            marker(2, OTHER_ROOM, 4),
            marker(2, ANA, 5),
        ];
        store.commit_batch(&marked.map(Write::ReadMarked)).unwrap();
        store.commit_batch(&[Write::RoomRemoved(RoomId(4))]).unwrap();
    }
    let (mut store, restored) = open(dir.path());
    assert_eq!(restored.read_markers, [marker(1, ROOM, 1), marker(1, BOB, 3), marker(2, ANA, 5)]);
    store.commit_batch(&[Write::AccountRemoved(AccountId(2))]).unwrap();
    drop(store);
    assert_eq!(open(dir.path()).1.read_markers, [marker(1, ROOM, 1)]);
}

#[test]
fn values_come_back_as_they_were_last_set() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut store, _) = open(dir.path());
        store.commit_batch(&world()).unwrap();
        let set = [
            value(ROOM, "url", "one"),
            value(ANA, "url", ""),
            value(ANA, "display-name", "نور الهدى"),
            value(BOB, "url", "theirs"),
            value(ROOM, "url", "two"),
        ];
        store.commit_batch(&set.map(Write::MetadataSet)).unwrap();
        let removed = [BOB, OTHER_ROOM]
            .map(|subject| Write::MetadataRemoved { subject, key: "url".to_owned() });
        store.commit_batch(&removed).unwrap();
    }
    let expected =
        [value(ROOM, "url", "two"), value(ANA, "url", ""), value(ANA, "display-name", "نور الهدى")];
    assert_eq!(open(dir.path()).1.metadata, expected);
}

#[test]
fn values_go_with_their_room_and_their_account() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut store, _) = open(dir.path());
        store.commit_batch(&world()).unwrap();
        let set = [ROOM, OTHER_ROOM, ANA, BOB].map(|subject| value(subject, "url", "x"));
        store.commit_batch(&set.map(Write::MetadataSet)).unwrap();
        let gone = [Write::RoomRemoved(RoomId(3)), Write::AccountRemoved(AccountId(1))];
        store.commit_batch(&gone).unwrap();
    }
    let left = [OTHER_ROOM, BOB].map(|subject| value(subject, "url", "x"));
    assert_eq!(open(dir.path()).1.metadata, left);
}
