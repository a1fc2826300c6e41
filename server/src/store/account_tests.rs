//! Accounts, devices and invites: what comes back after a restart.

use std::sync::Arc;

use majlis_protocol::Timestamp;
use majlis_protocol::scram::Verifier;
use majlis_wire::Fingerprint;

use super::tests::{message, open, room};
use crate::event::{
    Account, AccountId, Conversation, Founder, HistoryPage, HistoryQuery, Invite, InviteHash,
    KeptRoom, Reserved, RestoredRoom, RoomId, Selector, ServerBan, StoredKinds, Write,
};

fn verifier(name: &str) -> Arc<Verifier> {
    Verifier::decoy(b"test", name, 4096).into()
}

pub(super) fn account(id: u64, name: &str) -> Account {
    Account {
        id: AccountId(id),
        name: name.to_owned(),
        made: Timestamp(id * 1_000),
        verifier: verifier(name),
        devices: Vec::new(),
    }
}

fn key(number: u8) -> Fingerprint {
    Fingerprint::new([number; 32])
}

fn added(id: u64, number: u8, time: u64) -> Write {
    Write::DeviceAdded { account: AccountId(id), key: key(number), time: Timestamp(time) }
}

#[test]
fn accounts_come_back_with_their_devices() {
    let dir = tempfile::tempdir().unwrap();
    let secret = {
        let (mut store, restored) = open(dir.path());
        let made = Account { devices: vec![key(1)], ..account(1, "هبة_سليم") };
        let bob = Write::AccountMade(account(2, "bob"));
        let devices = [added(1, 3, 9_000), added(1, 2, 8_000), added(2, 4, 1)];
        store.commit_batch(&[Write::AccountMade(made), bob]).unwrap();
        store.commit_batch(&devices).unwrap();
        store.commit_batch(&[Write::DeviceRemoved(key(4))]).unwrap();
        restored.secret
    };
    let (_store, restored) = open(dir.path());
    let devices = vec![key(1), key(2), key(3)];
    let hiba = Account { devices, ..account(1, "هبة_سليم") };
    assert_eq!(restored.accounts, [hiba, account(2, "bob")]);
    assert_eq!(restored.next_account, 3);
    assert_eq!(restored.secret, secret, "the secret is drawn once");
}

#[test]
fn another_password_ends_what_the_devices_may() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut store, _) = open(dir.path());
        store.commit_batch(&[Write::AccountMade(account(1, "ana")), added(1, 1, 5)]).unwrap();
        let set = Write::PasswordSet { account: AccountId(1), verifier: verifier("new") };
        store.commit_batch(&[set]).unwrap();
    }
    let (_store, restored) = open(dir.path());
    assert_eq!(restored.accounts, [Account { verifier: verifier("new"), ..account(1, "ana") }]);
}

#[test]
fn a_removed_account_founded_nothing() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut store, _) = open(dir.path());
        let Write::RoomMade(room) = room(1) else { panic!("it makes a room") };
        let founder = Some(Founder::Account("ana".to_owned()));
        let made = Write::RoomMade(RestoredRoom { founder, ..room });
        store.commit_batch(&[Write::AccountMade(account(1, "ana")), made]).unwrap();
        store.commit_batch(&[Write::AccountRemoved(AccountId(1))]).unwrap();
    }
    let (_store, restored) = open(dir.path());
    assert_eq!(restored.rooms[0].founder, None);
}

#[test]
fn no_identifier_is_given_twice() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (mut store, _) = open(dir.path());
        store.commit_batch(&[Write::AccountMade(account(7, "ana")), added(7, 1, 5)]).unwrap();
        store.commit_batch(&[Write::AccountRemoved(AccountId(7))]).unwrap();
    }
    let (mut store, restored) = open(dir.path());
    assert!(restored.accounts.is_empty());
    assert_eq!(restored.next_account, 8);
    // Its device is free for another.
    store.commit_batch(&[Write::AccountMade(account(8, "ana")), added(8, 1, 5)]).unwrap();
}

#[test]
fn unused_invites_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let invite = |number: u8| Invite {
        hash: InviteHash([number; 32]),
        made: Timestamp(u64::from(number)),
        note: "for نور".to_owned(),
        reserved: (number == 3)
            .then(|| Reserved { name: "نور".to_owned(), verifier: verifier("code") }),
    };
    {
        let (mut store, _) = open(dir.path());
        let writes = [2, 1, 3].map(|number| Write::InviteMade(invite(number)));
        store.commit_batch(&writes).unwrap();
        store.commit_batch(&[Write::InviteRemoved(InviteHash([1; 32]))]).unwrap();
    }
    assert_eq!(open(dir.path()).1.invites, [invite(2), invite(3)]);
}

#[test]
fn conversations_come_back_and_end_with_either_account() {
    let dir = tempfile::tempdir().unwrap();
    let talk = |room, one, other| Conversation {
        room: RoomId(room),
        one: AccountId(one),
        other: AccountId(other),
    };
    {
        let (mut store, _) = open(dir.path());
        let accounts = [(1, "ana"), (2, "bob"), (3, "carol")];
        let accounts = accounts.map(|(id, name)| Write::AccountMade(account(id, name)));
        store.commit_batch(&accounts).unwrap();
        let made = |conversation| Write::ConversationMade { conversation, time: Timestamp(5) };
        let talks = [made(talk(5, 2, 1)), made(talk(6, 3, 2)), made(talk(7, 3, 3)), room(8)];
        store.commit_batch(&talks).unwrap();
        let said = [message(5, 1, 9), message(6, 2, 9)].map(Write::Message);
        store.commit_batch(&said).unwrap();
    }
    let (mut store, restored) = open(dir.path());
    assert_eq!(restored.conversations, [talk(5, 1, 2), talk(6, 2, 3), talk(7, 3, 3)]);
    let rooms: Vec<RoomId> = restored.rooms.iter().map(|room| room.room).collect();
    assert_eq!(rooms, [RoomId(8)], "a conversation is no room");
    assert_eq!(restored.next_room, 9);
    store.commit_batch(&[Write::AccountRemoved(AccountId(1))]).unwrap();
    for (room, expected) in [(5, 0), (6, 1)] {
        let selector = Selector::Latest(None);
        let query = HistoryQuery::Messages {
            room: RoomId(room),
            since: Timestamp(0),
            selector,
            kinds: StoredKinds::SAID,
            limit: 9,
        };
        let page = store.reader().unwrap().read(&query).unwrap();
        let HistoryPage::Messages(rows) = page else { panic!("{page:?}") };
        assert_eq!(rows.len(), expected);
    }
    drop(store);
    assert_eq!(open(dir.path()).1.conversations, [talk(6, 2, 3), talk(7, 3, 3)]);
}

#[test]
fn kept_rooms_come_back_in_the_order_of_coming() {
    let dir = tempfile::tempdir().unwrap();
    let kept =
        |room| KeptRoom { account: AccountId(1), room: RoomId(room), since: Timestamp(room * 10) };
    {
        let (mut store, _) = open(dir.path());
        let writes = [Write::AccountMade(account(1, "ana")), room(3), room(4), room(5), room(6)];
        store.commit_batch(&writes).unwrap();
        let came = [6, 4, 5, 3].map(|room| Write::RoomKept(kept(room)));
        store.commit_batch(&came).unwrap();
        let gone = Write::RoomForgotten { account: AccountId(1), room: RoomId(4) };
        store.commit_batch(&[gone, Write::RoomRemoved(RoomId(5))]).unwrap();
    }
    assert_eq!(open(dir.path()).1.kept_rooms, [6, 3].map(kept));
}

#[test]
fn bans_from_the_server_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let ban = |mask: &str, reason: &str, until| ServerBan {
        mask: mask.to_owned(),
        reason: reason.to_owned(),
        setter: "operator".to_owned(),
        set: Timestamp(7),
        until,
    };
    let first = ban("192.0.2.0/24", "", None);
    let second = ban("نور*!*@*", "spam", Some(Timestamp(9)));
    {
        let (mut store, _) = open(dir.path());
        let other = ban("$a:ana", "x", None);
        let added = [&first, &other, &second].map(|ban| Write::BanAdded(ban.clone()));
        store.commit_batch(&added).unwrap();
        let again = ServerBan { reason: "again".to_owned(), ..first.clone() };
        let lifted = Write::BanRemoved { mask: "$a:ana".to_owned() };
        store.commit_batch(&[lifted, Write::BanAdded(again)]).unwrap();
    }
    let again = ServerBan { reason: "again".to_owned(), ..first };
    assert_eq!(open(dir.path()).1.bans, [second, again]);
}
